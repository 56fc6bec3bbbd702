"""Readings of key figures and cards as values, and what rules look up in them: edges, points short, rounding."""

import math
from datetime import date
from fractions import Fraction

import msgspec

from core.money import Mode, integer
from core.problems import Problem
from core.record import Record
from core.terms import Measure, Range, Scorecard, Text, When

__all__ = ["FULL", "Figure", "Item", "LostPoints", "bottom", "looked_up", "pointed", "rounded", "settled", "shortfall"]

FULL = Fraction(100)


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One weighted item of a score, or one site: its reading and weight; None where it was not rated."""

    id: str
    weight: Fraction
    value: Fraction | None


class LostPoints(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points of a card that one fact cost (or gave, then negative), and the line that says so."""

    line: str
    fact: str
    day: date
    units: Fraction
    points: Fraction
    title: Text = {}


class Figure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reading of a measure or scorecard in one window. `exact` before, `value` after the contract's rounding; None:
    no reading.

    `kept` of `cases` for shares of cases; `down` and `counted` seconds for shares of time, `excluded` seconds left out;
    `items` for scores and sites, `points` for points cards; `facts` are the cases and events that pulled it down.
    `complete` is whether the window had closed by the record's day, `partial` whether the contract served all of it.
    `before`: the value before this one, where it is read every day.
    """

    id: str
    measure: str
    window: str
    first: date
    last: date
    exact: Fraction | None = None
    value: Fraction | None = None
    before: Fraction | None = None
    person: str | None = None
    grade: str | None = None
    kept: int | None = None
    cases: int | None = None
    down: Fraction | None = None
    counted: Fraction | None = None
    excluded: Fraction | None = None
    items: tuple[Item, ...] = ()
    points: tuple[LostPoints, ...] = ()
    facts: tuple[str, ...] = ()
    partial: bool = False
    complete: bool = False


def settled(record: Record, held: Range, where: str) -> Range | None:
    """A range with its edges known; one written "95 to 99" takes them from the contract (KNOBS `band_edge`)."""
    if held.low is None:
        return held
    edge = record.ask("band_edge", where)
    if edge == "written in the band":
        record.question(Problem("MEASURE-EDGE-01", where, {"low": held.low, "high": held.high}))
        return None
    return None if edge is None else held.edged(edge == "at or below")


def pointed(record: Record, units: Fraction, part: str | None, where: str) -> Fraction | None:
    """Points short: completed, started or exact (KNOBS `point_part`, asked only where a part arises)."""
    if units.denominator == 1:
        return units
    part = part or record.ask("point_part", where)
    if part is None:
        return None
    return {"completed": Fraction(math.floor(units)), "started": Fraction(math.ceil(units))}.get(part, units)


def bottom(held: Range) -> Fraction:
    """The lower edge of a range; below every reading where it has none."""
    edge = held.from_ if held.from_ is not None else held.above
    return Fraction(-(10**30)) if edge is None else edge


def shortfall(record: Record, when: When, figure: Figure, unit: str, where: str) -> Fraction | None:
    """By how much a reading misses its target: in points, or per cent of the target where "1 %" is said."""
    assert figure.value is not None
    measure = next((m for m in record.contract.measures if m.id == figure.measure), None)
    target = measure.target if when.target and measure else None
    held = when.range
    if target is None and held is not None:
        target = held.below if held.below is not None else held.up_to
        over = held.from_ if held.from_ is not None else held.above
        if target is None and over is not None:
            return figure.value - over
    if target is None:
        return None
    short = target - figure.value
    if unit == "percent" and record.ask("point_of", where) == "per cent of the target" and target:
        return short * 100 / target
    return None if unit == "percent" and record.counting.of("point_of") is None else short


def looked_up(record: Record, term: Measure | Scorecard, exact: Fraction | None, where: str) -> Fraction | None:
    """The reading as bands and grades see it (KNOBS `round_first`, asked where there are any)."""
    rule = term.round
    if exact is not None and rule is None and _banded(record, term):
        rule = record.ask("round_first", f"{where}.round")
    if rule not in (None, "no", "not rounded") and not rule.partition(" ")[0].isdigit():
        record.question(Problem("TERMS-WORD-01", f"{where}.round", {"text": rule, "known": "2 decimals, down"}))
        return None
    return rounded(exact, rule)


def _banded(record: Record, term: Measure | Scorecard) -> bool:
    graded = isinstance(term, Scorecard) and bool(term.grades)
    return graded or any(rule.bands and rule.bands_of == term.id for rule in record.contract.rules)


def rounded(exact: Fraction | None, rule: str | None) -> Fraction | None:
    """Apply "1 decimal, half up" (or "not rounded"); KNOBS `round_first`."""
    if exact is None or rule in (None, "no", "not rounded"):
        return exact
    digits, _, words = rule.partition(" ")
    mode = words.partition(", ")[2] or "half up"
    scale = 10 ** int(digits)
    return Fraction(integer(exact * scale, _mode(mode)), scale)


def _mode(text: str) -> Mode:
    return text if text in ("half up", "half even", "down", "up") else "half up"  # type: ignore[return-value]
