"""Debts and what was paid on them: costs, interest and principal of each price, day by day, also between debts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

import msgspec

from core.duties.excuses import borne, freed, shared
from core.money import Money, integer
from core.periods import add
from core.presets import asking
from core.pricing.interest import (
    Run,
    bearing,
    first_day,
    interest,
    last_day,
    payment_counts,
    resting,
    runs_as_interest,
)
from core.pricing.rounding import cuts_of, precision, whole
from core.pricing.unsaid import charges_all_days, charges_grace, numbers_grace
from core.problems import Problem
from core.rates import Series, series
from core.record import Fact, Record, moment
from core.schedule import Done, Obligation
from core.terms import Charge, Payment, Rule

__all__ = ["Account", "Balance", "Paid", "accounts", "shares", "without_tax"]


class Balance(msgspec.Struct, frozen=True):
    """What was open at the opening of each day from `first` on, until the next balance begins (minor units)."""

    first: date
    open: int


class Paid(msgspec.Struct, frozen=True, omit_defaults=True):
    """One payment received: to the principal, to the charges running on it (`to`: by rule), and what exceeded the debt.

    `costs` went to costs proven. `refused` says why a set-off has no effect: "barred" or "disputed" (KNOBS `set_off`).
    """

    event: str
    day: date
    amount: Money
    principal: Money
    charges: Money
    over: Money
    costs: Money | None = None
    to: dict[str, Money] = {}
    refused: str = ""


class Account(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One debt: amount, payments in date order, the balances they left, and when it was settled.

    `costs` are what is still open of costs proven. `undecided`: in which order part payments settle it is not known, so
    that nothing is charged on it.
    """

    obligation: str
    debtor: str
    creditor: str
    amount: Money
    payments: tuple[Paid, ...] = ()
    balances: tuple[Balance, ...] = ()
    open: Money
    costs: Money | None = None
    settled: Done | None = None
    undecided: bool = False

    def open_on(self, day: date, *, payment_counts: bool = True) -> int:
        """Minor units open on `day`; a payment of that day still finds them open, unless its day does not count."""
        found = self.amount.minor
        shift = timedelta(days=0 if payment_counts else 1)
        for balance in self.balances:
            if balance.first - shift <= day:
                found = balance.open
        return found

    def breaks_where(self, *, payment_counts: bool = True) -> tuple[date, ...]:
        """Days on which what is open changes."""
        shift = timedelta(days=0 if payment_counts else 1)
        return tuple(balance.first - shift for balance in self.balances)

    @property
    def breaks(self) -> tuple[date, ...]:
        """Days on which the opening balance changes."""
        return self.breaks_where()


class _Sum(NamedTuple):
    """Money that came in on one day, and from which event."""

    event: str
    minor: int
    refused: str = ""


def accounts(record: Record, obligations: Iterable[Obligation]) -> dict[str, Account]:
    """An account for each payment owed, by obligation id; all settle together in date order.

    The order of one day: what names a debt before what names none (KNOBS `allocation_between`), each after the
    interest of that day (KNOBS `on_one_day`).
    """
    return _Ledger(record, obligations).settle()


