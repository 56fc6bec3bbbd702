"""What a reading costs: the band that holds it, points short of a target, and counts over several windows."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import pairwise

import msgspec

from core.measures import Figure, bottom, pointed, settled, shortfall
from core.problems import Problem
from core.record import Record
from core.terms import Band, Charge, Payment, Range, Rule

__all__ = ["POINTS", "Costs", "counts", "described", "fee_base", "firing", "taken"]

POINTS = frozenset({"point", "percentage point", "percent"})
"""Units of charges that count by how much a reading falls short."""

Costs = list[tuple[Charge, Fraction]]
"""Charges of one reading with their units."""


def described(record: Record, rule: Rule, figure: Figure) -> bool:
    """Whether the rule's `when` describes this reading by itself; `firing` counts over windows. What is read every day
    is described on the first day of a stretch.
    """
    if figure.before is None:
        return _described(record, rule, figure)
    before = msgspec.structs.replace(figure, value=figure.before)
    return _described(record, rule, figure) and not _described(record, rule, before)


def _described(record: Record, rule: Rule, figure: Figure) -> bool:
    when, value = rule.when, figure.value
    if when.measure != figure.measure or value is None:
        return False
    if when.grade is not None:
        return figure.grade == when.grade
    if when.target:
        short = shortfall(record, when, figure, "point", f"rules.{rule.id}.when")
        return short is not None and short > 0
    if when.range is not None:
        held = settled(record, when.range, f"rules.{rule.id}.when")
        return held is not None and held.holds(value)
    return True


def firing(record: Record, rule: Rule, figures: Mapping[str, Figure]) -> frozenset[str]:
    """The readings with which "n of m windows" is reached (KNOBS `n_of_m`, `trigger_reuse`, `trigger_takes`)."""
    when = rule.when
    if not when.count or not when.of:
        return frozenset()
    fired: set[str] = set()
    for person in dict.fromkeys(f.person for f in figures.values() if f.measure == when.measure):
        mine = [f for f in figures.values() if f.measure == when.measure and f.person == person and f.complete]
        bad = [described(record, rule, f) and counts(record, f) for f in mine]
        used: set[int] = set()
        for i, figure in enumerate(mine):
            window = [k for k in range(max(0, i - when.of + 1), i + 1) if bad[k] and k not in used]
            if record.counting.of("n_of_m") == "consecutive":
                window = _run(window, i)
            if bad[i] and len(window) >= when.count:
                fired.add(figure.id)
                if record.counting.of("trigger_reuse") == "used up":
                    used.update(window)
    return frozenset(fired)


def counts(record: Record, figure: Figure) -> bool:
    """A reading whose right was given up does not count, unless the contract says so."""
    if record.counting.of("trigger_takes") == "also waived":
        return True
    names = [figure.id, *(f"{rule.id}:{figure.id}" for rule in record.contract.rules)]
    return not any(fact.event.amount is None for name in names for fact in record.of("waived", name))


def _run(places: list[int], last: int) -> list[int]:
    """Those in a row up to the last one."""
    row: list[int] = []
    for place in reversed(places):
        if place != last - len(row):
            break
        row.append(place)
    return row


def taken(record: Record, rule: Rule, figure: Figure, worth: Callable[[Charge, Fraction], Fraction]) -> Costs:
    """The charges that a reading brings, with their units: its band, several, a slice of each, or the rule's own."""
    if not rule.bands:
        charge = rule.charge
        units = _units(record, rule, figure, charge, None) if charge is not None else None
        return [] if charge is None or units is None else [(charge, units)]
    assert figure.value is not None
    where = f"rules.{rule.id}.bands"
    edges = [(band, settled(record, band.range, where)) for band in rule.bands]
    held = [(band, edge) for band, edge in edges if edge is not None and edge.holds(figure.value)]
    take = rule.take
    if take is None and len(held) > 1:
        said = record.ask("take", f"rules.{rule.id}.take")
        if said is None:
            return []
        take = {"worst band": "the worst band", "sum of bands": "the sum of the bands"}.get(said, said)
    if take == "each slice at its own":
        return _sliced(record, rule, figure, held)
    costs: Costs = []
    for band, edge in held:
        units = _units(record, rule, figure, band.charge, edge)
        if units is not None:
            costs.append((band.charge, units))
    if take == "the worst band" and len(costs) > 1:
        return [max(costs, key=lambda cost: worth(*cost))]
    return costs


def _sliced(record: Record, rule: Rule, figure: Figure, held: list[tuple[Band, Range]]) -> Costs:
    """Each band at its own rate a point, from its edge down to the next band's, as tiers of days are."""
    assert figure.value is not None
    tops = sorted(((_top(edge), band.charge) for band, edge in held), key=lambda pair: pair[0], reverse=True)
    costs: Costs = []
    for (top, charge), (below, _) in pairwise([*tops, (figure.value, Charge())]):
        part = charge.per.part if charge.per else None
        units = pointed(record, top - max(below, figure.value), part, f"rules.{rule.id}")
        if units:
            costs.append((charge, units))
    return costs


def _top(edge: Range) -> Fraction:
    top = edge.below if edge.below is not None else edge.up_to
    return top if top is not None else bottom(edge)


def _units(record: Record, rule: Rule, figure: Figure, charge: Charge, edge: Range | None) -> Fraction | None:
    """1, or the points by which the reading falls short of the rule's target (of its band's edge)."""
    per = charge.per
    if per is None or per.unit not in POINTS:
        return Fraction(1)
    where = f"rules.{rule.id}.charge"
    if edge is not None and figure.value is not None:
        short: Fraction | None = _top(edge) - figure.value
    else:
        short = shortfall(record, rule.when, figure, per.unit, where)
    if short is None or short <= 0:
        return None
    return pointed(record, short / per.n, per.part, where)


def fee_base(record: Record, of: str, figure: Figure | None, payments: Iterable[Payment]) -> str | int | None:
    """What "the month's fee" is: the one price due each month, that of the measure's service, or all of them (KNOBS
    `credit_base`, asked where there are several). A payment's id, a sum, or None.
    """
    unit = of.removesuffix(" fee")
    due = [p for p in payments if p.due.every is not None and p.due.every.unit.endswith(unit)]
    if len(due) < 2:
        return due[0].id if due else None
    where = figure.measure if figure else "payments"
    how = record.ask("credit_base", where)
    if how is None:
        return None
    if how == "whole fee":
        return sum(p.amount.minor for p in due)
    named = next((m.service for m in record.contract.measures if figure is not None and m.id == figure.measure), None)
    if named not in {p.id for p in due}:
        record.question(Problem("MEASURE-FEE-01", where, {"known": ", ".join(p.id for p in due)}))
        return None
    return named
