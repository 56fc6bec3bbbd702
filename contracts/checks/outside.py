"""Rates, what is paid ahead, and people outside the contract."""

from datetime import date

from contracts import phrases
from contracts.checks.names import base
from contracts.checks.scope import EVENT_KIND, MEASURE, PARTY, REF, Scope
from contracts.walk import Path
from core.rates import read_fixing

__all__ = ["ahead", "people_outside"]


def ahead(scope: Scope) -> None:
    """Reference rates, and what was paid ahead: names that lead nowhere, days that are none."""
    for name, table in scope.contract.rates.items():
        for key in table.values:
            if not _is_day(key):
                scope.wrong(("rates", name, "values", key), "TERMS-DATE-01", text=key)
        for i, text in enumerate(table.fixed):
            if read_fixing(text) is None:
                scope.wrong(("rates", name, "fixed", i), "RATE-FIXED-02", text=text[:60])
    for i, deposit in enumerate(scope.contract.deposits):
        for field in ("owed_by", "owed_to"):
            scope.known(("deposits", i, field), PARTY, getattr(deposit, field), scope.people)
        base(scope, ("deposits", i, "of"), deposit.of)
    for i, prepaid in enumerate(scope.contract.prepaid):
        for field in ("paid_by", "paid_to"):
            scope.known(("prepaid", i, field), PARTY, getattr(prepaid, field), scope.people)
        for who in prepaid.refund:
            scope.known(("prepaid", i, "refund", who), PARTY, who, scope.people)
        scope.known(("prepaid", i, "used"), EVENT_KIND, prepaid.used, scope.kinds)
        if (prepaid.units is None) == (prepaid.worth is None):
            scope.wrong(("prepaid", i), "TERMS-PREPAID-01")


def people_outside(scope: Scope) -> None:
    """Third parties: their involvement, their promises, and what no clause can put on one that has not signed."""
    named = [*scope.owed, *(r.id for r in scope.contract.rules), *(c.id for c in scope.contract.caps)]
    for key, third in scope.contract.third_parties.items():
        path: Path = ("third_parties", key)
        involved = third.involvement
        answers = involved.answered_by if involved else None
        scope.known((*path, "involvement", "answered_by"), PARTY, answers, scope.people)
        for field in ("signed_by", "reviewed_by", "costs"):
            for i, name in enumerate(getattr(involved, field) if involved else ()):
                step: str | int = name if field == "costs" else i
                scope.known((*path, "involvement", field, step), PARTY, name, scope.people)
        for i, promise in enumerate(third.promises):
            scope.known((*path, "promises", i, "to"), REF, promise.to, named)
    for i, rule in enumerate(scope.contract.rules):
        for name in (rule.owed_by, *rule.debtors):
            outside = scope.contract.third_parties.get(name or "")
            if outside is not None and not outside.signs:
                scope.wrong(("rules", i, "owed_by"), "TERMS-THIRD-01", text=name, engager=outside.engaged_by)
        for name in rule.debtors:
            scope.known(("rules", i, "debtors", name), PARTY, name, scope.people)
    ending = scope.contract.ending
    for i, ground in enumerate(ending.grounds if ending else ()):
        here: Path = ("ending", "grounds", i)
        scope.known((*here, "may_end"), PARTY, ground.may_end, scope.people)
        if ground.may_end is None and ground.when.state not in {*phrases.LATENESS, phrases.ANYTIME}:
            scope.wrong(here, "TERMS-GROUND-01", id=ground.id)
        scope.known((*here, "when"), EVENT_KIND, ground.when.event, scope.kinds)
        scope.known((*here, "when"), MEASURE, ground.when.measure, scope.measured)
        if ground.when.id is not None:
            scope.known((*here, "when"), REF, ground.when.id, [*scope.owed, *scope.people])
    for i, duty in enumerate(ending.follows if ending else ()):
        scope.known(("ending", "follows", i, "owed_by"), PARTY, duty.owed_by, scope.people)


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text) is not None
    except ValueError:
        return False
