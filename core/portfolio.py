"""The figures of `assess` for a million obligations at once: columns of whole numbers through the tables of `lowering`.

Charge by charge they equal those of `assess`. A contract that the tables cannot say goes through `assess` itself, and
how many did, and why, is part of the answer. Needs numpy (the extra `portfolio`), which nothing else in core does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from core.assessment import Assessment, assess
from core.events import Event
from core.lowered.accrued import Accrued, accrued_of
from core.lowered.columns import Array, Book, Parties, Windows, book
from core.lowered.shared import Group, by_days, first_come, split
from core.lowered.tables import ENDLESS, Lowered
from core.lowered.wide import narrow, summable, times
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
    accrued = accrued_of(book, begin, end)
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


def _after_parties(
    book: Book, accrued: Accrued, payable: Array, begin: int, parties: tuple[int, int]
) -> tuple[Accrued, Array]:
    """In the order in which they began, charges use their third party's limit up; who bears the rest is agreed."""
    limits, (low, high) = book.limits.parties, parties
    pieces = limits.pieces[low : high + 1]
    lines = limits.line[pieces[0] : pieces[-1]] - begin
    size = np.diff(pieces)
    over = np.add.reduceat(summable(payable[lines]), pieces[:-1] - pieces[0]) > limits.limit[low:high]
    if not over.any():
        return accrued, payable
    lines, size = lines[np.repeat(over, size)], size[over]
    party = np.repeat(np.flatnonzero(over) + low, size)
    began = accrued.only(lines).began()
    order = np.lexsort((began, party))
    lines, began = lines[order], began[order]
    loss = payable[lines]
    within = by_days(loss, limits.limit[party], party, began, book.columns.rank[begin + lines])
    own, whole = limits.own[party], limits.whole[party]
    by_debtor = (2 * times(loss - within, own) + whole - 1 + limits.by_name[party]) // (2 * whole)
    kept = payable.copy()
    kept[lines] = narrow(within + by_debtor)
    return accrued._replace(kept=kept, lost=payable), kept


def _after_totals(
    book: Book, accrued: Accrued, payable: Array, begin: int, windows: tuple[int, int]
) -> tuple[Accrued, Array]:
    """What the maxima of all charges of a rule leave: first come by days."""
    found = _exceeded(book.limits.totals, accrued, payable, begin, windows)
    if found is None:
        return accrued, payable
    line, _, group, (first, last, limit, _) = found
    rank = book.columns.rank[begin + line]
    paid, day = first_come(accrued.only(line), limit, (first, last), group, rank)
    left, full, final = payable.copy(), np.full(len(payable), ENDLESS), payable.copy()
    left[line] = final[line] = paid
    full[line] = day[group.of]
    return accrued._replace(full=full, final=final), left


def _after_caps(book: Book, accrued: Accrued, payable: Array, begin: int, windows: tuple[int, int]) -> Array:
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
        part = Group(np.searchsorted(chosen, group.of[mine]), group.size[chosen])
        if whole:
            paid[mine] = split(limit[chosen], wanted[mine], part, rank[mine])
        else:
            span = first[chosen], last[chosen]
            paid[mine], _ = first_come(accrued.only(line[mine]), limit[chosen], span, part, rank[mine])
    left = payable.copy()
    np.subtract.at(left, line, wanted - paid)
    return left


def _exceeded(
    limits: Windows, accrued: Accrued, payable: Array, begin: int, windows: tuple[int, int]
) -> tuple[Array, Array, Group, tuple[Array, ...]] | None:
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
    over = np.add.reduceat(summable(wanted), pieces[:-1] - pieces[0]) > limit
    if not over.any():
        return None
    some = np.repeat(over, size)
    group = Group(np.repeat(np.arange(int(over.sum())), size[over]), size[over])
    return line[some], wanted[some], group, tuple(column[over] for column in terms)


def _inside(accrued: Accrued, line: Array, whole: Array, first: Array, last: Array) -> Array:
    """What each line accrues within its window; most lie in it whole."""
    torn = np.flatnonzero((accrued.start[line] < first - 1) | (accrued.end[line] > last))
    part = accrued.only(line[torn])
    made = whole.copy()
    made[torn] = part.by(last[torn]) - part.by(first[torn] - 1)
    return made
