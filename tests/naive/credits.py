"""Credits month by month and cases that miss several limits: bands, ceilings by window, the worst of several dimensions."""

import calendar
import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

__all__ = ["payable"]

DAY = timedelta(days=1)
Contract = dict[str, Any]
Row = dict[str, Any]
"""One charge: its `id`, the `day` that it belongs to, its `case` and its `cents`."""


def payable(contract: Contract, as_of: date) -> dict[str, int]:
    """Cents payable of each charge, by its id."""
    rows = []
    for rule in contract["rules"]:
        made = _credits(contract, rule, as_of) if "bands" in rule else _late(contract, rule, as_of)
        if "at_most" in rule:
            _at_most(contract, rule["at_most"], made)
        rows += made
    if contract["counting"].get("worst_dimension") == "the worst":
        for case in {row["case"] for row in rows if row["case"]}:
            missed = [row for row in rows if row["case"] == case]
            worst = max(missed, key=lambda row: row["cents"])
            for row in missed:
                row["cents"] = row["cents"] if row is worst else 0
    return {row["id"]: row["cents"] for row in rows}


def whole(exact: Fraction) -> int:
    with localcontext() as context:
        context.prec = 60
        return int((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def cents(text: str) -> Fraction:
    return Fraction(text.split()[0]) * 100


# credits


def _credits(contract: Contract, rule: Contract, as_of: date) -> list[Row]:
    """One credit for each month whose mean lies in a band, on the month's last day."""
    rows: list[Row] = []
    day = contract["term"]["from"]
    while True:
        last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        if last > as_of:
            return rows
        read = [Fraction(e["value"]) for e in contract["events"] if e["what"] == "reading" and day <= e["at"] <= last]
        if read:
            exact = sum(read, Fraction(0)) / len(read) * 100
            value = Fraction(whole(exact)) / 100  # two decimals, half up
            if any(value < edge for edge, _ in _bands(rule)):
                made = whole(_priced(contract, rule, value))
                id_ = f"{rule['id']}:level/{day:%Y-%m}"
                rows.append({"id": id_, "day": last, "case": None, "cents": made})
        day = last + DAY


def _bands(rule: Contract) -> list[tuple[Fraction, str]]:
    """The edges from above, each with what lies below it."""
    found = [(Fraction(words.removeprefix("below ")), charge) for words, charge in rule["bands"].items()]
    return sorted(found, reverse=True)


def _priced(contract: Contract, rule: Contract, value: Fraction) -> Fraction:
    hit = [(edge, charge) for edge, charge in _bands(rule) if value < edge]
    if rule["take"] == "the worst band":
        return _worth(contract, hit[-1][1])
    if rule["take"] == "the sum of the bands":
        return sum((_worth(contract, charge) for _, charge in hit), Fraction(0))
    total = Fraction(0)
    for n, (edge, charge) in enumerate(hit):
        floor = hit[n + 1][0] if n + 1 < len(hit) else value
        total += (edge - floor) * cents(charge)
    return total


def _worth(contract: Contract, words: str) -> Fraction:
    share = re.match(r"([\d.]+)% of the month's fee", words)
    return Fraction(share[1]) / 100 * cents(contract["payments"][0]["amount"]) if share else cents(words)


# cases


def _late(contract: Contract, rule: Contract, as_of: date) -> list[Row]:
    """Of each case every step that took too long: so much for each started hour."""
    rows = []
    for begun in (event for event in contract["events"] if event["what"] == "handed"):
        for step in contract["steps"]:
            of_case = [event for event in contract["events"] if event["about"] == begun["about"]]
            done = next(event["at"] for event in of_case if event["what"] == step["stops"])
            due = begun["at"] + timedelta(hours=int(step["within"].split()[0]))
            minutes = int((done - due).total_seconds()) // 60
            if minutes > 0:
                made = int(-(-minutes // 60) * cents(rule["charge"]))
                subject = f"{step['id']}/{begun['about']}"
                row = {"id": f"{rule['id']}:{subject}", "case": begun["about"], "cents": made}
                rows.append({**row, "day": begun["at"].date()})
    return rows


# ceilings


def _at_most(contract: Contract, said: str, rows: list[Row]) -> None:
    """Each, in total, in windows, or in any so many months with this one in."""
    limit = whole(cents(said))
    rolling = re.search(r"in any (\d+) months", said)
    rows.sort(key=lambda row: row["day"])
    for n, row in enumerate(rows):
        if rolling:
            since = _back(row["day"], int(rolling[1]))
            before = [one for one in rows[:n] if one["day"] > since]
        else:
            now = _window(contract, said, row["day"])
            before = [one for one in rows[:n] if _window(contract, said, one["day"]) == now]
        used = 0 if said.endswith(" each") else sum(one["cents"] for one in before)
        row["cents"] = max(0, min(row["cents"], limit - used))


def _window(contract: Contract, said: str, day: date) -> Any:
    start = contract["term"]["from"]
    if said.endswith("contract year"):
        return day.year - ((day.month, day.day) < (start.month, start.day))
    if said.endswith("calendar quarter"):
        return day.year, (day.month - 1) // 3
    return day.year if said.endswith("calendar year") else 0


def _back(day: date, months: int) -> date:
    """The same day so many months ago, or the last of that month."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
