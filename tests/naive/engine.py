"""What a contract costs, by counting days: slow, in decimals, and without a line of the real engine."""

import calendar
import re
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from typing import Any

__all__ = ["payable"]

DAY = timedelta(days=1)
MODES = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
Days = dict[date, Decimal]
"""What accrues on each day, in cents, before rounding."""


def payable(contract: dict[str, Any], as_of: date) -> dict[str, int]:
    """Cents payable of each charge, by its id."""
    with localcontext() as context:
        context.prec = 60
        rows = [row for rule in contract["rules"] for row in _charges(contract, rule, as_of)]
        rows = _ceilings(contract, rows, as_of)
        rows = _caps(contract, rows, as_of)
    return {row["id"]: sum(row["paid"].values()) for row in rows}


def cents(text: str) -> Decimal:
    return Decimal(text.split()[0]) * 100


def _charges(contract: dict[str, Any], rule: dict[str, Any], as_of: date) -> list[dict[str, Any]]:
    when = rule["when"]
    if when == "any annex is late":
        found = [(annex["id"], *_late(contract, annex, rule, as_of)) for annex in contract["annexes"]]
    elif when == "any payment is late":
        found = [(p["id"], *_overdue(contract, p, rule, as_of)) for p in contract["payments"]]
    else:
        found = _readings(contract, rule, as_of)
    mode = MODES[rule.get("round", "once, half up").split(", ")[1]]
    rows = []
    for subject, running, once in found:
        if not running and not once:
            continue
        row = {"id": f"{rule['id']}:{subject}", "rule": rule, "mode": mode, "running": running, "once": once}
        row["paid"] = _by_day(_sum(running, once), mode)
        if running or once:
            rows.append(row)
    return rows


def _sum(one: Days, other: Days) -> Days:
    return {day: one.get(day, Decimal(0)) + other.get(day, Decimal(0)) for day in sorted({*one, *other})}


def _by_day(exact: Days, mode: str) -> dict[date, int]:
    """Whole cents for each day: the rounded sum so far, less what was there before."""
    so_far, before, made = Decimal(0), 0, {}
    for day in sorted(exact):
        so_far += exact[day]
        now = int(so_far.quantize(Decimal(1), rounding=mode))
        made[day] = now - before
        before = now
    return made


# lateness


def _late(contract: dict[str, Any], annex: dict[str, Any], rule: dict[str, Any], as_of: date) -> tuple[Days, Days]:
    done = next((e["at"] for e in contract["events"] if e["what"] == "delivered" and e["of"] == annex["id"]), None)
    end = as_of if done is None or done > as_of else done
    late = (end - annex["due"]).days
    if late <= 0:
        return {}, {}
    return _numbered(contract, rule, annex["due"], late)


def _numbered(contract: dict[str, Any], rule: dict[str, Any], due: date, late: int) -> tuple[Days, Days]:
    """Each late day under its number: grace first, then the tier, then what comes once."""
    free = 0
    if "grace" in rule:
        days, kind = re.fullmatch(r"(\d+) days?, (.*)", rule["grace"]).groups()  # type: ignore[union-attr]
        free = int(days)
        if kind == "charged once exceeded" and late > free:
            free = 0
    charged = [n for n in range(1, late + 1) if n > free]
    if not charged:
        return {}, {}
    shift = free if rule.get("counts", "days after grace") == "days after grace" else 0
    running: Days = {}
    if "tiers" in rule:
        reached = _tier(contract, rule, late - shift)
        slab = rule["tiering"] == "all days at the rate reached"
        for n in charged:
            running[due + n * DAY] = reached if slab else _tier(contract, rule, n - shift)
    else:
        size, worth = _per(contract, rule["charge"])
        for n in charged:
            if (n - 1) % size == 0:  # a started block costs on its first day
                running[due + n * DAY] = worth
    once: Days = {}
    if "plus" in rule:
        price, number = re.fullmatch(r"(\S+ [A-Z]{3}) once, on day (\d+)", rule["plus"]).groups()  # type: ignore[union-attr]
        place = int(number) + shift
        if place <= late:
            once[due + place * DAY] = cents(price)
    return running, once


def _per(contract: dict[str, Any], phrase: str) -> tuple[int, Decimal]:
    """Days of a block, and what a block costs."""
    worth, n = re.fullmatch(r"(.*) per (?:(\d+) )?started days?", phrase).groups()  # type: ignore[union-attr]
    return int(n or 1), _worth(contract, worth)


def _worth(contract: dict[str, Any], phrase: str) -> Decimal:
    share = re.fullmatch(r"([\d.]+)% of total", phrase)
    return Decimal(share[1]) / 100 * cents(contract["total"]) if share else cents(phrase)


def _tier(contract: dict[str, Any], rule: dict[str, Any], number: int) -> Decimal:
    for tier in rule["tiers"]:
        phrase, days = tier.split(", ")
        edges = re.fullmatch(r"days (\d+) to (\d+)|from day (\d+)", days)
        assert edges
        first = int(edges[1] or edges[3])
        last = int(edges[2]) if edges[2] else None
        if first <= number and (last is None or number <= last):
            return _per(contract, phrase)[1]
    return Decimal(0)


# payments


