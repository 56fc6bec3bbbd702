"""Calendars: what ships, and their sums against a count day by day."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import world
from contracts.world import bank_calendar, known_calendars, load_calendar, make_cn, make_target, read_calendar
from core.periods import (
    Calendar,
    OffDays,
    as_known,
    calendar_windows,
    fiscal_windows,
    nth_working_day,
)
from core.problems import Problem

DAY = timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@st.composite
def calendars(draw):
    """Random rest days, holidays and make-up days within a few months of 2026."""
    near = st.dates(date(2025, 12, 1), date(2026, 4, 30))
    rest = draw(st.sets(st.integers(0, 6), max_size=5))
    runs = [OffDays(day, day + n * DAY) for day, n in draw(st.lists(st.tuples(near, st.integers(0, 9)), max_size=6))]
    makeup = draw(st.sets(near, max_size=8))
    return Calendar(
        "X", "1", "UTC", rest_weekdays=tuple(sorted(rest)), holidays=tuple(runs), makeup=tuple(sorted(makeup))
    )


def naive_rest(calendar, day):
    if any(run.first <= day <= run.last for run in calendar.holidays):
        return True
    return day.weekday() in calendar.rest_weekdays and day not in calendar.makeup


def naive_walk(calendar, day, n):
    step = DAY if n > 0 else -DAY
    for _ in range(abs(n)):
        day += step
        while naive_rest(calendar, day):
            day += step
    return day


@given(calendars(), st.dates(date(2025, 11, 1), date(2026, 6, 1)), st.integers(-80, 80))
def test_adding_working_days_equals_walking_them(calendar, day, n):
    assert naive_walk(calendar, day, n) == calendar.add_working_days(day, n)


@given(calendars(), st.dates(date(2025, 11, 1), date(2026, 6, 1)), st.integers(0, 200))
def test_counting_working_days_equals_walking_them(calendar, first, n):
    last = first + n * DAY
    walked = sum(not naive_rest(calendar, first + k * DAY) for k in range(1, n + 1))
    assert walked == calendar.count_working_days(first, last)
    assert -walked == calendar.count_working_days(last, first)


@given(calendars(), st.dates(date(2025, 11, 1), date(2026, 6, 1)))
def test_the_next_working_day_is_the_day_after_the_rest_block_ends(calendar, day):
    found = calendar.next_working_day(day)
    assert not naive_rest(calendar, found)
    assert all(naive_rest(calendar, day + n * DAY) for n in range((found - day).days))
    back = calendar.previous_working_day(day)
    assert not naive_rest(calendar, back)
    assert all(naive_rest(calendar, back + n * DAY) for n in range(1, (day - back).days + 1))


@given(calendars(), DAYS, DAYS, DAYS)
def test_counts_add_up_over_any_day_between(calendar, a, b, c):
    assert calendar.count_working_days(a, c) == calendar.count_working_days(a, b) + calendar.count_working_days(b, c)


@given(DAYS, st.integers(0, 400), st.integers(0, 400))
def test_adding_in_two_parts_is_adding_at_once(cn, day, n, m):
    assert cn.add_working_days(day, n + m) == cn.add_working_days(cn.add_working_days(day, n), m)


def test_2026_is_as_the_notice_says(cn):
    # 1-3 Jan, 15-23 Feb, 4-6 Apr, 1-5 May, 19-21 Jun, 25-27 Sep, 1-7 Oct: 3 + 9 + 3 + 5 + 3 + 3 + 7 = 33 days off
    off = [run for run in cn.holidays if run.last.year == 2026]
    spans = [f"{run.first:%m-%d}..{run.last:%m-%d}" for run in off]
    assert [
        "01-01..01-03",
        "02-15..02-23",
        "04-04..04-06",
        "05-01..05-05",
        "06-19..06-21",
        "09-25..09-27",
        "10-01..10-07",
    ] == spans
    assert 33 == sum((run.last - run.first).days + 1 for run in off)
    worked = [f"{day:%m-%d}" for day in cn.makeup if day.year == 2026]
    assert ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"] == worked


def test_2026_has_248_working_days(cn):
    # 365 − 104 weekend days (52 Saturdays, 52 Sundays) = 261; − 19 holidays on weekdays + 6 worked weekend days = 248
    # weekdays off: Jan 2, Feb 6, Apr 1, May 3, Jun 1, Sep 1, Oct 5 = 19
    assert 248 == cn.count_working_days(date(2025, 12, 31), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-02-17", "holiday"),
        ("2026-02-14", None),
        ("2026-03-01", "weekend"),
        ("2026-03-02", None),
        ("2018-12-29", None),
    ],
)
def test_the_reason_for_a_day_off(cn, day, reason):
    assert reason == cn.rest_reason(date.fromisoformat(day))


def test_the_last_notice_of_2019_changed_labour_day(cn):
    # 国办发明电〔2019〕3号: 1 to 4 May off, Sundays 28 April and 5 May worked
    assert "holiday" == cn.rest_reason(date(2019, 5, 3))
    assert not cn.is_rest(date(2019, 4, 28))
    assert not cn.is_rest(date(2019, 5, 5))


@pytest.mark.parametrize(
    ("known", "day", "rests"),
    [
        # 国办发明电〔2018〕15号 gave 1 May alone; 〔2019〕3号 of 22 March 2019 made it four days, with two Sundays worked
        ("2019-03-21", "2019-05-02", False),
        ("2019-03-22", "2019-05-02", True),
        ("2019-03-21", "2019-05-05", True),
        ("2019-03-22", "2019-05-05", False),
        # 国办发明电〔2019〕16号 ended the Spring Festival on 30 January, with 1 February worked; 〔2020〕1号, published on
        # 27 January 2020, prolonged it to 2 February
        ("2020-01-26", "2020-01-31", False),
        ("2020-01-27", "2020-01-31", True),
        ("2020-01-26", "2020-02-01", False),
        ("2020-01-27", "2020-02-01", True),
    ],
)
def test_a_notice_that_was_changed_is_known_by_its_day(cn, known, day, rests):
    assert rests is as_known(cn, date.fromisoformat(known)).is_rest(date.fromisoformat(day))


def test_days_off_that_hang_on_no_notice_are_always_known(tmp_path):
    path = tmp_path / "school.toml"
    path.write_text(GOOD.replace("closures", 'off = ["2027-03-01, founders"]\nclosures'), encoding="utf-8")
    calendar, _ = read_calendar(path)
    assert calendar is not None
    before = as_known(calendar, date(2026, 11, 11))
    assert (True, False) == (before.is_rest(date(2027, 3, 1)), before.is_rest(date(2027, 1, 1)))
    assert before.is_provisional(date(2027, 3, 1))


def test_bank_days_of_the_euro_hang_on_one_decision_of_2000(right):
    # Good Friday 26 and Easter Monday 29 March 2027; 1 May and 26 December fall on the weekend
    target = right(bank_calendar("TARGET"))
    assert date(2027, 3, 30) == target.add_working_days(date(2027, 3, 25), 1)
    assert ((2018, 2035), {date(2000, 12, 14)}) == (target.official, {notice.published for notice in target.notices})
    assert target.is_provisional(date(2036, 1, 1))


def test_a_place_without_bank_days_is_told_what_there_is():
    problem = bank_calendar("New York")
    assert isinstance(problem, Problem)
    assert ("CALENDAR-BANK-01", "CN, TARGET") == (problem.code, problem.args["known"])


@pytest.mark.parametrize(("maker", "key"), [(make_cn.main, "CN"), (make_target.main, "TARGET")])
def test_what_ships_is_what_its_maker_writes(maker, key):
    holidays = pytest.importorskip("holidays", reason="the package is needed only to make a new year's file")
    found = load_calendar(key)
    assert isinstance(found, Calendar)
    shipped = (Path(world.__file__).parent / f"{found.key}.toml").read_text("utf-8")
    if f"version {holidays.__version__} (MIT)" in shipped:
        assert shipped == maker()


def test_a_year_without_notice_has_weekends_only_and_says_so(cn):
    # 2027-10-01 will be a holiday, but no notice says so yet
    assert cn.rest_reason(date(2027, 10, 1)) is None
    assert cn.is_provisional(date(2027, 10, 1))
    assert not cn.is_provisional(date(2026, 10, 1))


def test_a_name_alone_gives_the_newest_version(right):
    assert "CN@2026-11" == right(load_calendar("CN")).key
    assert ("CN@2026-11", "TARGET@2026-11", "none@1") == known_calendars()


@pytest.mark.parametrize(("key", "nearest"), [("CN@2026-12", "CN@2026-11"), ("nothing", None), ("../secret@1", None)])
def test_an_unknown_calendar_is_refused(key, nearest):
    problem = load_calendar(key)
    assert isinstance(problem, Problem)
    assert ("CALENDAR-KEY-01", nearest) == (problem.code, problem.args["nearest"])


def test_without_holidays_every_day_is_worked(right):
    none = right(load_calendar("none@1"))
    assert date(2026, 2, 17) == none.add_working_days(date(2026, 2, 14), 3)
    assert not none.is_provisional(date(2099, 1, 1))


def test_a_calendar_without_a_working_weekday_is_our_mistake():
    with pytest.raises(ValueError, match="working weekday"):
        Calendar("X", "1", "UTC", rest_weekdays=tuple(range(7))).next_working_day(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("unit", "start", "end", "expected"),
    [
        ("quarter", "2026-01-20", "2026-07-01", ["2026-Q1", "2026-Q2"]),
        ("month", "2026-11-30", "2027-01-02", ["2026-11", "2026-12", "2027-01"]),
        ("year", "2026-01-05", "2027-01-05", ["2026", "2027"]),
        ("month", "2026-01-01", "2026-01-01", []),
    ],
)
def test_windows_of_the_calendar_have_lasting_names(unit, start, end, expected):
    windows = calendar_windows(unit, date.fromisoformat(start), date.fromisoformat(end))
    assert expected == [window.id for window in windows]
    assert all(a.after == b.first for a, b in pairwise(windows))


@pytest.mark.parametrize(
    ("n", "expected"),
    [(1, "2026-02-02"), (10, "2026-02-13"), (-1, "2026-02-28"), (16, "2026-02-28"), (17, None), (-17, None)],
)
def test_the_nth_working_day_of_february(cn, n, expected):
    # working days: 2-6, 9-13, Sat 14, 24-27, Sat 28 = 5 + 5 + 1 + 4 + 1 = 16
    found = nth_working_day(date(2026, 2, 1), date(2026, 2, 28), n, cn)
    assert expected == (found and found.isoformat())


GOOD = """\
id = "school"
version = "2027"
zone = "Asia/Shanghai"
rest = ["Sat", "Sun"]
hours = "Mon-Fri 08:00-12:00, 13:30-17:00"
closures = ["2027-07-05 to 2027-08-31, summer holidays"]

