"""Canonical JSON: one text for one value, for fingerprints, snapshots and programs.

Long form, keys sorted, NFC, UTF-8, no spaces, no floats; amounts as "72000.00 CNY", exact numbers as their shortest
decimal.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec

from core.money import Money, show_decimal
from core.terms import Contract

__all__ = ["canonical", "contract_form", "digest", "plain"]

_SAID: Any = object()


def plain(value: Any) -> Any:
    """A value as what JSON has; fields that say nothing (None, empty or False by default) are left out."""
    kind = type(value)
    if kind is str or kind is bool or kind is int or value is None:
        return value
    if kind is tuple or kind is list:  # what contracts consist of comes before the questions that take longer
        return [plain(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return str(value) if kind is Money else _struct(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        named = getattr(value, "_fields", None)
        if named is None:
            return [plain(item) for item in value]
        return {name: plain(item) for name, item in zip(named, value, strict=True) if item is not None}
    if isinstance(value, (set, frozenset)):
        return [plain(item) for item in sorted(value)]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Fraction):
        return show_decimal(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (str, int)):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(_scalar(key))


@cache
def _fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Name in the file, and the default that may stay unsaid: None, empty or False."""
    return tuple((f.encode_name, _unsaid(f)) for f in msgspec.structs.fields(struct))


def _unsaid(field: msgspec.structs.FieldInfo) -> Any:
    """1 or "once" is written out although it is the default: who reads it later need not know our defaults."""
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
        return default if not default and isinstance(default, (dict, list, frozenset)) else _SAID
    return field.default if field.default is None or field.default is False or field.default in ("", ()) else _SAID


def _struct(value: msgspec.Struct) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for (key, unsaid), item in zip(_fields(type(value)), msgspec.structs.astuple(value), strict=True):
        if item is not unsaid and (unsaid is _SAID or type(item) is not type(unsaid) or item != unsaid):
            form[key] = plain(item)
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
