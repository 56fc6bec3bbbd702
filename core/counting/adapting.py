"""A calendar and an event as one contract reads them: closures and rest days, its hours, the day that counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import msgspec

from core.counting.calendars import FESTIVALS, WEEKDAYS, Calendar, OffDays, Window
from core.counting.hours import read_clock, read_hours
from core.counting.values import Counting, Period, Step
from core.counting.zones import end_of_day, local_time, start_of_day
from core.problems import Problem
from core.worktime import minutes_of, next_opening

__all__ = [
    "adapted",
    "as_known",
    "bank_place",
    "event_day",
    "hours_of",
    "is_working_time",
    "moment_of",
    "opening",
    "rest_words",
    "usual_minutes",
    "worth_of_day",
    "zone_of",
]


def adapted(
    calendar: Calendar,
    counting: Counting,
    *,
    closures: tuple[OffDays, ...] = (),
    known: date | None = None,
    bank: Calendar | None = None,
) -> Calendar:
    """The calendar as this contract reads it; the same one if the contract says nothing about it.

    `closures` are the contract's own; `known` is the day by whose knowledge it is asked (None: all notices). `bank` is
    the calendar whose days are working days (KNOBS `business_day`); hours, zone and closures stay this one's.
    """
    if bank is not None:
        taken = {name: getattr(bank, name) for name in _BANKS_OWN}
        calendar = msgspec.structs.replace(calendar, **taken)
    if known is not None and counting.of("calendar_as_known") == "as known":
        calendar = as_known(calendar, known)
    changes: dict[str, object] = {"closures": (*calendar.closures, *closures)}
    named, kind = counting.of("rest_days") or "", counting.origin("rest_days").kind
    # A calendar that names its weekly rest is the contract's own word; a preset's rest days give way to it.
    if kind != "usage" and not (kind == "preset" and named != "none" and calendar.rest_weekdays):
        changes["rest_weekdays"] = () if named == "none" else tuple(WEEKDAYS.index(day) for day in named.split("+"))
    hours = hours_of(counting, calendar)
    if counting.of("business_day") == "any date with a window" and not isinstance(hours, Problem):
        open_on = {window.weekday for window in hours}
        changes["rest_weekdays"] = tuple(weekday for weekday in range(len(WEEKDAYS)) if weekday not in open_on)
    if counting.of("makeup_days") == "not working":
        changes["makeup"] = ()
    changes["makeup_hours"] = counting.of("makeup_days") or "as listed"
    changes["substitute"] = counting.of("substitute_day") or "as listed"
    changes["dated_first"] = counting.of("precedence") == "dated hours first"
    changes["split_nights"] = counting.of("night_shift_owner") == "each date its part"
    if counting.closures in {"only pause clocks", "ignored"}:
        if counting.closures == "only pause clocks":
            changes["pausing"] = changes["closures"]
        changes["closures"] = ()
    if changes["makeup_hours"] != "working, own hours":  # without dated hours there is nothing to tell apart
        changes["makeup_hours"] = changes["makeup_hours"] if calendar.dated else calendar.makeup_hours
    changes = {key: value for key, value in changes.items() if value != getattr(calendar, key)}
    return msgspec.structs.replace(calendar, **changes) if changes else calendar


_BANKS_OWN = ("id", "version", "rest_weekdays", "holidays", "makeup", "yearly", "official", "notices")
"""What a bank's calendar decides: which days are worked, and how far that is known."""


def bank_place(counting: Counting) -> str:
    """The place whose bank days are this contract's working days; "" where they are not."""
    return (counting.of("business_day") or "").partition("bank day in ")[2]


