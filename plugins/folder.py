"""Reads a sector's folder of data: who it is, the event kinds and the words it brings."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from core.events import KINDS
from core.hookspecs import API, Sector
from core.problems import InputError, Problem
from core.terms import FORMAT, EventKind, Text

__all__ = ["Folder", "read_folder", "read_sector", "read_table", "read_text"]

LARGEST = 5_000_000
_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SECTOR_FIELDS = frozenset({"api", "format", "key", "version", "title", "summary"})
_KIND_FIELDS = frozenset({"title", "closes", "span"})


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """What a sector's folder says; `templates` are the folders of its templates, in order of their names."""

    sector: Sector
    event_kinds: dict[str, EventKind]
    words: dict[str, Text]
    templates: tuple[Path, ...]


def read_sector(folder: Path) -> Sector:
    """The sector that lies in `folder`, for a plugin's `register_sectors`; InputError with everything that is wrong."""
    found, problems = read_folder(folder)
    if found is None or problems:
        raise InputError(problems)
    return found.sector


def read_folder(folder: Path) -> tuple[Folder | None, tuple[Problem, ...]]:
    """A sector's folder and everything wrong with it; no folder when `sector.toml` does not say who it is."""
    problems: list[Problem] = []
    sector = _sector(folder, problems)
    kinds = _event_kinds(folder / "event_kinds.toml", problems)
    words = _words(folder / "words.toml", problems)
    templates = tuple(sorted(path.parent for path in folder.glob("templates/*/template.toml")))
    if sector is None:
        return None, tuple(problems)
    return Folder(sector=sector, event_kinds=kinds, words=words, templates=templates), tuple(problems)


def read_table(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    """A TOML file as a table; None, and a problem, when it is missing or unreadable."""
    if not path.is_file():
        problems.append(Problem("SECTOR-FILE-01", file=str(path), args={"name": path.name}))
        return None
    if path.stat().st_size > LARGEST:
        problems.append(Problem("SECTOR-FILE-03", file=str(path), args={"most": f"{LARGEST:,}"}))
        return None
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        problems.append(Problem("SECTOR-FILE-02", file=str(path), args={"error": str(error)}))
        return None


def read_text(value: object, where: str, path: Path, problems: list[Problem]) -> Text:
    """Words in both languages, `zh` meaning Simplified; a problem for each language that is missing or empty."""
    if not isinstance(value, dict):
        problems.append(Problem("SECTOR-TEXT-01", where, file=str(path), args={"language": "zh, en"}))
        return {}
    text = {"zh-Hans" if tag == "zh" else tag: words for tag, words in value.items()}
    for tag in ("zh-Hans", "en"):
        if not isinstance(text.get(tag), str) or not text[tag].strip():
            problems.append(Problem("SECTOR-TEXT-01", where, file=str(path), args={"language": tag}))
    for tag in sorted(text.keys() - {"zh-Hans", "zh-Hant", "en"}):
        problems.append(Problem("SECTOR-TEXT-02", where, file=str(path), args={"language": tag}))
    return {tag: words for tag, words in text.items() if isinstance(words, str)}


def _sector(folder: Path, problems: list[Problem]) -> Sector | None:
    path = folder / "sector.toml"
    table = read_table(path, problems)
    if table is None:
        return None
    before = len(problems)
    problems += _unknown(table, _SECTOR_FIELDS, "", path)
    key = table.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        problems.append(Problem("SECTOR-KEY-01", "key", file=str(path), args={"key": str(key)}))
    for field in ("version", "format", "api"):
        if type(table.get(field)) is not int or table[field] < 1:
            problems.append(Problem("SECTOR-KEY-02", field, file=str(path), args={"field": field}))
    if len(problems) == before and table["api"] != API:
        found = {"api": str(table["api"]), "ours": str(API)}
        problems.append(Problem("SECTOR-API-01", "api", file=str(path), args=found))
    if len(problems) == before and table["format"] > FORMAT:
        found = {"format": str(table["format"]), "ours": str(FORMAT)}
        problems.append(Problem("SECTOR-API-02", "format", file=str(path), args=found))
    title = read_text(table.get("title"), "title", path, problems)
    if len(problems) > before:
        return None
    return Sector(
        key=table["key"], version=table["version"], title=title, folder=folder, format=table["format"], api=table["api"]
    )


def _event_kinds(path: Path, problems: list[Problem]) -> dict[str, EventKind]:
    kinds: dict[str, EventKind] = {}
    table = read_table(path, problems) or {}
    for name, fields in table.items():
        if name in KINDS:
            problems.append(Problem("SECTOR-KIND-01", name, file=str(path), args={"kind": name}))
        if not isinstance(fields, dict):
            problems.append(Problem("SECTOR-KIND-02", name, file=str(path), args={"kind": name}))
            continue
        problems += _unknown(fields, _KIND_FIELDS, name, path)
        title = read_text(fields.get("title"), f"{name}.title", path, problems)
        closes, span = fields.get("closes"), fields.get("span", False)
        if closes is not None and closes not in table:
            problems.append(Problem("SECTOR-KIND-03", f"{name}.closes", file=str(path), args={"kind": str(closes)}))
        if not isinstance(span, bool):
            problems.append(Problem("SECTOR-KIND-02", f"{name}.span", file=str(path), args={"kind": name}))
        kinds[name] = EventKind(title=title, closes=closes if isinstance(closes, str) else None, span=span is True)
    return kinds


def _words(path: Path, problems: list[Problem]) -> dict[str, Text]:
    table = read_table(path, problems) or {}
    return {name: read_text(value, name, path, problems) for name, value in table.items()}


def _unknown(table: dict[str, Any], known: frozenset[str], where: str, path: Path) -> Iterator[Problem]:
    for name in sorted(table.keys() - known):
        place = f"{where}.{name}" if where else name
        yield Problem("SECTOR-FIELD-01", place, file=str(path), args={"field": name, "known": ", ".join(sorted(known))})
