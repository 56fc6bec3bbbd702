"""One due time, or one elapsed time, explained with a strip of days: the `when` and `between` commands."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from contracts import phrases
from contracts.strips import lines as strip_lines
from contracts.strips import weekday
from contracts.world import bank_calendar, load_calendar, read_calendar
from core.canonical import plain
from core.counting.adapting import bank_place
from core.counting.elapsed import days_between, hours_between
from core.counting.strips import Mark, runs, strip
from core.money import show_decimal
from core.periods import (
    Basis,
    Calendar,
    Counting,
    Due,
    Period,
    Step,
    adapted,
    add,
    fixed,
    hours_of,
    local_date,
    local_time,
    to_instant,
)
from core.presets import PRESETS, resolve
from core.problems import InputError, Problem, nearest
from locales import speak, words

__all__ = [
    "LAWS",
    "Asked",
    "Elapsed",
    "Found",
    "Setting",
    "as_json",
    "between",
    "calendar_of",
    "elapsed_report",
    "report",
    "setting",
    "when",
]

LAWS = {"CN": "CN-civil-code@2021", "EU": "EU-1182-71@1971", "GB": "common-law-usage@1", "plain": "plain-24x7@1"}
"""Short names of presets on the command line; the key of a preset does as well."""

CALENDARS = {"CN-civil-code@2021": "CN"}
"""The calendar of a law, where one ships; for others the weekly rest of the preset alone."""

_SHAPE = re.compile(
    r"(?:(?P<least>at least|not less than) )?(?P<length>.+?) (?P<way>after|from|before) (?P<anchor>\S.*)"
)
_ONLY = re.compile(r"(?P<way>before|by|on) (?P<anchor>\S.*)")
EXAMPLE = "5 working days after 2026-02-10"


class Setting(NamedTuple):
    """How to count when no contract says it: settings, the calendar read by them, and the zone."""

    counting: Counting
    calendar: Calendar
    zone: str


class Asked(NamedTuple):
    """A question as read: a length before or after an anchor, or a date that is named."""

    anchor: date | datetime
    period: Period | None = None
    way: str = "after"
    at_least: bool = False


class Found(NamedTuple):
    """The answer: the due time with its steps; `strip` goes through its days when asked."""

    asked: Asked
    due: Due

    @property
    def strip(self) -> tuple[Mark, ...]:
        return strip(self.due)


class Elapsed(NamedTuple):
    """What lies between two moments: days by dates, working days, and seconds where both have a time of day."""

    start: date | datetime
    end: date | datetime
    days: Fraction
    working_days: Fraction
    seconds: int | None
    working_seconds: int | None
    strip: tuple[Mark, ...]


def setting(
    law: str | None,
    *,
    calendar: str | None = None,
    zone: str | None = None,
    hours: str | None = None,
    knobs: Iterable[str] = (),
    known: date | None = None,
) -> Setting:
    """Settings of a law or preset with what was said besides; InputError with all that is wrong."""
    preset = _preset(law)
    said, problems = _said(knobs, zone=zone, hours=hours)
    counting, wrong = resolve(preset, said, {})
    problems += [_on_the_command_line(problem) for problem in wrong]
    found = _calendar(calendar or CALENDARS.get(preset or "", "none"), problems)
    if problems or found is None:
        raise InputError(problems)
    place = bank_place(counting)
    bank = bank_calendar(place) if place else None
    if isinstance(bank, Problem):
        raise InputError([msgspec.structs.replace(bank, where="--set business_day")])
    if calendar is None and found.id == "none" and counting.of("rest_days") == "Sat+Sun":
        found = msgspec.structs.replace(found, rest_weekdays=(5, 6))
    return Setting(counting, adapted(found, counting, known=known, bank=bank), counting.zone or found.zone)


def _preset(law: str | None) -> str | None:
    if law is None or law in PRESETS:
        return law
    by_name = {name.lower(): key for name, key in LAWS.items()}
    return by_name.get(law.lower(), law)


def _said(knobs: Iterable[str], **named: str | None) -> tuple[dict[str, str], list[Problem]]:
    said = {key: value for key, value in named.items() if value is not None}
    problems: list[Problem] = []
    for one in knobs:
        key, sign, value = (part.strip() for part in one.partition("="))
        if not (key and sign and value):
            problems.append(Problem("CLI-FIELD-01", "--set", {"value": one}))
        else:
            said[key] = value
    return said, problems


def _on_the_command_line(problem: Problem) -> Problem:
    if problem.code == "COUNT-PRESET-02":
        return Problem("CLI-LAW-01", where="--law", args={"laws": ", ".join(LAWS), **problem.args})
    where = {"counting.preset": "--law", "counting.zone": "--zone", "counting.hours": "--hours"}
    return msgspec.structs.replace(problem, where=where.get(problem.where, f"--set {problem.where.partition('.')[2]}"))


def calendar_of(name: str) -> Calendar:
    """A calendar by key, or the author's own file; InputError with all that is wrong with it."""
    problems: list[Problem] = []
    found = _calendar(name, problems)
    if found is None:
        raise InputError(problems)
    return found


