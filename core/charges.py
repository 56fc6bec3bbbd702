"""What each breach costs: charges as dated slices, exact until rounded once and where the contract says."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.accounts import Account, refusals, without_tax
from core.breaches import Breach
from core.cure import cured
from core.interest import Leg, Run, first_day, interest, is_interest, last_day, payment_counts
from core.measures import Figure
from core.money import Mode, Money, exponent, integer
from core.periods import Calendar, Period, add, elapsed_days, end_of_day, local_date
from core.presets import asking
from core.problems import Problem
from core.readings import POINTS, described, fee_base, firing, repeated, taken
from core.record import Moment, Record
from core.schedule import other_party
from core.terms import Amount, Annex, Ceiling, Charge, Contract, Payment, Per, Rounding, Rule, Share

__all__ = [
    "BY_SIZE",
    "Accrual",
    "Limit",
    "Slice",
    "Timeline",
    "accrued",
    "amount_of",
    "base_of",
    "charges",
    "days_of",
    "slice_of",
]

BY_SIZE = "the amount late"
"""What bands of a fixed sum are of: the size of a late debt."""

EACH_DEBT = (None, "each debt")
"""Fixed sums of other kinds are for more than one breach: `core.surcharges`."""

OF_THE_BREACH = frozenset({"payable", "unpaid", "loss"})
"""Bases that differ from breach to breach; the others are the contract's."""


