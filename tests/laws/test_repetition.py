"""What happens again costs as much as a count of each month, breach by breach, says it does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import months_on
from core.pricing.repetition import repeated
from core.terms import Repeat

DAYS = st.lists(st.integers(0, 400), max_size=30).map(
    lambda days: [date(2027, 10, 1) + timedelta(d) for d in sorted(days)]
)


@pytest.mark.parametrize("scope", ["excess only", "all"])
@pytest.mark.parametrize("unit", ["month", "quarter", "year"])
@given(days=DAYS, nth=st.integers(1, 4))
def test_the_nth_of_a_calendar_month_and_those_after_it_are_dearer_or_all_of_that_month(scope, unit, days, nth):
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    found = repeated(Repeat(times=2, nth=nth, unit=unit), f"{scope}, calendar", days)

    for place, day in enumerate(days):
        same = [
            n for n, d in enumerate(days) if (d.year, (d.month - 1) // months) == (day.year, (day.month - 1) // months)
        ]
        dearer = len(same) >= nth if scope == "all" else same.index(place) + 1 >= nth
        assert (2 if dearer else 1) == found[place]


@pytest.mark.parametrize("unit", ["month", "quarter", "year"])
@given(days=DAYS, nth=st.integers(1, 4))
def test_the_nth_within_a_month_is_dearer_and_under_all_whatever_it_reaches_back_to(unit, days, nth):
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    repeat = Repeat(times=2, nth=nth, unit=unit)
    within = [[n for n in range(place + 1) if days[n] > months_on(day, -months)] for place, day in enumerate(days)]
    reached = [len(one) >= nth for one in within]

    assert [2 if one else 1 for one in reached] == repeated(repeat, "excess only, rolling", days)
    assert [
        2 if any(yes and place in one for one, yes in zip(within, reached, strict=True)) else 1
        for place in range(len(days))
    ] == repeated(repeat, "all, rolling", days)
