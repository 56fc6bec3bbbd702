"""What is dearer the nth time in a month, quarter or year, rolling or by the calendar."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from core.periods import last_of_month
from core.terms import Repeat

__all__ = ["repeated"]


def repeated(repeat: Repeat, how: str, place: int, days: Sequence[date]) -> Fraction:
    """How many times its sum the breach at `place` of `days` costs: `times` from the nth in a month, rolling or by the
    calendar (KNOBS `repeat`); "all" raises the earlier ones of that stretch as well.
    """
    scope, _, kind = how.partition(", ")
    numbers = [_number(repeat, kind, k, days) for k in range(len(days))]
    if numbers[place] >= repeat.nth:
        return Fraction(repeat.times)
    reached = (k for k in range(place + 1, len(days)) if numbers[k] >= repeat.nth)
    if scope == "all" and any(_together(repeat, kind, days[place], days[k]) for k in reached):
        return Fraction(repeat.times)
    return Fraction(1)


def _number(repeat: Repeat, kind: str, place: int, days: Sequence[date]) -> int:
    """Which one in its month (quarter, year) a breach is."""
    return sum(1 for k in range(place + 1) if _together(repeat, kind, days[k], days[place]))


def _together(repeat: Repeat, kind: str, early: date, late: date) -> bool:
    if kind == "calendar":
        return _cycle(early, repeat.unit) == _cycle(late, repeat.unit)
    return _months_before(late, repeat.unit) < early


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _cycle(day: date, unit: str) -> tuple[int, int]:
    return day.year, (day.month - 1) // _MONTHS[unit]


def _months_before(day: date, unit: str) -> date:
    months = day.year * 12 + day.month - 1 - _MONTHS[unit]
    last = last_of_month(months // 12, months % 12 + 1)
    return last.replace(day=min(day.day, last.day))
