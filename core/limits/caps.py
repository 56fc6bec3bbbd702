"""The ladder of caps: which charges each cap limits, what only uses it up, and the order in which caps are worked."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import msgspec

from core.charges import Accrual
from core.limits.cuts import CapUse, Cuts, Use, order_of
from core.limits.faults import GRAVE, Faults, kind_of
from core.limits.headroom import Fee, Headroom, Pool, fees
from core.presets import asking
from core.pricing.curves import ALWAYS, Curve, Line, touching
from core.record import Record
from core.schedule import Window
from core.terms import Cap

__all__ = ["CapUse", "Fee", "Ladder", "Use", "fees", "ladder"]


def ladder(found: Sequence[Cap]) -> tuple[Cap, ...]:
    """Caps in the order in which they are worked: inner before outer (`within`, or fewer heads), what stands beside the
    general cap or spills into it before it, and an increased cap that holds the general one after it.
    """
    caps = {cap.id: cap for cap in found}
    before: dict[str, list[str]] = {key: [] for key in caps}
    for cap in found:
        if cap.within in caps:
            before[str(cap.within)].append(cap.id)
        if cap.increases in caps:
            inside = cap.super_cap == "inside it"
            before[cap.id if inside else str(cap.increases)].append(str(cap.increases) if inside else cap.id)
    for cap in found:
        said = {cap.within, cap.increases}
        narrower = [one for one in found if one.id not in said and one.increases != cap.id]
        before[cap.id] += [one.id for one in narrower if _fewer(one, cap)]
    done: dict[str, Cap] = {}

    def visit(key: str, trail: tuple[str, ...]) -> None:
        if key not in done and key not in trail:
            for earlier in before[key]:
                visit(earlier, (*trail, key))
            done[key] = caps[key]

    for key in caps:
        visit(key, ())
    return tuple(done.values())


def _fewer(one: Cap, other: Cap) -> bool:
    """Whether a cap names fewer heads than another, which names them too or is for everything."""
    inner, outer = set(one.covers or ()), set(other.covers or ())
    return inner < outer or ("everything" in outer and "everything" not in inner)


class Ladder:
    """All caps of one contract over all its charges; `lawful` leaves out what Civil Code 506 lets no cap limit."""

    def __init__(self, record: Record, faults: Faults, fees: Sequence[Fee], *, lawful: bool) -> None:
        self.record = record
        self.faults = faults
        self.lawful = lawful
        self.day = record.as_of.day
        self.headroom = Headroom(record, fees)
        self.cuts = Cuts(record)
        self.rules = {rule.id: rule for rule in record.contract.rules}
        self.spilled: dict[str, list[tuple[Line, Line, Curve]]] = {}
        self.caps = ladder([self._as_counted(cap) for cap in record.contract.caps])

    def climb(self, lines: Sequence[Line], debtor: str) -> list[CapUse]:
        """Cut the charges of a debtor by all its caps, in order; the ledger of each."""
        ledger: list[CapUse] = []
        for cap in self.caps:
            if cap.limits == debtor:
                ledger.extend(self._capped(cap, lines))
            for whole, part, within in self.spilled.pop(cap.id, ()):
                whole.curve = _sum(within, part.curve)
        return ledger

    def _as_counted(self, cap: Cap) -> Cap:
        """A cap with what [counting] says for all caps that are silent (KNOBS `covers`, `counts`, `cap_year`,
        `super_cap`).
        """
        of = self.record.counting.of
        covers, counts, per = cap.covers, cap.counts, cap.to.per
        said = of("covers")
        if covers is None and said is not None and said != "named heads":
            covers = ("everything",) if said == "all but named" else tuple(said.split(", "))
        said = of("counts")
        if not counts and said is not None:
            counts = {
                kind: kind in said.split(", ") for kind in ("credits", "interest", "agreed sums", "refunds", "costs")
            }
        per = per or {
            "contract year": "contract year",
            "calendar": "calendar year",
            "rolling": "rolling 12 months",
        }.get(of("cap_year") or "")
        to, above = msgspec.structs.replace(cap.to, per=per), cap.super_cap or of("super_cap")
        return msgspec.structs.replace(cap, covers=covers, counts=counts, to=to, super_cap=above)

    def _capped(self, cap: Cap, lines: Sequence[Line]) -> list[CapUse]:
        where = f"caps.{cap.id}"
        if cap.covers is None:
            self._ask(f"{where}.covers", "covers")
            return []
        if cap.to.per is None:
            self._ask(f"{where}.to", "cap_year")
            return []
        if cap.increases is not None and cap.super_cap is None:
            self._ask(f"{where}.super_cap", "super_cap")
            return []
        limited, free = self._group(cap, lines)
        spills = cap.super_cap == "spills into the general" and cap.increases is not None
        for line in limited if spills else ():
            line.curve = cache(line.curve)  # what it pays and what it spills both ask the curve below
        before = [line.curve for line in limited]
        uses = [use for pool in self.headroom.pools(cap, limited, free) for use in self._pooled(cap, pool)]
        if spills:
            self._spill(cap, limited, before)
        return [use for use in uses if use.first is None or use.first <= self.day]

    def _spill(self, cap: Cap, limited: Sequence[Line], before: Sequence[Curve]) -> None:
        """What an increased cap does not pay goes on to the general cap, as a charge beside the others."""
        for line, inner in zip(limited, before, strict=True):
            within = cache(line.curve)
            if inner(line.last) > within(line.last):
                line.reductions[:] = [r for r in line.reductions if r.by != cap.id]
                part = Line(line.accrual, _difference(inner, within), line.first, line.last, line.reductions)
                self.spilled.setdefault(str(cap.increases), []).append((line, part, within))

    # which charges

    def _group(self, cap: Cap, lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """What a cap limits, and what only uses it up."""
        spilled = self.spilled.get(cap.id, [])
        apart = self._apart(cap)
        limited, free = [part for _, part, _ in spilled], []
        for line in lines:
            if line.accrual.head in apart or any(line is whole for whole, _, _ in spilled):
                continue
            stands = self._stands(cap, line.accrual)
            if stands == "limited":
                limited.append(line)
            elif stands == "uses":
                free.append(line)
        return limited, free

    def _apart(self, cap: Cap) -> set[str]:
        """The heads that an increased cap takes out of the general one."""
        return {head for one in self.caps if one.increases == cap.id for head in one.covers or ()}

    def _stands(self, cap: Cap, accrual: Accrual) -> str | None:
        """Whether a cap limits a charge of its debtor ("limited"), is only used up by it ("uses"), or neither."""
        degrees = {accrual.head, self.faults.of(accrual)}
        if degrees & {*cap.except_, *(GRAVE if self.lawful else ())}:
            return "uses" if cap.erodes or self.record.counting.of("except") == "not limited, erodes" else None
        kind = kind_of(accrual, self.rules[accrual.rule])
        counted = cap.counts.get(kind)
        covers = set(cap.covers or ())
        for inner in self.caps:
            if inner.id == cap.increases and cap.super_cap == "inside it":
                covers |= set(inner.covers or ())
        if counted is False:
            return None
        if accrual.head in covers:
            return "limited"
        if "everything" not in covers:
            return "uses" if counted else None
        if kind == "interest":  # price and interest on it are never limited unless the contract says so
            return "limited" if counted else None
        if counted is None and kind != "damages":
            self._ask(f"caps.{cap.id}.counts", "counts", kind=kind)
            return None
        return "limited"

    # one headroom

    def _pooled(self, cap: Cap, pool: Pool) -> list[CapUse]:
        """Deductible, attachment, limit, share: in this order (KNOBS section 16)."""
        bounded = pool.window.after != ALWAYS.after
        whole = Window(pool.window.id, ALWAYS.first, ALWAYS.after)
        reach = whole if self.headroom.falls_whole(cap) else pool.window
        self._borne_first(cap, pool.limited, reach)
        if cap.share is not None and cap.share_order == "before the limit":
            self.cuts.share(cap, pool.limited, reach)
        use = self._cut(cap, pool, reach)
        if use.beyond.minor and order_of(self.record, cap) is None and len(touching(pool.limited, reach)) > 1:
            self._ask(f"caps.{cap.id}.order", "order")
            self.cuts.withhold(cap, touching(pool.limited, reach), reach)
        if cap.share is not None and cap.share_order != "before the limit":
            self.cuts.share(cap, pool.limited, reach)
        if not bounded:
            return [use]
        first = None if pool.window.first == ALWAYS.first else pool.window.first
        return [msgspec.structs.replace(use, first=first, last=pool.window.after - timedelta(days=1))]

    def _borne_first(self, cap: Cap, limited: Sequence[Line], reach: Window) -> None:
        """What the creditor bears before the limit: from each claim, or once from the window's sum."""
        for kind, amount in (("deductible", cap.deductible), ("attachment", cap.attachment)):
            if amount is not None:
                own = self.headroom.worth(cap, amount, self.record.contract, limited)
                single = cap.deductible_per != "window"
                for group in self.headroom.claims(cap, limited) if single else [list(limited)]:
                    self.cuts.deduct(cap, group, reach, kind, own)

    def _cut(self, cap: Cap, pool: Pool, reach: Window) -> CapUse:
        """The limit itself, as it stood for each of the charges that share it."""
        made, spent = [], 0
        for ids, part in self.headroom.by_terms(cap, pool):
            limits = self.headroom.limits(cap, pool.window, pool.limited, ids)
            if cap.reinstated:
                self.cuts.each_at_most(cap, part.limited, reach, limits[-1][1])
                limits = [(day, limit * (1 + cap.reinstated)) for day, limit in limits]
            limit = limits[-1][1]
            limits = [(day, max(0, limit - spent)) for day, limit in limits]
            if (cap.to.per or "").startswith("rolling"):
                made.append(self.cuts.rolling(cap, part, limits))
            elif order_of(self.record, cap) == "pro rata":
                made.append(self.cuts.pro_rata(cap, part, reach, limits[-1][1]))
            else:
                made.append(self.cuts.first_come(cap, part, reach, limits))
            spent += sum(use.amount.minor for use in made[-1].uses)
        return made[0] if len(made) == 1 else self.cuts.joined(made, limit, spent)

    def _ask(self, where: str, knob: str, **args: str) -> None:
        self.record.question(asking(knob, where, **args))


def _sum(one: Curve, other: Curve) -> Curve:
    return lambda day: one(day) + other(day)


def _difference(whole: Curve, part: Curve) -> Curve:
    return lambda day: whole(day) - part(day)
