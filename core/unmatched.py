"""Acts that meet nothing: recorded, but about no obligation of the contract; named, never dropped in silence."""

from collections.abc import Iterable

from core.problems import Problem
from core.record import Fact, Record
from core.schedule import Obligation

__all__ = ["name_unmatched"]

_ACTS = ("delivered", "accepted", "rejected", "extended")


def name_unmatched(record: Record, obligations: Iterable[Obligation]) -> None:
    """Note each act of performance that fulfils nothing, with the obligations that it may have meant."""
    owed = tuple(obligations)
    met = {(o.id, None) for o in owed} | {(o.source, part) for o in owed for part in (o.case, o.window)}
    for what in _ACTS:
        for fact in record.of(what):
            if (fact.event.of, None) not in met and (fact.event.of, fact.event.about) not in met:
                _note(record, fact, [o.id for o in owed if o.source == fact.event.of])
    started = {step.id: {f.event.about or f.event.id for f in record.of(step.starts)} for step in record.contract.steps}
    for step in record.contract.steps:
        for fact in record.of(step.stops):
            if (fact.event.about or fact.event.id) not in started[step.id]:
                _note(record, fact, sorted(started[step.id]), case=True)


def _note(record: Record, fact: Fact, known: list[str], *, case: bool = False) -> None:
    event = fact.event
    code = "EVENT-UNMET-02" if case else "EVENT-UNMET-01"
    args = {"what": event.what, "of": event.of or "", "about": event.about or "", "known": known[:8]}
    record.question(Problem(code, f"events.{event.id}", args))
