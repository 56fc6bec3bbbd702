"""A folder of contracts to serve, and the real one as an item of the page."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.folder import load
from contracts.papers.page import Item
from core.assessment import assess, others

DAY = date(2027, 1, 10)


def item_of(path: Path, day: date = DAY) -> Item:
    [loaded], _ = load([path])
    assert loaded.contract
    given: dict[str, Any] = {"as_of": day, "world": loaded.world}
    made = assess(loaded.contract, loaded.events, **given)
    return loaded.contract, loaded.events, made, others(loaded.contract, loaded.events, **given)


@pytest.fixture(scope="session")
def s12(root) -> Item:
    """The customer service agreement after its year, as of 10 January 2027."""
    return item_of(root / "examples" / "s12" / "s12.toml")


@pytest.fixture(scope="session")
def hard(root) -> Item:
    return item_of(root / "examples" / "hard-1" / "hard-1.toml")


@pytest.fixture(scope="session")
def whole(root) -> Item:
    """A contract with something of everything that the page can show, after its end."""
    return item_of(root / "tests" / "papers" / "whole.toml", date(2026, 9, 30))


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A portfolio of two in a folder of its own, free to be broken."""
    shutil.copytree(root / "examples" / "s12", tmp_path / "s12")
    shutil.copytree(root / "examples" / "hard-1", tmp_path / "hard-1")
    return tmp_path
