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


def paid(of: str | None, amount: Money | None) -> Assessment:
    contract, _, problems = read_text(TERMS, "pay.toml")
    assert contract is not None, problems
    event = Event(what="paid", id="E1", of=of, at=date(2027, 3, 1), amount=amount)
    world, _ = world_for(contract)
    return assess(contract, [event], as_of=date(2027, 3, 31), world=world)


@pytest.mark.parametrize("of", ["P1", None])
@pytest.mark.parametrize("amount", [None, Money(10_000_00, "USD")])
def test_a_payment_without_an_amount_of_the_contracts_currency_settles_nothing(of: str | None, amount: Money | None):
    made = paid(of, amount)

    assert [Money(10_000_00, "CNY")] == [account.open for account in made.accounts]
    assert ["EVENT-AMOUNT-01"] == [problem.code for problem in made.problems]


def test_a_payment_on_something_else_is_no_payment_of_the_price():
    made = paid("some-charge", Money(5_00, "USD"))

    assert ["EVENT-UNMET-03"] == [problem.code for problem in made.problems]
