"""Random contracts with delay, part payments and readings, and with debts that bear interest."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

__all__ = ["drawn", "owing"]

Chance = Any
"""The one of `chance.py`; this folder is no package."""
FIRST = date(2027, 1, 1)


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
    """A random contract as the table of its file, and the day asked about."""
    annexes = [f"A{n}" for n in range(1, chance.randint(1, 3) + 1)]
    head = chance.choice(["delay", "service"])
    rules = [late_rule(chance, head)]
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "total": chance.amount(10_000, 900_000),
        "signed": FIRST,
        "term": {"from": FIRST, "until": date(2028, 12, 31)},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC", "lateness_by": "dates"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "event_kinds": {"reading": {}},
        "annexes": [{"id": id_, "owed_by": "provider", "due": chance.day(FIRST, 30, 300)} for id_ in annexes],
        "payments": [],
        "measures": [],
        "rules": rules,
        "caps": [],
        "events": [
            {"what": "delivered", "of": id_, "at": chance.day(FIRST, 20, 420)}
            for id_ in annexes
            if chance.random() < 0.8
        ],
    }
    if chance.random() < 0.5:
        payments(chance, table)
    if chance.random() < 0.5:
        readings(chance, table)
    if chance.random() < 0.6:
        table["caps"] = [cap(chance, head)]
    return table, chance.day(FIRST, 40, 600)


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
            f"{chance.amount(1, 900)} per started day, from day {one + two + 1}",
        ]
    elif "grace" not in rule and chance.random() < 0.4:
        rule["charge"] = f"{chance.amount(5, 900)} per {chance.randint(2, 9)} started days"
    else:
        rule["charge"] = chance.choice(
            [f"{rate(chance)}% of total per started day", f"{chance.amount(1, 900)} per started day"]
        )
    if "started days" not in rule.get("charge", "") and chance.random() < 0.4:
        rule["plus"] = f"{chance.amount(5, 2000)} once, on day {chance.randint(1, 20)}"
    rule["round"] = f"once, {chance.choice(['half up', 'half even', 'down', 'up'])}"
    ceiling = chance.choice(["", " each", " in total", "table"])
    limit = f"{chance.randint(1, 40)}% of total" if chance.random() < 0.6 else chance.amount(50, 20_000)
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
                "amount": chance.shown(size),
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
                    "amount": chance.shown(part),
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
            "bands_of": "level", "bands": {f"from {low} to below {high}": f"{rate(chance)}% of total", f"below {low}": chance.amount(10, 9000)},
        }
    )  # fmt: skip
    for _ in range(chance.randint(0, 12)):
        value = f"{chance.randint(600, 1000) / 10:.1f}"
        table["events"].append({"what": "reading", "at": chance.day(FIRST, 0, 400), "value": value})


def cap(chance: Chance, head: str) -> dict[str, Any]:
    to = f"{chance.randint(1, 40)}% of total" if chance.random() < 0.5 else chance.amount(500, 60_000)
    return {
        "id": "general",
        "clause": "20",
        "limits": "provider",
        "covers": [head] if chance.random() < 0.5 else ["delay", "service"],
        "to": f"{to} in {chance.choice(['total', 'each contract year'])}",
        "window": "the day it accrued",
        "order": "first come; same day pro rata",
    }


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


def rate(chance: Chance) -> str:
    return f"{chance.randint(1, 2000) / 1000:.3f}"
