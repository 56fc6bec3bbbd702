"""Appending events: the one hot path, on a raw connection with fixed SQL for each engine."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.problems import InputError, Problem
from core.store.chain import digest_of, event_link
from core.store.faults import refused
from core.store.schema import ONCE, VERSION
from core.store.values import Appended, Entry

__all__ = ["append_postgres", "append_sqlite"]

MANY = 100
"""From here on PostgreSQL's COPY is quicker than a statement, though it costs a round trip more."""

Clock = Callable[[], datetime]

_COLUMNS = "seq, contract, event, what, of, happened, recorded, appended, body, digest, prev, hash"

_SQLITE_START = (
    "SELECT m.schema_version, m.seq, m.head, c.id FROM spondeo_meta m LEFT JOIN spondeo_contract c ON c.number = ?"
)
_SQLITE_TAKEN = (
    "SELECT event, digest FROM spondeo_event WHERE contract = ? AND event IN (SELECT value FROM json_each(?))"
)
_SQLITE_INSERT = f"INSERT INTO spondeo_event ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SQLITE_HEAD = "UPDATE spondeo_meta SET seq = ?, head = ?"

# The lock on this one row is what keeps the chain from forking, whatever the number of workers. What is taken is read
# in the same trip, as of the moment before the lock was granted: see `append_postgres`.
_POSTGRES_START = (
    "SELECT m.schema_version, m.seq, m.head, c.id, "
    "ARRAY(SELECT e.event || chr(10) || e.digest FROM spondeo_event e WHERE e.contract = c.id AND e.event = ANY($2)) "
    "FROM spondeo_meta m LEFT JOIN spondeo_contract c ON c.number = $1 FOR UPDATE OF m"
)
_POSTGRES_HEAD = "UPDATE spondeo_meta SET seq = $1, head = $2"
_POSTGRES_INSERT = (
    "WITH ended AS (UPDATE spondeo_meta SET seq = $1, head = $2) "
    f"INSERT INTO spondeo_event ({_COLUMNS}) SELECT * FROM unnest($3::bigint[], $4::int[], $5::text[], $6::text[], "
    "$7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::text[])"
)


class _Start(msgspec.Struct, frozen=True):
    seq: int
    head: str
    contract: int


class _Extension(msgspec.Struct, frozen=True):
    rows: list[tuple[Any, ...]]
    seq: int
    appended: Appended


def append_sqlite(connection: sqlite3.Connection, number: str, entries: Sequence[Entry], clock: Clock) -> Appended:
    """All or nothing, in one transaction that takes the write lock before it reads."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        start = _started(connection.execute(_SQLITE_START, (number,)).fetchone(), number)
        ids = msgspec.json.encode([entry.id for entry in entries]).decode()
        taken = dict(connection.execute(_SQLITE_TAKEN, (start.contract, ids)).fetchall())
        extension = _extend(start, number, entries, taken, clock())
        if extension.rows:
            connection.executemany(_SQLITE_INSERT, extension.rows)
            connection.execute(_SQLITE_HEAD, (extension.seq, extension.appended.head))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return extension.appended


async def append_postgres(pool: Any, number: str, entries: Sequence[Entry], clock: Clock) -> Appended:
    """All or nothing, under the lock of the chain's end.

    Another worker may have added one of these ids between our reading and our lock. Then the unique index
    refuses the whole, and the second time the id is seen: whoever waited for it reads after its commit.
    """
    while True:
        try:
            return await _append_postgres(pool, number, entries, clock)
        except Exception as fault:
            if getattr(fault, "constraint_name", None) != ONCE:
                raise


async def _append_postgres(pool: Any, number: str, entries: Sequence[Entry], clock: Clock) -> Appended:
    async with pool.acquire() as connection, connection.transaction():
        *start, pairs = await connection.fetchrow(_POSTGRES_START, number, [entry.id for entry in entries])
        taken = dict(pair.rsplit("\n", 1) for pair in pairs)
        extension = _extend(_started(start, number), number, entries, taken, clock())
        end = (extension.seq, extension.appended.head)
        if len(extension.rows) > MANY:
            names = _COLUMNS.split(", ")
            await connection.copy_records_to_table("spondeo_event", records=extension.rows, columns=names)
            await connection.execute(_POSTGRES_HEAD, *end)
        elif extension.rows:
            columns = (list(column) for column in zip(*extension.rows, strict=True))
            await connection.execute(_POSTGRES_INSERT, *end, *columns)
    return extension.appended


def _started(row: Any, number: str) -> _Start:
    version, seq, head, contract = row
    if version != VERSION:
        # Another process has upgraded the store under us; writing on would leave out what is new.
        raise refused("STORE-OPEN-05", found=version, known=VERSION, place="")
    if contract is None:
        raise refused("STORE-CONTRACT-01", where=number, number=number)
    return _Start(seq, head, contract)


def _extend(
    start: _Start, number: str, entries: Sequence[Entry], taken: Mapping[str, str], now: datetime
) -> _Extension:
    """The rows to add. The same id with the same body is there already; with another body it is a problem."""
    seq, head = start.seq, start.head
    known = dict(taken)
    rows: list[tuple[Any, ...]] = []
    new: list[str] = []
    already: list[str] = []
    problems: list[Problem] = []
    for entry in entries:
        digest = digest_of(entry.payload)
        if entry.id in known:
            already.append(entry.id)
            if known[entry.id] != digest:
                problems.append(Problem("STORE-EVENT-01", where=f"{number}/{entry.id}", args={"event": entry.id}))
            continue
        seq, prev = seq + 1, head
        head = event_link(prev, seq, number, entry, digest, now)
        known[entry.id] = digest
        new.append(entry.id)
        told = (entry.id, entry.what, entry.of, entry.happened, entry.recorded, now)
        rows.append((seq, start.contract, *told, entry.payload.decode(), digest, prev, head))
    if problems:
        raise InputError(problems)
    return _Extension(rows, seq, Appended(tuple(new), tuple(already), head))
