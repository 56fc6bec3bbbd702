"""Counts that trigger something: so many bad readings in so many windows, and the rights that a rule gives."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from core.breaches import Breach, speaks_of
from core.charges import Accrual
from core.life.rights import Right, usual_life
from core.measures import Figure
from core.measuring.readings import described, firing
from core.record import Moment, Record
from core.terms import Rule

__all__ = ["rights"]

_ENDS = {"terminate": "terminated", "demand it again": "demanded again"}
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
            answered = (rule.id, breach.id) in priced or speaks_of(rule.when, breach)
        if not answered or (breach.waived and not takes_waived):
            continue
        opened = _opened(breach)
        if made and (made[-1].lapses is None or opened <= made[-1].lapses) and made[-1].used is None:
            continue
        made.append(_right(record, rule, breach, opened))
    return made


def _opened(breach: Breach) -> date:
    if breach.kind == "late":
        assert breach.due is not None
        return breach.due + timedelta(days=1)
    assert breach.at is not None
    return breach.at


def _right(record: Record, rule: Rule, breach: Breach, opened: date) -> Right:
    grant = rule.then
    assert grant is not None
    within = grant.within or usual_life(record)
    start = Moment(opened, breach.instant if breach.kind != "late" else None)
    due = record.after(start, within, f"rules.{rule.id}.then") if within else None
    lapses = due.day if due else None
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
        due=due,
        why="RIGHT-TRIGGER-01" if rule.when.count else "RIGHT-BREACH-01",
        args={"breach": breach.id, "count": rule.when.count, "of": rule.when.of},
        clause=rule.clause,
        used=used,
    )
