"""Working time: calendars that know their working days, weekly hours, and local time against instants."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import msgspec

from core.problems import Problem, nearest

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

DAY_MINUTES = 24 * 60
FESTIVALS = ("new-year", "spring-festival", "qingming", "labour-day", "dragon-boat", "mid-autumn", "national-day",
             "mid-autumn-and-national-day")  # fmt: skip
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST = 60  # years: a sum of working hours that is not used up by then is a mistake
_RUN = re.compile(r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?(?:, *(\S.*))?")
YEARLY = range(1950, 2151)  # years for which days that recur each year are known
SECOND = 1_000_000  # a line of working time is counted in microseconds
FARTHEST = LONGEST * 366 * 86_400 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    published: tuple[tuple[int, date], ...] = ()
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
                if recurring.day <= 28 or recurring.day <= _month_length(year, recurring.month):
                    off[date(year, recurring.month, recurring.day).toordinal()] = ("holiday", recurring.name)
        return off if self.substitute == "as listed" else self._substituted(off)

    def _substituted(self, off: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
        """With a day off in place of each holiday on the weekly rest: the next working day, or the nearest weekday."""
        made = dict(off)
        for ordinal, (reason, name) in sorted(off.items()):
            if reason != "holiday" or (ordinal - 1) % 7 not in self.rest_weekdays or ordinal in self._makeup:
                continue
            free = ordinal
            if self.substitute == "nearest weekday" and self._works_by_week(ordinal - 1) and ordinal - 1 not in made:
                free = ordinal - 1
            while free in made or not self._works_by_week(free):
                free += 1
            made[free] = ("holiday", name)
        return made

    def _works_by_week(self, ordinal: int) -> bool:
        return (ordinal - 1) % 7 not in self.rest_weekdays or ordinal in self._makeup

    @cached_property
    def _dated(self) -> dict[int, tuple[tuple[int, int], ...]]:
        return {hours.day.toordinal(): hours.spans for hours in self.dated}

    @cached_property
    def _lines(self) -> dict[tuple[int, str], WorkTime]:
        """Lines of working time by the identity of the hours (each line holds its own) and the zone."""
        return {}

    def line(self, hours: tuple[Window, ...], zone: str) -> WorkTime:
        """This calendar's working time in `hours` and `zone`; built once, and by the year as far as it is asked."""
        found = self._lines.get((id(hours), zone))
        if found is None:
            if len(self._lines) > 16:
                self._lines.clear()
            found = self._lines[id(hours), zone] = WorkTime(hours, self, zone)
        return found

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


def to_instant(local: datetime, zone: str, *, gap: str = "problem", fold: str = "problem") -> datetime | Problem:
    """The instant (UTC) of a local time that a person wrote; an hour that is skipped or occurs twice is refused.

    Unless the contract says otherwise: `gap` "forward" or "backward" (by its length), `fold` "first" or "second".
    """
    wrong = zone_problem(zone)
    if wrong is not None:
        return wrong
    first, second = _both_readings(local, zone)
    if first == second:
        return first
    if first > second:
        if gap not in {"forward", "backward"}:
            return Problem("TIME-GAP-01", args={"local": local, "zone": zone})
        return first if gap == "forward" else second
    if fold not in {"first", "second"}:
        return Problem("TIME-FOLD-01", args={"local": local, "zone": zone, "first": first, "second": second})
    return first if fold == "first" else second


def local_time(instant: datetime, zone: str) -> datetime:
    """The aware local time of an instant. Do not add to it: sums over a change of the clocks need UTC."""
    local: datetime = instant.astimezone(_zone(zone))
    return local


def local_date(instant: datetime, zone: str) -> date:
    return local_time(instant, zone).date()


