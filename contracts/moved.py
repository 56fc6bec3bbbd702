"""What another calendar moves: due times of contracts by the calendar they name, and by a new one."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from contracts.folder import Loaded
from core.events import Event
from core.periods import Calendar, Due, local_time
from core.record import fold
from core.schedule import schedule
from core.terms import Contract
from core.world import World
from locales import words

__all__ = ["Move", "all_moved", "as_json", "moved", "report"]


class Move(NamedTuple):
    """One obligation whose due time differs: as it was counted, and as it is counted with the new calendar."""

    contract: str
    obligation: str
    before: Due | None
    after: Due | None
    zone: str


def moved(
    contract: Contract, events: Iterable[Event], *, old: World, new: Calendar, as_of: date | datetime
) -> tuple[Move, ...]:
    """The obligations that the new calendar moves, in the order of the contract; it stands in for the one named."""
    key = contract.counting.calendar or next(iter(old.calendars))
    world = msgspec.structs.replace(old, calendars={**old.calendars, key: new})
    listed = tuple(events)
    records = [fold(contract, listed, as_of=as_of, known_at=None, world=one, assume={}) for one in (old, world)]
    first, second = ({owed.id: owed.due for owed in schedule(record)} for record in records)
    zone = records[0].zone
    return tuple(
        Move(contract.number, owed, first.get(owed), second.get(owed), zone)
        for owed in dict.fromkeys([*first, *second])
        if _when(first.get(owed)) != _when(second.get(owed))
    )


def _when(due: Due | None) -> tuple[date, datetime | None] | None:
    return None if due is None else (due.day, due.instant)


def all_moved(loaded: Iterable[Loaded], new: Calendar, as_of: date | datetime) -> list[Move]:
    """The moves of every contract that could be read."""
    return [
        move
        for one in loaded
        if one.contract is not None and one.world.calendars
        for move in moved(one.contract, one.events, old=one.world, new=new, as_of=as_of)
    ]


def _said(due: Due | None, zone: str) -> str:
    if due is None:
        return "–"
    text = local_time(due.instant, zone).strftime("%Y-%m-%d %H:%M") if due.instant else due.day.isoformat()
    return f"{text} ?" if due.provisional else text


def report(moves: Iterable[Move], lang: str) -> str:
    """One line for each due time that moves; a question mark stands at a provisional one."""
    lines = [
        f"{move.contract}  {move.obligation}  {_said(move.before, move.zone)} → {_said(move.after, move.zone)}"
        for move in moves
    ]
    return "\n".join(lines or [words(lang, "moved.none")]) + "\n"


def as_json(moves: Iterable[Move]) -> str:
    """The same as data."""
    rows = [
        {
            "contract": move.contract,
            "obligation": move.obligation,
            "before": None if move.before is None else move.before.day.isoformat(),
            "after": None if move.after is None else move.after.day.isoformat(),
            "before_at": move.before.instant.isoformat() if move.before and move.before.instant else None,
            "after_at": move.after.instant.isoformat() if move.after and move.after.instant else None,
            "provisional": [bool(due and due.provisional) for due in (move.before, move.after)],
        }
        for move in moves
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
