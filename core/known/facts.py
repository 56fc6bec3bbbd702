"""What had happened by a day and was known: events corrected, withdrawn, and notices at their receipt."""

from collections.abc import Iterable

import msgspec

from core.duties.receipts import channel_of, is_notice, received
from core.events import SPANS, Event, gone
from core.known.moments import Fact, Moment, moment, not_after
from core.periods import Calendar, Counting
from core.problems import Problem
from core.terms import Contract

__all__ = ["happened"]


def happened(
    events: Iterable[Event],
    contract: Contract,
    zone: str,
    as_of: Moment,
    known: Moment | None,
    counting: Counting,
    calendar: Calendar,
    questions: list[Problem],
) -> list[Fact]:
    """Events that had happened by `as_of` and were known, without those corrected or withdrawn by known events."""
    facts: list[Fact] = []
    edits: list[Event] = []
    for event in events:
        read = _read(event, zone, counting)
        if isinstance(read, list):
            questions.extend(read)
            continue
        if known is not None and not not_after(read.recorded or read.at, known):
            continue
        if event.corrects or event.what == "withdrawn":
            edits.append(event)
        if event.what == "withdrawn":
            continue
        fact = _received(read, contract, zone, counting, calendar, questions) if is_notice(event) else read
        if fact is not None and not_after(fact.at, as_of):
            facts.append(fact)
    away = gone(edits)
    return [fact for fact in facts if fact.event.id not in away]


def _read(event: Event, zone: str, counting: Counting) -> Fact | list[Problem]:
    """An event with its times in the contract's zone, or what is wrong with them."""
    start = event.from_ if event.what in SPANS or event.from_ is not None else event.at
    at = Problem("EVENT-TIME-01", event.id, {"what": event.what}) if start is None else moment(start, zone, counting)
    end = None if event.to is None else moment(event.to, zone, counting)
    recorded = None if event.recorded is None else moment(event.recorded, zone, counting)
    if isinstance(at, Problem) or isinstance(end, Problem) or isinstance(recorded, Problem):
        wrong = [one for one in (at, end, recorded) if isinstance(one, Problem)]
        return [msgspec.structs.replace(one, where=one.where or f"events.{event.id}") for one in wrong]
    return Fact(event, at, end, None, recorded)


def _received(
    sent: Fact,
    contract: Contract,
    zone: str,
    counting: Counting,
    calendar: Calendar,
    questions: list[Problem],
) -> Fact | None:
    """A notice at its receipt, with when it was sent beside it; None where it is not received (yet), or where something
    is wrong with it.
    """
    event = sent.event
    times = [None if at is None else moment(at, zone, counting) for at in (event.received, event.refused)]
    channel = channel_of(event, contract.notices)
    wrong = [one for one in (*times, channel) if isinstance(one, Problem)]
    if not wrong:
        arrived, refused = (None if at is None or isinstance(at, Problem) else (at.day, at.instant) for at in times)
        assert not isinstance(channel, Problem)
        receipt = received((sent.at.day, sent.at.instant), arrived, refused, channel, counting, calendar)
        if not isinstance(receipt, Problem):
            at = None if receipt.day is None else Moment(receipt.day, receipt.instant)
            return None if at is None else sent._replace(at=at, sent=sent.at)
        wrong = [receipt]
    questions.extend(msgspec.structs.replace(one, where=one.where or f"events.{event.id}") for one in wrong)
    return None
