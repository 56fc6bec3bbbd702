"""What a breach costs: what a rule answers to, its charge, and what bounds it."""

from fractions import Fraction

import msgspec

from core.agreed.amounts import Ceiling, Charge
from core.agreed.timing import Every
from core.agreed.wording import Quote
from core.money import Money
from core.periods import Period

__all__ = ["Band", "ClaimTerm", "Deadline", "Grace", "Grant", "Range", "Repeat", "Rounding", "Rule", "When"]


class Range(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """From `from` (included) to below `below`, or "above"/"up to" with the other edge; absent edges are open.

    `low` and `high` are written "95 to 99", which leaves the edges open: KNOBS `band_edge` says whose they are.
    """

    from_: Fraction | None = None
    above: Fraction | None = None
    below: Fraction | None = None
    up_to: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None

    def edged(self, upper_in: bool) -> "Range":
        """A range "95 to 99" with its edges settled: the upper one belongs to it, or the lower one."""
        if self.low is None:
            return self
        return Range(above=self.low, up_to=self.high) if upper_in else Range(from_=self.low, below=self.high)

    def holds(self, value: Fraction) -> bool:
        """Whether `value` lies in the range, edges as written (Civil Code 1259 for the Chinese words)."""
        return (
            (self.from_ is None or value >= self.from_)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.up_to is None or value <= self.up_to)
        )


class When(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """What a rule answers to, one of the closed patterns.

    "any annex is late": `any="annex", state="late"`; "A1 is late": `id="A1", state="late"`; "each complaint
    unresolved":
    `event="complaint unresolved"`; "a loss caused by X is proven": `state="loss", id="X"`; "score is below 85":
    `measure`, `range`; "below its target": `target`; "is graded C": `grade`;
    `count` in `of` windows: "in 2 of 3 windows".
    """

    state: str
    any: str | None = None
    id: str | None = None
    event: str | None = None
    measure: str | None = None
    range: Range | None = None
    count: int | None = None
    of: int | None = None
    target: bool = False
    grade: str | None = None


class Grace(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days that cost nothing: "never charged" (deductible), or "charged once exceeded" (franchise); None asks."""

    period: Period
    kind: str | None = None


class Band(msgspec.Struct, frozen=True, omit_defaults=True):
    """A charge for a range of a measure."""

    range: Range
    charge: Charge


class Deadline(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long a claim may be made; `after`: "event", "end of its period", "knowledge", "invoice"; None asks."""

    period: Period
    after: str | None = None


class ClaimTerm(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A window in which a charge must be claimed, and what becomes of it otherwise (KNOBS `unclaimed`)."""

    within: Deadline
    otherwise: str | None = None


class Grant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A right that a rule gives: who may do what, and until when it must be used; None: KNOBS `right_lapses`."""

    holder: str
    may: str
    within: Period | None = None


class Repeat(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A surcharge on repetition: `times` the sum from the `nth` in a month, quarter or year; `counts` as KNOBS
    `repeat`.
    """

    times: int
    nth: int
    unit: str
    counts: str | None = None


class Rounding(msgspec.Struct, frozen=True, omit_defaults=True):
    """When exact becomes payable ("once", "each day", "each slice") and how ("half up", "half even", "down", "up")."""

    when: str = "once"
    mode: str = "half up"


class Rule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One breach rule, its fields in the order in which a lawyer asks.

    For interest: `rate` says by which day a reference rate is taken, `rate_at_most` is a ceiling that is a rate itself,
    `rests` when interest begins to bear interest. A charge below `minimum` is raised to it (KNOBS `minimum`).
    `kind` is what the charge is for a cap's `counts`, where it does not follow from the charge. `debtors` owe it
    together, in these shares (KNOBS `debtors`). `cure` runs from the receipt of a notice (KNOBS `cure_effect`).
    """

    id: str
    clause: str
    when: When
    owed_by: str | None = None
    owed_to: str | None = None
    head: str | None = None
    grace: Grace | None = None
    counts: str | None = None
    tiering: str | None = None
    charge: Charge | None = None
    tiers: tuple[Charge, ...] = ()
    bands_of: str | None = None
    bands: tuple[Band, ...] = ()
    take: str | None = None
    plus: Charge | None = None
    repeat: Repeat | None = None
    at_most: Ceiling | None = None
    rate: str | None = None
    rate_at_most: Charge | None = None
    rests: Every | None = None
    minimum: Money | None = None
    kind: str | None = None
    debtors: dict[str, Fraction] = {}
    cure: Period | None = None
    round: Rounding | None = None
    claim: ClaimTerm | None = None
    earned_back: int | None = None
    then: Grant | None = None
    recourse: str | None = None
    quote: Quote | None = None
