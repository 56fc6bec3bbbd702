"""What a report says of third parties and of the end, in every language."""

from datetime import date
from pathlib import Path

import pytest

from contracts.folder import load
from contracts.papers.outside import ending, flow_table, stages
from contracts.papers.text import report
from contracts.titles import duty_title, with_titles
from core.assessment import Assessment, assess
from core.events import Event
from core.terms import Contract
from locales import LANGUAGES

EXAMPLES = Path(__file__).parents[2] / "examples"


def worked(name: str, *more: Event, as_of: date = date(2026, 9, 30)) -> tuple[Contract, Assessment]:
    [one], problems = load([EXAMPLES / name / f"{name}.toml"])
    assert one.contract, problems
    return one.contract, assess(one.contract, [*one.events, *more], as_of=as_of, world=one.world)


def test_each_stage_has_a_row_in_the_order_of_its_life():
    contract, made = worked("third-party-s13")
    rows = stages(contract, made, "en")

    assert ["request", "answer", "agreement", "start of work", "end", "word of the end", "settlement"] == [
        row[1] for row in rows[1:]
    ]
    who = "Party B"
    assert ("Example Risk Assessors", "answer", who, "2026-02-27", "2026-03-03", "done late") == rows[2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_words_for_all_of_it(lang: str):
    contract, made = worked("third-party-s13", Event(what="terminated", id="T", by="client", at=date(2026, 9, 1)))
    rows, warnings = flow_table(contract, lang)

    assert len(stages(contract, made, lang)) == 8
    assert (2, 3) == (len(rows), len(warnings))
    assert "2026-09-01" in ending(made, lang)[0]


def test_a_contract_without_third_parties_says_nothing_of_them():
    contract, made = worked("hard-1")

    assert [] == stages(contract, made, "en")
    assert [] == ending(made, "en")
    assert ([], []) == flow_table(contract, "en")


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "Example Risk Assessors: answer"), ("zh-Hant", "示例风险评估中心：答覆")]
)
def test_a_duty_about_a_third_party_is_called_by_what_is_due(lang: str, title: str):
    contract, made = worked("third-party-s13")
    [owed] = [one for one in with_titles(contract, made).obligations if one.id == "adviser/answer"]
    [late] = [one for one in with_titles(contract, made).breaches if one.id == "late:adviser/answer"]

    assert title == owed.title[lang] == late.title[lang]
    assert any(title in line for line in report(contract, made, (), lang).splitlines())


def test_other_duties_keep_their_titles():
    contract, made = worked("third-party-s13")

    assert made.obligations[0] == with_titles(contract, made).obligations[0]
    assert made.obligations[0].title == duty_title(contract, "adviser", made.obligations[0].title)
    contract, made = worked("hard-1")
    assert made is with_titles(contract, made)
