"""What holds on a day, by what was then known: events filtered and corrected, decisions taken, amendments in force."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from core.amending import follows
from core.counting.adapting import bank_place
from core.duties.receipts import channel_of, is_notice, received
from core.events import SPANS, Event, gone
from core.periods import (
    Calendar,
    Counting,
    Due,
    OffDays,
    Period,
    adapted,
    add,
    end_of_day,
    local_date,
    start_of_day,
    to_instant,
)
from core.presets import asking, resolve
from core.problems import InputError, Problem
from core.rates import ReferenceRate
from core.terms import Amendment, Contract, Decision, Rule, find, replaced, with_cards
from core.worktime import joint_calendar, read_run
from core.world import World

__all__ = ["Decided", "Fact", "Moment", "Record", "Version", "fold", "moment", "not_after", "subjects"]


class Moment(NamedTuple):
    """A local day, and the instant (UTC) where a time of day is known; a bare date is the whole day."""

    day: date
    instant: datetime | None


class Fact(NamedTuple):
    """An event with its times read in the contract's zone; `end` only for spans that ended.

    A notice stands at its receipt, with when it was `sent` beside it.
    """

    event: Event
    at: Moment
    end: Moment | None = None
    sent: Moment | None = None
    recorded: Moment | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """A sort key: the day, its instants after the bare date, then what was recorded first; ids only part the rest,
        their numbers as numbers, so that the order of a file says nothing.
        """
        at = _at(self.at)
        return (*at, *(at if self.recorded is None else _at(self.recorded)), _counted(self.event.id), self.event.id)


class Version(NamedTuple):
    """An amendment in force from `effective`, and what it applies to."""

    amendment: Amendment
    effective: Moment
    applies: str


class Decided(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reading that was taken: what it is about, what was taken, by whom and why; `others` are the readings left."""

    about: str
    takes: Any
    others: tuple[str, ...] = ()
    why: str = ""
    by: str = ""
    on: date | None = None
    assumed: bool = False


def not_after(moment: Moment, limit: Moment) -> bool:
    """Whether `moment` lies on or before `limit`; by instants where both have one, else by days."""
    if moment.instant is not None and limit.instant is not None:
        return moment.instant <= limit.instant
    return moment.day <= limit.day


def subjects(facts: Iterable[Fact]) -> list[tuple[str, Fact]]:
    """Each fact of one kind with a name of its own: the first about a case has the case's, what follows about the same
    case "<case>/<event id>".
    """
    seen: set[str] = set()
    made = []
    for fact in facts:
        name = fact.event.about or fact.event.id
        while name in seen:
            name = f"{name}/{fact.event.id}"
        seen.add(name)
        made.append((name, fact))
    return made


