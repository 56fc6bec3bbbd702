"""What uses a cap up and who pays: losses, credits, refunds, costs and delay of several debtors, day by day, in cents."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

__all__ = ["payable"]

DAY = timedelta(days=1)
Row = dict[str, Any]
"""One charge: `id`, `debtor`, `head`, `kind`, `fault`, and `paid`: the cents of each day."""


def payable(contract: dict[str, Any], as_of: date) -> dict[str, int]:
    """Cents payable of each charge, by its id: the debtors in the order of the rules."""
    rows = _charges(contract, as_of)
    after = contract["counting"].get("own_share") == "after the cap"
    if not after:
        for row in rows:
            _own_share(contract, row, as_of)
    covered = contract["counting"].get("double_cover", "no more than the loss") == "no more than the loss"
    met: dict[str, int] = {}
    for debtor in dict.fromkeys(row["debtor"] for row in rows):
        own = [row for row in rows if row["debtor"] == debtor]
        for row in own:
            if row["kind"] == "damages" and covered:
                _keep(row, sum(row["paid"].values()) - met.get(row["event"], 0))
        for cap in _inner_first(contract, debtor):
            _cut(contract, cap, own, as_of)
        for row in own:
            if row["kind"] == "damages":
                met[row["event"]] = met.get(row["event"], 0) + sum(row["paid"].values())
    if after:
        for row in rows:
            _own_share(contract, row, as_of)
    return {row["id"]: sum(row["paid"].values()) for row in rows}


def cents(text: str) -> int:
    return int(Decimal(text.split()[0]) * 100)


# what is charged


def _charges(contract: dict[str, Any], as_of: date) -> list[Row]:
    rows = []
    for rule in contract["rules"]:
        kind = rule.get("kind", "damages" if rule["when"] == "a loss is proven" else "agreed sums")
        for event, paid, head in _found(contract, rule, as_of):
            rows.append(
                {
                    "id": f"{rule['id']}:{event['id']}",
                    "event": event["id"],
                    "debtor": rule["owed_by"],
                    "head": head,
                    "kind": kind,
                    "fault": event.get("fault"),
                    "paid": paid,
                }
            )
    return rows


def _found(
    contract: dict[str, Any], rule: dict[str, Any], as_of: date
) -> Iterable[tuple[dict[str, Any], dict[date, int], str]]:
    """The facts that a rule answers to, and what each costs on which day."""
    events = sorted((event for event in contract["events"] if event["at"] <= as_of), key=lambda event: event["at"])
    if rule["when"] == "any annex is late":
        for annex in contract["annexes"]:
            done = next((e["at"] for e in events if e["what"] == "delivered" and e["of"] == annex["id"]), as_of)
            late = {annex["due"] + n * DAY: cents(rule["charge"]) for n in range(1, (done - annex["due"]).days + 1)}
            if late:
                yield annex, late, rule["head"]
    elif rule["when"] == "a loss is proven":
        for event in events:
            if event["what"] == "loss proven":
                yield event, {event["at"]: cents(event["amount"])}, event.get("head", rule["head"])
    else:
        for event in events:
            if f"each {event['what']}" == rule["when"]:
                yield event, {event["at"]: cents(rule["charge"])}, rule["head"]


def _own_share(contract: dict[str, Any], row: Row, as_of: date) -> None:
    """What the creditor bears of it by its own fault; the last finding holds."""
    found = [e for e in contract["events"] if e["what"] == "own fault found" and e["at"] <= as_of]
    found = sorted((e for e in found if e["of"] == row["event"]), key=lambda e: e["at"])
    if found:
        share = Decimal(found[-1]["value"].removesuffix("%")) / 100
        exact = (1 - share) * sum(row["paid"].values())
        _keep(row, int(exact.quantize(Decimal(1), ROUND_HALF_UP)))


def _keep(row: Row, amount: int) -> None:
    """No more than this of a charge, its earliest days first."""
    for day in sorted(row["paid"]):
        row["paid"][day] = max(0, min(row["paid"][day], amount))
        amount -= row["paid"][day]


# the caps


def _inner_first(contract: dict[str, Any], debtor: str) -> list[dict[str, Any]]:
    caps = [cap for cap in contract["caps"] if cap["limits"] == debtor]
    caps.sort(key=lambda cap: "within" not in cap)
    return caps


def _cut(contract: dict[str, Any], cap: dict[str, Any], rows: list[Row], as_of: date) -> None:
    """What it covers gets what is left, day by day; what only counts is paid in full and leaves less from its day on.

    Turn by turn: by head, all days of the head named first, then those of the next; what is disputed last, where a
    dispute reserves nothing.
    """
    covered = [row for row in rows if _role(cap, row) == "covered"]
    counted = [row for row in rows if _role(cap, row) == "counted"]
    for first, last in _windows(contract, cap, as_of):
        if cap.get("order") == "pro rata":
            _in_proportion(contract, cap, covered, counted, first, last)
            continue
        met = (_days(first, last, covered) or [last])[0]
        taken = 0
        for turn in _turns(contract, cap, covered, as_of):
            left = Headroom(contract, cap, first, last, met)
            left.take(first, taken)
            for day in _days(first, last, [*turn, *counted]):
                left.take(day, sum(row["paid"].get(day, 0) for row in counted))
                wanted = [row["paid"].get(day, 0) for row in turn]
                given = split(left.on(day), wanted, [row["id"] for row in turn], contract)
                left.take(day, sum(given))
                taken += sum(given)
                for row, amount in zip(turn, given, strict=True):
                    if day in row["paid"]:
                        row["paid"][day] = amount


def _turns(contract: dict[str, Any], cap: dict[str, Any], covered: list[Row], as_of: date) -> list[list[Row]]:
    if cap.get("order") == "by head":
        return [[row for row in covered if row["head"] == head] for head in cap["covers"]]
    if contract["counting"].get("reserved") == "none reserve":
        said = {e["of"] for e in contract["events"] if e["what"] == "disputed" and e["at"] <= as_of}
        return [[row for row in covered if row["id"] not in said], [row for row in covered if row["id"] in said]]
    return [covered]


def _role(cap: dict[str, Any], row: Row) -> str:
    out = {*cap.get("except", [])}
    everything = cap["covers"] == ["everything"]
    counts = cap.get("counts", {})
    if {row["head"], row["fault"]} & out:
        return "counted" if cap.get("erodes") else "beside"
    if everything:
        return "covered" if counts[row["kind"]] else "beside"
    if row["head"] in cap["covers"]:
        return "covered"
    return "counted" if counts.get(row["kind"]) else "beside"


def _days(first: date, last: date, rows: list[Row]) -> list[date]:
    return sorted({day for row in rows for day in row["paid"] if first <= day <= last})


def _in_proportion(
    contract: dict[str, Any], cap: dict[str, Any], covered: list[Row], counted: list[Row], first: date, last: date
) -> None:
    used = sum(row["paid"][day] for row in counted for day in row["paid"] if first <= day <= last)
    wanted = [sum(row["paid"][day] for day in row["paid"] if first <= day <= last) for row in covered]
    left = max(0, _limit(contract, cap, (_days(first, last, covered) or [last])[0]) - used)
    for row, amount in zip(covered, split(left, wanted, [row["id"] for row in covered], contract), strict=True):
        for day in _days(first, last, [row]):
            row["paid"][day] = min(row["paid"][day], amount)
            amount -= row["paid"][day]


class Headroom:
    """What is left of one limit in one window, day after day; an amended limit holds from its day on.

    Fees are those before the first charge that the limit cuts (`met`): one limit, not one for each charge.
    """

    def __init__(self, contract: dict[str, Any], cap: dict[str, Any], first: date, last: date, met: date):
        self.contract, self.cap, self.first, self.last, self.met = contract, cap, first, last, met
        self.used: dict[date, int] = {}

    def on(self, day: date) -> int:
        path = f"caps.{self.cap['id']}.to"
        change = next((one for one in self.contract.get("amendments", ()) if path in one["set"]), None)
        since = self.first
        limit = _limit(self.contract, self.cap, self.met)
        if change and day >= change["effective"]:
            new = {**self.cap, "to": change["set"][path]}
            limit = _limit(self.contract, new, self.met)
            how = self.contract["counting"].get("cap_change", "new limit less used")
            if change["effective"] > self.first:
                if how == "fresh":
                    since = change["effective"]
                elif how == "by days":
                    before = (change["effective"] - self.first).days
                    whole = (self.last - self.first).days + 1
                    old = _limit(self.contract, self.cap, self.met)
                    limit = (old * before + limit * (whole - before)) // whole
        return max(0, limit - sum(amount for on, amount in self.used.items() if since <= on <= self.last))

    def take(self, day: date, amount: int) -> None:
        self.used[day] = self.used.get(day, 0) + amount


def _windows(contract: dict[str, Any], cap: dict[str, Any], as_of: date) -> list[tuple[date, date]]:
    """First and last days in which one headroom holds."""
    start, until = contract["term"]["from"], contract["term"]["until"]
    if cap["to"].endswith("in total"):
        if cap.get("renewal") != "new headroom":
            return [(date.min, date.max)]
        later = [(until + DAY if n == 0 else _year(until + DAY, n), _year(until + DAY, n + 1) - DAY) for n in range(4)]
        return [(date.min, until), *later]
    years = [(_year(start, n), _year(start, n + 1) - DAY) for n in range(6)]
    return [(date.min, years[0][0] - DAY), *years] if start > date.min else years


def _year(day: date, n: int) -> date:
    return day.replace(year=day.year + n)


# the limit


def _limit(contract: dict[str, Any], cap: dict[str, Any], day: date) -> int:
    both = [_one(contract, cap, cap["to"], day), *([_one(contract, cap, cap["or"], day)] if "or" in cap else [])]
    return max(both) if cap.get("takes") == "greater" else min(both)


def _one(contract: dict[str, Any], cap: dict[str, Any], said: str, day: date) -> int:
    fees = re.match(r"([\d.]+)% of fees of the last 12 months", said)
    if fees:
        exact = Decimal(fees[1]) / 100 * _fees(contract, cap, day)
    elif "% of total" in said:
        exact = Decimal(said.split("%")[0]) / 100 * cents(contract["total"])
    else:
        return cents(said)
    return int(exact.quantize(Decimal(1), ROUND_DOWN))


def _fees(contract: dict[str, Any], cap: dict[str, Any], day: date) -> Decimal:
    """Of the twelve months before a day: what fell due, or what was paid."""
    start, until = contract["term"]["from"], contract["term"]["until"]
    monthly = cents(contract["payments"][0]["amount"])
    ends = [end for end in (start + n * DAY for n in range((until - start).days + 1)) if (end + DAY).day == 1]
    base = contract["counting"]["fees_base"]
    if base == "payable for the term":
        return Decimal(monthly * len(ends))
    back = date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)
    if cap["fees"] == "payable":
        so_far = sum(monthly for end in ends if back <= end < day)
    else:
        so_far = sum(cents(e["amount"]) for e in contract["events"] if e["what"] == "paid" and back <= e["at"] < day)
    if base == "annualised" and back < start:
        months = int((day.year - start.year) * 12 + day.month - start.month)
        return Decimal(so_far * 12) / months
    return Decimal(so_far)


def split(amount: int, wanted: list[int], names: list[str], contract: dict[str, Any]) -> list[int]:
    """In proportion; odd cents to the largest remainders, then by name, or to the last or the first in the file."""
    whole = sum(wanted)
    if whole <= amount:
        return list(wanted)
    shares = [amount * want // whole for want in wanted]
    how = contract["counting"].get("remainder", "largest remainder")
    odd = amount - sum(shares)
    if how == "largest remainder":
        for n in sorted(range(len(wanted)), key=lambda n: (-(amount * wanted[n] % whole), names[n]))[:odd]:
            shares[n] += 1
        return shares
    for n in range(len(wanted)) if how == "first" else reversed(range(len(wanted))):
        more = min(odd, wanted[n] - shares[n])
        shares[n] += more
        odd -= more
    return shares
