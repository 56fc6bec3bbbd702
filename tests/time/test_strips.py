"""Strips: what a long one leaves out, what it says in each language, and that it always adds up to the period."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.strips import lines, rows
from core.counting.calendars import DatedHours
from core.counting.strips import LONGEST_STRIP, SHOWN_RUNS, runs, strip
from core.explain import strip as shown
from core.periods import Due, Period, add
from core.presets import resolve

LENGTHS = ("day", "working day", "week", "month", "hour", "working hour")


def test_of_a_long_strip_the_first_and_the_last_rows_are_shown(due, cn):
    marks = strip(due("2026-01-05", "90 working day", cn))
    whole, short = runs(marks, most=1000), runs(marks)
    [left_out] = [run for run in short if run.kind == "left out"]

    assert SHOWN_RUNS == len(short) < len(whole)
    assert whole[: SHOWN_RUNS // 2] == short[: SHOWN_RUNS // 2]
    assert whole[-1] == short[-1]
    assert sum(run.days for run in whole) == sum(run.days for run in short)
    assert (left_out.last - left_out.first).days + 1 == left_out.days


@pytest.mark.parametrize(("lang", "said"), [("en", "… 14 days …"), ("zh-Hans", "……14日……"), ("zh-Hant", "……14日……")])
def test_what_is_left_out_is_said_in_each_language(due, cn, lang, said):
    # 40 working days from Mon 5 January 2026: 31 January to 13 February stand in the middle
    found = lines(runs(strip(due("2026-01-05", "40 working day", cn))), lang)

    assert f"  2026-01-31 – 2026-02-13  …  {said}" in found
    assert SHOWN_RUNS == len(found)


def test_years_of_calendar_days_are_one_row(due, cn):
    # five years: 1,826 days, the last of them a Sunday
    found = [(run.kind, run.days, run.n) for run in shown(due("2026-01-05", "5 year", cn))]
    assert [("event", 1, None), ("counted", 1825, 1825), ("counted", 1, 1826), ("due", 1, None)] == found


def test_years_of_working_days_leave_out_the_middle_and_keep_the_number(due, cn):
    found = due("2026-01-05", "800 working day", cn)
    marks = strip(found)

    assert LONGEST_STRIP + 1 == len(marks)
    assert 800 == marks[-1].n
    assert 1 == sum(mark.kind == "left out" for mark in marks)


def test_years_counted_back_and_years_of_hours_leave_out_the_middle_too(due, cn):
    back = strip(due("2029-01-05", "900 day", cn, before=True))
    hours = strip(due("2026-01-05 09:00", "30000 hour", cn))
    before = strip(due("2029-01-05 09:00", "30000 hour", cn, before=True))

    assert [900, 30000, 30000] == [back[0].n, hours[-1].n, before[0].n]
    assert all(any(mark.kind == "left out" for mark in marks) for marks in (back, hours, before))
    assert "left out" in {run.kind for run in runs(back)}


def test_short_days_count_as_what_they_are_worth(due, t):
    # Fri 18 June has 4 of 9 hours: Mon 14 to Wed 16 are 3, Thu 17 is off, Friday half; Sat 19, worked, fills the fourth
    short = msgspec.structs.replace(t, dated=(DatedHours(date(2027, 6, 18), ((510, 750),)),))
    found = strip(due("2027-06-11", "4 working day", short, half_day="one half"))
    assert ["1", "2", "3", "7/2", "9/2"] == [str(mark.n) for mark in found if mark.n is not None]
    assert date(2027, 6, 19) == found[-1].day


def test_nothing_is_shown_where_nothing_was_counted():
    assert () == strip(None)
    assert () == strip(Due(date(2026, 1, 5), None, date(2026, 1, 5)))
    assert [] == rows(shown(None), "en")


def test_only_days_of_a_year_without_notice_are_flagged(due, cn):
    found = strip(due("2026-12-28", "10 working day", cn))
    assert {2026: {False}, 2027: {True}} == {
        year: {mark.provisional for mark in found if mark.day.year == year} for year in (2026, 2027)
    }


@settings(max_examples=60)
@given(
    unit=st.sampled_from(LENGTHS),
    n=st.integers(1, 60),
    days=st.integers(0, 700),
    before=st.booleans(),
    inside=st.booleans(),
    roll=st.sampled_from(("none", "next", "previous", "modified")),
)
def test_a_strip_adds_up_to_its_period(t, unit, n, days, before, inside, roll):
    """The days that count, less none and more none, are those of the period; each day stands once, in order."""
    said = {"zone": t.zone, "first_day": "in" if inside else "out", "roll": roll, "roll_backward": "none"}
    counting, problems = resolve("CN-civil-code@2021", said, {})
    assert not problems
    at = datetime(2027, 1, 4, 2, tzinfo=UTC) + timedelta(days=days, hours=days % 7)
    due = add(at if "hour" in unit else at.date(), Period(n, unit), counting, t, before=before)
    assert isinstance(due, Due)
    marks = strip(due)
    order = [mark.day for mark in marks]

    assert sorted(set(order)) == order
    assert [mark.day for mark in marks if mark.kind == "due"] == [due.day]
    reached = max((mark.n for mark in marks if mark.n is not None), default=Fraction(0))
    assert unit == "month" or reached == n * (7 if unit == "week" else 1)
    assert sum(run.days for run in runs(marks, most=10_000)) == (order[-1] - order[0]).days + 1


def test_thirds_of_an_hour_are_shown_in_decimals(due, cn):
    assert ["  2026-01-05               Mon  ■  0.33 due"] == lines(
        shown(due("2026-01-05 09:00", "20 minute", cn)), "en"
    )
    assert ["2026-01-05"] == [row.days for row in rows(shown(due("2026-01-05 09:00", "20 minute", cn)), "en")]


def test_hours_and_days_are_not_mixed(cn, counting, wrong):
    mixed = Period(1, "day", Period(12, "hour"))
    assert "COUNT-MIXED-01" == wrong(add(datetime(2026, 1, 5, 1, tzinfo=UTC), mixed, counting(), cn))
