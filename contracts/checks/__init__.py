"""Asks whether a contract and its events hang together: names that lead nowhere, sums, circles, causes and effects."""

from collections.abc import Iterable

from contracts.checks.changes import changes, counting
from contracts.checks.contrary import contrary
from contracts.checks.happened import happened
from contracts.checks.limits import caps
from contracts.checks.names import names
from contracts.checks.outside import ahead, people_outside
from contracts.checks.quantities import currencies, least, sums
from contracts.checks.rules import rules
from contracts.checks.scope import Found, Scope
from contracts.checks.times import times
from core.events import Event
from core.terms import Contract

__all__ = ["check"]


def check(contract: Contract, events: Iterable[Event]) -> Found:
    """Every problem with its path; paths of events count them in the order given."""
    scope = Scope(contract, tuple(events))
    asked = (names, sums, least, times, rules, caps, ahead, people_outside, changes, counting, contrary, currencies)
    for one in (*asked, happened):
        one(scope)
    return scope.found
