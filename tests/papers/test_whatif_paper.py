"""The charge against the delay as a chart: its scales, its uprights, and the same on page and paper."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from contracts.folder import Loaded, load
from contracts.papers.document import Chart, Document, TableBlock
from contracts.papers.typeset import render
from contracts.papers.whatif import as_page, as_paper, as_text, chart, kept
from contracts.whatif import Delay, Found, Row, WhatIf, asked, run
from core.money import Money
from locales import LANGUAGES, words


@pytest.fixture(scope="module")
def late() -> Loaded:
    [one], problems = load([Path(__file__).parents[2] / "examples" / "cap-ladder" / "late-annexes.toml"])
    assert not problems
    return one


@pytest.fixture(scope="module")
def made(late: Loaded) -> WhatIf:
    """0.5 % of 1,200,000 a day: 240,000 after 40 days, which is the maximum."""
    return run(late, asked(["A1=31..50"], [], [], None), date(2026, 3, 1))


def delay_of(*grosses: int) -> Delay:
    """Rows from day 1 on, without limits."""
    zero = Money(0, "CNY")
    sums = [Money(gross, "CNY") for gross in grosses]
    rows = tuple(Row(days=n, gross=s, maximum=zero, cap=zero, payable=s) for n, s in enumerate(sums, 1))
    return Delay(id="A1", due=date(2026, 3, 2), rows=rows)


def test_an_upright_stands_on_the_day_on_which_the_maximum_bites(made: WhatIf):
    drawn = chart(made.delays[0])

    assert drawn is not None
    assert [41] == [upright.at for upright in drawn.uprights]
    assert drawn.uprights[0].words["en"].startswith("Day 41 (2026-04-12): the maximum")
    assert (0, 1000) == (drawn.x(31), drawn.x(50))


def test_the_scales_have_round_numbers_and_hold_every_point(made: WhatIf):
    drawn = chart(made.delays[0])

    assert drawn is not None
    assert [31, 35, 40, 45, 50] == [at for at, _ in drawn.across]
    assert ["CNY 0.00", "CNY 100,000.00", "CNY 200,000.00", "CNY 300,000.00"] == [said for _, said in drawn.up]
    assert all(0 <= drawn.y(value) <= 1000 for curve in drawn.curves for _, value in curve.points)


def test_before_limits_is_dashed_and_payable_is_not(made: WhatIf):
    drawn = chart(made.delays[0])

    assert drawn is not None
    assert [True, False] == [curve.dashed for curve in drawn.curves]
    assert [(50, 30_000_000), (50, 24_000_000)] == [curve.points[-1] for curve in drawn.curves]


def test_a_single_day_has_no_chart_but_its_row():
    one = delay_of(600)
    paper = as_paper(WhatIf(contract="X", currency="CNY", delays=(one,)), _contract())

    assert chart(one) is None
    assert [["1", "CNY 6.00", "CNY 6.00"]] == [list(row) for row in tables(paper)[0].rows]


@pytest.mark.parametrize("top", [0, 1, 3, 999, 100_000_001])
def test_a_scale_ends_at_or_above_the_highest_point(top: int):
    drawn = chart(delay_of(0, top))

    assert drawn is not None
    assert drawn.up[0][0] == 0
    assert drawn.up[-1][0] >= top
    assert len(drawn.up) <= 6


def test_columns_of_limits_stand_only_where_one_bites(made: WhatIf):
    assert ["gross", "maximum", "payable"] == [name for name, _ in kept(made.delays[0])]
    assert ["gross", "payable"] == [name for name, _ in kept(delay_of(1, 2))]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_the_chart_in_every_language_and_forbids_itself_everything(late: Loaded, made: WhatIf, lang: str):
    html = as_page(made, lang, _contract(late))
    shown = html.partition(f'<main class="face" lang="{lang}"')[2].partition("</main>")[0]

    assert words(lang, "whatif.payable") in shown
    assert '<polyline class="payable"' in shown
    assert words(lang, "whatif.maximum-bites", days=41, on="2026-04-12", by="late", clause="17.1") in shown
    assert "default-src &#39;none&#39;" in html
    assert "unsafe" not in html


def test_what_people_write_is_never_markup(late: Loaded):
    evil = "<script>alert(1)</script>"
    found = Found(
        charge=evil, clause=evil, debtor="provider", creditor="x", gross=Money(1, "CNY"), payable=Money(1, "CNY")
    )
    html = as_page(WhatIf(contract=evil, currency="CNY", charges=(found,)), "en", _contract(late))

    assert evil not in html
    assert "Party A" in html


def test_nothing_assumed_is_said(late: Loaded):
    html = as_page(WhatIf(contract="X", currency="CNY"), "en", _contract(late))

    assert words("en", "whatif.nothing") in html


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("languages", [("zh-Hans", "en"), ("zh-Hant",), ("en",)])
def test_the_paper_draws_the_chart(late: Loaded, made: WhatIf, text_of: Callable[..., str], languages: tuple[str, ...]):
    paper = as_paper(made, _contract(late))
    text = text_of(render(paper, languages))

    assert any(isinstance(block, Chart) for block in paper.blocks)
    for lang in languages:
        assert "".join(words(lang, "whatif.gross").split()) in text
        assert (
            words(lang, "whatif.maximum-bites", days=41, on="2026-04-12", by="late", clause="17.1").replace(" ", "")[
                :20
            ]
            in text
        )
    assert "CNY300,000.00" in text


def test_charges_name_who_owes_them_as_the_contract_does(late: Loaded):
    money = Money(100, "CNY")
    found = Found(charge="loss:L", clause="9", debtor="provider", creditor="client", gross=money, payable=money)
    paper = as_paper(WhatIf(contract="X", currency="CNY", charges=(found,)), _contract(late))

    assert {"en": "Party A", "zh-Hans": "甲方", "zh-Hant": "甲方"} == tables(paper)[0].rows[0][2]


def test_a_terminal_gets_the_same_as_tables(made: WhatIf):
    money = Money(100, "CNY")
    found = Found(charge="loss:L", clause="9", debtor="provider", creditor="client", gross=money, payable=money)
    text = as_text(msgspec.structs.replace(made, charges=(found,)), "en")

    assert "Day 41 (2026-04-12): the maximum of late begins to bite (clause 17.1)" in text
    assert "loss:L  9       provider       CNY 1.00  CNY 1.00" in text
    assert words("en", "whatif.nothing") in as_text(WhatIf(contract="X", currency="CNY"), "en")


def tables(paper: Document) -> list[TableBlock]:
    return [block for block in paper.blocks if isinstance(block, TableBlock)]


def _contract(one: Loaded | None = None):
    if one is None:
        [one], _ = load([Path(__file__).parent / "whole.toml"])
    assert one.contract is not None
    return one.contract
