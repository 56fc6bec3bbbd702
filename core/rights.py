"""Rights that open and run out: what a party may do, from which day, and until when it must be used."""

from datetime import date
from typing import Any

import msgspec

__all__ = ["Right"]


class Right(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One right of one party, by a stable id: "chronic-outage:uptime/2026-04", "claim:late:A1".

    `kind`: "terminate" and the other acts that a rule may grant, "claim" (a claim window), "limitation" (the
    time to enforce a charge). `lapses` is the last day on
    which it can be used; None: never. `why` is the code, with `args`, that says why it opened; `used` the event that
    used it.
    """

    id: str
    kind: str
    holder: str
    opened: date
    lapses: date | None = None
    why: str
    args: dict[str, Any] = {}
    clause: str = ""
    used: str | None = None
