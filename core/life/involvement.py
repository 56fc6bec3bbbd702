"""A third party's life under a contract: request, answer, agreement, work, end; its duties, and what its work cost."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from core.money import Money
from core.periods import Due, Period, Step
from core.pricing.curves import split
from core.problems import Problem
from core.record import Fact, Moment, Record, not_after
from core.schedule import Done, Obligation
from core.terms import Involvement

__all__ = ["Cost", "Involved", "Stage", "involved", "involvement_duties", "settled"]


class Stage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One stage of an involvement: "request", "answer", "agreement", "review", "start", "end", "word", "settlement".

    `state`: "done", "late" (done late), "open", "overdue", "incomplete" (a request that does not say what it must),
    "refused", "too early" (work before consent, signatures or review), "consent by silence".
    """

    what: str
    by: str = ""
    due: date | None = None
    done: date | None = None
    state: str
    missing: tuple[str, ...] = ()


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """One party's part of what a third party's work cost: its share, what it paid, and what it still owes the others
    (negative: is owed).
    """

    party: str
    share: Money
    paid: Money
    owes: Money


class Involved(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One third party as it stands: its stages in order, what survives its end, and the costs shared."""

    id: str
    signs: bool = False
    stages: tuple[Stage, ...] = ()
    survives: tuple[str, ...] = ()
    costs: tuple[Cost, ...] = ()


def involvement_duties(record: Record) -> tuple[Obligation, ...]:
    """The duties of an involvement as obligations: "lab/answer", "lab/agreement", "lab/review", "lab/word",
    "lab/settlement". An answer that does not come in time is late; it consents to nothing unless the contract says so.
    """
    made: list[Obligation] = []
    for key, third in record.contract.third_parties.items():
        if third.involvement is not None:
            made.extend(_Life(record, key, third.involvement).duties())
    return tuple(made)


def involved(record: Record, obligations: Iterable[Obligation]) -> tuple[Involved, ...]:
    """Every third party whose involvement the contract orders, with the stage that each has reached."""
    by_source: dict[str, list[Obligation]] = {}
    for obligation in obligations:
        by_source.setdefault(obligation.source, []).append(obligation)
    return tuple(
        _Life(record, key, third.involvement).state(by_source.get(key, []))
        for key, third in record.contract.third_parties.items()
        if third.involvement is not None
    )


def settled(one: Involved) -> list[tuple[str, str, Money]]:
    """Who owes whom for shared costs: those who paid too little, to those who paid too much, in order."""
    rows: list[tuple[str, str, Money]] = []
    claims = {c.party: -c.owes.minor for c in one.costs if c.owes.minor < 0}
    for cost in one.costs:
        rest = cost.owes.minor
        for party, claim in claims.items():
            part = min(rest, claim)
            if part > 0:
                rows.append((cost.party, party, Money(part, cost.owes.currency)))
                claims[party] = claim - part
                rest -= part
    return rows


class _Life:
    """One third party's involvement, read from the record."""

    def __init__(self, record: Record, key: str, terms: Involvement) -> None:
        self.record = record
        self.key = key
        self.terms = terms
        self.third = record.contract.third_parties[key]
        self.starts = self._first("starts")
        self.ends = self._first("ends")

    def _first(self, what: str) -> Fact | None:
        facts = self.record.of(what, self.key) or [f for f in self.record.of(what) if f.event.by == self.key]
        return facts[0] if facts else None

    def duties(self) -> Iterable[Obligation]:
        for request in self.record.of("involvement requested", self.key):
            if self.terms.answer_within is not None and not self._missing(request):
                yield from self._answer(request, self.terms.answer_within)
        for what, event, people in (
            ("agreement", "agreement signed", self.terms.signed_by),
            ("review", "agreement reviewed", self.terms.reviewed_by),
        ):
            if people and (self.starts is not None or self._by(event)):
                yield self._before_work(what, event, people)
        if self.ends is not None:
            for what, event, period in (
                ("word", "end told", self.terms.end_notice),
                ("settlement", "account settled", self.terms.settle_within),
            ):
                if period is not None:
                    yield self._after_end(what, event, period)

    def _bare(
        self,
        what: str,
        by: str,
        to: str,
        due: Due | None,
        done: Done | None,
        case: str | None = None,
        *,
        by_clock: bool = False,
    ) -> Obligation:
        return Obligation(
            id=f"{self.key}/{what}" + (f"/{case}" if case else ""),
            kind="duty",
            source=self.key,
            owed_by=by,
            owed_to=to,
            title=self.third.name,
            clause=self.terms.clause or self.third.clause,
            case=case,
            due=due,
            by_clock=by_clock,
            waiting=None if due else Step("DUE-WAITING-01", {"what": "starts", "of": self.key}),
            done=done,
        )

    def _facing(self, party: str) -> str:
        """Who answers a party about this third party: whom the contract names, else the only other one."""
        named = self.terms.answered_by
        if named is None:
            return self.record.facing(party, f"third_parties.{self.key}.involvement.answered_by")
        return named if named != party else self.third.engaged_by

    def _missing(self, request: Fact) -> tuple[str, ...]:
        said = {word.strip() for word in (request.event.value or "").split(",")}
        return tuple(word for word in self.terms.states if word not in said)

    def _reply(self, request: Fact) -> Fact | None:
        about = request.event.about
        facts = self.record.of("involvement answered", self.key)
        return next((f for f in facts if f.at.day >= request.at.day and f.event.about == about), None)

    def _answer(self, request: Fact, within: Period) -> Iterable[Obligation]:
        asked_by = request.event.by or self.third.engaged_by
        by = self._facing(asked_by)
        if not by:
            return
        due = self._due(request.at, within, "answer_within")
        reply = self._reply(request)
        done = _done(reply, "answered")
        if done is None and due is not None and self.terms.silence == "consent" and due.day <= self.record.as_of.day:
            done = Done(day=due.day, how="consent by silence")
        yield self._bare("answer", by, asked_by, due, done, request.event.about, by_clock=within.is_clock)

    def _due(self, start: Moment, period: Period, field: str) -> Due | None:
        return self.record.after(start, period, f"third_parties.{self.key}.involvement.{field}")

    def _by(self, event: str) -> dict[str, Fact]:
        """The first act of each party."""
        acts: dict[str, Fact] = {}
        for fact in self.record.of(event, self.key):
            acts.setdefault(fact.event.by or "", fact)
        return acts

    def _before_work(self, what: str, event: str, people: tuple[str, ...]) -> Obligation:
        """Complete with the last of all who must act; due before work starts."""
        acts = self._by(event)
        last = max((acts[name] for name in people), key=lambda f: f.at.day) if set(people) <= set(acts) else None
        due = None
        if self.starts is not None:
            at = self.starts.at
            day = at.day if at.instant is not None else at.day - timedelta(days=1)
            due = Due(day, at.instant, day, (Step("DUE-BEFORE-02", {"date": at.day}),))
        by = self.third.engaged_by
        return self._bare(what, by, self._facing(by), due, _done(last, event))

    def _after_end(self, what: str, event: str, period: Period) -> Obligation:
        assert self.ends is not None
        facts = [f for f in self.record.of(event, self.key) if f.at.day >= self.ends.at.day]
        done = _done(facts[0], event) if facts else None
        due = self._due(self.ends.at, period, what)
        by = self.third.engaged_by
        return self._bare(what, by, self._facing(by), due, done, by_clock=period.is_clock)

    # where it stands

    def state(self, duties: Iterable[Obligation]) -> Involved:
        owed = list(duties)
        stages: list[Stage] = []
        for request in self.record.of("involvement requested", self.key):
            missing = self._missing(request)
            state = "incomplete" if missing else "done"
            day = request.at.day
            stages.append(
                Stage(what="request", by=request.event.by or "", due=day, done=day, state=state, missing=missing)
            )
        stages += [self._stage(o) for o in owed if o.id.split("/")[1] in {"answer", "agreement", "review"}]
        if self.starts is not None:
            early = any(self._early(o) for o in owed) or any(s.state == "incomplete" for s in stages)
            day = self.starts.at.day
            stages.append(Stage(what="start", by=self.key, done=day, state="too early" if early else "done"))
        if self.ends is not None:
            stages.append(Stage(what="end", by=self.key, done=self.ends.at.day, state="done"))
        stages += [self._stage(o) for o in owed if o.id.split("/")[1] in {"word", "settlement"}]
        survives = self.terms.survives if self.ends is not None else ()
        return Involved(
            id=self.key, signs=self.third.signs, stages=tuple(stages), survives=survives, costs=tuple(self._costs())
        )

    def _early(self, duty: Obligation) -> bool:
        """Whether work began without this: an answer that agrees, or every signature and review."""
        assert self.starts is not None
        what, day = duty.id.split("/")[1], self.starts.at.day
        if what not in {"answer", "agreement", "review"}:
            return False
        if duty.done is None or duty.done.day > day:
            return True
        return self._refused(duty)

    def _refused(self, duty: Obligation) -> bool:
        facts = self.record.of("involvement answered", self.key)
        answer = next((f for f in facts if duty.done and f.event.id == duty.done.event), None)
        return duty.id.split("/")[1] == "answer" and answer is not None and answer.event.value == "refuses"

    def _stage(self, duty: Obligation) -> Stage:
        due, done = duty.due, duty.done
        if done is not None:
            late = due is not None and not not_after(Moment(done.day, done.instant), Moment(due.day, due.instant))
            state = "late" if late else "refused" if self._refused(duty) else "done"
            state = done.how if done.how == "consent by silence" else state
        else:
            state = "overdue" if due is not None and due.day < self.record.as_of.day else "open"
        what = duty.id.split("/")[1]
        return Stage(
            what=what,
            by=duty.owed_by,
            due=due.day if due else None,
            done=done.day if done else None,
            state=state,
        )

    def _costs(self) -> Iterable[Cost]:
        """What was spent, shared as agreed; without a ratio it is asked, never halved in silence."""
        incurred = [(f.event.by or "", f.event.amount) for f in self.record.of("cost incurred", self.key)]
        spent = [(by, amount.minor) for by, amount in incurred if amount is not None]
        if not spent:
            return
        shares = self.terms.costs
        if not shares:
            where = f"third_parties.{self.key}.involvement.costs"
            self.record.question(Problem("ASK-COSTS-01", where, {"third": self.key}))
            return
        currency = self.record.contract.currency
        paid = dict.fromkeys(shares, 0)
        for by, minor in spent:
            paid[by] = paid.get(by, 0) + minor
        scale = 1
        for share in shares.values():
            scale *= share.denominator
        parts = split(sum(paid.values()), [int(s * scale) for s in shares.values()], list(shares))
        due = dict(zip(shares, parts, strict=True))
        for party, minor in paid.items():
            own = due.get(party, 0)
            yield Cost(
                party=party, share=Money(own, currency), paid=Money(minor, currency), owes=Money(own - minor, currency)
            )


def _done(fact: Fact | None, how: str) -> Done | None:
    if fact is None:
        return None
    return Done(day=fact.at.day, instant=fact.at.instant, how=how, event=fact.event.id)
