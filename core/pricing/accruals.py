"""A charge as it accrued: dated slices, their exact sum, and the limit that its own rule sets."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import msgspec

from core.money import Money, UnitPrice
from core.periods import elapsed_days
from core.pricing.interest import Leg
from core.pricing.lateness import Timeline
from core.pricing.rounding import Precision

__all__ = ["Accrual", "Conversion", "Limit", "Slice", "days_of", "slice_of"]


class Conversion(msgspec.Struct, frozen=True, omit_defaults=True):
    """At what rate foreign money was converted, and of which day; `provisional`: no later rate is known so far."""

    rate: Fraction
    on: date
    provisional: bool = False


class Slice(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A stretch of a charge under one rate, base and version of the terms.

    `from_`/`to` number its units, `first`/`last` are the days on which they accrue; `exact` is in minor units, before
    rounding.
    A one-off has no numbers: all of it accrues on `first`. `plus` marks what a rule adds once beside its running
    charge; `provisional` what rests on a reference rate that is not known so far. `borne` is the debtor's share of days
    whose cause lies on both sides. `fx`: price and base are in foreign money, `exact` is converted.
    """

    first: date
    last: date
    units: Fraction
    exact: Fraction
    unit: str = ""
    from_: int | None = None
    to: int | None = None
    rate: Fraction | None = None
    of: str | None = None
    base: Money | None = None
    price: Money | UnitPrice | None = None
    per: int = 1
    terms: tuple[str, ...] = ()
    plus: bool = False
    provisional: bool = False
    borne: Fraction | None = None
    fx: Conversion | None = None


class Limit(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A rule's own maximum: the amount, for what it is counted ("obligation", "all", a window), and which slices it
    holds; `carries`: what exceeds it goes into later windows that have room.
    """

    to: Money
    per: str
    covers: tuple[str, ...] = ()
    carries: bool = False


class Accrual(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One charge as it accrued: id "<rule>:<subject>", its slices, their exact sum, and `gross` as rounded before any
    limit, anew from each day of `cuts` on. `share` is one debtor's part of it; `jointly` are the parts among debtors
    who owe all of it together.
    """

    id: str
    rule: str
    clause: str
    breach: str
    subject: str
    debtor: str
    creditor: str
    slices: tuple[Slice, ...]
    exact: Fraction
    gross: Money
    rounding: Precision = Precision()
    cuts: tuple[date, ...] = ()
    head: str | None = None
    fault: str | None = None
    caused: str | None = None
    recourse: str | None = None
    counted: Timeline | None = None
    grace: int = 0
    maximum: Limit | None = None
    running: bool = False
    waived: bool = False
    share: Fraction | None = None
    jointly: dict[str, Money] = {}


def slice_of(leg: Leg, currency: str, free: int = 0) -> Slice:
    """A leg of interest as a slice of a charge, its days numbered after `free` ones."""
    number = leg.number + free
    return Slice(
        first=leg.first,
        last=leg.last,
        units=leg.units,
        exact=leg.exact,
        unit=leg.unit,
        from_=number,
        to=number + elapsed_days(leg.first, leg.last),
        rate=leg.rate,
        of=leg.of,
        base=Money(leg.base, currency),
        per=leg.year,
        terms=leg.terms,
        provisional=leg.provisional,
    )


def days_of(slices: Sequence[Slice]) -> tuple[date, date]:
    """The first and the last day on which a charge accrues."""
    if len(slices) == 1:
        return slices[0].first, slices[0].last
    return min(part.first for part in slices), max(part.last for part in slices)
