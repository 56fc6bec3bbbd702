"""What lies between two moments, and parts of days and months: each knob by its two-valued example."""

from datetime import UTC, date, datetime
from fractions import Fraction

import msgspec
import pytest

from core.counting.elapsed import days_between, hours_between
from core.periods import Period, add, local_time
from core.worktime import DatedHours, is_open, read_hours


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("first", "last", "said", "expected"),
    [
        # Sat 12 to Mon 14 June, and Mon 7 to Fri 11 June, in working days
        ("2027-06-12", "2027-06-14", "start out, end in", 1),
        ("2027-06-12", "2027-06-14", "start in, end out", 0),
        ("2027-06-12", "2027-06-14", "both in", 1),
        ("2027-06-07", "2027-06-11", "start out, end in", 4),
        ("2027-06-07", "2027-06-11", "start in, end out", 4),
        ("2027-06-07", "2027-06-11", "both in", 5),
    ],
)
def test_which_ends_count(counting, t, first, last, said, expected):
    how = counting(count_ends=said)
    assert expected == days_between(date.fromisoformat(first), date.fromisoformat(last), how, t, working=True)


@pytest.mark.parametrize(("said", "expected"), [("by dates", "2"), ("exact part", "7/4"), ("floored", "1")])
def test_working_days_between_instants(counting, t, said, expected):
    # Mon 7 June 13:00 to Wed 9 June 10:45: 4.5 + 9 + 2.25 of 9 hours
    found = days_between(
        local("2027-06-07 13:00"), local("2027-06-09 10:45"), counting(elapsed_days=said), t, working=True
    )
    assert Fraction(expected) == found


def test_a_short_day_may_count_by_its_hours(counting, t):
    # Fri 11 June whole, Sat 19 June 4 of 9 hours: KNOBS half_day with the make-up Saturday
    short = msgspec.structs.replace(t, dated=(DatedHours(date(2027, 6, 19), ((510, 750),)),))
    span = (date(2027, 6, 17), date(2027, 6, 19))
    assert 2 == days_between(*span, counting(half_day="one day"), short, working=True)
    assert Fraction(13, 9) == days_between(
        *span, counting(half_day="by its hours", makeup_days="working, own hours"), short, working=True
    )
    assert Fraction(3, 2) == days_between(*span, counting(half_day="one half"), short, working=True)


@pytest.mark.parametrize(("said", "expected"), [("zero", 0), ("negative", -900)])
def test_an_answer_before_the_complaint(counting, t, said, expected):
    # complaint 09:25, answered 09:10
    how = counting(reversed_range=said)
    assert expected == hours_between(local("2027-06-07 09:25"), local("2027-06-07 09:10"), how, t)
    assert expected == hours_between(local("2027-06-07 09:25"), local("2027-06-07 09:10"), how, t, working=True)


def test_a_reversed_range_is_a_problem_by_usage(counting, t, wrong):
    span = (date(2027, 6, 9), date(2027, 6, 7))
    assert "TIME-REVERSED-01" == wrong(days_between(*span, counting(), t))
    assert -2 == days_between(*span, counting(reversed_range="negative"), t)
    assert 0 == days_between(*span, counting(reversed_range="zero"), t)


@pytest.mark.parametrize(("said", "expected"), [("real", 7), ("wall clock", 8)])
def test_hours_over_a_night_that_loses_one(counting, t, said, expected):
    # London 27 Mar 22:00 to 28 Mar 06:00
    how = counting("plain-24x7@1", zone="Europe/London", elapsed=said)
    first, last = datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 3, 28, 5, tzinfo=UTC)
    assert expected * 3600 == hours_between(first, last, how, t)


@pytest.mark.parametrize(("said", "expected"), [("own hours", "13:00"), ("8 h", "12:30")])
def test_half_a_working_day(counting, t, right, said, expected):
    # from Fri 11 June 08:30: 4.5 h of 9, or 4 h of 8
    due = right(
        add(local("2027-06-11 08:30"), Period(0, "working day", part=Fraction(1, 2)), counting(day_length=said), t)
    )
    assert expected == local_time(due.instant, t.zone).strftime("%H:%M")


@pytest.mark.parametrize(("said", "expected"), [("exact", "11:49:48"), ("cut to the minute", "11:49:00")])
def test_a_part_of_a_working_day(counting, t, right, said, expected):
    # 0.37 of 9 h = 3:19:48 from 08:30
    due = right(
        add(local("2027-06-07 08:30"), Period(0, "working day", part=Fraction("0.37")), counting(fraction=said), t)
    )
    assert expected == local_time(due.instant, t.zone).strftime("%H:%M:%S")


def test_a_part_of_a_working_day_may_be_refused(counting, t, wrong):
    how = counting(fraction="refused")
    assert "COUNT-FRACTION-01" == wrong(
        add(local("2027-06-07 08:30"), Period(0, "working day", part=Fraction("0.37")), how, t)
    )


def test_one_and_a_half_working_days_take_each_days_own_hours(counting, t, right):
    # Mon 7 June 13:00: half of Monday, then a whole Tuesday
    due = right(add(local("2027-06-07 13:00"), Period(1, "working day", part=Fraction(1, 2)), counting(), t))
    assert "06-08 17:30" == local_time(due.instant, t.zone).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(("said", "expected"), [("30-day month", "2027-02-25"), ("actual month", "2027-02-24")])
def test_half_a_month(counting, t, right, said, expected):
    # from 10 February 2027: 15 days, or half of 28
    due = right(add(date(2027, 2, 10), Period(0, "month", part=Fraction(1, 2)), counting(part_month=said), t))
    assert expected == due.day.isoformat()


@pytest.mark.parametrize(("said", "expected"), [("half-open", False), ("closed", True)])
def test_whether_the_closing_instant_is_working_time(t, right, said, expected):
    hours = right(read_hours("Mon-Fri 08:30-17:30"))
    assert expected is is_open(local("2027-06-08 17:30"), hours, t, t.zone, window_end=said)
    assert is_open(local("2027-06-08 17:29"), hours, t, t.zone, window_end=said)
    assert not is_open(local("2027-06-08 17:31"), hours, t, t.zone, window_end=said)


@pytest.mark.parametrize(("said", "expected"), [("24 hours", 24 * 60), ("closed", 0)])
def test_equal_ends_may_mean_a_whole_day_or_none(right, said, expected):
    assert expected == sum(w.closes - w.opens for w in right(read_hours("Sun 00:00-00:00", said)))


def test_calendar_days_between_instants_may_have_parts(counting, t):
    # Mon 7 June 13:00 to Wed 9 June 10:45: 45.75 of 24 hours
    span = (local("2027-06-07 13:00"), local("2027-06-09 10:45"))
    assert Fraction(183, 96) == days_between(*span, counting(elapsed_days="exact part"), t)
    assert 1 == days_between(*span, counting(elapsed_days="floored"), t)


def test_parts_and_hours_of_work_need_hours(counting, t, wrong):
    bare = msgspec.structs.replace(t, hours=())
    span = (local("2027-06-07 13:00"), local("2027-06-09 10:45"))
    assert "COUNT-HOURS-02" == wrong(days_between(*span, counting(elapsed_days="exact part"), bare, working=True))
    assert "COUNT-HOURS-02" == wrong(hours_between(*span, counting(), bare, working=True))
