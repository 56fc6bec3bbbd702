"""Limits as whole numbers: what a third party answers for, and the windows of a cap."""

import math
from fractions import Fraction

from core.lowered.reach import BeyondError
from core.lowered.tables import ENDLESS, Party, Pool
from core.money import integer
from core.pricing.bases import base_of
from core.record import Record
from core.schedule import windows
from core.terms import Amount, Cap, Contract, Rule, Share, ThirdParty

__all__ = ["limits_charge", "party_of", "pool_of"]


def party_of(record: Record, third: ThirdParty, debtor: str) -> Party:
    """What a third party answers for, and the share of the rest that the debtor bears."""
    assert third.limit is not None
    if third.limit.per not in {None, "all"}:
        raise BeyondError("third_parties.limit.per")
    limit = _fixed(record.contract, third.limit.to, "third_parties.limit")
    shares = third.excess
    if not shares and record.counting.of("excess") == "client":
        shares = {next((key for key in record.contract.parties if key != debtor), debtor): Fraction(1)}
    if not shares:
        return Party(limit, 1, 1, True)
    if len(shares) > 2 or any(share < 0 for share in shares.values()):
        raise BeyondError("third_parties.excess")
    scale = math.prod(share.denominator for share in shares.values())
    weights = {name: int(share * scale) for name, share in shares.items()}
    if not sum(weights.values()):
        raise BeyondError("third_parties.excess")
    return Party(limit, weights.get(debtor, 0), sum(weights.values()), debtor == min(shares))


def _fixed(contract: Contract, to: Amount, where: str) -> int:
    """A limit in minor units, rounded down."""
    if isinstance(to, Share):
        base = base_of(to.of, contract) if to.of == "total" or "." in to.of else None
        if base is None:
            raise BeyondError(where)
        return integer(to.rate * base, "down")
    return to.minor


def limits_charge(cap: Cap, rule: Rule, debtor: str) -> bool:
    """Whether a cap limits the charges of a rule; one that they only use up is not for tables."""
    if cap.covers is None or cap.to.per is None:
        raise BeyondError("caps.covers")
    if cap.limits != debtor or rule.head in cap.except_:
        return False
    kind = rule.kind or ("interest" if rule.head == "interest" else "agreed sums")
    counted = cap.counts.get(kind)
    if counted is False:
        return False
    if rule.head in cap.covers:
        return True
    if counted is None and "everything" not in cap.covers:
        return False
    if not counted or "everything" not in cap.covers:
        raise BeyondError("caps.counts")
    return True


def pool_of(record: Record, cap: Cap) -> Pool:
    """A cap with the days of its windows; one that counts by other days than those of accrual is not for tables."""
    order = cap.order or record.counting.of("order")
    if order not in {"first come", "first come; same day pro rata", "pro rata"}:
        raise BeyondError("caps.order")
    per, limit = cap.to.per or "", _fixed(record.contract, cap.to.to, "caps.to")
    if per in {"all", "term"}:
        return Pool(((1, ENDLESS),), limit, order == "pro rata")
    accrual = (cap.window or record.counting.of("window_day")) in {"the day it accrued", "accrual day"}
    if not accrual or not per.startswith(("contract year", "calendar ")):
        raise BeyondError("caps.window")
    found = windows(record, per, whole_life=True)
    if not found:
        raise BeyondError("caps.to.per")
    spans = tuple((window.first.toordinal(), window.after.toordinal() - 1) for window in found)
    return Pool(spans, limit, order == "pro rata")
