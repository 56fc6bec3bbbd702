"""Rules: whom they bind, what they charge, tiers and bands without gap or overlap."""

from fractions import Fraction
from itertools import pairwise

from contracts import phrases
from contracts.checks.scope import EVENT_KIND, GRADE, MEASURE, PARTY, REF, Scope, aimed, one_charge
from contracts.walk import Path
from core.problems import nearest
from core.terms import Band, Charge, Measure, Range, Rule, Scorecard

__all__ = ["rules"]

_OF_AMOUNT = ("the amount late",)

_EDGE = Fraction(10) ** 30
"""Beyond every edge of a band."""


def rules(scope: Scope) -> None:
    _highest(scope)
    decided = {r.about for r in scope.contract.readings} | {d.about for d in scope.contract.decisions}
    for i, rule in enumerate(scope.contract.rules):
        path: Path = ("rules", i)
        _who(scope, path, rule)
        costs = [name for name in ("charge", "tiers", "bands") if getattr(rule, name)]
        open_ = [name for name in ("charge", "tiers", "bands") if f"rules.{rule.id}.{name}" in decided]
        if not costs and not open_ and rule.then is None and rule.plus is None:
            scope.wrong(path, "TERMS-RULE-01", id=rule.id)
        elif len(costs) > 1:
            scope.wrong((*path, costs[1]), "TERMS-RULE-02", id=rule.id, found=", ".join(costs))
        for name, charge in (("charge", rule.charge), ("plus", rule.plus), ("rate_at_most", rule.rate_at_most)):
            if charge is not None:
                one_charge(scope, (*path, name), charge)
        if rule.plus is not None and not open_ and not (_runs(rule) and rule.when.state == "late"):
            scope.wrong((*path, "plus"), "TERMS-PLUS-01", id=rule.id)
        if rule.at_most is not None and rule.at_most.covers == ("plus",):
            scope.wrong((*path, "at_most"), "TERMS-CEILING-05", id=rule.id)
        if rule.at_most is not None and rule.at_most.per == "calendar day" and _runs(rule):
            scope.wrong((*path, "at_most"), "TERMS-CEILING-03", id=rule.id)
        _tiers(scope, path, rule)
        _bands(scope, path, rule)
        if rule.grace and rule.grace.kind == "charged once exceeded" and rule.counts == "days after grace":
            scope.wrong((*path, "counts"), "TERMS-GRACE-03")
    for i, cap in enumerate(scope.contract.caps):
        limited = [r for r in scope.contract.rules if cap.covers is None or {r.head, "everything"} & {*cap.covers}]
        running = next((rule.id for rule in limited if _runs(rule)), None)
        if cap.to.per == "calendar day" and running is not None:
            scope.wrong(("caps", i, "to"), "TERMS-CEILING-03", id=running)
        both = sorted(set(cap.covers or ()) & set(cap.except_))
        if both:
            scope.wrong(("caps", i, "except"), "TERMS-HEAD-01", text=both[0])
        heads = sorted({rule.head for rule in scope.contract.rules if rule.head})
        for k, head in enumerate(cap.covers or ()):
            if head not in heads and nearest(head, heads):
                scope.wrong(("caps", i, "covers", k), "TERMS-HEAD-02", text=head, nearest=nearest(head, heads))


def _highest(scope: Scope) -> None:
    """A highest rate is a rate by time, wherever the contract sets it."""
    said: list[tuple[Path, object]] = [
        *((("rules", i, "rate_at_most"), rule.rate_at_most) for i, rule in enumerate(scope.contract.rules)),
        *(
            (("amendments", i, "set", key), value)
            for i, amendment in enumerate(scope.contract.amendments)
            for key, value in amendment.set.items()
            if key.endswith(".rate_at_most")
        ),
        *(
            (("decisions", i, "takes"), decision.takes)
            for i, decision in enumerate(scope.contract.decisions)
            if decision.about.endswith(".rate_at_most")
        ),
    ]
    for path, charge in said:
        if isinstance(charge, Charge) and (charge.rate is None or charge.per is None):
            scope.wrong(path, "TERMS-CEILING-04")


def _runs(rule: Rule) -> bool:
    """Whether a charge grows by the day: then a ceiling a day says no more than a lower rate would."""
    return bool(rule.tiers) or (rule.charge is not None and rule.charge.per is not None)


