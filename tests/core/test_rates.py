"""Reference rates: what ships is dated, sourced and in order; what a contract gives of its own is read exactly."""

from datetime import date
from fractions import Fraction

import pytest

from contracts.folder import world_for
from contracts.reader import read_text
from contracts.world.rates import known_rates, load_rate
from core.problems import Problem
from core.rates import Fixing, Published, ReferenceRate, Series, read_fixing, read_rate, series

LPR = "CN-LPR-1Y"
CONTRACT = """
spondeo = 1
number  = "R-1"
law     = "CN"
[counting]
preset   = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.provider]
label = "A"
name  = "Example Services Co., Ltd."
[parties.client]
label = "B"
name  = "Example Property Co., Ltd."
"""


def lpr(known: date | None = None) -> Series:
    contract, _, _ = read_text(CONTRACT)
    assert contract is not None
    table = series(contract, world_for(contract)[0].rates, LPR, known)
    assert isinstance(table, Series)
    return table


@pytest.mark.parametrize("key", known_rates())
def test_a_table_that_ships_says_from_when_to_when_and_by_whom(key):
    table = load_rate(key)
    assert isinstance(table, ReferenceRate)

    days = [value.from_ for value in table.values]
    assert key == table.key
    assert days == sorted(set(days))
    assert table.until is not None
    assert table.until >= days[-1]
    assert table.source
    assert table.title["en"]
    for value in table.values:
        assert value.source
        assert value.confidence in {"official", "secondary", "unchecked", "input"}
        assert Fraction(0) < read_rate(value.value) < Fraction(1, 5)
    assert all(read_fixing(text) for text in table.fixed)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2019-08-20", "4.25"),
        ("2024-09-30", "3.35"),
        ("2024-10-20", "3.35"),
        ("2024-10-21", "3.10"),
        ("2025-05-19", "3.10"),
        ("2025-05-20", "3.00"),
    ],
)
def test_the_lpr_of_a_day(day, rate):
    assert Fraction(rate) / 100 == lpr().on(date.fromisoformat(day))


def test_before_its_first_day_a_table_says_nothing():
    assert lpr().on(date(2019, 8, 19)) is None


def test_what_was_not_yet_published_is_not_known():
    table = lpr(known=date(2025, 5, 1))

    assert Fraction(31, 1000) == table.on(date(2025, 12, 1))
    assert (True, False) == (table.known_on(date(2025, 5, 1)), table.known_on(date(2025, 5, 2)))


def test_the_newest_version_answers_to_the_bare_name():
    table = load_rate(LPR)

    assert isinstance(table, ReferenceRate)
    assert table.key in known_rates()
    assert isinstance(load_rate("CN-LPR-2Y"), Problem)


def test_a_fixing_day_is_the_one_before_its_window():
    fixing = read_fixing("31 December for debts late from 1 January to 30 June")

    assert fixing == Fixing((12, 31), (1, 1), (6, 30))
    assert date(2024, 12, 31) == fixing.fixed_on(date(2025, 4, 1))
    assert (True, False) == (fixing.holds(date(2025, 6, 30)), fixing.holds(date(2025, 7, 1)))


def test_a_window_may_run_over_the_new_year():
    fixing = read_fixing("30 September for debts late from 1 October to 31 March")

    assert fixing is not None
    assert date(2025, 9, 30) == fixing.fixed_on(date(2026, 2, 1))
    assert fixing.holds(date(2026, 3, 31))


