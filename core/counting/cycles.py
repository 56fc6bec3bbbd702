"""Cycles: whole days, months, quarters and years of the calendar or of the contract, and a span's nth working day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from core.counting.calendars import Calendar

__all__ = [
    "Cycle",
    "calendar_windows",
    "contract_cycles",
    "contract_years",
    "fiscal_windows",
    "last_of_month",
    "months_on",
    "nth_working_day",
]


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Cycle(NamedTuple):
    """A whole period of the calendar or the contract; `after` is the first day that no longer belongs to it."""

    id: str
    first: date
    after: date


def calendar_windows(unit: str, start: date, end: date) -> list[Cycle]:
    """Whole days, months, quarters or years that meet the days from `start` on, before `end`."""
    cycles: list[Cycle] = []
    day = _cycle(unit, start).first
    while day < end:
        cycle = _cycle(unit, day)
        cycles.append(cycle)
        day = cycle.after
    return cycles


def _cycle(unit: str, day: date) -> Cycle:
    if unit == "day":
        return Cycle(day.isoformat(), day, day + timedelta(days=1))
    length = _MONTHS[unit]
    number = (day.month - 1) // length
    first = date(day.year, number * length + 1, 1)
    after = last_of_month(day.year, number * length + length) + timedelta(days=1)
    names = {"month": f"-{number + 1:02}", "quarter": f"-Q{number + 1}", "year": ""}
    return Cycle(f"{day.year}{names[unit]}", first, after)


def contract_cycles(unit: str, start: date, end: date, *, series_from: str = "the anchor") -> list[Cycle]:
    """Whole months, quarters or years counted from `start`, up to `end` (KNOBS `cycle`).

    A cycle that would begin on a day that the month lacks begins on its last day; the next one goes by the first day
    of all, or by the one before (`series_from`).
    """
    cycles: list[Cycle] = []
    first = start
    while first < end:
        number = len(cycles) + 1
        if series_from == "the one before":
            after = months_on(first, _MONTHS[unit])
        else:
            after = months_on(start, _MONTHS[unit] * number)
        cycles.append(Cycle(f"{unit[0].upper()}{number}", first, after))
        first = after
    return cycles


def fiscal_windows(unit: str, start: date, end: date, *, opens: tuple[int, int]) -> list[Cycle]:
    """Whole months, quarters or years of fiscal years that begin each year on `opens` (month, day up to 28), as far as
    they meet the days from `start` on and before `end`.

    A fiscal year has the number of the year in which it begins: FY2027-Q4 may end in 2028.
    """
    length = _MONTHS[unit]
    letter = {"month": "-M", "quarter": "-Q", "year": ""}[unit]
    opening = date(start.year - ((start.month, start.day) < opens), *opens)
    cycles: list[Cycle] = []
    number, first = 0, opening
    while first < end:
        year, place = divmod(number * length, 12)
        number += 1
        after = months_on(opening, number * length)
        if after > start:
            name = f"FY{opening.year + year}{letter}{place // length + 1 if letter else ''}"
            cycles.append(Cycle(name, first, after))
        first = after
    return cycles


def months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = last_of_month(year, month + 1)
    return last.replace(day=min(day.day, last.day))


def last_of_month(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def contract_years(start: date, end: date, *, feb29: str = "28 Feb") -> list[Cycle]:
    """Whole contract years Y1, Y2, … from `start` that meet the days before `end`.

    `feb29` is the anniversary of 29 February in a common year: "28 Feb", or "1 Mar" (KNOBS `anniversary_feb29`).
    """
    years: list[Cycle] = []
    first = start
    while first < end:
        after = _anniversary(start, len(years) + 1, feb29)
        years.append(Cycle(f"Y{len(years) + 1}", first, after))
        first = after
    return years


def _anniversary(start: date, years: int, feb29: str) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 2, 28) + timedelta(days=feb29 == "1 Mar")


def nth_working_day(first: date, last: date, n: int, calendar: Calendar) -> date | None:
    """The nth working day of a span with both ends included; −1 is the last; None if the span has fewer."""
    if n == 0:
        raise ValueError("days are numbered from 1, or from -1 backwards")
    try:
        edge = first - timedelta(days=1) if n > 0 else last + timedelta(days=1)
        day = calendar.add_working_days(edge, n)
    except OverflowError:
        return None
    return day if first <= day <= last else None
