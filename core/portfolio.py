"""The figures of `assess` for a million obligations at once: columns of whole numbers through the tables of `lowering`.

Charge by charge they equal those of `assess`. A contract that the tables cannot say goes through `assess` itself, and
how many did, and why, is part of the answer. Needs numpy (the extra `portfolio`), which nothing else in core does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from operator import mul
from typing import Any, NamedTuple

import numpy as np

from core.assessment import Assessment, assess
from core.events import Event
from core.lowered.columns import SAFE, Array, Book, Column, Days, Parties, Windows, book
from core.lowered.tables import ENDLESS, Lowered, Numbers, free, in_tier, over_scale, reached, rounded, units
from core.lowering import lower
from core.terms import Contract
from core.world import World

__all__ = ["Case", "Ledger", "Sweep", "ends", "figures", "sweep"]

BLOCK = 1 << 16
"""Obligations worked at a time: their columns stay in the second cache of a processor."""


class Ledger(NamedTuple):
    """Deliveries in the order in which they were recorded: of which line, on which day, known since which day.

    `voids` is the row that a row withdraws, or −1; a row that withdraws delivers nothing.
    """

    of: Array
    day: Array
    recorded: Array
    voids: Array


class Case(NamedTuple):
    """One contract of a portfolio, as `assess` takes it."""

    contract: Contract
    events: Sequence[Event]
    world: World


class Sweep(NamedTuple):
    """Charges of a portfolio: of contracts in tables as columns, of the others as their assessments.

    `tables` and `scalar` are by place in the portfolio; `refused` counts contracts by what the tables could not say.
    """

    tables: dict[int, Lowered]
    lines: Array
    gross: Array
    payable: Array
    scalar: dict[int, Assessment]
    refused: dict[str, int]

    def of(self, place: int) -> dict[str, tuple[int, int]]:
        """Each charge of one contract in minor units, before and after limits; those that come to nothing left out."""
        if place in self.scalar:
            owing = self.scalar[place].liabilities
            return {one.charge: (one.gross.minor, one.payable.minor) for one in owing if one.gross.minor}
        number = list(self.tables).index(place)
        begin, end = int(self.lines[number]), int(self.lines[number + 1])
        ids = (line.id for line in self.tables[place].lines)
        found = zip(ids, self.gross[begin:end].tolist(), self.payable[begin:end].tolist(), strict=True)
        return {name: (gross, payable) for name, gross, payable in found if gross}


def sweep(cases: Iterable[Case], *, as_of: date | datetime, known_at: date | datetime | None = None) -> Sweep:
    """Every charge of many contracts, through tables where they can say it, else through `assess`."""
    tables: dict[int, Lowered] = {}
    scalar: dict[int, Assessment] = {}
    refused: Counter[str] = Counter()
    for place, (contract, events, world) in enumerate(cases):
        made = lower(contract, events, as_of=as_of, known_at=known_at, world=world)
        if isinstance(made, Lowered):
            tables[place] = made
        else:
            refused.update(made)
            scalar[place] = assess(contract, events, as_of=as_of, known_at=known_at, world=world)
    made_book = book(list(tables.values()))
    gross, payable = figures(made_book)
    return Sweep(tables, made_book.columns.contracts, gross, payable, scalar, dict(refused))


# working


def ends(ledger: Ledger, start: Array, *, as_of: int, known_at: int) -> Array:
    """The last late day of each line by what was then known: its first delivery that stands, or the day asked about; on
    time is the `start` itself.
    """
    counts = (ledger.recorded <= known_at) & (ledger.day <= as_of)
    voids = ledger.voids[(ledger.voids >= 0) & (ledger.recorded <= known_at)]
    counts &= ledger.voids < 0
    counts[voids] = False
    end = np.full(len(start), as_of, dtype=start.dtype)
    np.minimum.at(end, ledger.of[counts], ledger.day[counts])
    return np.maximum(end, start)


def figures(book: Book, block: int = BLOCK) -> tuple[Array, Array]:
    """Each charge in minor units: as it accrued, and what is payable of it after every limit."""
    count = len(book.columns.rule)
    gross, payable = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    for first, after in _blocks(book.columns.contracts, block):
        whole, left = _worked(book, first, after)
        if whole.dtype == object:
            gross, payable = gross.astype(object), payable.astype(object)
        lines = slice(int(book.columns.contracts[first]), int(book.columns.contracts[after]))
        gross[lines], payable[lines] = whole, left
    return gross, payable


def _blocks(contracts: Array, block: int) -> Iterator[tuple[int, int]]:
    """Runs of contracts of about `block` lines; a contract is never torn."""
    first, count = 0, len(contracts) - 1
    while first < count:
        after = int(np.searchsorted(contracts, contracts[first] + block, "right")) - 1
        after = min(count, max(after, first + 1))
        yield first, after
        first = after


def _worked(book: Book, first: int, after: int) -> tuple[Array, Array]:
    """The contracts from `first` to before `after`: charges, own maxima, third parties, caps."""
    columns, limits = book.columns, book.limits
    begin, end = int(columns.contracts[first]), int(columns.contracts[after])
    accrued = _accrued(book, begin, end)
    gross = accrued.amounts(accrued.late)
    payable = accrued.held(gross)
    low, high = _range(limits.totals, first, after)
    if low < high:
        accrued, payable = _after_totals(book, accrued, payable, begin, (low, high))
    low, high = _range(limits.parties, first, after)
    if low < high:
        accrued, payable = _after_parties(book, accrued, payable, begin, (low, high))
    low, high = _range(limits.caps, first, after)
    if low < high:
        payable = _after_caps(book, accrued, payable, begin, (low, high))
    return gross, payable


def _range(limits: Windows | Parties, first: int, after: int) -> tuple[int, int]:
    return int(limits.contracts[first]), int(limits.contracts[after])


class _Accrued(NamedTuple):
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

    def only(self, lines: Array) -> _Accrued:
        """Some of the lines."""
        days, times, *columns = self
        some = _Accrued(days, times, *(_only(column, lines) for column in columns))
        if some.kept is not None and (some.kept == some.lost).all():
            return some._replace(kept=None, lost=None)
        return some

    def by(self, day: Array) -> Array:
        """Minor units accrued by the end of a day, one for each line."""
        n = _ARRAYS
        passed = self.days.through[self.at + n.least(n.most(day, self.start), self.end)] - self.before
        held = self.held(self.amounts(units(passed, self.length, self.completed)))
        if self.full is not None and self.final is not None:
            held = np.where(day > self.full, self.final, held)
        if self.kept is None or self.lost is None:
            return held
        return _narrow(n.times(held, self.kept) // n.most(self.lost, 1))

    def amounts(self, so_far: Array) -> Array:
        """What the first units come to, in whole minor units."""
        over: Any = 0
        for first, last, worth in zip(self.first, self.last, self.worth, strict=True):
            over = over + self.times(worth, self._counted(so_far, first, last))
        return _narrow(rounded(over, self.scale, self.lead, self.even))

    def _counted(self, so_far: Array, first: Column, last: Column) -> Any:
        """Units at one tier's rate: those that lie in it, or all of them if the last one does."""
        n = _ARRAYS
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


