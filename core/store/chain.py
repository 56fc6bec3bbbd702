"""How one record of the ledger is tied to the one before it; pure, so that anyone can work it out again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from core.store.values import Entry

__all__ = ["START", "digest_of", "event_link", "instant", "snapshot_link"]

START = "0" * 64
"""What the first record is tied to."""


def digest_of(body: bytes) -> str:
    return sha256(body).hexdigest()


def instant(moment: datetime) -> str:
    """An aware instant as the chain writes it: UTC, always with microseconds."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def event_link(prev: str, seq: int, number: str, entry: Entry, digest: str, appended: datetime) -> str:
    """The body enters by its digest, so that a body may one day be erased by law and the chain still holds."""
    told = (entry.id, entry.what, entry.of, entry.happened, instant(entry.recorded), instant(appended), digest)
    return _link(prev, seq, "event", number, told)


def snapshot_link(
    prev: str, seq: int, number: str, version: int, recorded: datetime, appended: datetime, digest: str
) -> str:
    return _link(prev, seq, "snapshot", number, (version, instant(recorded), instant(appended), digest))


def _link(prev: str, seq: int, kind: str, number: str, told: Sequence[str | int]) -> str:
    # A JSON array and not joined strings: no two different records can run together into the same bytes.
    return sha256(msgspec.json.encode([1, prev, seq, kind, number, *told])).hexdigest()
