"""What the end of a contract leaves of its duties: what was not yet due dies, what was earned stands (`after_end`)."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import msgspec

from core.breaches import outlives_end
from core.money import Money, integer
from core.periods import Step
from core.record import Moment, Record, not_after
from core.schedule import Obligation, Window, fee_windows
from core.terms import Payment

__all__ = ["earned", "standing"]

_BY_TIME = frozenset({"signed", "effective", "start", "end", "due", "session"})
"""What a due time hangs on without anybody having earned anything."""


def standing(record: Record, obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """The obligations as the end leaves them (KNOBS `after_end`): a report or a fee that was not due yet is owed no
    more, a fee for time before the end stands for that time.
    """
    if record.ended is None:
        return tuple(obligations)
    payments = {payment.id: payment for payment in record.contract.payments}
    spans = fee_windows(record)
    return tuple(_left(record, record.ended, payments.get(o.source), spans.get(o.id), o) for o in obligations)


def _left(record: Record, ended: Moment, payment: Payment | None, span: Window | None, owed: Obligation) -> Obligation:
    if owed.due is None or owed.done is not None or owed.kind not in {"annex", "payment"}:
        return owed
    if not not_after(ended, Moment(owed.due.day, owed.due.instant)) or outlives_end(record, owed):
        return owed
    part = _share(payment, span, ended.day) if payment else Fraction(0)
    amount = owed.amount
    if amount is not None and part < 1:
        amount = Money(integer(amount.minor * part), amount.currency)
    if part:
        return msgspec.structs.replace(owed, amount=amount)
    waiting = Step("DUE-ENDED-01", {"date": ended.day, "due": owed.due.day})
    return msgspec.structs.replace(owed, amount=amount, due=None, waiting=waiting)


def _share(payment: Payment, span: Window | None, day: date) -> Fraction:
    """How much of a price was earned by the end: of a period's fee the days before it; all of one that hangs on what
    came before the end, or that pays ahead for a stretch already begun (what goes back of it is its own sum).
    """
    if span is not None:
        return earned(span.first, span.after, day)
    ahead = payment.pays_for is not None and payment.pays_for.from_ <= day
    anchor = payment.due.anchor
    return Fraction(int(ahead or (anchor is not None and anchor.what not in _BY_TIME)))


def earned(first: date, after: date, day: date) -> Fraction:
    """The share of a period that lies before the end of `day`."""
    days, of = (min(day, date.fromordinal(after.toordinal() - 1)) - first).days + 1, (after - first).days
    return Fraction(max(0, days), of)
