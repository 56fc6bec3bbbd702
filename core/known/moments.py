"""When something happened: days and instants read in the contract's zone, and facts in their order."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from core.events import Event
from core.periods import Counting, end_of_day, local_date, start_of_day, to_instant
from core.problems import InputError, Problem

__all__ = ["Fact", "Moment", "as_limit", "moment", "not_after", "order_of", "subjects"]

FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCH = datetime.min  # noqa: DTZ901 - only ever compared with itself, in sort keys of bare dates


class Moment(NamedTuple):
    """A local day, and the instant (UTC) where a time of day is known; a bare date is the whole day."""

    day: date
    instant: datetime | None


class Fact(NamedTuple):
    """An event with its times read in the contract's zone; `end` only for spans that ended.

    A notice stands at its receipt, with when it was `sent` beside it.
    """

    event: Event
    at: Moment
    end: Moment | None = None
    sent: Moment | None = None
    recorded: Moment | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """A sort key: the day, its instants after the bare date, then what was recorded first; ids only part the rest,
        their numbers as numbers, so that the order of a file says nothing.
        """
        at = order_of(self.at)
        recorded = at if self.recorded is None else order_of(self.recorded)
        return (*at, *recorded, _counted(self.event.id), self.event.id)


def moment(at: date | datetime, zone: str, counting: Counting | None = None) -> Moment | Problem:
    """Read a time in the contract's zone: a bare date is the whole day, a naive time is local.

    Unless the contract says otherwise (KNOBS `naive_zone`, `dst_gap`, `dst_fold`).
    """
    if not isinstance(at, datetime):
        return Moment(at, None)
    if at.tzinfo is not None:
        return Moment(local_date(at, zone), at)
    said = {} if counting is None else counting.more
    naive = said.get("naive_zone", "contract's zone")
    if naive == "refused":
        return Problem("TIME-NAIVE-01", args={"local": at})
    written_in = zone if naive == "contract's zone" else naive
    instant = to_instant(at, written_in, gap=said.get("dst_gap", ""), fold=said.get("dst_fold", ""))
    return instant if isinstance(instant, Problem) else Moment(local_date(instant, zone), instant)


def not_after(moment: Moment, limit: Moment) -> bool:
    """Whether `moment` lies on or before `limit`; by instants where both have one, else by days."""
    if moment.instant is not None and limit.instant is not None:
        return moment.instant <= limit.instant
    return moment.day <= limit.day


def as_limit(at: date | datetime, zone: str, questions: list[Problem], where: str, *, start: bool = False) -> Moment:
    """A day as a limit is its 24:00, or with `start` its 0:00, the end of the day before (KNOBS `as_of_date`).

    A far year is refused: a slip of the keys would count the windows of thousands of years.
    """
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        args = {"text": at.isoformat(), "first": FIRST_YEAR, "last": LAST_YEAR}
        raise InputError((Problem("TERMS-DATE-03", where, args),))
    if start and not isinstance(at, datetime):
        return Moment(at - timedelta(days=1), start_of_day(at, zone))
    read = moment(at, zone)
    if isinstance(read, Problem):
        questions.append(msgspec.structs.replace(read, where=where))
        read = Moment(at.date() if isinstance(at, datetime) else at, None)
    return Moment(read.day, read.instant or end_of_day(read.day, zone))


def order_of(moment: Moment) -> tuple[date, bool, datetime]:
    """A sort key: by days, on each the whole day before its instants."""
    return moment.day, moment.instant is not None, moment.instant or _EPOCH


def _counted(name: str) -> tuple[tuple[int, str], ...]:
    """An id with the numbers in it as numbers: E9 before E10."""
    parts = re.split(r"([0-9]+)", name)  # every second part is a number
    return tuple((int(part[:18]), part) if place % 2 else (-1, part) for place, part in enumerate(parts))


def subjects(facts: Iterable[Fact]) -> list[tuple[str, Fact]]:
    """Each fact of one kind with a name of its own: the first about a case has the case's, what follows about the same
    case "<case>/<event id>".
    """
    seen: set[str] = set()
    made = []
    for fact in facts:
        name = fact.event.about or fact.event.id
        while name in seen:
            name = f"{name}/{fact.event.id}"
        seen.add(name)
        made.append((name, fact))
    return made
