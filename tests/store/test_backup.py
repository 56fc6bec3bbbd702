"""A backup is a whole store under its final name, or nothing."""

import pytest

from core.problems import InputError
from core.store import open_store

NUMBER = "KF-2026-001"

here = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@here
async def test_a_backup_is_a_store_that_says_the_same_and_can_be_written_on(store, entry, tmp_path):
    await store.append_events(NUMBER, [entry("a")])
    copy = str(tmp_path / "it's a copy.sqlite")

    assert await store.head() == await store.backup(copy)
    async with open_store(copy) as other:
        assert await store.export(NUMBER) == await other.export(NUMBER)
        await other.append_events(NUMBER, [entry("b")])
        assert (await other.verify()).ok
        assert [{"journal_mode": "wal"}] == await other._engine.run_ddl("PRAGMA journal_mode")
    assert 1 == len(await store.events(NUMBER))


@here
async def test_a_copy_refuses_changes_as_the_original_does(store, tmp_path):
    copy = str(tmp_path / "copy.sqlite")
    await store.backup(copy)

    async with open_store(copy) as other:
        with pytest.raises(Exception, match="append-only"):
            await other._engine.run_ddl("DELETE FROM spondeo_snapshot")


@here
async def test_a_backup_never_overwrites(store, tmp_path):
    taken = tmp_path / "taken.sqlite"
    taken.write_text("mine")

    with pytest.raises(InputError, match="STORE-BACKUP-01"):
        await store.backup(str(taken))
    assert "mine" == taken.read_text()


@here
async def test_what_an_interrupted_backup_left_is_in_nobodys_way(store, tmp_path):
    (tmp_path / "copy.sqlite.part").write_text("half")

    assert await store.head() == await store.backup(str(tmp_path / "copy.sqlite"))


@here
async def test_a_backup_into_a_folder_that_is_not_there_is_a_problem(store, tmp_path):
    with pytest.raises(InputError, match="STORE-OPEN-11"):
        await store.backup(str(tmp_path / "none" / "copy.sqlite"))


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
async def test_a_server_is_backed_up_by_its_own_tool(store, tmp_path):
    with pytest.raises(InputError, match="STORE-BACKUP-02"):
        await store.backup(str(tmp_path / "copy.sqlite"))
