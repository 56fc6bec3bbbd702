"""Every step and problem of time can be said, with the fields it brings."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from core.periods import Period, Step, add
from core.presets import resolve
from core.worktime import FESTIVALS
from locales.make import fields, read_words


@pytest.fixture(scope="module")
def catalogue():
    entries, _ = read_words()
    return {entry.key: entry.said["en"] for entry in entries}


def said(step, catalogue):
    """The words of a step; KeyError where a word or a field is missing."""
    args = {name: spoken(value, catalogue) for name, value in step.args.items()}
    return catalogue[step.code].format_map(args)


def spoken(value, catalogue):
    if isinstance(value, tuple):
        return ", ".join(spoken(part, catalogue) for part in value)
    return said(value, catalogue) if hasattr(value, "code") else str(value)


def test_every_code_has_words(root: Path, catalogue):
    ours = [*(root / "core").glob("*.py"), root / "contracts/world/__init__.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in ours)
    codes = set(re.findall(r'"((?:COUNT|TIME|CALENDAR)-[A-Z]+-\d\d)"', text))
    assert codes
    assert codes <= set(catalogue)


def test_every_length_reason_festival_and_origin_has_words(catalogue):
    units = ("minute", "hour", "working hour", "day", "working day", "week", "month", "year")
    keys = {Period(n, unit).code for unit in units for n in (1, 2)}
    keys |= {f"day.{name}" for name in FESTIVALS}
    keys |= {"rest.weekend", "rest.holiday", "rest.closure", "rest.holiday.named", "rest.closure.named"}
    keys |= {"origin.contract", "origin.decision", "origin.usage", "origin.preset", "origin.preset.article"}
    assert keys <= set(catalogue)


def test_a_count_is_said_in_words(due, cn, catalogue):
    lines = [said(step, catalogue) for step in due("2026-01-16", "30 day", cn).steps]
    assert [
        "2026-01-16 is the day of the event and is not counted (CN-civil-code@2021, 201(1))",
        "30 days, the first on 2026-01-17: the last day is 2026-02-15",
        "2026-02-15 is no working day (public holiday: Spring Festival), so the last day moves to 2026-02-24 (CN-civil-code@2021, 203(1))",
    ] == lines


@pytest.mark.parametrize(
    ("anchor", "length", "settings"),
    [
        ("2026-01-05", "30 day", {"first_day": "in"}),
        ("2026-02-13", "5 working day", {}),
        ("2026-02-13", "100 working day", {}),
        ("2026-01-31", "1 month", {}),
        ("2026-02-28", "1 month", {"end_sticks": "month end stays month end"}),
        ("2026-11-30", "3 month", {}),
        ("2026-01-05", "1 month", {}),
        ("2026-01-05", "0 day", {}),
        ("2026-01-05 17:00", "1 day", {"cut_off": "16:00"}),
        ("2026-06-18", "2 day", {"least_working_days": "2"}),
        ("2026-02-14 16:30", "24 hour", {"first_hour": "next full hour"}),
        ("2026-02-14 16:30", "24 hour", {"roll_hours": "next opening", "hours": "Mon-Fri 09:00-17:00"}),
        ("2026-03-02 09:30", "24 working hour", {"hours": "Mon-Fri 09:00-17:00"}),
    ],
)
def test_every_kind_of_step_brings_its_fields(due, cn, catalogue, anchor, length, settings):
    assert all(said(step, catalogue) for step in due(anchor, length, cn, **settings).steps)
    assert all(
        said(step, catalogue)
        for step in due(anchor, length, cn, before=True, clear_days="both ends out", **settings).steps
    )


def test_every_kind_of_problem_brings_its_fields(cn, catalogue):
    how = resolve("plain-24x7@1", {"zone": "Asia/Shanghai"}, {})[0]
    moment = datetime.fromisoformat("2026-03-02T09:30+08:00")
    none = resolve("CN-civil-code@2021", {}, {})[0]
    found = [
        add(date(2026, 1, 31), Period(1, "month"), how, cn),
        add(date(2026, 1, 31), Period(1, "hour"), how, cn),
        add(date(2026, 1, 31), Period(9999, "year"), how, cn),
        add(moment, Period(1, "day", Period(2, "hour")), how, cn),
        add(moment, Period(1, "working hour"), none, cn),
        *resolve(None, {"part_day": "x", "roll": "x", "cycle": "fiscal", "hours": "x", "zone": "x"}, {})[1],
        *resolve("x", {"roll": "none", "roll_fixed_dates": "yes"}, {})[1],
    ]
    assert 5 + 6 + 2 == len(found)
    assert all(said(problem, catalogue) for problem in found)


def test_a_step_asks_for_no_field_that_it_does_not_say(catalogue):
    assert {"date", "by"} == fields(catalogue["COUNT-DAYOUT-01"])
    assert "x" == spoken(Step("origin.preset", {"source": "x"}), catalogue)