def _calendar(name: str, problems: list[Problem]) -> Calendar | None:
    """A calendar by key, or the author's own file."""
    if name.endswith(".toml") or "/" in name:
        calendar, wrong = read_calendar(Path(name))
        problems += wrong
        return calendar
    loaded = load_calendar(name)
    if isinstance(loaded, Problem):
        problems.append(msgspec.structs.replace(loaded, where="--calendar"))
        return None
    return loaded


def _moment(text: str, how: Setting) -> date | datetime | Problem:
    """A date, or a local or aware time, as written."""
    written = text.strip().replace(" ", "T", 1)
    try:
        if len(written) == 10:
            return date.fromisoformat(written)
        at = datetime.fromisoformat(written)
    except ValueError:
        return Problem("WHEN-DATE-01", args={"text": text})
    if at.tzinfo is not None:
        return at
    counting = how.counting
    return to_instant(at, how.zone, gap=counting.of("dst_gap") or "", fold=counting.of("dst_fold") or "")


def _read(text: str, how: Setting) -> Asked | Problem:
    tidy = " ".join(text.split())
    shape = _SHAPE.fullmatch(tidy)
    if shape is None:
        only = _ONLY.fullmatch(tidy)
        anchor = _moment(only["anchor"] if only else tidy, how)
        if isinstance(anchor, Problem) and only is None:
            close = nearest(tidy, (EXAMPLE,))
            return Problem("WHEN-PHRASE-01", args={"text": tidy[:60], "nearest": close or EXAMPLE})
        return anchor if isinstance(anchor, Problem) else Asked(anchor, way=only["way"] if only else "on")
    anchor = _moment(shape["anchor"], how)
    if isinstance(anchor, Problem):
        return anchor
    way = "before" if shape["way"] == "before" else "after"
    period = phrases.parse("period", shape["length"])
    if isinstance(period, Problem):
        return period
    return Asked(anchor, period, way=way, at_least=shape["least"] is not None)


def when(text: str, how: Setting) -> Found | Problem:
    """The due time of a phrase such as "5 working days after 2026-02-10", "before 2026-06-30" or "2026-06-13"."""
    asked = _read(text, how)
    if isinstance(asked, Problem):
        return msgspec.structs.replace(asked, where=text)
    due = _due(asked, how)
    if isinstance(due, Problem):
        return msgspec.structs.replace(due, where=text)
    return Found(asked, due)


def _due(asked: Asked, how: Setting) -> Due | Problem:
    counting, calendar = how.counting, how.calendar
    if asked.period is not None:
        before = asked.way == "before"
        return add(asked.anchor, asked.period, counting, calendar, before=before, at_least=asked.at_least)
    if isinstance(asked.anchor, datetime):
        day = local_date(asked.anchor, how.zone)
        return Due(day, asked.anchor, day, (Step("COUNT-FIXED-03", {"due": local_time(asked.anchor, how.zone)}),))
    if asked.way == "before":
        unrolled = msgspec.structs.replace(counting, roll_backward="none")
        return add(asked.anchor, Period(1, "day"), unrolled, calendar, before=True)
    return fixed(asked.anchor, counting, calendar)


