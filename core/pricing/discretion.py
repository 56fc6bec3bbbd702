"""Sums and shares that the party entitled fixes within a range: what it fixed, or the range until then."""

from fractions import Fraction

import msgspec

from core.problems import Problem
from core.rates import read_rate
from core.record import Fact, Record
from core.terms import Charge, Rule

__all__ = ["fixed", "is_range"]


def is_range(rule: Rule) -> bool:
    """Whether what the rule charges is still to be fixed between two ends."""
    return rule.charge is not None and (rule.charge.most is not None or rule.charge.most_rate is not None)


def fixed(record: Record, rule: Rule, charge: str) -> Rule | None:
    """The rule with the sum that was fixed for this charge ("exercised"); None, and noted as open, until it is.

    An amount is fixed by the event's `amount`, a share by its `value` ("3%"); one outside the range fixes nothing.
    """
    price = rule.charge
    if price is None or not is_range(rule):
        return rule
    for fact in reversed(record.of("exercised", charge)):
        chosen = _chosen(price, fact)
        if chosen is not None:
            return msgspec.structs.replace(rule, charge=chosen)
        args = {"charge": charge, "least": price.amount or price.rate, "most": price.most or price.most_rate}
        record.question(Problem("EVENT-RANGE-01", f"events.{fact.event.id}", args))
    record.open[charge] = rule
    return None


def _chosen(price: Charge, fact: Fact) -> Charge | None:
    """The charge as fixed; None where it lies outside the range, or says nothing that can be read."""
    amount, value = fact.event.amount, fact.event.value
    if price.most is not None and price.amount is not None:
        if amount is None or not price.amount.minor <= amount.minor <= price.most.minor:
            return None
        return msgspec.structs.replace(price, amount=amount, most=None)
    rate = _rate(value)
    assert price.rate is not None
    assert price.most_rate is not None
    if rate is None or not price.rate <= rate <= price.most_rate:
        return None
    return msgspec.structs.replace(price, rate=rate, most_rate=None)


def _rate(text: str | None) -> Fraction | None:
    try:
        return read_rate(text or "")
    except ValueError:
        return None
