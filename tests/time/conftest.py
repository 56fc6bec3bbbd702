"""Calendars and settings that the tests of time share."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.world import load_calendar
from core.periods import Calendar, Counting, Due, OffDays, Period, add, to_instant
from core.presets import resolve
from core.problems import Problem
from core.worktime import read_hours

Set = Callable[..., Counting]
AddTo = Callable[..., Due]


@pytest.fixture(scope="session")
def right() -> Callable[[Any], Any]:
    """The value itself, which must not be a problem."""

    def check(value: Any) -> Any:
        assert not isinstance(value, Problem), value
        return value

    return check


@pytest.fixture(scope="session")
def wrong() -> Callable[[Any], str]:
    """The code of what must be a problem."""

    def check(value: Any) -> str:
        assert isinstance(value, Problem), value
        return value.code

    return check


@pytest.fixture(scope="session")
def written() -> Callable[[str, str], Any]:
    """`written("2027-03-26 16:00", "Europe/London")`: the instant of a local time, or the problem with it."""
    return lambda local, zone: to_instant(datetime.fromisoformat(local), zone)


@pytest.fixture(scope="session")
def cn() -> Calendar:
    calendar = load_calendar("CN@2026-11")
    assert isinstance(calendar, Calendar)
    return calendar


@pytest.fixture(scope="session")
def t() -> Calendar:
    """The invented calendar of the knobs' examples: Thu 17 June 2027 off, Sat 19 June worked, 9 hours a day."""
    hours = read_hours("Mon-Fri 08:30-17:30")
    assert not isinstance(hours, Problem)
    off = (OffDays(date(2027, 6, 17), date(2027, 6, 17)),)
    return Calendar("T", "1", "Asia/Shanghai", holidays=off, makeup=(date(2027, 6, 19),), hours=hours)


@pytest.fixture(scope="session")
def counting() -> Set:
    """`counting("CN-civil-code@2021", roll="none")`: a preset and what the contract says otherwise."""

    def settings(preset: str = "CN-civil-code@2021", **said: str) -> Counting:
        values, problems = resolve(preset, said, {})
        assert problems == ()
        return values

    return settings


@pytest.fixture(scope="session")
def due(counting: Set) -> AddTo:
    """`due(anchor, "5 working day", calendar, roll="none")`; anchors "2026-03-02" or "2026-03-02 09:30" are local."""

    def count(anchor: str, length: str, calendar: Calendar, *, preset: str = "CN-civil-code@2021", before: bool = False,
              **said: str) -> Due:  # fmt: skip
        how = counting(preset, **{"zone": calendar.zone, **said})
        found = add(at(anchor, calendar.zone), period(length), how, calendar, before=before)
        assert isinstance(found, Due), found
        return found

    return count


def period(length: str) -> Period:
    number, _, unit = length.partition(" ")
    return Period(int(number), unit)


def at(when: str, zone: str) -> date | datetime:
    if len(when) == 10:
        return date.fromisoformat(when)
    instant = to_instant(datetime.fromisoformat(when), zone)
    assert isinstance(instant, datetime)
    return instant.astimezone(UTC)