def as_known(calendar: Calendar, day: date) -> Calendar:
    """The calendar as the notices said that were published by `day`; years without one are provisional then.

    A notice for a year may arrange the last days of the December before: they come and go with it.
    """
    newest = {notice.year: notice for notice in calendar.notices}
    known = {notice.year: notice for notice in calendar.notices if notice.published <= day}
    if known == newest:
        return calendar
    off = {run for notice in newest.values() for run in notice.off}
    worked = {made for notice in newest.values() for made in notice.work}
    holidays = [run for run in calendar.holidays if run not in off]
    makeup = [made for made in calendar.makeup if made not in worked]
    for notice in known.values():
        holidays += notice.off
        makeup += notice.work
    return msgspec.structs.replace(
        calendar,
        holidays=tuple(holidays),
        makeup=tuple(sorted(makeup)),
        official=(min(known), max(known)) if known else (date.max.year, date.min.year),
    )


def zone_of(counting: Counting, calendar: Calendar) -> str:
    return counting.zone or calendar.zone


def hours_of(counting: Counting, calendar: Calendar) -> tuple[Window, ...] | Problem:
    """The contract's weekly hours, else the calendar's; COUNT-HOURS-02 if neither says them."""
    if counting.hours:
        return read_hours(counting.hours, counting.of("midnight_window") or "refused")
    return calendar.hours or Problem("COUNT-HOURS-02", args={"knob": "hours"})


def event_day(anchor: date | datetime, counting: Counting, calendar: Calendar) -> tuple[date, list[Step]]:
    """The date on which the event counts: that of the contract's zone, the next working day after a cut-off."""
    if not isinstance(anchor, datetime):
        return anchor, []
    local = local_time(anchor, zone_of(counting, calendar))
    cut = read_clock(counting.cut_off or "")
    if cut is None or local.hour * 60 + local.minute < cut:
        return local.date(), []
    later = calendar.add_working_days(local.date(), 1)
    step = Step("COUNT-CUTOFF-01", {"clock": str(counting.cut_off), "date": later, "by": counting.origin("cut_off")})
    return later, [step]


def moment_of(anchor: date | datetime, counting: Counting, calendar: Calendar) -> datetime | Problem:
    """The instant at which a clock starts; a bare date is the whole day and starts none, unless the contract says."""
    if isinstance(anchor, datetime):
        return anchor.astimezone(UTC)
    zone = zone_of(counting, calendar)
    match counting.date_only_event:
        case "00:00":
            return start_of_day(anchor, zone)
        case "24:00":
            return end_of_day(anchor, zone)
        case "opening":
            return opening(start_of_day(anchor, zone), counting, calendar)
    return Problem("TIME-DATEONLY-01", args={"date": anchor})


def opening(instant: datetime, counting: Counting, calendar: Calendar) -> datetime | Problem:
    hours = hours_of(counting, calendar)
    return hours if isinstance(hours, Problem) else next_opening(instant, hours, calendar, zone_of(counting, calendar))


def is_working_time(part: Period, counting: Counting) -> bool:
    return part.unit == "working hour" or (part.unit == "hour" and counting.hours_are == "working")


def worth_of_day(day: date, counting: Counting, calendar: Calendar) -> Fraction:
    """What a working day counts as: one, its hours over a usual day's, or a half if it is short."""
    hours = hours_of(counting, calendar)
    how = counting.of("half_day")
    if how not in {"by its hours", "one half"} or isinstance(hours, Problem):
        return Fraction(1)
    own, usual = minutes_of(day, hours, calendar), usual_minutes(hours)
    if own >= usual or own == 0:
        return Fraction(1)
    return Fraction(own, usual) if how == "by its hours" else Fraction(1, 2)


def usual_minutes(hours: tuple[Window, ...]) -> int:
    return max(sum(w.closes - w.opens for w in hours if w.weekday == weekday) for weekday in range(len(WEEKDAYS)))


def rest_words(day: date, calendar: Calendar) -> Step:
    """Why `day` is no working day, as words: the holiday's name where it has one."""
    reason, name = calendar.rest_reason(day), calendar.rest_name(day)
    named = Step(f"day.{name}") if name in FESTIVALS else name
    return Step(f"rest.{reason}.named", {"name": named}) if name else Step(f"rest.{reason}")
