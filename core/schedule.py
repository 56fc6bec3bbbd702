"""What is owed and when: obligations with their due times, and the act that fulfils each."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import msgspec

from core.duties.clocks import clocks
from core.duties.excuses import moved
from core.duties.parts import accepted_in_part, in_whole
from core.duties.sessions import sessions_of
from core.money import Money
from core.periods import (
    Basis,
    Due,
    Period,
    add,
    calendar_windows,
    contract_cycles,
    contract_years,
    fiscal_windows,
    fixed,
    local_date,
    nth_day,
    term_end,
    to_instant,
)
from core.periods import Step as Counted
from core.problems import Problem
from core.record import Fact, Moment, Record, Version, moment, not_after
from core.terms import Annex, Contract, DueRule, Payment, Step, Text

__all__ = [
    "Done",
    "Obligation",
    "Window",
    "due_moment",
    "other_party",
    "schedule",
    "series_windows",
    "term_of",
    "window_of",
    "windows",
]


# gc=False, here and in the stages that follow: frozen values form no circle, and an assessment makes so many of
# them that the collector's walks over them took a quarter of its time.
class Done(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """The act that ends an obligation. `how`: "delivered", "accepted", "deemed accepted", "stopped", "paid".

    `accepted` is the day on which acceptance was complete; `pending`: delivered, and acceptance is still open.
    """

    day: date
    instant: datetime | None = None
    how: str
    event: str | None = None
    accepted: date | None = None
    pending: bool = False


class Obligation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One thing owed once. `id` survives re-assessment: "A1", "A5/2026-Q1", "A6/C-1".

    `waiting` says what its due time still waits for (then `due` is None); `tests` are the deliveries that were
    rejected, each with the day of delivery and the day of rejection; `paused` counts seconds (clocks) or days.
    `state` is that of a service step's clock: "running", "paused", "late", "kept" or "missed".
    """

    id: str
    kind: str
    source: str
    owed_by: str
    owed_to: str
    title: Text = {}
    clause: str | None = None
    case: str | None = None
    window: str | None = None
    amount: Money | None = None
    due: Due | None = None
    by_clock: bool = False
    waiting: Counted | None = None
    done: Done | None = None
    tests: tuple[tuple[date, date], ...] = ()
    paused: int = 0
    state: str = ""


class Window(msgspec.Struct, frozen=True, gc=False):
    """A stretch of days: `first` included, `after` the first day that no longer belongs to it."""

    id: str
    first: date
    after: date


Source = Annex | Step | Payment


def schedule(record: Record) -> tuple[Obligation, ...]:
    """All obligations of the contract up to its end, ordered by source, each with its due time and its fulfilment."""
    return _Scheduler(record).all()


def due_moment(due: Due, zone: str) -> Moment:
    """The last moment in time: an instant for clocks, the whole day otherwise."""
    return Moment(due.day, due.instant)


def other_party(contract: Contract, party: str) -> str:
    """Who is on the other side of `party`; third parties engaged by one face that one.

    Of three and more parties the first by its key, lest the order in which a file lists them move a figure.
    """
    if party in contract.third_parties:
        return contract.third_parties[party].engaged_by
    return min((key for key in contract.parties if key != party), default=party)


def term_of(record: Record) -> Window | None:
    """The contract's term with renewals left aside: first day to the day after the last."""
    contract = record.contract
    if contract.term is None:
        return None
    first = contract.term.from_
    if contract.term.until is not None:
        return Window("term", first, contract.term.until + timedelta(days=1))
    length = contract.term.for_ or Period(1, "year")
    last = term_end(first, length, record.counting, record.calendar)
    return None if isinstance(last, Problem) else Window("term", first, last + timedelta(days=1))


def window_of(record: Record, term: Annex | Payment, name: str) -> Window | None:
    """The window of a series by its name, also of one whose due rule was amended to other windows."""
    rules = [term.due, *(rule for _, rule in changes_of(record, term))]
    units = dict.fromkeys(rule.every.unit for rule in rules if rule is not None and rule.every is not None)
    return next((w for unit in units for w in series_windows(record, unit) if w.id == name), None)


def changes_of(record: Record, term: Annex | Payment) -> list[tuple[Version, DueRule]]:
    """The amendments in force of a due rule, each with what it makes of it."""
    path = f"{'annexes' if isinstance(term, Annex) else 'payments'}.{term.id}.due"
    return [(v, v.amendment.set[path]) for v in record.versions if path in v.amendment.set]


