"""Laws of whole ladders: general, increased and inner caps with deductibles, layers, shares and several debtors."""

from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contracts.world import load_calendar
from core.assessment import Assessment, assess
from core.events import Event
from core.money import Money
from core.problems import Problem
from core.terms import Cap, Ceiling, Charge, Contract, CountingTerms, Party, Renewal, Rule, Term, ThirdParty, When
from core.world import World

CALENDAR = load_calendar("CN@2026-11")
assert not isinstance(CALENDAR, Problem)
WORLD = World(calendars={"CN@2026-11": CALENDAR})
LAST = date(2028, 6, 30)
CARVED = ("fraud", "intent")

days = st.dates(date(2026, 1, 5), LAST)
cents = st.integers(1, 1_000_000)
windows = st.sampled_from(["all", "contract year", "calendar year", "calendar quarter"])
singles = st.sampled_from(["claim", "event", "person", "third party", "head"])


def money(minor: int) -> Money:
    return Money(minor, "CNY")


@st.composite
def losses(draw: st.DrawFn) -> list[Event]:
    """Losses of several heads, causes and persons; of some an own share of the creditor was found."""
    made = []
    for n in range(draw(st.integers(1, 6))):
        fields: dict[str, Any] = {
            "head": draw(st.sampled_from([None, None, "data", "fraud"])),
            "fault": draw(st.sampled_from([None, None, "intent"])),
            "cause": draw(st.sampled_from([None, "fire"])),
            "person": draw(st.sampled_from([None, "one"])),
            "about": draw(st.sampled_from([None, "C-1"])),
        }
        loss = Event(what="loss proven", id=f"L{n}", by="lab", at=draw(days), amount=money(draw(cents)), **fields)
        made.append(loss)
    if draw(st.booleans()):
        share = draw(st.sampled_from(["10%", "33.3%", "100%"]))
        made.append(
            Event(what="own fault found", id="F", of=draw(st.sampled_from(["L0", "C-1"])), value=share, at=LAST)
        )
    return made


def rung(id_: str, minor: int, per: str, **more: object) -> Cap:
    fields: dict[str, Any] = {"covers": ("loss",), "order": "first come", "except_": CARVED, **more}
    fields.setdefault("window", "the day it accrued")
    return Cap(id=id_, clause="10", limits="provider", to=Ceiling(money(minor), per), **fields)


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Cap, ...]:
    """A general cap; an increased one and an inner one beside it or not; each order, and what is rare."""
    order = draw(st.sampled_from(["first come", "pro rata", "by head"]))
    rare: dict[str, Any] = draw(
        st.sampled_from(
            [
                {},
                {"deductible": money(50_000)},
                {"deductible": money(50_000), "franchise": True},
                {"deductible": money(90_000), "deductible_per": "window"},
                {"attachment": money(70_000)},
                {"share": Fraction(7, 10)},
                {"share": Fraction(7, 10), "share_order": "before the limit"},
            ]
        )
    )
    by = draw(st.sampled_from(["the day it accrued", "the day of the breach"]))
    caps = [rung("general", draw(cents), draw(windows), order=order, window=by, **rare)]
    if draw(st.booleans()):
        how = draw(st.sampled_from(["separate", "spills into the general", "inside it"]))
        caps.append(rung("increased", draw(cents), "all", covers=("data",), increases="general", super_cap=how))
    if draw(st.booleans()):
        series = draw(st.sampled_from(["as one", "each"]))
        again = draw(st.integers(0, 2))
        caps.insert(0, rung("inner", draw(cents), draw(singles), within="general", series=series, reinstated=again))
    return tuple(caps)


def rule(owed_by: str) -> Rule:
    return Rule(
        id=f"{owed_by}-pays",
        clause="9",
        when=When(state="loss"),
        owed_by=owed_by,
        owed_to="client",
        head="loss",
        charge=Charge(rate=Fraction(1), of="loss"),
        recourse="lab" if owed_by == "provider" else None,
    )


def contract(
    caps: tuple[Cap, ...], *, rules: tuple[Rule, ...] = (), limit: Ceiling | None = None, **knobs: str
) -> Contract:
    third = {
        "lab": ThirdParty(name={"en": "Lab"}, engaged_by="provider", limit=limit),
        "guarantor": ThirdParty(name={"en": "Guarantor"}, engaged_by="provider", signs=True),
    }
    return Contract(
        number="LAW",
        term=Term(from_=date(2026, 1, 5), until=date(2027, 12, 31)),
        renewal=Renewal(tacit=None),
        counting=CountingTerms(preset="CN-civil-code@2021", calendar="CN@2026-11", knobs=knobs),
        parties={key: Party(label={"en": key}, name={"en": key}) for key in ("provider", "client")},
        third_parties=third,
        rules=rules or (rule("provider"),),
        caps=caps,
    )


