"""Random contracts with monthly credits under a ceiling, or with shipments that miss one limit or two."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

__all__ = ["drawn"]

Chance = Any
"""The one of `chance.py`; this folder is no package."""
FIRST = date(2027, 1, 1)
WINDOWS = ("each", "in total", "in each contract year", "in each calendar year", "in each calendar quarter")


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
    """A contract as the table of its file, and the day asked about."""
    start = chance.choice([FIRST, date(2027, 4, 1)])
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "signed": FIRST,
        "term": {"from": start, "until": date(2029, 12, 31)},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "event_kinds": {},
        "rules": [],
        "events": [],
    }
    chance.choice([credits_, shipments])(chance, table, start)
    return table, chance.day(start, 100, 800)


def credits_(chance: Chance, table: dict[str, Any], start: date) -> None:
    """Nested bands of a monthly mean, each with a share of the month's fee, a sum, or a sum for each point."""
    table["event_kinds"] = {"reading": {}}
    table["payments"] = [
        {"id": "fee", "owed_by": "client", "amount": chance.amount(50, 9000), "due": "each month, by its last day"}
    ]
    table["measures"] = [
        {"id": "level", "every": "calendar month", "kind": "mean", "of": "reading", "round": "2 decimals, half up"}
    ]
    edges = sorted(chance.sample(range(80, 100), chance.randint(1, 3)), reverse=True)
    take = chance.choice(["the worst band", "the sum of the bands", "each slice at its own"])
    bands, more, of_fee = {}, 0, chance.often(0.5)
    for edge in edges:  # the lower, the dearer: else "worst" could mean either
        more += chance.randint(1, 200)
        bands[f"below {edge}"] = f"{more / 10}% of the month's fee" if of_fee else chance.shown(more * 317)
        if take == "each slice at its own":
            bands[f"below {edge}"] = f"{chance.amount(1, 300)} per exact percentage point"
    rule = {"id": "credit", "clause": "4", "when": f"level is below {edges[0]}", "owed_by": "provider", "owed_to": "client",
            "head": "service", "bands_of": "level", "bands": bands, "take": take}  # fmt: skip
    ceiling(chance, rule)
    table["rules"] = [rule]
    for _ in range(chance.randint(1, 30)):
        value = f"{chance.randint(700, 1000) / 10:.1f}"
        table["events"].append({"what": "reading", "at": chance.day(start, 0, 760), "value": value})


def ceiling(chance: Chance, rule: dict[str, Any]) -> None:
    if chance.often(0.7):
        scope = chance.choice([*WINDOWS, f"in any {chance.choice([3, 6, 12])} months"])
        rule["at_most"] = f"{chance.amount(20, 3000)} {scope}"


def shipments(chance: Chance, table: dict[str, Any], start: date) -> None:
    """Cases with one step or two that may take too long, and pay for the worst of them or for all."""
    table["event_kinds"] = {"handed": {}, "cleared": {}, "unloaded": {}}
    table["counting"]["worst_dimension"] = chance.choice(["the worst", "all"])
    table["steps"] = [
        {"id": id_, "owed_by": "provider", "owed_to": "client", "starts": "handed", "stops": stops,
         "within": f"{chance.randint(1, 60)} hours"}
        for id_, stops in (("customs", "cleared"), ("door", "unloaded"))
    ]  # fmt: skip
    table["rules"] = [
        {"id": "late", "clause": "5", "when": "any step is late", "head": "delay",
         "charge": f"{chance.amount(1, 300)} per started hour", **chance.maybe(0.4, "at_most", f"{chance.amount(1, 3000)} each")}
    ]  # fmt: skip
    for n in range(chance.randint(1, 5)):
        at = datetime(start.year, start.month, 1, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 60_000))
        table["events"].append({"what": "handed", "about": f"S{n}", "at": at})
        for what in ("cleared", "unloaded"):
            done = at + timedelta(minutes=chance.randint(1, 6000))
            table["events"].append({"what": what, "about": f"S{n}", "at": done})
