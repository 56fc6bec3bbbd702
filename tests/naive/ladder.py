"""The ladder of limits worked out loss by loss: a third party's limit, then the caps, in the order of the days."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

__all__ = ["payable", "recourse"]

Row = dict[str, Any]
"""One loss: its event, the charge it makes (`id`), its day, and the cents still owed of it (`owed`)."""


def payable(contract: dict[str, Any], as_of: date) -> dict[str, int]:
    """Cents payable of each charge, by its id."""
    return {row["id"]: row["owed"] for row in _worked(contract, as_of)}


def recourse(contract: dict[str, Any], as_of: date) -> dict[str, int]:
    """What the debtor has back from the third party of each charge: within its limit, and never more than it must pay."""
    return {row["id"]: min(row["within"], row["owed"]) for row in _worked(contract, as_of) if row["by"] == "lab"}


def cents(text: str) -> int:
    return int(Decimal(text.split()[0]) * 100)


def _worked(contract: dict[str, Any], as_of: date) -> list[Row]:
    rows = [
        {"id": f"{'lab' if e['by'] == 'lab' else 'own'}:{e['id']}", "day": e["at"], "owed": cents(e["amount"]), **e}
        for e in contract["events"]
        if e["at"] <= as_of
    ]
    rows = [{**row, "id": f"{'lab' if row['by'] == 'lab' else 'own'}:{row['id'].split(':')[-1]}"} for row in rows]
    _third(contract, [row for row in rows if row["by"] == "lab"])
    caps = contract["caps"]
    if len(caps) == 2 and "super_cap" in caps[1]:
        _increased(contract, caps[0], caps[1], rows)
    else:
        for cap in sorted(caps, key=lambda one: "within" not in one):  # an inner cap is cut first
            _capped(contract, cap, _held(cap, rows))
    return rows


# the third party


def _third(contract: dict[str, Any], rows: list[Row]) -> None:
    """Its limit, first come; above it the engager answers, or each as agreed, so that the client bears its own part."""
    said = contract["third_parties"]["lab"]
    left = cents(said["limit"]) if "limit" in said else 10**15
    for day in sorted({row["day"] for row in rows}):
        now = [row for row in rows if row["day"] == day]
        for row, within in zip(
            now, _split(left, [row["owed"] for row in now], [row["id"] for row in now]), strict=True
        ):
            row["within"] = within
            left -= within
    for row in rows:
        above = row["owed"] - row["within"]
        if "excess" in said:
            one, other = (int(said["excess"]["client"].split("/")[n]) for n in (0, 1))
            names = ["client", "provider"]
            shares = _split(above, [one * 10**12, (other - one) * 10**12], names)
            row["owed"] = row["within"] + shares[1]


# the caps


def _held(cap: dict[str, Any], rows: list[Row]) -> list[Row]:
    """What a cap covers: its heads, without what its exceptions take out."""
    out = cap.get("except", [])
    return [
        r
        for r in rows
        if r.get("head", "loss") in cap["covers"] and not {r.get("head", "loss"), r.get("fault")} & {*out}
    ]


def _increased(contract: dict[str, Any], general: dict[str, Any], data: dict[str, Any], rows: list[Row]) -> None:
    """The general cap and a higher one for some heads, as they stand to each other."""
    how = data["super_cap"]
    high = [row for row in _held(data, rows) if row.get("head") in data["covers"]]
    low = [row for row in _held(general, rows) if row not in high]
    if how == "separate":
        _capped(contract, data, high)
        _capped(contract, general, low)
    elif how == "spills into the general":
        before = {row["id"]: row["owed"] for row in high}
        _capped(contract, data, high)
        spilt = [{**row, "owed": before[row["id"]] - row["owed"], "of": row} for row in high]
        _capped(contract, general, [*low, *(row for row in spilt if row["owed"])])
        for row in spilt:
            if row["owed"]:
                row["of"]["owed"] += row["owed"]
    else:  # inside it
        _capped(contract, general, low)
        _capped(contract, data, [*high, *low])


def _capped(contract: dict[str, Any], cap: dict[str, Any], rows: list[Row]) -> None:
    """Deductible, attachment, limit and share of one cap, in this order."""
    free = bool(cap.get("franchise"))
    for what in ("deductible", "attachment"):
        if what in cap:
            groups = _windows(contract, cap, rows) if cap.get("deductible_per") == "window" else _claims(cap, rows)
            for group in groups:
                _borne(group, cents(cap[what]), free)
    before = cap.get("share_order") == "before the limit"
    if before:
        _shared(cap, rows)
    _limited(contract, cap, rows)
    if not before:
        _shared(cap, rows)


def _claims(cap: dict[str, Any], rows: list[Row]) -> list[list[Row]]:
    """Each loss on its own, or those of one cause as one claim."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["cause"] if cap.get("series") == "as one" else row["id"], []).append(row)
    return list(groups.values())


