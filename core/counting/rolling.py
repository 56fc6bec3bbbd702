"""Where a last day lands: rolled over rest days, moved by excuses, at a time of day, provisional or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import msgspec

from core.counting.adapting import hours_of, opening, rest_words, zone_of
from core.counting.calendars import Calendar
from core.counting.hours import read_clock
from core.counting.values import Basis, Counting, Due, Period, Step
from core.counting.zones import end_of_day, local_date, local_time, start_of_day, to_instant
from core.problems import Problem
from core.worktime import closes_at

__all__ = [
    "asks_fixed",
    "at_clock",
    "enough_working_days",
    "fixed",
    "is_provisional",
    "landing",
    "rolled",
    "rolled_clock",
    "shift",
    "stood_still",
    "touched_days",
    "united",
]


def rolled(day: date, rule: str | None, knob: str, counting: Counting, calendar: Calendar, steps: list[Step]) -> date:
    """The last day itself if it is a working day or stays; else moved by the rule. Adds the step that says so."""
    reason = calendar.rest_reason(day)
    by = counting.origin(knob)
    if reason is None:
        if calendar.is_makeup(day) and rule != "none":
            steps.append(Step("COUNT-MAKEUP-01", {"date": day}))
        return day
    args: dict[str, object] = {"date": day, "reason": rest_words(day, calendar), "by": by}
    if rule == "none":
        steps.append(Step("COUNT-ROLL-02", args))
        return day
    moved = calendar.previous_working_day(day) if rule == "previous" else calendar.next_working_day(day)
    if rule == "modified" and (moved.year, moved.month) != (day.year, day.month):
        moved = calendar.previous_working_day(day)
    steps.append(Step("COUNT-ROLL-01", args | {"to": moved}))
    return moved


def enough_working_days(
    start: date, day: date, period: Period, counting: Counting, calendar: Calendar, steps: list[Step]
) -> date:
    """EU 1182/71 art. 3(5): a period of two days or more includes at least two working days."""
    least = int(counting.least_working_days or 0)
    if period.plus is None and period.unit in {"day", "working day"} and period.n < least:
        return day
    since = start - timedelta(days=counting.first_day == "in")
    if calendar.count_working_days(since, day) >= least:
        return day
    later = calendar.add_working_days(since, least)
    args = {"length": Period(least, "working day"), "date": later, "by": counting.origin("least_working_days")}
    steps.append(Step("COUNT-LEAST-01", args))
    return later


def rolled_clock(due: datetime, counting: Counting, calendar: Calendar, steps: list[Step]) -> datetime | Problem:
    """Hours stay on a rest day (CN 203 speaks of a last *day*), unless the contract moves them to the next opening."""
    zone = zone_of(counting, calendar)
    day = local_date(due, zone)
    reason = calendar.rest_reason(day)
    if reason is None:
        return due
    args: dict[str, object] = {"date": day, "by": counting.origin("roll_hours")}
    if counting.roll_hours != "next opening":
        steps.append(Step("COUNT-ROLL-02", args | {"reason": rest_words(day, calendar)}))
        return due
    moved = opening(start_of_day(calendar.next_working_day(day), zone), counting, calendar)
    if not isinstance(moved, Problem):
        steps.append(Step("COUNT-ROLL-03", args | {"due": local_time(moved, zone)}))
    return moved


def is_provisional(first: date, last: date, calendar: Calendar, steps: list[Step]) -> bool:
    """Whether a day that was looked at lies in a year without notice; the first such year is named."""
    for day in sorted((first, last)):
        if calendar.is_provisional(day):
            steps.append(Step("COUNT-PROVISIONAL-01", {"year": day.year, "calendar": calendar.key}))
            return True
    return False


def landing(day: date, anchor: date | datetime, counting: Counting, calendar: Calendar) -> datetime | Problem | None:
    """The time of day of an answer in days: None is 24:00, the rule of almost all contracts."""
    zone = zone_of(counting, calendar)
    clock = read_clock(counting.day_end or "")
    if counting.landing_clock == "clock kept" and isinstance(anchor, datetime):
        return at_clock(day, local_time(anchor, zone).time(), counting, calendar)
    if counting.landing_clock == "next opening":
        return opening(end_of_day(day, zone), counting, calendar)
    if counting.landing_clock == "close" or counting.day_end == "close of business":
        hours = hours_of(counting, calendar)
        return hours if isinstance(hours, Problem) else closes_at(day, hours, calendar, zone)
    if clock is not None and clock < 24 * 60:
        return at_clock(day, time(clock // 60, clock % 60), counting, calendar)
    return None


def at_clock(day: date, clock: time, counting: Counting, calendar: Calendar) -> datetime | Problem:
    """A time of day on `day`, computed: by usage a gap moves it forward and a fold takes the first (KNOBS `dst_gap`,
    `dst_fold`).
    """
    gap, fold = counting.of("dst_gap") or "", counting.of("dst_fold") or ""
    return to_instant(
        datetime.combine(day, clock),
        zone_of(counting, calendar),
        gap="forward" if gap.startswith("problem if written") else gap,
        fold="first" if fold.startswith("problem if written") else fold,
    )


def fixed(day: date, counting: Counting, calendar: Calendar) -> Due:
    """A due date that the contract names. It stays, unless `roll_fixed_dates` says yes; see `asks_fixed`."""
    steps = [Step("COUNT-FIXED-01", {"date": day})]
    basis = Basis(anchor=day, period=None, counting=counting, calendar=calendar, last=day)
    rule = counting.roll if counting.roll_fixed_dates == "yes" else "none"
    if asks_fixed(day, counting, calendar):
        steps.append(Step("COUNT-FIXED-02", {"date": day, "reason": rest_words(day, calendar)}))
        return Due(day, None, day, tuple(steps), rolls=False, basis=basis)
    knob = "roll" if counting.roll_fixed_dates is None else "roll_fixed_dates"
    moved = rolled(day, rule, knob, counting, calendar, steps)
    provisional = rule != "none" and is_provisional(day, moved, calendar, steps)
    return Due(moved, None, day, tuple(steps), provisional, rolls=rule != "none", basis=basis)


def asks_fixed(day: date, counting: Counting, calendar: Calendar) -> bool:
    """Whether `roll_fixed_dates` must be asked: the date is a rest day, the contract rolls, and it is silent."""
    rolls = counting.roll not in {None, "none"}
    return counting.roll_fixed_dates is None and rolls and calendar.is_rest(day)


def shift(
    due: Due, days: int, counting: Counting, calendar: Calendar, stood: Iterable[tuple[date, date]] = ()
) -> Due | Problem:
    """Excuse first, roll last: `days` more (in `due.unit`) from the unrolled last day, then one roll-over.

    An instant moves by as many dates and keeps its local time of day. `stood` are the spans that make up the days.
    """
    if days == 0:
        return due
    steps = [*due.steps]
    working = due.unit == "working day"
    last = calendar.add_working_days(due.unrolled, days) if working else due.unrolled + timedelta(days=days)
    steps.append(Step("COUNT-SHIFT-01", {"length": Period(days, due.unit), "date": due.unrolled, "last": last}))
    rule = counting.roll if due.rolls else "none"
    day = rolled(last, rule, "roll", counting, calendar, steps) if due.rolls else last
    hangs = rule != "none" or working
    provisional = due.provisional or (hangs and is_provisional(due.unrolled, day, calendar, steps))
    instant: datetime | Problem | None = None
    if due.instant is not None:
        instant = at_clock(day, local_time(due.instant, zone_of(counting, calendar)).time(), counting, calendar)
    if isinstance(instant, Problem):
        return instant
    return Due(day, instant, last, tuple(steps), provisional, due.unit, due.rolls, stood_still(due.basis, stood))


def stood_still(basis: Basis | None, spans: Iterable[tuple[date, date]]) -> Basis | None:
    """The basis with what moved its due time besides: dates, both ends in, or instants."""
    return basis and msgspec.structs.replace(basis, stood=(*basis.stood, *spans))


def united(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans of instants in order; where they overlap or touch, once."""
    made: list[tuple[datetime, datetime]] = []
    for first, last in sorted(spans):
        if made and first <= made[-1][1]:
            made[-1] = made[-1][0], max(last, made[-1][1])
        else:
            made.append((first, last))
    return made


def touched_days(spans: Iterable[tuple[date, date]], calendar: Calendar, *, unit: str = "day") -> int:
    """Dates (or working dates) that the spans touch, both ends included; where they overlap, once."""
    touched = {ordinal for first, last in spans for ordinal in range(first.toordinal(), last.toordinal() + 1)}
    if unit != "working day":
        return len(touched)
    return sum(not calendar.is_rest(date.fromordinal(ordinal)) for ordinal in touched)
