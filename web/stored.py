"""Contracts in a store: files go in as canonical snapshots and chained events, figures come out the same."""

import json as _json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from contracts.folder import Loaded, load, world_for
from contracts.reader import read_text
from contracts.saving import put, save
from core.assessment import Assessment, assess
from core.canonical import canonical, digest, plain
from core.events import Event
from core.periods import end_of_day, to_instant
from core.problems import InputError, Problem
from core.store import ChargeLine, Entry, Header, ObligationLine, Store, using
from core.terms import Contract
from core.world import World
from locales import words

__all__ = ["event", "export", "import_", "init", "load_store", "sweep", "verify"]


def init(place: str, lang: str) -> int:
    """Make a store, or bring an older one up to date."""

    async def work(store: Store) -> None:
        return None

    using(place, work, create=True)
    print(words(lang, "stored.ready", store=place), file=sys.stderr)
    return 0


def import_(place: str, paths: Iterable[Path], lang: str) -> int:
    """Put contracts and their events in: all files must read well first, nothing is half imported."""
    files, problems = load(paths)
    problems = [*problems, *(p for one in files for p in one.problems)]
    if problems:
        raise InputError(problems)

    async def work(store: Store) -> list[tuple[str, int, int, int]]:
        return [await _put(store, one) for one in files if one.contract is not None]

    for number, version, new, already in using(place, work):
        print(words(lang, "stored.imported", number=number, version=version, new=new, already=already))
    return 0


async def _put(store: Store, one: Loaded) -> tuple[str, int, int, int]:
    contract = one.contract
    assert contract is not None
    title = contract.title.get("zh-Hans") or next(iter(contract.title.values()), "")
    version = await store.put_contract(contract.number, title, canonical(contract), digest(contract))
    appended = await store.append_events(contract.number, [_entry(e, contract, one.world) for e in one.events])
    return contract.number, version, len(appended.new), len(appended.already)


def _entry(one: Event, contract: Contract, world: World) -> Entry:
    """An event for the ledger; without `recorded` it was recorded when it happened, a bare date at its 24:00."""
    zone = contract.counting.zone or next(iter(world.calendars.values())).zone
    happened = one.at or one.from_
    known = one.recorded or happened
    return Entry(
        id=one.id,
        payload=canonical(one),
        recorded=_instant(known, zone),
        what=one.what,
        of=one.of or "",
        happened=happened.isoformat() if happened else "",
    )


def _instant(at: date | datetime | None, zone: str) -> datetime:
    if at is None:
        return datetime.now(UTC)
    if not isinstance(at, datetime):
        return end_of_day(at, zone)
    read = at if at.tzinfo else to_instant(at, zone)
    if isinstance(read, Problem):
        raise InputError([read])
    return read.astimezone(UTC)


def event(place: str, number: str, given: Sequence[str], lang: str) -> int:
    """Record one event, read and checked as in a file; `recorded` is now unless given."""
    fields: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise InputError([Problem("CLI-FIELD-01", "event", {"value": one})])
        fields[name.strip()] = value.strip()
    fields.setdefault("recorded", datetime.now(UTC).isoformat(timespec="seconds"))

    async def work(store: Store) -> str:
        held = await _held(store, number)
        assert held.contract is not None
        fields.setdefault("id", _free_id(held.events))
        form = {**plain(held.contract), "events": [*plain(held.events), fields]}
        contract, events, problems = read_text(_json.dumps(form, ensure_ascii=False), "", syntax="json")
        if problems or contract is None:
            raise InputError(msgspec.structs.replace(p, file=None, line=None) for p in problems)
        await store.append_events(number, [_entry(events[-1], contract, held.world)])
        return events[-1].id

    made = using(place, work)
    print(words(lang, "stored.recorded", number=number, id=made))
    return 0


def _free_id(events: Iterable[Event]) -> str:
    taken = {one.id for one in events}
    number = len(taken) + 1
    while f"E{number:02}" in taken:
        number += 1
    return f"E{number:02}"


