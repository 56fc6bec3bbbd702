"""The real engine and the one that counts days give the same cents, contract after random contract.

`python tests/naive/test_agree.py SEED COUNT` tries so many and prints how many of each kind.
"""

import importlib.util
import json
import random
import sys
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
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


DAYS, LADDER, DEBTS = beside("engine"), beside("ladder"), beside("debts")
FIRST = date(2027, 1, 1)
Chance = random.Random


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_of_days(seed: int):
    days(Chance(seed))


@pytest.mark.parametrize("seed", range(120))
def test_both_engines_give_the_same_cents_of_the_ladder_of_limits(seed: int):
    ladder(Chance(seed))


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_the_same_cents_of_debts(seed: int):
    debts(Chance(seed))


def days(chance: Chance) -> None:
    """Delay, part payments and readings, with ceilings and a cap."""
    contract, as_of = drawn(chance)

    assert DAYS.payable(contract, as_of) == paid(asked(contract, as_of))


def ladder(chance: Chance) -> None:
    """Losses under a third party's limit and one cap or two, of every kind."""
    contract, as_of = losses(chance)
    answer = asked(contract, as_of)

    assert LADDER.payable(contract, as_of) == paid(answer)
    assert LADDER.recourse(contract, as_of) == {one.charge: one.amount.minor for one in answer.recourses}


def debts(chance: Chance) -> None:
    """Interest by the year and part payments, in each order of settling."""
    contract, as_of = owing(chance)
    answer = asked(contract, as_of)
    interest = {one.subject: one.gross.minor for one in answer.charges}

    assert DEBTS.worked(contract, as_of) == {
        one.obligation: (
            interest.get(one.obligation, 0),
            sum(paid.charges.minor for paid in one.payments),
            one.open.minor,
        )
        for one in answer.accounts
    }


def paid(answer: Assessment) -> dict[str, int]:
    return {one.charge: one.payable.minor for one in answer.liabilities}


KINDS = {"delay, payments, readings": days, "losses under limits": ladder, "debts with interest": debts}


def main(seed: int, count: int) -> None:
    """Tries contracts of each kind by turns; the first that differs is named with its own seed."""
    chances, tried = Chance(seed), Counter[str]()
    for number in range(count):
        kind, one = list(KINDS.items())[number % len(KINDS)], chances.randrange(2**48)
        try:
            kind[1](Chance(one))
        except AssertionError:
            print(f"{kind[0]}: seed {one}")
            raise
        tried[kind[0]] += 1
    print(json.dumps(tried))


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


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
    """A random contract as the table of its file, and the day asked about."""
    annexes = [f"A{n}" for n in range(1, chance.randint(1, 3) + 1)]
    head = chance.choice(["delay", "service"])
    rules = [late_rule(chance, head)]
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "total": amount(chance, 10_000, 900_000),
        "signed": FIRST,
        "term": {"from": FIRST, "until": date(2028, 12, 31)},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC", "lateness_by": "dates"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "event_kinds": {"reading": {}},
        "annexes": [{"id": id_, "owed_by": "provider", "due": day(chance, 30, 300)} for id_ in annexes],
        "payments": [],
        "measures": [],
        "rules": rules,
        "caps": [],
        "events": [
            {"what": "delivered", "of": id_, "at": day(chance, 20, 420)} for id_ in annexes if chance.random() < 0.8
        ],
    }
    if chance.random() < 0.5:
        payments(chance, table)
    if chance.random() < 0.5:
        readings(chance, table)
    if chance.random() < 0.6:
        table["caps"] = [cap(chance, head)]
    return table, day(chance, 40, 600)