def _overdue(contract: dict[str, Any], payment: dict[str, Any], rule: dict[str, Any], as_of: date) -> tuple[Days, Days]:
    """Each late day costs a share of what was open when it began; the day of a payment still finds it open."""
    paid = sorted(
        (e["at"], cents(e["amount"])) for e in contract["events"] if e["what"] == "paid" and e["of"] == payment["id"]
    )
    share = Decimal(re.fullmatch(r"([\d.]+)% of what is unpaid per started day", rule["charge"])[1]) / 100  # type: ignore[index]
    running: Days = {}
    day = payment["due"] + DAY
    while day <= as_of:
        open_ = cents(payment["amount"]) - sum((amount for on, amount in paid if on < day), Decimal(0))
        if open_ <= 0:
            break
        running[day] = share * open_
        day += DAY
    return running, {}


# readings


def _readings(contract: dict[str, Any], rule: dict[str, Any], as_of: date) -> list[tuple[str, Days, Days]]:
    """The mean of a month, rounded, looked up in the bands, charged on the month's last day."""
    measure = contract["measures"][0]
    digits, mode = re.fullmatch(r"(\d) decimals?, (.*)", measure["round"]).groups()  # type: ignore[union-attr]
    found: list[tuple[str, Days, Days]] = []
    first = contract["term"]["from"].replace(day=1)
    while first <= as_of:
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        values = [
            Decimal(e["value"]) for e in contract["events"] if e["what"] == measure["of"] and first <= e["at"] <= last
        ]
        if values and last <= as_of:
            mean = sum(values, Decimal(0)) / len(values)
            reading = mean.quantize(Decimal(10) ** -int(digits), rounding=MODES[mode])
            for held, worth in rule["bands"].items():
                if _holds(held, reading):
                    found.append((f"{measure['id']}/{first:%Y-%m}", {}, {last: _worth(contract, worth)}))
        first = last + DAY
    return found


def _holds(held: str, reading: Decimal) -> bool:
    both = re.fullmatch(r"from ([\d.]+) to below ([\d.]+)", held)
    if both:
        return Decimal(both[1]) <= reading < Decimal(both[2])
    return reading < Decimal(held.removeprefix("below "))


# ceilings and caps


def _ceilings(contract: dict[str, Any], rows: list[dict[str, Any]], as_of: date) -> list[dict[str, Any]]:
    """The rule's own maximum: each, or for all its charges together."""
    for rule in contract["rules"]:
        own = [row for row in rows if row["rule"] is rule]
        if "at_most" not in rule:
            continue
        said = rule["at_most"]
        phrase = said if isinstance(said, str) else said["to"]
        scope = "each" if not isinstance(said, str) else "each" if said.endswith(" each") else "all"
        worth = phrase.removesuffix(" each").removesuffix(" in total")
        limit = int(
            _worth(contract, worth).quantize(
                Decimal(1), rounding=MODES[rule.get("round", "once, half up").split(", ")[1]]
            )
        )
        if scope == "all":
            _shared(own, limit, None, None)
        for row in own if scope == "each" else []:
            if isinstance(said, dict) and said["covers"] == ["running"]:
                held, beside = _by_day(row["running"], row["mode"]), _by_day(row["once"], row["mode"])
                cut = {"id": row["id"], "paid": held}
                _shared([cut], limit, None, None)
                row["paid"] = {d: cut["paid"].get(d, 0) + beside.get(d, 0) for d in sorted({*held, *beside})}
            else:
                _shared([row], limit, None, None)
    return rows


def _caps(contract: dict[str, Any], rows: list[dict[str, Any]], as_of: date) -> list[dict[str, Any]]:
    for cap in contract.get("caps", ()):
        group = [row for row in rows if row["rule"].get("head") in cap["covers"]]
        group = [row for row in group if _debtor(contract, row) == cap["limits"]]
        worth, _, scope = cap["to"].partition(" in ")
        limit = int(_worth(contract, worth).quantize(Decimal(1), rounding=ROUND_DOWN))  # a cap is never exceeded
        if scope == "total":
            _shared(group, limit, None, None)
            continue
        first = contract["term"]["from"]
        while first <= as_of:
            after = first.replace(year=first.year + 1)
            _shared(group, limit, first, after)
            first = after
    return rows


def _debtor(contract: dict[str, Any], row: dict[str, Any]) -> str:
    return "client" if row["rule"]["when"] == "any payment is late" else "provider"


def _shared(rows: list[dict[str, Any]], limit: int, first: date | None, after: date | None) -> None:
    """Day by day, first come; on the day on which it runs out in proportion, odd cents to the largest remainders."""
    days = sorted(
        {
            day
            for row in rows
            for day in row["paid"]
            if (first is None or first <= day) and (after is None or day < after)
        }
    )
    left = limit
    for day in days:
        wanted = [row["paid"].get(day, 0) for row in rows]
        total = sum(wanted)
        if total <= left:
            left -= total
            continue
        shares = [left * want // total for want in wanted]
        order = sorted(range(len(rows)), key=lambda i: (-(left * wanted[i] % total), rows[i]["id"]))
        for i in order[: left - sum(shares)]:
            shares[i] += 1
        for row, share in zip(rows, shares, strict=True):
            row["paid"][day] = share
        left = 0
