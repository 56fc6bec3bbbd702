"""What is no store, or cannot be reached, is said in one problem with a code, and never with a password."""

import asyncio
import os
import pwd
import shutil
import socket
import sqlite3
import tempfile
import threading
from pathlib import Path

import pytest

import core.store.engines
import core.store.schema
from core.problems import InputError
from core.store import init, open_store
from core.store.faults import shown
from core.store.schema import VERSION, Step

NUMBER = "KF-2026-001"


async def refusal(place, **how):
    with pytest.raises(InputError) as told:
        async with open_store(place, **how):
            pass
    [problem] = told.value.problems
    return problem


async def test_a_file_that_is_not_there_is_not_made_by_asking_for_it(tmp_path):
    assert "STORE-OPEN-01" == (await refusal(str(tmp_path / "none.sqlite"))).code
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("create", [False, True])
async def test_a_file_that_is_no_database_is_left_alone(tmp_path, create):
    file = tmp_path / "contract.toml"
    file.write_text('number = "KF-2026-001"')

    assert "STORE-OPEN-02" == (await refusal(str(file), create=create)).code
    assert 'number = "KF-2026-001"' == file.read_text()


async def test_a_file_that_only_begins_like_a_database_is_refused(tmp_path):
    file = tmp_path / "x.sqlite"
    file.write_bytes(b"SQLite format 3\0" + b"x" * 5000)

    assert (await refusal(str(file))).code in ("STORE-OPEN-02", "STORE-OPEN-13")


@pytest.mark.parametrize("create", [False, True])
async def test_a_database_of_something_else_is_left_alone(place, create):
    async with open_store(place, create=True) as store:
        for table in reversed(store._tables.all()):
            await store._engine.run_ddl(f"DROP TABLE {table._meta.tablename}")
        await store._engine.run_ddl("CREATE TABLE invoices (id INTEGER)")

    assert "STORE-OPEN-03" == (await refusal(place, create=create)).code


@pytest.mark.parametrize("create", [False, True])
async def test_a_table_that_only_has_our_name_is_refused(place, create):
    async with open_store(place, create=True) as store:
        await store._engine.run_ddl("DROP TABLE spondeo_meta")
        await store._engine.run_ddl("CREATE TABLE spondeo_meta (id INTEGER)")
        await store._engine.run_ddl("INSERT INTO spondeo_meta VALUES (1)")

    assert "STORE-OPEN-03" == (await refusal(place, create=create)).code


async def test_an_empty_file_is_not_yet_a_store(tmp_path):
    (tmp_path / "empty.sqlite").touch()

    assert "STORE-OPEN-04" == (await refusal(str(tmp_path / "empty.sqlite"))).code


async def test_an_empty_database_is_not_yet_a_store(place):
    if place.startswith("postgresql"):
        assert "STORE-OPEN-04" == (await refusal(place)).code


@pytest.mark.parametrize("create", [False, True])
async def test_a_store_of_a_newer_version_is_refused_with_both_numbers(place, create):
    async with open_store(place, create=True) as store:
        await store._engine.run_ddl(f"UPDATE spondeo_meta SET schema_version = {VERSION + 4}")

    problem = await refusal(place, create=create)
    assert ("STORE-OPEN-05", VERSION + 4, VERSION) == (problem.code, problem.args["found"], problem.args["known"])


async def test_a_store_that_is_upgraded_under_a_running_process_is_not_written_on(store, entry):
    await store._engine.run_ddl(f"UPDATE spondeo_meta SET schema_version = {VERSION + 1}")

    with pytest.raises(InputError, match="STORE-OPEN-05"):
        await store.append_events(NUMBER, [entry("a")])


async def test_an_older_store_is_upgraded_only_when_asked_and_keeps_everything(place, put, entry, monkeypatch):
    async with open_store(place, create=True) as store:
        await put(store, b'{"v":1}')
        await store.append_events(NUMBER, [entry("a")])
        head = await store.head()
    added, taken = ("ALTER TABLE spondeo_contract ADD COLUMN note TEXT",), ("ALTER TABLE nowhere ADD COLUMN x TEXT",)
    steps = (Step(VERSION, taken, taken), Step(VERSION + 1, added, added))  # the first was taken long ago
    monkeypatch.setattr(core.store.schema, "STEPS", steps)
    monkeypatch.setattr(core.store.schema, "VERSION", VERSION + 1)

    problem = await refusal(place)
    assert ("STORE-OPEN-06", VERSION, VERSION + 1) == (problem.code, problem.args["found"], problem.args["known"])
    await init(place)
    await init(place)
    async with open_store(place) as store:
        assert (await store.verify()).ok
        assert head == await store.head()
        assert [{"note": None}] == [
            dict(row) for row in await store._engine.run_ddl("SELECT note FROM spondeo_contract")
        ]
    if not place.startswith("postgresql"):
        monkeypatch.undo()
        async with open_store(f"{place}.v{VERSION}") as old:
            assert head == await old.head()


def test_what_an_earlier_upgrade_set_aside_is_not_written_over(tmp_path, monkeypatch):
    place = str(tmp_path / "s.sqlite")
    asyncio.run(init(place))
    aside = Path(f"{place}.v{VERSION}")
    aside.write_bytes(b"what was there")
    monkeypatch.setattr(core.store.schema, "VERSION", VERSION + 1)
    asyncio.run(init(place))

    assert b"what was there" == aside.read_bytes()


async def test_an_upgrade_that_fails_leaves_the_store_as_it_was(place, monkeypatch):
    await init(place)
    broken = ("ALTER TABLE spondeo_contract ADD COLUMN note TEXT", "ALTER TABLE nowhere ADD COLUMN x TEXT")
    with monkeypatch.context() as newer:
        newer.setattr(core.store.schema, "STEPS", (Step(VERSION + 1, broken, broken),))
        newer.setattr(core.store.schema, "VERSION", VERSION + 1)
        with pytest.raises(Exception, match="nowhere"):
            await init(place)

    async with open_store(place) as store:
        with pytest.raises(Exception, match="note"):
            await store._engine.run_ddl("SELECT note FROM spondeo_contract")


async def test_making_a_store_twice_changes_nothing(place, put):
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
    await init(place)

    async with open_store(place) as store:
        assert [NUMBER] == await store.numbers()


async def test_a_locked_file_is_said_to_be_locked(tmp_path, put, entry, monkeypatch):
    monkeypatch.setattr(core.store.engines, "_PRAGMAS", ("PRAGMA busy_timeout=50",))
    place = str(tmp_path / "store.sqlite")
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
        other = sqlite3.connect(place, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for _ in range(5):
            with pytest.raises(InputError, match="STORE-OPEN-07"):
                await store.append_events(NUMBER, [entry("a")])
            with pytest.raises(InputError, match="STORE-OPEN-07"):
                await put(store, b"[]")
        other.close()

        assert ("a",) == (await store.append_events(NUMBER, [entry("a")])).new
        assert 2 == await put(store, b"[]")


async def test_a_folder_is_not_a_file(tmp_path):
    assert "STORE-OPEN-11" == (await refusal(str(tmp_path), create=True)).code


async def test_a_store_in_a_folder_that_is_not_there_cannot_be_made(tmp_path):
    assert "STORE-OPEN-11" == (await refusal(str(tmp_path / "none" / "x.sqlite"), create=True)).code


@pytest.fixture
def ordinary_folder():
    """A folder of an ordinary user, whose rights hold while the test runs: root may read and write everything."""
    folder = Path(tempfile.mkdtemp(prefix="spondeo-"))
    if os.geteuid() != 0:
        yield folder
        shutil.rmtree(folder)
        return
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(folder, nobody, -1)
    os.seteuid(nobody)
    try:
        yield folder
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)


async def test_a_file_that_may_not_be_read_is_said_to_be_closed_to_us(ordinary_folder):
    place = ordinary_folder / "store.sqlite"
    await init(str(place))
    place.chmod(0)

    assert "STORE-OPEN-11" == (await refusal(str(place))).code


async def test_a_file_that_may_not_be_written_can_be_read_and_says_so_when_written(ordinary_folder, put):
    place = ordinary_folder / "store.sqlite"
    async with open_store(str(place), create=True) as store:
        await put(store, b"{}")
    place.chmod(0o444)

    async with open_store(str(place)) as store:
        assert b"{}" == await store.snapshot(NUMBER)
        assert (await store.verify()).ok
        with pytest.raises(InputError, match="STORE-OPEN-11"):
            await put(store, b"[]")


async def test_a_damaged_file_is_said_to_be_damaged(tmp_path, put, entry):
    place = tmp_path / "store.sqlite"
    async with open_store(str(place), create=True) as store:
        await put(store, b"{}")
        await store.append_events(NUMBER, [entry(f"{number:04}") for number in range(500)])
    whole = place.read_bytes()
    place.write_bytes(whole[: 4096 * 20] + b"\xff" * 4096 * 8 + whole[4096 * 28 :])

    with pytest.raises(InputError, match="STORE-OPEN-13"):
        async with open_store(str(place)) as store:
            await store.verify()


@pytest.mark.parametrize("place", ["mysql://host/db", "http://example.org/store.sqlite"])
def test_an_address_of_another_kind_is_refused(place):
    with pytest.raises(InputError, match="STORE-OPEN-12"):
        open_store(place)


async def test_an_address_that_cannot_be_read_is_refused_without_its_password():
    problem = await refusal("postgresql://postgres:secret@127.0.0.1:port/x")

    assert "STORE-OPEN-12" == problem.code
    assert "secret" not in repr(problem)


@pytest.mark.parametrize(
    ("place", "printed"),
    [
        ("store.sqlite", "store.sqlite"),
        ("postgresql://host:5432/db", "postgresql://host:5432/db"),
        ("postgresql://user@host/db?sslmode=require", "postgresql://user@host/db"),
        ("postgresql://user:secret@host/db", "postgresql://user@host/db"),
        ("postgresql://user:sec/ret:1@a@host/db", "postgresql://user@host/db"),
        ("postgresql://user:sec?ret@host/db", "postgresql://…"),
        ("postgresql://host/db?user=u&password=sec@ret", "postgresql://…"),
    ],
)
def test_an_address_is_printed_without_its_password(place, printed):
    assert printed == shown(place)


async def test_a_server_that_does_not_answer_is_named_without_the_password():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    problem = await refusal(f"postgresql://user:secret@127.0.0.1:{port}/x")

    assert ("STORE-OPEN-08", f"postgresql://user@127.0.0.1:{port}/x") == (problem.code, problem.where)
    assert "secret" not in repr(problem)


async def test_a_wrong_password_and_an_unknown_database_are_told_apart(server):
    assert "STORE-OPEN-09" == (await refusal(server.url("postgres", password="wrong"))).code
    assert "STORE-OPEN-09" == (await refusal(server.url("postgres", user="nobody_here"))).code
    assert "STORE-OPEN-10" == (await refusal(server.url("none"))).code


async def test_a_connection_that_the_server_ends_is_a_problem_and_the_next_call_works(server, put, entry):
    """More often than the pool has connections: none may stay taken."""
    async with open_store(server.new_database(), create=True) as store:
        await put(store, b"{}")
        for _ in range(10):
            with pytest.raises(InputError, match="STORE-OPEN-08"):
                async with store._transaction():
                    await store._engine.run_ddl("SELECT pg_terminate_backend(pg_backend_pid())")

        assert ("a",) == (await store.append_events(NUMBER, [entry("a")])).new
        assert 2 == await put(store, b"[]")


async def test_no_thread_is_left_behind(place, put, entry):
    before = threading.active_count()
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
        await store.append_events(NUMBER, [entry("a")])

    assert before == threading.active_count()


async def test_no_thread_is_left_behind_by_a_refusal(tmp_path):
    before = threading.active_count()
    (tmp_path / "empty.sqlite").touch()
    await refusal(str(tmp_path / "empty.sqlite"))
    await refusal(str(tmp_path / "none" / "x.sqlite"), create=True)

    assert before == threading.active_count()
