"""What is owed and when: obligations with their due times, and the act that fulfils each."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from core.money import Money
from core.periods import (
    Due,
    Period,
    add,
    calendar_windows,
    contract_years,
    end_of_day,
    fixed,
    last_working_day,
    local_date,
    nth_day,
    shift,
    start_of_day,
    term_end,
    to_instant,
    touched_days,
)
from core.periods import Step as Counted
from core.problems import Problem
from core.record import Fact, Moment, Record, not_after
from core.terms import Annex, Contract, DueRule, Payment, Step, Text

__all__ = ["Done", "Obligation", "Window", "due_moment", "other_party", "schedule", "term_of", "windows"]


# gc=False, here and in the stages that follow: frozen values form no circle, and an assessment makes so many of
# them that the collector's walks over them took a quarter of its time.
class Done(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """The act that ends an obligation. `how`: "delivered", "accepted", "deemed accepted", "stopped", "paid";
    `accepted` is the day
    on which acceptance was complete; `pending`: delivered, and acceptance is still open."""

    day: date
    instant: datetime | None = None
    how: str
    event: str | None = None
    accepted: date | None = None
    pending: bool = False


class Obligation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One thing owed once. `id` survives re-assessment: "A1", "A5/2026-Q1", "A6/C-1".

    `waiting` says what its due time still waits for (then `due` is None); `tests` are the deliveries that were
    rejected, each with the
    day of delivery and the day of rejection; `paused` counts seconds (clocks) or days.
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
    """Who is on the other side of `party`; third parties engaged by one face that one."""
    if party in contract.third_parties:
        return contract.third_parties[party].engaged_by
    return next((key for key in contract.parties if key != party), party)


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


def windows(record: Record, unit: str, *, whole_life: bool = False) -> tuple[Window, ...]:
    """The windows of a series that meet the contract's term, each whole; with `whole_life` also those after it, up to
    `as_of`.
    """
    term = term_of(record)
    if term is None:
        return ()
    after = max(term.after, record.as_of.day + timedelta(days=1)) if whole_life else term.after
    if unit == "contract year":
        found = contract_years(term.first, after)
    else:
        found = calendar_windows(unit.removeprefix("calendar "), term.first, after)
    return tuple(Window(c.id, c.first, c.after) for c in found)


class _Scheduler:
    """Works obligations out on demand, so that one may hang on another; a circle is a problem, not a hang."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.contract = record.contract
        self.made: dict[str, tuple[Obligation, ...]] = {}
        self.busy: list[str] = []
        listed: list[Source] = [*self.contract.annexes, *self.contract.steps, *self.contract.payments]
        self.sources = {source.id: source for source in listed}
        self.others = {party: other_party(self.contract, party) for party in {s.owed_by for s in listed}}
        self.counted: dict[tuple[Moment, Period, bool], Due | Problem] = {}
        """Due times by what they hang on: many obligations hang on the same day by the same period."""

    def all(self) -> tuple[Obligation, ...]:
        return tuple(obligation for source in self.sources for obligation in self.of(source))

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
        made = tuple(self._step(term) if isinstance(term, Step) else self._series(term))
        self.busy.pop()
        self.made[source] = made
        return made

    def _series(self, term: Annex | Payment) -> Iterator[Obligation]:
        """One obligation, or one for each window or event that its due rule names."""
        rule = self._rule(term)
        if rule is None:
            yield self._finish(term, self._bare(term, None, None), None, Counted("DUE-NONE-01", {}), by_clock=False)
        elif rule.every is not None:
            for window in windows(self.record, rule.every.unit):
                due = self._in_window(rule, window)
                yield self._finish(term, self._bare(term, None, window.id), due, None, by_clock=False)
        elif rule.anchor is not None and rule.anchor.each:
            for fact in self._facts(rule.anchor.what, rule.anchor.of):
                due = self._after(rule, fact.at, term.id)
                yield self._finish(
                    term, self._bare(term, fact.event.about or fact.event.id, None), due, None, by_clock=_clocked(rule)
                )
        else:
            due, waiting = self._once(term, rule)
            yield self._finish(term, self._bare(term, None, None), due, waiting, by_clock=_clocked(rule))

    def _rule(self, term: Annex | Payment) -> DueRule | None:
        """The due rule as amended: an amendment of a due rule holds for what falls due from its effect on."""
        rule = term.due
        for version in self.record.versions:
            path = f"{'annexes' if isinstance(term, Annex) else 'payments'}.{term.id}.due"
            if path in version.amendment.set and (
                version.applies == "everything" or self._falls_after(term, rule, version.effective.day)
            ):
                rule = version.amendment.set[path]
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
        due = self._extended(bare.id, due)
        done, tests = (None, ()) if isinstance(term, Payment) else self._fulfilled(term, bare)
        return msgspec.structs.replace(bare, due=due, waiting=waiting, done=done, tests=tests, by_clock=by_clock)

    # due times

    def _once(self, term: Annex | Payment, rule: DueRule) -> tuple[Due | None, Counted | None]:
        if rule.on is not None:
            return self._fixed(rule.on, term.id), None
        if rule.demand or rule.anchor is None:
            return None, Counted("DUE-DEMAND-01", {"id": term.id})
        anchor = self._anchor(rule.anchor.what, rule.anchor.of or term.id)
        if anchor is None:
            return None, Counted("DUE-WAITING-01", {"what": rule.anchor.what, "of": rule.anchor.of or ""})
        return self._after(rule, anchor, term.id), None

    def _fixed(self, on: date | datetime, where: str) -> Due | None:
        record = self.record
        if not isinstance(on, datetime):
            if (
                record.counting.roll_fixed_dates is None
                and record.counting.roll not in {None, "none"}
                and record.calendar.is_rest(on)
            ):
                record.ask("roll_fixed_dates", where, date=on)
            return fixed(on, record.counting, record.calendar)
        instant = on if on.tzinfo else to_instant(on, record.zone)
        if isinstance(instant, Problem):
            record.question(msgspec.structs.replace(instant, where=where))
            return None
        day = local_date(instant, record.zone)
        return Due(day, instant, day, (Counted("COUNT-FIXED-03", {"due": instant}),))

    def _after(self, rule: DueRule, anchor: Moment, where: str) -> Due | None:
        """`period` after (before) the anchor; without a period: before the anchor itself."""
        record = self.record
        if rule.period is None:
            if anchor.instant is not None:
                return Due(anchor.day, anchor.instant, anchor.day, (Counted("DUE-BEFORE-01", {"due": anchor.instant}),))
            day = anchor.day - timedelta(days=1)
            return Due(day, None, day, (Counted("DUE-BEFORE-02", {"date": anchor.day}),))
        clocked = rule.period.is_clock
        key = (anchor if clocked else Moment(anchor.day, None), rule.period, rule.before)
        if key not in self.counted:
            start = anchor.instant if clocked and anchor.instant else anchor.day
            self.counted[key] = add(start, rule.period, record.counting, record.calendar, before=rule.before)
        due = self.counted[key]
        if isinstance(due, Problem):
            record.question(msgspec.structs.replace(due, where=where))
            return None
        return due

    def _in_window(self, rule: DueRule, window: Window) -> Due | None:
        record, last = self.record, window.after - timedelta(days=1)
        if rule.period is not None:
            return self._after(DueRule(period=rule.period), Moment(last, None), "")
        by = rule.by or "last day"
        if by == "last working day":
            day = last_working_day(window.first, last, record.calendar)
            return (
                Due(day, None, day, (Counted("DUE-LASTWORK-01", {"date": day, "window": window.id}),)) if day else None
            )
        if by.startswith("working day "):
            nth = nth_day(window.first, last, int(by.removeprefix("working day ")), record.calendar, working=True)
            return (
                Due(nth, None, nth, (Counted("DUE-NTHWORK-01", {"date": nth, "window": window.id}),)) if nth else None
            )
        day = last if by == "last day" else min(window.first + timedelta(days=int(by.removeprefix("day ")) - 1), last)
        return self._fixed(day, window.id)

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

    def _extended(self, obligation: str, due: Due | None) -> Due | None:
        """The due time as moved by an excuse (KNOBS `excuse_effect`), or as extended by agreement to a named last
        day.
        """
        due = self._excused(obligation, due)
        for fact in self.record.of("extended", obligation):
            if due is not None and fact.event.until is not None:
                until = fact.event.until
                due = Due(
                    until,
                    None,
                    until,
                    (*due.steps, Counted("DUE-EXTENDED-01", {"date": until, "event": fact.event.id})),
                )
        return due

    def _excused(self, obligation: str, due: Due | None) -> Due | None:
        """Force majeure before the due time moves it by the dates it touched; what begins in delay excuses nothing
        (590(2)).
        """
        record = self.record
        facts = record.of("excused", obligation)
        if due is None or not facts:
            return due
        if record.ask("excuse_effect", obligation) != "moves the due time":
            return due
        while_late = record.counting.of("excuse_while_late") == "excused"
        spans = [(f.at.day, (f.end or record.as_of).day) for f in facts if while_late or f.at.day <= due.day]
        return shift(due, touched_days(spans, record.calendar, unit=due.unit), record.counting, record.calendar)

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
            refusal = next((r for r in rejections if _between(delivery.at, r.at, following)), None)
            if refusal is None:
                return self._accepted(term, bare, delivery), tuple(tests)
            tests.append((delivery.at.day, refusal.at.day))
        return None, tuple(tests)

    def _about(self, what: str, term: Annex, bare: Obligation) -> list[Fact]:
        """Facts about this very obligation: by its own id, or by its source together with the case."""
        if bare.id == term.id:
            return self.record.of(what, term.id)
        exact = self.record.of(what, bare.id)
        return exact or [
            f for f in self.record.of(what, term.id) if bare.case is not None and f.event.about == bare.case
        ]

    def _accepted(self, term: Annex, bare: Obligation, delivery: Fact) -> Done:
        how, day, instant = "delivered", delivery.at.day, delivery.at.instant
        if not term.accepted_by:
            return Done(day=day, instant=instant, how=how, event=delivery.event.id, accepted=day)
        acceptances = [a for a in self._about("accepted", term, bare) if not_after(delivery.at, a.at)]
        by = {a.event.by or "all": a.at.day for a in reversed(acceptances)}
        if "all" in by or all(party in by for party in term.accepted_by):
            accepted = by["all"] if "all" in by else max(by[party] for party in term.accepted_by)
            return Done(day=day, instant=instant, how="accepted", event=delivery.event.id, accepted=accepted)
        silence = self._silence(term, delivery)
        if silence is not None and silence <= self.record.as_of.day:
            return Done(day=day, instant=instant, how="deemed accepted", event=delivery.event.id, accepted=silence)
        return Done(day=day, instant=instant, how=how, event=delivery.event.id, pending=True)

    def _silence(self, term: Annex, delivery: Fact) -> date | None:
        """The day on which silence accepts: the day after the period ends, or as KNOBS `deemed` is set."""
        if term.deemed_accepted is None:
            return None
        due = add(delivery.at.day, term.deemed_accepted, self.record.counting, self.record.calendar)
        if isinstance(due, Problem):
            self.record.question(msgspec.structs.replace(due, where=f"annexes.{term.id}.deemed_accepted"))
            return None
        deemed = self.record.counting.deemed or "day after"
        if deemed == "back to delivery":
            return delivery.at.day if due.day < self.record.as_of.day else None
        return {"day after": due.day + timedelta(days=1), "last day": due.day, "its last day": due.day}.get(deemed)

    # service steps

    def _step(self, term: Step) -> Iterator[Obligation]:
        """One clock for each case: started by one event, stopped by another, paused by spans (pause in the clock's
        own time).
        """
        for start in self.record.of(term.starts):
            case = start.event.about or start.event.id
            bare = self._bare(term, case, None)
            due = self._after(DueRule(period=term.within), start.at, term.id)
            stops = [f for f in self.record.of(term.stops, case) if not_after(start.at, f.at)]
            due, paused = self._paused(term, case, start, due, stops[0] if stops else None)
            done = (
                Done(day=stops[0].at.day, instant=stops[0].at.instant, how="stopped", event=stops[0].event.id)
                if stops
                else None
            )
            yield msgspec.structs.replace(
                bare, due=self._extended(bare.id, due), done=done, paused=paused, by_clock=term.within.is_clock
            )

    def _paused(self, term: Step, case: str, start: Fact, due: Due | None, stop: Fact | None) -> tuple[Due | None, int]:
        """Move the due time by the union of the pauses that began while the clock ran; seconds for clocks, dates
        touched for days.
        """
        if term.pauses is None or due is None:
            return due, 0
        limit = stop.at if stop else self.record.as_of
        spans = [
            (
                max(_instant(f.at, self.record.zone), _instant(start.at, self.record.zone)),
                _end(f, limit, self.record.zone),
            )
            for f in self.record.of(term.pauses, case)
        ]
        total, reached, moved = 0, None, due
        for first, last in sorted(spans):
            first = max(first, reached) if reached else first
            if last <= first:
                continue
            reached = last
            if moved.instant is None:
                days = (
                    local_date(last - timedelta(microseconds=1), self.record.zone) - local_date(first, self.record.zone)
                ).days + 1
                moved = shift(moved, days, self.record.counting, self.record.calendar)
                total += days
            elif first < moved.instant:
                seconds = int((last - first).total_seconds())
                instant = moved.instant + timedelta(seconds=seconds)
                day = local_date(instant, self.record.zone)
                step = Counted("DUE-PAUSED-01", {"start": first, "until": last, "due": instant})
                moved = Due(day, instant, day, (*moved.steps, step), moved.provisional)
                total += seconds
        return moved, total


def _clocked(rule: DueRule) -> bool:
    return rule.period is not None and rule.period.is_clock


def _between(first: Moment, moment: Moment, following: Moment | None) -> bool:
    return not_after(first, moment) and (following is None or not not_after(following, moment) or moment == following)


def _instant(moment: Moment, zone: str) -> datetime:
    return moment.instant or start_of_day(moment.day, zone)


def _end(fact: Fact, limit: Moment, zone: str) -> datetime:
    """When a span ended; one still open lasts to `limit`."""
    stop = limit.instant or end_of_day(limit.day, zone)
    if fact.end is None:
        return stop
    return min(fact.end.instant or end_of_day(fact.end.day, zone), stop)
