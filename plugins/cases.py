"""Worked cases as data: a contract, what happened, and the figures that a person has worked out by hand."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from core.events import Event
from core.money import Money, show_decimal
from core.problems import InputError, Problem
from core.terms import Contract

if TYPE_CHECKING:
    from core.assessment import Assessment
    from core.counting.strips import Run

__all__ = ["Case", "load_cases", "read_case", "run_case"]

_REQUIRED = ("name", "source", "note", "contract", "as_of", "expect")
_SHARED = ("contract", "events", "as_of", "known_at", "change", "assume")


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One `[[case]]`: `contract` and `events` are a path beside `file`, or stand in the case itself.

    `change` sets paths of the contract file before it is read; `expect` gives values by dotted query.
    """

    name: str
    source: str
    note: str
    file: Path
    contract: str | dict[str, Any]
    as_of: date | datetime
    expect: dict[str, Any]
    events: str | list[dict[str, Any]] | None = None
    change: dict[str, Any] = {}
    known_at: date | datetime | None = None
    assume: dict[str, Any] = {}


class _Thing(dict[str, Any]):
    """Fields of one thing by name, as against things by id: a field that is missing is a mistake of the case."""


class _AstrayError(Exception):
    """A query that leads nowhere: how far it came, and what it could have said next."""

    def __init__(self, at: str, known: list[str]) -> None:
        self.at, self.known = at, known
        super().__init__(at)


def load_cases(folder: Path) -> tuple[Case, ...]:
    """All cases of the TOML files in `folder` (or of one file), in order; InputError when one is no case."""
    paths = [folder] if folder.is_file() else sorted(folder.glob("*.toml"))
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            table = _parsed(path)
        except InputError as error:
            problems += error.problems
            continue
        shared = {name: value for name, value in table.items() if name != "case"}
        problems += _unknown(path.stem, shared, frozenset(_SHARED), path)
        for number, own in enumerate(table.get("case", []), 1):
            # What stands above the cases of a file holds for each of them, unless the case says otherwise.
            merged = {**shared, **own}
            faults = list(_faults(f"case {number}", merged, path))
            problems += faults
            if not faults:
                cases.append(Case(file=path, **merged))
    if problems:
        raise InputError(problems)
    return tuple(cases)


def run_case(case: Case) -> tuple[Problem, ...]:
    """Each expected value that does not come out, as a problem that says what did; nothing when all do."""
    answer = _Thing()
    zone = ""
    try:
        contract, events, problems = read_case(case)
        assessment = _assessed(case, contract, events) if contract else None
    except InputError as error:
        return error.problems
    if contract is not None and assessment is not None:
        problems += assessment.problems
        answer = _answers(contract, assessment, strips=any(query.startswith("strips.") for query in case.expect))
        zone = assessment.zone
    answer["problems"] = sorted(problem.code for problem in problems)
    return tuple(_compared(case, answer, zone))


def _faults(name: str, table: dict[str, Any], path: Path) -> Iterator[Problem]:
    where = str(table.get("name", name))
    for field in _REQUIRED:
        if field not in table:
            yield Problem("CASE-FILE-01", where, file=str(path), args={"field": field, "name": where})
    yield from _unknown(where, table, frozenset(Case.__struct_fields__) - {"file"}, path)


def _unknown(where: str, table: dict[str, Any], known: frozenset[str], path: Path) -> Iterator[Problem]:
    for field in sorted(table.keys() - known):
        yield Problem("CASE-FILE-02", where, file=str(path), args={"field": field, "known": ", ".join(sorted(known))})


def read_case(case: Case) -> tuple[Contract | None, tuple[Event, ...], tuple[Problem, ...]]:
    """The case's contract and events, read as a contract file is: changes made, events put in their place."""
    from contracts.reader import read_text

    root, path = _table(case)
    for place, value in case.change.items():
        try:
            _put(root, place.split("."), value)
        except (KeyError, StopIteration, TypeError, AttributeError):
            raise InputError([Problem("CASE-FILE-04", case.name, {"path": place}, file=str(case.file))]) from None
    events = _events(case, path)
    if events is not None:
        root["events"] = events
    return read_text("".join(f"{_written(key)} = {_written(value)}\n" for key, value in root.items()), str(case.file))


