"""One open store: contracts, their events and their last figures, on either engine."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from core.problems import Problem
from core.store.chain import START, digest_of, event_link, snapshot_link
from core.store.engines import SQLite, engine_for
from core.store.faults import mapped, refused, shown
from core.store.figures import changes_of, kept_charge, kept_obligation, row_of_charge, row_of_obligation
from core.store.ledger import append_postgres, append_sqlite
from core.store.schema import prepare
from core.store.tables import Tables, bind
from core.store.values import Appended, ChargeLine, Entry, Header, ObligationLine, Report, Written

__all__ = ["Store", "init", "open_store", "run", "using"]

R = TypeVar("R")

BLOCK = 5000
"""Rows read at once when the whole chain is walked."""

SLICE = 500
"""Rows written at once: PostgreSQL takes at most 32,767 values in one statement."""


def _now() -> datetime:
    return datetime.now(UTC)


def open_store(place: str, *, create: bool = False, clock: Callable[[], datetime] = _now) -> "Store":
    """`async with open_store(place) as store`. With `create` a missing store is made and an older one upgraded."""
    return Store(place, create=create, clock=clock)


async def init(place: str) -> None:
    """Makes a store, or brings an older one up to date; on a store of today it changes nothing."""
    async with open_store(place, create=True):
        pass


def run(work: Coroutine[Any, Any, R]) -> R:
    """The one bridge from a command, which is not async, to the store, which is."""
    return asyncio.run(work)


def using(place: str, work: Callable[["Store"], Awaitable[R]], *, create: bool = False) -> R:
    """Opens, works, closes: `using("kf.sqlite", lambda store: store.numbers())`. Not from inside a loop."""

    async def whole() -> R:
        async with open_store(place, create=create) as store:
            return await work(store)

    return run(whole())


class Store:
    """Open it with `async with`, and use it from the loop that opened it."""

    def __init__(self, place: str, *, create: bool, clock: Callable[[], datetime]) -> None:
        self.place = shown(place)
        self._create = create
        self._clock = clock
        with mapped(self.place):
            self._engine = engine_for(place)
        self._tables: Tables = bind(self._engine)
        # One writer at a time inside this process: waiting here is fair and costs nothing, SQLite's own
        # waiting polls.
        self._writing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            with mapped(self.place):
                if not isinstance(self._engine, SQLite):
                    await self._engine.open()
                await prepare(self._engine, self._tables, self.place, create=self._create, now=self._clock())
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._engine.close()

    async def put_contract(
        self, number: str, title: str, snapshot: bytes, digest: str, *, recorded: datetime | None = None
    ) -> int:
        """Keeps a version of the contract and returns its number, counted from 1.

        The digest of the newest version again adds nothing. That of an older one does: the contract
        went back to what it was. `recorded` is when the version came to be known, now unless given.
        """
        if digest != digest_of(snapshot):
            raise ValueError(f"{digest} is not the digest of this snapshot")
        self._plain(number, title)
        async with self._transaction():
            now = self._clock()
            seq, head = await self._end(lock=True)
            contract = await self._made(number, title, now)
            last = await self._newest(contract)
            if last is not None and last["digest"] == digest:
                return int(last["version"])
            version = 1 if last is None else int(last["version"]) + 1
            known = recorded or now
            link = snapshot_link(head, seq + 1, number, version, known, now, digest)
            snapshots = self._tables.snapshot
            await snapshots.insert(
                snapshots(
                    seq=seq + 1,
                    contract=contract,
                    version=version,
                    recorded=known,
                    appended=now,
                    body=snapshot.decode(),
                    digest=digest,
                    prev=head,
                    hash=link,
                )
            )
            meta = self._tables.meta
            await meta.update({meta.seq: seq + 1, meta.head: link}, force=True)
            return version

    async def append_events(self, number: str, entries: Sequence[Entry]) -> Appended:
        """Adds what is not there yet, all or nothing; acknowledged means on the disk."""
        for entry in entries:
            if entry.recorded.tzinfo is None:
                raise ValueError(f"{entry.id}: recorded has no time zone")
            self._plain(entry.id, entry.what, entry.of, entry.happened)
        engine = self._engine
        with mapped(self.place):
            if isinstance(engine, SQLite):
                async with self._writing:
                    return await engine.on_writer(lambda raw: append_sqlite(raw, number, entries, self._clock))
            return await append_postgres(engine.pool, number, entries, self._clock)

    async def numbers(self) -> list[str]:
        contracts = self._tables.contract
        with mapped(self.place):
            return await contracts.select(contracts.number).order_by(contracts.number).output(as_list=True)

    async def snapshot(self, number: str, version: int | None = None, known_at: datetime | None = None) -> bytes:
        """The newest version, or the one asked for, or the newest known at that instant (inclusive)."""
        snapshots = self._tables.snapshot
        with mapped(self.place):
            query = snapshots.select(snapshots.body).where(snapshots.contract == await self._id(number))
            if version is not None:
                query = query.where(snapshots.version == version)
            if known_at is not None:
                query = query.where(snapshots.recorded <= _aware(known_at))
            row = await query.order_by(snapshots.version, ascending=False).first()
        if row is None:
            raise refused("STORE-SNAPSHOT-01", where=number, number=number, version=version, known_at=known_at)
        return str(row["body"]).encode()

    async def events(self, number: str, known_at: datetime | None = None) -> list[bytes]:
        """In the order in which they were appended; with `known_at` only what was recorded by then (inclusive)."""
        events = self._tables.event
        with mapped(self.place):
            query = events.select(events.body).where(events.contract == await self._id(number))
            if known_at is not None:
                query = query.where(events.recorded <= _aware(known_at))
            bodies = await query.order_by(events.seq).output(as_list=True)
        return [body.encode() for body in bodies]

    async def replace_projections(
        self, number: str, obligations: Sequence[ObligationLine], charges: Sequence[ChargeLine], header: Header
    ) -> Written:
        """Makes the kept figures of a contract these, touching only lines that differ."""
        tables = self._tables
        async with self._transaction():
            contract = await self._id(number, lock=True)
            duties = [row_of_obligation(contract, line) for line in obligations]
            owed = [row_of_charge(contract, line) for line in charges]
            first = await self._rewrite(tables.obligation, contract, duties)
            second = await self._rewrite(tables.charge, contract, owed)
            made = {"as_of": header.as_of, "known_at": header.known_at, "semantics": header.semantics}
            await self._stand(contract, {**made, "world": header.world})
        return Written(first.added + second.added, first.changed + second.changed, first.removed + second.removed)

    async def obligations(self, number: str) -> list[ObligationLine]:
        return [kept_obligation(row) for row in await self._lines(self._tables.obligation, number)]

    async def charges(self, number: str) -> list[ChargeLine]:
        return [kept_charge(row) for row in await self._lines(self._tables.charge, number)]

    async def header(self, number: str) -> Header | None:
        """Under what the kept figures were made; None when there are none."""
        standing = self._tables.standing
        with mapped(self.place):
            row = await standing.select().where(standing.contract == await self._id(number)).first()
        if row is None:
            return None
        return Header(row["as_of"], row["known_at"], row["semantics"], row["world"])

    async def head(self) -> str:
        """The hash of the last record: who holds it can later tell whether anything before it was changed."""
        with mapped(self.place):
            return (await self._end())[1]

    async def verify(self) -> Report:
        """Walks the whole chain, works out every digest and hash again, and names what does not hold."""
        with mapped(self.place):
            last = await self._last_seq()
            # Read after the last row: the end may have moved on meanwhile, but never back.
            end, head = await self._end()
            problems: list[Problem] = []
            broken: list[int] = []
            counts = {"event": 0, "snapshot": 0}
            expected, prev = 1, START
            async for kind, row, number in self._records(end):
                counts[kind] += 1
                seq = int(row["seq"])
                found = _wrong(kind, row, number, expected, prev)
                if found is not None:
                    problems.append(found)
                    broken.append(min(seq, expected))
                expected, prev = seq + 1, row["hash"]
            if expected != end + 1 or prev != head or last > end:
                problems.append(Problem("STORE-CHAIN-03", args={"seq": min(expected, end + 1), "end": end}))
                broken.append(min(expected, end + 1))
        return Report(counts["event"], counts["snapshot"], head, min(broken, default=None), tuple(problems))

    async def export(self, number: str) -> dict[str, Any]:
        """The contract as last written and its events, decoded; enough to make the files again."""
        with mapped(self.place):
            contracts = self._tables.contract
            row = await contracts.select().where(contracts.number == number).first()
        body = await self.snapshot(number)
        events = await self.events(number)
        return {
            "number": number,
            "title": row["title"] if row else "",
            "contract": msgspec.json.decode(body),
            "events": [msgspec.json.decode(event) for event in events],
            "head": await self.head(),
        }

    async def backup(self, to: str) -> str:
        """A copy of the file as of this moment, while others go on writing; returns its head."""
        if not isinstance(self._engine, SQLite):
            raise refused("STORE-BACKUP-02", where=self.place)
        part = f"{to}.part"
        with mapped(to):
            await asyncio.to_thread(_clear, part, to)
            await self._engine.run_ddl("VACUUM INTO '" + part.replace("'", "''") + "'")
            # VACUUM INTO does not wait for the disk, and a half-written copy must never bear the final name.
            await asyncio.to_thread(_settle, part, to)
        async with open_store(to) as copy:
            return await copy.head()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        with mapped(self.place):
            async with self._writing, self._engine.transaction(allow_nested=False):
                yield

    def _plain(self, *texts: str) -> None:
        # PostgreSQL cannot keep this one character and SQLite can; both stores must hold the same.
        for text in texts:
            if "\0" in text:
                raise refused("STORE-TEXT-01", where=text.replace("\0", "\\0"))

    async def _end(self, *, lock: bool = False) -> tuple[int, str]:
        query = self._tables.meta.select()
        if lock and not isinstance(self._engine, SQLite):
            query = query.lock_rows("UPDATE")
        [row] = await query
        return int(row["seq"]), str(row["head"])

    async def _id(self, number: str, *, lock: bool = False) -> int:
        contracts = self._tables.contract
        query = contracts.select(contracts.id).where(contracts.number == number).first()
        if lock and not isinstance(self._engine, SQLite):
            # NO KEY: a full lock would hold up everyone who appends an event that refers to this row.
            query = query.lock_rows("NO KEY UPDATE")
        row = await query
        if row is None:
            raise refused("STORE-CONTRACT-01", where=number, number=number)
        return int(row["id"])

    async def _made(self, number: str, title: str, now: datetime) -> int:
        contracts = self._tables.contract
        row = await contracts.select(contracts.id, contracts.title).where(contracts.number == number).first()
        if row is None:
            [made] = await contracts.insert(contracts(number=number, title=title, created=now))
            return int(made["id"])
        if row["title"] != title:
            await contracts.update({contracts.title: title}).where(contracts.id == row["id"])
        return int(row["id"])

    async def _newest(self, contract: int) -> dict[str, Any] | None:
        snapshots = self._tables.snapshot
        query = snapshots.select(snapshots.version, snapshots.digest).where(snapshots.contract == contract)
        return await query.order_by(snapshots.version, ascending=False).first()

    async def _rewrite(self, table: Any, contract: int, wanted: list[dict[str, Any]]) -> Written:
        standing = await table.select(*table.all_columns(exclude=[table.id])).where(table.contract == contract)
        changes = changes_of({row["key"]: row for row in standing}, wanted)
        stale = [*changes.removed, *changes.changed]
        for start in range(0, len(stale), SLICE):
            here = table.contract == contract
            await table.delete().where(here & table.key.is_in(stale[start : start + SLICE]))
        for start in range(0, len(changes.rows), SLICE):
            await table.insert(*(table(**row) for row in changes.rows[start : start + SLICE]))
        return Written(len(changes.rows) - len(changes.changed), len(changes.changed), len(changes.removed))

    async def _stand(self, contract: int, made: dict[str, Any]) -> None:
        standing: Any = self._tables.standing
        if await standing.exists().where(standing.contract == contract):
            await standing.update(made).where(standing.contract == contract)
        else:
            await standing.insert(standing(contract=contract, **made))

    async def _lines(self, table: Any, number: str) -> list[dict[str, Any]]:
        with mapped(self.place):
            rows: list[dict[str, Any]] = await table.select().where(table.contract == await self._id(number))
        return sorted(rows, key=lambda row: str(row["key"]))

    async def _last_seq(self) -> int:
        last = 0
        for table in (self._tables.event, self._tables.snapshot):
            row = await table.select(table.seq).order_by(table.seq, ascending=False).first()
            last = max(last, int(row["seq"]) if row else 0)
        return last

    async def _records(self, end: int) -> AsyncIterator[tuple[str, dict[str, Any], str]]:
        """Events and snapshots together, in the order of the chain, a block at a time."""
        contracts, tables = self._tables.contract, self._tables
        named = {row["id"]: row["number"] for row in await contracts.select(contracts.id, contracts.number)}
        for low in range(0, end, BLOCK):
            high = min(low + BLOCK, end)
            events = await tables.event.select().where((tables.event.seq > low) & (tables.event.seq <= high))
            kept = await tables.snapshot.select().where((tables.snapshot.seq > low) & (tables.snapshot.seq <= high))
            records = [("event", row) for row in events] + [("snapshot", row) for row in kept]
            for kind, row in sorted(records, key=lambda record: int(record[1]["seq"])):
                yield kind, row, named.get(row["contract"], "")


def _wrong(kind: str, row: dict[str, Any], number: str, expected: int, prev: str) -> Problem | None:
    seq, digest = int(row["seq"]), digest_of(row["body"].encode())
    args = {"seq": seq, "number": number}
    if seq != expected or row["prev"] != prev:
        return Problem("STORE-CHAIN-02", where=number, args={**args, "seq": min(seq, expected)})
    if digest != row["digest"]:
        return Problem("STORE-CHAIN-01", where=number, args=args)
    if kind == "snapshot":
        link = snapshot_link(prev, seq, number, row["version"], row["recorded"], row["appended"], digest)
    else:
        told = Entry(row["event"], b"", row["recorded"], row["what"], row["of"], row["happened"])
        link = event_link(prev, seq, number, told, digest, row["appended"])
    return None if link == row["hash"] else Problem("STORE-CHAIN-01", where=number, args=args)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment


def _clear(part: str, target: str) -> None:
    if Path(target).exists():
        raise refused("STORE-BACKUP-01", where=target, file=target)
    Path(part).unlink(missing_ok=True)


def _settle(part: str, target: str) -> None:
    with Path(part).open("rb+") as written:
        os.fsync(written.fileno())
    Path(part).rename(target)
    if os.name == "posix":  # pragma: no branch - elsewhere a folder cannot be opened, and needs no such care
        folder = os.open(Path(target).parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