def _accrued(book: Book, begin: int, end: int) -> _Accrued:
    """A block of lines, with what their rules say gathered once."""
    columns, days, rows = book.columns, book.days, book.rows
    rule = columns.rule[begin:end]
    start, until, base = columns.start[begin:end], columns.end[begin:end], columns.base[begin:end]
    at = _only(rows.kind * days.width - days.origin, rule)
    before = days.through[at + start]
    length, completed = _only(rows.length, rule), _only(rows.completed, rule)
    late = units(days.through[at + until] - before, length, completed)
    spared = free(late, _only(rows.grace, rule), _only(rows.franchise, rule))
    shifted = _only(rows.shifted, rule)
    scale, lead, even = _only(rows.scale, rule), _only(rows.lead, rule), _only(rows.even, rule)
    most = None
    if rows.most is not False:
        over = over_scale(_ARRAYS, _only(rows.most_rate, rule), base, _only(rows.most_fixed, rule))
        most = _narrow(rounded(_wide(over) if _most(over) >= SAFE else over, scale, lead, even))
    worth = tuple(
        over_scale(_ARRAYS, _only(rate, rule), base, _only(fixed, rule))
        for rate, fixed in zip(rows.rate, rows.fixed, strict=True)
    )
    fits = len(late) and sum(map(_most, worth)) * (_most(late) + 1) + 2 * _most(scale) < SAFE
    return _Accrued(
        days=days,
        times=mul if fits else _wide_times,
        at=at,
        start=start,
        end=until,
        before=before,
        late=late,
        spared=spared,
        shift=spared if shifted is True else spared * shifted,
        length=length,
        completed=completed,
        reached=_only(rows.reached, rule),
        first=_only(rows.first, rule),
        last=_only(rows.last, rule),
        worth=worth,
        scale=scale,
        lead=lead,
        even=even,
        most=most,
        bound=_only(rows.most, rule),
    )


