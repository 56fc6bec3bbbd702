"""The commands `when`, `between` and `moved`: one answer with its reasons, in each language, as text and as data."""

import json
import re

import pytest

import cli

ASKED = "5 working days after 2026-02-10"
NOTICE = """
id = "CN"
version = "2027-trial"
extends = "CN@2026-11"
[notices.2027]
published = 2026-11-10
off = ["2027-01-30 to 2027-02-08, spring-festival"]
work = [2027-02-20]
"""


@pytest.fixture
def run(capsys):
    """Runs a command; gives its exit code, what it said, and what it complained of."""

    def call(*args):
        code = cli.main([*args, *([] if "--lang" in args else ["--lang", "en"])])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_due_time_is_explained_day_by_day(run):
    code, said, _ = run("when", ASKED, "--law", "CN", "--explain")
    assert 0 == code
    assert said.startswith("2026-02-24 24:00 Tue\n")
    assert "+  4 (make-up working day)" in said
    assert "–  not counted (public holiday: Spring Festival)" in said
    assert "■  5 due" in said
    assert "201(1)" in said


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "Spring Festival"), ("zh-Hans", "法定休假日：春节"), ("zh-Hant", "法定休假日：春節")]
)
def test_the_strip_speaks_each_language(run, lang, expected):
    _, said, _ = run("when", ASKED, "--law", "CN", "--explain", "--lang", lang)
    assert expected in said
    if lang != "en":  # keys of settings and presets stay as they are written
        assert not re.search(r"[a-z]{4}", re.sub(r"CN-civil-code@2021", "", said))


def test_a_due_time_is_data_for_programs(run):
    _, said, _ = run("when", ASKED, "--law", "CN", "--json")
    made = json.loads(said)
    assert ("2026-02-24", None, "2026-02-24 24:00", False) == tuple(
        made[key] for key in ("day", "instant", "local", "provisional")
    )
    assert ["COUNT-DAYOUT-01", "COUNT-WORKDAYS-01"] == [step["code"] for step in made["steps"]]
    assert 15 == len(made["strip"])  # 10 to 24 February
    assert {"event": 1, "counted": 4, "skipped": 9, "due": 1} == {
        kind: sum(mark["kind"] == kind for mark in made["strip"]) for kind in ("event", "counted", "skipped", "due")
    }