def windows(record: Record, unit: str, *, whole_life: bool = False) -> tuple[Window, ...]:
    """The windows of a series that meet the contract's term, each whole; with `whole_life` also those after it, up to
    `as_of`.
    """
    term = term_of(record)
    if term is None:
        return ()
    after = max(term.after, record.as_of.day + timedelta(days=1)) if whole_life else term.after
    if unit == "contract year":
        found = contract_years(term.first, after, feb29=record.counting.of("anniversary_feb29") or "28 Feb")
    else:
        found = calendar_windows(unit.removeprefix("calendar "), term.first, after)
    return tuple(Window(c.id, c.first, c.after) for c in found)


def series_windows(record: Record, unit: str) -> list[Window]:
    """The windows of a series of duties, by the calendar, the fiscal year or the effective date (KNOBS `cycle`)."""
    term, cycle = term_of(record), record.counting.cycle or "calendar"
    if cycle == "calendar" or not unit.startswith("calendar ") or term is None:
        return list(windows(record, unit))
    if cycle.startswith("fiscal from "):
        month, day = map(int, cycle.removeprefix("fiscal from ").split("-"))
        years = fiscal_windows(unit.removeprefix("calendar "), term.first, term.after, opens=(month, day))
        return [Window(one.id, one.first, one.after) for one in years]
    start = record.contract.effective or term.first
    series = record.counting.of("series_from") or "the anchor"
    cycles = contract_cycles(unit.removeprefix("calendar "), start, term.after, series_from=series)
    return [Window(cycle.id, cycle.first, cycle.after) for cycle in cycles]


