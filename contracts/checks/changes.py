"""Amendments, readings, decisions and settings: whether what they speak of is there."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from contracts.checks.scope import EVENT_KIND, PARTY, Scope, children
from contracts.walk import BAD, Path
from core.amending import follows
from core.problems import Problem, nearest
from core.terms import Amendment, find

__all__ = ["changes", "counting", "leads"]


def changes(scope: Scope) -> None:
    for i, amendment in enumerate(scope.contract.amendments):
        _amendment(scope, ("amendments", i), amendment)
    for i, reading in enumerate(scope.contract.readings):
        leads(scope, ("readings", i, "about"), reading.about)
    for i, decision in enumerate(scope.contract.decisions):
        leads(scope, ("decisions", i, "about"), decision.about)


def _amendment(scope: Scope, path: Path, amendment: Amendment) -> None:
    effective = amendment.effective
    if isinstance(effective, date) and effective < amendment.agreed and amendment.applies != "everything":
        scope.wrong((*path, "effective"), "TERMS-AMEND-01", effective=effective, agreed=amendment.agreed)
    if isinstance(effective, str):
        who, _, act = effective.rpartition(" ")
        if not (effective in scope.kinds or (who in scope.people and act in scope.kinds)):
            scope.known(
                (*path, "effective"),
                EVENT_KIND,
                effective,
                [*scope.kinds, *(f"{p} consents" for p in scope.people)],
            )
    for key, value in amendment.set.items():
        if leads(scope, (*path, "set", key), key) and value is not BAD and not follows(scope.contract, key, value):
            scope.wrong((*path, "set", key), "TERMS-AMEND-02", path=key)


def leads(scope: Scope, path: Path, about: str) -> bool:
    """A path into the terms; ids along it must exist."""
    if about.startswith("counting."):
        return True
    try:
        find(scope.contract, about)
    except LookupError:
        close = nearest(about, _paths(scope, about))
        if close:
            scope.wrong(path, "TERMS-PATH-02", path=about, nearest=close)
        else:
            scope.wrong(path, "TERMS-PATH-01", path=about)
        return False
    return True


def _paths(scope: Scope, about: str) -> Iterator[str]:
    """All paths of the same length, for the nearest."""
    depth = about.count(".")
    level: list[tuple[str, Any]] = [("", scope.contract)]
    for _ in range(depth + 1):
        level = [(f"{path}.{key}" if path else key, value) for path, here in level for key, value in children(here)]
    return (path for path, _ in level)


def _calendars(scope: Scope) -> None:
    """The calendars, closures and schedules that the contract sets out, and whose calendar is whose."""
    from contracts.world import own_calendar
    from core.worktime import read_hours, read_run

    for name, own in scope.contract.calendars.items():
        for problem in own_calendar(name, own)[1]:
            place: Path = ("calendars", name, *problem.where.split("."))
            scope.found.append((place, msgspec.structs.replace(problem, where="")))
    for party in scope.contract.counting.calendars:
        scope.known(("counting", "calendars", party), PARTY, party, scope.people)
    for i, row in enumerate(scope.contract.closures):
        run = read_run(row)
        if isinstance(run, Problem):
            scope.found.append((("closures", i), run))
    for key, schedule in scope.contract.schedules.items():
        hours = read_hours(schedule.hours)
        if isinstance(hours, Problem):
            scope.found.append((("schedules", key, "hours"), hours))


def counting(scope: Scope) -> None:
    """Settings that no knob has, or that contradict; a missing preset is asked when figures are wanted."""
    from core.presets import resolve

    _calendars(scope)
    own = scope.contract.counting
    named = {key: value for key, value in (("zone", own.zone), ("hours", own.hours)) if value is not None}
    about = {
        d.about.removeprefix("counting."): i
        for i, d in enumerate(scope.contract.decisions)
        if d.about.startswith("counting.")
    }
    taken = {knob: str(scope.contract.decisions[i].takes) for knob, i in about.items()}
    _, problems = resolve(own.preset, {**own.knobs, **named}, taken)
    for problem in problems:
        area, _, knob = problem.where.partition(".")
        if problem.code != "COUNT-PRESET-02":
            path: Path = ("decisions", about[knob], "takes") if area == "decisions" else ("counting", knob)
            scope.found.append((path, msgspec.structs.replace(problem, where="")))