def _table(case: Case) -> tuple[dict[str, Any], Path | None]:
    """The contract file as a table of the case's own, and where it lies when it is a file."""
    if isinstance(case.contract, dict):
        return deepcopy(case.contract), None  # the cases that share a contract must not see what this one changes
    if "\n" in case.contract:
        return tomllib.loads(case.contract, parse_float=Decimal), None
    path = case.file.parent / case.contract
    if path.is_dir():
        return tomllib.loads(_drafted(path.resolve()), parse_float=Decimal), None
    return _parsed(path), path


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError([Problem("CASE-FILE-03", path.name, {"error": str(error)}, file=str(path))]) from None


@cache
def _drafted(folder: Path) -> str:
    """A template's contract with its own example answers, as a contract file."""
    from contracts.drafting import draft, load_template
    from contracts.writer import write_toml

    template = load_template(str(folder))
    try:
        contract, _, problems = draft(template, template.example, ("zh-Hans", "en"))
    except LookupError as error:
        wrong = Problem("SECTOR-TEMPLATE-03", template.key, {"path": str(error)}, file=str(folder))
        raise InputError([wrong]) from None
    if contract is None:
        raise InputError(problems)
    # What a case works out does not depend on the printed clauses; leaving them out keeps a failure readable.
    return write_toml(msgspec.structs.replace(contract, clauses=()))


def _events(case: Case, contract: Path | None) -> list[dict[str, Any]] | None:
    """The events as tables: the case's own, or those of a sheet; None leaves what the contract file itself lists."""
    from contracts.beside import rows_of
    from contracts.sheets import as_event, find_sheet, read_sheet

    if isinstance(case.events, list):
        return case.events
    sheet = case.file.parent / case.events if case.events else contract and find_sheet(contract)[0]
    if not sheet:
        return None
    read = read_sheet(sheet)
    rows, whose = rows_of(contract, sheet, read.rows) if contract and not case.events else (read.rows, [])
    if read.problems or whose:
        raise InputError([*read.problems, *whose])
    return [as_event(cells) for _, cells in rows]


