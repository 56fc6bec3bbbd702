"""Laws of rounding: a step is never missed by more than itself, and no way of rounding makes a charge fall or lose cents."""

from datetime import date, timedelta
from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contracts.folder import world_for
from contracts.reader import read_text
from core.assessment import Assessment, assess
from core.events import Event
from core.money import MODES, Mode, Money, integer
from core.pricing.curves import accrued
from core.record import fold
from core.terms import Contract

TEXT = """
spondeo = 1
number  = "LAWS-MONEY"
signed  = 2027-01-04
term    = { from = 2027-01-04, for = "1 year" }

[counting]
preset    = "plain-24x7@1"
calendar  = "none@1"
zone      = "Asia/Shanghai"

[parties.provider]
label = "A"
name  = "Example Services Co., Ltd."

[parties.client]
label = "B"
name  = "Example Property Co., Ltd."

[[annexes]]
id      = "A1"
owed_by = "provider"
due     = 2027-01-20
price   = "PRICE CNY"

[[rules]]
id      = "late"
clause  = "8"
when    = "A1 is late"
head    = "delay"
tiering = "each day at its own rate"
tiers   = ["RATE% of A1.price per started day, days 1 to 20", "0.0913% of A1.price per started day, from day 21"]

[[caps]]
id     = "month"
clause = "11"
limits = "provider"
covers = ["delay"]
to     = "LIMIT CNY in each calendar month"
window = "the day it accrued"
order  = "first come"
"""

KNOBS = {
    "round_when": ("once", "each day or unit", "each slice"),
    "round_mode": MODES,
    "round_to": ("minor unit", "1", "0.05"),
    "round_cut": ("cumulative", "each part"),
    "unit_price": ("exact", "rounded first"),
}
STEPS = {"minor unit": 1, "1": 100, "0.05": 5}
DUE = date(2027, 1, 20)

knobs = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in KNOBS.items()})
prices = st.integers(1_00, 1_000_000_00)
rates = st.sampled_from(("0.05", "0.0371", "1"))
delays = st.integers(1, 120)


def contract_of(said: dict[str, str], price: int, rate: str, limit: str = "100000000.00") -> Contract:
    text = TEXT.replace("PRICE", f"{price // 100}.{price % 100:02}").replace("RATE", rate).replace("LIMIT", limit)
    contract, _, problems = read_text(text)
    assert contract is not None, problems
    return msgspec.structs.replace(contract, counting=msgspec.structs.replace(contract.counting, knobs=said))


def answer(contract: Contract, late: int) -> Assessment:
    world, _ = world_for(contract)
    delivered = Event(what="delivered", id="E1", of="A1", at=DUE + timedelta(days=late))
    return assess(contract, [delivered], as_of=date(2027, 12, 31), world=world)


@given(st.fractions(-1000, 1000), st.sampled_from(MODES), st.integers(1, 500))
def test_a_sum_is_rounded_to_a_step_and_never_further_than_one(exact: Fraction, mode: Mode, step: int):
    whole = integer(exact, mode, step)

    assert whole % step == 0
    assert abs(whole - exact) < step
    assert integer(-exact, mode, step) == -whole
    if mode.startswith("half"):
        assert abs(whole - exact) * 2 <= step


@given(knobs, prices, rates, delays)
def test_a_charge_is_missed_by_a_step_for_each_time_it_is_rounded(
    said: dict[str, str], price: int, rate: str, late: int
):
    for charge in answer(contract_of(said, price, rate), late).charges:
        months, slices = 5, len(charge.slices)
        times = {"once": months if said["round_cut"] == "each part" else 1, "each slice": slices}.get(
            said["round_when"], late
        )

        assert charge.gross.minor % STEPS[said["round_to"]] == 0
        assert abs(charge.gross.minor - charge.exact) < times * STEPS[said["round_to"]]


