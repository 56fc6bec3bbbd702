"""What is late only in part: an obligation of which a share was accepted (KNOBS `partial`)."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from core.duties.excuses import share_of
from core.problems import Problem
from core.record import Fact, Record

__all__ = ["accepted_in_part", "in_whole", "open_part", "part_days", "undecided"]


def in_whole(record: Record, facts: Sequence[Fact]) -> list[Fact]:
    """Acceptances that accept all there is: those without a share, the one that makes the shares whole, and every one
    where a part is enough (KNOBS `partial`, asked where it occurs).
    """
    if all(fact.event.value is None for fact in facts):
        return list(facts)
    enough = record.counting.of("partial") == "done"
    found, so_far = [], Fraction(0)
    for fact in facts:
        share = _share(record, fact)
        so_far += share
        if enough or so_far >= 1:
            found.append(fact)
    return found


def accepted_in_part(record: Record, facts: Sequence[Fact]) -> bool:
    """Whether some of it was accepted and the rest still has to come."""
    shares = [_share(record, fact) for fact in facts]
    if not 0 < sum(shares) < 1:
        return False
    return record.ask("partial", facts[0].event.of or "") != "done"


def undecided(record: Record, subject: str) -> bool:
    """Whether it must still be said what an acceptance in part does."""
    facts = record.of("accepted", subject)
    return record.counting.of("partial") is None and any(fact.event.value is not None for fact in facts)


def _share(record: Record, fact: Fact) -> Fraction:
    if fact.event.value is None:
        return Fraction(1)
    share = share_of(fact.event.value)
    if share is None:
        record.question(Problem("EVENT-PART-01", f"events.{fact.event.id}.value", {"text": fact.event.value}))
    return Fraction(0) if share is None else share


def _parts(record: Record, subject: str) -> list[tuple[date, Fraction]]:
    """The days by which shares were done: of the delivery that was accepted, or of the acceptance (KNOBS `done_by`)."""
    if record.counting.of("partial") != "open part late":
        return []
    facts = record.of("accepted", subject)
    delivered = record.of("delivered", subject)
    by_delivery = record.counting.of("done_by") != "acceptance"
    found = []
    for fact in facts:
        if fact.event.value is not None:
            before = [d.at.day for d in delivered if d.at.day <= fact.at.day]
            found.append((before[-1] if before and by_delivery else fact.at.day, _share(record, fact)))
    return found


def part_days(record: Record, subject: str) -> tuple[date, ...]:
    """The first days on which less of the obligation is open."""
    return tuple(day + timedelta(days=1) for day, _ in _parts(record, subject))


def open_part(record: Record, subject: str, day: date) -> Fraction:
    """The share of the obligation that was open on a day; the day of the act is late as a whole."""
    return max(Fraction(0), 1 - sum((share for at, share in _parts(record, subject) if at < day), Fraction(0)))
