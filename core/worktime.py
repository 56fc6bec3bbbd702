"""Working time: calendars that know their working days, weekly hours, and local time against instants."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple

import msgspec

from core.problems import Problem, nearest

__all__ = [
    "FESTIVALS",
    "ROUND_THE_CLOCK",
    "WEEKDAYS",
    "Calendar",
    "DayMark",
    "OffDays",
    "Window",
    "add_hours",
    "between",
    "closes_at",
    "end_of_day",
    "local_date",
    "local_time",
    "next_opening",
    "read_clock",
    "read_hours",
    "start_of_day",
    "strip",
    "subtract_hours",
    "to_instant",
    "zone_problem",
]

DAY_MINUTES = 24 * 60
FESTIVALS = ("new-year", "spring-festival", "qingming", "labour-day", "dragon-boat", "mid-autumn", "national-day",
             "mid-autumn-and-national-day")  # fmt: skip
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST_WALK = 366 * 60  # days: a sum of working hours that is not used up in sixty years is a mistake


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


class DayMark(NamedTuple):
    """One day of a strip: `reason` says why it is no working day, or "makeup" why it is one."""

    day: date
    works: bool
    reason: str
    name: str
    provisional: bool


class Calendar(msgspec.Struct, frozen=True, dict=True):
    """Which days are worked, as officially announced up to one version.

    `official` are the first and last year with a published notice (None: the calendar hangs on no notice). For other
    years nothing is guessed: weekends only, and every answer there is provisional. `published` are (year, date known).
    """

    id: str
    version: str
    zone: str
    rest_weekdays: tuple[int, ...] = (5, 6)
    holidays: tuple[OffDays, ...] = ()
    makeup: tuple[date, ...] = ()
    closures: tuple[OffDays, ...] = ()
    official: tuple[int, int] | None = None
    published: tuple[tuple[int, date], ...] = ()
    source: str = ""
    hours: tuple[Window, ...] = ()

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
        return off

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
        if n == 0:
            return day
        ordinal = day.toordinal()
        return self._nth(self._count.before(ordinal + 1) + n if n > 0 else self._count.before(ordinal) + n + 1)

    def count_working_days(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative if `last` is earlier."""
        return self._count.before(last.toordinal() + 1) - self._count.before(first.toordinal() + 1)

    def _nth(self, number: int) -> date:
        """Raises OverflowError where the calendar of the language ends (years 1 and 9999)."""
        ordinal = self._count.nth(number)
        if not 1 <= ordinal <= date.max.toordinal():
            raise OverflowError("day out of range")
        return date.fromordinal(ordinal)


class _DayCount:
    """Working days counted by week, corrected by the few days that differ: logarithmic, whatever the span.

    The cost is two binary searches over the exceptional days (some 200 in nine years), not a walk over the span.
    """

    def __init__(self, rest: frozenset[int], off: set[int], on: set[int]) -> None:
        worked = [weekday for weekday in range(7) if weekday not in rest]
        if not worked:
            raise ValueError("a calendar needs a working weekday")
        self._worked = worked
        self._part = [sum(weekday < r for weekday in worked) for r in range(7)]
        self._days = sorted(off | on)
        self._on = on
        self._shift = [0]
        for ordinal in self._days:
            self._shift.append(self._shift[-1] + (1 if ordinal in on else -1))
        self._before = [self.before(ordinal) for ordinal in self._days]

    def before(self, ordinal: int) -> int:
        """Working days from year 1 up to, and without, this day."""
        weeks, rest = divmod(ordinal - 1, 7)
        return weeks * len(self._worked) + self._part[rest] + self._shift[bisect_left(self._days, ordinal)]

    def nth(self, number: int) -> int:
        """The ordinal of the nth working day; the inverse of `before`."""
        place = bisect_left(self._before, number)  # that many exceptions lie on it or earlier
        if place and self._days[place - 1] in self._on and self._before[place - 1] + 1 == number:
            return self._days[place - 1]
        weeks, rest = divmod(number - self._shift[place] - 1, len(self._worked))
        return weeks * 7 + self._worked[rest] + 1


def strip(first: date, last: date, calendar: Calendar) -> tuple[DayMark, ...]:
    """Each day from `first` to `last`, both included, with the reason why it counts as a working day or not."""
    marks = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        reason = calendar.rest_reason(day) or ("makeup" if calendar.is_makeup(day) else "")
        works = reason in {"", "makeup"}
        marks.append(DayMark(day, works, reason, calendar.rest_name(day), calendar.is_provisional(day)))
    return tuple(marks)


