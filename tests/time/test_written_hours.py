"""Hours and days off as they are written: each edge of what can be read, and what a problem with it names."""

from datetime import date

import pytest

from core.problems import Problem
from core.worktime import OffDays, Window, read_clock, read_hours, read_run, read_spans


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:00", 0), ("09:30", 570), (" 09:30 ", 570), ("23:59", 1439), ("24:00", 1440), ("24:01", None),
        ("09:60", None), ("9:30", None), ("09:5", None), ("009:30", None), ("09:030", None), ("0930", None),
        ("ab:30", None), ("09:cd", None), ("-1:30", None), ("09:-1", None), ("", None),
    ],
)  # fmt: skip
def test_a_clock_time(text, minutes):
    assert minutes == read_clock(text)


@pytest.mark.parametrize(
    ("text", "midnight", "expected"),
    [
        ("Mon 00:00-00:00", "24 hours", [(0, 0, 1440)]),
        ("Mon 00:00-00:00", "closed", []),
        ("Mon 00:00-09:00", "24 hours", [(0, 0, 540)]),
        ("Mon 09:00-17:00", "closed", [(0, 540, 1020)]),
        ("Mon 00:00-00:00 next day", "closed", [(0, 0, 1440)]),
        ("Mon 00:00-00:00 next day", "refused", [(0, 0, 1440)]),
        ("Mon 09:00-09:00 next day", "refused", [(0, 540, 540 + 1440)]),
        ("Mon 09:00-10:00 next day", "refused", [(0, 540, 600 + 1440)]),
        ("Mon-Sun 09:00-10:00", "refused", [(weekday, 540, 600) for weekday in range(7)]),
        ("Fri-Mon 09:00-10:00", "refused", [(weekday, 540, 600) for weekday in (0, 4, 5, 6)]),
        ("Sun 22:00-05:00 next day; Mon 05:00-09:00", "refused", [(0, 300, 540), (6, 1320, 1740)]),
        ("Sun 22:00-05:00 next day", "refused", [(6, 1320, 1740)]),
        (" round the clock ", "refused", [(weekday, 0, 1440) for weekday in range(7)]),
    ],
)
def test_weekly_hours(text, midnight, expected):
    assert tuple(Window(*row) for row in expected) == read_hours(text, midnight)


@pytest.mark.parametrize(
    ("text", "code", "args"),
    [
        ("Mon", "TIME-HOURS-01", {"text": "Mon"}),
        ("09:00-17:00", "TIME-HOURS-01", {"text": "09:00-17:00"}),
        ("Mon-Fre 09:00-17:00", "TIME-HOURS-01", {"text": "Mon-Fre 09:00-17:00"}),
        ("Mon- 09:00-17:00", "TIME-HOURS-01", {"text": "Mon- 09:00-17:00"}),
        ("Mon 09:00", "TIME-HOURS-01", {"text": "09:00"}),
        ("Mon -09:00", "TIME-HOURS-01", {"text": "-09:00"}),
        ("Mon 24:00-05:00 next day", "TIME-HOURS-01", {"text": "24:00-05:00 next day"}),
        ("Mon 09:00-09:00", "TIME-HOURS-04", {"text": "09:00-09:00"}),
        ("Mon 09:00-08:59", "TIME-HOURS-03", {"text": "09:00-08:59"}),
        ("Sun 22:00-05:00 next day; Mon 04:59-09:00", "TIME-HOURS-02", {"weekday": "Mon"}),
        ("Mon 22:00-05:00 next day; Tue 04:59-09:00", "TIME-HOURS-02", {"weekday": "Tue"}),
        ("Sat 09:00-12:00, 11:00-13:00", "TIME-HOURS-02", {"weekday": "Sat"}),
        ("Sun 09:00-12:00; Sun 11:00-13:00", "TIME-HOURS-02", {"weekday": "Sun"}),
    ],
)
def test_a_problem_names_what_is_wrong(text, code, args):
    problem = read_hours(text)
    assert isinstance(problem, Problem)
    assert (code, args) == (problem.code, problem.args)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("closed", ()),
        ("10:00-12:00", ((600, 720),)),
        ("10:00-12:00, 14:00-16:00", ((600, 720), (840, 960))),
        ("14:00-16:00, 10:00-12:00", ((600, 720), (840, 960))),  # in order, however they are written
        ("10:00-12:00, 12:00-16:00", ((600, 720), (720, 960))),  # they may touch
    ],
)
def test_the_hours_of_one_date(text, expected):
    assert expected == read_spans(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [("10:00-12:00, 11:59-16:00", "TIME-HOURS-02"), ("11:00-16:00, 10:00-12:00", "TIME-HOURS-02"),
     ("00:00-00:00", "TIME-HOURS-04"), ("10-12", "TIME-HOURS-01")],
)  # fmt: skip
def test_hours_of_one_date_that_cannot_be_read(text, code):
    problem = read_spans(text)
    assert isinstance(problem, Problem)
    assert code == problem.code


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2026-02-15", OffDays(date(2026, 2, 15), date(2026, 2, 15), "")),
        ("2026-02-15, spring-festival", OffDays(date(2026, 2, 15), date(2026, 2, 15), "spring-festival")),
        ("2026-02-15 to 2026-02-15", OffDays(date(2026, 2, 15), date(2026, 2, 15), "")),
        ("2026-02-15 to 2027-02-16", OffDays(date(2026, 2, 15), date(2027, 2, 16), "")),  # 366 days apart
    ],
)
def test_a_run_of_days_off(row, expected):
    assert expected == read_run(row)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2026-02-15 to 2026-02-14", "CALENDAR-OFF-02"),
        ("2026-02-15 to 2027-02-17", "CALENDAR-OFF-02"),  # 367 days apart
        ("2026-02-30", "CALENDAR-OFF-01"),
        ("2026-02-15 to 2026-02-30", "CALENDAR-OFF-01"),
        ("spring-festival", "CALENDAR-OFF-01"),
        (20260215, "CALENDAR-OFF-01"),
    ],
)
def test_a_run_that_cannot_be_read(row, code):
    problem = read_run(row)
    assert isinstance(problem, Problem)
    assert code == problem.code
