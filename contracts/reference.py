"""Prints the tables of README.md from the phrases and structs themselves: `python -m contracts.reference --write`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from contracts import phrases
from contracts.walk import CLOSED, fields
from core.canonical import canonical
from core.events import Event
from core.terms import Contract, Range

__all__ = ["BEGIN", "END", "main", "reference"]

BEGIN = "<!-- made by python -m contracts.reference: begin -->"
END = "<!-- end -->"
README = Path(__file__).with_name("README.md")


def reference() -> str:
    """Both tables: every phrase, then every table and its keys."""
    return "\n".join([BEGIN, "", "### Phrases", "", *_phrases(), "", "### Tables and keys", "", *_tables(), END])


def _phrases() -> Iterator[str]:
    yield "| kind | phrase | long form | 合同文字 | contract prose |"
    yield "| --- | --- | --- | --- | --- |"
    for row in phrases.ROWS:
        kind = "charge" if "charge" in row.kind else row.kind
        text = f"0.5% of total per started day, {row.example}" if row.kind == "charge tail" else row.example
        value = phrases.parse("band" if kind == "charge" else kind, text)
        long = _cell(canonical(value).decode())
        prose = [_cell(phrases.prose(value, lang, kind=kind)) for lang in ("zh-Hans", "en")]
        yield f"| {row.kind} | `{text}` | `{long}` | {prose[0]} | {prose[1]} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _tables() -> Iterator[str]:
    """One line a key, in the order of the structs; structs that a phrase stands for come last, as its long form."""
    plain: list[Any] = []
    long: list[Any] = []
    for struct in _structs(Contract, [Event]):
        (long if struct in phrases.KINDS else plain).append(struct)
    for struct in (*plain, *long):
        yield f"**{struct.__name__}**" + (
            f" (long form of *{phrases.KINDS[struct]}*)" if struct in phrases.KINDS else ""
        )
        yield ""
        for key, field in fields(struct).items():
            closed = CLOSED.get((struct, field.name))
            kinds = _type(field.type).replace("*rate*", "*number*" if struct is Range else "*rate*")
            words = " one of " + ", ".join(f'"{word}"' for word in closed) if closed else ""
            yield f"- `{key}`{'' if not field.required else ' (needed)'}: {kinds}{words}"
        yield ""


def _structs(first: type, more: list[type]) -> list[type]:
    """All structs that a file can hold, in the order in which a reader meets them."""
    found: list[type] = []
    waiting = [first, *more]
    while waiting:
        struct = waiting.pop(0)
        if struct in found or phrases.KINDS.get(struct) == "money":
            continue
        found.append(struct)
        inner = [leaf for field in fields(struct).values() for leaf in _leaves(field.type)]
        waiting = [leaf for leaf in inner if isinstance(leaf, type) and issubclass(leaf, msgspec.Struct)] + waiting
    return found


def _leaves(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, UnionType, tuple, dict):
        for arg in get_args(annotation):
            yield from _leaves(arg)
    else:
        yield annotation


def _type(annotation: Any) -> str:
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(a) for a in get_args(annotation) if a is not type(None)))
    if get_origin(annotation) is tuple:
        return f"list of {_type(get_args(annotation)[0])}"
    if get_origin(annotation) is dict:
        inner = get_args(annotation)[1]
        return "text by language" if inner is str else f"table of {_type(inner)}"
    return _name(annotation)


def _name(annotation: Any) -> str:
    if annotation in phrases.KINDS:
        return f"*{phrases.KINDS[annotation]}*"
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation.__name__
    return {"str": "text", "int": "whole number", "bool": "true or false", "date": "date", "datetime": "time"}.get(
        getattr(annotation, "__name__", ""), "a value of the type that the path has"
    )


def main(argv: list[str]) -> int:
    """With `--write` put the tables into README.md; else print them."""
    if "--write" not in argv:
        print(reference())
        return 0
    text = README.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    README.write_text(before + reference() + rest.partition(END)[2], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
