"""Local time against instants: zones, days' edges, and the hours that a change of the clocks skips or repeats."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from core.problems import Problem, nearest

__all__ = [
    "DAY_MINUTES",
    "edge",
    "end_of_day",
    "local_date",
    "local_time",
    "start_of_day",
    "to_instant",
    "zone_of_key",
    "zone_problem",
]

DAY_MINUTES = 24 * 60


@lru_cache(maxsize=64)
def zone_of_key(key: str):  # type: ignore[no-untyped-def]  # zoneinfo is imported only when an instant is needed
    from zoneinfo import ZoneInfo

    return ZoneInfo(key)


def zone_problem(key: str, where: str = "") -> Problem | None:
    """TIME-ZONE-01 if no such zone is known, with the nearest name."""
    try:
        zone_of_key(key)
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
    if first > second:
        if gap not in {"forward", "backward"}:
            return Problem("TIME-GAP-01", args={"local": local, "zone": zone})
        return first if gap == "forward" else second
    if first < second and fold not in {"first", "second"}:
        return Problem("TIME-FOLD-01", args={"local": local, "zone": zone, "first": first, "second": second})
    return second if fold == "second" else first


def local_time(instant: datetime, zone: str) -> datetime:
    """The aware local time of an instant. Do not add to it: sums over a change of the clocks need UTC."""
    local: datetime = instant.astimezone(zone_of_key(zone))
    return local


def local_date(instant: datetime, zone: str) -> date:
    return local_time(instant, zone).date()


def start_of_day(day: date, zone: str) -> datetime:
    return edge(day, 0, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """24:00 of a local day as an instant: the first instant that no longer belongs to it."""
    return edge(day, DAY_MINUTES, zone)


def _both_readings(local: datetime, zone: str) -> tuple[datetime, datetime]:
    aware = local.replace(tzinfo=zone_of_key(zone))
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
    key = zone_of_key(zone)
    offset = before.astimezone(key).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(key).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
