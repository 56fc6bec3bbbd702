"""Interest on a debt as dated legs: each stretch of days under one rate, one balance and one version of the terms."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from core.money import integer
from core.pricing.unsaid import charges_all_days, numbers_grace
from core.problems import Problem
from core.rates import Fixing, Series, read_rate, series
from core.record import Record
from core.terms import Charge, Rule

__all__ = [
    "Leg",
    "Run",
    "first_day",
    "interest",
    "is_interest",
    "last_day",
    "payment_counts",
    "runs_as_interest",
    "tier",
]


class Run(NamedTuple):
    """One stretch of lateness that bears interest: what is due on `due`, looked at through `until`.

    `closed`: on `until` it was paid or ended. `base` gives the minor units that bear interest on a day under the named
    amendments, `changes` the days on which it may change. `settled`: by day, what was paid of the interest itself, in
    all. `free` days at the start and `holes` (first, last) bear none. A leg ends where one of `cuts` begins.
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
    of: str
    terms: tuple[str, ...]
    provisional: bool = False


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
    """The tier that holds a unit by its number."""
    return next((t for t in tiers if (t.from_ or 1) <= number and (t.to is None or number <= t.to)), None)


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
        self.unit = charge.per.unit
        self.first = first_day(record, charge, run.due) + timedelta(days=run.free)
        self.last = last_day(record, charge, run.until, closed=run.closed)
        self.rules: dict[tuple[str, ...], Rule] = {(): rule}
        self.tables: dict[tuple[str, ...], dict[str, Series]] = {}
        self.compounding = record.counting.of("compounding") or "simple"
        self.basis: str | None = None
        self.part: str | None = None
        self.reference: str | None = None
        self.ceiling: str | None = None

    # what must be decided first

    def ready(self) -> bool:
        """Ask for each convention that these days need, and look up each reference rate."""
        record, where = self.record, f"rules.{self.rule.id}.charge"
        if self.charge.per is not None and self.charge.per.n != 1:
            record.question(Problem("TERMS-UNIT-01", where, {"unit": f"{self.charge.per.n} {self.unit}"}))
            return False
        if self.unit == "year":
            self.basis = record.ask("day_basis", self.run.id)
            if self.basis is None:
                return False
        if self.unit == "month" and self._meets_days():
            self.part = record.ask("rate_period", where)
            if self.part is None:
                return False
        if self.compounding == "at rests" and self.rule.rests is None:
            record.question(Problem("TERMS-RESTS-01", f"rules.{self.rule.id}.rests"))
            return False
        if self.rule.rate_at_most is not None:
            self.ceiling = record.ask("rate_ceiling", f"rules.{self.rule.id}.rate_at_most")
            if self.ceiling is None:
                return False
        held = (self.charge, self.rule.rate_at_most, *self.rule.tiers)
        names = {c.reference for c in held if c is not None and c.reference}
        if names:
            self.reference = _REFERENCE.get(self.rule.rate or "") or record.ask("reference", where)
            if self.reference is None:
                return False
        return all(self._table((), name) is not None for name in sorted(names))

    def _meets_days(self) -> bool:
        """Whether a monthly rate meets a part of a month: the lateness is no whole number of months."""
        ends = [self._month(n) for n in range((self.last.year - self.first.year) * 12 + 14)]
        wanted = {self.last, *(day - timedelta(days=1) for day in self.run.changes if day <= self.last)}
        return any(day >= self.first and day not in ends for day in wanted)

    def _table(self, ids: tuple[str, ...], name: str) -> Series | None:
        """The reference rate that the terms so amended mean, by what was known."""
        if name not in self.tables.setdefault(ids, {}):
            known = self.record.known_at.day if self.record.known_at else None
            found = series(self.record.amended(ids), self.record.rates, name, known)
            if isinstance(found, Problem):
                self.record.question(Problem(found.code, f"rules.{self.rule.id}.charge", found.args))
                return None
            if self.reference == "each day's" and found.fixings:
                self.record.question(Problem("RATE-FIXED-01", f"rates.{name}", {"rate": name}))
                return None
            self.tables[ids][name] = found
        return self.tables[ids][name]

    # the legs

    def legs(self) -> tuple[Leg, ...] | None:
        made: list[Leg] = []
        number, total, capital = 1, Fraction(0), Fraction(0)
        settled = dict(self.run.settled)
        paid = 0
        rests = {_next(day) for day in self._rests()}
        for stretch in self._stretches():
            paid = max([paid, *(minor for day, minor in settled.items() if day < stretch.first)])
            if stretch.first in rests or self.compounding == "daily":
                capital = total
            capital = min(capital, total)
            owed = max(Fraction(0), capital - paid)
            leg = self._leg(stretch, number, owed)
            if leg is None:
                return None
            if leg.units and (leg.exact or leg.rate):
                made.append(leg)
            total += leg.exact
            number += (stretch.last - stretch.first).days + 1
        return tuple(made)

    def _leg(self, stretch: _Stretch, number: int, capital: Fraction) -> Leg | None:
        """One stretch at its rate over what bears interest; with days that wait for a rate, nothing."""
        ids = self._governing(stretch.first)
        rule = self._version(ids)
        charge = rule.rate_at_most if self.at_ceiling else self._running(rule, number)
        if charge is None or charge.rate is None or charge.per is None or charge.per.unit != self.unit:
            return None
        base = self.run.base(charge, stretch.first, ids)
        rate = self._rate(rule, charge, ids, stretch.first)
        if base is None or rate is None:
            return None
        value, provisional = rate
        if provisional and self.record.counting.of("rate_pending") == "wait":
            self.record.question(Problem("RATE-PENDING-01", self.run.id, {"date": stretch.first}))
            value = Fraction(0)
        share = value * stretch.units / stretch.year
        if self.compounding == "daily" and stretch.units.denominator == 1:
            grown = (1 + value / stretch.year) ** int(stretch.units) - 1
            exact = (base + capital) * grown
        else:
            exact = (base + capital) * share
        return Leg(
            first=stretch.first,
            last=stretch.last,
            number=number,
            units=stretch.units,
            unit=stretch.unit,
            rate=value,
            year=stretch.year,
            base=integer(base + capital),
            exact=exact,
            of=charge.of or "total",
            terms=ids,
            provisional=provisional,
        )

    def _running(self, rule: Rule, number: int) -> Charge | None:
        """The charge of a day by its number, or the one that the last day reached (KNOBS `tiering`, `tier_counts`)."""
        if not rule.tiers:
            return rule.charge
        reached = self._days() if charges_all_days(self.record, rule) else number
        return tier(rule.tiers, self._numbered(rule) + reached)

    def _numbered(self, rule: Rule) -> int:
        """Days of grace that have a number among the tiers."""
        return self.run.free if numbers_grace(self.record, rule, self.run.free) else 0

    def _days(self) -> int:
        """How many days bear interest."""
        days = (self.last - self.first).days + 1
        return days - sum(
            max(0, (min(last, self.last) - max(first, self.first)).days + 1) for first, last in self.run.holes
        )

    def _tier_days(self, rule: Rule) -> Iterator[date]:
        """The days on which another tier begins."""
        for number in (n for t in rule.tiers for n in (t.from_, t.to and t.to + 1) if n):
            day = self.first + timedelta(days=number - self._numbered(rule) - 1)
            for first, last in self.run.holes:
                begin = max(first, self.first)
                if begin <= day and begin <= last:
                    day += timedelta(days=(last - begin).days + 1)
            yield day

    def _governing(self, day: date) -> tuple[str, ...]:
        return self.record.amendments_for(self.run.due, day, subject=f"{self.rule.id}:{self.run.id}")

    def _version(self, ids: tuple[str, ...]) -> Rule:
        if ids not in self.rules:
            self.rules[ids] = next(r for r in self.record.amended(ids).rules if r.id == self.rule.id)
        return self.rules[ids]

    # rates

    def _rate(self, rule: Rule, charge: Charge, ids: tuple[str, ...], day: date) -> tuple[Fraction, bool] | None:
        """The rate of a day, and whether it is provisional; at most the ceiling where that is a ceiling on the rate."""
        found = self._one(charge, ids, day)
        if found is None or rule.rate_at_most is None or self.ceiling != "on the rate" or self.at_ceiling:
            return found
        highest = self._one(rule.rate_at_most, ids, day)
        return None if highest is None else (min(found[0], highest[0]), found[1] or highest[1])

    def _one(self, charge: Charge, ids: tuple[str, ...], day: date) -> tuple[Fraction, bool] | None:
        if charge.reference is None:
            return charge.rate or Fraction(0), False
        table = self._table(ids, charge.reference)
        if table is None:
            return None
        taken = self._taken_on(table, day)
        value = table.on(taken)
        if value is None:
            args = {"rate": charge.reference, "date": taken}
            self.record.question(Problem("RATE-VALUE-01", f"rules.{self.rule.id}.charge", args))
            return None
        value = self._floored(value)
        if charge.times is not None:
            value *= charge.times
        if charge.raised is not None:
            points = self.record.counting.of("raised_by") == "plus points"
            value = value + charge.raised if points else value * (1 + charge.raised)
        return value + (charge.rate or 0), not table.known_on(taken)

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

    def _floored(self, value: Fraction) -> Fraction:
        """A reference rate below its floor counts as the floor (KNOBS `rate_floor`)."""
        floor = self.record.counting.of("rate_floor") or "none"
        if floor == "none":
            return value
        return max(value, Fraction(0) if floor == "0" else read_rate(floor.replace(" ", "")))

    # cuts

    def _stretches(self) -> Iterator[_Stretch]:
        """The days that bear interest, cut at every change."""
        day = self.first
        cuts = sorted(cut for cut in set(self._cuts()) if self.first < cut <= self.last)
        for begin, end in zip([day, *cuts], [*(cut - timedelta(days=1) for cut in cuts), self.last], strict=True):
            if begin > end or any(first <= begin and end <= last for first, last in self.run.holes):
                continue
            yield self._measured(begin, end)

    def _cuts(self) -> Iterator[date]:
        yield from (*self.run.changes, *self.run.cuts)
        yield from self.record.breaks
        yield from (_next(day) for day in self._rests())
        for first, last in self.run.holes:
            yield from (first, _next(last))
        if self.unit == "year" and self.basis in {"/366 in leap years", "actual-actual"}:
            yield from (date(year, 1, 1) for year in range(self.first.year + 1, self.last.year + 1))
        if self.unit == "month":
            yield from self._months()
        for ids in {(), *(self._governing(day) for day in self.record.breaks)}:
            yield from self._rate_days(ids)
            yield from self._tier_days(self._version(ids))
        if self.record.counting.of("rate_pending") == "wait":
            yield from (_next(t.until) for tables in self.tables.values() for t in tables.values() if t.until)

    def _rate_days(self, ids: tuple[str, ...]) -> Iterator[date]:
        """Days on which a reference rate is another one, as far as this debt follows it."""
        rule = self._version(ids)
        for charge in (rule.charge, *rule.tiers, rule.rate_at_most):
            if charge is None or charge.reference is None:
                continue
            table = self._table(ids, charge.reference)
            if table is None:
                continue
            if self.reference == "each day's":
                yield from table.changes(self.first, self.last)
                if table.until is not None:
                    yield _next(table.until)
            elif self.reference == "half-yearly fixing":
                day = self.first
                while day <= self.last:
                    fixing = table.fixing(day)
                    if fixing is None:
                        break
                    day = _after(fixing, day)
                    yield day

    def _rests(self) -> Iterator[date]:
        """The last day of each stretch after which interest is added to what bears interest (KNOBS `compounding`)."""
        if self.compounding == "monthly":
            n = 0
            while (day := self._month(n)) < self.last:
                yield day
                n += 1
        elif self.compounding == "at rests" and self.rule.rests is not None:
            yield from _window_ends(self.rule.rests.unit, self.first, self.last)

    def _month(self, n: int) -> date:
        """The last day of the (n + 1)-th month of lateness; a day that a month lacks is its last."""
        before = self.first - timedelta(days=1)
        months = before.month + n
        year, month = before.year + months // 12, months % 12 + 1
        last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month, min(before.day, last))

    def _months(self) -> Iterator[date]:
        """Where months begin: those of the lateness, and for a broken one by its days those of the calendar."""
        n = 0
        while (end := self._month(n)) <= self.last:
            yield _next(end)
            n += 1
        if self.part == "/ days of the month":
            yield from (d for d in _firsts(self.first, self.last) if d > (self._month(n - 1) if n else self.first))

    def _measured(self, begin: date, end: date) -> _Stretch:
        """Units and divisor of a stretch: days over the year, or over the month, by the contract's way of counting."""
        days = Fraction((end - begin).days + 1)
        if self.unit == "year":
            return self._of_year(begin, end, days)
        if self.unit != "month":
            return _Stretch(begin, end, days, "day", 1)
        n = 0
        while self._month(n) < begin:
            n += 1
        start, finish = (self._month(n - 1) if n else self.first - timedelta(days=1)), self._month(n)
        if finish <= self.last:
            return _Stretch(begin, end, days, "day", (finish - start).days)
        if self.part == "/ days of the month":
            return _Stretch(begin, end, days, "day", (_next_month(begin) - begin.replace(day=1)).days)
        if self.part == "started month":
            whole = begin == _next(start)
            return _Stretch(begin, end, Fraction(1 if whole else 0), "month", 1)
        return _Stretch(begin, end, days, "day", 30)

    def _of_year(self, begin: date, end: date, days: Fraction) -> _Stretch:
        if self.basis == "/360":
            return _Stretch(begin, end, days, "day", 360)
        if self.basis == "30-360":
            us = self.record.counting.of("thirty_360") == "US"
            start = self.first - timedelta(days=1)  # from the start, so that legs add up to the whole
            units = _thirty(start, end, us=us) - _thirty(start, begin - timedelta(days=1), us=us)
            return _Stretch(begin, end, Fraction(units), "day", 360)
        leap = self.basis in {"/366 in leap years", "actual-actual"} and _leap(begin.year)
        return _Stretch(begin, end, days, "day", 366 if leap else 365)


