"""What lies between two moments at its edges, and local times around a change of the clocks."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import msgspec
import pytest

from core.counting.elapsed import days_between, hours_between
from core.worktime import edge, to_instant, zone_problem

MON, TUE, WED = date(2027, 6, 14), date(2027, 6, 15), date(2027, 6, 16)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize("elapsed", ["by dates", "exact part", "floored"])
def test_a_date_and_a_moment_are_counted_by_their_dates(counting, t, elapsed):
    # there is no part of a day between a date and a time of day: Mon 7 to Wed 9 June are two days
    how = counting(elapsed_days=elapsed)
    assert 2 == days_between(date(2027, 6, 7), local("2027-06-09 10:45"), how, t)
    assert 2 == days_between(local("2027-06-07 13:00"), date(2027, 6, 9), how, t)


@pytest.mark.parametrize("working", [False, True])
def test_nothing_lies_between_a_moment_and_itself(counting, t, working):
    moment = local("2027-06-07 09:25")
    assert 0 == days_between(moment, moment, counting(), t, working=working)
    assert 0 == days_between(MON, MON, counting(), t, working=working)
    assert 0 == days_between(moment, moment, counting(reversed_range="negative"), t, working=working)
    assert 0 == hours_between(moment, moment, counting(), t, working=working)


def test_an_earlier_moment_of_the_same_day_is_reversed(counting, t, wrong):
    # by their dates the two are the same; as moments the second comes first
    span = (local("2027-06-07 09:25"), local("2027-06-07 09:10"))
    assert "TIME-REVERSED-01" == wrong(days_between(*span, counting(), t))
    exact = counting(elapsed_days="exact part", reversed_range="negative")
    assert -Fraction(15, 24 * 60) == days_between(*span, exact, t)
    assert "TIME-REVERSED-01" == wrong(days_between(date(2027, 6, 8), span[0], counting(), t))
    assert "TIME-REVERSED-01" == wrong(days_between(span[0], date(2027, 6, 6), counting(), t))


def test_a_date_after_a_moment_of_its_day_is_not_reversed(counting, t):
    assert 0 == days_between(MON, local("2027-06-14 23:00"), counting(), t)
    assert 0 == days_between(local("2027-06-14 23:00"), MON, counting(), t)


def test_a_part_that_cannot_be_counted_is_a_problem_either_way(counting, t, wrong):
    bare = msgspec.structs.replace(t, hours=())
    span = (local("2027-06-07 13:00"), local("2027-06-09 10:45"))
    assert "COUNT-HOURS-02" == wrong(days_between(*span, counting(elapsed_days="floored"), bare, working=True))
    back = counting(elapsed_days="floored", reversed_range="negative")
    assert "COUNT-HOURS-02" == wrong(days_between(span[1], span[0], back, bare, working=True))


@pytest.mark.parametrize("half_day", ["one half", "by its hours"])
def test_days_counted_one_by_one_end_where_the_span_ends_and_leave_rest_days_out(counting, t, half_day):
    # Tue alone; then Wed 16 to Fri 18 with Thu 17 off, and Fri 11 to Mon 14 over a weekend: one day each
    how = counting(half_day=half_day)
    assert 1 == days_between(MON, TUE, how, t, working=True)
    assert 1 == days_between(WED, date(2027, 6, 18), how, t, working=True)
    assert 1 == days_between(date(2027, 6, 11), MON, how, t, working=True)


def test_an_unknown_zone_is_told_the_nearest_name_if_there_is_one():
    near, none = zone_problem("Asia/Shangai", "counting.zone"), zone_problem("?")
    assert near is not None
    assert ("TIME-ZONE-01", "counting.zone", "Asia/Shanghai") == (near.code, near.where, near.args["nearest"])
    assert none is not None
    assert none.args["nearest"] is None


@pytest.mark.parametrize(("gap", "fold"), [("problem", "problem"), ("forward", "first"), ("backward", "second")])
def test_what_is_said_of_skipped_and_repeated_hours_touches_no_other(right, gap, fold):
    noon = datetime.fromisoformat("2027-06-07 12:00")
    found = right(to_instant(noon, "Europe/London", gap=gap, fold=fold))
    assert datetime(2027, 6, 7, 11, tzinfo=UTC) == found


def test_every_edge_in_a_skipped_hour_is_the_moment_at_which_the_clocks_change():
    # London 28 March 2027: 01:00 UTC; Lord Howe, 3 October 2027, skips half an hour at 02:00, which is 15:30 UTC
    london = {edge(date(2027, 3, 28), minute, "Europe/London") for minute in range(60, 121)}
    assert {datetime(2027, 3, 28, 1, tzinfo=UTC)} == london
    island = {edge(date(2027, 10, 3), minute, "Australia/Lord_Howe") for minute in range(120, 151)}
    assert {datetime(2027, 10, 2, 15, 30, tzinfo=UTC)} == island


def test_an_edge_in_a_repeated_hour_is_the_first_of_two():
    # London 31 October 2027: 01:30 comes at 00:30 and at 01:30 UTC
    assert datetime(2027, 10, 31, 0, 30, tzinfo=UTC) == edge(date(2027, 10, 31), 90, "Europe/London")
    assert edge(date(2027, 10, 31), 120, "Europe/London") - edge(date(2027, 10, 31), 0, "Europe/London") == timedelta(
        hours=3
    )
