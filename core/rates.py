"""Dated reference rates: the base on which a debt's interest rests, day by day, as far as it is known."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.money import parse_decimal
from core.problems import Problem, nearest
from core.terms import Contract

__all__ = ["Fixing", "Published", "ReferenceRate", "Series", "read_fixing", "read_rate", "series"]

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAY = rf"(\d\d?) ({'|'.join(_MONTHS)})"
_FIXING = re.compile(rf"{_DAY} for debts late from {_DAY} to {_DAY}")


class Published(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """One value of a reference rate, as published ("3.35%"), in force from a day on.

    `confidence`: "official" (read in the source), "secondary", "unchecked", or "input" (taken from what somebody gave).
    """

    from_: date
    value: str
    source: str = ""
    confidence: str = ""
    published: date | None = None


class ReferenceRate(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reference rate that ships, pinned by version: "CN-LPR-1Y@2025-06". `until` is the last day that it knows of.

    `fixed`: the values are those of fixing days only, each with the debts that it holds for.
    """

    id: str
    version: str
    title: dict[str, str] = {}
    source: str = ""
    until: date | None = None
    fixed: tuple[str, ...] = ()
    values: tuple[Published, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.id}@{self.version}"


class Fixing(NamedTuple):
    """The value of day `on` (month, day) holds for debts late in the window `first` to `last`."""

    on: tuple[int, int]
    first: tuple[int, int]
    last: tuple[int, int]

    def starts(self, day: date) -> date:
        """The first day of the window that holds `day`."""
        start = date(day.year, *self.first)
        return start if start <= day else date(day.year - 1, *self.first)

    def holds(self, day: date) -> bool:
        """Whether `day` lies in the window, which may run over a new year."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last

    def fixed_on(self, day: date) -> date:
        """The fixing day on which the window that holds `day` begins, or the last one before."""
        start = self.starts(day)
        found = date(start.year, *self.on)
        return found if found <= start else date(start.year - 1, *self.on)


HALF_YEARS = (Fixing((12, 31), (1, 1), (6, 30)), Fixing((6, 30), (7, 1), (12, 31)))
"""Fixed again on 1 January and 1 July by the value of the day before, where a table names no other days."""


class Series(NamedTuple):
    """A reference rate ready for use: values by the day from which they hold, and how far it is known."""

    days: tuple[date, ...]
    values: tuple[Fraction, ...]
    fixings: tuple[Fixing, ...] = ()
    until: date | None = None

    def on(self, day: date) -> Fraction | None:
        """The value in force on `day`; None before the first."""
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else None

    def fixing(self, day: date) -> Fixing | None:
        """The fixing that holds for `day`, of the table's own or the usual half-years."""
        return next((fixing for fixing in self.fixings or HALF_YEARS if fixing.holds(day)), None)

    def known_on(self, day: date) -> bool:
        """Whether the table reaches as far as `day`; later values may be other ones."""
        return self.until is None or day <= self.until


def read_fixing(text: str) -> Fixing | None:
    """Read "31 December for debts late from 1 January to 30 June"; None if it is none."""
    match = _FIXING.fullmatch(text)
    if match is None:
        return None
    parts = match.groups()
    found = [(_MONTHS.index(parts[i + 1]) + 1, int(parts[i])) for i in (0, 2, 4)]
    try:
        for month, day in found:
            date(2023, month, day)  # 29 February does not come every year
    except ValueError:
        return None
    return Fixing(*found)


def read_rate(text: str) -> Fraction:
    """Read "3.35%" or "-0.4%" exactly; ValueError otherwise."""
    if not text.endswith("%"):
        raise ValueError(text)
    return parse_decimal(text[:-1]) / 100


def series(terms: Contract, shipped: Mapping[str, ReferenceRate], name: str, known: date | None) -> Series | Problem:
    """The reference rate that a charge names: the contract's own table, or one that ships.

    By what was known: a value published after `known` is not there yet.
    """
    own = terms.rates.get(name)
    if own is not None and own.values:
        days = sorted((date.fromisoformat(day), value) for day, value in own.values.items())
        fixings = tuple(f for text in own.fixed if (f := read_fixing(text)))
        return Series(tuple(d for d, _ in days), tuple(v for _, v in days), fixings, own.until)
    key = (own.reference if own is not None else None) or name
    table = shipped.get(key) or next((t for k, t in sorted(shipped.items()) if k.split("@")[0] == key), None)
    if table is None:
        return Problem("RATE-NAME-01", name, {"rate": name, "nearest": nearest(name, [*terms.rates, *shipped]) or None})
    values = [v for v in table.values if known is None or (v.published or v.from_) <= known]
    until = table.until if known is None or table.until is None else min(known, table.until)
    fixings = tuple(f for text in table.fixed if (f := read_fixing(text)))
    return Series(tuple(v.from_ for v in values), tuple(read_rate(v.value) for v in values), fixings, until)
