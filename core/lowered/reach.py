"""What the tables can say of a contract and its events; everything else, by its name."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec

from core.events import Event
from core.money import Money
from core.periods import Counting
from core.terms import Contract

__all__ = ["BeyondError", "knobs_beyond", "other_events", "too_much"]

ACTS = frozenset({"delivered", "accepted", "rejected", "extended"})
"""Events that decide when something was due and done, and nothing else."""


class BeyondError(Exception):
    """Something that the tables cannot say, by name."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What tables say of each part of a contract; a contract that says anything else goes the scalar way. Names that bear on
# no figure (titles, clauses, quotations) are among them.
_CONTRACT = _words(
    "spondeo number title sector law total signed effective term languages counting calendars closures notices "
    "parties third_parties event_kinds annexes rules caps clauses schedules"
)
_RULE = _words(
    "id clause when owed_by owed_to head grace counts tiering charge tiers at_most kind round recourse quote"
)
_CHARGE = _words("rate of amount per from_ to")
_CAP = _words("id clause limits covers except_ counts to window order quote")
_THIRD = _words("name engaged_by fee clause limit limit_except excess signs promises")
_CEILING, _PER, _WHEN = _words("to per covers"), _words("unit n part"), _words("state any id")
_ANNEX = _words("id owed_by title clause owed_to due price accepted_by deemed_accepted requires")
_EVENT = _words("what id of about by at recorded until received evidence note")

# Settings of the contract's own that tables follow, or that bear on no charge; the next table has the others.
_FOLLOWED = _words(
    "zone roll roll_fixed_dates month_end end_sticks part_days at_most stack order window_day done_by deemed "
    "charge_due dispute limitation right_lapses set_off tiering grace hours"
)

# Settings that change how a late day costs or a limit cuts, with the values that tables can say (None: silent).
_KNOBS: dict[str, frozenset[str | None]] = {
    "lateness_by": frozenset({None, "dates", "as the period counts"}),
    "late_ends": frozenset({None, "due day out, done day in", "both in", "both out"}),
    "delay_unit": frozenset({None, "calendar days", "working days"}),
    "grace_unit": frozenset({None, "its own wording"}),
    "from_rest_day": frozenset({None, "count next"}),
    "first_day": frozenset({None, "out"}),
    "days_are": frozenset({None, "calendar"}),
    "weeks_are": frozenset({None, "7 days"}),
    "round_cut": frozenset({None, "cumulative"}),
    "unit_price": frozenset({None, "exact"}),
    "remainder": frozenset({None, "largest remainder"}),
    "nesting": frozenset({None, "inner first"}),
    "covers": frozenset({None, "named heads"}),
    "counts": frozenset({None}),
    "excess": frozenset({None, "engager", "client"}),
    "accrual_end": frozenset({None, "done, termination or ceiling"}),
}


def too_much(contract: Contract) -> Iterator[str]:
    """What the contract says beyond the tables, by the names of a contract file."""
    yield from _said(contract, _CONTRACT, "")
    for rule in contract.rules:
        yield from _said(rule, _RULE, "rules.")
        yield from _said(rule.at_most, _CEILING, "rules.at_most.")
        if rule.when.state == "late":
            yield from _said(rule.when, _WHEN, "rules.when.")
        for charge in (rule.charge, *rule.tiers):
            yield from _said(charge, _CHARGE, "rules.charge.")
            yield from _said(charge.per if charge else None, _PER, "rules.charge.per.")
    for cap in contract.caps:
        yield from _said(cap, _CAP, "caps.")
        yield from _said(cap.to, _CEILING, "caps.to.")
    for third in contract.third_parties.values():
        yield from _said(third, _THIRD, "third_parties.")
        yield from _said(third.limit, _CEILING, "third_parties.limit.")
    for annex in contract.annexes:
        yield from _said(annex, _ANNEX, "annexes.")
    if len(set(_currencies(contract))) > 1:
        yield "two currencies"
    if contract.counting.calendars:
        yield "counting.calendars"
    yield from (f"counting.{knob}" for knob in contract.counting.knobs if knob not in _KNOBS and knob not in _FOLLOWED)


def _currencies(contract: Contract) -> Iterator[str]:
    """The currency of each amount that tables take."""
    yield contract.currency
    yield from (annex.price.currency for annex in contract.annexes if annex.price)
    thirds = contract.third_parties.values()
    yield from (third.fee.currency for third in thirds if third.fee)
    ceilings = [*(rule.at_most for rule in contract.rules), *(cap.to for cap in contract.caps)]
    limits = [ceiling.to for ceiling in (*ceilings, *(third.limit for third in thirds)) if ceiling]
    yield from (limit.currency for limit in limits if isinstance(limit, Money))
    charges = (charge for rule in contract.rules for charge in (rule.charge, *rule.tiers))
    yield from (charge.amount.currency for charge in charges if charge and charge.amount)


def _said(part: msgspec.Struct | None, known: frozenset[str], where: str) -> Iterator[str]:
    """The fields of a part that say something and are not among the known ones."""
    if part is not None:
        for name, silent in _others(type(part), known):
            if getattr(part, name) != silent:
                yield where + name.rstrip("_")


@cache
def _others(struct: type[msgspec.Struct], known: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    """Each field that is not among the known ones, with the value that says nothing."""
    return tuple(
        (field.name, field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory())
        for field in msgspec.structs.fields(struct)
        if field.name not in known
    )


def other_events(events: Iterable[Event]) -> Iterator[str]:
    """Events, and fields of events, that the tables do not follow."""
    for event in events:
        if event.what not in ACTS:
            yield f"events.{event.what}"
        yield from _said(event, _EVENT, "events.")


def knobs_beyond(counting: Counting) -> tuple[str, ...]:
    """Settings whose value the tables do not follow."""
    return tuple(f"counting.{name}" for name, can in _KNOBS.items() if counting.of(name) not in can)