@pytest.mark.parametrize(
    ("phrase", "options", "expected"),
    [
        ("30 days after 2026-01-05", ("--law", "CN"), "2026-02-04 24:00 Wed"),
        ("24 hours after 2026-03-02 09:30", ("--law", "CN"), "2026-03-03 09:30 Tue"),
        ("24 working hours after 2026-03-02 09:30", ("--law", "CN", "--hours", "Mon-Fri 09:00-17:00"),
         "2026-03-05 09:30 Thu"),
        ("90 days before 2026-12-31", ("--law", "CN"), "2026-10-02 24:00 Fri"),
        ("before 2026-06-30", ("--law", "CN"), "2026-06-29 24:00 Mon"),
        ("by 2026-06-30", ("--law", "CN"), "2026-06-30 24:00 Tue"),
        ("at least 14 days before 2027-06-30", ("--law", "GB"), "2027-06-15 24:00 Tue"),
        ("14 days before 2027-06-30", ("--law", "GB"), "2027-06-16 24:00 Wed"),
        ("2 days after 2027-06-04", ("--law", "EU"), "2027-06-08 24:00 Tue"),
        ("3 months after 2026-11-30", ("--law", "CN"), "2027-03-01 24:00 Mon (provisional)"),
        ("5 working days after 2026-02-10", ("--law", "CN", "--set", "makeup_days=not working"), "2026-02-25 24:00 Wed"),
        ("0.5 working days after 2026-03-02 09:00", ("--law", "CN", "--hours", "Mon-Fri 09:00-17:00"),
         "2026-03-02 13:00 Mon"),
        ("0.5 months after 2027-02-10", ("--law", "EU"), "2027-02-25 24:00 Thu"),
    ],
)  # fmt: skip
def test_each_kind_of_question(run, phrase, options, expected):
    assert (0, f"{expected}\n", "") == run("when", phrase, *options)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("when", "5 woking days after 2026-02-10", "--law", "CN"), "TERMS-PERIOD-02"),
        (("when", "soon", "--law", "CN"), "WHEN-PHRASE-01"),
        (("when", "5 days after tomorrow", "--law", "CN"), "WHEN-DATE-01"),
        (("when", "24 hours after 2026-02-10", "--law", "CN"), "TIME-DATEONLY-01"),
        (("when", ASKED), "CLI-LAW-01"),
        (("when", ASKED, "--law", "XX"), "COUNT-PRESET-01"),
        (("when", ASKED, "--law", "CN", "--set", "rol=none"), "COUNT-KNOB-01"),
        (("when", ASKED, "--law", "CN", "--set", "roll"), "CLI-FIELD-01"),
        (("when", ASKED, "--law", "CN", "--calendar", "CNN"), "CALENDAR-KEY-01"),
        (("when", ASKED, "--law", "CN", "--calendar", "no-such.toml"), "CALENDAR-FILE-01"),
        (("when", ASKED, "--law", "CN", "--zone", "Asia/Shangai"), "TIME-ZONE-01"),
        (("when", "1 hour after 2027-03-28 01:30", "--law", "plain", "--zone", "Europe/London"), "TIME-GAP-01"),
        (("when", ASKED, "--law", "CN", "--set", "business_day=bank day in Atlantis"), "CALENDAR-BANK-01"),
        (("moved", "no-such.toml", "--calendar", "CNN"), "CALENDAR-KEY-01"),
        (("between", "2026-02-10", "2026-02-30", "--law", "CN"), "WHEN-DATE-01"),
        (("between", "2026-02-10", "2026-02-09", "--law", "CN"), "TIME-REVERSED-01"),
    ],
)
def test_wrong_input_is_told_with_its_place(run, args, code):
    exit_code, said, told = run(*args)
    assert (2, "") == (exit_code, said)
    assert f"[{code}]" in told
    assert not told.startswith("[")  # a place comes first


def test_what_lies_between_two_moments(run):
    code, said, _ = run(
        "between", "2026-03-02 09:30", "2026-03-05 09:30", "--law", "CN", "--hours", "Mon-Fri 09:00-17:00", "--explain"
    )
    assert 0 == code
    assert ["3 days (CN-civil-code@2021, 201)", "3 working days (calendar CN@2026-11)", "72:00 hours of real time",
            "24:00 working hours"] == said.splitlines()[:4]  # fmt: skip
    assert "■  3" in said


def test_what_lies_between_is_data_too(run):
    _, said, _ = run("between", "2026-02-10", "2026-03-05", "--law", "CN", "--json")
    made = json.loads(said)
    assert ("23", "13", None) == (made["days"], made["working_days"], made["seconds"])


def test_a_new_notice_says_which_due_times_move(run, tmp_path):
    # signed 5 Jan 2027 + 30 days = 4 Feb, now in the Spring Festival: Tue 9 Feb; + 5 working days unchanged
    (tmp_path / "notice.toml").write_text(NOTICE, encoding="utf-8")
    (tmp_path / "contract.toml").write_text(
        """
spondeo = 1
number  = "N-1"
signed  = 2027-01-05
[counting]
preset   = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.a]
label = "Party A"
name  = "Example Services Co., Ltd."
[parties.b]
label = "Party B"
name  = "Example Property Co., Ltd."
[[annexes]]
id = "A1"
owed_by = "a"
due = "30 days after signed"
[[annexes]]
id = "A2"
owed_by = "a"
due = "5 working days after signed"
""",
        encoding="utf-8",
    )
    new = str(tmp_path / "notice.toml")
    code, said, told = run("moved", str(tmp_path / "contract.toml"), "--calendar", new, "--as-of", "2027-06-30")
    assert (0, "N-1  A1  2027-02-04 → 2027-02-09\n", "") == (code, said.replace(" ?", ""), told)
    assert "2027-02-04 ?" in said  # it was provisional, and the new one is not
    _, data, _ = run("moved", str(tmp_path / "contract.toml"), "--calendar", new, "--json", "--as-of", "2027-06-30")
    assert [("A1", [True, False])] == [(row["obligation"], row["provisional"]) for row in json.loads(data)]
    _, said, _ = run("moved", str(tmp_path / "contract.toml"), "--calendar", "CN@2026-11")
    assert "No due time moves.\n" == said


