"""Which act fulfils what was to be delivered: a delivery, its acceptance by one or several, or silence."""

from datetime import date, timedelta

import msgspec

from core.duties.obligations import Done, Obligation
from core.duties.parts import accepted_in_part, in_whole
from core.periods import Calendar, Due, add
from core.problems import Problem
from core.record import Fact, Moment, Record, not_after
from core.terms import Annex

__all__ = ["fulfilled"]

Test = tuple[date, date]
"""A delivery that was rejected: the day of delivery and the day of rejection."""


Fulfilled = tuple[Done | None, tuple[Test, ...]]


def fulfilled(record: Record, calendar: Calendar, term: Annex, owed: Obligation) -> Fulfilled:
    """The act that ends an obligation, if any, and the deliveries before it that were rejected.

    Delivery, if later accepted (KNOBS `done_by`); a rejected delivery ends nothing; silence accepts where a clause
    says so.
    """
    return _Fulfilment(record, calendar, term, owed).found()


class _Fulfilment:
    """The acts about one obligation, weighed delivery by delivery."""

    def __init__(self, record: Record, calendar: Calendar, term: Annex, owed: Obligation) -> None:
        self.record = record
        self.calendar = calendar
        self.term = term
        self.owed = owed

    def found(self) -> Fulfilled:
        deliveries = self._facts("delivered")
        rejections = self._facts("rejected")
        tests: list[Test] = []
        for number, delivery in enumerate(deliveries):
            following = deliveries[number + 1].at if number + 1 < len(deliveries) else None
            refusals = [r for r in rejections if _between(delivery.at, r.at, following)]
            refusal = next((r for r in refusals if self._in_time(delivery, r)), None)
            if refusal is None and not self._in_part(delivery, following):
                return self._done(delivery), tuple(tests)
            if refusal is None:
                continue  # the rest of it comes with a later delivery
            tests.append((delivery.at.day, refusal.at.day))
        return None, tuple(tests)

    def _facts(self, what: str) -> list[Fact]:
        """Facts about this very obligation: by its own id, or by its source together with the case."""
        owed, source = self.owed, self.term.id
        found = self.record.of(what, owed.id)
        if found or owed.id == source:
            return found
        about = {owed.case, owed.window}
        return [f for f in self.record.of(what, source) if f.event.about is not None and f.event.about in about]

    def _in_part(self, delivery: Fact, following: Moment | None) -> bool:
        """Whether what was delivered was accepted in part only, until another delivery came (KNOBS `partial`)."""
        given = self._facts("accepted")
        so_far = [fact for fact in given if following is None or not not_after(following, fact.at)]
        facts = [
            fact
            for fact in given
            if _between(delivery.at, fact.at, following) and (fact.event.value is not None or fact in so_far)
        ]
        # Parts of earlier deliveries count as well.
        return bool(facts) and accepted_in_part(self.record, so_far or facts)

    def _in_time(self, delivery: Fact, refusal: Fact) -> bool:
        """Whether a rejection comes before acceptance was complete; one that comes after it undoes nothing."""
        accepted = self._acceptance(delivery)
        day = accepted.at.day if accepted is not None and accepted.order < refusal.order else None
        if day is None and self.term.accepted_by:
            silent = self._silent_until(delivery)
            if isinstance(silent, Due) and refusal.at.day > silent.day:
                day = self._silence(delivery)
        if day is not None:
            args = {"id": self.owed.id, "accepted": day}
            self.record.question(Problem("EVENT-ORDER-03", f"events.{refusal.event.id}", args))
        return day is None

    def _done(self, delivery: Fact) -> Done | None:
        """What a delivery that stands makes of the obligation, by whether and when it was accepted."""
        at, event, done_by = delivery.at, delivery.event.id, self.record.counting.of("done_by")
        if not self.term.accepted_by or done_by == "delivery":
            return Done(day=at.day, instant=at.instant, how="delivered", event=event, accepted=at.day)
        how, accepted = self._accepted(delivery)
        if accepted is None and done_by == "acceptance":
            return None
        if accepted is None:
            return Done(day=at.day, instant=at.instant, how="delivered", event=event, pending=True)
        by = Moment(accepted, None) if done_by == "acceptance" else at
        return Done(day=by.day, instant=by.instant, how=how, event=event, accepted=accepted)

    def _accepted(self, delivery: Fact) -> tuple[str, date | None]:
        """How and when a delivery was accepted: by an act, or by silence; no day while it is not."""
        whole = self._acceptance(delivery)
        if whole is not None:
            return "accepted", whole.at.day
        silence = self._silence(delivery)
        return "deemed accepted", silence if silence is not None and silence <= self.record.as_of.day else None

    # acceptance

    def _acceptance(self, delivery: Fact) -> Fact | None:
        """The act that made acceptance complete: one for all, or the last of those whose acceptance it needs."""
        by: dict[str, Fact] = {}
        for fact in in_whole(self.record, self._facts("accepted")):
            if not_after(delivery.at, fact.at):
                by.setdefault(fact.event.by or "all", fact)
        whole = [by["all"]] if "all" in by else []
        asked = self.term.accepted_by
        given = sorted((by[party] for party in asked if party in by), key=lambda fact: fact.order)
        needed = self._approvals(len(asked))
        if given and len(given) >= needed:
            whole.append(given[needed - 1])
        elif not asked:
            whole.extend(by.values())
        return min(whole, key=lambda fact: fact.order, default=None)

    def _approvals(self, asked: int) -> int:
        """How many of those who must accept make acceptance complete (KNOBS `joint`): all, the first, or so many."""
        how = self.record.counting.of("joint") or "last"
        if how == "last":
            return asked
        return 1 if how == "first" else min(asked, int(how.partition(" of ")[0]))

    def _silent_until(self, delivery: Fact) -> Due | Problem | None:
        """The end of the time in which a delivery can be rejected, where a clause sets one."""
        if self.term.deemed_accepted is None:
            return None
        return add(delivery.at.day, self.term.deemed_accepted, self.record.counting, self.calendar)

    def _silence(self, delivery: Fact) -> date | None:
        """The day on which silence accepts: the day after the period ends, or as KNOBS `deemed` is set."""
        due = self._silent_until(delivery)
        if due is None:
            return None
        if isinstance(due, Problem):
            self.record.question(msgspec.structs.replace(due, where=f"annexes.{self.term.id}.deemed_accepted"))
            return None
        deemed = self.record.counting.deemed or "day after"
        if deemed == "back to delivery":
            return delivery.at.day if due.day < self.record.as_of.day else None
        return {"day after": due.day + timedelta(days=1), "last day": due.day}.get(deemed)


def _between(first: Moment, moment: Moment, following: Moment | None) -> bool:
    return not_after(first, moment) and (following is None or not not_after(following, moment) or moment == following)
