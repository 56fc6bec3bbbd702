"""The line of working time against a count minute by minute: random hours, calendars, zones and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.problems import Problem
from core.worktime import (
    Calendar,
    DatedHours,
    OffDays,
    Window,
    add_hours,
    between,
    end_of_day,
    joint_calendar,
    line_of,
    start_of_day,
    subtract_hours,
)

# Spring and autumn of both hemispheres, a half-hour change, a zone that skips midnight, and one without changes.
ZONES = {
    "Europe/London": (date(2027, 3, 26), date(2027, 10, 29)),
    "Australia/Sydney": (date(2027, 4, 2), date(2027, 10, 1)),
    "Australia/Lord_Howe": (date(2027, 4, 2), date(2027, 10, 1)),
    "Asia/Beirut": (date(2027, 3, 26), date(2027, 10, 29)),
    "Asia/Shanghai": (date(2027, 6, 4), date(2027, 12, 30)),
}
QUARTER = 15


@st.composite
def scenes(draw):
    """A zone, a day near a change of its clocks, weekly hours (nights too), and a calendar with exceptions."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    first = draw(st.sampled_from(ZONES[zone])) - timedelta(days=draw(st.integers(0, 3)))
    windows = []
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        cuts = sorted(draw(st.sets(st.integers(8, 96), min_size=2, max_size=4)))
        windows += [Window(weekday, a * QUARTER, b * QUARTER) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
        if draw(st.booleans()) and cuts[-1] < 96 and len(cuts) % 2 == 0:
            windows.append(Window(weekday, 96 * QUARTER - QUARTER, 96 * QUARTER + draw(st.integers(1, 7)) * QUARTER))
            windows = [
                w for w in windows if w.weekday != weekday or w.closes <= 95 * QUARTER or w.closes > 96 * QUARTER
            ]
    days = [first + timedelta(days=n) for n in range(9)]
    off = tuple(OffDays(day, day) for day in draw(st.sets(st.sampled_from(days), max_size=2)))
    worked = [day for day in days if day.weekday() in (5, 6)]
    makeup = tuple(sorted(draw(st.sets(st.sampled_from(worked), max_size=1)))) if worked else ()
    dated = tuple(
        DatedHours(day, ((draw(st.integers(8, 40)) * QUARTER, draw(st.integers(44, 90)) * QUARTER),))
        for day in draw(st.sets(st.sampled_from(days), max_size=1))
    )
    breaks = tuple(Window(d, 720, 720 + QUARTER) for d in draw(st.sets(st.integers(0, 6), max_size=2)))
    calendar = Calendar(
        "R", "1", zone, holidays=off, makeup=makeup, dated=dated, breaks=breaks, split_nights=draw(st.booleans()),
        dated_first=draw(st.booleans()),
    )  # fmt: skip
    return zone, first, tuple(sorted(windows, key=lambda w: (w.weekday, w.opens))), calendar


def hours_said(day, hours, calendar):
    """Minutes of one date by the plainest reading of what stands in the calendar, days off left aside."""
    dated = next((d.spans for d in calendar.dated if d.day == day), None)
    spans = list(dated) if dated is not None else [(w.opens, w.closes) for w in hours if w.weekday == day.weekday()]
    if dated is None and not spans and calendar.is_makeup(day):
        usual = min(w.weekday for w in hours)
        spans = [(w.opens, w.closes) for w in hours if w.weekday == usual]
    minutes = {minute for opens, closes in spans for minute in range(opens, closes)}
    return minutes - {m for b in calendar.breaks if b.weekday == day.weekday() for m in range(b.opens, b.closes)}


def shut(day, calendar):
    if calendar.dated_first and any(d.day == day for d in calendar.dated):
        return False
    return any(run.first <= day <= run.last for run in calendar.holidays)


def naive_open(instant, hours, calendar, zone):
    """Whether one real minute is worked, by its local date and time of day; the second of two equal times is not."""
    local = instant.astimezone(ZoneInfo(zone))
    minute, day = local.hour * 60 + local.minute, local.date()
    eve = day - timedelta(days=1)
    today = minute in hours_said(day, hours, calendar) and not shut(day, calendar)
    night = minute + 1440 in hours_said(eve, hours, calendar)
    return today or (night and not shut(day if calendar.split_nights else eve, calendar))


@given(scenes(), st.integers(0, 3 * 96), st.integers(0, 4 * 96))
def test_the_line_equals_a_count_of_real_minutes(scene, start, length):
    zone, day, hours, calendar = scene
    first = start_of_day(day, zone) + timedelta(minutes=start * QUARTER)
    last = first + timedelta(minutes=length * QUARTER)
    folds = [
        at
        for at in (first + timedelta(minutes=n) for n in range(length * QUARTER))
        if at.astimezone(ZoneInfo(zone)).fold
    ]
    if folds and any(naive_open(at, hours, calendar, zone) for at in folds):
        return  # hours that begin or end inside a repeated hour are read by its first time; see the next test
    walked = sum(naive_open(first + timedelta(minutes=n), hours, calendar, zone) for n in range(length * QUARTER))
    assert walked * 60 == between(first, last, hours, calendar, zone)


@given(scenes(), st.integers(0, 3 * 96), st.integers(0, 400), st.integers(0, 400))
def test_half_open_ends_add_up(scene, start, a, b):
    zone, day, hours, calendar = scene
    first = start_of_day(day, zone) + timedelta(minutes=start * QUARTER)
    middle = first + timedelta(minutes=a)
    last = middle + timedelta(minutes=b)
    whole, one, other = (
        between(*span, hours, calendar, zone) for span in ((first, last), (first, middle), (middle, last))
    )

    assert isinstance(whole, int)
    assert isinstance(one, int)
    assert isinstance(other, int)
    assert whole == one + other
    assert 0 <= whole <= (a + b) * 60


@given(scenes(), st.integers(0, 3 * 96), st.integers(1, 3000))
def test_what_is_added_is_there_and_can_be_taken_off(right, scene, start, minutes):
    from fractions import Fraction

    zone, day, hours, calendar = scene
    first = start_of_day(day, zone) + timedelta(minutes=start * QUARTER)
    end = right(add_hours(first, Fraction(minutes, 60), hours, calendar, zone))
    assert minutes * 60 == between(first, end, hours, calendar, zone)
    back = right(subtract_hours(end, Fraction(minutes, 60), hours, calendar, zone))
    assert minutes * 60 == between(back, end, hours, calendar, zone)
    later = right(add_hours(first, Fraction(minutes, 60), hours, calendar, zone, at_close="next opening"))
    assert later >= end
    assert 0 == between(end, later, hours, calendar, zone)


@given(st.sampled_from(["both at work", "either"]), scenes(), scenes(), st.sets(st.integers(0, 6), max_size=3))
def test_a_joint_calendar_works_where_both_or_either_works(mode, scene, other, rest):
    import msgspec

    one, two = scene[3], msgspec.structs.replace(other[3], rest_weekdays=tuple(sorted(rest)))
    joint = joint_calendar(one, two, mode)
    for n in range(60):
        day = date(2027, 3, 20) + timedelta(days=n)
        works = [not one.is_rest(day), not two.is_rest(day)]
        assert (all(works) if mode == "both at work" else any(works)) is not joint.is_rest(day), day


def test_a_date_that_a_zone_skipped_is_empty():
    # Samoa went from Thu 29 to Sat 31 December 2011
    assert start_of_day(date(2011, 12, 30), "Pacific/Apia") == end_of_day(date(2011, 12, 30), "Pacific/Apia")


def test_a_window_that_opens_in_a_gap_opens_when_the_gap_ends():
    # London 28 Mar 2027: 01:00 to 02:00 is skipped, so 01:30-02:15 is a quarter of an hour
    hours = (Window(6, 90, 135),)
    span = (datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC))
    assert 15 * 60 == between(*span, hours, Calendar("P", "1", "UTC", rest_weekdays=()), "Europe/London")


