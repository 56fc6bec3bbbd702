"""Reads events: from tables in a contract file, and from a sheet (CSV or XLSX) with English or Chinese headers.

A cell that cannot be read is named as a spreadsheet names it ("E5"); the rest of its row and sheet is still read.
"""

import io
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from contracts.spoken import in_script
from core.problems import Problem, nearest

__all__ = [
    "HEADERS",
    "LARGEST_SHEET",
    "as_event",
    "event_problem",
    "find_sheet",
    "headings",
    "read_sheet",
    "unread_sheets",
]

LARGEST_SHEET = 20_000_000
"""Bytes of a sheet, also when unpacked tenfold; a million rows belong into a store."""
MOST_ROWS = 200_000
WIDEST = 64
"""Columns that are looked at: a stray cell far to the right must not unroll the whole sheet."""

HEADERS: dict[str, tuple[str, ...]] = {
    "contract": ("合同", "合同编号", "合同編號"),
    "id": ("编号", "序号", "編號"),
    "what": ("事项", "事件", "事項"),
    "of": ("对象", "标的", "對象"),
    "about": ("案件", "个案"),
    "by": ("行为人", "当事人", "行為人"),
    "at": ("时间", "发生时间", "日期", "時間"),
    "from": ("开始", "起", "開始"),
    "to": ("结束", "止", "結束"),
    "recorded": ("记录时间", "录入时间", "記錄時間"),
    "amount": ("金额", "金額"),
    "currency": ("币种", "幣種"),
    "value": ("数值", "得分", "數值"),
    "fault": ("过错", "過錯"),
    "person": ("受害人",),
    "cause": ("事故", "起因"),
    "head": ("损失类别", "類別"),
    "item": ("评分项", "評分項"),
    "until": ("延至", "展期至"),
    "for": ("延长期限", "展期"),
    "site": ("地点", "站点"),
    "announced": ("预告时间", "预告"),
    "reported": ("报告时间", "报障时间"),
    "detected": ("发现时间", "监测时间"),
    "corrects": ("更正", "更正编号"),
    "sent": ("发出日",),
    "valued": ("起息日",),
    "evidence": ("证据", "凭证", "證據"),
    "note": ("备注", "備註"),
}
"""Column headers: English is the key; the first Chinese word is the one that is written."""

_DATES = ("at", "from", "to", "recorded", "until", "sent", "valued", "announced", "reported", "detected")
_CJK_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*(.*)")
_SLASHED = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T]+(\S+))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(\S*)")


class Cell(NamedTuple):
    """A cell as text, and its name in the sheet."""

    text: str
    place: str


class Rows(NamedTuple):
    """The rows of a sheet by field, with row numbers, and what is wrong with it."""

    rows: list[tuple[int, dict[str, Cell]]]
    problems: list[Problem]


def find_sheet(contract: Path) -> tuple[Path | None, Problem | None]:
    """The sheet of events beside a contract file: "<stem>-events", else "events", as .csv or .xlsx."""
    for stem in (f"{contract.stem}-events", "events"):
        found = [p for p in (contract.with_name(f"{stem}.csv"), contract.with_name(f"{stem}.xlsx")) if p.is_file()]
        if len(found) > 1:
            return None, Problem(
                "FILE-SHEET-03", args={"first": found[0].name, "second": found[1].name}, file=str(found[0])
            )
        if found:
            return found[0], None
    return None, None


