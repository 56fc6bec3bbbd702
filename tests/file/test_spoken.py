"""A record in everyone's own words, and what is not taken in silence."""

from datetime import date
from pathlib import Path

import pytest

from contracts.reader import read_contract, read_text
from contracts.sheets import unread_sheets
from contracts.spoken import KIND_WORDS, amount_in, window_of
from core.events import KINDS
from core.money import Money
from locales import LANGUAGES, say

CONTRACT = """
spondeo = 1
number = "N-1"
total = "100000.00 CNY"
signed = 2026-01-05
term = { from = 2026-01-05, for = "1 year" }
[counting]
preset = "CN-civil-code@2021"
[parties.provider]
label = { zh = "甲方", en = "Party A" }
name = { zh = "示例服务有限公司", en = "Example Services Co., Ltd." }
[parties.client]
label = { zh = "乙方", en = "Party B" }
name = { zh = "示例置业有限公司", en = "Example Property Co., Ltd." }
[event_kinds]
complaint = { title = { zh = "投诉", en = "Complaint" } }
"complaint resolved" = { title = { zh = "投诉解决", en = "Complaint resolved" }, closes = "complaint" }
[[annexes]]
id = "A1"
title = { zh = "需求分析报告", en = "Needs analysis" }
owed_by = "provider"
[[annexes]]
id = "MR"
title = { zh = "月度报告", en = "Monthly report" }
owed_by = "provider"
due = "each calendar month, 5 days after its end"
[[payments]]
id = "P1"
title = { zh = "首期款", en = "First instalment" }
owed_by = "client"
amount = "40000.00 CNY"
due = 2026-03-01
"""
HEAD = "事项,对象,案件,行为人,时间,金额\n"


def sheet(folder: Path, rows: str, contract: str = CONTRACT, head: str = HEAD):
    (folder / "k.toml").write_text(contract, "utf-8")
    (folder / "events.csv").write_text(head + rows, "utf-8")
    return read_contract(folder / "k.toml")


@pytest.mark.parametrize(
    ("row", "what", "of", "by"),
    [
        ("已交付,需求分析报告,,甲方,2026-02-01,", "delivered", "A1", "provider"),
        ("提交,附件一,,示例服务有限公司,2026-02-01,", "delivered", "A1", "provider"),
        ("Delivered,Annex 1,,party a,2026-02-01,", "delivered", "A1", "provider"),
        ("附件一 已交付,,,,2026-02-01,", "delivered", "A1", None),
        ("已付款,首期款,,乙方,2026-02-27,40000", "paid", "P1", "client"),
        ("已支付,P1,,client,2026-02-27,40000元", "paid", "P1", "client"),
        ("客戶投诉,,,,2026-02-27,", None, None, None),
        ("投诉,,C1,,2026-02-27,", "complaint", None, None),
        ("簽署,,,,2026-01-05,", "signed", None, None),
        ("已驗收合格,需求分析報告,,示例置業有限公司,2026-02-27,", None, None, None),
        ("投訴,,C1,,2026-02-27,", "complaint", None, None),
        ("已提交,需求分析報告,,示例服務有限公司,2026-02-27,", "delivered", "A1", "provider"),
    ],
)
def test_people_write_their_own_words(tmp_path, row, what, of, by):
    _, events, problems = sheet(tmp_path, row + "\n")

    assert bool(problems) is (what is None)
    if what is not None:
        assert [(what, of, by)] == [(e.what, e.of, e.by) for e in events]


def test_resolved_is_the_one_kind_that_ends_so(tmp_path):
    _, events, problems = sheet(tmp_path, "投诉,,C1,,2026-02-27,\n已解决,,C1,,2026-02-28,\n")

    assert ((), "complaint resolved") == (problems, events[1].what)


def test_a_word_that_two_things_share_means_neither(tmp_path):
    twice = CONTRACT.replace("月度报告", "需求分析报告")
    _, _, [problem] = sheet(tmp_path, "交付,需求分析报告,,,2026-02-01,\n", twice)

    assert ("EVENT-SUBJECT-01", "A1, MR") == (problem.code, problem.args["known"])


