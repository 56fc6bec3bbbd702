"""Periods: what a contract's own way of counting makes of "30 days after signed", with each step as a value.

The one door to counting: what other stages use of the modules behind it can be had from here.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import msgspec

from core.counting.adapting import (
    adapted,
    as_known,
    event_day,
    hours_of,
    is_working_time,
    moment_of,
    rest_words,
    usual_minutes,
    worth_of_day,
    zone_of,
)
from core.counting.calendars import Calendar, OffDays, Window
from core.counting.cycles import (
    Cycle,
    calendar_windows,
    contract_cycles,
    contract_years,
    fiscal_windows,
    last_of_month,
    months_on,
    nth_working_day,
)
from core.counting.daycounts import in_days
from core.counting.hourcounts import in_hours
from core.counting.partcounts import in_parts
from core.counting.rolling import asks_fixed, fixed, is_provisional, shift, stood_still, touched_days, united
from core.counting.values import PARTED, UNITS, USAGE, Basis, Counting, Due, Origin, Period, Step
from core.counting.zones import end_of_day, local_date, local_time, start_of_day, to_instant
from core.problems import Problem

__all__ = [
    "UNITS",
    "USAGE",
    "Basis",
    "Calendar",
    "Counting",
    "Cycle",
    "Due",
    "OffDays",
    "Origin",
    "Period",
    "Step",
    "Window",
    "adapted",
    "add",
    "announced",
    "as_known",
    "asks_fixed",
    "calendar_windows",
    "clock_period",
    "contract_cycles",
    "contract_years",
    "elapsed_days",
    "end_of_day",
    "event_day",
    "fiscal_windows",
    "fixed",
    "hours_of",
    "is_provisional",
    "is_working_time",
    "last_of_month",
    "local_date",
    "local_time",
    "moment_of",
    "months_on",
    "nth_working_day",
    "rest_words",
    "shift",
    "start_of_day",
    "stood_still",
    "term_end",
    "to_instant",
    "touched_days",
    "united",
    "usual_minutes",
    "worth_of_day",
    "zone_of",
]


def add(
    anchor: date | datetime,
    period: Period,
    counting: Counting,
    calendar: Calendar,
    *,
    before: bool = False,
    roll: bool = True,
    at_least: bool = False,
) -> Due | Problem:
    """The due time `period` after `anchor` (before it, if `before`), as this contract counts.

    An anchor with a time of day must be aware; a bare date is the whole day. `roll=False`: the last day as counted.
    `at_least`: the contract says "at least" or "not less than" before `period` (KNOBS `clear_days`).
    """
    if any(part.unit not in UNITS or part.n < 0 for part in period.parts):
        raise ValueError(f"no such period: {period}")
    if isinstance(anchor, datetime) and anchor.tzinfo is None:
        raise ValueError("an anchor with a time of day needs a zone")
    try:
        if period.part and period.unit in PARTED:
            due = in_parts(anchor, period, counting, calendar, before, roll, at_least)
        elif any(part.is_clock for part in period.parts):
            due = in_hours(anchor, period, counting, calendar, before)
        else:
            due = in_days(anchor, period, counting, calendar, before, roll, at_least)
    except OverflowError:
        return Problem("TIME-RANGE-01", args={"length": period})
    return announced(due, counting, calendar)


def announced(due: Due | Problem, counting: Counting, calendar: Calendar) -> Due | Problem:
    """The same, unless it hangs on a year without notice and the contract wants no such answer."""
    if isinstance(due, Due) and due.provisional and counting.of("unannounced_years") == "refused":
        return Problem("TIME-UNANNOUNCED-01", args={"date": due.day, "calendar": calendar.key})
    return due


def term_end(first: date, length: Period, counting: Counting, calendar: Calendar) -> date | Problem:
    """The last day of a term "from `first` for `length`": KNOBS `term_end`, by usage the day before the anniversary."""
    inside = counting.term_end != "anniversary"
    how = msgspec.structs.replace(counting, first_day="in" if inside else "out")
    due = add(first, length, how, calendar, roll=False)
    return due if isinstance(due, Problem) else due.unrolled


def clock_period(period: Period, counting: Counting) -> Period:
    """The period of a clock that is given in days, as KNOBS `day_in_clock` reads it; by usage calendar dates."""
    how = counting.of("day_in_clock") or "calendar date"
    if how == "calendar date" or any(part.unit != "day" and not part.is_clock for part in period.parts):
        return period
    length, unit = ("24", "hour") if how == "24 clock hours" else (how.partition(" ")[0], "working hour")
    *larger, made = (_by_hours(part, Fraction(length), unit) if part.unit == "day" else part for part in period.parts)
    for part in reversed(larger):
        made = msgspec.structs.replace(part, plus=made)
    return made


def _by_hours(days: Period, length: Fraction, unit: str) -> Period:
    amount = length * days.n
    return Period(int(amount), unit, part=amount % 1)


def elapsed_days(first: date, last: date) -> int:
    """Dates from `first` to `last`, the first out and the last in."""
    return (last - first).days
