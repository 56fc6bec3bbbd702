"""Periods: what a contract's own way of counting makes of "30 days after signed", with each step as a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.problems import Problem
from core.worktime import (
    FESTIVALS,
    WEEKDAYS,
    Calendar,
    OffDays,
    Window,
    add_hours,
    between,
    closes_at,
    end_of_day,
    local_date,
    local_time,
    minutes_of,
    next_opening,
    read_clock,
    read_hours,
    start_of_day,
    strip,
    subtract_hours,
    to_instant,
)

__all__ = [
    "UNITS",
    "USAGE",
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
    "as_known",
    "asks_fixed",
    "calendar_windows",
    "clock_period",
    "contract_cycles",
    "contract_years",
    "days_late",
    "elapsed_days",
    "end_of_day",
    "event_day",
    "fixed",
    "hours_of",
    "is_working_time",
    "last_of_month",
    "last_working_day",
    "local_date",
    "local_time",
    "moment_of",
    "months_on",
    "nth_day",
    "rest_words",
    "shift",
    "start_of_day",
    "strip",
    "term_end",
    "to_instant",
    "touched_days",
    "usual_minutes",
    "worth_of_day",
    "zone_of",
]

UNITS = ("minute", "hour", "working hour", "day", "working day", "week", "month", "year")
CLOCK_UNITS = {"minute": Fraction(1, 60), "hour": Fraction(1), "working hour": Fraction(1)}


class Period(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A length of time as a contract says it; `plus` holds the smaller part of "1 month and 3 days"."""

    n: int
    unit: str
    plus: Period | None = None

    @property
    def is_clock(self) -> bool:
        """Counted from the moment, in hours or minutes, not in dates."""
        return self.unit in CLOCK_UNITS

    @property
    def code(self) -> str:
        """With `args`, what the catalogues call it: `length.day.one`, `length.day.many`."""
        return f"length.{self.unit.replace(' ', '-')}.{'one' if self.n == 1 else 'many'}"

    @property
    def args(self) -> dict[str, object]:
        return {"n": self.n}

    @property
    def parts(self) -> tuple[Period, ...]:
        return (Period(self.n, self.unit), *(self.plus.parts if self.plus else ()))


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a knob's value comes from: kind "contract", "decision", "preset" or "usage".

    `source` is the preset with its version, or the decision; `article` the article that the preset names.
    """

    kind: str
    source: str = ""
    article: str = ""

    @property
    def code(self) -> str:
        """With `args`, what the catalogues call it."""
        return f"origin.{self.kind}{'.article' if self.article else ''}"

    @property
    def args(self) -> dict[str, object]:
        return {"source": self.source, "article": self.article}

    def __str__(self) -> str:
        return " ".join(part for part in (self.source or self.kind, self.article) if part)


class Counting(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How one contract counts: the knobs that bear on time as fields, all others in `more`; None must be asked.

    The names and values are those of `core.presets.KNOBS`, the origin of each value stands beside it.
    """

    preset: str | None = None
    zone: str | None = None
    hours: str | None = None
    closures: str | None = None
    outside_start: str | None = None
    due_at_close: str | None = None
    cut_off: str | None = None
    zero_period: str | None = None
    elapsed: str | None = None
    date_only_event: str | None = None
    as_of_date: str | None = None
    day_end: str | None = None
    at_due: str | None = None
    number_words: str | None = None
    takes_effect: str | None = None
    from_rest_day: str | None = None
    landing_clock: str | None = None
    backward_landing: str | None = None
    count_ends: str | None = None
    days_are: str | None = None
    weeks_are: str | None = None
    hours_are: str | None = None
    mixed_order: str | None = None
    first_day: str | None = None
    first_hour: str | None = None
    month_end: str | None = None
    end_sticks: str | None = None
    roll: str | None = None
    roll_fixed_dates: str | None = None
    roll_hours: str | None = None
    roll_backward: str | None = None
    clear_days: str | None = None
    least_working_days: str | None = None
    chained_anchor: str | None = None
    cycle: str | None = None
    stub: str | None = None
    term_end: str | None = None
    limit_words: str | None = None
    before_start: str | None = None
    deemed: str | None = None
    delay_unit: str | None = None
    lateness_by: str | None = None
    late_ends: str | None = None
    part_days: str | None = None
    more: dict[str, str] = {}
    origins: dict[str, Origin] = {}

    def of(self, knob: str) -> str | None:
        """The value of any knob of the registry; None if it must be asked."""
        value = getattr(self, knob, None) if knob in self.__struct_fields__ else self.more.get(knob)
        return value if isinstance(value, str) else None

    def origin(self, knob: str) -> Origin:
        return self.origins.get(knob, USAGE)

    def lateness_of(self, period: Period | None) -> str:
        """ "dates" or "spans of 24 h" for what was due after `period` (None: on a fixed date)."""
        if self.lateness_by in {"dates", "spans of 24 h"}:
            return str(self.lateness_by)
        return "spans of 24 h" if period is not None and period.is_clock else "dates"


