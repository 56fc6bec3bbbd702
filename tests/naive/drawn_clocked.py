"""Random contracts under which delay is counted by the clock: hours, spans of 24 hours, weeks and blocks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

__all__ = ["drawn"]

Chance = Any
"""The one of `chance.py`; this folder is no package."""
FIRST = date(2027, 1, 1)
MODES = ["half up", "half even", "down", "up"]


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
    """A contract as the table of its file, and the day asked about."""
    made = rule(chance)
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "total": chance.amount(100, 90_000),
        "signed": FIRST,
        "term": {"from": FIRST, "until": date(2028, 12, 31)},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC", "lateness_by": "spans of 24 h"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "annexes": [],
        "rules": [made],
        "events": [],
    }
    for n in range(1, chance.randint(1, 3) + 1):
        due = datetime(2027, 2, 1, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 90 * 1440))
        table["annexes"].append({"id": f"A{n}", "owed_by": "provider", "due": f"{due:%Y-%m-%dT%H:%M:%S}"})
        if chance.often(0.8):
            minutes = [chance.randint(-600, 3000), 60 * chance.randint(1, 400), 1440 * chance.randint(1, 30)]
            table["events"].append(
                {"what": "delivered", "of": f"A{n}", "at": due + timedelta(minutes=chance.choice(minutes))}
            )
    if chance.often(0.4):
        table["counting"]["unit_price"] = chance.choice(["exact", "rounded first"])
    ways = ["besides", "instead", *(["counted towards it"] if made["round"].startswith("once") else [])]
    table["counting"]["one_off"] = chance.choice(ways)
    table["counting"]["minimum"] = chance.choice(["raised to it", "dropped below it"])
    return table, chance.day(FIRST, 40, 200)


def rule(chance: Chance) -> dict[str, Any]:
    made: dict[str, Any] = {"id": "late", "clause": "8", "when": "any annex is late", "head": "delay"}
    part = chance.choice(["started", "completed", "exact"])
    kind = chance.choice(["hour", "day", "day", "week", "block", "tiers"])
    if kind == "tiers":
        one, two = chance.randint(1, 6), chance.randint(1, 6)
        made["tiering"] = chance.choice(["each day at its own rate", "all days at the rate reached"])
        days = [f"days 1 to {one}", f"days {one + 1} to {one + two}", f"from day {one + two + 1}"]
        made["tiers"] = [f"{price(chance)} per {part} day, {which}" for which in days]
    elif kind == "block":
        n, unit = chance.randint(2, 9), chance.choice(["day", "hour", "week"])
        made["charge"] = f"{price(chance)} per {n} {part} {unit}s"
    else:
        made["charge"] = f"{price(chance)} per {part} {kind}"
    if kind in {"day", "tiers"} and chance.often(0.4):
        made["grace"] = f"{chance.randint(1, 5)} days, {chance.choice(['never charged', 'charged once exceeded'])}"
        made["counts"] = "days after due"
        if made["grace"].endswith("never charged") and kind == "tiers":  # a day that grace cuts in two has no number
            made["counts"] = "days after grace"
        elif made["grace"].endswith("never charged"):
            made["counts"] = chance.choice(["days after due", "days after grace"])
    if part == "started":
        made |= chance.maybe(0.3, "plus", f"{chance.amount(1, 3000)} once")
        made |= chance.maybe(0.3, "minimum", chance.amount(1, 1000))
        if "plus" not in made:
            made |= chance.maybe(0.3, "at_most", f"{chance.amount(50, 20_000)} each")
    made["round"] = f"{chance.choice(['once', 'once', 'each day'])}, {chance.choice(MODES)}"
    return made


def price(chance: Chance) -> str:
    """An amount, a share of the contract's total, or a price finer than a cent."""
    fine = f"{chance.randint(0, 8)}.{chance.randint(100, 999)}{chance.randint(1, 9)} CNY"
    return str(chance.choice([chance.amount(1, 900), f"{chance.randint(1, 900) / 1000:.3f}% of total", fine]))
