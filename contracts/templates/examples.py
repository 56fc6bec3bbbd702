"""Works the examples in a contract's text with the engine that will later work its figures."""

from datetime import timedelta

from core.money import Money
from core.problems import Problem
from core.terms import Contract
from core.world import World

__all__ = ["worked"]


def worked(contract: Contract, of: str, days: int) -> Money | None:
    """What it costs when `of` is done `days` after its due date; None where the contract fixes no due date yet."""
    from contracts.world import load_calendar
    from core.assessment import assess
    from core.events import Event

    calendar = load_calendar(contract.counting.calendar or "none")
    if contract.signed is None or isinstance(calendar, Problem):
        return None
    world = World(calendars={calendar.key: calendar})
    paid = next((payment for payment in contract.payments if payment.id == of), None)
    plain = assess(contract, (), as_of=contract.signed, world=world)
    due = next((each.due.day for each in plain.obligations if each.id == of and each.due is not None), None)
    if due is None:
        return None
    done = due + timedelta(days=days)
    event = Event(
        id="example", what="paid" if paid else "delivered", of=of, at=done, amount=paid.amount if paid else None
    )
    found = assess(contract, (event,), as_of=done, world=world)
    charged = [each.id for each in found.charges if each.subject == of]
    return next((each.payable for each in found.liabilities if each.charge in charged), None)