def start_of_day(day: date, zone: str) -> datetime:
    return edge(day, 0, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """24:00 of a local day as an instant: the first instant that no longer belongs to it."""
    return edge(day, DAY_MINUTES, zone)


def _both_readings(local: datetime, zone: str) -> tuple[datetime, datetime]:
    aware = local.replace(tzinfo=_zone(zone))
    return aware.replace(fold=0).astimezone(UTC), aware.replace(fold=1).astimezone(UTC)


def edge(day: date, minutes: int, zone: str) -> datetime:
    """The instant of an edge `minutes` after a local midnight: in a gap the moment at which it ends, the first of two.

    Edges keep their order, so a window never ends before it begins, and a date that a zone skips is empty.
    """
    ahead, minute = divmod(minutes, DAY_MINUTES)
    local = datetime.combine(day + timedelta(days=ahead), datetime.min.time()) + timedelta(minutes=minute)
    first, second = _both_readings(local, zone)
    return first if first <= second else _change_between(second, first, zone)


def _change_between(before: datetime, after: datetime, zone: str) -> datetime:
    """The instant at which the zone's offset changes, found by halving; changes fall on whole seconds."""
    key = _zone(zone)
    offset = before.astimezone(key).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(key).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


ROUND_THE_CLOCK = tuple(Window(weekday, 0, DAY_MINUTES) for weekday in range(7))


@lru_cache(maxsize=64)
def read_hours(text: str, midnight: str = "refused") -> tuple[Window, ...] | Problem:
    """Weekly hours in words: "Mon-Fri 09:00-12:00, 13:00-17:00; Sat 22:00-05:00 next day", or "round the clock".

    `midnight` is what "00:00-00:00" means: "refused", "24 hours" or "closed" (KNOBS `midnight_window`).
    """
    if text.strip() == "round the clock":
        return ROUND_THE_CLOCK
    windows: list[Window] = []
    for group in text.split(";"):
        days, _, spans = group.strip().partition(" ")
        weekdays = _read_weekdays(days)
        if not weekdays or not spans.strip():
            return Problem("TIME-HOURS-01", args={"text": group.strip()})
        for span in spans.split(","):
            minutes = _read_span(span.strip(), midnight)
            if isinstance(minutes, Problem):
                return minutes
            if minutes[0] < minutes[1]:
                windows += [Window(weekday, *minutes) for weekday in weekdays]
    return _checked(tuple(sorted(windows, key=lambda window: (window.weekday, window.opens))))


def _read_weekdays(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        return []
    start, stop = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [weekday % 7 for weekday in range(start, stop + 1 + (7 if stop < start else 0))]


def read_run(row: object) -> OffDays | Problem:
    """ "2026-02-15 to 2026-02-23, spring-festival": both ends off; a single day has no "to"."""
    match = _RUN.fullmatch(row) if isinstance(row, str) else None
    try:
        first = date.fromisoformat(match[1] if match else "")
        last = date.fromisoformat(match[2]) if match and match[2] else first
    except ValueError:
        return Problem("CALENDAR-OFF-01", args={"row": str(row)})
    if last < first or last - first > timedelta(days=366):
        return Problem("CALENDAR-OFF-02", args={"first": first, "last": last})
    return OffDays(first, last, (match[3] or "") if match else "")


def read_spans(text: str) -> tuple[tuple[int, int], ...] | Problem:
    """The hours of one date: "10:00-12:00, 14:00-16:00", or "closed"."""
    if text.strip() == "closed":
        return ()
    spans: list[tuple[int, int]] = []
    for part in text.split(","):
        span = _read_span(part.strip(), "refused")
        if isinstance(span, Problem):
            return span
        spans.append(span)
    spans.sort()
    if any(closes > opens for (_, closes), (opens, _) in pairwise(spans)):
        return Problem("TIME-HOURS-02", args={"weekday": text})
    return tuple(spans)


def _read_span(text: str, midnight: str) -> tuple[int, int] | Problem:
    body, over, _ = text.partition(" next day")
    opens, _, closes = body.partition("-")
    start, stop = read_clock(opens), read_clock(closes)
    if start is None or stop is None or start == DAY_MINUTES:
        return Problem("TIME-HOURS-01", args={"text": text})
    if start == stop == 0 and not over and midnight != "refused":
        return (0, DAY_MINUTES) if midnight == "24 hours" else (0, 0)
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
    if not windows:
        return windows
    spans = sorted((w.weekday * DAY_MINUTES + w.opens, w.weekday * DAY_MINUTES + w.closes) for w in windows)
    first_again = (spans[0][0] + week, spans[0][1] + week)
    for (_, closes), (opens, _) in zip(spans, [*spans[1:], first_again], strict=True):
        if opens < closes:
            return Problem("TIME-HOURS-02", args={"weekday": WEEKDAYS[opens // DAY_MINUTES % 7]})
    return windows


def _month_length(year: int, month: int) -> int:
    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - date(year, month, 1)).days


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
        if not rests and day.weekday() in rest:
            makeup.append(day)
        elif rests and (day.weekday() not in rest or "holiday" in {one.rest_reason(day), other.rest_reason(day)}):
            off.append(OffDays(day, day, one.rest_name(day) or other.rest_name(day)))
    official = [calendar.official for calendar in (one, other) if calendar.official]
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
        hours=joint_hours(one.hours, other.hours, both=both) if one.hours and other.hours else one.hours or other.hours,
        dated=(*one.dated, *other.dated),
        breaks=(*one.breaks, *other.breaks) if both else (),
    )


def joint_hours(one: tuple[Window, ...], other: tuple[Window, ...], *, both: bool) -> tuple[Window, ...]:
    """The weekly hours in which both are open, or either is."""
    made: list[Window] = []
    for weekday in range(7):
        mine = [(w.opens, w.closes) for w in one if w.weekday == weekday]
        theirs = [(w.opens, w.closes) for w in other if w.weekday == weekday]
        cut = [(max(a, c), min(b, d)) for a, b in mine for c, d in theirs] if both else _merged([*mine, *theirs])
        made += [Window(weekday, opens, closes) for opens, closes in sorted(cut) if opens < closes]
    return tuple(made)


Minutes = list[tuple[int, int]]


def _merged(spans: Minutes) -> Minutes:
    made: Minutes = []
    for opens, closes in sorted(spans):
        if made and opens <= made[-1][1]:
            made[-1] = made[-1][0], max(closes, made[-1][1])
        else:
            made.append((opens, closes))
    return made


def _without(spans: Minutes, breaks: Minutes) -> Minutes:
    for start, stop in breaks:
        spans = [part for opens, closes in spans for part in ((opens, min(closes, start)), (max(opens, stop), closes))]
        spans = [(opens, closes) for opens, closes in spans if opens < closes]
    return spans


def _said_on(day: date, hours: tuple[Window, ...], calendar: Calendar) -> Minutes:
    """Hours that a date has by itself, whether or not it is a day off: its own, else the weekly ones.

    A make-up day has the hours of the first weekday that has any, if none of its own.
    """
    dated = calendar._dated.get(day.toordinal())
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
    if calendar.dated_first and day.toordinal() in calendar._dated:
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
    return _merged([*night, *((opens, min(closes, DAY_MINUTES)) for opens, closes in spans)])


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
        self._from, self._to = 1, 0  # instants that may be asked about without building more

    def between(self, start: datetime, end: datetime) -> int:
        """Working microseconds from `start` to `end`, half-open; negative if the end comes first."""
        first, last = start - EPOCH, end - EPOCH
        return self.before((last.days * 86_400 + last.seconds) * SECOND + last.microseconds) - self.before(
            (first.days * 86_400 + first.seconds) * SECOND + first.microseconds
        )

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
        if place == len(self._used):
            return self._closes[-1], self._closes[-1]
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
        if self._first == self._after:
            self._first = self._after = year
            self._grow()
        while at < self._from and self._grow_back():
            pass
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

    def _grow_back(self) -> bool:
        if self._first < 2:
            return False
        old = list(zip(self._opens, self._closes, strict=True))
        self._first -= 1
        self._opens, self._closes, self._used = [], [], []
        for opens, closes in [*self._year(self._first), *old]:
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
        zone = _zone(self.zone)
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
    found = calendar.line(hours, zone).after(_line(start), left) if left <= FARTHEST else None
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
    found = calendar.line(hours, zone).back(_line(end), left) if left <= FARTHEST else None
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
        return -(calendar.line(hours, zone).between(end, start) // SECOND)
    return calendar.line(hours, zone).between(start, end) // SECOND


def next_opening(instant: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str) -> datetime | Problem:
    """`instant` itself inside hours, else the next opening."""
    at = calendar.line(hours, zone).opening(_line(instant))
    return Problem("TIME-RANGE-01", args={"length": "0 h"}) if at is None else _instant(at)


def is_open(
    instant: datetime, hours: tuple[Window, ...], calendar: Calendar, zone: str, *, window_end: str = "half-open"
) -> bool:
    """Whether an instant lies inside hours; the closing instant does if `window_end` is "closed"."""
    return calendar.line(hours, zone).is_open(_line(instant), closing=window_end == "closed")


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
