"""What would it cost: a contract under assumed delays, key figures and losses, or under another contract's history.

Everything else is taken as kept in time, so that a figure shows the assumption and nothing beside it.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from contracts.folder import Loaded, load
from contracts.titles import duty_title
from core.assessment import Assessment, assess
from core.events import Event
from core.money import Money, exponent, parse_decimal
from core.problems import InputError, Problem
from core.schedule import Obligation
from core.terms import Contract, Step, Text
from core.world import World

__all__ = ["Asked", "Delay", "Found", "Mark", "Row", "WhatIf", "asked", "run", "what_if"]

MOST_DAYS = 1000
"""Rows of one table; nobody reads more."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What to assume: delays (id, first and last number of days), readings, losses, and other events.

    A loss that bears the name of a party or third party was caused by it.
    """

    late: tuple[tuple[str, int, int], ...] = ()
    measures: tuple[tuple[str, str], ...] = ()
    losses: tuple[tuple[str, Money], ...] = ()
    like: tuple[Event, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The charges for a delay of so many days: gross, what each kind of limit takes off, and what is payable."""

    days: int
    gross: Money
    maximum: Money
    cap: Money
    payable: Money


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The number of the late day on which a limit first bites, its date, and whose limit it is."""

    days: int
    on: date
    kind: str
    by: str
    clause: str


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is late: the table of charge against delay, and the days on which its limits bite."""

    id: str
    title: Text = {}
    due: date
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One charge of a reading, a loss or a history."""

    charge: str
    clause: str
    debtor: str
    creditor: str
    gross: Money
    payable: Money


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a table for each delay, and the charges that readings, losses and history bring."""

    contract: str
    currency: str
    delays: tuple[Delay, ...] = ()
    charges: tuple[Found, ...] = ()


def asked(late: Iterable[str], measures: Iterable[str], losses: Iterable[str], like: str | None) -> Asked:
    """Read `A1=10..60`, `uptime=99.1`, `L=100000.00 CNY` (or `L=100000`) and a file; InputError with all faults."""
    problems: list[Problem] = []
    delays, readings, sums = [], [], []
    for text in late:
        found = re.fullmatch(r"([^=]+)=(\d{1,4})(?:\.\.(\d{1,4}))?", text.strip())
        first, last = (int(found[2]), int(found[3] or found[2])) if found else (1, 0)
        if found and first <= last <= MOST_DAYS:
            delays.append((found[1].strip(), first, last))
        else:
            problems.append(Problem("WHATIF-LATE-01", "--late", {"text": text, "most": MOST_DAYS}))
    for text in measures:
        name, sign, value = (part.strip() for part in text.partition("="))
        try:
            parse_decimal(value.removesuffix("%"))
        except ValueError:
            sign = ""
        if not sign:
            problems.append(Problem("WHATIF-MEASURE-01", "--measure", {"text": text}))
        readings.append((name, value.removesuffix("%")))
    for text in losses:
        name, _, value = (part.strip() for part in text.partition("="))
        try:
            sums.append((name, Money.parse(value) if re.search("[A-Z]{3}$", value) else Money.parse(f"{value} XXX")))
        except ValueError:
            problems.append(Problem("WHATIF-LOSS-01", "--loss", {"text": text}))
    history: tuple[Event, ...] = ()
    if like is not None:
        files, wrong = load([Path(like)])
        problems += [*wrong, *(p for one in files for p in one.problems)]
        history = tuple(event for one in files for event in one.events)
    if problems:
        raise InputError(problems)
    return Asked(late=tuple(delays), measures=tuple(readings), losses=tuple(sums), like=history)


