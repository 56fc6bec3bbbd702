"""A process of its own that appends to a store: to be killed, or to compete."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from core.store import Entry, Header, ObligationLine, Store, init, open_store

NUMBER = "KF-2026-001"
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def entries(*names: str) -> list[Entry]:
    return [Entry(name, b'{"id":"%s"}' % name.encode(), MARCH) for name in names]


async def endlessly(place: str, mark: str) -> None:
    """Three events at a time; each line on stdout says that three are acknowledged."""
    async with open_store(place) as store:
        number = 0
        while True:
            names = [f"{mark}-{number}-{part}" for part in "abc"]
            await store.append_events(NUMBER, entries(*names))
            print(*names, flush=True)
            number += 1


async def read_then_append(place: str, mark: str, tasks: str) -> None:
    async with open_store(place) as store:
        await asyncio.gather(*(once(store, f"{mark}-{number}") for number in range(int(tasks))))


async def once(store: Store, name: str) -> None:
    known = len(await store.events(NUMBER))
    body = b'{"v":"%s"}' % name.encode()
    await store.put_contract(NUMBER, "", body, sha256(body).hexdigest())
    await store.replace_projections(NUMBER, [ObligationLine(name, body)], [], Header(MARCH, MARCH, 1))
    await store.append_events(NUMBER, entries(f"{name}-after-{known}"))


async def the_same(place: str) -> None:
    """Twenty times the same ids as every other process, by twos, each by two tasks."""
    async with open_store(place) as store:
        for number in range(20):
            pair = entries(f"{number}-a", f"{number}-b")
            await asyncio.gather(store.append_events(NUMBER, pair), store.append_events(NUMBER, pair[::-1]))


WORK: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "endlessly": endlessly,
    "read_then_append": read_then_append,
    "the_same": the_same,
    "init": init,
}

if __name__ == "__main__":
    asyncio.run(WORK[sys.argv[1]](*sys.argv[2:]))
