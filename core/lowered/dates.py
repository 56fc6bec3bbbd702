"""When each obligation was due and done, as days by their number."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from core.lowered.reach import BeyondError
from core.periods import add
from core.problems import Problem
from core.record import Record
from core.schedule import schedule
from core.terms import Anchor, DueRule
from core.unmatched import name_unmatched

__all__ = ["dates_of"]


def dates_of(record: Record) -> Iterator[tuple[str, str, str, str, int | None, int | None]]:
    """Each obligation: id, source, debtor, creditor, due day and the day on which it was done."""
    simple = _simple_dates(record)
    if simple is not None:
        yield from simple
        return
    owed = schedule(record)
    name_unmatched(record, owed)
    for one in owed:
        if one.tests:
            raise BeyondError("events.rejected")
        if one.by_clock or (one.due is not None and one.due.instant is not None):
            raise BeyondError("annexes.due at a time of day")
        due = one.due.day.toordinal() if one.due else None
        yield one.id, one.source, one.owed_by, one.owed_to, due, one.done.day.toordinal() if one.done else None


def _simple_dates(record: Record) -> list[tuple[str, str, str, str, int | None, int | None]] | None:
    """The same without a schedule, where each due day hangs on a date of the contract and is met by one delivery;
    None where it does not. A portfolio consists of such contracts, and reasons are not asked for.
    """
    contract = record.contract
    done: dict[str, int] = {}
    for fact in record.facts:
        event = fact.event
        if event.what != "delivered" or event.of is None or event.about is not None:
            return None
        done.setdefault(event.of, fact.at.day.toordinal())
    anchors: dict[str, date | None] = {
        "signed": contract.signed,
        "effective": contract.effective or contract.signed,
        "start": contract.term.from_ if contract.term else None,
    }
    known: dict[tuple[Any, ...], int | None] = {}
    rows: list[tuple[str, str, str, str, int | None, int | None]] = []
    for annex in contract.annexes:
        if annex.accepted_by or annex.due is None:
            return None
        due = _simple_due(record, annex.due, anchors, known)
        if due is None:
            return None
        owed_to = annex.owed_to or record.facing(annex.owed_by, f"annexes.{annex.id}.owed_to")
        rows.append((annex.id, annex.id, annex.owed_by, owed_to, due, done.pop(annex.id, None)))
    return None if done else rows


def _simple_due(
    record: Record, rule: DueRule, anchors: dict[str, date | None], known: dict[tuple[Any, ...], int | None]
) -> int | None:
    """The due day of "on a date" or "so many days after signing"; None for every other rule."""
    if rule.on is not None:
        moved = record.counting.roll_fixed_dates == "yes"
        if isinstance(rule.on, datetime) or moved or rule != DueRule(on=rule.on):
            return None
        rolls = record.counting.roll_fixed_dates is None and record.counting.roll not in {None, "none"}
        return None if rolls and record.calendar.is_rest(rule.on) else rule.on.toordinal()
    anchor, period = rule.anchor, rule.period
    start = anchors.get(anchor.what) if anchor is not None and anchor == Anchor(anchor.what) else None
    if start is None or period is None or period.is_clock or rule != DueRule(period=period, anchor=anchor):
        return None
    if (start, period) not in known:
        due = add(start, period, record.counting, record.calendar)
        by_day = None if isinstance(due, Problem) or due.instant is not None else due.day.toordinal()
        known[start, period] = by_day
    return known[start, period]
