"""The real engine and the naive ones give the same cents, contract after random contract.

`python tests/naive/test_agree.py SEED COUNT` tries so many, of each kind by turns, and prints how many of each.
"""

import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from contracts.folder import world_for
from contracts.reader import read_text
from core.assessment import Assessment, assess
from plugins.cases import _written


def beside(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(f"naive_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHANCE, DRAWN_DAYS = beside("chance"), beside("drawn_days")
Chance = Any
"""The one of `chance.py`, by its seed."""
Cents = dict[str, int]


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_of_days(seed: int):
    days(chance(seed))


@pytest.mark.parametrize("seed", range(120))
def test_both_engines_give_the_same_cents_of_the_ladder_of_limits(seed: int):
    ladder(chance(seed))


@pytest.mark.parametrize("seed", range(120))
def test_both_engines_give_the_same_cents_of_several_sources_and_what_uses_a_cap_up(seed: int):
    sources(chance(seed))


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_of_debts(seed: int):
    debts(chance(seed))


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_between_debts(seed: int):
    between(chance(seed))


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_of_delay_by_the_clock(seed: int):
    clocked(chance(seed))


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_of_parts_foreign_money_and_rounding(seed: int):
    worth(chance(seed))


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_of_credits_and_of_the_worst_limit_missed(seed: int):
    credits_(chance(seed))


def days(chance: Chance) -> None:
    """Delay, part payments and readings, with ceilings and a cap."""
    contract, as_of = DRAWN_DAYS.drawn(chance)

    assert DAYS.payable(contract, as_of) == paid(asked(contract, as_of))


def ladder(chance: Chance) -> None:
    """Losses under a third party's limit and one cap or two, of every kind."""
    contract, as_of = DRAWN_LADDER.drawn(chance)
    answer = asked(contract, as_of)

    assert LADDER.payable(contract, as_of) == paid(answer)
    assert LADDER.recourse(contract, as_of) == {one.charge: one.amount.minor for one in answer.recourses}


def debts(chance: Chance) -> None:
    """Interest by the year and part payments, in each order of settling."""
    contract, as_of = DRAWN_DAYS.owing(chance)

    assert DEBTS.worked(contract, as_of) == settled(asked(contract, as_of))


def between(chance: Chance) -> None:
    """Payments that name no debt, by each way of sharing them out."""
    contract, as_of = DRAWN_BETWEEN.drawn(chance)

    assert BETWEEN.worked(contract, as_of) == settled(asked(contract, as_of))


def same(engine: str) -> Callable[[Chance], None]:
    """What is payable of each charge by an engine of that name and by the real one; a charge of nothing is none."""
    naive, drawing = beside(engine), beside(f"drawn_{engine}")

    def agree(chance: Chance) -> None:
        contract, as_of = drawing.drawn(chance)

        assert some(naive.payable(contract, as_of)) == some(paid(asked(contract, as_of)))

    return agree


def some(cents: Cents) -> Cents:
    return {charge: amount for charge, amount in cents.items() if amount}


def paid(answer: Assessment) -> Cents:
    return {one.charge: one.payable.minor for one in answer.liabilities}


def settled(answer: Assessment) -> dict[str, tuple[int, int, int]]:
    """Of each debt: its interest so far, what of it is paid, and the price still open."""
    interest = {one.subject: one.gross.minor for one in answer.charges}
    return {
        one.obligation: (
            interest.get(one.obligation, 0),
            sum(paid.charges.minor for paid in one.payments),
            one.open.minor,
        )
        for one in answer.accounts
    }


def chance(seed: int) -> Chance:
    return CHANCE.Chance(seed)


def asked(table: dict[str, Any], as_of: date) -> Assessment:
    """What the real engine says of the same file."""
    text = "".join(f"{_written(key)} = {_written(value)}\n" for key, value in table.items())
    contract, events, problems = read_text(text, "naive.toml")
    assert contract is not None, problems
    world, wrong = world_for(contract)
    assert not wrong
    found = assess(contract, events, as_of=as_of, world=world)
    assert not found.problems, found.problems
    return found


DAYS, DEBTS = beside("engine"), beside("debts")
LADDER, DRAWN_LADDER = beside("ladder"), beside("drawn_ladder")
BETWEEN, DRAWN_BETWEEN = beside("between"), beside("drawn_between")
sources, clocked, worth, credits_ = (same(name) for name in ("sources", "clocked", "worth", "credits"))
KINDS: dict[str, Callable[[Chance], None]] = {
    "delay, payments, readings": days,
    "losses under limits": ladder,
    "several sources, and what uses a cap up": sources,
    "debts with interest": debts,
    "payments between debts": between,
    "delay by the clock": clocked,
    "parts, foreign money, rounding": worth,
    "credits by window, the worst limit missed": credits_,
}


def main(seed: int, count: int) -> None:
    """Tries contracts of each kind by turns; the first that differs is named with its own seed."""
    seeds, tried = chance(seed), Counter[str]()
    for number in range(count):
        kind, one = list(KINDS.items())[number % len(KINDS)], seeds.randrange(2**48)
        try:
            kind[1](chance(one))
        except AssertionError:
            print(f"{kind[0]}: seed {one}")
            raise
        tried[kind[0]] += 1
    print(json.dumps(tried))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
