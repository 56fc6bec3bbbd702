"""Random contracts under which only losses cost: a third party's limit, and caps of every kind above it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

__all__ = ["drawn"]

Chance = Any
"""The one of `chance.py`; this folder is no package."""
FIRST = date(2027, 1, 1)


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
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
        "total": chance.amount(10_000, 900_000),
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
             "amount": chance.amount(1, 9000), "cause": chance.choice(["fire", "flood"]), "person": chance.choice(["one", "two"]),
             **({"head": chance.choice(["data", "fraud"])} if chance.random() < 0.4 else {}),
             **({"fault": "intent"} if chance.random() < 0.2 else {})}
            for n, day_ in enumerate(days_)
        ],
    }  # fmt: skip
    third(chance, table)
    table["caps"] = chance.choice([one_cap, nested, increased])(chance, apart)
    return table, start + timedelta(days=chance.randint(100, 800))


def third(chance: Chance, table: dict[str, Any]) -> None:
    """The limit of the third party, what lies above it, how it is raised, and what may be had back."""
    lab, counting, start = table["third_parties"]["lab"], table["counting"], table["signed"]
    counting["excess"] = chance.choice(["engager", "client"])
    counting["recourse_base"] = chance.choice(["what the debtor must pay", "gross loss"])
    if chance.random() < 0.4:
        return
    per = chance.choice(["in total", "in total", "in each contract year", "each"])
    lab["limit"] = f"{chance.amount(1, 9000)} {per}"
    if chance.random() < 0.2:
        lab["limit_except"] = [chance.choice(["intent", "data"])]
    if chance.random() < 0.4:
        one, other = chance.randint(1, 4), 5
        lab["excess"] = {"client": f"{one}/{other}", "provider": f"{other - one}/{other}"}
        if chance.random() < 0.4:
            lab["excess_if"] = "agreement signed"
            if chance.random() < 0.7:
                at = start + timedelta(days=chance.randint(0, 400))
                table["events"].append({"what": "agreement signed", "of": "lab", "by": "lab", "at": at})
    if chance.random() < 0.3:
        agreed = start + timedelta(days=chance.randint(0, 300))
        raised = int(Decimal(lab["limit"].split()[0]) * 100) + chance.randint(1, 900_000)
        table["amendments"] = [
            {"id": "S1", "agreed": agreed, "applies": "losses",
             "set": {"third_parties.lab.limit": f"{chance.shown(raised)} {per}"}}
        ]  # fmt: skip
        counting["limit_raise"] = chance.choice(["notice and consent", "notice"])
        for what, by in (("notified in writing", "provider"), ("consents", "lab")):
            if chance.random() < 0.8:
                at = agreed + timedelta(days=chance.randint(0, 90))
                table["events"].append({"what": what, "of": "S1", "by": by, "at": at})


def limit(chance: Chance) -> str:
    return f"{chance.randint(1, 40) / 10}% of total" if chance.random() < 0.3 else chance.amount(50, 12_000)


def scoped(chance: Chance, *scopes: str) -> str:
    return f"{limit(chance)} {chance.choice(scopes)}"


def base(id_: str, covers: list[str], to: str, order: str | None = "first come") -> dict[str, Any]:
    cap = {"id": id_, "clause": "20", "limits": "provider", "covers": covers, "to": to, "window": "the day it accrued"}
    return {**cap, **({"order": order} if order else {})}


SHARED = ("in total", "in each contract year", "in each calendar year", "in each calendar quarter")
EACH = ("for each claim", "for each event", "for each person", "for each head", "for each third party")


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
        cap["or"], cap["takes"] = chance.amount(50, 12_000), chance.choice(["greater", "lesser"])
    if cap["to"].split()[-1] != "person" and not rolling and chance.random() < 0.5:
        if chance.random() < 0.6:
            cap["deductible"] = chance.amount(1, 4000)
            cap["deductible_per"] = chance.choice(["claim", "window"]) if apart else "claim"
        if chance.random() < 0.4:
            cap["attachment"] = chance.amount(1, 4000)
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