def test_a_time_that_the_new_calendar_cannot_tell_is_a_dash(run, tmp_path):
    (tmp_path / "contract.toml").write_text(
        """
spondeo = 1
number  = "N-1"
[counting]
preset   = "CN-civil-code@2021"
calendar = "ours"
[calendars.ours]
zone  = "Asia/Shanghai"
rest  = ["Sat", "Sun"]
hours = "Mon-Fri 09:00-17:00"
[parties.a]
label = "Party A"
name  = "Example Services Co., Ltd."
[parties.b]
label = "Party B"
name  = "Example Property Co., Ltd."
[[annexes]]
id = "A1"
owed_by = "a"
due = "4 working hours after demanded"
[[events]]
what = "demanded"
of = "A1"
at = 2026-03-02T10:00:00
""",
        encoding="utf-8",
    )
    options = (str(tmp_path / "contract.toml"), "--calendar", "none@1", "--as-of", "2026-06-30")
    assert "N-1  A1  2026-03-02 14:00 → –\n" == run("moved", *options)[1]
    [row] = json.loads(run("moved", *options, "--json")[1])
    assert ("2026-03-02", None, None) == (row["before"], row["after"], row["after_at"])


def test_the_same_notice_answers_a_question(run, tmp_path):
    (tmp_path / "notice.toml").write_text(NOTICE, encoding="utf-8")
    options = ("--law", "CN", "--calendar", str(tmp_path / "notice.toml"))
    assert "2027-02-09 24:00 Tue\n" == run("when", "30 days after 2027-01-05", *options)[1]


@pytest.mark.parametrize(
    ("phrase", "options", "expected"),
    [
        ("1.5 working days after 2026-06-12 13:00", ("--law", "CN", "--hours", "Mon-Fri 08:30-17:30"),
         "2026-06-15 17:30 Mon"),  # 4.5 h of Friday, 9 of Monday
        ("half a month after 2026-02-10", ("--law", "EU"), "2026-02-25 24:00 Wed"),
        ("half an hour after 2026-03-02 09:30", ("--law", "CN"), "2026-03-02 10:00 Mon"),
        ("1.5 years after 2026-03-02", ("--law", "CN"), "2027-09-02 24:00 Thu (provisional)"),
        ("2026-03-02 09:30", ("--law", "CN"), "2026-03-02 09:30 Mon"),
        ("2 hours after 2026-03-02T09:30+00:00", ("--law", "CN"), "2026-03-02 19:30 Mon"),
    ],
)  # fmt: skip
def test_lengths_may_have_a_part(run, phrase, options, expected):
    assert expected == run("when", phrase, *options)[1].strip()


def test_between_says_hours_only_where_there_are_some(run):
    _, with_hours, _ = run(
        "between", "2026-03-02 09:00", "2026-03-03 10:00", "--law", "CN", "--hours", "Mon-Fri 09:00-17:00"
    )
    _, without, _ = run("between", "2026-03-02 09:00", "2026-03-03 10:00", "--law", "CN")
    _, days, _ = run("between", "2026-03-02", "2026-03-03", "--law", "CN", "--explain")
    assert "25:00 hours of real time" in with_hours
    assert "9:00 working hours" in with_hours
    assert "working hours" not in without
    assert "hours" not in days
    assert "■  1" in days
