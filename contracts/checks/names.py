"""Names that lead nowhere, and ids that are said twice."""

from collections.abc import Mapping

from contracts import phrases
from contracts.checks.scope import EVENT_KIND, GRADE, MEASURE, PARTY, REF, Scope, aimed, each, one_charge
from contracts.walk import Path
from core.pricing.bases import OF_THE_BREACH
from core.terms import Annex, Charge, DueRule, Line, Measure, Scorecard, Share, Step

__all__ = ["base", "names"]

OF = ("TERMS-OF-01", "TERMS-OF-02")


def names(scope: Scope) -> None:
    _ids(scope)
    for key, third in scope.contract.third_parties.items():
        path: Path = ("third_parties", key)
        scope.known((*path, "engaged_by"), PARTY, third.engaged_by, scope.people)
        scope.known((*path, "excess_if"), EVENT_KIND, third.excess_if, scope.kinds)
        for name in third.excess:
            scope.known((*path, "excess", name), PARTY, name, scope.people)
    for path, item in scope.owing():
        people = [*scope.people, *scope.roles] if isinstance(item, Step) else scope.people
        for field in ("owed_by", "owed_to"):
            scope.known((*path, field), PARTY, getattr(item, field), people)
        if isinstance(item, Annex):
            for i, name in enumerate(item.accepted_by):
                scope.known((*path, "accepted_by", i), PARTY, name, scope.people)
        if isinstance(item, Step):
            for field in ("starts", "stops", "pauses", "messages", "reopens", "until"):
                scope.known((*path, field), EVENT_KIND, getattr(item, field), scope.kinds)
    for kind, own in scope.contract.event_kinds.items():
        scope.known(("event_kinds", kind, "closes"), EVENT_KIND, own.closes, scope.kinds)
    for i, measure in enumerate(scope.contract.measures):
        _measure(scope, ("measures", i), measure)
    for i, card in enumerate(scope.contract.scorecards):
        _card(scope, ("scorecards", i), card)
    for i, cap in enumerate(scope.contract.caps):
        scope.known(("caps", i, "limits"), PARTY, cap.limits, scope.people)
    for path, value in each(scope.contract):
        if isinstance(value, (Share, Charge)) and value.of is not None:
            base(scope, (*path, "of") if not path or path[-1] != "of" else path, value.of)
        elif isinstance(value, DueRule) and value.anchor is not None:
            _anchor(scope, path, value)


def _measure(scope: Scope, path: Path, measure: Measure) -> None:
    """What a measure is of, and everything else that it names."""
    timed = measure.kind == "share of time"
    needed = "down" if timed else "of"
    if getattr(measure, needed) is None:
        example = '"outage"' if timed else '"complaint"'
        scope.wrong((*path, needed), "TERMS-MISSING-01", key=needed, example=example)
    if measure.kind == "share of steps kept":
        scope.known((*path, "of"), REF, measure.of, [step.id for step in scope.contract.steps])
    elif not timed:
        scope.known((*path, "of"), EVENT_KIND, measure.of, scope.kinds)
    scope.known((*path, "down"), EVENT_KIND, measure.down, scope.kinds)
    for kind in measure.less:
        scope.known((*path, "less", kind), EVENT_KIND, kind, scope.kinds)
    scope.known((*path, "each"), PARTY, measure.each, scope.roles)
    scope.known((*path, "service"), REF, measure.service, [payment.id for payment in scope.contract.payments])


def _card(scope: Scope, path: Path, card: Scorecard) -> None:
    """What a card weighs or counts, and everything else that it names."""
    if card.kind == "weighted mean" and not card.weights:
        scope.wrong((*path, "weights"), "TERMS-MISSING-01", key="weights", example="{ … }")
    read = [m.id for m in scope.contract.measures]
    for name, weight in card.weights.items():
        scope.known((*path, "weights", name, "of"), MEASURE, weight.of, read)
    for field in ("owed_by", "owed_to"):
        scope.known((*path, field), PARTY, getattr(card, field), [*scope.people, *scope.roles])
    scope.known((*path, "each"), PARTY, card.each, scope.roles)
    if card.worth is not None:
        one_charge(scope, (*path, "worth"), card.worth)
    for field, lines in (("lose", card.lose), ("gain", card.gain)):
        for line in lines:
            _line(scope, (*path, field), line, read)
    for kind, own in card.override.items():
        scope.known((*path, "override", kind), EVENT_KIND, kind, scope.kinds)
        scope.known((*path, "override", kind, "grade"), GRADE, own.grade, card.grades)


