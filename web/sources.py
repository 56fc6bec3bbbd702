"""Where a served page reads its contracts: files and folders, or a store; always as they are now."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

from contracts.folder import Loaded, contract_files, is_store, load
from core.problems import InputError, Problem

__all__ = ["FolderSource", "Source", "StoreSource", "source_for"]

SETTLE = 60
"""Milliseconds for which files must be quiet before they are read again: editors write in several steps."""

LOOK_AGAIN = 2.0
"""Seconds between two looks at a store; another process may have written to it."""


class Source(Protocol):
    """Contracts by name. Every call looks again; a name is looked up in the listing and never becomes a path."""

    @property
    def single(self) -> bool:
        """Whether this is one contract rather than a portfolio."""

    async def names(self) -> list[str]:
        """Names of all contracts, in the order in which they are shown."""

    async def load(self, names: Sequence[str]) -> list[tuple[str, Loaded]]:
        """The contracts of these names as read; names that are gone meanwhile are left out."""

    def changes(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Yields whenever something may have changed, until `stop` is set."""


class FolderSource:
    """A contract file, or a folder of them, with the sheets of events beside them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.single = not path.is_dir()

    async def names(self) -> list[str]:
        return list(await asyncio.to_thread(self._files))

    async def load(self, names: Sequence[str]) -> list[tuple[str, Loaded]]:
        return await asyncio.to_thread(self._load, names)

    async def changes(self, stop: asyncio.Event) -> AsyncIterator[None]:
        from watchfiles import awatch

        # A file is watched through its folder: editors save by moving a new file over the old one, and the sheet of
        # events lies beside it.
        folder = self.path.parent if self.single else self.path
        async for _ in awatch(folder, watch_filter=_matters, stop_event=stop, debounce=400, step=SETTLE):
            yield

    def _files(self) -> dict[str, Path]:
        if self.single:
            return {self.path.name: self.path}
        files, _ = contract_files([self.path])
        return {file.relative_to(self.path).as_posix(): file for file in files}

    def _load(self, names: Sequence[str]) -> list[tuple[str, Loaded]]:
        files = self._files()
        made: list[tuple[str, Loaded]] = []
        for name in names:
            if name in files:
                loaded, _ = load([files[name]])
                made.extend((name, one) for one in loaded)
        return made


class StoreSource:
    """A store by file or address; contracts go by their numbers."""

    single = False

    def __init__(self, place: str) -> None:
        self.place = place

    async def names(self) -> list[str]:
        return [name for name, _ in await self._all()]

    async def load(self, names: Sequence[str]) -> list[tuple[str, Loaded]]:
        wanted = frozenset(names)
        return [(name, loaded) for name, loaded in await self._all() if name in wanted]

    async def changes(self, stop: asyncio.Event) -> AsyncIterator[None]:
        seen = await self._head()
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_AGAIN)
                return
            head = await self._head()
            if head != seen:
                seen = head
                yield

    async def _all(self) -> list[tuple[str, Loaded]]:
        loaded, _ = await asyncio.to_thread(_store, self.place)
        return [(str(one.path), one) for one in loaded]

    async def _head(self) -> str:
        """The hash of the last record; "" while the store cannot be reached, which the page itself will say."""
        try:
            return await asyncio.to_thread(_head, self.place)
        except InputError:
            return ""


def source_for(place: str | Path) -> Source:
    """A store by address or file, else a file or folder; InputError with the located problem if there is neither."""
    if is_store(str(place)):
        _store(str(place))
        return StoreSource(str(place))
    path = Path(place)
    if not path.exists():
        loaded, problems = load([path])
        raise InputError([*problems, *(problem for one in loaded for problem in one.problems)])
    if path.is_file() and path.suffix.lower() not in {".toml", ".json"}:
        raise InputError([Problem("CLI-PATH-01", file=str(path))])
    return FolderSource(path)


def _store(place: str) -> tuple[list[Loaded], str]:
    from web.stored import load_store

    return load_store(place)


def _head(place: str) -> str:
    """The hash of the last record, which every new one changes."""
    from core.store import Store, using

    async def work(store: Store) -> str:
        return await store.head()

    return using(place, work)


def _matters(change: object, path: str) -> bool:
    """Contracts and sheets; not the lock and backup files that editors and Excel leave beside them."""
    name = Path(path).name
    return name.endswith((".toml", ".json", ".csv", ".xlsx")) and not name.startswith((".", "~$"))
