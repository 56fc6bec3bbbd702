"""A rule as a row of whole numbers: its grace, its tiers, and its own maximum."""

import math
from fractions import Fraction
from itertools import pairwise

from core.lowered.reach import BeyondError
from core.lowered.tables import ENDLESS, SCALE, Priced, Tier, units
from core.money import Money
from core.periods import Period
from core.pricing.bases import base_of
from core.pricing.rounding import precision
from core.record import Record
from core.terms import Charge, Grace, Rule

__all__ = ["TOGETHER", "row_of"]

TOGETHER = frozenset({"all", "all of the rule"})
"""How a maximum of all charges of a rule is said."""


def row_of(record: Record, rule: Rule) -> Priced:
    """A rule as the tables have it, at a scale that makes each of its rates and sums a whole number."""
    how = precision(record, rule)
    if how.when != "once" or how.step is not None:
        raise BeyondError("rules.round")
    charges = _charges(rule)
    once = not rule.tiers and charges[0].per is None
    working, length, completed = _unit(record, charges[0])
    worths = [_worth(record, charge.rate, charge.amount, charge.of or "total") for charge in charges]
    most = _maximum(record, rule)
    parts = [part for worth in (*worths, *((most,) if most else ())) for part in worth]
    if any(part < 0 for part in parts):
        raise BeyondError("rules.below zero")
    scale = 2 * math.lcm(SCALE // 2, *(part.denominator for part in parts))
    spans = _spans(rule, charges)
    ceiling = (int(most[0] * scale), int(most[1] * scale)) if most else None
    whole = rule.at_most is not None and (rule.at_most.per or record.counting.of("at_most")) in TOGETHER
    lead = {"half up": scale // 2, "half even": scale // 2, "down": 0, "up": scale - 1}
    return Priced(
        working=working,
        length=length,
        completed=completed,
        grace=_grace(record, rule.grace, working, length, completed),
        franchise=rule.grace is not None and rule.grace.kind == "charged once exceeded",
        shifted=once or rule.counts != "days after due",
        reached=rule.tiering == "all days at the rate reached",
        tiers=tuple(
            Tier(first, last, int(rate * scale), int(fixed * scale))
            for (first, last), (rate, fixed) in zip(spans, worths, strict=True)
        ),
        scale=scale,
        lead=lead[how.mode],
        even=how.mode == "half even",
        most=None if whole else ceiling,
        together=ceiling if whole else None,
    )


def _charges(rule: Rule) -> tuple[Charge, ...]:
    """The tiers of a rule, or its only charge: all by one unit, and nothing about them left open."""
    if rule.tiers and rule.tiering is None:
        raise BeyondError("rules.tiering")
    if rule.tiers and rule.grace is not None and rule.counts is None:
        raise BeyondError("rules.counts")
    charges = rule.tiers or tuple(charge for charge in (rule.charge,) if charge is not None)
    pers = {charge.per for charge in charges}
    if len(pers) != 1 or (rule.tiers and None in pers):
        raise BeyondError("rules.charge.per")
    if not rule.tiers and (charges[0].from_ or charges[0].to):
        raise BeyondError("rules.charge.from")
    return charges


def _spans(rule: Rule, charges: tuple[Charge, ...]) -> list[tuple[int, int]]:
    """The first and last unit of each tier: without a gap at the beginning or between them, and in order."""
    if not rule.tiers:
        return [(1, 1 if charges[0].per is None else ENDLESS)]
    spans = [(charge.from_ or 1, charge.to or ENDLESS) for charge in charges]
    if spans[0][0] != 1 or any(b[0] != a[1] + 1 for a, b in pairwise(spans)):
        raise BeyondError("rules.tiers")
    return spans


def _unit(record: Record, charge: Charge) -> tuple[bool, int, bool]:
    """Whether working days count, how many make a unit, and whether only completed units cost."""
    per = charge.per
    unit, n = (per.unit, per.n) if per else ("day", 1)
    if unit == "day" and record.counting.delay_unit == "working days":
        unit = "working day"
    length = n * {"day": 1, "working day": 1, "week": 7}.get(unit, 0)
    part = (per.part if per else None) or record.counting.of("part_days")
    if not length or (unit == "working day" and n != 1) or (length > 1 and part not in {"started", "completed"}):
        raise BeyondError("rules.charge.per")
    return unit == "working day", length, length > 1 and part == "completed"


def _worth(record: Record, rate: Fraction | None, fixed: Money | None, of: str) -> tuple[Fraction, Fraction]:
    """A price as a share of the contract's total and a sum beside it."""
    if fixed is not None:
        return Fraction(0), Fraction(fixed.minor)
    base = base_of(of, record.contract) if of == "total" or "." in of else None
    if rate is None or base is None:
        raise BeyondError(f"rules.charge.of {of}")
    return (rate, Fraction(0)) if of == "total" else (Fraction(0), rate * base)


def _maximum(record: Record, rule: Rule) -> tuple[Fraction, Fraction] | None:
    ceiling = rule.at_most
    if ceiling is None:
        return None
    if (ceiling.per or record.counting.of("at_most")) not in {"obligation", "each obligation", *TOGETHER}:
        raise BeyondError("rules.at_most.per")
    to = ceiling.to
    return _worth(record, None, to, "") if isinstance(to, Money) else _worth(record, to.rate, None, to.of)


def _grace(record: Record, grace: Grace | None, working: bool, length: int, completed: bool) -> int:
    """Units of grace; only where it is told in the days in which the delay counts."""
    if grace is None:
        return 0
    days = {"day": 1, "week": 7, "working day": 1}.get(grace.period.unit)
    alike = (grace.period.unit == "working day") == working
    if grace.kind is None or days is None or not alike or grace.period != Period(grace.period.n, grace.period.unit):
        raise BeyondError("rules.grace")
    if (grace.period.n * days) % length or (completed and grace.kind == "charged once exceeded"):
        raise BeyondError("rules.grace")  # blocks begin when grace ends
    return int(units(grace.period.n * days, length, completed))