def between(start: str, end: str, how: Setting) -> Elapsed | tuple[Problem, ...]:
    """What lies between two moments as written, or all that is wrong with them."""
    first, last = _moment(start, how), _moment(end, how)
    both = ((first, start), (last, end))
    wrong = [msgspec.structs.replace(one, where=text) for one, text in both if isinstance(one, Problem)]
    if wrong or isinstance(first, Problem) or isinstance(last, Problem):
        return tuple(wrong)
    counting, calendar = how.counting, how.calendar
    days = days_between(first, last, counting, calendar)
    working = days_between(first, last, counting, calendar, working=True)
    if isinstance(days, Problem) or isinstance(working, Problem):
        wrong = [one for one in (days, working) if isinstance(one, Problem)][:1]
        return tuple(msgspec.structs.replace(one, where=f"{start} – {end}") for one in wrong)
    seconds = in_hours = None
    if isinstance(first, datetime) and isinstance(last, datetime):
        real = hours_between(first, last, counting, calendar)
        seconds = real if isinstance(real, int) else None
        if not isinstance(hours_of(counting, calendar), Problem):
            worked = hours_between(first, last, counting, calendar, working=True)
            in_hours = worked if isinstance(worked, int) else None
    end_day = local_date(last, how.zone) if isinstance(last, datetime) else last
    start_day = local_date(first, how.zone) if isinstance(first, datetime) else first
    marks = _working_days(start_day, end_day, how) if start_day <= end_day else ()
    return Elapsed(first, last, days, working, seconds, in_hours, marks)


def _working_days(first: date, last: date, how: Setting) -> tuple[Mark, ...]:
    """The strip between two days, both shown: which are working days."""
    named = Period(1, "working day")
    basis = Basis(anchor=first, period=named, counting=how.counting, calendar=how.calendar, last=last)
    marks = strip(Due(last, None, last, provisional=True, unit="working day", basis=basis))
    return tuple(mark._replace(kind="end") if mark.kind == "due" else mark for mark in marks)


# Words and data


def _clock(at: date | datetime, zone: str) -> str:
    """A moment as people of every language write it: the date, and the local time where there is one."""
    if not isinstance(at, datetime):
        return at.isoformat()
    local = local_time(at, zone)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def report(found: Found, how: Setting, lang: str, *, explain: bool) -> str:
    """The due time on one line; with `explain` each step and the strip of days under it."""
    due = found.due
    said = _clock(due.instant, how.zone) if due.instant else f"{due.day} 24:00"
    key = "when.provisional" if due.provisional else "when.due"
    lines = [words(lang, key, due=said, weekday=weekday(due.day, lang))]
    if explain:
        lines += [f"  {speak(lang, step)}" for step in due.steps]
        marks = found.strip
        lines += ["", *strip_lines(runs(marks), lang)] if marks else []
    return "\n".join(lines) + "\n"


def elapsed_report(found: Elapsed, how: Setting, lang: str, *, explain: bool) -> str:
    """Each way of counting on a line; with `explain` the strip of days."""
    lines = [
        words(lang, "between.days", n=found.days, by=how.counting.origin("count_ends")),
        words(lang, "between.working-days", n=found.working_days, calendar=how.calendar.key),
    ]
    if found.seconds is not None:
        lines.append(words(lang, "between.hours", length=_length(found.seconds)))
    if found.working_seconds is not None:
        lines.append(words(lang, "between.working-hours", length=_length(found.working_seconds)))
    if explain:
        lines += ["", *strip_lines(runs(found.strip), lang)]
    return "\n".join(lines) + "\n"


def _length(seconds: int) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    tail = f":{rest:02}" if rest else ""
    return f"{'-' * (seconds < 0)}{minutes // 60}:{minutes % 60:02}{tail}"


def as_json(found: Found | Elapsed, how: Setting, lang: str) -> str:
    """The same as data: stable keys, steps with their codes and words, the strip day by day."""
    if isinstance(found, Found):
        due = found.due
        made: dict[str, Any] = {
            "day": due.day.isoformat(),
            "instant": due.instant.isoformat() if due.instant else None,
            "local": _clock(due.instant, how.zone) if due.instant else f"{due.day} 24:00",
            "unrolled": due.unrolled.isoformat(),
            "provisional": due.provisional,
            "steps": [{"code": step.code, "args": _plain(step.args), "words": speak(lang, step)} for step in due.steps],
        }
    else:
        made = {
            "start": _clock(found.start, how.zone),
            "end": _clock(found.end, how.zone),
            "days": show_decimal(found.days),
            "working_days": show_decimal(found.working_days),
            "seconds": found.seconds,
            "working_seconds": found.working_seconds,
        }
    made["zone"] = how.zone
    made["calendar"] = how.calendar.key
    made["preset"] = how.counting.preset
    made["strip"] = [
        {"day": mark.day.isoformat(), "kind": mark.kind, "n": None if mark.n is None else show_decimal(mark.n),
         "reason": speak(lang, mark.reason) if mark.reason else None, "provisional": mark.provisional}
        for mark in found.strip
    ]  # fmt: skip
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _plain(args: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in args.items()}