def late_rule(chance: Chance, head: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": "late", "clause": "8", "when": "any annex is late", "head": head}
    tiered = chance.random() < 0.5
    if chance.random() < 0.5:
        kind = chance.choice(["never charged", "charged once exceeded"])
        rule["grace"] = f"{chance.randint(1, 9)} days, {kind}"
        counts = (
            "days after due"
            if kind == "charged once exceeded"
            else chance.choice(["days after grace", "days after due"])
        )
        rule["counts"] = counts
    if tiered:
        one, two = chance.randint(1, 12), chance.randint(1, 12)
        rule["tiering"] = chance.choice(["each day at its own rate", "all days at the rate reached"])
        rule["tiers"] = [
            f"{rate(chance)}% of total per started day, days 1 to {one}",
            f"{rate(chance)}% of total per started day, days {one + 1} to {one + two}",
            f"{amount(chance, 1, 900)} per started day, from day {one + two + 1}",
        ]
    elif "grace" not in rule and chance.random() < 0.4:
        rule["charge"] = f"{amount(chance, 5, 900)} per {chance.randint(2, 9)} started days"
    else:
        rule["charge"] = chance.choice(
            [f"{rate(chance)}% of total per started day", f"{amount(chance, 1, 900)} per started day"]
        )
    if "started days" not in rule.get("charge", "") and chance.random() < 0.4:
        rule["plus"] = f"{amount(chance, 5, 2000)} once, on day {chance.randint(1, 20)}"
    rule["round"] = f"once, {chance.choice(['half up', 'half even', 'down', 'up'])}"
    ceiling = chance.choice(["", " each", " in total", "table"])
    limit = f"{chance.randint(1, 40)}% of total" if chance.random() < 0.6 else amount(chance, 50, 20_000)
    if ceiling == "table":
        rule["at_most"] = {
            "to": limit,
            "per": "obligation",
            "covers": chance.choice([["running"], ["running", "plus"]]),
        }
    elif ceiling:
        if "plus" in rule:
            rule["at_most"] = {"to": limit, "per": "obligation", "covers": ["running", "plus"]}
        else:
            rule["at_most"] = limit + ceiling
    return rule


def payments(chance: Chance, table: dict[str, Any]) -> None:
    for n in range(1, chance.randint(1, 2) + 1):
        size = chance.randint(100_000, 5_000_000)
        due = chance.randint(30, 300)
        table["payments"].append(
            {
                "id": f"P{n}",
                "owed_by": "client",
                "amount": shown(size),
                "due": FIRST + timedelta(days=due),
                "order": "principal first",
            }
        )
        for _ in range(chance.randint(0, 3)):
            part = chance.randint(1, size)
            size -= part
            table["events"].append(
                {
                    "what": "paid",
                    "of": f"P{n}",
                    "at": FIRST + timedelta(days=chance.randint(due - 20, due + 120)),
                    "amount": shown(part),
                }
            )
            if not size:
                break
    table["rules"].append(
        {
            "id": "unpaid",
            "clause": "9",
            "when": "any payment is late",
            "head": "payment",
            "charge": f"{rate(chance)}% of what is unpaid per started day",
        }
    )


def readings(chance: Chance, table: dict[str, Any]) -> None:
    table["measures"] = [
        {
            "id": "level",
            "every": "calendar month",
            "kind": "mean",
            "of": "reading",
            "round": f"1 decimal, {chance.choice(['half up', 'down', 'up', 'half even'])}",
        }
    ]
    low, high = chance.randint(70, 84), chance.randint(85, 95)
    table["rules"].append(
        {
            "id": "credit", "clause": "10", "when": f"level is below {high}", "owed_by": "provider", "owed_to": "client", "head": "service",
            "bands_of": "level", "bands": {f"from {low} to below {high}": f"{rate(chance)}% of total", f"below {low}": amount(chance, 10, 9000)},
        }
    )  # fmt: skip
    for _ in range(chance.randint(0, 12)):
        value = f"{chance.randint(600, 1000) / 10:.1f}"
        table["events"].append({"what": "reading", "at": day(chance, 0, 400), "value": value})


def cap(chance: Chance, head: str) -> dict[str, Any]:
    to = f"{chance.randint(1, 40)}% of total" if chance.random() < 0.5 else amount(chance, 500, 60_000)
    return {
        "id": "general",
        "clause": "20",
        "limits": "provider",
        "covers": [head] if chance.random() < 0.5 else ["delay", "service"],
        "to": f"{to} in {chance.choice(['total', 'each contract year'])}",
        "window": "the day it accrued",
        "order": "first come; same day pro rata",
    }


def day(chance: Chance, low: int, high: int) -> date:
    return FIRST + timedelta(days=chance.randint(low, high))


def rate(chance: Chance) -> str:
    return f"{chance.randint(1, 2000) / 1000:.3f}"


def amount(chance: Chance, low: int, high: int) -> str:
    return shown(chance.randint(low * 100, high * 100))


def shown(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02} CNY"


def losses(chance: Chance) -> tuple[dict[str, Any], date]:
    """A contract under which only losses cost, with the limits of one kind, and the day asked about."""
    start = FIRST + timedelta(days=chance.randint(0, 60))
    count = chance.randint(1, 6)
    days_ = [chance.randint(0, 720) for _ in range(count)]
    if chance.random() < 0.4:
        days_ = [chance.choice(days_) for _ in days_]  # some on one day
    apart = len({*days_}) == len(days_)
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "total": amount(chance, 10_000, 900_000),
        "signed": start,
        "term": {"from": start, "until": date(2029, 3, 31)},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC", "excess": "engager"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "third_parties": {"lab": {"name": "Example Laboratory", "engaged_by": "provider"}},
        "rules": [
            {"id": id_, "clause": "9", "when": f"a loss caused by {who} is proven", "owed_by": "provider", "owed_to": "client",
             "head": "loss", "charge": "the loss proven", **({"recourse": "lab"} if who == "lab" else {})}
            for id_, who in (("own", "provider"), ("lab", "lab"))
        ],
        "events": [
            {"what": "loss proven", "id": f"L{n}", "by": chance.choice(["provider", "lab"]), "at": start + timedelta(days=day_),
             "amount": amount(chance, 1, 9000), "cause": chance.choice(["fire", "flood"]), "person": chance.choice(["one", "two"]),
             **({"head": chance.choice(["data", "fraud"])} if chance.random() < 0.4 else {}),
             **({"fault": "intent"} if chance.random() < 0.2 else {})}
            for n, day_ in enumerate(days_)
        ],
    }  # fmt: skip
    lab = table["third_parties"]["lab"]
    if chance.random() < 0.6:
        lab["limit"] = f"{amount(chance, 1, 9000)} in total"
        if chance.random() < 0.5:
            one, other = chance.randint(1, 4), 5
            lab["excess"] = {"client": f"{one}/{other}", "provider": f"{other - one}/{other}"}
    table["caps"] = chance.choice([one_cap, nested, increased])(chance, apart)
    return table, start + timedelta(days=chance.randint(100, 800))