class Record:
    """One contract as it stands: terms by day, facts by subject. Built by `fold`; read by every stage."""

    def __init__(
        self,
        contract: Contract,
        counting: Counting,
        calendar: Calendar,
        as_of: Moment,
        known_at: Moment | None,
        facts: Iterable[Fact],
        versions: tuple[Version, ...],
        decided: tuple[Decided, ...],
        questions: list[Problem],
        rates: Mapping[str, ReferenceRate] | None = None,
    ) -> None:
        self.rates: Mapping[str, ReferenceRate] = rates or {}
        self.contract = contract
        self.counting = counting
        self.calendar = calendar
        self.calendars: dict[str, Calendar] = {}
        """The calendars of parties that have one of their own."""
        self._joint: Calendar | None = None
        self.zone = counting.zone or calendar.zone
        self.as_of = as_of
        self.known_at = known_at
        self.versions = versions
        self.decided = decided
        self.questions = questions
        self.facts = tuple(sorted(facts, key=lambda fact: fact.order))
        self._by: dict[tuple[str, str | None], list[Fact]] = {}
        for fact in self.facts:
            what, of, about = fact.event.what, fact.event.of, fact.event.about
            self._by.setdefault((what, None), []).append(fact)
            if of is not None:
                self._by.setdefault((what, of), []).append(fact)
            if about is not None and about != of:
                self._by.setdefault((what, about), []).append(fact)
        self._terms: dict[tuple[str, ...], Contract] = {(): contract}
        self.readings: Mapping[str, Fraction] = {}
        """Readings taken as given, by "<measure>/<window>": assumptions, never the record's own."""
        self.closed: dict[str, frozenset[str]] = {}
        """Charges, and what they and payments were for, that were settled before an amendment of everything."""
        self.open: dict[str, Rule] = {}
        """Charges whose sum the party entitled may still fix within a range, and their rule."""
        terminated = self.of("terminated")
        self.ended: Moment | None = _ended(terminated[0], counting, as_of) if terminated else None
        """When the contract was terminated; undue duties die with it (KNOBS `after_end`)."""

    def calendar_for(self, debtor: str) -> Calendar:
        """The calendar by which what `debtor` owes is counted (KNOBS `whose_calendar`, asked where two are named)."""
        if not self.calendars:
            return self.calendar
        how = self.ask("whose_calendar", "counting.whose_calendar")
        if how in {"both at work", "either"}:
            if self._joint is None:
                self._joint = self.calendar
                for other in self.calendars.values():
                    self._joint = self._joint if other == self._joint else joint_calendar(self._joint, other, how)
            return self._joint
        return self.calendars.get(debtor, self.calendar)

    def of(self, what: str, subject: str | None = None) -> list[Fact]:
        """Facts of one kind (about one subject), in the order in which they happened."""
        return self._by.get((what, subject), [])

    def amendments_for(self, due: date, day: date, loss: Moment | None = None, *, subject: str = "") -> tuple[str, ...]:
        """The amendments that govern `day` of something due on `due` (or a loss of that moment); `subject` is a charge
        or debt, which none reopens that came after it was settled.
        """
        if not self.versions:
            return ()
        return tuple(
            v.amendment.id
            for v in self.versions
            if (v.applies == "everything" and subject not in self.closed.get(v.amendment.id, ()))
            or (v.applies == "days" and day >= v.effective.day)
            or (v.applies == "due" and due >= v.effective.day)
            or (v.applies == "losses" and loss is not None and not_after(v.effective, loss))
        )

    def amended(self, ids: tuple[str, ...]) -> Contract:
        """The contract with the named amendments folded in, in order of effect."""
        if ids not in self._terms:
            contract = self.amended(ids[:-1])
            amendment = next(v.amendment for v in self.versions if v.amendment.id == ids[-1])
            for path, value in amendment.set.items():
                contract = replaced(contract, path, value)
            self._terms[ids] = with_cards(contract)
        return self._terms[ids]

    def on_the_eve(self, version: Version) -> "Record":
        """The record as it stood before an amendment of everything unsettled came: what was settled then stays so."""
        day = max(version.effective.day, version.amendment.agreed) - timedelta(days=1)
        eve = Moment(day, end_of_day(day, self.zone))
        earlier = self.versions[: self.versions.index(version)]
        facts = [fact for fact in self.facts if not_after(fact.at, eve)]
        counted = self.counting, self.calendar, eve, self.known_at
        made = Record(self.contract, *counted, facts, earlier, self.decided, [], self.rates)
        made.calendars, made.closed, made.readings = self.calendars, self.closed, self.readings
        return made

    @property
    def chinese(self) -> bool:
        """Whether Chinese law governs: the contract names it, or names none and counts by the Civil Code."""
        preset = self.contract.counting.preset or ""
        return self.contract.law == "CN" or (self.contract.law is None and preset.startswith("CN"))

    @property
    def breaks(self) -> tuple[date, ...]:
        """Days on which running charges change their terms."""
        return tuple(v.effective.day for v in self.versions if v.applies == "days")

    def ask(self, knob: str, where: str, **args: Any) -> str | None:
        """The value of a knob, or None after noting once that it must be decided."""
        value = self.counting.of(knob)
        if value is None:
            self.question(asking(knob, where, **args))
        return value

    def assumed(self, measure: str, window: str) -> Fraction | None:
        """The reading that a measure or scorecard is assumed to have in a window."""
        return self.readings.get(f"{measure}/{window}")

    def after(self, start: Moment, period: Period, where: str) -> Due | None:
        """When a period ends that something began: hours from its instant, days from its date; None after noting why
        it cannot be counted.
        """
        begins = start.instant if period.needs_time and start.instant is not None else start.day
        due = add(begins, period, self.counting, self.calendar)
        if isinstance(due, Problem):
            self.question(msgspec.structs.replace(due, where=where))
            return None
        return due

    def question(self, problem: Problem) -> None:
        """Note, once, something that the contract must decide before a figure can be given."""
        if problem not in self.questions:
            self.questions.append(problem)


def _ended(notice: Fact, counting: Counting, as_of: Moment) -> Moment | None:
    """When a notice ends the contract: on arrival, at the date in it, or with its month (KNOBS `ends_at`); None while
    that lies ahead. A period named in the notice is waited for (Civil Code 565).
    """
    until, day = notice.event.until, notice.at.day
    if counting.of("ends_at") == "month end":
        until = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if until is None:
        return notice.at
    return Moment(until, None) if until <= as_of.day else None


FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCH = datetime.min  # noqa: DTZ901 - only ever compared with itself, in sort keys of bare dates


def _at(moment: Moment) -> tuple[date, bool, datetime]:
    return moment.day, moment.instant is not None, moment.instant or _EPOCH


def _counted(name: str) -> tuple[tuple[int, str], ...]:
    """An id with the numbers in it as numbers: E9 before E10."""
    parts = re.split(r"([0-9]+)", name)  # every second part is a number
    return tuple((int(part[:18]), part) if place % 2 else (-1, part) for place, part in enumerate(parts))


def moment(at: date | datetime, zone: str, counting: Counting | None = None) -> Moment | Problem:
    """Read a time in the contract's zone: a bare date is the whole day, a naive time is local.

    Unless the contract says otherwise (KNOBS `naive_zone`, `dst_gap`, `dst_fold`).
    """
    if not isinstance(at, datetime):
        return Moment(at, None)
    if at.tzinfo is not None:
        return Moment(local_date(at, zone), at)
    said = {} if counting is None else counting.more
    naive = said.get("naive_zone", "contract's zone")
    if naive == "refused":
        return Problem("TIME-NAIVE-01", args={"local": at})
    written_in = zone if naive == "contract's zone" else naive
    instant = to_instant(at, written_in, gap=said.get("dst_gap", ""), fold=said.get("dst_fold", ""))
    return instant if isinstance(instant, Problem) else Moment(local_date(instant, zone), instant)


def fold(
    contract: Contract,
    events: Iterable[Event],
    *,
    as_of: date | datetime,
    known_at: date | datetime | None,
    world: World,
    assume: Mapping[str, Any],
) -> Record:
    """Fold amendments, decisions and corrections into one record as of a day, by what was known at another.

    `known_at` None: everything recorded. A bare date is its 24:00. Decisions count from their date.
    """
    questions: list[Problem] = []
    zone = _zone(contract, world)
    if known_at is None and contract.counting.knobs.get("known_at") == "recorded by then":
        known_at = as_of
    known = _limit(known_at, zone, questions, "known_at") if known_at is not None else None
    contract, decided = _decide(contract, known, assume, questions)
    contract = with_cards(contract)
    knobs = {d.about.removeprefix("counting."): str(d.takes) for d in decided if d.about.startswith("counting.")}
    counting, wrong = resolve(contract.counting.preset, _overrides(contract), knobs)
    questions.extend(wrong)
    zone = counting.zone or zone
    at = _limit(as_of, zone, questions, "as_of", start=counting.as_of_date == "its start")
    closures = _closures(contract, questions)
    known_day = known.day if known else None
    place = bank_place(counting)
    bank = world.calendars.get(place) if place else None
    if place and bank is None:
        questions.append(Problem("CALENDAR-BANK-01", "counting.business_day", {"place": place, "known": "—"}))
    calendar, *others = (
        adapted(world.calendars.get(key or "", _only(world)), counting, closures=closures, known=known_day, bank=bank)
        for key in (contract.counting.calendar, *contract.counting.calendars.values())
    )
    facts = _facts(events, contract, zone, at, known, counting, calendar, questions)
    if contract.amendments:
        facts.sort(key=lambda fact: fact.order)
    versions = _versions(contract, facts, at, known, questions, counting)
    record = Record(contract, counting, calendar, at, known, facts, versions, decided, questions, world.rates)
    record.calendars = dict(zip(contract.counting.calendars, others, strict=True))
    return record


def _closures(contract: Contract, questions: list[Problem]) -> tuple[OffDays, ...]:
    """The contract's own closures; rows that cannot be read are problems."""
    read = [(place, read_run(row)) for place, row in enumerate(contract.closures, 1)]
    questions.extend(
        msgspec.structs.replace(run, where=f"closures.{place}") for place, run in read if isinstance(run, Problem)
    )
    return tuple(run for _, run in read if not isinstance(run, Problem))


def _overrides(contract: Contract) -> dict[str, str]:
    own = contract.counting
    named = {key: value for key, value in (("zone", own.zone), ("hours", own.hours)) if value is not None}
    return {**own.knobs, **named}


def _only(world: World) -> Calendar:
    """The calendar of a contract that names none: the world's only one."""
    for calendar in world.calendars.values():
        return calendar
    raise InputError([Problem("WORLD-CALENDAR-01", "counting.calendar")])


def _zone(contract: Contract, world: World) -> str:
    calendar = world.calendars.get(contract.counting.calendar or "", _only(world))
    return contract.counting.zone or calendar.zone