def without_tax(record: Record, minor: int, tax: Fraction | None, where: str) -> int | None:
    """An amount as the base of a charge, with or without the tax in it (KNOBS `base_tax`); None until that is decided.

    The amount without tax is whole, as an invoice states it.
    """
    if not tax:
        return minor
    how = record.ask("base_tax", where)
    return None if how is None else minor if how == "with tax" else integer(minor / (1 + tax))


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in proportion to `weights` in whole minor units: the largest remainders first, then the earlier ones."""
    sum_ = sum(weights)
    if not sum_:
        return [0 for _ in weights]
    parts = [divmod(amount * weight, sum_) for weight in weights]
    found = [part for part, _ in parts]
    ranked = sorted(range(len(weights)), key=lambda i: (-parts[i][1], i))
    for i in ranked[: amount - sum(found)]:
        found[i] += 1
    return found


class _Debt:
    """One debt while it is being settled."""

    def __init__(self, record: Record, obligation: Obligation, term: Payment) -> None:
        assert obligation.amount is not None
        self.record = record
        self.obligation = obligation
        self.term = term
        self.amount = obligation.amount
        self.due = obligation.due.day if obligation.due else None
        self.rules = [self._governed(rule) for rule in record.contract.rules if _runs(record, rule, obligation)]
        self.open = obligation.amount.minor
        self.costs_paid = 0
        self.interest_paid: dict[str, int] = dict.fromkeys((rule.id for rule in self.rules), 0)
        self.settled_charges: dict[str, list[tuple[date, int]]] = {rule.id: [] for rule in self.rules}
        self.changes: list[tuple[date, int]] = []
        self.paid: list[Paid] = []
        self.done: Done | None = None
        self.undecided = False

    def _governed(self, rule: Rule) -> Rule:
        """The rule as amended for this debt's first late day."""
        if self.due is None:
            return rule
        subject = f"{rule.id}:{self.obligation.id}"
        ids = self.record.amendments_for(self.due, self.due + timedelta(days=1), subject=subject)
        return next(r for r in self.record.amended(ids).rules if r.id == rule.id)

    def costs_on(self, day: date) -> int:
        """Costs proven up to `day` and not yet paid."""
        facts = self.record.of("costs proven", self.obligation.id)
        return sum(f.event.amount.minor for f in facts if f.event.amount and f.at.day <= day) - self.costs_paid

    def interest_on(self, day: date) -> dict[str, int]:
        """What has run on the debt to `day` by each rule, whole and not yet paid."""
        return {rule.id: max(0, self._accrued(rule, day) - self.interest_paid[rule.id]) for rule in self.rules}

    def _accrued(self, rule: Rule, day: date) -> int:
        if self.due is None or day <= self.due:
            return 0
        day = min(day, self.done.day) if self.done is not None else day  # once the price is paid nothing runs
        record, charge = self.record, _running(rule)[0]
        holes, causes = freed(record, self.obligation.id), shared(record, self.obligation.id)
        first = first_day(record, charge, self.due)
        grace = self._grace(rule, first, holes)
        if grace is None or grace >= bearing(first, last_day(record, charge, day, closed=True), holes):
            return 0
        free = 0 if charges_grace(record, rule) else grace
        if charges_all_days(record, rule) is None or numbers_grace(record, rule, free) is None:
            return 0  # asked, and the charge itself is left out as well
        step = timedelta(days=1 if payment_counts(record, charge) else 0)
        cuts = cuts_of(record, rule)
        run = Run(
            id=self.obligation.id,
            due=self.due,
            until=day,
            closed=True,
            base=lambda part, at, ids: self._base(part, at - step),
            changes=tuple(at + step for at, _ in self.changes),
            settled=tuple(self.settled_charges[rule.id]),
            free=free,
            holes=tuple(holes),
            cuts=(*cuts, *(edge for (begin, end), _ in causes for edge in (begin, _next(end)))),
        )

        legs = interest(record, rule, run) or ()
        own = (leg._replace(exact=leg.exact * borne(causes, leg.first)) for leg in legs)
        return whole(own, precision(record, rule), cuts)

    def _grace(self, rule: Rule, first: date, holes: Sequence[tuple[date, date]]) -> int | None:
        """Days that bear no interest at first, in whatever unit grace is; None where the charge itself must ask."""
        if rule.grace is None:
            return 0
        start = first - timedelta(days=1)
        last = add(start, rule.grace.period, self.record.counting, self.record.calendar, roll=False)
        return None if isinstance(last, Problem) else bearing(first, last.unrolled, holes)

    def _base(self, charge: Charge, day: date) -> int | None:
        """What was open after the payments of `day`; or the whole debt, where that bears the charge."""
        found = self.amount.minor
        if charge.of != "payable":
            found = next((left for at, left in reversed(self.changes) if at <= day), found)
        tax = self.term.tax or self.record.contract.tax
        return without_tax(self.record, found, tax, f"payments.{self.term.id}")

    def burden(self, day: date) -> Fraction | int:
        """What the debt costs in a year by the rates of `day`, as a share of what is open."""
        return sum(max(self._yearly(charge, day) for charge in _running(rule)) for rule in self.rules)

    def _yearly(self, charge: Charge, day: date) -> Fraction:
        assert charge.per is not None
        value = None
        if charge.reference is not None:
            known = self.record.known_at.day if self.record.known_at else None
            table = series(self.record.contract, self.record.rates, charge.reference, known)
            value = table.on(day) if isinstance(table, Series) else None
        return resting(self.record, charge, value) * _YEARLY[charge.per.unit]

    def owing(self, day: date) -> int:
        """All that a payment of `day` can settle here."""
        return self.open + self.costs_on(day) + sum(self.interest_on(day).values())

    def order(self, owing_more: bool) -> str:
        """What a part payment settles first; asked only where something besides principal is owing."""
        if self.term.order is not None:
            return self.term.order
        if not owing_more:
            return "principal first"
        counting = self.record.counting
        found = counting.of("allocation")
        agreed = any(not runs_as_interest(rule) and rule.head != "interest" for rule in self.rules)
        if found is None or (agreed and counting.origin("allocation").kind == "preset"):
            # Art. 561 ranks costs, interest and principal; where agreed damages stand among them is not said there.
            self.record.question(asking("allocation", f"payments.{self.term.id}.order"))
            self.undecided = True
            return "principal first"
        return found

    def take(self, day: date, sums: Sequence[_Sum]) -> None:
        """Settle what came in on `day`; splitting it into several sums changes nothing."""
        for one in sums:
            if one.refused:
                self._note(one.event, day, one.minor, {"over": one.minor}, one.refused)
        good = [one for one in sums if not one.refused]
        if not good:
            return
        before = self.open
        if self.term.order == "principal first" and sum(one.minor for one in good) <= before:
            order, costs = "principal first", 0
            interest_: dict[str, int] = {}
        else:
            interest_, costs = self.interest_on(day), self.costs_on(day)
            order = self.order(bool(costs or sum(interest_.values())))
        split = _splitter(order, costs, interest_, before)
        so_far, was = 0, split(0)
        for one in good:
            so_far += one.minor
            now = split(so_far)
            parts = {key: now[key] - was[key] for key in now}
            was = now
            self._note(one.event, day, one.minor, parts)
            self.open = before - now["principal"]
            if self.open == 0 and self.done is None:
                self.done = Done(day=day, how="paid", event=one.event)
        self.costs_paid += was["costs"]
        for rule in interest_:
            self.interest_paid[rule] += was[rule]
            if was[rule]:
                self.settled_charges[rule].append((day, self.interest_paid[rule]))
        self.changes.append((day, self.open))

    def _note(self, event: str, day: date, minor: int, parts: dict[str, int], refused: str = "") -> None:
        currency = self.amount.currency
        to = {rule.id: Money(parts[rule.id], currency) for rule in self.rules if parts.get(rule.id)}
        self.paid.append(
            Paid(
                event=event,
                day=day,
                amount=Money(minor, currency),
                principal=Money(parts.get("principal", 0), currency),
                charges=Money(sum(money.minor for money in to.values()), currency),
                over=Money(parts["over"], currency),
                costs=Money(parts["costs"], currency) if parts.get("costs") else None,
                to=to,
                refused=refused,
            )
        )

    def account(self) -> Account:
        currency = self.amount.currency
        costs = self.costs_on(self.record.as_of.day)
        return Account(
            obligation=self.obligation.id,
            debtor=self.obligation.owed_by,
            creditor=self.obligation.owed_to,
            amount=self.amount,
            payments=tuple(self.paid),
            balances=tuple(Balance(_next(day), left) for day, left in self.changes),
            open=Money(self.open, currency),
            costs=Money(costs, currency) if costs else None,
            settled=self.done,
            undecided=self.undecided,
        )


