"""Mutants are made where a figure could move, and each one that is explained still exists."""

import ast
import importlib.util
from pathlib import Path

import pytest

SOURCE = """
__all__ = ["worth"]

def worth(n: int = 1) -> int:
    \'\'\'Says more than 3.\'\'\'
    if n > 2 and n != 5:
        return n * 2
    return min(n, 0)
"""


@pytest.fixture(scope="module")
def mutants():
    spec = importlib.util.spec_from_file_location("mutants", Path(__file__).parents[1] / "mutants.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_thing_is_changed_at_a_time(mutants, tmp_path):
    path = tmp_path / "worth.py"
    path.write_text(SOURCE, "utf-8")
    made = [(one.before, one.after) for one in mutants.changes(path, ast.parse(SOURCE))]

    assert ("n > 2", "n >= 2") in made
    assert ("n != 5", "n == 5") in made
    assert ("n > 2 and n != 5", "n > 2") in made
    assert ("n * 2", "n / 2") in made
    assert ("min(n, 0)", "max(n, 0)") in made
    assert not [after for _, after in made if "worth" in after or "Says" in after]


def test_every_room_has_its_modules_and_its_tests(mutants, root):
    assert mutants.ROOMS.keys() == mutants.TESTS.keys()
    for modules in mutants.ROOMS.values():
        for name in modules:
            assert (root / "core" / f"{name.replace('.', '/')}.py").is_file(), name
    for tests in mutants.TESTS.values():
        for path in tests:
            assert (root / path).exists(), path


def test_what_is_explained_is_still_there(mutants, root):
    there = set()
    for room, modules in mutants.ROOMS.items():
        for name in modules:
            path = root / "core" / f"{name.replace('.', '/')}.py"
            made = mutants.changes(path, ast.parse(path.read_text("utf-8")))
            there |= {mutants.named(one, room).name for one in made}

    assert set() == mutants.explained().keys() - there
