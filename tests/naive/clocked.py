"""Delay by the clock: the time that something is late laid end to end in units, each with its price, and what comes once."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

__all__ = ["payable"]

HOURS = {"hour": 1, "day": 24, "week": 168}
MODES = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": "ROUND_DOWN"}
Contract = dict[str, Any]


def payable(contract: Contract, as_of: date) -> dict[str, int]:
    """Cents payable of each charge, by its id."""
    found = {}
    for annex in contract["annexes"]:
        for rule in contract["rules"]:
            charge = _charge(contract, rule, annex, as_of)
            if charge is not None:
                found[f"{rule['id']}:{annex['id']}"] = charge
    return found


def whole(exact: Fraction, mode: str) -> int:
    with localcontext() as context:
        context.prec = 60
        return int((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), rounding=MODES[mode]))


def _charge(contract: Contract, rule: Contract, annex: Contract, as_of: date) -> int | None:
    due = datetime.fromisoformat(annex["due"]).replace(tzinfo=UTC)
    now = _midnight(as_of)
    done = next((e["at"] for e in contract["events"] if e["what"] == "delivered" and e["of"] == annex["id"]), now)
    late = Fraction(int((min(done, now) - due).total_seconds()), 3600)
    free = Fraction(0)
    if "grace" in rule:
        n, kind = re.fullmatch(r"(\d+) days?, (.*)", rule["grace"]).groups()  # type: ignore[union-attr]
        ends = _midnight(due.date() + timedelta(days=int(n)))
        free = Fraction(int((ends - due).total_seconds()), 3600)
        if late <= free:
            return None
        if kind == "charged once exceeded":
            free = Fraction(0)
    if late <= free:
        return None
    part, mode = rule["round"].split(", ")
    parts = _parts(rule, late - free)
    reached = sum(1 for share in parts if share)
    each = [_price(contract, rule, n + 1, reached) * share for n, share in enumerate(parts)]
    if part == "each day":
        each = [Fraction(whole(one, mode)) for one in each]
    running = sum(each, Fraction(0))
    once = Fraction(_cents(rule["plus"])) if "plus" in rule else Fraction(0)
    how = contract["counting"].get("one_off", "besides")
    if once and how == "instead":
        running = Fraction(0)
    if once and how == "counted towards it":
        once = max(Fraction(0), once - running)
    made = whole(running + once, mode)
    return _within(contract, rule, made, mode)


def _midnight(day: date) -> datetime:
    """The end of a day."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _parts(rule: Contract, late: Fraction) -> list[Fraction]:
    """How much of each unit counts, one unit after the other."""
    phrase = rule["tiers"][0].split(",")[0] if "tiers" in rule else rule["charge"]
    n, how, unit = re.search(r" per (?:(\d+) )?(\w+) (hour|day|week)s?$", phrase).groups()  # type: ignore[union-attr]
    size = Fraction(int(n or 1) * HOURS[unit])
    parts = []
    while late > 0:
        share = min(Fraction(1), late / size)
        parts.append({"started": Fraction(1), "completed": Fraction(int(share)), "exact": share}[how])
        late -= size
    return parts


def _price(contract: Contract, rule: Contract, number: int, reached: int) -> Fraction:
    """What a unit of this number costs; a price that is rounded first is rounded half up, as is usual."""
    phrase = rule.get("charge", "")
    if "tiers" in rule:
        wanted = reached if rule["tiering"] == "all days at the rate reached" else number
        for tier in rule["tiers"]:
            phrase, _, days = tier.partition(", ")
            first, last = re.fullmatch(r"(?:from day|days) (\d+)(?: to (\d+))?", days).groups()  # type: ignore[union-attr]
            if int(first) <= wanted and (last is None or wanted <= int(last)):
                break
    share = re.match(r"([\d.]+)% of total", phrase)
    exact = Fraction(share[1]) / 100 * _cents(contract["total"]) if share else Fraction(phrase.split()[0]) * 100
    return Fraction(whole(exact, "half up")) if contract["counting"].get("unit_price") == "rounded first" else exact


def _within(contract: Contract, rule: Contract, made: int, mode: str) -> int | None:
    """No less than the least, no more than the most."""
    if "minimum" in rule and made < _cents(rule["minimum"]):
        if contract["counting"].get("minimum") == "dropped below it":
            return None
        made = _cents(rule["minimum"])
    if "at_most" in rule:
        made = min(made, _cents(rule["at_most"]))
    return made


def _cents(text: str) -> int:
    return int(Decimal(text.split()[0]) * 100)
