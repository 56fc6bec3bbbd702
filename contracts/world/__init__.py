"""Calendars from outside: the pinned ones that ship beside this file, and the author's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.problems import Problem, nearest
from core.worktime import WEEKDAYS, Calendar, OffDays, Window, read_hours, zone_problem

__all__ = ["known_calendars", "load_calendar", "read_calendar"]

HERE = Path(__file__).parent
LARGEST = 200_000  # bytes; nine years take five thousand
FIELDS = {"id": str, "version": str, "zone": str, "rest": list, "source": str, "hours": str, "closures": list,
          "notices": dict}  # fmt: skip
REQUIRED = ("id", "version", "zone", "rest")
NOTICE_FIELDS = {"published": date, "number": str, "amended": date, "change": str, "off": list, "work": list}
ROW = re.compile(r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?(?:, *(\S.*))?")


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
    if calendar is None or problems:  # ours, and tested: never wrong
        raise AssertionError(problems)
    return calendar


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
        for key in REQUIRED:
            if key not in data:
                self.wrong("CALENDAR-FIELD-02", key, "", key=key)
        rest = self.rest(top.get("rest", []))
        holidays: list[OffDays] = []
        makeup: list[date] = []
        published: list[tuple[int, date]] = []
        for year, notice in top.get("notices", {}).items():
            self.notice(year, notice, rest, holidays, makeup, published)
        closures = [run for row in top.get("closures", []) if (run := self.row(row, "closures"))]
        self.overlaps(holidays, makeup)
        wrong_zone = zone_problem(top["zone"], "zone") if "zone" in top else None
        if wrong_zone is not None:
            self.wrong(wrong_zone.code, "zone", top["zone"], **wrong_zone.args)
        hours = self.hours(top.get("hours"))
        if self.problems:
            return None
        years = sorted({year for year, _ in published})
        for earlier, later in pairwise(years):
            if later != earlier + 1:
                self.wrong("CALENDAR-YEAR-02", f"notices.{later}", f"notices.{later}", year=earlier + 1)
        return Calendar(
            id=top["id"], version=top["version"], zone=top["zone"], rest_weekdays=rest, holidays=tuple(holidays),
            makeup=tuple(sorted(makeup)), closures=tuple(closures), official=(years[0], years[-1]) if years else None,
            published=tuple(published), source=top.get("source", ""), hours=hours,
        )  # fmt: skip

    def rest(self, names: list[Any]) -> tuple[int, ...]:
        for name in names:
            if name not in WEEKDAYS:
                self.wrong("CALENDAR-REST-01", "rest", str(name), name=str(name), known=", ".join(WEEKDAYS))
        weekdays = tuple(sorted({WEEKDAYS.index(name) for name in names if name in WEEKDAYS}))
        if len(weekdays) == 7:
            self.wrong("CALENDAR-REST-02", "rest", "rest")
        return weekdays

    def hours(self, text: str | None) -> tuple[Window, ...]:
        windows = read_hours(text) if text else ()
        if isinstance(windows, Problem):
            self.wrong(windows.code, "hours", "hours", **windows.args)
            return ()
        return windows

    def notice(
        self,
        year: str,
        table: Any,
        rest: tuple[int, ...],
        holidays: list[OffDays],
        makeup: list[date],
        published: list[tuple[int, date]],
    ) -> None:
        """One year's notice; it may also arrange the last days of the December before."""
        where = f"notices.{year}"
        if not (year.isdecimal() and len(year) == 4 and isinstance(table, dict)):
            self.wrong("CALENDAR-YEAR-03", where, where, year=year)
            return
        fields = self.take(table, NOTICE_FIELDS, f"{where}.")
        if "published" not in fields:
            self.wrong("CALENDAR-FIELD-02", f"{where}.published", where, key="published")
        for key in ("published", "amended"):
            if key in fields:
                published.append((int(year), fields[key]))
        runs = [run for row in fields.get("off", []) if (run := self.row(row, f"{where}.off"))]
        for run in runs:
            self.of_year(run.last, int(year), f"{where}.off")
        for day in fields.get("work", []):
            if type(day) is not date:
                self.wrong("CALENDAR-OFF-01", f"{where}.work", str(day), row=str(day))
            elif day.weekday() not in rest:
                self.wrong("CALENDAR-WORK-01", f"{where}.work", str(day), date=day)
            else:
                self.of_year(day, int(year), f"{where}.work")
                makeup.append(day)
        holidays += runs

    def of_year(self, day: date, year: int, where: str) -> None:
        december = day.year == year - 1 and day >= date(year - 1, 12, 20)
        if day.year != year and not december:
            self.wrong("CALENDAR-YEAR-01", where, str(day), date=day, year=year)

    def row(self, row: Any, where: str) -> OffDays | None:
        """ "2026-02-15 to 2026-02-23, spring-festival": both ends off; a single day has no "to"."""
        match = ROW.fullmatch(row) if isinstance(row, str) else None
        try:
            first = date.fromisoformat(match[1] if match else "")
            last = date.fromisoformat(match[2]) if match and match[2] else first
        except ValueError:
            self.wrong("CALENDAR-OFF-01", where, str(row), row=str(row))
            return None
        if last < first or last - first > timedelta(days=366):
            self.wrong("CALENDAR-OFF-02", where, str(row), first=first, last=last)
            return None
        return OffDays(first, last, (match[3] or "") if match else "")

    def overlaps(self, holidays: list[OffDays], makeup: list[date]) -> None:
        for earlier, later in pairwise(sorted(holidays, key=lambda run: run.first)):
            if later.first <= earlier.last:
                self.wrong("CALENDAR-OFF-03", "notices", str(later.first), first=later.first, last=earlier.last)
        off = {run.first + timedelta(days=n) for run in holidays for n in range((run.last - run.first).days + 1)}
        for day in makeup:
            if day in off:
                self.wrong("CALENDAR-WORK-02", "notices", str(day), date=day)