@lru_cache(maxsize=64)
def _zone(key: str):  # type: ignore[no-untyped-def]  # zoneinfo is imported only when an instant is needed
    from zoneinfo import ZoneInfo

    return ZoneInfo(key)


def zone_problem(key: str, where: str = "") -> Problem | None:
    """TIME-ZONE-01 if no such zone is known, with the nearest name."""
    try:
        _zone(key)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        close = nearest(key, available_timezones()) or None
        return Problem("TIME-ZONE-01", where=where, args={"zone": key, "nearest": close})
    return None


def to_instant(local: datetime, zone: str) -> datetime | Problem:
    """The instant (UTC) of a local time that a person wrote; an hour that is skipped or occurs twice is refused."""
    wrong = zone_problem(zone)
    if wrong is not None:
        return wrong
    first, second = _both_readings(local, zone)
    if _naive(first, zone) != local:
        return Problem("TIME-GAP-01", args={"local": local, "zone": zone})
    if first != second:
        return Problem("TIME-FOLD-01", args={"local": local, "zone": zone, "first": first, "second": second})
    return first


def local_time(instant: datetime, zone: str) -> datetime:
    """The aware local time of an instant. Do not add to it: sums over a change of the clocks need UTC."""
    local: datetime = instant.astimezone(_zone(zone))
    return local


def local_date(instant: datetime, zone: str) -> date:
    return local_time(instant, zone).date()