@pytest.mark.parametrize(
    "text",
    ["40000", "40,000.00", "40000元", "￥40,000.00", "人民币40,000.00元", "RMB 40000", "４００００元", "40000 CNY"],
)
def test_an_amount_is_in_the_contracts_currency(text):
    assert Money(4_000_000, "CNY") == Money.parse(amount_in(text, "CNY"))


@pytest.mark.parametrize("text", ["40000元", "￥40,000.00", "人民币40000元", "40,00a"])
def test_words_for_cny_are_refused_in_another_currency(text):
    assert text == amount_in(text, "USD")
    assert "40000 USD" == amount_in("40000", "USD")


def test_a_foreign_amount_is_told_in_its_cell(tmp_path):
    dollars = CONTRACT.replace("CNY", "USD")
    _, _, problems = sheet(tmp_path, "付款,P1,,,2026-02-27,40000元\n付款,P1,,,2026-02-27,RMB 40000\n", dollars)

    assert ["F2", "F3"] == [p.where for p in problems]


@pytest.mark.parametrize(
    ("text", "unit", "window"),
    [
        ("2026-02", "calendar month", "2026-02"),
        ("2026-2", "calendar month", "2026-02"),
        ("2026年2月", "calendar month", "2026-02"),
        ("2026年2月份", "calendar month", "2026-02"),
        ("2026-02-01", "calendar month", "2026-02"),
        ("2026-13", "calendar month", None),
        ("2026-q1", "calendar quarter", "2026-Q1"),
        ("2026年第一季度", "calendar quarter", "2026-Q1"),
        ("2026年", "calendar year", "2026"),
        ("C1", "calendar month", None),
    ],
)
def test_a_window_as_people_write_it(text, unit, window):
    assert window == window_of(text, unit)


@pytest.mark.parametrize(
    "row", ["MR,2026-02", "MR,2026年2月", "MR/2026-2,", "月度报告/2026年2月,", "月度报告,2026-02", "MR,MR/2026-2"]
)
def test_what_recurs_is_named_with_its_window(tmp_path, row):
    _, [event], problems = sheet(tmp_path, f"交付,{row},,2026-03-03,\n")

    assert ((), "MR/2026-02", None) == (problems, event.of, event.about)


def test_what_recurs_is_named_so_in_a_file_too():
    _, [event], problems = read_text(
        CONTRACT + '[[events]]\nwhat = "MR delivered"\nabout = "2026-2"\nat = 2026-03-03\n'
    )

    assert ((), "MR/2026-02") == (problems, event.of)


@pytest.mark.parametrize(
    ("row", "place", "code"),
    [
        ("付款,P1,,,2026-02-27,0", "F2", "EVENT-AMOUNT-03"),
        ("付款,P1,,,2026-02-27,-5", "F2", "EVENT-AMOUNT-03"),
        ("付款,P1,,甲方,2026-02-27,5", "D2", "EVENT-PAYER-01"),
        ("交付,A1,,,2025-02-27,", "E2", "EVENT-DATE-01"),
        ("交付,A1,,,2062-02-27,", "E2", "EVENT-DATE-02"),
    ],
)
def test_bad_data_is_not_taken_in_silence(tmp_path, row, place, code):
    _, _, problems = sheet(tmp_path, row + "\n")

    assert [(place, code)] == [(p.where, p.code) for p in problems]


@pytest.mark.parametrize(
    "row", ["签署,,,,2025-12-30,", "书面通知,,,,2025-12-30,", "交付,A1,,,2031-01-01,", "付款,P1,,乙方,2026-02-27,5"]
)
def test_what_may_well_be_is_taken(tmp_path, row):
    assert () == sheet(tmp_path, row + "\n")[2]


def test_a_tacit_renewal_lets_events_come_later(tmp_path):
    renewed = CONTRACT.replace("[counting]", '[renewal]\ntacit = "1 year"\n[counting]')

    assert () == sheet(tmp_path, "交付,A1,,,2040-02-27,\n", renewed)[2]
    assert ["EVENT-DATE-02"] == [p.code for p in sheet(tmp_path, "交付,A1,,,2062-02-27,\n", renewed)[2]]


