"""The two figures on top of everything: what we are owed and what we owe, charges and overdue prices together."""

import msgspec

from core.assessment import Assessment
from core.money import Money
from core.terms import Contract

__all__ = ["Sum", "sums"]


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """One of the big figures. `kind`: "in" (owed to us), "out" (we owe), "pair" where nobody is ours.

    `charges` and `prices` add up to `total`: what is open of charges and recourse, and prices past their due day.
    """

    kind: str
    total: Money
    charges: Money
    prices: Money
    disputed: Money
    debtor: str = ""
    creditor: str = ""


def sums(contract: Contract, assessment: Assessment) -> tuple[Sum, ...]:
    """Two figures if somebody is ours, else one for each pair of parties between whom something is open."""
    ours = {key for key, party in contract.parties.items() if party.ours}
    late = {breach.subject for breach in assessment.breaches if breach.kind == "late"}
    flows: dict[tuple[str, str], list[int]] = {}
    for balance in assessment.balances:
        row = flows.setdefault((balance.debtor, balance.creditor), [0, 0, 0])
        row[0] += balance.open.minor
        row[2] += balance.open.minor - balance.due_now.minor
    for account in assessment.accounts:
        if account.obligation in late and account.settled is None and account.open.currency == assessment.currency:
            flows.setdefault((account.debtor, account.creditor), [0, 0, 0])[1] += account.open.minor
    if not ours:
        pairs = list(flows) or [(a, b) for a in contract.parties for b in contract.parties if a != b]
        return tuple(_sum("pair", [flows.get(p, [0, 0, 0])], assessment.currency, *p) for p in pairs)
    inward = [row for (debtor, creditor), row in flows.items() if creditor in ours and debtor not in ours]
    outward = [row for (debtor, creditor), row in flows.items() if debtor in ours and creditor not in ours]
    return _sum("in", inward, assessment.currency), _sum("out", outward, assessment.currency)


def _sum(kind: str, rows: list[list[int]], currency: str, debtor: str = "", creditor: str = "") -> Sum:
    charges, prices, disputed = (sum(row[i] for row in rows) for i in range(3))
    return Sum(
        kind=kind,
        debtor=debtor,
        creditor=creditor,
        total=Money(charges + prices, currency),
        charges=Money(charges, currency),
        prices=Money(prices, currency),
        disputed=Money(disputed, currency),
    )
