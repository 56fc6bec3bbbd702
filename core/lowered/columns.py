"""Lowered contracts as columns, and their lines grouped once by what limits them together. Needs numpy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.counting.calendars import Calendar
from core.lowered.tables import Lowered, Party, Pool, Priced

__all__ = [
    "SAFE",
    "Array",
    "Book",
    "Column",
    "Columns",
    "Days",
    "Limits",
    "Parties",
    "Rows",
    "Windows",
    "book",
    "days_of",
    "limits_of",
    "rows_of",
]

SAFE = 1 << 62
"""Products and sums below this are safe in 64 bits; others are worked with Python's own integers."""

Array = npt.NDArray[Any]
Column = Array | int | bool
"""One number for each row, or the one that all rows have."""


class Days(NamedTuple):
    """Days as prefix sums, one row for each kind: dates, then the working days of each calendar.

    `through` holds at `kind × width + day` how many days of the kind have passed, `day` the day of the nth of them;
    days are counted from `origin`.
    """

    origin: int
    width: int
    through: Array
    day: Array


class Rows(NamedTuple):
    """Rules as columns (`tables.Priced`), with the kind of day that each counts in."""

    kind: Column
    length: Column
    completed: Column
    grace: Column
    franchise: Column
    shifted: Column
    reached: Column
    first: tuple[Column, ...]
    last: tuple[Column, ...]
    rate: tuple[Column, ...]
    fixed: tuple[Column, ...]
    scale: Column
    lead: Column
    even: Column
    most_rate: Column
    most_fixed: Column
    most: Column
    """Which rules have a maximum at all."""


class Columns(NamedTuple):
    """Obligations, those of one contract together: its rule's row, the days it was late, its base, its limits.

    `start` is the last day that was not late, `end` the last that was (ordinals). `total` (the maximum of all charges
    of a rule), `party` and `pool` are −1 where no limit holds; `rank` orders charges by their ids within a contract.
    Contract i has the lines from `contracts[i]` on.
    """

    rule: Array
    start: Array
    end: Array
    base: Array
    contracts: Array
    total: Array
    party: Array
    pool: Array
    rank: Array


class Windows(NamedTuple):
    """The windows of limits with the lines that may accrue in each, grouped once.

    Window i runs from `first[i]` to `last[i]`, and its lines are `line[pieces[i]:pieces[i + 1]]`; contract i has the
    windows from `contracts[i]` on. `cut` says whether any window holds a part of a line only, `straight` whether the
    windows hold all lines in their own order.
    """

    first: Array
    last: Array
    limit: Array
    pro_rata: Array
    contracts: Array
    pieces: Array
    line: Array
    cut: bool
    straight: bool


class Parties(NamedTuple):
    """Third parties' limits with the lines of each, grouped once.

    Of what lies above `limit[i]` the debtor bears `own` parts of `whole`; its lines are
    `line[pieces[i]:pieces[i + 1]]`, and contract i has the parties from `contracts[i]` on.
    """

    limit: Array
    own: Array
    whole: Array
    by_name: Array
    contracts: Array
    pieces: Array
    line: Array


class Limits(NamedTuple):
    """All that holds charges together, in the order in which it does: maxima of rules, third parties, caps."""

    totals: Windows
    parties: Parties
    caps: Windows


class Book(NamedTuple):
    """A portfolio as tables and columns."""

    rows: Rows
    days: Days
    columns: Columns
    limits: Limits


def book(lowered: Sequence[Lowered]) -> Book:
    """Lowered contracts as columns; equal rules become one row, equal calendars one count of days."""
    calendars: dict[Calendar, int] = {}
    rules: dict[tuple[Priced, int], int] = {}
    lines: list[tuple[int, ...]] = []
    totals: list[Pool] = []
    parties: list[Party] = []
    pools: list[Pool] = []
    contracts, begins = [0], [(0, 0, 0)]
    for one in lowered:
        kind = calendars.setdefault(one.calendar, len(calendars) + 1)
        for line in one.lines:
            row = rules.setdefault((line.rule, kind if line.rule.working else 0), len(rules))
            total = line.total + len(totals) if line.total >= 0 else -1
            party = line.party + len(parties) if line.party >= 0 else -1
            pool = line.pool + len(pools) if line.pool >= 0 else -1
            lines.append((row, line.start, line.end, line.base, total, party, pool, line.rank))
        totals.extend(one.totals)
        parties.extend(one.parties)
        pools.extend(one.pools)
        contracts.append(len(lines))
        begins.append((len(totals), len(parties), len(pools)))
    rule, start, end, base, total_, party_, pool_, rank = (_ints(column) for column in _turned(lines, 8))
    columns = Columns(
        rule, start.astype(np.int32), end.astype(np.int32), base, _ints(contracts), total_, party_, pool_, rank
    )
    days = days_of(list(calendars), start, end)
    return Book(rows_of(list(rules)), days, columns, limits_of(columns, totals, parties, pools, begins))


def _turned(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [[] for _ in range(width)]


def _ints(values: Sequence[int]) -> Array:
    """Whole numbers in 64 bits, or as they are where one is too large."""
    return np.array(values, dtype=np.int64 if max(values, default=0) < SAFE else object)


def days_of(calendars: Sequence[Calendar], start: Array, end: Array) -> Days:
    """The prefix sums of dates and of each calendar's working days, over all days that any line touches."""
    origin = int(start.min()) if len(start) else 1
    width = (int(end.max()) if len(end) else 1) - origin + 2
    dates = np.arange(width)
    through, day = [dates], [dates]
    for calendar in calendars:
        works = np.array([not calendar.is_rest(date.fromordinal(origin + number)) for number in range(width)])
        works[0] = False  # nothing is late on the first day of all
        passed = np.cumsum(works)
        nth = np.full(width, width - 1)
        nth[passed[works]] = dates[works]
        through.append(passed)
        day.append(nth)
    return Days(origin, width, np.concatenate(through), np.concatenate(day))


def rows_of(rules: Sequence[tuple[Priced, int]]) -> Rows:
    """Rules with their kind of day, as columns."""
    tiers = max((len(rule.tiers) for rule, _ in rules), default=1)
    spans = [[*rule.tiers, *[(1, 0, 0, 0)] * (tiers - len(rule.tiers))] for rule, _ in rules]
    first, last, rate, fixed = (
        tuple(_column([row[tier][part] for row in spans]) for tier in range(tiers)) for part in range(4)
    )
    most = [rule.most or (0, 0) for rule, _ in rules]
    named = {
        name: _column([getattr(rule, name) for rule, _ in rules])
        for name in ("length", "completed", "grace", "franchise", "shifted", "reached", "scale", "lead", "even")
    }
    return Rows(
        kind=_column([kind for _, kind in rules]),
        first=first,
        last=last,
        rate=rate,
        fixed=fixed,
        most_rate=_column([rate for rate, _ in most]),
        most_fixed=_column([fixed for _, fixed in most]),
        most=_column([rule.most is not None for rule, _ in rules]),
        **named,
    )


def _column(values: Sequence[int]) -> Column:
    """A column, or the one value that all rows have: arithmetic with it is cheaper, and much of it falls away."""
    if len(set(values)) == 1:
        return values[0]
    return np.array(values, dtype=bool) if values and isinstance(values[0], bool) else _ints(values)


def limits_of(
    columns: Columns,
    totals: Sequence[Pool],
    parties: Sequence[Party],
    pools: Sequence[Pool],
    begins: Sequence[tuple[int, int, int]],
) -> Limits:
    """Maxima of rules, third parties and caps with their lines; `begins` says with which of each a contract begins.
    What has no lines is left out.
    """
    of_total, of_party, of_pool = (_ints(column) for column in _turned(begins, 3))
    held = _by_key(columns.party)
    with_lines, at = np.unique(columns.party[held], return_index=True)
    limit, own, whole, by_name = (
        _ints([getattr(party, name) for party in parties])[with_lines] for name in ("limit", "own", "whole", "first")
    )
    third = Parties(limit, own, whole, by_name, np.searchsorted(with_lines, of_party), np.append(at, len(held)), held)
    return Limits(
        _windows(columns, columns.total, totals, of_total), third, _windows(columns, columns.pool, pools, of_pool)
    )


def _windows(columns: Columns, key: Array, pools: Sequence[Pool], begins: Array) -> Windows:
    spans = [(number, *span) for number, pool in enumerate(pools) for span in pool.windows]
    pool, first, last = (_ints(column) for column in _turned(spans, 3))
    line, window = _pieces(columns, key, pool, (first, last))
    used, at = np.unique(window, return_index=True)
    inside = (columns.start[line] >= first[window] - 1) & (columns.end[line] <= last[window])
    return Windows(
        first=first[used],
        last=last[used],
        limit=_ints([one.limit for one in pools])[pool[used]],
        pro_rata=np.array([one.pro_rata for one in pools], dtype=bool)[pool[used]],
        contracts=np.searchsorted(pool[used], begins),
        pieces=np.append(at, len(line)),
        line=line,
        cut=not bool(inside.all()),
        straight=len(line) == len(key) and bool((line[1:] > line[:-1]).all()),
    )


def _by_key(keys: Array) -> Array:
    """The rows that have a key, in order of it."""
    rows = np.flatnonzero(keys >= 0).astype(np.int32)
    return rows[np.argsort(keys[rows], kind="stable")]


def _pieces(columns: Columns, keys: Array, pool: Array, span: tuple[Array, Array]) -> tuple[Array, Array]:
    """Each line with each window of its pool in which it may accrue, in order of the windows."""
    first, last = span
    held = _by_key(keys)
    key = keys[held]
    number = np.bincount(pool, minlength=1).astype(np.int32)
    begin = (np.cumsum(number) - number).astype(np.int32)[key]
    line: Array = held
    window: Array = begin
    if len(number) and number.max() > 1:
        count = number[key]
        line = np.repeat(held, count)
        window = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(len(line))
    touched = (columns.start[line] < last[window]) & (columns.end[line] >= first[window])
    line, window = line[touched], window[touched]
    order = np.argsort(window, kind="stable")
    return line[order], window[order]
