"""One contract with thousands of obligations through `assess`, beside a loop over Decimals written for it alone.

    python -m benchmarks w1_one_contract
    python -m benchmarks.w1_one_contract large

The contract: annexes with fixed and counted due dates, a daily rate with a maximum for each, and a cap for each
contract year that runs out on the way. Both must give the same amount for every charge before anything is timed.
"""

import random
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from benchmarks.measure import Row, interleaved, table
from contracts.world import load_calendar
from core.assessment import Assessment, assess
from core.events import Event
from core.money import Money
from core.periods import Calendar, Period
from core.terms import (
    Anchor,
    Annex,
    Cap,
    Ceiling,
    Charge,
    Contract,
    CountingTerms,
    DueRule,
    Party,
    Per,
    Rule,
    Share,
    Term,
    When,
)
from core.world import World

__all__ = ["by_hand", "made", "main", "rows"]

ANNEXES = 2_000
ROUNDS = 9
AS_OF = date(2027, 12, 31)
SIGNED = date(2026, 1, 5)
CALENDAR = "CN@2026-11"

# Reference figures, measured elsewhere and not run here: obligations per second of the fastest engine for computable
# contracts that we know, one contract at a time, as it comes and with its cache filled by hand.
ENGINE, ENGINE_CACHED = 378, 110_000


class Job(NamedTuple):
    """One annex as the hand-written loop sees it; `days` counts from signing, else `on` is fixed."""

    id: str
    on: date | None
    days: int | None
    delivered: date | None


class Work(NamedTuple):
    """The same work for both: the contract with its events, and the jobs with the days of rest."""

    contract: Contract
    events: tuple[Event, ...]
    world: World
    jobs: tuple[Job, ...]
    rest: frozenset[date]


def made(annexes: int = ANNEXES, chatter: int = 0, seed: int = 7) -> Work:
    """A contract at random, the same for the same seed; `chatter` is how many events a delivery has around it."""
    draw = random.Random(seed)
    calendar = load_calendar(CALENDAR)
    assert isinstance(calendar, Calendar)
    days = (SIGNED + timedelta(days=n) for n in range(800))
    rest = frozenset(day for day in days if calendar.is_rest(day))
    jobs = tuple(_job(f"A{n}", draw, rest) for n in range(1, annexes + 1))
    events = [
        Event(what="delivered", id=f"E{job.id}", of=job.id, at=job.delivered)
        for job in jobs
        if job.delivered is not None
    ]
    for number in range(chatter):
        job = draw.choice(jobs)
        day = SIGNED + timedelta(days=draw.randrange(700))
        events.append(Event(what="notified", id=f"N{number}", of=f"late-annex:{job.id}", at=day))
    world = World(calendars={CALENDAR: calendar}, presets=("CN-civil-code@2021",))
    return Work(_contract(jobs), tuple(events), world, jobs, rest)


def _job(key: str, draw: random.Random, rest: frozenset[date]) -> Job:
    after = draw.randrange(10, 680)
    counted = draw.random() < 0.5
    due = SIGNED + timedelta(days=after)
    while not counted and due in rest:  # a fixed date on a rest day would have to be decided
        due += timedelta(days=1)
    late = draw.choice((-5, -2, 0, 0, 0, 0, 3, 11, 40))
    delivered = None if draw.random() < 0.02 else due + timedelta(days=late)
    return Job(key, None if counted else due, after if counted else None, delivered)


def _contract(jobs: tuple[Job, ...]) -> Contract:
    late = Rule(
        id="late-annex",
        clause="8.2",
        when=When(state="late", any="annex"),
        head="delay",
        charge=Charge(rate=Fraction(5, 10_000), of="total", per=Per("day", 1, "started")),
        at_most=Ceiling(Share(Fraction(99, 10_000), "total"), "obligation"),
    )
    cap = Cap(
        id="general",
        clause="11.1",
        limits="provider",
        covers=("delay",),
        to=Ceiling(Share(Fraction(1), "total"), "contract year"),
        window="the day it accrued",
        order="first come; same day pro rata",
    )
    return Contract(
        number="BENCH-1",
        total=Money(120_000_000, "CNY"),
        signed=SIGNED,
        term=Term(from_=SIGNED, for_=Period(2, "year")),
        counting=CountingTerms(preset="CN-civil-code@2021", calendar=CALENDAR),
        parties={
            "provider": Party(label={"en": "Party A"}, name={"en": "Provider"}),
            "client": Party(label={"en": "Party B"}, name={"en": "Client"}),
        },
        annexes=tuple(Annex(id=job.id, owed_by="provider", due=_due(job)) for job in jobs),
        rules=(late,),
        caps=(cap,),
    )


