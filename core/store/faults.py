"""What the two engines raise, mapped once to problems with a way out."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from core.problems import InputError, Problem

__all__ = ["mapped", "refused", "shown"]

_SQLITE = {
    sqlite3.SQLITE_BUSY: "STORE-OPEN-07",
    sqlite3.SQLITE_LOCKED: "STORE-OPEN-07",
    sqlite3.SQLITE_NOTADB: "STORE-OPEN-02",
    sqlite3.SQLITE_CORRUPT: "STORE-OPEN-13",
    sqlite3.SQLITE_CANTOPEN: "STORE-OPEN-11",
    sqlite3.SQLITE_READONLY: "STORE-OPEN-11",
    sqlite3.SQLITE_PERM: "STORE-OPEN-11",
    sqlite3.SQLITE_AUTH: "STORE-OPEN-11",
    sqlite3.SQLITE_FULL: "STORE-DISK-01",
    sqlite3.SQLITE_IOERR: "STORE-DISK-01",
}

# By the first letters of SQLSTATE, the longest that fits wins; the letters are PostgreSQL's appendix A.
_POSTGRES = {
    "08": "STORE-OPEN-08",
    "28": "STORE-OPEN-09",
    "3D": "STORE-OPEN-10",
    "42501": "STORE-OPEN-11",
    "25006": "STORE-OPEN-11",
    "40": "STORE-OPEN-07",
    "53": "STORE-OPEN-08",
    "53100": "STORE-DISK-01",
    "55P03": "STORE-OPEN-07",
    "57": "STORE-OPEN-08",
    "57014": "STORE-OPEN-07",
    "58": "STORE-DISK-01",
    "XX001": "STORE-OPEN-13",
}


def shown(place: str) -> str:
    """The place as it may be printed: a password, even one that was not escaped as it should be, stays here."""
    scheme, mark, rest = place.partition("://")
    if not mark:
        return place
    front, _, query = rest.partition("?")
    if "@" in query:
        return f"{scheme}://…"
    identity, at, server = front.rpartition("@")
    return f"{scheme}://{identity.partition(':')[0]}{at}{server}"


def refused(code: str, where: str = "", **args: object) -> InputError:
    return InputError((Problem(code, where=where, args=dict(args)),))


@contextmanager
def mapped(place: str) -> Iterator[None]:
    """Turns what an engine raises about the world (files, locks, servers) into a problem.

    What remains, a broken constraint or a misspelt column, is our own mistake and keeps its traceback.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as fault:
        code = _code(fault)
        if code is None:
            raise
        raise refused(code, where=place, place=place, detail=_detail(fault)) from fault


def _code(fault: Exception) -> str | None:
    if isinstance(fault, sqlite3.Error):
        # The low byte is the primary code; the rest says which kind of busy or I/O it was.
        return _SQLITE.get(getattr(fault, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(fault, "sqlstate", None)
    if isinstance(state, str):
        fits = [start for start in _POSTGRES if state.startswith(start)]
        return _POSTGRES[max(fits, key=len)] if fits else None
    if type(fault).__module__.startswith("asyncpg"):
        return "STORE-OPEN-08"  # the client's own: the connection is closed, the pool is closing
    return "STORE-OPEN-08" if isinstance(fault, OSError | TimeoutError) else None


def _detail(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