def _who(scope: Scope, path: Path, rule: Rule) -> None:
    for field in ("owed_by", "owed_to", "recourse"):
        scope.known((*path, field), PARTY, getattr(rule, field), scope.people)
    when = rule.when
    if when.id is not None:
        loss = when.state == "loss"
        named = scope.people if loss else [*scope.owed, *scope.duties]
        scope.known((*path, "when"), PARTY if loss else REF, when.id, named)
    if when.state == phrases.ANYTIME:
        scope.wrong((*path, "when"), "TERMS-WHEN-04", id=rule.id)
    scope.known((*path, "when"), EVENT_KIND, when.event, scope.kinds)
    scope.known((*path, "when"), MEASURE, when.measure, scope.measured)
    aimed(scope, (*path, "when"), when)
    if when.grade is not None:
        grades = {name for card in scope.contract.scorecards if card.id == when.measure for name in card.grades}
        scope.known((*path, "when"), GRADE, when.grade, sorted(grades))
    scope.known((*path, "then"), PARTY, rule.then.holder if rule.then else None, scope.people)
    scope.known((*path, "bands_of"), MEASURE, rule.bands_of, [*scope.measured, *_OF_AMOUNT])


def _tiers(scope: Scope, path: Path, rule: Rule) -> None:
    """Tiers number their days without a gap: each begins on the day after the one before."""
    wanted: int | None = 1
    for i, tier in enumerate(rule.tiers):
        one_charge(scope, (*path, "tiers", i), tier)
        if wanted is None or tier.from_ != wanted:
            scope.wrong((*path, "tiers", i), "TERMS-TIERS-01", wanted=wanted or "–", found=tier.from_ or "–")
            return
        wanted = None if tier.to is None else tier.to + 1


def _bands(scope: Scope, path: Path, rule: Rule) -> None:
    """Bands touch without a gap and cover what the rule answers to; they overlap only where `take` is said."""
    for i, band in enumerate(rule.bands):
        one_charge(scope, (*path, "bands", i, "charge"), band.charge)
    ordered = sorted(rule.bands, key=_low)
    for below, above in pairwise(ordered):
        if _high(below) < _low(above):
            scope.wrong((*path, "bands"), "TERMS-BANDS-01", first=_shown(below.range), second=_shown(above.range))
        elif _high(below) > _low(above) and not _takes(scope, rule):
            scope.wrong((*path, "bands"), "TERMS-BANDS-02", first=_shown(below.range), second=_shown(above.range))
    answered = rule.when.range
    if ordered and answered is not None:
        whole = Band(answered, Charge())
        if _low(whole) < _low(ordered[0]) or _high(whole) > max(map(_high, ordered)):
            scope.wrong((*path, "bands"), "TERMS-BANDS-03", text=_shown(answered))

    digits = _digits(scope, rule.bands_of)
    for band in rule.bands:
        for edge in (band.range.from_, band.range.above, band.range.below, band.range.up_to):
            if digits is not None and edge is not None and (edge * 10**digits).denominator != 1:
                scope.wrong((*path, "bands"), "TERMS-BANDS-04", text=_shown(band.range), digits=digits)


def _takes(scope: Scope, rule: Rule) -> bool:
    """Whether it is said which of several bands holds: by the rule, the settings or a decision."""
    decided = {decision.about for decision in scope.contract.decisions}
    said = "take" in scope.contract.counting.knobs or decided & {"counting.take", f"rules.{rule.id}.take"}
    return rule.take is not None or bool(said)


def _digits(scope: Scope, measure: str | None) -> int | None:
    """Decimals to which a reading is rounded before it is looked up; None where it is not."""
    terms: list[Measure | Scorecard] = [*scope.contract.measures, *scope.contract.scorecards]
    rule = next((term.round for term in terms if term.id == measure), None)
    rule = rule or scope.contract.counting.knobs.get("round_first")
    first = (rule or "").split(" ")[0]
    return int(first) if first.isdigit() else None


def _low(band: Band) -> tuple[Fraction, int]:
    """Where a band begins: its edge, and whether the edge itself is still below it."""
    held = band.range.edged(False)
    if held.from_ is not None:
        return held.from_, 0
    return (held.above, 1) if held.above is not None else (-_EDGE, 0)


def _high(band: Band) -> tuple[Fraction, int]:
    held = band.range.edged(False)
    if held.below is not None:
        return held.below, 0
    return (held.up_to, 1) if held.up_to is not None else (_EDGE, 0)


def _shown(held: Range) -> str:
    return phrases.show(held) or str(held)
