"""A breach priced under one rule in dated slices: units × rate × base, cut where a tier, terms or a balance change."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from core.accounts import Account
from core.breaches import Breach
from core.duties.excuses import borne, shared
from core.duties.parts import part_days, undecided
from core.measures import Figure
from core.measuring.readings import POINTS, taken
from core.money import Money, UnitPrice, exponent, integer
from core.periods import elapsed_days
from core.pricing.accruals import Slice, slice_of
from core.pricing.bases import Bases, Versions, first_late
from core.pricing.exchange import changes
from core.pricing.interest import Run, first_day, interest, last_day, payment_counts, runs_as_interest, tier
from core.pricing.lateness import Timeline, after_grace, day_of, grace_of, holes_of, through, timeline
from core.pricing.repetition import repeated
from core.pricing.rounding import cuts_of, price_of
from core.pricing.unsaid import charges_all_days, charges_grace, numbers_grace
from core.problems import Problem
from core.record import Record
from core.terms import Charge, Per, Repeat, Rule

__all__ = ["BY_SIZE", "Pricing", "Slices"]

DAY = timedelta(days=1)

BY_SIZE = "the amount late"
"""What bands of a fixed sum are of: the size of a late debt."""

EACH_DEBT = (None, "each debt")
"""Fixed sums of other kinds are for more than one breach: `core.pricing.surcharges`."""

Pricing = tuple[tuple[Slice, ...], Timeline | None, int]
"""The slices of a charge, how its lateness is numbered, and the units of grace."""

_NOTHING: Pricing = (), None, 0


class Slices:
    """Prices breaches in slices; what the contract leaves open is asked and not priced."""

    def __init__(
        self,
        record: Record,
        debts: Mapping[str, Account],
        figures: Mapping[str, Figure],
        versions: Versions,
        bases: Bases,
    ) -> None:
        self.record = record
        self.debts = debts
        self.figures = figures
        self.versions = versions
        self.bases = bases
        self._answered: dict[str, list[tuple[date, str]]] = {}
        self._repeated: dict[tuple[str, Repeat, str], dict[str, Fraction]] = {}

    def counts_for(self, rules: Iterable[Rule], breach: Breach) -> None:
        """Notes that a breach is one of those that the rules answer to: what happens again may cost more."""
        for rule in rules:
            self._answered.setdefault(rule.id, []).append((first_late(breach), breach.id))

    def of(self, rule: Rule, breach: Breach) -> Pricing:
        """The running charge in tiers and versions, with the one-off beside it."""
        running = rule.tiers[0] if rule.tiers else rule.charge
        day = first_late(breach)
        if breach.kind == "reading":
            return self._reading(rule, breach), None, 0
        if rule.bands:
            band = self._band(rule, breach)
            return (self._once(rule, breach, band, day), None, 0) if band else _NOTHING
        if running is None:
            return _NOTHING
        if breach.kind != "late":
            return (self._once(rule, breach, running, day), None, 0) if self._of_no_length(rule, running) else _NOTHING
        once = running.per is None and not rule.tiers  # a sum once has no parts: nothing to ask about them
        if undecided(self.record, breach.subject) or not (once or self._one_unit(rule, breach)):
            return _NOTHING
        if runs_as_interest(rule):
            if rule.repeat is None:
                return self.interest(rule, breach)
            self.record.question(Problem("TERMS-REPEAT-03", f"rules.{rule.id}.repeat"))
            return _NOTHING
        if not once and not self._held_together(rule, running):
            return _NOTHING
        unit = msgspec.structs.replace(running, per=Per("day", part="started")) if once else running
        line = timeline(self.record, rule, breach, unit)
        spared = after_grace(self.record, rule, breach, line, unit) if line is not None else None
        if spared is None:
            return _NOTHING
        line, grace = spared
        if once:
            late = line.total > grace or (grace == 0 and breach.clocked)
            return self._once(rule, breach, running, self._day(line, grace + 1)) if late else (), None, grace
        made = self._borne(breach, self._running(rule, breach, line, grace))
        return self._with_plus(made, self._plus(rule, breach, line, grace)), line, grace

    def _held_together(self, rule: Rule, running: Charge) -> bool:
        """Whether a highest rate holds interest and charges together; it cannot cut the rate of what is no interest."""
        highest = rule.rate_at_most
        if highest is None:
            return True
        where = f"rules.{rule.id}.rate_at_most"
        how = self.record.ask("rate_ceiling", where)
        if how == "on the rate":
            assert running.per is not None
            assert highest.per is not None
            args = {"unit": running.per.unit, "other": highest.per.unit}
            self.record.question(Problem("TERMS-UNIT-06", where, args))
        return how not in {None, "on the rate"}

    def _one_unit(self, rule: Rule, breach: Breach) -> bool:
        """Whether the delay is charged by one unit, through all tiers and amendments; else it is asked."""
        assert breach.due is not None
        assert breach.until is not None
        days = [day for day in self.record.breaks if breach.due < day <= breach.until]
        held = [rule, *(self.versions.version(rule, self.versions.governing(rule, breach, day)) for day in days)]
        pers = [charge.per for one in held for charge in (one.tiers or (one.charge,)) if charge is not None]
        units = [*dict.fromkeys((per.unit, per.n) if per is not None else None for per in pers)]
        if len(units) > 1:
            unit, other, *_ = (one[0] if one is not None else "–" for one in units)
            args = {"unit": unit, "other": other}
            self.record.question(Problem("TERMS-UNIT-02", f"rules.{rule.id}.charge", args))
        elif None in units:
            self.record.question(Problem("TERMS-UNIT-04", f"rules.{rule.id}.tiers"))
            return False
        return len(units) < 2

    def _of_no_length(self, rule: Rule, charge: Charge) -> bool:
        """Whether a charge fits what has no length: a sum or so much a point; else it is asked."""
        said = charge.per is None or charge.per.unit in POINTS
        if not said:
            self.record.question(Problem("TERMS-UNIT-05", f"rules.{rule.id}.charge"))
        return said

    def _day(self, line: Timeline, number: int) -> date:
        return day_of(line, number, self.record.calendar, self.record.zone)

    def interest(self, rule: Rule, breach: Breach, *, ceiling: bool = False) -> Pricing:
        """Interest by the year or month: one slice for each leg, with the one-off beside it; with `ceiling` the legs at
        the highest rate allowed instead.
        """
        assert breach.due is not None
        assert breach.until is not None
        charge = rule.rate_at_most if ceiling else rule.tiers[0] if rule.tiers else rule.charge
        assert charge is not None
        debt, counts = self.debts.get(breach.subject), payment_counts(self.record, charge)
        first = first_day(self.record, charge, breach.due)
        last = last_day(self.record, charge, breach.until, closed=not breach.running)
        holes = holes_of(self.record, rule, breach)
        days = elapsed_days(first, last) + 1 - sum(elapsed_days(a, b) + 1 for a, b in holes)
        if days <= 0:
            return _NOTHING
        line = Timeline(kind="days", start=first - timedelta(days=1), total=Fraction(days), holes=holes)
        grace = grace_of(self.record, rule, line)
        if grace is None:
            return _NOTHING
        if grace >= days:
            return (), None, grace
        free = 0 if charges_grace(self.record, rule) else grace
        if not self._tiers_said(rule, free):
            return _NOTHING
        run = Run(
            id=breach.subject,
            due=breach.due,
            until=breach.until,
            closed=not breach.running,
            base=lambda part, day, ids: self.bases.of(part, breach, day, ids),
            changes=debt.breaks_where(payment_counts=counts) if debt else (),
            settled=_settled(debt, rule.id),
            free=free,
            holes=holes,
            cuts=(*cuts_of(self.record, rule), *self._edges(breach)),
        )
        legs = interest(self.record, rule, run, ceiling=ceiling)
        made = self._borne(breach, (slice_of(leg, self.record.contract.currency, free) for leg in legs or ()))
        return made if ceiling else self._with_plus(made, self._plus(rule, breach, line, free)), line, grace

    def _reading(self, rule: Rule, breach: Breach) -> tuple[Slice, ...]:
        """What a reading costs, in the band or bands that hold it, by points where the rate is one a point."""
        figure, day = self.figures[breach.id], first_late(breach)
        ids = self.versions.governing(rule, breach, day)

        def worth(charge: Charge, units: Fraction) -> Fraction:
            made = self._slice(breach, charge, ids, day, day, units)
            return made.exact if made else Fraction(0)

        times = self._times(rule, breach)
        if times is None:
            return ()
        made = []
        for charge, units in taken(self.record, self.versions.version(rule, ids), figure, worth):
            if not self._of_no_length(rule, charge):
                return ()
            unit = charge.per.unit if charge.per else ""
            part = self._slice(breach, _multiplied(charge, times), ids, day, day, units, unit=unit)
            if part is not None and part.exact:
                made.append(part)
        return tuple(made)

    def _times(self, rule: Rule, breach: Breach) -> Fraction | None:
        """How often its sum a repeated breach costs; None where the contract must say how repetition is counted."""
        if rule.repeat is None:
            return Fraction(1)
        how = rule.repeat.counts or self.record.ask("repeat", f"rules.{rule.id}.repeat")
        if how is None:
            return None
        key = rule.id, rule.repeat, how
        if key not in self._repeated:
            ordered = sorted(self._answered[rule.id], key=lambda one: one[0])
            times = repeated(rule.repeat, how, [day for day, _ in ordered])
            self._repeated[key] = {id_: n for (_, id_), n in zip(ordered, times, strict=True)}
        return self._repeated[key][breach.id]

    def _band(self, rule: Rule, breach: Breach) -> Charge | None:
        """The band that holds the size of a late debt ("the amount late"); bands of readings are `_reading`'s."""
        debt, day = self.debts.get(breach.subject), self._sized_on(breach)
        if debt is None or day is None or self.record.counting.of("fixed_sum_per") not in EACH_DEBT:
            return None
        value = Fraction(debt.open_on(day), 10 ** exponent(debt.amount.currency))
        return next((band.charge for band in rule.bands if band.range.holds(value)), None)

    def _sized_on(self, breach: Breach) -> date | None:
        """The day whose open amount gives a fixed sum its size (KNOBS `fixed_sum_size`); None before a demand."""
        if self.record.counting.of("fixed_sum_size") != "at demand":
            return first_late(breach)
        return next(
            (f.at.day for f in self.record.of("demanded", breach.subject) if f.at.day >= first_late(breach)), None
        )

    def _running(self, rule: Rule, breach: Breach, line: Timeline, free: int) -> Iterator[Slice]:
        """One slice for each stretch of units under one tier, one version of the terms and one open balance."""
        last = math.ceil(line.total)
        times = self._times(rule, breach)
        if last <= free or times is None or not self._tiers_said(rule, free):
            return
        offset = 0 if numbers_grace(self.record, rule, free) else free
        slab = -(-(last - offset) // line.each) if charges_all_days(self.record, rule) else None
        starts = sorted(
            {free + 1, *(s for s in self._cuts(rule, breach, line, offset, slab is None) if free < s <= last)}
        )
        for number, begin in enumerate(starts):
            end = starts[number + 1] - 1 if number + 1 < len(starts) else last
            units = ((line.total if end == last else Fraction(end)) - (begin - 1)) / line.each
            made = self._stretch(rule, breach, line, begin, end, units, slab, offset, times)
            if made is not None:
                yield made

    def _tiers_said(self, rule: Rule, free: int) -> bool:
        """Whether it is said how tiers charge, and how they are numbered after grace."""
        said = charges_all_days(self.record, rule)
        return said is not None and numbers_grace(self.record, rule, free) is not None

    def _cuts(self, rule: Rule, breach: Breach, line: Timeline, offset: int, tiered: bool) -> Iterator[int]:
        """Numbers of the units at which a tier, the terms or the open balance change."""
        if tiered:
            versions = self.versions
            held = [
                rule,
                *(versions.version(rule, versions.governing(rule, breach, day)) for day in self.record.breaks),
            ]
            for step in (step for one in held for step in one.tiers):
                yield from ((n - 1) * line.each + 1 + offset for n in (step.from_, step.to and step.to + 1) if n)
        days = [*self.record.breaks, *cuts_of(self.record, rule), *self._edges(breach)]
        steps = [step.amount or step.price for step in (rule.charge, *rule.tiers) if step is not None]
        priced = {money.currency for money in steps if money is not None}
        days += [day for currency in priced for day in changes(self.record, currency)]
        if breach.subject in self.debts:
            counts = self.record.counting.late_ends != "both out"
            days.extend(self.debts[breach.subject].breaks_where(payment_counts=counts))
        for day in days:
            yield through(line, day - timedelta(days=1), self.record.calendar, self.record.zone) + 1

    def _edges(self, breach: Breach) -> list[date]:
        """Days on which a cause on both sides begins, or no longer lasts, and on which a part was accepted."""
        parts = part_days(self.record, breach.subject)
        return [
            *parts,
            *(day for (first, last), _ in shared(self.record, breach.subject) for day in (first, last + DAY)),
        ]

    def _borne(self, breach: Breach, slices: Iterable[Slice]) -> tuple[Slice, ...]:
        """Slices with the debtor's share of days whose cause lies on both sides (592; KNOBS `shared_cause`)."""
        spans = shared(self.record, breach.subject)
        made = []
        for part in slices:
            share = borne(spans, part.first)
            made.append(msgspec.structs.replace(part, exact=part.exact * share, borne=share) if share < 1 else part)
        return tuple(made)

    def _stretch(
        self,
        rule: Rule,
        breach: Breach,
        line: Timeline,
        begin: int,
        end: int,
        units: Fraction,
        slab: int | None,
        offset: int,
        times: Fraction,
    ) -> Slice | None:
        assert breach.due is not None
        first = self._day(line, begin)
        ids = self.versions.governing(rule, breach, first)
        version = self.versions.version(rule, ids)
        number = slab or -(-(begin - offset) // line.each)
        charge = tier(version.tiers, number) if version.tiers else version.charge
        if charge is None:
            return None
        return self._slice(
            breach,
            _multiplied(charge, times),
            ids,
            first,
            self._day(line, end),
            units,
            numbers=(begin, end),
            unit=_unit(line),
        )

    def _with_plus(self, running: tuple[Slice, ...], plus: tuple[Slice, ...]) -> tuple[Slice, ...]:
        """A fixed sum besides the running charge, instead of it, or counted towards it (KNOBS `one_off`)."""
        how = self.record.counting.of("one_off")
        if not plus or how == "besides":
            return (*running, *plus)
        if how == "instead":
            return plus
        ran = sum((part.exact for part in running), Fraction(0))
        fixed = sum((part.exact for part in plus), Fraction(0))
        rest = [msgspec.structs.replace(plus[0], exact=fixed - ran, units=Fraction(1))] if fixed > ran else []
        return (*running, *rest)

    def _plus(self, rule: Rule, breach: Breach, line: Timeline, free: int) -> tuple[Slice, ...]:
        """The one-off beside the running charge, on the day whose number it names."""
        if rule.plus is None:
            return ()
        offset = 0 if numbers_grace(self.record, rule, 0) else free
        number = ((rule.plus.on or 1) - 1) * line.each + 1 + offset
        if math.ceil(line.total) < max(number, free + 1):  # what ends within grace costs nothing at all
            return ()
        made = self._once(rule, breach, rule.plus, self._day(line, number))
        return tuple(msgspec.structs.replace(s, plus=True) for s in made)

    def _once(self, rule: Rule, breach: Breach, charge: Charge, day: date) -> tuple[Slice, ...]:
        ids = self.versions.governing(rule, breach, day)
        version = self.versions.version(rule, ids)
        if charge == rule.charge:
            assert version.charge is not None
            charge = version.charge
        times = self._times(rule, breach)
        if times is None:
            return ()
        made = self._slice(breach, charge, ids, day, day, times, unit="time" if times != 1 else "")
        return (made,) if made and made.exact else ()

    def _slice(
        self,
        breach: Breach,
        charge: Charge,
        ids: tuple[str, ...],
        first: date,
        last: date,
        units: Fraction,
        *,
        numbers: tuple[int, int] | None = None,
        unit: str = "",
    ) -> Slice | None:
        """units × rate × base (or units × amount), exact."""
        from_, to = numbers or (None, None)
        price, base = charge.amount or charge.price, None
        if price is not None:
            one = Fraction(price.minor) if isinstance(price, Money) else price.exact
        else:
            assert charge.rate is not None
            base = self.bases.of(charge, breach, first, ids)
            if base is None:
                return None
            one = charge.rate * base
        return Slice(
            first=first,
            last=last,
            units=units,
            exact=units * price_of(self.record, one),
            unit=unit,
            from_=from_,
            to=to,
            rate=None if base is None else charge.rate,
            of=None if base is None else charge.of,
            base=None if base is None else Money(base, self.bases.currency(charge.of, breach)),
            price=price,
            terms=ids,
        )


def _multiplied(charge: Charge, times: Fraction) -> Charge:
    """The charge for a unit of what costs so many times its sum."""
    if times == 1:
        return charge
    if charge.amount is not None:
        return msgspec.structs.replace(
            charge, amount=Money(integer(charge.amount.minor * times), charge.amount.currency)
        )
    if charge.price is not None:
        return msgspec.structs.replace(charge, price=UnitPrice(charge.price.exact * times, charge.price.currency))
    assert charge.rate is not None
    return msgspec.structs.replace(charge, rate=charge.rate * times)


def _settled(debt: Account | None, rule: str) -> tuple[tuple[date, int], ...]:
    """What part payments had paid of a rule's charge by each day, in all."""
    made, so_far = [], 0
    for paid in debt.payments if debt else ():
        if rule in paid.to:
            so_far += paid.to[rule].minor
            made.append((paid.day, so_far))
    return tuple(made)


def _unit(line: Timeline) -> str:
    """The unit by which the delay counts, as a reader sees it; several days, hours or weeks together are a block."""
    if line.kind == "spans":
        return {60: "minute", 3600: "hour", 86400: "day", 604800: "week"}.get(line.length, "block")
    return "working day" if line.kind == "working days" else {1: "day", 7: "week"}.get(line.length, "block")
