"""Reasons as values: why a figure is what it is, line by line, in the order in which a lawyer argues."""

from fractions import Fraction
from typing import Any

import msgspec

from core.assessment import Assessment
from core.breaches import Breach
from core.charges import Accrual, Slice
from core.counting.strips import Run, runs
from core.counting.strips import strip as days
from core.liability import Liability, Recourse
from core.measures import LostPoints
from core.measuring.readings import POINTS
from core.money import Money, integer
from core.periods import Due
from core.periods import Step as Counted
from core.record import Decided
from core.schedule import Obligation

__all__ = ["Line", "explain", "explain_ahead", "explain_all", "explain_due", "slice_line", "strip"]


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of reasons: a code with its arguments, the clause it rests on, and the amount it ends in."""

    code: str
    args: dict[str, Any] = {}
    clause: str = ""
    amount: Money | None = None


def strip(due: Due | None) -> tuple[Run, ...]:
    """The days from the event to a due time (`Obligation.due`, `Right.due`), as text, page and papers show them.

    Each `Run` of days that are alike has its `first` and `last` day, a `kind` ("event", "named", "counted", "skipped",
    "paused", "moved", "due", or "left out" for the middle of a long strip), the number `n` reached, and a `reason` to
    be spoken. It is the strip of `spondeo when`, built when asked for; empty where no days were counted (a named date
    that stays, or what still waits). `contracts.strips` has its words: `rows` for pages, `lines` for a terminal.
    """
    return runs(days(due))


def explain_due(obligation: Obligation) -> tuple[Counted, ...]:
    """How the due time was counted, or what it still waits for."""
    if obligation.due is None:
        return (obligation.waiting,) if obligation.waiting else ()
    return obligation.due.steps


def explain(assessment: Assessment, charge: str) -> tuple[Line, ...]:
    """Why one charge is what it is; KeyError for an id that is no charge of this assessment."""
    for at, accrual in enumerate(assessment.charges):
        if accrual.id == charge:
            return _Reasons(assessment).of(at)
    raise KeyError(charge)


def explain_all(assessment: Assessment) -> dict[str, tuple[Line, ...]]:
    """Why every charge is what it is, by id, in the order of the charges."""
    reasons = _Reasons(assessment)
    return {accrual.id: reasons.of(at) for at, accrual in enumerate(assessment.charges)}


class _Reasons:
    """An assessment indexed once, so that explaining all of it costs what it holds."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.breaches = {breach.id: breach for breach in assessment.breaches}
        self.figures = {figure.id: figure for figure in assessment.figures}
        self.recourses = {recourse.charge: recourse for recourse in assessment.recourses}

    def of(self, at: int) -> tuple[Line, ...]:
        """Duty and due time, lateness, the clause's working, maximum, excess, caps, recourse, claim and the reading."""
        accrual, owed = self.assessment.charges[at], self.assessment.liabilities[at]
        lines = [*self.facts(accrual), *(slice_line(accrual, part) for part in accrual.slices), *_gross(accrual)]
        if any(part.provisional for part in accrual.slices):
            lines.append(Line(code="EXPLAIN-PROVISIONAL-01"))
        lines.extend(_reductions(owed))
        lines.append(Line(code="EXPLAIN-PAYABLE-01", amount=owed.payable))
        lines.extend(Line(code=_BESIDE[one.about], amount=one.payable) for one in owed.beside)
        if accrual.id in self.recourses:
            lines.append(_recourse(self.recourses[accrual.id]))
        claim = self.assessment.claims[at]
        if claim.state != "computed":
            args = {"state": claim.state, "open": claim.open, "disputed": claim.disputed}
            lines.append(Line(code="EXPLAIN-CLAIM-01", args=args))
        about = f"rules.{accrual.rule}."
        lines.extend(_decided(decided) for decided in self.assessment.decided if decided.about.startswith(about))
        return tuple(lines)

    def facts(self, accrual: Accrual) -> list[Line]:
        """What happened, and how lateness was counted."""
        breach = self.breaches[accrual.breach]
        if breach.kind == "loss":
            args: dict[str, Any] = {
                "id": breach.subject,
                "date": breach.at,
                "caused": breach.caused or "",
                "fault": breach.fault or "none",
            }
            return [Line(code="EXPLAIN-LOSS-01", args=args)]
        if breach.kind == "reading":
            figure = self.figures[breach.id]
            args = {"id": breach.id, "value": figure.value, "exact": figure.exact}
            return [Line(code="EXPLAIN-READING-01", args=args), *(_points(lost) for lost in figure.points)]
        if breach.kind == "event":
            args = {"id": breach.subject, "kind": breach.source, "date": breach.at}
            return [Line(code="EXPLAIN-EVENT-01", args=args)]
        return _lateness(accrual, breach)


def _points(lost: LostPoints) -> Line:
    """A line of a points card that something cost (or gave)."""
    args = {"line": lost.title or lost.line, "fact": lost.fact, "date": lost.day, "points": _plain(abs(lost.points))}
    return Line(code="EXPLAIN-LOST-01" if lost.points > 0 else "EXPLAIN-GAINED-01", args=args)


