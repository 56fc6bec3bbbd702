"""What holds on a day, by what was then known: events filtered and corrected, decisions taken, amendments in force."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import msgspec

from core.counting.adapting import bank_place
from core.events import Event
from core.known.decisions import Decided, decide
from core.known.facts import happened
from core.known.moments import Fact, Moment, as_limit, moment, not_after, subjects
from core.known.versions import Version, versions_of
from core.periods import Calendar, Counting, Due, OffDays, Period, adapted, add, end_of_day, last_of_month
from core.presets import asking, resolve
from core.problems import InputError, Problem
from core.rates import ReferenceRate
from core.terms import Contract, Rule, other_party, replaced, with_cards
from core.worktime import joint_calendar, read_run
from core.world import World

__all__ = ["Decided", "Fact", "Moment", "Record", "Version", "fold", "moment", "not_after", "subjects"]


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

    def facing(self, party: str, where: str) -> str:
        """Who is on the other side of a party, or "" after asking for it at `where`: with several nobody can know."""
        other = other_party(self.contract, party)
        if not other:
            known = ", ".join(key for key in self.contract.parties if key != party)
            self.question(Problem("TERMS-OWEDTO-01", where, {"party": party, "known": known}))
        return other

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
        until = last_of_month(day.year, day.month)
    if until is None:
        return notice.at
    return Moment(until, None) if until <= as_of.day else None


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
    known = as_limit(known_at, zone, questions, "known_at") if known_at is not None else None
    contract, decided = decide(contract, known, assume, questions)
    contract = with_cards(contract)
    knobs = {d.about.removeprefix("counting."): str(d.takes) for d in decided if d.about.startswith("counting.")}
    counting, wrong = resolve(contract.counting.preset, _overrides(contract), knobs)
    questions.extend(wrong)
    zone = counting.zone or zone
    at = as_limit(as_of, zone, questions, "as_of", start=counting.as_of_date == "its start")
    calendar, *others = _calendars(contract, counting, world, known and known.day, questions)
    facts = happened(events, contract, zone, at, known, counting, calendar, questions)
    if contract.amendments:
        facts.sort(key=lambda fact: fact.order)
    versions = versions_of(contract, facts, at, known, questions, counting)
    record = Record(contract, counting, calendar, at, known, facts, versions, decided, questions, world.rates)
    record.calendars = dict(zip(contract.counting.calendars, others, strict=True))
    return record


def _calendars(
    contract: Contract, counting: Counting, world: World, known: date | None, questions: list[Problem]
) -> Iterator[Calendar]:
    """The contract's calendar, then those of parties with one of their own, as its settings and closures make them."""
    closures = _closures(contract, questions)
    place = bank_place(counting)
    bank = world.calendars.get(place) if place else None
    if place and bank is None:
        questions.append(Problem("CALENDAR-BANK-01", "counting.business_day", {"place": place, "known": "—"}))
    for key in (contract.counting.calendar, *contract.counting.calendars.values()):
        calendar = world.calendars.get(key or "", _only(world))
        yield adapted(calendar, counting, closures=closures, known=known, bank=bank)


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
