"""`spondeo assess`: figures, languages, tables, exit codes, and wrong input."""

import csv
import io
import json
import re
from pathlib import Path

import pytest


def test_the_year_of_s12_owes_what_was_worked_by_hand(spondeo, s12):
    """Delay 360,000 (the cap: 72,000 + 240,000 + 12,000 + 6,000 + 30,000) + loss 230,000; payment 15 × 0.5 % × 300,000."""
    ran = spondeo("assess", s12, "--as-of", "2026-12-31", "--lang", "en")

    assert "We are owed  CNY 590,000.00" in ran.out
    assert "We owe        CNY 22,500.00" in ran.out


def test_a_breach_neither_excused_nor_waived_ends_with_three(spondeo, s12):
    assert 3 == spondeo("assess", s12, "--as-of", "2026-12-31").code


def test_a_contract_before_anything_is_due_ends_clean(spondeo, s12):
    assert 0 == spondeo("assess", s12, "--as-of", "2026-01-20").code


def test_the_other_reading_stands_beside_the_figures(spondeo, s12):
    """Once instead of per day: five annexes × 6,000 + A9's 0.3 % amendment does not touch it: 36,000 + 230,000."""
    ran = spondeo("assess", s12, "--as-of", "2026-12-31", "--lang", "en")

    assert '"once": Party A provider would owe Party B client CNY 266,000.00' in ran.out


def test_an_assumption_changes_this_answer_only(spondeo, s12):
    taken = spondeo("assess", s12, "--as-of", "2026-12-31", "--assume", "rules.late-annex.charge=once", "--lang", "en")
    plain = spondeo("assess", s12, "--as-of", "2026-12-31", "--lang", "en")

    assert "CNY 266,000.00" in taken.out.splitlines()[2]
    assert "CNY 590,000.00" in plain.out.splitlines()[2]


def test_what_was_recorded_later_was_not_known(spondeo, s12):
    """On 10 August A5 (delivered 3 August, recorded 20 August) still ran: 17 July to 10 August are 25 days."""
    ran = spondeo("assess", s12, "--as-of", "2026-08-10", "--known-at", "2026-08-10", "--json")
    [answer] = json.loads(ran.out)["assessments"]
    [a5] = [charge for charge in answer["charges"] if charge["id"] == "late-annex:A5"]

    assert "150000.00 CNY" == a5["gross"]
    assert a5["running"]


def test_the_head_says_by_what_was_recorded_until_when(spondeo, s12):
    ran = spondeo("assess", s12, "--as-of", "2026-12-31", "--known-at", "2026-08-10", "--lang", "en")

    assert "(as of 2026-12-31 24:00; by what was recorded until 2026-08-10 24:00)" in ran.out.splitlines()[0]


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
def test_language_never_changes_a_figure(spondeo, s12, lang):
    ran = spondeo("assess", s12, "--as-of", "2026-12-31", "--explain", "--lang", lang)
    english = spondeo("assess", s12, "--as-of", "2026-12-31", "--explain", "--lang", "en")

    def amounts(text: str) -> list[str]:
        return re.findall(r"CNY (-?[\d,]+\.\d\d)", text)

    assert amounts(english.out) == amounts(ran.out)


def test_json_holds_amounts_as_text_and_the_reasons_of_every_charge(spondeo, s12):
    [answer] = json.loads(spondeo("assess", s12, "--as-of", "2026-12-31", "--json").out)["assessments"]

    assert "72000.00 CNY" == answer["charges"][0]["gross"]
    assert {charge["id"] for charge in answer["charges"]} == set(answer["reasons"])


