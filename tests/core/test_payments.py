"""Payments that no file lets through, and that a program may hand over all the same."""

from datetime import date

import pytest

from contracts.folder import world_for
from contracts.reader import read_text
from core.assessment import Assessment, assess
from core.events import Event
from core.money import Money

TERMS = """
spondeo = 1
number = "PAY-1"
signed = 2027-01-04
[counting]
preset = "plain-24x7@1"
calendar = "none@1"
zone = "Asia/Shanghai"
[parties.provider]
label = "Party A"
name = "Example Services Co., Ltd."
[parties.client]
label = "Party B"
name = "Example Property Co., Ltd."
[[payments]]
id = "P1"
owed_by = "client"
amount = "10000.00 CNY"
due = 2027-03-01
order = "principal first"
"""


MONTHLY = TERMS.replace(
    "signed = 2027-01-04", "signed = 2027-01-04\nterm = { from = 2027-01-04, until = 2027-03-31 }"
).replace("due = 2027-03-01", 'due = "each month, by its last day"')
ORDERED = TERMS.replace("principal first", "costs, interest, principal")


def assessed(terms: str, *events: Event) -> Assessment:
    contract, _, problems = read_text(terms, "pay.toml")
    assert contract is not None, problems
    world, _ = world_for(contract)
    return assess(contract, events, as_of=date(2027, 3, 31), world=world)


def paid(of: str | None, amount: Money | None) -> Assessment:
    return assessed(TERMS, Event(what="paid", id="E1", of=of, at=date(2027, 3, 1), amount=amount))


@pytest.mark.parametrize("of", ["P1", None])
@pytest.mark.parametrize("amount", [None, Money(10_000_00, "USD")])
def test_a_payment_without_an_amount_of_the_contracts_currency_settles_nothing(of: str | None, amount: Money | None):
    made = paid(of, amount)

    assert [Money(10_000_00, "CNY")] == [account.open for account in made.accounts]
    assert ["EVENT-AMOUNT-01"] == [problem.code for problem in made.problems]


def test_a_payment_on_something_else_is_no_payment_of_the_price():
    made = paid("some-charge", Money(5_00, "USD"))

    assert ["EVENT-UNMET-03"] == [problem.code for problem in made.problems]


@pytest.mark.parametrize("of", ["P1", "P1/2027-02", None])
def test_foreign_money_on_a_series_or_on_one_of_it_is_asked_about(of: str | None):
    event = Event(what="paid", id="E1", of=of, at=date(2027, 3, 1), amount=Money(5_00, "USD"))

    assert "EVENT-AMOUNT-01" in {problem.code for problem in assessed(MONTHLY, event).problems}


def test_what_comes_after_foreign_money_on_one_day_is_paid():
    made = assessed(
        TERMS,
        Event(what="paid", id="E1", of="P1", at=date(2027, 3, 1), amount=Money(5_00, "USD")),
        Event(what="paid", id="E2", of="P1", at=date(2027, 3, 1), amount=Money(4_000_00, "CNY")),
    )

    assert [Money(6_000_00, "CNY")] == [account.open for account in made.accounts]


def test_costs_without_an_amount_cost_nothing():
    made = assessed(
        ORDERED,
        Event(what="costs proven", id="E1", of="P1", at=date(2027, 2, 1)),
        Event(what="paid", id="E2", of="P1", at=date(2027, 3, 1), amount=Money(4_000_00, "CNY")),
    )

    assert [Money(6_000_00, "CNY")] == [account.open for account in made.accounts]


@pytest.mark.parametrize(("about", "named"), [("some-charge", "some-charge"), (None, "–")])
def test_a_set_off_whose_counterclaim_was_never_due_is_asked_about_by_its_name(about: str | None, named: str):
    terms = TERMS.replace('zone = "Asia/Shanghai"', 'zone = "Asia/Shanghai"\nset_off_from = "when both were due"')
    event = Event(what="set off", id="E1", of="P1", about=about, at=date(2027, 3, 1), amount=Money(5_00, "CNY"))

    asked = [problem.args for problem in assessed(terms, event).problems if problem.code == "EVENT-SETOFF-01"]

    assert [{"of": named}] == asked
