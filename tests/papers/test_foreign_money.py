"""Foreign money in a table and in words: the amount as charged, its rate and its day beside what it comes to."""

import csv
import io
from datetime import date

import pytest

from contracts.folder import world_for
from contracts.papers.data import as_csv
from contracts.reader import read_text
from core.assessment import Assessment, assess
from core.events import Event
from core.explain import slice_line
from core.money import Money
from locales import words

TEXT = """
spondeo = 1
number  = "FX-1"
total   = "900000.00 CNY"

[counting]
preset   = "CN-civil-code@2021"
calendar = "CN@2026-11"
fx       = "breach day, convert then cap"

[parties.provider]
label = "Party A"
name  = "Example Services Co., Ltd."

[parties.client]
label = "Party B"
name  = "Example Property Co., Ltd."

[exchange.USD]
source = "central parity"
values = ["7.1 from 2026-06-01"]

[[annexes]]
id      = "A1"
owed_by = "provider"
due     = 2026-06-03

[[rules]]
id      = "late"
clause  = "8.1"
when    = "A1 is late"
head    = "delay"
charge  = "100.00 USD per started day"

[[rules]]
id      = "loss"
clause  = "8.2"
when    = "a loss is proven"
head    = "loss"
owed_by = "provider"
charge  = "the loss proven"
"""


@pytest.fixture
def assessed() -> Assessment:
    contract, _, _ = read_text(TEXT)
    assert contract is not None
    events = [
        Event(what="delivered", id="E1", of="A1", at=date(2026, 6, 5)),
        Event(what="loss proven", id="L1", at=date(2026, 6, 9), amount=Money(50000, "USD")),
    ]
    world, _ = world_for(contract)
    return assess(contract, events, as_of=date(2026, 6, 30), world=world)


def test_a_table_keeps_foreign_money_apart_from_what_it_comes_to(assessed):
    late, loss = csv.DictReader(io.StringIO(as_csv("slices", [assessed]).removeprefix("\ufeff")))

    assert ("USD 100.00", "7.1", "2026-06-04") == (late["price"], late["fx"], late["fx_on"])
    assert ("CNY", "1420") == (late["currency"], late["exact"])
    assert ("USD 500.00", "CNY", "3550") == (loss["base"], loss["currency"], loss["exact"])


def test_a_line_says_at_which_rate_it_was_converted(assessed):
    line = slice_line(assessed.charges[0], assessed.charges[0].slices[0])

    assert "EXPLAIN-CONVERTED-01" == line.code
    assert Money(142000, "CNY") == line.amount
    assert "7.1" in words("en", line.code, working="2 days × USD 100.00", fx="7.1", on="2026-06-04")