def _only(column: Any, lines: Array) -> Any:
    """Some rows of a column, or of several; what all rows have stays as it is."""
    if isinstance(column, tuple):
        return tuple(_only(part, lines) for part in column)
    return column[lines] if isinstance(column, np.ndarray) else column


# third parties


def _after_parties(
    book: Book, accrued: _Accrued, payable: Array, begin: int, parties: tuple[int, int]
) -> tuple[_Accrued, Array]:
    """In the order in which they began, charges use their third party's limit up; who bears the rest is agreed."""
    limits, (low, high) = book.limits.parties, parties
    pieces = limits.pieces[low : high + 1]
    lines = limits.line[pieces[0] : pieces[-1]] - begin
    size = np.diff(pieces)
    over = np.add.reduceat(_summable(payable[lines]), pieces[:-1] - pieces[0]) > limits.limit[low:high]
    if not over.any():
        return accrued, payable
    lines, size = lines[np.repeat(over, size)], size[over]
    party = np.repeat(np.flatnonzero(over) + low, size)
    began = accrued.only(lines).began()
    order = np.lexsort((began, party))
    lines, began = lines[order], began[order]
    loss = payable[lines]
    within = _by_days(loss, limits.limit[party], party, began, book.columns.rank[begin + lines])
    own, whole = limits.own[party], limits.whole[party]
    by_debtor = (2 * _times(loss - within, own) + whole - 1 + limits.by_name[party]) // (2 * whole)
    kept = payable.copy()
    kept[lines] = _narrow(within + by_debtor)
    return accrued._replace(kept=kept, lost=payable), kept


def _by_days(loss: Array, limit: Array, party: Array, began: Array, rank: Array) -> Array:
    """What each loss has of its party's limit, in the order of days; losses of one day share what is left in it."""
    opens = np.append(True, (party[1:] != party[:-1]) | (began[1:] != began[:-1]))
    first = np.flatnonzero(opens)
    day = _Group(np.cumsum(opens) - 1, np.diff(np.append(first, len(loss))))
    total, of = day.sum(loss), party[first]
    before = np.cumsum(_summable(total)) - total
    starts = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    before = before - np.repeat(before[starts], np.diff(np.append(starts, len(of))))
    left = _narrow(limit[first] - np.minimum(limit[first], before))
    within = loss.copy()
    over = total > left  # on one day at least, or nobody had asked
    some = over[day.of]
    group = _Group((np.cumsum(over) - 1)[day.of[some]], day.size[over])
    within[some] = _split(left[over], loss[some], group, rank[some])
    return within


# caps


def _after_totals(
    book: Book, accrued: _Accrued, payable: Array, begin: int, windows: tuple[int, int]
) -> tuple[_Accrued, Array]:
    """What the maxima of all charges of a rule leave: first come by days."""
    found = _exceeded(book.limits.totals, accrued, payable, begin, windows)
    if found is None:
        return accrued, payable
    line, _, group, (first, last, limit, _) = found
    rank = book.columns.rank[begin + line]
    paid, day = _first_come(accrued.only(line), limit, (first, last), group, rank)
    left, full, final = payable.copy(), np.full(len(payable), ENDLESS), payable.copy()
    left[line] = final[line] = paid
    full[line] = day[group.of]
    return accrued._replace(full=full, final=final), left


def _after_caps(book: Book, accrued: _Accrued, payable: Array, begin: int, windows: tuple[int, int]) -> Array:
    """What the windows of caps leave: first come by days, pro rata on the day on which a limit runs out; or pro rata
    over the whole window.
    """
    found = _exceeded(book.limits.caps, accrued, payable, begin, windows)
    if found is None:
        return payable
    line, wanted, group, (first, last, limit, shared) = found
    rank = book.columns.rank[begin + line]
    paid = np.zeros_like(wanted)
    for whole in (True, False):
        chosen = np.flatnonzero(shared == whole)
        if not len(chosen):
            continue
        mine = (shared == whole)[group.of]
        part = _Group(np.searchsorted(chosen, group.of[mine]), group.size[chosen])
        if whole:
            paid[mine] = _split(limit[chosen], wanted[mine], part, rank[mine])
        else:
            span = first[chosen], last[chosen]
            paid[mine], _ = _first_come(accrued.only(line[mine]), limit[chosen], span, part, rank[mine])
    left = payable.copy()
    np.subtract.at(left, line, wanted - paid)
    return left


