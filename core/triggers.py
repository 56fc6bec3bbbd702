"""Counts that trigger something: so many bad readings in so many windows, and the rights that a rule gives."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from core.breaches import Breach
from core.charges import Accrual
from core.measures import Figure
from core.periods import Period, add
from core.problems import Problem
from core.readings import described, firing
from core.record import Record
from core.rights import Right
from core.terms import Rule

__all__ = ["rights"]

_ENDS = {"terminate": "terminated"}
"""The kind of event that uses a right."""


def rights(
    record: Record, found: Iterable[Breach], accruals: Iterable[Accrual], figures: Mapping[str, Figure]
) -> tuple[Right, ...]:
    """The rights that rules give ("client may terminate within 60 days"), in the order of the rules."""
    listed, priced = tuple(found), {(a.rule, a.breach) for a in accruals}
    made: list[Right] = []
    for rule in record.contract.rules:
        if rule.then is not None:
            made.extend(_given(record, rule, listed, priced, figures))
    return tuple(made)


def _given(
    record: Record, rule: Rule, found: tuple[Breach, ...], priced: set[tuple[str, str]], figures: Mapping[str, Figure]
) -> list[Right]:
    """One right for each breach that the rule answers to; while one is open, no second one opens (KNOBS
    `trigger_reuse`).
    """
    made: list[Right] = []
    takes_waived = record.counting.of("trigger_takes") == "also waived"
    fires = firing(record, rule, figures)
    for breach in sorted(found, key=_opened):
        figure = figures.get(breach.id)
        if figure is not None:
            answered = figure.id in fires if rule.when.count else described(record, rule, figure)
        else:
            answered = (rule.id, breach.id) in priced or _matches(rule, breach)
        if not answered or (breach.waived and not takes_waived):
            continue
        opened = _opened(breach)
        if made and (made[-1].lapses is None or opened <= made[-1].lapses) and made[-1].used is None:
            continue
        made.append(_right(record, rule, breach, opened))
    return made


def _matches(rule: Rule, breach: Breach) -> bool:
    """Whether a rule without a price speaks of this breach."""
    when = rule.when
    if breach.kind == "late":
        kinds = {"duty": {"annex", "step"}}.get(when.any or "", {when.any})
        return when.state == "late" and (breach.of_kind in kinds or when.id in {breach.source, breach.subject})
    if breach.kind == "event":
        return when.event == breach.source
    return breach.kind == "loss" and when.state == "loss" and when.id in {None, breach.caused}


def _opened(breach: Breach) -> date:
    if breach.kind == "late":
        assert breach.due is not None
        return breach.due + timedelta(days=1)
    assert breach.at is not None
    return breach.at


def _right(record: Record, rule: Rule, breach: Breach, opened: date) -> Right:
    grant = rule.then
    assert grant is not None
    lapses = lapse(record, opened, grant.within or _usual(record), f"rules.{rule.id}.then")
    used = next(
        (
            fact.event.id
            for fact in record.of(_ENDS.get(grant.may, grant.may))
            if fact.at.day >= opened and (lapses is None or fact.at.day <= lapses)
        ),
        None,
    )
    return Right(
        id=f"{rule.id}:{breach.subject}",
        kind=grant.may,
        holder=grant.holder,
        opened=opened,
        lapses=lapses,
        why="RIGHT-TRIGGER-01" if rule.when.count else "RIGHT-BREACH-01",
        args={"breach": breach.id, "count": rule.when.count, "of": rule.when.of},
        clause=rule.clause,
        used=used,
    )


def _usual(record: Record) -> Period | None:
    """How long a right lives where its rule does not say (KNOBS `right_lapses`)."""
    said = record.counting.of("right_lapses") or "never"
    number, _, unit = said.partition(" ")
    return Period(int(number), unit.removesuffix("s")) if number.isdigit() else None


def lapse(record: Record, opened: date, within: Period | None, where: str) -> date | None:
    """The last day of a right, counted as the contract counts; None where it never runs out."""
    if within is None:
        return None
    due = add(opened, within, record.counting, record.calendar)
    if isinstance(due, Problem):
        record.question(Problem(due.code, where, due.args))
        return None
    return due.day