_REFERENCE = {
    "as on the day the debt became late": "fixed when late",
    "half-yearly fixing": "half-yearly fixing",
    "each day's": "each day's",
}


def _after(fixing: Fixing, day: date) -> date:
    """The first day after the window that holds `day`."""
    end = date(day.year, *fixing.last)
    return _next(end if end >= day else date(day.year + 1, *fixing.last))


def _window_ends(unit: str, first: date, last: date) -> Iterator[date]:
    """Last days of the calendar windows that end from `first` to before `last`."""
    months = {"calendar month": 1, "calendar quarter": 3, "calendar year": 12, "contract year": 12}.get(unit, 12)
    for begin in _firsts(first, last):
        if (begin.month - 1) % months == 0:
            yield begin - timedelta(days=1)


def _firsts(first: date, last: date) -> Iterator[date]:
    """First days of calendar months after `first`, up to `last`."""
    day = _next_month(first)
    while day <= last:
        yield day
        day = _next_month(day)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _thirty(start: date, end: date, *, us: bool) -> int:
    """Days from `start` to `end` where every month has 30 (KNOBS `thirty_360`)."""
    one, other = min(start.day, 30), end.day
    if other == 31 and (not us or one == 30):
        other = 30
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + other - one


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _next(day: date) -> date:
    return day + timedelta(days=1)
