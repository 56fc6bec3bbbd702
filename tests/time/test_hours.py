"""Working hours: windows over midnight, up to 24:00, and sums against a count minute by minute."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problems import Problem
from core.worktime import (
    ROUND_THE_CLOCK,
    Calendar,
    OffDays,
    Window,
    add_hours,
    between,
    closes_at,
    local_time,
    next_opening,
    read_hours,
    subtract_hours,
)

PLAIN = Calendar("P", "1", "UTC", rest_weekdays=())
MON = datetime(2027, 6, 7, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon 09:00-17:00", [(0, 540, 1020)]),
        ("Sat-Sun 00:00-24:00", [(5, 0, 1440), (6, 0, 1440)]),
        ("Mon 09:00-12:00, 13:00-17:00", [(0, 540, 720), (0, 780, 1020)]),
        ("Mon 09:00-12:00, 12:00-17:00", [(0, 540, 720), (0, 720, 1020)]),  # they may touch
        ("Fri 22:00-05:00 next day", [(4, 1320, 1740)]),
        ("Sun-Mon 08:00-09:00", [(0, 480, 540), (6, 480, 540)]),
        ("Tue 09:00-10:00; Mon 11:00-12:00", [(0, 660, 720), (1, 540, 600)]),
    ],
)
def test_hours_in_words(text, expected):
    assert tuple(Window(*row) for row in expected) == read_hours(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "TIME-HOURS-01"),
        ("Monday 09:00-17:00", "TIME-HOURS-01"),
        ("Mon 9:00-17:00", "TIME-HOURS-01"),
        ("Mon 09:00-24:01", "TIME-HOURS-01"),
        ("Mon 09:00-12:00, 11:59-13:00", "TIME-HOURS-02"),
        ("Mon 22:00-05:00 next day; Tue 04:00-09:00", "TIME-HOURS-02"),
        ("Sun 22:00-05:00 next day; Mon 04:00-09:00", "TIME-HOURS-02"),  # around the end of the week
        ("Mon 17:00-09:00", "TIME-HOURS-03"),
        ("Mon 00:00-00:00", "TIME-HOURS-04"),
    ],
)
def test_hours_that_cannot_be_read(text, code):
    problem = read_hours(text)
    assert isinstance(problem, Problem)
    assert code == problem.code


def test_a_night_shift_belongs_to_the_day_it_starts_on(right):
    # Fri 22:00 to Sat 05:00, Saturday a holiday: all 7 h count
    hours = right(read_hours("Fri 22:00-05:00 next day"))
    saturday_off = Calendar(
        "P", "1", "UTC", rest_weekdays=(), holidays=(OffDays(date(2027, 6, 12), date(2027, 6, 12)),)
    )
    friday_off = Calendar("P", "1", "UTC", rest_weekdays=(), holidays=(OffDays(date(2027, 6, 11), date(2027, 6, 11)),))
    week = (MON, MON + timedelta(days=7))
    assert 7 * 3600 == between(*week, hours, saturday_off, "UTC")
    assert 0 == between(*week, hours, friday_off, "UTC")


def test_a_start_in_the_middle_of_a_night_shift_counts_the_rest_of_it(right):
    # Sat 12 June 01:00 + 3 h = 04:00, in the window that opened on Friday
    hours = right(read_hours("Fri 22:00-05:00 next day"))
    assert datetime(2027, 6, 12, 4, tzinfo=UTC) == add_hours(
        datetime(2027, 6, 12, 1, tzinfo=UTC), Fraction(3), hours, PLAIN, "UTC"
    )


def test_the_closing_instant_is_no_working_time(right):
    hours = right(read_hours("Mon-Fri 09:00-17:00"))
    at_close = MON + timedelta(hours=17)
    assert 1 == between(at_close - timedelta(seconds=1), at_close + timedelta(seconds=1), hours, PLAIN, "UTC")
    assert MON + timedelta(days=1, hours=9) == next_opening(at_close, hours, PLAIN, "UTC")
    assert at_close == closes_at(MON.date(), hours, PLAIN, "UTC")


def test_a_part_of_a_working_day_is_exact_to_the_second(right):
    # 0.37 of 9 h = 3.33 h = 3:19:48 from 08:30
    hours = right(read_hours("Mon-Fri 08:30-17:30"))
    found = right(add_hours(MON + timedelta(hours=8, minutes=30), Fraction("0.37") * 9, hours, PLAIN, "UTC"))
    assert "11:49:48" == found.strftime("%H:%M:%S")


def test_an_answer_before_the_complaint_is_a_problem():
    problem = between(MON, MON - timedelta(minutes=15), ROUND_THE_CLOCK, PLAIN, "UTC")
    assert isinstance(problem, Problem)
    assert "TIME-REVERSED-01" == problem.code


def test_hours_that_never_come_are_a_problem_and_no_endless_walk():
    problem = add_hours(MON, Fraction(1), (), PLAIN, "UTC")
    assert isinstance(problem, Problem)
    assert "TIME-RANGE-01" == problem.code


@pytest.mark.parametrize(
    ("night", "hours"),
    [("2027-03-27", 23), ("2027-10-30", 25)],  # London loses an hour on 28 March and gains one on 31 October
)
def test_round_the_clock_is_real_time_over_a_change_of_the_clocks(written, night, hours):
    start = written(f"{night} 12:00", "Europe/London")
    end = written(f"{date.fromisoformat(night) + timedelta(days=1)} 12:00", "Europe/London")
    assert hours * 3600 == between(start, end, ROUND_THE_CLOCK, PLAIN, "Europe/London")


def test_office_hours_stay_where_they_are_when_the_clocks_change(right, written):
    # Fri 26 March 16:00 + 2 h of Mon-Fri 09-17 in London: Mon 29 March 10:00 local, 09:00 UTC
    hours = right(read_hours("Mon-Fri 09:00-17:00"))
    found = right(add_hours(written("2027-03-26 16:00", "Europe/London"), Fraction(2), hours, PLAIN, "Europe/London"))
    assert "29 10:00" == local_time(found, "Europe/London").strftime("%d %H:%M")


@st.composite
def weeks(draw):
    """Random hours without overlap: up to two windows a day, in quarters of an hour."""
    windows = []
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        cuts = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
        windows += [Window(weekday, a * 15, b * 15) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return tuple(windows)


@st.composite
def halves(draw):
    off = draw(st.sets(st.integers(0, 20), max_size=5))
    makeup = draw(st.sets(st.integers(0, 20), max_size=3))
    days = [MON.date() + timedelta(days=n) for n in range(21)]
    return Calendar("H", "1", "UTC", holidays=tuple(OffDays(days[n], days[n]) for n in off),
                    makeup=tuple(days[n] for n in sorted(makeup)))  # fmt: skip


def naive_open(instant, hours, calendar):
    day = instant.date()
    if calendar.rest_reason(day) in {"holiday", "closure"}:
        return False
    own = [w for w in hours if w.weekday == day.weekday()]
    if not own and calendar.is_makeup(day):
        own = [w for w in hours if w.weekday == min(x.weekday for x in hours)]
    return any(w.opens <= instant.hour * 60 + instant.minute < w.closes for w in own)


@given(weeks(), halves(), st.integers(0, 6 * 1440), st.integers(0, 4 * 1440))
def test_working_time_equals_a_count_minute_by_minute(hours, calendar, start, length):
    first = MON + timedelta(minutes=start)
    walked = sum(naive_open(first + timedelta(minutes=n), hours, calendar) for n in range(length))
    assert walked * 60 == between(first, first + timedelta(minutes=length), hours, calendar, "UTC")


@given(weeks(), halves(), st.integers(0, 20 * 1440), st.integers(0, 600), st.integers(0, 600))
def test_what_is_added_lies_between_and_adds_up(right, hours, calendar, start, a, b):
    first = MON + timedelta(minutes=start)
    middle = right(add_hours(first, Fraction(a, 60), hours, calendar, "UTC"))
    end = right(add_hours(middle, Fraction(b, 60), hours, calendar, "UTC"))
    assert end == add_hours(first, Fraction(a + b, 60), hours, calendar, "UTC")
    assert (a + b) * 60 == between(first, end, hours, calendar, "UTC")


@given(weeks(), halves(), st.integers(0, 20 * 1440), st.integers(1, 600))
def test_what_is_taken_off_again_leads_no_later_than_the_start(right, hours, calendar, start, length):
    first = MON + timedelta(minutes=start)
    end = right(add_hours(first, Fraction(length, 60), hours, calendar, "UTC"))
    back = right(subtract_hours(end, Fraction(length, 60), hours, calendar, "UTC"))
    assert length * 60 == between(back, end, hours, calendar, "UTC")
    assert 0 == (
        between(first, back, hours, calendar, "UTC") if back >= first else between(back, first, hours, calendar, "UTC")
    )