def what_if(contract: Contract, events: Sequence[Event], world: World, said: Asked, as_of: date) -> WhatIf:
    """Work the assumptions out; InputError where one is about nothing in this contract, or cannot be counted yet."""
    own = tuple(_in_currency(name, loss, contract.currency) for name, loss in said.losses)
    history = (*events, *_shifted(said.like, contract))
    base = assess(contract, history, as_of=as_of, world=world)
    problems: list[Problem] = []
    delays = [d for one in said.late if (d := _delay(contract, history, world, base, one, problems)) is not None]
    readings = {window: value for name, value in said.measures if (window := _window(contract, base, name, problems))}
    if problems:
        raise InputError(problems)
    found: tuple[Found, ...] = ()
    if readings or own or said.like:
        exact = {window: parse_decimal(value) for window, value in readings.items()}
        losses = [_loss(contract, name, loss, as_of) for name, loss in own]
        after = assess(contract, [*history, *losses], as_of=as_of, world=world, readings=exact)
        found = tuple(one for one in _found(after) if said.like or one not in _found(base))
    return WhatIf(contract=contract.number, currency=contract.currency, delays=tuple(delays), charges=found)


def _in_currency(name: str, loss: Money, currency: str) -> tuple[str, Money]:
    if loss.currency != "XXX":
        return name, loss
    return name, Money(loss.minor * 10 ** exponent(currency) // 10 ** exponent("XXX"), currency)


def _shifted(history: Iterable[Event], contract: Contract) -> tuple[Event, ...]:
    """Another contract's events as this one's: "last year again" moves them so that the first years' starts meet."""
    listed = tuple(history)
    days = [day for event in listed if (day := _day(event)) is not None]
    if not days or contract.term is None:
        return listed
    years = contract.term.from_.year - min(days).year
    return tuple(_moved(event, years) for event in listed)


def _moved(event: Event, years: int) -> Event:
    moved: dict[str, Any] = {}
    for field in ("at", "from_", "to", "received", "until"):
        value = getattr(event, field)
        if isinstance(value, date):
            try:
                moved[field] = value.replace(year=value.year + years)
            except ValueError:  # 29 February in a common year
                moved[field] = value.replace(year=value.year + years, day=28)
    return msgspec.structs.replace(event, id=f"like:{event.id}", recorded=None, **moved)


def _day(event: Event) -> date | None:
    at = event.at or event.from_
    return at.date() if isinstance(at, datetime) else at


# delays


def _delay(
    contract: Contract,
    events: Sequence[Event],
    world: World,
    base: Assessment,
    one: tuple[str, int, int],
    problems: list[Problem],
) -> Delay | None:
    name, first, last = one
    owed = {o.id: o for o in base.obligations}
    target = owed.get(name)
    if target is None:
        args = {"text": name, "known": ", ".join(list(owed)[:20]) or "–"}
        problems.append(Problem("WHATIF-ID-01", "--late", args))
        return None
    if target.due is None:
        problems.append(Problem("WHATIF-DUE-01", "--late", {"text": name}))
        return None
    due = target.due.day
    step = next((s for s in contract.steps if s.id == target.source), None)
    kept = _without(events, target, step)
    rows, end = [], base
    for days in range(first, last + 1):
        done = due + timedelta(days=days)
        assumed = [*_in_time(contract, base.obligations, name, done), *_performed(contract, target, days)]
        end = assess(contract, [*kept, *assumed], as_of=done, world=world)
        rows.append(_row(end, name, days))
    title = duty_title(contract, name, target.title)
    return Delay(id=name, title=title, due=due, rows=tuple(rows), marks=tuple(_marks(end, name, due)))


def _without(events: Iterable[Event], target: Obligation, step: Step | None) -> list[Event]:
    """The events but those that performed what is assumed to be late."""

    def performs(event: Event) -> bool:
        if step is not None:
            return event.what == step.stops and event.about == target.case
        return event.of == target.id and event.what in {"delivered", "accepted", "rejected", "paid"}

    return [event for event in events if not performs(event)]


def _performed(contract: Contract, target: Obligation, days: int) -> list[Event]:
    """What performs an obligation so many days after its due time: all that it takes."""
    assert target.due is not None
    day: date | datetime = target.due.day + timedelta(days=days)
    id_ = f"what-if:{target.id}"
    step = next((s for s in contract.steps if s.id == target.source), None)
    if step is not None:
        at = target.due.instant + timedelta(days=days) if target.due.instant else day
        return [Event(what=step.stops, id=id_, of=step.id, about=target.case, at=at)]
    if target.kind == "payment":
        return [Event(what="paid", id=id_, of=target.id, at=day, amount=target.amount)]
    annex = next((a for a in contract.annexes if a.id == target.source), None)
    accepts = (annex.accepted_by or (target.owed_to,)) if annex else ()
    accepted = [Event(what="accepted", id=f"{id_}:{by}", of=target.id, by=by, at=day) for by in accepts]
    return [Event(what="delivered", id=id_, of=target.id, at=day), *accepted]


def _in_time(contract: Contract, owed: Iterable[Obligation], name: str, until: date) -> list[Event]:
    """Everything else that falls due by then and has not been done, done in time."""
    late = [o for o in owed if o.id != name and o.due is not None and o.done is None and o.due.day <= until]
    return [event for obligation in late for event in _performed(contract, obligation, 0)]


def _row(made: Assessment, name: str, days: int) -> Row:
    mine = [i for i, charge in enumerate(made.charges) if charge.subject == name]
    cuts = {"maximum": 0, "cap": 0}
    for i in mine:
        for cut in made.liabilities[i].reductions:
            cuts["maximum" if cut.kind == "maximum" else "cap"] += cut.amount.minor
    return Row(
        days=days,
        gross=Money(sum(made.charges[i].gross.minor for i in mine), made.currency),
        maximum=Money(cuts["maximum"], made.currency),
        cap=Money(cuts["cap"], made.currency),
        payable=Money(sum(made.liabilities[i].payable.minor for i in mine), made.currency),
    )


def _marks(made: Assessment, name: str, due: date) -> Iterable[Mark]:
    """The first day that each limit did not pay in full; what is shared pro rata has no such day."""
    for charge, owed in zip(made.charges, made.liabilities, strict=True):
        for cut in owed.reductions if charge.subject == name else ():
            if cut.full is not None:
                on = cut.full + timedelta(days=1)
                yield Mark(days=(on - due).days, on=on, kind=cut.kind, by=cut.by, clause=cut.clause)


# readings and losses


def _window(contract: Contract, base: Assessment, name: str, problems: list[Problem]) -> str | None:
    """The last whole window of a measure or scorecard, as "<measure>/<window>": the one that is to read so."""
    known = [*(m.id for m in contract.measures), *(c.id for c in contract.scorecards)]
    if name not in known:
        problems.append(Problem("WHATIF-ID-02", "--measure", {"text": name, "known": ", ".join(known) or "–"}))
        return None
    windows = [f for f in base.figures if f.measure == name and f.complete]
    if not windows:
        problems.append(Problem("WHATIF-WINDOW-01", "--measure", {"text": name}))
        return None
    return f"{name}/{windows[-1].window}"


def _loss(contract: Contract, name: str, loss: Money, day: date) -> Event:
    """A loss proven on the day asked about, caused by whom its name says, else by whom the first rule speaks of."""
    rules = [rule for rule in contract.rules if rule.when.state == "loss"]
    by = next((rule.when.id or rule.owed_by for rule in rules if rule.when.id or rule.owed_by), None)
    by = name if name in contract.parties or name in contract.third_parties else by
    return Event(what="loss proven", id=name, by=by, at=day, amount=loss)


def _found(made: Assessment) -> list[Found]:
    return [
        Found(
            charge=charge.id,
            clause=charge.clause,
            debtor=charge.debtor,
            creditor=charge.creditor,
            gross=charge.gross,
            payable=owed.payable,
        )
        for charge, owed in zip(made.charges, made.liabilities, strict=True)
    ]


def run(loaded: Loaded, said: Asked, as_of: date) -> WhatIf:
    """The answer for one loaded contract file."""
    assert loaded.contract is not None
    return what_if(loaded.contract, loaded.events, loaded.world, said, as_of)
