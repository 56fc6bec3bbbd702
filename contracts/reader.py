"""Reads a contract file (TOML in phrases, JSON in long form) and the sheet beside it, with every problem located.

One syntax error, or all others: the standard library parses, `contracts.walk` reads along the types, `contracts.checks`
asks whether it hangs together.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from contracts.beside import rows_of
from contracts.checks import check
from contracts.sheets import Cell, as_event, event_problem, find_sheet, read_sheet
from contracts.spoken import Known, known_in, normalised
from contracts.walk import BAD, Walk, read_by_path, without_hidden
from contracts.walk import Path as Steps
from core.events import Event
from core.problems import Problem, nearest
from core.terms import FORMAT, Contract, Party

__all__ = ["DEEPEST", "LARGEST", "read_contract", "read_text"]

_STEMS = "甲乙丙丁戊己庚辛壬癸"
"""How Chinese contracts number their parties."""

LARGEST = 5_000_000
"""Bytes in a contract file; refused before reading."""

DEEPEST = 32
"""Tables in tables; refused before walking, since a dotted key may be ten thousand deep."""

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_KEY_PART = re.compile(r"\s*(?:[\w-]+|\"[^\"]*\"|'[^']*')\s*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)?")

Result = tuple[Contract | None, tuple[Event, ...], tuple[Problem, ...]]


def read_contract(path: str | Path, *, sheet: bool = True) -> Result:
    """Read a contract file and, unless `sheet` is false, the sheet of events beside it.

    The contract is None where anything is wrong; the problems are all that could be found at once.
    """
    path = Path(path)
    text = _file_text(path)
    if isinstance(text, Problem):
        return None, (), (msgspec.structs.replace(text, file=str(path)),)
    return _read(text, str(path), "json" if path.suffix.lower() == ".json" else "toml", path if sheet else None)


def read_text(text: str, file: str = "", *, syntax: str = "toml") -> Result:
    """Read the text of a contract file, as `read_contract` does; `syntax` is "toml" or "json"."""
    if len(text.encode("utf-8", "replace")) > LARGEST:
        return None, (), (Problem("FILE-SIZE-01", args={"largest": LARGEST // 1_000_000}, file=file or None),)
    return _read(text, file, syntax, None)


def _file_text(path: Path) -> str | Problem:
    """The text of a file of decent size in UTF-8, or the one problem with it."""
    if not path.exists():
        near = nearest(path.name, [p.name for p in path.parent.glob("*.*")][:1000]) if path.parent.is_dir() else ""
        return Problem("FILE-PATH-04", args={"nearest": near}) if near else Problem("FILE-PATH-01")
    if not path.is_file():
        return Problem("FILE-PATH-02")
    try:
        if path.stat().st_size > LARGEST:
            return Problem("FILE-SIZE-01", args={"largest": LARGEST // 1_000_000})
        data = path.read_bytes()
    except OSError as error:
        return Problem("FILE-PATH-03", args={"detail": error.strerror or ""})
    return _decoded(data)


def _decoded(data: bytes) -> str | Problem:
    """UTF-8, with or without a mark; what else it seems to be is named, never guessed."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:200]:
        return Problem("FILE-ENCODING-01", args={"encoding": "UTF-16"}, line=1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return Problem("FILE-ENCODING-02", line=line)
    return Problem("FILE-ENCODING-01", args={"encoding": "GBK"}, line=line)


class Place(NamedTuple):
    """Where an event stands: its table in the file, or its row in a sheet."""

    number: int = 0
    cells: Mapping[str, Cell] = {}
    row: int = 0
    sheet: str = ""


def _read(text: str, file: str, syntax: str, beside: Path | None) -> Result:
    parsed = _json(text) if syntax == "json" else _toml(text)
    if isinstance(parsed, Problem):
        return None, (), (msgspec.structs.replace(parsed, file=file or None),)
    root, text = parsed
    hidden: list[tuple[Steps, str]] = []
    root = without_hidden(root, (), hidden)
    walk = Walk(root, syntax == "toml")
    for path, character in hidden:
        walk.wrong(path, "TERMS-HIDDEN-01", character=character)
    contract = _contract(walk, root)
    known = known_in(contract)
    events, places = _events(walk, root, known)
    more, more_places, problems = _sheet(beside, len(events), known) if beside else ([], [], [])
    events, places = [*events, *more], [*places, *more_places]
    problems += _checked(walk, contract, tuple(events), places)
    problems = [*_located(walk, text, file, syntax), *sorted(problems, key=lambda problem: problem.line or 0)]
    return (None if problems else contract), tuple(events), tuple(problems)


def _toml(text: str) -> tuple[dict[str, Any], str] | Problem:
    """The parsed file and its text, impossible dates in quotes, so that they are reported with all the rest."""
    if any(_too_dotted(line) for line in text.split("\n")):
        return Problem("FILE-DEPTH-01", args={"deepest": DEEPEST})
    for _ in range(100):
        try:
            return _decent(tomllib.loads(text, parse_float=Decimal), text)
        except tomllib.TOMLDecodeError as error:
            quoted = _with_date_quoted(text, str(error))
            if quoted is None:
                return _syntax_problem(text, str(error))
            text = quoted
        except RecursionError:
            return Problem("FILE-DEPTH-01", args={"deepest": DEEPEST})
        except ValueError:  # a whole number of thousands of digits
            return Problem("FILE-SYNTAX-01", args={"text": "999…"})
    return Problem("TERMS-DATE-04")


def _too_dotted(line: str) -> bool:
    """A key of very many parts, which would take the parser the square of its length."""
    run = 0
    for part in line.split(".") if line.count(".") > DEEPEST else ():
        run = run + 1 if _KEY_PART.fullmatch(part) else 0
        if run > DEEPEST:
            return True
    return False


def _with_date_quoted(text: str, error: str) -> str | None:
    """The text with the first date that does not exist, in the line that failed, in quotes."""
    place = _PLACE.search(error)
    if not place:
        return None
    every = text.split("\n")
    line = every[int(place[1]) - 1]
    for found in _DATE.finditer(line):
        inside_text = line.count('"', 0, found.start()) % 2 or line.count("'", 0, found.start()) % 2
        if not inside_text and not _exists(found[0]):
            every[int(place[1]) - 1] = f'{line[: found.start()]}"{found[0]}"{line[found.end() :]}'
            return "\n".join(every)
    return None


def _exists(text: str) -> bool:
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def _syntax_problem(text: str, error: str) -> Problem:
    """A TOML error in our own words, with the line's text; "at end of document" is the last line."""
    place = _PLACE.search(error)
    every = text.split("\n")
    line = int(place[1]) if place else len(every)
    shown = every[line - 1].strip()[:80]
    if any(word in error for word in ("overwrite", "twice", "already", "mutate", "Duplicate")):
        return Problem("FILE-SYNTAX-02", args={"text": shown}, line=line)
    if any(word in error for word in ("Unterminated", 'Expected "\'"', "Illegal character '\\n'", "Unclosed")):
        return Problem("FILE-SYNTAX-03", args={"text": shown}, line=line)
    return Problem("FILE-SYNTAX-01", args={"text": shown}, line=line)


def _json(text: str) -> tuple[dict[str, Any], str] | Problem:
    import json  # which a contract in phrases does without

    twice: list[str] = []

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                twice.append(key)
            found[key] = value
        return found

    try:
        root = json.loads(text, parse_float=Decimal, object_pairs_hook=table)
    except json.JSONDecodeError as error:
        shown = text.split("\n")[error.lineno - 1].strip()[:80]
        return Problem("FILE-SYNTAX-04", args={"text": shown}, line=error.lineno)
    except RecursionError:
        return Problem("FILE-DEPTH-01", args={"deepest": DEEPEST})
    except ValueError:
        return Problem("FILE-SYNTAX-04", args={"text": "999…"})
    if twice:
        return Problem("FILE-SYNTAX-02", args={"text": twice[0]})
    return _decent(root, text) if isinstance(root, dict) else Problem("TERMS-TYPE-05", args={"got": "…"}, line=1)


def _decent(root: dict[str, Any], text: str) -> tuple[dict[str, Any], str] | Problem:
    """The file if it is of decent depth; looked at level by level, as a deep one would end the interpreter's stack."""
    level: list[Any] = [root]
    for _ in range(DEEPEST):
        level = [
            item
            for here in level
            for item in (here.values() if isinstance(here, dict) else here)
            if isinstance(item, (dict, list))
        ]
        if not level:
            return root, text
    return Problem("FILE-DEPTH-01", args={"deepest": DEEPEST})


def _contract(walk: Walk, root: dict[str, Any]) -> Contract:
    own = {key: item for key, item in root.items() if key not in ("events", "counted")}
    if "spondeo" not in own and not any(nearest(key, ("spondeo",)) for key in own):
        walk.wrong((), "TERMS-MISSING-01", key="spondeo", example=str(FORMAT))
    elif own.get("spondeo", FORMAT) != FORMAT:
        walk.wrong(("spondeo",), "TERMS-FORMAT-01", text=str(own["spondeo"])[:20], known=FORMAT)
        own["spondeo"] = FORMAT
    return read_by_path(walk, _in_order(walk.struct(Contract, own, ())))


def _in_order(contract: Contract) -> Contract:
    """Parties in the order of their labels (甲方 before 乙方, Party A before B), so that a contract that comes back
    from canonical form, whose keys are sorted, prints as it was written.
    """

    def rank(entry: tuple[str, Party]) -> tuple[int, str, str]:
        label = entry[1].label
        stem = next((_STEMS.index(word[0]) for word in label.values() if word and word[0] in _STEMS), len(_STEMS))
        return stem, label.get("en", ""), entry[0]

    return msgspec.structs.replace(contract, parties=dict(sorted(contract.parties.items(), key=rank)))


def _events(walk: Walk, root: dict[str, Any], known: Known) -> tuple[list[Event], list[Place]]:
    raw = root.get("events", [])
    if not isinstance(raw, list):
        walk.wrong(("events",), "TERMS-TYPE-04", got="{…}")
        return [], []
    events, places = [], []
    for i, item in enumerate(raw):
        table = normalised(item, i + 1, known) if isinstance(item, dict) else item
        event = walk.struct(Event, table, ("events", i))
        if event is not BAD:
            events.append(event)
            places.append(Place(i))
    return events, places


def _sheet(beside: Path, before: int, known: Known) -> tuple[list[Event], list[Place], list[Problem]]:
    """The events of the sheet beside a contract file; numbers go on from the file's own."""
    path, wrong = find_sheet(beside)
    if path is None:
        return [], [], [wrong] if wrong else []
    sheet = read_sheet(path)
    rows, whose = rows_of(beside, path, sheet.rows)
    events, places, problems = [], [], [*sheet.problems, *whose]
    for i, (row, cells) in enumerate(rows):
        hidden: list[tuple[Steps, str]] = []
        own = normalised(as_event(cells, known.currency), before + i + 1, known)
        table = without_hidden(own, ("events", 0), hidden)
        walk = Walk({"events": [table]}, True)
        for where, character in hidden:
            walk.wrong(where, "TERMS-HIDDEN-01", character=character)
        event = walk.struct(Event, table, ("events", 0))
        problems += [event_problem(problem, cells, row, str(path)) for _, problem in walk.found]
        if event is not BAD and not walk.found:
            events.append(event)
            places.append(Place(0, cells, row, str(path)))
    return events, places, problems


def _checked(walk: Walk, contract: Contract, events: tuple[Event, ...], places: list[Place]) -> list[Problem]:
    """Note what `check` finds, unless the value was already refused in reading; gives the problems of the sheet."""
    refused = [path for path, _ in walk.found if path]
    in_sheet: list[Problem] = []
    for path, problem in check(contract, events):
        if path[0] == "events":
            place = places[int(path[1])]
            if place.sheet:
                named = msgspec.structs.replace(problem, where=f"events.{path[-1]}")
                in_sheet.append(event_problem(named, place.cells, place.row, place.sheet))
                continue
            path = ("events", place.number, *path[2:])
        if not any(path[: len(bad)] == bad or bad[: len(path)] == path for bad in refused):
            walk.found.append((path, msgspec.structs.replace(problem, where=problem.where or walk.where(path))))
    return in_sheet


def _located(walk: Walk, text: str, file: str, syntax: str) -> tuple[Problem, ...]:
    if not walk.found:
        return ()
    from contracts.lines import line_of, lines

    places = lines(text, syntax)
    found = [
        msgspec.structs.replace(problem, file=file or None, line=line_of(places, path)) for path, problem in walk.found
    ]
    return tuple(sorted(found, key=lambda problem: problem.line or 0))
