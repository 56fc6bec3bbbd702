"""Prints the tables of README.md from the phrases and structs themselves: `python -m contracts.reference --write`."""

import inspect
import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from contracts import phrases
from contracts.sheets import HEADERS
from contracts.spoken import KIND_WORDS
from contracts.walk import CLOSED, fields
from core.canonical import canonical
from core.events import KINDS, SPANS, Event
from core.presets import KNOBS
from core.terms import Contract, Range

__all__ = ["BEGIN", "END", "main", "reference", "tables"]

BEGIN = "<!-- made by python -m contracts.reference: begin -->"
END = "<!-- end -->"
README = Path(__file__).with_name("README.md")
CONSTRUCTS = Path(__file__).with_name("constructs.toml")


def reference() -> str:
    """All tables: phrases, what a share is of, events and their sheet, settings, then every table and its keys."""
    parts = {
        "Phrases": _phrases(),
        "What a share may be of": _bases(),
        "Kinds of event": _events(),
        "Columns of a sheet": _columns(),
        "Settings of [counting]": _knobs(),
        "Tables and keys": _tables(),
    }
    inside = (line for title, lines in parts.items() for line in ("", f"### {title}", "", *lines))
    return "\n".join([BEGIN, *inside, END])


def _bases() -> Iterator[str]:
    yield "The words after `of` in a charge, a ceiling or an amount: `20% of total`, `0.5% of what is unpaid per day`."
    yield ""
    yield "| of | 合同文字 | contract prose |"
    yield "| --- | --- | --- |"
    for phrase, zh, en in phrases.BASES.values():
        yield f"| `{phrase}` | {zh} | {en} |"
    for months in ("the last 12 months", "the term"):
        share = phrases.parse("share", f"20% of fees of {months}")
        said = (phrases.prose(share, lang) for lang in ("zh-Hans", "en"))
        zh, en = (words.removesuffix("的20%").removeprefix("20% of ") for words in said)
        yield f"| `fees of {months}` | {zh} | {en} |"
    for field, (zh, en) in phrases.FIELDS.items():
        yield f"| `<id>.{field}` | …的{zh} | {en} … |"


def _events() -> Iterator[str]:
    yield "A sheet may use any of the words, also with 已 before it. Kinds that last have `from` and `to`."
    yield ""
    yield "| kind | 事项 | area |"
    yield "| --- | --- | --- |"
    for kind, area in KINDS.items():
        words = "、".join(word for word, meant in KIND_WORDS.items() if meant == kind)
        yield f"| `{kind}`{' (lasts)' if kind in SPANS else ''} | {words} | {area} |"


def _columns() -> Iterator[str]:
    yield "| column | 列名 |"
    yield "| --- | --- |"
    for field, words in HEADERS.items():
        yield f"| `{field}` | {'、'.join(words)} |"


def _knobs() -> Iterator[str]:
    yield "*preset*: the preset gives it; *usage*: what is usual holds where the contract is silent; *ask*: it is asked"
    yield "when it matters. `<…>` is to be filled in."
    yield ""
    yield "| setting | values | mark | where silent |"
    yield "| --- | --- | --- | --- |"
    for knob in KNOBS.values():
        values = ", ".join(f"`{value}`" for value in knob.values)
        yield f"| `{knob.key}` | {_cell(values)} | {knob.mark} | {knob.usage or '–'} |"


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
    """What each table is, its keys in the order of the struct, and an example that runs; long forms of phrases last."""
    page = tomllib.loads(CONSTRUCTS.read_text("utf-8"))
    yield "The examples go on where this contract ends, in `[counting]`. Each is worked by a test."
    yield ""
    yield from ("```toml", *page["base"].strip().split("\n"), "```", "")
    plain: list[Any] = []
    long: list[Any] = []
    for struct in tables():
        (long if struct in phrases.KINDS else plain).append(struct)
    shown: set[str] = set()
    for struct in (*plain, *long):
        yield f"**{struct.__name__}**" + (
            f" (long form of *{phrases.KINDS[struct]}*)" if struct in phrases.KINDS else ""
        )
        yield ""
        for paragraph in inspect.cleandoc(struct.__doc__ or "").split("\n\n"):
            yield from (" ".join(paragraph.split()), "")
        yield from _keys(struct)
        yield ""
        for construct in page["construct"]:
            if construct["shows"][0] == struct.__name__:
                yield from _example(construct)
            elif struct.__name__ in construct["shows"] and construct["shows"][0] in shown:
                yield from (f"In the example of {construct['shows'][0]}.", "")
        shown.add(struct.__name__)


def _keys(struct: type) -> Iterator[str]:
    for key, field in fields(struct).items():
        closed = CLOSED.get((struct, field.name))
        kinds = _type(field.type).replace("*rate*", "*number*" if struct is Range else "*rate*")
        words = " one of " + ", ".join(f'"{word}"' for word in closed) if closed else ""
        yield f"- `{key}`{'' if not field.required else ' (needed)'}: {kinds}{words}"


def _example(construct: dict[str, Any]) -> Iterator[str]:
    """The text, what happened, and what came of it."""
    yield from ("```toml", *construct["text"].strip().split("\n"))
    for event in construct.get("events", ()):
        yield from ("", "[[events]]")
        yield from (f"{key} = {_toml(value)}" for key, value in event.items())
    yield "```"
    yield ""
    found = "; ".join(
        f"`{query}` is {_toml(value)}" for query, value in construct["expect"].items() if query != "problems"
    )
    yield construct["note"] + (f" On {construct['as_of']}, {found}." if found else "")
    yield ""


def _toml(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def tables() -> list[type]:
    """All structs that a file can hold, in the order in which a reader meets them."""
    found: list[type] = []
    waiting: list[Any] = [Contract, Event]
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
