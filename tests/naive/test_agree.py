"""The real engine and the one that counts days give the same cents, contract after random contract."""

import importlib.util
import os
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.folder import world_for
from contracts.reader import read_text
from core.assessment import assess
from plugins.cases import _written

_SPEC = importlib.util.spec_from_file_location("naive_engine", Path(__file__).with_name("engine.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_ENGINE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_ENGINE)

MANY = settings(max_examples=100_000) if os.environ.get("SPONDEO_PROVE") else settings(max_examples=60)
FIRST = date(2027, 1, 1)
Chance = random.Random


@MANY
@given(st.integers(0, 2**48))
def test_both_engines_give_the_same_cents(seed: int):
    contract, as_of = drawn(Chance(seed))

    assert _ENGINE.payable(contract, as_of) == asked(contract, as_of), f"seed {seed}"


def asked(table: dict[str, Any], as_of: date) -> dict[str, int]:
    """What the real engine says of the same file."""
    text = "".join(f"{_written(key)} = {_written(value)}\n" for key, value in table.items())
    contract, events, problems = read_text(text, "naive.toml")
    assert contract is not None, problems
    world, wrong = world_for(contract)
    assert not wrong
    found = assess(contract, events, as_of=as_of, world=world)
    assert not found.problems, found.problems
    return {one.charge: one.payable.minor for one in found.liabilities}


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
