"""What is dearer the nth time in a month, quarter or year, rolling or by the calendar."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from core.periods import months_on
from core.terms import Repeat

__all__ = ["repeated"]


def repeated(repeat: Repeat, how: str, days: Sequence[date]) -> list[Fraction]:
    """How many times its sum each breach costs, `days` in order: `times` from the nth in a month, rolling or by the
    calendar (KNOBS `repeat`); "all" raises the earlier ones of that stretch as well.
    """
    scope, _, kind = how.partition(", ")
    begins = [bisect_left(days, _first_day(repeat.unit, kind, day)) for day in days]
    made: list[Fraction] = []
    raised = len(days)  # the first of a stretch that reached the nth
    for place in reversed(range(len(days))):
        reached = place - begins[place] + 1 >= repeat.nth
        raised = begins[place] if reached else raised
        dearer = place >= raised if scope == "all" else reached
        made.append(Fraction(repeat.times if dearer else 1))
    return made[::-1]


def _first_day(unit: str, kind: str, day: date) -> date:
    """The first day of the month (quarter, year) that ends with `day`, or of that of the calendar."""
    months = _MONTHS[unit]
    if kind == "calendar":
        return date(day.year, (day.month - 1) // months * months + 1, 1)
    return months_on(day, -months) + timedelta(days=1)


_MONTHS = {"month": 1, "quarter": 3, "year": 12}
