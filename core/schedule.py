"""What is owed and when: obligations with their due times, and the act that fulfils each."""

from collections.abc import Iterator
from datetime import date

import msgspec

from core.duties.anchors import anchored, facts_of
from core.duties.cases import cases
from core.duties.clocks import clocks
from core.duties.duetimes import DueTimes
from core.duties.excuses import moved
from core.duties.fulfilment import fulfilled
from core.duties.obligations import Done, Obligation, Source, due_moment, obligation_of
from core.duties.series import Window, changes_of, fee_windows, owed_windows, rewound, series_windows, term_of, windows
from core.duties.sessions import sessions_of
from core.money import Money
from core.periods import Due
from core.periods import Step as Counted
from core.problems import Problem
from core.record import Moment, Record, moment
from core.terms import Annex, DueRule, Payment, Step, other_party

__all__ = [
    "Done",
    "Obligation",
    "Window",
    "due_moment",
    "fee_windows",
    "schedule",
    "series_windows",
    "term_of",
    "windows",
]


def schedule(record: Record) -> tuple[Obligation, ...]:
    """All obligations of the contract up to its end, ordered by source, each with its due time and its fulfilment."""
    return _Scheduler(record).all()


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
        self.times: dict[str, DueTimes] = {}
        """Due times by the party that owes, each by its own calendar."""

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
        times = self._times(term.owed_by)
        made = tuple(self._clocked(term, times) if isinstance(term, Step) else self._owed(term, times))
        self.busy.pop()
        self.made[source] = made
        return made

    def _times(self, debtor: str) -> DueTimes:
        if debtor not in self.times:
            self.times[debtor] = DueTimes(self.record, self.record.calendar_for(debtor))
        return self.times[debtor]

    # what one source makes owed

    def _clocked(self, term: Step, times: DueTimes) -> Iterator[Obligation]:
        """One clock for each case of a service step, or several; see `core.duties.clocks`."""
        for case, start in cases(self.record, self.record.of(term.starts)):
            bare = self._bare(term, case)
            for clock in clocks(self.record, times.calendar, term, start):
                stop, own = clock.stop, bare.id + clock.suffix
                yield msgspec.structs.replace(
                    bare,
                    id=own,
                    due=moved(self.record, own, clock.due, times.calendar),
                    done=stop and Done(day=stop.at.day, instant=stop.at.instant, how="stopped", event=stop.event.id),
                    paused=clock.paused,
                    state=clock.state,
                    by_clock=clock.is_clock,
                )

    def _owed(self, term: Annex | Payment, times: DueTimes) -> Iterator[Obligation]:
        """One obligation, or one for each window, session or event that its due rule names."""
        rule = self._rule(term, times)
        if rule is None:
            yield self._finish(term, times, self._bare(term), None, waiting=Counted("DUE-NONE-01", {}))
        elif rule.every is not None:
            for window, due in self._series(term, term.due or rule, times):
                yield self._finish(term, times, self._bare(term, window=window.id), due)
        elif rule.anchor is not None and rule.anchor.what == "session":
            yield from self._sessions(term, rule, times)
        elif rule.anchor is not None and rule.anchor.each:
            for case, fact in cases(self.record, facts_of(self.record, rule.anchor.what, rule.anchor.of)):
                yield self._finish(term, times, self._bare(term, case), times.after(rule, fact.at, term.id), rule)
        else:
            due, waiting = self._once(term, rule, times)
            yield self._finish(term, times, self._bare(term), due, rule, waiting)

    def _rule(self, term: Annex | Payment, times: DueTimes) -> DueRule | None:
        """The due rule as amended: an amendment of a due rule holds for what falls due from its effect on."""
        rule = term.due
        for version, changed in changes_of(self.record, term):
            closed = term.id in self.record.closed.get(version.amendment.id, ())
            if (version.applies == "everything" and not closed) or (
                version.applies != "everything" and self._falls_after(term, rule, times, version.effective.day)
            ):
                rule = changed
        return rule

    def _falls_after(self, term: Annex | Payment, rule: DueRule | None, times: DueTimes, day: date) -> bool:
        if rule is None or rule.every is not None or (rule.anchor and rule.anchor.each):
            return True
        due, _ = self._once(term, rule, times)
        return due is None or due.day >= day

    def _series(self, term: Annex | Payment, first: DueRule, times: DueTimes) -> list[tuple[Window, Due | None]]:
        """The windows of a series and when each is due, as amended from window to window."""
        made = self._dues(first, times)
        for version, changed in changes_of(self.record, term):
            made = rewound(self.record, term, version, made, self._dues(changed, times))
        return made

    def _dues(self, rule: DueRule, times: DueTimes) -> list[tuple[Window, Due | None]]:
        made: list[tuple[Window, Due | None]] = []
        assert rule.every is not None
        for window in owed_windows(self.record, rule.every.unit):
            made.append((window, times.within(rule, window, made[-1][1] if made else None)))
        return made

    def _sessions(self, term: Annex | Payment, rule: DueRule, times: DueTimes) -> Iterator[Obligation]:
        """What hangs on the nth session of a schedule, or on each: before its beginning, or after its end."""
        assert rule.anchor is not None
        key, nth = rule.anchor.of or "", rule.anchor.nth
        held = sessions_of(self.record, key) if key in self.contract.schedules else []
        chosen = held if rule.anchor.each else held[nth - 1 : nth] if nth and nth > 0 else held[-1:]
        for session in chosen:
            case = str(session.number) if rule.anchor.each else None
            due = times.after(rule, Moment(session.day, session.begins if rule.before else session.ends), term.id)
            yield self._finish(term, times, self._bare(term, case), due, rule)
        if not chosen:
            waiting = Counted("DUE-WAITING-01", {"what": "session", "of": key})
            yield self._finish(term, times, self._bare(term), None, rule, waiting)

    # when it is due

    def _once(self, term: Annex | Payment, rule: DueRule, times: DueTimes) -> tuple[Due | None, Counted | None]:
        """When something is due that is owed once; or what its due time waits for."""
        if rule.on is not None and rule.period is not None:
            start = moment(rule.on, self.record.zone, self.record.counting)
            if isinstance(start, Problem):
                self.record.question(msgspec.structs.replace(start, where=term.id))
                return None, None
            return times.after(rule, start, term.id), None
        if rule.on is not None:
            return times.on(rule.on, term.id, before=rule.before), None
        if rule.demand or rule.anchor is None:
            return self._on_demand(term, rule, times)
        what, of = rule.anchor.what, rule.anchor.of
        anchor = anchored(self.record, self.sources, self.of, what, of or term.id)
        waiting = Counted("DUE-WAITING-01", {"what": what, "of": of or ""})
        stop = self._long_stop() if anchor is None or anchor.day > (self.contract.long_stop or date.max) else None
        if stop is not None:
            return Due(stop, None, stop, (waiting, Counted("DUE-LONGSTOP-01", {"date": stop}))), None
        return (None, waiting) if anchor is None else (times.after(rule, anchor, term.id), None)

    def _long_stop(self) -> date | None:
        """The day on which something is due whose anchor has not come about by then (KNOBS `anchor_missing`)."""
        if self.record.counting.of("anchor_missing") != "due at a long-stop date":
            return None
        if self.contract.long_stop is None:
            self.record.question(Problem("TERMS-LONGSTOP-02", "long_stop"))
        return self.contract.long_stop

    def _on_demand(self, term: Annex | Payment, rule: DueRule, times: DueTimes) -> tuple[Due | None, Counted | None]:
        """Due after a demand: by the day that the demand sets, or so long after it as the contract says (511(4))."""
        demands = facts_of(self.record, "demanded", term.id)
        if not demands:
            return None, Counted("DUE-DEMAND-01", {"id": term.id})
        demanded, until = demands[0].at, demands[0].event.until
        if until is not None:
            step = Counted("DUE-DEMANDED-01", {"date": until, "demand": demanded.day})
            return Due(until, None, until, (step,)), None
        if rule.period is not None:
            return times.after(rule, demanded, term.id), None
        return None, Counted("DUE-DEMANDED-02", {"demand": demanded.day})

    # the obligation itself

    def _bare(self, term: Source, case: str | None = None, window: str | None = None) -> Obligation:
        owed_to = term.owed_to or self.others[term.owed_by]
        if not owed_to:
            listed = {Annex: "annexes", Step: "steps", Payment: "payments"}[type(term)]
            owed_to = self.record.facing(term.owed_by, f"{listed}.{term.id}.owed_to")
        return obligation_of(term, owed_to, case, window)

    def _finish(
        self,
        term: Annex | Payment,
        times: DueTimes,
        bare: Obligation,
        due: Due | None,
        rule: DueRule | None = None,
        waiting: Counted | None = None,
    ) -> Obligation:
        """With its due time moved by what excuses and extends it, its amount, and the act that fulfils it."""
        counted = due
        due = moved(self.record, bare.id, counted, times.calendar)
        if counted is not None and due is None:
            waiting = Counted("DUE-EXCUSED-01", {"date": counted.day})
        by_clock = rule is not None and rule.period is not None and rule.period.is_clock
        if isinstance(term, Payment):
            amount = self._amount(term, bare.id, due)
            return msgspec.structs.replace(bare, amount=amount, due=due, waiting=waiting, by_clock=by_clock)
        done, tests = fulfilled(self.record, times.calendar, term, bare)
        return msgspec.structs.replace(bare, due=due, waiting=waiting, done=done, tests=tests, by_clock=by_clock)

    def _amount(self, term: Payment, obligation: str, due: Due | None) -> Money:
        """The amount as amended for what falls due from then on, or for everything unsettled."""
        day = due.day if due else date.max
        ids = self.record.amendments_for(day, day, subject=obligation)
        if not any(f"payments.{term.id}.amount" in v.amendment.set for v in self.record.versions):
            return term.amount
        return next(p.amount for p in self.record.amended(ids).payments if p.id == term.id)
