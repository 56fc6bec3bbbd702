"""Payments that name no debt, worked out day by day: which debt gets what, and in it first the interest, then the price."""

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

__all__ = ["worked"]

DAY = timedelta(days=1)
HOW_BY_LAW = "debtor's choice, then due, least secured, heaviest, oldest, pro rata"
Debt = dict[str, Any]
"""One debt: `id`, `due`, `secured`, `rate` a year; and so far `open`, the `exact` interest and what of it is `settled`."""


def worked(contract: dict[str, Any], as_of: date) -> dict[str, tuple[int, int, int]]:
    """Of each debt: cents of interest so far, of interest already paid, and of the price still open."""
    debts = [_debt(contract, one) for one in contract["payments"]]
    basis = int(contract["counting"]["day_basis"].removeprefix("/"))
    events = [event for event in contract["events"] if event["what"] == "paid"]
    day = min([one["due"] for one in debts] + [event["at"] for event in events])
    while day <= as_of:
        for debt in debts:
            if day > debt["due"]:
                debt["exact"] += debt["open"] * debt["rate"] / basis
        for event in events:
            if event["at"] == day:
                _paid(contract, debts, event, as_of)
        day += DAY
    return {one["id"]: (_interest(one) + one["settled"], one["settled"], one["open"]) for one in debts}


def _debt(contract: dict[str, Any], said: dict[str, Any]) -> Debt:
    rates = {rule["when"]: rule["charge"] for rule in contract["rules"]}
    yearly = Fraction(rates.get(f"{said['id']} is late", "0%").split("%")[0]) / 100
    start = {"open": _cents(said["amount"]), "exact": Fraction(0), "settled": 0}
    return {"id": said["id"], "due": said["due"], "secured": "secured" in said, "rate": yearly, **start}


def _interest(debt: Debt) -> int:
    return int(math.floor(debt["exact"] + Fraction(1, 2)) - debt["settled"])


def _paid(contract: dict[str, Any], debts: list[Debt], event: dict[str, Any], as_of: date) -> None:
    left = _cents(event["amount"])
    how = contract["counting"]["allocation_between"]
    owing = [debt for debt in debts if debt["open"] or _interest(debt)]
    chosen = next((debt for debt in debts if debt["id"] == _chosen(contract, event, how, as_of)), None)
    if chosen is not None:
        _settle(chosen, left)  # what is too much for the one that was named is over
        return
    rank = {"pro rata": _due, HOW_BY_LAW: _by_law}.get(how, _oldest)
    while owing and left:
        first = min(rank(debt, event["at"]) for debt in owing)
        alike = [debt for debt in owing if rank(debt, event["at"]) == first]
        left = _together(alike, left)
        owing = [debt for debt in owing if debt not in alike]


def _chosen(contract: dict[str, Any], event: dict[str, Any], how: str, as_of: date) -> str | None:
    """Whose word counts: the debtor's, the creditor's, or nobody's where the contract shares in proportion."""
    words = {e["by"]: e["of"] for e in contract["events"]
             if e["what"] == "designated" and e["about"] == event["id"] and e["at"] <= as_of}  # fmt: skip
    if how == "creditor's choice":
        return words.get("provider")
    if how == "pro rata":
        return None
    return words.get("client") or (words.get("provider") if "then creditor's" in how else None)


def _due(debt: Debt, day: date) -> Any:
    return day < debt["due"]


def _oldest(debt: Debt, day: date) -> Any:
    return debt["due"]


def _by_law(debt: Debt, day: date) -> Any:
    """Civil Code 560(2): due, least secured, heaviest, oldest; equals share in proportion."""
    return day < debt["due"], debt["secured"], -debt["rate"], debt["due"]


def _together(debts: list[Debt], paid: int) -> int:
    """In proportion to what is owed, odd cents to the largest remainders; what is left over goes on."""
    wanted = [debt["open"] + _interest(debt) for debt in debts]
    total = sum(wanted)
    if paid >= total:
        for debt, want in zip(debts, wanted, strict=True):
            _settle(debt, want)
        return int(paid - total)
    shares = [paid * want // total for want in wanted]
    order = sorted(range(len(debts)), key=lambda n: (-(paid * wanted[n] % total), debts[n]["id"]))
    for n in order[: paid - sum(shares)]:
        shares[n] += 1
    for debt, share in zip(debts, shares, strict=True):
        _settle(debt, share)
    return 0


def _settle(debt: Debt, paid: int) -> int:
    """Interest first, then the price; what is left over goes on."""
    interest = min(paid, _interest(debt))
    debt["settled"] += interest
    price = min(paid - interest, debt["open"])
    debt["open"] -= price
    return int(paid - interest - price)


def _cents(text: str) -> int:
    return int(Decimal(text.split()[0]) * 100)