def _written(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)} = {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _assessed(case: Case, contract: Contract, events: tuple[Event, ...]) -> "Assessment":
    from contracts.folder import world_for
    from core.assessment import assess

    world, problems = world_for(contract)
    if problems:
        raise InputError(problems)
    return assess(contract, events, as_of=case.as_of, known_at=case.known_at, world=world, assume=case.assume)


def _answers(contract: Contract, assessment: "Assessment", *, strips: bool) -> _Thing:
    """What a case may ask: the assessment's own fields, all about a charge in one place, and who owes whom."""
    answer = _Thing(_fields(assessment))
    owing = {one.charge: one for one in assessment.liabilities}
    claims = {one.id: one for one in assessment.claims}
    answer["charges"] = {
        one.id: _Thing(_fields(one) | _fields(owing[one.id]) | _fields(claims[one.id])) for one in assessment.charges
    }
    answer["accounts"] = {one.obligation: one for one in assessment.accounts}
    people = (*contract.parties, *contract.third_parties)
    for name in ("payable", "open", "due_now"):
        pairs = {who: {other: Money(0, assessment.currency) for other in people if other != who} for who in people}
        for balance in assessment.balances:
            pairs[balance.debtor][balance.creditor] = getattr(balance, name)
        answer["owed" if name == "payable" else name] = pairs
    answer["caps"] = {f"{one.cap}/{one.window}" if one.window else one.cap: one for one in assessment.caps}
    answer["decided"] = {one.about: one for one in assessment.decided}
    if strips:
        from core.explain import strip

        counted = {one.id: one.due for one in assessment.obligations} | {one.id: one.due for one in assessment.rights}
        answer["strips"] = {name: [_said(run) for run in strip(due)] for name, due in counted.items()}
    return answer


def _said(run: "Run") -> str:
    """A run of a strip as a case writes it: "counted 2027-06-07 – 2027-06-09: 1–3", "moved 2027-06-12 (code)"."""
    days = str(run.first) if run.first == run.last else f"{run.first} – {run.last}"
    reached = ""
    if run.n is not None:
        ends = [show_decimal(n) for n in (run.since, run.n) if n is not None]
        reached = f": {'–'.join(dict.fromkeys(ends))}"
    return f"{run.kind} {days}{reached}" + (f" ({run.reason.code})" if run.reason else "")


def _put(root: dict[str, Any], path: list[str], value: Any) -> None:
    """Sets a value in a contract file's table, list items being named by their ids; "none" takes the field away."""
    here: Any = root
    for key in path[:-1]:
        if isinstance(here, list):
            here = next(item for item in here if item.get("id") == key)
        else:
            here = here.setdefault(key, {})
    if value == "none":
        here.pop(path[-1], None)
    else:
        here[path[-1]] = value


def _compared(case: Case, answer: Mapping[str, Any], zone: str) -> Iterator[Problem]:
    for query, expected in case.expect.items():
        try:
            found = _sought(answer, query.split("."), "")
        except _AstrayError as astray:
            known = ", ".join(astray.known) or "—"
            args = {"query": query, "at": astray.at or "—", "known": known}
            yield Problem("CASE-QUERY-01", case.name, args, file=str(case.file))
            continue
        shown = _shown(found, expected, zone or "UTC")
        if not _same(shown, expected):
            args = {"query": query, "expected": str(expected), "found": str(shown), "note": case.note.strip()}
            yield Problem("CASE-VALUE-01", case.name, args, file=str(case.file))


def _sought(here: Any, parts: list[str], walked: str) -> Any:
    """Follows a query: by id or field, the longest name first, since ids may contain dots; "count" counts."""
    if not parts:
        return here
    if parts == ["count"] and isinstance(here, tuple | list | Mapping):
        return len(here)
    known = _fields(here)
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in known:
            return _sought(known[name], parts[length:], f"{walked}.{name}" if walked else name)
    if len(parts) == 1 and not isinstance(here, msgspec.Struct | _Thing):
        return None  # a list or table of ids that has no such id: a case may expect "none"
    raise _AstrayError(walked, list(known))


def _fields(here: Any) -> dict[str, Any]:
    """What can be asked of a value: keys, ids, or fields by their names in files."""
    if isinstance(here, Mapping):
        return {str(key): value for key, value in here.items()}
    if isinstance(here, tuple | list):
        numbered = {str(number): item for number, item in enumerate(here, 1)}
        return numbered | {str(item.id): item for item in here if hasattr(item, "id")}
    if isinstance(here, msgspec.Struct) and not isinstance(here, Money):
        names = ((field.encode_name.rstrip("_"), field.name) for field in msgspec.structs.fields(here))
        return {said: getattr(here, name) for said, name in names}
    return {}


def _shown(found: Any, expected: Any, zone: str) -> Any:
    """The value as a case writes it: "72000.00 CNY", exact numbers, local times, lists by id, "none" for nothing."""
    if found is None:
        return "none"
    if isinstance(found, Money):
        return str(found)
    if isinstance(found, Fraction):
        return show_decimal(found)
    if isinstance(found, datetime):
        local = found.astimezone(ZoneInfo(zone))
        if isinstance(expected, datetime):
            return found if expected.tzinfo else local.replace(tzinfo=None)
        return local.date() if isinstance(expected, date) else local.isoformat()
    if isinstance(found, tuple | list):
        return [getattr(item, "id", None) or _shown(item, None, zone) for item in found]
    if isinstance(found, msgspec.Struct) and isinstance(expected, date):
        # A due time has a day, and an instant where it is a clock's: a case writes whichever it means.
        inner = _fields(found)
        chosen = inner.get("instant") if isinstance(expected, datetime) else inner.get("day")
        return _shown(chosen, expected, zone)
    return found


def _same(found: Any, expected: Any) -> bool:
    if isinstance(found, bool) or isinstance(expected, bool) or isinstance(found, date | list):
        return bool(found == expected)
    return str(found) == str(expected)
