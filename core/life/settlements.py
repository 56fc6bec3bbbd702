"""The settlement of each period: its fee, what charges take off or add, what is then paid, with the tax apart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.accounts import Account
from core.charges import Accrual
from core.claims import Claim
from core.measures import Figure
from core.money import Money, integer
from core.record import Record
from core.schedule import Obligation, Window, fee_windows

__all__ = ["Settlement", "settlements"]


class Settlement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One period's fee: what is deducted and added by charges of the period, and what is then paid; tax stands apart.

    A deduction is what stands of a claim: without what was waived, has lapsed, was earned back or was paid for itself.
    What of it is disputed is no deduction yet: it is `waiting` (KNOBS `dispute`). Nothing is netted here: `set_off`
    is what a person has recorded as set off (KNOBS `set_off`). `left` is still to be paid; below zero, too much was.
    """

    obligation: str
    window: str
    first: date
    last: date
    fee: Money
    deductions: dict[str, Money] = {}
    bonuses: dict[str, Money] = {}
    waiting: dict[str, Money] = {}
    pay: Money
    net: Money
    tax: Money
    set_off: Money
    paid: Money
    left: Money


class _Row(NamedTuple):
    """One period of a fee, and the charges that fall into it."""

    owed: Obligation
    window: Window
    down: dict[str, int]
    up: dict[str, int]
    waiting: dict[str, int]


def settlements(
    record: Record,
    obligations: Iterable[Obligation],
    debts: Mapping[str, Account],
    accruals: Sequence[Accrual],
    made: Sequence[Claim],
    figures: Mapping[str, Figure],
) -> tuple[Settlement, ...]:
    """The fee of each period of a series of payments, with the charges that fall into it.

    A charge falls into the period in which its reading's window ends, else into that of its first day. What the payee
    owes is deducted; what the payer owes for a reading is added. Where several fees run between the two, it bears on
    that of the service measured, else on the first.
    """
    series = _series(record, obligations, debts)
    for accrual, claim in zip(accruals, made, strict=True):
        stands, waits = _standing(record, claim)
        figure = figures.get(accrual.breach)
        bonus = False
        rows = [rows for rows in series.values() if _between(rows, accrual.creditor, accrual.debtor)]
        if not rows and figure is not None:
            bonus = True
            rows = [rows for rows in series.values() if _between(rows, accrual.debtor, accrual.creditor)]
        row = _period(_of_service(record, figure, rows), figure.last if figure else accrual.slices[0].first)
        if row is None:
            continue
        if stands:
            (row.up if bonus else row.down)[accrual.id] = stands
        if waits:
            row.waiting[accrual.id] = waits
    return tuple(_settlement(record, row, debts[row.owed.id]) for rows in series.values() for row in rows)


def _series(record: Record, obligations: Iterable[Obligation], debts: Mapping[str, Account]) -> dict[str, list[_Row]]:
    """The periods of each fee that is paid in a series, in their order."""
    spans = fee_windows(record)
    found: dict[str, list[_Row]] = {}
    for owed in obligations:
        if owed.id in debts and owed.id in spans:
            found.setdefault(owed.source, []).append(_Row(owed, spans[owed.id], {}, {}, {}))
    return found


def _between(rows: list[_Row], payer: str, payee: str) -> bool:
    return (rows[0].owed.owed_by, rows[0].owed.owed_to) == (payer, payee)


def _of_service(record: Record, figure: Figure | None, found: list[list[_Row]]) -> list[_Row]:
    measured = next((m for m in record.contract.measures if figure is not None and m.id == figure.measure), None)
    named = [rows for rows in found if measured is not None and rows[0].owed.source == measured.service]
    return next(iter([*named, *found]), [])


def _period(rows: list[_Row], day: date) -> _Row | None:
    """The first period that ends on or after a day: a stub that is joined to the next one has none of its own."""
    return next((row for row in rows if day < row.window.after), None)


def _standing(record: Record, claim: Claim) -> tuple[int, int]:
    """What stands of a charge, and what of it waits because it is disputed."""
    apart = sum(fact.event.amount.minor for fact in record.of("paid", claim.id) if fact.event.amount)
    over = claim.over.minor if claim.over else 0
    stands = max(0, claim.open.minor + claim.paid.minor - over - apart)
    how = record.counting.of("dispute")
    waits = 0 if how == "pay first" or not claim.disputed.minor else claim.disputed.minor
    waits = claim.open.minor if waits and how == "all waits" else waits
    return stands - waits, waits


def _settlement(record: Record, row: _Row, debt: Account) -> Settlement:
    currency = debt.amount.currency
    term = next(payment for payment in record.contract.payments if payment.id == row.owed.source)
    tax: Fraction | None = term.tax or record.contract.tax
    pay = debt.amount.minor - sum(row.down.values()) + sum(row.up.values())
    net = integer(pay / (1 + tax)) if tax else pay
    offs = {f.event.id: f.event.about for f in record.of("set off")}
    netted = {p.event: p.amount.minor for p in debt.payments if p.event in offs and not p.refused}
    got = sum(p.amount.minor for p in debt.payments if p.event not in offs)
    # a set-off of a charge of this very period is the deduction itself, not one more
    other = sum(minor for event, minor in netted.items() if offs[event] not in row.down)

    def money(sums: dict[str, int]) -> dict[str, Money]:
        return {key: Money(minor, currency) for key, minor in sums.items()}

    return Settlement(
        obligation=row.owed.id,
        window=row.window.id,
        first=row.window.first,
        last=date.fromordinal(row.window.after.toordinal() - 1),
        fee=debt.amount,
        deductions=money(row.down),
        bonuses=money(row.up),
        waiting=money(row.waiting),
        pay=Money(pay, currency),
        net=Money(net, currency),
        tax=Money(pay - net, currency),
        set_off=Money(sum(netted.values()), currency),
        paid=Money(got, currency),
        left=Money(pay - got - other, currency),
    )