@given(knobs, prices, rates, delays)
def test_a_charge_never_falls_from_day_to_day_and_ends_in_its_sum(
    said: dict[str, str], price: int, rate: str, late: int
):
    contract = contract_of(said, price, rate)
    world, _ = world_for(contract)
    record = fold(contract, [], as_of=date(2027, 12, 31), known_at=None, world=world, assume={})
    for charge in answer(contract, late).charges:
        curve = accrued(charge, record.calendar, record.zone)
        found = [curve(DUE + timedelta(days=day)) for day in range(late + 2)]

        assert found == sorted(found)
        assert (0, charge.gross.minor) == (found[0], found[-1])


@given(knobs, prices, rates, delays)
def test_windows_that_cut_a_charge_make_all_of_it(said: dict[str, str], price: int, rate: str, late: int):
    found = answer(contract_of(said, price, rate), late)

    assert sum(use.used.minor for use in found.caps) == sum(charge.gross.minor for charge in found.charges)


@given(knobs, prices, rates, delays, st.integers(1, 60))
def test_what_had_accrued_stays_when_the_delay_goes_on(
    said: dict[str, str], price: int, rate: str, late: int, more: int
):
    contract = contract_of(said, price, rate)
    early, later = (
        sum(charge.gross.minor for charge in answer(contract, days).charges) for days in (late, late + more)
    )

    assert early <= later


FOREIGN = (
    TEXT.replace('zone      = "Asia/Shanghai"', 'zone      = "Asia/Shanghai"\nfx        = "HOW"')
    .replace("[[annexes]]", '[exchange.USD]\nsource = "central parity"\nvalues = ["VALUES"]\n\n[[annexes]]', 1)
    .replace("RATE% of A1.price per started day, days 1 to 20", "3.17 USD per started day, days 1 to 20")
    .replace("0.0913% of A1.price per started day, from day 21", "5.03 USD per started day, from day 21")
    .replace('head    = "delay"', 'head    = "delay"\nat_most = "CEILING USD each"')
)
VALUES = '7.1 from 2027-01-01", "7.23 from 2027-02-03", "6.98 from 2027-03-01'

days = st.integers(1, 300)
amounts = st.integers(1, 400_00)


def foreign(how: str, ceiling: int, late: int, paid: list[tuple[int, int]], order: int = 1) -> Assessment:
    text = (
        FOREIGN.replace("HOW", how).replace("VALUES", VALUES).replace("CEILING", f"{ceiling // 100}.{ceiling % 100:02}")
    )
    contract, _, problems = read_text(text.replace("PRICE", "1.00").replace("LIMIT", "100000000.00"))
    assert contract is not None, problems
    events = [Event(what="delivered", id="E", of="A1", at=DUE + timedelta(days=late))]
    for number, (day, minor) in enumerate(paid):
        at = DUE + timedelta(days=day)
        events.append(Event(what="paid", id=f"P{number}", of="late:A1", at=at, amount=Money(minor, "CNY")))
    world, _ = world_for(contract)
    return assess(contract, events[::order], as_of=date(2027, 12, 31), world=world)


def worth(found: Assessment) -> list[tuple[Fraction, int, int]]:
    return [
        (charge.exact, charge.gross.minor, owed.payable.minor)
        for charge, owed in zip(found.charges, found.liabilities, strict=True)
    ]


@given(delays, st.lists(st.tuples(days, amounts), max_size=4))
def test_neither_order_nor_splitting_moves_what_is_converted_as_it_is_paid(late: int, paid: list[tuple[int, int]]):
    how = "payment day, convert then cap"
    found = worth(foreign(how, 100000, late, paid))
    halves = [(day, part) for day, minor in paid for part in (minor // 2, minor - minor // 2) if part]

    assert found == worth(foreign(how, 100000, late, paid, order=-1))
    assert found == worth(foreign(how, 100000, late, halves))


@given(delays, st.integers(1, 600_00))
def test_at_one_rate_it_is_the_same_whether_a_foreign_ceiling_cuts_first(late: int, ceiling: int):
    before, after = (
        worth(foreign(f"breach day, {order}", ceiling, late, [])) for order in ("cap then convert", "convert then cap")
    )

    assert before == after
