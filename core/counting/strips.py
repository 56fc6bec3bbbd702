"""Strips: the days from an event to its due time, each with why it was counted, skipped, paused or moved over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from core.counting.daycounts import in_own_days
from core.counting.values import CLOCK_UNITS, ordered
from core.periods import (
    Basis,
    Calendar,
    Due,
    Period,
    Step,
    Window,
    end_of_day,
    event_day,
    hours_of,
    is_working_time,
    local_date,
    local_time,
    rest_words,
    start_of_day,
    united,
    worth_of_day,
    zone_of,
)
from core.problems import Problem
from core.worktime import between

__all__ = ["LONGEST_STRIP", "SHOWN_RUNS", "Mark", "Run", "runs", "strip"]


class Mark(NamedTuple):
    """One day of a strip: `kind` is "event", "named", "counted", "skipped", "paused", "moved" or "due".

    `n` is what is counted by the end of the day (days, working days or hours; None where nothing is), `reason` why the
    day is passed over. "left out" stands for the days up to the next mark, in strips that are too long.
    """

    day: date
    kind: str
    n: Fraction | None = None
    reason: Step | None = None
    provisional: bool = False


class Run(NamedTuple):
    """Days of a strip that are alike, `first` to `last`, both included; `since` and `n` are the numbers reached.

    "left out": `days` days of a strip that is too long to be shown whole.
    """

    first: date
    last: date
    days: int
    kind: str
    since: Fraction | None = None
    n: Fraction | None = None
    reason: Step | None = None
    provisional: bool = False


LONGEST_STRIP = 800
"""Days in a strip; of a longer one only the first and the last are gone through."""

_SECOND = timedelta(seconds=1)
_IN_DAYS = {"day", "working day"}

SHOWN_RUNS = 16
"""Rows in which a strip is shown; of a longer one the middle is left out."""


def strip(due: Due | None) -> tuple[Mark, ...]:
    """The days from the event to the due time as this count saw them; nothing where no days were counted.

    The event's day and the due day stand at the ends. What an excuse or a pause took out is "paused".
    """
    if due is None or due.basis is None:
        return ()
    basis = due.basis
    if basis.period is None:
        marks = _named(due, basis)
    elif basis.start is not None:
        marks = _back_hours(due, basis, basis.start) if basis.before else _hours(due, basis, basis.start)
    else:
        marks = _back_days(due, basis) if basis.before else _days(due, basis)
    if not due.provisional:
        return tuple(marks)
    every = _is_working(basis) or basis.start is not None  # else only where the last day lands hangs on the calendar
    since = date.min if every else min(due.unrolled, due.day)
    calendar = basis.calendar
    return tuple(m._replace(provisional=m.day >= since and calendar.is_provisional(m.day)) for m in marks)


def runs(marks: Sequence[Mark], *, most: int = SHOWN_RUNS) -> tuple[Run, ...]:
    """A strip with days that are alike put together; of more than `most` such runs the first and the last."""
    made: list[Run] = []
    for place, mark in enumerate(marks):
        run = Run(mark.day, mark.day, 1, mark.kind, mark.n, mark.n, mark.reason, mark.provisional)
        if mark.kind == "left out":
            last = marks[place + 1].day - timedelta(days=1)
            run = run._replace(last=last, days=(last - mark.day).days + 1)
            every = made[-1].n is not None and run.n == made[-1].n + run.days
            run = run._replace(kind="counted") if every else run  # every day of the middle counts
        if made and _alike(made[-1], run):
            made[-1] = made[-1]._replace(last=run.last, days=made[-1].days + run.days, n=run.n)
        else:
            made.append(run)
    if len(made) <= most:
        return tuple(made)
    head, tail = most // 2, most - most // 2 - 1
    first, last = made[head].first, made[-tail - 1].last
    between_them = Run(first, last, (last - first).days + 1, "left out", made[head].since, made[-tail - 1].n)
    return (*made[:head], between_them, *made[-tail:])


def _alike(run: Run, following: Run) -> bool:
    if run.kind in {"due", "end", "event", "named", "left out"}:
        return False
    partly = run.reason is not None and run.reason.code == "strip.partly"  # how much of a day: each is shown
    same = (run.kind, run.reason, run.provisional) == (following.kind, following.reason, following.provisional)
    return same and not partly and (run.n is None) == (following.n is None)


def _stretches(first: date, last: date) -> list[tuple[date, date, bool]]:
    """Each day as a stretch of its own; the middle of what is too long is one stretch, which is not shown."""
    days = [(day, day, True) for day in _dates(first, last)]
    if len(days) > LONGEST_STRIP:
        half = LONGEST_STRIP // 2
        days[half:-half] = [(first + timedelta(days=half), last - timedelta(days=half), False)]
    return days


def _why(day: date, calendar: Calendar) -> Step | None:
    if calendar.is_rest(day):
        return rest_words(day, calendar)
    return Step("rest.makeup") if calendar.is_makeup(day) else None


def _named(due: Due, basis: Basis) -> list[Mark]:
    """A date that the contract names, and the days over which it rolled; nothing if it stayed."""
    if due.day == due.unrolled:
        return []
    first, last = sorted((due.unrolled, due.day))
    marks = []
    for day, _, _ in _stretches(first, last):
        kind = "due" if day == due.day else "named" if day == due.unrolled else "moved"
        marks.append(Mark(day, kind, reason=_why(day, basis.calendar)))
    return marks


def _days(due: Due, basis: Basis) -> list[Mark]:
    """Periods in days and more: after the last counted day come those over which it was moved."""
    counting, calendar = basis.counting, basis.calendar
    start, _ = event_day(basis.anchor, counting, calendar)
    begin, parts, last = start, _parts(basis), basis.last
    assert last is not None  # a count in days says it
    if parts[0].unit == "working day" and counting.from_rest_day == "roll, then add":
        begin = calendar.next_working_day(start)
    begin -= timedelta(days=_is_inside(basis))
    worth, total = _worth(basis), Fraction(0)
    if any(part.n for part in parts):
        total = worth(begin + timedelta(days=1), last, {})
    works, stood = _counts_work(basis), _stood_days(basis, due.day)
    marks: list[Mark] = []
    n = Fraction(0)
    for day, until, shown in _stretches(min(start, due.day), max(start, due.day, due.unrolled)):
        before, full, why = n, n >= total, _why(day, calendar)
        if day > begin:
            n = min(total, n + worth(day, until, stood))
        reached = n if n > before and not basis.legs else None
        if not shown:
            marks.append(Mark(day, "left out", reached))
        elif day == due.day:
            marks.append(Mark(day, "due", reached, why if day >= due.unrolled else None))
        elif day == start and day <= begin:
            marks.append(Mark(day, "event", reason=why if calendar.is_rest(day) else None))
        elif day in stood and n == before:
            marks.append(Mark(day, "paused", reason=stood[day].why))
        elif full or day <= begin:
            marks.append(Mark(day, "moved", reason=why))
        elif n == before:
            marks.append(Mark(day, "skipped", reason=why))
        else:
            part = stood[day].why if day in stood else why if works(day) or day == due.unrolled else None
            marks.append(Mark(day, "counted", reached, part))
    return marks


def _back_days(due: Due, basis: Basis) -> list[Mark]:
    """Periods before an event, counted from it backwards, in the order of the calendar; what excuses added comes in
    words, not here.
    """
    calendar, parts, last = basis.calendar, _parts(basis), basis.last
    assert last is not None  # a count in days says it
    start, _ = event_day(basis.anchor, basis.counting, calendar)
    first = due.day if last == due.unrolled else last
    worth, total = _worth(basis), sum(part.n for part in parts)
    in_days = all(part.unit in _IN_DAYS for part in parts)
    works = _counts_work(basis)
    marks: list[Mark] = []
    n = Fraction(0)
    for day, until, shown in reversed(_stretches(min(first, last), start)):
        why, before = _why(day, calendar), n
        if day >= last and (day < start or basis.inside):
            n += worth(day, until, {})
        beyond = in_days and n > total  # a clear day more
        reached = n if n > before and not beyond and not basis.legs else None
        if not shown:
            marks.append(Mark(day, "left out", reached))
        elif day == first:
            marks.append(
                Mark(day, "due" if day == due.day else "counted", reached, why if works(day) or day < last else None)
            )
        elif day == start and not basis.inside:
            marks.append(Mark(day, "event"))
        elif day < max(first, last):
            marks.append(Mark(day, "moved", reason=why))
        elif n == before:
            marks.append(Mark(day, "skipped", reason=why))
        else:
            marks.append(Mark(day, "counted", reached, why if works(day) or day == last else None))
    return marks[::-1]


def _is_inside(basis: Basis) -> bool:
    return basis.counting.first_day == "in" if basis.inside is None else basis.inside


def _parts(basis: Basis) -> list[Period]:
    """The parts of the period in the order in which they are counted, each in its own days."""
    assert basis.period is not None  # it is no date that the contract names
    return [in_own_days(part, basis.counting) for part in ordered(basis.period, basis.counting)]


def _is_working(basis: Basis) -> bool:
    return any(part.unit == "working day" for part in _parts(basis))


def _counts_work(basis: Basis) -> Callable[[date], bool]:
    """Whether only working days count on a day: all along, or in its part of "1 month and 3 working days"."""
    working, legs = _is_working(basis), basis.legs
    if not legs:
        return lambda _: working
    ends = [last for last, _ in legs[:-1]]

    def works(day: date) -> bool:
        place = sum(day < end if basis.before else day > end for end in ends)
        return legs[place][1]

    return works


class _Stood(NamedTuple):
    """What a day stood still: its share of the day, and why where that has a name."""

    share: Fraction
    why: Step | None = None


def _worth(basis: Basis) -> Callable[[date, date, Mapping[date, _Stood]], Fraction]:
    """How much the days from one to another count, without what stood still."""
    counting, calendar, works = basis.counting, basis.calendar, _counts_work(basis)

    def of_day(day: date) -> Fraction:
        if not works(day):
            return Fraction(1)
        return Fraction(0) if calendar.is_rest(day) else worth_of_day(day, counting, calendar)

    def worth(first: date, last: date, stood: Mapping[date, _Stood]) -> Fraction:
        days = _dates(first, last)
        return sum((of_day(day) * (1 - stood[day].share if day in stood else 1) for day in days), Fraction(0))

    return worth


def _stood_days(basis: Basis, last: date) -> dict[date, _Stood]:
    """The days that pauses, excuses and closures that only pause took out, up to `last`, with the share of each."""
    zone = zone_of(basis.counting, basis.calendar)
    stood: dict[date, _Stood] = {}
    for run in basis.calendar.pausing:
        why = Step("rest.closure.named", {"name": run.name}) if run.name else Step("rest.closure")
        stood.update({day: _Stood(Fraction(1), why) for day in _dates(run.first, run.last)})
    for first, until in basis.stood:
        if not isinstance(first, datetime):
            stood.update({day: _Stood(Fraction(1)) for day in _dates(first, min(until, last))})
            continue
        assert isinstance(until, datetime)  # both ends are of one kind
        for day in _dates(local_date(first, zone), min(local_date(until, zone), last)):
            begins, ends = start_of_day(day, zone), end_of_day(day, zone)
            share = Fraction((min(until, ends) - max(first, begins)) // _SECOND, (ends - begins) // _SECOND)
            share += stood[day].share if day in stood else 0
            if share:  # a span that ends at 24:00 takes nothing from the next day
                stood[day] = _Stood(Fraction(1)) if share >= 1 else _Stood(share, Step("strip.partly"))
    return stood


def _dates(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _hours(due: Due, basis: Basis, start: datetime) -> list[Mark]:
    """Periods in hours: how many hours are used by the end of each day, standing still left out."""
    assert due.instant is not None
    zone, calendar = zone_of(basis.counting, basis.calendar), basis.calendar
    used, total = _used(basis), sum((part.count * CLOCK_UNITS[part.unit] for part in _parts(basis)), Fraction(0))
    stood = _stood_spans(basis)
    marks: list[Mark] = []
    n = Fraction(0)
    for day, last, shown in _stretches(min(local_date(start, zone), due.day), due.day):
        first, until = max(start, start_of_day(day, zone)), min(due.instant, end_of_day(last, zone))
        ran = used(first, until)
        still = sum((used(max(first, a), min(until, b)) for a, b in stood), Fraction(0))
        before, n = n, min(total, n + ran - still)
        reached = n if n > before else None
        why = _why(day, calendar) if used.working else None
        kind = (
            "due" if day == due.day else "paused" if still and n == before else "counted" if n > before else "skipped"
        )
        kind = "moved" if kind == "skipped" and before == total else kind
        marks.append(
            Mark(day, kind if shown else "left out", reached, Step("strip.partly") if still and reached else why)
        )
    return marks


def _back_hours(due: Due, basis: Basis, start: datetime) -> list[Mark]:
    """Hours before a moment: how many are left until it at the beginning of each day."""
    assert due.instant is not None
    zone, used = zone_of(basis.counting, basis.calendar), _used(basis)
    marks = []
    for day, last, shown in _stretches(due.day, local_date(start, zone)):
        first, until = max(due.instant, start_of_day(day, zone)), min(start, end_of_day(last, zone))
        ran, left = used(first, until), used(first, start)
        kind = "due" if day == due.day else "counted" if ran else "skipped"
        why = _why(day, basis.calendar) if used.working else None
        marks.append(Mark(day, kind if shown else "left out", left if ran else None, why))
    return marks


class _Used(NamedTuple):
    """Hours between two instants by the clock of one count: in working time, by the wall clock, or real."""

    basis: Basis
    hours: tuple[Window, ...] | None
    zone: str

    @property
    def working(self) -> bool:
        return self.hours is not None

    def __call__(self, first: datetime, last: datetime) -> Fraction:
        last = max(first, last)
        if self.hours is not None:
            seconds = between(first, last, self.hours, self.basis.calendar, self.zone)
            assert isinstance(seconds, int)  # the span is not reversed
            return Fraction(seconds, 3600)
        if self.basis.counting.elapsed == "wall clock":
            first, last = (local_time(at, self.zone).replace(tzinfo=None) for at in (first, last))
        return Fraction((last - first) // _SECOND, 3600)


def _used(basis: Basis) -> _Used:
    counting, calendar = basis.counting, basis.calendar
    working = any(is_working_time(part, counting) for part in _parts(basis))
    hours = hours_of(counting, calendar) if working else None
    assert not isinstance(hours, Problem)  # without hours nothing was due
    return _Used(basis, hours, zone_of(counting, calendar))


def _stood_spans(basis: Basis) -> list[tuple[datetime, datetime]]:
    """What stood still as spans of instants in order; where they overlap, once."""
    zone = zone_of(basis.counting, basis.calendar)
    spans = [(start_of_day(run.first, zone), end_of_day(run.last, zone)) for run in basis.calendar.pausing]
    for first, last in basis.stood:
        if isinstance(first, datetime):
            assert isinstance(last, datetime)  # both ends are of one kind
            spans.append((first, last))
        else:
            spans.append((start_of_day(first, zone), end_of_day(last, zone)))
    return united(spans)
