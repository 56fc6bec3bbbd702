"""Worked cases 1 to 5 of the law page and its short ones, by the Civil Code and the official calendar of 2026."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from core.periods import Period, add, elapsed_days, local_time, nth_working_day, term_end
from core.worktime import add_hours, between, read_hours


@pytest.mark.parametrize(
    ("anchor", "length", "expected"),
    [
        ("2026-01-05", "30 day", "2026-02-04"),  # day 1 is 6 Jan: 26 days of January and 4 of February
        ("2026-01-05", "90 day", "2026-04-07"),  # 26 + 28 + 31 + 5 = Sun 5 Apr; Qingming 4-6 Apr ends: Tue 7 Apr
        ("2026-01-15", "30 day", "2026-02-14"),  # 16 + 14: Sat 14 Feb is a make-up day, no roll
        ("2026-01-16", "30 day", "2026-02-24"),  # 15 + 15: Sun 15 Feb; the block 15-23 Feb ends
        ("2026-02-13", "5 working day", "2026-02-27"),  # 14 (Sat), 24, 25, 26, 27
        ("2026-01-31", "1 month", "2026-02-28"),  # no 31 Feb: the last day, a make-up Saturday
        ("2026-11-30", "3 month", "2027-03-01"),  # no 30 Feb: Sun 28 Feb, then Mon 1 Mar
        ("2026-04-24", "10 working day", "2026-05-12"),  # 27-30 Apr, 6, 7, 8, 9 (Sat), 11, 12 May
        ("2026-05-12", "15 day", "2026-05-27"),  # 12 + 15
        ("2026-05-13", "15 day", "2026-05-28"),  # accepted the day after the silence
        ("2026-02-28", "1 year", "2027-03-01"),  # 28 Feb 2027 is a Sunday
    ],
)
def test_a_period_ends_as_worked_by_hand(due, cn, anchor, length, expected):
    assert expected == due(anchor, length, cn).day.isoformat()


def test_twelve_days_late_when_the_delivery_day_counts():
    # due 4 Feb, delivered 16 Feb: 5 to 16 Feb are 12 days
    assert 12 == elapsed_days(date(2026, 2, 4), date(2026, 2, 16))


def test_delivery_taken_as_of_the_next_working_day_is_twenty_days_late(cn):
    # Mon 16 Feb lies in the block 15-23 Feb: taken as of 24 Feb; 5 to 24 Feb are 20 days
    taken = cn.next_working_day(date(2026, 2, 16))
    assert 20 == elapsed_days(date(2026, 2, 4), taken)


def test_without_roll_over_the_second_annex_would_be_four_days_late(due, cn):
    # 90 days after 5 Jan, not rolled: 5 Apr; delivered 9 Apr: 4 days (rolled to 7 Apr: 2 days)
    assert 4 == elapsed_days(due("2026-01-05", "90 day", cn, roll="none").day, date(2026, 4, 9))
    assert 2 == elapsed_days(due("2026-01-05", "90 day", cn).day, date(2026, 4, 9))


def test_the_last_working_day_of_february_is_a_make_up_saturday(cn):
    assert date(2026, 2, 28) == nth_working_day(date(2026, 2, 1), date(2026, 2, 28), -1, cn)


def test_a_date_beyond_the_notices_is_provisional(due, cn):
    assert due("2026-11-30", "3 month", cn).provisional
    assert not due("2026-01-31", "1 month", cn).provisional


def test_a_count_that_looks_at_no_rest_day_is_not_provisional(due, cn):
    # nothing rolls, so no notice could move 28 Feb 2027
    assert not due("2026-11-30", "3 month", cn, roll="none").provisional


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "2027-01-04"),  # silent: the first day counts, the day before the anniversary
        ({"term_end": "anniversary"}, "2027-01-05"),  # the start day out
    ],
)
def test_one_year_from_5_january_ends_as_the_term_says(counting, cn, said, expected):
    assert expected == str(term_end(date(2026, 1, 5), Period(1, "year"), counting(**said), cn))


def test_24_hours_run_from_the_moment(due, cn):
    found = due("2026-03-02 09:30", "24 hour", cn)
    assert "2026-03-03 09:30" == local_time(found.instant, cn.zone).strftime("%Y-%m-%d %H:%M")


def test_24_hours_are_not_rolled_off_a_sunday(due, cn):
    # Sat 14 Feb 16:30 + 24 h = Sun 15 Feb 16:30, the first day of the Spring Festival
    found = due("2026-02-14 16:30", "24 hour", cn)
    assert "2026-02-15 16:30" == local_time(found.instant, cn.zone).strftime("%Y-%m-%d %H:%M")


def test_24_working_hours_at_eight_a_day_end_on_thursday(due, cn):
    # Mon 09:30-17:00 7.5 h, Tue 8, Wed 8 (23.5), Thu 09:00-09:30
    found = due("2026-03-02 09:30", "24 working hour", cn, hours="Mon-Fri 09:00-17:00")
    assert "2026-03-05 09:30" == local_time(found.instant, cn.zone).strftime("%Y-%m-%d %H:%M")


def test_working_hours_that_were_used_up_add_up_again(cn, right):
    hours = right(read_hours("Mon-Fri 09:00-17:00"))
    start = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    end = right(add_hours(start, Fraction(24), hours, cn, cn.zone))
    assert 24 * 3600 == between(start, end, hours, cn, cn.zone)


def test_90_days_notice_before_the_year_ends_must_arrive_by_2_october(due, cn):
    # 3 Oct to 31 Dec: 29 + 30 + 31 = 90 days; a holiday, and nothing rolls backwards; have it there by Wed 30 Sep
    found = due("2026-12-31", "90 day", cn, before=True)
    assert date(2026, 10, 2) == found.day
    assert date(2026, 9, 30) == cn.previous_working_day(found.day)


def test_the_regulation_of_1971_wants_two_working_days_and_no_backward_roll(due, t):
    # 2 days from Fri 4 June 2027: Sun 6, rolled Mon 7, but only one working day: Tue 8
    assert date(2027, 6, 8) == due("2027-06-04", "2 day", t, preset="EU-1182-71@1971").day
    assert date(2027, 6, 5) == due("2027-06-10", "5 day", t, preset="EU-1182-71@1971", before=True).day


def test_the_reasons_say_what_was_counted_and_by_which_article(due, cn):
    steps = due("2026-01-05", "90 day", cn).steps
    assert ["COUNT-DAYOUT-01", "COUNT-DAYS-01", "COUNT-ROLL-01"] == [step.code for step in steps]
    assert "CN-civil-code@2021 201(1)" == str(steps[0].args["by"])
    assert "CN-civil-code@2021 203(1)" == str(steps[2].args["by"])


@pytest.mark.parametrize("unit", ["day", "working day", "week", "month", "year", "hour", "working hour"])
@pytest.mark.parametrize("n", [10**8, 10**30])
def test_a_length_beyond_the_calendar_is_a_problem(counting, cn, wrong, unit, n):
    how = counting(hours="Mon-Fri 09:00-17:00")
    start = datetime(2026, 1, 5, 1, tzinfo=UTC)
    assert "TIME-RANGE-01" == wrong(add(start, Period(n, unit), how, cn))
    assert "TIME-RANGE-01" == wrong(add(start, Period(n, unit), how, cn, before=True))