def _limit(at: date | datetime, zone: str, questions: list[Problem], where: str, *, start: bool = False) -> Moment:
    """A day as a limit is its 24:00, or with `start` its 0:00, the end of the day before (KNOBS `as_of_date`).

    A far year is refused: a slip of the keys would count the windows of thousands of years.
    """
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        args = {"text": at.isoformat(), "first": FIRST_YEAR, "last": LAST_YEAR}
        raise InputError((Problem("TERMS-DATE-03", where, args),))
    if start and not isinstance(at, datetime):
        return Moment(at - timedelta(days=1), start_of_day(at, zone))
    read = moment(at, zone)
    if isinstance(read, Problem):
        questions.append(msgspec.structs.replace(read, where=where))
        read = Moment(at.date() if isinstance(at, datetime) else at, None)
    return Moment(read.day, read.instant or end_of_day(read.day, zone))


def _decide(
    contract: Contract, known: Moment | None, assume: Mapping[str, Any], questions: list[Problem]
) -> tuple[Contract, tuple[Decided, ...]]:
    """Put each recorded decision, then each assumption, in its place; readings left open are questions."""
    readings = {reading.about: reading for reading in contract.readings}
    taken: dict[str, Decided] = {}
    for decision in contract.decisions:
        if known is None or decision.on <= known.day:
            taken[decision.about] = _taken(decision)
    for about, value in assume.items():
        taken[about] = Decided(about=about, takes=value, by="", assumed=True)
    for about, decided in taken.items():
        reading = readings.get(about)
        value = (
            reading.options.get(decided.takes, decided.takes)
            if reading and isinstance(decided.takes, str)
            else decided.takes
        )
        if reading:
            taken[about] = msgspec.structs.replace(
                decided, others=tuple(o for o in reading.options if o != decided.takes)
            )
        if not about.startswith("counting."):
            try:
                contract = replaced(contract, about, value)
            except LookupError:
                questions.append(Problem("TERMS-PATH-01", about, {"path": about}))
    for about, reading in readings.items():
        if about not in taken:
            questions.append(
                Problem(
                    "ASK-READING-01",
                    about,
                    {"about": about, "options": list(reading.options), "clause": reading.clause or ""},
                )
            )
    return contract, tuple(taken.values())


def _taken(decision: Decision) -> Decided:
    return Decided(about=decision.about, takes=decision.takes, why=decision.why, by=decision.by, on=decision.on)


def _facts(
    events: Iterable[Event],
    contract: Contract,
    zone: str,
    as_of: Moment,
    known: Moment | None,
    counting: Counting,
    calendar: Calendar,
    questions: list[Problem],
) -> list[Fact]:
    """Events that had happened by `as_of` and were known, without those corrected or withdrawn by known events."""
    facts: list[Fact] = []
    edits: list[Event] = []
    for event in events:
        start = event.from_ if event.what in SPANS or event.from_ is not None else event.at
        read = (
            moment(start, zone, counting)
            if start is not None
            else Problem("EVENT-TIME-01", event.id, {"what": event.what})
        )
        end = moment(event.to, zone, counting) if event.to is not None else None
        recorded = moment(event.recorded, zone, counting) if event.recorded is not None else read
        if isinstance(read, Problem) or isinstance(end, Problem) or isinstance(recorded, Problem):
            times = (read, end) if recorded is read else (read, end, recorded)
            wrong = [r for r in times if isinstance(r, Problem)]
            questions.extend(msgspec.structs.replace(p, where=p.where or f"events.{event.id}") for p in wrong)
            continue
        if known is not None and not not_after(recorded, known):
            continue
        if event.corrects or event.what == "withdrawn":
            edits.append(event)
        if event.what != "withdrawn":
            sent = None
            if is_notice(event):
                arrived = _arrival(event, read, contract, zone, counting, calendar, questions)
                if arrived is None:
                    continue
                read, sent = arrived, read
            if not_after(read, as_of):
                facts.append(Fact(event, read, end, sent, None if event.recorded is None else recorded))
    away = gone(edits)
    return [fact for fact in facts if fact.event.id not in away]


