"""Each knob of time that has effect, by its two-valued example: calendar T of June 2027, one line a value."""

from datetime import date, datetime

import pytest

from core.periods import Due, Period, adapted, add, asks_fixed, fixed, local_time

NO_ROLL = {"roll": "none"}


@pytest.mark.parametrize(
    ("anchor", "length", "said", "expected"),
    [
        # first_day: 10 days from 3 May
        ("2027-05-03", "10 day", {"first_day": "out"}, "2027-05-13"),
        ("2027-05-03", "10 day", {"first_day": "in"}, "2027-05-12"),
        # month_end: 31 Aug + 6 months has no 31 Feb 2028
        ("2027-08-31", "6 month", NO_ROLL | {"month_end": "last day"}, "2028-02-29"),
        ("2027-08-31", "6 month", NO_ROLL | {"month_end": "first of next"}, "2028-03-01"),
        # end_sticks: 30 Apr + 1 month
        ("2027-04-30", "1 month", NO_ROLL | {"end_sticks": "corresponding day"}, "2027-05-30"),
        ("2027-04-30", "1 month", NO_ROLL | {"end_sticks": "month end stays month end"}, "2027-05-31"),
        # roll: last day Sun 31 Oct (30 Sep + 31)
        ("2027-09-30", "31 day", {"roll": "next"}, "2027-11-01"),
        ("2027-09-30", "31 day", {"roll": "previous"}, "2027-10-29"),
        ("2027-09-30", "31 day", {"roll": "modified"}, "2027-10-29"),
        ("2027-09-30", "31 day", {"roll": "none"}, "2027-10-31"),
        # from_rest_day: Sat 12 June + 1
        ("2027-06-12", "1 working day", {"from_rest_day": "count next"}, "2027-06-14"),
        ("2027-06-12", "1 working day", {"from_rest_day": "roll, then add"}, "2027-06-15"),
        # days_are: 1 June + 10; working: 2, 3, 4, 7-11, 14, 15
        ("2027-06-01", "10 day", {"days_are": "calendar"}, "2027-06-11"),
        ("2027-06-01", "10 day", {"days_are": "working"}, "2027-06-15"),
        # weeks_are: Fri 4 June + 2; working days 7-11, 14, 15, 16, 18, 19
        ("2027-06-04", "2 week", NO_ROLL | {"weeks_are": "7 days"}, "2027-06-18"),
        ("2027-06-04", "2 week", NO_ROLL | {"weeks_are": "5 working days"}, "2027-06-19"),
        ("2027-06-04", "2 week", NO_ROLL | {"weeks_are": "calendar weeks"}, "2027-06-20"),
        # and with the first day in: 4, 7-11, 14, 15, 16, 18 June
        ("2027-06-04", "2 week", {"weeks_are": "5 working days", "first_day": "in"}, "2027-06-18"),
        # zero_period: Sun 13 June + 0 working days
        ("2027-06-13", "0 working day", {"zero_period": "unchanged"}, "2027-06-13"),
        ("2027-06-13", "0 working day", {"zero_period": "next opening"}, "2027-06-14"),
        # cut_off: Mon 7 June 16:20, 1 working day
        ("2027-06-07 16:20", "1 working day", {"cut_off": "none"}, "2027-06-08"),
        ("2027-06-07 16:20", "1 working day", {"cut_off": "16:00"}, "2027-06-09"),
        # least_working_days: 2 days from Fri 4 June
        ("2027-06-04", "2 day", {"least_working_days": "0"}, "2027-06-07"),
        ("2027-06-04", "2 day", {"least_working_days": "2"}, "2027-06-08"),
        # the make-up Saturday and the day off of T: Thu 10 June + 2, Wed 16 June + 1, Fri 18 June + 1
        ("2027-06-10", "2 working day", {}, "2027-06-14"),
        ("2027-06-16", "1 working day", {}, "2027-06-18"),
        ("2027-06-18", "1 working day", {}, "2027-06-19"),
    ],
)
def test_a_period_forward(due, t, anchor, length, said, expected):
    assert expected == due(anchor, length, t, **said).day.isoformat()


