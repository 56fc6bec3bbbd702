"""Random contracts under which days of delay differ in worth: parts, foreign money, the end of counting, rounding."""

from datetime import date, timedelta
from typing import Any

__all__ = ["drawn"]

Chance = Any
"""The one of `chance.py`; this folder is no package."""
FIRST = date(2027, 1, 1)
ENDS = ["done, termination or ceiling", "done only", "long-stop"]


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
    """A contract as the table of its file, and the day asked about."""
    mode = chance.choice(["half up", "half even", "down", "up"])
    rule: dict[str, Any] = {"id": "late", "clause": "8", "when": "any annex is late", "head": "delay"}
    rule["round"] = f"{chance.choice(['once', 'once', 'each day'])}, {mode}"
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "total": chance.amount(10_000, 90_000),
        "signed": FIRST,
        "term": {"from": FIRST, "until": date(2029, 12, 31)},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC", "lateness_by": "dates"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "annexes": [],
        "rules": [rule],
        "events": [],
    }
    for n in range(1, chance.randint(1, 2) + 1):
        table["annexes"].append(
            {
                "id": f"A{n}",
                "owed_by": "provider",
                "due": chance.day(FIRST, 30, 420),
                "price": chance.amount(100, 90_000),
            }
        )
    chance.choice([foreign, stepped, stepped])(chance, table, rule)
    chance.choice([parts, ended, ended])(chance, table)
    rule |= {} if "at_most" in rule else chance.maybe(0.3, "at_most", f"{chance.amount(10, 5000)} each")
    as_of = chance.day(FIRST, 60, 900)
    if "late_ends" in table["counting"]:  # while it runs there is no last day that could stay out
        as_of = max(as_of, *(event["at"] for event in table["events"]), FIRST)
    return table, as_of


def stepped(chance: Chance, table: dict[str, Any], rule: dict[str, Any]) -> None:
    """A share of the price each day, ending in cents, coins or whole units; under a cap by years that may round anew."""
    rule["charge"] = f"0.{chance.randint(1, 999):03}% of {chance.choice(['A1.price', 'A1.price'])} per started day"
    for annex in table["annexes"]:
        annex["price"] = table["annexes"][0]["price"]
    if chance.often(0.4):
        table["counting"]["round_to"] = chance.choice(["1", "0.05"])
        rule["round"] = rule["round"].replace("each day", "once")
    if chance.often(0.5):
        table["caps"] = [
            {"id": "year", "clause": "11", "limits": "provider", "covers": ["delay"], "window": "the day it accrued",
             "to": f"{chance.amount(10, 9000)} in each calendar year", "order": "first come"}
        ]  # fmt: skip
        table["counting"]["round_cut"] = chance.choice(["cumulative", "each part"])


def foreign(chance: Chance, table: dict[str, Any], rule: dict[str, Any]) -> None:
    """So many dollars a day, converted on one day or another, before or after the ceiling."""
    days = sorted({0, *(chance.randint(20, 700) for _ in range(chance.randint(1, 6)))})
    rates = [f"{chance.randint(60_000, 79_999) / 10_000:.4f}" for _ in days]
    values = [f"{rate} from {FIRST + timedelta(days=n)}" for rate, n in zip(rates, days, strict=True)]
    table["exchange"] = {"USD": {"source": "the central parity", "values": values}}
    rule["charge"] = f"{chance.amount(1, 300).replace('CNY', 'USD')} per started day"
    if chance.often(0.6):
        rule["at_most"] = f"{chance.amount(10, 9000).replace('CNY', chance.choice(['CNY', 'USD']))} each"
    order = chance.choice(["convert then cap", "cap then convert"])
    if order == "cap then convert":
        rule["round"] = rule["round"].replace("each day", "once")
    table["counting"]["fx"] = f"{chance.choice(['breach', 'charge', 'payment'])} day, {order}"


def parts(chance: Chance, table: dict[str, Any]) -> None:
    """Parts that came and were accepted, and the rest, which may not have come."""
    table["counting"]["partial"] = chance.choice(["whole stays late", "open part late", "done"])
    for annex in table["annexes"]:
        at = annex["due"] + timedelta(days=chance.randint(-10, 40))
        for _ in range(chance.randint(0, 2)):
            share = chance.randint(1, 49)
            table["events"].append({"what": "delivered", "of": annex["id"], "at": at})
            at += timedelta(days=chance.randint(0, 10))
            table["events"].append({"what": "accepted", "of": annex["id"], "at": at, "value": f"{share}%"})
            at += timedelta(days=chance.randint(1, 40))
        if chance.often(0.7):
            table["events"].append({"what": "delivered", "of": annex["id"], "at": at})


def ended(chance: Chance, table: dict[str, Any]) -> None:
    """Done, terminated or stopped on a day that the contract names."""
    late = max(annex["due"] for annex in table["annexes"])
    for annex in table["annexes"]:
        if chance.often(0.7):
            at = annex["due"] + timedelta(days=chance.randint(-5, 300))
            table["events"].append({"what": "delivered", "of": annex["id"], "at": at})
    if chance.often(0.5):
        table["counting"]["accrual_end"] = chance.choice(ENDS)
        table["long_stop"] = late + timedelta(days=chance.randint(1, 200))
        if chance.often(0.7):
            table["events"].append({"what": "terminated", "at": late + timedelta(days=chance.randint(1, 200))})
    elif chance.often(0.5) and len(table["events"]) == len(table["annexes"]):
        table["counting"]["late_ends"] = chance.choice(["both in", "both out"])
