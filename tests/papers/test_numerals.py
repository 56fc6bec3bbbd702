"""Capital amounts, ordinals, numbering and days in words."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.papers.numerals import accepts, capitals, decimal, numbered, ordinal, spoken_day


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (1_409_50, "壹仟肆佰零玖元伍角"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (1_680_32, "壹仟陆佰捌拾元零叁角贰分"),
        (107_000_53, "壹拾万柒仟元零伍角叁分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (5, "伍分"),
        (50, "伍角"),
        (0, "零元整"),
        (10_00, "壹拾元整"),
        (240_000_00, "贰拾肆万元整"),
        (1_200_000_00, "壹佰贰拾万元整"),
        (100_005_000_00, "壹亿零伍仟元整"),
        (1_000_000_000_000_00, "壹万亿元整"),
        (-325_04, "负叁佰贰拾伍元零肆分"),
    ],
)
def test_an_amount_in_capitals(minor: int, text: str) -> None:
    assert capitals(minor) == f"人民币{text}"


def test_traditional_script_and_other_currencies() -> None:
    assert capitals(280_000_00, script="zh-Hant") == "人民幣貳拾捌萬元整"
    assert capitals(100_00, "USD") == "美元壹佰元整"
    assert capitals(100, "JPY") == "JPY壹佰元整"
    assert capitals(1_005, "KWD") == "KWD1.005"  # the rule for capitals knows no third decimal


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("人民币壹仟陆佰捌拾元叁角贰分", 1_680_32),
        ("壹拾万零柒仟元伍角叁分", 107_000_53),
        ("壹仟肆佰零玖元伍角整", 1_409_50),
        ("人民幣貳拾萬圓正", 200_000_00),
        ("參佰元整", 300_00),
    ],
)
def test_the_other_admitted_spellings_are_accepted(text: str, minor: int) -> None:
    assert accepts(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "拾元整",
        "壹佰元",
        "壹仟零零伍元整",
        "壹仟伍元整",
        "伍分整",
        "一百元整",
        "100元整",
        "万万元整",
        "亿" * 10_000,
    ],
)
def test_spellings_that_are_not_admitted_are_refused(text: str) -> None:
    assert accepts(text) is None


@given(st.integers(-(10**17), 10**17), st.sampled_from(["zh-Hans", "zh-Hant"]))
def test_what_is_printed_is_accepted(minor: int, script: str) -> None:
    assert accepts(capitals(minor, script=script)) == minor


@given(st.integers(1, 10**17))
def test_no_two_zeros_meet(minor: int) -> None:
    assert "零零" not in capitals(minor)


def test_ordinals_and_numbers_of_clauses() -> None:
    assert [ordinal(n) for n in (1, 10, 11, 20, 105, 110, 1005)] == [
        "一",
        "十",
        "十一",
        "二十",
        "一百零五",
        "一百一十",
        "一千零五",
    ]
    assert [numbered(level, 12, "zh-Hans") for level in ("chapter", "article", "item", "point", "subpoint")] == [
        "第十二章",
        "第十二条",
        "（十二）",
        "12.",
        "（12）",
    ]
    assert [numbered(level, 28, "en") for level in ("chapter", "article", "item", "point", "subpoint")] == [
        "Chapter 28",
        "Article 28",
        "(28)",
        "(ab)",
        "(xxviii)",
    ]
    assert numbered("article", 21, "zh-Hant") == "第二十一條"
    assert decimal((10, 2, 1)) == "10.2.1"
    with pytest.raises(ValueError, match="0"):
        ordinal(0)


def test_days_in_words() -> None:
    day = datetime.date(2026, 1, 5)

    assert spoken_day(day, "zh-Hant") == "2026年1月5日"
    assert spoken_day(day, "en") == "5 January 2026"
