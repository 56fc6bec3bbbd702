"""What a day of delay is worth: parts accepted, foreign money, the end of counting, and where and how it is rounded."""

from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

__all__ = ["payable"]

DAY = timedelta(days=1)
MODES = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": ROUND_DOWN}
Contract = dict[str, Any]


def payable(contract: Contract, as_of: date) -> dict[str, int]:
    """Cents payable of each charge, by its id; under a cap by calendar years, if there is one."""
    rule = contract["rules"][0]
    rows = {f"{rule['id']}:{annex['id']}": _charge(contract, rule, annex, as_of) for annex in contract["annexes"]}
    for cap in contract.get("caps", ()):
        _capped(cap, list(rows.values()))
    return {id_: sum(days.values()) for id_, days in rows.items()}


def whole(exact: Fraction, mode: str, step: int = 1) -> int:
    with localcontext() as context:
        context.prec = 60
        exact = exact / step
        return step * int((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), rounding=MODES[mode]))


def cents(text: str) -> Fraction:
    return Fraction(text.split()[0]) * 100


def _charge(contract: Contract, rule: Contract, annex: Contract, as_of: date) -> dict[date, int]:
    days = _days(contract, annex, as_of)
    if not days:
        return {}
    share, _, of = rule["charge"].removesuffix(" per started day").partition("% of ")
    counting = contract["counting"]
    exact = dict.fromkeys(days, cents(share))
    if of:  # what a share is of is itself money, to the cent
        bases = {day: whole(cents(annex["price"]) * _open(contract, annex, day, as_of), "half up") for day in days}
        exact = {day: Fraction(share) / 100 * base for day, base in bases.items()}
    fx = counting.get("fx", "")
    if fx.endswith("cap then convert") and "at_most" in rule:
        exact = _at_most(exact, _foreign(contract, rule["at_most"], days[0]))
    if "USD" in rule["charge"]:
        chosen = {"breach": lambda day: days[0], "charge": lambda day: day, "payment": lambda day: as_of}[fx.split()[0]]
        exact = {day: amount * _rate(contract, chosen(day)) for day, amount in exact.items()}
    when, mode = rule["round"].split(", ")
    step = int(Decimal(counting.get("round_to", "0.01")) * 100)
    made = _rounded(contract, exact, when, mode, step)
    if "at_most" in rule and not fx.endswith("cap then convert"):
        limit = cents(rule["at_most"]) * (_rate(contract, days[0]) if "USD" in rule["at_most"] else 1)
        cut = _at_most({day: Fraction(n) for day, n in made.items()}, whole(limit, mode if step == 1 else "down", step))
        made = {day: int(n) for day, n in cut.items()}
    return made


def _rounded(contract: Contract, exact: dict[date, Fraction], when: str, mode: str, step: int) -> dict[date, int]:
    """Cents of each day: rounded day by day, or as the running sum, which may begin anew with each year of a cap."""
    if when == "each day":
        return {day: whole(amount, mode, step) for day, amount in exact.items()}
    anew = contract["counting"].get("round_cut") == "each part" and "caps" in contract
    made, so_far, before, year = {}, Fraction(0), 0, None
    for day in sorted(exact):
        if anew and day.year != year:
            so_far, before, year = Fraction(0), 0, day.year
        so_far += exact[day]
        now = whole(so_far, mode, step)
        made[day], before = now - before, now
    return made


def _at_most(amounts: dict[date, Fraction], limit: Fraction | int) -> dict[date, Fraction]:
    made, left = {}, Fraction(limit)
    for day in sorted(amounts):
        made[day] = min(amounts[day], left)
        left -= made[day]
    return made


# which days


def _days(contract: Contract, annex: Contract, as_of: date) -> list[date]:
    """The late days that cost something."""
    due, counting = annex["due"], contract["counting"]
    came = sorted(e["at"] for e in contract["events"] if e["what"] == "delivered" and e["of"] == annex["id"])
    parts = [e for e in contract["events"] if e["what"] == "accepted" and e["of"] == annex["id"] and e["at"] <= as_of]
    came = [at for at in came if at <= as_of]
    refused = 0 if counting.get("partial") == "done" else len(parts)
    done = came[refused] if len(came) > refused else None
    end = done or as_of
    how = counting.get("accrual_end", "done, termination or ceiling")
    stops = [e["at"] for e in contract["events"] if e["what"] == "terminated"]
    if how == "done, termination or ceiling":
        end = min([end, *stops])
    if how == "long-stop":
        end = min(end, contract["long_stop"])
    first, last = due + DAY, end
    ends = counting.get("late_ends", "due day out, done day in")
    if end > due and ends == "both in":
        first = due
    if ends == "both out" and done == end:
        last = end - DAY
    return [first + n * DAY for n in range((last - first).days + 1)] if end > due else []


def _open(contract: Contract, annex: Contract, day: date, as_of: date) -> Fraction:
    """The share of it that is still open: what is accepted in part is done on the day on which that part came."""
    if contract["counting"].get("partial") != "open part late":
        return Fraction(1)
    left = Fraction(1)
    for event in contract["events"]:
        if event["what"] == "accepted" and event["of"] == annex["id"] and event["at"] <= as_of:
            came = max(e["at"] for e in contract["events"]
                       if e["what"] == "delivered" and e["of"] == annex["id"] and e["at"] <= event["at"])  # fmt: skip
            if came < day:
                left -= Fraction(event["value"].removesuffix("%")) / 100
    return left


# foreign money


def _rate(contract: Contract, day: date) -> Fraction:
    known = [value.split(" from ") for value in contract["exchange"]["USD"]["values"]]
    return Fraction(next(rate for rate, since in reversed(known) if date.fromisoformat(since) <= day))


def _foreign(contract: Contract, limit: str, first: date) -> Fraction:
    """A ceiling in foreign cents; one in the contract's money is brought there at the rate of the breach."""
    return cents(limit) if "USD" in limit else cents(limit) / _rate(contract, first)


# the cap


def _capped(cap: Contract, rows: list[dict[date, int]]) -> None:
    """A limit for each calendar year, first come; on the day on which it runs out in proportion."""
    left: dict[int, int] = {}
    for day in sorted({day for row in rows for day in row}):
        room = left.setdefault(day.year, int(cents(cap["to"])))
        wanted = [row.get(day, 0) for row in rows]
        total = sum(wanted)
        shares = list(wanted)
        if total > room:
            shares = [room * want // total for want in wanted]
            for n in sorted(range(len(rows)), key=lambda i: (-(room * wanted[i] % total), i))[: room - sum(shares)]:
                shares[n] += 1
        for row, share in zip(rows, shares, strict=True):
            if day in row:
                row[day] = share
        left[day.year] = room - sum(shares)