def start_of_day(day: date, zone: str) -> datetime:
    return _computed(day, 0, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """24:00 of a local day as an instant: the first instant that no longer belongs to it."""
    return _computed(day, DAY_MINUTES, zone)


def _both_readings(local: datetime, zone: str) -> tuple[datetime, datetime]:
    aware = local.replace(tzinfo=_zone(zone))
    return aware.replace(fold=0).astimezone(UTC), aware.replace(fold=1).astimezone(UTC)


def _naive(instant: datetime, zone: str) -> datetime:
    return local_time(instant, zone).replace(tzinfo=None, fold=0)


def _computed(day: date, minutes: int, zone: str) -> datetime:
    """A computed local time: out of a gap forward by its length, the first of two."""
    ahead, minute = divmod(minutes, DAY_MINUTES)
    local = datetime.combine(day + timedelta(days=ahead), datetime.min.time()) + timedelta(minutes=minute)
    return _both_readings(local, zone)[0]


ROUND_THE_CLOCK = tuple(Window(weekday, 0, DAY_MINUTES) for weekday in range(7))


@lru_cache(maxsize=64)
def read_hours(text: str) -> tuple[Window, ...] | Problem:
    """Weekly hours in words: "Mon-Fri 09:00-12:00, 13:00-17:00; Sat 22:00-05:00 next day", or "round the clock"."""
    if text.strip() == "round the clock":
        return ROUND_THE_CLOCK
    windows: list[Window] = []
    for group in text.split(";"):
        days, _, spans = group.strip().partition(" ")
        weekdays = _read_weekdays(days)
        if not weekdays or not spans.strip():
            return Problem("TIME-HOURS-01", args={"text": group.strip()})
        for span in spans.split(","):
            minutes = _read_span(span.strip())
            if isinstance(minutes, Problem):
                return minutes
            windows += [Window(weekday, *minutes) for weekday in weekdays]
    return _checked(tuple(sorted(windows, key=lambda window: (window.weekday, window.opens))))


def _read_weekdays(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        return []
    start, stop = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [weekday % 7 for weekday in range(start, stop + 1 + (7 if stop < start else 0))]


def _read_span(text: str) -> tuple[int, int] | Problem:
    body, over, _ = text.partition(" next day")
    opens, _, closes = body.partition("-")
    start, stop = read_clock(opens), read_clock(closes)
    if start is None or stop is None or start == DAY_MINUTES:
        return Problem("TIME-HOURS-01", args={"text": text})
    if start == stop and not over:
        return Problem("TIME-HOURS-04", args={"text": text})
    if stop < start and not over:
        return Problem("TIME-HOURS-03", args={"text": text})
    return start, stop + (DAY_MINUTES if over else 0)


def read_clock(text: str) -> int | None:
    """ "09:30" → minutes from midnight; "24:00" is the end of the day; None if it is no clock time."""
    hour, colon, minute = text.strip().partition(":")
    if not (colon and len(hour) == 2 and len(minute) == 2 and hour.isdecimal() and minute.isdecimal()):
        return None
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= DAY_MINUTES else None


def _checked(windows: tuple[Window, ...]) -> tuple[Window, ...] | Problem:
    """The same windows, or TIME-HOURS-02 if two of them overlap anywhere in the week."""
    week = 7 * DAY_MINUTES
    spans = sorted((w.weekday * DAY_MINUTES + w.opens, w.weekday * DAY_MINUTES + w.closes) for w in windows)
    first_again = (spans[0][0] + week, spans[0][1] + week)
    for (_, closes), (opens, _) in zip(spans, [*spans[1:], first_again], strict=True):
        if opens < closes:
            return Problem("TIME-HOURS-02", args={"weekday": WEEKDAYS[opens // DAY_MINUTES % 7]})
    return windows


def _windows_on(day: date, hours: tuple[Window, ...], calendar: Calendar) -> list[Window]:
    """Windows that start on `day`: none on a holiday; a make-up day has the first weekday's, if none of its own."""
    if calendar.rest_reason(day) in {"holiday", "closure"}:
        return []
    own = [window for window in hours if window.weekday == day.weekday()]
    if own or not calendar.is_makeup(day) or not hours:
        return own
    usual = min(window.weekday for window in hours)
    return [window for window in hours if window.weekday == usual]


def _spans(day: date, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> list[tuple[datetime, datetime]]:
    return [
        (_computed(day, window.opens, zone), _computed(day, window.closes, zone))
        for window in _windows_on(day, hours, calendar)
    ]


def _forward(
    start: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str
) -> Iterator[tuple[datetime, datetime]]:
    """Working spans from `start` on, cut at it; begins a day early for windows over midnight."""
    day = local_date(start, zone) - timedelta(days=1)
    for _ in range(LONGEST_WALK):
        for opens, closes in _spans(day, hours, calendar, zone):
            if closes > start:
                yield max(opens, start), closes
        day += timedelta(days=1)


def _backward(
    start: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str
) -> Iterator[tuple[datetime, datetime]]:
    day = local_date(start, zone)
    for _ in range(LONGEST_WALK):
        for opens, closes in reversed(_spans(day, hours, calendar, zone)):
            if opens < start:
                yield opens, min(closes, start)
        day -= timedelta(days=1)


def _seconds(hours: Fraction) -> timedelta:
    """Whole seconds; what is left of a second is cut."""
    return timedelta(seconds=int(hours * 3600))


def add_hours(
    start: datetime,
    amount: Fraction,
    hours: tuple[Window, ...],
    calendar: Calendar,
    zone: str,
    *,
    at_close: str = "stays",
) -> datetime | Problem:
    """The instant at which `amount` working hours after `start` are used up; time used up at close stays there.

    `at_close="next opening"` is KNOBS `due_at_close`. A start outside hours waits for the next opening; 0 hours stay.
    """
    left = _seconds(amount)
    if not left:
        return start
    for opens, closes in _forward(start, hours, calendar, zone):
        if left < closes - opens or (left == closes - opens and at_close == "stays"):
            return opens + left
        left -= closes - opens
        if not left:
            return next_opening(closes, hours, calendar, zone)
    return Problem("TIME-RANGE-01", args={"length": f"{amount} h"})


def subtract_hours(
    end: datetime,
    amount: Fraction,
    hours: tuple[Window, ...],
    calendar: Calendar,
    zone: str,
    *,
    landing: str = "opening",
) -> datetime | Problem:
    """The instant from which `amount` working hours lead up to `end`; an opening that is hit stays the opening.

    `landing="previous close"` is KNOBS `backward_landing`.
    """
    left = _seconds(amount)
    if not left:
        return end
    spent = False
    for opens, closes in _backward(end, hours, calendar, zone):
        if spent:
            return closes
        if left < closes - opens or (left == closes - opens and landing == "opening"):
            return closes - left
        left -= closes - opens
        spent = not left
    return Problem("TIME-RANGE-01", args={"length": f"{amount} h"})


def between(start: datetime, end: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> int | Problem:
    """Working seconds from `start` to `end`, half-open; an end before the start is a problem."""
    if end < start:
        return Problem("TIME-REVERSED-01", args={"start": start, "end": end})
    total = timedelta()
    for opens, closes in _forward(start, hours, calendar, zone):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total // timedelta(seconds=1)


def next_opening(instant: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> datetime | Problem:
    """`instant` itself inside hours, else the next opening."""
    for opens, _ in _forward(instant, hours, calendar, zone):
        return opens
    return Problem("TIME-RANGE-01", args={"length": "0 h"})


def closes_at(day: date, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> datetime | None:
    """The last closing of the windows that start on `day`; None if it has none."""
    spans = _spans(day, hours, calendar, zone)
    return spans[-1][1] if spans else None
