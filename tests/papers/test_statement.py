"""A statement says what is owed and why, and carries what it was worked from."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.folder import Loaded, load
from contracts.papers.attach import attached
from contracts.papers.document import Box, Document, KeyFigures, Paragraph, Signature, TableBlock
from contracts.papers.statement import statement, statement_pdf
from contracts.papers.typeset import render
from core.assessment import Assessment, assess, others

BOTH = ("zh-Hans", "en")
AS_OF = datetime.date(2026, 12, 31)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    root = Path(__file__).parents[2]
    [one], problems = load([root / "examples" / "s12" / "s12.toml"])
    assert not problems
    return one


@pytest.fixture(scope="module")
def assessment(loaded: Loaded) -> Assessment:
    assert loaded.contract is not None
    return assess(loaded.contract, loaded.events, as_of=AS_OF, world=loaded.world)


@pytest.fixture(scope="module")
def made(loaded: Loaded, assessment: Assessment) -> Document:
    assert loaded.contract is not None
    rest = others(loaded.contract, loaded.events, as_of=AS_OF, world=loaded.world)
    return statement(assessment, loaded.contract, languages=BOTH, others=rest, ledger_head="ab" * 32)


def cells(document: Document) -> list[str]:
    return [
        text
        for block in document.blocks
        if isinstance(block, TableBlock)
        for row in block.rows
        for cell in row
        for text in ([cell] if isinstance(cell, str) else cell.values())
    ]


def test_the_two_key_figures_are_what_is_open_to_us_and_by_us(made: Document, assessment: Assessment) -> None:
    [figures] = [block for block in made.blocks if isinstance(block, KeyFigures)]

    expected = [
        sum(b.open.minor for b in assessment.balances if b.creditor == "client"),
        sum(b.open.minor for b in assessment.balances if b.debtor == "client"),
    ]
    assert [int(re.sub(r"\D", "", figure.figure)) for figure in figures.figures] == expected


def test_each_charge_stands_with_clause_dates_working_and_amount(made: Document) -> None:
    said = cells(made)

    for expected in (
        "17.1",
        "A1 客户需求分析报告",
        "2026-02-04",
        "2026-02-16",
        "12 days × 0.5 % × CNY 1,200,000.00",
        "CNY 72,000.00",
    ):
        assert expected in said


def test_every_figure_of_the_assessment_is_on_the_paper(made: Document, assessment: Assessment) -> None:
    said = cells(made)

    for owed in assessment.liabilities:
        whole, part = divmod(owed.payable.minor, 100)
        assert f"CNY {whole:,}.{part:02}" in said
    for use in assessment.caps:
        assert use.clause in said


def test_the_balance_is_said_in_capitals(made: Document) -> None:
    texts = [block.words["zh-Hans"] for block in made.blocks if isinstance(block, Paragraph)]

    assert any("甲方应付乙方" in text and "人民币" in text and text.count("元整（CNY ") == 1 for text in texts)


def test_the_reading_taken_and_the_other_readings_figure_are_said(made: Document) -> None:
    texts = [block.words["en"] for block in made.blocks if isinstance(block, Paragraph)]

    assert any("17.1 (rules.late-annex.charge): taken as “per day”" in text for text in texts)
    assert any(text.startswith("Under the other reading, “once”: Party A owes Party B CNY ") for text in texts)


def test_rights_are_reserved_conspicuously(made: Document) -> None:
    [box] = [block for block in made.blocks if isinstance(block, Box)]

    assert box.paragraphs[0].emphasis == "bold"
    assert "不构成对任何权利的放弃" in box.paragraphs[0].words["zh-Hans"]


def test_digests_semantics_and_the_head_of_the_chain_are_printed(made: Document, assessment: Assessment) -> None:
    said = cells(made)

    for expected in (
        assessment.contract_digest,
        assessment.events_digest,
        assessment.world_digest,
        str(assessment.semantics),
        "ab" * 32,
    ):
        assert expected in said


def test_both_parties_sign(made: Document) -> None:
    [signature] = [block for block in made.blocks if isinstance(block, Signature)]

    assert [party.label["zh-Hans"] for party in signature.parties] == ["甲方", "乙方"]


def test_names_are_never_converted_but_titles_are(loaded: Loaded, assessment: Assessment) -> None:
    assert loaded.contract is not None
    made = statement(assessment, loaded.contract, languages=("zh-Hant",))
    texts = cells(made)

    assert "A1 客戶需求分析報告" in texts
    assert any("示例技术服务中心" in text for text in texts)


@pytest.mark.parametrize("languages", [BOTH, ("zh-Hant", "en"), ("en",), ("zh-Hans",)])
def test_language_never_changes_a_figure(
    loaded: Loaded, assessment: Assessment, made: Document, languages: tuple[str, ...]
) -> None:
    assert loaded.contract is not None
    other = statement(assessment, loaded.contract, languages=languages)

    amounts = [text for text in cells(other) if re.fullmatch(r"CNY -?[\d,]+\.\d\d", text)]
    assert amounts == [text for text in cells(made) if re.fullmatch(r"CNY -?[\d,]+\.\d\d", text)]


def test_a_statement_with_nothing_charged_says_so(loaded: Loaded) -> None:
    assert loaded.contract is not None
    early = assess(loaded.contract, loaded.events, as_of=datetime.date(2026, 1, 6), world=loaded.world)

    made = statement(early, loaded.contract, languages=("en",))

    assert any(
        isinstance(block, Paragraph) and block.words["en"] == "Nothing is charged as of this day."
        for block in made.blocks
    )
    assert render(made, ("en",))


@pytest.mark.needs("pdftotext")
def test_the_pdf_shows_the_figures_and_carries_its_files(
    loaded: Loaded, assessment: Assessment, text_of: Callable[..., str]
) -> None:
    assert loaded.contract is not None
    files = {"contract.json": b"{}", "events.json": b"[]"}

    pdf = statement_pdf(assessment, loaded.contract, languages=BOTH, files=files)

    assert pdf == statement_pdf(assessment, loaded.contract, languages=BOTH, files=files)
    assert attached(pdf) == files
    text = text_of(pdf)
    assert "12days×0.5%×CNY1,200,000.00" in text
    assert "违约金结算单" in text
