"""How much time lies between two moments as a contract counts it, and due times after parts of a day or month."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec

from core.periods import (
    Calendar,
    Counting,
    Due,
    Period,
    Step,
    Window,
    add,
    end_of_day,
    event_day,
    hours_of,
    last_of_month,
    local_date,
    local_time,
    moment_of,
    months_on,
    usual_minutes,
    worth_of_day,
    zone_of,
)
from core.problems import Problem
from core.worktime import add_hours, between, minutes_of, next_opening

__all__ = ["add_share", "days_between", "hours_between"]


def add_share(
    anchor: date | datetime, share: Fraction, unit: str, counting: Counting, calendar: Calendar
) -> Due | Problem:
    """The due time a part of a month or of a working day after `anchor`.

    KNOBS `part_month`, `day_length` and `fraction`.
    """
    if unit == "month":
        start, _ = event_day(anchor, counting, calendar)
        whole, part = divmod(share, 1)
        base = months_on(start, int(whole))
        length = 30 if counting.of("part_month") != "actual month" else last_of_month(base.year, base.month).day
        days = int(part * length)
        due = add(base, Period(days, "day"), counting, calendar)
        if isinstance(due, Problem):
            return due
        args = {"share": share, "days": Period(days, "day"), "by": counting.origin("part_month")}
        return msgspec.structs.replace(due, steps=(Step("COUNT-PARTMONTH-01", args), *due.steps))
    if counting.of("fraction") == "refused":
        return Problem("COUNT-FRACTION-01", args={"share": share})
    hours = hours_of(counting, calendar)
    moment = moment_of(anchor, counting, calendar)
    if isinstance(hours, Problem):
        return hours
    return moment if isinstance(moment, Problem) else _part_days(moment, share, hours, counting, calendar)


def _part_days(
    moment: datetime, share: Fraction, hours: tuple[Window, ...], counting: Counting, calendar: Calendar
) -> Due | Problem:
    """Parts of working days as hours: of each day that is used its own, or a fixed number."""
    zone = zone_of(counting, calendar)
    fixed_length = (counting.of("day_length") or "own hours").partition(" ")[0]
    if fixed_length != "own":
        amount = share * Fraction(fixed_length)
    else:
        amount, left, at = Fraction(0), share, moment
        while left > 0:
            opened = next_opening(at, hours, calendar, zone)
            if isinstance(opened, Problem):
                return opened
            day = local_date(opened, zone)
            rest = between(opened, end_of_day(day, zone), hours, calendar, zone)
            assert isinstance(rest, int)
            own = Fraction(minutes_of(day, hours, calendar), 60)
            used = min(left, Fraction(rest, 3600) / own)
            amount, left, at = amount + used * own, left - used, end_of_day(day, zone)
    due = add_hours(moment, amount, hours, calendar, zone)
    if isinstance(due, Problem):
        return due
    if counting.of("fraction") == "cut to the minute":
        due = due.replace(second=0, microsecond=0)
    day = local_date(due, zone)
    args = {"share": share, "start": local_time(moment, zone), "due": local_time(due, zone),
            "by": counting.origin("day_length")}  # fmt: skip
    return Due(day, due, day, (Step("COUNT-PARTDAY-01", args),), rolls=False)


def days_between(
    start: date | datetime, end: date | datetime, counting: Counting, calendar: Calendar, *, working: bool = False
) -> Fraction | Problem:
    """Days from `start` to `end` as the contract counts them; with `working` only working days.

    KNOBS `count_ends`, `elapsed_days` (parts, where both have a time of day), `half_day` and `reversed_range`.
    """
    zone = zone_of(counting, calendar)
    first, last = (local_date(at, zone) if isinstance(at, datetime) else at for at in (start, end))
    clocked = isinstance(start, datetime) and isinstance(end, datetime)
    if last < first or (isinstance(start, datetime) and isinstance(end, datetime) and end < start):
        how = counting.of("reversed_range")
        if how not in {"zero", "negative"}:
            return Problem("TIME-REVERSED-01", args={"start": start, "end": end})
        back = days_between(end, start, counting, calendar, working=working)
        return Fraction(0) if how == "zero" else back if isinstance(back, Problem) else -back
    if clocked and counting.of("elapsed_days") in {"exact part", "floored"}:
        assert isinstance(start, datetime)
        assert isinstance(end, datetime)
        part = _part_between(start, end, counting, calendar, working)
        return Fraction(int(part)) if counting.of("elapsed_days") == "floored" and isinstance(part, Fraction) else part
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
    if isinstance(seconds, Problem):
        return seconds
    length = (counting.of("day_length") or "own hours").partition(" ")[0]
    day = usual_minutes(hours) * 60 if length == "own" else int(Fraction(length) * 3600)
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
