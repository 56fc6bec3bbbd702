"""Key figures and the cards that weigh them."""

from fractions import Fraction

import msgspec

from core.agreed.amounts import Charge, Per
from core.agreed.rules import Range, When
from core.agreed.timing import Every
from core.agreed.wording import Text
from core.periods import Period

__all__ = ["Allowance", "Line", "Measure", "Override", "Points", "Scorecard", "Weight"]


class Allowance(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of a kind of time is left out of a window: at most `to`, or all of it."""

    to: Period | None = None


class Measure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A key figure read in windows.

    `kind`: "share of time" (while no `down` event lasts, `less` what is left out); "share of steps kept" (`of` a step);
    "share of counts" (`of` an event kind whose values are "45 of 48"); "mean", "sum", "count", "percentile" (`rank`) or
    "weighted mean" (`weights` by item) `of` an event kind. `each` reads it for every person in a role; `sites` for
    several places, put together by `pool`. `service` names the price that "the month's fee" means here.
    """

    id: str
    every: Every | None = None
    kind: str
    of: str | None = None
    title: Text = {}
    down: str | None = None
    less: dict[str, Allowance] = {}
    degraded: str | None = None
    partial: str | None = None
    rank: Fraction | None = None
    weights: dict[str, Fraction] = {}
    sites: tuple[str, ...] = ()
    pool: str | None = None
    each: str | None = None
    target: Fraction | None = None
    service: str | None = None
    round: str | None = None
    empty: str | None = None


class Weight(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item's weight in a scorecard, and where its reading comes from: a measure's id, parts with weights of their
    own, or scores recorded for the item.
    """

    weight: Fraction
    of: str | None = None
    parts: dict[str, Fraction] = {}


class Points(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points of a card: `n` each time, or `per` unit ("2 a started day"); `times` so many from the `nth` of its kind in
    a month, quarter or year (`unit`) on.
    """

    n: Fraction
    per: Per | None = None
    times: int | None = None
    nth: int | None = None
    unit: str | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a points card: what happens, and the points that it costs or gives."""

    when: When
    points: Points


class Override(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a grave event does to a card whatever its score: a grade or a score that it cannot exceed."""

    grade: str | None = None
    score: Fraction | None = None


class Scorecard(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A card read in windows: "weighted mean" of items, or "points" that are lost from what it `starts` with.

    `missing` says what an unrated item does, `sum` what weights do that are not 100 % in all ("normalised" or
    "as written"; silent: refused). `each`: one card for every person in a role. `worth` is what a point lost costs.
    """

    id: str
    every: Every | None = None
    kind: str
    title: Text = {}
    clause: str | None = None
    each: str | None = None
    weights: dict[str, Weight] = {}
    sum: str | None = None
    missing: str | None = None
    drop: str | None = None
    sites: dict[str, Fraction] = {}
    pool: str | None = None
    starts: Fraction | None = None
    floor: Fraction | None = None
    lose: tuple[Line, ...] = ()
    gain: tuple[Line, ...] = ()
    bonus: str | None = None
    lose_at_most: Fraction | None = None
    worth: Charge | None = None
    owed_by: str | None = None
    owed_to: str | None = None
    head: str | None = None
    grades: dict[str, Range] = {}
    override: dict[str, Override] = {}
    overrides: str | None = None
    round: str | None = None
