"""Calendars from outside: the pinned ones that ship beside this file, and the author's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from core.counting.calendars import WEEKDAYS, Calendar, DatedHours, Notice, OffDays, Window, YearDay
from core.counting.hours import read_hours, read_run, read_spans
from core.counting.zones import zone_problem
from core.problems import Problem, nearest
from core.terms import OwnCalendar

__all__ = ["bank_calendar", "known_calendars", "load_calendar", "own_calendar", "read_calendar"]

HERE = Path(__file__).parent
LARGEST = 200_000  # bytes; nine years take five thousand
FIELDS = {"id": str, "version": str, "extends": str, "zone": str, "rest": list, "source": str, "hours": str,
          "breaks": str, "yearly": list, "dated": list, "closures": list, "terms": list, "off": list, "work": list,
          "notices": dict}  # fmt: skip
REQUIRED = ("id", "version", "zone", "rest")
GIVEN = ("zone", "rest")  # what a calendar takes over from the one that it extends
TEXT_FIELDS = {"published": date, "number": str, "off": list, "work": list}
NOTICE_FIELDS = {**TEXT_FIELDS, "changes": list}
YEARLY_ROW = re.compile(r"(\d\d)-(\d\d)(?:, *(\S.*))?")
DATED_ROW = re.compile(r"(\d{4}-\d\d-\d\d) +(\S.*)")


def known_calendars() -> tuple[str, ...]:
    """The keys of the calendars that ship, `CN@2026-11`, oldest version first."""
    return tuple(sorted(path.stem for path in HERE.glob("*@*.toml")))


@lru_cache(maxsize=32)
def load_calendar(key: str) -> Calendar | Problem:
    """The calendar of that key, or the newest version of it if only its name is given ("CN")."""
    if not re.fullmatch(r"[\w.@-]+", key) or "@" not in key or not (HERE / f"{key}.toml").is_file():
        versions = [known for known in known_calendars() if known.split("@")[0] == key]
        if not versions:
            known = known_calendars()
            args = {"key": key, "nearest": nearest(key, known) or None, "known": ", ".join(known)}
            return Problem("CALENDAR-KEY-01", args=args)
        key = versions[-1]
    calendar, problems = read_calendar(HERE / f"{key}.toml")
    assert calendar is not None, problems  # ours, and tested: never wrong
    return calendar


def bank_calendar(place: str) -> Calendar | Problem:
    """The calendar of that name whose days are bank days ("bank day in London"); CALENDAR-BANK-01 if none ships."""
    found = load_calendar(place.replace(" ", "-"))
    if isinstance(found, Problem):
        places = dict.fromkeys(key.split("@")[0] for key in known_calendars() if not key.startswith("none@"))
        return Problem("CALENDAR-BANK-01", args={"place": place, "known": ", ".join(places)})
    return found


def read_calendar(path: Path) -> tuple[Calendar | None, tuple[Problem, ...]]:
    """A calendar file of the author's own: the calendar, or every problem in it with its line."""
    import tomllib

    try:
        if path.stat().st_size > LARGEST:
            return None, (Problem("CALENDAR-FILE-03", args={"largest": LARGEST}, file=str(path)),)
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        return None, (Problem("CALENDAR-FILE-01", args={"detail": error.strerror or ""}, file=str(path)),)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else None
        return None, (Problem("CALENDAR-FILE-02", args={"detail": str(error)}, line=number, file=str(path)),)
    reading = _Reading(str(path), text)
    calendar = reading.calendar(data)
    return (None if reading.problems else calendar), tuple(reading.problems)


def own_calendar(name: str, own: OwnCalendar) -> tuple[Calendar | None, tuple[Problem, ...]]:
    """A calendar that a contract sets out under [calendars.NAME]; problems have their place below that table."""
    said = {field: getattr(own, field) for field in own.__struct_fields__}
    data = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in said.items()
        if value not in (None, ())
    }
    reading = _Reading("", "")
    calendar = reading.calendar({"id": name, "version": "own", **data})
    problems = tuple(msgspec.structs.replace(one, file=None, line=None) for one in reading.problems)
    return (None if problems else calendar), problems


