"""Limits as cuts of curves: a charge by day in whole minor units, and what a limit leaves of it, day by day.

Because curves are cumulative and whole, cents add up however windows cut them, and what a limit holds back is dated.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.money import Money, integer
from core.periods import Calendar
from core.pricing.accruals import Accrual, Slice, days_of
from core.pricing.lateness import through
from core.pricing.rounding import Precision, by_unit
from core.schedule import Window

__all__ = [
    "ALWAYS",
    "Curve",
    "Cut",
    "Line",
    "Reduction",
    "accrued",
    "allocate",
    "changed",
    "first_day",
    "narrow",
    "narrowed",
    "scaled",
    "split",
    "steps",
    "touching",
]

Curve = Callable[[date], int]
"""Minor units accrued by the end of a day; never falls."""

ALWAYS = Window("", date(1, 1, 2), date(9999, 12, 30))
"""The window of a limit that has none."""


class _Part(NamedTuple):
    """A slice in whole numbers over the charge's common denominator: all of it, and each of its units."""

    first: date
    last: date
    from_: int
    whole: int
    one: int


def accrued(accrual: Accrual, calendar: Calendar, zone: str, *, plus: bool = True, running: bool = True) -> Curve:
    """Minor units accrued by the end of a day, rounded cumulatively, so that windows add up, or anew
    in each window (KNOBS `round_cut`).

    The days between the first and the last are worked out only where a limit asks for one of them: most charges are
    never cut.
    """
    slices = [part for part in accrual.slices if (plus if part.plus else running)]
    if not slices:
        return lambda day: 0
    first, last = days_of(slices)
    between: Curve | None = None
    total = accrual.gross.minor if plus and running else _between(accrual, slices, calendar, zone)(last)

    def curve(day: date) -> int:
        nonlocal between
        if day < first:
            return 0
        if day >= last:
            return total
        if between is None:
            between = _between(accrual, slices, calendar, zone)
        return between(day)

    return curve


def _between(accrual: Accrual, slices: Sequence[Slice], calendar: Calendar, zone: str) -> Curve:
    """The curve of some slices. A limit asks for many days, so fractions become whole numbers first, without loss."""
    how, line = accrual.rounding, accrual.counted
    ones = [_one(part) for part in slices]
    fractions = [] if how.when == "each day" else [*ones, *(part.exact for part in slices)]
    scale = math.lcm(*(fraction.denominator for fraction in fractions))
    parts = [_part(part, one, scale, how) for part, one in zip(slices, ones, strict=True)]
    groups = range(len(parts)) if how.when == "each slice" else [bisect_right(accrual.cuts, p.first) for p in parts]
    sums = dict.fromkeys(groups, 0)

    def so_far(part: _Part, day: date) -> int:
        if day < part.first:
            return 0
        if day >= part.last or line is None:
            return part.whole
        return (through(line, day, calendar, zone) - part.from_ + 1) * part.one

    def worth(day: date) -> int:
        found = dict(sums)
        for group, part in zip(groups, parts, strict=True):
            found[group] += so_far(part, day)
        return sum(_quotient(share, scale, how) for share in found.values())

    return worth


def _one(part: Slice) -> Fraction:
    """What each numbered unit of a slice comes to: of an exact block or week each of its days."""
    exact, units = part.exact, _units(part)
    return Fraction(exact.numerator * units.denominator, exact.denominator * units.numerator)


def _units(part: Slice) -> Fraction:
    """How many numbered units a slice has, the last of which may be a part."""
    if part.from_ is None or part.to is None:
        return part.units
    numbers = part.to - part.from_ + 1
    return part.units if math.ceil(part.units) >= numbers else Fraction(numbers)


