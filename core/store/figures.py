"""Kept figures between value and row, and what differs between the rows that stand and those wanted."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from core.store.faults import refused
from core.store.values import ChargeLine, ObligationLine

__all__ = ["Changes", "changes_of", "kept_charge", "kept_obligation", "row_of_charge", "row_of_obligation"]

LIMIT = 2**63


class Changes(msgspec.Struct, frozen=True):
    """`rows` to insert (the new, and the changed as they should be); keys whose row goes first."""

    rows: list[dict[str, Any]]
    changed: list[str]
    removed: list[str]


def changes_of(standing: Mapping[str, Mapping[str, Any]], wanted: Sequence[dict[str, Any]]) -> Changes:
    rows, changed = [], []
    for row in wanted:
        old = standing.get(row["key"])
        if old is None:
            rows.append(row)
        elif dict(old) != row:
            rows.append(row)
            changed.append(row["key"])
    gone = standing.keys() - {row["key"] for row in wanted}
    return Changes(rows, changed, sorted(gone))


def row_of_obligation(contract: int, line: ObligationLine) -> dict[str, Any]:
    row = {name: getattr(line, name) for name in ("debtor", "due", "state", "currency")}
    return {"contract": contract, "key": line.id, "amount": _held(line.id, line.amount), "body": _text(line), **row}


def row_of_charge(contract: int, line: ChargeLine) -> dict[str, Any]:
    row = {name: getattr(line, name) for name in ("debtor", "creditor", "currency")}
    amounts = {"amount": _held(line.id, line.amount), "beyond_cap": _held(line.id, line.beyond_cap)}
    return {"contract": contract, "key": line.id, "body": _text(line), **amounts, **row}


def kept_obligation(row: Mapping[str, Any]) -> ObligationLine:
    body = row["body"].encode()
    return ObligationLine(row["key"], body, row["debtor"], row["due"], row["state"], row["amount"], row["currency"])


def kept_charge(row: Mapping[str, Any]) -> ChargeLine:
    amounts = (row["amount"], row["beyond_cap"])
    return ChargeLine(row["key"], row["body"].encode(), row["debtor"], row["creditor"], *amounts, row["currency"])


def _text(line: ObligationLine | ChargeLine) -> str:
    return line.payload.decode()


def _held(key: str, amount: int | None) -> int | None:
    """Whole minor units that fit the column; a figure is never cut to size."""
    if amount is not None and not -LIMIT <= amount < LIMIT:
        raise refused("STORE-AMOUNT-01", where=key, amount=str(amount))
    return amount
