"""assess(): one contract, its events and the world in; every figure with its reasons out. Same input, same answer,
for ever.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from core.accounts import Account, accounts
from core.breaches import Breach, breaches
from core.canonical import digest
from core.charges import Accrual, charges
from core.claims import Balance, Claim, balances, claim_rights, claims
from core.events import Event
from core.law.beside import Beside, beside
from core.law.limitation import limitations
from core.law.overpaid import overpaid
from core.law.wages import wages
from core.liability import CapUse, Liability, Recourse, fees, liability
from core.life.ending import Ended, beside_end, ended, ending_duties, ending_rights
from core.life.involvement import Involved, involved, involvement_duties, settled
from core.life.refunds import Ahead, Refund, ahead, owed_back, refunds, top_ups
from core.life.rights import Right, renewal_rights
from core.life.settlements import Settlement, settlements
from core.life.surviving import standing
from core.life.triggers import rights
from core.limits.causes import Cause, causes, name_causes, remarks
from core.measures import Figure, measures
from core.money import Money
from core.presets import PRESETS
from core.pricing.debtors import by_debtor
from core.pricing.interest import is_interest
from core.pricing.surcharges import surcharges
from core.problems import Problem
from core.record import Decided, Record, fold
from core.schedule import Obligation, schedule
from core.terms import Contract
from core.unmatched import name_astray, name_unmatched
from core.world import World

__all__ = ["SEMANTICS", "Assessment", "Other", "Usage", "assess", "others"]

SEMANTICS = 1
"""Number of the rules of computation; a change that can move any figure raises it."""


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A convention by which these figures were counted, and where it comes from."""

    knob: str
    value: str
    origin: str


