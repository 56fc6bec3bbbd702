"""The script that cuts the fonts, run for real on a small font."""

import importlib.util
import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from contracts.papers import face

SCRIPT = Path(face.__file__).parent / "fonts" / "make_subset.py"
MARKS = {0x2018: "quoteleft", 0x2019: "quoteright", 0x201C: "quotedblleft", 0x201D: "quotedblright", 0x2026: "ellipsis"}


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_subset", SCRIPT)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A font with two letters, a Chinese character that no code page has, and square marks with narrow alternates."""
    narrow = {name: f"{name}.narrow" for name in MARKS.values()}
    names = [".notdef", "A", "zhong", "rare", *narrow, *narrow.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x41: "A", 0x4E2D: "zhong", 0x20000: "rare", **MARKS})
    builder.setupGlyf({name: Glyph() for name in names})
    builder.setupHorizontalMetrics({name: (400 if name.endswith("narrow") else 1000, 0) for name in names})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Small", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    rules = "".join(f"sub {name} by {alternate};" for name, alternate in narrow.items())
    addOpenTypeFeaturesFromString(builder.font, f"feature pwid {{ {rules} }} pwid;")
    path = tmp_path / "small.ttf"
    builder.save(path)
    return path


def test_a_cut_font_holds_what_is_wanted_and_the_narrow_marks(script: ModuleType, source: Path, tmp_path: Path):
    target = tmp_path / "cut.ttf"
    held = script.cut(source, {0x41, 0x4E2D, 0x2026}, target)
    font = TTFont(target)
    known = font.getBestCmap()

    assert {0x41, 0x4E2D, 0x2026} <= set(known)
    assert len(known) == held
    assert 0x20000 not in known
    # 0xE026 is the narrow ellipsis, which the source has only as an alternate of the square one
    assert (1000, 400) == (font["hmtx"][known[0x2026]][0], font["hmtx"][known[0xE026]][0])
    assert "GSUB" not in font


def test_the_characters_asked_for_are_those_of_the_code_pages(script: ModuleType):
    assert {ord("中"), ord("堃"), ord("€"), ord("A")} <= script.REGULAR
    assert script.GB2312 <= script.BOLD < script.REGULAR | script.BOLD
    assert not [code for code in script.REGULAR if 0xE000 <= code <= 0xF8FF]


def test_both_weights_are_written_and_counted(script: ModuleType, source: Path, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(script, "HERE", tmp_path)

    assert 0 == script.main([str(source), str(source)])
    assert {"NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"} <= {path.name for path in tmp_path.iterdir()}
    assert "NotoSansSC-Bold.ttf: " in capsys.readouterr().out


def test_without_two_fonts_it_says_how_it_is_used(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(SCRIPT)])
    with pytest.raises(SystemExit) as left:
        runpy.run_path(str(SCRIPT), run_name="__main__")

    assert 2 == left.value.code
    assert "REGULAR.ttf BOLD.ttf" in capsys.readouterr().out
