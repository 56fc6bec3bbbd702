"""Files and folders as they lie on a disk: unreadable, too large, doubled, or no contracts at all."""

import zipfile
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from contracts.beside import readers
from contracts.folder import contract_files, is_store, load, world_for
from contracts.options import read_at
from contracts.reader import LARGEST, read_contract, read_text
from contracts.sheets import LARGEST_SHEET, MOST_ROWS, read_sheet, unread_sheets
from contracts.writer import write_json, write_toml
from core.money import Money
from core.terms import Contract

TEXT = """
spondeo = 1
number = "N-1"
[counting]
preset = "plain-24x7@1"
zone = "UTC"
[parties.provider]
label = "A"
name = "Example A"
[parties.client]
label = "B"
name = "Example B"
[[payments]]
id = "P1"
owed_by = "client"
amount = "1000.00 CNY"
due = 2026-03-01
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.toml").write_text(TEXT, "utf-8")
    return tmp_path


def codes(problems):
    return [problem.code for problem in problems]


def test_a_folder_gives_its_contracts_and_nothing_else(folder):
    (folder / "pyproject.toml").write_text("[project]\n", "utf-8")
    (folder / "dir.toml").mkdir()
    found, problems = contract_files([folder])

    assert ["one.toml"] == [path.name for path in found]
    assert [] == problems


def test_a_file_that_nobody_may_open_is_no_contract_of_its_folder(folder, monkeypatch):
    def closed(path, *_):
        raise PermissionError

    monkeypatch.setattr(Path, "open", closed)

    assert ["CLI-PATH-01"] == codes(contract_files([folder])[1])


def test_two_files_of_one_number_are_told(folder):
    (folder / "two.toml").write_text(TEXT, "utf-8")
    (folder / "wrong.toml").write_text("spondeo = 1\n", "utf-8")
    loaded, problems = load([folder])

    assert ["FILE-NUMBER-01"] == codes(problems)
    assert 3 == len(loaded)


@pytest.mark.parametrize(
    ("counting", "where", "code"),
    [
        ('preset = "CN-civil-code@2021"', "counting.calendar", "CLI-CALENDAR-01"),
        ('calendar = "MARS@1"', "counting.calendar", None),
        ('business_day = "bank day in Atlantis"', "counting.business_day", None),
        ('calendars = { client = "MARS@1" }', "counting.calendars.client", None),
    ],
)
def test_a_calendar_that_is_missing_is_told_where_it_is_named(counting, where, code):
    text = TEXT.replace('preset = "plain-24x7@1"', counting)
    contract, _, problems = read_text(text)
    if contract is not None:
        _, problems = world_for(contract)

    assert [where] == [problem.where for problem in problems if code in (None, problem.code)][:1]


CALENDAR = """
[calendars.ours]
zone = "UTC"
rest = ["Sat", "Sun"]
"""


def test_a_contract_with_one_calendar_of_its_own_counts_by_it():
    contract, _, problems = read_text(TEXT + CALENDAR)
    assert () == problems
    assert contract is not None

    world, problems = world_for(contract)

    assert () == problems
    assert ["ours"] == list(world.calendars)


def test_a_calendar_of_its_own_that_is_wrong_is_told_where_it_is():
    contract, _, _ = read_text(TEXT + CALENDAR)
    assert contract is not None
    ours = msgspec.structs.replace(contract.calendars["ours"], rest=("Someday",))
    wrong = msgspec.structs.replace(contract, calendars={"ours": ours})

    assert ["calendars.ours.rest"] == [problem.where for problem in world_for(wrong)[1]]


def test_an_address_or_the_first_bytes_tell_a_store(tmp_path):
    (tmp_path / "store").write_bytes(b"SQLite format 3\0")

    assert is_store("postgresql://localhost/x")
    assert is_store(str(tmp_path / "store"))
    assert not is_store(str(tmp_path))


def test_a_text_of_many_megabytes_is_not_read():
    assert ["FILE-SIZE-01"] == codes(read_text("#" * (LARGEST + 1))[2])


def test_a_file_that_nobody_may_read_says_why(folder, monkeypatch):
    def closed(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", closed)

    assert ["FILE-PATH-03"] == codes(read_contract(folder / "one.toml")[2])
    assert ["FILE-PATH-03"] == codes(read_sheet(folder / "one.toml").problems)
    (folder / "march.csv").write_text("what,at\n", "utf-8")
    assert () == unread_sheets(folder / "one.toml")


def test_events_that_are_no_list_are_told_beside_the_rest():
    assert ["TERMS-TYPE-04"] == codes(read_text(TEXT + "[events]\nwhat = 'paid'\n")[2])
    assert "TERMS-TYPE-05" in codes(read_text("events = [1]\n" + TEXT)[2])


def test_a_sheet_of_too_many_bytes_or_rows_is_not_read(tmp_path):
    large, long = tmp_path / "large.csv", tmp_path / "long.csv"
    with large.open("wb") as file:
        file.truncate(LARGEST_SHEET + 1)
    long.write_text("what\n" + "paid\n" * (MOST_ROWS + 1), "utf-8")

    assert ["FILE-SIZE-01"] == codes(read_sheet(large).problems)
    assert ["FILE-SHEET-04"] == codes(read_sheet(long).problems)


def test_a_sheet_of_events_that_no_contract_reads_is_noticed(folder):
    (folder / "one-events.csv").write_text("what,at\n", "utf-8")
    (folder / "march.csv").write_text("事项,时间\n交付,2026-03-01\n", "utf-8")
    (folder / "prices.csv").write_text("item,price\n", "utf-8")
    (folder / "noise.csv").write_bytes(b"\x80\xff\xff\0")
    (folder / "noise.xlsx").write_bytes(b"no workbook")
    with (folder / "huge.csv").open("wb") as file:
        file.truncate(LARGEST_SHEET + 1)

    assert ["march.csv"] == [path.name for path in unread_sheets(folder / "one.toml")]


def test_two_sheets_for_one_contract_are_both_known(folder):
    (folder / "one-events.csv").write_text("what,at\n", "utf-8")
    (folder / "one-events.xlsx").write_bytes(b"no workbook")

    assert () == unread_sheets(folder / "one.toml")


def test_a_clock_that_is_none_is_left_as_it_was_written(folder):
    (folder / "one-events.csv").write_text("what,of,at,amount\npaid,P1,2026/3/1 noon,1.00 CNY\n", "utf-8")

    assert ["C2"] == [problem.where for problem in read_contract(folder / "one.toml")[2]]


def test_a_path_on_the_command_line_is_read_by_its_type():
    assert ("completed", []) == read_at("counting.part_days", "completed")
    assert Money(500, "CNY") == read_at("total", "5.00 CNY")[0]
    assert ["TERMS-PATH-01"] == codes(read_at("nowhere.at.all", "x")[1])


def test_a_contract_of_nobody_is_still_written():
    contract, _, _ = read_text(TEXT)

    assert contract is not None
    assert "parties = {}" in write_toml(Contract(number="N-0", counting=contract.counting, parties={}))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("days = [" + "2026-02-30, " * 101 + "]\n", ["TERMS-DATE-04"]),
        ("deep = " + "[" * 40 + "]" * 40 + "\n", ["FILE-DEPTH-01"]),
        (
            "[[readings]]\nabout = 'rules.r.charge'\noptioons = { once = '5.00 CNY once' }\n",
            ["TERMS-PATH-01", "TERMS-KEY-02"],
        ),
        (
            "[[annexes]]\nid = 'A'\nowed_by = 'client'\ndue = { every = 'calendar month', by = 'whenever' }\n",
            ["TERMS-WORD-01"],
        ),
        (
            "[[measures]]\nid = 'm'\nevery = 'calendar month'\nkind = 'count'\nof = 'paid'\ntarget = []\n",
            ["TERMS-TYPE-07"],
        ),
        ("[[closures]]\nfrom = 2026-01-01T10:00:00\nto = 'x'\n", None),
        ("law = " + "9" * 80 + "\n", ["TERMS-TYPE-01"]),
        ("[[events]]\nwhat = 'paid'\nof = 'P1'\nat = 2026-03-01\namount = '5.00 CNY'\nvalue = 95\n", []),
    ],
)
def test_what_few_files_hold_is_read_or_told(more, expected):
    top, tables = (more, "") if not more.startswith("[[") else ("", more)
    found = codes(read_text(top + TEXT + tables)[2])

    assert found == expected if expected is not None else found


@pytest.mark.parametrize("text", ['{"spondeo": ' + "9" * 5000 + "}", '{"a": ' + "[" * 40 + "]" * 40 + "}"])
def test_json_of_no_decent_size_is_one_problem(text):
    assert 1 == len(read_text(text, syntax="json")[2])


def test_a_cell_of_many_thousand_letters_ends_the_reading(tmp_path):
    (tmp_path / "a.csv").write_text("what,note\npaid," + "x" * 200_000 + "\n", "utf-8")

    assert ["FILE-SHEET-01"] == codes(read_sheet(tmp_path / "a.csv").problems)


def test_a_column_named_twice_and_a_cell_beside_the_table_are_told(tmp_path):
    (tmp_path / "a.csv").write_text("what,at,事项\npaid,2026-03-01,x,stray\n", "utf-8")

    assert {"EVENT-COLUMN-03", "EVENT-CELL-01"} == set(codes(read_sheet(tmp_path / "a.csv").problems))


def test_numbers_and_times_of_a_workbook_are_text_as_a_person_reads_them(tmp_path, monkeypatch):
    from openpyxl import Workbook

    book = Workbook()
    for row in (["what", "value", "at"], ["reading", 95.0, datetime(2026, 3, 1, 9, 30)], ["reading", 94.5, None]):  # noqa: DTZ001
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    read = read_sheet(tmp_path / "a.xlsx")

    assert ["95", "94.5"] == [cells["value"].text for _, cells in read.rows]
    assert "2026-03-01T09:30:00" == read.rows[0][1]["at"].text
    monkeypatch.setattr("contracts.sheets.MOST_ROWS", 2)
    assert ["FILE-SHEET-04"] == codes(read_sheet(tmp_path / "a.xlsx").problems)


@pytest.mark.parametrize(
    ("part", "size", "code"), [("x", 10, "FILE-SHEET-01"), ("x", 10 * LARGEST_SHEET + 1, "FILE-SIZE-01")]
)
def test_an_archive_that_is_no_workbook_or_unfolds_without_end_is_not_read(tmp_path, part, size, code):
    with zipfile.ZipFile(tmp_path / "e.xlsx", "w", zipfile.ZIP_DEFLATED) as archive, archive.open(part, "w") as file:
        for start in range(0, size, 1_000_000):
            file.write(b"0" * min(1_000_000, size - start))

    assert [code] == codes(read_sheet(tmp_path / "e.xlsx").problems)


SHARED = "contract,what,of,at,amount\nN-1,paid,P1,2026-03-01,400.00 CNY\n{second},paid,P1,2026-03-02,600.00 CNY\n"


@pytest.fixture
def two(folder: Path) -> Path:
    (folder / "two.toml").write_text(TEXT.replace("N-1", "N-2"), "utf-8")
    return folder


def test_a_sheet_beside_two_contracts_that_does_not_say_whose_is_read_into_neither(two):
    (two / "events.csv").write_text("what,of,at,amount\npaid,P1,2026-03-01,400.00 CNY\n", "utf-8")
    loaded, _ = load([two])

    assert [["FILE-SHEET-05"]] * 2 == [codes(one.problems) for one in loaded]
    assert ["one-events.csv", "two-events.csv"] == [one.problems[0].args["name"] for one in loaded]
    assert ["one, two"] * 2 == [one.problems[0].args["contracts"] for one in loaded]


@pytest.mark.parametrize("second", ["N-2", "two"])
def test_rows_go_to_the_contract_that_they_name(two, second):
    (two / "events.csv").write_text(SHARED.format(second=second), "utf-8")
    loaded, _ = load([two])

    assert [[], []] == [codes(one.problems) for one in loaded]
    assert [["400.00 CNY"], ["600.00 CNY"]] == [[str(event.amount) for event in one.events] for one in loaded]


def test_a_row_that_names_no_contract_stops_every_contract_that_reads_the_sheet(two):
    (two / "events.csv").write_text(SHARED.format(second=""), "utf-8")

    assert [["EVENT-CONTRACT-01"]] * 2 == [codes(one.problems) for one in load([two])[0]]
    assert ("A3", 3) == (load([two])[0][0].problems[0].where, 3)


@pytest.mark.parametrize(("second", "code"), [("N-22", "EVENT-CONTRACT-03"), ("quite another", "EVENT-CONTRACT-02")])
def test_a_row_that_names_a_contract_that_is_not_there_is_told(two, second, code):
    (two / "events.csv").write_text(SHARED.format(second=second), "utf-8")
    [problem] = load([two])[0][1].problems

    assert (code, "A3", str(two / "events.csv")) == (problem.code, problem.where, problem.file)


def test_a_sheet_of_its_own_leaves_the_shared_one_to_the_other(two):
    (two / "two-events.csv").write_text("what,of,at,amount\npaid,P1,2026-03-02,600.00 CNY\n", "utf-8")
    (two / "events.csv").write_text("what,of,at,amount\npaid,P1,2026-03-01,400.00 CNY\n", "utf-8")

    assert [["400.00 CNY"], ["600.00 CNY"]] == [[str(event.amount) for event in one.events] for one in load([two])[0]]


def test_a_contract_in_json_or_without_a_number_is_named_by_its_file(folder):
    contract, _, _ = read_text(TEXT.replace("N-1", "N-3"))
    assert contract is not None
    (folder / "three.json").write_bytes(write_json(contract))
    (folder / "four.toml").write_text("spondeo = 1\n", "utf-8")
    (folder / "five.json").write_text('{"spondeo": 1, "number": 5}', "utf-8")
    (folder / "six.json").write_text('{"spondeo": 1', "utf-8")
    (folder / "events.csv").write_text("what\npaid\n", "utf-8")

    assert {"five": "", "four": "", "one": "N-1", "six": "", "three": "N-3"} == readers(folder / "events.csv")


def test_an_empty_sheet_beside_two_contracts_is_no_question(two):
    (two / "events.csv").write_text("what,of,at\n", "utf-8")

    assert [[], []] == [codes(one.problems) for one in load([two])[0]]
