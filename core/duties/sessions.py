"""Sessions of a schedule that a contract sets out: when each is planned, and when it was held."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from core.periods import Calendar
from core.problems import Problem
from core.record import Record
from core.terms import Sessions
from core.worktime import WEEKDAYS, edge, read_hours

__all__ = ["Session", "sessions_of"]

LONGEST = 3660  # days: a schedule that is not full after ten years is a mistake


class Session(NamedTuple):
    """One session: its number, day, and the instants at which it begins and ends."""

    number: int
    day: date
    begins: datetime
    ends: datetime


def sessions_of(record: Record, key: str) -> list[Session]:
    """The sessions of a schedule in order; those recorded as held stand where they were held.

    An event "session held" has `of` the schedule and `value` the number. Too few days are a problem
    of the record.
    """
    term = record.contract.schedules[key]
    hours = read_hours(term.hours)
    assert not isinstance(hours, Problem)  # a file with such hours is refused when it is read
    planned: list[Session] = []
    day = term.from_
    while len(planned) < term.count and (day - term.from_).days < LONGEST:
        if _is_held(day, term, record.calendar):
            for window in hours:
                if window.weekday == day.weekday() and len(planned) < term.count:
                    begins, ends = (edge(day, minutes, record.zone) for minutes in (window.opens, window.closes))
                    planned.append(Session(len(planned) + 1, day, begins, ends))
        day += timedelta(days=1)
    if len(planned) < term.count:
        days = ", ".join(WEEKDAYS[weekday] for weekday in sorted({window.weekday for window in hours}))
        args = {"wanted": term.count, "found": len(planned), "days": days}
        record.question(Problem("SCHEDULE-COUNT-01", f"schedules.{key}.count", args))
    held = {fact.event.value: fact.at for fact in record.of("session held", key)}
    return [
        session
        if (at := held.get(str(session.number))) is None
        else Session(session.number, at.day, at.instant or session.begins, at.instant or session.ends)
        for session in planned
    ]


def _is_held(day: date, term: Sessions, calendar: Calendar) -> bool:
    """Whether a schedule has a session on a day that its hours name (KNOBS `closures` for the calendar's own)."""
    if day in term.off:
        return False
    reason = calendar.rest_reason(day)
    skips = term.skips or "holidays"
    return skips == "nothing" or reason is None or (skips == "holidays" and reason == "weekend")
