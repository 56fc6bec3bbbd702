"""What every test may use: programs of the system, asked for by name, and how long random search may take."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

__all__ = ["ROOT", "find_program"]

ROOT = Path(__file__).parents[1]

# Every run of "short" tries the same cases, so that nobody's change fails for another's luck; "prove" searches.
settings.register_profile("short", max_examples=30, derandomize=True, deadline=None, database=None)
settings.register_profile(
    "prove", max_examples=2000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("short")

# One program under the names and in the places it has on different systems.
_PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "soffice": ("soffice", "libreoffice"),
    "postgres": ("postgres",),
}
_PLACES = {
    "chromium": "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "soffice": "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "postgres": "/usr/lib/postgresql/*/bin/postgres",  # Debian keeps servers off the PATH
}


def find_program(name: str) -> str | None:
    """The path of a program of the system, or None."""
    for known in _PROGRAMS.get(name, (name,)):
        if found := shutil.which(known):
            return found
    if name not in _PLACES:
        return None
    placed = sorted(Path("/").glob(_PLACES[name].lstrip("/")), reverse=True)
    return str(placed[0]) if placed else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """`@pytest.mark.needs("pdftotext")`: skipped where it is absent, but a failure in CI, which installs everything."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            _require(name)


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """`program("soffice")`: its path; absent, the test is skipped, or fails in CI."""
    return _require


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the source tree."""
    return ROOT


def _require(name: str) -> str:
    found = find_program(name)
    if found is None:
        reason = f"{name} is not on this machine (make system)"
        if os.environ.get("CI", "").lower() not in ("", "0", "false"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found