@pytest.mark.parametrize(
    ("anchor", "length", "said", "expected"),
    [
        # roll_backward: 5 days before Thu 10 June is Sat 5
        ("2027-06-10", "5 day", {"roll_backward": "none"}, "2027-06-05"),
        ("2027-06-10", "5 day", {"roll_backward": "previous"}, "2027-06-04"),
        ("2027-06-10", "5 day", {"roll_backward": "next"}, "2027-06-07"),
        # clear_days: 14 days before 30 June
        ("2027-06-30", "14 day", {"clear_days": "one end in"}, "2027-06-16"),
        ("2027-06-30", "14 day", {"clear_days": "both ends out"}, "2027-06-15"),
        # working days back over the day off: 18, 16, 15
        ("2027-06-19", "3 working day", {}, "2027-06-15"),
        # a month before 31 March has no 31 Feb: the last day
        ("2027-03-31", "1 month", {}, "2027-02-28"),
    ],
)
def test_a_period_backward(due, t, anchor, length, said, expected):
    assert expected == due(anchor, length, t, before=True, **said).day.isoformat()


@pytest.mark.parametrize(
    ("anchor", "length", "said", "expected"),
    [
        # first_hour: Mon 7 June 10:20 + 48 h
        ("2027-06-07 10:20", "48 hour", {"first_hour": "the moment"}, "06-09 10:20"),
        ("2027-06-07 10:20", "48 hour", {"first_hour": "next full hour"}, "06-09 11:00"),
        # roll_hours: Fri 11 June 15:00 + 36 h = Sun 03:00
        ("2027-06-11 15:00", "36 hour", {"roll_hours": "no"}, "06-13 03:00"),
        ("2027-06-11 15:00", "36 hour", {"roll_hours": "next opening"}, "06-14 08:30"),
        # hours: Mon 16:00 + 4 working h
        ("2027-06-07 16:00", "4 working hour", {}, "06-08 11:00"),
        ("2027-06-07 16:00", "4 working hour", {"hours": "round the clock"}, "06-07 20:00"),
        # hours_are: Mon 16:00 + 12
        ("2027-06-07 16:00", "12 hour", {"hours_are": "clock"}, "06-08 04:00"),
        ("2027-06-07 16:00", "12 hour", {"hours_are": "working"}, "06-09 10:00"),  # 1.5 + 9 + 1.5
        # due_at_close: Mon 15:30 + 2 working h
        ("2027-06-07 15:30", "2 working hour", {"due_at_close": "stays"}, "06-07 17:30"),
        ("2027-06-07 15:30", "2 working hour", {"due_at_close": "next opening"}, "06-08 08:30"),
        # outside_start: Sat 11:00 + 4 working h waits for Monday; + 4 clock h does not
        ("2027-06-12 11:00", "4 working hour", {}, "06-14 12:30"),
        ("2027-06-12 11:00", "4 hour", {}, "06-12 15:00"),
        # date_only_event: complaint "7 June" + 24 h
        ("2027-06-07", "24 hour", {"date_only_event": "00:00"}, "06-08 00:00"),
        ("2027-06-07", "24 hour", {"date_only_event": "24:00"}, "06-09 00:00"),
        ("2027-06-07", "24 hour", {"date_only_event": "opening"}, "06-08 08:30"),
        # landing_clock: Tue 8 June 19:40 + 2 working days
        ("2027-06-08 19:40", "2 working day", {"landing_clock": "clock kept"}, "06-10 19:40"),
        ("2027-06-08 19:40", "2 working day", {"landing_clock": "next opening"}, "06-11 08:30"),
        ("2027-06-08 19:40", "2 working day", {"landing_clock": "close"}, "06-10 17:30"),
        # day_end: by the close of the last day
        ("2027-06-08", "2 day", {"day_end": "close of business"}, "06-10 17:30"),
        ("2027-06-08", "2 day", {"day_end": "17:00"}, "06-10 17:00"),
        # zero_period: Sun 13 June + 0 hours
        ("2027-06-13 11:00", "0 hour", {"zero_period": "unchanged"}, "06-13 11:00"),
        ("2027-06-13 11:00", "0 hour", {"zero_period": "next opening"}, "06-14 08:30"),
        # a make-up Saturday has the usual hours: Fri 18 June 16:30 + 4 = Sat 19, 11:30
        ("2027-06-18 16:30", "4 working hour", {}, "06-19 11:30"),
        # minutes are clock time
        ("2027-06-07 10:00", "15 minute", {}, "06-07 10:15"),
    ],
)
def test_a_period_that_ends_at_a_time_of_day(due, t, anchor, length, said, expected):
    assert expected == local_time(due(anchor, length, t, **said).instant, t.zone).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("said", "expected"),
    [({"backward_landing": "opening"}, "06-14 08:30"), ({"backward_landing": "previous close"}, "06-11 17:30")],
)
def test_three_working_hours_before_monday_half_past_eleven(due, t, said, expected):
    found = due("2027-06-14 11:30", "3 working hour", t, before=True, **said)
    assert expected == local_time(found.instant, t.zone).strftime("%m-%d %H:%M")