@pytest.mark.parametrize(
    "table", ["obligations", "charges", "slices", "caps", "recourse", "payments", "claims", "balances"]
)
def test_each_table_is_csv_that_chinese_excel_opens(spondeo, s12, table):
    ran = spondeo("assess", s12, "--as-of", "2026-12-31", "--csv", table)
    rows = list(csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff"))))

    assert ran.out.startswith("\ufeff")
    assert {"KF-2026-001"} == {row["contract"] for row in rows}


def test_settlements_are_a_row_for_each_period(spondeo):
    path = Path(__file__).parents[2] / "examples" / "property" / "property.toml"
    ran = spondeo("assess", path, "--as-of", "2027-01-10", "--csv", "settlements")
    rows = list(csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff"))))
    text = spondeo("assess", path, "--as-of", "2027-01-10", "--lang", "en").out

    assert [f"FEE/2026-{month:02}" for month in range(1, 13)] == [row["obligation"] for row in rows]
    assert ("9000.00", "171000.00", "-9000.00") == tuple(rows[2][name] for name in ("deductions", "pay", "left"))
    assert "CNY 2,133,000.00" in text  # 12 × 180,000 − 27,000


def test_a_folder_is_a_portfolio_with_totals(spondeo, s12):
    second = s12.with_name("second.toml")
    second.write_text(s12.read_text("utf-8").replace("KF-2026-001", "KF-2026-002"), encoding="utf-8")
    second.with_name("second-events.csv").write_bytes(s12.with_name("events.csv").read_bytes())

    ran = spondeo("assess", s12.parent, "--as-of", "2026-12-31", "--lang", "en")

    assert "2 contracts" in ran.out
    assert "CNY 1,180,000.00" in ran.out  # 2 × 590,000


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["assess"], "CLI-ARGS-02"),
        (["assess", "x.toml", "--as-off", "2026-01-01"], "CLI-ARGS-03"),
        (["assess", "x.toml", "--as-of"], "CLI-ARGS-04"),
        (["plugins", "lst"], "CLI-ARGS-05"),
        (["assess", "x.toml", "--json=yes"], "CLI-ARGS-01"),
        (["asess"], "CLI-COMMAND-01"),
        (["nonsense"], "CLI-COMMAND-02"),
        (["assess", "{s12}", "--as-of", "2026-13-01"], "CLI-DATE-01"),
        (["assess", "{s12}", "--lang", "fr"], "CLI-LANG-01"),
        (["assess", "{s12}", "--csv", "chargs"], "CLI-TABLE-01"),
        (["assess", "{s12}", "--assume", "once"], "CLI-ASSUME-01"),
        (["assess", "{s12}", "--assume", "rules.late-anex.chrge=once"], "TERMS-PATH-01"),
        (["assess", "{empty}"], "CLI-PATH-01"),
        (["paper", "statement", "{s12}", "--languages", "fr,en"], "CLI-LANG-01"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh_CN.UTF-8", "zh_TW.UTF-8"])
def test_a_wrong_call_is_answered_with_a_code_and_two(spondeo, s12, tmp_path, monkeypatch, args, code, lang):
    monkeypatch.setenv("LANGUAGE", lang)
    empty = tmp_path / "empty"
    empty.mkdir()

    ran = spondeo(*(arg.format(s12=s12, empty=empty) for arg in args))

    assert 2 == ran.code
    assert f"[{code}]" in ran.err
    assert "" == ran.out


def test_help_names_every_command_in_each_language(spondeo):
    import cli

    for lang in ("en", "zh-Hans", "zh-Hant"):
        ran = spondeo("--help", "--lang", lang) if lang == "en" else spondeo("help", "--lang", lang)
        assert all(name in ran.out for name in cli.COMMANDS)


@pytest.mark.parametrize(("lang", "usage"), [("en", "usage: "), ("zh-Hans", "用法："), ("zh-Hant", "用法：")])
def test_the_help_of_a_command_begins_in_the_reader_s_language(spondeo, capsys, lang, usage):
    with pytest.raises(SystemExit):
        spondeo("assess", "--help", "--lang", lang)

    assert capsys.readouterr().out.startswith(f"{usage}spondeo assess ")


@pytest.mark.parametrize(
    ("lang", "usage"), [("en", "[--as-of DATE]"), ("zh-Hans", "[--as-of 日期]"), ("zh-Hant", "[--lang 語言]")]
)
def test_help_says_what_stands_for_a_value(spondeo, capsys, lang, usage):
    import cli

    for name in cli.COMMANDS:
        with pytest.raises(SystemExit):
            spondeo(name, "--help", "--lang", lang)
        said = capsys.readouterr().out
        assert usage in said or "--as-of" not in said
        assert "AS_OF" not in said
        assert "PATHS" not in said
