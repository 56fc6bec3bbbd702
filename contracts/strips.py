"""Strips of days in words: one row for each day, or for each run of days that are alike, in the reader's language."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from core.counting.strips import Run
from core.money import show_decimal
from core.worktime import WEEKDAYS
from locales import words

__all__ = ["Row", "lines", "rows", "weekday"]


class Row(NamedTuple):
    """One row of a strip, spoken: its `days` ("2026-02-11 – 2026-02-13"), their `weekdays`, and what they are.

    `kind` and the reason's words tell a page how to mark the row; `sign` is the same in one character.
    """

    kind: str
    days: str
    weekdays: str
    sign: str
    said: str


_SIGNS = {"event": "·", "named": "·", "counted": "+", "skipped": "–", "paused": "‖", "moved": "→", "left out": "…"}


def rows(runs: Iterable[Run], lang: str) -> list[Row]:
    """The rows of a strip, from `core.explain.strip` or `core.counting.strips.runs`."""
    return [
        Row(run.kind, _days(run), _weekdays(run, lang), _SIGNS.get(run.kind, "■"), _said(run, lang)) for run in runs
    ]


def lines(runs: Iterable[Run], lang: str) -> list[str]:
    """The same for a terminal: one indented line each."""
    return [
        "  ".join(part for part in (f"  {r.days:<23}", r.weekdays, r.sign, r.said) if part) for r in rows(runs, lang)
    ]


def weekday(day: date, lang: str) -> str:
    return words(lang, f"weekday.{WEEKDAYS[day.weekday()]}")


def _days(run: Run) -> str:
    return str(run.first) if run.first == run.last else f"{run.first} – {run.last}"


def _weekdays(run: Run, lang: str) -> str:
    if run.kind == "left out":
        return ""
    first = weekday(run.first, lang)
    return first if run.days == 1 else f"{first}–{weekday(run.last, lang)}"


def _said(run: Run, lang: str) -> str:
    key = run.kind.replace(" ", "-")
    if run.kind == "due" and run.n is None:
        key = "due-plain"
    text = words(lang, f"strip.{key}", n=_numbers(run), days=run.days)
    reason = words(lang, "strip.reason", reason=run.reason) if run.reason else ""
    return (text + reason + (words(lang, "strip.provisional") if run.provisional else "")).strip()


def _numbers(run: Run) -> str:
    """The number reached: "3", or "1–5" over a run; nothing where nothing is counted."""
    if run.n is None:
        return ""
    ends = dict.fromkeys((run.since or Fraction(0), run.n))
    return "–".join(show_decimal(n) if "/" not in show_decimal(n) else f"{float(n):.2f}" for n in ends)
