"""How much time lies between two moments as a contract counts it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

from core.periods import (
    Calendar,
    Counting,
    hours_of,
    local_date,
    local_time,
    usual_minutes,
    worth_of_day,
    zone_of,
)
from core.problems import Problem
from core.worktime import between

__all__ = ["days_between", "hours_between"]


def days_between(
    start: date | datetime, end: date | datetime, counting: Counting, calendar: Calendar, *, working: bool = False
) -> Fraction | Problem:
    """Days from `start` to `end` as the contract counts them; with `working` only working days.

    KNOBS `count_ends`, `elapsed_days` (parts, where both have a time of day), `half_day` and `reversed_range`.
    """
    zone = zone_of(counting, calendar)
    first, last = (local_date(at, zone) if isinstance(at, datetime) else at for at in (start, end))
    moments = (start, end) if isinstance(start, datetime) and isinstance(end, datetime) else None
    if moments[1] < moments[0] if moments else last < first:
        said = counting.of("reversed_range")
        if said not in {"zero", "negative"}:
            return Problem("TIME-REVERSED-01", args={"start": start, "end": end})
        back = days_between(end, start, counting, calendar, working=working)
        return Fraction(0) if said == "zero" else back if isinstance(back, Problem) else -back
    how = counting.of("elapsed_days")
    if moments and how in {"exact part", "floored"}:
        part = _part_between(*moments, counting, calendar, working)
        return part if isinstance(part, Problem) or how == "exact part" else Fraction(int(part))
    since = first if counting.of("count_ends") == "start out, end in" else first - timedelta(days=1)
    until = last - timedelta(days=1) if counting.of("count_ends") == "start in, end out" else last
    if not working:
        return Fraction((until - since).days)
    if counting.of("half_day") in {"by its hours", "one half"}:
        days = (since + timedelta(days=n) for n in range(1, (until - since).days + 1))
        return sum((worth_of_day(day, counting, calendar) for day in days if not calendar.is_rest(day)), Fraction(0))
    return Fraction(calendar.count_working_days(since, until))


def _part_between(
    start: datetime, end: datetime, counting: Counting, calendar: Calendar, working: bool
) -> Fraction | Problem:
    if not working:
        return Fraction(int((end - start).total_seconds()), 86_400)
    hours = hours_of(counting, calendar)
    if isinstance(hours, Problem):
        return hours
    seconds = between(start, end, hours, calendar, zone_of(counting, calendar))
    assert isinstance(seconds, int)  # the end comes after the start
    length = counting.of("day_length") or "own hours"
    day = usual_minutes(hours) * 60 if length == "own hours" else int(Fraction(length.removesuffix(" h")) * 3600)
    return Fraction(seconds, day)


def hours_between(
    start: datetime, end: datetime, counting: Counting, calendar: Calendar, *, working: bool = False
) -> int | Problem:
    """Seconds from `start` to `end`: real, by the wall clock (KNOBS `elapsed`), or those in working hours."""
    zone = zone_of(counting, calendar)
    how = counting.of("reversed_range") or "problem"
    if working:
        hours = hours_of(counting, calendar)
        if isinstance(hours, Problem):
            return hours
        return between(start, end, hours, calendar, zone, reversed_range=how)
    if end < start and how in {"problem", "zero"}:
        return 0 if how == "zero" else Problem("TIME-REVERSED-01", args={"start": start, "end": end})
    if counting.elapsed == "wall clock":
        walls = [local_time(at, zone).replace(tzinfo=None) for at in (start, end)]
        return int((walls[1] - walls[0]).total_seconds())
    return int((end - start).total_seconds())
