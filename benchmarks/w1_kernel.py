"""A million obligations of twenty thousand contracts at once, beside six ways of writing the same by other means.

    python -m benchmarks w1_kernel
    python -m benchmarks.w1_kernel 200000 3        obligations, rounds

The work: a ledger of deliveries, of which some were withdrawn, folded by what was known; lateness by dates or working
days; grace; a rate and a maximum by rule; a third party's limit, used up in the order of the days on which charges
began, those of one day in proportion; and a cap
for each contract, first come by days, pro rata on the day on which it runs out, odd cents by the largest remainder. All
give the same amount for each obligation before anything is timed. A peer that is not installed is left out.
"""

import sys
import tracemalloc
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import Row, interleaved, table
from contracts.world import load_calendar
from core.lowered.columns import Book, Columns, days_of, limits_of, rows_of
from core.lowered.tables import ENDLESS, SCALE, Party, Pool, Priced, Tier
from core.periods import Calendar
from core.portfolio import Ledger, ends, figures

__all__ = ["Work", "made", "main", "rows"]

OBLIGATIONS, ROUNDS = 1_000_000, 5
PART = 20_000
"""Obligations of the Decimal loop and of SQLite, whose times are multiplied up to all."""

CALENDAR = "CN@2026-11"
FIRST, AS_OF = date(2024, 1, 2).toordinal(), date(2026, 12, 31).toordinal()
KNOWN_AT = AS_OF - 20
RULES, PPM = 200, 1_000_000


class Work(NamedTuple):
    """The portfolio as plain columns: contracts with their cap, rules, third parties, obligations, the ledger."""

    contracts: Any
    cap: Any
    working: Any
    rate: Any
    grace: Any
    most: Any
    party_limit: Any
    contract: Any
    rule: Any
    due: Any
    base: Any
    party: Any
    ledger: Ledger
    through: Any
    """Working days by day from FIRST on."""


