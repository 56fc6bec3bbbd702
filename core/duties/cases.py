"""One duty for each case: the name of each, and the event that opened it."""

from collections.abc import Iterable, Iterator
from datetime import date

from core.record import Fact, Record

__all__ = ["cases"]


def cases(record: Record, facts: Iterable[Fact]) -> Iterator[tuple[str, Fact]]:
    """Each duty's name with the event that opened it: by usage one a case, which `about` names; or one each event, or
    the first of each day (KNOBS `same_subject`). What follows the first of its case has its event's or day's name too.
    """
    how = record.counting.of("same_subject")
    seen: set[str] = set()
    opened: set[tuple[str, date]] = set()
    for fact in facts:
        case = name = fact.event.about or fact.event.id
        if how == "one a day" and (case, fact.at.day) in opened:
            continue
        if case in seen and how in {"one each event", "one a day"}:
            name = f"{case}/{fact.event.id if how == 'one each event' else fact.at.day}"
        if name not in seen:
            seen.add(name)
            opened.add((case, fact.at.day))
            yield name, fact
