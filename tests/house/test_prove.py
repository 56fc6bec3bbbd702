"""What `make prove` writes down is what Hypothesis said."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

TRIED = """
from hypothesis import given, settings, strategies as st
import pytest

@settings(max_examples=40, database=None)
@given(st.integers())
def test_cents_add_up(n):
    assert n + n == 2 * n

@pytest.mark.parametrize("way", ["half up"])
@settings(max_examples=50, database=None)
@given(n=st.integers())
def test_rounding_is_stable(way, n):
    assert round(n) == n
"""


@pytest.fixture(scope="module")
def prove():
    spec = importlib.util.spec_from_file_location("prove", Path(__file__).parents[1] / "prove.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def passed(prove, tmp_path_factory):
    """Counted from a real run: the form of the statistics is Hypothesis' own and may change."""
    place = tmp_path_factory.mktemp("proved")
    (place / "tests").mkdir()
    (place / "tests" / "test_money.py").write_text(TRIED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "tests", "-q", "--hypothesis-show-statistics", "--hypothesis-seed=1"]
    run = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True)
    return prove.properties(run.stdout)


def test_cases_are_counted_by_property(passed):
    counted = {
        "tests/test_money.py::test_cents_add_up": 40,
        "tests/test_money.py::test_rounding_is_stable[half up]": 50,
    }

    assert counted == passed


def test_cases_are_counted_over_all_phases(prove):
    printed = """tests/test_money.py::test_a_cap_holds:

  - during reuse phase (0.00 seconds):
    - 3 passing, 0 failing, and 0 invalid test cases
  - during generate phase (0.03 seconds):
    - 97 passing, 0 failing, and 2 invalid test cases
"""

    assert {"tests/test_money.py::test_a_cap_holds": 100} == prove.properties(printed)


def test_the_page_names_property_cases_seed_and_commit(prove, passed):
    run = prove.Run(42, "commit 0123456789ab")
    page = prove.written("", "laws", prove.section("laws", prove.table(passed), run, 1.25))

    assert "Seed 42, at commit 0123456789ab" in page
    assert "1.2 minutes" in page
    assert "| cents add up (`tests/test_money.py`) | 40 |" in page


def test_a_part_proved_anew_leaves_the_others_as_they_were(prove):
    run = prove.Run(1, "commit a")
    page = prove.written("", "laws", prove.section("laws", "held", run, 1))
    page = prove.written(page, "store", prove.section("store", "kept", run, 1))
    page = prove.written(page, "laws", prove.section("laws", "held again", prove.Run(2, "commit b"), 1))

    assert ["store", "laws"] == [line[3:] for line in page.splitlines() if line.startswith("## ")]
    assert "kept" in page
    assert "held again" in page
    assert "Seed 1, at commit a, " in page


@pytest.mark.parametrize(
    ("seed", "commit", "again"),
    [
        (1, "commit a", False),
        (2, "commit a", True),
        (1, "commit b", True),
        (1, "commit a with changes not committed", True),
    ],
)
def test_a_part_rests_only_for_the_same_seed_and_tree(prove, seed, commit, again):
    page = prove.written("", "laws", prove.section("laws", "held", prove.Run(1, "commit a"), 1))

    assert again is not prove.done(page, "laws", prove.Run(seed, commit))


def test_a_part_that_there_is_not_is_refused_before_anything_runs(prove, capsys):
    assert 2 == prove.main(["1", "lawz"])
    assert "laws" in capsys.readouterr().out
