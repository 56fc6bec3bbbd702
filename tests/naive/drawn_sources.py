"""Random contracts under which a cap is used up by more than what it limits, and a loss may have two debtors."""

from datetime import date, timedelta
from typing import Any

__all__ = ["drawn"]

Chance = Any
"""The one of `chance.py`; this folder is no package."""
KINDS = ("credits", "refunds", "costs", "agreed sums")
FEES = "fees of the last 12 months in total"


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
    """A contract as the table of its file, and the day asked about."""
    start = date(2027, chance.randint(1, 12), 1)
    years = chance.choice([1, 2])
    end = start.replace(year=start.year + years) - timedelta(days=1)
    heads = {"outage": "service level", "refund": "refund", "expense": "costs"}
    both = ["provider", "guarantor"]
    chance.shuffle(both)
    sources = both if chance.often(0.5) else ["provider"]
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "total": chance.amount(10_000, 900_000),
        "signed": start,
        "term": {"from": start, "until": end},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC", "lateness_by": "dates"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "third_parties": {"guarantor": {"name": "Example Guarantee Ltd.", "engaged_by": "provider", "signs": True}},
        "event_kinds": {"outage": {}, "refund": {}, "expense": {}},
        "annexes": [{"id": "A1", "owed_by": "provider", "due": chance.day(start, 20, 300)}],
        "rules": [
            {"id": "late", "clause": "11", "when": "any annex is late", "owed_by": "provider", "owed_to": "client",
             "head": "delay", "charge": f"{chance.amount(1, 300)} per started day"}
        ] + [
            {"id": f"loss-{one}", "clause": "9", "when": "a loss is proven", "owed_by": one, "owed_to": "client",
             "head": "loss", "charge": "the loss proven"}
            for one in sources
        ] + [
            {"id": kind, "clause": "10", "when": f"each {kind}", "owed_by": "provider", "owed_to": "client", "head": head,
             "kind": of, "charge": f"{chance.amount(1, 3000)} each time"}
            for (kind, head), of in zip(heads.items(), KINDS, strict=False)
        ],
        "events": [],
    }  # fmt: skip
    table["events"] = happened(chance, start, table["annexes"][0]["due"])
    disputes(chance, table)
    knobs(chance, table["counting"])
    caps(chance, table, sources)
    return table, chance.day(start, 100, 800)


def happened(chance: Chance, start: date, due: date) -> list[dict[str, Any]]:
    days = [chance.randint(1, 720) for _ in range(chance.randint(1, 7))]
    if chance.often(0.4):
        days = [chance.choice(days) for _ in days]
    made = []
    for n, day in enumerate(days):
        at = start + timedelta(days=day)
        if chance.often(0.4):
            made.append({"what": chance.choice(["outage", "refund", "expense"]), "id": f"X{n}", "at": at})
            continue
        made.append(
            {"what": "loss proven", "id": f"L{n}", "at": at, "amount": chance.amount(1, 9000),
             **chance.maybe(0.3, "head", "data"), **chance.maybe(0.2, "fault", "intent")}
        )  # fmt: skip
        for _ in range(chance.choice([0, 0, 0, 1, 2])):
            made.append(
                {"what": "own fault found", "of": f"L{n}", "by": "client", "at": at + timedelta(days=chance.randint(1, 60)),
                 "value": f"{chance.choice([10, 25, 40, 50])}%"}
            )  # fmt: skip
    if chance.often(0.8):
        made.append({"what": "delivered", "of": "A1", "at": due + timedelta(days=chance.randint(-5, 90))})
    return made


def disputes(chance: Chance, table: dict[str, Any]) -> None:
    """Some losses are disputed, which holds their headroom, or does not."""
    table["counting"]["reserved"] = chance.choice(["disputed reserves", "none reserve"])
    lost = [event for event in table["events"] if event["what"] == "loss proven"]
    debtor = next(rule["id"] for rule in table["rules"] if rule["id"].startswith("loss-"))
    for event in lost:
        if chance.often(0.2):
            at = event["at"] + timedelta(days=chance.randint(1, 90))
            table["events"].append({"what": "disputed", "of": f"{debtor}:{event['id']}", "at": at})


def knobs(chance: Chance, counting: dict[str, Any]) -> None:
    if chance.often(0.4):
        counting["double_cover"] = chance.choice(["no more than the loss", "each in full"])
    if chance.often(0.5):
        counting["own_share"] = chance.choice(["before the cap", "after the cap"])
    if chance.often(0.5):
        counting["remainder"] = chance.choice(["largest remainder", "last", "first"])


