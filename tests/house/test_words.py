"""Words: three complete catalogues that say the same, and values written as each language writes them."""

import ast
import datetime as dt
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

import locales
from core.money import Money
from core.problems import Problem
from locales import make

ROOT = Path(__file__).parents[2]
CHINA = dt.timezone(dt.timedelta(hours=8))
CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Z]{2,}-[A-Z]{2,}-\d\d(?![\w-])")


@pytest.fixture
def catalogue(monkeypatch):
    """Says what the test says, in every language."""

    def say(**entries):
        known = {key: locales.words("en", key) for key in ("value.separator", "value.yes", "value.no")}
        said = {key.replace("_", "-"): text for key, text in entries.items()}
        monkeypatch.setattr(locales, "_catalogue", lambda lang: {**known, **said})

    return say


# The catalogues


def test_the_words_of_all_areas_are_in_order():
    assert [] == make.read_words()[1]


@pytest.mark.parametrize("lang", locales.LANGUAGES)
def test_the_catalogues_are_in_step_with_the_words(lang):
    """If this fails: make catalogues."""
    entries, _ = make.read_words()

    assert make.render(entries, lang) == Path(locales.catalogue_path(lang)).read_text("utf-8")


@pytest.mark.parametrize("lang", locales.LANGUAGES)
def test_each_catalogue_is_complete(lang):
    entries, _ = make.read_words()
    said = make.read_catalogue(locales.catalogue_path(lang))

    assert {entry.key for entry in entries} == said.keys()
    assert [] == [key for key, text in said.items() if not text]


def test_each_key_takes_the_same_fields_in_every_language():
    said = {lang: make.read_catalogue(locales.catalogue_path(lang)) for lang in locales.LANGUAGES}
    named = {lang: {key: make.fields(text) for key, text in texts.items()} for lang, texts in said.items()}

    assert named["en"] == named["zh-Hans"] == named["zh-Hant"]


def test_no_english_entry_speaks_chinese_and_no_chinese_entry_forgets_to():
    han = re.compile(r"[\u4e00-\u9fff]")
    entries = [entry for entry in make.read_words()[0] if not entry.key.startswith("language.")]

    assert [] == [entry.key for entry in entries if han.search(entry.said["en"])]
    assert [] == [
        entry.key
        for entry in entries
        if re.search(r"[a-z]{4}", re.sub(r"\{\w+\}|\"[^\"]*\"|`[^`]*`", "", entry.said["en"]))
        and not re.search(r"[\u3001-\u9fff]", entry.said["zh-Hans"])
    ]


def test_compiling_gives_what_the_source_says():
    compiled = make.compile_catalogues()
    first = [path.read_bytes() for path in compiled]
    make.compile_catalogues()

    assert first == [path.read_bytes() for path in compiled]
    for lang in locales.LANGUAGES:
        locales._catalogue.cache_clear()
        catalogue = {key: text for key, text in locales._catalogue(lang).items() if key}
        assert make.read_catalogue(locales.catalogue_path(lang)) == catalogue


def test_without_compiled_catalogues_the_source_is_read(monkeypatch):
    monkeypatch.setattr(locales, "_is_current", lambda compiled, source: False)
    locales._catalogue.cache_clear()

    assert "、" == locales.words("zh-Hans", "value.separator")
    locales._catalogue.cache_clear()


def test_an_installation_has_compiled_catalogues_and_no_source(tmp_path):
    compiled = tmp_path / "x.mo"

    assert not locales._is_current(str(compiled), str(tmp_path / "x.po"))
    compiled.touch()
    assert locales._is_current(str(compiled), str(tmp_path / "x.po"))


# The codes


def codes_in_the_tree() -> dict[str, str]:
    """Every code in a string of ours that is not documentation, with one place it stands."""
    found = {}
    for folder in ("core", "contracts", "plugins", "web", "locales"):
        for path in (ROOT / folder).rglob("*.py"):
            found.update(codes_in(path))
    if (ROOT / "cli.py").exists():
        found.update(codes_in(ROOT / "cli.py"))
    for pattern in ("web/**/*.html", "web/**/*.jinja", "contracts/**/*.html"):
        for path in ROOT.glob(pattern):
            found.update(dict.fromkeys(CODE.findall(path.read_text("utf-8")), path.relative_to(ROOT).as_posix()))
    return found


def codes_in(path: Path) -> dict[str, str]:
    tree = ast.parse(path.read_text("utf-8"))
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        code: f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
        for code in CODE.findall(node.value)
    }


def test_every_code_in_use_has_words():
    known = {entry.key for entry in make.read_words()[0]}

    assert {} == {code: place for code, place in codes_in_the_tree().items() if code not in known}