def _splitter(order: str, costs: int, interest_: dict[str, int], principal: int) -> Callable[[int], dict[str, int]]:
    """How a sum settles costs, interest by rule, and principal (KNOBS `allocation`), as a function of the sum."""
    names = ["costs", *interest_]
    owing = {"costs": costs, **interest_, "principal": principal}
    if order == "principal first":
        ranks: list[str] = ["principal", *names]
    else:
        ranks = [*names, "principal"]

    def split(amount: int) -> dict[str, int]:
        owed = sum(owing.values())
        found: dict[str, int] = {}
        if order == "pro rata":
            found.update(zip(owing, shares(min(amount, owed), [*owing.values()]), strict=True))
        rest = amount
        for name in ranks:
            part = found.setdefault(name, min(rest, owing[name]))
            rest -= part
        return {**found, "over": rest}

    return split


class _Ledger:
    """All debts of one contract, settled together in date order."""

    def __init__(self, record: Record, obligations: Iterable[Obligation]) -> None:
        self.record = record
        terms = {payment.id: payment for payment in record.contract.payments}
        owed = [o for o in obligations if o.kind == "payment"]
        self.debts = {o.id: _Debt(record, o, terms[o.source]) for o in owed}
        self.of_source: dict[str, list[_Debt]] = {}
        for debt in self.debts.values():
            self.of_source.setdefault(debt.obligation.source, []).append(debt)

    def settle(self) -> dict[str, Account]:
        for day, facts in groupby(self._received(), key=lambda pair: pair[0]):
            self._day(day, [fact for _, fact in facts])
        return {key: debt.account() for key, debt in self.debts.items() if debt.paid or not _dead(debt.obligation)}

    def _received(self) -> list[tuple[date, Fact]]:
        """Payments and set-offs by the day on which they count, those of one day in order."""
        found = [(self._day_of(fact), fact) for what in ("paid", "set off") for fact in self.record.of(what)]
        found = [(day, fact) for day, fact in found if day <= self.record.as_of.day]
        return sorted(found, key=lambda pair: (pair[0], pair[1].order))

    def _day_of(self, fact: Fact) -> date:
        """The day of a payment (KNOBS `payment_date`), or from which a set-off works (KNOBS `set_off_from`)."""
        event = fact.event
        if event.what == "set off":
            return self._set_off_day(fact)
        how = self.record.counting.of("payment_date")
        if how == "arrives":
            return fact.at.day
        said = event.sent if how == "sent" else event.valued
        if said is None:
            self.record.question(Problem("EVENT-PAID-01", f"events.{event.id}", {"knob": how}))
            return fact.at.day
        return _local_day(self.record, said)

    def _set_off_day(self, fact: Fact) -> date:
        if self.record.counting.of("set_off_from") != "when both were due":
            return fact.at.day
        debt, counter = self.debts.get(fact.event.of or ""), fact.event.about or ""
        other = self.debts[counter].due if counter in self.debts else None
        asked = [f.at.day for what in ("claimed", "notified") for f in self.record.of(what, counter)]
        since = other or min(asked, default=None)
        if debt is None or debt.due is None or since is None:
            self.record.question(Problem("EVENT-SETOFF-01", f"events.{fact.event.id}", {"of": counter or "–"}))
            return fact.at.day
        return min(fact.at.day, max(debt.due, since))

    def _day(self, day: date, facts: list[Fact]) -> None:
        """One day: sums that name a debt, those that name a series of debts, then those that name none."""
        named: dict[str, list[_Sum]] = {}
        pooled: dict[tuple[str, ...], list[_Sum]] = {}
        for fact in facts:
            one = self._sum(fact)
            if one is None:
                continue
            for key, part in self._named(fact, one):
                if isinstance(key, str):
                    named.setdefault(key, []).append(part)
                elif key:
                    pooled.setdefault(key, []).append(part)
        for key, sums in named.items():
            self.debts[key].take(day, sums)
        for ids, sums in sorted(pooled.items()):
            self._between(day, [self.debts[i] for i in ids], sums)

    def _sum(self, fact: Fact) -> _Sum | None:
        """The amount in the contract's currency, and whether a set-off is allowed."""
        event, currency = fact.event, self.record.contract.currency
        if event.amount is None or event.amount.currency != currency:
            if event.of in self.debts or event.of in self.of_source or event.of is None:
                self.record.question(Problem("EVENT-AMOUNT-01", f"events.{event.id}", {"currency": currency}))
            return None
        return _Sum(event.id, event.amount.minor, self._refused(fact) if event.what == "set off" else "")

    def _refused(self, fact: Fact) -> str:
        """Why a set-off has no effect (KNOBS `set_off`); a disputed counterclaim may be set off only where that is
        allowed.
        """
        how = self.record.counting.of("set_off")
        if how == "barred":
            return "barred"
        counter = fact.event.about
        if how == "allowed" or counter is None:
            return ""
        said = [f for what in ("disputed", "agreed") for f in self.record.of(what, counter) if f.at.day <= fact.at.day]
        last = max(said, key=lambda f: f.order, default=None)
        return "disputed" if last is not None and last.event.what == "disputed" else ""

    def _named(self, fact: Fact, one: _Sum) -> Iterable[tuple[str | tuple[str, ...], _Sum]]:
        """The debt, or the debts, that a sum may settle; what names a charge or something else is no payment of a
        debt.
        """
        of = fact.event.of
        if of in self.debts:
            yield of, one
        elif of in self.of_source:
            yield self._open_ids(self.of_source[of]), one
        elif of is None and fact.event.what == "paid":
            yield from self._designated(fact, one)

    def _designated(self, fact: Fact, one: _Sum) -> Iterable[tuple[str | tuple[str, ...], _Sum]]:
        """A sum that names no debt: what whoever may choose assigned to one, then all debts of the payer."""
        how = self.record.counting.of("allocation_between") or ""
        payer = fact.event.by
        debts = [d for d in self.debts.values() if payer in (None, d.obligation.owed_by)]
        rest = one.minor
        for assigned in self.record.of("designated", one.event):
            chosen, by = assigned.event.of, assigned.event.by
            if chosen not in self.debts:
                continue
            side = "creditor's" if by == self.debts[chosen].obligation.owed_to else "debtor's"
            if by is not None and side not in how:  # what the contract agrees comes before either's word (560)
                continue
            part = min(rest, assigned.event.amount.minor if assigned.event.amount else rest)
            rest -= part
            yield chosen, _Sum(one.event, part)
        if rest and how == "creditor's choice":
            self.record.question(Problem("EVENT-PAID-02", f"events.{one.event}", {"id": one.event}))
        elif rest:
            yield self._open_ids(debts), _Sum(one.event, rest)

    def _open_ids(self, debts: Iterable[_Debt]) -> tuple[str, ...]:
        return tuple(sorted(debt.obligation.id for debt in debts))

    def _between(self, day: date, debts: list[_Debt], sums: Sequence[_Sum]) -> None:
        """One day's money over several debts, rank by rank; equals share in proportion."""
        amount = sum(one.minor for one in sums)
        given = dict.fromkeys((debt.obligation.id for debt in debts), 0)
        ranked = sorted((self._rank(debt, day), debt.obligation.id) for debt in debts)
        rest, last = amount, ""
        for _, group in groupby(ranked, key=lambda pair: pair[0]):
            ids = [key for _, key in group]
            owing = [self.debts[key].owing(day) for key in ids]
            for key, part in zip(ids, shares(min(rest, sum(owing)), owing), strict=True):
                given[key] += part
                last = key if part else last
            rest -= min(rest, sum(owing))
        given[last or ranked[0][1]] += rest  # more than all that is owed: shown as over on the last one
        for key, parts in _cut([(key, given[key]) for _, key in ranked], sums):
            self.debts[key].take(day, parts)

    def _rank(self, debt: _Debt, day: date) -> tuple[Fraction | int, ...]:
        """Smaller settles first (KNOBS `allocation_between`)."""
        how = self.record.counting.of("allocation_between") or ""
        due = debt.due.toordinal() if debt.due else date.max.toordinal()
        not_due = int(debt.due is None or debt.due > day)
        if how == "pro rata":
            return (not_due,)
        if "least secured" in how:
            secured = Fraction(debt.term.secured.minor if debt.term.secured else 0, debt.amount.minor)
            return (not_due, secured, -debt.burden(day), due)
        return (due,)  # what is due comes before what is not in any case


