"""Writes a contract as a file again: TOML in phrases for people, canonical JSON in long form for programs.

Reading what was written gives the same contract. Comments are not kept.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import msgspec

from contracts import phrases
from contracts.walk import APPLIES, LANGUAGES, NUMBERS, fields
from core.canonical import canonical, contract_form
from core.events import Event
from core.money import show_decimal
from core.terms import Amendment, Band, Contract, CountingTerms, DueRule, Languages, Line, Rule, Scorecard

__all__ = ["write_json", "write_toml"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TAGS = {tag: short for short, tag in LANGUAGES.items()}
_SAID = {short: words for words, short in APPLIES.items()}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_WIDE = 100
"""A list that is longer goes over several lines, one item each."""


def write_json(contract: Contract, resolved: Mapping[str, Any] | None = None) -> bytes:
    """Canonical JSON of a contract; `resolved` adds what its knobs came to, under "counted"."""
    return canonical(contract_form(contract, resolved))


def write_toml(contract: Contract, events: Iterable[Event] = ()) -> str:
    """A contract file in phrases, in the order of `core.terms`, events last."""
    blocks = [_block("", [*_top(contract)])]
    for name, value in _tables(contract):
        if isinstance(value, tuple):
            blocks += [_block(f"[[{name}]]", _pairs(item), _subtables(name, item)) for item in value]
        elif isinstance(value, CountingTerms):
            blocks.append(_block("[counting]", [*_pairs(value)]))
        elif name == "event_kinds":
            blocks.append(_block("[event_kinds]", [(key, _inline(kind)) for key, kind in value.items()]))
        else:
            blocks += [_block(f"[{name}.{_key(key)}]", _pairs(item)) for key, item in value.items()]
    blocks += [_block("[[events]]", _pairs(event)) for event in events]
    return "\n".join(blocks)


Pairs = Iterable[tuple[str, str]]
_TABLES = (
    "counting",
    "parties",
    "third_parties",
    "event_kinds",
    "annexes",
    "steps",
    "payments",
    "rates",
    "exchange",
    "deposits",
    "prepaid",
    "measures",
    "scorecards",
    "rules",
    "caps",
    "amendments",
    "readings",
    "decisions",
    "clauses",
)


def _top(contract: Contract) -> Pairs:
    yield "spondeo", str(contract.spondeo)
    yield from ((key, text) for key, text in _pairs(contract) if key not in _TABLES and key != "spondeo")
    if not contract.parties:
        yield "parties", "{}"


def _tables(contract: Contract) -> Iterator[tuple[str, Any]]:
    for name in _TABLES:
        value = getattr(contract, name)
        if value and value != CountingTerms():
            yield name, value


def _block(header: str, pairs: Pairs, subtables: str = "") -> str:
    """A table with its keys in one column."""
    pairs = list(pairs)
    width = max((len(_key(key)) for key, _ in pairs), default=0)
    lines = [f"{_key(key):<{width}} = {text}" for key, text in pairs]
    return "\n".join([*([header] if header else []), *lines]) + "\n" + subtables


def _pairs(value: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """The keys of a table that say something; sub-tables are left to `_subtables`."""
    if isinstance(value, CountingTerms):
        yield from (
            (key, _string(getattr(value, key)))
            for key in ("preset", "calendar", "zone", "hours")
            if getattr(value, key) is not None
        )
        yield from ((key, _string(item)) for key, item in value.knobs.items())
        return
    defaults = {f.name: f for f in msgspec.structs.fields(type(value))}
    for key, field in fields(type(value)).items():
        item, info = getattr(value, field.name), defaults[field.name]
        default = info.default if info.default_factory is msgspec.NODEFAULT else info.default_factory()
        if (item == default and not field.required) or key in _below(value):
            continue
        yield key, _said(value, key, item)


def _said(owner: msgspec.Struct, key: str, item: Any) -> str:
    if isinstance(owner, Amendment) and key == "applies":
        return _string(_SAID.get(item, item))
    if isinstance(owner, Languages) and key in ("prevailing", "also"):
        return _value(_TAGS.get(item, item) if isinstance(item, str) else tuple(_TAGS.get(tag, tag) for tag in item))
    if (type(owner), key) in NUMBERS and isinstance(item, Fraction):
        return _string(str(item) if "/" in show_decimal(item) else show_decimal(item))
    if isinstance(item, dict) and fields(type(owner))[key].type == dict[str, str]:
        return _text(item)
    return _value(item)


def _below(value: msgspec.Struct) -> tuple[str, ...]:
    """Keys that are written as sub-tables, after all others, since TOML puts sub-tables last."""
    return tuple(key for key, _ in _tables_of(value))


def _subtables(name: str, value: msgspec.Struct) -> str:
    return "".join(_block(f"[{name}.{key}]", rows) for key, rows in _tables_of(value))


def _tables_of(value: msgspec.Struct) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The sub-tables of a rule or a card, row by row."""
    if isinstance(value, Rule) and (rows := _as_table(value.bands)):
        yield "bands", rows
    if isinstance(value, Scorecard):
        if value.weights:
            yield "weights", [(key, _value(weight)) for key, weight in value.weights.items()]
        for key, lines in (("lose", value.lose), ("gain", value.gain)):
            if rows := _lines(lines):
                yield key, rows


def _lines(lines: tuple[Line, ...]) -> list[tuple[str, str]] | None:
    """Lines of a points card as phrase = points, where phrases say them and none stands twice."""
    rows = [(phrases.show(line.when, "lose"), phrases.show(line.points)) for line in lines]
    told = [(when, _string(points)) for when, points in rows if when and points]
    return told if told and len({when for when, _ in told}) == len(lines) else None


def _as_table(bands: tuple[Band, ...]) -> list[tuple[str, str]] | None:
    """Bands as range = charge, where both are phrases and no range stands twice."""
    rows = [(phrases.show(band.range), phrases.show(band.charge)) for band in bands]
    told = [(held, _string(charge)) for held, charge in rows if held and charge]
    return told if told and len({held for held, _ in told}) == len(bands) else None


def _value(value: Any) -> str:
    if isinstance(value, DueRule) and value.on is not None and value == DueRule(on=value.on):
        return _time(value.on)
    if type(value) in phrases.KINDS:
        phrase = phrases.show(value)
        return _string(phrase) if phrase is not None else _inline(value)
    if isinstance(value, (date, datetime)):
        return _time(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return _braced((key, _value(item)) for key, item in value.items())
    if isinstance(value, tuple):
        return _list([_value(item) for item in value])
    return _inline(value) if isinstance(value, msgspec.Struct) else _string(value)


def _inline(value: Any) -> str:
    return _braced(_pairs(value))


def _braced(pairs: Pairs) -> str:
    inside = ", ".join(f"{_key(key)} = {text}" for key, text in pairs)
    return f"{{ {inside} }}" if inside else "{}"


def _list(items: list[str]) -> str:
    flat = ", ".join(items)
    if len(flat) <= _WIDE:
        return f"[{flat}]"
    return "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _text(text: Mapping[str, str]) -> str:
    """Words by language; the same in all languages is a plain string."""
    if list(text) == ["*"]:
        return _string(text["*"])
    return _braced((_TAGS.get(tag, tag), _string(words)) for tag, words in text.items())


def _time(moment: date | datetime) -> str:
    return moment.isoformat()


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    return (
        '"'
        + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in text)
        + '"'
    )
