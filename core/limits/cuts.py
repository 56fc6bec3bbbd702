"""What one cap leaves of the charges that share its headroom: first come, pro rata, rolling; and the running ledger."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import msgspec

from core.charges import Accrual
from core.limits.headroom import Pool
from core.money import Money, integer
from core.periods import months_on
from core.pricing.curves import (
    ALWAYS,
    Cut,
    Line,
    Reduction,
    allocate,
    changed,
    first_day,
    narrow,
    narrowed,
    split,
    steps,
    touching,
)
from core.record import Record
from core.schedule import Window
from core.terms import Cap

__all__ = ["CapUse", "Cuts", "Use", "order_of"]


class Use(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one charge uses of a limit: from which day to which, by which clause, and what is `left` after it.

    `unlimited` charges use the limit up and are not cut by it.
    """

    charge: str
    amount: Money
    clause: str = ""
    first: date | None = None
    last: date | None = None
    left: Money | None = None
    unlimited: bool = False


class CapUse(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A limit in one window: how much it allows, what used it up, what is left, what lies beyond, and the last day
    paid in full. `uses` is the running ledger, in the order in which the headroom went. `provisional`: shared pro rata
    in a window that is still open, so that a later charge can still move it.
    """

    cap: str
    clause: str
    window: str
    first: date | None = None
    last: date | None = None
    limits: str
    limit: Money
    used: Money
    headroom: Money
    beyond: Money
    full: date | None = None
    provisional: bool = False
    uses: tuple[Use, ...] = ()


def order_of(record: Record, cap: Cap) -> str | None:
    """Who comes first: "first come", "pro rata", "by head"; None: the contract does not say."""
    return cap.order or record.counting.of("order")


class Cuts:
    """The ways in which caps cut the charges of one record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.day = record.as_of.day
        self.currency = record.contract.currency

    def deduct(self, cap: Cap, group: Sequence[Line], window: Window, kind: str, own: int) -> None:
        """Take off what the creditor bears of these charges first; of a franchise nothing, once it is exceeded."""
        cut = allocate(group, window, own)
        whole = cap.franchise and cut.total > own
        for line, extra in zip(cut.lines, cut.extra, strict=True):
            taken = line.curve(cut.full) + extra - line.curve(window.first - timedelta(days=1))
            kept = line.curve if whole else changed(line.curve, window, partial(_above, taken))
            narrow(line, kept, self.day, kind=kind, by=cap.id, clause=cap.clause, window=window.id)

    def each_at_most(self, cap: Cap, lines: Sequence[Line], window: Window, most: int) -> None:
        """However often a limit is filled again, no single charge has more than it in one window."""
        for line in touching(lines, window):
            kept = changed(line.curve, window, lambda amount: min(amount, most))
            narrow(line, kept, self.day, kind="cap", by=cap.id, clause=cap.clause, window=window.id)

    def share(self, cap: Cap, limited: Sequence[Line], window: Window) -> None:
        assert cap.share is not None
        share = cap.share
        for line in touching(limited, window):
            kept = changed(line.curve, window, lambda amount: integer(share * amount))
            narrow(line, kept, self.day, kind="share", by=cap.id, clause=cap.clause, window=window.id)

    def withhold(self, cap: Cap, lines: Sequence[Line], window: Window) -> None:
        """Until the contract says who comes first, what any one charge gets of an exhausted limit is unknown: none is
        given a figure, rather than all of them a guess.
        """
        for line in lines:
            without = changed(line.curve, window, lambda amount: 0)
            narrow(line, without, self.day, kind="undecided", by=cap.id, clause=cap.clause, window=window.id)

    def first_come(self, cap: Cap, pool: Pool, window: Window, limits: list[tuple[date, int]]) -> CapUse:
        """One window of a cap; where it was amended on the way, each stretch has the new limit less what was used
        before it: what was used stays used and nothing is paid back (KNOBS `cap_change`). What only counts has used
        all of itself, also what found no room under the old limit.
        """
        made: list[CapUse] = []
        spent = 0
        fresh = self.record.counting.of("cap_change") == "fresh"
        starts = [window.first, *(day for day, _ in limits[1:])]
        for first, after, (_, limit) in zip(starts, [*starts[1:], window.after], limits, strict=True):
            stretch = Window(window.id, first, after)
            use = self._stretch(cap, pool, stretch, limit if fresh else max(0, limit - spent))
            made.append(use)
            spent += sum(one.amount.minor for one in use.uses)
        if len(made) == 1:
            return made[0]
        return self.joined(made, limits[-1][1], made[-1].used.minor if fresh else spent)

    def joined(self, made: list[CapUse], limit: int, spent: int) -> CapUse:
        """The stretches of one window as one line of the ledger, under the limit that holds at its end."""
        uses: dict[str, list[Use]] = {}
        for use in (use for stretch in made for use in stretch.uses):
            uses.setdefault(use.charge, []).append(use)
        joined = [
            msgspec.structs.replace(
                parts[-1],
                amount=self._money(sum(part.amount.minor for part in parts)),
                first=parts[0].first,
                left=None,
            )
            for parts in uses.values()
        ]
        return msgspec.structs.replace(
            made[0],
            limit=self._money(limit),
            used=self._money(min(spent, max(limit, sum(stretch.used.minor for stretch in made)))),
            headroom=self._money(max(0, limit - spent)),
            beyond=self._money(sum(stretch.beyond.minor for stretch in made)),
            full=next((stretch.full for stretch in made if stretch.full), None),
            provisional=any(stretch.provisional for stretch in made),
            uses=self._ledger(joined, limit),
        )

    def _stretch(self, cap: Cap, pool: Pool, window: Window, limit: int) -> CapUse:
        """What comes first is paid first; by heads or with disputed charges last, one class after the other. What is
        free takes headroom as it accrues, whichever class meets it.
        """
        classes = self._classes(cap, pool.limited)
        remainder = self.record.counting.of("remainder")
        cuts: list[Cut] = []
        for lines in classes:
            left = limit - sum(cut.used for cut in cuts)
            cuts.append(allocate(lines, window, left, free=pool.free, remainder=remainder))
        return self._applied(cap, window, cuts, pool.free, limit)

    def _classes(self, cap: Cap, lines: list[Line]) -> list[list[Line]]:
        """Charges that come one after the other: by the order of the cap's heads; disputed ones last where a dispute
        reserves nothing (KNOBS `reserved`).
        """
        if order_of(self.record, cap) == "by head":
            heads = dict.fromkeys([*(cap.covers or ()), *(line.accrual.head or "" for line in lines)])
            return [[line for line in lines if (line.accrual.head or "") == head] for head in heads]
        if self.record.counting.of("reserved") == "none reserve":
            held = [line for line in lines if self._disputed(line.accrual)]
            if held:
                return [[line for line in lines if line not in held], held]
        return [lines]

    def _disputed(self, accrual: Accrual) -> bool:
        kinds = ("notified", "claimed", "disputed", "agreed", "settled")
        facts = sorted((f for k in kinds for f in self.record.of(k, accrual.id)), key=lambda f: f.order)
        return bool(facts) and facts[-1].event.what == "disputed"

    def _applied(self, cap: Cap, window: Window, cuts: Sequence[Cut], free: Sequence[Line], limit: int) -> CapUse:
        """Narrow the curves to what the cuts leave, and note it in the ledger."""
        uses: list[Use] = []
        for cut in cuts:
            for line, extra in zip(cut.lines, cut.extra, strict=True):
                curve = narrowed(line.curve, cut, extra)
                narrow(line, curve, self.day, kind="cap", by=cap.id, clause=cap.clause, window=window.id, full=cut.full)
                uses.extend(self._use(cap, window, line, unlimited=False))
        for line in touching(free, window):
            uses.extend(self._use(cap, window, line, unlimited=True))
        used = sum(use.amount.minor for use in uses)
        beyond = sum(cut.total - cut.used for cut in cuts)
        full = min((cut.full for cut in cuts if cut.total > cut.used), default=None)
        return self._made(cap, window, limit, used, beyond, full, uses)

    def _use(self, cap: Cap, window: Window, line: Line, *, unlimited: bool) -> list[Use]:
        curve = line.curve
        first, last = max(line.first, window.first), min(line.last, window.after - timedelta(days=1))
        amount = curve(last) - curve(first - timedelta(days=1))
        if not amount:
            return []
        spent = first_day(first, last, lambda day: curve(day) == curve(last))
        return [Use(line.accrual.id, self._money(amount), cap.clause, first, spent, None, unlimited)]

    def _made(
        self, cap: Cap, window: Window, limit: int, used: int, beyond: int, full: date | None, uses: list[Use]
    ) -> CapUse:
        return CapUse(
            cap=cap.id,
            clause=cap.clause,
            window=window.id,
            limits=cap.limits,
            limit=self._money(limit),
            used=self._money(min(used, limit) if any(use.unlimited for use in uses) else used),
            headroom=self._money(max(0, limit - used)),
            beyond=self._money(beyond),
            full=full,
            uses=self._ledger(uses, limit),
        )

    def _ledger(self, uses: Sequence[Use], limit: int) -> tuple[Use, ...]:
        """Each use with what it leaves, in the order in which they were complete."""
        left, made = limit, []
        for use in sorted(uses, key=lambda use: (use.last or date.max, use.charge)):
            left = max(0, left - use.amount.minor)
            made.append(msgspec.structs.replace(use, left=self._money(left)))
        return tuple(made)

    def pro_rata(self, cap: Cap, pool: Pool, window: Window, limit: int) -> CapUse:
        """Share a window's limit among all its charges in proportion to what each accrued in it (provisional until it
        closes).
        """
        before, last = window.first - timedelta(days=1), window.after - timedelta(days=1)
        lines, free = touching(pool.limited, window), touching(pool.free, window)
        taken = sum(line.curve(last) - line.curve(before) for line in free)
        amounts = [line.curve(last) - line.curve(before) for line in lines]
        ids, left = [line.accrual.id for line in lines], max(0, limit - taken)
        total = sum(amounts)
        shares = split(min(left, total), amounts, ids, self.record.counting.of("remainder"))
        uses: list[Use] = []
        for line, share, amount in zip(lines, shares, amounts, strict=True):
            if share < amount:
                line.curve = changed(line.curve, window, partial(_in_proportion, share, amount))
                off = self._money(amount - share)
                line.reductions.append(
                    Reduction(kind="cap", by=cap.id, clause=cap.clause, window=window.id, amount=off)
                )
            uses.extend(self._use(cap, window, line, unlimited=False))
        for line in free:
            uses.extend(self._use(cap, window, line, unlimited=True))
        made = self._made(cap, window, limit, sum(shares) + taken, total - sum(shares), None, uses)
        return msgspec.structs.replace(made, provisional=last > self.day and total > left)

    def rolling(self, cap: Cap, pool: Pool, limits: list[tuple[date, int]]) -> CapUse:
        """Day by day: what is paid in any n months together stays within the limit."""
        months = int((cap.to.per or "").split(" ")[1])
        lines, free = pool.limited, pool.free
        ids = [line.accrual.id for line in lines]
        paid: list[list[tuple[date, int]]] = [[] for _ in lines]
        used: list[tuple[date, int]] = []
        beyond, full = 0, None
        for day in sorted({day for line in (*lines, *free) for day in _days(line)}):
            limit = next(amount for since, amount in reversed(limits) if since <= day)
            start, eve = months_on(day, -months), day - timedelta(days=1)
            taken = sum(line.curve(day) - line.curve(eve) for line in free)
            left = max(0, limit - sum(amount for on, amount in used if on > start) - taken)
            wanted = [line.curve(day) - line.curve(eve) for line in lines]
            total = sum(wanted)
            shares = split(min(left, total), wanted, ids, self.record.counting.of("remainder"))
            for row, share in zip(paid, shares, strict=True):
                row.append((day, share))
            used.append((day, sum(shares) + taken))
            beyond += total - sum(shares)
            if total > left and full is None:
                full = eve
        uses: list[Use] = []
        for line, row in zip(lines, paid, strict=True):
            narrow(line, steps(row), self.day, kind="cap", by=cap.id, clause=cap.clause)
            uses.extend(self._use(cap, ALWAYS, line, unlimited=False))
        for line in free:
            uses.extend(self._use(cap, ALWAYS, line, unlimited=True))
        start = months_on(self.day, -months)
        now = sum(amount for on, amount in used if on > start)
        return self._made(cap, ALWAYS, limits[-1][1], now, beyond, full, uses)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)


def _days(line: Line) -> list[date]:
    """The days on which a charge may grow."""
    return [line.first + timedelta(days=n) for n in range((line.last - line.first).days + 1)]


def _above(taken: int, amount: int) -> int:
    """What lies above what was taken off."""
    return max(0, amount - taken)


def _in_proportion(share: int, whole: int, amount: int) -> int:
    """A part of the share, as the whole grows."""
    return amount * share // whole
