"""How lateness is numbered: days, working days, spans or blocks, without grace and without days that cost nothing."""

import math
from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec

from core.breaches import Breach
from core.duties.excuses import freed
from core.periods import Calendar, Period, add, elapsed_days, end_of_day, local_date
from core.pricing.cure import cured, redelivered
from core.pricing.unsaid import charges_grace, numbers_grace
from core.problems import Problem
from core.record import Record
from core.terms import Charge, Rule

__all__ = ["Timeline", "after_grace", "counted", "day_of", "grace_of", "holes_of", "through", "timeline"]


class Timeline(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How lateness is numbered: unit 1 is the first late day (block, span).

    `kind` "days" (blocks of `length` dates after `start`), "working days", or "spans" (of `length` seconds after
    `begins`).
    `part`: what a part of a unit counts. `total` is how many units there are; `holes` are dates left out (first, last).
    Exact blocks are numbered by their days.
    """

    kind: str
    start: date
    total: Fraction
    length: int = 1
    begins: datetime | None = None
    part: str = "started"
    holes: tuple[tuple[date, date], ...] = ()

    @property
    def each(self) -> int:
        """How many numbered days make the unit of the price."""
        return self.length if self.kind == "days" and self.part == "exact" else 1


def through(line: Timeline, day: date, calendar: Calendar, zone: str) -> int:
    """The number of the last unit that had accrued by the end of `day`."""
    if line.kind == "spans":
        assert line.begins is not None
        seconds = int((end_of_day(day, zone) - line.begins).total_seconds())
        return max(0, seconds // line.length if line.part == "completed" else -(-seconds // line.length))
    if line.kind == "working days":
        return calendar.count_working_days(line.start, max(day, line.start))
    days = elapsed_days(line.start, day)
    for first, last in line.holes:
        if first <= day:
            days -= elapsed_days(first, min(last, day)) + 1
    if line.length == line.each:
        return max(0, days)
    return max(0, days // line.length if line.part == "completed" else -(-days // line.length))


def day_of(line: Timeline, number: int, calendar: Calendar, zone: str) -> date:
    """The day on which unit `number` accrues: its first day; for completed blocks and spans its last."""
    if line.kind == "spans":
        assert line.begins is not None
        if line.part == "completed":
            complete = line.begins + timedelta(seconds=number * line.length)
            return local_date(complete - timedelta.resolution, zone)  # at midnight: on the day that ends
        return local_date(line.begins + timedelta(seconds=(number - 1) * line.length), zone)
    if line.kind == "working days":
        return calendar.add_working_days(line.start, number)
    days = (
        number
        if line.length == line.each
        else number * line.length
        if line.part == "completed"
        else (number - 1) * line.length + 1
    )
    day = line.start + timedelta(days=days)
    for first, last in line.holes:
        if first <= day:
            day += timedelta(days=elapsed_days(first, last) + 1)
    return day


def timeline(record: Record, rule: Rule, breach: Breach, charge: Charge) -> Timeline | None:
    """Number the lateness in the charge's unit, by dates or in spans (KNOBS `lateness_by`, `part_days`)."""
    assert breach.due is not None
    assert breach.until is not None
    unit, n = _unit_of(record, charge)
    said = charge.per.part if charge.per else None
    by = record.counting.lateness_of(Period(1, "hour") if breach.clocked else None)
    if unit in {"hour", "minute"} or (by == "spans of 24 h" and unit in {"day", "week"}):
        return _spans(record, rule, breach, said, n * _SECONDS[unit])
    if unit == "working day":
        total = Fraction(record.calendar.count_working_days(breach.due, breach.until))
        return Timeline(kind="working days", start=breach.due, total=total)
    if unit not in {"day", "week"}:
        record.question(Problem("TERMS-UNIT-01", f"rules.{rule.id}.charge", {"unit": unit}))
        return None
    return _dates(record, rule, breach, said, n * (7 if unit == "week" else 1))


_SECONDS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


def _unit_of(record: Record, charge: Charge) -> tuple[str, int]:
    """The unit of a running charge, and how many make one; what "a day" of delay is, is KNOBS `delay_unit`."""
    assert charge.per is not None
    unit, n = charge.per.unit, charge.per.n
    if unit != "day":
        return unit, n
    said = record.counting.delay_unit or "calendar days"
    if said.startswith("blocks of "):
        return "day", n * int(said.split()[2])
    return {"working days": "working day", "hours": "hour", "weeks": "week"}.get(said, "day"), n


def _dates(record: Record, rule: Rule, breach: Breach, said: str | None, length: int) -> Timeline | None:
    """Blocks of dates after the due day, without those that cost nothing (KNOBS `late_ends`)."""
    assert breach.due is not None
    assert breach.until is not None
    ends = record.counting.late_ends
    holes = holes_of(record, rule, breach)
    start = breach.due - timedelta(days=ends == "both in")
    days = elapsed_days(start, breach.until) - sum(elapsed_days(a, b) + 1 for a, b in holes) - _last_out(record, breach)
    units = Fraction(max(0, days), length)
    part = _part(record, rule, said, units)
    if part is None:
        return None
    if part == "exact":
        units *= length
    return Timeline(kind="days", start=start, total=counted(units, part), length=length, part=part, holes=holes)


def _spans(record: Record, rule: Rule, breach: Breach, said: str | None, length: int) -> Timeline | None:
    assert breach.due is not None
    begins = breach.due_at or end_of_day(breach.due, record.zone)
    if breach.until_at is None:
        record.question(Problem("TIME-DATEONLY-02", breach.subject, {"date": breach.until}))
        return None
    units = Fraction(int((breach.until_at - begins).total_seconds()), length)
    part = _part(record, rule, said, units)
    if part is None:
        return None
    return Timeline(kind="spans", start=breach.due, total=counted(units, part), length=length, begins=begins, part=part)


def _part(record: Record, rule: Rule, part: str | None, units: Fraction) -> str | None:
    """What a part of a unit counts; asked only where one arises."""
    if part is not None:
        return part
    if units.denominator == 1:
        return record.counting.of("part_days") or "started"
    return record.ask("part_days", f"rules.{rule.id}.charge")


def counted(units: Fraction, part: str) -> Fraction:
    """Units with a part of one counted as started, completed or exact."""
    if units.denominator == 1 or part not in {"started", "completed"}:
        return units
    return Fraction(math.floor(units) + (part == "started"))


def holes_of(record: Record, rule: Rule, breach: Breach) -> tuple[tuple[date, date], ...]:
    """Late dates that cost nothing: those freed, tests of what was then rejected (KNOBS `rejected`), and what a cure in
    time took back.
    """
    assert breach.due is not None
    assert breach.until is not None
    spans: list[tuple[date, date]] = []
    how = record.ask("rejected", breach.subject) if breach.tested else None
    if how == "test time out":
        spans.extend((delivered + timedelta(days=1), rejected) for delivered, rejected in breach.tested)
    if how == "in time if cured":
        spans.extend(redelivered(record, rule.cure, breach))
    spans.extend((*freed(record, breach.subject), *cured(record, rule.id, rule.cure, breach)))
    cut = sorted((max(a, breach.due + timedelta(days=1)), min(b, breach.until)) for a, b in spans)
    return _united([(a, b) for a, b in cut if a <= b])


def _united(spans: list[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Overlapping spans of dates as one (KNOBS `pause_overlap`: once)."""
    made: list[tuple[date, date]] = []
    for first, last in spans:
        if made and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return tuple(made)


def grace_of(record: Record, rule: Rule, line: Timeline) -> int | None:
    """Units of grace used: all that fall within it, seconds of a delay in spans; None while it must be asked what grace
    does once exceeded.
    """
    if rule.grace is None:
        return 0
    franchise = charges_grace(record, rule)
    if franchise is None:
        return None
    length = _as_the_delay(record, rule.grace.period, line)
    start = line.begins if line.begins is not None and length.is_clock else line.start
    last = add(start, length, record.counting, record.calendar, roll=False)
    if isinstance(last, Problem):
        record.question(msgspec.structs.replace(last, where=f"rules.{rule.id}.grace"))
        return None
    if line.begins is not None and length.is_clock:
        assert last.instant is not None
        units = int((last.instant - line.begins).total_seconds())
    else:
        ended = last.instant and local_date(last.instant - timedelta.resolution, record.zone)  # midnight ends a day
        units = through(line, ended or last.unrolled, record.calendar, record.zone)
    return 0 if franchise and line.total > units else units


def after_grace(
    record: Record, rule: Rule, breach: Breach, line: Timeline, charge: Charge
) -> tuple[Timeline, int] | None:
    """The units of a delay, and how many of them are grace; where grace is no whole number of blocks or spans these
    begin when it ends, unless they keep numbers from the due day that something asks for. None while something must be
    asked.
    """
    if line.length == line.each:
        units = grace_of(record, rule, line)
        return None if units is None else (line, units)
    fine = msgspec.structs.replace(line, total=Fraction(_late(record, breach, line)), length=1, part="started")
    free = grace_of(record, rule, fine)
    if free is None:
        return None
    if fine.total <= free:
        return line, math.ceil(line.total)  # within grace
    numbered = bool(rule.tiers) or (rule.plus is not None and rule.plus.on is not None)
    if free % line.length == 0 or (numbered and numbers_grace(record, rule, free)):
        return line, free // line.length  # a unit that outlasts grace is charged
    left = (fine.total - free) / line.length
    part = _part(record, rule, charge.per.part if charge.per else None, left)
    if part is None:
        return None
    line = msgspec.structs.replace(line, total=counted(left, part), part=part)
    if line.begins is not None:
        return msgspec.structs.replace(line, begins=line.begins + timedelta(seconds=free)), 0
    first, last = line.start + timedelta(days=1), day_of(fine, free, record.calendar, record.zone)
    return msgspec.structs.replace(line, holes=_united(sorted([(first, last), *line.holes]))), 0


def _last_out(record: Record, breach: Breach) -> bool:
    """Whether the last day is that of the act, which costs nothing (KNOBS `late_ends`); not if it ended without it."""
    assert breach.until is not None
    goes_on = breach.until_at == end_of_day(breach.until, record.zone)  # an act has its own time, or none
    return record.counting.late_ends == "both out" and not goes_on


def _late(record: Record, breach: Breach, line: Timeline) -> int:
    """How late it is in days, or in seconds of a delay in spans."""
    assert breach.until is not None
    if line.begins is not None:
        assert breach.until_at is not None
        return int((breach.until_at - line.begins).total_seconds())
    fine = msgspec.structs.replace(line, length=1)
    return through(fine, breach.until, record.calendar, record.zone) - _last_out(record, breach)


def _as_the_delay(record: Record, period: Period, line: Timeline) -> Period:
    """Days of grace in the kind of day in which the delay counts, if the contract says so (KNOBS `grace_unit`)."""
    if record.counting.of("grace_unit") != "as the delay" or period.unit not in {"day", "working day"}:
        return period
    return msgspec.structs.replace(period, unit="working day" if line.kind == "working days" else "day")
