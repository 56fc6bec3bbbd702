"""Terms as tables: what they say comes out as `assess` has it, one contract or many; what they cannot say is named."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.world import load_calendar
from core.assessment import assess
from core.events import Event
from core.lowered.columns import book
from core.lowered.tables import Line, Lowered, priced
from core.lowering import lower
from core.money import Money
from core.periods import Calendar, Period
from core.portfolio import Case, Ledger, ends, figures, sweep
from core.terms import (
    Anchor,
    Annex,
    Cap,
    Ceiling,
    Charge,
    Contract,
    CountingTerms,
    DueRule,
    Every,
    Grace,
    Party,
    Per,
    Rounding,
    Rule,
    Share,
    Term,
    ThirdParty,
    When,
)
from core.world import World

FOUND = load_calendar("CN@2026-11")
assert isinstance(FOUND, Calendar)
CALENDAR: Calendar = FOUND
WORLD = World(calendars={"CN@2026-11": CALENDAR}, presets=("CN-civil-code@2021",))
SIGNED = date(2025, 1, 6)
AS_OF = date(2026, 12, 31)
ON = DueRule(on=date(2025, 3, 3))

cents = st.integers(0, 3_000_000)
amounts = cents.map(lambda minor: Money(minor, "CNY"))
rates = st.integers(0, 400).map(lambda n: Fraction(n, 7000)) | st.integers(0, 60).map(lambda n: Fraction(n, 10_000))
shares = rates.map(lambda rate: Share(rate, "total")) | rates.map(lambda rate: Share(rate, "A1.price"))


def said(charge: dict[str, Any], **more: Any) -> Charge:
    return Charge(**charge, **more)


prices = st.one_of(
    amounts.map(lambda amount: {"amount": amount}),
    rates.map(lambda rate: {"rate": rate, "of": "total"}),
    rates.map(lambda rate: {"rate": rate, "of": "A1.price"}),
)
pers = st.one_of(
    st.just(Per("day", 1, "started")),
    st.just(Per("working day", 1, "started")),
    st.builds(Per, st.sampled_from(["day", "week"]), st.integers(1, 6), st.sampled_from(["started", "completed"])),
)


@st.composite
def rules(draw: st.DrawFn, name: str, head: str) -> Rule:
    """A rule for late annexes: flat, once or in tiers, with grace and a maximum or without."""
    per, tiered = draw(pers), draw(st.booleans())
    once = not tiered and draw(st.integers(0, 4)) == 0
    unit = "working day" if per.unit == "working day" and not once else draw(st.sampled_from(["day", "week"]))
    block = 1 if once or per.unit == "working day" else per.n * (7 if per.unit == "week" else 1)
    unit = unit if 7 % block == 0 or unit == "working day" else "day"  # blocks begin when grace ends
    each = 1 if unit == "week" else block
    completed = per.part == "completed" and not once
    grace = st.builds(
        Grace,
        st.builds(Period, st.integers(0, 9).map(lambda n: n * each), st.just(unit)),
        st.sampled_from(["never charged"] if completed else ["never charged", "charged once exceeded"]),
    )
    edge, more = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    last = draw(st.none() | st.just(edge + 2 * more))
    spans = [(None, edge), (edge + 1, edge + more), (edge + more + 1, last)]
    recourse = draw(st.sampled_from([None, "lab", "print"]))
    return Rule(
        id=name,
        clause="8",
        when=When(state="late", any=draw(st.sampled_from(["annex", "duty"]))),
        head=head,
        owed_by="provider" if recourse else draw(st.sampled_from([None, "provider"])),
        grace=draw(st.none() | grace),
        counts=draw(st.sampled_from(["days after grace", "days after due"])),
        tiering=draw(st.sampled_from(["each day at its own rate", "all days at the rate reached"])) if tiered else None,
        charge=None if tiered else said(draw(prices), per=None if once else per),
        tiers=tuple(said(draw(prices), per=per, from_=a, to=b) for a, b in spans) if tiered else (),
        at_most=draw(st.none() | st.builds(Ceiling, amounts | shares, st.sampled_from(["obligation", "all"]))),
        round=Rounding("once", draw(st.sampled_from(["half up", "half even", "down", "up"]))),
        recourse=recourse,
    )


@st.composite
def caps(draw: st.DrawFn, covers: tuple[str, ...], name: str) -> Cap:
    return Cap(
        id=name,
        clause="11",
        limits="provider",
        covers=covers,
        to=Ceiling(draw(amounts | shares), draw(st.sampled_from(["all", "contract year", "calendar quarter"]))),
        window="the day it accrued",
        order=draw(st.sampled_from(["first come; same day pro rata", "pro rata"])),
    )


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Contract, tuple[Event, ...]]:
    """A contract within the tables, and which of its annexes came when."""
    day = st.integers(1, 600).map(lambda n: SIGNED + timedelta(days=n))
    due = st.one_of(
        day.map(lambda d: DueRule(on=CALENDAR.next_working_day(d))),
        st.builds(
            DueRule,
            period=st.builds(Period, st.integers(0, 90), st.sampled_from(["day", "working day", "week", "month"])),
            anchor=st.sampled_from(["signed", "effective", "start"]).map(Anchor),
        ),
        st.just(DueRule(period=Period(9, "day"), anchor=Anchor("delivered", "A1"))),
    )
    annexes = tuple(
        Annex(
            id=f"A{n}",
            owed_by=draw(st.sampled_from(["provider", "provider", "client"])),
            due=draw(due) if n > 1 else ON,
            price=Money(draw(cents), "CNY"),
        )
        for n in range(1, draw(st.integers(2, 13)))
    )
    events = [Event(what="delivered", id=f"E{a.id}", of=a.id, at=draw(day)) for a in annexes if draw(st.booleans())]
    heads = [("delay", "service"), ("delay", "delay"), ("service", "service")]
    one, two = draw(st.sampled_from(heads))
    excess = st.sampled_from([{}, {"client": Fraction(1)}, {"client": Fraction(1, 3), "provider": Fraction(2, 3)}])
    limit = st.none() | st.builds(Ceiling, amounts | shares, st.sampled_from([None, "all"]))
    named = {
        key: ThirdParty(name={"en": key}, engaged_by="provider", limit=draw(limit), excess=draw(excess))
        for key in ("lab", "print")
    }
    limits: list[Cap] = []
    if one != two:
        limits = [draw(caps(("delay",), "delays")), draw(caps(("service",), "services"))][: draw(st.integers(0, 2))]
    elif draw(st.booleans()):
        limits = [draw(caps((one,), "general"))]
    made = Contract(
        number="TABLES",
        total=Money(draw(st.integers(0, 90_000_000) | st.integers(10**15, 10**20)), "CNY"),
        signed=SIGNED,
        term=Term(from_=SIGNED, for_=Period(18, "month")),
        counting=CountingTerms(
            preset="CN-civil-code@2021",
            calendar="CN@2026-11",
            knobs={
                "stack": "all",
                "late_ends": draw(st.sampled_from(["due day out, done day in", "both in", "both out"])),
                "excess": draw(st.sampled_from(["engager", "client"])),
            },
        ),
        parties={key: Party(label={"en": key}, name={"en": key}) for key in ("provider", "client")},
        third_parties=named,
        annexes=annexes,
        rules=(draw(rules("r1", one)), draw(rules("r2", two)))[: draw(st.integers(1, 2))],
        caps=tuple(limits),
    )
    return made, tuple(events)


def asked(contract: Contract, events: tuple[Event, ...]) -> dict[str, tuple[int, int]]:
    """What `assess` says: each charge before and after limits."""
    made = assess(contract, events, as_of=AS_OF, world=WORLD)
    assert not made.problems
    return {one.charge: (one.gross.minor, one.payable.minor) for one in made.liabilities if one.gross.minor}


@given(st.lists(contracts(), min_size=1, max_size=4))
def test_a_sweep_gives_what_assess_gives_charge_by_charge(drawn: list[tuple[Contract, tuple[Event, ...]]]):
    made = sweep([Case(contract, events, WORLD) for contract, events in drawn], as_of=AS_OF)

    assert {} == made.refused
    assert [asked(*one) for one in drawn] == [made.of(place) for place in range(len(drawn))]


@given(contracts())
def test_one_charge_in_integers_is_the_same_charge_in_columns(drawn: tuple[Contract, tuple[Event, ...]]):
    contract, events = drawn
    alone = [rule.at_most and Ceiling(rule.at_most.to, "obligation") for rule in contract.rules]
    rules = tuple(
        msgspec.structs.replace(r, recourse=None, at_most=a) for r, a in zip(contract.rules, alone, strict=True)
    )
    tables = tabled(msgspec.structs.replace(contract, rules=rules, caps=()), events)
    gross, payable = figures(book([tables]))

    assert [one_by_one(line, tables.calendar) for line in tables.lines] == list(zip(gross, payable, strict=True))


def one_by_one(line: Line, calendar: Calendar) -> tuple[int, int]:
    start, end = date.fromordinal(line.start), date.fromordinal(line.end)
    days = calendar.count_working_days(start, end) if line.rule.working else (end - start).days
    return priced(line.rule, line.base, days, days)


def tabled(contract: Contract, events: tuple[Event, ...] = ()) -> Lowered:
    made = lower(contract, events, as_of=AS_OF, world=WORLD)
    assert isinstance(made, Lowered), made
    return made


@given(contracts(), st.integers(1, 5))
def test_in_how_many_blocks_a_portfolio_is_worked_moves_no_figure(
    drawn: tuple[Contract, tuple[Event, ...]], block: int
):
    made = book([tabled(*drawn), tabled(*drawn), tabled(msgspec.structs.replace(drawn[0], annexes=()))])

    whole, cut = figures(made), figures(made, block)

    assert whole[0].tolist() == cut[0].tolist()
    assert whole[1].tolist() == cut[1].tolist()


# by hand


def plain_contract(**more: Any) -> Contract:
    """One annex due on 3 March 2025 and never delivered: 668 days, 0.05 % of 10,000.00 for each."""
    late = Rule(
        id="late",
        clause="8",
        when=When(state="late", any="annex"),
        head="delay",
        charge=Charge(rate=Fraction(5, 10_000), of="total", per=Per("day", 1, "started")),
    )
    given: dict[str, Any] = {
        "number": "P",
        "total": Money(1_000_000, "CNY"),
        "signed": SIGNED,
        "term": Term(from_=SIGNED, for_=Period(2, "year")),
        "counting": CountingTerms(preset="CN-civil-code@2021", calendar="CN@2026-11"),
        "parties": {key: Party(label={"en": key}, name={"en": key}) for key in ("provider", "client")},
        "annexes": (Annex(id="A1", owed_by="provider", due=ON),),
        "rules": (late,),
    }
    return Contract(**(given | more))


def ruled(**more: Any) -> Contract:
    contract = plain_contract()
    return msgspec.structs.replace(contract, rules=(msgspec.structs.replace(contract.rules[0], **more),))


def counted(**knobs: str) -> Contract:
    contract = plain_contract()
    return msgspec.structs.replace(contract, counting=msgspec.structs.replace(contract.counting, knobs=knobs))


def capped(**more: Any) -> Contract:
    given: dict[str, Any] = {
        "id": "general",
        "clause": "11",
        "limits": "provider",
        "covers": ("delay",),
        "to": Ceiling(Money(100_000, "CNY"), "all"),
        "order": "first come",
    }
    return plain_contract(caps=(Cap(**(given | more)),))


def recoursed(rule: dict[str, Any] | None = None, **more: Any) -> Contract:
    given: dict[str, Any] = {
        "name": {"en": "Lab"},
        "engaged_by": "provider",
        "limit": Ceiling(Money(100_000, "CNY"), "all"),
    }
    contract = ruled(recourse="lab", **(rule or {}))
    return msgspec.structs.replace(contract, third_parties={"lab": ThirdParty(**(given | more))})


def due(**rule: Any) -> Contract:
    return plain_contract(annexes=(Annex(id="A1", owed_by="provider", due=DueRule(**rule)),))


def test_what_tables_say_is_the_sum_by_hand():
    made = sweep([Case(plain_contract(), (), WORLD)], as_of=AS_OF)

    assert {"late:A1": (334_000, 334_000)} == made.of(0)  # 668 days × 0.05 % × 10,000.00
    assert ("provider", "client") == (made.tables[0].lines[0].debtor, made.tables[0].lines[0].creditor)


def test_a_contract_that_tables_cannot_say_goes_through_assess_and_is_counted():
    least = ruled(minimum=Money(500_000, "CNY"))
    made = sweep([Case(plain_contract(), (), WORLD), Case(least, (), WORLD), Case(least, (), WORLD)], as_of=AS_OF)

    assert {"rules.minimum": 2} == made.refused
    assert {"late:A1": (500_000, 500_000)} == made.of(1)
    assert {"late:A1": (334_000, 334_000)} == made.of(0)


def test_an_empty_portfolio_has_no_charges():
    made = sweep([], as_of=AS_OF)

    assert ({}, 0) == (made.refused, len(made.gross))


PER_DAY = Per("day", 1, "started")
SHARE = Charge(rate=Fraction(1, 1000), of="total", per=PER_DAY)
FIVE = Money(500, "CNY")


@pytest.mark.parametrize(
    ("contract", "name"),
    [
        (plain_contract(tax=Fraction(6, 100)), "tax"),
        (ruled(charge=Charge(amount=Money(500, "EUR"), per=PER_DAY)), "two currencies"),
        (recoursed(fee=Money(500, "EUR")), "two currencies"),
        (capped(to=Ceiling(Money(500, "EUR"), "all")), "two currencies"),
        (ruled(plus=Charge(amount=FIVE, on=1)), "rules.plus"),
        (ruled(charge=msgspec.structs.replace(SHARE, on=2)), "rules.charge.on"),
        (capped(share=Fraction(1, 2)), "caps.share"),
        (recoursed(excess_if="agreement signed"), "third_parties.excess_if"),
        (plain_contract(counting=CountingTerms(calendar="CN@2026-11", calendars={"client": "CN@2026-11"})), "counting.calendars"),
        (counted(lateness_by="spans of 24 h"), "counting.lateness_by"),
        (ruled(round=Rounding("each day", "half up")), "rules.round"),
        (ruled(charge=None, tiers=(SHARE,)), "rules.tiering"),
        (ruled(charge=None, tiers=(SHARE,), tiering="each day at its own rate", grace=Grace(Period(2, "day"), "never charged")), "rules.counts"),
        (ruled(charge=None, tiers=(msgspec.structs.replace(SHARE, from_=3),), tiering="each day at its own rate"), "rules.tiers"),
        (ruled(charge=None, tiers=(SHARE, Charge(amount=FIVE, per=Per("week", 1, "started"))), tiering="each day at its own rate"), "rules.charge.per"),
        (ruled(charge=None, tiers=(Charge(amount=FIVE),), tiering="each day at its own rate"), "rules.charge.per"),
        (ruled(charge=None), "rules.charge.per"),
        (ruled(charge=msgspec.structs.replace(SHARE, from_=2)), "rules.charge.from"),
        (ruled(charge=Charge(amount=FIVE, per=Per("hour"))), "rules.charge.per"),
        (ruled(charge=Charge(amount=FIVE, per=Per("week"))), "rules.charge.per"),
        (ruled(charge=Charge(amount=FIVE, per=Per("working day", 2, "started"))), "rules.charge.per"),
        (ruled(charge=Charge(amount=Money(-500, "CNY"), per=PER_DAY)), "rules.below zero"),
        (ruled(charge=Charge(rate=Fraction(1, 100), of="loss", per=PER_DAY)), "rules.charge.of loss"),
        (ruled(charge=Charge(rate=Fraction(1, 100), of="A1.price", per=PER_DAY)), "rules.charge.of A1.price"),
        (ruled(at_most=Ceiling(FIVE, "calendar month")), "rules.at_most.per"),
        (ruled(at_most=Ceiling(FIVE, "obligation", excess="carried forward")), "rules.at_most.excess"),
        (ruled(grace=Grace(Period(2, "day"))), "rules.grace"),
        (ruled(charge=Charge(amount=FIVE, per=Per("day", 2, "started")), grace=Grace(Period(1, "day"), "never charged")), "rules.grace"),
        (ruled(grace=Grace(Period(2, "working day"), "never charged")), "rules.grace"),
        (ruled(grace=Grace(Period(1, "month"), "never charged")), "rules.grace"),
        (counted(weeks_are="5 working days"), "counting.weeks_are"),
        (plain_contract(rules=(plain_contract().rules[0], msgspec.structs.replace(plain_contract().rules[0], id="again"))), "rules.stack"),
        (ruled(recourse="nobody"), "rules.recourse"),
        (recoursed(limit=Ceiling(Money(100_000, "CNY"), "obligation")), "third_parties.limit.per"),
        (recoursed(limit=Ceiling(Share(Fraction(1, 2), "unpaid"), "all")), "third_parties.limit"),
        (recoursed(excess={"client": Fraction(1, 3), "lab": Fraction(1, 3), "provider": Fraction(1, 3)}), "third_parties.excess"),
        (recoursed(excess={"client": Fraction(0)}), "third_parties.excess"),
        (msgspec.structs.replace(recoursed(), annexes=(Annex(id="A1", owed_by="provider", due=ON), Annex(id="A2", owed_by="client", due=ON))), "third_parties.limit for two debtors"),
        (capped(covers=None), "caps.covers"),
        (capped(covers=("everything",)), "caps.counts"),
        (capped(covers=("loss",), counts={"agreed sums": True}), "caps.counts"),
        (capped(order="by head"), "caps.order"),
        (capped(to=Ceiling(FIVE, "contract year")), "caps.window"),
        (capped(to=Ceiling(FIVE, "person"), window="the day it accrued"), "caps.window"),
        (msgspec.structs.replace(capped(to=Ceiling(FIVE, "contract year"), window="the day it accrued"), term=None), "caps.to.per"),
        (plain_contract(caps=(*capped().caps, *capped(id="other").caps)), "caps.two over one charge"),
        (due(period=Period(30, "hour"), anchor=Anchor("signed")), "annexes.due at a time of day"),
        (due(on=date(2025, 10, 1)), "asked.ASK-KNOB-01"),
    ],
)  # fmt: skip
def test_what_tables_cannot_say_is_named(contract: Contract, name: str):
    made = lower(contract, (), as_of=AS_OF, world=WORLD)

    assert not isinstance(made, Lowered)
    assert (name,) == made


def test_settings_that_nobody_has_looked_at_here_are_named():
    made = lower(counted(partial="open part late"), (), as_of=AS_OF, world=WORLD)

    assert ("counting.partial",) == made


def happened(what: str, day: date, **more: Any) -> Event:
    given: dict[str, Any] = {"what": what, "id": f"{what}{day}", "of": "A1", "at": day}
    return Event(**(given | more))


@pytest.mark.parametrize(
    ("events", "name"),
    [
        ([happened("loss proven", SIGNED, amount=FIVE)], ["events.loss proven", "events.amount"]),
        ([happened("delivered", date(2025, 4, 1)), happened("rejected", date(2025, 4, 3))], ["events.rejected"]),
        ([happened("delivered", date(2025, 4, 1), of="A7")], ["asked.EVENT-UNMET-01"]),
    ],
)
def test_what_happened_beyond_the_tables_is_named(events: list[Event], name: list[str]):
    assert name == list(lower(plain_contract(), events, as_of=AS_OF, world=WORLD))


SAME = [
    (plain_contract(annexes=(Annex(id="A1", owed_by="provider", due=ON, accepted_by=("client",)),)), [happened("delivered", date(2025, 4, 1))]),
    (plain_contract(annexes=(Annex(id="A1", owed_by="provider"),)), []),
    (plain_contract(), [happened("delivered", date(2025, 4, 1)), happened("extended", date(2025, 3, 1), until=date(2025, 3, 20))]),
    (plain_contract(), [happened("delivered", date(2025, 4, 1), about="A1")]),
    (msgspec.structs.replace(due(every=Every("calendar quarter"), by="last working day"), term=Term(from_=date(2025, 1, 1), for_=Period(2, "year"))), [happened("delivered", date(2025, 4, 30), of="A1/2025-Q1")]),
    (plain_contract(annexes=(*plain_contract().annexes, Annex(id="A2", owed_by="provider", due=DueRule(period=Period(3, "day"), anchor=Anchor("accepted", "A1"))))), []),
    (counted(delay_unit="working days"), []),
    (plain_contract(annexes=tuple(Annex(id=f"A{n}", owed_by="provider", due=DueRule(period=Period(9, "day"), anchor=Anchor("signed"))) for n in (1, 2))), []),
    (counted(roll_fixed_dates="yes"), []),
    (counted(at_most="all of the rule"), []),
    (msgspec.structs.replace(ruled(at_most=Ceiling(FIVE)), counting=counted(at_most="all of the rule").counting), []),
    (plain_contract(rules=(*plain_contract().rules, Rule(id="loss", clause="9", when=When(state="loss"), head="loss", charge=Charge(rate=Fraction(1), of="loss")))), []),
    (capped(covers=("everything",), counts={"agreed sums": True}), []),
    (capped(counts={"agreed sums": False}), []),
    (capped(covers=("loss",)), []),
    (capped(limits="client"), []),
    (capped(except_=("delay",)), []),
    (capped(to=Ceiling(FIVE, "calendar year"), window="the day it accrued"), []),
    (recoursed(limit=None), []),
    (recoursed(limit_except=("delay",)), []),
    (recoursed(excess={"client": Fraction(1)}), []),
    (recoursed({"owed_to": "lab"}, excess={"client": Fraction(1, 2), "lab": Fraction(1, 2)}), []),
    (plain_contract(total=None, rules=(msgspec.structs.replace(plain_contract().rules[0], charge=Charge(amount=FIVE, per=PER_DAY)),)), []),
]  # fmt: skip


@pytest.mark.parametrize(("contract", "events"), SAME)
def test_what_tables_follow_comes_out_the_same(contract: Contract, events: list[Event]):
    made = sweep([Case(contract, events, WORLD)], as_of=AS_OF)

    assert {} == made.refused
    assert asked(contract, tuple(events)) == made.of(0)


def test_what_was_not_known_does_not_count():
    late = happened("delivered", date(2025, 4, 1), recorded=date(2026, 6, 1))
    known_at = date(2025, 5, 1)
    made = sweep([Case(plain_contract(), [late], WORLD)], as_of=known_at, known_at=known_at)

    assert {"late:A1": (29_500, 29_500)} == made.of(0)  # to 1 May: 59 days × 500 fen


def test_amounts_beyond_64_bits_share_a_limit_to_the_cent():
    annexes = tuple(Annex(id=f"A{n}", owed_by="provider", due=ON) for n in (1, 2, 3))
    huge = msgspec.structs.replace(capped(), annexes=annexes, total=Money(10**24 + 7, "CNY"))
    rules = (msgspec.structs.replace(huge.rules[0], charge=Charge(rate=Fraction(1, 3), of="total")),)
    huge = msgspec.structs.replace(
        huge, rules=rules, caps=(msgspec.structs.replace(huge.caps[0], to=Ceiling(Money(10**23 + 1, "CNY"), "all")),)
    )
    made = sweep([Case(huge, (), WORLD)], as_of=AS_OF)

    assert asked(huge, ()) == made.of(0)
    assert 10**23 + 1 == sum(payable for _, payable in made.of(0).values())


def test_a_withdrawn_delivery_is_one_that_never_came_once_that_is_known():
    start = np.array([100, 100, 100, 100], dtype=np.int32)
    ledger = Ledger(
        of=np.array([0, 1, 1, 2, 1]),
        day=np.array([90, 110, 130, 400, 110]),
        recorded=np.array([90, 110, 130, 140, 150]),
        voids=np.array([-1, -1, -1, -1, 1]),
    )

    def ended(known_at: int) -> list[int]:
        found: list[int] = ends(ledger, start, as_of=200, known_at=known_at).tolist()
        return found

    assert [100, 110, 200, 200] == ended(149)  # on time; late; not within the day asked about; not at all
    assert [100, 130, 200, 200] == ended(150)
