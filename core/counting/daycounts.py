"""Periods in days, weeks, months and years: counted from the day of an event, clipped at month ends, rolled once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec

from core.counting.adapting import event_day, worth_of_day
from core.counting.calendars import Calendar
from core.counting.cycles import last_of_month
from core.counting.rolling import enough_working_days, is_provisional, landing, rolled, touched_days
from core.counting.values import Basis, Counting, Due, Period, Step, ordered
from core.problems import Problem

__all__ = ["in_days", "in_own_days"]


def in_days(
    anchor: date | datetime,
    period: Period,
    counting: Counting,
    calendar: Calendar,
    before: bool,
    roll: bool,
    at_least: bool,
) -> Due | Problem:
    """Periods in days and more: count, clip to the month's end, then roll the last day, once."""
    start, steps = event_day(anchor, counting, calendar)
    last: date = start
    parts = [in_own_days(part, counting) for part in ordered(period, counting)]
    in_working_days = any(part.unit == "working day" for part in parts)
    legs: list[tuple[date, bool]] = []
    for place, part in enumerate(parts):
        counted = _count(last, part, counting, calendar, before, first=place == 0, at_least=at_least)
        if isinstance(counted, Problem):
            return counted
        last, more = counted
        steps += more
        legs.append((last, part.unit == "working day"))
    zero = all(part.n == 0 for part in parts)
    if zero and counting.zero_period == "next opening":
        last = calendar.next_working_day(last)
    counted_to = last
    if not zero:
        eve = _eve(start, parts[0], counting.first_day == "in", counting, calendar)
        last = _past_closures(eve, last, in_working_days, calendar, steps)
    rule = counting.roll_backward if before else counting.roll
    rolls = roll and not zero
    day = last
    if rolls:
        day = rolled(last, rule, "roll_backward" if before else "roll", counting, calendar, steps)
    if rolls and not before:
        day = enough_working_days(start, day, period, counting, calendar, steps)
    hangs = in_working_days or (rolls and rule != "none")
    provisional = hangs and is_provisional(start if in_working_days else last, day, calendar, steps)
    landed = landing(day, anchor, counting, calendar)
    if isinstance(landed, Problem):
        return landed
    unit = "working day" if in_working_days else "day"
    basis = Basis(anchor=anchor, period=period, counting=counting, calendar=calendar, before=before, last=counted_to)
    if len({working for _, working in legs}) > 1:
        basis = msgspec.structs.replace(basis, legs=tuple(legs))
    return Due(day, landed, last, tuple(steps), provisional, unit, roll and not before, basis)


def _eve(start: date, part: Period, inside: bool, counting: Counting, calendar: Calendar) -> date:
    """The day before the first that is counted: `start`, unless it is day 1 itself; working days may begin only at the
    next one (KNOBS `from_rest_day`).
    """
    if part.unit == "working day" and counting.from_rest_day == "roll, then add":
        start = calendar.next_working_day(start)
    return start - timedelta(days=inside)


def _past_closures(eve: date, last: date, working: bool, calendar: Calendar, steps: list[Step]) -> date:
    """The last day moved by the closures that the count met: they are no days off, but the clock stands still."""
    met = 0
    while True:
        closed = [(max(run.first, eve + timedelta(days=1)), min(run.last, last)) for run in calendar.pausing]
        days = touched_days(closed, calendar, unit="working day" if working else "day")
        if days == met:
            break
        last = calendar.add_working_days(last, days - met) if working else last + timedelta(days=days - met)
        met = days
    if met:
        length = Period(met, "working day" if working else "day")
        steps.append(Step("COUNT-CLOSED-01", {"length": length, "last": last}))
    return last


def in_own_days(part: Period, counting: Counting) -> Period:
    """A bare day or week as this contract means it."""
    if part.unit == "day" and counting.days_are == "working":
        return Period(part.n, "working day")
    if part.unit == "week" and counting.weeks_are == "5 working days":
        return Period(5 * part.n, "working day")
    return part