@pytest.mark.parametrize(
    "text",
    [
        "30 June",
        "30 February for debts late from 1 March to 30 June",
        "29 February for debts late from 1 March to 30 June",
        "31 December for debts late from 1 January",
    ],
)
def test_what_is_no_fixing_day(text):
    assert read_fixing(text) is None


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ('[rates.base]\nvalues = { "1 May" = "3%" }', "TERMS-DATE-01"),
        ('[rates.base]\nvalues = { 2026-01-01 = "3%" }\nfixed = ["each June"]', "RATE-FIXED-02"),
        ('[[prepaid]]\nid = "C"\npaid_by = "client"\namount = "1.00 CNY"\nused = "delivered"', "TERMS-PREPAID-01"),
        ('[[prepaid]]\nid = "C"\npaid_by = "client"\namount = "1.00 CNY"\nused = "delivered"\nunits = 2\nrefund = { clint = { used_at = "list" } }', "TERMS-PARTY-02"),
        ('[[deposits]]\nid = "D"\nkind = "deposits"\nowed_by = "client"\namount = "1.00 CNY"', "TERMS-WORD-02"),
    ],
)  # fmt: skip
def test_a_slip_in_what_was_paid_ahead_is_named(table, code):
    _, _, problems = read_text(CONTRACT.replace("spondeo = 1", 'spondeo = 1\ntotal = "9.00 CNY"') + table)

    assert [code] == [problem.code for problem in problems]


def test_a_window_holds_its_first_day_and_its_last():
    spring, winter, one = (
        Fixing((6, 30), (3, 1), (6, 30)),
        Fixing((9, 30), (10, 1), (3, 31)),
        Fixing((5, 1), (5, 2), (5, 2)),
    )
    days = [(2, 28), (3, 1), (3, 31), (4, 1), (5, 2), (5, 3), (6, 30), (7, 1), (9, 30), (10, 1), (12, 31)]

    def held(fixing: Fixing) -> list[tuple[int, int]]:
        return [day for day in days if fixing.holds(date(2026, *day))]

    assert [(3, 1), (3, 31), (4, 1), (5, 2), (5, 3), (6, 30)] == held(spring)
    assert [(2, 28), (3, 1), (3, 31), (10, 1), (12, 31)] == held(winter)
    assert [(5, 2)] == held(one)


def test_a_fixing_day_may_be_the_first_of_its_window():
    fixing = Fixing((1, 1), (1, 1), (6, 30))

    assert date(2026, 1, 1) == fixing.fixed_on(date(2026, 6, 30))
    assert date(2026, 1, 1) == fixing.fixed_on(date(2026, 1, 1))


def shipped(until: date | None = None) -> dict[str, ReferenceRate]:
    """A table of which one value was announced before it held, one after, and of one this is not said."""
    values = (
        Published(from_=date(2026, 1, 1), value="1%"),
        Published(from_=date(2026, 3, 1), value="2%", published=date(2026, 2, 20)),
        Published(from_=date(2026, 5, 1), value="3%", published=date(2026, 5, 10)),
    )
    return {"X@1": ReferenceRate(id="X", version="1", until=until, values=values)}


@pytest.mark.parametrize(
    ("known", "count"),
    [
        (date(2025, 12, 31), 0),
        (date(2026, 1, 1), 1),
        (date(2026, 2, 19), 1),
        (date(2026, 2, 20), 2),
        (date(2026, 5, 9), 2),
        (date(2026, 5, 10), 3),
        (None, 3),
    ],
)
def test_a_value_is_known_from_the_day_on_which_it_was_published(known, count):
    contract, _, _ = read_text(CONTRACT)
    assert contract is not None
    table = series(contract, shipped(), "X", known)

    assert isinstance(table, Series)
    assert count == len(table.values)
    assert table.until is None


@pytest.mark.parametrize(
    ("known", "until"),
    [(date(2026, 3, 1), date(2026, 3, 1)), (date(2026, 8, 1), date(2026, 6, 1)), (None, date(2026, 6, 1))],
)
def test_a_table_is_known_no_further_than_it_was_then(known, until):
    contract, _, _ = read_text(CONTRACT)
    assert contract is not None
    table = series(contract, shipped(until=date(2026, 6, 1)), "X@1", known)

    assert isinstance(table, Series)
    assert until == table.until


@pytest.mark.parametrize(("name", "close"), [("CN-LPR-1", "CN-LPR-1Y@2026-11"), ("zzzzzz", None)])
def test_a_rate_that_nobody_knows_is_asked_for_by_its_nearest_name(name, close):
    contract, _, _ = read_text(CONTRACT)
    assert contract is not None
    problem = series(contract, {"CN-LPR-1Y@2026-11": shipped()["X@1"]}, name, None)

    assert Problem("RATE-NAME-01", name, {"rate": name, "nearest": close}) == problem