class _Scheduler:
    """Works obligations out on demand, so that one may hang on another; a circle is a problem, not a hang."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.contract = record.contract
        self.calendar = record.calendar
        # Day counts look at the time of day of their event only where one of these asks for it.
        kept = record.counting.landing_clock == "clock kept"
        self.by_the_clock = kept or record.counting.cut_off not in {None, "none"}
        self.made: dict[str, tuple[Obligation, ...]] = {}
        self.busy: list[str] = []
        listed: list[Source] = [*self.contract.annexes, *self.contract.steps, *self.contract.payments]
        self.sources = {source.id: source for source in listed}
        self.others = {party: other_party(self.contract, party) for party in {s.owed_by for s in listed}}
        self.counted: dict[tuple[Moment, Period, bool, bool, int], Due | Problem] = {}
        """Due times by what they hang on: many obligations hang on the same day by the same period."""

    def all(self) -> tuple[Obligation, ...]:
        for source in self.sources:
            for needed in self._chain(source):
                self.of(needed)
        return tuple(obligation for source in self.sources for obligation in self.of(source))

    def _chain(self, source: str) -> list[str]:
        """What a source waits for, the last of the chain first, so that a long chain is no deep recursion."""
        trail: list[str] = []
        here = source
        while here in self.sources and here not in self.made:
            if here in trail:
                return [source]  # a circle: named as it is walked
            trail.append(here)
            term = self.sources[here]
            rule = None if isinstance(term, Step) else term.due
            here = rule.anchor.of or "" if rule is not None and rule.anchor is not None else ""
        return trail[::-1]

    def of(self, source: str) -> tuple[Obligation, ...]:
        """The obligations of one source; a circle yields none and a problem that names the path."""
        if source in self.made:
            return self.made[source]
        if source in self.busy:
            path = " → ".join([*self.busy[self.busy.index(source) :], source])
            self.record.question(Problem("TERMS-CIRCLE-01", source, {"path": path}))
            return ()
        self.busy.append(source)
        term = self.sources[source]
        before, self.calendar = self.calendar, self.record.calendar_for(term.owed_by)
        made = tuple(self._step(term) if isinstance(term, Step) else self._series(term))
        self.calendar = before
        self.busy.pop()
        self.made[source] = made
        return made

    def _series(self, term: Annex | Payment) -> Iterator[Obligation]:
        """One obligation, or one for each window or event that its due rule names."""
        rule = self._rule(term)
        if rule is None:
            yield self._finish(term, self._bare(term, None, None), None, Counted("DUE-NONE-01", {}), by_clock=False)
        elif rule.every is not None:
            for window, due in self._windowed(term, term.due or rule):
                yield self._finish(term, self._bare(term, None, window.id), due, None, by_clock=False)
        elif rule.anchor is not None and rule.anchor.what == "session":
            yield from self._sessions(term, rule)
        elif rule.anchor is not None and rule.anchor.each:
            for case, fact in self._by_case(self._facts(rule.anchor.what, rule.anchor.of)):
                due = self._after(rule, fact.at, term.id)
                yield self._finish(term, self._bare(term, case, None), due, None, by_clock=_clocked(rule))
        else:
            due, waiting = self._once(term, rule)
            yield self._finish(term, self._bare(term, None, None), due, waiting, by_clock=_clocked(rule))

    def _windowed(self, term: Annex | Payment, first: DueRule) -> list[tuple[Window, Due | None]]:
        """The windows of a series and when each is due, as amended from window to window: what fell due before an
        amendment took effect stays as it was, and so does what was settled before one of everything.
        """
        made = self._dues(first)
        for version, changed in changes_of(self.record, term):
            made = self._rewound(term, version, made, self._dues(changed))
        return made

    def _dues(self, rule: DueRule) -> list[tuple[Window, Due | None]]:
        made: list[tuple[Window, Due | None]] = []
        assert rule.every is not None
        for window in self._owed_windows(rule.every.unit):
            made.append((window, self._in_window(rule, window, made[-1][1] if made else None)))
        return made

    def _rewound(
        self,
        term: Annex | Payment,
        version: Version,
        before: list[tuple[Window, Due | None]],
        after: list[tuple[Window, Due | None]],
    ) -> list[tuple[Window, Due | None]]:
        """Windows that stay as they were, those of the new rule beside them, and old ones that neither of them holds
        (a month before the first whole quarter).
        """
        closed = self.record.closed.get(version.amendment.id, frozenset())
        stays = [
            (window, due)
            for window, due in before
            if (
                f"{term.id}/{window.id}" in closed
                if version.applies == "everything"
                else due is not None and due.day < version.effective.day
            )
        ]
        made = [*stays, *(one for one in after if not _meets(one[0], stays))]
        made += [one for one in before if not _meets(one[0], made)]
        return sorted(made, key=lambda one: one[0].first)

    def _sessions(self, term: Annex | Payment, rule: DueRule) -> Iterator[Obligation]:
        """What hangs on the nth session of a schedule, or on each: before its beginning, or after its end."""
        assert rule.anchor is not None
        key, nth = rule.anchor.of or "", rule.anchor.nth
        held = sessions_of(self.record, key) if key in self.contract.schedules else []
        chosen = held if rule.anchor.each else held[nth - 1 : nth] if nth and nth > 0 else held[-1:]
        for session in chosen:
            case = str(session.number) if rule.anchor.each else None
            due = self._after(rule, Moment(session.day, session.begins if rule.before else session.ends), term.id)
            yield self._finish(term, self._bare(term, case, None), due, None, by_clock=_clocked(rule))
        if not chosen:
            waiting = Counted("DUE-WAITING-01", {"what": "session", "of": key})
            yield self._finish(term, self._bare(term, None, None), None, waiting, by_clock=_clocked(rule))

    def _owed_windows(self, unit: str) -> list[Window]:
        """The windows of a series that are owed: stubs as `stub` says."""
        record, term = self.record, term_of(self.record)
        found = series_windows(record, unit)
        if term is not None and found and (found[0].first < term.first or found[-1].after > term.after):
            record.ask("stub", "counting.stub")
        if term is None or record.counting.stub not in {"not owed", "joined to the next"}:
            return found
        if found and found[0].first < term.first:
            found = found[1:]
        if found and found[-1].after > term.after and record.counting.stub == "not owed":
            found = found[:-1]
        return found

    def _rule(self, term: Annex | Payment) -> DueRule | None:
        """The due rule as amended: an amendment of a due rule holds for what falls due from its effect on."""
        rule = term.due
        for version, changed in changes_of(self.record, term):
            closed = term.id in self.record.closed.get(version.amendment.id, ())
            if (version.applies == "everything" and not closed) or (
                version.applies != "everything" and self._falls_after(term, rule, version.effective.day)
            ):
                rule = changed
        return rule

    def _falls_after(self, term: Annex | Payment, rule: DueRule | None, day: date) -> bool:
        if rule is None or rule.every is not None or (rule.anchor and rule.anchor.each):
            return True
        due, _ = self._once(term, rule)
        return due is None or due.day >= day

    def _bare(self, term: Annex | Payment | Step, case: str | None, window: str | None) -> Obligation:
        kind = {Annex: "annex", Step: "step", Payment: "payment"}[type(term)]
        suffix = f"/{case or window}" if case or window else ""
        owed_to = term.owed_to or self.others[term.owed_by]
        return Obligation(
            id=term.id + suffix,
            kind=kind,
            source=term.id,
            owed_by=term.owed_by,
            owed_to=owed_to,
            title=term.title,
            clause=term.clause,
            case=case,
            window=window,
            amount=term.amount if isinstance(term, Payment) else None,
        )

    def _finish(
        self, term: Annex | Payment, bare: Obligation, due: Due | None, waiting: Counted | None, *, by_clock: bool
    ) -> Obligation:
        counted = due
        due = moved(self.record, bare.id, counted, self.calendar)
        if counted is not None and due is None:
            waiting = Counted("DUE-EXCUSED-01", {"date": counted.day})
        if isinstance(term, Payment):
            bare = msgspec.structs.replace(bare, amount=self._amount(term, bare.id, due))
        done, tests = (None, ()) if isinstance(term, Payment) else self._fulfilled(term, bare)
        return msgspec.structs.replace(bare, due=due, waiting=waiting, done=done, tests=tests, by_clock=by_clock)

    def _amount(self, term: Payment, obligation: str, due: Due | None) -> Money:
        """The amount as amended for what falls due from then on, or for everything unsettled."""
        day = due.day if due else date.max
        ids = self.record.amendments_for(day, day, subject=obligation)
        if not any(f"payments.{term.id}.amount" in v.amendment.set for v in self.record.versions):
            return term.amount
        return next(p.amount for p in self.record.amended(ids).payments if p.id == term.id)

    # due times

    def _once(self, term: Annex | Payment, rule: DueRule) -> tuple[Due | None, Counted | None]:
        if rule.on is not None and rule.period is not None:
            start = moment(rule.on, self.record.zone, self.record.counting)
            if isinstance(start, Problem):
                self.record.question(msgspec.structs.replace(start, where=term.id))
                return None, None
            return self._after(rule, start, term.id), None
        if rule.on is not None:
            return self._fixed(rule.on, term.id, before=rule.before), None
        if rule.demand or rule.anchor is None:
            return self._on_demand(term, rule)
        anchor = self._anchor(rule.anchor.what, rule.anchor.of or term.id)
        waiting = Counted("DUE-WAITING-01", {"what": rule.anchor.what, "of": rule.anchor.of or ""})
        stop = self._long_stop() if anchor is None or anchor.day > (self.contract.long_stop or date.max) else None
        if stop is not None:
            return Due(stop, None, stop, (waiting, Counted("DUE-LONGSTOP-01", {"date": stop}))), None
        return (None, waiting) if anchor is None else (self._after(rule, anchor, term.id), None)

    def _long_stop(self) -> date | None:
        """The day on which something is due whose anchor has not come about by then (KNOBS `anchor_missing`)."""
        if self.record.counting.of("anchor_missing") != "due at a long-stop date":
            return None
        if self.contract.long_stop is None:
            self.record.question(Problem("TERMS-LONGSTOP-02", "long_stop"))
        return self.contract.long_stop

    def _on_demand(self, term: Annex | Payment, rule: DueRule) -> tuple[Due | None, Counted | None]:
        """Due after a demand: by the day that the demand sets, or so long after it as the contract says (511(4))."""
        demands = self._facts("demanded", term.id)
        if not demands:
            return None, Counted("DUE-DEMAND-01", {"id": term.id})
        demand = demands[0]
        if demand.event.until is not None:
            until = demand.event.until
            return Due(
                until, None, until, (Counted("DUE-DEMANDED-01", {"date": until, "demand": demand.at.day}),)
            ), None
        if rule.period is not None:
            return self._after(rule, demand.at, term.id), None
        return None, Counted("DUE-DEMANDED-02", {"demand": demand.at.day})

    def _fixed(self, on: date | datetime, where: str, *, before: bool = False) -> Due | None:
        """On a date or at a time; "before" a date is the end of the day before it (KNOBS `limit_words`)."""
        record = self.record
        inside = record.counting.limit_words == "all include the day"
        if before and not inside and not isinstance(on, datetime):
            day = on - timedelta(days=1)
            return Due(day, None, day, (Counted("DUE-BEFORE-02", {"date": on}),), rolls=False)
        if not isinstance(on, datetime):
            if (
                record.counting.roll_fixed_dates is None
                and record.counting.roll not in {None, "none"}
                and self.calendar.is_rest(on)
            ):
                record.ask("roll_fixed_dates", where, date=on)
            return fixed(on, record.counting, self.calendar)
        said = record.counting.more
        gap, fold = said.get("dst_gap", ""), said.get("dst_fold", "")
        instant = on if on.tzinfo else to_instant(on, record.zone, gap=gap, fold=fold)
        if isinstance(instant, Problem):
            record.question(msgspec.structs.replace(instant, where=where))
            return None
        day = local_date(instant, record.zone)
        return Due(day, instant, day, (Counted("COUNT-FIXED-03", {"due": instant}),))

    def _after(self, rule: DueRule, anchor: Moment, where: str) -> Due | None:
        """`period` after (before) the anchor; without a period: before the anchor itself."""
        record = self.record
        if rule.period is None:
            if anchor.instant is not None and record.counting.before_start != "by the day before":
                return Due(anchor.day, anchor.instant, anchor.day, (Counted("DUE-BEFORE-01", {"due": anchor.instant}),))
            day = anchor.day - timedelta(days=1)
            basis = self._basis(anchor.day, Period(1, "day"), day, before=True)
            return Due(day, None, day, (Counted("DUE-BEFORE-02", {"date": anchor.day}),), basis=basis)
        exact = rule.period.needs_time or self.by_the_clock
        start = anchor if exact else Moment(anchor.day, None)
        key = (start, rule.period, rule.before, rule.at_least, id(self.calendar))
        if key not in self.counted:
            self.counted[key] = add(
                start.instant or start.day,
                rule.period,
                record.counting,
                self.calendar,
                before=rule.before,
                at_least=rule.at_least,
            )
        due = self.counted[key]
        if isinstance(due, Problem):
            record.question(msgspec.structs.replace(due, where=where))
            return None
        return due

    def _in_window(self, rule: DueRule, window: Window, before: Due | None = None) -> Due | None:
        """The due time in one window; `before` is that of the window before (KNOBS `roll_series`)."""
        last = window.after - timedelta(days=1)
        if rule.period is not None:
            return self._after(DueRule(period=rule.period), Moment(last, None), "")
        by = rule.by or "last day"
        if by == "last working day":
            return self._nth_working_day(window, -1, "DUE-LASTWORK-01")
        if by.startswith("working day "):
            return self._nth_working_day(window, int(by.removeprefix("working day ")), "DUE-NTHWORK-01")
        if by == "last day":
            return self._fixed(last, window.id)
        number = int(by.removeprefix("day "))
        if before is not None and self.record.counting.of("roll_series") == "next from rolled":
            number = before.day.day
        return self._fixed(min(window.first + timedelta(days=number - 1), last), window.id)

    def _nth_working_day(self, window: Window, n: int, code: str) -> Due | None:
        last = window.after - timedelta(days=1)
        day = nth_day(window.first, last, n, self.calendar, working=True)
        if day is None:
            return None
        edge, length = (window.first, Period(n, "working day")) if n > 0 else (last, Period(-n, "working day"))
        basis = self._basis(edge, length, day, before=n < 0, inside=True)
        return Due(day, None, day, (Counted(code, {"date": day, "window": window.id}),), basis=basis)

    def _basis(
        self, anchor: date, length: Period, last: date, *, before: bool = False, inside: bool | None = None
    ) -> Basis:
        return Basis(
            anchor=anchor,
            period=length,
            counting=self.record.counting,
            calendar=self.calendar,
            before=before,
            inside=inside,
            last=last,
        )

    def _anchor(self, what: str, of: str) -> Moment | None:
        """When what a period hangs on came about; None while it has not."""
        contract = self.contract
        if what in {"signed", "effective", "start"}:
            day = {
                "signed": contract.signed,
                "effective": contract.effective or contract.signed,
                "start": contract.term and contract.term.from_,
            }[what]
            return Moment(day, None) if day else None
        if what == "end":
            term = term_of(self.record)
            return Moment(term.after - timedelta(days=1), None) if term else None
        if of in self.sources and what in {"accepted", "due", "done"}:
            return self._of_obligation(what, of)
        facts = self._facts(what, of) or (
            self.record.of(what) if of in self.sources and what not in {"delivered", "demanded", "accepted"} else []
        )
        return facts[0].at if facts else None

    def _of_obligation(self, what: str, of: str) -> Moment | None:
        [obligation, *_] = self.of(of) or (None,)
        if obligation is None:
            return None
        if what == "due" and obligation.due and self.record.counting.chained_anchor == "the unrolled":
            return Moment(obligation.due.unrolled, obligation.due.instant)
        if what == "due":
            return due_moment(obligation.due, self.record.zone) if obligation.due else None
        done = obligation.done
        if done is None or (what == "accepted" and done.accepted is None):
            return None
        return Moment(done.accepted, None) if what == "accepted" and done.accepted else Moment(done.day, done.instant)

    def _facts(self, what: str, of: str | None) -> list[Fact]:
        """Facts of a kind about a subject; "fieldtech starts" may be recorded of or by fieldtech."""
        facts = self.record.of(what, of)
        return facts or [f for f in self.record.of(what) if of is not None and f.event.by == of]

    # fulfilment

    def _fulfilled(self, term: Annex, bare: Obligation) -> tuple[Done | None, tuple[tuple[date, date], ...]]:
        """Delivery, if later accepted (KNOBS `done_by`); a rejected delivery ends nothing; silence accepts where a
        clause says so.
        """
        deliveries = self._about("delivered", term, bare)
        rejections = self._about("rejected", term, bare)
        tests: list[tuple[date, date]] = []
        for number, delivery in enumerate(deliveries):
            following = deliveries[number + 1].at if number + 1 < len(deliveries) else None
            refusals = [r for r in rejections if _between(delivery.at, r.at, following)]
            refusal = next((r for r in refusals if self._in_time(term, bare, delivery, r)), None)
            if refusal is None and not self._in_part(term, bare, delivery, following):
                return self._accepted(term, bare, delivery), tuple(tests)
            if refusal is None:
                continue  # the rest of it comes with a later delivery
            tests.append((delivery.at.day, refusal.at.day))
        return None, tuple(tests)

    def _in_part(self, term: Annex, bare: Obligation, delivery: Fact, following: Moment | None) -> bool:
        """Whether what was delivered was accepted in part only, until another delivery came (KNOBS `partial`)."""
        facts = [
            fact
            for fact in self._about("accepted", term, bare)
            if _between(delivery.at, fact.at, following)
            and (fact.event.value is not None or following is None or not not_after(following, fact.at))
        ]
        return bool(facts) and accepted_in_part(self.record, facts)

    def _in_time(self, term: Annex, bare: Obligation, delivery: Fact, refusal: Fact) -> bool:
        """Whether a rejection comes before acceptance was complete; one that comes after it undoes nothing."""
        accepted = self._acceptance(term, bare, delivery)
        day = accepted.at.day if accepted is not None and accepted.order < refusal.order else None
        if day is None and term.accepted_by and term.deemed_accepted is not None:
            due = add(delivery.at.day, term.deemed_accepted, self.record.counting, self.calendar)
            if not isinstance(due, Problem) and refusal.at.day > due.day:
                day = self._silence(term, delivery)
        if day is not None:
            args = {"id": bare.id, "accepted": day}
            self.record.question(Problem("EVENT-ORDER-03", f"events.{refusal.event.id}", args))
        return day is None

    def _acceptance(self, term: Annex, bare: Obligation, delivery: Fact) -> Fact | None:
        """The act that made acceptance complete: one for all, or the last of those whose acceptance it needs."""
        by: dict[str, Fact] = {}
        for fact in in_whole(self.record, self._about("accepted", term, bare)):
            if not_after(delivery.at, fact.at):
                by.setdefault(fact.event.by or "all", fact)
        whole = [by["all"]] if "all" in by else []
        given = sorted((by[party] for party in term.accepted_by if party in by), key=lambda fact: fact.order)
        needed = self._approvals(len(term.accepted_by))
        if given and len(given) >= needed:
            whole.append(given[needed - 1])
        elif not term.accepted_by:
            whole.extend(by.values())
        return min(whole, key=lambda fact: fact.order, default=None)

    def _approvals(self, asked: int) -> int:
        """How many of those who must accept make acceptance complete (KNOBS `joint`): all, the first, or so many."""
        how = self.record.counting.of("joint") or "last"
        if how == "last":
            return asked
        return 1 if how == "first" else min(asked, int(how.partition(" of ")[0]))

    def _about(self, what: str, term: Annex, bare: Obligation) -> list[Fact]:
        """Facts about this very obligation: by its own id, or by its source together with the case."""
        found = self.record.of(what, bare.id)
        if bare.id != term.id and not found:
            found = [
                f
                for f in self.record.of(what, term.id)
                if f.event.about is not None and f.event.about in {bare.case, bare.window}
            ]
        return found

    def _accepted(self, term: Annex, bare: Obligation, delivery: Fact) -> Done | None:
        how, day, instant = "delivered", delivery.at.day, delivery.at.instant
        done_by = self.record.counting.of("done_by")
        if not term.accepted_by or done_by == "delivery":
            return Done(day=day, instant=instant, how=how, event=delivery.event.id, accepted=day)
        whole = self._acceptance(term, bare, delivery)
        if whole is not None:
            accepted = whole.at.day
            if done_by == "acceptance":
                day, instant = accepted, None
            return Done(day=day, instant=instant, how="accepted", event=delivery.event.id, accepted=accepted)
        silence = self._silence(term, delivery)
        if silence is not None and silence <= self.record.as_of.day:
            if done_by == "acceptance":
                day, instant = silence, None
            return Done(day=day, instant=instant, how="deemed accepted", event=delivery.event.id, accepted=silence)
        if done_by == "acceptance":
            return None
        return Done(day=day, instant=instant, how=how, event=delivery.event.id, pending=True)

    def _silence(self, term: Annex, delivery: Fact) -> date | None:
        """The day on which silence accepts: the day after the period ends, or as KNOBS `deemed` is set."""
        if term.deemed_accepted is None:
            return None
        due = add(delivery.at.day, term.deemed_accepted, self.record.counting, self.calendar)
        if isinstance(due, Problem):
            self.record.question(msgspec.structs.replace(due, where=f"annexes.{term.id}.deemed_accepted"))
            return None
        deemed = self.record.counting.deemed or "day after"
        if deemed == "back to delivery":
            return delivery.at.day if due.day < self.record.as_of.day else None
        return {"day after": due.day + timedelta(days=1), "last day": due.day}.get(deemed)

    # service steps

    def _step(self, term: Step) -> Iterator[Obligation]:
        """One clock for each case, or several; see `core.duties.clocks`."""
        for case, start in self._by_case(self.record.of(term.starts)):
            bare = self._bare(term, case, None)
            for clock in clocks(self.record, self.calendar, term, start):
                stop, own = clock.stop, bare.id + clock.suffix
                done = stop and Done(day=stop.at.day, instant=stop.at.instant, how="stopped", event=stop.event.id)
                yield msgspec.structs.replace(
                    bare,
                    id=own,
                    due=moved(self.record, own, clock.due, self.calendar),
                    done=done,
                    paused=clock.paused,
                    state=clock.state,
                    by_clock=clock.is_clock,
                )

    def _by_case(self, facts: Iterable[Fact]) -> Iterator[tuple[str, Fact]]:
        """Each duty's name with the event that opened it: by usage one a case, which `about` names; or one each event,
        or the first of each day (KNOBS `same_subject`). What follows the first of its case has its event's or day's
        name too.
        """
        how = self.record.counting.of("same_subject")
        seen: set[str] = set()
        opened: set[tuple[str, date]] = set()
        for fact in facts:
            case = name = fact.event.about or fact.event.id
            if how == "one a day" and (case, fact.at.day) in opened:
                continue
            if case in seen and how in {"one each event", "one a day"}:
                name = f"{case}/{fact.event.id if how == 'one each event' else fact.at.day}"
            if name not in seen:
                seen.add(name)
                opened.add((case, fact.at.day))
                yield name, fact


def _meets(window: Window, others: Iterable[tuple[Window, Due | None]]) -> bool:
    return any(window.first < other.after and other.first < window.after for other, _ in others)


def _clocked(rule: DueRule) -> bool:
    return rule.period is not None and rule.period.is_clock


def _between(first: Moment, moment: Moment, following: Moment | None) -> bool:
    return not_after(first, moment) and (following is None or not not_after(following, moment) or moment == following)