def caps(chance: Chance, table: dict[str, Any], sources: list[str]) -> None:
    general: dict[str, Any] = {"id": "general", "clause": "20", "limits": "provider"}
    if chance.often(0.25):
        general |= {"covers": ["everything"], "counts": {kind: chance.often(0.5) for kind in KINDS} | {"damages": True}}
    else:
        heads = ["loss", "data", "service level", "refund", "costs", "delay"]
        general["covers"] = ["loss", *chance.sample(heads[1:], chance.randint(0, 3))]
        chance.shuffle(general["covers"])
        open_ = dict(zip(("service level", "refund", "costs", "delay"), KINDS, strict=True))
        general["counts"] = {kind: chance.often(0.5) for head, kind in open_.items() if head not in general["covers"]}
    if chance.often(0.4):
        general["except"] = [chance.choice(["intent", "fraud"])]
        general["erodes"] = chance.often(0.5)
    general["window"] = "the day it accrued"
    general["order"] = chance.choice(["first come", "first come", "first come; same day pro rata"])
    chance.choice([plain, plain, fees, renewed, changed])(chance, table, general)
    table["caps"] = [general]
    if chance.often(0.3):
        heads = ["loss", "delay"] if general["covers"] == ["everything"] else general["covers"]
        table["caps"].append(
            {"id": "inner", "clause": "20.1", "limits": "provider", "covers": [chance.choice(heads)], "within": "general",
             "to": f"{size(chance)} in {chance.choice(['total', 'each contract year'])}", "renewal": "goes on",
             "window": "the day it accrued", "order": "first come", **chance.maybe(0.3, "counts", {"credits": True})}
        )  # fmt: skip
    if "guarantor" in sources and chance.often(0.8):
        to = f"{chance.amount(50, 12_000)} in {chance.choice(['total', 'each contract year'])}"
        table["caps"].append(
            {"id": "second", "clause": "21", "limits": "guarantor", "covers": ["loss", "data"], "to": to,
             "window": "the day it accrued", "order": "first come", "renewal": "goes on"}
        )  # fmt: skip
    chance.shuffle(table["caps"])


def size(chance: Chance) -> str:
    return f"{chance.percent(4)} of total" if chance.often(0.3) else chance.amount(50, 12_000)


def plain(chance: Chance, table: dict[str, Any], cap: dict[str, Any]) -> None:
    """One limit for all time or each year, and any order."""
    cap["to"] = f"{size(chance)} in {chance.choice(['total', 'each contract year'])}"
    if chance.often(0.3):
        cap["order"] = "pro rata"
    elif cap["covers"] != ["everything"] and chance.often(0.3):
        cap["order"] = "by head"


def fees(chance: Chance, table: dict[str, Any], cap: dict[str, Any]) -> None:
    """A share of the fees of the last twelve months, with or without a sum beside it."""
    start = table["term"]["from"]
    table["payments"] = [
        {"id": "fee", "owed_by": "client", "amount": chance.amount(50, 3000), "due": "each month, by its last day"}
    ]
    cap["to"], cap["fees"] = f"{chance.choice([50, 100, 150])}% of {FEES}", chance.choice(["paid", "payable"])
    if chance.often(0.5):
        cap["or"], cap["takes"] = chance.amount(50, 12_000), chance.choice(["greater", "lesser"])
    bases = ["so far", "annualised", *(["payable for the term"] if cap["fees"] == "payable" else [])]
    table["counting"]["fees_base"] = chance.choice(bases)
    if table["counting"]["fees_base"] == "annualised":  # what a year makes of a broken month nobody says
        cap["covers"], cap["counts"] = ["loss", "data"], {}
        for event in table["events"]:
            if event["what"] == "loss proven":
                event["at"] = max(event["at"], start + timedelta(days=32)).replace(day=1)
    for n in range(24 if start.replace(year=start.year + 1) < table["term"]["until"] else 12):
        first = (start.replace(day=1) + timedelta(days=31 * n + 15)).replace(day=1) if n else start
        if chance.often(0.7):
            table["events"].append(
                {"what": "paid", "of": f"fee/{first:%Y-%m}", "at": first + timedelta(days=chance.randint(1, 40)),
                 "amount": table["payments"][0]["amount"]}
            )  # fmt: skip


def renewed(chance: Chance, table: dict[str, Any], cap: dict[str, Any]) -> None:
    """A limit for the contract, which goes on by itself."""
    cap["to"] = f"{size(chance)} in {chance.choice(['total', 'total', 'each contract year'])}"
    table["renewal"] = {"tacit": "1 year"}
    cap["renewal"] = chance.choice(["new headroom", "goes on"])


def changed(chance: Chance, table: dict[str, Any], cap: dict[str, Any]) -> None:
    """A limit that is amended while it is being used up."""
    scope = chance.choice(["in total", "in each contract year"])
    cap["to"] = f"{chance.amount(50, 12_000)} {scope}"
    hows = ["new limit less used", "fresh", *(["by days"] if scope.endswith("year") else [])]
    table["counting"]["cap_change"] = chance.choice(hows)
    table["counting"]["reserved"] = "disputed reserves"  # who is last before and after a change nobody says
    agreed = chance.day(table["term"]["from"], 1, 360)
    table["amendments"] = [
        {"id": "S1", "agreed": agreed, "effective": agreed + timedelta(days=chance.randint(0, 30)), "applies": "days",
         "set": {f"caps.{cap['id']}.to": f"{chance.amount(50, 12_000)} {scope}"}}
    ]  # fmt: skip
