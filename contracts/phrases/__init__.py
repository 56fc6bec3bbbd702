"""The one two-way table of phrases: how "0.5% of total per started day" is read, written, and printed in a document."""

from typing import Any

from contracts.phrases.rows import KINDS, ROWS, Row
from contracts.phrases.slots import SLOTS, is_id
from contracts.phrases.table import prose, read, read_row, show
from contracts.phrases.words import (
    ACTS,
    ANY,
    ANYTIME,
    BASES,
    FIELDS,
    HAPPENS,
    LATENESS,
    MEASURED,
    MOMENTS,
    PARTS,
    POINTS,
    SCOPES,
    STATES,
    UNITS,
    WINDOWS,
)
from core.problems import Problem

__all__ = [
    "ACTS",
    "ANY",
    "ANYTIME",
    "BASES",
    "FIELDS",
    "HAPPENS",
    "KINDS",
    "LATENESS",
    "LONGEST",
    "MEASURED",
    "MOMENTS",
    "PARTS",
    "POINTS",
    "ROWS",
    "SCOPES",
    "SLOTS",
    "STATES",
    "UNITS",
    "WINDOWS",
    "Row",
    "is_id",
    "parse",
    "prose",
    "read_row",
    "show",
]

LONGEST = 300
"""Characters in a phrase; anything longer is not one."""


def parse(kind: str, text: str, where: str = "") -> Any | Problem:
    """The long form of a phrase, or what is wrong: the nearest good phrase if one is close, else what is expected."""
    tidy = " ".join(text.split()) if len(text) <= LONGEST else ""
    value = read(kind, tidy) if tidy else None
    if value is not None:
        return value
    from contracts.phrases.slips import wrong  # most files have nothing wrong

    return wrong(kind, tidy or text[:40] + "…", where)