def test_every_code_with_words_is_in_use():
    used = codes_in_the_tree()

    assert [] == [
        f"{entry.area}.toml: {entry.key}"
        for entry in make.read_words()[0]
        if make.CODE.fullmatch(entry.key) and entry.key not in used
    ]


# What is wrong with words is said, all of it


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ('["A-B-1"]\nen = "x"\nzh = "甲"', "neither a code"),
        ('["AB-CD-01"]\nen = "x"', "`zh` is missing"),
        ('["AB-CD-01"]\nen = ""\nzh = "甲"', "`en` is missing or empty"),
        ('["AB-CD-01"]\nen = "{a}"\nzh = "{b}"', "fields differ"),
        ('["AB-CD-01"]\nen = "{a}"\nzh = "{a}"\nhant = "甲"', "fields differ"),
        ('["AB-CD-01"]\nen = "{a.__class__}"\nzh = "甲"', "a field is a plain name"),
        ('["AB-CD-01"]\nen = "x"\nzh = "甲"\nfr = "y"', "has `fr`"),
        ('x = "y"', "not a table of words"),
    ],
)
def test_a_faulty_entry_is_named_with_its_fault(tmp_path, written, fault):
    (tmp_path / "area.toml").write_text(written, encoding="utf-8")
    entries, [wrong] = make.read_words(tmp_path)

    assert [] == entries
    assert wrong.startswith("area.toml: ")
    assert fault in wrong


def test_a_code_belongs_to_one_area(tmp_path):
    for area in ("one", "two"):
        (tmp_path / f"{area}.toml").write_text('["AB-CD-01"]\nen = "x"\nzh = "甲"', encoding="utf-8")

    assert ["two.toml: AB-CD-01: is also in one.toml"] == make.read_words(tmp_path)[1]


def test_a_table_in_a_table_is_a_dotted_key(tmp_path):
    (tmp_path / "page.toml").write_text('[page.title]\nen = "Page"\nzh = "页面"', encoding="utf-8")
    [entry], wrong = make.read_words(tmp_path)

    assert [] == wrong
    assert ("page.title", "頁面") == (entry.key, entry.said["zh-Hant"])


def test_an_agreed_traditional_wording_is_not_converted(tmp_path):
    (tmp_path / "page.toml").write_text('["x"]\nen = "X"\nzh = "软件"\nhant = "軟體"', encoding="utf-8")
    [entry], _ = make.read_words(tmp_path)

    assert "軟體" == entry.said["zh-Hant"]


# Speaking


def test_an_unknown_key_is_our_mistake_and_never_silent():
    with pytest.raises(KeyError):
        locales.words("en", "no.such.key")
    assert not locales.has("no.such.key")
    assert locales.has("value.yes")


def test_a_missing_field_is_our_mistake(catalogue):
    catalogue(AB_CD_01="{days} days")

    with pytest.raises(KeyError):
        locales.words("en", "AB-CD-01")


def test_an_unknown_language_has_no_words():
    with pytest.raises(KeyError):
        locales.words("fr", "value.yes")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Money(7_200_000, "CNY"), "CNY 72,000.00"),
        (Money(-5, "CNY"), "CNY -0.05"),
        (Money(1_234_567, "JPY"), "JPY 1,234,567"),
        (Money(0, "KWD"), "KWD 0.000"),
        (12, "12"),
        (1_000_000, "1000000"),
        (Fraction(1, 2), "0.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(12), "12"),
        (dt.date(2026, 2, 16), "2026-02-16"),
        (dt.datetime(2026, 2, 16, 17, 0, tzinfo=CHINA), "2026-02-16 17:00+08:00"),
        (dt.datetime(2026, 2, 16, 17, 0, 1, tzinfo=CHINA), "2026-02-16 17:00:01+08:00"),
        (None, "—"),
        (True, "yes"),
        (["A1", Money(100, "CNY")], "A1, CNY 1.00"),
        (frozenset({"b", "a"}), "a, b"),
        ("{not a field}", "{not a field}"),
    ],
)
def test_values_are_written_for_people(value, written):
    assert written == locales.speak("en", value)


def test_a_list_is_separated_as_the_language_does():
    assert ["A1, A2", "A1、A2", "A1、A2"] == [locales.speak(lang, ["A1", "A2"]) for lang in locales.LANGUAGES]


def test_a_wording_in_the_data_is_read_in_the_readers_language():
    name = {"zh": "合同里的标签", "en": "the label"}

    assert ["the label", "合同里的标签", "合同裡的標籤"] == [locales.speak(lang, name) for lang in locales.LANGUAGES]
    assert "the label" == locales.speak("zh-Hans", {"en": "the label"})
    assert "標籤" == locales.speak("zh-Hant", {"zh": "别的", "zh-Hant": "標籤"})


