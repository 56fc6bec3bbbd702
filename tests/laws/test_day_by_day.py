"""The engine's limits agree with a plain count, day by day, that knows nothing of curves and bisection."""

from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from contracts.world import load_calendar
from core.assessment import assess
from core.events import Event
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
    Rule,
    Term,
    When,
)
from core.world import World

CALENDAR = load_calendar("CN@2026-11")
assert not isinstance(CALENDAR, Problem)
WORLD = World(calendars={"CN@2026-11": CALENDAR})
START, AS_OF = date(2025, 1, 6), date(2026, 12, 31)

due_days = st.dates(date(2025, 3, 1), date(2026, 11, 1))
lengths = st.integers(-5, 90)


class Plan(NamedTuple):
    """The numbers of one contract: annexes late by some days, two tiers, grace, a sum once, a maximum and a cap."""

    total: int
    late: list[tuple[date, int]]
    low: Fraction
    high: Fraction
    edge: int
    grace: int
    extra: int
    on: int
    maximum: int | None
    per: str
    cap: int | None
    window: str


rates = st.integers(0, 90).map(lambda n: Fraction(n, 7000))
plans = st.builds(
    Plan,
    total=st.integers(1, 10_000_000),
    late=st.lists(st.tuples(due_days, lengths), min_size=1, max_size=4),
    low=rates,
    high=rates,
    edge=st.integers(1, 30),
    grace=st.integers(0, 9),
    extra=st.integers(0, 5_000),
    on=st.integers(1, 40),
    maximum=st.none() | st.integers(0, 400_000),
    per=st.sampled_from(["obligation", "all"]),
    cap=st.none() | st.integers(0, 600_000),
    window=st.sampled_from(["contract year", "calendar month", "all"]),
)


@given(plans)
def test_limits_give_what_a_count_by_days_gives(plan: Plan):
    contract, events = written(plan)

    answer = assess(contract, events, as_of=AS_OF, world=WORLD)

    assert answer.problems == ()
    found = {one.charge.removeprefix("late:"): one.payable.minor for one in answer.liabilities}
    expected = counted(plan)
    assert {name: amount for name, amount in expected.items() if amount} == {n: a for n, a in found.items() if a}


def written(plan: Plan) -> tuple[Contract, list[Event]]:
    """The plan as a contract and its deliveries."""
    day = Per("day", 1, "started")
    rule = Rule(
        id="late",
        clause="8",
        when=When(any="annex", state="late"),
        head="delay",
        grace=Grace(Period(plan.grace, "day"), "never charged"),
        counts="days after grace",
        tiering="each day at its own rate",
        tiers=(
            Charge(rate=plan.low, of="total", per=day, from_=1, to=plan.edge),
            Charge(rate=plan.high, of="total", per=day, from_=plan.edge + 1),
        ),
        plus=Charge(amount=Money(plan.extra, "CNY"), on=plan.on),
        at_most=None if plan.maximum is None else Ceiling(Money(plan.maximum, "CNY"), plan.per, ("running", "plus")),
    )
    cap = Cap(
        id="general",
        clause="20",
        limits="provider",
        covers=("delay",),
        to=Ceiling(Money(plan.cap or 0, "CNY"), plan.window),
        window="the day it accrued",
        order="first come; same day pro rata",
    )
    contract = Contract(
        number="DAYS",
        total=Money(plan.total, "CNY"),
        signed=START,
        term=Term(from_=START, for_=Period(2, "year")),
        counting=CountingTerms(preset="CN-civil-code@2021", calendar="CN@2026-11", knobs={"roll_fixed_dates": "no"}),
        parties={
            "provider": Party(label={"en": "Party A"}, name={"en": "Example Services Co., Ltd."}),
            "client": Party(label={"en": "Party B"}, name={"en": "Example Property Co., Ltd."}),
        },
        annexes=tuple(
            Annex(id=f"A{n}", owed_by="provider", due=DueRule(on=due)) for n, (due, _) in enumerate(plan.late)
        ),
        rules=(rule,),
        caps=() if plan.cap is None else (cap,),
    )
    events = [
        Event(what="delivered", id=f"D{n}", of=f"A{n}", at=due + timedelta(days=length))
        for n, (due, length) in enumerate(plan.late)
    ]
    return contract, events


def counted(plan: Plan) -> dict[str, int]:
    """What is payable of each annex, one day after the other: cents accrued, then the maximum, then the cap."""
    names = [f"A{n}" for n in range(len(plan.late))]
    paid = dict.fromkeys(names, 0)
    kept = dict.fromkeys(names, 0)
    by_rule = 0
    by_window: dict[object, int] = {}
    day = START
    while day <= AS_OF:
        grown = {
            name: cents(plan, due, length, day) - cents(plan, due, length, day - timedelta(days=1))
            for name, (due, length) in zip(names, plan.late, strict=True)
        }
        if plan.maximum is not None and plan.per == "obligation":
            grown = {name: min(more, plan.maximum - kept[name]) for name, more in grown.items()}
        elif plan.maximum is not None:
            grown = shared(grown, plan.maximum - by_rule)
            by_rule += sum(grown.values())
        for name, more in grown.items():
            kept[name] += more
        if plan.cap is not None:
            keys = {"contract year": day >= date(2026, 1, 6), "calendar month": (day.year, day.month), "all": 0}
            key = keys[plan.window]
            grown = shared(grown, plan.cap - by_window.get(key, 0))
            by_window[key] = by_window.get(key, 0) + sum(grown.values())
        for name, more in grown.items():
            paid[name] += more
        day += timedelta(days=1)
    return paid


def cents(plan: Plan, due: date, length: int, day: date) -> int:
    """Cents that one annex has cost by the end of `day`, half a cent up."""
    days = max(0, min((day - due).days, length) - plan.grace)
    exact = plan.total * (plan.low * min(days, plan.edge) + plan.high * max(0, days - plan.edge))
    return floor(exact + (plan.extra if days >= plan.on else 0) + Fraction(1, 2))


def shared(wanted: dict[str, int], left: int) -> dict[str, int]:
    """What is left of a limit on a day, in proportion; odd cents to the largest remainder, then by id."""
    whole = sum(wanted.values())
    if whole <= left:
        return wanted
    given = {name: left * more // whole for name, more in wanted.items()}
    order = sorted(wanted, key=lambda name: (-(left * wanted[name] % whole), name))
    for name in order[: left - sum(given.values())]:
        given[name] += 1
    return given
