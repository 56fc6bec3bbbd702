"""A copy of the S12 example to work on, and the command run in this process."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import cli


class Ran(NamedTuple):
    """What one command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def s12(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "s12"
    folder.mkdir()
    for name in ("s12.toml", "events.csv"):
        shutil.copy(root / "examples/s12" / name, folder)
    return folder / "s12.toml"


@pytest.fixture
def spondeo(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*args: object) -> Ran:
        code = cli.main([str(arg) for arg in args])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