def _count(
    start: date,
    part: Period,
    counting: Counting,
    calendar: Calendar,
    before: bool,
    *,
    first: bool,
    at_least: bool,
) -> tuple[date, list[Step]] | Problem:
    """One part of a period, unrolled, from `start`; only the first part knows the day of the event."""
    if part.n == 0:
        return start, [Step("COUNT-ZERO-01", {"date": start})]
    if before:
        return _count_back(start, part, counting, calendar, first and _is_clear(counting, at_least))
    inside = first and counting.first_day == "in"
    steps = []
    if first:
        code = "COUNT-DAYIN-01" if inside else "COUNT-DAYOUT-01"
        steps.append(Step(code, {"date": start, "by": counting.origin("first_day")}))
    if part.unit == "working day":
        eve = _eve(start, part, inside, counting, calendar)
        last = _working_days(eve, part.n, counting, calendar)
        steps.append(_working_step(start, eve, last, part.n, calendar))
        return last, steps
    if part.unit in {"month", "year"}:
        clipped = _months(start, part, counting, inside)
        if isinstance(clipped, Problem):
            return clipped
        return clipped[0], steps + clipped[1]
    last = start + timedelta(days=part.n * (7 if part.unit == "week" else 1) - inside)
    if part.unit == "week" and counting.weeks_are == "calendar weeks":
        last = start + timedelta(days=part.n * 7 + 6 - start.weekday())
    begun = start if inside else start + timedelta(days=1)
    steps.append(Step("COUNT-DAYS-01", {"length": part, "first": begun, "last": last}))
    return last, steps


def _is_clear(counting: Counting, at_least: bool) -> bool:
    """Whether days are clear: as the contract says, but by a preset only for "at least" and "not less than"."""
    said = counting.origin("clear_days").kind in {"contract", "decision"}
    return counting.clear_days == "both ends out" and (at_least or said)


def _count_back(
    start: date, part: Period, counting: Counting, calendar: Calendar, clear: bool
) -> tuple[date, list[Step]] | Problem:
    """n days before `start`; with clear days one more, so that n whole days lie between."""
    steps = []
    if part.unit == "working day":
        last = calendar.add_working_days(start, -part.n - clear)
    elif part.unit in {"month", "year"}:
        clipped = _months(start, Period(-part.n, part.unit), counting, inside=False)
        if isinstance(clipped, Problem):
            return clipped
        last = clipped[0] - timedelta(days=clear)
        steps = [step for step in clipped[1] if step.code != "COUNT-MONTHS-01"]
    else:
        last = start - timedelta(days=part.n * (7 if part.unit == "week" else 1) + clear)
    steps.append(Step("COUNT-BACK-01", {"length": part, "date": start, "last": last}))
    if clear:
        steps.append(Step("COUNT-CLEAR-01", {"date": last, "by": counting.origin("clear_days")}))
    return last, steps


def _working_days(eve: date, n: int, counting: Counting, calendar: Calendar) -> date:
    if counting.of("half_day") in {"by its hours", "one half"}:
        return _short_days(eve, n, counting, calendar)
    return calendar.add_working_days(eve, n)


def _short_days(start: date, n: int, counting: Counting, calendar: Calendar) -> date:
    """The day on which n days are full, short days counting as less than one (KNOBS `half_day`)."""
    left, day = Fraction(n), start
    while left > 0:
        day = calendar.add_working_days(day, 1)
        left -= worth_of_day(day, counting, calendar)
    return day


def _working_step(start: date, eve: date, last: date, n: int, calendar: Calendar) -> Step:
    """The counted days are named where there are few; a strip shows the rest."""
    args: dict[str, object] = {"length": Period(n, "working day"), "last": last}
    used = calendar.count_working_days(eve, last)
    if used > 31:
        return Step("COUNT-WORKDAYS-02", args | {"date": start})
    days = (calendar.add_working_days(eve, number) for number in range(1, used + 1))
    return Step("COUNT-WORKDAYS-01", args | {"days": tuple(days)})


def _months(start: date, part: Period, counting: Counting, inside: bool) -> tuple[date, list[Step]] | Problem:
    """The corresponding day n months on; where the month has none, what the contract says."""
    months = part.n * (12 if part.unit == "year" else 1)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("year out of range")
    month_last = last_of_month(year, month + 1)
    args: dict[str, object] = {"length": Period(abs(part.n), part.unit), "date": start}
    if counting.end_sticks == "month end stays month end" and start == last_of_month(start.year, start.month):
        args |= {"last": month_last, "by": counting.origin("end_sticks")}
        return month_last, [Step("COUNT-ENDSTICKS-01", args)]
    if start.day <= month_last.day:
        last = month_last.replace(day=start.day) - timedelta(days=inside)
        return last, [Step("COUNT-MONTHS-01", args | {"last": last})]
    if counting.month_end == "problem" or counting.month_end is None:
        return Problem("COUNT-MONTHEND-02", args=args | {"month": month_last.strftime("%Y-%m")})
    last = month_last if counting.month_end == "last day" else month_last + timedelta(days=1 - inside)
    return last, [Step("COUNT-MONTHEND-01", args | {"last": last, "by": counting.origin("month_end")})]
