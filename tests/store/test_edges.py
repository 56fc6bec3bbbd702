"""What a store meets seldom: a moment without a zone, a file that others hold, a connection that cannot be made."""

import asyncio
import sqlite3
from datetime import datetime
from typing import Any

import pytest

from core.hookspecs import register_sectors
from core.store import open_store
from core.store.chain import instant
from core.store.engines import _reset
from core.store.schema import _to_wal


class Held:
    """An engine whose file others hold for so many tries."""

    def __init__(self, tries: int, said: str = "database is locked") -> None:
        self.left, self.said, self.tries = tries, said, 0

    async def run_ddl(self, statement: str) -> None:
        self.tries += 1
        if self.left:
            self.left -= 1
            raise sqlite3.OperationalError(self.said)


def test_a_moment_without_a_zone_enters_no_chain():
    with pytest.raises(ValueError, match="no time zone"):
        instant(datetime(2026, 3, 1))  # noqa: DTZ001


async def test_a_file_that_others_hold_is_asked_again(monkeypatch):
    monkeypatch.setattr("core.store.schema._PAUSE_S", 0)
    engine = Held(2)
    await _to_wal(engine)  # type: ignore[arg-type]

    assert 3 == engine.tries


@pytest.mark.parametrize("said", ["disk I/O error", "database is locked"])
async def test_what_waiting_does_not_mend_is_raised(monkeypatch, said):
    monkeypatch.setattr("core.store.schema._PAUSE_S", 0)
    with pytest.raises(sqlite3.OperationalError, match=said):
        await _to_wal(Held(10_000, said))  # type: ignore[arg-type]


async def test_a_connection_that_cannot_be_made_leaves_its_place_free(tmp_path, monkeypatch):
    async with open_store(str(tmp_path / "s.sqlite"), create=True) as store:
        engine: Any = store._engine

        async def refused() -> None:
            raise sqlite3.OperationalError("unable to open database file")

        monkeypatch.setattr(engine, "_free", [])
        monkeypatch.setattr(engine, "_connect", refused)
        async with asyncio.timeout(5):
            for _ in range(50):  # more often than there are places
                with pytest.raises(sqlite3.OperationalError):
                    await engine.get_connection()


def test_the_hook_itself_answers_nothing():
    with pytest.raises(NotImplementedError):
        register_sectors()


async def test_a_database_that_rolls_back_by_itself_is_told_by_its_own_words(tmp_path, put, entry):
    # As SQLite does when the disk is full: our own rollback would find nothing, and hide why.
    full = "CREATE TRIGGER full BEFORE INSERT ON spondeo_event BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END"
    async with open_store(str(tmp_path / "s.sqlite"), create=True) as store:
        await put(store, b"{}")
        await store._engine.run_ddl(full)
        with pytest.raises(Exception, match="the disk is full"):
            await store.append_events("KF-2026-001", [entry("a")])
        await store._engine.run_ddl("DROP TRIGGER full")
        await store.append_events("KF-2026-001", [entry("a")])

        assert (await store.verify()).ok


class Session:
    """A connection of a pool as it is given back."""

    def __init__(self, *, busy: bool) -> None:
        self.busy, self.resets = busy, 0

    def is_in_transaction(self) -> bool:
        return self.busy

    async def reset(self) -> None:
        self.resets += 1


@pytest.mark.parametrize("busy", [True, False])
async def test_a_session_given_back_is_reset_only_in_the_middle_of_a_transaction(busy):
    session = Session(busy=busy)
    await _reset(session)

    assert busy == bool(session.resets)
