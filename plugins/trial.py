"""Tries plugins that were never seen in a process of their own, with a time limit, and keeps the verdicts."""

import contextlib
import hashlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path

import msgspec

from core.hookspecs import API, PROJECT
from core.problems import Problem

__all__ = ["SECONDS", "Installed", "record", "verdicts"]

SECONDS = 10.0
"""How long a plugin may take when it is tried."""

AT_A_TIME = 4

_DANGEROUS = frozenset({"PLUGIN-TIME-01", "PLUGIN-CRASH-01"})
# What the child runs: it imports the plugin, calls its hook, reads its data and writes down what was wrong.
_CHILD = """
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
import msgspec
from core.hookspecs import GROUP
from plugins.registry import answers
name, value, report = sys.argv[1:]
Path(report).write_bytes(msgspec.json.encode(answers(EntryPoint(name, value, GROUP))[1], enc_hook=str))
"""


class Installed(msgspec.Struct, frozen=True):
    """An entry point and its distribution; `record` is "" where files may change under us (editable)."""

    entry: EntryPoint
    distribution: str
    version: str
    record: str


class _Verdict(msgspec.Struct, frozen=True):
    """How a trial ended, for exactly this plugin on exactly this Python; without problems it may be imported."""

    prefix: str
    python: str
    api: int
    distribution: str
    version: str
    record: str
    plugin: str
    module: str
    problems: tuple[Problem, ...] = ()


def record(dist: Distribution | None) -> str:
    """Digest of the installer's list of files and hashes; "" when there is none or files are used in place."""
    listing = dist.read_text("RECORD") if dist else None
    if dist is None or not listing:
        return ""
    with contextlib.suppress(msgspec.DecodeError, AttributeError):
        origin = msgspec.json.decode(dist.read_text("direct_url.json") or "{}")
        if origin.get("dir_info", {}).get("editable"):
            return ""
    return hashlib.sha256(listing.encode()).hexdigest()


def verdicts(
    installed: list[Installed], seconds: float, *, afresh: bool = False
) -> dict[tuple[str, str], tuple[Problem, ...]]:
    """What is wrong with each plugin, by its kept verdict or by a trial."""
    kept = _kept()
    known = {} if afresh else {_asked(one): verdict for one in installed for verdict in kept if _holds(verdict, one)}
    unknown = [one for one in installed if _asked(one) not in known]
    fresh = dict(zip(map(_asked, unknown), _tried(unknown, seconds), strict=True))
    _keep(kept, [_verdict(one, fresh[_asked(one)]) for one in unknown])
    return {name: verdict.problems for name, verdict in known.items()} | fresh


def _asked(one: Installed) -> tuple[str, str]:
    return one.entry.name, one.distribution


def _verdict(one: Installed, problems: tuple[Problem, ...]) -> _Verdict:
    return _Verdict(
        sys.prefix, platform.python_version(), API, one.distribution, one.version, one.record, one.entry.name,
        one.entry.value, problems,
    )  # fmt: skip


def _holds(verdict: _Verdict, one: Installed) -> bool:
    return bool(one.record) and verdict == _verdict(one, verdict.problems)


def _tried(installed: list[Installed], seconds: float) -> list[tuple[Problem, ...]]:
    """Each plugin's problems as its own child process met them; a few run at a time, each with the whole time limit."""
    if not installed:
        return []
    from concurrent.futures import ThreadPoolExecutor

    with tempfile.TemporaryDirectory(prefix="spondeo-") as scratch, ThreadPoolExecutor(AT_A_TIME) as pool:
        reports = [Path(scratch) / str(number) for number in range(len(installed))]
        return list(pool.map(_trial, installed, reports, [seconds] * len(installed)))


def _trial(one: Installed, report: Path, seconds: float) -> tuple[Problem, ...]:
    child = _child(one, report)
    try:
        return _outcome(child, report, seconds)
    finally:
        _stop(child)


def _child(one: Installed, report: Path) -> subprocess.Popen[bytes]:
    """Starts the trial: same interpreter, same import path, nothing to read, nowhere to print."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD, one.entry.name, one.entry.value, str(report)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        start_new_session=True,
    )  # fmt: skip


def _outcome(child: subprocess.Popen[bytes], report: Path, seconds: float) -> tuple[Problem, ...]:
    try:
        code = child.wait(seconds)
    except subprocess.TimeoutExpired:
        return (Problem("PLUGIN-TIME-01", "register_sectors", {"seconds": f"{seconds:g}"}),)
    if code == 0:
        # No report although all went well: the plugin left by a door that Python does not watch.
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode(report.read_bytes(), type=tuple[Problem, ...])
    end = (code < 0 and signal.strsignal(-code)) or str(code)
    return (Problem("PLUGIN-CRASH-01", "register_sectors", {"end": end}),)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ends a child that is still running, with whatever it has started."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                child.kill()
            else:
                os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _is_dangerous(verdict: _Verdict) -> bool:
    return any(problem.code in _DANGEROUS for problem in verdict.problems)


def _cache() -> Path:
    """Where verdicts are kept: SPONDEO_CACHE_HOME, else XDG_CACHE_HOME/spondeo, else ~/.cache/spondeo."""
    own, xdg = os.environ.get("SPONDEO_CACHE_HOME"), os.environ.get("XDG_CACHE_HOME")
    folder = Path(own) if own else (Path(xdg) if xdg else Path.home() / ".cache") / PROJECT
    return folder / "plugins.json"


def _kept() -> list[_Verdict]:
    try:
        return msgspec.json.decode(_cache().read_bytes(), type=list[_Verdict])
    except (OSError, RuntimeError, msgspec.MsgspecError):  # no file, no home, or of another version: then try again
        return []


def _keep(kept: list[_Verdict], fresh: list[_Verdict]) -> None:
    """Keeps who passed and who is dangerous; other failures are tried again: what they lack may be installed next."""
    lasting = [one for one in fresh if one.record and (not one.problems or _is_dangerous(one))]
    renewed = {(one.prefix, one.distribution, one.plugin) for one in fresh}
    verdicts = [one for one in kept if (one.prefix, one.distribution, one.plugin) not in renewed] + lasting
    if verdicts == kept:
        return
    path = _cache()
    # A cache that cannot be written costs a trial at the next start, and nothing else.
    with contextlib.suppress(OSError, RuntimeError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(verdicts))
        Path(name).replace(path)
