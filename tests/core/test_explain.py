"""The reasons of a charge: its working in order, what rests on a rate that is not known yet, and what both sides caused."""

from fractions import Fraction
from pathlib import Path

import pytest

from contracts.folder import world_for
from core.assessment import Assessment, assess
from core.explain import Line, explain, explain_all
from core.money import Money
from plugins.cases import load_cases, read_case

CASES = Path(__file__).parents[1] / "cases"


def assessed(file: str, name: str) -> Assessment:
    """What a worked case comes to."""
    [case] = [case for case in load_cases(CASES / f"{file}.toml") if case.name == name]
    contract, events, problems = read_case(case)
    assert contract is not None, problems
    return assess(contract, events, as_of=case.as_of, world=world_for(contract)[0])


def codes(lines: tuple[Line, ...]) -> list[str]:
    return [line.code for line in lines]


@pytest.fixture(scope="module")
def shared() -> Assessment:
    return assessed("knobs-time", "Four days of delay whose cause lay on both sides: by share")


def test_one_charge_is_explained_as_among_all(shared):
    assert explain_all(shared) == {"late:X": explain(shared, "late:X")}


def test_what_is_no_charge_has_no_reasons(shared):
    with pytest.raises(KeyError, match="late:Y"):
        explain(shared, "late:Y")


def test_days_that_both_sides_caused_are_said_with_their_share(shared):
    # 250 a day: 5 May, then 4 days of which the debtor bears 40 %, then 7 days
    before, both, after = [line for line in explain(shared, "late:X") if line.amount is not None and line.clause][:3]

    assert ("EXPLAIN-PRICE-01", Money(25_000, "CNY")) == (before.code, before.amount)
    assert ("EXPLAIN-PRICE-01", Money(175_000, "CNY")) == (after.code, after.amount)
    assert ("EXPLAIN-BOTHSIDES-01", Money(40_000, "CNY")) == (both.code, both.amount)
    assert Fraction(2, 5) == both.args["share"]
    assert "EXPLAIN-PRICE-01" == both.args["working"].code


@pytest.mark.parametrize(
    ("case", "told"),
    [("A rate that is not yet known is the last one, and provisional", True), ("A year of 365 days", False)],
)
def test_what_rests_on_a_rate_that_is_not_known_yet_is_said_so(case, told):
    found = codes(explain(assessed("accounts-interest", case), "late:P1"))

    assert told == ("EXPLAIN-PROVISIONAL-01" in found)


def test_what_repetition_makes_dearer_says_how_often_the_sum_counts():
    answer = assessed("measures-cases", "Double from the third in a month, all of them")
    said = [line for one in answer.charges for line in explain(answer, one.id) if line.code == "EXPLAIN-REPEATED-01"]

    assert said, "double from the third on: that charge counts its sum twice"
    assert {"2"} == {str(line.args["units"]) for line in said}
