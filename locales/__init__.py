"""Turns codes and values into words: English, Simplified and Traditional Chinese."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache

# `spondeo --help` waits for this module, so it imports little: paths are text, values are told apart by what they
# can do, and `typing` (whose constant this is to a type checker) stays unread.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from gettext import GNUTranslations

    from core.problems import Problem

__all__ = ["LANGUAGES", "catalogue_path", "convert_hant", "has", "pick", "say", "speak", "words"]

LANGUAGES = ("en", "zh-Hans", "zh-Hant")

_AMOUNT = r"(-?)(\d+)((?:\.\d+)?) ([A-Z]{3})"
_FULL_MINUTE = r"(\d{4}-\d\d-\d\d \d\d:\d\d):00(?![.\d])(.*)"


def words(lang: str, key: str, /, **args: object) -> str:
    """The words for `key` in `lang`, with its fields filled in; an unknown key or field is our bug (KeyError).

    Where nothing is `nearest`, the words under "alone.<key>" do not speak of it.
    """
    if "nearest" in args and not args["nearest"]:
        alone = f"alone.{key.lower()}"
        key = alone if has(alone) else key
    spoken = {name: speak(lang, value) for name, value in args.items()}
    text = _catalogue(lang)[key]
    if lang != "en":
        for name, value in spoken.items():
            if not value.isascii():
                text = _closed_up(text, f"{{{name}}}", value)
    return text.format_map(spoken)


def _closed_up(text: str, field: str, value: str) -> str:
    """Chinese text leaves a space beside a field, for figures and Latin words; beside a Chinese value it goes."""
    parts = text.split(field)
    for after in range(1, len(parts)):
        left, right = parts[after - 1], parts[after]
        if left[-1:] == " " and _is_chinese(left[-2:-1]) and _is_chinese(value[:1]):
            parts[after - 1] = left[:-1]
        if right[:1] == " " and _is_chinese(right[1:2]) and _is_chinese(value[-1:]):
            parts[after] = right[1:]
    return field.join(parts)


def _is_chinese(char: str) -> bool:
    return "\u2e80" <= char <= "\uffef"


def has(key: str) -> bool:
    """Whether the catalogues know `key`: for kinds that sectors bring, which have words of their own."""
    return key in _catalogue("en")


def say(problem: Problem, lang: str) -> str:
    """One located line: `file:line where [CODE]: what is wrong. What to do.`"""
    text = words(lang, problem.code, **problem.args)
    place = problem.file or ""
    if problem.line is not None:
        place += f":{problem.line}" if place else str(problem.line)
    return " ".join(part for part in (place, problem.where, f"[{problem.code}]: {text}") if part)


def pick(lang: str | None = None) -> str:
    """The language asked for (ValueError if there is none such), else the environment's, else English."""
    if lang is not None:
        found = _understood(lang)
        if found is None:
            raise ValueError(lang)
        return found
    # The order in which gettext looks; "C" and "POSIX" say nothing, so they fall through to English.
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return _understood(value.split(":")[0].split(".")[0].split("@")[0]) or "en"
    return "en"


def speak(lang: str, value: object) -> str:
    """A value as this language writes it; reasons and problems inside it are spoken in turn."""
    if isinstance(value, str):
        return value
    if value is None:
        return "—"
    if isinstance(value, bool):
        return words(lang, "value.yes" if value else "value.no")
    if isinstance(value, Mapping):
        return _of_text(lang, value)
    if isinstance(value, (set, frozenset)):
        return _listed(lang, sorted(value, key=str))
    if isinstance(value, (list, tuple)):
        return _listed(lang, value)
    code, args = getattr(value, "code", None), getattr(value, "args", None)
    if isinstance(code, str) and isinstance(args, Mapping):
        return words(lang, code, **args)
    if hasattr(value, "denominator") and not isinstance(value, int):
        return _exact(value)
    return _plain(value)


def convert_hant(text: str) -> str:
    """Simplified to Traditional script, mainland terms kept; a start for a human reader, not the last word."""
    from locales.hant import convert

    return convert(text)


def catalogue_path(lang: str, suffix: str = ".po") -> str:
    """Where a language's catalogue lies; KeyError for a language that has none."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    return f"{os.path.dirname(__file__)}/{lang.replace('-', '_')}/LC_MESSAGES/spondeo{suffix}"  # noqa: PTH120


def _understood(tag: str) -> str | None:
    parts = tag.replace("_", "-").lower().split("-")
    if parts[0] == "en":
        return "en"
    if parts[0] != "zh":
        return None
    if "hans" in parts:
        return "zh-Hans"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"


@cache
def _catalogue(lang: str) -> Mapping[str, str]:
    source, compiled = catalogue_path(lang), catalogue_path(lang, ".mo")
    if _is_current(compiled, source):
        from gettext import GNUTranslations

        with open(compiled, "rb") as file:  # noqa: PTH123
            return _entries(GNUTranslations(file))
    # A source checkout whose .po is newer: right words now, quick words after `make catalogues`.
    from locales.make import read_catalogue

    return read_catalogue(source)


def _entries(translations: GNUTranslations) -> Mapping[str, str]:
    # gettext answers an unknown key with the key itself; we want the mistake to be seen.
    catalogue: dict[str, str] = translations._catalog  # type: ignore[attr-defined]
    return catalogue


def _is_current(compiled: str, source: str) -> bool:
    try:
        made = os.stat(compiled).st_mtime_ns  # noqa: PTH116
    except FileNotFoundError:
        return False
    try:
        return made >= os.stat(source).st_mtime_ns  # noqa: PTH116
    except FileNotFoundError:
        return True  # an installed wheel carries compiled catalogues only


def _listed(lang: str, values: Iterable[object]) -> str:
    return words(lang, "value.separator").join(speak(lang, value) for value in values)


def _of_text(lang: str, text: Mapping[str, object]) -> str:
    """A wording that the data brings in several languages; the nearest one it has, `zh` being Simplified."""
    if lang == "zh-Hant" and "zh-Hant" not in text:
        simplified = text.get("zh-Hans", text.get("zh"))
        if simplified is not None:
            return convert_hant(str(simplified))
    for tag in (lang, "zh" if lang != "en" else "en", "zh-Hans", "en", "zh"):
        if tag in text:
            return str(text[tag])
    return str(next(iter(text.values()), ""))


def _exact(value: object) -> str:
    from fractions import Fraction

    from core.money import show_decimal

    return show_decimal(value) if isinstance(value, Fraction) else str(value)


def _plain(value: object) -> str:
    """ISO for days and instants; "72000.00 CNY" is for programs, and people of every language read "CNY 72,000.00"."""
    import re

    text = str(value)
    if amount := re.fullmatch(_AMOUNT, text):
        sign, whole, part, currency = amount.groups()
        return f"{currency} {sign}{int(whole):,}{part}"
    # Seconds are said when there are some: they are checked then.
    instant = re.fullmatch(_FULL_MINUTE, text)
    return "".join(instant.groups()) if instant else text
