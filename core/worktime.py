"""Working time as a line: how much of it lies between two instants, and where an amount of it is used up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from core.counting.calendars import (
    FESTIVALS,
    WEEKDAYS,
    Calendar,
    DatedHours,
    Minutes,
    OffDays,
    Window,
    YearDay,
    joint_calendar,
    joint_hours,
    merged,
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
    "subtract_hours",
    "to_instant",
    "zone_problem",
]

EPOCH = datetime.min.replace(tzinfo=UTC)
SECOND = 1_000_000  # a line of working time is counted in microseconds
MINUTE = 60 * SECOND
LONGEST = 60  # years: working hours that are not used up by then are a mistake
LOOKED = (0, 3, 15, LONGEST)  # years besides its own through which an answer is looked for, near ones first
REACH = 400  # years that one line bridges
FARTHEST_APART = timedelta(days=REACH * 365)
NIGHT = timedelta(days=3)  # no span that reaches into a day begins earlier, in any zone


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
    """The working time of one calendar as a line: how much lies between instants, and where an amount is used up.

    Spans stand in three parallel lists, in microseconds from the year 1, by the year and only as far as they were
    asked; so a question costs two binary searches, whatever lies between. Changes of the clocks are in the spans.
    Before all of them stands an empty one, so that each instant has a span that opened before it.
    """

    def __init__(self, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> None:
        self.hours = hours
        self.calendar = calendar
        self.zone = zone
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._used: list[int] = []  # working time up to the close of each span
        self._built = range(0)  # the years in these lists
        self._years: dict[int, list[tuple[int, int]]] = {}  # the spans of each year that was ever built
        self._from, self._to = END, BEGIN  # instants that may be asked about without building more

    def between(self, start: datetime, end: datetime) -> int:
        """Working microseconds from `start` to a later `end`, half-open."""
        first, last = _line(start), _line(end)
        self._reach(first, last)
        return self._before(last) - self._before(first)

    def after(self, start: int, amount: int) -> int | None:
        """Where `amount` after `start` is used up; None if it never is."""
        for until in self._looked(start, ahead=True):
            target = self._before(start) + amount
            place = bisect_left(self._used, target)
            if place < bisect_left(self._opens, until):
                return self._closes[place] - (self._used[place] - target)
        return None

    def back(self, end: int, amount: int) -> tuple[int, int] | None:
        """Where `amount` before `end` begins: as an opening, and as the close before it where they differ."""
        for since in self._looked(end, ahead=False):
            target = self._before(end) - amount
            place = bisect_right(self._used, target)
            if place > bisect_left(self._opens, since):
                at = self._closes[place] - (self._used[place] - target)
                return at, self._closes[place - 1] if at == self._opens[place] else at
        return None

    def opening(self, at: int) -> int | None:
        """`at` itself inside hours, else the next opening."""
        for until in self._looked(at, ahead=True):
            place = bisect_right(self._closes, at)
            if place < bisect_left(self._opens, until):
                return max(at, self._opens[place])
        return None

    def is_open(self, at: int, *, closing: bool) -> bool:
        """Whether the instant is working time; with `closing` the closing instant is (KNOBS `window_end`)."""
        self._reach(at, at)
        closed = bisect_left(self._closes, at) if closing else bisect_right(self._closes, at)
        return bisect_right(self._opens, at) > closed

    def _before(self, at: int) -> int:
        """Working time on the line up to `at`, from wherever the line begins: only differences mean anything."""
        place = bisect_right(self._opens, at) - 1
        return self._used[place] - max(self._closes[place] - at, 0)

    def _looked(self, at: int, *, ahead: bool) -> Iterator[int]:
        """How far the line is built, in years after an instant or before it: ever farther, LONGEST at most."""
        year = _instant(at).year
        for years in LOOKED:
            first, last = _inside(max(year - years, FIRST_YEAR), min(year + years, LAST_YEAR))
            self._reach(at if ahead else first, last if ahead else at)
            yield last if ahead else first

    def _reach(self, first: int, last: int) -> None:
        """Build the years from one instant to another, and those from which a night reaches into them."""
        if self._from <= first and last <= self._to:
            return
        first, last = (min(max(at, BEGIN), END) for at in (first, last))
        years = range((_instant(first) - NIGHT).year, (_instant(last) + NIGHT).year + 1)
        built = self._built or years
        bridged = range(min(years[0], built[0]), max(years[-1], built[-1]) + 1)
        self._built = bridged if len(bridged) <= REACH else years
        self._from, self._to = _inside(self._built[0], self._built[-1])
        self._opens, self._closes, self._used = [BEFORE_ALL], [BEFORE_ALL], [0]
        for year in self._built:
            if year not in self._years:
                self._years[year] = self._year(year)
            for opens, closes in self._years[year]:
                begins = max(opens, self._closes[-1])  # a night that reaches into the next day's hours counts once
                if begins < closes:
                    self._opens.append(begins)
                    self._closes.append(closes)
                    self._used.append(self._used[-1] + closes - begins)

    def _year(self, year: int) -> list[tuple[int, int]]:
        """The spans that begin on the days of a year, in order; one look at the zone a day where nothing changes."""
        spans: list[tuple[int, int]] = []
        midnight = datetime(year, 1, 1, tzinfo=zone_of_key(self.zone))  # days added to it lead to local midnights
        while midnight.year == year:
            day = midnight.date()
            windows = _windows_on(day, self.hours, self.calendar)
            if windows:
                start = _line(midnight)
                if _line(midnight + timedelta(days=2)) - start == 2 * DAY_MINUTES * MINUTE:
                    spans += [(start + o * MINUTE, start + c * MINUTE) for o, c in windows]
                else:
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


@lru_cache(maxsize=64)
def _inside(first: int, last: int) -> tuple[int, int]:
    """The first and last instants so well inside of years that no night of another year reaches them."""
    begins, ends = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 12, 31, 23, 59, 59, tzinfo=UTC)
    return _line(begins + NIGHT), _line(ends - NIGHT)


BEFORE_ALL = _line(EPOCH)
FIRST_YEAR, LAST_YEAR = 2, 9997  # those outside of them have no working time: the language ends there
BEGIN, END = _inside(FIRST_YEAR, LAST_YEAR)


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
    line = line_of(calendar, hours, zone)
    found = line.after(_line(start), left)
    if found is not None and at_close == "next opening":
        found = line.opening(found)
    return Problem("TIME-RANGE-01", args={"length": f"{amount} h"}) if found is None else _instant(found)


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
    found = line_of(calendar, hours, zone).back(_line(end), left)
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
        back = between(end, start, hours, calendar, zone)
        return back if isinstance(back, Problem) else -back
    if end - start > FARTHEST_APART:
        return Problem("TIME-RANGE-01", args={"length": f"{(end - start).days} days"})
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
