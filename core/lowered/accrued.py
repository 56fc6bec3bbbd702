"""Charges by day as columns: what each comes to by the end of a day."""

from __future__ import annotations

from collections.abc import Callable
from operator import mul
from typing import Any, NamedTuple

import numpy as np

from core.lowered.columns import SAFE, Array, Book, Column, Days
from core.lowered.tables import free, in_tier, over_scale, reached, rounded, units
from core.lowered.wide import ARRAYS, most_of, narrow, wide, wide_times

__all__ = ["Accrued", "accrued_of", "picked"]


class Accrued(NamedTuple):
    """Some charges by day: what each comes to by the end of a day, after its own maximum and its third party.

    `before` counts the days of its kind that had passed when it began; `late` are its units, `spared` those that cost
    nothing, `shift` those that tiers leave out. After the day `full` it stays at `final`, where the maximum of all
    charges of its rule holds it; of what was then `lost`, its third party left `kept`.
    """

    days: Days
    times: Callable[[Any, Any], Any]
    at: Column
    start: Array
    end: Array
    before: Array
    late: Array
    spared: Column
    shift: Column
    length: Column
    completed: Column
    reached: Column
    first: tuple[Column, ...]
    last: tuple[Column, ...]
    worth: tuple[Column, ...]
    scale: Column
    lead: Column
    even: Column
    most: Column | None
    bound: Column
    full: Array | None = None
    final: Array | None = None
    kept: Array | None = None
    lost: Array | None = None

    def only(self, lines: Array) -> Accrued:
        """Some of the lines."""
        days, times, *columns = self
        some = Accrued(days, times, *(picked(column, lines) for column in columns))
        if some.kept is not None and (some.kept == some.lost).all():
            return some._replace(kept=None, lost=None)
        return some

    def by(self, day: Array) -> Array:
        """Minor units accrued by the end of a day, one for each line."""
        n = ARRAYS
        passed = self.days.through[self.at + n.least(n.most(day, self.start), self.end)] - self.before
        held = self.held(self.amounts(units(passed, self.length, self.completed)))
        if self.full is not None and self.final is not None:
            held = np.where(day > self.full, self.final, held)
        if self.kept is None or self.lost is None:
            return held
        return narrow(n.times(held, self.kept) // n.most(self.lost, 1))

    def amounts(self, so_far: Array) -> Array:
        """What the first units come to, in whole minor units."""
        over: Any = 0
        for first, last, worth in zip(self.first, self.last, self.worth, strict=True):
            over = over + self.times(worth, self._counted(so_far, first, last))
        return narrow(rounded(over, self.scale, self.lead, self.even))

    def _counted(self, so_far: Array, first: Column, last: Column) -> Any:
        """Units at one tier's rate: those that lie in it, or all of them if the last one does."""
        n = ARRAYS
        if self.reached is False:
            return in_tier(n, so_far, self.spared, first, last, self.shift)
        all_of_them = n.most(so_far - self.spared, 0) * reached(self.late - self.shift, first, last)
        if self.reached is True:
            return all_of_them
        return np.where(self.reached, all_of_them, in_tier(n, so_far, self.spared, first, last, self.shift))

    def held(self, gross: Array) -> Array:
        """After each rule's own maximum."""
        if self.most is None:
            return gross
        least = np.minimum(gross, self.most)
        return np.asarray(least if self.bound is True else np.where(self.bound, least, gross))

    def began(self) -> Array:
        """The day on which the first unit that costs accrues."""
        first_of_block = self.spared * self.length + 1
        passed = self.before + first_of_block + (self.length - 1) * (1 * self.completed)
        row = self.at + self.days.origin  # of the kind of day
        day: Array = self.days.day[row + np.minimum(passed, self.days.width - 1)] + self.days.origin
        return day


def accrued_of(book: Book, begin: int, end: int) -> Accrued:
    """A block of lines, with what their rules say gathered once."""
    columns, days, rows = book.columns, book.days, book.rows
    rule = columns.rule[begin:end]
    start, until, base = columns.start[begin:end], columns.end[begin:end], columns.base[begin:end]
    at = picked(rows.kind * days.width - days.origin, rule)
    before = days.through[at + start]
    length, completed = picked(rows.length, rule), picked(rows.completed, rule)
    late = units(days.through[at + until] - before, length, completed)
    spared = free(late, picked(rows.grace, rule), picked(rows.franchise, rule))
    shifted = picked(rows.shifted, rule)
    scale, lead, even = picked(rows.scale, rule), picked(rows.lead, rule), picked(rows.even, rule)
    most = None
    if rows.most is not False:
        over = over_scale(ARRAYS, picked(rows.most_rate, rule), base, picked(rows.most_fixed, rule))
        most = narrow(rounded(wide(over) if most_of(over) >= SAFE else over, scale, lead, even))
    worth = tuple(
        over_scale(ARRAYS, picked(rate, rule), base, picked(fixed, rule))
        for rate, fixed in zip(rows.rate, rows.fixed, strict=True)
    )
    fits = len(late) and sum(map(most_of, worth)) * (most_of(late) + 1) + 2 * most_of(scale) < SAFE
    return Accrued(
        days=days,
        times=mul if fits else wide_times,
        at=at,
        start=start,
        end=until,
        before=before,
        late=late,
        spared=spared,
        shift=spared if shifted is True else spared * shifted,
        length=length,
        completed=completed,
        reached=picked(rows.reached, rule),
        first=picked(rows.first, rule),
        last=picked(rows.last, rule),
        worth=worth,
        scale=scale,
        lead=lead,
        even=even,
        most=most,
        bound=picked(rows.most, rule),
    )


def picked(column: Any, lines: Array) -> Any:
    """Some rows of a column, or of several; what all rows have stays as it is."""
    if isinstance(column, tuple):
        return tuple(picked(part, lines) for part in column)
    return column[lines] if isinstance(column, np.ndarray) else column