def _borne(group: list[Row], edge: int, free: bool) -> None:
    """Taken from the earliest losses of a claim or window first; of a franchise nothing, once it is exceeded."""
    if free and sum(row["owed"] for row in group) > edge:
        return
    for day in sorted({row["day"] for row in group}):
        turn = [row for row in group if row["day"] == day]
        taken = _split(edge, [row["owed"] for row in turn], [row["id"] for row in turn])
        for row, amount in zip(turn, taken, strict=True):
            row["owed"] -= amount
            edge -= amount


def _shared(cap: dict[str, Any], rows: list[Row]) -> None:
    if "share" in cap:
        for row in rows:
            exact = row["owed"] * Decimal(cap["share"].removesuffix("%")) / 100
            row["owed"] = int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _limited(contract: dict[str, Any], cap: dict[str, Any], rows: list[Row]) -> None:
    limit = _limit(contract, cap)
    if " in any " in cap["to"]:
        _rolling(cap, rows, limit)
        return
    whole = limit * (1 + cap.get("reinstated", 0))
    for row in rows if "reinstated" in cap else []:
        row["owed"] = min(row["owed"], limit)
    for group in _windows(contract, cap, rows):
        order = cap.get("order", "first come")
        turns = (
            [group]
            if order == "pro rata"
            else [[r for r in group if r["day"] == d] for d in sorted({r["day"] for r in group})]
        )
        left = whole
        for turn in turns:
            given = _split(left, [row["owed"] for row in turn], [row["id"] for row in turn])
            for row, amount in zip(turn, given, strict=True):
                row["owed"] = amount
                left -= amount


def _limit(contract: dict[str, Any], cap: dict[str, Any]) -> int:
    def one(said: str) -> int:
        if "% of total" in said:
            return int((Decimal(said.split("%")[0]) / 100 * cents(contract["total"])).quantize(Decimal(1), ROUND_DOWN))
        return cents(said)

    both = [one(cap["to"]), *([one(cap["or"])] if "or" in cap else [])]
    return max(both) if cap.get("takes") == "greater" else min(both)


def _rolling(cap: dict[str, Any], rows: list[Row], limit: int) -> None:
    """On each day what the last months have left; the same day of the month so long ago has fallen out."""
    months = int(cap["to"].split(" in any ")[1].split()[0])
    paid: list[tuple[date, int]] = []
    for day in sorted({row["day"] for row in rows}):
        turn = [row for row in rows if row["day"] == day]
        back = day.year * 12 + day.month - 1 - months
        first = _day(back // 12, back % 12 + 1, day.day)
        left = max(0, limit - sum(amount for on, amount in paid if on > first))
        for row, amount in zip(turn, _split(left, [r["owed"] for r in turn], [r["id"] for r in turn]), strict=True):
            row["owed"] = amount
            paid.append((day, amount))


def _day(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def _windows(contract: dict[str, Any], cap: dict[str, Any], rows: list[Row]) -> list[list[Row]]:
    """The losses that share one headroom."""
    scope = cap["to"].split(" CNY ")[-1] if " CNY " in cap["to"] else cap["to"].split("total ", 1)[1]
    start = contract["term"]["from"]
    keys: dict[str, Callable[[Row], Any]] = {
        "in total": lambda row: 0,
        "in each contract year": lambda row: (
            row["day"].year - ((row["day"].month, row["day"].day) < (start.month, start.day))
        ),
        "in each calendar year": lambda row: row["day"].year,
        "in each calendar quarter": lambda row: (row["day"].year, (row["day"].month - 1) // 3),
        "for each claim": lambda row: (
            (row["id"], 0) if cap.get("series") != "as one" or "cause" not in row else row["cause"]
        ),
        "for each event": lambda row: row["cause"],
        "for each person": lambda row: row["person"],
    }
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(keys[scope](row), []).append(row)
    return list(groups.values())


def _split(amount: int, wanted: list[int], names: list[str]) -> list[int]:
    """In proportion, odd cents to the largest remainders, then by name; nobody gets more than is wanted."""
    whole = sum(wanted)
    if whole <= amount:
        return list(wanted)
    shares = [amount * want // whole for want in wanted]
    order = sorted(range(len(wanted)), key=lambda n: (-(amount * wanted[n] % whole), names[n]))
    for n in order[: amount - sum(shares)]:
        shares[n] += 1
    return shares
