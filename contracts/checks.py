"""Asks whether a contract and its events hang together: names that lead nowhere, sums, circles, causes and effects."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from contracts import phrases
from contracts.spoken import KIND_WORDS, kinds_by_language, known_kinds
from contracts.walk import BAD, LEAST, POSITIVE, Path, fields
from core.amending import follows
from core.charges import amount_of
from core.events import SPANS, Event, gone
from core.money import Money, show_decimal
from core.problems import Problem, nearest
from core.rates import read_fixing
from core.terms import (
    Amendment,
    Annex,
    Band,
    Cap,
    Charge,
    Contract,
    DueRule,
    Line,
    Measure,
    Payment,
    Range,
    Rule,
    Scorecard,
    Share,
    Step,
    When,
    find,
)
from core.worktime import to_instant

__all__ = ["check"]

Found = list[tuple[Path, Problem]]

# A name that leads nowhere: all that there are, or the nearest.
PARTY = ("TERMS-PARTY-01", "TERMS-PARTY-02")
REF = ("TERMS-REF-01", "TERMS-REF-02")
MEASURE = ("TERMS-MEASURE-01", "TERMS-MEASURE-02")
OF = ("TERMS-OF-01", "TERMS-OF-02")
GRADE = ("MEASURE-GRADE-02", "MEASURE-GRADE-03")
CAP = ("TERMS-CAP-01", "TERMS-CAP-02")
EVENT_KIND = ("EVENT-KIND-01", "EVENT-KIND-02")
EVENT_SUBJECT = ("EVENT-SUBJECT-01", "EVENT-SUBJECT-02")
EVENT_REF = ("EVENT-REF-01", "EVENT-REF-02")

_FAULTS = ("intent", "gross negligence", "negligence")
_OF_AMOUNT = ("the amount late",)
MOST_KINDS = 30
"""Kinds of event that a message lists."""

LONG_AFTER = 5
"""Years after the end of the term that an event may still be dated in; four times as many where it renews itself."""

_EDGE = Fraction(10) ** 30
"""Beyond every edge of a band."""

_NEEDS_AMOUNT = frozenset({"paid", "loss proven", "set off", "costs proven", "drawn", "refunded"})
_CAUSES = {"accepted": "delivered", "rejected": "delivered", "ends": "starts"}
"""Kinds in core that nothing can be without an earlier one about the same thing."""


def check(contract: Contract, events: Iterable[Event]) -> Found:
    """Every problem with its path; paths of events count them in the order given."""
    checks = _Checks(contract, tuple(events))
    checks.names()
    checks.sums()
    checks.least()
    checks.times()
    checks.rules()
    checks.caps()
    checks.ahead()
    checks.people_outside()
    checks.changes()
    checks.counting()
    checks.currencies()
    checks.happened()
    return checks.found


class _Checks:
    """One pass over one contract."""

    def __init__(self, contract: Contract, events: tuple[Event, ...]) -> None:
        self.contract = contract
        self.events = events
        self.found: Found = []
        self.owed = {item.id: item for _, item in self._owed()}
        self.measured = {*(m.id for m in contract.measures), *(card.id for card in contract.scorecards)}
        self.people = {**contract.parties, **contract.third_parties}
        self.duties = duties(contract)
        self.kinds, _ = known_kinds(contract.event_kinds)
        self.roles = sorted({role for party in contract.parties.values() for role in party.roles})

    def wrong(self, path: Path, code: str, /, **args: Any) -> None:
        self.found.append((path, Problem(code, "", args)))

    def known(self, path: Path, codes: tuple[str, str], word: str | None, words: Iterable[str]) -> None:
        """A name that leads nowhere, told with the nearest, else with all that there are."""
        words = list(words)
        if word is None or word in words:
            return
        close = nearest(word, words)
        if close:
            self.wrong(path, codes[1], text=word, nearest=close)
        else:
            self.wrong(path, codes[0], text=word, known=", ".join(words[:20]) or "–")

    # names

    def names(self) -> None:
        self._ids()
        for key, third in self.contract.third_parties.items():
            path: Path = ("third_parties", key)
            self.known((*path, "engaged_by"), PARTY, third.engaged_by, self.people)
            self.known((*path, "excess_if"), EVENT_KIND, third.excess_if, self.kinds)
            for name in third.excess:
                self.known((*path, "excess", name), PARTY, name, self.people)
        for path, item in self._owed():
            people = [*self.people, *self.roles] if isinstance(item, Step) else self.people
            for field in ("owed_by", "owed_to"):
                self.known((*path, field), PARTY, getattr(item, field), people)
            if isinstance(item, Annex):
                for i, name in enumerate(item.accepted_by):
                    self.known((*path, "accepted_by", i), PARTY, name, self.people)
            if isinstance(item, Step):
                for field in ("starts", "stops", "pauses", "messages", "reopens", "until"):
                    self.known((*path, field), EVENT_KIND, getattr(item, field), self.kinds)
        for kind, own in self.contract.event_kinds.items():
            self.known(("event_kinds", kind, "closes"), EVENT_KIND, own.closes, self.kinds)
        for i, measure in enumerate(self.contract.measures):
            self._measure(("measures", i), measure)
        for i, card in enumerate(self.contract.scorecards):
            self._card(("scorecards", i), card)
        for i, cap in enumerate(self.contract.caps):
            self.known(("caps", i, "limits"), PARTY, cap.limits, self.people)
        for path, value in each(self.contract):
            if isinstance(value, (Share, Charge)) and value.of is not None:
                self._base((*path, "of") if not path or path[-1] != "of" else path, value.of)
            elif isinstance(value, DueRule) and value.anchor is not None:
                self._anchor(path, value)

    def _measure(self, path: Path, measure: Measure) -> None:
        """What a measure is of, and everything else that it names."""
        timed = measure.kind == "share of time"
        needed = "down" if timed else "of"
        if getattr(measure, needed) is None:
            example = '"outage"' if timed else '"complaint"'
            self.wrong((*path, needed), "TERMS-MISSING-01", key=needed, example=example)
        if measure.kind == "share of steps kept":
            self.known((*path, "of"), REF, measure.of, [step.id for step in self.contract.steps])
        elif not timed:
            self.known((*path, "of"), EVENT_KIND, measure.of, self.kinds)
        self.known((*path, "down"), EVENT_KIND, measure.down, self.kinds)
        for kind in measure.less:
            self.known((*path, "less", kind), EVENT_KIND, kind, self.kinds)
        self.known((*path, "each"), PARTY, measure.each, self.roles)
        self.known((*path, "service"), REF, measure.service, [payment.id for payment in self.contract.payments])

    def _card(self, path: Path, card: Scorecard) -> None:
        """What a card weighs or counts, and everything else that it names."""
        if card.kind == "weighted mean" and not card.weights:
            self.wrong((*path, "weights"), "TERMS-MISSING-01", key="weights", example="{ … }")
        read = [m.id for m in self.contract.measures]
        for name, weight in card.weights.items():
            self.known((*path, "weights", name, "of"), MEASURE, weight.of, read)
        for field in ("owed_by", "owed_to"):
            self.known((*path, field), PARTY, getattr(card, field), [*self.people, *self.roles])
        self.known((*path, "each"), PARTY, card.each, self.roles)
        if card.worth is not None:
            self._charge((*path, "worth"), card.worth)
        for field, lines in (("lose", card.lose), ("gain", card.gain)):
            for line in lines:
                self._line((*path, field), line, read)
        for kind, own in card.override.items():
            self.known((*path, "override", kind), EVENT_KIND, kind, self.kinds)
            self.known((*path, "override", kind, "grade"), GRADE, own.grade, card.grades)

    def _line(self, path: Path, line: Line, read: list[str]) -> None:
        when = line.when
        self.known(path, EVENT_KIND, when.event, self.kinds)
        self.known(path, MEASURE, when.measure, read)
        self._aimed(path, when)
        if when.any is not None and when.any not in phrases.ANY:
            called = {word.lower() for _, item in self._owed() for word in (item.id, *item.title.values())}
            self.known(path, REF, when.any.replace(" ", "-").lower(), [*called, *(w.replace(" ", "-") for w in called)])

    def _aimed(self, path: Path, when: When) -> None:
        """ "below its target" needs a measure that has one."""
        target = next((m.target for m in self.contract.measures if m.id == when.measure), None)
        if when.target and target is None:
            self.wrong(path, "MEASURE-TARGET-01", measure=when.measure)

    def _owed(self) -> Iterator[tuple[Path, Annex | Step | Payment]]:
        lists: tuple[tuple[str, tuple[Annex | Step | Payment, ...]], ...] = (
            ("annexes", self.contract.annexes),
            ("steps", self.contract.steps),
            ("payments", self.contract.payments),
        )
        for name, items in lists:
            for i, item in enumerate(items):
                yield (name, i), item

    def _ids(self) -> None:
        """Ids are one word, and one thing each: what can be owed, measured or bound shares one set of names."""
        shared: dict[str, str] = {}
        for name in (
            "parties",
            "third_parties",
            "annexes",
            "steps",
            "payments",
            "deposits",
            "prepaid",
            "measures",
            "scorecards",
            "rules",
            "caps",
            "amendments",
        ):
            items = getattr(self.contract, name)
            seen = shared if name not in ("rules", "caps", "amendments") else {}
            keys = items if isinstance(items, Mapping) else [item.id for item in items]
            for i, key in enumerate(keys):
                path: Path = (name, key) if isinstance(items, Mapping) else (name, i, "id")
                if not phrases.is_id(key) or "/" in key or ":" in key:
                    self.wrong(path, "TERMS-ID-01", text=key[:60])
                elif key in seen:
                    self.wrong(path, "TERMS-ID-02", text=key, first=seen[key])
                seen.setdefault(key, f"{name}.{key}")

    def _base(self, path: Path, base: str) -> None:
        if base in ("payable", "unpaid", "loss") or base.startswith("fees of "):
            return
        if base == "total":
            if self.contract.total is None:
                self.wrong(path, "TERMS-OF-03", text=base)
            return
        if base.endswith(" fee"):
            unit = base.removesuffix(" fee")
            if not any(p.due.every and p.due.every.unit.endswith(unit) for p in self.contract.payments):
                self.wrong(path, "TERMS-OF-04", text=base, unit=unit)
            return
        amounts = {f"{key}.fee": t.fee for key, t in self.contract.third_parties.items()}
        amounts |= {f"{a.id}.price": a.price for a in self.contract.annexes}
        amounts |= {f"{p.id}.amount": p.amount for p in self.contract.payments}
        if base not in amounts:
            self.known(path, OF, base, [*amounts, "total"])
        elif amounts[base] is None:
            self.wrong(path, "TERMS-OF-03", text=base)

    def _anchor(self, path: Path, rule: DueRule) -> None:
        anchor = rule.anchor
        assert anchor is not None
        if anchor.what == "session" and anchor.of is not None:
            self.known(path, REF, anchor.of, self.contract.schedules)
            schedule = self.contract.schedules.get(anchor.of)
            if schedule is not None and anchor.nth is not None and anchor.nth > schedule.count:
                self.wrong(path, "SCHEDULE-NUMBER-01", nth=anchor.nth, count=schedule.count)
        elif anchor.of is not None:
            self.known(path, REF, anchor.of, [*self.owed, *self.people])
        elif anchor.each or anchor.what not in phrases.MOMENTS:
            self.known(path, EVENT_KIND, anchor.what, self.kinds if anchor.each else [*self.kinds, *phrases.MOMENTS])

    # sums

    def sums(self) -> None:
        for path, shares in self._excesses():
            if shares and sum(shares.values()) != 1:
                self.wrong(path, "TERMS-SUM-01", sum=_percent(sum(shares.values(), Fraction(0))))
        for i, card in enumerate(self.contract.scorecards):
            for name, weights in _weighed(card):
                total = sum(weights, Fraction(0))
                if total != 1 and card.sum is None:
                    self.wrong(("scorecards", i, *name), "TERMS-SUM-02", sum=_percent(total))

    def _excesses(self) -> Iterator[tuple[Path, Mapping[str, Fraction]]]:
        for key, third in self.contract.third_parties.items():
            yield ("third_parties", key, "excess"), third.excess
            yield ("third_parties", key, "involvement", "costs"), third.involvement.costs if third.involvement else {}
        for i, decision in enumerate(self.contract.decisions):
            if decision.about.endswith((".excess", ".costs")) and isinstance(decision.takes, dict):
                yield ("decisions", i, "takes"), decision.takes
        for i, rule in enumerate(self.contract.rules):
            yield ("rules", i, "debtors"), rule.debtors

    def least(self) -> None:
        """Quantities and amounts below what makes sense, in phrases and in long form."""
        for path, value in each(self.contract):
            kind: type = type(value)
            if kind not in LEAST and kind not in POSITIVE and kind is not Amendment:
                continue
            names = _named_in_file(kind)
            for field, least in LEAST.get(kind, {}).items():
                own = getattr(value, field)
                for step, one in own.items() if isinstance(own, Mapping) else [(None, own)]:
                    if _below(one, least):
                        place = (*path, names[field]) if step is None else (*path, names[field], step)
                        self.wrong(place, "TERMS-LEAST-01", text=_shown_size(one), least=least)
            for field in POSITIVE.get(kind, ()):
                own = getattr(value, field)
                if own is not None and own.minor <= 0:
                    self.wrong((*path, names[field]), "TERMS-LEAST-02", text=str(own))
            if isinstance(value, Charge) and value.rate is not None and value.rate < 0 and value.reference is None:
                self.wrong((*path, "rate"), "TERMS-LEAST-01", text=_shown_size(value.rate), least=0)
            if isinstance(value, Amendment):
                for key, new in value.set.items():
                    if isinstance(new, (Money, Share, Fraction)) and _below(new, 0):
                        self.wrong((*path, "set", key), "TERMS-LEAST-01", text=_shown_size(new), least=0)
        for i, rule in enumerate(self.contract.rules):
            for name, charge in (("charge", rule.charge), ("plus", rule.plus)):
                if charge is not None and charge.amount is not None and charge.amount.minor == 0:
                    self.wrong(("rules", i, name), "TERMS-LEAST-02", text=str(charge.amount))

    # times

    def times(self) -> None:
        self._signing()
        term = self.contract.term
        if term is not None:
            if (term.until is None) == (term.for_ is None):
                self.wrong(("term",), "TERMS-TERM-02")
            elif term.until is not None and term.until < term.from_:
                self.wrong(("term", "until"), "TERMS-TERM-03", first=term.from_, last=term.until)
        for path, item in self._owed():
            if isinstance(item, (Annex, Payment)) and item.due is not None and not _one_form(item.due):
                self.wrong((*path, "due"), "TERMS-DUE-03")
        self._circles()
        self._clocks()

    def _circles(self) -> None:
        """Things that wait for each other; each circle is named once."""
        waits = {item.id: _waits_for(item) for item in self.owed.values()}
        done: set[str] = set()
        for _, item in self._owed():
            trail: list[str] = []
            here: str | None = item.id
            while here in waits and here not in trail and here not in done:
                trail.append(here)
                here = waits[here]
            if here in trail:
                circle = [*trail[trail.index(here) :], here]
                place = next(path for path, item in self._owed() if item.id == here)
                self.wrong((*place, "due"), "TERMS-CIRCLE-01", path=" → ".join(circle))
            done.update(trail)

    def _clocks(self) -> None:
        """Local times that a change of the clocks skips or repeats."""
        zone = _zone(self.contract)
        if zone is None:
            return
        for i, event in enumerate(self.events):
            for field in ("at", "from_", "to", "recorded"):
                self._local((("events"), i, field.rstrip("_")), getattr(event, field), zone)
        for path, item in self._owed():
            if isinstance(item, (Annex, Payment)) and item.due is not None:
                self._local((*path, "due"), item.due.on, zone)

    def _local(self, path: Path, value: date | datetime | None, zone: str) -> None:
        if isinstance(value, datetime) and value.tzinfo is None:
            knobs = self.contract.counting.knobs
            if knobs.get("naive_zone") not in {None, "contract's zone"}:
                return
            read = to_instant(value, zone, gap=knobs.get("dst_gap", ""), fold=knobs.get("dst_fold", ""))
            if isinstance(read, Problem):
                self.found.append((path, msgspec.structs.replace(read, where="")))

    # rules

    def rules(self) -> None:
        decided = {r.about for r in self.contract.readings} | {d.about for d in self.contract.decisions}
        for i, rule in enumerate(self.contract.rules):
            path: Path = ("rules", i)
            self._who(path, rule)
            costs = [name for name in ("charge", "tiers", "bands") if getattr(rule, name)]
            open_ = [name for name in ("charge", "tiers", "bands") if f"rules.{rule.id}.{name}" in decided]
            if not costs and not open_ and rule.then is None and rule.plus is None:
                self.wrong(path, "TERMS-RULE-01", id=rule.id)
            elif len(costs) > 1:
                self.wrong((*path, costs[1]), "TERMS-RULE-02", id=rule.id, found=", ".join(costs))
            for name, charge in (("charge", rule.charge), ("plus", rule.plus)):
                if charge is not None:
                    self._charge((*path, name), charge)
            self._tiers(path, rule)
            self._bands(path, rule)
            if rule.grace and rule.grace.kind == "charged once exceeded" and rule.counts == "days after grace":
                self.wrong((*path, "counts"), "TERMS-GRACE-03")
        for i, cap in enumerate(self.contract.caps):
            both = sorted(set(cap.covers or ()) & set(cap.except_))
            if both:
                self.wrong(("caps", i, "except"), "TERMS-HEAD-01", text=both[0])
            heads = sorted({rule.head for rule in self.contract.rules if rule.head})
            for k, head in enumerate(cap.covers or ()):
                if head not in heads and nearest(head, heads):
                    self.wrong(("caps", i, "covers", k), "TERMS-HEAD-02", text=head, nearest=nearest(head, heads))

    def caps(self) -> None:
        """Caps that name each other, and caps over one head whose order nobody gave (KNOBS, contradictory 9)."""
        ids = [cap.id for cap in self.contract.caps]
        up = {cap.id: cap.within or cap.increases for cap in self.contract.caps}
        for i, cap in enumerate(self.contract.caps):
            path: Path = ("caps", i)
            for field in ("within", "increases"):
                self.known((*path, field), CAP, getattr(cap, field), ids)
            trail = [cap.id]
            while (above := up.get(trail[-1])) is not None and above not in trail:
                trail.append(above)
            if above is not None and above == cap.id:
                field = "within" if cap.within else "increases"
                self.wrong((*path, field), "TERMS-CAPS-01", path=" → ".join([*trail, above]))
            if (cap.or_ is None) != (cap.takes is None) and cap.or_ is None:
                self.wrong((*path, "takes"), "TERMS-CAPS-02", id=cap.id)
            for k, other in enumerate(self.contract.caps[:i]):
                self._both((*path, "covers"), cap, other, k)

    def _both(self, path: Path, cap: Cap, other: Cap, place: int) -> None:
        said = {"nesting", "super_cap"} & set(self.contract.counting.knobs)
        if said or cap.limits != other.limits or self._related(cap, other) or self._related(other, cap):
            return
        one, two = set(cap.covers or ()), set(other.covers or ())
        if (one < two and self._lower(cap, other)) or (two < one and self._lower(other, cap)):
            return  # a lower limit for some of the heads lies in the one for all of them
        both = sorted((one & two) or (one | two if "everything" in one | two and one and two else set()))
        if both:
            self.wrong(path, "TERMS-CAPS-03", text=both[0], first=other.id, second=cap.id)

    def _related(self, inner: Cap, outer: Cap) -> bool:
        """Whether one cap says how it stands to the other, itself or through those between."""
        caps = {cap.id: cap for cap in self.contract.caps}
        here: Cap | None = inner
        for _ in caps:
            above = here and (here.within or here.increases)
            if above == outer.id:
                return True
            here = caps.get(above or "")
        return False

    def ahead(self) -> None:
        """Reference rates, and what was paid ahead: names that lead nowhere, days that are none."""
        for name, table in self.contract.rates.items():
            for key in table.values:
                if not _is_day(key):
                    self.wrong(("rates", name, "values", key), "TERMS-DATE-01", text=key)
            for i, text in enumerate(table.fixed):
                if read_fixing(text) is None:
                    self.wrong(("rates", name, "fixed", i), "RATE-FIXED-02", text=text[:60])
        for i, deposit in enumerate(self.contract.deposits):
            for field in ("owed_by", "owed_to"):
                self.known(("deposits", i, field), PARTY, getattr(deposit, field), self.people)
            self._base(("deposits", i, "of"), deposit.of)
        for i, prepaid in enumerate(self.contract.prepaid):
            for field in ("paid_by", "paid_to"):
                self.known(("prepaid", i, field), PARTY, getattr(prepaid, field), self.people)
            for who in prepaid.refund:
                self.known(("prepaid", i, "refund", who), PARTY, who, self.people)
            self.known(("prepaid", i, "used"), EVENT_KIND, prepaid.used, self.kinds)
            if (prepaid.units is None) == (prepaid.worth is None):
                self.wrong(("prepaid", i), "TERMS-PREPAID-01")

    def _lower(self, inner: Cap, outer: Cap) -> bool:
        sums = [amount_of(cap.to.to, self.contract) for cap in (inner, outer)]
        return sums[0] is not None and sums[1] is not None and sums[0] <= sums[1]

    def people_outside(self) -> None:
        """Third parties: their involvement, their promises, and what no clause can put on one that has not signed."""
        named = [*self.owed, *(r.id for r in self.contract.rules), *(c.id for c in self.contract.caps)]
        for key, third in self.contract.third_parties.items():
            path: Path = ("third_parties", key)
            involved = third.involvement
            for field in ("signed_by", "reviewed_by", "costs"):
                for i, name in enumerate(getattr(involved, field) if involved else ()):
                    step: str | int = name if field == "costs" else i
                    self.known((*path, "involvement", field, step), PARTY, name, self.people)
            for i, promise in enumerate(third.promises):
                self.known((*path, "promises", i, "to"), REF, promise.to, named)
        for i, rule in enumerate(self.contract.rules):
            for name in (rule.owed_by, *rule.debtors):
                outside = self.contract.third_parties.get(name or "")
                if outside is not None and not outside.signs:
                    self.wrong(("rules", i, "owed_by"), "TERMS-THIRD-01", text=name, engager=outside.engaged_by)
            for name in rule.debtors:
                self.known(("rules", i, "debtors", name), PARTY, name, self.people)
        ending = self.contract.ending
        for i, ground in enumerate(ending.grounds if ending else ()):
            here: Path = ("ending", "grounds", i)
            self.known((*here, "may_end"), PARTY, ground.may_end, self.people)
            self.known((*here, "when"), EVENT_KIND, ground.when.event, self.kinds)
            self.known((*here, "when"), MEASURE, ground.when.measure, self.measured)
            if ground.when.id is not None:
                self.known((*here, "when"), REF, ground.when.id, [*self.owed, *self.people])
        for i, duty in enumerate(ending.follows if ending else ()):
            self.known(("ending", "follows", i, "owed_by"), PARTY, duty.owed_by, self.people)

    def _who(self, path: Path, rule: Rule) -> None:
        for field in ("owed_by", "owed_to", "recourse"):
            self.known((*path, field), PARTY, getattr(rule, field), self.people)
        when = rule.when
        if when.id is not None:
            loss = when.state == "loss"
            named = self.people if loss else [*self.owed, *self.duties]
            self.known((*path, "when"), PARTY if loss else REF, when.id, named)
        self.known((*path, "when"), EVENT_KIND, when.event, self.kinds)
        self.known((*path, "when"), MEASURE, when.measure, self.measured)
        self._aimed((*path, "when"), when)
        if when.grade is not None:
            grades = {name for card in self.contract.scorecards if card.id == when.measure for name in card.grades}
            self.known((*path, "when"), GRADE, when.grade, sorted(grades))
        self.known((*path, "then"), PARTY, rule.then.holder if rule.then else None, self.people)
        self.known((*path, "bands_of"), MEASURE, rule.bands_of, [*self.measured, *_OF_AMOUNT])

    def _charge(self, path: Path, charge: Charge) -> None:
        share, fixed = charge.rate is not None and charge.of is not None, charge.amount is not None
        if share == fixed or (charge.rate is None) != (charge.of is None):
            self.wrong(path, "TERMS-CHARGE-03")

    def _tiers(self, path: Path, rule: Rule) -> None:
        """Tiers number their days without a gap: each begins on the day after the one before."""
        wanted: int | None = 1
        for i, tier in enumerate(rule.tiers):
            self._charge((*path, "tiers", i), tier)
            if wanted is None or tier.from_ != wanted:
                self.wrong((*path, "tiers", i), "TERMS-TIERS-01", wanted=wanted or "–", found=tier.from_ or "–")
                return
            wanted = None if tier.to is None else tier.to + 1

    def _bands(self, path: Path, rule: Rule) -> None:
        """Bands touch without a gap and cover what the rule answers to; they overlap only where `take` is said."""
        for i, band in enumerate(rule.bands):
            self._charge((*path, "bands", i, "charge"), band.charge)
        ordered = sorted(rule.bands, key=_low)
        for below, above in pairwise(ordered):
            if _high(below) < _low(above):
                self.wrong((*path, "bands"), "TERMS-BANDS-01", first=_shown(below.range), second=_shown(above.range))
            elif _high(below) > _low(above) and not self._takes(rule):
                self.wrong((*path, "bands"), "TERMS-BANDS-02", first=_shown(below.range), second=_shown(above.range))
        answered = rule.when.range
        if ordered and answered is not None:
            whole = Band(answered, Charge())
            if _low(whole) < _low(ordered[0]) or _high(whole) > max(map(_high, ordered)):
                self.wrong((*path, "bands"), "TERMS-BANDS-03", text=_shown(answered))

        digits = self._digits(rule.bands_of)
        for band in rule.bands:
            for edge in (band.range.from_, band.range.above, band.range.below, band.range.up_to):
                if digits is not None and edge is not None and (edge * 10**digits).denominator != 1:
                    self.wrong((*path, "bands"), "TERMS-BANDS-04", text=_shown(band.range), digits=digits)

    def _takes(self, rule: Rule) -> bool:
        """Whether it is said which of several bands holds: by the rule, the settings or a decision."""
        decided = {decision.about for decision in self.contract.decisions}
        said = "take" in self.contract.counting.knobs or decided & {"counting.take", f"rules.{rule.id}.take"}
        return rule.take is not None or bool(said)

    def _digits(self, measure: str | None) -> int | None:
        """Decimals to which a reading is rounded before it is looked up; None where it is not."""
        terms: list[Measure | Scorecard] = [*self.contract.measures, *self.contract.scorecards]
        rule = next((term.round for term in terms if term.id == measure), None)
        rule = rule or self.contract.counting.knobs.get("round_first")
        first = (rule or "").split(" ")[0]
        return int(first) if first.isdigit() else None

    # amendments, readings, decisions

    def changes(self) -> None:
        for i, amendment in enumerate(self.contract.amendments):
            self._amendment(("amendments", i), amendment)
        for i, reading in enumerate(self.contract.readings):
            self._leads(("readings", i, "about"), reading.about)
        for i, decision in enumerate(self.contract.decisions):
            self._leads(("decisions", i, "about"), decision.about)

    def _amendment(self, path: Path, amendment: Amendment) -> None:
        effective = amendment.effective
        if isinstance(effective, date) and effective < amendment.agreed and amendment.applies != "everything":
            self.wrong((*path, "effective"), "TERMS-AMEND-01", effective=effective, agreed=amendment.agreed)
        if isinstance(effective, str):
            who, _, act = effective.rpartition(" ")
            if not (effective in self.kinds or (who in self.people and act in self.kinds)):
                self.known(
                    (*path, "effective"),
                    EVENT_KIND,
                    effective,
                    [*self.kinds, *(f"{p} consents" for p in self.people)],
                )
        for key, value in amendment.set.items():
            if self._leads((*path, "set", key), key) and value is not BAD and not follows(self.contract, key, value):
                self.wrong((*path, "set", key), "TERMS-AMEND-02", path=key)

    def _leads(self, path: Path, about: str) -> bool:
        """A path into the terms; ids along it must exist."""
        if about.startswith("counting."):
            return True
        try:
            find(self.contract, about)
        except LookupError:
            close = nearest(about, self._paths(about))
            if close:
                self.wrong(path, "TERMS-PATH-02", path=about, nearest=close)
            else:
                self.wrong(path, "TERMS-PATH-01", path=about)
            return False
        return True

    def _paths(self, about: str) -> Iterator[str]:
        """All paths of the same length, for the nearest."""
        depth = about.count(".")
        level: list[tuple[str, Any]] = [("", self.contract)]
        for _ in range(depth + 1):
            level = [
                (f"{path}.{key}" if path else key, value) for path, here in level for key, value in _children(here)
            ]
        return (path for path, _ in level)

    def _calendars(self) -> None:
        """The calendars, closures and schedules that the contract sets out, and whose calendar is whose."""
        from contracts.world import own_calendar
        from core.worktime import read_hours, read_run

        for name, own in self.contract.calendars.items():
            for problem in own_calendar(name, own)[1]:
                place: Path = ("calendars", name, *problem.where.split("."))
                self.found.append((place, msgspec.structs.replace(problem, where="")))
        for party in self.contract.counting.calendars:
            self.known(("counting", "calendars", party), PARTY, party, self.people)
        for i, row in enumerate(self.contract.closures):
            run = read_run(row)
            if isinstance(run, Problem):
                self.found.append((("closures", i), run))
        for key, schedule in self.contract.schedules.items():
            hours = read_hours(schedule.hours)
            if isinstance(hours, Problem):
                self.found.append((("schedules", key, "hours"), hours))

    def counting(self) -> None:
        """Settings that no knob has, or that contradict; a missing preset is asked when figures are wanted."""
        from core.presets import resolve

        self._calendars()
        own = self.contract.counting
        named = {key: value for key, value in (("zone", own.zone), ("hours", own.hours)) if value is not None}
        about = {
            d.about.removeprefix("counting."): i
            for i, d in enumerate(self.contract.decisions)
            if d.about.startswith("counting.")
        }
        taken = {knob: str(self.contract.decisions[i].takes) for knob, i in about.items()}
        _, problems = resolve(own.preset, {**own.knobs, **named}, taken)
        for problem in problems:
            area, _, knob = problem.where.partition(".")
            if problem.code != "COUNT-PRESET-02":
                path: Path = ("decisions", about[knob], "takes") if area == "decisions" else ("counting", knob)
                self.found.append((path, msgspec.structs.replace(problem, where="")))

    # money

    def currencies(self) -> None:
        own = self.contract.currency
        for path, value in each(self.contract):
            if isinstance(value, Money) and value.currency != own:
                self.wrong(path, "TERMS-CURRENCY-01", text=value.currency, currency=own)
        for i, event in enumerate(self.events):
            if event.amount is not None and event.amount.currency != own:
                self.wrong(("events", i, "amount"), "TERMS-CURRENCY-01", text=event.amount.currency, currency=own)

    # events

    def happened(self) -> None:
        seen: dict[str, int] = {}
        away = gone(self.events)
        for i, event in enumerate(self.events):
            path: Path = ("events", i)
            if event.id in seen:
                self.wrong((*path, "id"), "EVENT-ID-01", text=event.id)
            seen.setdefault(event.id, i)
            self._event(path, event)
        for i, event in enumerate(self.events):
            path = ("events", i)
            target = event.of if event.what == "withdrawn" else event.corrects
            self.known((*path, "of" if event.what == "withdrawn" else "corrects"), EVENT_REF, target, seen)
            if target == event.id:
                self.wrong((*path, "of" if event.what == "withdrawn" else "corrects"), "EVENT-SELF-01", text=target)
            if event.id not in away:
                self._cause(path, event, away)

    def _event(self, path: Path, event: Event) -> None:
        if event.what not in self.kinds:
            self._unknown_kind((*path, "what"), event.what)
            return
        own = self.contract.event_kinds.get(event.what)
        lasts = event.what in SPANS or (own is not None and own.span)
        if lasts and event.from_ is None:
            self.wrong((*path, "from"), "EVENT-TIME-02", what=self._kind(event.what))
        elif not lasts and event.at is None:
            self.wrong((*path, "at"), "EVENT-TIME-01", what=self._kind(event.what))
        if event.from_ is not None and event.to is not None and before(event.to, event.from_):
            self.wrong((*path, "to"), "EVENT-SPAN-01", first=event.from_, last=event.to)
        happened = event.from_ if lasts else event.at
        if event.recorded is not None and happened is not None and before(event.recorded, happened):
            self.wrong((*path, "recorded"), "EVENT-ORDER-02", at=happened, recorded=event.recorded)
        if event.what in _NEEDS_AMOUNT and event.amount is None:
            self.wrong((*path, "amount"), "EVENT-AMOUNT-02", what=self._kind(event.what))
        elif event.what in _NEEDS_AMOUNT and event.amount is not None and event.amount.minor <= 0:
            self.wrong((*path, "amount"), "EVENT-AMOUNT-03", what=self._kind(event.what), amount=event.amount)
        if event.what == "paid":
            self._payer(path, event)
        if happened is not None:
            self._within_life((*path, "from" if lasts else "at"), event.what, happened)
        if event.fault and event.fault not in _FAULTS and nearest(event.fault, _FAULTS):
            self.wrong((*path, "fault"), "TERMS-WORD-02", text=event.fault, nearest=nearest(event.fault, _FAULTS))
        if event.what != "withdrawn":
            self._subject(path, event)

    def _unknown_kind(self, path: Path, word: str) -> None:
        """A kind that nobody knows: the nearest in the author's script, else all that there are in the reader's."""
        known = kinds_by_language(self.kinds, self.contract.event_kinds)
        close = nearest(word, known["en"] if word.isascii() else [*known["zh-Hans"], *KIND_WORDS])
        if close:
            self.wrong(path, EVENT_KIND[1], text=word, nearest=close)
        else:
            marks = {"en": ", ", "zh-Hans": "、"}
            more = ["…"] if len(known["en"]) > MOST_KINDS else []
            shown = {lang: marks[lang].join([*words[:MOST_KINDS], *more]) for lang, words in known.items()}
            self.wrong(path, EVENT_KIND[0], text=word, known=shown)

    def _kind(self, kind: str) -> dict[str, str]:
        """A kind in the words of each language."""
        return {lang: words for lang, [words] in kinds_by_language([kind], self.contract.event_kinds).items()}

    def _label(self, party: str) -> Mapping[str, str] | str:
        """What the contract calls a party."""
        return self.contract.parties[party].label if party in self.contract.parties else party

    def _payer(self, path: Path, event: Event) -> None:
        """A payment is not made by the one to whom it is owed."""
        item = self.owed.get((event.of or "").partition("/")[0])
        if not isinstance(item, Payment) or event.by is None:
            return
        others = [key for key in self.contract.parties if key != item.owed_by]
        creditor = item.owed_to or (others[0] if len(others) == 1 else None)
        if event.by == creditor:
            owes, is_owed = self._label(item.owed_by), self._label(event.by)
            self.wrong((*path, "by"), "EVENT-PAYER-01", text=is_owed, payment=item.id, debtor=owes)

    def _within_life(self, path: Path, what: str, happened: date | datetime) -> None:
        """A day before the contract was signed, or years after its end, is most likely a slip of the year."""
        contract, day = self.contract, _day(happened)
        begins = [on for on in (contract.signed, contract.effective, contract.term and contract.term.from_) if on]
        late = timedelta(days=1 if isinstance(happened, datetime) and happened.tzinfo else 0)  # the zone may move it
        if contract.signed and what not in ("signed", "notified in writing") and day + late < min(begins):
            self.wrong(path, "EVENT-DATE-01", at=happened, signed=contract.signed)
        last = _last_day(contract)
        if last is not None and day > last + timedelta(days=366 * (LONG_AFTER if _ends(contract) else 4 * LONG_AFTER)):
            self.wrong(path, "EVENT-DATE-02", at=happened, last=last)

    def _signing(self) -> None:
        """Signed more than a year after the first day, or after the last: most likely a slip of the year."""
        signed, term = self.contract.signed, self.contract.term
        if signed is None or term is None:
            return
        last = _last_day(self.contract)
        if last is not None and signed > last:
            self.wrong(("signed",), "TERMS-SIGNED-01", signed=signed, last=last)
        elif signed > term.from_ + timedelta(days=366):
            self.wrong(("signed",), "TERMS-SIGNED-02", signed=signed, first=term.from_)

    def _subjects_of(self, what: str) -> set[str]:
        """What an event of that kind can be about; empty where it can be about anything."""
        payments = {p.id for p in self.contract.payments}
        tasks = {*self.owed, *self.duties} - payments
        rules = {r.id for r in self.contract.rules}
        if what in ("delivered", "accepted", "rejected", "demanded"):
            return tasks
        if what in ("extended", "excused"):
            return tasks | payments
        if what in ("starts", "ends", "consents"):
            return {*self.people, *(step.id for step in self.contract.steps)}
        if what in ("paid", "invoiced"):
            return payments | rules if what == "paid" else payments
        if what in ("waived", "disputed", "claimed", "agreed", "settled", "set off"):
            return rules | payments
        return self.measured if what == "scored" else set()

    def _subject(self, path: Path, event: Event) -> None:
        roles = {role for party in self.contract.parties.values() for role in party.roles}
        self.known((*path, "by"), PARTY, event.by, [*self.people, *roles])
        of = event.of
        if of is None:
            return
        names = {
            *self.owed,
            *self.people,
            *self.measured,
            *self.contract.schedules,
            *(r.id for r in self.contract.rules),
            *(c.id for c in self.contract.caps),
            *(d.id for d in self.contract.deposits),
            *(p.id for p in self.contract.prepaid),
            *(a.id for a in self.contract.amendments),
            *self.duties,
            *(g.id for g in (self.contract.ending.grounds if self.contract.ending else ())),
            *(e.about for e in self.events if e.about),
            *(e.id for e in self.events),
        }
        if not any(part in names for part in (of, *of.replace("/", ":").split(":"))):
            self.known((*path, "of"), EVENT_SUBJECT, of, sorted(self._subjects_of(event.what) or names))

    def _cause(self, path: Path, event: Event, away: frozenset[str]) -> None:
        """What cannot be without an earlier event: an acceptance without delivery, an end without its start."""
        own = self.contract.event_kinds.get(event.what)
        cause = own.closes if own else _CAUSES.get(event.what)
        if cause is None or cause not in self.kinds or event.at is None:
            return
        if event.what in _CAUSES and event.of is None:
            return
        about: Callable[[Event], bool] = (
            (lambda other: other.of == event.of and other.about == event.about)
            if event.what in _CAUSES
            else (lambda other: other.about == event.about)
        )
        causes = [e for e in self.events if e.what == cause and e.id not in away and e.at is not None and about(e)]
        names = {"what": self._kind(event.what), "cause": self._kind(cause), "case": event.about or event.of or "–"}
        if not causes:
            self.wrong((*path, "what"), "EVENT-PAIR-01", **names)
        elif all(other.at is not None and before(event.at, other.at) for other in causes):
            first = min((other.at for other in causes if other.at is not None), key=str)
            self.wrong((*path, "at"), "EVENT-ORDER-01", **names, at=event.at, first=first)


def _weighed(card: Scorecard) -> Iterator[tuple[Path, list[Fraction]]]:
    """Each set of weights of a card that must make a whole: its items, and the parts of an item."""
    if card.weights:
        yield ("weights",), [weight.weight for weight in card.weights.values()]
    for name, weight in card.weights.items():
        if weight.parts:
            yield ("weights", name), list(weight.parts.values())


def duties(contract: Contract) -> list[str]:
    """Ids of what is owed without being an annex, step or payment: an involvement's duties, and what the end begins."""
    found = [key for key, third in contract.third_parties.items() if third.involvement]
    stages = ("answer", "agreement", "review", "word", "settlement")
    found += [f"{key}/{stage}" for key in tuple(found) for stage in stages]
    return found + [duty.id for duty in (contract.ending.follows if contract.ending else ())]


