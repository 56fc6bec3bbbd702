"""Interest on a debt as dated legs: each stretch of days under one rate, one balance and one version of the terms."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from core.money import integer
from core.periods import Cycle, calendar_windows, last_of_month, months_on
from core.pricing.unsaid import charges_all_days, numbers_grace
from core.problems import Problem
from core.rates import Fixing, Series, read_rate, series
from core.record import Record
from core.schedule import Window, windows
from core.terms import Charge, Rule

__all__ = [
    "Leg",
    "Run",
    "bearing",
    "first_day",
    "interest",
    "is_interest",
    "last_day",
    "payment_counts",
    "resting",
    "runs_as_interest",
    "tier",
]


class Run(NamedTuple):
    """One stretch of lateness that bears interest: what is due on `due`, looked at through `until`.

    `closed`: on `until` it was paid or ended. `base` gives the minor units that bear interest on a day under the named
    amendments, `changes` the days on which it may change. `settled`: by day, what was paid of the interest itself, in
    all. The first `free` days and `holes` (first, last) bear none; a day in a hole is no free one. A leg ends where one
    of `cuts` begins.
    """

    id: str
    due: date
    until: date
    closed: bool
    base: Callable[[Charge, date, tuple[str, ...]], int | None]
    changes: tuple[date, ...] = ()
    settled: tuple[tuple[date, int], ...] = ()
    free: int = 0
    holes: tuple[tuple[date, date], ...] = ()
    cuts: tuple[date, ...] = ()


class Leg(NamedTuple):
    """`units` days ÷ `year` × `rate` × `base`; `number` counts days of interest from 1. Under compound interest `base`
    holds the interest added so far, shown in whole minor units; `exact` is exact.
    """

    first: date
    last: date
    number: int
    units: Fraction
    unit: str
    rate: Fraction
    year: int
    base: int
    exact: Fraction
    of: str | None
    terms: tuple[str, ...]
    provisional: bool


class _Stretch(NamedTuple):
    """Days under one rate and divisor, before any balance: `share` is units ÷ year, exact."""

    first: date
    last: date
    units: Fraction
    unit: str
    year: int


def is_interest(charge: Charge | None) -> bool:
    """Whether a charge is a rate for a year or a month, or rests on a reference rate; else it is a sum per day."""
    return charge is not None and (
        charge.reference is not None
        or (charge.rate is not None and charge.per is not None and charge.per.unit in {"year", "month"})
    )


def runs_as_interest(rule: Rule) -> bool:
    """Whether a rule's running charge is interest: its charge is, or each of its tiers."""
    return all(is_interest(tier) for tier in rule.tiers) if rule.tiers else is_interest(rule.charge)


def tier(tiers: tuple[Charge, ...], number: int) -> Charge | None:
    """The tier that holds a unit by its number; tiers follow on each other, so what lies beyond the last has none."""
    return next((t for t in tiers if t.to is None or number <= t.to), None)


def payment_counts(record: Record, charge: Charge) -> bool:
    """Whether the day of a payment still bears on what was open before it (KNOBS `interest_days`, `late_ends`)."""
    knob = "interest_days" if is_interest(charge) else "late_ends"
    return record.counting.of(knob) != "both out"


def first_day(record: Record, charge: Charge, due: date) -> date:
    """The first day that bears interest."""
    knob = "interest_days" if is_interest(charge) else "late_ends"
    return due if record.counting.of(knob) == "both in" else due + timedelta(days=1)


def last_day(record: Record, charge: Charge, until: date, *, closed: bool) -> date:
    """The last day that bears interest."""
    return until - timedelta(days=1) if closed and not payment_counts(record, charge) else until


def bearing(first: date, last: date, holes: Iterable[tuple[date, date]]) -> int:
    """How many days bear interest: those from `first` to `last` that lie in no hole."""
    return (last - first).days + 1 - sum((end - begin).days + 1 for begin, end in _clipped(first, last, holes))


