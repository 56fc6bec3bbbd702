"""Key figures and scores: one reading for each window, exact until the contract rounds it."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import msgspec

from core.money import Mode, integer, parse_decimal
from core.problems import Problem
from core.record import Record, not_after
from core.schedule import Obligation, Window, due_moment, windows
from core.terms import Measure, Scorecard

__all__ = ["Figure", "Item", "measures"]


class Item(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One weighted item of a score: its reading and weight; None where it was not rated."""

    id: str
    weight: Fraction
    value: Fraction | None


class Figure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A reading of a measure or scorecard in one window. `exact` before, `value` after the contract's rounding; None:
    no reading.

    `kept` of `cases` for shares; `items` for scores; `complete` is whether the window had closed by the record's day.
    """

    id: str
    measure: str
    window: str
    first: date
    last: date
    exact: Fraction | None = None
    value: Fraction | None = None
    kept: int | None = None
    cases: int | None = None
    items: tuple[Item, ...] = ()
    complete: bool = False


def measures(record: Record, obligations: Iterable[Obligation]) -> dict[str, Figure]:
    """Readings by "<measure>/<window>", measures before the scorecards that weigh them; later windows are left out."""
    found: dict[str, Figure] = {}
    owed = tuple(obligations)
    for measure in record.contract.measures:
        for window in _begun(record, measure.every.unit):
            found[f"{measure.id}/{window.id}"] = _measured(record, measure, window, owed)
    for card in record.contract.scorecards:
        for window in _begun(record, card.every.unit):
            found[f"{card.id}/{window.id}"] = _scored(record, card, window, found)
    return found


def _begun(record: Record, unit: str) -> list[Window]:
    return [w for w in windows(record, unit) if w.first <= record.as_of.day]


def _measured(record: Record, measure: Measure, window: Window, owed: tuple[Obligation, ...]) -> Figure:
    if measure.kind == "share of steps kept":
        cases = [
            o
            for o in owed
            if o.source == measure.of and o.due and window.first <= o.due.day < window.after and _decided(record, o)
        ]
        kept = sum(1 for o in cases if _in_time(record, o))
        exact = Fraction(100 * kept, len(cases)) if cases else _empty(record, measure)
        return _figure(record, measure, window, exact, kept=kept, cases=len(cases))
    values = [
        parse_decimal(f.event.value)
        for f in record.of(measure.of)
        if f.event.value is not None and window.first <= f.at.day < window.after
    ]
    count = sum(1 for f in record.of(measure.of) if window.first <= f.at.day < window.after)
    if measure.kind == "count":
        exact = Fraction(count)
    elif not values:
        exact = _empty(record, measure)
    else:
        exact = sum(values, Fraction(0)) / (len(values) if measure.kind == "mean" else 1)
    return _figure(record, measure, window, exact, cases=len(values) if measure.kind != "count" else count)


def _decided(record: Record, obligation: Obligation) -> bool:
    """A case counts once it is done or its time is up (KNOBS `case_month`: due)."""
    assert obligation.due is not None
    return obligation.done is not None or not not_after(record.as_of, due_moment(obligation.due, record.zone))


def _in_time(record: Record, obligation: Obligation) -> bool:
    assert obligation.due is not None
    if obligation.done is None:
        return False
    due, done = obligation.due, obligation.done
    if due.instant is not None and done.instant is not None:
        return done.instant <= due.instant
    return done.day <= due.day


def _empty(record: Record, measure: Measure) -> Fraction | None:
    """What a window without cases reads: no reading, 100 or 0; asked where a share of cases is measured."""
    if measure.empty is None:
        record.question(Problem("ASK-KNOB-01", f"measures.{measure.id}.empty", {"knob": "empty"}))
    return {"100": Fraction(100), "100%": Fraction(100), "0": Fraction(0)}.get(measure.empty or "")


def _scored(record: Record, card: Scorecard, window: Window, found: dict[str, Figure]) -> Figure:
    """Σ weight × rating ÷ Σ weight of the rated items; `missing` says what an unrated one does."""
    items = tuple(
        Item(name, w.weight, _rating(record, card, name, w.of, window, found)) for name, w in card.weights.items()
    )
    rated = [(i.weight, i.value) for i in items if i.value is not None]
    complete = window.after <= record.as_of.day or (window.after - window.first).days == 0
    if len(rated) < len(items) and rated and card.missing is None:
        record.question(Problem("ASK-KNOB-01", f"scorecards.{card.id}.missing", {"knob": "missing"}))
        return _figure(record, card, window, None, items=items)
    if not rated or (len(rated) < len(items) and card.missing == "no score") or not complete:
        return _figure(record, card, window, None, items=items)
    if card.missing == "counts as 0":
        rated = [(i.weight, i.value or Fraction(0)) for i in items]
    elif card.missing == "counts in full":
        rated = [(i.weight, Fraction(100) if i.value is None else i.value) for i in items]
    exact = sum((w * v for w, v in rated), Fraction(0)) / sum((w for w, _ in rated), Fraction(0))
    return _figure(record, card, window, exact, items=items)


def _rating(
    record: Record, card: Scorecard, name: str, of: str | None, window: Window, found: dict[str, Figure]
) -> Fraction | None:
    """The item's measure in this window, else the mean of the scores recorded for it."""
    if of is not None:
        inside = [
            f.value
            for f in found.values()
            if f.measure == of and window.first <= f.first < window.after and f.value is not None
        ]
        return sum(inside, Fraction(0)) / len(inside) if inside else None
    scores = [
        parse_decimal(f.event.value)
        for f in record.of("scored", card.id)
        if f.event.item == name and f.event.value is not None and _belongs(f.event.about, f.at.day, window)
    ]
    return sum(scores, Fraction(0)) / len(scores) if scores else None


def _belongs(about: str | None, day: date, window: Window) -> bool:
    """A score names its window in `about`, or falls into the one in which it was given."""
    return about == window.id if about else window.first <= day < window.after


def _figure(
    record: Record,
    term: Measure | Scorecard,
    window: Window,
    exact: Fraction | None,
    *,
    kept: int | None = None,
    cases: int | None = None,
    items: tuple[Item, ...] = (),
) -> Figure:
    if exact is not None and term.round is None and _banded(record, term.id):
        record.question(Problem("ASK-KNOB-01", f"{term.id}.round", {"knob": "round_first"}))
    return Figure(
        id=f"{term.id}/{window.id}",
        measure=term.id,
        window=window.id,
        first=window.first,
        last=date.fromordinal(window.after.toordinal() - 1),
        exact=exact,
        value=rounded(exact, term.round),
        kept=kept,
        cases=cases,
        items=items,
        complete=window.after <= record.as_of.day,
    )


def _banded(record: Record, measure: str) -> bool:
    return any(rule.bands and rule.bands_of == measure for rule in record.contract.rules)


def rounded(exact: Fraction | None, rule: str | None) -> Fraction | None:
    """Apply "1 decimal, half up" (or "not rounded"); KNOBS `round_first`."""
    if exact is None or rule is None or rule == "not rounded":
        return exact
    digits, _, words = rule.partition(" ")
    mode = words.partition(", ")[2] or "half up"
    scale = 10 ** int(digits)
    return Fraction(integer(exact * scale, _mode(mode)), scale)


def _mode(text: str) -> Mode:
    return text if text in ("half up", "half even", "down", "up") else "half up"  # type: ignore[return-value]
