"""Lines end where the rules of both scripts let them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.papers.breaking import NO_END, NO_START, break_lines, for_language, width_of
from contracts.papers.face import TIGHT, regular_face

PIECES = [
    "合同", "违约金", "，", "。", "（", "）", "《", "》", "“", "”", "；", "、", " ", "第8.2条", "CNY 1,200,000.00", "0.5%",
    "Service", "Level", "party’s", "(a)", "30日", "——", "2026年1月5日", "A6/C-1", "make-up", ": ", ", ", "总价",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=60).map("".join)


@given(text=TEXTS, step=st.integers(0, 29))
def test_no_closing_mark_begins_a_line_and_no_opening_mark_ends_one(text: str, step: int) -> None:
    face = regular_face()
    width = 110 + step * 9.0
    assume(text.strip(" " + NO_START + NO_END) != "")
    shown = for_language(text, "zh-Hans", face)

    lines = break_lines(shown, face, 10.0, width)

    longest = max((width_of(run, face) / 100 for run in marks_together(shown)), default=0)
    assume(longest < width)  # marks in a heap wider than the line must be cut somewhere
    for before, after in pairwise(lines):
        assert after.text.lstrip(TIGHT)[:1] not in NO_START
        assert before.text.rstrip(TIGHT)[-1:] not in NO_END


def marks_together(text: str) -> list[str]:
    """Runs of characters that rules forbid to part."""
    runs = [""]
    for char in text:
        if (
            char in NO_START + TIGHT + " "
            or (runs[-1] and runs[-1].rstrip(" " + TIGHT)[-1:] in NO_END)
            or char.isascii()
            or char in "’0123456789第条日年月"
        ):
            runs[-1] += char
        else:
            runs.append(char)
    return runs


@given(text=TEXTS, step=st.integers(0, 29))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, step: int) -> None:
    face = regular_face()
    width = 40 + step * 14.0
    shown = for_language(text, "zh-Hans", face)

    lines = break_lines(shown, face, 10.0, width)

    assert "".join(shown.split()) == "".join("".join(line.text.split()) for line in lines)
    assert all(line.width <= width + 5.01 for line in lines)  # half a square may stand over the edge
    assert [line.last for line in lines] == [False] * (len(lines) - 1) + [True]


@pytest.mark.parametrize(
    "kept", ["第8.2条", "CNY 1,200,000.00", "30日", "20 %", "第二十一条", "responsibility", "KF-2026-001"]
)
def test_short_runs_stay_whole(kept: str) -> None:
    face = regular_face()

    for pad in range(24):
        lines = break_lines("字" * pad + kept + "字" * 30, face, 10.0, 200.0)
        assert any(kept in line.text for line in lines)


def test_a_word_longer_than_the_line_is_cut() -> None:
    lines = break_lines("sha256:" + "0123456789abcdef" * 4, regular_face(), 10.0, 120.0)

    assert len(lines) > 2
    assert all(line.width <= 120.01 for line in lines)


def test_a_newline_ends_a_line_and_an_empty_text_is_one_line() -> None:
    face = regular_face()

    assert [line.text for line in break_lines("一\n\n二", face, 10.0, 100.0)] == ["一", "", "二"]
    assert [line.text for line in break_lines("", face, 10.0, 100.0)] == [""]


def test_two_chinese_marks_in_a_row_close_up() -> None:
    face = regular_face()

    assert for_language("（含当日）。“工作日”", "zh-Hans", face) == f"（含当日）{TIGHT}。{TIGHT}“工作日”"
    assert width_of(for_language("）。", "zh-Hans", face), face) == 1500


def test_quotes_are_narrow_in_english_and_square_in_chinese() -> None:
    face = regular_face()

    assert width_of(for_language("party’s “SLA”", "en", face), face) < 6500
    assert "“SLA”" in for_language("“SLA”", "zh-Hans", face)


def test_a_long_text_without_any_place_to_break_is_cut_in_time_that_grows_with_its_length() -> None:
    lines = break_lines("x" * 400_000, regular_face(), 10.0, 200.0)

    assert sum(len(line.text) for line in lines) == 400_000
