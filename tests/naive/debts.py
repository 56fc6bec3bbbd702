"""Debts worked out day by day: interest on what is open, and what each part payment settles first."""

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

__all__ = ["worked"]

DAY = timedelta(days=1)


def worked(contract: dict[str, Any], as_of: date) -> dict[str, tuple[int, int, int]]:
    """Of each payment that is owed: cents of interest so far, of interest already paid, and of the price still open."""
    return {one["id"]: _debt(contract, one, as_of) for one in contract["payments"]}


def _debt(contract: dict[str, Any], owed: dict[str, Any], as_of: date) -> tuple[int, int, int]:
    words = contract["rules"][0]["charge"]
    yearly = Fraction(words.split("%")[0]) / 100
    basis = contract["counting"]["day_basis"]
    open_, exact, settled = _cents(owed["amount"]), Fraction(0), 0
    day = min([owed["due"], *(e["at"] for e in contract["events"])])
    while day <= as_of:
        if day > owed["due"]:  # the due day is out, the day of a payment is in
            exact += open_ * yearly / _days_of_year(basis, day)
        given = [_cents(e["amount"]) for e in contract["events"] if e["of"] == owed["id"] and e["at"] == day]
        if given:  # what is paid on one day is one payment, in however many parts
            interest = _half_up(exact) - settled
            price, paid = _allocated(owed["order"], sum(given), open_, interest)
            open_ -= price
            settled += paid
        day += DAY
    return _half_up(exact), settled, open_


def _half_up(exact: Fraction) -> int:
    return math.floor(exact + Fraction(1, 2))


def _days_of_year(basis: str, day: date) -> int:
    if basis == "actual-actual":
        return 366 if day.year % 4 == 0 else 365
    return int(basis.removeprefix("/"))


def _allocated(order: str, paid: int, open_: int, interest: int) -> tuple[int, int]:
    """What of a payment settles the price, and what the interest."""
    if order == "principal first":
        price = min(paid, open_)
        return price, min(paid - price, interest)
    if order == "costs, interest, principal":
        first = min(paid, interest)
        return min(paid - first, open_), first
    whole = open_ + interest
    if paid >= whole:
        return open_, interest
    price, first = paid * open_ // whole, paid * interest // whole
    if price + first < paid:  # the odd cent goes to the larger remainder
        larger = paid * open_ % whole > paid * interest % whole
        return (price + 1, first) if larger else (price, first + 1)
    return price, first


def _cents(text: str) -> int:
    return int(Decimal(text.split()[0]) * 100)
