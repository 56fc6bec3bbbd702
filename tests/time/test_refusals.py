"""What counting refuses: callers' mistakes by raising, what the contract or the calendar cannot hold as a problem."""

from datetime import UTC, date, datetime
from fractions import Fraction

import msgspec
import pytest

from core.counting.calendars import OffDays
from core.counting.elapsed import days_between, hours_between
from core.periods import Period, add, nth_working_day, shift

MONDAY = datetime(2027, 6, 7, 6, tzinfo=UTC)  # 14:00 in Shanghai
FAR = 200_000  # working days: centuries


@pytest.fixture
def far(t):
    """A calendar of its own for the end of all years: lines of working time grow from where they were first asked."""
    return msgspec.structs.replace(t, id="FAR")


@pytest.mark.parametrize("period", [Period(-1, "day"), Period(1, "fortnight"), Period(1, "month", Period(-2, "day"))])
def test_a_period_that_is_none_is_a_mistake_of_the_caller(counting, t, period):
    with pytest.raises(ValueError, match="no such period"):
        add(date(2027, 6, 7), period, counting(), t)


def test_a_time_of_day_without_a_zone_is_a_mistake_of_the_caller(counting, t):
    with pytest.raises(ValueError, match="zone"):
        add(datetime(2027, 6, 7, 9), Period(1, "hour"), counting(), t)  # noqa: DTZ001 - that is the mistake


def test_days_are_numbered_from_one(t):
    with pytest.raises(ValueError, match="numbered"):
        nth_working_day(date(2027, 6, 1), date(2027, 6, 30), 0, t)


def test_a_day_beyond_all_calendars_is_none(t):
    assert nth_working_day(date(2027, 6, 1), date(2027, 6, 30), 10**9, t) is None
    assert nth_working_day(date(9999, 12, 1), date(9999, 12, 31), 100, t) is None


@pytest.mark.parametrize(
    "period", [Period(9000, "year"), Period(400_000, "week"), Period(999_999, "working hour"),
               Period(FAR, "working day", part=Fraction(1, 2))]
)  # fmt: skip
def test_a_time_beyond_the_year_9999_is_a_problem(counting, far, wrong, period):
    fixed_length = counting(day_length="9 h")
    assert "TIME-RANGE-01" == wrong(add(datetime(9990, 6, 7, 6, tzinfo=UTC), period, fixed_length, far))


def test_parts_of_working_days_need_working_time(counting, t, far, wrong):
    half = Period(0, "working day", part=Fraction(1, 2))
    the_last_evening = datetime(9999, 12, 31, 11, tzinfo=UTC)
    assert "COUNT-HOURS-02" == wrong(add(MONDAY, half, counting(), msgspec.structs.replace(t, hours=())))
    assert "TIME-RANGE-01" == wrong(add(the_last_evening, half, counting(), far))


def test_a_closure_can_pause_a_clock_beyond_the_last_year_with_working_hours(counting, far, right, wrong):
    # Mon 22 December 9997 14:00 + 12 h is Tue 23; what is paused from then on leads beyond Wed 31, the last day of all
    monday = datetime(9997, 12, 22, 6, tzinfo=UTC)
    assert 23 == right(add(monday, Period(12, "working hour"), counting(), far)).day.day
    paused = msgspec.structs.replace(far, pausing=(OffDays(date(9997, 12, 23), date(9997, 12, 31)),))
    assert "TIME-RANGE-01" == wrong(add(monday, Period(12, "working hour"), counting(), paused))


def test_nothing_is_moved_by_no_days(counting, t, due):
    found = due("2027-06-07", "5 day", t)
    assert found is shift(found, 0, counting(), t)


def test_exact_parts_between_two_instants(counting, t, right, wrong):
    # Mon 7 June 14:00 to Tue 8 June 02:00 is half a day; in hours of 9: 3.5 of 9, or of 7 where that is said
    half = datetime(2027, 6, 7, 18, tzinfo=UTC)
    exact = counting(elapsed_days="exact part")
    no_hours = msgspec.structs.replace(t, hours=())
    assert Fraction(1, 2) == right(days_between(MONDAY, half, exact, t))
    assert Fraction(7, 18) == right(days_between(MONDAY, half, exact, t, working=True))
    assert Fraction(1, 2) == right(
        days_between(MONDAY, half, counting(elapsed_days="exact part", day_length="7 h"), t, working=True)
    )
    assert "COUNT-HOURS-02" == wrong(days_between(MONDAY, half, exact, no_hours, working=True))
    assert "COUNT-HOURS-02" == wrong(hours_between(MONDAY, half, exact, no_hours, working=True))


def test_a_reversed_range_in_hours_is_a_problem_too(counting, t, wrong):
    assert "TIME-REVERSED-01" == wrong(hours_between(datetime(2027, 6, 8, tzinfo=UTC), MONDAY, counting(), t))
    assert "TIME-REVERSED-01" == wrong(
        hours_between(datetime(2027, 6, 8, tzinfo=UTC), MONDAY, counting(), t, working=True)
    )