def _lateness(accrual: Accrual, breach: Breach) -> list[Line]:
    due: object = breach.due_at if breach.clocked and breach.due_at else breach.due
    until: object = breach.until_at if breach.clocked and breach.until_at else breach.until
    code = "EXPLAIN-RUNNING-01" if breach.running else "EXPLAIN-LATE-01"
    lines = [Line(code=code, args={"id": breach.subject, "due": due, "until": until})]
    line = accrual.counted
    if line is not None and line.kind == "spans":
        length = Counted("SPAN-HOURS-01", {"n": Fraction(line.length, 3600)})
        lines.append(Line(code="EXPLAIN-BYSPANS-01", args={"units": line.total, "part": line.part, "length": length}))
    elif line is not None:
        code = "EXPLAIN-BYDATES-01" if line.kind == "days" else "EXPLAIN-BYWORKDAYS-01"
        lines.append(Line(code=code, args={"units": line.total}))
    if accrual.grace:
        lines.append(Line(code="EXPLAIN-GRACE-01", args={"units": accrual.grace}))
    return lines


def _decided(decided: Decided) -> Line:
    args = {
        "about": decided.about,
        "takes": decided.takes,
        "why": decided.why,
        "by": decided.by,
        "on": decided.on,
    }
    return Line(code="EXPLAIN-ASSUMED-01" if decided.assumed else "EXPLAIN-DECIDED-01", args=args)


def slice_line(accrual: Accrual, part: Slice) -> Line:
    """The working of one slice: units × rate × base, or units × price, or once; of days both sides caused, a share;
    of foreign money, converted.
    """
    line = _working(accrual, part)
    if part.fx is not None:
        code = "EXPLAIN-CONVERTED-02" if part.fx.provisional else "EXPLAIN-CONVERTED-01"
        said: dict[str, Any] = {"working": Counted(line.code, line.args), "fx": part.fx.rate, "on": part.fx.on}
        line = msgspec.structs.replace(line, code=code, args=said)
    if part.borne is None:
        return line
    args = {"working": Counted(line.code, line.args), "share": part.borne}
    return msgspec.structs.replace(line, code="EXPLAIN-BOTHSIDES-01", args=args)


def _working(accrual: Accrual, part: Slice) -> Line:
    args: dict[str, Any] = {
        "units": _plain(part.units),
        "unit": part.unit,
        "first": part.first,
        "last": part.last,
        "terms": ", ".join(part.terms),
    }
    amount = Money(_whole(part.exact), accrual.gross.currency)
    if part.price is not None:
        code = "EXPLAIN-PRICE-01" if part.from_ is not None or part.unit in POINTS else "EXPLAIN-PRICEONCE-01"
        if part.unit == "time":
            code = "EXPLAIN-REPEATED-01"
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


_BESIDE = {
    "fault found": "EXPLAIN-IFFOUND-01",
    "fault not found": "EXPLAIN-IFNOTFOUND-01",
    "506": "EXPLAIN-UNCAPPED-01",
    "joint": "EXPLAIN-JOINT-01",
}
"""What would be payable otherwise, printed beside the figure."""


_LESS = {
    "own share": "EXPLAIN-OWNSHARE-01",
    "maximum": "EXPLAIN-MAXIMUM-01",
    "excess": "EXPLAIN-EXCESS-01",
    "deductible": "EXPLAIN-DEDUCTIBLE-01",
    "attachment": "EXPLAIN-ATTACHMENT-01",
    "cap": "EXPLAIN-CAP-01",
    "undecided": "EXPLAIN-UNDECIDED-01",
    "share": "EXPLAIN-SHARE-01",
    "agreed sums": "EXPLAIN-AGAINST-01",
    "same cause": "EXPLAIN-SAMECAUSE-01",
    "double cover": "EXPLAIN-COVERED-01",
}
"""What a limit takes off, by its kind."""


def _reductions(owed: Liability) -> list[Line]:
    return [
        Line(
            code=_LESS[r.kind],
            args={"by": f"{r.by} {r.window}".rstrip(), "full": r.full},
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


def explain_ahead(assessment: Assessment) -> tuple[Line, ...]:
    """What was paid ahead and what goes back, as lines."""
    lines = []
    for one in assessment.ahead:
        args: dict[str, Any] = {"id": one.id, "by": one.payer, "paid": one.paid, "held": one.held}
        if one.kind == "security":
            lacks = {"id": one.id, "held": one.held, "short": one.short, "date": one.top_up_by or "–"}
            lines += [Line(code="AHEAD-SECURITY-01", args=lacks)] if one.short else []
        else:
            more = {"deposit": one.deposit, "prepayment": one.prepayment}
            lines.append(Line(code="AHEAD-DEPOSIT-01", args={**args, **more}))
        for way in one.routes:
            code = "AHEAD-ROUTE-01" if way.way == "deposit" else "AHEAD-ROUTE-02"
            sums = {"back": way.back, "penalty": way.penalty, "top_up": way.top_up, "total": way.total}
            lines.append(Line(code=code, args={"id": one.id, **sums}))
        if len(one.routes) > 1 and not any(way.taken for way in one.routes):
            lines.append(Line(code="AHEAD-ROUTE-03", args={"id": one.id}))
    for back in assessment.refunds:
        sums = {
            "paid": back.paid,
            "used": back.used,
            "refund": back.refund,
            "interest": back.interest,
            "open": back.open,
        }
        args = {"id": back.id, "date": back.ended, "by": back.cause, "count": _plain(back.count), **sums}
        lines.append(Line(code="AHEAD-REFUND-01", args=args))
    return tuple(lines)
