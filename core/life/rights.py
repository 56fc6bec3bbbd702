"""Rights that open and run out: what a party may do, from which day, and until when it must be used."""

from datetime import date, timedelta
from typing import Any

import msgspec

from core.periods import Due, Period, add, term_end
from core.problems import Problem
from core.record import Record
from core.schedule import term_of
from core.terms import DueRule

__all__ = ["Right", "renewal_rights", "usual_life"]


class Right(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One right of one party, by a stable id: "chronic-outage:uptime/2026-04", "claim:late:A1".

    `kind`: "terminate" and the other acts that a rule may grant, "claim" (a claim window), "refuse renewal" (notice
    before the term goes on), "limitation" (the time to enforce a charge). `lapses` is the last day on which it can be
    used; None: never. `due` says how that day was counted. `why` is the code, with `args`, that says why it opened;
    `used` the event that used it.
    """

    id: str
    kind: str
    holder: str
    opened: date
    lapses: date | None = None
    due: Due | None = None
    why: str
    args: dict[str, Any] = {}
    clause: str = ""
    used: str | None = None


def usual_life(record: Record) -> Period | None:
    """How long a right lives where its clause does not say (KNOBS `right_lapses`); None: it never lapses."""
    said = record.counting.of("right_lapses") or "never"
    number, _, unit = said.partition(" ")
    return Period(int(number), unit.removesuffix("s")) if number.isdigit() else None


def renewal_rights(record: Record) -> tuple[Right, ...]:
    """Each party's right to keep the term from renewing itself, for the term that runs on the day asked about.

    A notice of either party in time (event "renewal refused") ends the contract with that term; renewals before it
    went by in silence.
    """
    renewal, term = record.contract.renewal, term_of(record)
    rule = renewal.unless_notice if renewal else None
    if renewal is None or renewal.tacit is None or rule is None or rule.period is None or term is None or record.ended:
        return ()
    refusals = record.of("renewal refused")
    first, after = term.first, term.after
    while True:
        due = _notice(record, rule, rule.period, after - timedelta(days=1))
        if due is None:
            return ()
        used = next((fact for fact in refusals if first <= fact.at.day <= due.day), None)
        last = term_end(after, renewal.tacit, record.counting, record.calendar)
        if used is not None or record.as_of.day < after or isinstance(last, Problem):
            break
        first, after = after, last + timedelta(days=1)
    end = after - timedelta(days=1)
    return tuple(
        Right(
            id=f"renewal:{party}/{end}",
            kind="refuse renewal",
            holder=party,
            opened=first,
            lapses=due.day,
            due=due,
            why="RIGHT-RENEWAL-01",
            args={"end": end, "length": renewal.tacit},
            used=used.event.id if used is not None and used.event.by in {None, party} else None,
        )
        for party in record.contract.parties
    )


def _notice(record: Record, rule: DueRule, period: Period, end: date) -> Due | None:
    due = add(end, period, record.counting, record.calendar, before=True, at_least=rule.at_least)
    if isinstance(due, Problem):
        record.question(msgspec.structs.replace(due, where="renewal.unless_notice"))
        return None
    return due