def test_hours_that_close_in_a_repeated_hour_close_the_first_time():
    # London 31 Oct 2027: 00:00-01:30 is an hour and a half, although 01:00 to 01:30 comes twice
    hours = (Window(6, 0, 90),)
    span = (datetime(2027, 10, 30, 22, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
    assert 90 * 60 == between(*span, hours, Calendar("P", "1", "UTC", rest_weekdays=()), "Europe/London")


def test_a_question_costs_the_same_whatever_lies_between(right):
    # the line is built by the year; two far ends are two searches, not a walk
    from core.worktime import line_of, read_hours

    calendar, hours = Calendar("P", "1", "UTC"), right(read_hours("Mon-Fri 09:00-17:00"))
    line = line_of(calendar, hours, "UTC")
    first = datetime(2020, 1, 6, tzinfo=UTC)
    assert 5 * 8 * 3600 * 1_000_000 == line.between(first, first + timedelta(days=7))
    built = len(line._opens)
    line.between(datetime(2020, 2, 1, tzinfo=UTC), datetime(2020, 11, 1, tzinfo=UTC))
    assert built == len(line._opens)


WEEK = Calendar("W", "1", "UTC")


def test_working_hours_are_counted_back_over_years(right):
    # 8 h a day: 1,000 working days of 5 a week are 200 weeks before Mon 4 January 2027 09:00, a Monday's opening
    from fractions import Fraction

    from core.worktime import read_hours

    hours = right(read_hours("Mon-Fri 09:00-17:00"))
    end = datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert end - timedelta(weeks=200) == right(subtract_hours(end, Fraction(8000), hours, WEEK, "UTC"))
    assert end == right(subtract_hours(end, Fraction(0), hours, WEEK, "UTC"))


def test_what_is_never_open_is_a_problem_and_not_a_hang(wrong):
    from fractions import Fraction

    from core.worktime import next_opening

    start = datetime(2027, 1, 4, 9, tzinfo=UTC)
    never = Calendar("N", "1", "UTC", dated=(DatedHours(date(2027, 1, 4), ((540, 600),)),))
    assert "TIME-RANGE-01" == wrong(add_hours(start, Fraction(1), (), WEEK, "UTC"))
    assert "TIME-RANGE-01" == wrong(subtract_hours(start, Fraction(1), (), WEEK, "UTC"))
    assert "TIME-RANGE-01" == wrong(next_opening(start, (), WEEK, "UTC"))
    assert "TIME-RANGE-01" == wrong(add_hours(start, Fraction(2), (), never, "UTC"))  # one hour, once


def test_the_line_ends_where_the_language_knows_no_more_years(wrong):
    from fractions import Fraction

    hours = (Window(0, 540, 600),)
    last, first = datetime(9997, 6, 1, tzinfo=UTC), datetime(2, 6, 1, tzinfo=UTC)
    late, early = Calendar("L", "1", "UTC"), Calendar("E", "1", "UTC")
    assert "TIME-RANGE-01" == wrong(add_hours(last, Fraction(100), hours, late, "UTC"))
    assert "TIME-RANGE-01" == wrong(subtract_hours(first, Fraction(200), hours, early, "UTC"))


def test_a_line_that_was_built_for_a_late_year_reaches_an_early_one():
    # one hour each Monday, of which 1900 has 53: it begins and ends on a Monday
    calendar, hours = Calendar("F", "1", "UTC"), (Window(0, 540, 600),)
    year = (datetime(1900, 1, 1, tzinfo=UTC), datetime(1901, 1, 1, tzinfo=UTC))
    assert 0 == between(datetime(2600, 1, 1, tzinfo=UTC), datetime(2600, 1, 1, 1, tzinfo=UTC), hours, calendar, "UTC")
    assert 53 * 3600 == between(*year, hours, calendar, "UTC")


def test_a_night_that_reaches_into_the_next_days_hours_counts_once():
    # Mon 22:00 to Tue 06:00, and Tue 05:00 to 07:00 by hours of that date: nine hours, not ten
    night = Calendar("N", "1", "UTC", dated=(DatedHours(date(2027, 1, 5), ((300, 420),)),))
    span = (datetime(2027, 1, 4, tzinfo=UTC), datetime(2027, 1, 6, tzinfo=UTC))
    assert 9 * 3600 == between(*span, (Window(0, 1320, 1800),), night, "UTC")


def test_only_so_many_lines_are_kept():
    calendar = Calendar("K", "1", "UTC")
    said = [(Window(0, 540, 540 + n),) for n in range(1, 20)]
    day = (datetime(2027, 1, 4, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC))
    assert [n * 60 for n in range(1, 20)] == [between(*day, hours, calendar, "UTC") for hours in said]
    assert len(calendar.lines) <= 17


def test_joint_hours_are_those_of_both_or_of_either(right):
    from core.worktime import read_hours

    one, other = (
        Calendar("A", "1", "UTC", hours=right(read_hours("Mon-Thu 09:00-17:00"))),
        Calendar("B", "1", "UTC", hours=right(read_hours("Thu-Fri 13:00-19:00"))),
    )
    assert right(read_hours("Thu 13:00-17:00")) == joint_calendar(one, other, "both at work").hours
    said = "Mon-Wed 09:00-17:00; Thu 09:00-19:00; Fri 13:00-19:00"
    assert right(read_hours(said)) == joint_calendar(one, other, "either").hours


def test_hours_of_a_date_that_lie_in_the_night_before_add_nothing():
    # Mon 22:00 to Tue 06:00, and Tue 02:00 to 04:00 by hours of that date: eight hours
    night = Calendar("N", "1", "UTC", dated=(DatedHours(date(2027, 1, 5), ((120, 240),)),))
    span = (datetime(2027, 1, 4, tzinfo=UTC), datetime(2027, 1, 6, tzinfo=UTC))
    assert 8 * 3600 == between(*span, (Window(0, 1320, 1800),), night, "UTC")


def test_the_next_opening_may_lie_years_ahead(right):
    from core.worktime import next_opening

    shut = OffDays(date(2027, 1, 1), date(2029, 12, 31))
    closed = Calendar("C", "1", "UTC", closures=(shut,))
    start = datetime(2027, 6, 1, tzinfo=UTC)
    assert datetime(2030, 1, 7, 9, tzinfo=UTC) == right(next_opening(start, (Window(0, 540, 600),), closed, "UTC"))


OFFICE_HOURS = tuple(Window(day, 9 * 60, 18 * 60) for day in range(5))


def test_a_cold_line_counts_from_the_first_days_of_a_year() -> None:
    # asked for the later end first, the line grew backwards afterwards, and its sums were compared across two origins
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC)
    assert between(start, end, OFFICE_HOURS, Calendar(id="none", version="1", zone="UTC"), "UTC") == 7 * 9 * 3600


def test_far_years_are_cheap_or_refused() -> None:
    calendar = Calendar(id="none", version="1", zone="UTC")
    line = line_of(calendar, OFFICE_HOURS, "UTC")
    for year in (2026, 9990, 3, 2026):
        assert line.between(datetime(year, 3, 1, tzinfo=UTC), datetime(year, 3, 8, tzinfo=UTC)) == 5 * 9 * 3600 * 10**6
    far = between(datetime(3, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC), OFFICE_HOURS, calendar, "UTC")
    assert isinstance(far, Problem)
    assert far.code == "TIME-RANGE-01"
