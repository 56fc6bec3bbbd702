"""What a limit leaves to each of the charges that share it: by days, or in proportion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.lowered.accrued import Accrued
from core.lowered.columns import Array
from core.lowered.wide import ARRAYS, narrow, summable

__all__ = ["Group", "by_days", "first_come", "split"]


class Group(NamedTuple):
    """Lines by what they share: the number of each line's window, and how many lines each window has."""

    of: Array
    size: Array

    def sum(self, column: Array) -> Array:
        made: Array = np.add.reduceat(summable(column), self.begins)
        return made

    @property
    def begins(self) -> Array:
        return np.cumsum(self.size) - self.size


def split(amount: Array, weights: Array, group: Group, rank: Array) -> Array:
    """Whole minor units in proportion, odd ones by the largest remainder, then by id."""
    total = group.sum(weights)[group.of]
    product = ARRAYS.times(amount[group.of], weights)
    share = product // total
    rest = narrow(product - share * total)
    share = narrow(share)
    odd = amount - group.sum(share)
    if rest.dtype == object:  # which lexsort does not know
        order = np.array(sorted(range(len(rest)), key=lambda row: (group.of[row], -rest[row], rank[row])))
    else:
        order = np.lexsort((rank, -rest, group.of))
    place = np.arange(len(order)) - np.repeat(group.begins, group.size)
    share[order] += place < odd[group.of]
    return share


def by_days(loss: Array, limit: Array, party: Array, began: Array, rank: Array) -> Array:
    """What each loss has of its party's limit, in the order of days; losses of one day share what is left in it."""
    opens = np.append(True, (party[1:] != party[:-1]) | (began[1:] != began[:-1]))
    first = np.flatnonzero(opens)
    day = Group(np.cumsum(opens) - 1, np.diff(np.append(first, len(loss))))
    total, of = day.sum(loss), party[first]
    before = np.cumsum(summable(total)) - total
    starts = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    before = before - np.repeat(before[starts], np.diff(np.append(starts, len(of))))
    left = narrow(limit[first] - np.minimum(limit[first], before))
    within = loss.copy()
    over = total > left  # on one day at least, or nobody had asked
    some = over[day.of]
    group = Group((np.cumsum(over) - 1)[day.of[some]], day.size[over])
    within[some] = split(left[over], loss[some], group, rank[some])
    return within


def first_come(
    accrued: Accrued, limit: Array, span: tuple[Array, Array], group: Group, rank: Array
) -> tuple[Array, Array]:
    """What each line gets of a limit that runs out: all until the last full day, found by halving for all windows at
    once, and on the next day its part of what is left. Beside it each window's last full day.
    """
    first, last = span
    eve = (first - 1)[group.of]
    opening = accrued.by(eve)
    room = limit + group.sum(opening)
    low = np.maximum(first - 1, np.minimum.reduceat(accrued.start, group.begins))
    high = np.minimum(last, np.maximum.reduceat(accrued.end, group.begins))
    while (high - low > 1).any():
        middle = (low + high) // 2
        fits = group.sum(accrued.by(middle[group.of])) <= room
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    full = accrued.by(low[group.of])
    following = accrued.by((low + 1)[group.of]) - full
    return full - opening + split(room - group.sum(full), following, group, rank), low