def made(count: int, seed: int = 7) -> Work:
    """A portfolio at random, the same for the same seed: half of it late, every ninth contract or so above its cap."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(1, 100, count // 50 + 1)
    contracts = np.minimum(np.append(0, np.cumsum(sizes)), count)
    contracts = np.unique(np.append(contracts, count))
    sizes = np.diff(contracts)
    contract = np.repeat(np.arange(len(sizes)), sizes)
    base = draw.integers(100_000, 50_000_000, len(sizes))[contract]
    cap = draw.integers(20_000_000, 1_500_000_000, len(sizes))
    due = draw.integers(FIRST + 1, AS_OF - 10, count)
    late = np.where(draw.random(count) < 0.5, draw.integers(1, 90, count), -draw.integers(0, 30, count))
    day = np.minimum(due + late, AS_OF + 30)
    of = draw.permutation(np.flatnonzero(draw.random(count) < 0.97))
    recorded = day[of] + draw.integers(0, 30, len(of))
    void = draw.choice(len(of), len(of) // 50, replace=False)
    ledger = Ledger(
        np.append(of, of[void]).astype(np.int32),
        np.append(day[of], day[of][void]).astype(np.int32),
        np.append(recorded, recorded[void] + 5).astype(np.int32),
        np.append(np.full(len(of), -1), void).astype(np.int32),
    )
    calendar = load_calendar(CALENDAR)
    assert isinstance(calendar, Calendar)
    span = np.array([FIRST, AS_OF])
    days = days_of([calendar], span, span)
    has = draw.random(count) < 0.3
    return Work(
        contracts=contracts,
        cap=cap,
        working=draw.random(RULES) < 0.3,
        rate=draw.integers(50, 5_000, RULES),
        grace=draw.integers(0, 6, RULES),
        most=draw.integers(5_000, 100_000, RULES),
        party_limit=draw.integers(500_000, 60_000_000, 2 * len(sizes)),
        contract=contract.astype(np.int32),
        rule=draw.integers(0, RULES, count).astype(np.int32),
        due=due.astype(np.int32),
        base=base,
        party=np.where(has, 2 * contract + draw.integers(0, 2, count), -1).astype(np.int32),
        ledger=ledger,
        through=days.through[days.width :],
    )


# ours


def as_book(work: Work) -> Book:
    """The portfolio as `core.portfolio` takes it; the grouping by contract is made here, once."""
    calendar = load_calendar(CALENDAR)
    assert isinstance(calendar, Calendar)
    terms = zip(work.working, work.rate, work.grace, work.most, strict=True)
    rules = [
        (Priced(bool(working), 1, False, int(grace), False, True, False, (Tier(1, ENDLESS, 2 * int(rate), 0),),
                SCALE, SCALE // 2, False, (2 * int(most), 0)), int(working))
        for working, rate, grace, most in terms
    ]  # fmt: skip
    span = np.array([FIRST, AS_OF])
    columns = Columns(
        rule=work.rule,
        start=work.due,
        end=work.due,
        base=work.base,
        contracts=work.contracts,
        total=np.full(len(work.rule), -1, dtype=np.int8),
        party=work.party,
        pool=work.contract,
        rank=np.arange(len(work.rule), dtype=np.int32),
    )
    parties = [Party(int(limit), 0, 1, True) for limit in work.party_limit]
    pools = [Pool(((1, ENDLESS),), int(limit), False) for limit in work.cap]
    limits = limits_of(columns, [], parties, pools, [(0, 2 * n, n) for n in range(len(pools) + 1)])
    return Book(rows_of(rules), days_of([calendar], span, span), columns, limits)


def ours(work: Work, book: Book) -> Any:
    end = ends(work.ledger, work.due, as_of=AS_OF, known_at=KNOWN_AT)
    return figures(book._replace(columns=book.columns._replace(end=end)))[1]


# numpy by hand: what one would write for this portfolio and no other, in blocks that fit the second cache


def by_hand(work: Work, contracts_of_parties: Any, block: int = 1 << 16) -> Any:
    ledger, due = work.ledger, work.due
    known = ledger.recorded <= KNOWN_AT
    stands = known & (ledger.voids < 0) & (ledger.day <= AS_OF)
    stands[ledger.voids[known & (ledger.voids >= 0)]] = False
    until = np.full(len(due), AS_OF, dtype=np.int32)
    np.minimum.at(until, ledger.of[stands], ledger.day[stands])
    until = np.maximum(until, due)
    payable = np.empty(len(due), dtype=np.int64)
    at, after = 0, 0
    while at < len(work.contracts) - 1:
        after = max(int(np.searchsorted(work.contracts, work.contracts[at] + block, "right")) - 1, at + 1)
        lo, hi = int(work.contracts[at]), int(work.contracts[after])
        payable[lo:hi] = _hand_block(work, until, lo, hi, at, after, contracts_of_parties)
        at = after
    return payable


def _hand_block(work: Work, until: Any, lo: int, hi: int, at: int, after: int, of_parties: tuple[Any, Any]) -> Any:
    rule, base = work.rule[lo:hi], work.base[lo:hi]
    start, end = work.due[lo:hi], until[lo:hi]
    working, grace, through = work.working[rule], work.grace[rule], work.through
    worth = work.rate[rule] * base
    most = (work.most[rule] * base + PPM // 2) // PPM
    days = np.where(working, through[end - FIRST] - through[start - FIRST], end - start)
    held = np.minimum((worth * np.maximum(days - grace, 0) + PPM // 2) // PPM, most)
    lost: Any = None
    kept: Any = None
    lines, edges = of_parties
    first, last = np.searchsorted(edges[1], [lo, hi])
    # third parties, where a limit is exceeded
    size = np.diff(edges[0][first : last + 1])
    mine = lines[edges[0][first] : edges[0][last]] - lo
    limit = work.party_limit[work.party[lo:hi][mine]]
    begins = np.cumsum(size) - size
    over = np.repeat(np.add.reduceat(held[mine], begins), size) > limit
    if over.any():
        mine, limit = mine[over], limit[over]
        party = work.party[lo:hi][mine]
        number = through[start[mine] - FIRST] + grace[mine] + 1
        nth = np.searchsorted(through, number) + FIRST
        began = np.where(working[mine], nth, start[mine] + grace[mine] + 1)
        order = np.lexsort((began, party))
        mine, limit, party, began = mine[order], limit[order], party[order], began[order]
        loss = held[mine]
        opens = np.append(True, (party[1:] != party[:-1]) | (began[1:] != began[:-1]))
        first = np.flatnonzero(opens)
        day = np.cumsum(opens) - 1
        total = np.add.reduceat(loss, first)
        before = np.cumsum(total) - total
        starts = np.flatnonzero(np.append(True, party[first][1:] != party[first][:-1]))
        before -= np.repeat(before[starts], np.diff(np.append(starts, len(first))))
        room = np.maximum(limit[first] - before, 0)
        within = loss.copy()
        full = (total > room)[day]
        if full.any():
            within[full] = _hand_split(room, loss[full], day[full], mine[full])
        lost, kept = held, held.copy()
        kept[mine] = within
        held = kept
    # caps, where one is exceeded
    begins = work.contracts[at:after] - lo
    size = np.diff(np.append(begins, hi - lo))
    cap = work.cap[at:after]
    over = np.add.reduceat(held, begins) > cap
    if not over.any():
        return held
    some = np.repeat(over, size)
    some &= held > 0
    row = np.flatnonzero(some)
    of = (np.cumsum(over) - 1)[work.contract[lo:hi][row] - at]
    begins = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    room = cap[over]
    s, e, w, g, m, k = start[row], end[row], worth[row], grace[row], most[row], working[row]
    opened = through[s - FIRST]
    scaled = None if kept is None else (kept[row], lost[row])

    def by(day: Any) -> Any:
        day = np.clip(day, s, e)
        late = np.where(k, through[day - FIRST] - opened, day - s) - g
        amount = np.minimum((w * np.maximum(late, 0) + PPM // 2) // PPM, m)
        return amount if scaled is None else amount * scaled[0] // scaled[1]

    low, high = np.minimum.reduceat(s, begins), np.maximum.reduceat(e, begins)
    while (high - low > 1).any():
        middle = (low + high) // 2
        fits = np.add.reduceat(by(middle[of]), begins) <= room
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    full = by(low[of])
    grown = by(low[of] + 1) - full
    payable = held.copy()
    payable[row] = full + _hand_split(room - np.add.reduceat(full, begins), grown, of, row)
    return payable


def _hand_split(left: Any, wanted: Any, of: Any, row: Any) -> Any:
    """What is left in proportion; `of` is in order and names the place in `left`."""
    begins = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    size = np.diff(np.append(begins, len(of)))
    total = np.repeat(np.add.reduceat(wanted, begins), size)
    left = left[of]
    share = left * wanted // total
    rest = left * wanted - share * total
    order = np.lexsort((row, -rest, of))
    place = np.arange(len(of)) - np.repeat(begins, size)
    share[order] += place < left - np.repeat(np.add.reduceat(share, begins), size)
    return share


def grouped(work: Work) -> tuple[Any, Any]:
    """Lines by third party, with where each party's begin, and the first line of each party's contract."""
    rows = np.flatnonzero(work.party >= 0).astype(np.int32)
    rows = rows[np.argsort(work.party[rows], kind="stable")]
    party = work.party[rows]
    opens = np.flatnonzero(np.append(True, party[1:] != party[:-1]))
    contract = work.contract[rows[opens]]
    return rows, (np.append(opens, len(rows)), work.contracts[contract])


# beside each other


def rows(count: int = OBLIGATIONS, rounds: int = ROUNDS) -> list[Row]:
    """Equal amounts first, then times: ours beside each peer, the slow ones on a part of the portfolio."""
    work, part = made(count), made(min(PART, count))
    book, parties = as_book(work), grouped(work)
    calls: dict[str, Callable[[], Any]] = {"ours": lambda: ours(work, book)}
    calls["numpy by hand"] = lambda: by_hand(work, parties)
    calls |= {name: peer(work) for name, peer in _peers("polars", "duckdb", "pandas")}
    slow = dict(_peers("sqlite", "decimals"))
    slow_calls = {name: peer(part) for name, peer in slow.items()}
    _equal(ours(work, book), calls)
    _equal(ours(part, as_book(part)), slow_calls)
    taken = interleaved(calls, rounds)
    taken |= {name: time * count / len(part.rule) for name, time in interleaved(slow_calls, min(rounds, 3)).items()}
    aims = {"numpy by hand": "≤ 1.5", "polars": "≤ 0.25", "duckdb": "≤ 0.25", "decimals": "≤ 0.05"}
    name = f"sweep, {count:,} obligations"
    multiplied = {peer: f"{peer} × {count // len(part.rule)}" for peer in slow}
    return [
        Row(name, taken["ours"], multiplied.get(peer, peer), time, aims.get(peer, ""))
        for peer, time in taken.items()
        if peer != "ours"
    ]


def _peers(*names: str) -> list[tuple[str, Callable[[Work], Callable[[], Any]]]]:
    """Those of the peers that are installed."""
    from benchmarks import w1_peers

    ships = {"sqlite": "sqlite3", "decimals": "decimal"}
    return [(name, getattr(w1_peers, f"by_{name}")) for name in names if find_spec(ships.get(name, name))]


def _equal(ours: Any, calls: dict[str, Callable[[], Any]]) -> None:
    for name, call in calls.items():
        if not np.array_equal(ours, call()):
            raise AssertionError(f"{name} and the portfolio disagree")


def beyond_columns(count: int = OBLIGATIONS) -> float:
    """Bytes for each obligation beside the columns themselves, at most: grouping, work and answer."""
    work = made(count)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    book = as_book(work)
    ours(work, book)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    own = book.columns.rank.nbytes + book.columns.total.nbytes  # columns too, made with the book
    return (peak - before - own) / count


def main(arguments: list[str]) -> int:
    """Print the table, how many obligations a second that is, and the memory that it took."""
    count, rounds = [*map(int, arguments), *(OBLIGATIONS, ROUNDS)[len(arguments) :]]
    found = rows(count, rounds)
    print(table(found))
    print(f"{count / found[0].ours:,.0f} obligations/s; {beyond_columns(count):.0f} bytes for each beside the columns")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
