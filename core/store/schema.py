"""Making a store, recognising one, and bringing an older one up to date."""

import asyncio
import errno
import os
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from core.store.chain import START
from core.store.engines import PostgreSQL, SQLite
from core.store.faults import refused
from core.store.tables import Tables

__all__ = ["ONCE", "STEPS", "VERSION", "Step", "prepare"]

VERSION = 1
"""The schema that this code reads and writes."""

_TRIES, _PAUSE_S = 200, 0.025  # five seconds in all


class Step(msgspec.Struct, frozen=True):
    """Brings a store from `version - 1` to `version`; only ever adds, so that it runs inside one transaction."""

    version: int
    sqlite: tuple[str, ...]
    postgres: tuple[str, ...]


STEPS: tuple[Step, ...] = ()
"""In order of version, up to VERSION. A new store is made at VERSION at once and needs none of them."""

ONCE = "spondeo_event_once"
"""The index that lets an event id be taken only once in its contract."""

_INDEXES = (
    f"CREATE UNIQUE INDEX {ONCE} ON spondeo_event (contract, event)",
    "CREATE UNIQUE INDEX spondeo_snapshot_once ON spondeo_snapshot (contract, version)",
    "CREATE UNIQUE INDEX spondeo_obligation_once ON spondeo_obligation (contract, key)",
    "CREATE UNIQUE INDEX spondeo_charge_once ON spondeo_charge (contract, key)",
)

_LEDGER = {"spondeo_event": "event", "spondeo_snapshot": "version"}
"""The append-only tables, with the column that names a row within its contract."""


def _sqlite_guards() -> tuple[str, ...]:
    guards = []
    for table, name in _LEDGER.items():
        refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        guards += [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {refuse}" for verb in ("UPDATE", "DELETE")
        ]
        # INSERT OR REPLACE deletes the old row without asking the DELETE trigger, hence this third guard.
        guards.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN NEW.seq <= (SELECT max(seq) FROM {table}) OR EXISTS "
            f"(SELECT 1 FROM {table} WHERE contract = NEW.contract AND {name} = NEW.{name}) {refuse}"
        )
    return tuple(guards)


def _postgres_guards() -> tuple[str, ...]:
    guards = [
        """
        CREATE FUNCTION spondeo_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
        """
    ]
    for table in _LEDGER:
        guards.append(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION spondeo_refuse()"
        )
        # ALWAYS: also in a session that has set itself to be a replica, where ordinary triggers sleep.
        guards.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")
    return tuple(guards)


async def prepare(engine: SQLite | PostgreSQL, tables: Tables, place: str, *, create: bool, now: datetime) -> None:
    """Refuses what is not a store of this version; with `create` makes or upgrades it instead."""
    if isinstance(engine, SQLite):
        _look_at_file(engine.path, create=create)
        # In our own thread first: when aiosqlite cannot open a file, its thread reports to a loop that may be gone.
        await engine.on_writer(lambda raw: raw.execute("PRAGMA schema_version").fetchone())
    found = await _version(engine, place)
    if found is not None and found > VERSION:
        raise refused("STORE-OPEN-05", where=place, place=place, found=found, known=VERSION)
    if found != VERSION:
        if not create:
            raise _not_ready(found, place)
        if isinstance(engine, SQLite) and found is not None:
            await _set_aside(engine, found)
        await _make(engine, tables, place, now)
    if isinstance(engine, SQLite):
        # Kept in the file, but a copy made by VACUUM INTO comes without it.
        await _to_wal(engine)


def _not_ready(found: int | None, place: str) -> Exception:
    if found is None:
        return refused("STORE-OPEN-04", where=place, place=place)
    return refused("STORE-OPEN-06", where=place, place=place, found=found, known=VERSION)


def _look_at_file(path: str, *, create: bool) -> None:
    """Looks before SQLite does: opening a missing file would create it."""
    file = Path(path)
    if file.is_dir():
        raise refused("STORE-OPEN-11", where=path, place=path, detail=os.strerror(errno.EISDIR))
    if not file.exists():
        if create:
            return
        raise refused("STORE-OPEN-01", where=path, place=path)
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as fault:
        raise refused("STORE-OPEN-11", where=path, place=path, detail=fault.strerror or "") from fault
    if start and start != b"SQLite format 3\0":
        raise refused("STORE-OPEN-02", where=path, place=path)


async def _version(engine: SQLite | PostgreSQL, place: str) -> int | None:
    """None for an empty database; a database with other people's tables is refused."""
    names = {row["name"] for row in await engine.run_ddl(_names_sql(engine))}
    if "spondeo_meta" not in names:
        if names:
            raise refused("STORE-OPEN-03", where=place, place=place)
        return None
    rows: list[Any] = await engine.run_ddl("SELECT * FROM spondeo_meta")
    if len(rows) != 1 or "schema_version" not in dict(rows[0]):
        raise refused("STORE-OPEN-03", where=place, place=place)
    return int(rows[0]["schema_version"])


def _names_sql(engine: SQLite | PostgreSQL) -> str:
    if isinstance(engine, SQLite):
        return "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"


async def _make(engine: SQLite | PostgreSQL, tables: Tables, place: str, now: datetime) -> None:
    async with engine.transaction():
        if isinstance(engine, PostgreSQL):
            # Two that start together: the second waits here, then finds the work done.
            await engine.run_ddl("SELECT pg_advisory_xact_lock(hashtext('spondeo'))")
        found = await _version(engine, place)
        if found is None:
            await _create(engine, tables, now)
            return
        for step in STEPS:
            if step.version > found:
                for statement in step.sqlite if isinstance(engine, SQLite) else step.postgres:
                    await engine.run_ddl(statement)
        await tables.meta.update({tables.meta.schema_version: VERSION}, force=True)


async def _to_wal(engine: SQLite) -> None:
    """SQLite does not wait when several processes turn a new file to WAL at once: it refuses, and is asked again."""
    patience = _TRIES
    while True:
        try:
            await engine.run_ddl("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            patience -= 1
            if "locked" not in str(error) or not patience:
                raise
            await asyncio.sleep(_PAUSE_S)


async def _create(engine: SQLite | PostgreSQL, tables: Tables, now: datetime) -> None:
    for table in tables.all():
        await table.create_table()
    guards = _sqlite_guards() if isinstance(engine, SQLite) else _postgres_guards()
    for statement in (*_INDEXES, *guards):
        await engine.run_ddl(statement)
    await tables.meta.insert(tables.meta(id=1, schema_version=VERSION, created=now, seq=0, head=START))


async def _set_aside(engine: SQLite, found: int) -> None:
    """A copy of the file before it is changed, once for each version left behind."""
    copy = f"{engine.path}.v{found}"
    if not await asyncio.to_thread(Path(copy).exists):
        await engine.run_ddl("VACUUM INTO '" + copy.replace("'", "''") + "'")
