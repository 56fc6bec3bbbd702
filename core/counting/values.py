"""How a contract counts, as values: lengths of time, its settings and where each comes from, due times."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import ClassVar

import msgspec

from core.counting.calendars import Calendar

__all__ = ["CLOCK_UNITS", "PARTED", "UNITS", "USAGE", "Basis", "Counting", "Due", "Origin", "Period", "Step", "ordered"]

UNITS = ("minute", "hour", "working hour", "day", "working day", "week", "month", "year")


PARTED = ("month", "working day")
"""Units whose parts are counted in a way of their own: a part of a working hour is so many minutes."""
CLOCK_UNITS = {"minute": Fraction(1, 60), "hour": Fraction(1), "working hour": Fraction(1)}


class Period(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A length of time as a contract says it; `plus` holds the smaller part of "1 month and 3 days".

    `part` is what "1.5 working days" and "half a month" have beyond `n` whole ones: of months, working days and working
    hours alone, whose parts contracts count (KNOBS `part_month`, `day_length`, `fraction`).
    """

    n: int
    unit: str
    plus: Period | None = None
    part: Fraction | None = None

    @property
    def count(self) -> Fraction | int:
        """`n` with its part."""
        return self.n + self.part if self.part else self.n

    @property
    def needs_time(self) -> bool:
        """Whether it may run from a time of day: hours, minutes, and parts of days; part of a month takes the date."""
        return self.is_clock or self.part is not None

    @property
    def is_clock(self) -> bool:
        """Counted from the moment, in hours or minutes, not in dates."""
        return self.unit in CLOCK_UNITS

    @property
    def code(self) -> str:
        """With `args`, what the catalogues call it: `length.day.one`, `length.day.many`."""
        return f"length.{self.unit.replace(' ', '-')}.{'one' if self.count == 1 else 'many'}"

    @property
    def args(self) -> dict[str, object]:
        return {"n": self.count}

    @property
    def parts(self) -> tuple[Period, ...]:
        return (Period(self.n, self.unit, part=self.part), *(self.plus.parts if self.plus else ()))


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a knob's value comes from: kind "contract", "decision", "preset" or "usage".

    `source` is the preset with its version, or the decision; `article` the article that the preset names.
    """

    kind: str
    source: str = ""
    article: str = ""

    @property
    def code(self) -> str:
        """With `args`, what the catalogues call it."""
        return f"origin.{self.kind}{'.article' if self.article else ''}"

    @property
    def args(self) -> dict[str, object]:
        return {"source": self.source, "article": self.article}

    def __str__(self) -> str:
        return " ".join(part for part in (self.source or self.kind, self.article) if part)


class Counting(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How one contract counts: the knobs that bear on time as fields, all others in `more`; None must be asked.

    The names and values are those of `core.presets.KNOBS`, the origin of each value stands beside it.
    """

    preset: str | None = None
    zone: str | None = None
    hours: str | None = None
    closures: str | None = None
    outside_start: str | None = None
    due_at_close: str | None = None
    cut_off: str | None = None
    zero_period: str | None = None
    elapsed: str | None = None
    date_only_event: str | None = None
    as_of_date: str | None = None
    day_end: str | None = None
    at_due: str | None = None
    number_words: str | None = None
    takes_effect: str | None = None
    from_rest_day: str | None = None
    landing_clock: str | None = None
    backward_landing: str | None = None
    count_ends: str | None = None
    days_are: str | None = None
    weeks_are: str | None = None
    hours_are: str | None = None
    mixed_order: str | None = None
    first_day: str | None = None
    first_hour: str | None = None
    month_end: str | None = None
    end_sticks: str | None = None
    roll: str | None = None
    roll_fixed_dates: str | None = None
    roll_hours: str | None = None
    roll_backward: str | None = None
    clear_days: str | None = None
    least_working_days: str | None = None
    chained_anchor: str | None = None
    cycle: str | None = None
    stub: str | None = None
    term_end: str | None = None
    limit_words: str | None = None
    before_start: str | None = None
    deemed: str | None = None
    delay_unit: str | None = None
    lateness_by: str | None = None
    late_ends: str | None = None
    part_days: str | None = None
    more: dict[str, str] = {}
    origins: dict[str, Origin] = {}

    def of(self, knob: str) -> str | None:
        """The value of any knob of the registry; None if it must be asked."""
        value = getattr(self, knob) if knob in _FIELDS else self.more.get(knob)
        return value if isinstance(value, str) else None

    def origin(self, knob: str) -> Origin:
        return self.origins.get(knob, USAGE)

    def lateness_of(self, period: Period | None) -> str:
        """ "dates" or "spans of 24 h" for what was due after `period` (None: on a fixed date)."""
        if self.lateness_by in {"dates", "spans of 24 h"}:
            return str(self.lateness_by)
        return "spans of 24 h" if period is not None and period.is_clock else "dates"


USAGE = Origin("usage")
_FIELDS = frozenset(Counting.__struct_fields__)


class Step(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of reasons as values; the words stand in the catalogues under `code`."""

    code: str
    args: dict[str, object] = {}


class Basis(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What a due time was counted from, so that `core.counting.strips` can go through its days when somebody asks.

    References, never copies. `period` None: a date that the contract names. `inside`: whether the first day counts
    (None: as the contract says). `start` is the instant from which hours ran, `last` the last day as first counted;
    `legs`, of "1 month and 3 working days", the last day of each part and whether it is counted in working days.
    `stood`: spans that moved the due time, dates (both ends in) or instants.
    """

    anchor: date | datetime
    period: Period | None
    counting: Counting
    calendar: Calendar
    before: bool = False
    inside: bool | None = None
    start: datetime | None = None
    last: date | None = None
    legs: tuple[tuple[date, bool], ...] = ()
    stood: tuple[tuple[date, date], ...] = ()


class Due(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """When something is due: the end (24:00, local) of `day`, or the `instant` (UTC) where a time of day is given.

    `unrolled` is the last day before any roll-over: excuses are added to it, and rolling comes last and once.
    `provisional`: it hangs on a year for which no official notice is published yet. `unit` ("day" or "working day") is
    what an excuse is counted in, `rolls` whether a last day that is moved rolls again. `basis` is for strips; it is
    no part of the answer, so neither data nor digests hold it.
    """

    unsaid: ClassVar[frozenset[str]] = frozenset({"basis"})

    day: date
    instant: datetime | None
    unrolled: date
    steps: tuple[Step, ...] = ()
    provisional: bool = False
    unit: str = "day"
    rolls: bool = True
    basis: Basis | None = None


def ordered(period: Period, counting: Counting) -> list[Period]:
    smallest_first = counting.mixed_order == "smallest first"
    return sorted(period.parts, key=lambda part: UNITS.index(part.unit), reverse=not smallest_first)
