"""Parts of a month or of a working day: how many days or hours "half a month" and "1.5 working days" are."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import msgspec

from core.counting.adapting import event_day, hours_of, moment_of, zone_of
from core.counting.calendars import Calendar, Window
from core.counting.cycles import last_of_month, months_on
from core.counting.daycounts import in_days
from core.counting.values import Basis, Counting, Due, Period, Step
from core.counting.zones import end_of_day, local_date, local_time
from core.problems import Problem
from core.worktime import add_hours, between, minutes_of, next_opening

__all__ = ["in_parts"]


def in_parts(
    anchor: date | datetime,
    period: Period,
    counting: Counting,
    calendar: Calendar,
    before: bool,
    roll: bool,
    at_least: bool,
) -> Due | Problem:
    """Months and a part as days (KNOBS `part_month`); working days and a part as hours (`day_length`, `fraction`)."""
    if period.unit == "month":
        start, _ = event_day(anchor, counting, calendar)
        days = _days_of(start, period, counting, -1 if before else 1)
        length = Period(period.n, "month", days) if period.n else days
        largest_first = msgspec.structs.replace(counting, mixed_order="largest first")
        due = in_days(anchor, length, largest_first, calendar, before, roll, at_least)
        if isinstance(due, Problem):
            return due
        args: dict[str, object] = {"share": period.count, "days": days, "by": counting.origin("part_month")}
        return msgspec.structs.replace(due, steps=(Step("COUNT-PARTMONTH-01", args), *due.steps))
    if counting.of("fraction") == "refused":
        return Problem("COUNT-FRACTION-01", args={"share": period.count})
    if before:
        return Problem("COUNT-FRACTION-02", args={"length": period})
    hours = hours_of(counting, calendar)
    moment = moment_of(anchor, counting, calendar)
    if isinstance(hours, Problem):
        return hours
    return moment if isinstance(moment, Problem) else _working(anchor, moment, period, hours, counting, calendar)


def _days_of(start: date, period: Period, counting: Counting, way: int) -> Period:
    base = months_on(start, way * period.n)
    length = 30 if counting.of("part_month") != "actual month" else last_of_month(base.year, base.month).day
    return Period(int((period.count - period.n) * length), "day")


def _working(
    anchor: date | datetime,
    moment: datetime,
    period: Period,
    hours: tuple[Window, ...],
    counting: Counting,
    calendar: Calendar,
) -> Due | Problem:
    """Parts of working days as hours: of each day that is used its own, or a fixed number."""
    zone = zone_of(counting, calendar)
    share = Fraction(period.count)
    amount = _hours_of(moment, share, hours, counting, calendar)
    if isinstance(amount, Problem):
        return amount
    due = add_hours(moment, amount, hours, calendar, zone)
    if isinstance(due, Problem):
        return due
    if counting.of("fraction") == "cut to the minute":
        due = due.replace(second=0, microsecond=0)
    day = local_date(due, zone)
    said: dict[str, object] = {"share": share, "start": local_time(moment, zone), "due": local_time(due, zone),
            "by": counting.origin("day_length")}  # fmt: skip
    ran = Period(int(amount), "working hour", part=amount % 1)
    basis = Basis(anchor=anchor, period=ran, counting=counting, calendar=calendar, start=moment)
    return Due(day, due, day, (Step("COUNT-PARTDAY-01", said),), rolls=False, basis=basis)


def _hours_of(
    moment: datetime, share: Fraction, hours: tuple[Window, ...], counting: Counting, calendar: Calendar
) -> Fraction | Problem:
    fixed_length = (counting.of("day_length") or "own hours").partition(" ")[0]
    if fixed_length != "own":
        return share * Fraction(fixed_length)
    zone = zone_of(counting, calendar)
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
    return amount
