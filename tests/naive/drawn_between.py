"""Random contracts with several debts, and payments that name none of them."""

from datetime import date, timedelta
from typing import Any

__all__ = ["drawn"]

Chance = Any
"""The one of `chance.py`; this folder is no package."""
FIRST = date(2027, 1, 1)
HOWS = [
    "debtor's choice, then oldest due",
    "creditor's choice",
    "pro rata",
    "debtor's choice, then due, least secured, heaviest, oldest, pro rata",
    "debtor's choice, then creditor's, running account oldest first",
]


def drawn(chance: Chance) -> tuple[dict[str, Any], date]:
    """A contract as the table of its file, and the day asked about."""
    how = chance.choice(HOWS)
    dues = [chance.day(FIRST, 30, 300) for _ in range(3)]
    if chance.often(0.4):
        dues = [chance.choice(dues) for _ in dues]
    sizes = [chance.randint(100, 900_000) for _ in dues]
    payments = [
        {"id": f"P{n}", "owed_by": "client", "amount": chance.shown(size), "due": due, "order": "costs, interest, principal",
         **chance.maybe(0.3, "secured", chance.shown(size))}
        for n, (size, due) in enumerate(zip(sizes, dues, strict=True), 1)
    ]  # fmt: skip
    rates = [chance.choice(["6", "6", "9.5", f"{chance.randint(1, 300) / 10}"]) for _ in payments]
    rules = [
        {"id": f"unpaid-{n}", "clause": "9", "when": f"P{n} is late", "head": "payment",
         "charge": f"{rate}% of what is unpaid per year"}
        for n, rate in enumerate(rates, 1)
        if chance.often(0.7)
    ]  # fmt: skip
    table: dict[str, Any] = {
        "spondeo": 1,
        "number": "NAIVE",
        "signed": FIRST,
        "term": {"from": FIRST, "until": date(2028, 12, 31)},
        "counting": {"preset": "plain-24x7@1", "zone": "UTC", "lateness_by": "dates", "allocation_between": how,
                     "day_basis": chance.choice(["/365", "/360"]), "interest_days": "due day out, payment day in"},
        "parties": {
            "provider": {"label": "Provider", "name": "Example Services Ltd."},
            "client": {"label": "Client", "name": "Example Retail Ltd."},
        },
        "payments": payments,
        "rules": rules,
        "events": [],
    }  # fmt: skip
    as_of = chance.day(FIRST, 60, 500)
    days = sorted({chance.randint(20, 400) for _ in range(chance.randint(1, 5))})
    for n, number in enumerate(days):
        at = FIRST + timedelta(days=number)
        amount = chance.shown(chance.randint(1, sum(sizes) // 2))
        table["events"].append({"what": "paid", "id": f"X{n}", "by": "client", "at": at, "amount": amount})
        for by, often in (("client", 0.3), ("provider", 1 if how == "creditor's choice" else 0.2)):
            if chance.often(often):
                of = f"P{chance.randint(1, 3)}"
                table["events"].append({"what": "designated", "of": of, "about": f"X{n}", "by": by, "at": at})
    return table, as_of
