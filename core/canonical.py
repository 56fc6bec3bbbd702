"""Canonical JSON: one text for one value, for fingerprints, snapshots and programs.

Long form, keys sorted, NFC, UTF-8, no spaces, no floats; amounts as "72000.00 CNY", exact numbers as their shortest
decimal.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec

from core.money import Money, UnitPrice, show_decimal
from core.terms import Contract

__all__ = ["canonical", "contract_form", "digest", "plain"]

_SAID: Any = object()


def plain(value: Any) -> Any:
    """A value as what JSON has; fields that say nothing (None, empty or False by default) are left out."""
    kind = type(value)
    if kind in _AS_IT_IS:  # what contracts consist of comes before the questions that take longer
        return value
    if kind in _SHOWN:
        return _SHOWN[kind](value)
    if kind is tuple or kind is list:
        return [plain(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return _struct(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    raise TypeError(f"{kind.__name__} has no canonical form")


_AS_IT_IS = frozenset({str, bool, int, type(None)})
_SHOWN: dict[type, Callable[[Any], str]] = {
    Money: str,
    UnitPrice: str,
    Fraction: show_decimal,
    date: date.isoformat,
    datetime: datetime.isoformat,
}


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(plain(key))


@cache
def _fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Name in the file ("" for what is no part of the value), and the default that may stay unsaid."""
    kept_out: frozenset[str] = getattr(struct, "unsaid", frozenset())
    return tuple(("" if f.name in kept_out else f.encode_name, _unsaid(f)) for f in msgspec.structs.fields(struct))


def _unsaid(field: msgspec.structs.FieldInfo) -> Any:
    """1 or "once" is written out although it is the default: who reads it later need not know our defaults."""
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
        return default if not default and isinstance(default, (dict, list, frozenset)) else _SAID
    return field.default if field.default is None or field.default is False or field.default in ("", ()) else _SAID


def _struct(value: msgspec.Struct) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for (key, unsaid), item in zip(_fields(type(value)), msgspec.structs.astuple(value), strict=True):
        if item is unsaid or not key:
            continue
        kind = type(item)
        if unsaid is _SAID or kind is not type(unsaid) or item != unsaid:
            form[key] = item if kind is str else plain(item)
    return form


def canonical(value: Any) -> bytes:
    """The canonical text of a value."""
    text = msgspec.json.encode(plain(value), order="sorted")
    if not text.isascii() and not unicodedata.is_normalized("NFC", text.decode()):
        return msgspec.json.encode(_composed(plain(value)), order="sorted")
    return text


def _composed(form: Any) -> Any:
    if isinstance(form, str):
        return unicodedata.normalize("NFC", form)
    if isinstance(form, list):
        return [_composed(item) for item in form]
    if isinstance(form, dict):
        return {unicodedata.normalize("NFC", key): _composed(item) for key, item in form.items()}
    return form


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hex."""
    return sha256(canonical(value)).hexdigest()


def contract_form(contract: Contract, resolved: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A contract's long form; with `resolved`, under "counted", each knob's value and where it comes from.

    Readers accept "counted" and take nothing from it: it shows what followed from the terms, it is not one of them.
    """
    form: dict[str, Any] = plain(contract)
    if resolved is not None:
        form["counted"] = plain(resolved)
    return form
