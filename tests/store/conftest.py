"""A store on each engine, and a throw-away PostgreSQL to keep one of them in."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from core.store import Entry, Store, open_store

PASSWORD = "loopback-only"
NUMBER = "KF-2026-001"


class Server:
    """PostgreSQL on a free loopback port, in a folder that goes when it stops."""

    def __init__(self, postgres: str) -> None:
        self.bin = Path(postgres).resolve().parent
        self.folder = Path(tempfile.mkdtemp(prefix="spondeo-postgres-"))
        self.identity = _ordinary_user(self.folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.folder), "PGPASSWORD": PASSWORD}
        self.made = count(1)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        initdb = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "-N"]
        self._do("initdb", "-D", str(self.folder / "data"), *initdb)
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        # Nothing here outlives the run, so the server need not wait for the disk.
        quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60"]
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", *quick]
        command = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        for setting in settings:
            command += ["-c", setting]
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=self.environment,
            start_new_session=True,
            **self.identity,
        )
        for _ in range(200):
            ready = [str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            if subprocess.run(ready, check=False, env=self.environment).returncode == 0:
                return process
            time.sleep(0.05)
        process.kill()
        pytest.fail("PostgreSQL did not start within ten seconds")

    def _do(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.bin / program), *arguments],
            check=True,
            capture_output=True,
            cwd="/",
            env=self.environment,
            **self.identity,
        )

    def url(self, database: str, *, user: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        name = f"spondeo_{next(self.made)}"
        self._do("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name)
        return self.url(name)

    def stop(self) -> None:
        self.process.terminate()
        try:
            # SIGTERM waits for clients; a test that failed may have left one.
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _ordinary_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, as which containers often run tests."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def server(program: Callable[[str], str]) -> Iterator[Server]:
    running = Server(program("postgres"))
    yield running
    running.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store can be made; each test runs on both engines."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite")
    running: Server = request.getfixturevalue("server")
    return running.new_database()


@pytest.fixture
async def store(place: str) -> AsyncIterator[Store]:
    """An open store that knows one contract."""
    async with open_store(place, create=True) as opened:
        await put(opened, b'{"number":"KF-2026-001"}')
        yield opened


async def put(store: Store, body: bytes, *, number: str = NUMBER, **more: Any) -> int:
    return await store.put_contract(number, "A service contract", body, sha256(body).hexdigest(), **more)


def entry(name: str, *, body: bytes | None = None, recorded: datetime = datetime(2026, 3, 1, tzinfo=UTC)) -> Entry:
    told = body or b'{"id":"%s"}' % name.encode()
    return Entry(name, told, recorded, what="delivered", of="A1", happened="2026-03-01")


@pytest.fixture(name="put")
def _put() -> Callable[..., Any]:
    return put


@pytest.fixture(name="entry")
def _entry() -> Callable[..., Entry]:
    return entry


@pytest.fixture
def sql(store: Store) -> Callable[[str], Any]:
    """Runs a statement behind the store's back."""
    return store._engine.run_ddl


@pytest.fixture
def unguarded(store: Store, sql: Callable[[str], Any]) -> Callable[[str], Any]:
    """Runs a statement as someone who has first taken the guards of the ledger away."""

    async def tamper(statement: str) -> None:
        for table in ("spondeo_event", "spondeo_snapshot"):
            if store.place.startswith("postgresql"):
                await sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            else:
                for guard in ("UPDATE", "DELETE", "replace"):
                    await sql(f"DROP TRIGGER IF EXISTS {table}_no_{guard}")
        await sql(statement)

    return tamper