class Other(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The other reading of a term: what would be payable under it, by who owes whom."""

    about: str
    takes: str
    balances: tuple[Balance, ...]


class Assessment(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything that follows from one contract as of a day, by what was then known.

    `problems` are what the contract must still decide: the figures they touch are left out, never guessed.
    `charges`, `liabilities` and `claims` run in parallel, one of each for every charge.
    """

    format: int = 1
    semantics: int = SEMANTICS
    contract: str
    contract_digest: str
    events_digest: str
    world_digest: str
    as_of: datetime
    known_at: datetime | None = None
    zone: str
    currency: str
    obligations: tuple[Obligation, ...] = ()
    accounts: tuple[Account, ...] = ()
    figures: tuple[Figure, ...] = ()
    breaches: tuple[Breach, ...] = ()
    charges: tuple[Accrual, ...] = ()
    liabilities: tuple[Liability, ...] = ()
    caps: tuple[CapUse, ...] = ()
    recourses: tuple[Recourse, ...] = ()
    claims: tuple[Claim, ...] = ()
    balances: tuple[Balance, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    refunds: tuple[Refund, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    rights: tuple[Right, ...] = ()
    involvements: tuple[Involved, ...] = ()
    ending: Ended | None = None
    causes: tuple[Cause, ...] = ()
    beside: tuple[Beside, ...] = ()
    decided: tuple[Decided, ...] = ()
    usages: tuple[Usage, ...] = ()
    problems: tuple[Problem, ...] = ()

    def payable(self, debtor: str, creditor: str) -> Money:
        """What `debtor` owes `creditor` from charges and recourse, after every limit."""
        found = [b.payable for b in self.balances if b.debtor == debtor and b.creditor == creditor]
        return found[0] if found else Money(0, self.currency)


def assess(
    contract: Contract,
    events: Iterable[Event],
    *,
    as_of: date | datetime,
    known_at: date | datetime | None = None,
    world: World,
    assume: Mapping[str, Any] | None = None,
    readings: Mapping[str, Fraction] | None = None,
) -> Assessment:
    """Every figure of one contract as of `as_of`, by what was recorded by `known_at` (None: everything).

    A bare date is its 24:00 in the contract's zone. `assume` takes a reading of the contract by path for this answer
    alone; `readings` takes key figures and scores as given, by "<measure>/<window>".
    Nothing is read from a clock, file or database; what the contract leaves open comes back as `problems`.
    """
    listed = tuple(events)
    record = fold(contract, listed, as_of=as_of, known_at=known_at, world=world, assume=assume or {})
    record.readings = dict(readings or {})
    flow = _follow(record)
    debts = flow.accounts
    assert record.as_of.instant is not None
    return Assessment(
        contract=contract.number,
        contract_digest=digest(contract),
        events_digest=digest(listed),
        world_digest=digest(_pinned(contract, world)),
        as_of=record.as_of.instant,
        known_at=record.known_at.instant if record.known_at else None,
        zone=record.zone,
        currency=contract.currency,
        obligations=tuple(
            msgspec.structs.replace(o, done=debts[o.id].settled) if o.id in debts else o for o in flow.obligations
        ),
        accounts=tuple(debts.values()),
        figures=tuple(flow.figures.values()),
        breaches=flow.breaches,
        charges=flow.charges,
        liabilities=flow.liabilities,
        caps=flow.caps,
        recourses=flow.recourses,
        claims=flow.claims,
        balances=flow.balances,
        ahead=flow.ahead,
        refunds=flow.refunds,
        settlements=settlements(record, flow.obligations, debts, flow.charges, flow.claims, flow.figures),
        rights=flow.rights,
        involvements=flow.involvements,
        ending=flow.ending,
        causes=flow.causes,
        beside=(
            *beside(record, flow.obligations, flow.breaches, flow.charges, debts),
            *remarks(flow.causes),
            *wages(record, flow.charges),
            *beside_end(record, flow.ending),
            *overpaid(record, flow.claims, debts),
        ),
        decided=record.decided,
        usages=_usages(record),
        problems=tuple(record.questions),
    )


class _Flow(NamedTuple):
    """What each stage gave, in the order of the stages."""

    obligations: tuple[Obligation, ...]
    accounts: dict[str, Account]
    figures: dict[str, Figure]
    breaches: tuple[Breach, ...]
    charges: tuple[Accrual, ...]
    liabilities: tuple[Liability, ...]
    caps: tuple[CapUse, ...]
    recourses: tuple[Recourse, ...]
    claims: tuple[Claim, ...]
    balances: tuple[Balance, ...]
    rights: tuple[Right, ...]
    causes: tuple[Cause, ...]
    involvements: tuple[Involved, ...]
    ending: Ended | None
    ahead: tuple[Ahead, ...]
    refunds: tuple[Refund, ...]


def _settled_before(record: Record) -> None:
    """What was paid in full, settled or waived before an amendment of everything unsettled: it is not reopened."""
    for version in record.versions:
        if version.applies == "everything" and version.amendment.id not in record.closed:
            flow = _follow(record.on_the_eve(version))
            debts = {debt for debt in flow.accounts if flow.accounts[debt].open.minor}
            names = set(flow.accounts) - debts
            for accrual, claim in zip(flow.charges, flow.claims, strict=True):
                paid = claim.open.minor == 0 and claim.payable.minor > 0 and not accrual.running
                if paid or claim.state in ("waived", "settled"):
                    names.add(f"{accrual.rule}:{accrual.subject}")
                    names.update({accrual.subject} - set(debts))
            record.closed[version.amendment.id] = frozenset(names)


def _follow(record: Record) -> _Flow:
    _settled_before(record)
    said = schedule(record)
    owed = (*standing(record, said), *involvement_duties(record), *ending_duties(record), *top_ups(record))
    name_unmatched(record, owed)
    debts = accounts(record, owed)
    figures = measures(record, owed)
    found = breaches(record, owed, debts, figures)
    accruals = by_debtor(record, surcharges(record, charges(record, found, debts, figures), found, debts))
    shared = causes(record, accruals, found, figures)
    owing, ledger, recourses = liability(record, accruals, fees(owed, debts), shared, found)
    made = claims(record, accruals, {one.charge: one for one in owing}, debts, owed, figures)
    name_astray(record, owed, figures, accruals, made)
    given = (
        *rights(record, found, accruals, figures),
        *ending_rights(record, found, figures),
        *claim_rights(record, accruals, figures),
        *limitations(record, found, accruals),
        *renewal_rights(record),
    )
    outside, end = involved(record, owed), ended(record, said, debts, given)
    recovered = [(r.debtor, r.creditor, r.amount) for r in recourses if r.amount.minor]
    recovered += [row for one in outside for row in settled(one)]
    recovered += [(b.debtor, b.creditor, b.amount) for b in (end.back if end else ()) if b.amount.minor]
    held, back = ahead(record, owed, accruals), refunds(record)
    recovered += owed_back(held, back)
    sums = balances(accruals, made, recovered, record.contract.currency)
    named = name_causes(record, accruals, shared)
    return _Flow(
        owed,
        debts,
        figures,
        found,
        accruals,
        owing,
        ledger,
        recourses,
        made,
        sums,
        given,
        named,
        outside,
        end,
        held,
        back,
    )


def others(
    contract: Contract,
    events: Iterable[Event],
    *,
    as_of: date | datetime,
    known_at: date | datetime | None = None,
    world: World,
    assume: Mapping[str, Any] | None = None,
) -> tuple[Other, ...]:
    """What each reading that was not taken would make payable; one assessment for each."""
    listed, taken = tuple(events), dict(assume or {})
    made = []
    for reading in contract.readings:
        decided = taken.get(reading.about) or next(
            (d.takes for d in contract.decisions if d.about == reading.about), None
        )
        for option in reading.options:
            if option != decided:
                assumed = {**taken, reading.about: option}
                record = fold(contract, listed, as_of=as_of, known_at=known_at, world=world, assume=assumed)
                made.append(Other(about=reading.about, takes=option, balances=_follow(record).balances))
    return tuple(made)


def _pinned(contract: Contract, world: World) -> World:
    """The part of the world that this contract reads: its calendar, those of its parties, and its preset."""
    key = contract.counting.calendar or next(iter(world.calendars))
    named = (key, *contract.counting.calendars.values())
    known = {name: world.calendars[name] for name in named if name in world.calendars}
    calendars = known if key in world.calendars else world.calendars
    preset = contract.counting.preset
    return World(calendars=calendars, presets=(preset,) if preset in PRESETS else (), rates=world.rates)


def _usages(record: Record) -> tuple[Usage, ...]:
    """The conventions that bear on any delay, with their origin; all others are printed where they bite."""
    counting = record.counting
    shown = ["first_day", "roll", "lateness_by", "late_ends", "part_days", "deemed", "day_basis"]
    if any(is_interest(rule.charge) for rule in record.contract.rules):
        shown += ["interest_days", "compounding", "reference"]
    return tuple(
        Usage(knob, value, str(counting.origin(knob))) for knob in shown if (value := counting.of(knob)) is not None
    )