def owing(chance: Chance) -> tuple[dict[str, Any], date]:
    """One or two debts with interest by the year, each with part payments that name it."""
    table, as_of = drawn(chance)
    table |= {"annexes": [], "measures": [], "caps": [], "payments": [], "rules": [], "events": []}
    payments(chance, table)
    order = chance.choice(["principal first", "costs, interest, principal", "pro rata"])
    for payment in table["payments"]:
        payment["order"] = order
    table["counting"] |= {
        "day_basis": chance.choice(["/365", "/360", "actual-actual"]),
        "interest_days": "due day out, payment day in",
    }
    table["rules"][0]["charge"] = f"{10 * Decimal(rate(chance))}% of what is unpaid per year"
    return table, as_of


def limit(chance: Chance) -> str:
    return f"{chance.randint(1, 40) / 10}% of total" if chance.random() < 0.3 else amount(chance, 50, 12_000)


def scoped(chance: Chance, *scopes: str) -> str:
    return f"{limit(chance)} {chance.choice(scopes)}"


def base(id_: str, covers: list[str], to: str, order: str | None = "first come") -> dict[str, Any]:
    cap = {"id": id_, "clause": "20", "limits": "provider", "covers": covers, "to": to, "window": "the day it accrued"}
    return {**cap, **({"order": order} if order else {})}


SHARED = ("in total", "in each contract year", "in each calendar year", "in each calendar quarter")
EACH = ("for each claim", "for each event", "for each person")


def one_cap(chance: Chance, apart: bool) -> list[dict[str, Any]]:
    """One cap with what few contracts say: deductibles, layers, shares, a limit filled again, two limits."""
    cap = base("general", ["loss", "data"], scoped(chance, *SHARED, "in any 12 months", "in any 3 months", *EACH))
    rolling = " in any " in cap["to"]
    if not rolling and chance.random() < 0.4:
        cap["order"] = "pro rata"
    if chance.random() < 0.5:
        cap["except"] = [chance.choice(["intent", "gross"])]
    if cap["to"].endswith("for each claim"):
        cap["series"] = chance.choice(["as one", "each"])
    if chance.random() < 0.3 and not rolling:
        cap["or"], cap["takes"] = amount(chance, 50, 12_000), chance.choice(["greater", "lesser"])
    if cap["to"].split()[-1] != "person" and not rolling and chance.random() < 0.5:
        if chance.random() < 0.6:
            cap["deductible"] = amount(chance, 1, 4000)
            cap["deductible_per"] = chance.choice(["claim", "window"]) if apart else "claim"
        if chance.random() < 0.4:
            cap["attachment"] = amount(chance, 1, 4000)
        if cap.keys() & {"deductible", "attachment"} and cap.get("deductible_per") != "window":
            cap["franchise"] = chance.random() < 0.3
    if chance.random() < 0.2 and not rolling:
        cap["share"] = "50%"
        cap["share_order"] = chance.choice(["after the limit", "before the limit"])
    if chance.random() < 0.2 and cap["to"].endswith(("total", "year", "quarter")):
        cap["reinstated"] = chance.randint(1, 2)
    return [cap]


def nested(chance: Chance, apart: bool) -> list[dict[str, Any]]:
    """A cap within another, by head, or by person within an event."""
    order = chance.choice(["first come", "pro rata"])
    if chance.random() < 0.5:
        inner = base("person", ["loss", "data"], scoped(chance, "for each person"))
        outer = base("event", ["loss", "data"], scoped(chance, "for each event"), order)
    else:
        inner = base("data", ["data"], scoped(chance, *SHARED[:3]))
        outer = base("general", ["loss", "data"], scoped(chance, *SHARED[:3]), order)
    return [{**inner, "within": outer["id"]}, outer]


def increased(chance: Chance, apart: bool) -> list[dict[str, Any]]:
    """A general cap and an increased one for data."""
    how = chance.choice(["separate", "spills into the general", "inside it"])
    general = base("general", ["loss"] if how == "inside it" else ["loss", "data"], scoped(chance, *SHARED[:3]))
    data = base("data", ["data"], scoped(chance, *SHARED[:3]))
    if chance.random() < 0.5:
        general["except"] = data["except"] = ["intent"]
    return [general, {**data, "increases": "general", "super_cap": how}]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
