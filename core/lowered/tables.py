"""Rules and lines as small tables of whole numbers, and the arithmetic of a charge, written here once.

It is written for Python integers and for arrays of them alike: what the two do differently comes in as `Numbers`.
"""

from collections.abc import Callable
from operator import mul
from typing import Any, NamedTuple

from core.counting.calendars import Calendar

__all__ = [
    "ENDLESS",
    "INTEGERS",
    "SCALE",
    "Line",
    "Lowered",
    "Numbers",
    "Party",
    "Pool",
    "Priced",
    "Tier",
    "free",
    "in_tier",
    "over_scale",
    "priced",
    "reached",
    "rounded",
    "units",
]

SCALE = 2_000_000
"""Rates count in halves of a millionth where they can, so that half of a unit is a whole number; else in finer ones."""

ENDLESS = 4_000_000
"""More days than any calendar has: the last unit of a tier, and the last day of a limit, that has none."""


class Numbers(NamedTuple):
    """What integers and arrays of integers do differently: the lesser and the greater of two, and a product that may
    outgrow 64 bits.
    """

    least: Callable[[Any, Any], Any]
    most: Callable[[Any, Any], Any]
    times: Callable[[Any, Any], Any]


INTEGERS = Numbers(min, max, mul)


class Tier(NamedTuple):
    """The units from `first` to `last` cost `rate` × base + `fixed` each, over the rule's scale."""

    first: int
    last: int
    rate: int
    fixed: int


class Priced(NamedTuple):
    """A rule for lateness as whole numbers; equal rules of many contracts are one.

    Days are dates or `working` days, in blocks of `length`, of which a started one counts unless they are `completed`.
    `grace` units cost nothing, or with `franchise` only if no more than these are late; tiers number units after grace
    if `shifted`, and give all of them the rate of the last one if `reached`. A sum is rounded by adding `lead` before
    it is divided by `scale` (`even`: a half goes to the even neighbour). `most` is the maximum of one charge, and
    `together` that of all of a contract, as rate and fixed part.
    """

    working: bool
    length: int
    completed: bool
    grace: int
    franchise: bool
    shifted: bool
    reached: bool
    tiers: tuple[Tier, ...]
    scale: int
    lead: int
    even: bool
    most: tuple[int, int] | None
    together: tuple[int, int] | None = None


class Line(NamedTuple):
    """One late obligation under one rule: days count after `start`, up to and including `end` (ordinals).

    `total`, `party` and `pool` number the limits of the contract that it falls under: the maximum of all charges of its
    rule, its third party's limit, its cap. `rank` is the place of its id among the contract's, which decides who gets
    an odd cent.
    """

    id: str
    rule: Priced
    start: int
    end: int
    base: int
    debtor: str
    creditor: str
    total: int = -1
    party: int = -1
    pool: int = -1
    rank: int = 0


class Party(NamedTuple):
    """A third party's limit. Of what lies above it the debtor bears `own` parts of `whole`; half a cent goes to it if
    it is the `first` of the two by name.
    """

    limit: int
    own: int
    whole: int
    first: bool


class Pool(NamedTuple):
    """A cap, or a maximum of all charges of a rule: its windows (first and last day as ordinals), the limit of each,
    and whether it is shared pro rata.
    """

    windows: tuple[tuple[int, int], ...]
    limit: int
    pro_rata: bool


class Lowered(NamedTuple):
    """One contract as tables: what is late, under which rule, and which limits hold it."""

    number: str
    currency: str
    calendar: Calendar
    lines: tuple[Line, ...]
    totals: tuple[Pool, ...]
    parties: tuple[Party, ...]
    pools: tuple[Pool, ...]


# the arithmetic of a charge, once, for integers and for arrays of them


def units(days: Any, length: Any, completed: Any) -> Any:
    """Units in so many late days: completed blocks, or started ones."""
    if type(length) is int and length == 1:
        return days
    return (days + (length - 1) * (1 - 1 * completed)) // length


def free(late: Any, grace: Any, franchise: Any) -> Any:
    """Units that cost nothing: grace, unless it is exceeded and then gone."""
    if franchise is False:
        return grace
    return grace * (1 - 1 * (franchise & (late > grace)))


def in_tier(n: Numbers, late: Any, spared: Any, first: Any, last: Any, shift: Any) -> Any:
    """How many of the units from `spared` + 1 to `late` lie in a tier, whose own numbers begin after `shift` units."""
    upto = late if type(last) is int and last == ENDLESS else n.least(late, last + shift)
    after = spared if type(first) is int and first == 1 else n.most(spared, first - 1 + shift)
    return n.most(upto - after, 0)


def reached(late: Any, first: Any, last: Any) -> Any:
    """1 where the last unit lies in the tier, else 0."""
    return 1 * ((first <= late) & (late <= last))


def over_scale(n: Numbers, rate: Any, base: Any, fixed: Any) -> Any:
    """A share of a base and a fixed part, over the scale."""
    share = n.times(rate, base)
    return share if type(fixed) is int and fixed == 0 else share + fixed


def rounded(over: Any, scale: Any, lead: Any, even: Any = False) -> Any:
    """Whole minor units; `even` where a half goes to the even neighbour."""
    led = over + lead
    whole = led // scale
    if even is False:
        return whole
    return whole - 1 * (even & (led % scale == 0) & (whole % 2 == 1))


# one contract


def priced(rule: Priced, base: int, days: int, by: int) -> tuple[int, int]:
    """A charge in minor units before and after its own maximum: what the first `by` of `days` late days cost."""
    n = INTEGERS
    late = units(days, rule.length, rule.completed)
    spared = free(late, rule.grace, rule.franchise)
    shift = spared if rule.shifted else 0
    so_far = min(late, units(max(0, by), rule.length, rule.completed))
    over = 0
    for tier in rule.tiers:
        if rule.reached:
            count = max(0, so_far - spared) * reached(late - shift, tier.first, tier.last)
        else:
            count = in_tier(n, so_far, spared, tier.first, tier.last, shift)
        over += n.times(over_scale(n, tier.rate, base, tier.fixed), count)
    gross = rounded(over, rule.scale, rule.lead, rule.even)
    if rule.most is None:
        return gross, gross
    rate, fixed = rule.most
    return gross, min(gross, rounded(over_scale(n, rate, base, fixed), rule.scale, rule.lead, rule.even))
