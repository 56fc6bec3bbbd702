"""Clocks of service steps: what starts, pauses, restarts and stops one, and where its due time then lies."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.periods import (
    Calendar,
    Due,
    Period,
    add,
    clock_period,
    end_of_day,
    hours_of,
    is_working_time,
    local_date,
    local_time,
    shift,
    start_of_day,
    stood_still,
    touched_days,
    united,
)
from core.periods import Step as Counted
from core.problems import Problem
from core.record import Fact, Moment, Record, not_after
from core.terms import Step, other_party
from core.worktime import add_hours, between

__all__ = ["Clock", "clocks"]

Span = tuple[datetime, datetime]


class Clock(NamedTuple):
    """One clock of one case: its due time, the fact that stopped it (if any), what it stood still, and its state.

    `suffix` tells the second and later clocks of a case ("/2"); `paused` counts seconds, or days where it runs in days.
    """

    suffix: str
    due: Due | None
    stop: Fact | None
    paused: int
    state: str
    is_clock: bool


def clocks(record: Record, calendar: Calendar, term: Step, start: Fact) -> list[Clock]:
    """The clocks that one starting event sets going: one, or one after the other where the step repeats."""
    case = start.event.about or start.event.id
    period = clock_period(term.within_by.get(start.event.value or "", term.within), record.counting)
    stops = [f for f in record.of(term.stops, case) if not_after(start.at, f.at)]
    if term.until is not None:
        return _repeated(record, calendar, term, start, period, stops)
    reopened = [f.at for f in record.of(term.reopens, case)] if term.reopens else []
    if record.counting.of("reopened") == "new clock":
        made, began = [], start.at
        for number, again in enumerate([*reopened, None], 1):
            stop = next(
                (f for f in stops if not_after(began, f.at) and (again is None or not_after(f.at, again))), None
            )
            made.append(_clock(record, calendar, term, case, began, period, stop, [], number))
            began = again or began
        return made
    closed, stop = _reopened(stops, reopened)
    spans = closed if record.counting.of("reopened") != "closed time counts" else []
    began = _restarted(record, calendar, term, case, start, period, stop)
    held = [(_instant(a, record.zone), _instant(b, record.zone)) for a, b in spans]
    return [_clock(record, calendar, term, case, began, period, stop, held, 1)]


def _repeated(
    record: Record, calendar: Calendar, term: Step, start: Fact, period: Period, stops: list[Fact]
) -> list[Clock]:
    """A clock that each stop starts anew, until the case ends: what runs when it ends is not owed any more."""
    case = start.event.about or start.event.id
    ends = [f.at for f in record.of(term.until or "", case) if not_after(start.at, f.at)]
    made: list[Clock] = []
    began = start.at
    for number, stop in enumerate([*stops, None], 1):
        if ends and (stop is None or not_after(ends[0], stop.at)):
            clock = _clock(record, calendar, term, case, began, period, None, [], number, limit=ends[0])
            if clock.due is not None and not_after(Moment(clock.due.day, clock.due.instant), ends[0]):
                made.append(clock._replace(state="late"))  # an update was due before the end and never came
            break
        made.append(_clock(record, calendar, term, case, began, period, stop, [], number))
        began = stop.at if stop else began
    return made


def _reopened(stops: list[Fact], reopened: list[Moment]) -> tuple[list[tuple[Moment, Moment]], Fact | None]:
    """The times for which a case was closed in between, and the stop that counts: that after the last reopening."""
    closed: list[tuple[Moment, Moment]] = []
    stop = stops[0] if stops else None
    for again in reopened:
        if stop is not None and not_after(stop.at, again):
            closed.append((stop.at, again))
            stop = next((f for f in stops if not_after(again, f.at) and f.at != again), None)
    return closed, stop


def _restarted(
    record: Record, calendar: Calendar, term: Step, case: str, start: Fact, period: Period, stop: Fact | None
) -> Moment:
    """When the clock began: with its event, or anew with a message before its due time (KNOBS `restart`)."""
    how = record.counting.of("restart")
    if term.messages is None or how == "continue":
        return start.at
    began = start.at
    creditor = term.owed_to or other_party(record.contract, term.owed_by)
    for message in record.of(term.messages, case):
        if not not_after(began, message.at) or (stop is not None and not_after(stop.at, message.at)):
            continue
        if how == "restart on one party's message" and message.event.by != creditor:
            continue
        due = _due(record, calendar, began, period)
        if isinstance(due, Due) and not_after(message.at, Moment(due.day, due.instant)):
            began = message.at
    return began


def _due(record: Record, calendar: Calendar, began: Moment, period: Period) -> Due | Problem:
    return add(began.instant or began.day, period, record.counting, calendar)


def _clock(
    record: Record,
    calendar: Calendar,
    term: Step,
    case: str,
    began: Moment,
    period: Period,
    stop: Fact | None,
    closed: list[Span],
    number: int,
    limit: Moment | None = None,
) -> Clock:
    suffix = f"/{number}" if number > 1 else ""
    due = _due(record, calendar, began, period)
    if isinstance(due, Problem):
        record.question(msgspec.structs.replace(due, where=term.id))
        return Clock(suffix, None, stop, 0, "", period.is_clock)
    if stop is not None and record.counting.of("granularity") == "both ends cut" and stop.at.instant:
        stop = stop._replace(at=Moment(stop.at.day, stop.at.instant.replace(second=0, microsecond=0)))
    limit = stop.at if stop else limit or record.as_of
    spans = sorted(
        (max(_instant(f.at, record.zone), _instant(began, record.zone)), _end(f, limit, record.zone))
        for f in (record.of(term.pauses, case) if term.pauses else [])
    )
    spans = [span for span in sorted([*spans, *closed]) if span[0] < span[1]]
    if record.counting.of("pause_overlap") != "summed":
        spans = united(spans)
    if due.instant is None or not period.is_clock:
        due, paused = _paused_days(record, calendar, due, began, spans)
    else:
        due, paused = _paused_time(record, calendar, due, period, spans)
    open_pause = bool(spans) and stop is None and spans[-1][1] >= _instant(record.as_of, record.zone)
    return Clock(suffix, due, stop, paused, _state(record, due, stop, paused=open_pause), period.is_clock)


def _state(record: Record, due: Due, stop: Fact | None, *, paused: bool) -> str:
    """ "kept" or "missed" once stopped; before that "paused", "late" or "running"."""
    last = Moment(due.day, due.instant)
    if stop is not None:
        exact = record.counting.at_due == "late" and due.instant is not None and stop.at.instant == due.instant
        return "kept" if not_after(stop.at, last) and not exact else "missed"
    if paused:
        return "paused"
    return "running" if not_after(record.as_of, last) else "late"


def _paused_time(
    record: Record, calendar: Calendar, due: Due, period: Period, spans: Iterable[Span]
) -> tuple[Due, int]:
    """The due instant moved by each pause: in the clock's own time, or in real time (KNOBS `pause_time`)."""
    counting, zone = record.counting, record.zone
    hours = hours_of(counting, calendar) if any(is_working_time(part, counting) for part in period.parts) else None
    total = 0
    for first, last in spans:
        assert due.instant is not None
        late = first >= due.instant
        if late and counting.of("pause_when_late") == "no effect":
            continue
        seconds = int((last - first).total_seconds())
        moved: datetime | Problem = due.instant + timedelta(seconds=seconds)
        if hours is not None and not isinstance(hours, Problem) and counting.of("pause_time") != "clock time":
            worked = between(first, last, hours, calendar, zone)
            assert isinstance(worked, int)  # the span is not reversed
            seconds = worked
            moved = add_hours(due.instant, Fraction(seconds, 3600), hours, calendar, zone)
        if isinstance(moved, Problem):
            record.question(moved)
            continue
        args: dict[str, object] = {"start": first, "until": last, "due": local_time(moved, zone)}
        step = Counted("DUE-PAUSED-02" if late else "DUE-PAUSED-01", args)
        day = local_date(moved, zone)
        basis = stood_still(due.basis, [(first, last)])
        due = msgspec.structs.replace(due, day=day, instant=moved, unrolled=day, steps=(*due.steps, step), basis=basis)
        total += seconds
    return due, total


