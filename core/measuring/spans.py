"""Stretches of real time inside a window: unions of spans, what is left out of them, and what was lost."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from core.periods import Period, end_of_day, start_of_day
from core.record import Fact, Record

__all__ = ["Piece", "excused", "lasting", "lost_time", "seconds_of"]

_SECONDS = {"minute": 60, "hour": 3600, "working hour": 3600, "day": 86400, "working day": 86400, "week": 604800}
_TICK = timedelta(microseconds=1)


class Piece(NamedTuple):
    """A stretch from `begins` to `ends` (microseconds into the window); `weight` is the share of it that counts."""

    begins: int
    ends: int
    weight: Fraction
    fact: str


def seconds_of(period: Period) -> int:
    """Seconds of an allowance or notice; months count 30 days, since no calendar bears on them."""
    return sum(part.n * _SECONDS.get(part.unit, 30 * 86400) for part in period.parts)


def lasting(
    record: Record, facts: Iterable[Fact], begins: datetime, ends: datetime, *, since: str | None = None
) -> list[tuple[Piece, Fact]]:
    """The part of each span that lies in the window; `since` names the time from which it counts, where it has one.

    A span that has not ended lasts until the end of the window; bare dates are whole days.
    """
    found = []
    for fact in facts:
        first = (_told(record, fact, since) if since else None) or _first(record, fact)
        last = _last(record, fact, ends)
        low, high = max(first, begins), min(last, ends)
        if low < high:
            named = fact.event.about or fact.event.id
            found.append((Piece((low - begins) // _TICK, (high - begins) // _TICK, Fraction(1), named), fact))
    return found


def _first(record: Record, fact: Fact) -> datetime:
    return fact.at.instant or start_of_day(fact.at.day, record.zone)


def _last(record: Record, fact: Fact, ends: datetime) -> datetime:
    if fact.end is None:
        return ends
    return fact.end.instant or end_of_day(fact.end.day, record.zone)


def _told(record: Record, fact: Fact, since: str) -> datetime | None:
    at: date | datetime | None = getattr(fact.event, since)
    if not isinstance(at, datetime):
        return None
    return at if at.tzinfo else at.replace(tzinfo=_zone(record.zone))


def _zone(key: str):  # type: ignore[no-untyped-def]  # zoneinfo is imported only when an instant is needed
    from zoneinfo import ZoneInfo

    return ZoneInfo(key)


def excused(found: Iterable[tuple[Piece, Fact]], seconds: int | None, how: str) -> list[Piece]:
    """What of these spans is left out, at most `seconds` in all: the earliest, the largest blocks, or a share of each
    (KNOBS `excluded_limit`).
    """
    blocks = _united([piece for piece, _ in found])
    allowed = None if seconds is None else seconds * 1_000_000
    total = sum(block.ends - block.begins for block in blocks)
    if allowed is None or total <= allowed:
        return blocks
    if how == "pro rata":
        return [block._replace(weight=Fraction(allowed, total)) for block in blocks]
    ordered = sorted(blocks, key=lambda b: (b.begins - b.ends, b.begins)) if how == "largest blocks" else blocks
    kept, left = [], allowed
    for block in ordered:
        length = min(left, block.ends - block.begins)
        if length > 0:
            kept.append(block._replace(ends=block.begins + length))
            left -= length
    return kept


def _united(pieces: Iterable[Piece]) -> list[Piece]:
    """Overlapping stretches as one."""
    made: list[Piece] = []
    for piece in sorted(pieces):
        if made and piece.begins <= made[-1].ends:
            made[-1] = made[-1]._replace(ends=max(made[-1].ends, piece.ends))
        else:
            made.append(piece)
    return made


def lost_time(down: Sequence[Piece], out: Sequence[Piece]) -> tuple[Fraction, Fraction]:
    """Seconds down outside what is left out, and seconds left out; where spans overlap the heavier one counts once."""
    edges = sorted({edge for piece in (*down, *out) for edge in (piece.begins, piece.ends)})
    lost = left_out = Fraction(0)
    for begins, ends in pairwise(edges):
        length = Fraction(ends - begins, 1_000_000)
        free = _heaviest(out, begins)
        left_out += free * length
        lost += _heaviest(down, begins) * (1 - free) * length
    return lost, left_out


def _heaviest(pieces: Sequence[Piece], at: int) -> Fraction:
    return max((piece.weight for piece in pieces if piece.begins <= at < piece.ends), default=Fraction(0))
