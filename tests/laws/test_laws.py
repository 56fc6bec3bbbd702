"""Laws that hold of every contract: limits are kept, cents add up, and order, lateness and knowledge do what they should."""

from datetime import date, timedelta
from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contracts.world import load_calendar
from core.assessment import Assessment, assess
from core.events import Event
from core.liability import split
from core.money import Money
from core.periods import Period
from core.problems import Problem
from core.terms import (
    Annex,
    Cap,
    Ceiling,
    Charge,
    Contract,
    CountingTerms,
    DueRule,
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

CALENDAR = load_calendar("CN@2026-11")
assert not isinstance(CALENDAR, Problem)
WORLD = World(calendars={"CN@2026-11": CALENDAR})

SIGNED = date(2025, 1, 6)
LAST = date(2027, 6, 30)
LOSS = Rule(
    id="loss",
    clause="9",
    when=When(state="loss"),
    owed_by="provider",
    owed_to="client",
    head="loss",
    charge=Charge(rate=Fraction(1), of="loss"),
    recourse="lab",
)

days = st.dates(date(2025, 2, 1), date(2027, 5, 31))
cents = st.integers(0, 5_000_000)
rates = st.integers(0, 400).map(lambda n: Fraction(n, 7000))
modes = st.sampled_from(["half up", "half even", "down", "up"])


def money(minor: int) -> Money:
    return Money(minor, "CNY")


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    """A running charge by the started day: a share of the total, or a sum."""
    if draw(st.booleans()):
        return Charge(rate=draw(rates), of="total", per=Per("day", 1, "started"))
    return Charge(amount=money(draw(cents)), per=Per("day", draw(st.integers(1, 10)), "started"))


@st.composite
def tiers(draw: st.DrawFn) -> tuple[Charge, ...]:
    """Marginal tiers that number their days without a gap."""
    first, step = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    edges = [(1, first), (first + 1, first + step), (first + step + 1, None)]
    return tuple(Charge(rate=draw(rates), of="total", per=Per("day", 1, "started"), from_=a, to=b) for a, b in edges)


@st.composite
def late_rules(draw: st.DrawFn) -> Rule:
    """One rule for any late annex, flat or in tiers, with grace, a sum beside it and a maximum, or without."""
    tiered = draw(st.booleans())
    grace = st.builds(Grace, st.builds(Period, st.integers(0, 10), st.just("day")), st.just("never charged"))
    plus = st.builds(Charge, amount=cents.map(money), on=st.integers(1, 40))
    ceiling = st.builds(
        Ceiling,
        st.one_of(cents.map(money), st.builds(Share, rates, st.just("total"))),
        st.sampled_from(["obligation", "all"]),
        st.just(("running", "plus")),
    )
    return Rule(
        id="late",
        clause="8",
        when=When(any="annex", state="late"),
        head="delay",
        grace=draw(st.none() | grace),
        counts=draw(st.sampled_from(["days after grace", "days after due"])),
        tiering="each day at its own rate" if tiered else None,
        charge=None if tiered else draw(charges()),
        tiers=draw(tiers()) if tiered else (),
        plus=draw(st.none() | plus),
        at_most=draw(st.none() | ceiling),
        round=Rounding(draw(st.sampled_from(["once", "each day", "each slice"])), draw(modes)),
    )


@st.composite
def contracts(draw: st.DrawFn, caps: st.SearchStrategy[tuple[Cap, ...]] | None = None) -> Contract:
    """A contract of three annexes with one rule for delay, one for losses, a third party and perhaps a cap."""
    due = draw(st.lists(days, min_size=3, max_size=3))
    excess = {"client": Fraction(1, 3), "provider": Fraction(2, 3)}
    lab = ThirdParty(
        name={"en": "Example Laboratory"},
        engaged_by="provider",
        limit=draw(st.none() | st.builds(Ceiling, cents.map(money), st.just("all"))),
        excess=draw(st.sampled_from([{}, excess])),
    )
    return Contract(
        number="LAW",
        total=money(draw(st.integers(1, 200_000_000))),
        signed=SIGNED,
        term=Term(from_=SIGNED, for_=Period(2, "year")),
        counting=CountingTerms(
            preset="CN-civil-code@2021",
            calendar="CN@2026-11",
            knobs={"roll_fixed_dates": draw(st.sampled_from(["yes", "no"]))},
        ),
        parties={
            "provider": Party(label={"en": "Party A"}, name={"en": "Example Services Co., Ltd."}),
            "client": Party(label={"en": "Party B"}, name={"en": "Example Property Co., Ltd."}),
        },
        third_parties={"lab": lab},
        annexes=tuple(Annex(id=f"A{n}", owed_by="provider", due=DueRule(on=day)) for n, day in enumerate(due)),
        rules=(draw(late_rules()), LOSS),
        caps=draw(one_cap() | st.just(()) if caps is None else caps),
    )


@st.composite
def one_cap(draw: st.DrawFn, order: str | None = None, per: str | None = None) -> tuple[Cap, ...]:
    """A cap over delay, or over delay and losses, by any window."""
    order = order or draw(st.sampled_from(["first come; same day pro rata", "pro rata"]))
    short = [] if order == "pro rata" else ["calendar quarter"]
    per = per or draw(st.sampled_from(["contract year", "calendar year", "all", *short]))
    return (
        Cap(
            id="general",
            clause="20",
            limits="provider",
            covers=draw(st.sampled_from([("delay",), ("delay", "loss")])),
            to=Ceiling(money(draw(cents)), per),
            window="the day it accrued",
            order=order,
        ),
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    """Deliveries of some annexes and a few losses, some recorded later than they happened."""
    made = [
        Event(what="delivered", id=f"D{n}", of=f"A{n}", at=day, recorded=day + timedelta(days=draw(st.integers(0, 90))))
        for n, day in enumerate(draw(st.lists(days, max_size=3)))
    ]
    for n, day in enumerate(draw(st.lists(days, max_size=3))):
        recorded = day + timedelta(days=draw(st.integers(0, 90)))
        amount = money(draw(st.integers(1, 5_000_000)))
        made.append(Event(what="loss proven", id=f"L{n}", by="lab", at=day, recorded=recorded, amount=amount))
    return tuple(made)


def figures(
    contract: Contract, events: tuple[Event, ...], as_of: date = LAST, known_at: date | None = None
) -> Assessment:
    """The answer without the digest of the events, which says only what went in."""
    answer = assess(contract, events, as_of=as_of, known_at=known_at, world=WORLD)
    return msgspec.structs.replace(answer, events_digest="")


def payable(answer: Assessment) -> int:
    return sum(owed.payable.minor for owed in answer.liabilities)


@given(contracts(), histories())
def test_nothing_is_asked_and_nothing_is_lost_between_gross_and_payable(contract: Contract, events: tuple[Event, ...]):
    answer = figures(contract, events)

    assert answer.problems == ()
    for charge, owed in zip(answer.charges, answer.liabilities, strict=True):
        assert 0 <= owed.payable.minor <= charge.gross.minor
        assert owed.payable.minor + sum(cut.amount.minor for cut in owed.reductions) == charge.gross.minor
        assert all(cut.amount.minor > 0 for cut in owed.reductions)


@given(contracts(one_cap()), histories())
def test_what_a_cap_covers_stays_within_it_in_each_window(contract: Contract, events: tuple[Event, ...]):
    for use in figures(contract, events).caps:
        assert 0 <= use.used.minor <= use.limit.minor
        assert use.headroom.minor == use.limit.minor - use.used.minor
        assert sum(one.amount.minor for one in use.uses) == use.used.minor


@given(contracts(one_cap()), histories())
def test_windows_hold_all_that_is_payable_of_what_a_cap_covers(contract: Contract, events: tuple[Event, ...]):
    answer = figures(contract, events)
    [cap] = contract.caps
    covered = {charge.id for charge in answer.charges if charge.head in (cap.covers or ())}
    owed = sum(one.payable.minor for one in answer.liabilities if one.charge in covered)

    assert sum(use.used.minor for use in answer.caps if use.cap == cap.id) == owed


@given(
    contracts(st.just(())),
    histories(),
    st.sampled_from(["contract year", "calendar year", "calendar quarter", "calendar month"]),
    st.sampled_from(["first come", "pro rata"]),
)
def test_cents_add_up_however_a_window_cuts(contract: Contract, events: tuple[Event, ...], per: str, order: str):
    wide = Cap(
        id="wide",
        clause="20",
        limits="provider",
        covers=("delay", "loss"),
        to=Ceiling(money(10**15), per),
        order=order,
    )
    free = figures(contract, events)
    cut = figures(msgspec.structs.replace(contract, caps=(wide,)), events)

    assert free.liabilities == cut.liabilities
    assert sum(use.used.minor for use in cut.caps if use.cap == "wide") == payable(free)


@given(contracts(), histories(), st.integers(0, 2), days, st.integers(1, 200))
def test_delivering_later_never_lowers_the_gross_charge_of_an_obligation(
    contract: Contract, events: tuple[Event, ...], annex: int, day: date, more: int
):
    others = tuple(event for event in events if event.of != f"A{annex}")

    def gross(delivered: date) -> int:
        history = (*others, Event(what="delivered", id="D", of=f"A{annex}", at=delivered))
        found = {charge.subject: charge.gross.minor for charge in figures(contract, history).charges}
        return found.get(f"A{annex}", 0)

    assert gross(day) <= gross(day + timedelta(days=more))


@given(contracts(one_cap(order="first come")), histories(), days, st.integers(1, 200))
def test_what_was_payable_on_a_day_is_never_taken_back_later(
    contract: Contract, events: tuple[Event, ...], day: date, more: int
):
    then = {one.charge: one.payable.minor for one in figures(contract, events, day).liabilities}
    later = {one.charge: one.payable.minor for one in figures(contract, events, day + timedelta(days=more)).liabilities}

    assert all(amount <= later[charge] for charge, amount in then.items())


@given(contracts(), histories(), days)
def test_what_was_recorded_after_the_day_of_knowledge_changes_nothing(
    contract: Contract, events: tuple[Event, ...], known: date
):
    heard = tuple(event for event in events if event.recorded is not None and event.recorded <= known)

    assert figures(contract, heard, known_at=known) == figures(contract, events, known_at=known)


@given(contracts(), histories().flatmap(lambda events: st.tuples(st.just(events), st.permutations(events))))
def test_the_order_of_events_in_a_file_never_matters(contract: Contract, both: tuple[tuple[Event, ...], list[Event]]):
    written, shuffled = both

    assert figures(contract, written) == figures(contract, tuple(shuffled))


@given(contracts(), histories())
def test_recourse_is_never_more_than_what_must_be_paid(contract: Contract, events: tuple[Event, ...]):
    answer = figures(contract, events)
    owed = {one.charge: one.payable.minor for one in answer.liabilities}

    for recourse in answer.recourses:
        assert 0 <= recourse.amount.minor <= owed[recourse.charge]
        assert recourse.amount.minor + recourse.own.minor == owed[recourse.charge]
        assert recourse.within.minor + recourse.excess.minor == recourse.loss.minor
        assert sum(share.minor for share in recourse.shares.values()) in (0, recourse.excess.minor)


@given(contracts(), histories())
def test_a_third_party_never_bears_more_than_its_limit(contract: Contract, events: tuple[Event, ...]):
    limit = contract.third_parties["lab"].limit
    within = sum(recourse.within.minor for recourse in figures(contract, events).recourses)

    assert limit is None or (isinstance(limit.to, Money) and within <= limit.to.minor)


@given(contracts(one_cap()), histories(), cents)
def test_raising_a_cap_never_lowers_what_is_payable(contract: Contract, events: tuple[Event, ...], more: int):
    [cap] = contract.caps
    assert isinstance(cap.to.to, Money)
    higher = msgspec.structs.replace(cap, to=Ceiling(money(cap.to.to.minor + more), cap.to.per))
    raised = msgspec.structs.replace(contract, caps=(higher,))

    assert payable(figures(contract, events)) <= payable(figures(raised, events))


@given(contracts(), histories(), st.integers(0, 2))
def test_waiving_a_charge_leaves_every_gross_figure_alone(contract: Contract, events: tuple[Event, ...], annex: int):
    waiver = Event(what="waived", id="W", of=f"late:A{annex}", at=date(2025, 1, 31))
    free, waived = figures(contract, events), figures(contract, (*events, waiver))

    assert {one.id: one.gross for one in free.charges} == {one.id: one.gross for one in waived.charges}
    assert payable(waived) <= payable(free)
    assert all(one.payable.minor == 0 for one in waived.liabilities if one.charge == f"late:A{annex}")


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.text("abc", min_size=1, max_size=3)), min_size=1, max_size=6),
    st.data(),
)
def test_a_split_gives_away_every_cent_and_nobody_more_than_a_cent_too_much(
    parts: list[tuple[int, str]], data: st.DataObject
):
    weights, ids = [weight for weight, _ in parts], [name for _, name in parts]
    amount = data.draw(st.integers(0, sum(weights)))
    shares = split(amount, weights, ids)

    assert sum(shares) == (amount if sum(weights) else 0)
    for share, weight in zip(shares, weights, strict=True):
        assert share <= weight
        assert not sum(weights) or abs(Fraction(amount * weight, sum(weights)) - share) < 1