def _part(part: Slice, one: Fraction, scale: int, how: Precision) -> _Part:
    if how.when == "each day":
        whole, numbers = by_unit(part, part.units, how), _units(part)
        amounts = whole, how.whole(one) if numbers == part.units else whole // int(numbers)
    else:
        exact = part.exact
        amounts = exact.numerator * (scale // exact.denominator), one.numerator * (scale // one.denominator)
    last = part.last if part.from_ else part.first  # a one-off accrues whole on its day
    return _Part(part.first, last, part.from_ or 0, *amounts)


def _quotient(share: int, scale: int, how: Precision) -> int:
    whole, rest = divmod(share, scale)
    return how.whole(Fraction(share, scale)) if rest or how.step else whole


class Reduction(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one limit takes off a charge.

    `kind`: "own share" (the creditor's own fault), "maximum" (the rule's own), "excess" (borne by another by
    agreement), "deductible", "attachment", "cap", "share" (what the creditor bears itself). `by` names the rule, third
    party or cap; `full` is the last day that was still paid in full.
    """

    kind: str
    by: str
    clause: str = ""
    window: str = ""
    amount: Money
    full: date | None = None


class Line(msgspec.Struct):
    """A charge on its way through the limits: its curve narrows, its reductions grow.

    The curve is 0 before `first` and stands still from `last` on.
    """

    accrual: Accrual
    curve: Curve
    first: date
    last: date
    reductions: list[Reduction]


class Cut(msgspec.Struct, frozen=True):
    """What a limit left of each charge in one window: in full through `full`, `extra[i]` more on the next day, then
    nothing. `lines` are those that accrue in the window at all.
    """

    first: date
    last: date
    full: date
    lines: tuple[Line, ...]
    extra: tuple[int, ...]
    limit: int
    used: int
    total: int


def touching(group: Sequence[Line], window: Window) -> list[Line]:
    """The charges that accrue in a window; the others neither use its limit nor are cut by it."""
    return [line for line in group if line.first < window.after and line.last >= window.first]


def allocate(
    group: Sequence[Line], window: Window, limit: int, *, free: Sequence[Line] = (), remainder: str | None = None
) -> Cut:
    """First come, first served by days; on the day on which it runs out pro rata, cents by KNOBS `remainder`.

    What is `free` is paid in full and uses the limit up as it accrues, before what is limited on the same day.
    """
    before, last = window.first - timedelta(days=1), window.after - timedelta(days=1)
    lines, others = touching(group, window), touching(free, window)
    both = [*lines, *others]
    start = sum(line.curve(before) for line in both)
    total = sum(line.curve(last) for line in lines) - sum(line.curve(before) for line in lines)
    unlimited = sum(line.curve(last) - line.curve(before) for line in others)
    if total + unlimited <= limit:
        return Cut(window.first, last, last, tuple(lines), tuple(0 for _ in lines), limit, total, total)
    full, rest = _last_day_within(both, limit + start, before, last)
    following = full + timedelta(days=1)
    rest = max(0, rest - sum(line.curve(following) - line.curve(full) for line in others))
    next_day = [line.curve(following) - line.curve(full) for line in lines]
    extra = split(min(rest, sum(next_day)), next_day, [line.accrual.id for line in lines], remainder)
    used = sum(line.curve(full) - line.curve(before) for line in lines) + sum(extra)
    return Cut(window.first, last, full, tuple(lines), tuple(extra), limit, used, total)


def _last_day_within(lines: Sequence[Line], limit: int, low: date, high: date) -> tuple[date, int]:
    """The last day on which the curves together are within `limit`, and what is left of it then.

    By bisection; a curve that stands still between the two days is added once and not asked again.
    """
    moving, still = list(lines), 0
    while (high - low).days > 1:
        middle = low + (high - low) // 2
        sum_ = still + sum(line.curve(middle) for line in moving)
        if sum_ <= limit:
            low = middle
        else:
            high = middle
        still += sum(line.curve(low) for line in moving if line.last <= low)
        moving = [line for line in moving if line.last > low]
    return low, limit - still - sum(line.curve(low) for line in moving)


def split(amount: int, weights: Sequence[int], ids: Sequence[str], remainder: str | None = None) -> list[int]:
    """Split whole minor units in proportion; odd cents by largest remainder, then by id, or all to the first or the
    last (KNOBS `remainder`) that still has something to get: nobody gets more than it asks for.
    """
    total = sum(weights)
    if not total:
        return [0 for _ in weights]
    shares = [amount * weight // total for weight in weights]
    odd = amount - sum(shares)
    if remainder in {"first", "last"}:
        for i in range(len(weights)) if remainder == "first" else reversed(range(len(weights))):
            room = odd if weights[i] and amount > total else weights[i] - shares[i]
            shares[i] += min(odd, room)
            odd -= min(odd, room)
        return shares
    order = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), ids[i]))
    for i in order[:odd]:
        shares[i] += 1
    return shares


def narrowed(inner: Curve, cut: Cut, extra: int) -> Curve:
    """A curve after a window's cut: in full until the limit is full, `extra` more on the next day, then still."""
    paid = inner(cut.full) + extra
    lost = inner(cut.last) - paid
    if not lost:
        return inner

    def curve(day: date) -> int:
        whole = inner(day)
        return min(whole, max(paid, whole - lost))

    return curve


def changed(inner: Curve, window: Window, change: Callable[[int], int]) -> Curve:
    """A curve of which one window's part is changed as it grows; what lies before and after keeps its steps. Nothing
    stays nothing under the `change`.
    """
    opening, closing = inner(window.first - timedelta(days=1)), inner(window.after - timedelta(days=1))

    def curve(day: date) -> int:
        whole = inner(day)
        part = max(0, min(whole, closing) - opening)
        return whole - part + change(part)

    return curve


def scaled(inner: Curve, share: Fraction) -> Curve:
    """A share of a curve, rounded cumulatively."""
    return lambda day: integer(share * inner(day))


def steps(paid: Sequence[tuple[date, int]]) -> Curve:
    """The curve of single amounts by day, in date order."""
    days = [day for day, _ in paid]
    sums = [0]
    for _, amount in paid:
        sums.append(sums[-1] + amount)
    return lambda day: sums[bisect_right(days, day)]


def narrow(
    line: Line, curve: Curve, day: date, *, kind: str, by: str, clause: str, window: str = "", full: date | None = None
) -> None:
    """Put a narrower curve in the line's place and note what it takes off by `day`, with the last day that was still
    paid in `full` where others share the limit.
    """
    inner = line.curve
    over = inner(day) - curve(day)
    line.curve = curve
    if over:
        currency = line.accrual.gross.currency
        full = full or first_day(line.first, line.last, lambda at: inner(at) > curve(at)) - timedelta(days=1)
        line.reductions.append(
            Reduction(kind=kind, by=by, clause=clause, window=window, amount=Money(over, currency), full=full)
        )


def first_day(first: date, last: date, holds: Callable[[date], bool]) -> date:
    """The first day from which on something holds that by `last` does; by bisection."""
    days = range((last - first).days)
    return first + timedelta(days=bisect_left(days, True, key=lambda n: holds(first + timedelta(days=n))))