def _line(scope: Scope, path: Path, line: Line, read: list[str]) -> None:
    when = line.when
    scope.known(path, EVENT_KIND, when.event, scope.kinds)
    scope.known(path, MEASURE, when.measure, read)
    aimed(scope, path, when)
    if when.any is not None and when.any not in phrases.ANY:
        called = {word.lower() for _, item in scope.owing() for word in (item.id, *item.title.values())}
        scope.known(path, REF, when.any.replace(" ", "-").lower(), [*called, *(w.replace(" ", "-") for w in called)])


def _ids(scope: Scope) -> None:
    """Ids are one word, and one thing each: what can be owed, measured or bound shares one set of names."""
    shared: dict[str, str] = {}
    for name in (
        "parties",
        "third_parties",
        "annexes",
        "steps",
        "payments",
        "deposits",
        "prepaid",
        "measures",
        "scorecards",
        "rules",
        "caps",
        "amendments",
    ):
        items = getattr(scope.contract, name)
        seen = shared if name not in ("rules", "caps", "amendments") else {}
        keys = items if isinstance(items, Mapping) else [item.id for item in items]
        for i, key in enumerate(keys):
            path: Path = (name, key) if isinstance(items, Mapping) else (name, i, "id")
            if not phrases.is_id(key) or "/" in key or ":" in key:
                scope.wrong(path, "TERMS-ID-01", text=key[:60])
            elif key in seen:
                scope.wrong(path, "TERMS-ID-02", text=key, first=seen[key])
            seen.setdefault(key, f"{name}.{key}")


def base(scope: Scope, path: Path, base: str) -> None:
    limit = path[0] == "caps" or (path[0] == "third_parties" and "limit" in path)
    if limit and (base in OF_THE_BREACH or base.endswith(" fee")):
        scope.wrong(path, "TERMS-OF-08", text=base)
    elif base.startswith("fees of ") and path[0] != "caps":
        scope.wrong(path, "TERMS-OF-07", text=base)
    if base in OF_THE_BREACH or base.startswith("fees of "):
        return
    if base == "total":
        if scope.contract.total is None:
            scope.wrong(path, "TERMS-OF-03", text=base)
        return
    if base.endswith(" fee"):
        unit = base.removesuffix(" fee")
        if not any(p.due.every and p.due.every.unit.endswith(unit) for p in scope.contract.payments):
            scope.wrong(path, "TERMS-OF-04", text=base, unit=unit)
        return
    if path[0] == "caps" and base in {f"{key}.recovered" for key in scope.contract.third_parties}:
        return
    amounts = {f"{key}.fee": t.fee for key, t in scope.contract.third_parties.items()}
    amounts |= {f"{a.id}.price": a.price for a in scope.contract.annexes}
    amounts |= {f"{p.id}.amount": p.amount for p in scope.contract.payments}
    if base not in amounts:
        scope.known(path, OF, base, [*amounts, "total"])
    elif amounts[base] is None:
        scope.wrong(path, "TERMS-OF-03", text=base)


def _anchor(scope: Scope, path: Path, rule: DueRule) -> None:
    anchor = rule.anchor
    assert anchor is not None
    if anchor.what == "session" and anchor.of is not None:
        scope.known(path, REF, anchor.of, scope.contract.schedules)
        schedule = scope.contract.schedules.get(anchor.of)
        if schedule is not None and anchor.nth is not None and anchor.nth > schedule.count:
            scope.wrong(path, "SCHEDULE-NUMBER-01", nth=anchor.nth, count=schedule.count)
    elif anchor.of is not None:
        scope.known(path, REF, anchor.of, [*scope.owed, *scope.people])
    elif anchor.each or anchor.what not in phrases.MOMENTS:
        scope.known(path, EVENT_KIND, anchor.what, scope.kinds if anchor.each else [*scope.kinds, *phrases.MOMENTS])
