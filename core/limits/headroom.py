"""Which charges share one headroom of a cap (a window, a claim, a person …), and how much it allows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from core.accounts import Account
from core.charges import Accrual, amount_of
from core.money import integer
from core.periods import local_date, months_on, term_end
from core.presets import asking
from core.pricing.curves import ALWAYS, Line, touching
from core.problems import Problem
from core.record import Record, subjects
from core.schedule import Obligation, Window, term_of, windows
from core.terms import Amount, Cap, Contract, Share

__all__ = ["Fee", "Headroom", "Pool", "fees"]

SCOPES = frozenset({"claim", "person", "event", "third party", "head", "obligation"})


class Fee(NamedTuple):
    """One fee as fallen due and as paid, for caps that are a share of fees."""

    due: date | None
    amount: int
    paid: tuple[tuple[date, int], ...]


class Pool(NamedTuple):
    """What shares one headroom: the window (or claim, person, event …), what is limited, and what only uses it up."""

    window: Window
    limited: list[Line]
    free: list[Line]


def fees(obligations: Iterable[Obligation], debts: Mapping[str, Account]) -> tuple[Fee, ...]:
    """The fees of a contract as they fell due and were paid."""
    due = {o.id: o.due.day for o in obligations if o.due}
    return tuple(
        Fee(due.get(key), debt.amount.minor, tuple((p.day, p.principal.minor) for p in debt.payments))
        for key, debt in debts.items()
    )


class Headroom:
    """The windows and amounts of one contract's caps."""

    def __init__(self, record: Record, fees: Sequence[Fee]) -> None:
        self.record = record
        self.fees = fees
        self.day = record.as_of.day
        kinds = dict.fromkeys(f.event.what for f in record.facts if f.event.person or f.event.cause)
        named = [pair for kind in kinds for pair in subjects(record.of(kind))]
        self.facts = {name: f for name, f in named if f.event.person or f.event.cause}

    def pools(self, cap: Cap, limited: list[Line], free: list[Line]) -> list[Pool]:
        per = cap.to.per or ""
        if per in SCOPES:
            return self._scoped(cap, per, limited, free)
        if per in {"all", "term"}:
            return self._terms(cap, limited, free)
        if per.startswith("rolling"):
            return [Pool(ALWAYS, limited, free)]
        found = windows(self.record, per, whole_life=True)
        if not found:
            self.record.question(Problem("TERMS-TERM-01", "term", {"per": per}))
        return self._dated(cap, found, limited, free)

    def _scoped(self, cap: Cap, per: str, limited: list[Line], free: list[Line]) -> list[Pool]:
        pools: dict[str, Pool] = {}
        for place, lines in enumerate((limited, free)):
            for line in lines:
                key = self._key(cap, per, line.accrual)
                if key is not None:
                    pool = pools.setdefault(key, Pool(Window(key, ALWAYS.first, ALWAYS.after), [], []))
                    (pool.limited, pool.free)[place].append(line)
        return list(pools.values())

    def _key(self, cap: Cap, per: str, accrual: Accrual) -> str | None:
        """The one claim, person, event, third party or head that a charge belongs to; None: the cap is not for it."""
        fact = self.facts.get(accrual.subject)
        if per == "person":
            return fact.event.person if fact else None
        if per == "third party":
            return accrual.caused if accrual.caused in self.record.contract.third_parties else None
        if per == "head":
            return accrual.head
        cause = fact.event.cause if fact else None
        if per == "event":
            return cause or accrual.subject
        if per == "claim" and cap.series == "as one":
            return cause or accrual.id
        return accrual.subject if per == "obligation" else accrual.id

    def _terms(self, cap: Cap, limited: list[Line], free: list[Line]) -> list[Pool]:
        """One headroom for the contract's life, or a new one with each renewal (KNOBS `renewal`, asked)."""
        renewal, term = self.record.contract.renewal, term_of(self.record)
        lines = [*limited, *free]
        if renewal is None or renewal.tacit is None or term is None or all(line.last < term.after for line in lines):
            return [Pool(ALWAYS, limited, free)]
        how = cap.renewal or self.record.ask("renewal", f"caps.{cap.id}.renewal")
        if how != "new headroom":
            return [Pool(ALWAYS, limited, free)]
        after = term.after
        spans = [Window("T1", ALWAYS.first, after)]
        while after <= self.day:
            last = term_end(after, renewal.tacit, self.record.counting, self.record.calendar)
            if isinstance(last, Problem):
                self.record.question(msgspec.structs.replace(last, where="renewal.tacit"))
                last = ALWAYS.after
            spans.append(Window(f"T{len(spans) + 1}", after, last + timedelta(days=1)))
            after = last + timedelta(days=1)
        return self._dated(cap, spans, limited, free)

    def _dated(self, cap: Cap, spans: Sequence[Window], limited: list[Line], free: list[Line]) -> list[Pool]:
        """By the day a charge accrues a window cuts it; by any other day it belongs to one window whole."""
        by = self._day_of(cap)
        lines = [*limited, *free]
        if not by and any(sum(bool(touching([line], window)) for window in spans) > 1 for line in lines):
            self._ask(f"caps.{cap.id}.window", "window_day")
        if not self.falls_whole(cap):
            return [Pool(window, limited, free) for window in spans]
        pools = []
        for window in spans:
            mine = [
                [line for line in group if window.first <= self._falls(by, line) < window.after]
                for group in (limited, free)
            ]
            pools.append(Pool(window, *mine))
        return pools

    def _day_of(self, cap: Cap) -> str:
        how = (cap.window or self.record.counting.of("window_day") or "").removeprefix("the day ")
        return {"of the breach": "breach day", "of the claim": "claim day", "of payment": "payment day"}.get(how, how)

    def falls_whole(self, cap: Cap) -> bool:
        """Whether a charge belongs to one window whole, by a day of its own; else windows cut it as it accrues."""
        return self._day_of(cap) in {"breach day", "claim day", "payment day"}

    def claims(self, cap: Cap, limited: Sequence[Line]) -> list[list[Line]]:
        """The charges by claim: each on its own, or those of one cause together (KNOBS `series`)."""
        groups: dict[str | None, list[Line]] = {}
        for line in limited:
            groups.setdefault(self._key(cap, "claim", line.accrual), []).append(line)
        return list(groups.values())

    def _falls(self, by: str, line: Line) -> date:
        """The day that decides the window; a charge not yet claimed or paid falls on the day asked about."""
        if by == "breach day":
            counted = line.accrual.counted
            if counted is None:
                return line.first
            begins = counted.begins  # an hour that is missed is missed on its own day, a day on the next
            return local_date(begins, self.record.zone) if begins else counted.start + timedelta(days=1)
        kinds = ("notified", "claimed") if by == "claim day" else ("paid", "set off")
        days = [fact.at.day for kind in kinds for fact in self.record.of(kind, line.accrual.id)]
        return min(days, default=self.day)

    # how much

    def limits(
        self, cap: Cap, window: Window, lines: Sequence[Line], reached: tuple[str, ...]
    ) -> list[tuple[date, int]]:
        """The cap's amount from each day of the window on, as amended from days on or for the charges `reached`."""
        changes = {v.effective.day for v in self.record.versions}
        made: list[tuple[date, int]] = []
        for day in sorted({window.first, *(max(window.first, day) for day in changes if day < window.after)}):
            days = (v for v in self.record.versions if v.amendment.id in reached or v.applies == "days")
            ids = tuple(v.amendment.id for v in days if v.applies != "days" or day >= v.effective.day)
            terms = self.record.amended(ids)
            limit = self._amount(next(c for c in terms.caps if c.id == cap.id), terms, lines)
            if not made or made[-1][1] != limit:
                made.append((day, limit))
        if self.record.counting.of("cap_change") == "by days" and window.first != ALWAYS.first:
            edges = [*(day for day, _ in made), window.after]
            sums = sum(limit * (edges[i + 1] - edges[i]).days for i, (_, limit) in enumerate(made))
            made[-1] = (made[-1][0], sums // (window.after - window.first).days)
        return made

    def _amount(self, cap: Cap, terms: Contract, lines: Sequence[Line]) -> int:
        """The limit in minor units: one amount, or the greater or lesser of two (asked)."""
        limits = [self.worth(cap, amount, terms, lines) for amount in (cap.to.to, cap.or_) if amount is not None]
        if len(limits) == 1:
            return limits[0]
        which = cap.takes or self.record.counting.of("greater_or_less")
        if which is None:
            self._ask(f"caps.{cap.id}.takes", "greater_or_less")
        return max(limits) if which == "greater" else min(limits)

    def worth(self, cap: Cap, amount: Amount, terms: Contract, lines: Sequence[Line]) -> int:
        if isinstance(amount, Share) and amount.of.startswith("fees of "):
            return integer(amount.rate * self._fees(cap, amount.of, lines), "down")
        if isinstance(amount, Share) and amount.of.endswith(".recovered"):
            return integer(amount.rate * self._recovered(amount.of.removesuffix(".recovered")), "down")
        exact = amount_of(amount, terms)
        assert exact is not None, "a cap's base is checked when the contract is read"
        return integer(exact, "down")

    def _recovered(self, party: str) -> int:
        """What has come in from a third party so far, where a cap is no more than that."""
        amounts = [fact.event.amount for fact in self.record.of("recovered", party)]
        return sum(amount.minor for amount in amounts if amount is not None)

    def _fees(self, cap: Cap, base: str, lines: Sequence[Line]) -> Fraction:
        """The fees of the last n months before the first charge that the cap limits (KNOBS `fees_base`, asked)."""
        how = self.record.ask("fees_base", f"caps.{cap.id}.to")
        if cap.fees is None:
            self._ask(f"caps.{cap.id}.fees", "fees_base")
        if how == "payable for the term" or base == "fees of the term":
            return Fraction(sum(fee.amount for fee in self.fees))
        months = int(base.split(" ")[-2])
        until = min((line.first for line in lines), default=self.day)
        first, term = months_on(until, -months), term_of(self.record)
        days = [
            (day, amount)
            for fee in self.fees
            for day, amount in (fee.paid if cap.fees == "paid" else [(fee.due, fee.amount)] if fee.due else [])
        ]
        sum_ = Fraction(sum(amount for day, amount in days if first <= day < until))
        if how != "annualised" or term is None:
            return sum_
        passed = sum(months_on(until, -n - 1) >= term.first for n in range(months))
        return sum_ * months / max(passed, 1)

    def by_terms(self, cap: Cap, pool: Pool) -> list[tuple[tuple[str, ...], Pool]]:
        """A pool by the amendments of the limit that concern its charges: what an amendment does not reach comes first,
        under the limit as it was; the rest has the new limit less what that used.
        """
        moving = [v.amendment for v in self.record.versions if v.applies != "days"]
        ids = [one.id for one in moving if _moves(cap, one.set)]
        if not ids:
            return [((), pool)]
        groups: dict[tuple[str, ...], Pool] = {}
        for place, lines in enumerate((pool.limited, pool.free)):
            for line in lines:
                reached = {name for part in line.accrual.slices for name in part.terms}
                key = tuple(name for name in ids if name in reached)
                part = groups.setdefault(key, Pool(pool.window, [], []))
                (part.limited, part.free)[place].append(line)
        ranked = sorted(groups.items(), key=lambda pair: (len(pair[0]), [ids.index(name) for name in pair[0]]))
        return ranked or [(tuple(ids), pool)]

    def _ask(self, where: str, knob: str, **args: str) -> None:
        self.record.question(asking(knob, where, **args))


def _moves(cap: Cap, paths: Mapping[str, Any]) -> bool:
    """Whether an amendment of these paths may change the cap's amount."""
    bases = {amount.of for amount in (cap.to.to, cap.or_) if isinstance(amount, Share)}
    return any(
        path.startswith(f"caps.{cap.id}.") or any(path == base or path.endswith(f".{base}") for base in bases)
        for path in paths
    )
