"""Where each charge stands between the parties: computed, notified, disputed, waived, paid or set off, and what is
due now.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from core.accounts import Account
from core.charges import Accrual
from core.liability import Liability
from core.money import Money
from core.record import Record

__all__ = ["Balance", "Claim", "balances", "claims"]

_STATES = ("notified", "claimed", "disputed", "agreed", "settled")


class Claim(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A charge as a claim.

    `open` = payable − waived − paid; `due_now` leaves out the disputed part, which waits (KNOBS `dispute`).
    """

    id: str
    state: str
    since: date | None = None
    payable: Money
    waived: Money
    paid: Money
    disputed: Money
    open: Money
    due_now: Money


class Balance(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What one party owes another from charges and recourse: in all, still open, and due now."""

    debtor: str
    creditor: str
    payable: Money
    open: Money
    due_now: Money


def claims(
    record: Record, accruals: Iterable[Accrual], owed: Mapping[str, Liability], debts: Mapping[str, Account]
) -> tuple[Claim, ...]:
    """One claim for each charge, with what a person recorded about it."""
    return tuple(_claim(record, accrual, owed[accrual.id].payable, debts) for accrual in accruals)


def _claim(record: Record, accrual: Accrual, payable: Money, debts: Mapping[str, Account]) -> Claim:
    currency = payable.currency
    waived = sum(f.event.amount.minor for f in record.of("waived", accrual.id) if f.event.amount)
    paid = sum(
        f.event.amount.minor for what in ("paid", "set off") for f in record.of(what, accrual.id) if f.event.amount
    )
    paid += _paid_first(accrual, debts)
    waived = accrual.gross.minor if accrual.waived else min(waived, payable.minor)
    owing = max(0, payable.minor - (0 if accrual.waived else waived) - paid)
    state, since, disputed = _state(record, accrual, owing)
    if owing == 0 and paid:
        state = "paid"
    return Claim(
        id=accrual.id,
        state=state,
        since=since,
        payable=payable,
        waived=Money(waived, currency),
        paid=Money(paid, currency),
        disputed=Money(disputed, currency),
        open=Money(owing, currency),
        due_now=Money(owing - disputed, currency),
    )


def _paid_first(accrual: Accrual, debts: Mapping[str, Account]) -> int:
    """What part payments of a debt settled of its delay charge before the principal (Civil Code 561)."""
    debt = debts.get(accrual.subject)
    return sum(p.to[accrual.rule].minor for p in debt.payments if accrual.rule in p.to) if debt else 0


def _state(record: Record, accrual: Accrual, owing: int) -> tuple[str, date | None, int]:
    """The last thing recorded about the claim; a dispute without an amount holds all of it."""
    if accrual.waived:
        return "waived", None, 0
    facts = sorted((f for what in _STATES for f in record.of(what, accrual.id)), key=lambda f: (f.at.day, f.event.id))
    if not facts:
        return "computed", None, 0
    last = facts[-1]
    disputed = 0
    if last.event.what == "disputed":
        disputed = min(owing, last.event.amount.minor if last.event.amount else owing)
    return last.event.what, last.at.day, disputed


def balances(
    accruals: Iterable[Accrual], made: Iterable[Claim], recourses: Iterable[tuple[str, str, Money]], currency: str
) -> tuple[Balance, ...]:
    """Sum charges and recourse by who owes whom, in the order in which the pairs first appear."""
    sums: dict[tuple[str, str], list[int]] = {}
    for accrual, claim in zip(accruals, made, strict=True):
        row = sums.setdefault((accrual.debtor, accrual.creditor), [0, 0, 0])
        for i, money in enumerate((claim.payable, claim.open, claim.due_now)):
            row[i] += money.minor
    for debtor, creditor, amount in recourses:
        row = sums.setdefault((debtor, creditor), [0, 0, 0])
        for i in range(3):
            row[i] += amount.minor
    return tuple(
        Balance(debtor=d, creditor=c, payable=Money(p, currency), open=Money(o, currency), due_now=Money(n, currency))
        for (d, c), (p, o, n) in sums.items()
    )
