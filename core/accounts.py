"""Debts and what was paid on them: the open balance of each price, day by day."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.money import Money, integer
from core.problems import Problem
from core.record import Fact, Record
from core.schedule import Done, Obligation
from core.terms import Payment

__all__ = ["Account", "Balance", "accounts"]


class Balance(msgspec.Struct, frozen=True):
    """What was open at the opening of each day from `first` on, until the next balance begins (minor units)."""

    first: date
    open: int


class Paid(msgspec.Struct, frozen=True, omit_defaults=True):
    """One payment received: to the principal, to the delay charges running on it, and what exceeded the debt."""

    event: str
    day: date
    amount: Money
    principal: Money
    charges: Money
    over: Money


class Account(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One debt: amount, payments in date order, the balances they left, and when it was settled."""

    obligation: str
    debtor: str
    creditor: str
    amount: Money
    payments: tuple[Paid, ...] = ()
    balances: tuple[Balance, ...] = ()
    open: Money
    settled: Done | None = None

    def open_on(self, day: date) -> int:
        """Minor units open at the opening of `day`: a payment of that day still finds them open (payment day in)."""
        found = self.amount.minor
        for balance in self.balances:
            if balance.first <= day:
                found = balance.open
        return found

    @property
    def breaks(self) -> tuple[date, ...]:
        """Days on which the opening balance changes."""
        return tuple(balance.first for balance in self.balances)


class _Running(NamedTuple):
    """The daily rate of the delay charge on a debt, where part payments settle charges before principal."""

    rate: Fraction
    of: str


def accounts(record: Record, obligations: Iterable[Obligation]) -> dict[str, Account]:
    """An account for each payment owed, by obligation id; each debt settles in date order on its own."""
    orders = {payment.id: payment for payment in record.contract.payments}
    return {o.id: _settle(record, o, orders[o.source]) for o in obligations if o.kind == "payment" and o.amount}


def _settle(record: Record, obligation: Obligation, term: Payment) -> Account:
    """Fold payments and set-offs into balances; `order` "principal first", or charges before principal (Civil Code
    561).
    """
    amount = obligation.amount
    assert amount is not None
    order = term.order or record.counting.of("allocation")
    paid: list[Paid] = []
    balances: list[Balance] = []
    open_, charged, accrued_to = amount.minor, Fraction(0), obligation.due.day if obligation.due else None
    running = _running(record, obligation) if order and order.startswith("costs") else None
    for fact in _payments(record, obligation):
        received = fact.event.amount
        if received is None or received.currency != amount.currency:
            record.question(Problem("EVENT-AMOUNT-01", f"events.{fact.event.id}", {"currency": amount.currency}))
            continue
        if fact.event.of == obligation.id and order is None and received.minor < open_:
            record.ask("allocation", f"payments.{term.id}.order")
        rest, day = received.minor, fact.at.day
        to_charges = 0
        if running is not None and accrued_to is not None and day > accrued_to:
            base = open_ if running.of == "unpaid" else amount.minor
            charged += running.rate * base * (day - accrued_to).days
            accrued_to = day
            to_charges = min(rest, integer(charged))
            charged -= to_charges
            rest -= to_charges
        principal = min(rest, open_)
        open_ -= principal
        paid.append(
            Paid(
                fact.event.id,
                day,
                received,
                *(Money(m, amount.currency) for m in (principal, to_charges, rest - principal)),
            )
        )
        balances.append(Balance(_next(day), open_))
    settled = None
    if open_ == 0 and paid:
        last = paid[-1]
        settled = Done(
            day=next(p.day for p, b in zip(paid, balances, strict=True) if b.open == 0), how="paid", event=last.event
        )
    return Account(
        obligation=obligation.id,
        debtor=obligation.owed_by,
        creditor=obligation.owed_to,
        amount=amount,
        payments=tuple(paid),
        balances=tuple(balances),
        open=Money(open_, amount.currency),
        settled=settled,
    )


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _payments(record: Record, obligation: Obligation) -> list[Fact]:
    """Payments and set-offs on this debt, in the order in which they arrived (KNOBS `payment_date`: arrives)."""
    ids = {obligation.id, obligation.source} if obligation.window is None else {obligation.id}
    facts = [f for what in ("paid", "set off") for i in sorted(ids) for f in record.of(what, i)]
    unique = {fact.event.id: fact for fact in facts}
    return sorted(unique.values(), key=lambda fact: (fact.at.day, fact.event.id))


def _running(record: Record, obligation: Obligation) -> _Running | None:
    """The per-day rate of the rule that runs on this debt while it is late; None if there is none or more than one."""
    found = [
        _Running(rule.charge.rate, rule.charge.of or "payable")
        for rule in record.contract.rules
        if rule.charge
        and rule.charge.rate is not None
        and rule.charge.of in {"payable", "unpaid"}
        and rule.when.state == "late"
        and (rule.when.any == "payment" or rule.when.id == obligation.source)
    ]
    return found[0] if len(found) == 1 else None
