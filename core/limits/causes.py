"""One fact behind several charges: agreed sums, credits and a proven loss that come from the same cause are named, and
set against each other as the contract says.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.breaches import Breach
from core.charges import Accrual
from core.law.beside import Beside
from core.measures import Figure
from core.money import Money
from core.pricing.curves import Curve, Line, narrow, scaled
from core.record import Record

__all__ = ["Cause", "Shared", "causes", "name_causes", "remarks", "set_against", "worst_of"]


class Cause(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Charges that one fact gives rise to, between the same two parties.

    `agreed` are the agreed sums together, `loss` the loss proven; `larger` is the head that is larger, `top_up` what
    the loss is above the agreed sums. `counted` is the reading of KNOBS `against_loss` that was taken.
    """

    id: str
    debtor: str
    creditor: str
    charges: tuple[str, ...]
    agreed: Money
    loss: Money
    larger: Money
    top_up: Money
    counted: str | None = None


class Shared(NamedTuple):
    """Charges of one cause: its name, the agreed ones, and those of a loss."""

    name: str
    agreed: tuple[str, ...]
    losses: tuple[str, ...]


def causes(
    record: Record, accruals: Sequence[Accrual], found: Iterable[Breach], figures: Mapping[str, Figure]
) -> tuple[Shared, ...]:
    """Causes that more than one charge comes from, by the case, event or duty that their breaches name."""
    breaches = {breach.id: breach for breach in found}
    by: dict[tuple[str, str, str], list[Accrual]] = {}
    for accrual in accruals:
        breach = breaches.get(accrual.breach)
        for name in _facts(breach, figures.get(accrual.breach)) if breach else ():
            by.setdefault((name, accrual.debtor, accrual.creditor), []).append(accrual)
    made = []
    for (name, _, _), group in by.items():
        ids = [a.id for a in group]
        if len(dict.fromkeys(ids)) < 2 or not any(a.breach in figures or a.head != group[0].head for a in group):
            continue
        losses = tuple(dict.fromkeys(a.id for a in group if _is_loss(a)))
        agreed = tuple(dict.fromkeys(a.id for a in group if not _is_loss(a)))
        if losses or len({breaches[a.breach].kind for a in group}) > 1:
            made.append(Shared(name, agreed, losses))
    return tuple(made)


def _facts(breach: Breach, figure: Figure | None) -> tuple[str, ...]:
    """What a breach comes from: the facts of a reading, a case, the event itself."""
    if figure is not None:
        return figure.facts
    named = [breach.case, breach.event if breach.kind in ("event", "loss") else None, breach.subject]
    return tuple(dict.fromkeys(name for name in named if name))


def _is_loss(accrual: Accrual) -> bool:
    return any(part.of == "loss" for part in accrual.slices)


def set_against(record: Record, lines: Sequence[Line], shared: Sequence[Shared]) -> None:
    """Cut what one cause would give twice: the agreed sums among themselves (KNOBS `stack`), then the loss by them
    (`against_loss`: it counts towards the loss, is the sole remedy, or comes on top).
    """
    by = {line.accrual.id: line for line in lines}
    day = record.as_of.day
    spent: dict[str, int] = {}  # a credit that several facts feed counts once
    for cause in shared:
        agreed = [by[name] for name in cause.agreed if name in by]
        _stacked(record, agreed)
        if not cause.losses or not cause.agreed:
            continue
        how = record.ask("against_loss", cause.name)  # undecided: only what is owed in every reading
        if how == "on top":
            continue
        for name in cause.losses:
            loss = by.get(name)
            gross = loss.curve(day) if loss is not None else 0
            if loss is None or not gross:
                continue
            covered = _covered(agreed, gross, spent, day)
            left = gross - covered if how == "counts towards the loss" else 0
            narrow(loss, _kept(loss, left), day, kind="agreed sums", by=", ".join(cause.agreed), clause="")


def worst_of(record: Record, lines: Sequence[Line], found: Mapping[str, Breach]) -> None:
    """Where one case misses several limits, only the dearest of the agreed sums is owed, if the contract says so (KNOBS
    `worst_dimension`).
    """
    if record.counting.of("worst_dimension") != "the worst":
        return
    day = record.as_of.day
    cases: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        accrual = line.accrual
        breach = found[accrual.breach]
        if not _is_loss(accrual):
            case = breach.case or breach.subject
            cases.setdefault((case, accrual.debtor, accrual.creditor), []).append(line)
    for group in cases.values():
        kept = max(group, key=lambda line: line.curve(day))
        for line in group:
            if line is not kept:
                narrow(line, scaled(line.curve, Fraction(0)), day, kind="same cause", by=kept.accrual.id, clause="")


def _stacked(record: Record, agreed: Sequence[Line]) -> None:
    """Of agreed sums of one head for one cause only the highest, or the first named, where the contract says so."""
    stack, day = record.counting.of("stack"), record.as_of.day
    for head in dict.fromkeys(line.accrual.head for line in agreed):
        group = [line for line in agreed if line.accrual.head == head]
        if len(group) < 2 or stack not in ("highest", "first named"):
            continue
        kept = max(group, key=lambda line: line.curve(day)) if stack == "highest" else group[0]
        for line in group:
            if line is not kept:
                narrow(line, scaled(line.curve, Fraction(0)), day, kind="same cause", by=kept.accrual.id, clause="")


def _covered(agreed: Iterable[Line], gross: int, spent: dict[str, int], day: date) -> int:
    """How much of a loss the agreed sums cover that no other loss has used up."""
    covered = 0
    for line in agreed:
        name = line.accrual.id
        used = min(line.curve(day) - spent.get(name, 0), gross - covered)
        spent[name] = spent.get(name, 0) + used
        covered += used
    return covered


def _kept(line: Line, left: int) -> Curve:
    inner = line.curve
    return lambda day: min(inner(day), left)


def name_causes(record: Record, accruals: Sequence[Accrual], shared: Iterable[Shared]) -> tuple[Cause, ...]:
    """The causes as findings, with the larger head and the top-up."""
    by, currency = {a.id: a for a in accruals}, record.contract.currency
    made = []
    for cause in shared:
        agreed = sum(by[name].gross.minor for name in cause.agreed)
        loss = sum(by[name].gross.minor for name in cause.losses)
        first = by[(*cause.agreed, *cause.losses)[0]]
        made.append(
            Cause(
                id=cause.name,
                debtor=first.debtor,
                creditor=first.creditor,
                charges=(*cause.agreed, *cause.losses),
                agreed=Money(agreed, currency),
                loss=Money(loss, currency),
                larger=Money(max(agreed, loss), currency),
                top_up=Money(max(0, loss - agreed), currency),
                counted=record.counting.of("against_loss") if cause.losses and cause.agreed else None,
            )
        )
    return tuple(made)


def remarks(found: Iterable[Cause]) -> tuple[Beside, ...]:
    """The causes as remarks beside the first charge of each."""
    return tuple(
        Beside(
            about=cause.charges[0],
            code="BESIDE-CAUSE-01",
            args={
                "cause": cause.id,
                "charges": ", ".join(cause.charges),
                "agreed": cause.agreed,
                "loss": cause.loss,
                "larger": cause.larger,
                "top_up": cause.top_up,
            },
        )
        for cause in found
        if cause.loss.minor and cause.agreed.minor
    )
