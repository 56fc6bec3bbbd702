"""A document becomes the pages it describes, in both scripts, with nothing lost and nothing unembedded."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.papers import pages as pages_module
from contracts.papers.document import Column, Document, Paragraph, Signatory, Signature, TableBlock, Title
from contracts.papers.face import BOLD, Face, bold_face, regular_face
from contracts.papers.fonts.make_subset import BIG5_LEVEL_1, GB2312, double_byte
from contracts.papers.typeset import BOTTOM, HEIGHT, TOP, Setter, render
from core.problems import InputError

Make = Callable[..., Document]
Read = Callable[..., str]


def one(text: str, **other: str) -> Document:
    return Document(title={"en": "T", "zh-Hans": "题"}, blocks=(Paragraph({"en": text, "zh-Hans": text, **other}),))


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("languages", [("zh-Hans", "en"), ("zh-Hant", "en"), ("zh-Hans",), ("zh-Hant",), ("en",)])
def test_every_sentence_stands_on_the_pages(contract: Make, text_of: Read, languages: tuple[str, ...]) -> None:
    document = contract(3)

    # With -raw, text comes in the order of the page's stream: one column after the other.
    text = text_of(render(document, languages), "-raw")

    for language in languages:
        clause = next(block for block in document.blocks if isinstance(block, Paragraph))
        assert "".join(clause.words[language].split()) in text


@pytest.mark.needs("pdffonts")
@pytest.mark.parametrize("languages", [("zh-Hans", "en"), ("en",)])
def test_only_embedded_subsets_of_our_font_are_used(
    contract: Make, languages: tuple[str, ...], program: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(render(contract(2), languages))

    lines = (
        subprocess.run([program("pdffonts"), str(path)], capture_output=True, check=True)
        .stdout.decode()
        .splitlines()[2:]
    )

    assert len(lines) == 2
    for line in lines:
        assert re.match(r"[A-Z]{6}\+NotoSansSC-(Regular|Bold) ", line)
        assert re.search(r"Identity-H +yes yes yes", line)


@pytest.mark.needs("pdftotext")
def test_all_characters_of_gb2312_and_big5_come_back(text_of: Read) -> None:
    both = GB2312 | set(double_byte("big5", range(0xA1, 0xFA), range(0x40, 0xFF)))
    chars = "".join(sorted(chr(code) for code in both if chr(code) in regular_face().chars and not chr(code).isspace()))

    text = text_of(render(one(chars), ("zh-Hans",)), "-raw")

    assert len(chars) > 15_000
    assert not set(chars) - set(text)


def test_the_shipped_font_has_gb2312_big5_and_rare_names() -> None:
    chars = regular_face().chars

    missing = {chr(code) for code in GB2312 | BIG5_LEVEL_1 if chr(code).isprintable()} - chars
    assert missing == set("ˍ‾∼≒・")  # signs that Noto Sans SC does not draw
    assert chars.issuperset("喆堃犇祎✓□√≤≥×÷−€£¥①㎡℃‰")


def test_a_character_the_font_lacks_is_named_with_its_place_and_nothing_is_set() -> None:
    with pytest.raises(InputError) as caught:
        render(one("好 😀 and ﷽"), ("zh-Hans", "en"))

    found = [(p.code, p.where, p.args["char"], p.args["code"]) for p in caught.value.problems]
    assert found == [
        ("PAPER-GLYPH-01", "blocks[0].words.zh-Hans", "﷽", "U+FDFD"),
        ("PAPER-GLYPH-01", "blocks[0].words.zh-Hans", "😀", "U+1F600"),
    ]


@pytest.mark.parametrize("char", ["\ue019", "\ufdd0", "\x07", "\u200b"])
def test_signs_that_the_setter_uses_for_itself_are_no_text(char: str) -> None:
    with pytest.raises(InputError) as caught:
        render(one(f"a{char}b"), ("en",))

    assert caught.value.problems[0].code == "PAPER-GLYPH-01"


@pytest.mark.needs("pdftotext")
def test_a_bold_character_outside_the_bold_font_is_set_in_regular(text_of: Read) -> None:
    bold = Face(BOLD)
    assert "犇" not in bold.chars
    document = Document(title={"zh-Hans": "题"}, blocks=(Title({"zh-Hans": "示例犇公司"}),))

    assert "示例犇公司" in text_of(render(document, ("zh-Hans",)))


def test_missing_words_are_a_problem() -> None:
    with pytest.raises(InputError) as caught:
        render(one("x"), ("zh-Hant",))

    assert ("PAPER-WORDS-01", "blocks[0].words") in [(p.code, p.where) for p in caught.value.problems]


@pytest.mark.parametrize("languages", [(), ("fr",), ("en", "en"), ("zh-Hans", "zh-Hant", "en")])
def test_other_languages_or_more_than_two_are_a_problem(languages: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        render(one("x"), languages)

    assert [p.code for p in caught.value.problems] == ["PAPER-LANGUAGE-01"]


def test_a_row_that_does_not_fit_its_table_is_a_problem() -> None:
    table = TableBlock((Column({"en": "a"}), Column({"en": "b"})), (("1", "2"), ("3",)))

    with pytest.raises(InputError) as caught:
        render(Document(title={"en": "T"}, blocks=(table,)), ("en",))

    assert [(p.code, p.where) for p in caught.value.problems] == [("PAPER-TABLE-01", "blocks[0].rows[1]")]


@pytest.mark.needs("pdftotext")
def test_markup_in_a_text_stays_text(text_of: Read) -> None:
    text = "<b>x</b> & <a href='u'>&lt;) Tj (\\( %s {0} [<41>]TJ"

    assert "".join(text.split()) in text_of(render(one(text), ("en",)))


def test_the_same_document_gives_the_same_bytes(contract: Make) -> None:
    first, second = (render(contract(2), ("zh-Hans", "en")) for _ in range(2))

    assert first == second


def test_no_unembedded_font_and_no_date_of_today_is_in_the_file(contract: Make) -> None:
    pdf = render(contract(1), ("zh-Hans", "en"))

    assert b"Helvetica" not in pdf
    assert b"D:20000101" in pdf


def test_nothing_is_set_outside_the_margins(contract: Make) -> None:
    document = contract(12)
    for languages in (("zh-Hans", "en"), ("en",)):
        setter = Setter(languages, regular_face(), bold_face(), document)
        for page in pages_module.paginate(setter.rows(document.blocks), HEIGHT - TOP, BOTTOM):
            heights = [y for _, y, _ in page.lines]
            assert min(heights) >= BOTTOM
            assert max(heights) <= HEIGHT - TOP


def test_a_heading_is_never_the_last_thing_on_a_page(contract: Make) -> None:
    document = contract(40)
    setter = Setter(("zh-Hans", "en"), regular_face(), bold_face(), document)

    for page in pages_module.paginate(setter.rows(document.blocks), HEIGHT - TOP, BOTTOM):
        last = min(page.lines, key=lambda line: line[1])[2]
        assert last.size not in (10.4, 11.0)


@pytest.mark.needs("pdftotext")
def test_a_table_says_its_header_again_on_each_page(contract: Make, text_of: Read) -> None:
    pdf = render(contract(1, rows=90), ("en",))

    assert text_of(pdf).count("No.TitleAmount") == len(re.findall(rb"/Type /Page\b", pdf)) - 1


@pytest.mark.needs("pdftotext")
def test_no_line_of_a_long_row_is_lost_at_a_page_end(text_of: Read) -> None:
    sentence = "".join(f"第{n}句话说完了。" for n in range(900))
    english = " ".join(f"Sentence number {n} ends." for n in range(900))

    document = Document(title={"zh-Hans": "题", "en": "T"}, blocks=(Paragraph({"zh-Hans": sentence, "en": english}),))

    setter = Setter(("zh-Hans", "en"), regular_face(), bold_face(), document)
    [row] = setter.rows(document.blocks)
    pages = pages_module.paginate([row], HEIGHT - TOP, BOTTOM)

    assert len(pages) > 3
    assert sum(len(page.lines) for page in pages) == sum(len(cell.lines) for cell in row.cells)
    assert text_of(render(document, ("en",)), "-nopgbrk").count("ends.") == 900


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize(("lines", "words"), [(3, "（以下无正文）"), (25, "（本页为《题》签署页，无正文）")])
def test_signatures_follow_the_words_that_no_text_follows(text_of: Read, lines: int, words: str) -> None:
    party = Signatory({"zh-Hans": "甲方"}, {"zh-Hans": "示例服务有限公司"})
    body = tuple(Paragraph({"zh-Hans": f"第{n}行。"}) for n in range(lines))

    text = text_of(render(Document(title={"zh-Hans": "题"}, blocks=(*body, Signature((party, party)))), ("zh-Hans",)))

    assert text.index(words) > text.index(f"第{lines - 1}行。")
    assert text.index("甲方（盖章）") > text.index(words)
    assert "签署日期" in text


def test_a_font_of_ones_own_is_used_and_a_file_that_is_none_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_font = tmp_path / "font.ttf"
    no_font.write_bytes(b"not a font")
    monkeypatch.setenv("SPONDEO_FONT", str(no_font))

    assert b"NotoSansSC-Bold" in render(one("Text"), ("en",), font=BOLD)
    with pytest.raises(InputError) as caught:
        render(one("Text"), ("en",))

    assert [p.code for p in caught.value.problems] == ["PAPER-FONT-01"]


def test_words_that_announce_a_list_are_not_parted_from_it() -> None:
    for filler in range(25, 34):
        blocks = [Paragraph({"zh-Hans": f"第{n}行。"}) for n in range(filler)]
        blocks += [Paragraph({"zh-Hans": "有下列情形之一的："}), Paragraph({"zh-Hans": "第一项。"}, "（1）", 1)]
        document = Document(title={"zh-Hans": "题"}, blocks=tuple(blocks))
        setter = Setter(("zh-Hans",), regular_face(), bold_face(), document)
        rows = setter.rows(document.blocks)

        for page in pages_module.paginate(rows, HEIGHT - TOP, BOTTOM):
            assert page.lines[-1][2] is not rows[-2].cells[0].lines[-1]