@pytest.mark.parametrize(
    ("signed", "code"), [("2027-06-01", "TERMS-SIGNED-01"), ("2027-01-06", None), ("2025-12-01", None)]
)
def test_a_signing_after_the_term_is_a_slip_of_the_year(signed, code):
    _, _, problems = read_text(CONTRACT.replace("signed = 2026-01-05", f"signed = {signed}"))

    assert [code] * bool(code) == [p.code for p in problems]


def test_a_signing_long_after_the_first_day_is_too():
    text = CONTRACT.replace("signed = 2026-01-05", "signed = 2027-06-05").replace("1 year", "3 years")

    assert ["TERMS-SIGNED-02"] == [p.code for p in read_text(text)[2]]


def test_a_subject_is_one_of_what_such_an_event_can_be_about(tmp_path):
    _, _, [paid, delivered] = sheet(tmp_path, "付款,Z9,,,2026-02-27,5\n交付,Z9,,,2026-02-27,\n")

    assert ("P1", "A1, MR") == (paid.args["known"], delivered.args["known"])


def test_an_unknown_kind_lists_the_readers_own_words(tmp_path):
    _, _, [problem] = sheet(tmp_path, "掷骰子,A1,,,2026-02-27,\n")

    assert "投诉、投诉解决、交付、验收" in say(problem, "zh-Hans")
    assert "complaint, complaint resolved, delivered" in say(problem, "en")


def test_every_kind_has_a_word_in_chinese():
    assert [] == [kind for kind in KINDS if kind not in KIND_WORDS.values()]


def test_a_sheet_without_the_column_names_the_columns_of_the_reader(tmp_path):
    _, _, [problem] = sheet(tmp_path, "", head="编号,时间\n")

    assert "编号、事项、对象" in say(problem, "zh-Hans")
    assert "id, what, of" in say(problem, "en")


def test_a_missing_time_names_the_columns(tmp_path):
    _, _, [problem] = sheet(tmp_path, "交付,A1,,,,\n")

    assert all(word in say(problem, "zh-Hans") for word in ("时间", "开始", "结束"))


def test_a_misspelt_needed_key_is_told_once_and_read():
    _, _, problems = read_text(
        CONTRACT.replace('id = "A1"\n', 'id = "A1"\n').replace('owed_by = "client"', 'owd_by = "client"')
    )

    assert [("payments.P1.owd_by", "TERMS-KEY-02", "owed_by")] == [
        (p.where, p.code, p.args["nearest"]) for p in problems
    ]


def test_a_misspelt_format_is_told_once():
    assert ["TERMS-KEY-02"] == [p.code for p in read_text(CONTRACT.replace("spondeo = 1", "spondo = 1"))[2]]


def test_sheets_that_nobody_reads_are_noticed(tmp_path):
    sheet(tmp_path, "交付,A1,,,2026-02-27,\n")
    (tmp_path / "履约记录.csv").write_text(HEAD, "gbk")
    (tmp_path / "prices.csv").write_text("item,price\n", "utf-8")
    assert (tmp_path / "履约记录.csv",) == unread_sheets(tmp_path / "k.toml")

    (tmp_path / "k-events.csv").write_text(HEAD, "utf-8")
    assert {"events.csv", "履约记录.csv"} == {p.name for p in unread_sheets(tmp_path / "k.toml")}


def test_two_files_of_a_folder_with_one_number_are_named(tmp_path):
    from contracts.folder import load

    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(
            CONTRACT.replace('CN-civil-code@2021"', 'CN-civil-code@2021"\ncalendar = "none@1"'), "utf-8"
        )
    loaded, [problem] = load([tmp_path])

    assert 2 == len(loaded)
    assert "FILE-NUMBER-01" == problem.code
    assert all("a.toml and b.toml" in say(problem, lang) for lang in LANGUAGES[:1])
    assert ("a.toml", "b.toml", "N-1") == (problem.args["first"], problem.args["second"], problem.args["number"])


def test_a_date_cell_stays_a_date(tmp_path):
    _, [event], _ = sheet(tmp_path, "交付,A1,,,2026年2月1日,\n")

    assert date(2026, 2, 1) == event.at