def _paused_days(record: Record, calendar: Calendar, due: Due, began: Moment, spans: list[Span]) -> tuple[Due, int]:
    """The last day moved by the dates that pauses touched, or lay in whole, or by their exact length."""
    counting, zone = record.counting, record.zone
    how = counting.of("pause_part_day")
    if counting.of("pause_when_late") == "no effect":
        spans = [span for span in spans if local_date(span[0], zone) <= due.day]
    if not spans:
        return due, 0
    if how == "exact":
        seconds = sum(int((last - first).total_seconds()) for first, last in spans)
        instant = (due.instant or end_of_day(due.day, zone)) + timedelta(seconds=seconds)
        day = local_date(instant, zone)
        args: dict[str, object] = {"start": spans[0][0], "until": spans[-1][1], "due": local_time(instant, zone)}
        steps, basis = (*due.steps, Counted("DUE-PAUSED-01", args)), stood_still(due.basis, spans)
        return msgspec.structs.replace(due, day=day, instant=instant, unrolled=day, steps=steps, basis=basis), seconds
    dates = [_dates(first, last, zone, whole=how == "whole dates inside") for first, last in spans]
    after = began.day if counting.first_day == "in" else began.day + timedelta(days=1)
    dates = [(max(first, after), last) for first, last in dates]
    dates = [(first, last) for first, last in dates if first <= last]
    if counting.of("pause_overlap") == "summed":
        days = sum(touched_days([span], calendar, unit=due.unit) for span in dates)
    else:
        days = touched_days(dates, calendar, unit=due.unit)
    later = shift(due, days, counting, calendar, dates)
    if isinstance(later, Problem):
        record.question(later)
        return due, 0
    return later, days


def _dates(first: datetime, last: datetime, zone: str, *, whole: bool) -> tuple[date, date]:
    """The dates that a span touches, or (`whole`) those that lie in it from midnight to midnight."""
    start, end = local_date(first, zone), local_date(last - timedelta(microseconds=1), zone)
    if whole and first > start_of_day(start, zone):
        start += timedelta(days=1)
    if whole and last < end_of_day(end, zone):
        end -= timedelta(days=1)
    return start, end


def _instant(moment: Moment, zone: str) -> datetime:
    return moment.instant or start_of_day(moment.day, zone)


def _end(fact: Fact, limit: Moment, zone: str) -> datetime:
    """When a span ended; one still open lasts to `limit`."""
    stop = limit.instant or end_of_day(limit.day, zone)
    if fact.end is None:
        return stop
    return min(fact.end.instant or end_of_day(fact.end.day, zone), stop)
