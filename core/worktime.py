"""Working time as a line: how much of it lies between two instants, and where an amount of it is used up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from core.counting.calendars import (
    FESTIVALS,
    WEEKDAYS,
    Calendar,
    DatedHours,
    DayMark,
    Minutes,
    OffDays,
    Window,
    YearDay,
    joint_calendar,
    joint_hours,
    merged,
    strip,
)
from core.counting.hours import ROUND_THE_CLOCK, read_clock, read_hours, read_run, read_spans
from core.counting.zones import (
    DAY_MINUTES,
    edge,
    end_of_day,
    local_date,
    local_time,
    start_of_day,
    to_instant,
    zone_of_key,
    zone_problem,
)
from core.problems import Problem

__all__ = [
    "FESTIVALS",
    "ROUND_THE_CLOCK",
    "WEEKDAYS",
    "Calendar",
    "DatedHours",
    "DayMark",
    "OffDays",
    "Window",
    "WorkTime",
    "YearDay",
    "add_hours",
    "between",
    "closes_at",
    "edge",
    "end_of_day",
    "is_open",
    "joint_calendar",
    "joint_hours",
    "line_of",
    "local_date",
    "local_time",
    "minutes_of",
    "next_opening",
    "opens_at",
    "read_clock",
    "read_hours",
    "read_run",
    "read_spans",
    "start_of_day",
    "strip",
    "subtract_hours",
    "to_instant",
    "zone_problem",
]

LONGEST = 60  # years: a sum of working hours that is not used up by then is a mistake
SECOND = 1_000_000  # a line of working time is counted in microseconds
REACH = 400  # years that one line bridges; what lies farther off is a line of its own
FARTHEST_APART = timedelta(days=REACH * 365)
FARTHEST = LONGEST * 366 * 86_400 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _without(spans: Minutes, breaks: Minutes) -> Minutes:
    for start, stop in breaks:
        spans = [part for opens, closes in spans for part in ((opens, min(closes, start)), (max(opens, stop), closes))]
        spans = [(opens, closes) for opens, closes in spans if opens < closes]
    return spans


def _said_on(day: date, hours: tuple[Window, ...], calendar: Calendar) -> Minutes:
    """Hours that a date has by itself, whether or not it is a day off: its own, else the weekly ones.

    A make-up day has the hours of the first weekday that has any, if none of its own.
    """
    dated = calendar.own_spans.get(day.toordinal())
    makeup = calendar.is_makeup(day)
    if dated is not None and not (makeup and calendar.makeup_hours == "working, normal hours"):
        spans = list(dated)
    else:
        spans = [(w.opens, w.closes) for w in hours if w.weekday == day.weekday()]
        if not spans and makeup and hours:
            usual = min(window.weekday for window in hours)
            spans = [(w.opens, w.closes) for w in hours if w.weekday == usual]
    return _without(spans, [(b.opens, b.closes) for b in calendar.breaks if b.weekday == day.weekday()])


def _is_shut(day: date, calendar: Calendar) -> bool:
    if calendar.dated_first and day.toordinal() in calendar.own_spans:
        return False
    return calendar.rest_reason(day) in {"holiday", "closure"}


def _windows_on(day: date, hours: tuple[Window, ...], calendar: Calendar) -> Minutes:
    """Hours that start on `day` (or, with `split_nights`, that lie on it); none on a holiday or a closure."""
    if _is_shut(day, calendar):
        return []
    spans = _said_on(day, hours, calendar)
    if not calendar.split_nights:
        return spans
    eve = _said_on(day - timedelta(days=1), hours, calendar)
    night = [(0, closes - DAY_MINUTES) for _, closes in eve if closes > DAY_MINUTES]
    return merged([*night, *((opens, min(closes, DAY_MINUTES)) for opens, closes in spans)])


class WorkTime:
    """The working time of one calendar as a line: how much lies before an instant, and where an amount is used up.

    Spans stand in three parallel lists, in microseconds from 1970, by the year and only as far as they were asked; so
    a question costs two binary searches, whatever lies between its ends. Changes of the clocks are in the spans.
    """

    def __init__(self, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> None:
        self.hours = hours
        self.calendar = calendar
        self.zone = zone
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._used: list[int] = []  # working time up to the close of each span
        self._first = self._after = 0  # years that are built: from the first, up to and without the last
        self._origin = 0  # how often the line's beginning moved
        self._from, self._to = 1, 0  # instants that may be asked about without building more

    def between(self, start: datetime, end: datetime) -> int:
        """Working microseconds from `start` to `end`, half-open; negative if the end comes first."""
        since, until = start - EPOCH, end - EPOCH
        first = (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
        last = (until.days * 86_400 + until.seconds) * SECOND + until.microseconds
        used, origin = self.before(last), self._origin
        earlier = self.before(first)
        if origin != self._origin:  # the line begins elsewhere now, and holds both ends
            used = self.before(last)
        return used - earlier

    def before(self, at: int) -> int:
        """Working time on the line up to `at`, from wherever the line begins: only differences mean anything."""
        if not self._from <= at <= self._to:
            self._reach(at)
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return 0
        closes = self._closes[place]
        return self._used[place] - (closes - at if at < closes else 0)

    def after(self, start: int, amount: int) -> tuple[int, int] | None:
        """Where `amount` after `start` is used up, and the next opening at or after that; None if it never is."""
        target = self.before(start) + amount
        place = bisect_left(self._used, target)
        while place >= len(self._used) - 1:
            if self._after - EPOCH.year > LONGEST + (start // SECOND) // (365 * 86_400) or not self._grow():
                return None
            place = bisect_left(self._used, target)
        at = self._closes[place] - (self._used[place] - target)
        return at, self._opens[place + 1] if at == self._closes[place] else at

    def back(self, end: int, amount: int) -> tuple[int, int] | None:
        """Where `amount` before `end` begins: as an opening, and as the close before it where they differ."""
        target = self.before(end) - amount
        while not self._used or target < self._used[0]:
            built = len(self._used)
            if EPOCH.year + (end // SECOND) // (365 * 86_400) - self._first > LONGEST or not self._grow_back():
                return None
            target += self._used[len(self._used) - built - 1] if len(self._used) > built else 0
        place = bisect_right(self._used, target)
        at = self._closes[place] - (self._used[place] - target)
        return at, self._closes[place - 1] if place and at == self._opens[place] else at

    def opening(self, at: int) -> int | None:
        """`at` itself inside hours, else the next opening."""
        if not self._from <= at <= self._to:
            self._reach(at)
        while True:
            place = bisect_right(self._opens, at) - 1
            if place >= 0 and at < self._closes[place]:
                return at
            if place + 1 < len(self._opens):
                return self._opens[place + 1]
            if self._after - EPOCH.year > LONGEST + (at // SECOND) // (365 * 86_400) or not self._grow():
                return None

    def is_open(self, at: int, *, closing: bool = False) -> bool:
        """Whether the instant is working time; with `closing` the closing instant is (KNOBS `window_end`)."""
        if not self._from <= at <= self._to:
            self._reach(at)
        place = bisect_right(self._opens, at) - 1
        if place >= 0 and (at < self._closes[place] or (closing and at == self._closes[place])):
            return True
        return closing and place > 0 and at == self._closes[place - 1]

    def _reach(self, at: int) -> None:
        """Build the years around an instant; what lies before the year 2 or after 9997 has no working time."""
        year = min(max(2, EPOCH.year + at // (365 * 86_400 * SECOND)), 9997)
        if self._first == self._after or not self._first - REACH <= year <= self._after + REACH:
            self._opens, self._closes, self._used = [], [], []
            self._first = self._after = year
            self._origin += 1
            self._grow()
        years = 1  # twice as many each time: what is built already is moved only a few times
        while at < self._from and self._grow_back(years):
            years *= 2
        while at > self._to and self._grow():
            pass

    def _grow(self) -> bool:
        if self._after > 9997:
            return False
        for opens, closes in self._year(self._after):
            self._push(opens, closes)
        self._after += 1
        self._bound()
        return True

    def _push(self, opens: int, closes: int) -> None:
        if self._closes and opens < self._closes[-1]:  # a night that reaches into the next day's hours counts once
            opens = self._closes[-1]
        if opens < closes:
            self._opens.append(opens)
            self._closes.append(closes)
            self._used.append((self._used[-1] if self._used else 0) + closes - opens)

    def _grow_back(self, years: int = 1) -> bool:
        if self._first < 3:
            return False
        old = list(zip(self._opens, self._closes, strict=True))
        first = max(2, self._first - years)
        earlier = [span for year in range(first, self._first) for span in self._year(year)]
        self._first = first
        self._origin += 1
        self._opens, self._closes, self._used = [], [], []
        for opens, closes in [*earlier, *old]:
            self._push(opens, closes)
        self._bound()
        return True

    def _bound(self) -> None:
        """Instants well inside the built years, so that a night over New Year is whole."""
        self._from = _line(datetime(self._first, 1, 3, tzinfo=UTC))
        self._to = _line(datetime(self._after - 1, 12, 29, tzinfo=UTC))

    def _year(self, year: int) -> list[tuple[int, int]]:
        """The spans that begin on the days of a year, in order; one look at the zone a day where nothing changes."""
        spans: list[tuple[int, int]] = []
        zone = zone_of_key(self.zone)
        midnight = datetime(year, 1, 1)  # noqa: DTZ001 - a local midnight
        while midnight.year == year:
            windows = _windows_on(midnight.date(), self.hours, self.calendar)
            if windows:
                offset = midnight.replace(tzinfo=zone).utcoffset()
                later = (midnight + timedelta(days=2)).replace(tzinfo=zone).utcoffset()
                if offset == later and offset is not None:
                    start = _line((midnight - offset).replace(tzinfo=UTC))
                    spans += [(start + o * 60 * SECOND, start + c * 60 * SECOND) for o, c in windows]
                else:
                    day = midnight.date()
                    spans += [(_line(edge(day, o, self.zone)), _line(edge(day, c, self.zone))) for o, c in windows]
            midnight += timedelta(days=1)
        return sorted(spans)


def line_of(calendar: Calendar, hours: tuple[Window, ...], zone: str) -> WorkTime:
    """The calendar's working time in `hours` and `zone`; built once, and by the year as far as it is asked.

    Kept with the calendar, by the identity of the hours: each line holds its own.
    """
    found = calendar.lines.get((id(hours), zone))
    if found is None:
        if len(calendar.lines) > 16:
            calendar.lines.clear()
        found = calendar.lines[id(hours), zone] = WorkTime(hours, calendar, zone)
    return found


def _line(instant: datetime) -> int:
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def _instant(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def _micros(hours: Fraction) -> int:
    """Whole seconds; what is left of a second is cut."""
    return int(hours * 3600) * SECOND


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
    left = _micros(amount)
    if not left:
        return start
    found = line_of(calendar, hours, zone).after(_line(start), left) if left <= FARTHEST else None
    if found is None:
        return Problem("TIME-RANGE-01", args={"length": f"{amount} h"})
    return _instant(found[at_close == "next opening"])


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
    left = _micros(amount)
    if not left:
        return end
    found = line_of(calendar, hours, zone).back(_line(end), left) if left <= FARTHEST else None
    if found is None:
        return Problem("TIME-RANGE-01", args={"length": f"{amount} h"})
    return _instant(found[landing == "previous close"])


def between(
    start: datetime,
    end: datetime,
    hours: tuple[Window, ...],
    calendar: Calendar,
    zone: str,
    *,
    reversed_range: str = "problem",
) -> int | Problem:
    """Working seconds from `start` to `end`, half-open; an end before the start is a problem, "zero" or "negative"."""
    if end < start:
        if reversed_range == "zero":
            return 0
        if reversed_range != "negative":
            return Problem("TIME-REVERSED-01", args={"start": start, "end": end})
    if abs(end - start) > FARTHEST_APART:
        return Problem("TIME-RANGE-01", args={"length": f"{abs(end - start).days} days"})
    if end < start:
        return -(line_of(calendar, hours, zone).between(end, start) // SECOND)
    return line_of(calendar, hours, zone).between(start, end) // SECOND


def next_opening(instant: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> datetime | Problem:
    """`instant` itself inside hours, else the next opening."""
    at = line_of(calendar, hours, zone).opening(_line(instant))
    return Problem("TIME-RANGE-01", args={"length": "0 h"}) if at is None else _instant(at)


def is_open(
    instant: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str, *, window_end: str = "half-open"
) -> bool:
    """Whether an instant lies inside hours; the closing instant does if `window_end` is "closed"."""
    return line_of(calendar, hours, zone).is_open(_line(instant), closing=window_end == "closed")


def closes_at(day: date, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> datetime | None:
    """The last closing of the windows that start on `day`; None if it has none."""
    windows = _windows_on(day, hours, calendar)
    return edge(day, max(closes for _, closes in windows), zone) if windows else None


def opens_at(day: date, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> datetime | None:
    """The first opening of `day`; None if it has none."""
    windows = _windows_on(day, hours, calendar)
    return edge(day, min(opens for opens, _ in windows), zone) if windows else None


def minutes_of(day: date, hours: tuple[Window, ...], calendar: Calendar) -> int:
    """Minutes of work of a date by its hours, changes of the clocks left aside."""
    return sum(closes - opens for opens, closes in _windows_on(day, hours, calendar))
