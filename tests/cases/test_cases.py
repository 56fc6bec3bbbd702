"""Every worked case comes out as it was worked by hand."""

from pathlib import Path

import pytest

from locales import say
from plugins.testing import Case, load_cases, run_case

CASES = load_cases(Path(__file__).parent)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file.stem}: {case.name}" for case in CASES])
def test_a_case_comes_out_as_worked_by_hand(case: Case):
    wrong = run_case(case)

    assert not wrong, "\n".join([f"{case.name} ({case.source})", *(say(problem, "en") for problem in wrong)])