class _Reading:
    """One file being read: the problems so far, and where things stand in its text."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []

    def wrong(self, code: str, where: str, token: str, **args: object) -> None:
        self.problems.append(Problem(code, where=where, args=args, line=self.line_of(token), file=self.file))

    def line_of(self, token: str) -> int | None:
        place = self.text.find(token)
        return self.text.count("\n", 0, place) + 1 if place >= 0 else None

    def take(self, table: dict[str, Any], fields: Mapping[str, type], where: str) -> dict[str, Any]:
        """The fields that are known and of their type; the others are problems."""
        taken: dict[str, Any] = {}
        for key, value in table.items():
            path = f"{where}{key}"
            if key not in fields:
                self.wrong("CALENDAR-FIELD-01", path, key, key=key, nearest=nearest(key, fields) or None)
            elif type(value) is not fields[key]:
                self.wrong("CALENDAR-FIELD-03", path, key, key=key, expected=fields[key].__name__)
            else:
                taken[key] = value
        return taken

    def calendar(self, data: dict[str, Any]) -> Calendar | None:
        top = self.take(data, FIELDS, "")
        base = self.base(top["extends"]) if "extends" in top else None
        for key in REQUIRED:
            if key not in data and not (key in GIVEN and "extends" in top):
                self.wrong("CALENDAR-FIELD-02", key, "", key=key)
        rest = self.rest(top.get("rest", [])) if "rest" in top or base is None else base.rest_weekdays
        holidays: list[OffDays] = list(base.holidays) if base else []
        makeup: list[date] = list(base.makeup) if base else []
        notices: list[Notice] = list(base.notices) if base else []
        for year, notice in top.get("notices", {}).items():
            made = self.notice(year, notice, rest, {known.year for known in notices})
            notices += made
            holidays += made[-1].off if made else ()
            makeup += made[-1].work if made else ()
        holidays += self.rows(top.get("off", []), "off")
        makeup += self.worked(top.get("work", []), rest, "work")
        closures = [*(base.closures if base else ()), *self.rows(top.get("closures", []), "closures")]
        closures += self.vacations(self.rows(top.get("terms", []), "terms"))
        self.overlaps(holidays, makeup)
        wrong_zone = zone_problem(top["zone"], "zone") if "zone" in top else None
        if wrong_zone is not None:
            self.wrong(wrong_zone.code, "zone", top["zone"], **wrong_zone.args)
        hours = self.hours(top.get("hours"), "hours")
        breaks = self.hours(top.get("breaks"), "breaks")
        yearly = tuple(found for row in top.get("yearly", []) if (found := self.yearly(row)))
        dated = tuple(day for row in top.get("dated", []) if (day := self.dated(row)))
        if self.problems:
            return None
        years = sorted({notice.year for notice in notices})
        for earlier, later in pairwise(years):
            if later != earlier + 1:
                self.wrong("CALENDAR-YEAR-02", f"notices.{later}", f"notices.{later}", year=earlier + 1)
        return Calendar(
            id=top["id"], version=top["version"], zone=top.get("zone") or (base.zone if base else ""),
            rest_weekdays=rest, holidays=tuple(holidays), makeup=tuple(sorted(makeup)), closures=tuple(closures),
            official=(years[0], years[-1]) if years else None, notices=tuple(notices),
            source=top.get("source", base.source if base else ""), hours=hours or (base.hours if base else ()),
            yearly=(*(base.yearly if base else ()), *yearly), dated=(*(base.dated if base else ()), *dated),
            breaks=breaks or (base.breaks if base else ()),
        )  # fmt: skip

    def base(self, key: str) -> Calendar | None:
        """The calendar that this one extends: one of ours, by key."""
        found = load_calendar(key)
        if isinstance(found, Problem):
            self.wrong(found.code, "extends", key, **found.args)
            return None
        return found

    def rows(self, rows: Iterable[Any], where: str) -> list[OffDays]:
        return [run for row in rows if (run := self.row(row, where))]

    def worked(self, days: Iterable[Any], rest: tuple[int, ...], where: str) -> list[date]:
        """Make-up days: dates of the weekly rest."""
        found = []
        for day in days:
            if type(day) is not date:
                self.wrong("CALENDAR-OFF-01", where, str(day), row=str(day))
            elif day.weekday() not in rest:
                self.wrong("CALENDAR-WORK-01", where, str(day), date=day)
            else:
                found.append(day)
        return found

    def vacations(self, terms: list[OffDays]) -> list[OffDays]:
        """What lies between the terms of a school; before the first and after the last nothing is known."""
        found = []
        for term, following in pairwise(sorted(terms, key=lambda term: term.first)):
            if following.first <= term.last:
                self.wrong("CALENDAR-OFF-03", "terms", str(following.first), first=following.first, last=term.last)
            elif following.first - term.last > timedelta(days=1):
                found.append(OffDays(term.last + timedelta(days=1), following.first - timedelta(days=1), term.name))
        return found

    def yearly(self, row: Any) -> YearDay | None:
        """ "12-25, Christmas"."""
        match = YEARLY_ROW.fullmatch(row) if isinstance(row, str) else None
        try:
            day = date.fromisoformat(f"2028-{match[1]}-{match[2]}" if match else "")
        except ValueError:
            self.wrong("CALENDAR-YEARLY-01", "yearly", str(row), row=str(row))
            return None
        return YearDay(day.month, day.day, (match[3] or "") if match else "")

    def dated(self, row: Any) -> DatedHours | None:
        """ "2027-06-17 10:00-12:00", or "2027-06-17 closed"."""
        match = DATED_ROW.fullmatch(row) if isinstance(row, str) else None
        try:
            day = date.fromisoformat(match[1] if match else "")
        except ValueError:
            self.wrong("CALENDAR-DATED-01", "dated", str(row), row=str(row))
            return None
        spans = read_spans(match[2] if match else "")
        if isinstance(spans, Problem):
            self.wrong(spans.code, "dated", str(row), **spans.args)
            return None
        return DatedHours(day, spans)

    def rest(self, names: list[Any]) -> tuple[int, ...]:
        for name in names:
            if name not in WEEKDAYS:
                self.wrong("CALENDAR-REST-01", "rest", str(name), name=str(name), known=", ".join(WEEKDAYS))
        weekdays = tuple(sorted({WEEKDAYS.index(name) for name in names if name in WEEKDAYS}))
        if len(weekdays) == 7:
            self.wrong("CALENDAR-REST-02", "rest", "rest")
        return weekdays

    def hours(self, text: str | None, where: str) -> tuple[Window, ...]:
        windows = read_hours(text) if text else ()
        if isinstance(windows, Problem):
            self.wrong(windows.code, where, where, **windows.args)
            return ()
        return windows

    def notice(self, year: str, table: Any, rest: tuple[int, ...], known: set[int]) -> list[Notice]:
        """One year's notice and its changes, each a whole text, in order of publication."""
        where = f"notices.{year}"
        if not (year.isdecimal() and len(year) == 4 and isinstance(table, dict)):
            self.wrong("CALENDAR-YEAR-03", where, where, year=year)
            return []
        if int(year) in known:
            self.wrong("CALENDAR-YEAR-04", where, where, year=year)
            return []
        fields = self.take(table, NOTICE_FIELDS, f"{where}.")
        made = [self.text_of(int(year), fields, rest, where)]
        for place, change in enumerate(fields.get("changes", []), 1):
            inside = f"{where}.changes.{place}"
            if not isinstance(change, dict):
                self.wrong("CALENDAR-FIELD-03", inside, "changes", key="changes", expected="table")
                continue
            made.append(self.text_of(int(year), self.take(change, TEXT_FIELDS, f"{inside}."), rest, inside))
        for earlier, later in pairwise(made):
            if later.published <= earlier.published:
                args = {"published": later.published, "earlier": earlier.published}
                self.wrong("CALENDAR-YEAR-05", where, f"published = {later.published}", **args)
        return made

    def text_of(self, year: int, fields: dict[str, Any], rest: tuple[int, ...], where: str) -> Notice:
        """One text of a year's arrangement; it may also arrange the last days of the December before."""
        if "published" not in fields:
            self.wrong("CALENDAR-FIELD-02", f"{where}.published", where, key="published")
        runs = self.rows(fields.get("off", []), f"{where}.off")
        for run in runs:
            self.of_year(run.last, year, f"{where}.off")
        worked = self.worked(fields.get("work", []), rest, f"{where}.work")
        for day in worked:
            self.of_year(day, year, f"{where}.work")
        return Notice(year, fields.get("published", date.max), tuple(runs), tuple(worked))

    def of_year(self, day: date, year: int, where: str) -> None:
        december = day.year == year - 1 and day >= date(year - 1, 12, 20)
        if day.year != year and not december:
            self.wrong("CALENDAR-YEAR-01", where, str(day), date=day, year=year)

    def row(self, row: Any, where: str) -> OffDays | None:
        """ "2026-02-15 to 2026-02-23, spring-festival": both ends off; a single day has no "to"."""
        found = read_run(row)
        if isinstance(found, Problem):
            self.wrong(found.code, where, str(row), **found.args)
            return None
        return found

    def overlaps(self, holidays: list[OffDays], makeup: list[date]) -> None:
        for earlier, later in pairwise(sorted(holidays, key=lambda run: run.first)):
            if later.first <= earlier.last:
                self.wrong("CALENDAR-OFF-03", "notices", str(later.first), first=later.first, last=earlier.last)
        off = {run.first + timedelta(days=n) for run in holidays for n in range((run.last - run.first).days + 1)}
        for day in makeup:
            if day in off:
                self.wrong("CALENDAR-WORK-02", "notices", str(day), date=day)