def _arrival(
    event: Event,
    sent: Moment,
    contract: Contract,
    zone: str,
    counting: Counting,
    calendar: Calendar,
    questions: list[Problem],
) -> Moment | None:
    """When a notice counts as received; None where it does not (yet), or where something is wrong with it."""
    times = [None if at is None else moment(at, zone, counting) for at in (event.received, event.refused)]
    channel = channel_of(event, contract.notices)
    wrong = [one for one in (*times, channel) if isinstance(one, Problem)]
    if not wrong:
        arrived, refused = (None if at is None or isinstance(at, Problem) else (at.day, at.instant) for at in times)
        assert not isinstance(channel, Problem)
        receipt = received((sent.day, sent.instant), arrived, refused, channel, counting, calendar)
        if not isinstance(receipt, Problem):
            return None if receipt.day is None else Moment(receipt.day, receipt.instant)
        wrong = [receipt]
    questions.extend(msgspec.structs.replace(one, where=one.where or f"events.{event.id}") for one in wrong)
    return None


_APPLIES = {
    "days from then on": "days",
    "what falls due from then on": "due",
    "losses from then on": "losses",
    "everything unsettled": "everything",
}
"""How the setting `applies` is said, and its short form in an amendment."""


def _versions(
    contract: Contract,
    facts: list[Fact],
    as_of: Moment,
    known: Moment | None,
    questions: list[Problem],
    counting: Counting,
) -> tuple[Version, ...]:
    """The amendments known and in force, in the order in which they take effect.

    One that reaches back over everything does so from its own day on: asked about a day before, nothing has changed.
    """
    versions: list[Version] = []
    for amendment in contract.amendments:
        recorded = amendment.recorded or amendment.agreed
        if known is not None and (recorded.date() if isinstance(recorded, datetime) else recorded) > known.day:
            continue
        effective = _effective(contract, amendment, facts, counting)
        if effective is None:
            continue
        applies = amendment.applies or _APPLIES.get(counting.of("applies") or "")
        if applies is None:
            questions.append(
                Problem("ASK-APPLIES-01", f"amendments.{amendment.id}.applies", {"amendment": amendment.id})
            )
            continue
        if applies == "everything" and (amendment.agreed > as_of.day or not not_after(effective, as_of)):
            continue
        where = f"amendments.{amendment.id}.set"
        wrong = [path for path in amendment.set if not _leads(contract, path)]
        questions.extend(Problem("TERMS-PATH-01", where, {"path": path}) for path in wrong)
        fixed = [p for p, value in amendment.set.items() if p not in wrong and not follows(contract, p, value)]
        questions.extend(Problem("TERMS-AMEND-02", where, {"path": path}) for path in fixed)
        wrong += fixed
        if not wrong:
            versions.append(Version(amendment, effective, applies))
    return tuple(sorted(versions, key=lambda v: (v.effective.day, v.amendment.agreed, v.amendment.id)))


def _leads(contract: Contract, path: str) -> bool:
    try:
        find(contract, path)
    except LookupError:
        return False
    return True


def _effective(contract: Contract, amendment: Amendment, facts: list[Fact], counting: Counting) -> Moment | None:
    """A stated day, or the arrival of the last notice and consent that it (or the third party's limit) asks for.

    A limit whose clause asks for nothing is moved by both, or by notice alone (KNOBS `limit_raise`). One that states
    nothing begins with its last signature, or with the arrival of a consent (KNOBS `effective`).
    """
    how, limit_raise = counting.of("effective"), counting.of("limit_raise")
    if how == "last signature":
        return Moment(amendment.agreed, None)
    if isinstance(amendment.effective, date):
        return Moment(amendment.effective, None)
    if how == "when a consent arrives" and not amendment.effective:
        consents = [f.at for f in facts if f.event.what == "consents" and f.event.of == amendment.id]
        return consents[-1] if consents else None
    wanted = [amendment.effective] if amendment.effective else []
    for path in amendment.set:
        head, _, rest = path.partition(".")
        if head == "third_parties" and rest.endswith(".limit"):
            third = rest.removesuffix(".limit")
            both = ("notified in writing", f"{third} consents")
            usage = both[:1] if limit_raise == "notice" else both if limit_raise else ()
            wanted.extend(contract.third_parties[third].raised_if or (() if amendment.effective else usage))
    moments = [_arrived(word, amendment.id, facts) for word in dict.fromkeys(wanted)]
    if None in moments:
        return None
    if not moments:
        return Moment(amendment.agreed, None)
    return max((m for m in moments if m), key=lambda m: (m.day, m.instant is not None, m.instant or _EPOCH))


def _arrived(word: str, amendment: str, facts: list[Fact]) -> Moment | None:
    """When "notified in writing", or "fieldtech consents", arrived for this amendment."""
    who, _, act = word.rpartition(" ")
    for fact in facts:
        event = fact.event
        if event.of == amendment and (event.what == word or (event.what == act and event.by == who)):
            return fact.at
    return None