def each(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every struct inside a value, with its path in the file."""
    if isinstance(value, msgspec.Struct):
        yield path, value
    for key, child in _children(value, by_index=True):
        yield from each(child, (*path, key))


def _children(value: Any, *, by_index: bool = False) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield (i if by_index else getattr(item, "id", str(i + 1))), item
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Money):
        for key, field in fields(type(value)).items():
            yield key, getattr(value, field.name)


def before(one: date | datetime, other: date | datetime) -> bool:
    """Whether `one` lies before `other`; by days where either is a bare date or they cannot be compared."""
    if isinstance(one, datetime) and isinstance(other, datetime) and (one.tzinfo is None) == (other.tzinfo is None):
        return one < other
    return _day(one) < _day(other)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _last_day(contract: Contract) -> date | None:
    """The last day of the term as first agreed; by calendar months and years, as far as a slip of the year asks."""
    term = contract.term
    if term is None or term.until is not None:
        return term.until if term else None
    days = {"day": 1, "week": 7, "month": 31, "year": 366}
    if term.for_ is None or any(part.unit not in days for part in term.for_.parts):
        return None
    try:
        return term.from_ + timedelta(days=sum(part.n * days[part.unit] for part in term.for_.parts))
    except OverflowError:
        return None


def _ends(contract: Contract) -> bool:
    """Whether the term ends without more: no renewal, and no amendment of it."""
    renews = contract.renewal is not None and contract.renewal.tacit is not None
    return not renews and not any(key.startswith("term") for a in contract.amendments for key in a.set)


def _zone(contract: Contract) -> str | None:
    """The contract's zone where it must be looked at; mainland calendars have had no summer time since 1992."""
    if contract.counting.zone:
        return contract.counting.zone
    calendar = contract.counting.calendar
    if calendar is None or calendar.partition("@")[0] == "CN":
        return None
    from contracts.world import load_calendar

    loaded = load_calendar(calendar)
    return None if isinstance(loaded, Problem) else loaded.zone


def _one_form(rule: DueRule) -> bool:
    forms = (rule.on is not None, rule.anchor is not None, rule.every is not None, rule.demand)
    if sum(forms) != 1:
        return False
    if rule.every is not None:
        return (rule.by is None) != (rule.period is None)
    if rule.by is not None:
        return False
    if rule.on is not None:
        return rule.period is None and not (rule.before and isinstance(rule.on, datetime))
    return rule.anchor is not None or not rule.before


def _waits_for(item: Annex | Step | Payment) -> str | None:
    """The thing whose acceptance or due date this one waits for; its own delivery would be a circle as well."""
    rule = None if isinstance(item, Step) else item.due
    if rule is None or rule.anchor is None or rule.anchor.each or rule.before:
        return None
    anchor = rule.anchor
    if anchor.of is None:
        return item.id if anchor.what in ("delivered", "accepted", "rejected", "due", "paid") else None
    return None if anchor.what == "demanded" else anchor.of


@cache
def _named_in_file(kind: type) -> dict[str, str]:
    return {field.name: key for key, field in fields(kind).items()}


def _below(value: Any, least: int) -> bool:
    """Whether a quantity that is given is smaller than that."""
    size = _size(value)
    return size is not None and size < least


def _size(value: Any) -> Fraction | None:
    if isinstance(value, Money):
        return Fraction(value.minor)
    if isinstance(value, Share):
        return value.rate
    return Fraction(value) if isinstance(value, (int, Fraction)) else None


def _shown_size(value: Any) -> str:
    if isinstance(value, Share):
        value = value.rate
    return show_decimal(value) if isinstance(value, Fraction) else str(value)


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _percent(value: Fraction | int) -> str:
    return (
        f"{show_decimal(Fraction(value) * 100)}%"
        if "/" not in show_decimal(Fraction(value) * 100)
        else show_decimal(value)
    )


def _low(band: Band) -> tuple[Fraction, int]:
    """Where a band begins: its edge, and whether the edge itself is still below it."""
    held = band.range.edged(False)
    if held.from_ is not None:
        return held.from_, 0
    return (held.above, 1) if held.above is not None else (-_EDGE, 0)


def _high(band: Band) -> tuple[Fraction, int]:
    held = band.range.edged(False)
    if held.below is not None:
        return held.below, 0
    return (held.up_to, 1) if held.up_to is not None else (_EDGE, 0)


def _shown(held: Range) -> str:
    return phrases.show(held) or str(held)