def _dead(obligation: Obligation) -> bool:
    """Whether the end of the contract left nothing of it (KNOBS `after_end`)."""
    return obligation.waiting is not None and obligation.waiting.code == "DUE-ENDED-01"


_YEARLY = {"day": 365, "month": 12, "year": 1}
"""How many of a unit make a year, by which burdens are compared."""


def _cut(given: Sequence[tuple[str, int]], sums: Sequence[_Sum]) -> list[tuple[str, list[_Sum]]]:
    """Attribute the money of each debt to the sums that it came from, in their order."""
    queue = [(one.event, one.minor) for one in sums]
    found: list[tuple[str, list[_Sum]]] = []
    for key, amount in given:
        parts: list[_Sum] = []
        rest = amount
        while rest:
            event, left = queue[0]
            part = min(rest, left)
            parts.append(_Sum(event, part))
            rest -= part
            if part == left:
                queue.pop(0)
            else:
                queue[0] = (event, left - part)
        found.append((key, parts))
    return found


def _running(rule: Rule) -> tuple[Charge, ...]:
    """What runs by a rule: its charge, or that of each tier."""
    return rule.tiers or ((rule.charge,) if rule.charge is not None else ())


def _runs(record: Record, rule: Rule, obligation: Obligation) -> bool:
    """Whether a rule's charge runs on what is open of this debt while it is late, by days, months or years."""
    when, running = rule.when, _running(rule)
    units = {charge.per.unit if charge.per is not None and charge.per.n == 1 else "" for charge in running}
    if units not in [{unit} for unit in _YEARLY] or any(charge.of not in {"payable", "unpaid"} for charge in running):
        return False
    if when.state != "late":
        return False
    if not (when.any == "payment" or when.id in {obligation.source, obligation.id}):
        return False
    waived = record.of("waived", f"{rule.id}:{obligation.id}")
    return not any(fact.event.amount is None for fact in waived)


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _local_day(record: Record, said: date) -> date:
    read = moment(said, record.zone)
    return said if isinstance(read, Problem) else read.day