class Timeline(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How lateness is numbered: unit 1 is the first late day (block, span).

    `kind` "days" (blocks of `length` dates after `start`), "working days", or "spans" (of `length` seconds after
    `begins`).
    `part`: what a part of a unit counts. `total` is how many units there are; `holes` are dates left out (first, last).
    """

    kind: str
    start: date
    total: Fraction
    length: int = 1
    begins: datetime | None = None
    part: str = "started"
    holes: tuple[tuple[date, date], ...] = ()


class Slice(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A stretch of a charge under one rate, base and version of the terms.

    `from_`/`to` number its units, `first`/`last` are the days on which they accrue; `exact` is in minor units, before
    rounding.
    A one-off has no numbers: all of it accrues on `first`. `plus` marks what a rule adds once beside its running
    charge; `provisional` what rests on a reference rate that is not known so far.
    """

    first: date
    last: date
    units: Fraction
    exact: Fraction
    unit: str = ""
    from_: int | None = None
    to: int | None = None
    rate: Fraction | None = None
    of: str | None = None
    base: Money | None = None
    price: Money | None = None
    per: int = 1
    terms: tuple[str, ...] = ()
    plus: bool = False
    provisional: bool = False


class Limit(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A rule's own maximum: the amount, for what it is counted ("obligation", "all", a window), and which slices it
    holds.
    """

    to: Money
    per: str
    covers: tuple[str, ...] = ()


class Accrual(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One charge as it accrued: id "<rule>:<subject>", its slices, their exact sum, and `gross` as rounded before any
    limit. `share` is one debtor's part of it; `jointly` are the parts among debtors who owe all of it together.
    """

    id: str
    rule: str
    clause: str
    breach: str
    subject: str
    debtor: str
    creditor: str
    slices: tuple[Slice, ...]
    exact: Fraction
    gross: Money
    rounding: Rounding = Rounding()
    head: str | None = None
    fault: str | None = None
    caused: str | None = None
    recourse: str | None = None
    counted: Timeline | None = None
    grace: int = 0
    maximum: Limit | None = None
    running: bool = False
    waived: bool = False
    share: Fraction | None = None
    jointly: dict[str, Money] = {}


def charges(
    record: Record, found: Iterable[Breach], debts: Mapping[str, Account], figures: Mapping[str, Figure]
) -> tuple[Accrual, ...]:
    """Every rule that answers to a breach, priced; breaches that no rule prices cost nothing here."""
    pricer = _Pricer(record, debts, figures)
    made: list[Accrual] = []
    for breach in found:
        rules = [rule for rule in pricer.rules_for(breach) if pricer.answers(rule, breach)]
        priced = pricer.together([a for rule in rules if (a := pricer.price(rule, breach)) is not None], breach)
        made.extend(_stacked(record, breach, priced))
    assert len({one.id for one in made}) == len(made), "two charges share an id"
    return tuple(made)


def _stacked(record: Record, breach: Breach, priced: list[Accrual]) -> list[Accrual]:
    """Where two rules of one head answer to one fact: all, or only the highest (KNOBS `stack`, asked)."""
    if len(priced) < 2:
        return priced
    fixed = {rule.id for rule in record.contract.rules if rule.bands_of == BY_SIZE}
    besides = [accrual for accrual in priced if accrual.rule in fixed]  # a fixed sum is due besides (KNOBS `one_off`)
    priced = [accrual for accrual in priced if accrual.rule not in fixed]
    heads = [accrual.head for accrual in priced]
    if len(set(heads)) == len(heads):
        return [*priced, *besides]
    how = record.ask("stack", breach.id, rules=[a.rule for a in priced])
    if how == "all":
        return [*priced, *besides]
    if how is None:
        return besides
    best: dict[str | None, Accrual] = {}
    for accrual in priced:
        kept = best.get(accrual.head)
        if kept is None or (how == "highest" and accrual.gross.minor > kept.gross.minor):
            best[accrual.head] = accrual
    return [*best.values(), *besides]


def amount_of(
    amount: Amount, contract: Contract, *, payable: int = 0, unpaid: int = 0, loss: int = 0
) -> Fraction | None:
    """An amount in exact minor units under these terms; None where its base does not exist."""
    if isinstance(amount, Money):
        return Fraction(amount.minor)
    base = base_of(amount.of, contract, payable=payable, unpaid=unpaid, loss=loss)
    return None if base is None else amount.rate * base


def base_of(of: str, contract: Contract, *, payable: int = 0, unpaid: int = 0, loss: int = 0) -> int | None:
    """The base that a share is of, in minor units."""
    if of in OF_THE_BREACH:
        return {"payable": payable, "unpaid": unpaid, "loss": loss}[of]
    if of == "total":
        return contract.total.minor if contract.total else None
    source, _, field = of.rpartition(".")
    terms: list[Annex | Payment] = [*contract.annexes, *contract.payments]
    thing = contract.third_parties.get(source) or next((t for t in terms if t.id == source), None)
    value = getattr(thing, field, None)
    return value.minor if isinstance(value, Money) else None


def _through(line: Timeline, day: date, calendar: Calendar, zone: str) -> int:
    """The number of the last unit that had accrued by the end of `day`."""
    if line.kind == "spans":
        assert line.begins is not None
        seconds = int((end_of_day(day, zone) - line.begins).total_seconds())
        return max(0, seconds // line.length if line.part == "completed" else -(-seconds // line.length))
    if line.kind == "working days":
        return calendar.count_working_days(line.start, day) if day > line.start else 0
    days = elapsed_days(line.start, day)
    for first, last in line.holes:
        if first <= day:
            days -= elapsed_days(first, min(last, day)) + 1
    if line.length == 1:
        return max(0, days)
    return max(0, days // line.length if line.part == "completed" else -(-days // line.length))


def _day_of(line: Timeline, number: int, calendar: Calendar, zone: str) -> date:
    """The day on which unit `number` accrues: its first day; for completed blocks and spans its last."""
    if line.kind == "spans":
        assert line.begins is not None
        if line.part == "completed":
            return local_date(line.begins + timedelta(seconds=number * line.length, microseconds=-1), zone)
        return local_date(line.begins + timedelta(seconds=(number - 1) * line.length), zone)
    if line.kind == "working days":
        return calendar.add_working_days(line.start, number)
    days = (
        number
        if line.length == 1
        else number * line.length
        if line.part == "completed"
        else (number - 1) * line.length + 1
    )
    day = line.start + timedelta(days=days)
    for first, last in line.holes:
        if first <= day:
            day += timedelta(days=elapsed_days(first, last) + 1)
    return day


class _Pricer:
    """Prices one breach under one rule; what the contract leaves open is asked and not priced."""

    def __init__(self, record: Record, debts: Mapping[str, Account], figures: Mapping[str, Figure]) -> None:
        self.record = record
        self.debts = debts
        self.figures = figures
        self.calendar = record.calendar
        self.zone = record.zone
        self.currency = record.contract.currency
        self._limits: dict[tuple[str, tuple[str, ...]], Limit | None] = {}
        self._rules: dict[tuple[str, ...], dict[str, Rule]] = {}
        self._named = {rule.id for rule in record.contract.rules}
        self._fires: dict[str, frozenset[str]] = {}
        self._days: dict[str, list[tuple[date, str]]] = {}
        self._late: dict[str, list[int]] = {}
        for number, rule in enumerate(record.contract.rules):
            for key in {rule.when.any, rule.when.id} - {None}:
                self._late.setdefault(str(key), []).append(number)

    def rules_for(self, breach: Breach) -> Iterable[Rule]:
        """Rules that may answer to the breach, in the contract's order: for lateness those that name it, else all."""
        rules = self.record.contract.rules
        if breach.kind != "late":
            return rules
        keys = {breach.of_kind, "duty", breach.source, breach.subject}
        return (rules[number] for number in sorted({n for key in keys for n in self._late.get(key, ())}))

    def version(self, rule: Rule, ids: tuple[str, ...]) -> Rule:
        """The rule as the named amendments have it."""
        if ids not in self._rules:
            self._rules[ids] = {r.id: r for r in reversed(self.record.amended(ids).rules)}
        return self._rules[ids][rule.id]

    def governing(self, rule: Rule, breach: Breach, day: date) -> tuple[str, ...]:
        """The amendments that govern a day of what a breach costs under a rule."""
        loss = Moment(day, breach.instant) if breach.kind == "loss" else None
        return self.record.amendments_for(breach.due or day, day, loss, subject=f"{rule.id}:{breach.subject}")

    def at_breach(self, rule: Rule, breach: Breach) -> tuple[str, ...]:
        """The amendments that govern the day on which the breach began."""
        return self.governing(rule, breach, _day(breach))

    def answers(self, rule: Rule, breach: Breach) -> bool:
        """Whether the rule's `when` describes this breach."""
        when = rule.when
        if breach.kind == "late":
            kinds = {"duty": {"annex", "step", "duty"}}.get(when.any or "", {when.any})
            return when.state == "late" and (breach.of_kind in kinds or when.id in {breach.source, breach.subject})
        if breach.kind == "loss":
            if breach.source in self._named:
                return rule.id == breach.source
            return when.state == "loss" and when.id in {None, breach.caused}
        if breach.kind == "event":
            return when.event == breach.source
        if when.count:
            if rule.id not in self._fires:
                self._fires[rule.id] = firing(self.record, rule, self.figures)
            return breach.id in self._fires[rule.id]
        return described(self.record, rule, self.figures[breach.id])

    def price(self, rule: Rule, breach: Breach) -> Accrual | None:
        """What a breach costs under a rule as it stood when the breach began; its charge follows later amendments."""
        if self.record.versions:
            rule = self.version(rule, self.at_breach(rule, breach))
        slices, line, grace = self._slices(rule, breach)
        if not slices:
            return None
        currency = self.currency
        exact = sum((s.exact for s in slices[1:]), slices[0].exact)
        gross = Money(_rounded(slices, exact, rule.round), currency)
        if rule.minimum is not None and gross.minor < rule.minimum.minor:
            if self.record.counting.of("minimum") == "dropped below it":
                return None
            slices, exact, gross = (
                (*slices, _raised(slices, rule.minimum, exact)),
                Fraction(rule.minimum.minor),
                rule.minimum,
            )
        debtor = self._debtor(rule, breach)
        if not debtor:
            self.record.question(Problem("TERMS-OWEDBY-01", f"rules.{rule.id}.owed_by", {"rule": rule.id}))
            return None
        creditor = rule.owed_to or (
            breach.owed_to if rule.owed_by is None else other_party(self.record.contract, debtor)
        )
        return Accrual(
            id=f"{rule.id}:{breach.subject}",
            rule=rule.id,
            clause=rule.clause,
            breach=breach.id,
            subject=breach.subject,
            debtor=debtor,
            creditor=creditor,
            slices=slices,
            exact=exact,
            gross=gross,
            rounding=rule.round,
            head=breach.head or rule.head,
            fault=breach.fault,
            caused=breach.caused,
            recourse=rule.recourse,
            counted=line,
            grace=grace,
            maximum=self._maximum(rule, breach),
            running=breach.running,
            waived=breach.waived or self._waived(rule, breach),
        )

    def together(self, priced: list[Accrual], breach: Breach) -> list[Accrual]:
        """Interest and charges on one debt under one ceiling, the interest first (KNOBS `rate_ceiling`)."""
        rules = {r.id: self.version(r, self.at_breach(r, breach)) for r in self.record.contract.rules}
        held = next((r for a in priced if (r := rules[a.rule]).rate_at_most is not None and r.charge is not None), None)
        if held is None or held.charge is None or self.record.counting.of("rate_ceiling") in {None, "on the rate"}:
            return priced
        slices, _, _ = self._interest(held, breach, held.charge, ceiling=True)
        left = _rounded(slices, sum((s.exact for s in slices), Fraction(0)), held.round)
        made = []
        for accrual in sorted(priced, key=lambda a: not is_interest(rules[a.rule].charge)):
            own = accrual.maximum.to.minor if accrual.maximum else accrual.gross.minor
            allowed = min(left, own, accrual.gross.minor)
            left -= allowed
            if allowed < accrual.gross.minor:
                limit = Limit(Money(allowed, self.currency), "obligation")
                accrual = msgspec.structs.replace(accrual, maximum=limit)
            made.append(accrual)
        return made

    def _debtor(self, rule: Rule, breach: Breach) -> str:
        """Who owes: the rule's own debtor, and for one that names a role the person whose card it is."""
        named = rule.owed_by
        if named is None or (named not in self.record.contract.parties and breach.owed_by):
            return breach.owed_by
        return named

    def _waived(self, rule: Rule, breach: Breach) -> bool:
        """A right given up: for this charge, for all of its kind to date, or for good (KNOBS `waiver_reach`)."""
        if any(fact.event.amount is None for fact in self.record.of("waived", f"{rule.id}:{breach.subject}")):
            return True
        chosen = {f.event.of for f in self.record.of("chosen") if f.event.value == "deposit"}
        if chosen and rule.head != "loss":  # the deposit instead of agreed damages (Civil Code 588)
            failed = {f.event.by for f in self.record.of("failed") if f.event.of in chosen}
            if self._debtor(rule, breach) in failed:
                return True
        reach = self.record.counting.of("waiver_reach")
        if reach in {None, "this breach"}:
            return False
        kinds = (f"{rule.id}:", f"{breach.id.partition(':')[0]}:") if ":" in breach.id else (f"{rule.id}:",)
        given = [
            fact
            for fact in self.record.of("waived")
            if fact.event.amount is None and (fact.event.of or "").startswith(kinds)
        ]
        return any(reach == "for good" or _day(breach) <= fact.at.day for fact in given)

    def _maximum(self, rule: Rule, breach: Breach) -> Limit | None:
        """The rule's own ceiling as it stood when the breach began; worked out once if the breach has no part in it."""
        ids = self.at_breach(rule, breach)
        ceiling = self.version(rule, ids).at_most
        if ceiling is None:
            return None
        if not isinstance(ceiling.to, Money) and (ceiling.to.of in OF_THE_BREACH or ceiling.to.of.endswith(" fee")):
            return self._limit(rule, ceiling, ids, breach)
        key = rule.id, ids
        if key not in self._limits:
            self._limits[key] = self._limit(rule, ceiling, ids, breach)
        return self._limits[key]

    def _limit(self, rule: Rule, ceiling: Ceiling, ids: tuple[str, ...], breach: Breach) -> Limit | None:
        """A ceiling as an amount; its scope is asked where no phrase says it."""
        covers = ceiling.covers
        if rule.plus is not None and not covers:
            said = self.record.ask("at_most_covers", f"rules.{rule.id}.at_most")
            covers = ("running", "plus") if said != "running only" else ("running",)
        per = ceiling.per or self._scope(rule)
        to = ceiling.to
        if isinstance(to, Share) and to.of.endswith(" fee"):
            base = self._gross_base(Charge(of=to.of), breach, _day(breach), ids)
            to = Money(integer(to.rate * base), self.currency) if base is not None else to
        exact = amount_of(
            to,
            self.record.amended(ids),
            payable=self._payable(breach),
            loss=breach.amount.minor if breach.amount else 0,
        )
        if per is None or exact is None:
            return None
        per = {"each obligation": "obligation", "all of the rule": "all"}.get(per, per)
        return Limit(Money(integer(exact, _mode(rule.round)), self.currency), per, covers)

    def _scope(self, rule: Rule) -> str | None:
        """For what a ceiling is counted where its phrase is silent; for credits KNOBS `credit_ceiling`."""
        where = f"rules.{rule.id}.at_most"
        if rule.when.measure is None:
            return self.record.ask("at_most", where)
        said = self.record.ask("credit_ceiling", where)
        return {"each month": "calendar month", "term": "all"}.get(said or "", said)

    # slices

    def _slices(self, rule: Rule, breach: Breach) -> tuple[tuple[Slice, ...], Timeline | None, int]:
        """The running charge in tiers and versions, with the one-off beside it."""
        running = rule.charge if not rule.tiers else rule.tiers[0]
        running = running or self.version(rule, self.at_breach(rule, breach)).charge
        if breach.kind == "reading":
            return self._reading(rule, breach), None, 0
        if rule.bands:
            band = self._band(rule, breach)
            return (self._once(rule, breach, band, _day(breach)), None, 0) if band else ((), None, 0)
        if running is None:
            return (), None, 0
        if breach.kind != "late":
            return self._once(rule, breach, running, _day(breach)), None, 0
        if is_interest(running) and not rule.tiers:
            return self._interest(rule, breach, running)
        once = running.per is None and not rule.tiers  # a sum once has no parts: nothing to ask about them
        line = self._timeline(
            rule, breach, msgspec.structs.replace(running, per=Per("day", part="started")) if once else running
        )
        if line is None:
            return (), None, 0
        grace = self._grace(rule, line)
        if grace is None:
            return (), None, 0
        if running.per is None and not rule.tiers:
            first = grace + 1
            late = line.total >= first or (line.total > 0 and grace == 0) or (grace == 0 and breach.clocked)
            made = self._once(rule, breach, running, _day_of(line, first, self.calendar, self.zone)) if late else ()
            return made, None, grace
        made = tuple(self._running(rule, breach, line, grace))
        return self._with_plus(made, self._plus(rule, breach, line, grace)), line, grace

    def _interest(
        self, rule: Rule, breach: Breach, charge: Charge, *, ceiling: bool = False
    ) -> tuple[tuple[Slice, ...], Timeline | None, int]:
        """Interest by the year or month: one slice for each leg, with the one-off beside it."""
        assert breach.due is not None
        assert breach.until is not None
        debt, counts = self.debts.get(breach.subject), payment_counts(self.record, charge)
        first = first_day(self.record, charge, breach.due)
        last = last_day(self.record, charge, breach.until, closed=not breach.running)
        holes = self._holes(rule, breach)
        days = elapsed_days(first, last) + 1 - sum(elapsed_days(a, b) + 1 for a, b in holes)
        start = first - timedelta(days=1)
        line = Timeline(kind="days", start=start, total=Fraction(max(0, days)), holes=holes)
        grace = self._grace(rule, line)
        if grace is None or days <= 0:
            return (), None, 0
        if grace >= days:
            return (), None, grace
        free = 0 if rule.grace is not None and rule.grace.kind == "charged once exceeded" else grace
        run = Run(
            id=breach.subject,
            due=breach.due,
            until=breach.until,
            closed=not breach.running,
            base=lambda part, day, ids: self._base(part, breach, day, ids),
            changes=debt.breaks_where(payment_counts=counts) if debt else (),
            settled=_settled(debt, rule.id),
            free=free,
            holes=holes,
        )
        legs = interest(self.record, rule, run, ceiling=ceiling)
        made = tuple(slice_of(leg, self.currency, free) for leg in legs or ())
        return made if ceiling else self._with_plus(made, self._plus(rule, breach, line, free)), line, grace

    def _reading(self, rule: Rule, breach: Breach) -> tuple[Slice, ...]:
        """What a reading costs, in the band or bands that hold it, by points where the rate is one a point."""
        figure, day = self.figures[breach.id], _day(breach)
        ids = self.governing(rule, breach, day)

        def worth(charge: Charge, units: Fraction) -> Fraction:
            made = self._slice(breach, charge, ids, day, day, units)
            return made.exact if made else Fraction(0)

        made = []
        for charge, units in taken(self.record, self.version(rule, ids), figure, worth):
            unit = charge.per.unit if charge.per and charge.per.unit in POINTS else ""
            part = self._slice(breach, charge, ids, day, day, units, unit=unit)
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
        if rule.id not in self._days:
            facts = self.record.of(breach.source)
            self._days[rule.id] = [(fact.at.day, fact.event.id) for fact in facts]
        days = self._days[rule.id]
        place = next((i for i, (_, event) in enumerate(days) if event == breach.event), None)
        return Fraction(1) if place is None else repeated(rule.repeat, how, place, [day for day, _ in days])

    def _band(self, rule: Rule, breach: Breach) -> Charge | None:
        """The band that holds the reading (or the size of a late debt, "the amount late")."""
        if rule.bands_of in self._measures():
            value = self.figures[breach.id].value if breach.id in self.figures else None
        else:
            debt = self.debts.get(breach.subject)
            day = self._sized_on(breach)
            if rule.bands_of == BY_SIZE and (day is None or self.record.counting.of("fixed_sum_per") not in EACH_DEBT):
                return None
            late = debt.open_on(day or _day(breach)) if debt else 0
            value = Fraction(late, 10 ** exponent(debt.amount.currency)) if debt else None
        return next((band.charge for band in rule.bands if value is not None and band.range.holds(value)), None)

    def _sized_on(self, breach: Breach) -> date | None:
        """The day whose open amount gives a fixed sum its size (KNOBS `fixed_sum_size`); None before a demand."""
        if self.record.counting.of("fixed_sum_size") != "at demand":
            return _day(breach)
        return next((f.at.day for f in self.record.of("demanded", breach.subject) if f.at.day >= _day(breach)), None)

    def _measures(self) -> set[str]:
        contract = self.record.contract
        return {m.id for m in contract.measures} | {card.id for card in contract.scorecards}

    def _timeline(self, rule: Rule, breach: Breach, charge: Charge) -> Timeline | None:
        """Number the lateness in the charge's unit, by dates or in spans (KNOBS `lateness_by`, `part_days`)."""
        assert breach.due is not None
        assert breach.until is not None
        counting, per = self.record.counting, charge.per
        unit, n = (per.unit, per.n) if per else ("day", 1)
        if unit == "year":
            unit, n = "day", 1
        elif unit == "day" and counting.delay_unit == "working days":
            unit = "working day"
        by = counting.lateness_of(Period(1, "hour") if breach.clocked else None)
        if unit in {"hour", "minute"} or (by == "spans of 24 h" and unit in {"day", "week"}):
            return self._spans(
                rule,
                breach,
                per.part if per else None,
                n * {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}[unit],
            )
        if unit == "working day":
            total = Fraction(self.calendar.count_working_days(breach.due, breach.until))
            return Timeline(kind="working days", start=breach.due, total=total)
        if unit not in {"day", "week"}:
            self.record.question(Problem("TERMS-UNIT-01", f"rules.{rule.id}.charge", {"unit": unit}))
            return None
        length = n * (7 if unit == "week" else 1)
        holes = self._holes(rule, breach)
        start = breach.due - timedelta(days=counting.late_ends == "both in")
        days = (
            elapsed_days(start, breach.until)
            - sum(elapsed_days(a, b) + 1 for a, b in holes)
            - (counting.late_ends == "both out")
        )
        units = Fraction(days, length)
        part = self._part(rule, per.part if per else None, units)
        if part is None:
            return None
        return Timeline(
            kind="days",
            start=start,
            total=_counted(units, part) if days > 0 else Fraction(0),
            length=length,
            part=part,
            holes=holes,
        )

    def _spans(self, rule: Rule, breach: Breach, part: str | None, length: int) -> Timeline | None:
        assert breach.due is not None
        begins = breach.due_at or end_of_day(breach.due, self.zone)
        if breach.until_at is None:
            self.record.question(Problem("TIME-DATEONLY-02", breach.subject, {"date": breach.until}))
            return None
        units = Fraction(int((breach.until_at - begins).total_seconds()), length)
        part = self._part(rule, part, units)
        if part is None:
            return None
        return Timeline(
            kind="spans", start=breach.due, total=_counted(units, part), length=length, begins=begins, part=part
        )

    def _part(self, rule: Rule, part: str | None, units: Fraction) -> str | None:
        """What a part of a unit counts; asked only where one arises."""
        if part is not None:
            return part
        if units.denominator == 1:
            return self.record.counting.of("part_days") or "started"
        return self.record.ask("part_days", f"rules.{rule.id}.charge")

    def _holes(self, rule: Rule, breach: Breach) -> tuple[tuple[date, date], ...]:
        """Late dates that cost nothing: tests of what was then rejected (KNOBS `rejected`), and excused late days."""
        assert breach.due is not None
        assert breach.until is not None
        spans: list[tuple[date, date]] = []
        if breach.tested and self.record.ask("rejected", breach.subject) == "test time out":
            spans.extend((delivered + timedelta(days=1), rejected) for delivered, rejected in breach.tested)
        excused = self.record.of("excused", breach.subject)
        refused = refusals(self.record, breach.subject)
        mended = cured(self.record, rule.id, rule.cure, breach)
        if not breach.tested and not excused and not refused and not mended:
            return ()
        if excused and self.record.ask("excuse_effect", breach.subject) == "frees only late days":
            spans.extend((f.at.day, (f.end or self.record.as_of).day) for f in excused)
        spans.extend((*refused, *mended))
        cut = sorted((max(a, breach.due + timedelta(days=1)), min(b, breach.until)) for a, b in spans)
        return _united([(a, b) for a, b in cut if a <= b])

    def _grace(self, rule: Rule, line: Timeline) -> int | None:
        """Units of grace used: all that fall within it; None if the rule does not say what grace does once exceeded."""
        if rule.grace is None:
            return 0
        if rule.grace.kind is None:
            self.record.question(asking("grace", f"rules.{rule.id}.grace"))
            return None
        last = add(line.start, rule.grace.period, self.record.counting, self.calendar, roll=False)
        if isinstance(last, Problem):
            self.record.question(msgspec.structs.replace(last, where=f"rules.{rule.id}.grace"))
            return None
        units = _through(line, last.unrolled, self.calendar, self.zone)
        if rule.grace.kind == "charged once exceeded" and line.total > units:
            return 0
        return units

    def _running(self, rule: Rule, breach: Breach, line: Timeline, free: int) -> Iterator[Slice]:
        """One slice for each stretch of units under one tier, one version of the terms and one open balance."""
        last = math.ceil(line.total)
        if last <= free:
            return
        offset = free if rule.counts != "days after due" else 0
        if rule.tiers and rule.tiering is None:
            self.record.question(asking("tiering", f"rules.{rule.id}.tiering"))
            return
        if rule.tiers and free and rule.counts is None:
            self.record.question(asking("tier_counts", f"rules.{rule.id}.counts"))
            return
        slab = last - offset if rule.tiering == "all days at the rate reached" else None
        starts = sorted(
            {free + 1, *(s for s in self._cuts(rule, breach, line, offset, slab is None) if free + 1 < s <= last)}
        )
        for number, begin in enumerate(starts):
            end = starts[number + 1] - 1 if number + 1 < len(starts) else last
            units = (line.total if end == last else Fraction(end)) - (begin - 1)
            made = self._stretch(rule, breach, line, begin, end, units, slab, offset)
            if made is not None:
                yield made

    def _cuts(self, rule: Rule, breach: Breach, line: Timeline, offset: int, tiered: bool) -> Iterator[int]:
        """Numbers of the units at which a tier, the terms or the open balance change."""
        if tiered:
            held = [rule, *(self.version(rule, self.governing(rule, breach, day)) for day in self.record.breaks)]
            for tier in (tier for one in held for tier in one.tiers):
                yield from (n + offset for n in (tier.from_, tier.to and tier.to + 1) if n)
        days = [*self.record.breaks]
        if breach.subject in self.debts:
            counts = self.record.counting.late_ends != "both out"
            days.extend(self.debts[breach.subject].breaks_where(payment_counts=counts))
        for day in days:
            yield _through(line, day - timedelta(days=1), self.calendar, self.zone) + 1

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
    ) -> Slice | None:
        assert breach.due is not None
        first = _day_of(line, begin, self.calendar, self.zone)
        ids = self.governing(rule, breach, first)
        version = self.version(rule, ids)
        charge = _tier(version.tiers, slab or begin - offset) if version.tiers else version.charge
        if charge is None:
            return None
        return self._slice(
            breach,
            charge,
            ids,
            first,
            _day_of(line, end, self.calendar, self.zone),
            units,
            numbers=(begin, end),
            unit=_unit(line, charge),
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
        offset = free if rule.counts != "days after due" else 0
        number = (rule.plus.on or 1) + offset
        if math.ceil(line.total) < max(number, free + 1):  # what ends within grace costs nothing at all
            return ()
        made = self._once(rule, breach, rule.plus, _day_of(line, number, self.calendar, self.zone))
        return tuple(msgspec.structs.replace(s, plus=True) for s in made)

    def _once(self, rule: Rule, breach: Breach, charge: Charge, day: date) -> tuple[Slice, ...]:
        ids = self.governing(rule, breach, day)
        version = self.version(rule, ids)
        if charge == rule.charge and version.charge is not None:
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
        """units × rate × base (or units × amount), exact; a yearly rate is divided by the day basis."""
        from_, to = numbers or (None, None)
        currency = self.currency
        if charge.amount is not None:
            exact = units * charge.amount.minor
            return Slice(
                first=first,
                last=last,
                units=units,
                exact=exact,
                unit=unit,
                from_=from_,
                to=to,
                price=charge.amount,
                terms=ids,
            )
        base = self._base(charge, breach, first, ids)
        if base is None or charge.rate is None:
            return None
        year = self._year(charge, breach)
        if year is None:
            return None
        return Slice(
            first=first,
            last=last,
            units=units,
            exact=_product(units, charge.rate, base, year),
            unit=unit,
            from_=from_,
            to=to,
            rate=charge.rate,
            of=charge.of,
            base=Money(base, currency),
            per=year,
            terms=ids,
        )

    def _year(self, charge: Charge, breach: Breach) -> int | None:
        """Days by which a yearly rate is divided; 1 for rates per unit."""
        if charge.per is None or charge.per.unit != "year":
            return 1
        basis = self.record.ask("day_basis", breach.subject)
        return {"/365": 365, "365": 365, "/360": 360, "360": 360}.get(basis or "")

    def _base(self, charge: Charge, breach: Breach, day: date, ids: tuple[str, ...]) -> int | None:
        """What a share is of, with or without the tax in it."""
        found = self._gross_base(charge, breach, day, ids)
        if found is None or charge.of == "loss":
            return found
        tax = self.record.contract.tax
        if charge.of in {"payable", "unpaid"}:
            tax = next((p.tax for p in self.record.contract.payments if p.id == breach.source and p.tax), tax)
        return without_tax(self.record, found, tax, breach.subject)

    def _gross_base(self, charge: Charge, breach: Breach, day: date, ids: tuple[str, ...]) -> int | None:
        of = charge.of or "total"
        if of == "loss":
            return self._loss(breach)
        if of == "unpaid":
            debt = self.debts.get(breach.subject)
            if debt is None or debt.undecided:
                return None if debt else self._payable(breach)
            return debt.open_on(day, payment_counts=payment_counts(self.record, charge))
        if of == "payable":
            return self._payable(breach)
        if of.endswith(" fee"):
            named = fee_base(self.record, of, self.figures.get(breach.id), self.record.amended(ids).payments)
            if not isinstance(named, str):
                return named
            of = f"{named}.amount"
        due = breach.due or day
        now = base_of(of, self.record.amended(ids))
        if not self.record.versions:
            return now
        kept = {v.amendment.id for v in self.record.versions if v.applies == "everything"} - set(ids)
        at_breach, as_now = (
            base_of(of, self.record.amended(tuple(i for i in self.record.amendments_for(due, on) if i not in kept)))
            for on in (_day(breach), self.record.as_of.day)
        )
        if now == at_breach == as_now:
            return now
        return {"each day": now, "at breach": at_breach, "as now": as_now}.get(
            self.record.ask("base_at", f"{breach.subject}", base=of) or ""
        )

    def _payable(self, breach: Breach) -> int:
        debt = self.debts.get(breach.subject)
        return debt.amount.minor if debt else 0

    def _loss(self, breach: Breach) -> int:
        """The loss proven: of the loss itself, or of the losses proven about the same case."""
        if breach.kind == "loss":
            return breach.amount.minor if breach.amount else 0
        if breach.kind == "event" and breach.case and breach.subject != breach.case:
            return 0  # the first event about the case has it
        facts = [f for f in self.record.of("loss proven", breach.case) if breach.case] or self.record.of(
            "loss proven", breach.subject
        )
        return sum(f.event.amount.minor for f in facts if f.event.amount)


def slice_of(leg: Leg, currency: str, free: int = 0) -> Slice:
    """A leg of interest as a slice of a charge, its days numbered after `free` ones."""
    number = leg.number + free
    return Slice(
        first=leg.first,
        last=leg.last,
        units=leg.units,
        exact=leg.exact,
        unit=leg.unit,
        from_=number,
        to=number + elapsed_days(leg.first, leg.last),
        rate=leg.rate,
        of=leg.of,
        base=Money(leg.base, currency),
        per=leg.year,
        terms=leg.terms,
        provisional=leg.provisional,
    )


def _raised(slices: tuple[Slice, ...], minimum: Money, exact: Fraction) -> Slice:
    """What raises a small charge to its minimum, on its last day (KNOBS `minimum`)."""
    rest = minimum.minor - exact
    last = max(part.last for part in slices)
    return Slice(first=last, last=last, units=Fraction(1), exact=rest, price=Money(integer(rest), minimum.currency))


def _settled(debt: Account | None, rule: str) -> tuple[tuple[date, int], ...]:
    """What part payments had paid of a rule's charge by each day, in all."""
    made, so_far = [], 0
    for paid in debt.payments if debt else ():
        if rule in paid.to:
            so_far += paid.to[rule].minor
            made.append((paid.day, so_far))
    return tuple(made)


def _day(breach: Breach) -> date:
    """The day on which a breach begins to count: the first late day, or the day of the loss, event or reading."""
    if breach.kind == "late":
        assert breach.due is not None
        assert breach.until is not None
        return min(breach.due + timedelta(days=1), max(breach.until, breach.due))
    assert breach.at is not None
    return breach.at


def _product(units: Fraction, rate: Fraction, base: int, year: int) -> Fraction:
    """units × rate × base ÷ year, reduced once."""
    return Fraction(units.numerator * rate.numerator * base, units.denominator * rate.denominator * year)


def _tier(tiers: tuple[Charge, ...], number: int) -> Charge | None:
    return next((t for t in tiers if (t.from_ or 1) <= number and (t.to is None or number <= t.to)), None)


def _unit(line: Timeline, charge: Charge) -> str:
    return (
        charge.per.unit
        if charge.per and charge.per.unit != "year"
        else "day"
        if line.kind != "working days"
        else "working day"
    )


def _counted(units: Fraction, part: str) -> Fraction:
    if units.denominator == 1 or part not in {"started", "completed"}:
        return units
    return Fraction(math.floor(units) + (part == "started"))


def _united(spans: list[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Overlapping spans of dates as one (KNOBS `pause_overlap`: once)."""
    made: list[tuple[date, date]] = []
    for first, last in spans:
        if made and first <= made[-1][1] + timedelta(days=1):
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return tuple(made)


def _mode(rounding: Rounding) -> Mode:
    return rounding.mode  # type: ignore[return-value]


def _rounded(slices: tuple[Slice, ...], exact: Fraction, rounding: Rounding) -> int:
    """Whole minor units: once over the sum, or each slice, or each day's amount times its days."""
    mode = _mode(rounding)
    if rounding.when == "each slice":
        return sum(integer(s.exact, mode) for s in slices)
    if rounding.when == "each day":
        return sum(_by_unit(s, s.units, mode) for s in slices)
    return _quotient(exact.numerator, exact.denominator, mode)


def _by_unit(part: Slice, units: Fraction, mode: Mode) -> int:
    whole, rest = divmod(units, 1)
    one = _one(part)
    return int(whole) * integer(one, mode) + (integer(rest * one, mode) if rest else 0)


class _Part(NamedTuple):
    """A slice in whole numbers over the charge's common denominator: all of it, and each of its units."""

    first: date
    last: date
    from_: int
    to: int
    whole: int
    one: int


def accrued(
    accrual: Accrual, calendar: Calendar, zone: str, *, plus: bool = True, running: bool = True
) -> Callable[[date], int]:
    """Minor units accrued by the end of a day, rounded cumulatively, so that windows add up (KNOBS `round_cut`).

    The days between the first and the last are worked out only where a limit asks for one of them: most charges are
    never cut.
    """
    slices = [part for part in accrual.slices if part.units and (plus if part.plus else running)]
    if not slices:
        return lambda day: 0
    first, last = days_of(slices)
    between: Callable[[date], int] | None = None
    total = accrual.gross.minor if plus and running else _between(accrual, slices, calendar, zone)(last)

    def curve(day: date) -> int:
        nonlocal between
        if day >= last or day < first:
            return total if day >= last else 0
        if between is None:
            between = _between(accrual, slices, calendar, zone)
        return between(day)

    return curve


def days_of(slices: Sequence[Slice]) -> tuple[date, date]:
    """The first and the last day on which a charge accrues."""
    if len(slices) == 1:
        return slices[0].first, slices[0].last
    return min(part.first for part in slices), max(part.last for part in slices)


def _between(accrual: Accrual, slices: Sequence[Slice], calendar: Calendar, zone: str) -> Callable[[date], int]:
    """The curve of some slices. A limit asks for many days, so fractions become whole numbers first, without loss."""
    mode, when, line = _mode(accrual.rounding), accrual.rounding.when, accrual.counted
    ones = [_one(part) for part in slices]
    fractions = [] if when == "each day" else [*ones, *(part.exact for part in slices)]
    scale = math.lcm(*(fraction.denominator for fraction in fractions))
    parts = [_part(part, one, scale, mode, when) for part, one in zip(slices, ones, strict=True)]

    def worth(day: date) -> int:
        shares = []
        for part in parts:
            if day >= part.last:
                shares.append(part.whole)
            elif day >= part.first:
                units = _through(line, day, calendar, zone) - part.from_ + 1 if line else part.to
                shares.append(part.whole if units >= part.to else units * part.one)
        if when == "each slice":
            return sum(_quotient(share, scale, mode) for share in shares)
        return _quotient(sum(shares), scale, mode)

    return worth


def _one(part: Slice) -> Fraction:
    """What each unit of a slice comes to."""
    exact, units = part.exact, part.units
    return Fraction(exact.numerator * units.denominator, exact.denominator * units.numerator)


def _part(part: Slice, one: Fraction, scale: int, mode: Mode, when: str) -> _Part:
    if when == "each day":
        amounts = _by_unit(part, part.units, mode), integer(one, mode)
    else:
        exact = part.exact
        amounts = exact.numerator * (scale // exact.denominator), one.numerator * (scale // one.denominator)
    if part.from_ is None:  # a one-off accrues whole on its day
        return _Part(part.first, part.first, 1, 1, *amounts)
    return _Part(part.first, part.last, part.from_, math.ceil(part.units), *amounts)


def _quotient(share: int, scale: int, mode: Mode) -> int:
    whole, rest = divmod(share, scale)
    return integer(Fraction(share, scale), mode) if rest else whole
