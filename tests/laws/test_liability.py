"""Laws of limits: whatever the losses and the caps, no finite cap is exceeded, and raising one never costs the creditor."""

from datetime import date
from fractions import Fraction

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.world import load_calendar
from core.assessment import Assessment, assess
from core.events import Event
from core.money import Money
from core.problems import Problem
from core.terms import Cap, Ceiling, Charge, Contract, CountingTerms, Party, Rule, Term, ThirdParty, When
from core.world import World

CALENDAR = load_calendar("CN@2026-11")
assert not isinstance(CALENDAR, Problem)
WORLD = World(calendars={"CN@2026-11": CALENDAR})
LAST = date(2027, 12, 31)
RULE = Rule(
    id="loss",
    clause="9",
    when=When(state="loss"),
    owed_by="provider",
    owed_to="client",
    head="loss",
    charge=Charge(rate=Fraction(1), of="loss"),
)

days = st.dates(date(2026, 1, 5), date(2027, 12, 30))
cents = st.integers(1, 3_000_000)
scopes = st.sampled_from(
    [
        "all",
        "contract year",
        "calendar year",
        "calendar quarter",
        "rolling 12 months",
        "rolling 3 months",
        "claim",
        "event",
    ]
)
orders = st.sampled_from(["first come", "pro rata"])


def money(minor: int) -> Money:
    return Money(minor, "CNY")


@st.composite
def losses(draw: st.DrawFn) -> list[Event]:
    made = []
    for n in range(draw(st.integers(1, 6))):
        made.append(
            Event(
                what="loss proven",
                id=f"L{n}",
                by="lab",
                at=draw(days),
                amount=money(draw(cents)),
                fault=draw(st.sampled_from([None, None, "intent"])),
                cause=draw(st.sampled_from([None, "fire"])),
            )
        )
    return made


def contract(caps: tuple[Cap, ...], *, limit: int | None = None, recourse: bool = False) -> Contract:
    third = ThirdParty(name={"en": "Lab"}, engaged_by="provider", limit=Ceiling(money(limit), "all") if limit else None)
    rule = msgspec.structs.replace(RULE, recourse="lab") if recourse else RULE
    return Contract(
        number="LAW",
        term=Term(from_=date(2026, 1, 5), until=LAST),
        counting=CountingTerms(preset="CN-civil-code@2021", calendar="CN@2026-11"),
        parties={key: Party(label={"en": key}, name={"en": key}) for key in ("provider", "client")},
        third_parties={"lab": third},
        rules=(rule,),
        caps=caps,
    )


def cap(minor: int, per: str, order: str, *, except_: tuple[str, ...] = ()) -> Cap:
    return Cap(
        id="cap",
        clause="10",
        limits="provider",
        covers=("loss",),
        except_=except_,
        to=Ceiling(money(minor), per),
        window="the day it accrued",
        order=order,
    )


def worked(caps: tuple[Cap, ...], events: list[Event], **given: object) -> Assessment:
    return assess(contract(caps, **given), events, as_of=LAST, world=WORLD)  # type: ignore[arg-type]


def payable(made: Assessment) -> dict[str, int]:
    return {one.charge: one.payable.minor for one in made.liabilities}


@given(losses(), cents, scopes, orders)
def test_no_cap_is_exceeded_in_any_of_its_windows(events, limit, per, order):
    made = worked((cap(limit, per, order),), events)

    assert all(use.used.minor <= limit for use in made.caps)
    assert all(use.used.minor + use.headroom.minor == limit for use in made.caps)
    for use in made.caps:
        assert use.used.minor == sum(one.amount.minor for one in use.uses) or per.startswith("rolling")


@given(losses(), cents, orders)
def test_in_any_rolling_window_what_is_paid_stays_within(events, limit, order):
    made = worked((cap(limit, "rolling 12 months", order),), events)
    paid = {charge.id: charge for charge in made.charges}
    due = [(paid[key].slices[0].first, minor) for key, minor in payable(made).items()]

    for day, _minor in due:
        start = date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
        assert sum(minor for at, minor in due if start < at <= day) <= limit


@given(losses(), cents, cents, scopes, orders)
def test_raising_a_cap_never_lowers_what_is_payable(events, limit, more, per, order):
    assume(not per.startswith("rolling"))  # there an earlier charge may take what a later one had
    low = payable(worked((cap(limit, per, order),), events))
    high = payable(worked((cap(limit + more, per, order),), events))

    odd = int(order == "pro rata")  # the odd cent of a split may move to another charge
    assert all(high[key] >= low[key] - odd for key in low)
    assert sum(high.values()) >= sum(low.values())


@given(losses(), cents, scopes, orders)
def test_carve_outs_never_erode(events, limit, per, order):
    ordinary = [event for event in events if event.fault is None]
    both = payable(worked((cap(limit, per, order, except_=("intent",)),), events))
    alone = payable(worked((cap(limit, per, order, except_=("intent",)),), ordinary)) if ordinary else {}

    assert all(both[key] == minor for key, minor in alone.items())
    for event in events:
        if event.fault == "intent" and event.amount:
            assert both[f"loss:{event.id}"] == event.amount.minor


@given(st.lists(cents, min_size=1, max_size=6), cents, st.randoms(use_true_random=False))
def test_the_order_of_claims_of_one_day_is_irrelevant_under_pro_rata(amounts, limit, random):
    events = [
        Event(what="loss proven", id=f"L{n}", by="lab", at=date(2026, 5, 5), amount=money(minor))
        for n, minor in enumerate(amounts)
    ]
    shuffled = list(events)
    random.shuffle(shuffled)

    assert payable(worked((cap(limit, "all", "pro rata"),), events)) == payable(
        worked((cap(limit, "all", "pro rata"),), shuffled)
    )


@given(losses(), cents, cents)
def test_recourse_is_at_most_what_must_be_paid_and_what_the_limit_holds(events, own, limit):
    made = worked((cap(own, "all", "first come"),), events, limit=limit, recourse=True)
    owed = payable(made)

    assert all(one.amount.minor <= owed[one.charge] for one in made.recourses)
    assert sum(one.amount.minor for one in made.recourses) <= limit
    assert all(one.within.minor + one.excess.minor == one.loss.minor for one in made.recourses)


@given(losses(), cents, scopes)
def test_what_is_payable_and_what_is_taken_off_make_the_charge(events, limit, per):
    made = worked((cap(limit, per, "first come"),), events)

    for one in made.liabilities:
        assert one.payable.minor + sum(cut.amount.minor for cut in one.reductions) == one.gross.minor
