"""A charge that several owe: by shares as a charge of each, or whole and joint (Civil Code 517–519)."""

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from core.money import Money
from core.presets import asking
from core.pricing.accruals import Accrual
from core.pricing.curves import split
from core.record import Record
from core.terms import Rule

__all__ = ["by_debtor"]


def by_debtor(record: Record, accruals: Iterable[Accrual]) -> tuple[Accrual, ...]:
    """Each charge of a rule with several `debtors`: in shares, or once, with each one's share among themselves noted.

    How they owe is a preset's or asked (KNOBS `debtors`); until it is said there is no figure.
    """
    rules = {rule.id: rule for rule in record.contract.rules if len(rule.debtors) > 1}
    if not rules:
        return tuple(accruals)
    made: list[Accrual] = []
    for accrual in accruals:
        rule = rules.get(accrual.rule)
        if rule is None:
            made.append(accrual)
            continue
        how = record.counting.of("debtors")
        if how is None:
            record.question(asking("debtors", f"rules.{rule.id}.debtors"))
            continue
        made.extend(_shares(record, rule, accrual) if how == "by share" else [_joint(record, rule, accrual)])
    return tuple(made)


def _debtors(rule: Rule) -> dict[str, Fraction]:
    """Shares by debtor, who the rule says owes first, then by name: how a file happens to list them decides nothing."""
    names = sorted(rule.debtors, key=lambda name: (name != rule.owed_by, name))
    return {name: rule.debtors[name] for name in names}


def _split(record: Record, rule: Rule, amount: Money) -> dict[str, Money]:
    """Whole cents for each debtor, in their order."""
    scale = 1
    for share in rule.debtors.values():
        scale *= share.denominator
    names = list(_debtors(rule))
    weights = [int(rule.debtors[name] * scale) for name in names]
    parts = split(amount.minor, weights, names, record.counting.of("remainder"))
    return {name: Money(part, amount.currency) for name, part in zip(names, parts, strict=True)}


def _joint(record: Record, rule: Rule, accrual: Accrual) -> Accrual:
    """Owed once, in the first one's name; any of them may be asked for all of it."""
    return msgspec.structs.replace(
        accrual, debtor=next(iter(_debtors(rule))), jointly=_split(record, rule, accrual.gross)
    )


def _shares(record: Record, rule: Rule, accrual: Accrual) -> list[Accrual]:
    """One charge for each debtor: its share of every slice, of the sum in whole cents, and of the rule's maximum."""
    gross = _split(record, rule, accrual.gross)
    most = _split(record, rule, accrual.maximum.to) if accrual.maximum else {}
    return [
        msgspec.structs.replace(
            accrual,
            id=f"{accrual.id}/{name}",
            debtor=name,
            share=share,
            slices=tuple(msgspec.structs.replace(part, exact=part.exact * share) for part in accrual.slices),
            exact=accrual.exact * share,
            gross=gross[name],
            maximum=msgspec.structs.replace(accrual.maximum, to=most[name]) if accrual.maximum else None,
        )
        for name, share in _debtors(rule).items()
    ]
