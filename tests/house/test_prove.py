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
    page = prove.table(passed, 42, "commit 0123456789ab")

    assert "seed 42, at commit 0123456789ab" in page
    assert "| cents add up (`tests/test_money.py`) | 40 |" in page
