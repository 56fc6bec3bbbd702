"""The JSON Schema (2020-12) of the contract file, made from the annotations and docstrings of `core.terms`.

A file in phrases (TOML) and one in long form (JSON) both fit it; dates are text, as JSON has none.
"""

import inspect
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from contracts import phrases
from contracts.walk import CLOSED, NUMBERS, fields
from core.events import Event
from core.money import Money, UnitPrice
from core.terms import Amendment, Band, Contract, CountingTerms, Line

__all__ = ["as_text", "schema"]

_DAY = r"^\d{4}-\d\d-\d\d$"
_MOMENT = r"^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?)?$"
_NUMBER = {"type": ["number", "string"]}
_OPEN = {(Amendment, "applies")}
"""Closed words that a file may also say in a sentence."""


def schema() -> dict[str, Any]:
    """The whole schema as JSON builtins; the same for the same terms."""
    made = _Maker()
    root = made.struct(Contract)
    root["properties"]["events"] = {
        "description": "What happened; may also stand in a sheet beside the file.",
        "type": "array",
        "items": made.ref(Event),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Spondeo contract file",
        **root,
        "$defs": dict(sorted(made.defs.items())),
    }


def as_text() -> str:
    """The schema as text for a file or an editor."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


class _Maker:
    """Definitions as they are needed, one for each struct."""

    def __init__(self) -> None:
        self.defs: dict[str, dict[str, Any]] = {}

    def ref(self, struct: type[msgspec.Struct]) -> dict[str, Any]:
        name = struct.__name__
        if name not in self.defs:
            self.defs[name] = {}
            self.defs[name].update(self.struct(struct))
        return {"$ref": f"#/$defs/{name}"}

    def struct(self, struct: type[msgspec.Struct]) -> dict[str, Any]:
        words = inspect.cleandoc(struct.__doc__ or "")
        properties, needed = {}, []
        for key, field in fields(struct).items():
            form = self.of(struct, key, field.type)
            said = " ".join(_about(words, key))
            properties[key] = {**({"description": said} if said else {}), **form}
            if field.required and not (struct is Event and key == "id"):
                needed.append(key)
        made: dict[str, Any] = {
            "description": " ".join(words.split("\n\n")[0].split()),
            "type": "object",
            "properties": properties,
        }
        if needed:
            made["required"] = needed
        made["additionalProperties"] = {"type": ["string", "number", "boolean"]} if struct is CountingTerms else False
        return made

    def of(self, struct: type, key: str, annotation: Any) -> dict[str, Any]:
        """The form of one field: its type, or one of a few words."""
        name = fields(struct)[key].name
        words = None if (struct, name) in _OPEN else CLOSED.get((struct, name))
        if (struct, name) in NUMBERS:
            return dict(_NUMBER)
        form = self.type(annotation)
        if words:
            if form.get("type") == "string":
                form = {"enum": list(words)}
            elif form.get("type") == "array":
                form = {"type": "array", "items": {"enum": list(words)}}
            else:
                form = {**form, "propertyNames": {"enum": list(words)}}
        return form

    def type(self, annotation: Any) -> dict[str, Any]:
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            forms = [self.type(one) for one in get_args(annotation) if one is not type(None)]
            unique = [form for i, form in enumerate(forms) if form not in forms[:i]]
            return unique[0] if len(unique) == 1 else {"anyOf": unique}
        if origin is tuple:
            items = {"type": "array", "items": self.type(get_args(annotation)[0])}
            bands = {"type": "object", "additionalProperties": self.phrase("charge", None)}
            rows = {"type": "object", "additionalProperties": {"type": "string"}}
            tables = {Band: bands, Line: rows}
            table = tables.get(get_args(annotation)[0])
            return {"anyOf": [items, table]} if table else items
        if origin is dict:
            inner = get_args(annotation)[1]
            table = {"type": "object", "additionalProperties": self.type(inner)}
            return {"anyOf": [{"type": "string"}, table]} if inner is str else table
        if annotation in phrases.KINDS:
            return self.phrase(phrases.KINDS[annotation], annotation)
        if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
            return self.ref(annotation)
        return _plain(annotation)

    def phrase(self, kind: str, struct: Any) -> dict[str, Any]:
        """A phrase, or its long form."""
        examples = [row.example for row in phrases.ROWS if row.kind == kind][:4]
        words = {"description": f"A phrase of the kind: {kind}.", "type": "string", "examples": examples}
        if struct is Fraction:
            return {"description": words["description"], "type": ["string", "number"], "examples": examples}
        if struct is None or struct in (Money, UnitPrice):
            return words
        return {"anyOf": [words, self.ref(struct)]}


def _about(words: str, key: str) -> Iterator[str]:
    """The sentences of a docstring that speak of a field."""
    names = {f"`{key}`", f"`{key}_`", f"`{key.rstrip('_')}_`"}
    for paragraph in words.split("\n\n"):
        for sentence in re.split(r"(?<=[.;]) (?=[A-Z`])", " ".join(paragraph.split())):
            if any(name in sentence for name in names):
                yield sentence


def _plain(annotation: Any) -> dict[str, Any]:
    if annotation is date:
        return {"type": "string", "pattern": _DAY}
    if annotation is datetime:
        return {"type": "string", "pattern": _MOMENT}
    names = {str: "string", int: "integer", bool: "boolean"}
    return {"type": names[annotation]} if annotation in names else {}
