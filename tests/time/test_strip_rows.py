"""Strips at their edges: what is too long, what is provisional, parts of a length, and what excuses move."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import msgspec
import pytest

from core.counting.rolling import stood_still
from core.counting.strips import LONGEST_STRIP, SHOWN_RUNS, Run, runs, strip
from core.periods import Due, Period, add, shift
from core.worktime import DatedHours, start_of_day


def rows(due, most=SHOWN_RUNS):
    """Each run as its kind, its days, and the number reached where there is one."""
    return [
        (run.kind, f"{run.first:%m-%d}", f"{run.last:%m-%d}", None if run.n is None else str(run.n))
        for run in runs(strip(due), most=most)
    ]


def test_a_strip_of_eight_hundred_days_is_whole_and_of_one_more_leaves_one_out(due, t):
    # from the event's day to the due day: 799 and 800 days after it
    whole = strip(due("2027-01-04", "799 day", t, roll="none"))
    longer = strip(due("2027-01-04", "800 day", t, roll="none"))
    assert (800, 800) == (LONGEST_STRIP, len(whole))
    assert "left out" not in {mark.kind for mark in whole}
    assert 801 == len(longer)
    [left] = [place for place, mark in enumerate(longer) if mark.kind == "left out"]
    assert 400 == left
    assert date(2027, 1, 4) + timedelta(days=400) == longer[left].day
    assert longer[left].day + timedelta(days=1) == longer[left + 1].day


def test_what_is_left_out_reaches_up_to_the_next_day_shown(due, t):
    marks = strip(due("2027-01-04", "1000 day", t, roll="none"))
    [left] = [place for place, mark in enumerate(marks) if mark.kind == "left out"]
    assert timedelta(days=1000 - 800 + 1) == marks[left + 1].day - marks[left].day
    assert 601 - 1 == marks[left].n
    assert 601 == marks[left + 1].n
    assert [("event", "01-04", "01-04", None), ("counted", "01-05", "09-29", "999"), ("due", "09-30", "09-30", "1000")] == (
        rows(due("2027-01-04", "1000 day", t, roll="none"))
    )  # fmt: skip


def test_sixteen_rows_are_shown_of_more_and_all_of_sixteen(due, cn):
    marks = strip(due("2026-01-05", "90 working day", cn))
    whole = runs(marks, most=1000)
    assert whole == runs(marks, most=len(whole))
    short = runs(marks, most=len(whole) - 1)
    assert len(whole) - 1 == len(short)
    assert 16 == SHOWN_RUNS == len(runs(marks))


@pytest.mark.parametrize(("most", "head", "tail"), [(16, 8, 7), (15, 7, 7), (5, 2, 2)])
def test_the_row_of_what_is_left_out_has_its_days_and_numbers(due, cn, most, head, tail):
    marks = strip(due("2026-01-05", "90 working day", cn))
    whole, short = runs(marks, most=1000), runs(marks, most=most)
    middle = whole[head:-tail]
    days = sum(run.days for run in middle)
    left = Run(middle[0].first, middle[-1].last, days, "left out", middle[0].since, middle[-1].n, None, False)
    assert (*whole[:head], left, *whole[-tail:]) == short


def test_nothing_is_provisional_in_a_year_with_its_notice(due, cn):
    found = strip(due("2026-03-02", "10 working day", cn))
    assert {False} == {mark.provisional for mark in found}
    assert {False} == {run.provisional for run in runs(found)}


@pytest.mark.parametrize(
    ("roll", "expected"),
    [
        ("next", ["2027-01-02", "2027-01-03", "2027-01-04"]),  # Sat 2 January, moved to Monday
        ("previous", ["2027-01-01", "2027-01-02"]),  # moved to Friday
    ],
)
def test_of_calendar_days_only_those_where_the_last_lands_hang_on_a_notice(due, cn, roll, expected):
    found = strip(due("2026-12-28", "5 day", cn, roll=roll))
    assert expected == [str(mark.day) for mark in found if mark.provisional]


@pytest.mark.parametrize("length", ["12 working hour", "30 working hour"])
def test_of_working_hours_each_day_hangs_on_a_notice(due, cn, length):
    found = strip(due("2026-12-31 16:00", length, cn, hours="Mon-Fri 09:00-17:00"))
    assert [mark.day.year == 2027 for mark in found] == [mark.provisional for mark in found]


def test_where_one_part_is_in_working_days_each_day_hangs_on_a_notice(cn, counting, right):
    found = right(add(date(2026, 12, 28), Period(1, "month", Period(3, "working day")), counting(), cn))
    marks = strip(found)
    assert [mark.day.year == 2027 for mark in marks] == [mark.provisional for mark in marks]


def test_days_on_both_sides_of_an_early_excuse_are_rows_of_their_own(due, t, counting, right):
    # 1,000 days, two excused on the third and fourth: the middle, which is not gone through, joins the long row
    found = right(shift(due("2027-01-04", "1000 day", t, roll="none"), 2, counting(roll="none"), t,
                        stood=((date(2027, 1, 7), date(2027, 1, 8)),)))  # fmt: skip
    assert [
        ("event", "01-04", "01-04", None), ("counted", "01-05", "01-06", "2"), ("paused", "01-07", "01-08", None),
        ("counted", "01-09", "10-01", "999"), ("due", "10-02", "10-02", "1000"),
    ] == rows(found)  # fmt: skip


@pytest.mark.parametrize(("days", "expected"), [(300, (None, "paused")), (500, ("100", "counted"))])
def test_a_long_pause_in_the_middle_is_left_out_and_not_counted(due, t, counting, right, days, expected):
    # 900 days are excused from the tenth on, days 10 to 909. Of 300 days days 400 to 800 are not gone through, and none
    # of them counts; of 500 days days 400 to 1,000, and 91 of them count
    stood = ((date(2027, 1, 14), date(2027, 1, 14) + timedelta(days=899)),)
    found = due("2027-01-04", f"{days} day", t, roll="none")
    kinds = [(kind, n) for kind, _, _, n in rows(right(shift(found, 900, counting(roll="none"), t, stood=stood)))]
    assert [("event", None), ("counted", "9"), ("paused", None), ("left out", expected[0])] == kinds[:4]
    assert expected[1] == kinds[4][0]
    assert ("due", str(days)) == kinds[-1]


def test_years_and_working_days_have_no_number_and_a_middle_left_out(t, counting, right):
    found = right(add(date(2027, 1, 4), Period(3, "year", Period(3, "working day")), counting(), t))
    assert ["event", "counted", "left out", "counted"] == [kind for kind, _, _, _ in rows(found)][:4]
    assert {None} == {n for _, _, _, n in rows(found)}


def test_years_counted_back_have_their_number_on_both_sides_of_the_middle(due, t):
    found = rows(due("2029-01-05", "900 day", t, before=True))
    assert [("due", "900"), ("counted", "501"), ("left out", "500"), ("counted", "1"), ("event", None)] == [
        (kind, n) for kind, _, _, n in found
    ]


def test_a_short_day_that_was_half_excused_counts_a_quarter(t, counting, right):
    # the make-up Saturday 19 June 2027 has 4 of 9 hours and counts half; 12 of its 24 hours stood still
    short = msgspec.structs.replace(t, dated=(DatedHours(date(2027, 6, 19), ((510, 750),)),))
    how = counting(half_day="one half", makeup_days="working, own hours")
    found = right(add(date(2027, 6, 16), Period(2, "working day"), how, short))
    begin = start_of_day(date(2027, 6, 19), t.zone)
    held = msgspec.structs.replace(found, basis=stood_still(found.basis, [(begin, begin + timedelta(hours=12))]))
    assert [(date(2027, 6, 18), Fraction(1)), (date(2027, 6, 19), Fraction(5, 4))] == [
        (mark.day, mark.n) for mark in strip(held) if mark.day.day in (18, 19)
    ]


def test_a_length_of_nothing_that_an_excuse_moved_counts_nothing(t, counting, right):
    found = right(add(date(2027, 6, 7), Period(0, "day"), counting(), t))
    moved = right(shift(found, 2, counting(), t))
    assert [("event", "06-07", "06-07", None), ("moved", "06-08", "06-08", None), ("due", "06-09", "06-09", None)] == (
        rows(moved)
    )


def test_a_length_of_nothing_is_its_day_even_if_the_first_day_counts(t, counting, right):
    found = right(add(date(2027, 6, 7), Period(0, "day"), counting(first_day="in"), t))
    assert [("due", "06-07", "06-07", None)] == rows(found)


def test_a_part_of_a_month_that_makes_no_day_leaves_the_month(t, counting, right):
    # 1.01 months: 7 June to 7 July are 30 days, and 0.3 of a day is none
    found = right(add(date(2027, 6, 7), Period(1, "month", part=Fraction(1, 100)), counting(), t))
    assert [
        ("event", "06-07", "06-07", None),
        ("counted", "06-08", "07-06", "29"),
        ("due", "07-07", "07-07", "30"),
    ] == (rows(found))


def test_three_parts_and_an_excuse_end_in_working_days(t, counting, right):
    # Thu 10 June: Sat 10 July, Sat 17 July, Mon 19 and Tue 20, which are excused: Wed 21, Thu 22 July
    length = Period(1, "month", Period(1, "week", Period(2, "working day")))
    found = right(add(date(2027, 6, 10), length, counting(), t))
    moved = right(shift(found, 2, counting(), t, stood=((date(2027, 7, 19), date(2027, 7, 20)),)))
    assert [
        ("event", "06-10", "06-10", None), ("counted", "06-11", "07-17", None), ("skipped", "07-18", "07-18", None),
        ("paused", "07-19", "07-20", None), ("counted", "07-21", "07-21", None), ("due", "07-22", "07-22", None),
    ] == rows(moved)  # fmt: skip


def test_three_parts_counted_back_begin_in_working_days(t, counting, right):
    # Mon 12 July: Sat 12 June, Sat 5 June; Fri 4, Thu 3, Wed 2, Tue 1 June, Mon 31 and Fri 28 May
    length = Period(1, "month", Period(1, "week", Period(6, "working day")))
    found = right(add(date(2027, 7, 12), length, counting(), t, before=True))
    assert [
        ("due", "05-28", "05-28", None), ("skipped", "05-29", "05-30", None), ("counted", "05-31", "07-11", None),
        ("event", "07-12", "07-12", None),
    ] == rows(found)  # fmt: skip


def test_two_excuses_of_days_both_stand_out(due, t, counting, right):
    stood = ((date(2027, 6, 8), date(2027, 6, 8)), (date(2027, 6, 10), date(2027, 6, 10)))
    found = right(shift(due("2027-06-07", "3 day", t, roll="none"), 2, counting(roll="none"), t, stood=stood))
    assert [
        ("event", "06-07", "06-07", None), ("paused", "06-08", "06-08", None), ("counted", "06-09", "06-09", "1"),
        ("paused", "06-10", "06-10", None), ("counted", "06-11", "06-11", "2"), ("due", "06-12", "06-12", "3"),
    ] == rows(found)  # fmt: skip


def test_hours_of_both_kinds_are_shown_in_working_time(t, counting, right):
    # Mon 7 June 16:00: 1.5 h until close; Tue 08:30 + 0.5 h, and 30 minutes more
    start = datetime(2027, 6, 7, 8, tzinfo=UTC)
    found = right(add(start, Period(2, "working hour", Period(30, "minute")), counting(), t))
    assert isinstance(found, Due)
    assert [("counted", "06-07", "06-07", "3/2"), ("due", "06-08", "06-08", "5/2")] == rows(found)