def worked(terms: Contract, events: list[Event]) -> Assessment:
    made = assess(terms, events, as_of=LAST, world=WORLD)
    assert () == made.problems
    return made


def payable(made: Assessment) -> dict[str, int]:
    return {one.charge: one.payable.minor for one in made.liabilities}


def carved(event: Event) -> bool:
    return bool({event.head, event.fault} & set(CARVED))


@given(losses(), ladders())
def test_no_rung_pays_more_than_it_holds(events, caps):
    made = worked(contract(caps), events)

    assert all(use.used.minor <= use.limit.minor for use in made.caps)
    assert all(use.used.minor + use.headroom.minor == use.limit.minor for use in made.caps)


@given(losses(), ladders())
def test_all_rungs_together_bound_what_is_limited(events, caps):
    general, *above = sorted((cap for cap in caps if cap.id != "inner"), key=lambda cap: cap.id != "general")
    made = worked(contract(caps), events)
    open_ = {f"provider-pays:{charge.subject}" for charge in made.charges if {charge.head, charge.fault} & set(CARVED)}
    data = {charge.id for charge in made.charges if charge.head == "data"}
    owed = {key: minor for key, minor in payable(made).items() if key not in open_}
    number = len({use.window for use in made.caps if use.cap == "general"})
    room = number * general.to.to.minor
    for cap in above:
        room = cap.to.to.minor if cap.super_cap == "inside it" else room + cap.to.to.minor
    limited = {key: minor for key, minor in owed.items() if above or key not in data}

    assert sum(limited.values()) <= room


@given(losses(), ladders(), cents, st.data())
def test_raising_any_rung_never_lowers_what_is_payable_in_all(events, caps, more, data):
    raised = data.draw(st.sampled_from(caps))
    to = msgspec.structs.replace(raised.to, to=money(raised.to.to.minor + more))
    higher = tuple(msgspec.structs.replace(cap, to=to) if cap is raised else cap for cap in caps)

    low, high = (sum(payable(worked(contract(one), events)).values()) for one in (caps, higher))
    assert high >= low - len(events)  # of shares of single charges a cent each may go


@given(losses(), ladders())
def test_what_is_carved_out_is_paid_whole_and_erodes_nothing(events, caps):
    kept = [event for event in events if event.what != "own fault found"]
    alone = [msgspec.structs.replace(event, about=None) for event in kept if not carved(event)]
    both = payable(worked(contract(caps), [msgspec.structs.replace(event, about=None) for event in kept]))

    assert all(both[key] == minor for key, minor in payable(worked(contract(caps), alone)).items())
    for event in kept:
        if carved(event) and event.amount:
            assert event.amount.minor == both[f"provider-pays:{event.id}"]


@given(losses(), ladders())
def test_what_is_taken_off_and_what_is_payable_make_each_charge(events, caps):
    for one in worked(contract(caps), events).liabilities:
        assert one.gross.minor == one.payable.minor + sum(cut.amount.minor for cut in one.reductions)


@given(losses(), ladders(), st.randoms(use_true_random=False))
def test_the_order_in_the_file_never_matters(events, caps, random):
    plain = [msgspec.structs.replace(event, about=None) for event in events]
    shuffled = list(plain)
    random.shuffle(shuffled)

    assert payable(worked(contract(caps), plain)) == payable(worked(contract(caps), shuffled))


@given(losses(), cents, cents, st.sampled_from(["no more than the loss", "each in full"]))
def test_two_sources_pay_a_loss_once_or_each_within_its_cap(events, first, second, how):
    caps = (
        rung("first", first, "all", covers=("everything",), except_=()),
        msgspec.structs.replace(rung("second", second, "all", covers=("everything",), except_=()), limits="guarantor"),
    )
    rules = (rule("provider"), rule("guarantor"))
    made = worked(contract(caps, rules=rules, double_cover=how), events)

    by_loss: dict[str, int] = {}
    for charge, owed in zip(made.charges, made.liabilities, strict=True):
        by_loss[charge.subject] = by_loss.get(charge.subject, 0) + owed.payable.minor
    if how == "no more than the loss":
        amounts = {charge.subject: charge.gross.minor for charge in made.charges}
        assert all(paid <= amounts[subject] for subject, paid in by_loss.items())
    assert all(use.used.minor <= use.limit.minor for use in made.caps)


@given(losses(), ladders(), cents, st.sampled_from(["all", "contract year", "calendar quarter", "claim"]))
def test_recourse_is_at_most_what_is_owed_and_what_each_window_of_the_limit_holds(events, caps, limit, per):
    made = worked(contract(caps, limit=Ceiling(money(limit), per)), events)
    owed = payable(made)

    assert all(one.amount.minor <= owed[one.charge] for one in made.recourses)
    assert all(one.within.minor <= limit for one in made.recourses)
    if per == "all":
        assert sum(one.amount.minor for one in made.recourses) <= limit
