"""Obligations as values: one thing owed once, when, by whom and to whom, and the act that ended it."""

from datetime import date, datetime

import msgspec

from core.money import Money
from core.periods import Due, Step
from core.record import Moment
from core.terms import Annex, Payment, Text
from core.terms import Step as Service

__all__ = ["Done", "Obligation", "Source", "due_moment", "obligation_of"]

Source = Annex | Service | Payment
"""What a contract may say that somebody owes."""


# gc=False, here and in the stages that follow: frozen values form no circle, and an assessment makes so many of
# them that the collector's walks over them took a quarter of its time.
class Done(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """The act that ends an obligation. `how`: "delivered", "accepted", "deemed accepted", "stopped", "paid".

    `accepted` is the day on which acceptance was complete; `pending`: delivered, and acceptance is still open.
    """

    day: date
    instant: datetime | None = None
    how: str
    event: str | None = None
    accepted: date | None = None
    pending: bool = False


class Obligation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One thing owed once. `id` survives re-assessment: "A1", "A5/2026-Q1", "A6/C-1".

    `waiting` says what its due time still waits for (then `due` is None); `tests` are the deliveries that were
    rejected, each with the day of delivery and the day of rejection; `paused` counts seconds (clocks) or days.
    `state` is that of a service step's clock: "running", "paused", "late", "kept" or "missed".
    """

    id: str
    kind: str
    source: str
    owed_by: str
    owed_to: str
    title: Text = {}
    clause: str | None = None
    case: str | None = None
    window: str | None = None
    amount: Money | None = None
    due: Due | None = None
    by_clock: bool = False
    waiting: Step | None = None
    done: Done | None = None
    tests: tuple[tuple[date, date], ...] = ()
    paused: int = 0
    state: str = ""


def obligation_of(term: Source, owed_to: str, case: str | None = None, window: str | None = None) -> Obligation:
    """One obligation as its source states it, for a case or a window of it; not yet when it is due or done."""
    return Obligation(
        id=f"{term.id}/{case or window}" if case or window else term.id,
        kind={Annex: "annex", Service: "step", Payment: "payment"}[type(term)],
        source=term.id,
        owed_by=term.owed_by,
        owed_to=owed_to,
        title=term.title,
        clause=term.clause,
        case=case,
        window=window,
        amount=term.amount if isinstance(term, Payment) else None,
    )


def due_moment(due: Due) -> Moment:
    """The last moment in time: an instant for clocks, the whole day otherwise."""
    return Moment(due.day, due.instant)
