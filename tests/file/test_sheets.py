"""A sheet of events beside a contract file, as people keep it."""

from datetime import date, datetime
from pathlib import Path

import pytest

from contracts.reader import read_contract
from core.money import Money

CONTRACT = """
spondeo = 1
number = "N-1"
[counting]
preset = "CN-civil-code@2021"
[parties.provider]
label = "A"
name = "Example A"
[parties.client]
label = "B"
name = "Example B"
[event_kinds]
complaint = { title = { zh = "投诉", en = "Complaint" } }
[[annexes]]
id = "A1"
owed_by = "provider"
[[payments]]
id = "P1"
owed_by = "client"
amount = "1000.00 CNY"
due = 2026-03-01
"""

CHINESE = '编号,事项,对象,时间,金额,币种,备注\n1,交付,A1,2026年2月16日,,,按时\n2,付款,P1,2026/2/27 9:30,"1,000.00",CNY,\n3,投诉,,2026-03-01 10:00,,,\n'


def beside(folder: Path, name: str, content: bytes):
    """The contract with one sheet beside it."""
    (folder / "k.toml").write_text(CONTRACT, "utf-8")
    (folder / name).write_bytes(content)
    return read_contract(folder / "k.toml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_chinese_csv_in_any_encoding_is_read(tmp_path, encoding, mark):
    text = CHINESE if mark == "," else CHINESE.replace('"1,000.00"', "1000.00").replace(",", mark)
    _, events, problems = beside(tmp_path, "k-events.csv", text.encode(encoding))

    assert () == problems
    assert [
        ("delivered", "A1", date(2026, 2, 16)),
        ("paid", "P1", datetime.fromisoformat("2026-02-27T09:30")),
        ("complaint", None, datetime.fromisoformat("2026-03-01T10:00")),
    ] == [(e.what, e.of, e.at) for e in events]
    assert Money(100000, "CNY") == events[1].amount


def test_an_excel_sheet_is_read_with_its_own_dates(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in (
        ["what", "of", "at", "amount"],
        ["A1 delivered", None, date(2026, 2, 16), None],
        [],
        ["paid", "P1", datetime.fromisoformat("2026-02-27T09:30"), "1000 CNY"],
    ):
        sheet.append(row)
    book.save(tmp_path / "events.xlsx")
    _, events, problems = beside(tmp_path, "other.txt", b"")

    assert () == problems
    assert [("delivered", date(2026, 2, 16)), ("paid", datetime.fromisoformat("2026-02-27T09:30"))] == [
        (e.what, e.at) for e in events
    ]


def test_every_bad_cell_is_named(tmp_path):
    text = "id,what,of,at,amount,colour\nE1,delivered,A1,16 Feb,,\nE2,paid,P1,2026-02-27,much,\nE3,paidd,P1,2026-02-27,5.00 CNY,\nE3,delivered,A9,2026-02-30,,,x\nE4,demanded,A9,2026-03-01,,\n"
    contract, _, problems = beside(tmp_path, "events.csv", text.encode())

    assert contract is None
    assert [
        ("F1", "EVENT-COLUMN-01"),
        ("D2", "TERMS-DATE-01"),
        ("E3", "TERMS-MONEY-01"),
        ("B4", "EVENT-KIND-02"),
        ("G5", "EVENT-CELL-01"),
        ("D5", "TERMS-DATE-01"),
        ("C6", "EVENT-SUBJECT-01"),
    ] == [(p.where, p.code) for p in problems]
    assert {str(tmp_path / "events.csv")} == {p.file for p in problems}
    assert [1, 2, 3, 4, 5, 5, 6] == [p.line for p in problems]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("events.csv", b"", "FILE-SHEET-02"),
        ("events.csv", b"id,at\n1,2026-01-01\n", "FILE-SHEET-02"),
        ("events.csv", b"what\0\n", "FILE-ENCODING-02"),
        ("events.csv", b'what,of\n"' + b"x" * 200_000, "FILE-SHEET-01"),
        ("events.xlsx", b"PK\x03\x04 not a workbook", "FILE-SHEET-01"),
        ("events.xlsx", b"what,of\n", "FILE-SHEET-01"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_one_problem(tmp_path, name, content, code):
    assert [code] == [p.code for p in beside(tmp_path, name, content)[2]]


def test_two_sheets_are_one_too_many(tmp_path):
    (tmp_path / "events.xlsx").write_bytes(b"")

    assert ["FILE-SHEET-03"] == [p.code for p in beside(tmp_path, "events.csv", b"what\n")[2]]


def test_the_sheet_named_after_the_contract_wins(tmp_path):
    (tmp_path / "events.csv").write_text("what,of,at\ndelivered,A1,2026-01-01\n")
    _, [event], _ = beside(tmp_path, "k-events.csv", b"what,of,at\ndelivered,A1,2026-02-02\n")

    assert date(2026, 2, 2) == event.at


def test_an_acceptance_before_delivery_is_told_in_its_row(tmp_path):
    text = "id,what,of,at\nE1,accepted,A1,2026-02-01\nE2,delivered,A1,2026-02-03\n"
    _, _, [problem] = beside(tmp_path, "events.csv", text.encode())

    assert ("EVENT-ORDER-01", "D2", 2) == (problem.code, problem.where, problem.line)


def test_a_hidden_character_in_a_cell_is_refused_with_its_cell(root, tmp_path):
    """U+202E turns what follows around on a screen: a note could show what it does not say."""
    example = root / "examples/s12"
    (tmp_path / "s12.toml").write_bytes((example / "s12.toml").read_bytes())
    rows = (example / "events.csv").read_text("utf-8").replace("complaint record", "paid \u202eton")
    (tmp_path / "events.csv").write_text(rows, encoding="utf-8")

    _, _, problems = read_contract(tmp_path / "s12.toml")

    assert ["TERMS-HIDDEN-01"] == [problem.code for problem in problems]
    assert problems[0].file