def test_a_day_by_itself_starts_no_clock(counting, t, wrong):
    assert "TIME-DATEONLY-01" == wrong(add(date(2027, 6, 7), Period(24, "hour"), counting(), t))


def test_a_missing_day_of_the_month_is_a_problem_under_plain_counting(counting, t, wrong):
    how = counting("plain-24x7@1", zone=t.zone)
    assert "COUNT-MONTHEND-02" == wrong(add(date(2027, 8, 31), Period(6, "month"), how, t))


@pytest.mark.parametrize(
    ("said", "expected"),
    # 28 Jan 2027: + 1 month = 28 Feb, + 3 days = 3 Mar; or + 3 days = 31 Jan, + 1 month = 28 Feb
    [({"mixed_order": "largest first"}, "2027-03-03"), ({"mixed_order": "smallest first"}, "2027-02-28")],
)
def test_one_month_and_three_days(counting, t, said, expected):
    found = add(date(2027, 1, 28), Period(1, "month", Period(3, "day")), counting(**NO_ROLL, **said), t)
    assert isinstance(found, Due)
    assert expected == found.day.isoformat()


@pytest.mark.parametrize(
    ("said", "expected"), [({"roll_fixed_dates": "no"}, "2027-06-12"), ({"roll_fixed_dates": "yes"}, "2027-06-14")]
)
def test_a_fixed_date_on_a_saturday(counting, t, said, expected):
    assert expected == fixed(date(2027, 6, 12), counting(**said), t).day.isoformat()


def test_a_fixed_date_on_a_rest_day_is_asked_and_stays_until_then(counting, t):
    how = counting()
    assert asks_fixed(date(2027, 6, 12), how, t)
    assert not asks_fixed(date(2027, 6, 11), how, t)  # a Friday
    assert not asks_fixed(date(2027, 6, 12), counting(roll="none"), t)
    found = fixed(date(2027, 6, 12), how, t)
    assert (date(2027, 6, 12), "COUNT-FIXED-02") == (found.day, found.steps[-1].code)


def test_lateness_is_counted_as_the_period_was(counting):
    how = counting()
    assert "dates" == how.lateness_of(Period(30, "day"))
    assert "spans of 24 h" == how.lateness_of(Period(24, "hour"))
    assert "dates" == counting(lateness_by="dates").lateness_of(Period(24, "hour"))


@pytest.mark.parametrize(("said", "expected"), [("Sat+Sun", "2027-06-14"), ("Sun", "2027-06-12")])
def test_a_contract_may_say_which_weekdays_rest(counting, t, said, expected):
    # rest_days: Thu 10 June + 2
    how = counting(rest_days=said)
    found = add(date(2027, 6, 10), Period(2, "working day"), how, adapted(t, how))
    assert isinstance(found, Due)
    assert expected == found.day.isoformat()


def test_a_make_up_day_may_be_agreed_away(counting, t):
    # makeup_days: Fri 18 June + 1 is Mon 21 if the make-up Saturday is not worked
    how = counting(makeup_days="not working")
    assert date(2027, 6, 21) == adapted(t, how).add_working_days(date(2027, 6, 18), 1)
    assert adapted(t, counting()) is t


@pytest.mark.parametrize(("said", "expected"), [("real", "07:00"), ("wall clock", "06:00")])
def test_eight_hours_over_a_night_that_loses_one(counting, t, right, said, expected):
    # London 27 Mar 2027 22:00 (UTC) + 8 h; the clocks go forward at 01:00
    how = counting("plain-24x7@1", zone="Europe/London", elapsed=said)
    found = right(add(datetime.fromisoformat("2027-03-27T22:00+00:00"), Period(8, "hour"), how, t))
    assert expected == local_time(found.instant, "Europe/London").strftime("%H:%M")