USAGE = Origin("usage")


class Step(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of reasons as values; the words stand in the catalogues under `code`."""

    code: str
    args: dict[str, object] = {}


class Due(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """When something is due: the end (24:00, local) of `day`, or the `instant` (UTC) where a time of day is given.

    `unrolled` is the last day before any roll-over: excuses are added to it, and rolling comes last and once.
    `provisional`: it hangs on a year for which no official notice is published yet. `unit` ("day" or "working day") is
    what an excuse is counted in, `rolls` whether a last day that is moved rolls again.
    """

    day: date
    instant: datetime | None
    unrolled: date
    steps: tuple[Step, ...] = ()
    provisional: bool = False
    unit: str = "day"
    rolls: bool = True


class Cycle(NamedTuple):
    """A whole period of the calendar or the contract; `after` is the first day that no longer belongs to it."""

    id: str
    first: date
    after: date


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
        if any(part.is_clock for part in period.parts):
            due = _clock(anchor, period, counting, calendar, before)
        else:
            due = _days(anchor, period, counting, calendar, before, roll, at_least)
    except OverflowError:
        return Problem("TIME-RANGE-01", args={"length": period})
    return _announced(due, counting, calendar)


def _announced(due: Due | Problem, counting: Counting, calendar: Calendar) -> Due | Problem:
    """The same, unless it hangs on a year without notice and the contract wants no such answer."""
    if isinstance(due, Due) and due.provisional and counting.of("unannounced_years") == "refused":
        return Problem("TIME-UNANNOUNCED-01", args={"date": due.day, "calendar": calendar.key})
    return due


def adapted(
    calendar: Calendar, counting: Counting, *, closures: tuple[OffDays, ...] = (), known: date | None = None
) -> Calendar:
    """The calendar as this contract reads it; the same one if the contract says nothing about it.

    `closures` are the contract's own; `known` is the day by whose knowledge it is asked (None: all notices).
    """
    if known is not None and counting.of("calendar_as_known") == "as known":
        calendar = as_known(calendar, known)
    changes: dict[str, object] = {"closures": (*calendar.closures, *closures)}
    named, kind = counting.of("rest_days"), counting.origin("rest_days").kind
    # A calendar that names its weekly rest is the contract's own word; a preset's rest days give way to it.
    if named is not None and kind != "usage" and not (kind == "preset" and named != "none" and calendar.rest_weekdays):
        changes["rest_weekdays"] = () if named == "none" else tuple(WEEKDAYS.index(day) for day in named.split("+"))
    hours = hours_of(counting, calendar)
    if counting.of("business_day") == "any date with a window" and not isinstance(hours, Problem):
        open_on = {window.weekday for window in hours}
        changes["rest_weekdays"] = tuple(weekday for weekday in range(7) if weekday not in open_on)
    if counting.of("makeup_days") == "not working":
        changes["makeup"] = ()
    changes["makeup_hours"] = counting.of("makeup_days") or "as listed"
    if calendar.holidays or calendar.yearly:
        changes["substitute"] = counting.of("substitute_day") or "as listed"
    changes["dated_first"] = counting.of("precedence") == "dated hours first"
    changes["split_nights"] = counting.of("night_shift_owner") == "each date its part"
    if counting.closures in {"only pause clocks", "ignored"}:
        if counting.closures == "only pause clocks":
            changes["pausing"] = changes["closures"]
        changes["closures"] = ()
    if changes["makeup_hours"] != "working, own hours":  # without dated hours there is nothing to tell apart
        changes["makeup_hours"] = changes["makeup_hours"] if calendar.dated else calendar.makeup_hours
    changes = {key: value for key, value in changes.items() if value != getattr(calendar, key)}
    return msgspec.structs.replace(calendar, **changes) if changes else calendar


def as_known(calendar: Calendar, day: date) -> Calendar:
    """The calendar without the notices that were not yet published on `day`; their years are provisional then.

    A notice for a year may arrange the last days of the December before: they go with it.
    """
    first_known: dict[int, date] = {}
    for year, published in calendar.published:
        first_known[year] = min(published, first_known.get(year, published))
    unknown = {year for year, published in first_known.items() if published > day}
    if not unknown:
        return calendar
    known = sorted(first_known.keys() - unknown)
    return msgspec.structs.replace(
        calendar,
        holidays=tuple(run for run in calendar.holidays if _notice_year(run.last) not in unknown),
        makeup=tuple(worked for worked in calendar.makeup if _notice_year(worked) not in unknown),
        official=(known[0], known[-1]) if known else (1, 0),
        published=tuple(row for row in calendar.published if row[0] not in unknown),
    )


def _notice_year(day: date) -> int:
    return day.year + (day.month == 12 and day.day >= 28)


def zone_of(counting: Counting, calendar: Calendar) -> str:
    return counting.zone or calendar.zone


def _days(
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
    in_working_days = False
    for place, part in enumerate(_ordered(period, counting)):
        part = _in_own_days(part, counting)
        in_working_days = in_working_days or part.unit == "working day"
        counted = _count(last, part, counting, calendar, before, first=place == 0, at_least=at_least)
        if isinstance(counted, Problem):
            return counted
        last, more = counted
        steps += more
    zero = all(part.n == 0 for part in period.parts)
    if zero and counting.zero_period == "next opening":
        last = calendar.next_working_day(last)
    if calendar.pausing and not before:
        last = _past_closures(start, last, in_working_days, calendar, steps)
    rule = (counting.roll_backward if before else counting.roll) or "none"
    rolls = roll and not zero
    day = last
    if rolls:
        day = _rolled(last, rule, "roll_backward" if before else "roll", counting, calendar, steps)
    if rolls and not before:
        day = _enough_working_days(start, day, period, counting, calendar, steps)
    hangs = in_working_days or (rolls and rule != "none")
    provisional = hangs and _provisional(start if in_working_days else last, day, calendar, steps)
    landed = _landing(day, anchor, counting, calendar)
    if isinstance(landed, Problem):
        return landed
    unit = "working day" if in_working_days else "day"
    return Due(day, landed, last, tuple(steps), provisional, unit, roll and not before)


def _past_closures(start: date, last: date, working: bool, calendar: Calendar, steps: list[Step]) -> date:
    """The last day moved by the closures that the count met: they are no days off, but the clock stands still."""
    met = 0
    while True:
        closed = [(max(run.first, start + timedelta(days=1)), min(run.last, last)) for run in calendar.pausing]
        days = touched_days(
            [span for span in closed if span[0] <= span[1]], calendar, unit="working day" if working else "day"
        )
        if days == met:
            break
        last = calendar.add_working_days(last, days - met) if working else last + timedelta(days=days - met)
        met = days
    if met:
        length = Period(met, "working day" if working else "day")
        steps.append(Step("COUNT-CLOSED-01", {"length": length, "last": last}))
    return last


def _in_own_days(part: Period, counting: Counting) -> Period:
    """A bare day or week as this contract means it."""
    if part.unit == "day" and counting.days_are == "working":
        return Period(part.n, "working day")
    if part.unit == "week" and counting.weeks_are == "5 working days":
        return Period(5 * part.n, "working day")
    return part


def event_day(anchor: date | datetime, counting: Counting, calendar: Calendar) -> tuple[date, list[Step]]:
    """The date on which the event counts: that of the contract's zone, the next working day after a cut-off."""
    if not isinstance(anchor, datetime):
        return anchor, []
    local = local_time(anchor, zone_of(counting, calendar))
    cut = read_clock(counting.cut_off) if counting.cut_off and counting.cut_off != "none" else None
    if cut is None or local.hour * 60 + local.minute < cut:
        return local.date(), []
    later = calendar.add_working_days(local.date(), 1)
    step = Step("COUNT-CUTOFF-01", {"clock": str(counting.cut_off), "date": later, "by": counting.origin("cut_off")})
    return later, [step]


def _ordered(period: Period, counting: Counting) -> list[Period]:
    smallest_first = counting.mixed_order == "smallest first"
    return sorted(period.parts, key=lambda part: UNITS.index(part.unit), reverse=not smallest_first)


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
        last = _working_days(start, part.n, inside, counting, calendar)
        steps.append(_working_step(start, last, part.n, calendar))
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


def _working_days(start: date, n: int, inside: bool, counting: Counting, calendar: Calendar) -> date:
    if counting.from_rest_day == "roll, then add" and calendar.is_rest(start):
        start = calendar.next_working_day(start)
    if inside:
        start -= timedelta(days=1)
    if counting.of("half_day") in {"by its hours", "one half"}:
        return _short_days(start, n, counting, calendar)
    return calendar.add_working_days(start, n)


def _short_days(start: date, n: int, counting: Counting, calendar: Calendar) -> date:
    """The day on which n days are full, short days counting as less than one (KNOBS `half_day`)."""
    left, day = Fraction(n), start
    while left > 0:
        day = calendar.add_working_days(day, 1)
        left -= worth_of_day(day, counting, calendar)
    return day


def worth_of_day(day: date, counting: Counting, calendar: Calendar) -> Fraction:
    """What a working day counts as: one, its hours over a usual day's, or a half if it is short."""
    hours = hours_of(counting, calendar)
    how = counting.of("half_day")
    if how not in {"by its hours", "one half"} or isinstance(hours, Problem):
        return Fraction(1)
    own, usual = minutes_of(day, hours, calendar), usual_minutes(hours)
    if own >= usual or own == 0:
        return Fraction(1)
    return Fraction(own, usual) if how == "by its hours" else Fraction(1, 2)


def usual_minutes(hours: tuple[Window, ...]) -> int:
    return max(sum(w.closes - w.opens for w in hours if w.weekday == weekday) for weekday in range(7))


def _working_step(start: date, last: date, n: int, calendar: Calendar) -> Step:
    """The counted days are named where there are few; a strip shows the rest."""
    args: dict[str, object] = {"length": Period(n, "working day"), "last": last}
    if n > 31:
        return Step("COUNT-WORKDAYS-02", args | {"date": start})
    days = [calendar.add_working_days(last, -back) for back in range(n - 1, -1, -1)]
    return Step("COUNT-WORKDAYS-01", args | {"days": tuple(day for day in days if day >= start)})


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


def rest_words(day: date, calendar: Calendar) -> Step:
    """Why `day` is no working day, as words: the holiday's name where it has one."""
    reason, name = calendar.rest_reason(day), calendar.rest_name(day)
    named = Step(f"day.{name}") if name in FESTIVALS else name
    return Step(f"rest.{reason}.named", {"name": named}) if name else Step(f"rest.{reason}")


def last_of_month(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def _rolled(day: date, rule: str, knob: str, counting: Counting, calendar: Calendar, steps: list[Step]) -> date:
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


def _enough_working_days(
    start: date, day: date, period: Period, counting: Counting, calendar: Calendar, steps: list[Step]
) -> date:
    """EU 1182/71 art. 3(5): a period of two days or more includes at least two working days."""
    least = int(counting.least_working_days or 0)
    if least == 0 or (period.plus is None and period.unit in {"day", "working day"} and period.n < least):
        return day
    since = start - timedelta(days=counting.first_day == "in")
    if calendar.count_working_days(since, day) >= least:
        return day
    later = calendar.add_working_days(since, least)
    args = {"length": Period(least, "working day"), "date": later, "by": counting.origin("least_working_days")}
    steps.append(Step("COUNT-LEAST-01", args))
    return later


def _provisional(first: date, last: date, calendar: Calendar, steps: list[Step]) -> bool:
    """Whether a day that was looked at lies in a year without notice; the first such year is named."""
    for day in (first, last) if first <= last else (last, first):
        if calendar.is_provisional(day):
            steps.append(Step("COUNT-PROVISIONAL-01", {"year": day.year, "calendar": calendar.key}))
            return True
    return False


def hours_of(counting: Counting, calendar: Calendar) -> tuple[Window, ...] | Problem:
    """The contract's weekly hours, else the calendar's; COUNT-HOURS-02 if neither says them."""
    if counting.hours:
        return read_hours(counting.hours, counting.of("midnight_window") or "refused")
    return calendar.hours or Problem("COUNT-HOURS-02", args={"knob": "hours"})


def _landing(day: date, anchor: date | datetime, counting: Counting, calendar: Calendar) -> datetime | Problem | None:
    """The time of day of an answer in days: None is 24:00, the rule of almost all contracts."""
    zone = zone_of(counting, calendar)
    clock = read_clock(counting.day_end or "")
    if counting.landing_clock == "clock kept" and isinstance(anchor, datetime):
        return _at_clock(day, local_time(anchor, zone), zone)
    if counting.landing_clock == "next opening":
        return _opening(end_of_day(day, zone), counting, calendar)
    if counting.landing_clock == "close" or counting.day_end == "close of business":
        hours = hours_of(counting, calendar)
        return hours if isinstance(hours, Problem) else closes_at(day, hours, calendar, zone)
    if clock is not None and clock < 24 * 60:
        return start_of_day(day, zone) + timedelta(minutes=clock)
    return None


def _at_clock(day: date, local: datetime, zone: str) -> datetime:
    """The same time of day on `day`; computed, so a gap moves it forward and a fold takes the first."""
    return datetime.combine(day, local.time()).replace(tzinfo=local.tzinfo, fold=0).astimezone(UTC)


def _clock(
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
        opened = _opening(moment, counting, calendar)
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
    for part in _ordered(period, counting):
        moved = _add_clock(due, part, counting, calendar, before)
        if isinstance(moved, Problem):
            return moved
        if calendar.pausing and not before:
            moved = _past_closed_hours(due, moved, part, counting, calendar)
            if isinstance(moved, Problem):
                return moved
        steps.append(_clock_step(local_time(due, zone), local_time(moved, zone), part, counting, before))
        due = moved
    if counting.zero_period == "next opening" and due == moment:
        opened = _opening(due, counting, calendar)
        if isinstance(opened, Problem):
            return opened
        due = opened
    unrolled = local_date(due, zone)
    rolled = due if before else _rolled_clock(due, counting, calendar, steps)
    if isinstance(rolled, Problem):
        return rolled
    day = local_date(rolled, zone)
    touches = rolled != due or any(is_working_time(part, counting) for part in period.parts)
    provisional = touches and _provisional(local_date(moment, zone), day, calendar, steps)
    return Due(day, rolled, unrolled, tuple(steps), provisional, rolls=False)


def _past_closed_hours(
    start: datetime, due: datetime, part: Period, counting: Counting, calendar: Calendar
) -> datetime | Problem:
    """The due instant moved by what the clock would have run in closures that only pause it."""
    zone = zone_of(counting, calendar)
    hours = hours_of(counting, calendar) if is_working_time(part, counting) else None
    if isinstance(hours, Problem):
        return hours
    for run in sorted(calendar.pausing, key=lambda run: run.first):
        first, last = max(start, start_of_day(run.first, zone)), end_of_day(run.last, zone)
        if first >= due or last <= first:
            continue
        if hours is None:
            due += last - first
            continue
        lost = between(first, last, hours, calendar, zone)
        moved = add_hours(due, Fraction(lost, 3600), hours, calendar, zone) if isinstance(lost, int) else lost
        if isinstance(moved, Problem):
            return moved
        due = moved
    return due


def _clock_step(start: datetime, due: datetime, part: Period, counting: Counting, before: bool) -> Step:
    code = "COUNT-WORKHOURS-01" if is_working_time(part, counting) else "COUNT-HOURS-01"
    code = "COUNT-HOURSBACK-01" if before else code
    by = counting.origin("first_hour")
    return Step(code, {"length": part, "start": start, "due": due, "by": by})


def _rolled_clock(due: datetime, counting: Counting, calendar: Calendar, steps: list[Step]) -> datetime | Problem:
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
    moved = _opening(start_of_day(calendar.next_working_day(day), zone), counting, calendar)
    if not isinstance(moved, Problem):
        steps.append(Step("COUNT-ROLL-03", args | {"due": local_time(moved, zone)}))
    return moved


def is_working_time(part: Period, counting: Counting) -> bool:
    return part.unit == "working hour" or (part.unit == "hour" and counting.hours_are == "working")


def moment_of(anchor: date | datetime, counting: Counting, calendar: Calendar) -> datetime | Problem:
    """The instant at which a clock starts; a bare date is the whole day and starts none, unless the contract says."""
    if isinstance(anchor, datetime):
        return anchor.astimezone(UTC)
    zone = zone_of(counting, calendar)
    match counting.date_only_event:
        case "00:00":
            return start_of_day(anchor, zone)
        case "24:00":
            return end_of_day(anchor, zone)
        case "opening":
            return _opening(start_of_day(anchor, zone), counting, calendar)
    return Problem("TIME-DATEONLY-01", args={"date": anchor})


def _next_full_hour(moment: datetime, zone: str) -> datetime:
    """The hour of the event is left out whole, also if it happened on the hour (EU 1182/71 art. 3(1))."""
    local = local_time(moment, zone)
    spent = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment - spent + timedelta(hours=1)


def _add_clock(
    moment: datetime, part: Period, counting: Counting, calendar: Calendar, before: bool
) -> datetime | Problem:
    zone = zone_of(counting, calendar)
    amount = part.n * CLOCK_UNITS[part.unit]
    if is_working_time(part, counting):
        hours = hours_of(counting, calendar)
        if isinstance(hours, Problem):
            return hours
        if before:
            landing = counting.backward_landing or "opening"
            return subtract_hours(moment, amount, hours, calendar, zone, landing=landing)
        return add_hours(moment, amount, hours, calendar, zone, at_close=counting.due_at_close or "stays")
    length = timedelta(seconds=int(amount * 3600)) * (-1 if before else 1)
    if counting.elapsed == "wall clock":
        local = local_time(moment, zone)
        moved = local.replace(tzinfo=None) + length
        return _at_clock(moved.date(), moved.replace(tzinfo=local.tzinfo), zone)
    return moment + length


def _opening(instant: datetime, counting: Counting, calendar: Calendar) -> datetime | Problem:
    hours = hours_of(counting, calendar)
    return hours if isinstance(hours, Problem) else next_opening(instant, hours, calendar, zone_of(counting, calendar))


def fixed(day: date, counting: Counting, calendar: Calendar) -> Due:
    """A due date that the contract names. It stays, unless `roll_fixed_dates` says yes; see `asks_fixed`."""
    steps = [Step("COUNT-FIXED-01", {"date": day})]
    rule = (counting.roll or "none") if counting.roll_fixed_dates == "yes" else "none"
    if asks_fixed(day, counting, calendar):
        steps.append(Step("COUNT-FIXED-02", {"date": day, "reason": rest_words(day, calendar)}))
        return Due(day, None, day, tuple(steps), rolls=False)
    knob = "roll" if counting.roll_fixed_dates is None else "roll_fixed_dates"
    moved = _rolled(day, rule, knob, counting, calendar, steps)
    provisional = rule != "none" and _provisional(day, moved, calendar, steps)
    return Due(moved, None, day, tuple(steps), provisional, rolls=rule != "none")


def asks_fixed(day: date, counting: Counting, calendar: Calendar) -> bool:
    """Whether `roll_fixed_dates` must be asked: the date is a rest day, the contract rolls, and it is silent."""
    rolls = counting.roll not in {None, "none"}
    return counting.roll_fixed_dates is None and rolls and calendar.is_rest(day)


def shift(due: Due, days: int, counting: Counting, calendar: Calendar) -> Due:
    """Excuse first, roll last: `days` more (in `due.unit`) from the unrolled last day, then one roll-over.

    An instant moves by as many dates and keeps its local time of day.
    """
    if days == 0:
        return due
    steps = [*due.steps]
    working = due.unit == "working day"
    last = calendar.add_working_days(due.unrolled, days) if working else due.unrolled + timedelta(days=days)
    steps.append(Step("COUNT-SHIFT-01", {"length": Period(days, due.unit), "date": due.unrolled, "last": last}))
    rule = (counting.roll or "none") if due.rolls else "none"
    day = _rolled(last, rule, "roll", counting, calendar, steps) if due.rolls else last
    hangs = rule != "none" or working
    provisional = due.provisional or (hangs and _provisional(due.unrolled, day, calendar, steps))
    zone = zone_of(counting, calendar)
    instant = due.instant and _at_clock(day, local_time(due.instant, zone), zone)
    return Due(day, instant, last, tuple(steps), provisional, due.unit, due.rolls)


def touched_days(spans: Iterable[tuple[date, date]], calendar: Calendar, *, unit: str = "day") -> int:
    """Dates (or working dates) that the spans touch, both ends included; where they overlap, once."""
    touched = {ordinal for first, last in spans for ordinal in range(first.toordinal(), last.toordinal() + 1)}
    if unit != "working day":
        return len(touched)
    return sum(not calendar.is_rest(date.fromordinal(ordinal)) for ordinal in touched)


def elapsed_days(first: date, last: date) -> int:
    """Dates from `first` to `last`, the first out and the last in."""
    return (last - first).days


def days_late(due: date, done: date, counting: Counting, calendar: Calendar, *, unit: str = "calendar days") -> int:
    """Days of lateness by dates, 0 if done on the due day or before; the ends as `late_ends` says."""
    if done <= due:
        return 0
    days = calendar.count_working_days(due, done) if unit == "working days" else elapsed_days(due, done)
    if counting.late_ends == "both in":
        return days + (unit != "working days" or not calendar.is_rest(due))
    if counting.late_ends == "both out":
        return max(0, days - (unit != "working days" or not calendar.is_rest(done)))
    return days


def term_end(first: date, length: Period, counting: Counting, calendar: Calendar) -> date | Problem:
    """The last day of a term "from `first` for `length`": KNOBS `term_end`, by usage the day before the anniversary."""
    inside = counting.term_end != "anniversary"
    how = msgspec.structs.replace(counting, first_day="in" if inside else "out")
    due = add(first, length, how, calendar, roll=False)
    return due if isinstance(due, Problem) else due.unrolled


def last_working_day(first: date, last: date, calendar: Calendar) -> date | None:
    """The last working day of the days from `first` to `last`, both included; None if there is none."""
    return nth_day(first, last, -1, calendar, working=True)


def nth_day(first: date, last: date, n: int, calendar: Calendar, *, working: bool = False) -> date | None:
    """The nth (working) day of a span with both ends included; −1 is the last; None if the span has fewer."""
    if n == 0:
        raise ValueError("days are numbered from 1, or from -1 backwards")
    try:
        if working:
            edge = first - timedelta(days=1) if n > 0 else last + timedelta(days=1)
            day = calendar.add_working_days(edge, n)
        else:
            day = first + timedelta(days=n - 1) if n > 0 else last + timedelta(days=n + 1)
    except OverflowError:
        return None
    return day if first <= day <= last else None


def calendar_windows(unit: str, start: date, end: date) -> list[Cycle]:
    """Whole weeks (ISO), months, quarters, half-years or years that meet the days from `start` on and before `end`."""
    cycles: list[Cycle] = []
    day = _cycle(unit, start).first
    while day < end:
        cycle = _cycle(unit, day)
        cycles.append(cycle)
        day = cycle.after
    return cycles


def _cycle(unit: str, day: date) -> Cycle:
    if unit == "week":
        first = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return Cycle(f"{year}-W{week:02}", first, first + timedelta(days=7))
    length = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[unit]
    number = (day.month - 1) // length
    first = date(day.year, number * length + 1, 1)
    after = last_of_month(day.year, number * length + length) + timedelta(days=1)
    names = {"month": f"-{number + 1:02}", "quarter": f"-Q{number + 1}", "half-year": f"-H{number + 1}", "year": ""}
    return Cycle(f"{day.year}{names[unit]}", first, after)


def contract_cycles(unit: str, start: date, end: date, *, series_from: str = "the anchor") -> list[Cycle]:
    """Whole weeks, months, quarters, half-years or years counted from `start`, up to `end` (KNOBS `cycle`).

    A cycle that would begin on a day that the month lacks begins on its last day; the next one goes by the first day
    of all, or by the one before (`series_from`).
    """
    months = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
    cycles: list[Cycle] = []
    first = start
    while first < end:
        number = len(cycles) + 1
        if unit == "week":
            after = first + timedelta(days=7)
        elif series_from == "the one before":
            after = months_on(first, months[unit])
        else:
            after = months_on(start, months[unit] * number)
        cycles.append(Cycle(f"{unit[0].upper()}{number}", first, after))
        first = after
    return cycles


def months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = last_of_month(year, month + 1)
    return last if day.day > last.day else last.replace(day=day.day)


def clock_period(period: Period, counting: Counting) -> Period:
    """The period of a clock that is given in days, as KNOBS `day_in_clock` reads it; by usage calendar dates."""
    how = counting.of("day_in_clock") or "calendar date"
    if how == "calendar date" or period.plus is not None or period.unit != "day":
        return period
    if how == "24 clock hours":
        return Period(24 * period.n, "hour")
    return Period(int(Fraction(how.partition(" ")[0]) * period.n), "working hour")


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
