"""The traps that concern dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.periods import (
    Counting,
    Due,
    Period,
    add,
    contract_years,
    elapsed_days,
    end_of_day,
    fixed,
    local_date,
    local_time,
    shift,
    touched_days,
)


def test_month_end_then_roll_and_once(due, t):
    # 31 Jan 2027 + 1 month: 31 Feb, clipped to Sun 28 Feb, rolled: next Mon 1 Mar; modified stays in February: Fri 26
    assert date(2027, 3, 1) == due("2027-01-31", "1 month", t).day
    assert date(2027, 2, 26) == due("2027-01-31", "1 month", t, roll="modified").day


def test_what_hangs_on_a_due_date_hangs_on_the_rolled_one(due, t):
    # Mon 1 Mar + 3 working days = Thu 4 Mar; from Sun 28 Feb it would be Wed 3 Mar
    first = due("2027-01-31", "1 month", t)
    assert date(2027, 3, 4) == due(first.day.isoformat(), "3 working day", t).day
    assert date(2027, 3, 3) == due(first.unrolled.isoformat(), "3 working day", t).day


def test_a_pause_over_a_holiday_takes_out_its_working_days_only(due, counting, t, right):
    # 5 working days from Mon 14 June: 15, 16, 18, 19, 21. Paused 16-18: the 16th and 18th, so 22, 23 June
    found = due("2027-06-14", "5 working day", t)
    assert date(2027, 6, 21) == found.day
    paused = touched_days([(date(2027, 6, 16), date(2027, 6, 18))], t, unit="working day")
    assert 2 == paused
    assert date(2027, 6, 23) == right(shift(found, paused, counting(), t)).day


def test_overlapping_pauses_count_once(t):
    # 3-6 and 5-8 June touch 3, 4, 5, 6, 7, 8
    assert 6 == touched_days([(date(2027, 6, 3), date(2027, 6, 6)), (date(2027, 6, 5), date(2027, 6, 8))], t)


def test_a_day_is_not_24_hours(counting, t, right, written):
    # London, 30 Oct 2027 12:00: the clocks go back on 31 Oct; + 72 h = 2 Nov 11:00, + 3 days = 2 Nov 12:00
    how = counting("plain-24x7@1", zone="Europe/London", landing_clock="clock kept")
    noon = written("2027-10-30 12:00", "Europe/London")
    hours, days = right(add(noon, Period(72, "hour"), how, t)), right(add(noon, Period(3, "day"), how, t))
    assert "02 11:00" == local_time(hours.instant, "Europe/London").strftime("%d %H:%M")
    assert "02 12:00" == local_time(days.instant, "Europe/London").strftime("%d %H:%M")


def test_excuse_first_and_roll_last(counting, t, right):
    # due Thu 10 June, 2 days excused: Sat 12, rolled Mon 14; 1 more from Sat 12: Sun 13, Mon 14 (not Tue 15)
    how = counting()
    found = Due(date(2027, 6, 10), None, date(2027, 6, 10))
    once = right(shift(found, 2, how, t))
    assert (date(2027, 6, 12), date(2027, 6, 14)) == (once.unrolled, once.day)
    twice = right(shift(once, 1, how, t))
    assert (date(2027, 6, 13), date(2027, 6, 14)) == (twice.unrolled, twice.day)


def test_an_excuse_moves_what_is_due_at_an_hour_by_whole_days(due, counting, t):
    found: Any = shift(due("2027-06-07 10:00", "24 hour", t), 2, counting(), t)
    assert "06-10 10:00" == local_time(found.instant, t.zone).strftime("%m-%d %H:%M")
    assert found.day == found.unrolled == date(2027, 6, 10)


def test_an_excused_fixed_date_and_a_backward_one_are_not_rolled(due, counting, t, right):
    # on Fri 11 June, one day excused: Sat 12 stays; 5 days before Thu 10 June = Sat 5, one excused: Sun 6 stays
    how = counting(roll_fixed_dates="no")
    assert date(2027, 6, 12) == right(shift(fixed(date(2027, 6, 11), how, t), 1, how, t)).day
    assert date(2027, 6, 6) == right(shift(due("2027-06-10", "5 day", t, before=True), 1, how, t)).day


def test_an_excused_fixed_date_rolls_where_the_contract_says_so(counting, t, right):
    how = counting(roll_fixed_dates="yes")
    assert date(2027, 6, 14) == right(shift(fixed(date(2027, 6, 11), how, t), 1, how, t)).day


def test_no_excuse_changes_nothing(counting, t):
    found = Due(date(2027, 6, 10), None, date(2027, 6, 10))
    assert found is shift(found, 0, counting(), t)


def test_contract_years_from_29_february_need_a_rule():
    years = contract_years(date(2028, 2, 29), date(2030, 3, 1))
    assert [("Y1", "2028-02-29"), ("Y2", "2029-02-28"), ("Y3", "2030-02-28")] == [(y.id, str(y.first)) for y in years]
    assert date(2029, 3, 1) == contract_years(date(2028, 2, 29), date(2029, 1, 1), feb29="1 Mar")[0].after


def test_a_leap_year_has_its_366_days():
    assert 366 == elapsed_days(date(2027, 12, 31), date(2028, 12, 31))


def test_an_instant_has_the_date_of_the_contracts_zone():
    # 30 June 17:10 UTC is 1 July 01:10 in Shanghai and 30 June 18:10 in London
    instant = datetime(2027, 6, 30, 17, 10, tzinfo=UTC)
    assert (date(2027, 7, 1), date(2027, 6, 30)) == (
        local_date(instant, "Asia/Shanghai"),
        local_date(instant, "Europe/London"),
    )


def test_a_written_time_that_does_not_exist_or_occurs_twice_is_refused(wrong, written):
    assert "TIME-GAP-01" == wrong(written("2027-03-28 01:30", "Europe/London"))  # skipped 01:00-02:00
    assert "TIME-FOLD-01" == wrong(written("2027-10-31 01:30", "Europe/London"))  # 00:30 and 01:30 UTC
    assert "TIME-GAP-01" == wrong(written("2027-10-03 02:30", "Australia/Sydney"))  # spring in the south
    assert datetime(2027, 3, 28, 1, 0, tzinfo=UTC) == written("2027-03-28 02:00", "Europe/London")


def test_an_unknown_zone_is_refused_with_the_nearest(written):
    problem = written("2027-06-08 14:00", "Asia/Shangai")
    assert ("TIME-ZONE-01", "Asia/Shanghai") == (problem.code, problem.args["nearest"])


def test_a_day_ends_where_midnight_itself_is_skipped():
    # Beirut 27 Mar 2027 24:00 is put forward to 01:00: the day ends at 22:00 UTC
    assert datetime(2027, 3, 27, 22, tzinfo=UTC) == end_of_day(date(2027, 3, 27), "Asia/Beirut")
    assert end_of_day(date(2027, 3, 27), "Asia/Beirut") - end_of_day(date(2027, 3, 26), "Asia/Beirut") == timedelta(
        days=1
    )


def test_nothing_that_was_not_said_is_counted_as_said(t, wrong):
    # settings without a preset do not guess a month end
    assert "COUNT-MONTHEND-02" == wrong(add(date(2027, 1, 31), Period(1, "month"), Counting(), t))
