"""What moves a due time once it is set, or frees late days: excuses, extensions, late input, causes on both sides."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from core.counting.rolling import at_clock
from core.money import parse_decimal
from core.periods import (
    Calendar,
    Due,
    Period,
    add,
    asks_fixed,
    end_of_day,
    local_time,
    shift,
    touched_days,
)
from core.periods import Step as Counted
from core.problems import Problem
from core.record import Fact, Record, moment

__all__ = ["borne", "excused", "freed", "moved", "share_of", "shared"]

Span = tuple[date, date]


def moved(record: Record, obligation: str, due: Due | None, calendar: Calendar) -> Due | None:
    """The due time as moved by excuses, by input that came late, then as extended by agreement; None where force
    majeure ended the duty.
    """
    due = due and _excused(record, obligation, due, calendar)
    if due is None:
        return None
    due = _late_input(record, obligation, due, calendar)
    for fact in record.of("extended", obligation):
        if fact.event.until is not None:
            until = fact.event.until
            step = Counted("DUE-EXTENDED-01", {"date": until, "event": fact.event.id})
            due = Due(until, None, until, (*due.steps, step))
        elif fact.event.for_ is not None:
            due = _granted(record, obligation, due, fact, fact.event.for_, calendar)
    return due


def excused(record: Record, subject: str) -> Iterator[tuple[Fact, Span]]:
    """Force majeure that excuses, with the dates that it does: from its start, or as its notice came.

    KNOBS `excuse_notice`; a day of notice is excused. A notice that may still come in time is waited for.
    """
    for fact in record.of("excused", subject):
        first, last = _noticed(record, fact, subject), (fact.end or record.as_of).day
        if first is not None and first <= last:
            yield fact, (first, last)


def shared(record: Record, subject: str) -> list[tuple[Span, Fraction]]:
    """Dates of delay whose cause lies on both sides, with the share that the debtor bears (KNOBS `shared_cause`)."""
    facts = record.of("shared cause", subject)
    how = record.ask("shared_cause", subject) if facts else None
    found = []
    for fact in facts:
        share = {"wholly excused": Fraction(0), "halved": Fraction(1, 2)}.get(how or "", Fraction(1))
        if how == "by share":
            said = share_of(fact.event.value or "")
            if said is None:
                where = f"events.{fact.event.id}.value"
                record.question(Problem("EVENT-SHARE-02", where, {"text": fact.event.value}))
                continue
            share = said
        found.append(((fact.at.day, (fact.end or record.as_of).day), share))
    return found


def borne(spans: Iterable[tuple[Span, Fraction]], day: date) -> Fraction:
    """The debtor's share of a day: that of the first shared cause that holds it, else all."""
    return next((share for (first, last), share in spans if first <= day <= last), Fraction(1))


def freed(record: Record, subject: str) -> list[Span]:
    """Late dates that cost nothing, whatever runs on them: refusals of the creditor without reason (Civil Code 589),
    causes that are not the debtor's, excused late days.
    """
    found = [(fact.at.day, (fact.end or record.as_of).day) for fact in record.of("refused", subject)]
    found += [span for span, share in shared(record, subject) if not share]
    if record.of("excused", subject) and record.ask("excuse_effect", subject) == "frees only late days":
        found += [span for _, span in excused(record, subject)]
    return found


def share_of(text: str) -> Fraction | None:
    """ "30%" or "0.3" as a fraction; None if it is no share of a whole."""
    try:
        share = parse_decimal(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def _excused(record: Record, obligation: str, due: Due, calendar: Calendar) -> Due | None:
    """Force majeure before the due time moves it by the dates it touched, or ends the duty (KNOBS `excuse_effect`);
    what begins in delay excuses nothing (590(2)).
    """
    effect = record.ask("excuse_effect", obligation) if record.of("excused", obligation) else None
    if effect not in {"moves the due time", "ends the duty"}:
        return due
    while_late = record.counting.of("excuse_while_late") == "excused"
    spans = [span for fact, span in excused(record, obligation) if while_late or fact.at.day <= due.day]
    if effect == "ends the duty":
        return None if spans else due
    later = _shifted(record, obligation, due, spans, calendar)
    if not due.rolls and due.instant is None and asks_fixed(later.day, record.counting, calendar):
        record.ask("roll_fixed_dates", obligation, date=later.day)
    return later


def _noticed(record: Record, fact: Fact, subject: str) -> date | None:
    """The first day that an event excuses, by when the other side was told of it; None if its notice lost it."""
    start, at = fact.at.day, fact.event.announced
    read = None if at is None else moment(at, record.zone, record.counting)
    if isinstance(read, Problem):
        record.question(msgspec.structs.replace(read, where=f"events.{fact.event.id}.announced"))
        return None
    told = read and read.day
    late = told is not None and told > start
    how = record.ask("excuse_notice", subject) if late else record.counting.of("excuse_notice") or "full"
    if how is None or how == "full":
        return None if how is None else start
    kind, _, allowed = how.partition(", with ")
    limit = start
    if allowed:
        due = add(start, Period(int(allowed.split(" ")[0]), "day"), record.counting, record.calendar)
        limit = due.day if isinstance(due, Due) else start
    if told is None:
        return start if record.as_of.day <= limit else None
    if told <= limit:
        return start
    return told if kind == "from the notice" else None


def _late_input(record: Record, obligation: str, due: Due, calendar: Calendar) -> Due:
    """What the other side owed first and gave late moves the due time day for day, if the contract says so (KNOBS
    `late_input`): `from` the day on which it was due `to` the day on which it came.
    """
    how = record.counting.of("late_input")
    if how not in {"day for day", "only if notified"}:
        return due
    facts = record.of("input late", obligation)
    counted = [f for f in facts if how == "day for day" or f.event.announced is not None]
    spans = [(f.at.day + timedelta(days=1), (f.end or record.as_of).day) for f in counted]
    return _shifted(record, obligation, due, [span for span in spans if span[0] <= span[1]], calendar)


def _shifted(record: Record, obligation: str, due: Due, spans: list[Span], calendar: Calendar) -> Due:
    later = shift(due, touched_days(spans, calendar, unit=due.unit), record.counting, calendar, spans)
    if isinstance(later, Problem):
        record.question(msgspec.structs.replace(later, where=obligation))
        return due
    return later


def _granted(record: Record, obligation: str, due: Due, fact: Fact, length: Period, calendar: Calendar) -> Due:
    """ "7 more days": from the old last day, before it rolled, or from the day granted (KNOBS `extension_from`)."""
    granted = record.counting.of("extension_from") == "day granted"
    day, instant = (fact.at.day, fact.at.instant) if granted else (due.unrolled, due.instant)
    start = (instant or end_of_day(day, record.zone)) if length.is_clock else day
    later = add(start, length, record.counting, calendar)
    if isinstance(later, Due) and later.instant is None and due.instant is not None:
        hour = at_clock(later.day, local_time(due.instant, record.zone).time(), record.counting, calendar)
        later = hour if isinstance(hour, Problem) else msgspec.structs.replace(later, instant=hour)
    if isinstance(later, Problem):
        record.question(msgspec.structs.replace(later, where=obligation))
        return due
    args = {"date": later.day, "length": length, "event": fact.event.id, "by": record.counting.origin("extension_from")}
    step = Counted("DUE-EXTENDED-02", args)
    return msgspec.structs.replace(later, steps=(*due.steps, step, *later.steps), rolls=due.rolls)
