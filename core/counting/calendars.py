"""Calendars: which days are worked and why the others are not, counted by the week, and two calendars as one."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from core.worktime import WorkTime

__all__ = [
    "FESTIVALS",
    "WEEKDAYS",
    "Calendar",
    "DatedHours",
    "Minutes",
    "Notice",
    "OffDays",
    "Window",
    "YearDay",
    "joint_calendar",
    "joint_hours",
    "merged",
    "without",
]

FESTIVALS = ("new-year", "spring-festival", "qingming", "labour-day", "dragon-boat", "mid-autumn", "national-day",
             "mid-autumn-and-national-day")  # fmt: skip
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
YEARLY = range(1950, 2151)  # years for which days that recur each year are known


class OffDays(msgspec.Struct, frozen=True):
    """A run of days off, both ends included; `name` is one of FESTIVALS or the author's own text."""

    first: date
    last: date
    name: str = ""


class Window(msgspec.Struct, frozen=True):
    """Hours of one weekday (Monday 0) in minutes from its midnight, half-open; past 1440 is the next day."""

    weekday: int
    opens: int
    closes: int


class YearDay(msgspec.Struct, frozen=True):
    """A day off that recurs each year; 29 February only where the year has one."""

    month: int
    day: int
    name: str = ""


class DatedHours(msgspec.Struct, frozen=True):
    """Hours of one date in place of the weekly ones, in minutes from its midnight; no span: closed that day."""

    day: date
    spans: tuple[tuple[int, int], ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """One text of a year's official arrangement, whole; a later one of that year replaces it when it is published."""

    year: int
    published: date
    off: tuple[OffDays, ...] = ()
    work: tuple[date, ...] = ()


class Calendar(msgspec.Struct, frozen=True, dict=True):
    """Which days are worked, as officially announced up to one version.

    `official` are the first and last year with a published notice (None: the calendar hangs on no notice). For other
    years nothing is guessed: weekends only, and every answer there is provisional. `notices` are their texts in order
    of publication, those that were changed later too; `holidays` and `makeup` hold the last text of each year.
    The last fields are what a contract makes of it: closures that only pause clocks (`pausing`), and the knobs
    `substitute_day`, `makeup_days`, `precedence` and `night_shift_owner`.
    """

    id: str
    version: str
    zone: str
    rest_weekdays: tuple[int, ...] = (5, 6)
    holidays: tuple[OffDays, ...] = ()
    makeup: tuple[date, ...] = ()
    closures: tuple[OffDays, ...] = ()
    official: tuple[int, int] | None = None
    notices: tuple[Notice, ...] = ()
    source: str = ""
    hours: tuple[Window, ...] = ()
    yearly: tuple[YearDay, ...] = ()
    dated: tuple[DatedHours, ...] = ()
    breaks: tuple[Window, ...] = ()
    pausing: tuple[OffDays, ...] = ()
    substitute: str = "as listed"
    makeup_hours: str = "as listed"
    dated_first: bool = False
    split_nights: bool = False

    @property
    def key(self) -> str:
        return f"{self.id}@{self.version}"

    @cached_property
    def _off(self) -> dict[int, tuple[str, str]]:
        """Ordinal → (reason, name) of each holiday and closure; where they meet, the holiday is named."""
        off: dict[int, tuple[str, str]] = {}
        for reason, runs in (("closure", self.closures), ("holiday", self.holidays)):
            for run in runs:
                for ordinal in range(run.first.toordinal(), run.last.toordinal() + 1):
                    off[ordinal] = (reason, run.name)
        for recurring in self.yearly:
            for year in YEARLY:
                if recurring.day <= monthrange(year, recurring.month)[1]:
                    off[date(year, recurring.month, recurring.day).toordinal()] = ("holiday", recurring.name)
        return off if self.substitute == "as listed" else self._substituted(off)

    def _substituted(self, off: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
        """With a day off in place of each holiday on the weekly rest: the next working day, or the nearest weekday."""
        made = dict(off)
        for ordinal, (reason, name) in sorted(off.items()):
            if reason != "holiday" or (ordinal - 1) % 7 not in self.rest_weekdays or ordinal in self._makeup:
                continue
            free = ordinal - 1 if self.substitute == "nearest weekday" else ordinal
            while free in made or not self._works_by_week(free):
                free += 1
            made[free] = ("holiday", name)
        return made

    def _works_by_week(self, ordinal: int) -> bool:
        return (ordinal - 1) % 7 not in self.rest_weekdays or ordinal in self._makeup

    @cached_property
    def own_spans(self) -> dict[int, tuple[tuple[int, int], ...]]:
        return {hours.day.toordinal(): hours.spans for hours in self.dated}

    @cached_property
    def lines(self) -> dict[tuple[int, str], WorkTime]:
        """Room for this calendar's lines of working time, which `worktime.line_of` fills."""
        return {}

    @cached_property
    def _makeup(self) -> frozenset[int]:
        return frozenset(day.toordinal() for day in self.makeup)

    @cached_property
    def _count(self) -> _DayCount:
        rest = frozenset(self.rest_weekdays)
        off = {ordinal for ordinal in self._off if (ordinal - 1) % 7 not in rest}
        on = {ordinal for ordinal in self._makeup if (ordinal - 1) % 7 in rest and ordinal not in self._off}
        return _DayCount(rest, off, on)

    def rest_reason(self, day: date) -> str | None:
        """Why `day` is no working day: "holiday", "closure" or "weekend"; None if it is one."""
        ordinal = day.toordinal()
        if ordinal in self._off:
            return self._off[ordinal][0]
        if (ordinal - 1) % 7 in self.rest_weekdays and ordinal not in self._makeup:
            return "weekend"
        return None

    def rest_name(self, day: date) -> str:
        """The name of the holiday or closure on `day`, or ""."""
        return self._off.get(day.toordinal(), ("", ""))[1]

    def is_rest(self, day: date) -> bool:
        return self.rest_reason(day) is not None

    def is_makeup(self, day: date) -> bool:
        """A day of the weekly rest that is worked by official notice."""
        return day.weekday() in self.rest_weekdays and not self.is_rest(day)

    def is_provisional(self, day: date) -> bool:
        """No notice has been published for that year, so a holiday may still fall on or near it."""
        return self.official is not None and not self.official[0] <= day.year <= self.official[1]

    def next_working_day(self, day: date) -> date:
        """The first working day on or after `day`: where it is a rest day, the day after the rest block ends."""
        return self._nth(self._count.before(day.toordinal()) + 1)

    def previous_working_day(self, day: date) -> date:
        """The last working day on or before `day`."""
        return self._nth(self._count.before(day.toordinal() + 1))

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after `day` (before it, if n is negative); `day` itself if n is 0."""
        ordinal = day.toordinal()
        if n > 0:
            return self._nth(self._count.before(ordinal + 1) + n)
        return self._nth(self._count.before(ordinal) + n + 1) if n < 0 else day

    def count_working_days(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative if `last` is earlier."""
        return self._count.before(last.toordinal() + 1) - self._count.before(first.toordinal() + 1)

    def _nth(self, number: int) -> date:
        """Raises OverflowError where the calendar of the language ends (years 1 and 9999)."""
        try:
            return date.fromordinal(self._count.nth(number))
        except ValueError:
            raise OverflowError("day out of range") from None


class _DayCount:
    """Working days counted by week, corrected by the few days that differ: logarithmic, whatever the span.

    The cost is two binary searches over the exceptional days (some 200 in nine years), not a walk over the span.
    """

    def __init__(self, rest: frozenset[int], off: set[int], on: set[int]) -> None:
        worked = [weekday for weekday in range(7) if weekday not in rest]
        if not worked:
            raise ValueError("a calendar needs a working weekday")
        self._worked = worked
        self._days = sorted(off | on)
        self._on = on
        self._shift = [0]
        for ordinal in self._days:
            self._shift.append(self._shift[-1] + (1 if ordinal in on else -1))
        self._before = [self.before(ordinal) for ordinal in self._days]

    def before(self, ordinal: int) -> int:
        """Working days from year 1 up to, and without, this day."""
        weeks, rest = divmod(ordinal - 1, 7)
        worked = weeks * len(self._worked) + bisect_left(self._worked, rest)
        return worked + self._shift[bisect_left(self._days, ordinal)]

    def nth(self, number: int) -> int:
        """The ordinal of the nth working day; the inverse of `before`."""
        place = bisect_left(self._before, number)  # that many exceptions lie on it or earlier
        if place and self._days[place - 1] in self._on and self._before[place - 1] + 1 == number:
            return self._days[place - 1]
        weeks, rest = divmod(number - self._shift[place] - 1, len(self._worked))
        return weeks * 7 + self._worked[rest] + 1


def joint_calendar(one: Calendar, other: Calendar, mode: str) -> Calendar:
    """One calendar of two (KNOBS `whose_calendar`): a day is worked where both work ("both at work"), or "either"."""
    both = mode == "both at work"
    weekly = set(one.rest_weekdays), set(other.rest_weekdays)
    rest = weekly[0] | weekly[1] if both else weekly[0] & weekly[1]
    looked_at = one._off.keys() | other._off.keys() | one._makeup | other._makeup
    off: list[OffDays] = []
    makeup: list[date] = []
    for ordinal in sorted(looked_at):
        day = date.fromordinal(ordinal)
        resting = [calendar.is_rest(day) for calendar in (one, other)]
        rests = any(resting) if both else all(resting)
        if not rests:
            makeup.append(day)
        elif day.weekday() not in rest or "holiday" in {one.rest_reason(day), other.rest_reason(day)}:
            off.append(OffDays(day, day, one.rest_name(day) or other.rest_name(day)))
    official = [calendar.official for calendar in (one, other) if calendar.official]
    # Where either works, the break of one is working time of the other; what both call a break is none of either.
    mine, theirs = (one.hours, other.hours) if both else (_net(one), _net(other))
    return msgspec.structs.replace(
        one,
        id=f"{one.id}+{other.id}",
        version=f"{one.version}+{other.version}",
        rest_weekdays=tuple(sorted(rest)),
        holidays=tuple(off),
        makeup=tuple(makeup),
        closures=(),
        yearly=(),
        substitute="as listed",
        official=(max(first for first, _ in official), min(last for _, last in official)) if official else None,
        hours=joint_hours(mine, theirs, both=both) if mine and theirs else mine or theirs,
        dated=(*one.dated, *other.dated),
        breaks=joint_hours(one.breaks, other.breaks, both=not both),
    )


def _net(calendar: Calendar) -> tuple[Window, ...]:
    """A calendar's weekly hours with its breaks taken out."""
    return tuple(
        Window(weekday, opens, closes)
        for weekday in range(len(WEEKDAYS))
        for opens, closes in without(_on(weekday, calendar.hours), _on(weekday, calendar.breaks))
    )


def joint_hours(one: tuple[Window, ...], other: tuple[Window, ...], *, both: bool) -> tuple[Window, ...]:
    """The weekly hours in which both are open, or either is."""
    made: list[Window] = []
    for weekday in range(len(WEEKDAYS)):
        mine, theirs = _on(weekday, one), _on(weekday, other)
        cut = [(max(a, c), min(b, d)) for a, b in mine for c, d in theirs] if both else merged([*mine, *theirs])
        made += [Window(weekday, opens, closes) for opens, closes in sorted(cut) if opens < closes]
    return tuple(made)


Minutes = list[tuple[int, int]]


def _on(weekday: int, windows: tuple[Window, ...]) -> Minutes:
    return [(window.opens, window.closes) for window in windows if window.weekday == weekday]


def without(spans: Minutes, breaks: Minutes) -> Minutes:
    """Spans with the breaks taken out of them."""
    for start, stop in breaks:
        spans = [part for opens, closes in spans for part in ((opens, min(closes, start)), (max(opens, stop), closes))]
        spans = [(opens, closes) for opens, closes in spans if opens < closes]
    return spans


def merged(spans: Minutes) -> Minutes:
    """Spans in order, those that touch or overlap as one."""
    made: Minutes = []
    for opens, closes in sorted(spans):
        if made and opens <= made[-1][1]:
            made[-1] = made[-1][0], max(closes, made[-1][1])
        else:
            made.append((opens, closes))
    return made
