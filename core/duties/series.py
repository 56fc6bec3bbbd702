"""Series of duties that recur: the windows in which each is owed, and what an amendment makes of them."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from core.periods import (
    Due,
    Period,
    calendar_windows,
    contract_cycles,
    contract_years,
    fiscal_windows,
    term_end,
)
from core.problems import Problem
from core.record import Record, Version
from core.terms import Annex, DueRule, Payment

__all__ = [
    "Window",
    "changes_of",
    "fee_windows",
    "owed_windows",
    "rewound",
    "series_windows",
    "term_of",
    "windows",
]


class Window(msgspec.Struct, frozen=True, gc=False):
    """A stretch of days: `first` included, `after` the first day that no longer belongs to it."""

    id: str
    first: date
    after: date


Dated = list[tuple[Window, Due | None]]
"""The windows of a series, each with when its duty is due."""


def term_of(record: Record) -> Window | None:
    """The contract's term with renewals left aside: first day to the day after the last."""
    contract = record.contract
    if contract.term is None:
        return None
    first = contract.term.from_
    if contract.term.until is not None:
        return Window("term", first, contract.term.until + timedelta(days=1))
    length = contract.term.for_ or Period(1, "year")
    last = term_end(first, length, record.counting, record.calendar)
    return None if isinstance(last, Problem) else Window("term", first, last + timedelta(days=1))


def windows(record: Record, unit: str, *, whole_life: bool = False) -> tuple[Window, ...]:
    """The windows of a series that meet the contract's term, each whole; with `whole_life` also those after it, up to
    `as_of`.
    """
    term = term_of(record)
    if term is None:
        return ()
    after = max(term.after, record.as_of.day + timedelta(days=1)) if whole_life else term.after
    if unit == "contract year":
        found = contract_years(term.first, after, feb29=record.counting.of("anniversary_feb29") or "28 Feb")
    else:
        found = calendar_windows(unit.removeprefix("calendar "), term.first, after)
    return tuple(Window(c.id, c.first, c.after) for c in found)


def series_windows(record: Record, unit: str) -> list[Window]:
    """The windows of a series of duties, by the calendar, the fiscal year or the effective date (KNOBS `cycle`)."""
    term, cycle = term_of(record), record.counting.cycle or "calendar"
    if cycle == "calendar" or not unit.startswith("calendar ") or term is None:
        return list(windows(record, unit))
    if cycle.startswith("fiscal from "):
        month, day = map(int, cycle.removeprefix("fiscal from ").split("-"))
        years = fiscal_windows(unit.removeprefix("calendar "), term.first, term.after, opens=(month, day))
        return [Window(one.id, one.first, one.after) for one in years]
    start = record.contract.effective or term.first
    series = record.counting.of("series_from") or "the anchor"
    cycles = contract_cycles(unit.removeprefix("calendar "), start, term.after, series_from=series)
    return [Window(cycle.id, cycle.first, cycle.after) for cycle in cycles]


def owed_windows(record: Record, unit: str) -> list[Window]:
    """The windows of a series that are owed: stubs as KNOBS `stub` says."""
    term, found = term_of(record), series_windows(record, unit)
    if term is not None and found and (found[0].first < term.first or found[-1].after > term.after):
        record.ask("stub", "counting.stub")
    if term is None or record.counting.stub not in {"not owed", "joined to the next"}:
        return found
    if found and found[0].first < term.first:
        found = found[1:]
    if found and found[-1].after > term.after and record.counting.stub == "not owed":
        found = found[:-1]
    return found


def fee_windows(record: Record) -> dict[str, Window]:
    """The window of each fee of a series by the id of its obligation ("FEE/2026-02"), also where an amendment made
    other windows of its due rule. All at once: one by one, a long term would cost the square of its months.
    """
    found: dict[str, Window] = {}
    for term in record.contract.payments:
        rules = [term.due, *(rule for _, rule in changes_of(record, term))]
        for unit in dict.fromkeys(rule.every.unit for rule in rules if rule.every is not None):
            for window in series_windows(record, unit):
                found.setdefault(f"{term.id}/{window.id}", window)
    return found


def changes_of(record: Record, term: Annex | Payment) -> list[tuple[Version, DueRule]]:
    """The amendments in force of a due rule, each with what it makes of it."""
    path = f"{'annexes' if isinstance(term, Annex) else 'payments'}.{term.id}.due"
    return [(v, v.amendment.set[path]) for v in record.versions if path in v.amendment.set]


def rewound(record: Record, term: Annex | Payment, version: Version, before: Dated, after: Dated) -> Dated:
    """A series once an amendment has made `before` into `after`: windows that stay as they were, those of the new rule
    beside them, and old ones that neither of them holds (a month before the first whole quarter).

    What fell due before an amendment took effect stays as it was, and so does what was settled before one of
    everything.
    """
    closed = record.closed.get(version.amendment.id, frozenset())
    stays = [
        (window, due)
        for window, due in before
        if (
            f"{term.id}/{window.id}" in closed
            if version.applies == "everything"
            else due is not None and due.day < version.effective.day
        )
    ]
    made = [*stays, *(one for one in after if not _meets(one[0], stays))]
    made += [one for one in before if not _meets(one[0], made)]
    return sorted(made, key=lambda one: one[0].first)


def _meets(window: Window, others: Iterable[tuple[Window, Due | None]]) -> bool:
    return any(window.first < other.after and other.first < window.after for other, _ in others)
