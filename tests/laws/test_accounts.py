"""Laws of debts: neither the order of recording nor the cutting of a payment or a period moves a figure."""

from datetime import date, timedelta
from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contracts.folder import world_for
from contracts.reader import read_text
from core.assessment import Assessment, assess
from core.canonical import plain
from core.events import Event
from core.money import Money
from core.terms import Contract

TEXT = """
spondeo = 1
number  = "LAWS-1"
signed  = 2027-01-04

[counting]
preset    = "plain-24x7@1"
calendar  = "none@1"
zone      = "Asia/Shanghai"
day_basis = "/365"
reference = "each day's"
rate_period = "/ 30"

[parties.provider]
label = "A"
name  = "Example Services Co., Ltd."

[parties.client]
label = "B"
name  = "Example Property Co., Ltd."

[rates.base]
values = { 2026-01-01 = "4%", 2027-02-01 = "3.5%", 2027-05-01 = "-0.25%" }

[[payments]]
id      = "P1"
owed_by = "client"
amount  = "10000.00 CNY"
due     = 2027-01-20
order   = "ORDER"

[[payments]]
id      = "P2"
owed_by = "client"
amount  = "5000.37 CNY"
due     = 2027-03-01
order   = "ORDER"

[[rules]]
id     = "late"
clause = "8"
when   = "any payment is late"
charge = "CHARGE"
"""

ORDERS = ("principal first", "costs, interest, principal", "pro rata")
CHARGES = (
    "base + 8% a year of what is unpaid",
    "11% of what is unpaid per year",
    "1.3% of what is unpaid per month",
    "0.05% of what is unpaid per started day",
)
LAST = date(2027, 8, 31)
KNOBS = {
    "allocation_between": ("debtor's choice, then oldest due", "pro rata"),
    "interest_days": ("due day out, payment day in", "both out", "both in"),
    "compounding": ("simple", "monthly"),
    "day_basis": ("/365", "/360", "actual-actual", "30-360"),
    "round_when": ("once", "each day or unit", "each slice"),
    "round_mode": ("half up", "half even", "down", "up"),
    "round_to": ("minor unit", "1", "0.05"),
}


def contract_of(order: str = ORDERS[0], charge: str = CHARGES[0], **knobs: str) -> Contract:
    contract, _, problems = read_text(TEXT.replace("ORDER", order).replace("CHARGE", charge))
    assert contract is not None, problems
    counting = msgspec.structs.replace(contract.counting, knobs={**contract.counting.knobs, **knobs})
    return msgspec.structs.replace(contract, counting=counting)


def answer(contract: Contract, events: list[Event], as_of: date = LAST) -> Assessment:
    world, problems = world_for(contract)
    assert not problems
    return assess(contract, events, as_of=as_of, world=world)


def figures(assessment: Assessment) -> object:
    form = plain(assessment)
    form.pop("events_digest")
    return form


contracts = st.builds(
    lambda order, charge, knobs: contract_of(order, charge, **knobs),
    st.sampled_from(ORDERS),
    st.sampled_from(CHARGES),
    st.fixed_dictionaries({key: st.sampled_from(values) for key, values in KNOBS.items()}),
)


@st.composite
def payments(draw: st.DrawFn) -> list[Event]:
    """Up to five payments and costs, some on one day, some without a name."""
    made = []
    for number in range(draw(st.integers(1, 5))):
        made.append(
            Event(
                what=draw(st.sampled_from(["paid", "paid", "paid", "costs proven"])),
                id=f"E{number}",
                of=draw(st.sampled_from(["P1", "P2", None])),
                at=date(2027, 1, 10) + timedelta(days=draw(st.sampled_from([0, 10, 11, 45, 90, 91, 150]))),
                amount=Money(draw(st.integers(1, 600_000)), "CNY"),
            )
        )
    return made


@given(contracts, payments(), st.randoms(use_true_random=False))
def test_the_order_of_recording_never_matters(contract, events, chance):
    shuffled = list(events)
    chance.shuffle(shuffled)

    assert figures(answer(contract, events)) == figures(answer(contract, shuffled))


@given(contracts, payments(), st.integers(0, 4), st.fractions(0, 1))
def test_splitting_a_payment_on_one_day_changes_nothing(contract, events, number, share):
    event = events[number % len(events)]
    assert event.amount is not None
    part = int(event.amount.minor * share)
    halves = [
        msgspec.structs.replace(event, id=f"{event.id}{letter}", amount=Money(minor, "CNY"))
        for letter, minor in (("a", part), ("b", event.amount.minor - part))
        if minor
    ]
    whole, split = answer(contract, events), answer(contract, [e for e in events if e is not event] + halves)

    assert [(a.open, a.balances, a.costs) for a in whole.accounts] == [
        (a.open, a.balances, a.costs) for a in split.accounts
    ]
    assert [(c.id, c.exact, c.gross, c.slices) for c in whole.charges] == [
        (c.id, c.exact, c.gross, c.slices) for c in split.charges
    ]
    assert whole.balances == split.balances


@given(contracts, payments())
def test_every_cent_paid_is_found_again(contract, events):
    for account in answer(contract, events).accounts:
        for paid in account.payments:
            costs = paid.costs.minor if paid.costs else 0
            assert paid.amount.minor == paid.principal.minor + paid.charges.minor + paid.over.minor + costs
            assert paid.charges.minor == sum(money.minor for money in paid.to.values())
        assert account.open.minor == account.amount.minor - sum(p.principal.minor for p in account.payments) >= 0


@given(st.sampled_from(CHARGES[:2]), st.sampled_from(KNOBS["day_basis"]), st.integers(1, 200), st.integers(1, 200))
def test_interest_over_two_windows_is_that_of_both(charge, basis, first, second):
    """Exact: rounding comes once, at the end."""
    contract = contract_of(charge=charge, day_basis=basis)
    middle, end = date(2027, 1, 20) + timedelta(days=first), date(2027, 1, 20) + timedelta(days=first + second)
    later = msgspec.structs.replace(contract, payments=(due_on(contract, middle),))
    contract = msgspec.structs.replace(contract, payments=contract.payments[:1])

    assert exact(contract, end) == exact(contract, middle) + exact(later, end)


@given(contracts, payments(), st.integers(1, 200))
def test_a_later_day_never_moves_what_was_settled(contract, events, days):
    """What ran to a day is the same asked on that day or later, to the rounding of the whole."""
    middle = date(2027, 1, 20) + timedelta(days=days)
    known = [event for event in events if event.at <= middle]
    early = {a.obligation: a.payments for a in answer(contract, known, middle).accounts}
    late = {a.obligation: a.payments for a in answer(contract, events).accounts}

    for key, paid in early.items():
        assert paid == late[key][: len(paid)]


def due_on(contract: Contract, day: date) -> object:
    payment = contract.payments[0]
    return msgspec.structs.replace(payment, due=msgspec.structs.replace(payment.due, on=day))


def exact(contract: Contract, as_of: date) -> Fraction:
    return sum((charge.exact for charge in answer(contract, [], as_of).charges), Fraction(0))
