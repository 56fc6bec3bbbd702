"""How exact becomes payable: the rule's own words, else how the contract counts; windows that cut a charge."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Protocol

import msgspec

from core.money import Mode, exponent, integer, parse_decimal
from core.record import Record
from core.schedule import windows
from core.terms import Rule

__all__ = ["Piece", "Precision", "by_unit", "cuts_of", "precision", "price_of", "whole"]


class Precision(msgspec.Struct, frozen=True, omit_defaults=True):
    """When exact becomes payable ("once", "each day", "each slice"), how, and to which `step` of minor units
    (None: each counts).
    """

    when: str = "once"
    mode: Mode = "half up"
    step: int | None = None

    def whole(self, exact: Fraction) -> int:
        return integer(exact, self.mode, self.step or 1)


class Piece(Protocol):
    """A stretch of days of a charge or of interest: its units, and what they come to in exact minor units."""

    @property
    def first(self) -> date: ...
    @property
    def units(self) -> Fraction: ...
    @property
    def exact(self) -> Fraction: ...


def precision(record: Record, rule: Rule) -> Precision:
    """How a rule's charges are rounded (KNOBS `round_when`, `round_mode`, `round_to`)."""
    counting = record.counting
    step = _step(counting.of("round_to"), record.contract.currency)
    if rule.round is not None:
        return Precision(rule.round.when, rule.round.mode, step)  # type: ignore[arg-type]
    when = {"each day or unit": "each day", "each slice": "each slice"}.get(counting.of("round_when") or "", "once")
    return Precision(when, counting.of("round_mode"), step)  # type: ignore[arg-type]


def _step(said: str | None, currency: str) -> int | None:
    """A smallest step in minor units; one that is no whole number of them is refused where the file is read."""
    if said in {None, "minor unit"}:
        return None
    return max(1, int(parse_decimal(str(said)) * 10 ** exponent(currency)))


def price_of(record: Record, exact: Fraction) -> Fraction:
    """The price of one unit: exact, or rounded before it is multiplied (KNOBS `unit_price`)."""
    if record.counting.of("unit_price") != "rounded first":
        return exact
    return Fraction(integer(exact, record.counting.of("round_mode")))  # type: ignore[arg-type]


def cuts_of(record: Record, rule: Rule) -> tuple[date, ...]:
    """The days on which a window of the rule's ceiling or of a cap by accrual begins, where each part is rounded on its
    own (KNOBS `round_cut`); none where the running sum is.
    """
    if record.counting.of("round_cut") != "each part":
        return ()
    by_day = record.counting.of("window_day") in {None, "accrual day"}
    pers = {rule.at_most.per if rule.at_most else None, *(cap.to.per for cap in record.contract.caps if by_day)}
    units = {per for per in pers if per is not None and per.startswith(("calendar ", "contract "))}
    return tuple(sorted({window.first for unit in units for window in windows(record, unit, whole_life=True)}))


def whole(pieces: Iterable[Piece], how: Precision, cuts: Sequence[date] = ()) -> int:
    """What the pieces come to in whole minor units: rounded once in each window, each piece, or each unit on its own.

    `cuts` are days on which another window begins; pieces are cut there.
    """
    if how.when == "each slice":
        return sum(how.whole(piece.exact) for piece in pieces)
    if how.when == "each day":
        return sum(by_unit(piece, piece.units, how) for piece in pieces)
    if not cuts:
        exacts = [piece.exact for piece in pieces]
        return how.whole(sum(exacts[1:], exacts[0])) if exacts else 0
    parts = groupby(sorted(pieces, key=lambda piece: piece.first), key=lambda piece: bisect_right(cuts, piece.first))
    return sum(how.whole(sum((piece.exact for piece in part), Fraction(0))) for _, part in parts)


def by_unit(piece: Piece, units: Fraction, how: Precision) -> int:
    """So many units of a piece, each rounded on its own, and what is left of a broken one."""
    full, rest = divmod(units, 1)
    one = Fraction(piece.exact.numerator * piece.units.denominator, piece.exact.denominator * piece.units.numerator)
    return int(full) * how.whole(one) + (how.whole(rest * one) if rest else 0)
