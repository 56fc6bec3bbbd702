"""Worked cases are read whole or not at all, and a figure that does not come out says what did."""

from pathlib import Path

import pytest

from core.problems import InputError
from locales import say
from plugins.testing import load_cases, run_case

CONTRACT = '''
contract = """
spondeo = 1
number = "X-1"
total = "1000.00 CNY"
signed = 2026-01-05
[counting]
preset = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.provider]
label = { zh = "甲方", en = "Party A" }
name = { zh = "甲", en = "A" }
[parties.client]
label = { zh = "乙方", en = "Party B" }
name = { zh = "乙", en = "B" }
[[annexes]]
id = "A1"
owed_by = "provider"
due = "30 days after signed"
[[rules]]
id = "late"
clause = "8"
when = "any annex is late"
charge = "1% of total per started day"
"""
'''
CASE = """
[[case]]
name = "three days late"
source = "ours"
note = "due 4 Feb, delivered 7 Feb: 3 × 10"
as_of = 2026-02-10
events = [{ id = "E1", what = "delivered", of = "A1", at = 2026-02-07 }]
[case.expect]
"""


def wrong(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "cases.toml"
    path.write_text(text, "utf-8")
    return [say(problem, "en") for case in load_cases(path) for problem in run_case(case)]


def test_a_case_that_comes_out_has_nothing_to_say(tmp_path):
    expect = """
    "obligations.A1.due" = 2026-02-04
    "breaches" = ["late:A1"]
    "breaches.count" = 1
    "charges.late:A1.payable" = "30.00 CNY"
    "charges.late:A1.slices.1.from" = 1
    "owed.provider.client" = "30.00 CNY"
    "owed.client.provider" = "0.00 CNY"
    "charges.late:A2" = "none"
    "problems" = []
    """

    assert [] == wrong(tmp_path, CONTRACT + CASE + expect)


def test_a_figure_that_does_not_come_out_is_shown_beside_what_did_and_the_sum(tmp_path):
    [said] = wrong(tmp_path, CONTRACT + CASE + '"charges.late:A1.payable" = "40.00 CNY"')

    assert "expected 40.00 CNY, found 30.00 CNY" in said
    assert "3 × 10" in said


@pytest.mark.parametrize(
    "query", ["charge.late:A1", "charges.late:A1.payble", "obligations.A1.due.moment", "charges.late:A2.payable"]
)
def test_a_query_that_leads_nowhere_is_no_match_for_none(tmp_path, query):
    [said] = wrong(tmp_path, f'{CONTRACT}{CASE}"{query}" = "none"')

    assert "CASE-QUERY-01" in said


def test_a_change_makes_another_contract_for_one_case_only(tmp_path):
    changed = CASE.replace(
        "[case.expect]", 'change = { "rules.late.charge" = "2% of total per started day" }\n[case.expect]'
    )
    text = (
        CONTRACT
        + changed
        + '"charges.late:A1.payable" = "60.00 CNY"\n'
        + CASE
        + '"charges.late:A1.payable" = "30.00 CNY"'
    )

    assert [] == wrong(tmp_path, text)


def test_a_change_of_nothing_is_a_problem(tmp_path):
    changed = CASE.replace("[case.expect]", 'change = { "rules.early.charge" = "2% of total" }\n[case.expect]')

    assert "CASE-FILE-04" in wrong(tmp_path, CONTRACT + changed + '"problems" = []')[0]


def test_problems_of_a_contract_that_cannot_be_read_can_be_expected(tmp_path):
    changed = CASE.replace("[case.expect]", 'change = { "annexes.A1.due" = "soon" }\n[case.expect]')

    assert [] == wrong(tmp_path, CONTRACT + changed + '"problems" = ["TERMS-DUE-01"]')


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("CASE-FILE-01", CONTRACT + CASE.replace('note = "due 4 Feb, delivered 7 Feb: 3 × 10"', "")),
        ("CASE-FILE-02", CONTRACT + CASE.replace("as_of", "asof = 1\nas_of")),
        ("CASE-FILE-02", "basis = 1\n" + CONTRACT + CASE),
        ("CASE-FILE-03", "[[case]\n"),
    ],
)
def test_a_file_that_is_no_case_is_refused_with_a_reason(tmp_path, code, text):
    (tmp_path / "cases.toml").write_text(text, "utf-8")

    with pytest.raises(InputError) as caught:
        load_cases(tmp_path)

    assert code in {problem.code for problem in caught.value.problems}


def test_a_contract_that_is_not_there_is_a_problem_of_the_case(tmp_path):
    text = CASE.replace("[case.expect]", 'contract = "nowhere.toml"\n[case.expect]') + '"problems" = []'

    assert "CASE-FILE-03" in wrong(tmp_path, text)[0]
