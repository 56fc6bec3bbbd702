"""Drafting from the command line: files, papers, and one clause with three faces that stay together."""

import pytest

ANSWERS = "contracts/templates/satisfaction-service/example-answers.toml"


@pytest.fixture
def drafted(spondeo, root, tmp_path):
    file = tmp_path / "x.toml"
    assert 0 == spondeo("draft", "satisfaction-service", "--answers", root / ANSWERS, "-o", file).code
    return file


def test_a_drafted_contract_is_assessed_as_it_stands(spondeo, drafted):
    ran = spondeo("assess", drafted, "--as-of", "2026-03-01", "--lang", "en")

    assert 3 == ran.code
    assert "25 days × 0.5 % × CNY 1,200,000.00" in ran.out  # A1 due 4 February, not delivered by 1 March


def test_a_term_changed_beside_its_words_is_found_and_printed_anew(spondeo, drafted, tmp_path):
    text = drafted.read_text("utf-8")
    drafted.write_text(
        text.replace('= "0.5% of total per started day"', '= "0.1% of total per started day"'), encoding="utf-8"
    )

    assert "[REVIEW-FACE-01]" in spondeo("review", drafted, "--lang", "en").out
    assert 0 == spondeo("paper", "contract", drafted, "-o", tmp_path / "anew.pdf").code


def test_an_unchanged_draft_has_words_and_terms_that_agree(spondeo, drafted):
    assert "[REVIEW-FACE-01]" not in spondeo("review", drafted, "--lang", "en").out


def test_a_contract_that_no_template_printed_says_so(spondeo, s12):
    assert "[DRAFT-REPRINT-01]" in spondeo("paper", "contract", s12).err


def test_templates_are_listed_and_checked(spondeo):
    assert "satisfaction-service" in spondeo("templates", "list").out
    assert 0 == spondeo("templates", "check", "satisfaction-service").code


def test_a_missing_answer_is_named_for_each_question(spondeo):
    ran = spondeo("draft", "satisfaction-service")

    assert 2 == ran.code
    assert ran.err.count("[DRAFT-ANSWER-01]") >= 5
