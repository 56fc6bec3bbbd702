"""Acts that meet nothing: recorded, but about no obligation of the contract; named, never dropped in silence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from core.charges import Accrual
from core.claims import Claim
from core.measures import Figure
from core.problems import Problem
from core.record import Fact, Record
from core.schedule import Obligation

__all__ = ["name_astray", "name_unmatched"]

_ACTS = ("delivered", "accepted", "rejected", "extended")
_SAID = ("notified", "claimed", "demanded", "disputed", "agreed", "settled", "waived", "paid")
"""What is recorded about a charge or a debt."""


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


def name_astray(
    record: Record,
    obligations: Iterable[Obligation],
    figures: Mapping[str, Figure],
    accruals: Sequence[Accrual],
    made: Sequence[Claim],
) -> None:
    """Note what was recorded about a charge, a debt or a breach that nothing here is called, and set-offs that set off
    more than stood.
    """
    if not any(record.of(what) for what in (*_SAID, "set off")):
        return
    names = _names(record, obligations, figures, accruals)
    rules = {rule.id for rule in record.contract.rules}
    for what in _SAID:
        for fact in record.of(what):
            if fact.event.of is not None and not _leads(fact.event.of, names, rules):
                _astray(record, fact, fact.event.of, accruals)
    for fact in record.of("set off"):
        about = fact.event.about or ""
        rule, colon, _ = about.partition(":")
        if colon and rule in rules and not _leads(about, names, rules):
            _astray(record, fact, about, accruals)
    pairs = {a.id: (a.debtor, a.creditor) for a in accruals}
    owed = {o.id: (o.owed_to, o.owed_by) for o in obligations}
    for fact in record.of("set off"):
        of, about = fact.event.of or "", fact.event.about or ""
        if of in owed and about in pairs and owed[of] != pairs[about]:
            record.question(Problem("EVENT-SETOFF-03", f"events.{fact.event.id}", {"charge": about, "debt": of}))
    for claim in made:
        facts = record.of("set off", claim.id)
        if facts and claim.over is not None:
            args = {"charge": claim.id, "over": claim.over}
            record.question(Problem("EVENT-SETOFF-02", f"events.{facts[-1].event.id}", args))
        elif facts and claim.last is not None and _lapsed(record, claim.id, claim.last):
            dated = {"charge": claim.id, "date": claim.last}
            record.question(Problem("EVENT-SETOFF-04", f"events.{facts[-1].event.id}", dated))


def _lapsed(record: Record, charge: str, last: date) -> bool:
    """Whether a charge had lapsed before anybody claimed it, or took it by setting it off."""
    term = next(rule.claim for rule in record.contract.rules if charge.startswith(f"{rule.id}:"))
    assert term is not None
    how = term.otherwise or record.counting.of("unclaimed")
    claimed = [f.at.day for what in ("claimed", "demanded", "agreed", "set off") for f in record.of(what, charge)]
    return how == "lapses" and min(claimed) > last


def _names(
    record: Record, obligations: Iterable[Obligation], figures: Mapping[str, Figure], accruals: Iterable[Accrual]
) -> set[str]:
    """All that a record can be about."""
    terms = record.contract
    found = {name for o in obligations for name in (o.id, o.source, o.case, o.window) if name}
    found |= {name for a in accruals for name in (a.id, a.breach, a.subject)}
    found |= {*figures, *(figure.window for figure in figures.values()), *terms.parties, *terms.third_parties}
    groups = (terms.rules, terms.deposits, terms.prepaid, terms.measures, terms.scorecards, terms.amendments)
    found |= {one.id for group in groups for one in group}
    cases = {f.event.about for f in record.facts if f.event.about and f.event.what not in {*_SAID, "set off"}}
    return found | cases | {f.event.id for f in record.facts}


def _leads(name: str, names: set[str], rules: set[str]) -> bool:
    """Whether a name leads somewhere: by itself, as rule and subject of a charge, as kind and subject of a breach."""
    head, colon, rest = name.partition(":")
    return name in names or (bool(colon) and (head in rules or head in _BREACHES) and rest in names)


_BREACHES = ("late", "loss")


def _astray(record: Record, fact: Fact, name: str, accruals: Iterable[Accrual]) -> None:
    args = {"what": fact.event.what, "of": name, "known": [a.id for a in accruals][:8]}
    record.question(Problem("EVENT-UNMET-03", f"events.{fact.event.id}", args))


def _note(record: Record, fact: Fact, known: list[str], *, case: bool = False) -> None:
    event = fact.event
    code = "EVENT-UNMET-02" if case else "EVENT-UNMET-01"
    args = {"what": event.what, "of": event.of or "", "about": event.about or "", "known": known[:8]}
    record.question(Problem(code, f"events.{event.id}", args))
