"""Terms and due rules: their form, circles of waiting, local times that do not exist."""

from datetime import date, datetime, timedelta

import msgspec

from contracts.checks.scope import Scope
from contracts.walk import Path
from core.problems import Problem
from core.terms import Annex, Contract, DueRule, Payment, Step
from core.worktime import to_instant

__all__ = ["last_day", "times"]


def times(scope: Scope) -> None:
    _signing(scope)
    term = scope.contract.term
    if term is not None:
        if (term.until is None) == (term.for_ is None):
            scope.wrong(("term",), "TERMS-TERM-02")
        elif term.until is not None and term.until < term.from_:
            scope.wrong(("term", "until"), "TERMS-TERM-03", first=term.from_, last=term.until)
    for path, item in scope.owing():
        if isinstance(item, (Annex, Payment)) and item.due is not None and not _one_form(item.due):
            scope.wrong((*path, "due"), "TERMS-DUE-03")
    _circles(scope)
    _clocks(scope)


def _circles(scope: Scope) -> None:
    """Things that wait for each other; each circle is named once."""
    waits = {item.id: _waits_for(item) for item in scope.owed.values()}
    done: set[str] = set()
    for _, item in scope.owing():
        trail: list[str] = []
        here: str | None = item.id
        while here in waits and here not in trail and here not in done:
            trail.append(here)
            here = waits[here]
        if here in trail:
            circle = [*trail[trail.index(here) :], here]
            place = next(path for path, item in scope.owing() if item.id == here)
            scope.wrong((*place, "due"), "TERMS-CIRCLE-01", path=" → ".join(circle))
        done.update(trail)


def _clocks(scope: Scope) -> None:
    """Local times that a change of the clocks skips or repeats."""
    zone = _zone(scope.contract)
    if zone is None:
        return
    for i, event in enumerate(scope.events):
        for field in ("at", "from_", "to", "recorded"):
            _local(scope, (("events"), i, field.rstrip("_")), getattr(event, field), zone)
    for path, item in scope.owing():
        if isinstance(item, (Annex, Payment)) and item.due is not None:
            _local(scope, (*path, "due"), item.due.on, zone)


def _local(scope: Scope, path: Path, value: date | datetime | None, zone: str) -> None:
    if isinstance(value, datetime) and value.tzinfo is None:
        knobs = scope.contract.counting.knobs
        if knobs.get("naive_zone") not in {None, "contract's zone"}:
            return
        read = to_instant(value, zone, gap=knobs.get("dst_gap", ""), fold=knobs.get("dst_fold", ""))
        if isinstance(read, Problem):
            scope.found.append((path, msgspec.structs.replace(read, where="")))


def _signing(scope: Scope) -> None:
    """Signed more than a year after the first day, or after the last: most likely a slip of the year."""
    signed, term = scope.contract.signed, scope.contract.term
    if signed is None or term is None:
        return
    last = last_day(scope.contract)
    if last is not None and signed > last:
        scope.wrong(("signed",), "TERMS-SIGNED-01", signed=signed, last=last)
    elif signed > term.from_ + timedelta(days=366):
        scope.wrong(("signed",), "TERMS-SIGNED-02", signed=signed, first=term.from_)


def last_day(contract: Contract) -> date | None:
    """The last day of the term as first agreed; by calendar months and years, as far as a slip of the year asks."""
    term = contract.term
    if term is None or term.until is not None:
        return term.until if term else None
    days = {"day": 1, "week": 7, "month": 31, "year": 366}
    if term.for_ is None or any(part.unit not in days for part in term.for_.parts):
        return None
    try:
        return term.from_ + timedelta(days=sum(part.n * days[part.unit] for part in term.for_.parts))
    except OverflowError:
        return None


def _zone(contract: Contract) -> str | None:
    """The contract's zone where it must be looked at; mainland calendars have had no summer time since 1992."""
    if contract.counting.zone:
        return contract.counting.zone
    calendar = contract.counting.calendar
    if calendar is None or calendar.partition("@")[0] == "CN":
        return None
    from contracts.world import load_calendar

    loaded = load_calendar(calendar)
    return None if isinstance(loaded, Problem) else loaded.zone


def _one_form(rule: DueRule) -> bool:
    forms = (rule.on is not None, rule.anchor is not None, rule.every is not None, rule.demand)
    if sum(forms) != 1:
        return False
    if rule.every is not None:
        return (rule.by is None) != (rule.period is None)
    if rule.by is not None:
        return False
    if rule.on is not None:
        return rule.period is not None or not (rule.before and isinstance(rule.on, datetime))
    return rule.anchor is not None or not rule.before


def _waits_for(item: Annex | Step | Payment) -> str | None:
    """The thing whose acceptance or due date this one waits for; its own delivery would be a circle as well."""
    rule = None if isinstance(item, Step) else item.due
    if rule is None or rule.anchor is None or rule.anchor.each or rule.before:
        return None
    anchor = rule.anchor
    if anchor.of is None:
        return item.id if anchor.what in ("delivered", "accepted", "rejected", "due", "paid") else None
    return None if anchor.what == "demanded" else anchor.of