def read_sheet(path: Path) -> Rows:
    """The rows of a CSV or XLSX sheet by field; anything that is not one is a problem."""
    try:
        size = path.stat().st_size
        if size > LARGEST_SHEET:
            return Rows([], [Problem("FILE-SIZE-01", args={"largest": LARGEST_SHEET // 1_000_000}, file=str(path))])
        data = path.read_bytes()
    except OSError as error:
        return Rows([], [Problem("FILE-PATH-03", args={"detail": error.strerror or ""}, file=str(path))])
    read = _workbook(data) if path.suffix.lower() == ".xlsx" else _csv(data)
    if isinstance(read, Problem):
        return Rows([], [msgspec.structs.replace(read, file=str(path))])
    found = _by_field(read)
    return Rows(found.rows, [msgspec.structs.replace(p, file=str(path)) for p in found.problems])


def unread_sheets(contract: Path) -> tuple[Path, ...]:
    """Sheets of events beside a contract file, told by their headings, that no contract file of that folder reads."""
    folder = contract.parent
    read: set[str] = set()
    for file in {contract, *folder.glob("*.toml"), *folder.glob("*.json")}:
        sheet, both = find_sheet(file)
        read |= {sheet.name} if sheet else {str(both.args[k]) for k in ("first", "second")} if both else set()
    others = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".csv", ".xlsx") and p.name not in read)
    return tuple(p for p in others if p.is_file() and _has_headings(p))


def _has_headings(path: Path) -> bool:
    """Whether the first row names what happened and at least one more of our columns."""
    if path.stat().st_size > LARGEST_SHEET:
        return False
    try:
        data = path.read_bytes()
    except OSError:
        return False
    if path.suffix.lower() != ".xlsx":
        first = (_decoded(data) or "").lstrip().partition("\n")[0]
        rows = _csv(first.encode())
    else:
        rows = _workbook(data)
    if isinstance(rows, Problem):
        return False
    top = next((cells for _, row in rows if any(cells := [_text(cell) for cell in row])), [])
    named = {_field(" ".join(word.split())) for word in top} - {None}
    return "what" in named and len(named) > 1


def _csv(data: bytes) -> list[tuple[int, list[Any]]] | Problem:
    import csv

    text = _decoded(data)
    if text is None or "\0" in text:
        return Problem("FILE-ENCODING-02")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows: list[tuple[int, list[Any]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for row in reader:
            rows.append((reader.line_num, list(row)))
            if len(rows) > MOST_ROWS:
                return Problem("FILE-SHEET-04", args={"most": MOST_ROWS})
    except csv.Error:
        return Problem("FILE-SHEET-01", line=reader.line_num)
    return rows


def _decoded(data: bytes) -> str | None:
    """UTF-8 with or without a mark, UTF-16 with one, or GBK, which Chinese Excel writes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _workbook(data: bytes) -> list[tuple[int, list[Any]]] | Problem:
    """The first sheet of a workbook; nothing in it is computed, formulas give the value that was saved."""
    import warnings
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > 10 * LARGEST_SHEET:
                return Problem("FILE-SIZE-01", args={"largest": LARGEST_SHEET // 1_000_000})
    except zipfile.BadZipFile:
        return Problem("FILE-SHEET-01")
    from openpyxl import load_workbook

    rows: list[tuple[int, list[Any]]] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that it drops; we read values only
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            for number, row in enumerate(book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, max_col=WIDEST), start=1):
                rows.append((number, [_cell(cell) for cell in row]))
                if number > MOST_ROWS:
                    return Problem("FILE-SHEET-04", args={"most": MOST_ROWS})
            book.close()
    except Exception:  # whatever a damaged workbook makes openpyxl raise, its author reads one sentence
        return Problem("FILE-SHEET-01")
    return rows


def _cell(cell: Any) -> Any:
    """A date cell without hours in its format is a day, not midnight."""
    value = cell.value
    if (
        isinstance(value, datetime)
        and value.time() == datetime.min.time()
        and "h" not in str(cell.number_format).lower()
    ):
        return value.date()
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


def _by_field(rows: list[tuple[int, list[Any]]]) -> Rows:
    filled = [(number, cells) for number, row in rows if any(cells := [_text(cell) for cell in row])]
    if not filled:
        return Rows([], [Problem("FILE-SHEET-02", args={"known": headings()})])
    (top, header), *body = filled
    columns: dict[int, str] = {}
    problems: list[Problem] = []
    for i, word in enumerate(header):
        name = " ".join(word.split())
        field = _field(name)
        if field is None and name:
            close = nearest(name.lower(), _HEADINGS)
            problems.append(
                Problem(
                    "EVENT-COLUMN-02" if close else "EVENT-COLUMN-01",
                    _place(i, top),
                    {"text": name, "nearest": close},
                    top,
                )
            )
        elif field in columns.values():
            problems.append(Problem("EVENT-COLUMN-03", _place(i, top), {"text": name}, top))
        elif field:
            columns[i] = field
    if "what" not in columns.values():
        problems.append(Problem("FILE-SHEET-02", _place(0, top), {"known": headings()}, top))
        return Rows([], problems)
    found = []
    for number, cells in body:
        found.append(
            (
                number,
                {columns[i]: Cell(cell, _place(i, number)) for i, cell in enumerate(cells) if cell and i in columns},
            )
        )
        problems += [
            Problem("EVENT-CELL-01", _place(i, number), {"text": cell[:60]}, number)
            for i, cell in enumerate(cells)
            if cell and i >= len(header)
        ]
    return Rows(found, problems)


_HEADINGS = {word: field for field, words in HEADERS.items() for word in (field, *words)}


def headings() -> dict[str, str]:
    """The names of columns as each language writes them."""
    return {"en": ", ".join(HEADERS), "zh-Hans": "、".join(words[0] for words in HEADERS.values())}


def _field(heading: str) -> str | None:
    """The field that a heading names, in either script, with or without the other language beside it."""
    name = heading.lower()
    return _HEADINGS.get(name) or in_script(name, _HEADINGS)


def _place(column: int, row: int) -> str:
    """A cell as a spreadsheet names it: column 0, row 5 is A5."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def as_event(cells: Mapping[str, Cell], currency: str = "") -> dict[str, Any]:
    """The cells of a row as the table of an event in a contract file; a bare amount is in the contract's `currency`."""
    event: dict[str, Any] = {}
    for field, cell in cells.items():
        if field in ("currency", "contract"):
            continue
        event[field] = _iso(cell.text) if field in _DATES else cell.text
    if "amount" in event:
        from contracts.spoken import amount_in

        event["amount"] = amount_in(_amount(event["amount"], cells.get("currency")), currency)
    return event


def _amount(text: str, currency: Cell | None) -> str:
    """ "100000" with a column "currency" is "100000 CNY"."""
    return f"{text} {currency.text}" if currency and re.fullmatch(r"-?[\d,]+(?:\.\d+)?", text) else text


def _iso(text: str) -> str:
    """The ways in which people write dates with the year first, as ISO; anything else is left to be refused."""
    match = _CJK_DATE.fullmatch(text) or _SLASHED.fullmatch(text)
    if not match:
        return text
    year, month, day, clock = match.groups()
    iso = f"{year}-{int(month):02}-{int(day):02}"
    if not clock:
        return iso
    time = _CLOCK.fullmatch(clock)
    if not time:
        return text
    return f"{iso}T{int(time[1]):02}:{time[2]}:{time[3] or '00'}{time[4]}"


def event_problem(problem: Problem, cells: Mapping[str, Cell], row: int, file: str) -> Problem:
    """A problem of an event, placed in the cell that it comes from."""
    field = problem.where.rpartition(".")[2]
    cell = cells.get(field)
    return msgspec.structs.replace(problem, where=cell.place if cell else _place(0, row), line=row, file=file)
