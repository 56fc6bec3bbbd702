"""Reading a phrase by the table, and writing and saying the phrase of a value, from the same rows."""

import re
from functools import cache
from typing import Any

import msgspec

from contracts.phrases.rows import ALSO, KINDS, ROWS, Row
from contracts.phrases.slots import SLOTS, Names, Slot
from core.terms import Charge

__all__ = ["SLOT", "prose", "read", "read_row", "rows", "show"]

SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


@cache
def _parts(template: str) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """A template as its first words, then each slot with the words that follow it."""
    pieces = SLOT.split(template)
    return pieces[0], tuple((pieces[i], pieces[i + 1], pieces[i + 2]) for i in range(1, len(pieces), 3))


@cache
def rows(kind: str) -> tuple[Row, ...]:
    return tuple(row for name in ALSO.get(kind, (kind,)) for row in ROWS if row.kind == name)


def _cut(template: str, text: str) -> dict[str, tuple[str, str]] | None:
    """The text of each slot, by field; None where the words around the slots are others."""
    first, slots = _parts(template)
    if not text.startswith(first):
        return None
    rest, found = text[len(first) :], {}
    for i, (field, slot, words) in enumerate(slots):
        if i < len(slots) - 1:
            raw, met, rest = rest.partition(words)
            if not met:
                return None
        elif not rest.endswith(words):
            return None
        else:
            raw, rest = rest[: len(rest) - len(words)], ""
        found[field] = (slot, raw)
    return None if rest else found


def read_row(row: Row, text: str) -> Any:
    """The value of a phrase by one row; None where it is another phrase."""
    cut = _cut(row.template, text)
    if cut is None:
        return None
    try:
        fields = {field: SLOTS[slot].read(raw) for field, (slot, raw) in cut.items()}
    except ValueError:
        return None
    return row.build(**{**row.fixed, **fields}) if row.build else fields["value"]


def _read_whole(kind: str, text: str) -> Any:
    for row in rows(kind):
        value = read_row(row, text)
        if value is not None:
            return value
    return None


def read(kind: str, text: str) -> Any:
    """The value of a phrase, or None. A charge may end in the days that it holds for."""
    value = _read_whole(kind, text)
    if value is not None or kind not in ("charge", "band"):
        return value
    head, comma, tail = text.rpartition(", ")
    whole, days = _read_whole(kind, head) if comma else None, _read_whole("charge tail", tail)
    if whole is None or days is None:
        return None
    return msgspec.structs.replace(whole, from_=days.from_, to=days.to, on=days.on)


@cache
def _defaults(build: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        field.name: field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(build)
    }


def _fits(row: Row, value: Any) -> bool:
    """Whether the row's template can say all that the value holds."""
    build = row.build
    if build is None:
        return KINDS.get(type(value)) == {"number": "rate"}.get(row.kind, row.kind)
    if not isinstance(value, build):
        return False
    held = {field for field, _, _ in _parts(row.template)[1]}
    for name, default in _defaults(build).items():
        has = getattr(value, name)
        if name in held:
            if has is None:
                return False
        elif has != row.fixed.get(name, default):
            return False
    return True


def _fill(row: Row, value: Any) -> str | None:
    first, slots = _parts(row.template)
    text = first
    for field, slot, words in slots:
        shown = SLOTS[slot].show(getattr(value, field) if row.build else value)
        if shown is None:
            return None
        text += shown + words
    return text


def show(value: Any, kind: str = "") -> str | None:
    """The phrase of a value, such that `parse` gives the value back; None where only the long form can say it."""
    kind = kind or KINDS[type(value)]
    text = _show(value, kind)
    return text if text is not None and read(kind, text) == value else None


def _show(value: Any, kind: str) -> str | None:
    for row in rows(kind):
        if not row.only_read and _fits(row, value) and (text := _fill(row, value)) is not None:
            return text
    head, days = _headed(value)
    if days is None:
        return None
    tail, whole = _fill(days, value), _show(head, kind)
    if whole and days.template.startswith("on "):
        whole = whole.replace(" each time", " once")
    return f"{whole}, {tail}" if whole and tail else None


def _headed(value: Any) -> tuple[Any, Row | None]:
    """A charge without the days that it holds for, and the row that says them."""
    if not isinstance(value, Charge):
        return value, None
    days = msgspec.structs.replace(Charge(), from_=value.from_, to=value.to, on=value.on)
    row = next((row for row in rows("charge tail") if _fits(row, days)), None)
    return msgspec.structs.replace(value, from_=None, to=None, on=None), row


def _own_words(name: str, lang: str) -> str:
    return name


def prose(value: Any, lang: str, names: Names = _own_words, kind: str = "") -> str:
    """The words of a printed contract for a value; `names` gives those of ids and event kinds."""
    kind = kind or KINDS[type(value)]
    head, tail = _headed(value)
    if tail is not None:
        said = (", " if lang == "en" else "，") + _say(tail, value, lang, names)
        return _whole(head, kind, lang, names, once=value.on is not None) + said
    return _whole(value, kind, lang, names)


def _whole(value: Any, kind: str, lang: str, names: Names, *, once: bool = False) -> str:
    """The prose of the first row that fits; on a certain day, of the row that says "once"."""
    fitting = [row for row in rows(kind) if _fits(row, value) and _fill(row, value) is not None]
    chosen = next((row for row in fitting if row.template.endswith(" once") if once), None)
    chosen = chosen or next((row for row in fitting if not row.only_read), None)
    return _say(chosen, value, lang, names) if chosen else show(value, kind) or str(value)


def _say(row: Row, value: Any, lang: str, names: Names) -> str:
    slots = {field: slot for field, slot, _ in _parts(row.template)[1]}
    words = row.en if lang == "en" else row.zh
    return SLOT.sub(lambda m: SLOTS[slots[m[1]]].say(getattr(value, m[1]) if row.build else value, lang, names), words)


def _phrase(kind: str) -> Slot:
    """A slot that is itself a phrase."""

    def value_of(text: str) -> Any:
        value = read(kind, text)
        if value is None:
            raise ValueError(text)
        return value

    return Slot(value_of, lambda v: show(v, kind), lambda v, lang, names: prose(v, lang, names, kind))


SLOTS |= {kind: _phrase(kind) for kind in ("rate", "amount", "anchor", "range")}
"""A phrase inside a phrase is read by the table itself."""
