"""What goes into the store and comes out of it: plain values, so that no caller touches a table."""

from datetime import datetime

import msgspec

from core.problems import Problem

__all__ = ["Appended", "ChargeLine", "Entry", "Header", "ObligationLine", "Report", "Written"]


class Entry(msgspec.Struct, frozen=True):
    """One event on its way into the ledger.

    `id` is unique within its contract. `recorded` (aware) is when the event came to be known, which
    `known_at` judges by; `happened` is kept as the record writes it, because a bare date is a whole day.
    `payload` is the event in canonical JSON and is never interpreted here.
    """

    id: str
    payload: bytes
    recorded: datetime
    what: str = ""
    of: str = ""
    happened: str = ""


class Appended(msgspec.Struct, frozen=True):
    """Ids that were added and ids that were there already, each in the order given, and the head afterwards."""

    new: tuple[str, ...]
    already: tuple[str, ...]
    head: str


class ObligationLine(msgspec.Struct, frozen=True):
    """One obligation as last assessed; `amount` in minor units, None when it is not one of money."""

    id: str
    payload: bytes
    debtor: str = ""
    due: str = ""
    state: str = ""
    amount: int | None = None
    currency: str = ""


class ChargeLine(msgspec.Struct, frozen=True):
    """One charge as last assessed; `amount` is what is owed after caps, both figures in minor units."""

    id: str
    payload: bytes
    debtor: str = ""
    creditor: str = ""
    amount: int = 0
    beyond_cap: int = 0
    currency: str = ""


class Header(msgspec.Struct, frozen=True):
    """Under what the kept figures of a contract were made; `world` is the digest of calendars and rates."""

    as_of: datetime
    known_at: datetime
    semantics: int
    world: str = ""


class Written(msgspec.Struct, frozen=True):
    """How many lines a rewrite of figures touched; the rest stood as they were."""

    added: int
    changed: int
    removed: int


class Report(msgspec.Struct, frozen=True):
    """The outcome of walking the whole chain; `broken` is the first sequence number that does not hold."""

    events: int
    snapshots: int
    head: str
    broken: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems
