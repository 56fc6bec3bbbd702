"""Killed at any moment or used by many at once, the ledger keeps what it acknowledged and stays one chain."""

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.store import open_store

NUMBER = "KF-2026-001"
KILLS = 100 if os.environ.get("SPONDEO_PROVE") == "1" else 5
APPENDER = Path(__file__).with_name("appender.py")


@pytest.fixture
def appender(root):
    """Starts appender.py with these arguments; whatever still runs at the end is killed."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(root)}
        process = subprocess.Popen(
            [sys.executable, str(APPENDER), *arguments], stdout=subprocess.PIPE, text=True, env=environment
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        with process:  # waits for its end and closes the pipe
            pass


@pytest.mark.parametrize("kill", range(KILLS))
async def test_killed_at_any_moment_every_acknowledged_event_is_there(place, put, appender, kill):
    """A killed process, not a failed power supply: that the disk keeps what it was told is `synchronous=FULL`."""
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
    process = appender("endlessly", place, "k")
    acknowledged = process.stdout.readline().split()
    time.sleep(random.Random(kill).uniform(0, 0.15))  # noqa: ASYNC251 - nothing else runs in this loop
    process.kill()
    acknowledged += process.communicate()[0].rpartition("\n")[0].split()

    async with open_store(place) as store:
        report = await store.verify()
        kept = [body.decode()[7:-2] for body in await store.events(NUMBER)]
    assert report.ok
    assert acknowledged == kept[: len(acknowledged)]
    # At most the one batch that was under way when the process died, and never a part of it.
    assert len(kept) - len(acknowledged) in (0, 3)


async def test_a_crowd_of_processes_and_tasks_makes_one_chain(place, put, appender):
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
    crowd = [appender("read_then_append", place, f"p{number}", "10") for number in range(4)]
    assert [0, 0, 0, 0] == [process.wait(60) for process in crowd]

    async with open_store(place) as store:
        report = await store.verify()
        assert report.ok
        assert (40, 41) == (report.events, report.snapshots)
        assert 40 == len(set(await store.events(NUMBER)))
        assert 1 == len(await store.obligations(NUMBER))


async def test_what_many_append_at_once_is_there_once(place, put, appender):
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
    crowd = [appender("the_same", place) for _ in range(3)]
    assert [0, 0, 0] == [process.wait(60) for process in crowd]

    async with open_store(place) as store:
        report = await store.verify()
        kept = await store.events(NUMBER)
    assert report.ok
    assert 40 == len(kept) == len(set(kept))


async def test_a_task_that_is_cancelled_leaves_a_store_that_works(place, put, entry):
    """At every moment of its work; more often than there are connections."""
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
        for moment in range(30):
            name = f"{moment:02}"
            tasks = [
                asyncio.create_task(put(store, name.encode())),
                asyncio.create_task(store.append_events(NUMBER, [entry(name)])),
            ]
            await asyncio.sleep(moment / 10_000)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        await put(store, b'{"last":1}')
        assert (await store.append_events(NUMBER, [entry("last")])).new == ("last",)
        assert (await store.verify()).ok
        assert b'{"last":1}' == await store.snapshot(NUMBER)


async def test_a_crowd_that_makes_the_same_store_at_once_makes_one(place, appender):
    crowd = [appender("init", place) for _ in range(4)]
    assert [0, 0, 0, 0] == [process.wait(60) for process in crowd]

    async with open_store(place) as store:
        assert (await store.verify()).ok


async def test_a_backup_taken_while_others_write_is_whole(tmp_path, put, appender):
    place, copy = str(tmp_path / "store.sqlite"), str(tmp_path / "copy.sqlite")
    async with open_store(place, create=True) as store:
        await put(store, b"{}")
        process = appender("endlessly", place, "k")
        process.stdout.readline()
        head = await store.backup(copy)
    process.kill()

    async with open_store(copy) as store:
        report = await store.verify()
        assert report.ok
        assert head == report.head
        assert 0 == report.events % 3
        assert report.events > 0
