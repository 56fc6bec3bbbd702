"""Amounts of a contract: shares, ceilings, prices by the unit, and the rates that they rest on."""

from datetime import date
from fractions import Fraction

import msgspec

from core.money import Money, UnitPrice

__all__ = ["Amount", "Ceiling", "Charge", "Exchange", "Per", "RateTable", "Share"]


class Share(msgspec.Struct, frozen=True, omit_defaults=True):
    """A share of a base; `of` is "total", "payable", "unpaid", "loss", or `<id>.<field>` such as "H1.price"."""

    rate: Fraction
    of: str


Amount = Money | Share
"""An amount that the terms fix, or a share of another one."""


class Ceiling(msgspec.Struct, frozen=True, omit_defaults=True):
    """At most `to`, in each `per`: "obligation" (each), "all" (in total), "contract year", "calendar year", "calendar
    month", "calendar quarter", "rolling 12 months"; a cap also for each "claim", "person", "event", "third party" or
    "head".

    `covers` names what a rule's ceiling holds: "running", "plus". What exceeds it in a window is "lost", or "carried
    forward" into windows that have room (`excess`, a rule's ceiling).
    """

    to: Amount
    per: str | None = None
    covers: tuple[str, ...] = ()
    excess: str | None = None


class Per(msgspec.Struct, frozen=True, omit_defaults=True):
    """The unit of a running charge: n × unit, and what a part of one counts: "started", "completed", "exact"; None
    asks.
    """

    unit: str
    n: int = 1
    part: str | None = None


class Charge(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """What a breach costs: a share (`rate` of a base) or a fixed `amount`, running `per` unit or once.

    `from_`/`to` number the units it holds for (tiers); `on` is the day number on which a one-off falls. A rate of
    interest may rest on a `reference` rate: so many `times`, `raised` by a share (KNOBS `raised_by`), plus `rate`.
    With `most` (or `most_rate`) the creditor fixes it between the two: nothing is charged until it has. `price` is an
    amount per unit that is finer than the currency's smallest unit.
    """

    rate: Fraction | None = None
    of: str | None = None
    amount: Money | None = None
    per: Per | None = None
    from_: int | None = None
    to: int | None = None
    on: int | None = None
    reference: str | None = None
    times: Fraction | None = None
    raised: Fraction | None = None
    most: Money | None = None
    most_rate: Fraction | None = None
    price: UnitPrice | None = None


class RateTable(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reference rate by the contract's own name: its values by the day from which each holds, or one that ships.

    `fixed`: on which day the value is taken for which debts ("31 December for debts late from 1 January to 30 June");
    `until` is the last day that the values know of.
    """

    source: str | None = None
    reference: str | None = None
    values: dict[str, Fraction] = {}
    fixed: tuple[str, ...] = ()
    until: date | None = None


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one unit of a foreign currency is worth in the contract's: "0.92 from 2027-06-01", and whose rates they are.

    `until` is the last day that the values know of.
    """

    source: str
    values: tuple[str, ...]
    until: date | None = None
