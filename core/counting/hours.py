"""Hours and days off in words: "Mon-Fri 09:00-12:00, 13:00-17:00", and what is wrong with them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from core.counting.calendars import WEEKDAYS, OffDays, Window
from core.counting.zones import DAY_MINUTES
from core.problems import Problem

__all__ = ["ROUND_THE_CLOCK", "read_clock", "read_hours", "read_run", "read_spans"]

_RUN = re.compile(r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?(?:, *(\S.*))?")
_CLOCK = re.compile(r"(\d\d):([0-5]\d)")
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
    if match is None:
        return Problem("CALENDAR-OFF-01", args={"row": str(row)})
    try:
        first, last = (date.fromisoformat(day) for day in (match[1], match[2] or match[1]))
    except ValueError:
        return Problem("CALENDAR-OFF-01", args={"row": str(row)})
    if last < first or last - first > timedelta(days=366):
        return Problem("CALENDAR-OFF-02", args={"first": first, "last": last})
    return OffDays(first, last, match[3] or "")


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
    if over:
        return start, stop + DAY_MINUTES
    if start == stop == 0 and midnight != "refused":
        return 0, DAY_MINUTES if midnight == "24 hours" else 0
    if stop <= start:
        return Problem("TIME-HOURS-04" if stop == start else "TIME-HOURS-03", args={"text": text})
    return start, stop


def read_clock(text: str) -> int | None:
    """ "09:30" → minutes from midnight; "24:00" is the end of the day; None if it is no clock time."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    minutes = int(match[1]) * 60 + int(match[2])
    return minutes if minutes <= DAY_MINUTES else None


def _checked(windows: tuple[Window, ...]) -> tuple[Window, ...] | Problem:
    """The same windows, or TIME-HOURS-02 if two of them overlap anywhere in the week."""
    spans = sorted((w.weekday * DAY_MINUTES + w.opens, w.weekday * DAY_MINUTES + w.closes) for w in windows)
    following = [opens for opens, _ in spans[1:]] + [opens + 7 * DAY_MINUTES for opens, _ in spans[:1]]
    for (_, closes), opens in zip(spans, following, strict=True):
        if opens < closes:
            return Problem("TIME-HOURS-02", args={"weekday": WEEKDAYS[opens // DAY_MINUTES % 7]})
    return windows
