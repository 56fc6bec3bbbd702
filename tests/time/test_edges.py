"""Edges that no contract shows by itself: where the calendar ends, spans that touch, what holds unless something is said."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from core.counting.calendars import DatedHours, YearDay, merged, without
from core.counting.cycles import contract_years
from core.periods import Calendar, OffDays, Period, Window, add, united
from core.worktime import joint_calendar, joint_hours, minutes_of

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)  # a Monday and a Friday


@pytest.fixture(scope="module")
def plain():
    return Calendar("P", "1", "UTC")


def test_years_are_counted_into_the_first_and_the_last_year_there_is(counting, plain, right):
    assert date(9999, 5, 5) == right(add(date(9998, 5, 5), Period(1, "year"), counting(roll="none"), plain)).day
    back = add(date(2, 5, 5), Period(1, "year"), counting(), plain, before=True)
    assert date(1, 5, 5) == right(back).day


def test_working_days_reach_the_first_and_the_last_day_there_is(plain):
    assert FIRST == plain.add_working_days(date(1, 1, 2), -1)
    assert LAST == plain.add_working_days(date(9999, 12, 30), 1)
    for day, n in ((FIRST, -1), (LAST, 1)):
        with pytest.raises(OverflowError):
            plain.add_working_days(day, n)


def test_no_working_days_from_a_rest_day_are_that_day(plain):
    assert date(2027, 6, 12) == plain.add_working_days(date(2027, 6, 12), 0)


def test_days_that_recur_each_year_are_known_for_two_hundred_years():
    calendar = Calendar("Y", "1", "UTC", rest_weekdays=(), yearly=(YearDay(12, 25),))
    assert [False, True, True, False] == [calendar.is_rest(date(year, 12, 25)) for year in (1949, 1950, 2150, 2151)]


def test_a_year_of_a_contract_that_begins_with_its_end_is_none(right):
    years = contract_years(date(2027, 1, 20), date(2029, 1, 20))
    assert ["Y1", "Y2"] == [year.id for year in years]


def test_spans_that_touch_are_one():
    assert [(0, 20)] == merged([(10, 20), (0, 10)])
    noon, two, four = (datetime(2027, 6, 7, hour, tzinfo=UTC) for hour in (12, 14, 16))
    assert [(noon, four)] == united([(two, four), (noon, two)])


def test_a_break_of_all_the_hours_leaves_none_and_one_after_them_leaves_all():
    assert [] == without([(480, 720)], [(480, 720)])
    assert [(480, 720)] == without([(480, 720)], [(720, 780)])


def test_hours_that_only_touch_have_no_time_in_common():
    morning, afternoon = Window(0, 480, 720), Window(0, 780, 1020)
    assert (morning, afternoon) == joint_hours((morning, afternoon), (morning, afternoon), both=True)
    assert () == joint_hours((morning,), (Window(0, 720, 1020),), both=True)


def test_two_calendars_are_certain_from_the_later_first_notice_to_the_earlier_last_one():
    one, other = (
        Calendar(key, "1", "UTC", official=years) for key, years in (("A", (2018, 2026)), ("B", (2020, 2030)))
    )
    assert (2020, 2026) == joint_calendar(one, other, "both at work").official


def test_days_before_are_clear_by_a_preset_only_after_at_least(counting, plain, right):
    how = counting("common-law-usage@1", zone="UTC")
    found = [
        right(add(date(2027, 6, 30), Period(3, "day"), how, plain, before=True, **said)).day
        for said in ({}, {"at_least": True})
    ]
    assert [date(2027, 6, 27), date(2027, 6, 26)] == found


def test_what_is_not_to_roll_does_not_roll_when_it_is_moved(counting, plain, right):
    assert not right(add(date(2027, 6, 7), Period(5, "day"), counting(), plain, roll=False)).rolls
    assert right(add(date(2027, 6, 7), Period(5, "day"), counting(), plain)).rolls


def test_a_part_of_working_days_is_kept_as_the_hours_that_were_counted(counting, t, right):
    # 1.5 days of 9 hours
    monday = datetime(2027, 6, 7, 5, tzinfo=UTC)
    due = right(add(monday, Period(1, "working day", part=Fraction(1, 2)), counting(), t))
    assert Period(13, "working hour", part=Fraction(1, 2)) == due.basis.period


def test_by_itself_a_holiday_comes_before_hours_of_its_date_and_a_night_belongs_to_its_first_day():
    day = date(2027, 6, 17)
    off = Calendar("D", "1", "UTC", holidays=(OffDays(day, day),), dated=(DatedHours(day, ((600, 720),)),))
    assert 0 == minutes_of(day, (), off)
    assert 480 == minutes_of(day, (Window(3, 1320, 1800),), Calendar("N", "1", "UTC"))
