"""The ladder of limits worked out loss by loss: a third party's limit, then the caps, in the order of the days."""

from collections import Counter
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
    """What the debtor has back from the third party of each charge: within its limit, and no more than it must pay
    itself, unless the contract goes by the gross loss.
    """
    gross = contract["counting"].get("recourse_base") == "gross loss"
    rows = [row for row in _worked(contract, as_of) if row["by"] == "lab"]
    return {row["id"]: row["within"] if gross else min(row["within"], row["owed"]) for row in rows}


def cents(text: str) -> int:
    return int(Decimal(text.split()[0]) * 100)


def _worked(contract: dict[str, Any], as_of: date) -> list[Row]:
    rows = [
        {"id": f"{'lab' if e['by'] == 'lab' else 'own'}:{e['id']}", "day": e["at"], "owed": cents(e["amount"]), **e}
        for e in contract["events"]
        if e["what"] == "loss proven" and e["at"] <= as_of
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
    used: Counter[Any] = Counter()
    for day in sorted({row["day"] for row in rows}):
        limit, per = _promised(contract, day)
        free = {*said.get("limit_except", ())}
        groups: dict[Any, list[Row]] = {}
        for row in (row for row in rows if row["day"] == day):
            if {row.get("head", "loss"), row.get("fault")} & free:
                row["within"] = row["owed"]
                continue
            keys = {"in total": 0, "in each contract year": _contract_year(contract, day), "each": row["id"]}
            groups.setdefault(keys[per], []).append(row)
        for key, now in groups.items():
            left = max(0, limit - used[key])
            for row, within in zip(now, _split(left, [r["owed"] for r in now], [r["id"] for r in now]), strict=True):
                row["within"] = within
                used[key] += within
    for row in rows:
        row["owed"] = row["within"] + _excess(contract, row["owed"] - row["within"], row["day"])


def _promised(contract: dict[str, Any], day: date) -> tuple[int, str]:
    """The third party's limit on a day, and for what it holds: raised from its consent on, or from notice alone."""
    said = contract["third_parties"]["lab"].get("limit", f"{10**15} CNY in total")
    for change in contract.get("amendments", ()):
        came = {e["what"]: e["at"] for e in contract["events"] if e.get("of") == change["id"]}
        needed = ["notified in writing"]
        if contract["counting"].get("limit_raise") != "notice":
            needed.append("consents")
        if all(what in came and came[what] <= day for what in needed):
            said = change["set"]["third_parties.lab.limit"]
    return cents(said), said.partition(" CNY ")[2]


def _excess(contract: dict[str, Any], above: int, day: date) -> int:
    """What the debtor bears of what lies above the limit."""
    said = contract["third_parties"]["lab"]
    signed = [e["at"] for e in contract["events"] if e["what"] == said.get("excess_if")]
    if "excess" in said and ("excess_if" not in said or any(at <= day for at in signed)):
        one, other = (int(said["excess"]["client"].split("/")[n]) for n in (0, 1))
        return _split(above, [one * 10**12, (other - one) * 10**12], ["client", "provider"])[1]
    return 0 if contract["counting"].get("excess") == "client" else above


# the caps


def _held(cap: dict[str, Any], rows: list[Row]) -> list[Row]:
    """What a cap covers: its heads, without what its exceptions take out; one for each third party only what these did."""
    out = {*cap.get("except", ())}
    theirs = cap["to"].endswith("for each third party")
    return [
        row
        for row in rows
        if row.get("head", "loss") in cap["covers"]
        and not {row.get("head", "loss"), row.get("fault")} & out
        and (row["by"] == "lab" or not theirs)
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
    keys: dict[str, Callable[[Row], Any]] = {
        "in total": lambda row: 0,
        "in each contract year": lambda row: _contract_year(contract, row["day"]),
        "in each calendar year": lambda row: row["day"].year,
        "in each calendar quarter": lambda row: (row["day"].year, (row["day"].month - 1) // 3),
        "for each claim": lambda row: (
            (row["id"], 0) if cap.get("series") != "as one" or "cause" not in row else row["cause"]
        ),
        "for each event": lambda row: row["cause"],
        "for each person": lambda row: row["person"],
        "for each head": lambda row: row.get("head", "loss"),
        "for each third party": lambda row: row["by"],
    }
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(keys[scope](row), []).append(row)
    return list(groups.values())


def _contract_year(contract: dict[str, Any], day: date) -> int:
    start = contract["term"]["from"]
    return int(day.year - ((day.month, day.day) < (start.month, start.day)))


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
