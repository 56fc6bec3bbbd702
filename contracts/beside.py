"""Whose the rows of a sheet are: one beside several contract files must say it, by a column or by its own name."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from contracts.sheets import Cell, find_sheet
from core.problems import Problem, nearest

__all__ = ["is_contract", "readers", "rows_of"]

Row = tuple[int, dict[str, Cell]]

_NUMBER = re.compile(r"^number[ \t]*=[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)')", re.MULTILINE)


def is_contract(path: Path) -> bool:
    """Whether a file in a folder says that it is a contract (`spondeo = 1` near its top)."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    return any(
        line.replace(b'"', b"").replace(b" ", b"").startswith((b"spondeo=", b"spondeo:", b"{spondeo:"))
        for line in head.splitlines()
    ) or (path.suffix == ".json" and b'"spondeo":' in head)


def readers(sheet: Path) -> dict[str, str]:
    """The contract files that read a sheet, each by its name without the suffix, with the contract's number."""
    files = [p for p in sorted(sheet.parent.iterdir()) if p.suffix in {".toml", ".json"} and p.is_file()]
    return _numbers(sheet, tuple((p, p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@lru_cache(maxsize=4)  # every contract of a folder asks; a file that changed is read again
def _numbers(sheet: Path, files: tuple[tuple[Path, int, int], ...]) -> dict[str, str]:
    return {p.stem: _number(p) for p, _, _ in files if find_sheet(p)[0] == sheet and is_contract(p)}


def _number(path: Path) -> str:
    """The number that a contract file gives; "" where none can be read, which is told when the file itself is."""
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".toml":
        found = _NUMBER.search(text)
        return (found[1] or found[2] or "") if found else ""
    try:
        number = json.loads(text)["number"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return number if isinstance(number, str) else ""


def rows_of(contract: Path, sheet: Path, rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """The rows of a sheet that are a contract's, and those of which nobody can say whose they are."""
    if not rows:
        return [], []
    known = readers(sheet)
    own = {contract.stem, known.get(contract.stem, "")}
    others = {word for stem, one in known.items() if stem != contract.stem for word in (stem, one)} - own - {""}
    named = any("contract" in cells for _, cells in rows)
    if others and not named:
        args = {"contracts": ", ".join(sorted(known)), "name": f"{contract.stem}-events{sheet.suffix}"}
        return [], [Problem("FILE-SHEET-05", args=args, file=str(sheet))]
    mine: list[Row] = []
    wrong: list[Problem] = []
    for row, cells in rows:
        cell = cells.get("contract")
        if cell is None and others:
            wrong.append(Problem("EVENT-CONTRACT-01", f"A{row}", {}, row))
        elif cell is None or cell.text in own:
            mine.append((row, cells))
        elif cell.text not in others:
            wrong.append(_unknown(cell, row, [*known.values(), *known]))
    return mine, [msgspec.structs.replace(one, file=str(sheet)) for one in wrong]


def _unknown(cell: Cell, row: int, known: list[str]) -> Problem:
    near = nearest(cell.text, known)
    if near:
        return Problem("EVENT-CONTRACT-03", cell.place, {"text": cell.text, "nearest": near}, row)
    return Problem("EVENT-CONTRACT-02", cell.place, {"text": cell.text, "known": ", ".join(filter(None, known))}, row)
