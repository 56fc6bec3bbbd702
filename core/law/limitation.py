"""Limitation as a clock: until when a charge can be enforced, and what began its time anew; a finding, never a sum."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

import msgspec

from core.breaches import Breach
from core.charges import Accrual
from core.life.rights import Right
from core.periods import Due, Period, add
from core.problems import Problem
from core.record import Fact, Record

__all__ = ["limitations"]

ANEW = {
    "knowledge": ("reminded", "notified", "claimed", "agreed", "acknowledged", "paid", "settled", "sued"),
    "breach": ("agreed", "acknowledged", "paid", "settled", "sued"),
}
"""What begins the time anew where it runs from knowledge (Civil Code 195) and where it runs from the breach
(Limitation Act 1980 s. 29)."""


def limitations(record: Record, breaches: Iterable[Breach], accruals: Iterable[Accrual]) -> tuple[Right, ...]:
    """For each charge that was not waived, the last day by KNOBS `limitation`; none where the contract has none."""
    said = record.counting.of("limitation") or "none"
    if said == "none":
        return ()
    years, start = int(said.split(" ")[0]), said.rpartition(" ")[2]
    by_id = {breach.id: breach for breach in breaches}
    kinds = [what for what in ANEW[start] if record.of(what)]
    runs_until = cache(lambda day: _after(record, day, years))  # many breaches begin on one day
    made = []
    for accrual in accruals:
        breach = by_id.get(accrual.breach)
        opened = None if breach is None or accrual.waived else _opened(record, breach, start)
        if opened is None:
            continue
        due = runs_until(opened)
        again: Fact | None = None
        for fact in _facts(record, accrual, kinds):
            if due is not None and opened <= fact.at.day <= due.day:
                due, again = runs_until(fact.at.day), fact
        made.append(
            Right(
                id=f"limitation:{accrual.id}",
                kind="limitation",
                holder=accrual.creditor,
                opened=opened,
                lapses=due.day if due else None,
                due=due,
                why="RIGHT-LIMITATION-02" if again else "RIGHT-LIMITATION-01",
                args={
                    "charge": accrual.id,
                    "years": years,
                    "date": again.at.day if again else opened,
                    "event": again.event.what if again else "",
                    "by": record.counting.origin("limitation"),
                },
                clause=accrual.clause,
            )
        )
    return tuple(made)


def _opened(record: Record, breach: Breach, start: str) -> date | None:
    """The day of the breach, or on which it became known: lateness is known when it begins, a loss when recorded."""
    if breach.due is not None:
        return breach.due
    if start == "knowledge":
        known = [fact.event.recorded for fact in record.facts if fact.event.id == breach.event and fact.event.recorded]
        if known:
            return known[0].date() if isinstance(known[0], datetime) else known[0]
    return breach.at


def _after(record: Record, day: date, years: int) -> Due | None:
    due = add(day, Period(years, "year"), record.counting, record.calendar)
    if isinstance(due, Problem):
        record.question(msgspec.structs.replace(due, where="counting.limitation"))
        return None
    return due


def _facts(record: Record, accrual: Accrual, kinds: Iterable[str]) -> list[Fact]:
    subjects = dict.fromkeys((accrual.id, accrual.subject, accrual.breach))
    facts = {f.event.id: f for what in kinds for subject in subjects for f in record.of(what, subject)}
    return sorted(facts.values(), key=lambda fact: fact.order)
