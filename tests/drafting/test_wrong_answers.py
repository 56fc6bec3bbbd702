"""An answer of the wrong kind is told where it was given; a template that is damaged says which of its files."""

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from contracts.drafting import check_template, draft, load_template, read_answers
from contracts.templates import load, sections
from contracts.templates.answers import located
from core.problems import InputError, Problem
from locales import LANGUAGES, say


@pytest.mark.parametrize(
    ("answer", "value", "code"),
    [
        ("signed", "5 January", "DRAFT-ANSWER-02"),
        ("signed", 5, "DRAFT-ANSWER-02"),
        ("also", "en", "DRAFT-ANSWER-02"),
        ("also", [1], "DRAFT-ANSWER-02"),
        ("number", 7, "DRAFT-ANSWER-02"),
        ("total", "much", "DRAFT-ANSWER-02"),
        ("provider", "Example Services Co., Ltd.", "DRAFT-ANSWER-02"),
        ("provider", {"nam": "x"}, "DRAFT-ANSWER-03"),
        ("provider", {"name": {"en": "x"}, "shareholders": "x"}, "DRAFT-ANSWER-06"),
        ("provider", {"address": "x"}, "DRAFT-ANSWER-01"),
        ("provider", {"name": {"en": "x"}, "credit_code": "91310000"}, "DRAFT-ANSWER-05"),
        ("provider", {"name": {"en": "x"}, "credit_code": "I" * 18}, "DRAFT-ANSWER-05"),
        ("signed", "1850-01-01", "TERMS-DATE-03"),
        ("total", "-5.00 CNY", "TERMS-LEAST-02"),
        ("part_days", "sometimes", "DRAFT-ANSWER-04"),
    ],
)
def test_a_wrong_answer_is_told_at_its_question(template, answer, value, code):
    contract, paper, problems = draft(template, {**template.example, answer: value}, ("en",))

    assert contract is None
    assert paper is None
    assert code in {problem.code for problem in problems if problem.where.startswith(f"answers.{answer}")}
    assert all(say(problem, lang) for problem in problems for lang in LANGUAGES)


def test_a_day_in_words_of_iso_is_a_day(template):
    contract, _, problems = draft(template, {**template.example, "signed": "2026-01-05"}, ("en",))

    assert () == problems
    assert contract is not None
    assert "2026-01-05" == str(contract.signed)


def test_a_party_without_a_name_is_a_blank_where_blanks_are_wanted(template):
    answers = {**template.example, "provider": {"address": "Example Road 1"}, "client": None}
    _, paper, problems = draft(template, answers, ("en",), blanks=True)

    assert paper is not None
    assert all(problem.code.startswith("DRAFT-OPEN") for problem in problems)


def test_answers_that_are_no_toml_say_so():
    assert ({}, "DRAFT-FILE-01") == (read_answers("= 1")[0], read_answers("= 1")[1][0].code)
    assert ({"number": "N"}, ()) == read_answers('number = "N"')


def test_a_problem_on_a_line_without_an_answer_keeps_its_place():
    problem = Problem("TERMS-KEY-01", "rules", line=4)

    assert problem == located(problem, {3: ("total",)})
    assert "answers.total" == located(problem, {4: ("total",)}).where


@pytest.fixture
def copied(template, tmp_path):
    """A copy of the template's folder, to be damaged."""
    folder = tmp_path / "service"
    shutil.copytree(template.path, folder)
    return folder


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("template.toml", b"name = ", "TEMPLATE-FILE-02"),
        ("template.toml", b"name = 5", "TEMPLATE-FILE-02"),
        ("en.md", b"\xff\xfe", "TEMPLATE-FILE-01"),
        ("terms.toml", None, "TEMPLATE-FILE-01"),
        ("en.md", b"words before any heading\n", "TEMPLATE-CLAUSE-02"),
        ("en.md", b"#no heading\n", "TEMPLATE-CLAUSE-02"),
        ("en.md", b"# [a] One\nwords\n# [a] Two\nwords\n", "TEMPLATE-CLAUSE-03"),
    ],
)
def test_a_damaged_template_names_its_file(copied, file, content, code):
    if content is None:
        (copied / file).unlink()
    else:
        (copied / file).write_bytes(content)

    assert code in {problem.code for problem in check_template(str(copied))}
    with pytest.raises(InputError):
        load_template(str(copied))


@pytest.mark.parametrize(
    ("pattern", "new", "code"),
    [
        (r'(kind +)= "money"', r'\1= "gold"', "TEMPLATE-QUESTION-01"),
        (r"(?m)^source +=.*$", 'source = ""', "TEMPLATE-QUESTION-02"),
        (r'(answer +)= "court"', r'\1= "duel"', "TEMPLATE-QUESTION-03"),
    ],
)
def test_a_question_that_cannot_be_asked_is_named(copied, pattern, new, code):
    main = copied / "template.toml"
    text = main.read_text("utf-8")
    changed = re.sub(pattern, new, text)
    assert changed != text
    main.write_text(changed, "utf-8")

    assert code in {problem.code for problem in load(str(copied))[1]}


def test_a_template_is_checked_by_its_folder_or_as_a_value(template):
    assert () == check_template(template)
    assert () == check_template(str(Path(template.path)))
    wrong = msgspec.structs.replace(template, example={**template.example, "signed": "soon"})
    assert ["DRAFT-ANSWER-02"] == [problem.code for problem in check_template(wrong)]


def test_headings_may_be_without_a_number_conspicuous_or_a_sheet():
    problems: list[Problem] = []
    [one] = sections("# [a - !] One\nwords\n\n", "en.md", problems)

    assert [] == problems
    assert (False, True, False, ("words",)) == (one.numbered, one.conspicuous, one.sheet, one.lines)


def test_a_template_with_a_path_that_leads_nowhere_drafts_nothing(template, spoilt):
    drafted, paper, problems = draft(
        spoilt("en", "{rules.late-annex.charge}", "{rules.late-anex.charge}"), template.example, ("zh-Hans", "en")
    )

    assert (None, None) == (drafted, paper)
    assert [("TEMPLATE-PATH-01", "rules.late-anex.charge")] == [(p.code, p.args["path"]) for p in problems]
