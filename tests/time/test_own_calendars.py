"""An author's own calendar: what it may say, and each mistake with its line."""

from datetime import date

import pytest

from contracts.world import read_calendar
from core.worktime import DatedHours, OffDays, YearDay

GOOD = """
id      = "school"
version = "1"
zone    = "Asia/Shanghai"
rest    = ["Sat", "Sun"]
hours   = "Mon-Fri 08:00-12:00, 13:00-17:00; Fri 22:00-02:00 next day"
breaks  = "Mon-Fri 10:00-10:15"
yearly  = ["12-25, Christmas", "02-29"]
dated   = ["2027-06-17 10:00-12:00, 14:00-16:00", "2027-06-18 closed"]
terms   = ["2027-02-22 to 2027-06-04, spring", "2027-06-14 to 2027-07-09"]
off     = ["2027-05-03"]
work    = [2027-05-08]
"""


def read(tmp_path, text):
    path = tmp_path / "school.toml"
    path.write_text(text, encoding="utf-8")
    return read_calendar(path)


def test_a_calendar_says_all_that_it_may_say(tmp_path):
    calendar, problems = read(tmp_path, GOOD)
    assert () == problems
    assert (YearDay(12, 25, "Christmas"), YearDay(2, 29)) == calendar.yearly
    assert (
        DatedHours(date(2027, 6, 17), ((600, 720), (840, 960))),
        DatedHours(date(2027, 6, 18), ()),
    ) == calendar.dated
    assert (OffDays(date(2027, 6, 5), date(2027, 6, 13), "spring"),) == calendar.closures
    assert not calendar.is_rest(date(2027, 5, 8))
    assert calendar.is_rest(date(2032, 2, 29))
    assert "closure" == calendar.rest_reason(date(2027, 6, 7))


def test_a_calendar_may_extend_a_shipped_one(tmp_path):
    text = 'id = "mine"\nversion = "1"\nextends = "CN"\nclosures = ["2026-06-08 to 2026-06-10, plant closed"]\n'
    calendar, problems = read(tmp_path, text)
    assert () == problems
    assert ("Asia/Shanghai", (2018, 2026)) == (calendar.zone, calendar.official)
    assert calendar.is_rest(date(2026, 6, 9))
    assert not calendar.is_rest(date(2026, 2, 14))  # its make-up days come along


@pytest.mark.parametrize(
    ("line", "wrong", "code"),
    [
        ('breaks  = "Mon-Fri 10:00-10:15"', 'breaks = "Mon-Fri 10:15-10:00"', "TIME-HOURS-03"),
        ('hours   = "Mon-Fri 08:00-12:00, 13:00-17:00; Fri 22:00-02:00 next day"',
         'hours = "Mon-Fri 08:00-12:00, 11:00-17:00"', "TIME-HOURS-02"),
        ('zone    = "Asia/Shanghai"', 'zone = "Asia/Shangai"', "TIME-ZONE-01"),
        ('"12-25, Christmas"', '"25-12"', "CALENDAR-YEARLY-01"),
        ('"2027-06-18 closed"', '"2027-06-18 shut"', "TIME-HOURS-01"),
        ('"2027-06-18 closed"', '"18 June closed"', "CALENDAR-DATED-01"),
        ('"2027-06-17 10:00-12:00, 14:00-16:00"', '"2027-06-17 10:00-12:00, 11:00-16:00"', "TIME-HOURS-02"),
        ('"2027-06-14 to 2027-07-09"', '"2027-06-01 to 2027-07-09"', "CALENDAR-OFF-03"),
        ('"2027-05-03"', '"2027-05-08"', "CALENDAR-WORK-02"),
        ("[2027-05-08]", "[2027-05-07]", "CALENDAR-WORK-01"),
        ('rest    = ["Sat", "Sun"]', 'rest = ["Sat", "Sonntag"]', "CALENDAR-REST-01"),
        ('version = "1"', 'version = "1"\nextends = "CNN"', "CALENDAR-KEY-01"),
        ('version = "1"', 'version = "1"\n"holidys" = []', "CALENDAR-FIELD-01"),
        ("work    = [2027-05-08]", "[notices.2027]\npublished = 2026-11-01\noff = ['2028-05-01']", "CALENDAR-YEAR-01"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_line(tmp_path, line, wrong, code):
    assert line in GOOD
    calendar, problems = read(tmp_path, GOOD.replace(line, wrong))
    assert calendar is None
    assert code in [problem.code for problem in problems]
    assert all(problem.line for problem in problems)


def test_a_notice_that_is_already_there_is_refused(tmp_path):
    text = 'id = "mine"\nversion = "1"\nextends = "CN"\n[notices.2026]\npublished = 2025-11-04\noff = []\n'
    assert ["CALENDAR-YEAR-04"] == [problem.code for problem in read(tmp_path, text)[1]]


def test_a_year_that_is_left_out_is_named(tmp_path):
    text = 'id = "mine"\nversion = "1"\nextends = "CN"\n[notices.2028]\npublished = 2027-11-04\noff = []\n'
    assert ["CALENDAR-YEAR-02"] == [problem.code for problem in read(tmp_path, text)[1]]


def test_terms_that_follow_each_other_leave_no_vacation(tmp_path):
    path = tmp_path / "school.toml"
    path.write_text(GOOD.replace('"2027-06-14 to', '"2027-06-05 to'), encoding="utf-8")
    calendar, problems = read_calendar(path)
    assert ((), ()) == (problems, calendar and calendar.closures)
