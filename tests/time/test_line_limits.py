"""The line of working time at its ends: New Year, far years, limits, and what was asked before."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from core.worktime import (
    Calendar,
    DatedHours,
    OffDays,
    Window,
    add_hours,
    between,
    closes_at,
    is_open,
    line_of,
    minutes_of,
    next_opening,
    opens_at,
    subtract_hours,
)

OFFICE = tuple(Window(day, 9 * 60, 17 * 60) for day in range(7))
NIGHTS = tuple(Window(day, 22 * 60, 29 * 60) for day in range(7))
ALL_DAY = tuple(Window(day, 0, 24 * 60) for day in range(7))
MONDAYS = (Window(0, 9 * 60, 10 * 60),)
HOUR = Fraction(1)


def plain() -> Calendar:
    """A calendar without days off, of which nothing was asked before."""
    return Calendar("P", "1", "UTC", rest_weekdays=())


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def worked(start: datetime, end: datetime, hours: tuple[Window, ...], calendar: Calendar) -> int:
    found = between(start, end, hours, calendar, "UTC")
    assert isinstance(found, int)
    return found // 3600


@pytest.mark.parametrize("first", [utc(2026, 6, 1), utc(2027, 6, 1), utc(2026, 12, 30, 12), utc(2027, 1, 2, 12)])
def test_a_night_over_new_year_is_whole_whatever_was_asked_first(first):
    calendar = plain()
    assert 7 == worked(first, first + timedelta(days=1), NIGHTS, calendar)
    assert is_open(utc(2027, 1, 1, 2), NIGHTS, calendar, "UTC")
    assert 7 == worked(utc(2026, 12, 31, 12), utc(2027, 1, 1, 12), NIGHTS, calendar)
    assert utc(2027, 1, 1, 2) == add_hours(utc(2026, 12, 31, 12), Fraction(4), NIGHTS, calendar, "UTC")
    assert utc(2026, 12, 31, 23) == subtract_hours(utc(2027, 1, 1, 12), Fraction(6), NIGHTS, calendar, "UTC")
    assert utc(2027, 1, 1, 2) == next_opening(utc(2027, 1, 1, 2), NIGHTS, calendar, "UTC")


@pytest.mark.parametrize("day", [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)])
def test_a_cold_line_knows_the_first_and_the_last_days_of_a_year(day):
    nine = utc(day.year, day.month, day.day, 9)
    assert is_open(nine, OFFICE, plain(), "UTC")
    assert 8 == worked(nine, nine + timedelta(hours=12), OFFICE, plain())
    assert 16 == worked(nine, nine + timedelta(hours=36), OFFICE, plain())
    assert nine + timedelta(days=1, hours=1) == add_hours(nine, Fraction(9), OFFICE, plain(), "UTC")
    assert nine - timedelta(hours=17) == subtract_hours(nine, HOUR, OFFICE, plain(), "UTC")
    assert nine == next_opening(nine - timedelta(hours=1), OFFICE, plain(), "UTC")


@pytest.mark.parametrize("day", [1, 2, 3, 4, 5])
def test_a_line_that_was_asked_about_june_knows_the_days_around_new_year(day):
    calendar = plain()
    assert is_open(utc(2026, 6, 1, 9), OFFICE, calendar, "UTC")
    assert is_open(utc(2027, 1, day, 9), OFFICE, calendar, "UTC")
    calendar = plain()
    assert is_open(utc(2027, 6, 1, 9), OFFICE, calendar, "UTC")
    assert is_open(utc(2026, 12, 32 - day, 9), OFFICE, calendar, "UTC")


def test_new_year_comes_earlier_on_an_island_in_the_east_and_later_in_the_west():
    # Kiritimati: Fri 1 January 2027 09:00 is Thu 31 December 19:00 UTC; Honolulu: 31 December 16:00 is 1 January 02:00
    friday = (Window(4, 9 * 60, 17 * 60),)
    assert is_open(utc(2026, 12, 31, 19), friday, plain(), "Pacific/Kiritimati")
    assert not is_open(utc(2026, 12, 31, 18, 59), friday, plain(), "Pacific/Kiritimati")
    thursday = (Window(3, 9 * 60, 17 * 60),)
    assert is_open(utc(2027, 1, 1, 2), thursday, plain(), "Pacific/Honolulu")
    assert not is_open(utc(2027, 1, 1, 3), thursday, plain(), "Pacific/Honolulu")


@pytest.mark.parametrize("order", [(2026, 2020, 2023), (2020, 2026, 2023), (2023, 2020, 2026)])
def test_questions_about_other_years_may_come_in_any_order(order):
    # each June has 30 × 8 hours
    calendar = plain()
    for year in (*order, *order):
        assert 240 == worked(utc(year, 6, 1), utc(year, 7, 1), OFFICE, calendar)
        assert 1 == worked(utc(year, 1, 1, 16), utc(year, 1, 2), OFFICE, calendar)
        assert 8 == worked(utc(year, 12, 31), utc(year + 1, 1, 1), OFFICE, calendar)
    assert (6 * 365 + 2) * 8 == worked(utc(2020, 1, 1), utc(2026, 1, 1), OFFICE, calendar)


def test_an_opening_may_be_sixty_years_ahead_and_no_more(right, wrong):
    def once(day: date) -> Calendar:
        return Calendar("O", "1", "UTC", dated=(DatedHours(day, ((540, 600),)),))

    start = utc(2027, 6, 1)
    soon, later = once(date(2087, 12, 28)), once(date(2088, 1, 10))
    assert utc(2087, 12, 28, 9) == right(next_opening(start, (), soon, "UTC"))
    assert utc(2087, 12, 28, 10) == right(add_hours(start, HOUR, (), soon, "UTC"))
    assert "TIME-RANGE-01" == wrong(add_hours(start, HOUR, (), soon, "UTC", at_close="next opening"))
    assert "TIME-RANGE-01" == wrong(next_opening(start, (), later, "UTC"))
    for at_close in ("stays", "next opening"):
        assert "TIME-RANGE-01" == wrong(add_hours(start, HOUR, (), later, "UTC", at_close=at_close))
    # and what was asked before makes no difference
    assert 1 == worked(utc(2088, 1, 1), utc(2089, 1, 1), (), later)
    assert 1 == worked(start, utc(2089, 1, 1), (), later)
    assert "TIME-RANGE-01" == wrong(next_opening(start, (), later, "UTC"))


def test_hours_are_counted_back_over_sixty_years_and_no_more(right, wrong):
    def twice(*days: date) -> Calendar:
        return Calendar("T", "1", "UTC", dated=tuple(DatedHours(day, ((540, 600),)) for day in days))

    end = utc(2027, 6, 1)
    near = twice(date(1967, 1, 4), date(1967, 1, 9))
    assert utc(1967, 1, 9, 9) == right(subtract_hours(end, HOUR, (), near, "UTC"))
    assert utc(1967, 1, 4, 10) == right(subtract_hours(end, HOUR, (), near, "UTC", landing="previous close"))
    far = twice(date(1966, 12, 20), date(1966, 12, 27))
    assert "TIME-RANGE-01" == wrong(subtract_hours(end, HOUR, (), far, "UTC"))
    assert 2 == worked(utc(1966, 1, 1), end, (), far)
    assert "TIME-RANGE-01" == wrong(subtract_hours(end, HOUR, (), far, "UTC"))


def test_the_previous_close_may_lie_in_the_year_before(right):
    # an hour each Monday: 4 January 2027 09:00 is an opening, the close before it is that of 28 December
    end = utc(2027, 1, 4, 10)
    assert utc(2027, 1, 4, 9) == right(subtract_hours(end, HOUR, MONDAYS, plain(), "UTC"))
    found = right(subtract_hours(end, HOUR, MONDAYS, plain(), "UTC", landing="previous close"))
    assert utc(2026, 12, 28, 10) == found
    half = right(subtract_hours(end, HOUR / 2, MONDAYS, plain(), "UTC", landing="previous close"))
    assert utc(2027, 1, 4, 9, 30) == half


def test_four_hundred_years_may_lie_between_and_no_more(right, wrong):
    start = utc(1700, 1, 4)
    longest = timedelta(days=400 * 365)
    assert 400 * 365 * 24 * 3600 == right(between(start, start + longest, ALL_DAY, plain(), "UTC"))
    for ends in ((start, start + longest + timedelta(seconds=1)), (start + longest + timedelta(seconds=1), start)):
        assert "TIME-RANGE-01" == wrong(between(*ends, ALL_DAY, plain(), "UTC", reversed_range="negative"))


def test_years_2_to_9997_have_working_time():
    assert 8 == worked(utc(2, 1, 1), utc(2, 1, 2), OFFICE, plain())
    assert 8 == worked(utc(9997, 12, 31), utc(9998, 1, 1), OFFICE, plain())
    assert 0 == worked(utc(1, 12, 1), utc(1, 12, 31), OFFICE, plain())
    assert 0 == worked(utc(9998, 1, 2), utc(9999, 12, 31), OFFICE, plain())
    assert not is_open(utc(1, 6, 1, 10), OFFICE, plain(), "UTC")
    assert not is_open(utc(9999, 6, 1, 10), OFFICE, plain(), "UTC")


def test_a_line_counts_in_microseconds():
    line = line_of(plain(), OFFICE, "UTC")
    nine = utc(2027, 6, 7, 9)
    part = timedelta(microseconds=250_000)
    assert 250_000 == line.between(nine, nine + part)
    assert 750_000 == line.between(nine + part, nine + timedelta(seconds=1))
    assert nine + timedelta(days=1) + part == add_hours(nine + part, Fraction(8), OFFICE, plain(), "UTC")


def test_a_window_that_a_change_of_the_clocks_skips_is_never_open():
    # London, Sun 28 March 2027: 01:15 to 01:45 does not occur
    hours, change = (Window(6, 75, 105),), utc(2027, 3, 28, 1)
    assert not is_open(change, hours, plain(), "Europe/London", window_end="closed")
    span = (change - timedelta(days=1), change + timedelta(days=1))
    assert 0 == between(*span, hours, plain(), "Europe/London")


def test_windows_that_touch_have_no_close_between_them():
    hours = (Window(0, 540, 720), Window(0, 720, 1020))
    noon = utc(2027, 6, 7, 12)
    assert noon == next_opening(noon, hours, plain(), "UTC")
    assert noon == add_hours(utc(2027, 6, 7, 11), HOUR, hours, plain(), "UTC", at_close="next opening")
    assert is_open(noon, hours, plain(), "UTC")


def test_breaks_leave_no_empty_hours_behind():
    # 09:00 to 17:00; Tuesday's break from 09:00 to 10:00, Wednesday's from 16:00 to 18:00, Thursday's all day
    breaks = (Window(1, 540, 600), Window(2, 960, 1080), Window(3, 480, 1080))
    calendar = Calendar("B", "1", "UTC", rest_weekdays=(), breaks=breaks)
    tuesday, wednesday, thursday = (date(2027, 6, day) for day in (8, 9, 10))
    assert utc(2027, 6, 8, 10) == opens_at(tuesday, OFFICE, calendar, "UTC")
    assert utc(2027, 6, 9, 16) == closes_at(wednesday, OFFICE, calendar, "UTC")
    assert (None, None) == (opens_at(thursday, OFFICE, calendar, "UTC"), closes_at(thursday, OFFICE, calendar, "UTC"))
    assert [480, 420, 420, 0, 480] == [minutes_of(date(2027, 6, day), OFFICE, calendar) for day in range(7, 12)]


def test_with_nights_split_a_day_that_closes_at_midnight_gives_nothing_to_the_next():
    calendar = Calendar("S", "1", "UTC", rest_weekdays=(), split_nights=True)
    late = tuple(Window(day, 9 * 60, 24 * 60) for day in range(7))
    assert utc(2027, 6, 8, 9) == opens_at(date(2027, 6, 8), late, calendar, "UTC")
    assert utc(2027, 6, 8, 9) == opens_at(date(2027, 6, 8), OFFICE, calendar, "UTC")
    assert utc(2027, 6, 8) == opens_at(date(2027, 6, 8), NIGHTS, calendar, "UTC")


def test_a_day_opens_with_its_first_window_and_closes_with_its_last():
    hours = (Window(0, 540, 720), Window(0, 780, 1020))
    monday = date(2027, 6, 7)
    assert utc(2027, 6, 7, 9) == opens_at(monday, hours, plain(), "UTC")
    assert utc(2027, 6, 7, 17) == closes_at(monday, hours, plain(), "UTC")


def test_a_makeup_day_takes_the_first_weekdays_hours_if_it_has_none():
    # Sat 19 June 2027 is worked
    saturday = date(2027, 6, 19)
    calendar = Calendar("M", "1", "UTC", makeup=(saturday,))
    weekdays = (Window(0, 540, 720), Window(1, 600, 1020))
    assert 180 == minutes_of(saturday, weekdays, calendar)
    assert 60 == minutes_of(saturday, (*weekdays, Window(5, 540, 600)), calendar)
    assert 0 == minutes_of(saturday, (), calendar)
    assert 0 == minutes_of(date(2027, 6, 20), weekdays, calendar)


@pytest.mark.parametrize(("first", "holiday", "own"), [(True, 0, 120), (False, 0, 0)])
def test_hours_of_a_date_may_go_before_a_day_off_and_no_other_day_off_does(first, holiday, own):
    days = (date(2027, 6, 17), date(2027, 6, 18))
    off = tuple(OffDays(day, day) for day in days)
    calendar = Calendar("D", "1", "UTC", holidays=off, dated=(DatedHours(days[1], ((540, 660),)),), dated_first=first)
    assert [holiday, own] == [minutes_of(day, OFFICE, calendar) for day in days]


def test_lines_are_kept_until_there_are_too_many():
    calendar, day = plain(), (utc(2027, 6, 7), utc(2027, 6, 8))
    said = [(Window(0, 540, 540 + n),) for n in range(1, 21)]
    kept = []
    for hours in said:
        between(*day, hours, calendar, "UTC")
        kept.append(len(calendar.lines))
    assert [*range(1, 18), 1, 2, 3] == kept
