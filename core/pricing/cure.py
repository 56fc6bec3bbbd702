"""Cure periods: what a demand and a cure in time do to the charge for a delay (KNOBS `cure_effect`)."""

from datetime import date, timedelta

from core.breaches import Breach
from core.periods import Period, add
from core.problems import Problem
from core.record import Record

__all__ = ["cured", "redelivered"]


def cured(record: Record, rule: str, cure: Period | None, breach: Breach) -> tuple[tuple[date, date], ...]:
    """The late days (first, last) that cost nothing because of a cure period, which a demand that arrived begins.

    Cure does not take back what accrued unless the contract says so; which it is, is asked once a demand was made.
    """
    demands = (record.of("demanded", breach.subject) or record.of("demanded", breach.id)) if cure else []
    if cure is None or breach.due is None or breach.until is None:
        return ()
    if not demands:
        waits = record.counting.of("cure_effect") == "only from the notice"
        return ((breach.due + timedelta(days=1), breach.until),) if waits else ()
    how = record.ask("cure_effect", f"rules.{rule}.cure")
    if how == "only from the notice":
        return ((breach.due + timedelta(days=1), demands[0].at.day),)
    if how != "none if cured" or breach.running:
        return ()
    due = add(demands[0].at.day, cure, record.counting, record.calendar)
    if isinstance(due, Problem) or breach.until > due.day:
        return ()
    return ((breach.due + timedelta(days=1), breach.until),)


def redelivered(record: Record, cure: Period | None, breach: Breach) -> tuple[tuple[date, date], ...]:
    """All late days, where what was delivered in time and rejected came again within the cure period (KNOBS
    `rejected`).
    """
    if cure is None or breach.due is None or breach.until is None or breach.running or not breach.tested:
        return ()
    again = [*(delivered for delivered, _ in breach.tested[1:]), breach.until]
    if breach.tested[0][0] > breach.due:
        return ()
    for (_, rejected), day in zip(breach.tested, again, strict=True):
        due = add(rejected, cure, record.counting, record.calendar)
        if isinstance(due, Problem) or day > due.day:
            return ()
    return ((breach.due + timedelta(days=1), breach.until),)