def _exceeded(
    limits: Windows, accrued: _Accrued, payable: Array, begin: int, windows: tuple[int, int]
) -> tuple[Array, Array, _Group, tuple[Array, ...]] | None:
    """The windows whose limit is exceeded: their lines, what each accrues in its window, and their terms."""
    low, high = windows
    pieces = limits.pieces[low : high + 1]
    line = limits.line[pieces[0] : pieces[-1]] - begin
    terms = tuple(column[low:high] for column in (limits.first, limits.last, limits.limit, limits.pro_rata))
    first, last, limit, _ = terms
    size = np.diff(pieces)
    wanted = payable if limits.straight else payable[line]
    if limits.cut:
        wanted = _inside(accrued, line, wanted, np.repeat(first, size), np.repeat(last, size))
    over = np.add.reduceat(_summable(wanted), pieces[:-1] - pieces[0]) > limit
    if not over.any():
        return None
    some = np.repeat(over, size)
    group = _Group(np.repeat(np.arange(int(over.sum())), size[over]), size[over])
    return line[some], wanted[some], group, tuple(column[over] for column in terms)


class _Group(NamedTuple):
    """Lines by what they share: the number of each line's window, and how many lines each window has."""

    of: Array
    size: Array

    def sum(self, column: Array) -> Array:
        made: Array = np.add.reduceat(_summable(column), self.begins)
        return made

    @property
    def begins(self) -> Array:
        return np.cumsum(self.size) - self.size


def _inside(accrued: _Accrued, line: Array, whole: Array, first: Array, last: Array) -> Array:
    """What each line accrues within its window; most lie in it whole."""
    torn = np.flatnonzero((accrued.start[line] < first - 1) | (accrued.end[line] > last))
    part = accrued.only(line[torn])
    made = whole.copy()
    made[torn] = part.by(last[torn]) - part.by(first[torn] - 1)
    return made


def _first_come(
    accrued: _Accrued, limit: Array, span: tuple[Array, Array], group: _Group, rank: Array
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
    return full - opening + _split(room - group.sum(full), following, group, rank), low


def _split(amount: Array, weights: Array, group: _Group, rank: Array) -> Array:
    """Whole minor units in proportion, odd ones by the largest remainder, then by id."""
    total = group.sum(weights)[group.of]
    product = _ARRAYS.times(amount[group.of], weights)
    share = product // total
    rest = _narrow(product - share * total)
    share = _narrow(share)
    odd = amount - group.sum(share)
    if rest.dtype == object:  # which lexsort does not know
        order = np.array(sorted(range(len(rest)), key=lambda row: (group.of[row], -rest[row], rank[row])))
    else:
        order = np.lexsort((rank, -rest, group.of))
    place = np.arange(len(order)) - np.repeat(group.begins, group.size)
    share[order] += place < odd[group.of]
    return share


# integers that outgrow 64 bits


def _most(column: Any) -> int:
    """The largest of a column of integers that are not negative."""
    return int(column.max(initial=0)) if isinstance(column, np.ndarray) else int(column)


def _times(one: Any, other: Any) -> Any:
    """A product, with Python's own integers where it may not fit."""
    if _most(one) * _most(other) < SAFE:
        return one * other
    return _wide_times(one, other)


def _wide_times(one: Any, other: Any) -> Any:
    return _wide(one) * _wide(other)


def _wide(column: Any) -> Any:
    return column.astype(object) if isinstance(column, np.ndarray) else column


def _summable(column: Array) -> Array:
    """A column whose sum fits in what it is kept in."""
    return column if len(column) == 0 or _most(column) * len(column) < SAFE else column.astype(object)


def _narrow(column: Any) -> Array:
    """Back to 64 bits, where all of a column fits again."""
    if isinstance(column, np.ndarray) and column.dtype == object and (len(column) == 0 or _most(column) < SAFE):
        return column.astype(np.int64)
    return np.asarray(column)


_ARRAYS = Numbers(np.minimum, np.maximum, _times)
