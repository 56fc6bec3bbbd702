"""Periods in hours and minutes: they run from a moment, in real or in working time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

from core.counting.adapting import hours_of, is_working_time, moment_of, opening, zone_of
from core.counting.calendars import Calendar
from core.counting.rolling import at_clock, is_provisional, rolled_clock
from core.counting.values import CLOCK_UNITS, Basis, Counting, Due, Period, Step, ordered
from core.counting.zones import end_of_day, local_date, local_time, start_of_day
from core.problems import Problem
from core.worktime import add_hours, between, subtract_hours

__all__ = ["in_hours"]


def in_hours(
    anchor: date | datetime, period: Period, counting: Counting, calendar: Calendar, before: bool
) -> Due | Problem:
    """Periods in hours or minutes run from the moment and are not rolled, unless the contract says so."""
    zone = zone_of(counting, calendar)
    in_days = next((part for part in period.parts if not part.is_clock), None)
    if in_days is not None:
        return Problem("COUNT-MIXED-01", args={"length": in_days})
    moment = moment_of(anchor, counting, calendar)
    if isinstance(moment, Problem):
        return moment
    steps: list[Step] = []
    if counting.of("outside_start") == "next opening" and not before:
        opened = opening(moment, counting, calendar)
        if isinstance(opened, Problem):
            return opened
        moment = opened
    if counting.of("granularity") in {"start cut to the minute", "both ends cut"}:
        moment = moment.replace(second=0, microsecond=0)
    if counting.first_hour == "next full hour" and not before:
        moment = _next_full_hour(moment, zone)
        by = counting.origin("first_hour")
        steps.append(Step("COUNT-FULLHOUR-01", {"start": local_time(moment, zone), "by": by}))
    due = moment
    for part in ordered(period, counting):
        moved = _add_clock(due, part, counting, calendar, before)
        if isinstance(moved, Problem):
            return moved
        moved = _past_closed_hours(due, moved, part, counting, calendar)
        if isinstance(moved, Problem):
            return moved
        steps.append(_clock_step(local_time(due, zone), local_time(moved, zone), part, counting, before))
        due = moved
    if counting.zero_period == "next opening" and due == moment:
        opened = opening(due, counting, calendar)
        if isinstance(opened, Problem):
            return opened
        due = opened
    unrolled = local_date(due, zone)
    rolled = due if before else rolled_clock(due, counting, calendar, steps)
    if isinstance(rolled, Problem):
        return rolled
    day = local_date(rolled, zone)
    touches = rolled != due or any(is_working_time(part, counting) for part in period.parts)
    provisional = touches and is_provisional(local_date(moment, zone), day, calendar, steps)
    basis = Basis(anchor=anchor, period=period, counting=counting, calendar=calendar, before=before, start=moment)
    return Due(day, rolled, unrolled, tuple(steps), provisional, rolls=False, basis=basis)


def _past_closed_hours(
    start: datetime, due: datetime, part: Period, counting: Counting, calendar: Calendar
) -> datetime | Problem:
    """The due instant moved by what the clock would have run in closures that only pause it."""
    zone = zone_of(counting, calendar)
    hours = hours_of(counting, calendar) if is_working_time(part, counting) else None
    assert not isinstance(hours, Problem)  # without hours nothing was added
    for run in sorted(calendar.pausing, key=lambda run: run.first):
        first, last = max(start, start_of_day(run.first, zone)), end_of_day(run.last, zone)
        if first >= due or last <= first:
            continue
        if hours is None:
            due += last - first
            continue
        lost = between(first, last, hours, calendar, zone)
        assert isinstance(lost, int)  # the span is not reversed, and a closure lasts a year at most
        moved = add_hours(due, Fraction(lost, 3600), hours, calendar, zone)
        if isinstance(moved, Problem):
            return moved
        due = moved
    return due


def _clock_step(start: datetime, due: datetime, part: Period, counting: Counting, before: bool) -> Step:
    code = "COUNT-WORKHOURS-01" if is_working_time(part, counting) else "COUNT-HOURS-01"
    code = "COUNT-HOURSBACK-01" if before else code
    by = counting.origin("first_hour")
    return Step(code, {"length": part, "start": start, "due": due, "by": by})


def _next_full_hour(moment: datetime, zone: str) -> datetime:
    """The hour of the event is left out whole, also if it happened on the hour (EU 1182/71 art. 3(1))."""
    local = local_time(moment, zone)
    spent = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment - spent + timedelta(hours=1)


def _add_clock(
    moment: datetime, part: Period, counting: Counting, calendar: Calendar, before: bool
) -> datetime | Problem:
    zone = zone_of(counting, calendar)
    amount = part.count * CLOCK_UNITS[part.unit]
    if is_working_time(part, counting):
        hours = hours_of(counting, calendar)
        if isinstance(hours, Problem):
            return hours
        if before:
            landing = counting.backward_landing or "opening"
            return subtract_hours(moment, amount, hours, calendar, zone, landing=landing)
        return add_hours(moment, amount, hours, calendar, zone, at_close=counting.due_at_close or "stays")
    length = timedelta(seconds=int(amount * 3600))
    if before:
        length = -length
    if counting.elapsed == "wall clock":
        moved = local_time(moment, zone).replace(tzinfo=None) + length
        return at_clock(moved.date(), moved.time(), counting, calendar)
    return moment + length