async def _held(store: Store, number: str) -> Loaded:
    """A contract with its events as the store holds them."""
    body, payloads = await store.snapshot(number), await store.events(number)
    form = {**msgspec.json.decode(body), "events": [msgspec.json.decode(p) for p in payloads]}
    contract, events, problems = read_text(_json.dumps(form, ensure_ascii=False), number, syntax="json")
    if contract is None:
        return Loaded(Path(number), None, events, World(), problems)
    world, missing = world_for(contract)
    return Loaded(Path(number), contract, events, world, (*problems, *missing))


def load_store(place: str) -> tuple[list[Loaded], str]:
    """Every contract of a store, and the head of its chain."""

    async def work(store: Store) -> tuple[list[Loaded], str]:
        return [await _held(store, number) for number in await store.numbers()], await store.head()

    return using(place, work)


def sweep(place: str, as_of: date | datetime, known_at: date | datetime | None, lang: str, *, json: bool) -> int:
    """Assess every contract and keep its obligations and charges; only lines that differ are written."""

    async def work(store: Store) -> list[tuple[Loaded, Assessment]]:
        report = await store.verify()
        if report.problems:  # figures from a ledger that somebody changed would look like any others
            raise InputError(report.problems)
        answers = []
        for number in await store.numbers():
            held = await _held(store, number)
            if held.contract is None or held.problems:
                raise InputError(held.problems)
            made = assess(held.contract, held.events, as_of=as_of, known_at=known_at, world=held.world)
            known = made.known_at or datetime.now(UTC)
            await store.replace_projections(
                number,
                _obligations(made),
                _charges(made),
                Header(as_of=made.as_of, known_at=known, semantics=made.semantics, world=made.world_digest),
            )
            answers.append((held, made))
        return answers

    answers = using(place, work)
    if json:
        from contracts.papers.data import as_json

        put(as_json([made for _, made in answers], []))
    else:
        from contracts.papers.text import portfolio

        print(portfolio([(one.contract, made) for one, made in answers if one.contract], lang), end="")
    open_ = [problem for _, made in answers for problem in made.problems]
    if open_:
        raise InputError(open_)
    return 3 if any(not b.waived for _, made in answers for b in made.breaches) else 0


def _obligations(made: Assessment) -> list[ObligationLine]:
    late = {b.subject for b in made.breaches if b.kind == "late"}
    return [
        ObligationLine(
            id=o.id,
            payload=canonical(o),
            debtor=o.owed_by,
            due=o.due.day.isoformat() if o.due else "",
            state="late" if o.id in late else "done" if o.done else "waiting" if o.due is None else "open",
            amount=o.amount.minor if o.amount else None,
            currency=o.amount.currency if o.amount else "",
        )
        for o in made.obligations
    ]


def _charges(made: Assessment) -> list[ChargeLine]:
    return [
        ChargeLine(
            id=c.id,
            payload=canonical({"charge": c, "liability": owed, "claim": claim}),
            debtor=c.debtor,
            creditor=c.creditor,
            amount=owed.payable.minor,
            beyond_cap=sum(r.amount.minor for r in owed.reductions if r.kind == "cap"),
            currency=c.gross.currency,
        )
        for c, owed, claim in zip(made.charges, made.liabilities, made.claims, strict=True)
    ]


def export(place: str, number: str, out: str | None, lang: str) -> int:
    """Write a contract with its events back as a contract file (.toml in phrases, .json in long form)."""
    from contracts.writer import write_toml

    async def work(store: Store) -> Loaded:
        return await _held(store, number)

    held = using(place, work)
    if held.contract is None:
        raise InputError(held.problems)
    if out is not None and out.endswith(".json"):
        data: bytes = _pretty({**plain(held.contract), "events": plain(held.events)})
    else:
        data = write_toml(held.contract, held.events).encode()
    if out is None:
        put(data.decode())
    else:
        save(out, data)
        print(words(lang, "cli.wrote", file=out), file=sys.stderr)
    return 0


def _pretty(form: Any) -> bytes:
    return (_json.dumps(form, ensure_ascii=False, indent=2) + "\n").encode()


def verify(place: str, lang: str) -> int:
    """Walk the chain of events and snapshots and work every hash again."""

    async def work(store: Store) -> Any:
        return await store.verify()

    report = using(place, work)
    if report.problems:
        raise InputError(report.problems)
    print(words(lang, "stored.verified", events=report.events, snapshots=report.snapshots, head=report.head))
    return 0