def _clipped(first: date, last: date, holes: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Holes as far as they lie within days, in order, and none twice where they overlap."""
    made: list[tuple[date, date]] = []
    for begin, end in sorted(holes):
        begin, end = max(begin, first), min(end, last)
        if begin <= end:
            made.append((begin, end))
            first = _next(end)
    return made


def resting(record: Record, charge: Charge, value: Fraction | None) -> Fraction:
    """A rate by the value of the reference rate on which it rests, which counts as its floor where it is below (KNOBS
    `raised_by`, `rate_floor`); None where it rests on none.
    """
    assert charge.rate is not None
    if value is None:
        return charge.rate
    floor = record.counting.of("rate_floor") or "none"
    if floor != "none":
        value = max(value, Fraction(0) if floor == "0" else read_rate(floor.replace(" ", "")))
    if charge.times is not None:
        value *= charge.times
    if charge.raised is not None:
        value = (
            value + charge.raised if record.counting.of("raised_by") == "plus points" else value * (1 + charge.raised)
        )
    return value + charge.rate


def interest(record: Record, rule: Rule, run: Run, *, ceiling: bool = False) -> tuple[Leg, ...] | None:
    """The legs of a rule's running charge on one debt, in order; None where something must first be decided.

    Cut where the rate, the balance, the divisor or the terms change, and where interest begins to bear interest. With
    `ceiling` the legs at the highest rate allowed instead.
    """
    worked = _Worked(record, rule, run, ceiling)
    if not worked.ready():
        return None
    return worked.legs()


class _Worked:
    """One rule on one debt, worked day by day in as few legs as its changes allow."""

    def __init__(self, record: Record, rule: Rule, run: Run, at_ceiling: bool) -> None:
        self.record = record
        self.rule = rule
        self.run = run
        self.at_ceiling = at_ceiling
        charge = rule.rate_at_most if at_ceiling else rule.tiers[0] if rule.tiers else rule.charge
        assert charge is not None
        assert charge.per is not None
        self.charge = charge
        self.unit, self.n = charge.per.unit, charge.per.n
        self.first = _after_free(first_day(record, charge, run.due), run.free, run.holes)
        self.last = last_day(record, charge, run.until, closed=run.closed)
        self.holes = _clipped(self.first, self.last, run.holes)
        days = (self.first, *(day for day in record.breaks if self.first < day <= self.last))
        self.versions = {ids: self._version(ids) for ids in map(self._governing, days)}
        self.tables: dict[tuple[tuple[str, ...], str], Series] = {}
        self.compounding = record.counting.of("compounding")
        self.basis: str | None = None
        self.part: str | None = None
        self.reference: str | None = None
        self.ceiling: str | None = None

    # what must be decided first

    def ready(self) -> bool:
        """Ask for each convention that these days need, and look up each reference rate."""
        record, where = self.record, f"rules.{self.rule.id}.charge"
        if self.n != 1:
            record.question(Problem("TERMS-UNIT-01", where, {"unit": f"{self.n} {self.unit}"}))
            return False
        if not self._rates_said(where):
            return False
        if self.unit == "year":
            self.basis = record.ask("day_basis", self.run.id)
            if self.basis is None:
                return False
        if self.unit == "month" and self._meets_days():
            self.part = record.ask("rate_period", where)
            if self.part is None:
                return False
        if self.compounding == "at rests" and not self._rest_windows():
            record.question(Problem("TERMS-RESTS-01", f"rules.{self.rule.id}.rests"))
            return False
        return self._ceiling_said() and self._references_said(where)

    def _rates_said(self, where: str) -> bool:
        """Whether all tiers and versions are rates by one unit; several units are asked where the delay is priced."""
        held = [charge for rule in self.versions.values() for charge in self._charges(rule)]
        if any(charge.per is None or charge.per.unit != self.unit for charge in held):
            return False
        if any(charge.rate is None for charge in held):
            if is_interest(self.charge):
                self.record.question(Problem("TERMS-UNIT-03", where, {"unit": self.unit}))
            return False
        return True

    def _charges(self, rule: Rule) -> tuple[Charge, ...]:
        """What runs by a version of the rule: its charge or tiers, or the highest rate instead."""
        running = (rule.rate_at_most,) if self.at_ceiling else rule.tiers or (rule.charge,)
        return tuple(charge for charge in running if charge is not None)

    def _ceiling_said(self) -> bool:
        """Whether it is said what a highest rate holds; one on the rate is by the same unit as the rate."""
        highest = next((rule.rate_at_most for rule in self.versions.values() if rule.rate_at_most is not None), None)
        if highest is None:
            return True
        self.ceiling = self.record.ask("rate_ceiling", f"rules.{self.rule.id}.rate_at_most")
        assert highest.per is not None
        if self.ceiling == "on the rate" and highest.per.unit != self.unit:
            args = {"unit": self.unit, "other": highest.per.unit}
            self.record.question(Problem("TERMS-UNIT-06", f"rules.{self.rule.id}.rate_at_most", args))
            return False
        return self.ceiling is not None

    def _references_said(self, where: str) -> bool:
        """Whether each reference rate is known, and on which day it is taken."""
        named = [
            (ids, charge.reference)
            for ids, rule in self.versions.items()
            for charge in (rule.charge, *rule.tiers, rule.rate_at_most)
            if charge is not None and charge.reference
        ]
        if named:
            self.reference = _REFERENCE.get(self.rule.rate or "") or self.record.ask("reference", where)
            if self.reference is None:
                return False
        return all(self._look_up(ids, name) for ids, name in sorted(named))

    def _look_up(self, ids: tuple[str, ...], name: str) -> bool:
        """Find the reference rate that the terms so amended mean, by what was known."""
        known = self.record.known_at.day if self.record.known_at else None
        found = series(self.record.amended(ids), self.record.rates, name, known)
        if isinstance(found, Problem):
            self.record.question(Problem(found.code, f"rules.{self.rule.id}.charge", found.args))
            return False
        if self.reference == "each day's" and found.fixings:
            self.record.question(Problem("RATE-FIXED-01", f"rates.{name}", {"rate": name}))
            return False
        self.tables[ids, name] = found
        return True

    def _meets_days(self) -> bool:
        """Whether a monthly rate meets a part of a month: the lateness is no whole number of months."""
        wanted = {self.last, *(day - timedelta(days=1) for day in self.run.changes if day <= self.last)}
        return any(day >= self.first and day not in self._month_ends for day in wanted)

    @cached_property
    def _month_ends(self) -> list[date]:
        """The day before the first one, then the last day of each month of lateness, up to one at the end or after."""
        ends = [self.first - timedelta(days=1)]
        while ends[-1] < self.last:
            ends.append(months_on(ends[0], len(ends)))
        return ends

    # the legs

    def legs(self) -> tuple[Leg, ...] | None:
        made: list[Leg] = []
        number = 1
        total = capital = Fraction(0)
        rests = set(self._rests())
        for stretch in self._stretches():
            paid = max((minor for day, minor in self.run.settled if day < stretch.first), default=0)
            if stretch.first in rests or self.compounding == "daily":
                capital = total
            capital = min(capital, total)
            owed = max(Fraction(0), capital - paid)
            ids = self._governing(stretch.first)
            charge = self._charge(self.versions[ids], number)
            if charge is not None:
                leg = self._leg(stretch, charge, ids, number, owed)
                if leg is None:
                    return None
                if leg.exact:
                    made.append(leg)
                total += leg.exact
            number += (stretch.last - stretch.first).days + 1
        return tuple(made)

    def _leg(
        self, stretch: _Stretch, charge: Charge, ids: tuple[str, ...], number: int, capital: Fraction
    ) -> Leg | None:
        """One stretch at its rate over what bears interest; with days that wait for a rate, nothing."""
        base = self.run.base(charge, stretch.first, ids)
        rate = self._rate(self.versions[ids], charge, ids, stretch.first)
        if base is None or rate is None:
            return None
        value, provisional = rate
        if provisional and self.record.counting.of("rate_pending") == "wait":
            self.record.question(Problem("RATE-PENDING-01", self.run.id, {"date": stretch.first}))
            value = Fraction(0)
        grown = value * stretch.units / stretch.year
        if self.compounding == "daily":
            grown = (1 + value / stretch.year) ** int(stretch.units) - 1
        return Leg(
            first=stretch.first,
            last=stretch.last,
            number=number,
            units=stretch.units,
            unit=stretch.unit,
            rate=value,
            year=stretch.year,
            base=integer(base + capital),
            exact=(base + capital) * grown,
            of=charge.of,
            terms=ids,
            provisional=provisional,
        )

    def _charge(self, rule: Rule, number: int) -> Charge | None:
        """The charge of a day by its number, or the one that the last day reached (KNOBS `tiering`, `tier_counts`)."""
        if self.at_ceiling:
            return rule.rate_at_most
        if not rule.tiers:
            return rule.charge
        days = bearing(self.first, self.last, self.holes)
        reached = days if charges_all_days(self.record, rule) else number
        return tier(rule.tiers, self._numbered(rule) + reached)

    def _numbered(self, rule: Rule) -> int:
        """Days of grace that have a number among the tiers."""
        return self.run.free if numbers_grace(self.record, rule, self.run.free) else 0

    def _tier_days(self, rule: Rule) -> Iterator[date]:
        """The days on which another tier begins."""
        for number in (n for t in rule.tiers for n in (t.from_, t.to and t.to + 1) if n):
            day = self.first + timedelta(days=number - self._numbered(rule) - 1)
            for first, last in self.holes:
                if first <= day:
                    day += timedelta(days=(last - first).days + 1)
            yield day

    def _governing(self, day: date) -> tuple[str, ...]:
        return self.record.amendments_for(self.run.due, day, subject=f"{self.rule.id}:{self.run.id}")

    def _version(self, ids: tuple[str, ...]) -> Rule:
        if not ids:
            return self.rule
        return next(r for r in self.record.amended(ids).rules if r.id == self.rule.id)

    # rates

    def _rate(self, rule: Rule, charge: Charge, ids: tuple[str, ...], day: date) -> tuple[Fraction, bool] | None:
        """The rate of a day, and whether it is provisional; at most the ceiling where that is a ceiling on the rate."""
        found = self._one(charge, ids, day)
        if found is None or rule.rate_at_most is None or self.ceiling != "on the rate":
            return found
        highest = self._one(rule.rate_at_most, ids, day)
        return None if highest is None else (min(found[0], highest[0]), found[1] or highest[1])

    def _one(self, charge: Charge, ids: tuple[str, ...], day: date) -> tuple[Fraction, bool] | None:
        if charge.reference is None:
            return resting(self.record, charge, None), False
        table = self.tables[ids, charge.reference]
        taken = self._taken_on(table, day)
        value = table.on(taken)
        if value is None:
            args = {"rate": charge.reference, "date": taken}
            self.record.question(Problem("RATE-VALUE-01", f"rules.{self.rule.id}.charge", args))
            return None
        return resting(self.record, charge, value), not table.known_on(taken)

    def _taken_on(self, table: Series, day: date) -> date:
        """The day whose value counts for `day` (KNOBS `reference`)."""
        late = first_day(self.record, self.charge, self.run.due)
        if self.reference == "half-yearly fixing":
            fixing = table.fixing(day)
            return fixing.fixed_on(day) if fixing else day
        if self.reference == "fixed when late":
            fixing = table.fixing(late) if table.fixings else None
            return fixing.fixed_on(late) if fixing else late
        return day

    # cuts

    def _stretches(self) -> Iterator[_Stretch]:
        """The days that bear interest, cut at every change."""
        begins = sorted({day for day in (self.first, *self._cuts()) if self.first <= day <= self.last})
        for begin, after in zip(begins, [*begins[1:], _next(self.last)], strict=False):
            if not any(first <= begin <= last for first, last in self.holes):
                yield self._measured(begin, after - timedelta(days=1))

    def _cuts(self) -> Iterator[date]:
        yield from (*self.run.changes, *self.run.cuts)
        yield from self.record.breaks
        yield from self._rests()
        for first, last in self.holes:
            yield from (first, _next(last))
        if self.basis in _BY_YEAR:
            yield from (day for day in _firsts(self.first, self.last) if day.month == 1)
        if self.unit == "month":
            yield from self._months()
        for ids, rule in self.versions.items():
            yield from self._tier_days(rule)
            for charge in (rule.charge, *rule.tiers, rule.rate_at_most):
                if charge is not None and charge.reference is not None:
                    yield from self._rate_days(self.tables[ids, charge.reference])
        if self.record.counting.of("rate_pending") == "wait":
            yield from (_next(table.until) for table in self.tables.values() if table.until)

    def _rate_days(self, table: Series) -> Iterator[date]:
        """Days on which a reference rate is another one, as far as this debt follows it."""
        if self.reference == "each day's":
            yield from table.days
            if table.until is not None:
                yield _next(table.until)
        elif self.reference == "half-yearly fixing":
            day = self.first
            while (fixing := table.fixing(day)) is not None and (day := _after(fixing, day)) <= self.last:
                yield day

    def _rests(self) -> Iterator[date]:
        """The days from which the interest so far bears interest itself (KNOBS `compounding`)."""
        if self.compounding == "monthly":
            yield from (_next(end) for end in self._month_ends)
        elif self.compounding == "at rests":
            yield from (window.first for window in self._rest_windows())

    def _rest_windows(self) -> Sequence[Cycle | Window]:
        """The windows at whose ends a rule has its rests; none where it names none that can be told."""
        unit = self.rule.rests.unit if self.rule.rests is not None else ""
        if unit == "contract year":
            return windows(self.record, unit, whole_life=True)
        if not unit.startswith("calendar "):
            return ()
        return calendar_windows(unit.removeprefix("calendar "), self.first, _next(self.last))

    def _months(self) -> Iterator[date]:
        """Where months begin: those of the lateness, and for a broken one by its days those of the calendar."""
        ends = [end for end in self._month_ends if end <= self.last]
        yield from map(_next, ends)
        if self.part == "/ days of the month":
            yield from _firsts(ends[-1], self.last)

    def _measured(self, begin: date, end: date) -> _Stretch:
        """Units and divisor of a stretch: days over the year, or over the month, by the contract's way of counting."""
        days = Fraction((end - begin).days + 1)
        if self.unit == "year":
            return self._of_year(begin, end, days)
        if self.unit != "month":
            return _Stretch(begin, end, days, "day", 1)
        start, finish = next((a, b) for a, b in pairwise(self._month_ends) if begin <= b)
        if finish <= self.last:
            return _Stretch(begin, end, days, "day", (finish - start).days)
        if self.part == "/ days of the month":
            return _Stretch(begin, end, days, "day", last_of_month(begin.year, begin.month).day)
        if self.part == "started month":
            whole = begin == _next(start)
            return _Stretch(begin, end, Fraction(1 if whole else 0), "month", 1)
        return _Stretch(begin, end, days, "day", 30)

    def _of_year(self, begin: date, end: date, days: Fraction) -> _Stretch:
        if self.basis == "/360":
            return _Stretch(begin, end, days, "day", 360)
        before = self.first - timedelta(days=1)
        if self.basis == "30-360":
            stays = self.record.counting.of("thirty_360") == "US" and before.day < 30
            units = _thirty(end, stays=stays) - _thirty(begin - timedelta(days=1), stays=stays)
            return _Stretch(begin, end, Fraction(units), "day", 360)
        year = (date(begin.year + 1, 1, 1) - date(begin.year, 1, 1)).days if self.basis in _BY_YEAR else 365
        return _Stretch(begin, end, days, "day", year)


_REFERENCE = {
    "as on the day the debt became late": "fixed when late",
    "half-yearly fixing": "half-yearly fixing",
    "each day's": "each day's",
}

_BY_YEAR = {"/366 in leap years", "actual-actual"}
"""Day bases that ask each year how many days it has."""


def _after(fixing: Fixing, day: date) -> date:
    """The first day after the window that holds `day`."""
    end = date(day.year, *fixing.last)
    return _next(end if end >= day else date(day.year + 1, *fixing.last))


def _firsts(first: date, last: date) -> Iterator[date]:
    """First days of calendar months after `first`, up to `last`."""
    day = _next(last_of_month(first.year, first.month))
    while day <= last:
        yield day
        day = _next(last_of_month(day.year, day.month))


def _thirty(day: date, *, stays: bool) -> int:
    """The place of a day where every month has 30; whether a 31st stays the 31st (KNOBS `thirty_360`)."""
    return day.year * 360 + day.month * 30 + (day.day if stays else min(day.day, 30))


def _after_free(day: date, free: int, holes: Sequence[tuple[date, date]]) -> date:
    """The day after so many that bear no interest, from `day` on; those in holes are not counted."""
    while free:
        free -= not any(first <= day <= last for first, last in holes)
        day = _next(day)
    return day


def _next(day: date) -> date:
    return day + timedelta(days=1)
