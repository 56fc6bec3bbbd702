"""What every check sees: the contract, what its words may lead to, and the problems found so far."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import msgspec

from contracts.spoken import known_kinds
from contracts.walk import Path, fields
from core.events import Event
from core.money import Money
from core.problems import Problem, nearest
from core.terms import Annex, Charge, Contract, Payment, Step, When

__all__ = [
    "EVENT_KIND",
    "GRADE",
    "MEASURE",
    "PARTY",
    "REF",
    "Found",
    "Scope",
    "aimed",
    "before",
    "children",
    "day_of",
    "each",
    "one_charge",
]

Found = list[tuple[Path, Problem]]

# A name that leads nowhere: all that there are, or the nearest.
PARTY = ("TERMS-PARTY-01", "TERMS-PARTY-02")
REF = ("TERMS-REF-01", "TERMS-REF-02")
MEASURE = ("TERMS-MEASURE-01", "TERMS-MEASURE-02")
GRADE = ("MEASURE-GRADE-02", "MEASURE-GRADE-03")
EVENT_KIND = ("EVENT-KIND-01", "EVENT-KIND-02")


class Scope:
    """One contract with its events, what is known in it, and what is wrong with it so far."""

    def __init__(self, contract: Contract, events: tuple[Event, ...]) -> None:
        self.contract = contract
        self.events = events
        self.found: Found = []
        self.owed = {item.id: item for _, item in self.owing()}
        self.measured = {*(m.id for m in contract.measures), *(card.id for card in contract.scorecards)}
        self.people = {**contract.parties, **contract.third_parties}
        self.duties = duties(contract)
        self.kinds, _ = known_kinds(contract.event_kinds)
        self.roles = sorted({role for party in contract.parties.values() for role in party.roles})

    def wrong(self, path: Path, code: str, /, **args: Any) -> None:
        self.found.append((path, Problem(code, "", args)))

    def known(self, path: Path, codes: tuple[str, str], word: str | None, words: Iterable[str]) -> None:
        """A name that leads nowhere, told with the nearest, else with all that there are."""
        words = list(words)
        if word is None or word in words:
            return
        close = nearest(word, words)
        if close:
            self.wrong(path, codes[1], text=word, nearest=close)
        else:
            self.wrong(path, codes[0], text=word, known=", ".join(words[:20]) or "–")

    def owing(self) -> Iterator[tuple[Path, Annex | Step | Payment]]:
        lists: tuple[tuple[str, tuple[Annex | Step | Payment, ...]], ...] = (
            ("annexes", self.contract.annexes),
            ("steps", self.contract.steps),
            ("payments", self.contract.payments),
        )
        for name, items in lists:
            for i, item in enumerate(items):
                yield (name, i), item


def duties(contract: Contract) -> list[str]:
    """Ids of what is owed without being an annex, step or payment: an involvement's duties, the filling up of security,
    and what the end begins.
    """
    found = [key for key, third in contract.third_parties.items() if third.involvement]
    stages = ("answer", "agreement", "review", "word", "settlement")
    found += [f"{key}/{stage}" for key in tuple(found) for stage in stages]
    found += [deposit.id for deposit in contract.deposits if deposit.top_up]
    return found + [duty.id for duty in (contract.ending.follows if contract.ending else ())]


def each(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every struct inside a value, with its path in the file."""
    if isinstance(value, msgspec.Struct):
        yield path, value
    for key, child in children(value, by_index=True):
        if type(child) not in _LEAVES:
            yield from each(child, (*path, key))


_LEAVES = frozenset({type(None), bool, int, str, date, datetime, Fraction})


def children(value: Any, *, by_index: bool = False) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield (i if by_index else getattr(item, "id", str(i + 1))), item
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Money):
        for key, field in fields(type(value)).items():
            yield key, getattr(value, field.name)


def before(one: date | datetime, other: date | datetime) -> bool:
    """Whether `one` lies before `other`; by days where either is a bare date or they cannot be compared."""
    if isinstance(one, datetime) and isinstance(other, datetime) and (one.tzinfo is None) == (other.tzinfo is None):
        return one < other
    return day_of(one) < day_of(other)


def day_of(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def aimed(scope: Scope, path: Path, when: When) -> None:
    """ "below its target" needs a measure that has one."""
    target = next((m.target for m in scope.contract.measures if m.id == when.measure), None)
    if when.target and target is None:
        scope.wrong(path, "MEASURE-TARGET-01", measure=when.measure)


def one_charge(scope: Scope, path: Path, charge: Charge) -> None:
    share = charge.rate is not None and charge.of is not None
    fixed = (charge.amount or charge.price) is not None
    if share == fixed or (charge.rate is None) != (charge.of is None):
        scope.wrong(path, "TERMS-CHARGE-03")
    if charge.most is None and charge.most_rate is None:
        return
    if len(path) != 3 or path[0] != "rules" or path[2] != "charge":
        scope.wrong(path, "TERMS-CHARGE-05")
    ends: list[Fraction | int] = [m.minor for m in (charge.amount, charge.most) if m is not None]
    ends = ends or [rate for rate in (charge.rate, charge.most_rate) if rate is not None]
    if len(ends) < 2 or not ends[0] < ends[1]:
        scope.wrong(path, "TERMS-CHARGE-04")
