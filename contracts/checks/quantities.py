"""Shares that must make a whole, amounts below what makes sense, currencies."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from contracts.checks.scope import Scope, each
from contracts.spoken import percent
from contracts.walk import LEAST, POSITIVE, Path, fields
from core.money import Money, UnitPrice, exponent, parse_decimal, show_decimal
from core.pricing.exchange import read_value
from core.terms import Amendment, Charge, Scorecard

__all__ = ["currencies", "least", "sums"]


def sums(scope: Scope) -> None:
    for path, shares in _excesses(scope):
        if shares and sum(shares.values()) != 1:
            scope.wrong(path, "TERMS-SUM-01", sum=_percent(sum(shares.values(), Fraction(0))))
    for i, card in enumerate(scope.contract.scorecards):
        for name, weights in _weighed(card):
            total = sum(weights, Fraction(0))
            if total != 1 and card.sum is None:
                scope.wrong(("scorecards", i, *name), "TERMS-SUM-02", sum=_percent(total))


def _excesses(scope: Scope) -> Iterator[tuple[Path, Mapping[str, Fraction]]]:
    for key, third in scope.contract.third_parties.items():
        yield ("third_parties", key, "excess"), third.excess
        yield ("third_parties", key, "involvement", "costs"), third.involvement.costs if third.involvement else {}
    for i, decision in enumerate(scope.contract.decisions):
        takes = decision.takes
        if decision.about.endswith((".excess", ".costs")) and isinstance(takes, dict) and not _unread(takes):
            yield ("decisions", i, "takes"), decision.takes
    for i, rule in enumerate(scope.contract.rules):
        yield ("rules", i, "debtors"), rule.debtors


def _unread(shares: Mapping[str, object]) -> bool:
    """Shares whose path nobody knew are still words; that is told where the path is."""
    return any(isinstance(share, str) for share in shares.values())


def least(scope: Scope) -> None:
    """Quantities and amounts below what makes sense, in phrases and in long form."""
    for path, value in each(scope.contract):
        kind: type = type(value)
        if kind not in LEAST and kind not in POSITIVE and kind is not Amendment:
            continue
        names = _named_in_file(kind)
        for field, least in LEAST.get(kind, {}).items():
            own = getattr(value, field)
            for step, one in own.items() if isinstance(own, Mapping) else [(None, own)]:
                if _below(one, least):
                    place = (*path, names[field]) if step is None else (*path, names[field], step)
                    scope.wrong(place, "TERMS-LEAST-01", text=_shown_size(one), least=least)
        for field in POSITIVE.get(kind, ()):
            own = getattr(value, field)
            if own is not None and own.minor <= 0:
                scope.wrong((*path, names[field]), "TERMS-LEAST-02", text=str(own))
        if isinstance(value, Charge) and value.rate is not None and value.rate < 0 and value.reference is None:
            scope.wrong((*path, "rate"), "TERMS-LEAST-01", text=_shown_size(value.rate), least=0)
        if isinstance(value, Amendment):
            for key, new in value.set.items():
                if isinstance(new, (Money, Fraction)) and _below(new, 0):
                    scope.wrong((*path, "set", key), "TERMS-LEAST-01", text=_shown_size(new), least=0)
    for i, rule in enumerate(scope.contract.rules):
        for name, charge in (("charge", rule.charge), ("plus", rule.plus)):
            if charge is not None and charge.amount is not None and charge.amount.minor == 0:
                scope.wrong(("rules", i, name), "TERMS-LEAST-02", text=str(charge.amount))


def currencies(scope: Scope) -> None:
    """Money of another currency: only where it can be converted, and only with rates of its own (KNOBS `fx`)."""
    own, known = scope.contract.currency, scope.contract.exchange
    for path, value in each(scope.contract):
        if not isinstance(value, (Money, UnitPrice)) or value.currency == own:
            continue
        if value.currency not in known or not _converted(path):
            scope.wrong(path, "TERMS-CURRENCY-01", text=value.currency, currency=own)
    for i, event in enumerate(scope.events):
        if event.amount is None or event.amount.currency == own:
            continue
        if event.what != "loss proven" or event.amount.currency not in known:
            scope.wrong(("events", i, "amount"), "TERMS-CURRENCY-01", text=event.amount.currency, currency=own)
    for currency, table in known.items():
        if currency == own or not re.fullmatch("[A-Z]{3}", currency):
            scope.wrong(("exchange", currency), "FX-TABLE-01", currency=currency, own=own)
        for i, text in enumerate(table.values or ()):
            if read_value(text) is None:
                scope.wrong(("exchange", currency, "values", i), "FX-VALUE-01", text=text[:60])
    _step(scope)


def _converted(path: Path) -> bool:
    """Whether an amount is one that is converted: what a rule charges, and its ceiling."""
    return path[0] == "rules" and path[2] in {"charge", "tiers", "plus", "at_most"}


def _step(scope: Scope) -> None:
    """A smallest step of money that the currency does not have (KNOBS `round_to`)."""
    step = scope.contract.counting.knobs.get("round_to", "minor unit")
    currency = scope.contract.currency
    if re.fullmatch(r"\d+(\.\d+)?", step) and (parse_decimal(step) * 10 ** exponent(currency)).denominator > 1:
        scope.wrong(("counting", "round_to"), "FX-STEP-01", step=step, currency=currency)


def _weighed(card: Scorecard) -> Iterator[tuple[Path, list[Fraction]]]:
    """Each set of weights of a card that must make a whole: its items, and the parts of an item."""
    if card.weights:
        yield ("weights",), [weight.weight for weight in card.weights.values()]
    for name, weight in card.weights.items():
        if weight.parts:
            yield ("weights", name), list(weight.parts.values())


@cache
def _named_in_file(kind: type) -> dict[str, str]:
    return {field.name: key for key, field in fields(kind).items()}


def _below(value: Any, least: int) -> bool:
    """Whether a quantity that is given is smaller than that."""
    size = _size(value)
    return size is not None and size < least


def _size(value: Any) -> Fraction | None:
    """The size of a quantity; a share tells of its own rate."""
    if isinstance(value, Money):
        return Fraction(value.minor)
    return Fraction(value) if isinstance(value, (int, Fraction)) else None


def _shown_size(value: Any) -> str:
    return show_decimal(value) if isinstance(value, Fraction) else str(value)


def _percent(value: Fraction) -> dict[str, str] | str:
    """A sum of shares as a percentage, or as the fraction where its decimals do not end."""
    return show_decimal(value) if "/" in show_decimal(value * 100) else percent(value)
