"""Laws of key figures, credits and claims: time is counted once, ceilings hold, order does not matter."""

import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contracts.folder import world_for
from contracts.reader import read_text
from core.assessment import Assessment, assess
from core.events import Event
from core.measuring.spans import Piece, excused, lost_time

MONTH = 30 * 24 * 60
HEAD = """
spondeo = 1
number  = "LAW-M"
signed  = 2027-01-05
term    = { from = 2027-01-01, until = 2027-12-31 }
[counting]
preset = "plain-24x7@1"
zone   = "UTC"
[parties.provider]
label = "Provider"
name  = "Example Cloud Ltd."
[parties.client]
label = "Client"
name  = "Example Retail Ltd."
[event_kinds]
outage  = { span = true }
planned = { span = true }
[[payments]]
id      = "fee"
owed_by = "client"
amount  = "4000.00 CNY"
due     = "each month, 10 days after its end"
[[measures]]
id    = "uptime"
every = "calendar month"
kind  = "share of time"
down  = "outage"
less  = { planned = "at most 600 minutes" }
round = "2 decimals, down"
[[rules]]
id       = "credit"
clause   = "4"
owed_by  = "provider"
owed_to  = "client"
when     = "uptime is measured"
head     = "service level"
bands_of = "uptime"
"""
BANDS = """[rules.bands]
"from 99"            = "0.00 CNY"
"from 95 to below 99" = "750.00 CNY"
"below 95"           = "1900.00 CNY"
"""

stretches = st.lists(st.tuples(st.integers(0, MONTH - 1), st.integers(1, 4000)), max_size=8)
spans = st.lists(st.tuples(st.integers(0, 364 * 24), st.integers(1, 200)), min_size=1, max_size=10)
ceilings = st.sampled_from(
    ["1000.00 CNY in any 3 months", "800.00 CNY in each month", "2500.00 CNY in total", "700.00 CNY each"]
)


def pieces(found: list[tuple[int, int]]) -> list[Piece]:
    return [Piece(first, min(first + length, MONTH), Fraction(1), "x") for first, length in found]


@given(stretches, stretches)
def test_lost_and_left_out_never_make_more_than_the_window(down: list[tuple[int, int]], out: list[tuple[int, int]]):
    lost, left_out = lost_time(pieces(down), pieces(out))

    assert 0 <= lost + left_out <= Fraction(MONTH, 1_000_000)


@given(stretches, stretches, st.integers(1, 3000))
def test_a_span_in_two_parts_counts_as_one(down: list[tuple[int, int]], out: list[tuple[int, int]], at: int):
    parts = [
        part
        for first, length in down
        for part in ((first, min(at, length)), (first + min(at, length), length - at))
        if part[1] > 0
    ]

    assert lost_time(pieces(down), pieces(out)) == lost_time(pieces(parts), pieces(out))


@given(stretches, stretches)
def test_a_second_report_of_the_same_time_changes_nothing(down: list[tuple[int, int]], out: list[tuple[int, int]]):
    assert lost_time(pieces(down), pieces(out)) == lost_time(pieces([*down, *down[:1]]), pieces(out))


@given(stretches, st.integers(0, 5000), st.sampled_from(["earliest", "largest blocks", "pro rata"]))
def test_no_more_than_the_allowance_is_left_out(out: list[tuple[int, int]], allowed: int, how: str):
    microseconds = [Piece(p.begins * 1_000_000, p.ends * 1_000_000, p.weight, p.fact) for p in pieces(out)]
    kept = excused([(piece, None) for piece in microseconds], allowed, how)  # type: ignore[misc]
    _, left_out = lost_time([], kept)

    assert left_out <= allowed
    _, all_of_it = lost_time([], microseconds)
    assert left_out == min(allowed, all_of_it)


def asked(events: list[Event], extra: str = "", bands: str = BANDS) -> Assessment:
    contract, _, problems = read_text(HEAD + extra + bands, "law.toml")
    assert contract is not None, problems
    world, _ = world_for(contract)
    return assess(contract, events, as_of=date(2028, 1, 31), world=world)


def outages(found: list[tuple[int, int]]) -> list[Event]:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    made = []
    for n, (hour, length) in enumerate(found):
        first = start + timedelta(hours=hour)
        made.append(Event(what="outage", id=f"O{n}", from_=first, to=first + timedelta(hours=length)))
    return made


@given(spans, ceilings)
def test_a_credit_never_exceeds_its_ceiling(found: list[tuple[int, int]], ceiling: str):
    answer = asked(outages(found), f"at_most = {json.dumps(ceiling)}\n")
    months = {one.id: int(one.subject[-2:]) for one in answer.charges}
    paid = {months[one.charge]: one.payable.minor for one in answer.liabilities}
    limit = int(ceiling.split(".")[0]) * 100

    for month in range(1, 13):
        width = {"any": 3, "each": 1, "total": 12}.get(ceiling.split(" in ")[-1].split()[0], 1)
        assert sum(paid.get(m, 0) for m in range(max(1, month - width + 1), month + 1)) <= limit
    assert all(one.payable.minor <= one.gross.minor for one in answer.liabilities)


@given(spans, st.randoms(use_true_random=False))
def test_the_order_of_recording_moves_no_credit(found: list[tuple[int, int]], chance: object):
    events = outages(found)
    mixed = list(events)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = asked(events), asked(mixed)

    assert [(f.id, f.value) for f in one.figures] == [(f.id, f.value) for f in other.figures]
    assert [c.payable for c in one.claims] == [c.payable for c in other.claims]


@given(st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True), st.integers(0, 100), st.booleans())
def test_bands_hold_each_reading_once_or_are_refused(edges: list[int], reading: int, gap: bool):
    edges = sorted(edges)
    rows = [f"below {edges[0]}", *(f"from {a} to below {b}" for a, b in pairwise(edges)), f"from {edges[-1]}"]
    if gap and len(rows) > 2:
        del rows[1]
    table = "[rules.bands]\n" + "".join(f'"{row}" = "{100 + n}.00 CNY"\n' for n, row in enumerate(rows))
    contract, _, problems = read_text(HEAD + table, "law.toml")
    if contract is None:
        assert {problem.code for problem in problems} <= {"TERMS-BANDS-01", "TERMS-BANDS-03"}
        return

    held = [band for band in contract.rules[0].bands if band.range.holds(Fraction(reading))]
    assert len(held) == 1
