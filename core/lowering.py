"""A contract and its events as small tables of whole numbers; what these cannot say is named."""

import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from core.events import Event
from core.lowered.tables import (
    ENDLESS,
    INTEGERS,
    SCALE,
    Line,
    Lowered,
    Party,
    Pool,
    Priced,
    Tier,
    over_scale,
    rounded,
    units,
)
from core.money import Money, integer
from core.periods import Period, add
from core.pricing.bases import base_of
from core.pricing.rounding import precision
from core.problems import Problem
from core.record import Record, fold
from core.schedule import other_party, schedule, windows
from core.terms import Amount, Anchor, Cap, Charge, Contract, DueRule, Grace, Rule, Share, ThirdParty
from core.unmatched import name_unmatched
from core.world import World

__all__ = ["lower"]

ACTS = frozenset({"delivered", "accepted", "rejected", "extended"})
"""Events that decide when something was due and done, and nothing else."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What tables say of each part of a contract; a contract that says anything else goes the scalar way. Names that bear on
# no figure (titles, clauses, quotations) are among them.
_CONTRACT = _words(
    "spondeo number title sector law total signed effective term languages counting calendars closures notices "
    "parties third_parties event_kinds annexes rules caps clauses schedules"
)
_RULE = _words(
    "id clause when owed_by owed_to head grace counts tiering charge tiers at_most kind round recourse quote"
)
_CHARGE = _words("rate of amount per from_ to")
_CAP = _words("id clause limits covers except_ counts to window order quote")
_THIRD = _words("name engaged_by fee clause limit limit_except excess signs promises")
_CEILING, _PER, _WHEN = _words("to per covers"), _words("unit n part"), _words("state any id")
_ANNEX = _words("id owed_by title clause owed_to due price accepted_by deemed_accepted requires")
_EVENT = _words("what id of about by at recorded until received evidence note")

# Settings of the contract's own that tables follow, or that bear on no charge; the next table has the others.
_FOLLOWED = _words(
    "zone roll roll_fixed_dates month_end end_sticks part_days at_most stack order window_day done_by deemed "
    "charge_due dispute limitation right_lapses set_off tiering grace hours"
)

# Settings that change how a late day costs or a limit cuts, with the values that tables can say (None: silent).
_KNOBS: dict[str, frozenset[str | None]] = {
    "lateness_by": frozenset({None, "dates", "as the period counts"}),
    "late_ends": frozenset({None, "due day out, done day in", "both in", "both out"}),
    "delay_unit": frozenset({None, "calendar days", "working days"}),
    "grace_unit": frozenset({None, "its own wording"}),
    "from_rest_day": frozenset({None, "count next"}),
    "first_day": frozenset({None, "out"}),
    "days_are": frozenset({None, "calendar"}),
    "weeks_are": frozenset({None, "7 days"}),
    "round_cut": frozenset({None, "cumulative"}),
    "unit_price": frozenset({None, "exact"}),
    "remainder": frozenset({None, "largest remainder"}),
    "nesting": frozenset({None, "inner first"}),
    "covers": frozenset({None, "named heads"}),
    "counts": frozenset({None}),
    "excess": frozenset({None, "engager", "client"}),
    "accrual_end": frozenset({None, "done, termination or ceiling"}),
}


_TOGETHER = frozenset({"all", "all of the rule"})


def lower(
    contract: Contract,
    events: Iterable[Event],
    *,
    as_of: date | datetime,
    known_at: date | datetime | None = None,
    world: World,
) -> Lowered | tuple[str, ...]:
    """A contract with its events as tables; else the names of what the tables cannot say ("rules.minimum")."""
    listed = tuple(events)
    wrong = dict.fromkeys((*_too_much(contract), *_other_events(listed)))
    if wrong:
        return tuple(wrong)
    record = fold(contract, listed, as_of=as_of, known_at=known_at, world=world, assume={})
    wrong = dict.fromkeys(f"counting.{name}" for name, can in _KNOBS.items() if record.counting.of(name) not in can)
    if wrong:
        return tuple(wrong)
    return _Lowering(record).made()


def _too_much(contract: Contract) -> Iterator[str]:
    """What the contract says beyond the tables, by the names of a contract file."""
    yield from _said(contract, _CONTRACT, "")
    for rule in contract.rules:
        yield from _said(rule, _RULE, "rules.")
        yield from _said(rule.at_most, _CEILING, "rules.at_most.")
        if rule.when.state == "late":
            yield from _said(rule.when, _WHEN, "rules.when.")
        for charge in (rule.charge, *rule.tiers):
            yield from _said(charge, _CHARGE, "rules.charge.")
            yield from _said(charge.per if charge else None, _PER, "rules.charge.per.")
    for cap in contract.caps:
        yield from _said(cap, _CAP, "caps.")
        yield from _said(cap.to, _CEILING, "caps.to.")
    for third in contract.third_parties.values():
        yield from _said(third, _THIRD, "third_parties.")
        yield from _said(third.limit, _CEILING, "third_parties.limit.")
    for annex in contract.annexes:
        yield from _said(annex, _ANNEX, "annexes.")
    if len(set(_currencies(contract))) > 1:
        yield "two currencies"
    if contract.counting.calendars:
        yield "counting.calendars"
    yield from (f"counting.{knob}" for knob in contract.counting.knobs if knob not in _KNOBS and knob not in _FOLLOWED)


def _currencies(contract: Contract) -> Iterator[str]:
    """The currency of each amount that tables take."""
    yield contract.currency
    yield from (annex.price.currency for annex in contract.annexes if annex.price)
    thirds = contract.third_parties.values()
    yield from (third.fee.currency for third in thirds if third.fee)
    ceilings = [*(rule.at_most for rule in contract.rules), *(cap.to for cap in contract.caps)]
    limits = [ceiling.to for ceiling in (*ceilings, *(third.limit for third in thirds)) if ceiling]
    yield from (limit.currency for limit in limits if isinstance(limit, Money))
    charges = (charge for rule in contract.rules for charge in (rule.charge, *rule.tiers))
    yield from (charge.amount.currency for charge in charges if charge and charge.amount)


def _said(part: msgspec.Struct | None, known: frozenset[str], where: str) -> Iterator[str]:
    """The fields of a part that say something and are not among the known ones."""
    if part is not None:
        for name, silent in _others(type(part), known):
            if getattr(part, name) != silent:
                yield where + name.rstrip("_")


@cache
def _others(struct: type[msgspec.Struct], known: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    """Each field that is not among the known ones, with the value that says nothing."""
    return tuple(
        (field.name, field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory())
        for field in msgspec.structs.fields(struct)
        if field.name not in known
    )


def _other_events(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if event.what not in ACTS:
            yield f"events.{event.what}"
        yield from _said(event, _EVENT, "events.")


class _BeyondError(Exception):
    """Something that the tables cannot say, by name."""


class _Lowering:
    """Lowers one record; what the contract leaves open, or the tables cannot say, ends it by name."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.contract = record.contract
        self.counting = record.counting
        self.rules: dict[str, Priced] = {}
        self.parties: dict[tuple[str, str], int] = {}
        self.limits: list[Party] = []
        self.totals: dict[str, Pool] = {}

    def made(self) -> Lowered | tuple[str, ...]:
        try:
            lines = self._ranked(self._lines())
            pools, placed = self._pooled(lines)
        except _BeyondError as name:
            return (str(name),)
        if self.record.questions:
            return tuple(dict.fromkeys(f"asked.{problem.code}" for problem in self.record.questions))
        contract, calendar = self.contract, self.record.calendar
        totals = tuple(self.totals.values())
        return Lowered(contract.number, contract.currency, calendar, placed, totals, tuple(self.limits), pools)

    def _ranked(self, lines: list[tuple[Line, Rule]]) -> list[tuple[Line, Rule]]:
        place = {name: number for number, name in enumerate(sorted(line.id for line, _ in lines))}
        return [(line._replace(rank=place[line.id]), rule) for line, rule in lines]

    # what is late

    def _lines(self) -> list[tuple[Line, Rule]]:
        ends = self.counting.late_ends
        made: list[tuple[Line, Rule]] = []
        today = self.record.as_of.day.toordinal()
        total = self.contract.total.minor if self.contract.total else 0
        for subject, source, owed_by, owed_to, due, done in self._dates():
            until = today if done is None else done
            if due is None or until <= due:
                continue
            for rule in self._answering(source, subject):
                row = self._priced(rule)
                start, end = due, until
                if not row.working:
                    start, end = due - (ends == "both in"), until - (ends == "both out")
                debtor = rule.owed_by if rule.owed_by in self.contract.parties else owed_by
                creditor = rule.owed_to or (owed_to if rule.owed_by is None else other_party(self.contract, debtor))
                party = self._party(rule, debtor)
                name, together = f"{rule.id}:{subject}", self._together(rule, row, total)
                made.append((Line(name, row, start, end, total, debtor, creditor, together, party), rule))
        return made

    def _dates(self) -> Iterator[tuple[str, str, str, str, int | None, int | None]]:
        """Each obligation: id, source, debtor, creditor, due day and the day on which it was done."""
        simple = self._simple_dates()
        if simple is not None:
            yield from simple
            return
        owed = schedule(self.record)
        name_unmatched(self.record, owed)
        for one in owed:
            if one.tests:
                raise _BeyondError("events.rejected")
            if one.by_clock or (one.due is not None and one.due.instant is not None):
                raise _BeyondError("annexes.due at a time of day")
            due = one.due.day.toordinal() if one.due else None
            yield one.id, one.source, one.owed_by, one.owed_to, due, one.done.day.toordinal() if one.done else None

    def _simple_dates(self) -> list[tuple[str, str, str, str, int | None, int | None]] | None:
        """The same without a schedule, where each due day hangs on a date of the contract and is met by one delivery;
        None where it does not. A portfolio consists of such contracts, and reasons are not asked for.
        """
        contract, record = self.contract, self.record
        done: dict[str, int] = {}
        for fact in record.facts:
            event = fact.event
            if event.what != "delivered" or event.of is None or event.about is not None:
                return None
            done.setdefault(event.of, fact.at.day.toordinal())
        anchors: dict[str, date | None] = {
            "signed": contract.signed,
            "effective": contract.effective or contract.signed,
            "start": contract.term.from_ if contract.term else None,
        }
        known: dict[tuple[Any, ...], int | None] = {}
        rows: list[tuple[str, str, str, str, int | None, int | None]] = []
        for annex in contract.annexes:
            if annex.accepted_by or annex.due is None:
                return None
            due = self._simple_due(annex.due, anchors, known)
            if due is None:
                return None
            owed_to = annex.owed_to or other_party(contract, annex.owed_by)
            rows.append((annex.id, annex.id, annex.owed_by, owed_to, due, done.pop(annex.id, None)))
        return None if done else rows

    def _simple_due(
        self, rule: DueRule, anchors: dict[str, date | None], known: dict[tuple[Any, ...], int | None]
    ) -> int | None:
        """The due day of "on a date" or "so many days after signing"; None for every other rule."""
        if rule.on is not None:
            moved = self.counting.roll_fixed_dates == "yes"
            if isinstance(rule.on, datetime) or moved or rule != DueRule(on=rule.on):
                return None
            rolls = self.counting.roll_fixed_dates is None and self.counting.roll not in {None, "none"}
            return None if rolls and self.record.calendar.is_rest(rule.on) else rule.on.toordinal()
        anchor, period = rule.anchor, rule.period
        start = anchors.get(anchor.what) if anchor is not None and anchor == Anchor(anchor.what) else None
        if start is None or period is None or period.is_clock or rule != DueRule(period=period, anchor=anchor):
            return None
        if (start, period) not in known:
            due = add(start, period, self.counting, self.record.calendar)
            by_day = None if isinstance(due, Problem) or due.instant is not None else due.day.toordinal()
            known[start, period] = by_day
        return known[start, period]

    # rules

    def _answering(self, source: str, subject: str) -> list[Rule]:
        """The rules that answer to a late annex; two of one head only where the contract says that both are due."""
        rules = [
            rule
            for rule in self.contract.rules
            if rule.when.state == "late" and (rule.when.any in {"annex", "duty"} or rule.when.id in {source, subject})
        ]
        if len({rule.head for rule in rules}) < len(rules) and self.counting.of("stack") != "all":
            raise _BeyondError("rules.stack")
        return rules

    def _priced(self, rule: Rule) -> Priced:
        if rule.id not in self.rules:
            self.rules[rule.id] = self._row(rule)
        return self.rules[rule.id]

    def _row(self, rule: Rule) -> Priced:
        how = precision(self.record, rule)
        if how.when != "once" or how.step is not None:
            raise _BeyondError("rules.round")
        once = not rule.tiers and rule.charge is not None and rule.charge.per is None
        shifted = once or rule.counts != "days after due"
        if rule.tiers and rule.tiering is None:
            raise _BeyondError("rules.tiering")
        if rule.tiers and rule.grace is not None and rule.counts is None:
            raise _BeyondError("rules.counts")
        charges = rule.tiers or tuple(charge for charge in (rule.charge,) if charge is not None)
        if not charges or any(charge.per != charges[0].per for charge in charges):
            raise _BeyondError("rules.charge.per")
        if not rule.tiers and (charges[0].from_ or charges[0].to):
            raise _BeyondError("rules.charge.from")
        working, length, completed = self._unit(charges[0])
        worths = [self._worth(charge.rate, charge.amount, charge.of or "total") for charge in charges]
        most = self._maximum(rule)
        parts = [part for worth in (*worths, *((most,) if most else ())) for part in worth]
        if any(part < 0 for part in parts):
            raise _BeyondError("rules.below zero")
        scale = 2 * math.lcm(SCALE // 2, *(part.denominator for part in parts))
        spans = self._spans(rule, charges)
        ceiling = (int(most[0] * scale), int(most[1] * scale)) if most else None
        whole = rule.at_most is not None and (rule.at_most.per or self.counting.of("at_most")) in _TOGETHER
        lead = {"half up": scale // 2, "half even": scale // 2, "down": 0, "up": scale - 1}
        return Priced(
            working=working,
            length=length,
            completed=completed,
            grace=self._grace(rule.grace, working, length, completed),
            franchise=rule.grace is not None and rule.grace.kind == "charged once exceeded",
            shifted=shifted,
            reached=rule.tiering == "all days at the rate reached",
            tiers=tuple(
                Tier(first, last, int(rate * scale), int(fixed * scale))
                for (first, last), (rate, fixed) in zip(spans, worths, strict=True)
            ),
            scale=scale,
            lead=lead[how.mode],
            even=how.mode == "half even",
            most=None if whole else ceiling,
            together=ceiling if whole else None,
        )

    def _spans(self, rule: Rule, charges: tuple[Charge, ...]) -> list[tuple[int, int]]:
        """The first and last unit of each tier: without a gap at the beginning or between them, and in order."""
        if not rule.tiers:
            return [(1, 1 if charges[0].per is None else ENDLESS)]
        spans = [(charge.from_ or 1, charge.to or ENDLESS) for charge in charges]
        if spans[0][0] != 1 or any(b[0] != a[1] + 1 for a, b in pairwise(spans)):
            raise _BeyondError("rules.tiers")
        return spans

    def _unit(self, charge: Charge) -> tuple[bool, int, bool]:
        """Whether working days count, how many make a unit, and whether only completed units cost."""
        per = charge.per
        unit, n = (per.unit, per.n) if per else ("day", 1)
        if unit == "day" and self.counting.delay_unit == "working days":
            unit = "working day"
        length = n * {"day": 1, "working day": 1, "week": 7}.get(unit, 0)
        part = (per.part if per else None) or self.counting.of("part_days")
        if not length or (unit == "working day" and n != 1) or (length > 1 and part not in {"started", "completed"}):
            raise _BeyondError("rules.charge.per")
        return unit == "working day", length, length > 1 and part == "completed"

    def _worth(self, rate: Fraction | None, fixed: Money | None, of: str) -> tuple[Fraction, Fraction]:
        """A price as a share of the contract's total and a sum beside it."""
        if fixed is not None:
            return Fraction(0), Fraction(fixed.minor)
        base = base_of(of, self.contract) if of == "total" or "." in of else None
        if rate is None or base is None:
            raise _BeyondError(f"rules.charge.of {of}")
        return (rate, Fraction(0)) if of == "total" else (Fraction(0), rate * base)

    def _maximum(self, rule: Rule) -> tuple[Fraction, Fraction] | None:
        ceiling = rule.at_most
        if ceiling is None:
            return None
        if (ceiling.per or self.counting.of("at_most")) not in {"obligation", "each obligation", *_TOGETHER}:
            raise _BeyondError("rules.at_most.per")
        to = ceiling.to
        return self._worth(None, to, "") if isinstance(to, Money) else self._worth(to.rate, None, to.of)

    def _together(self, rule: Rule, row: Priced, base: int) -> int:
        """The place of the maximum of all charges of a rule; −1 where each has its own, or none."""
        if rule.at_most is None or (rule.at_most.per or self.counting.of("at_most")) not in _TOGETHER:
            return -1
        if rule.id not in self.totals:
            assert row.together is not None
            over = over_scale(INTEGERS, row.together[0], base, row.together[1])
            self.totals[rule.id] = Pool(((1, ENDLESS),), rounded(over, row.scale, row.lead, row.even), False)
        return list(self.totals).index(rule.id)

    def _grace(self, grace: Grace | None, working: bool, length: int, completed: bool) -> int:
        """Units of grace; only where it is told in the days in which the delay counts."""
        if grace is None:
            return 0
        days = {"day": 1, "week": 7, "working day": 1}.get(grace.period.unit)
        alike = (grace.period.unit == "working day") == working
        if grace.kind is None or days is None or not alike or grace.period != Period(grace.period.n, grace.period.unit):
            raise _BeyondError("rules.grace")
        if (grace.period.n * days) % length or (completed and grace.kind == "charged once exceeded"):
            raise _BeyondError("rules.grace")  # blocks begin when grace ends
        return int(units(grace.period.n * days, length, completed))

    # limits

    def _party(self, rule: Rule, debtor: str) -> int:
        """The third party's limit that a rule's charges use up; −1 where none limits them."""
        third = self.contract.third_parties.get(rule.recourse or "")
        if third is None:
            if rule.recourse:
                raise _BeyondError("rules.recourse")
            return -1
        if third.limit is None or rule.head in third.limit_except:
            return -1
        key = str(rule.recourse), debtor
        if key not in self.parties:
            if len({name for name, _ in self.parties if name == key[0]}):
                raise _BeyondError("third_parties.limit for two debtors")
            self.parties[key] = len(self.limits)
            self.limits.append(self._limit(third, debtor))
        return self.parties[key]

    def _limit(self, third: ThirdParty, debtor: str) -> Party:
        assert third.limit is not None
        if third.limit.per not in {None, "all"}:
            raise _BeyondError("third_parties.limit.per")
        limit = self._fixed(third.limit.to, "third_parties.limit")
        shares = third.excess
        if not shares and self.counting.of("excess") == "client":
            shares = {next((key for key in self.contract.parties if key != debtor), debtor): Fraction(1)}
        if not shares:
            return Party(limit, 1, 1, True)
        if len(shares) > 2 or any(share < 0 for share in shares.values()):
            raise _BeyondError("third_parties.excess")
        scale = math.prod(share.denominator for share in shares.values())
        weights = {name: int(share * scale) for name, share in shares.items()}
        if not sum(weights.values()):
            raise _BeyondError("third_parties.excess")
        return Party(limit, weights.get(debtor, 0), sum(weights.values()), debtor == min(shares))

    def _fixed(self, to: Amount, where: str) -> int:
        """A limit in minor units, rounded down."""
        if isinstance(to, Share):
            base = base_of(to.of, self.contract) if to.of == "total" or "." in to.of else None
            if base is None:
                raise _BeyondError(where)
            return integer(to.rate * base, "down")
        return to.minor

    def _pooled(self, lines: list[tuple[Line, Rule]]) -> tuple[tuple[Pool, ...], tuple[Line, ...]]:
        """The caps that limit any of the lines, and the lines with their cap."""
        used: dict[str, int] = {}
        pools: list[Pool] = []
        placed = []
        found: dict[tuple[str, str], Cap | None] = {}
        for line, rule in lines:
            key = (rule.id, line.debtor)
            if key not in found:
                caps = [cap for cap in self.contract.caps if self._limits(cap, rule, line.debtor)]
                if len(caps) > 1:
                    raise _BeyondError("caps.two over one charge")
                found[key] = caps[0] if caps else None
            cap = found[key]
            if cap is not None and cap.id not in used:
                used[cap.id] = len(pools)
                pools.append(self._pool(cap))
            placed.append(line if cap is None else line._replace(pool=used[cap.id]))
        return tuple(pools), tuple(placed)

    def _limits(self, cap: Cap, rule: Rule, debtor: str) -> bool:
        """Whether a cap limits the charges of a rule; one that they only use up is not for tables."""
        if cap.covers is None or cap.to.per is None:
            raise _BeyondError("caps.covers")
        if cap.limits != debtor or rule.head in cap.except_:
            return False
        kind = rule.kind or ("interest" if rule.head == "interest" else "agreed sums")
        counted = cap.counts.get(kind)
        if counted is False:
            return False
        if rule.head in cap.covers:
            return True
        if counted is None and "everything" not in cap.covers:
            return False
        if not counted or "everything" not in cap.covers:
            raise _BeyondError("caps.counts")
        return True

    def _pool(self, cap: Cap) -> Pool:
        order = cap.order or self.counting.of("order")
        if order not in {"first come", "first come; same day pro rata", "pro rata"}:
            raise _BeyondError("caps.order")
        per, limit = cap.to.per or "", self._fixed(cap.to.to, "caps.to")
        if per in {"all", "term"}:
            return Pool(((1, ENDLESS),), limit, order == "pro rata")
        accrual = (cap.window or self.counting.of("window_day")) in {"the day it accrued", "accrual day"}
        if not accrual or not per.startswith(("contract year", "calendar ")):
            raise _BeyondError("caps.window")
        found = windows(self.record, per, whole_life=True)
        if not found:
            raise _BeyondError("caps.to.per")
        spans = tuple((window.first.toordinal(), window.after.toordinal() - 1) for window in found)
        return Pool(spans, limit, order == "pro rata")
