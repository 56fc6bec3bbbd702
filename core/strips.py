"""Strips: the days from an event to its due day, each with why it was counted, skipped, paused or moved over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from core.periods import (
    Calendar,
    Counting,
    Due,
    Period,
    Step,
    end_of_day,
    event_day,
    hours_of,
    is_working_time,
    local_date,
    rest_words,
    start_of_day,
    worth_of_day,
    zone_of,
)
from core.problems import Problem
from core.worktime import between

__all__ = ["LONGEST_STRIP", "Mark", "strip_of"]


class Mark(NamedTuple):
    """One day of a strip, or several alike: `kind` is "event", "counted", "skipped", "paused", "moved" or "due".

    `n` is how many units are counted at the end of the day (None where none is), `reason` why the day is passed over.
    """

    day: date
    kind: str
    n: Fraction | None = None
    reason: Step | None = None
    provisional: bool = False


LONGEST_STRIP = 800
"""Days in a strip; of a longer one only the first and the last are shown."""


def strip_of(
    due: Due,
    anchor: date | datetime,
    period: Period,
    counting: Counting,
    calendar: Calendar,
    *,
    before: bool = False,
    pauses: Iterable[tuple[date, date]] = (),
) -> tuple[Mark, ...]:
    """The days from the event to the due day as this count saw them: counted, skipped with the reason, paused, moved.

    `pauses` are dates, both included. The strip has the event's day and the due day at its ends.
    """
    start, _ = event_day(anchor, counting, calendar)
    stood = {first + timedelta(days=n) for first, last in pauses for n in range((last - first).days + 1)}
    clocked = any(part.is_clock for part in period.parts)
    walk = _back_strip if before else _clock_strip if clocked and isinstance(anchor, datetime) else _day_strip
    marks = walk(start, due, anchor, period, counting, calendar, stood)
    return tuple(mark._replace(provisional=calendar.is_provisional(mark.day)) for mark in marks)


def _days_of(first: date, last: date) -> list[date]:
    """Each day of a strip; the middle of one that is too long is left out."""
    length = (last - first).days + 1
    if length <= LONGEST_STRIP:
        return [first + timedelta(days=n) for n in range(length)]
    half = LONGEST_STRIP // 2
    return [*_days_of(first, first + timedelta(days=half - 1)), *_days_of(last - timedelta(days=half - 1), last)]


def _why(day: date, calendar: Calendar) -> Step | None:
    if calendar.is_rest(day):
        return rest_words(day, calendar)
    return Step("rest.makeup") if calendar.is_makeup(day) else None


def _day_strip(
    start: date,
    due: Due,
    anchor: date | datetime,
    period: Period,
    counting: Counting,
    calendar: Calendar,
    stood: set[date],
) -> list[Mark]:
    """Periods in days and more: after the last counted day come those over which it was moved."""
    marks: list[Mark] = []
    working = due.unit == "working day"
    n = Fraction(0)
    for day in _days_of(min(start, due.day), max(start, due.day)):
        why = _why(day, calendar)
        rests = calendar.is_rest(day)
        if day == start and counting.first_day != "in":
            marks.append(Mark(day, "event", reason=why if rests else None))
        elif day in stood:
            marks.append(Mark(day, "paused"))
        elif working and rests:
            marks.append(Mark(day, "skipped", reason=why))
        elif day > due.unrolled and day != due.day:
            marks.append(Mark(day, "moved", reason=why))
        elif day > due.unrolled:
            marks.append(Mark(day, "due", reason=None if rests else why))
        else:
            n += worth_of_day(day, counting, calendar) if working else 1
            kind = "due" if day == due.day else "counted"
            marks.append(Mark(day, kind, n, why if working or day == due.unrolled else None))
    return marks


def _clock_strip(
    start: date,
    due: Due,
    anchor: date | datetime,
    period: Period,
    counting: Counting,
    calendar: Calendar,
    stood: set[date],
) -> list[Mark]:
    """Periods in hours: how many hours are used at the end of each day."""
    assert isinstance(anchor, datetime)
    assert due.instant is not None
    zone = zone_of(counting, calendar)
    hours = hours_of(counting, calendar) if any(is_working_time(part, counting) for part in period.parts) else None
    marks: list[Mark] = []
    used = Fraction(0)
    for day in _days_of(local_date(anchor, zone), due.day):
        first, last = max(anchor, start_of_day(day, zone)), min(due.instant, end_of_day(day, zone))
        seconds = (last - first) // timedelta(seconds=1)
        if hours is not None and not isinstance(hours, Problem):
            worked = between(first, max(first, last), hours, calendar, zone)
            seconds = worked if isinstance(worked, int) else 0
        used += Fraction(max(0, seconds), 3600)
        kind = "due" if day == due.day else "paused" if day in stood else "counted" if seconds else "skipped"
        marks.append(Mark(day, kind, used if seconds else None, _why(day, calendar) if hours is not None else None))
    return marks


def _back_strip(
    start: date,
    due: Due,
    anchor: date | datetime,
    period: Period,
    counting: Counting,
    calendar: Calendar,
    stood: set[date],
) -> list[Mark]:
    """Periods before an event, counted from it backwards, in the order of the calendar."""
    working = due.unit == "working day"
    marks: list[Mark] = [Mark(start, "event")]
    n = Fraction(0)
    for day in reversed(_days_of(due.day, start)[:-1]):
        why = _why(day, calendar)
        if working and calendar.is_rest(day):
            marks.append(Mark(day, "skipped", reason=why))
        elif day < due.unrolled:
            marks.append(Mark(day, "due" if day == due.day else "moved", reason=why))
        else:
            n += 1
            beyond = period.plus is None and period.unit in {"day", "working day"} and n > period.n  # a clear day more
            marks.append(
                Mark(day, "due" if day == due.day else "counted", None if beyond else n, why if working else None)
            )
    return marks[::-1]