def test_a_reason_inside_a_reason_is_spoken_too(catalogue):
    catalogue(AB_CD_01="late, because {why}", AB_CD_02="{days} days passed")
    inner = SimpleNamespace(code="AB-CD-02", args={"days": 12})

    assert "late, because 12 days passed" == locales.words("en", "AB-CD-01", why=inner)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ({"file": "a.toml", "line": 41, "where": "annexes.A3.due"}, "a.toml:41 annexes.A3.due [AB-CD-01]: no rule"),
        ({"file": "a.toml"}, "a.toml [AB-CD-01]: no rule"),
        ({"where": "total"}, "total [AB-CD-01]: no rule"),
        ({}, "[AB-CD-01]: no rule"),
    ],
)
def test_a_problem_is_one_located_line(catalogue, place, line):
    catalogue(AB_CD_01="{word} rule")

    assert line == locales.say(Problem("AB-CD-01", args={"word": "no"}, **place), "en")


# Choosing a language


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("en", "en"), ("en-GB", "en"), ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh_Hans", "zh-Hans"),
        ("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-Hant", "zh-Hant"), ("zh-Hans-HK", "zh-Hans"),
    ],
)  # fmt: skip
def test_a_language_is_known_by_its_tags(asked, given):
    assert given == locales.pick(asked)


def test_a_language_that_was_asked_for_and_is_missing_is_refused():
    with pytest.raises(ValueError):
        locales.pick("fr")


@pytest.mark.parametrize(
    ("environment", "given"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-Hant"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_HK.UTF-8"}, "zh-Hant"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh-Hans"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_nobody_asked_so_the_environment_decides(monkeypatch, environment, given):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert given == locales.pick()


# Traditional script: where converters fall into traps


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("其后十日内", "其後十日內"), ("皇后", "皇后"), ("后果自负", "後果自負"),
        ("本合同里约定的", "本合同裡約定的"), ("合同里程碑", "合同里程碑"), ("二十公里", "二十公里"), ("这里", "這裡"),
        ("若干", "若干"), ("干预", "干預"), ("干部", "幹部"), ("干燥", "乾燥"),
        ("平台", "平台"), ("台账", "台賬"), ("台湾", "臺灣"), ("台风", "颱風"),
        ("余额", "餘額"), ("其余", "其餘"), ("批准", "批准"), ("准许", "准許"), ("标准", "標準"), ("准时", "準時"),
        ("签署", "簽署"), ("签收", "簽收"), ("标签", "標籤"),
        ("复核", "複核"), ("审核", "審核"), ("恢复", "恢復"), ("修复", "修復"), ("答复", "答覆"), ("重复", "重複"),
        ("历史", "歷史"), ("日历日", "日曆日"), ("系统", "系統"), ("关系", "關係"), ("联系", "聯繫"),
        ("范围", "範圍"), ("规范", "規範"), ("应于收到后", "應於收到後"), ("于是", "於是"),
        ("冲抵", "沖抵"), ("冲销", "沖銷"), ("违约金", "違約金"), ("合同", "合同"), ("发票", "發票"), ("分钟", "分鐘"),
        ("征收", "徵收"), ("特征", "特徵"), ("面积", "面積"), ("发布", "發佈"), ("汇总", "彙總"), ("汇率", "匯率"),
        ("{days} 日, A1", "{days} 日, A1"),
    ],
)  # fmt: skip
def test_a_word_in_traditional_script(simplified, traditional):
    assert traditional == locales.convert_hant(simplified)


def test_words_cost_little_at_start_up():
    """`spondeo --help` is timed whole; gettext's reader and the converter wait until somebody speaks."""
    probe = "import sys; before = set(sys.modules); import locales; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)

    assert set() == {"typing", "pathlib", "re", "gettext", "fractions", "datetime", "msgspec"} & set(run.stdout.split())


def test_chinese_words_close_up_to_a_chinese_value_and_keep_off_a_latin_one():
    by = [locales.words("zh-Hans", "EXPLAIN-EXCESS-01", by=name) for name in ("示例公司", "fieldtech", "示例公司 B")]

    assert [
        "超过示例公司责任限额、由他方分担的部分",
        "超过 fieldtech 责任限额、由他方分担的部分",
        "超过示例公司 B 责任限额、由他方分担的部分",
    ] == by


@pytest.mark.parametrize("lang", locales.LANGUAGES)
@pytest.mark.parametrize(
    "code", ["RATE-NAME-01", "COUNT-KNOB-01", "TIME-ZONE-01", "CALENDAR-FIELD-01", "PLUGIN-NAME-01"]
)
def test_where_no_name_is_near_nothing_is_said_of_one(code, lang):
    args = dict.fromkeys(("rate", "knob", "zone", "key", "name"), "x")

    assert "—" not in locales.words(lang, code, nearest=None, **args)
    assert "—" not in locales.words(lang, code, nearest="", **args)
    assert "x1" in locales.words(lang, code, nearest="x1", **args)
