"""Reasons as values: why a figure is what it is, line by line, in the order in which a lawyer argues."""

from fractions import Fraction
from typing import Any

import msgspec

from core.assessment import Assessment
from core.charges import Accrual, Slice
from core.liability import Liability, Recourse
from core.money import Money, integer
from core.periods import Step as Counted
from core.schedule import Obligation

__all__ = ["Line", "explain", "explain_due", "slice_line"]


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of reasons: a code with its arguments, the clause it rests on, and the amount it ends in."""

    code: str
    args: dict[str, Any] = {}
    clause: str = ""
    amount: Money | None = None


def explain_due(obligation: Obligation) -> tuple[Counted, ...]:
    """How the due time was counted, or what it still waits for."""
    if obligation.due is None:
        return (obligation.waiting,) if obligation.waiting else ()
    return obligation.due.steps


def explain(assessment: Assessment, charge: str) -> tuple[Line, ...]:
    """Duty and due time, lateness, the clause's working, its maximum, the excess, the caps, recourse, and the reading
    taken.

    `charge` is a charge id of this assessment; KeyError otherwise.
    """
    index = {accrual.id: i for i, accrual in enumerate(assessment.charges)}[charge]
    accrual, owed, claim = assessment.charges[index], assessment.liabilities[index], assessment.claims[index]
    lines = [*_facts(assessment, accrual), *(slice_line(accrual, part) for part in accrual.slices), *_gross(accrual)]
    lines.extend(_reductions(owed))
    lines.append(Line(code="EXPLAIN-PAYABLE-01", amount=owed.payable))
    lines.extend(_recourse(r) for r in assessment.recourses if r.charge == charge)
    if claim.state != "computed":
        lines.append(
            Line(code="EXPLAIN-CLAIM-01", args={"state": claim.state, "open": claim.open, "disputed": claim.disputed})
        )
    for decided in assessment.decided:
        if decided.about.startswith(f"rules.{accrual.rule}."):
            code = "EXPLAIN-ASSUMED-01" if decided.assumed else "EXPLAIN-DECIDED-01"
            lines.append(
                Line(
                    code=code,
                    args={
                        "about": decided.about,
                        "takes": decided.takes,
                        "why": decided.why,
                        "by": decided.by,
                        "on": decided.on,
                    },
                )
            )
    return tuple(lines)


def _facts(assessment: Assessment, accrual: Accrual) -> list[Line]:
    breach = next(b for b in assessment.breaches if b.id == accrual.breach)
    if breach.kind == "loss":
        return [
            Line(
                code="EXPLAIN-LOSS-01",
                args={
                    "id": breach.subject,
                    "date": breach.at,
                    "caused": breach.caused or "",
                    "fault": breach.fault or "",
                },
            )
        ]
    if breach.kind == "reading":
        figure = next(f for f in assessment.figures if f.id == breach.id)
        return [Line(code="EXPLAIN-READING-01", args={"id": breach.id, "value": figure.value, "exact": figure.exact})]
    if breach.kind == "event":
        return [Line(code="EXPLAIN-EVENT-01", args={"id": breach.subject, "kind": breach.source, "date": breach.at})]
    code = "EXPLAIN-RUNNING-01" if breach.running else "EXPLAIN-LATE-01"
    due: object = breach.due_at if breach.clocked and breach.due_at else breach.due
    until: object = breach.until_at if breach.clocked and breach.until_at else breach.until
    lines = [Line(code=code, args={"id": breach.subject, "due": due, "until": until})]
    if accrual.counted is not None:
        kind = {"days": "EXPLAIN-BYDATES-01", "working days": "EXPLAIN-BYWORKDAYS-01", "spans": "EXPLAIN-BYSPANS-01"}[
            accrual.counted.kind
        ]
        lines.append(
            Line(
                code=kind,
                args={"units": accrual.counted.total, "part": accrual.counted.part, "length": accrual.counted.length},
            )
        )
    if accrual.grace:
        lines.append(Line(code="EXPLAIN-GRACE-01", args={"units": accrual.grace}))
    return lines


def slice_line(accrual: Accrual, part: Slice) -> Line:
    """The working of one slice: units × rate × base, or units × price, or once."""
    args: dict[str, Any] = {
        "units": _plain(part.units),
        "unit": part.unit,
        "first": part.first,
        "last": part.last,
        "terms": ", ".join(part.terms),
    }
    amount = Money(_whole(part.exact), accrual.gross.currency)
    if part.price is not None:
        code = "EXPLAIN-PRICE-01" if part.from_ is not None else "EXPLAIN-PRICEONCE-01"
        return Line(code=code, args={**args, "price": part.price}, clause=accrual.clause, amount=amount)
    if part.of == "loss" and part.rate == 1:
        return Line(code="EXPLAIN-PROVEN-01", args={**args, "base": part.base}, clause=accrual.clause, amount=amount)
    code = "EXPLAIN-RATE-01" if part.from_ is not None else "EXPLAIN-RATEONCE-01"
    if part.per > 1:
        code = "EXPLAIN-YEARLY-01"
    return Line(
        code=code,
        args={**args, "rate": part.rate, "base": part.base, "of": part.of, "year": part.per},
        clause=accrual.clause,
        amount=amount,
    )


def _whole(exact: Fraction) -> int:
    """A slice for display, rounded on its own; the charge's figure is the sum before rounding."""
    return integer(exact)


def _plain(units: Fraction) -> Fraction | int:
    return int(units) if units.denominator == 1 else units


def _gross(accrual: Accrual) -> list[Line]:
    if len(accrual.slices) < 2 and accrual.exact == accrual.gross.minor:
        return []
    code = "EXPLAIN-SUM-01" if accrual.exact == accrual.gross.minor else "EXPLAIN-ROUNDED-01"
    return [
        Line(
            code=code,
            args={"when": accrual.rounding.when, "mode": accrual.rounding.mode},
            clause=accrual.clause,
            amount=accrual.gross,
        )
    ]


def _reductions(owed: Liability) -> list[Line]:
    codes = {"maximum": "EXPLAIN-MAXIMUM-01", "cap": "EXPLAIN-CAP-01", "excess": "EXPLAIN-EXCESS-01"}
    return [
        Line(
            code=codes[r.kind],
            args={"by": r.by, "window": r.window, "full": r.full},
            clause=r.clause,
            amount=Money(-r.amount.minor, r.amount.currency),
        )
        for r in owed.reductions
    ]


def _recourse(recourse: Recourse) -> Line:
    return Line(
        code="EXPLAIN-RECOURSE-01",
        args={
            "third": recourse.debtor,
            "within": recourse.within,
            "limit": recourse.limit,
            "left": recourse.left,
            "excess": recourse.excess,
        },
        amount=recourse.amount,
    )