[notices.2027]
published = 2026-11-12
off = ["2027-01-01, new-year"]
work = [2027-01-09]
"""


def test_an_authors_own_calendar_is_read(tmp_path):
    path = tmp_path / "school.toml"
    path.write_text(GOOD, encoding="utf-8")
    calendar, problems = read_calendar(path)
    assert () == problems
    assert calendar is not None
    assert ("closure", "summer holidays") == (
        calendar.rest_reason(date(2027, 7, 6)),
        calendar.rest_name(date(2027, 7, 6)),
    )
    assert ((2027, 2027), 10) == (calendar.official, len(calendar.hours))
    assert not calendar.is_rest(date(2027, 1, 9))


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("Asia/Shanghai", "Asia/Shangai", "TIME-ZONE-01", 3),
        ('"Sun"', '"Sunday"', "CALENDAR-REST-01", 4),
        ('["Sat", "Sun"]', '["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]', "CALENDAR-REST-02", 4),
        ("08:00-12:00", "12:00-08:00", "TIME-HOURS-03", 5),
        ("13:30-17:00", "11:30-17:00", "TIME-HOURS-02", 5),
        ("13:30-17:00", "13:30-13:30", "TIME-HOURS-04", 5),
        ("2027-08-31", "2027-06-31", "CALENDAR-OFF-01", 6),
        ("2027-08-31", "2027-07-01", "CALENDAR-OFF-02", 6),
        ("2027-01-01, new-year", "2026-01-01, new-year", "CALENDAR-YEAR-01", 10),
        ('"2027-01-01, new-year"', '"2027-01-01 to 2027-01-09", "2027-01-09"', "CALENDAR-OFF-03", 10),
        ("2027-01-09]", "2027-01-08]", "CALENDAR-WORK-01", 11),
        ("[2027-01-09]", "[2027-01-09, 2027-01-02]\n[notices.2029]\npublished = 2028-11-11", "CALENDAR-YEAR-02", 12),
        ("[notices.2027]", "[notices.27]", "CALENDAR-YEAR-03", 8),
        ("published", "publisht", "CALENDAR-FIELD-01", 9),
        ("published = 2026-11-12\n", "", "CALENDAR-FIELD-02", 8),
        ("[2027-01-09]", "[2027-01-09]\n[[notices.2027.changes]]\npublished = 2026-11-12", "CALENDAR-YEAR-05", 9),
        ("[2027-01-09]", "[2027-01-09]\n[[notices.2027.changes]]\nchanges = []", "CALENDAR-FIELD-01", 12),
        ("[2027-01-09]", "[2027-01-09]\nchanges = [2027-01-09]", "CALENDAR-FIELD-03", 12),
        ("[2027-01-09]", '["2027-01-09"]', "CALENDAR-OFF-01", 11),
        ("[notices.2027]", 'extends = "CM"\n[notices.2027]', "CALENDAR-KEY-01", 8),
        ('version = "2027"', "version = 2027", "CALENDAR-FIELD-03", 2),
        ('id = "school"', "id = school", "CALENDAR-FILE-02", 1),
    ],
)
def test_a_wrong_calendar_is_located(tmp_path, old, new, code, line):
    path = tmp_path / "school.toml"
    assert GOOD.count(old) == 1
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    calendar, problems = read_calendar(path)
    assert calendar is None
    assert (code, line, str(path)) in [(problem.code, problem.line, problem.file) for problem in problems]


def test_all_problems_of_a_calendar_come_at_once(tmp_path):
    path = tmp_path / "school.toml"
    path.write_text(
        GOOD.replace("Shanghai", "Shangai").replace("12:00", "25:00").replace("publ", "bubl"), encoding="utf-8"
    )
    _, problems = read_calendar(path)
    assert {"TIME-ZONE-01", "TIME-HOURS-01", "CALENDAR-FIELD-01", "CALENDAR-FIELD-02"} == {p.code for p in problems}


def test_a_missing_a_huge_and_a_garbled_file_are_problems(tmp_path):
    assert "CALENDAR-FILE-01" == read_calendar(tmp_path / "none.toml")[1][0].code
    huge, garbled = tmp_path / "huge.toml", tmp_path / "garbled.toml"
    huge.write_bytes(b"#" * 300_000)
    garbled.write_bytes("id = '日历'".encode("gbk"))
    assert "CALENDAR-FILE-03" == read_calendar(huge)[1][0].code
    assert "CALENDAR-FILE-02" == read_calendar(garbled)[1][0].code


@pytest.mark.parametrize(
    ("unit", "start", "end", "expected"),
    [
        ("quarter", "2027-06-30", "2027-07-02", ["FY2026-Q4", "FY2027-Q1"]),
        ("month", "2027-07-01", "2027-08-02", ["FY2027-M1", "FY2027-M2"]),
        ("year", "2027-06-30", "2027-07-01", ["FY2026"]),
    ],
)
def test_windows_of_a_fiscal_year_from_july(unit, start, end, expected):
    windows = fiscal_windows(unit, date.fromisoformat(start), date.fromisoformat(end), opens=(7, 1))
    assert expected == [window.id for window in windows]
    assert all(a.after == b.first for a, b in pairwise(windows))


def test_days_are_numbered_from_one_and_end_with_the_language():
    with pytest.raises(ValueError, match="numbered from 1"):
        nth_working_day(date(2027, 1, 1), date(2027, 1, 31), 0, Calendar("X", "1", "UTC"))
    assert nth_working_day(date(9999, 12, 1), date(9999, 12, 31), 40, Calendar("X", "1", "UTC")) is None
