"""The two engines as the store needs them: a pooled SQLite that keeps what it acknowledged, and a quiet PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

import aiosqlite
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, dict_factory

from core.store.faults import refused, shown

__all__ = ["PostgreSQL", "SQLite", "engine_for"]

R = TypeVar("R")

WAIT_S = 15
"""How long anyone waits for a lock before it becomes a problem."""

# FULL and not NORMAL: in WAL mode NORMAL may lose the last acknowledged commits when the power fails.
_PRAGMAS = (f"PRAGMA busy_timeout={WAIT_S * 1000}", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")


class _SQLiteTransaction(SQLiteTransaction):
    """Piccolo's transaction, which gives its connection back also when beginning or ending it fails."""

    engine: "SQLite"

    async def __aenter__(self) -> SQLiteTransaction:
        self.connection = await self.engine.get_connection()
        try:
            await self.connection.execute(f"BEGIN {self.transaction_type.value}")
        except BaseException:
            await self._undo()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.engine.current_transaction.reset(self.context)
        try:
            if kind is None:
                await self.connection.execute("COMMIT")
        finally:
            await self._undo()
        return False

    async def _undo(self) -> None:
        # A statement of a cancelled task may still wait in the connection's thread; this one queues behind it,
        # and does nothing when no transaction is open.
        try:
            await self.connection.rollback()
        finally:
            self.engine.give_back(self.connection)


class _PostgresTransaction(PostgresTransaction):
    """The same for a server that may go away in the middle."""

    engine: "PostgreSQL"
    pool: Any

    async def __aenter__(self) -> PostgresTransaction:
        self.pool = self.engine.pool
        self.connection = await self.pool.acquire()
        self.transaction = self.connection.transaction()
        try:
            await self.transaction.start()
        except BaseException:
            await self.pool.release(self.connection)
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.engine.current_transaction.reset(self.context)
        try:
            await (self.transaction.commit() if kind is None else self.transaction.rollback())
        finally:
            await self.pool.release(self.connection)
        return False


class SQLite(SQLiteEngine):
    """Piccolo's engine with a few long-lived connections and one writer thread for the hot path.

    Connections are opened when first needed, so that a short command pays for one. Everything must be
    closed: the threads of aiosqlite are not daemons and would keep the process alive.
    """

    SIZE = 4

    def __init__(self, path: str) -> None:
        super().__init__(path=path, timeout=WAIT_S)
        self._open: list[aiosqlite.Connection] = []
        self._free: list[aiosqlite.Connection] = []
        self._places = asyncio.Semaphore(self.SIZE)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spondeo-writer")
        self._writer: sqlite3.Connection | None = None

    async def get_connection(self) -> aiosqlite.Connection:
        await self._places.acquire()
        try:
            return self._free.pop() if self._free else await self._connect()
        except BaseException:
            self._places.release()
            raise

    def give_back(self, connection: aiosqlite.Connection) -> None:
        self._free.append(connection)
        self._places.release()

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(**self.connection_kwargs)
        self._open.append(connection)
        connection.row_factory = dict_factory  # type: ignore[assignment]
        for pragma in _PRAGMAS:
            await connection.execute(pragma)
        return connection

    async def _run_in_new_connection(
        self, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> Any:
        connection = await self.get_connection()
        try:
            return await self._run_in_existing_connection(connection, query, args)
        finally:
            self.give_back(connection)

    async def _run_in_existing_connection(
        self, connection: Any, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> Any:
        async with connection.execute(query, args or []) as cursor:
            return await cursor.fetchall()

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = False
    ) -> SQLiteTransaction:
        # A deferred transaction that reads and then writes fails at once when another has written meanwhile.
        # A nested one would not be a savepoint but silently the same transaction, so it is refused.
        return _SQLiteTransaction(engine=self, transaction_type=transaction_type, allow_nested=allow_nested)

    async def on_writer(self, work: Callable[[sqlite3.Connection], R]) -> R:
        """Runs `work` on the one writing connection, in its thread: a whole transaction for one change of thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, work)

    def _write(self, work: Callable[[sqlite3.Connection], R]) -> R:
        if self._writer is None:
            writer = sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
            for pragma in _PRAGMAS:
                writer.execute(pragma)
            self._writer = writer
        return work(self._writer)

    async def close(self) -> None:
        while self._open:
            await self._open.pop().close()
        if self._writer is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.close)
            self._writer = None
        self._thread.shutdown()


class PostgreSQL(PostgresEngine):
    """Piccolo's engine with a pool that is opened on demand and no look at the server while it is built."""

    def __init__(self, url: str) -> None:
        self._place = shown(url)
        super().__init__(config={"dsn": url}, extensions=())

    async def check_version(self) -> None:
        """Piccolo would connect here, in another loop, and print a warning; opening the store says it better."""

    def transaction(self, allow_nested: bool = False) -> PostgresTransaction:
        return _PostgresTransaction(engine=self, allow_nested=allow_nested)

    async def open(self) -> None:
        # The chain relies on seeing what was committed while we waited for its lock.
        settings = {"default_transaction_isolation": "read committed", "lock_timeout": f"{WAIT_S * 1000}"}
        named = {**settings, "application_name": "spondeo"}
        try:
            await self.start_connection_pool(
                min_size=1, max_size=8, timeout=WAIT_S, server_settings=named, reset=_reset
            )
        except ValueError as fault:
            # Without the fault's own words: they may quote a part of the password.
            raise refused("STORE-OPEN-12", where=self._place, place=self._place) from fault

    async def close(self) -> None:
        if self.pool is not None:
            await self.close_connection_pool()


async def _reset(connection: Any) -> None:
    """Nothing here changes a session, so the round trip of a full reset is only worth it after a cancelled task."""
    if connection.is_in_transaction():
        await connection.reset()


def engine_for(url: str) -> SQLite | PostgreSQL:
    """By the form of the place: `postgresql://…` is a server, anything without a scheme is a file."""
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme in ("postgresql", "postgres"):
        return PostgreSQL(url)
    if scheme:
        raise refused("STORE-OPEN-12", where=shown(url), place=shown(url))
    return SQLite(url)