def _due(job: Job) -> DueRule:
    if job.days is None:
        return DueRule(on=job.on)
    return DueRule(period=Period(job.days, "day"), anchor=Anchor("signed"))


def by_hand(work: Work) -> dict[str, int]:
    """What is payable for each late annex, in fen: what one would write for this contract and no other."""
    total, cent = Decimal("1200000.00"), Decimal("0.01")
    daily, most = total * Decimal("0.0005"), (total * Decimal("0.0099")).quantize(cent, ROUND_HALF_UP)
    late: dict[str, tuple[date, int]] = {}
    for job in work.jobs:
        due = job.on or SIGNED + timedelta(days=job.days or 0)
        while due in work.rest:
            due += timedelta(days=1)
        days = ((job.delivered or AS_OF) - due).days
        if days > 0:
            late[job.id] = (due, days)
    payable = dict.fromkeys(late, Decimal(0))
    first = SIGNED
    while first <= AS_OF:
        after = first.replace(year=first.year + 1)
        by_day: dict[date, dict[str, Decimal]] = {}
        for key, (due, days) in late.items():
            accrued = Decimal(0)
            for number in range(1, days + 1):
                step = min(daily, most - accrued)
                if step <= 0:
                    break
                accrued += step
                day = due + timedelta(days=number)
                if first <= day < after:
                    by_day.setdefault(day, {})[key] = step
        left = total
        for day in sorted(by_day):
            steps = by_day[day]
            asked = sum(steps.values(), Decimal(0))
            for key, step in (steps if asked <= left else _shared(left, steps)).items():
                payable[key] += step
            left -= min(left, asked)
        first = after
    return {key: int(amount * 100) for key, amount in payable.items()}


def _shared(amount: Decimal, steps: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Largest remainder first, then by id."""
    total = sum(steps.values(), Decimal(0))
    exact = {key: amount * 100 * step / total for key, step in steps.items()}
    whole = {key: int(share) for key, share in exact.items()}
    order = sorted(steps, key=lambda key: (whole[key] - exact[key], key))
    for key in order[: int(amount * 100) - sum(whole.values())]:
        whole[key] += 1
    return {key: Decimal(cents) / 100 for key, cents in whole.items()}


def assessed(work: Work) -> Assessment:
    return assess(work.contract, work.events, as_of=AS_OF, world=work.world)


def payables(answer: Assessment) -> dict[str, int]:
    return {charge.subject: owed.payable.minor for charge, owed in zip(answer.charges, answer.liabilities, strict=True)}


def rows(rounds: int = ROUNDS) -> list[Row]:
    work = made()
    answer = assessed(work)
    if answer.problems or payables(answer) != by_hand(work):
        raise AssertionError("the loop written by hand and assess() disagree")
    found = interleaved({"assess": lambda: assessed(work), "hand": lambda: by_hand(work)}, rounds)
    work_name = f"assess, {ANNEXES:,} obligations, {len(answer.charges):,} charges"
    return [Row(work_name, found["assess"], "Decimal loop", found["hand"], "(with every reason beside each figure)")]


def large() -> None:
    """5,000 obligations and 50,000 events in one contract: seconds, and the memory that the process took at most."""
    import resource

    work = made(5_000, 50_000 - 4_900, seed=11)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    answer = assessed(work)
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    print(
        f"large: {len(answer.obligations):,} obligations, {len(work.events):,} events: {taken:.2f} s, "
        f"{(peak - before) * unit / 2**20:.0f} MiB beyond the input ({peak * unit / 2**20:.0f} MiB in all)"
    )


def main(arguments: list[str]) -> int:
    if arguments == ["large"]:
        large()
        return 0
    found = rows(int(arguments[0]) if arguments else ROUNDS)
    print(table(found))
    print(
        f"{ANNEXES / found[0].ours:,.0f} obligations/s in this run. Measured elsewhere and not run here, an engine for "
        f"computable contracts:\n{ENGINE:,}/s as it comes (50 × that is {50 * ENGINE:,}), "
        f"{ENGINE_CACHED:,}/s with its cache filled (half of that is {ENGINE_CACHED // 2:,})"
    )
    # A process of its own, so that its peak of memory is its own.
    return subprocess.run([sys.executable, "-m", "benchmarks.w1_one_contract", "large"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
