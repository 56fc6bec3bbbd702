"""Key figures and scores: one reading for each window, exact until the contract rounds it."""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

import msgspec

from core.measuring.figures import (
    FULL,
    Figure,
    Item,
    LostPoints,
    bottom,
    looked_up,
    pointed,
    rounded,
    settled,
    shortfall,
)
from core.measuring.scorecards import Card
from core.measuring.spans import Piece, excused, lasting, lost_time, seconds_of
from core.measuring.windows import Frame, Windowed, frames, inside, opened, people, placed
from core.money import parse_decimal
from core.periods import start_of_day
from core.problems import Problem
from core.record import Fact, Moment, Record, not_after
from core.schedule import Obligation, due_moment
from core.terms import Allowance, Measure, Scorecard

__all__ = [
    "Figure",
    "Item",
    "LostPoints",
    "bottom",
    "measures",
    "opened",
    "pointed",
    "rounded",
    "settled",
    "shortfall",
]


class _Part(NamedTuple):
    """One site's share of a reading: what was good of how much; `kept` and `cases` where they are whole numbers."""

    good: Fraction
    of: Fraction
    seconds: tuple[Fraction, Fraction, Fraction] | None = None
    facts: tuple[str, ...] = ()


def measures(record: Record, obligations: Iterable[Obligation]) -> dict[str, Figure]:
    """Readings by "<measure>/<window>" (and "/<person>"), measures before the scorecards that weigh them; windows that
    have not begun are left out.
    """
    found: dict[str, Figure] = {}
    owed = tuple(obligations)
    for measure in record.contract.measures:
        for frame, person in _read(record, measure):
            _keep(found, measure, _Reader(record, measure, frame, person, owed).read())
    for card in record.contract.scorecards:
        for frame, person in _read(record, card):
            _keep(found, card, Card(record, card, frame, person, owed, found).read())
    return found


def _read(record: Record, term: Measure | Scorecard) -> Iterator[tuple[Frame, str | None]]:
    for frame in frames(record, term.every, term.id):
        for person in people(record.contract, term.each):
            yield frame, person


def _keep(found: dict[str, Figure], term: Measure | Scorecard, figure: Figure) -> None:
    """Keep a reading. What is read every day is kept only where it changes, with the value before."""
    if term.every is not None and term.every.unit == "any days":
        mine = (f for f in reversed(found.values()) if (f.measure, f.person) == (figure.measure, figure.person))
        last = next(mine, None)
        if last is not None and (last.value, last.facts) == (figure.value, figure.facts):
            return
        if last is not None:
            figure = msgspec.structs.replace(figure, before=last.value)
    found[figure.id] = figure


class _Reader(Windowed):
    """Reads one measure in one window."""

    def __init__(
        self, record: Record, measure: Measure, frame: Frame, person: str | None, owed: tuple[Obligation, ...]
    ) -> None:
        self.record, self.measure, self.frame, self.person, self.owed = record, measure, frame, person, owed
        self.where = f"measures.{measure.id}"

    def read(self) -> Figure:
        assumed = self.record.assumed(self.measure.id, self.frame.window.id)
        if assumed is not None:
            return self._figure(assumed)
        partial = self._partial()
        if partial is None or partial == "not measured":
            return self._figure(None)
        sites = self.measure.sites or (None,)
        parts = [(site, part) for site in sites if (part := self._part(site)) is not None]
        if not parts:
            return self._figure(self._empty())
        exact = self._pooled(parts)
        whole = _whole(part for _, part in parts) if self.measure.kind in _CASES else None
        seconds = parts[0][1].seconds if len(parts) == 1 else None
        items = tuple(Item(site or "", Fraction(1, len(parts)), _ratio(self.measure, part)) for site, part in parts)
        return self._figure(
            exact,
            kept=whole and whole[0],
            cases=whole and whole[1],
            down=seconds and seconds[0],
            counted=seconds and seconds[1],
            excluded=seconds and seconds[2],
            items=items if self.measure.sites else (),
            facts=tuple(dict.fromkeys(fact for _, part in parts for fact in part.facts)),
        )

    def _partial(self) -> str | None:
        """How a window that was not served in whole is read (KNOBS `partial_period`); "" where it was."""
        if not self.frame.partial:
            return ""
        said = self.measure.partial
        if self.measure.kind != "share of time":
            return said or self.record.counting.of("partial_period") or ""
        return said or self.record.ask("partial_period", f"{self.where}.partial")

    def _part(self, site: str | None) -> _Part | None:
        kind = self.measure.kind
        if kind == "share of time":
            return self._time(site)
        if kind == "share of steps kept":
            return self._steps(site)
        facts = self.facts(self.measure.of or "", site=site)
        if kind == "count":
            return _Part(Fraction(len(facts)), Fraction(1), facts=_named(facts))
        facts = [fact for fact in facts if fact.event.value is not None]
        if not facts:
            return None
        if kind == "share of counts":
            return self._counts(facts)
        values = [parse_decimal(fact.event.value or "0") for fact in facts]
        if kind == "percentile":
            return _Part(self._percentile(values), Fraction(1))
        if kind == "weighted mean":
            return self._weighted(facts)
        return _Part(sum(values, Fraction(0)), Fraction(len(values) if kind == "mean" else 1), facts=_named(facts))

    def _time(self, site: str | None) -> _Part | None:
        """Seconds up of the seconds that count: down spans are a union, excluded time is taken out first."""
        frame, measure = self.frame, self.measure
        begins, ends = start_of_day(frame.first, frame.zone), frame.until
        down = self._down(begins, ends, site)
        if down is None:
            return None
        out: list[Piece] = []
        for kind, allowed in measure.less.items():
            blocks = lasting(self.record, self._announced(kind), begins, ends)
            out += excused(blocks, _seconds(allowed), self.record.counting.of("excluded_limit") or "earliest")
        lost, left_out = lost_time(down, out)
        total = self._total(begins, ends)
        counted = total
        if measure.less and (self.record.counting.of("excluded_time") or "out of the denominator") != "counts as up":
            counted = total - left_out
        if counted <= 0:
            self.record.question(Problem("MEASURE-TIME-01", f"{self.where}.less", {"window": frame.window.id}))
            return None
        named = tuple(piece.fact for piece in down if piece.weight)
        return _Part(counted - lost, counted, (lost, counted, left_out), tuple(dict.fromkeys(named)))

    def _total(self, begins: datetime, ends: datetime) -> Fraction:
        """Real seconds of what was served, or of the whole window; a day that the clocks cut is shorter."""
        frame = self.frame
        said = self.measure.partial or self.record.counting.of("partial_period") or ""
        if frame.partial and frame.complete and said == "whole month's minutes":
            begins = start_of_day(frame.window.first, frame.zone)
            ends = start_of_day(frame.window.after, frame.zone)
        return Fraction(int((ends - begins).total_seconds()))

    def _down(self, begins: datetime, ends: datetime, site: str | None) -> list[Piece] | None:
        """Each down span with its weight: all of it, or the share affected (KNOBS `degraded`, `outage_from`)."""
        since = {"first report": "reported", "detection": "detected"}.get(self.record.counting.of("outage_from") or "")
        facts = [
            fact
            for fact in self.record.of(self.measure.down or "")
            if (site is None or fact.event.site == site) and (self.person is None or fact.event.by == self.person)
        ]
        pieces = lasting(self.record, facts, begins, ends, since=since)
        made = []
        for piece, fact in pieces:
            if fact.event.value is None:
                made.append(piece)
                continue
            how = self.measure.degraded or self.record.ask("degraded", f"{self.where}.degraded")
            if how is None:
                return None
            share = _percent(fact.event.value)
            made.append(piece._replace(weight={"whole": Fraction(1), "weighted": share}.get(how, Fraction(0))))
        return made

    def _announced(self, kind: str) -> list[Fact]:
        """Spans of a kind that were announced early enough, where the contract asks for that."""
        own = self.record.contract.event_kinds.get(kind)
        if own is None or own.announced is None:
            return self.record.of(kind)
        return [fact for fact in self.record.of(kind) if self._early(fact, seconds_of(own.announced))]

    def _early(self, fact: Fact, seconds: int) -> bool:
        told = fact.event.announced
        if told is None:
            return False
        if isinstance(told, datetime) and fact.at.instant is not None:
            aware = told if told.tzinfo else told.replace(tzinfo=fact.at.instant.astimezone(_zone(self.record)).tzinfo)
            return (fact.at.instant - aware).total_seconds() >= seconds
        day = told.date() if isinstance(told, datetime) else told
        return (fact.at.day - day).days * 86400 >= seconds

    def _steps(self, site: str | None) -> _Part | None:
        cases = [o for o in self.owed if o.source == self.measure.of and o.due and self._mine(o, site)]
        cases = [o for o in cases if self._belongs(o) and _decided(self.record, o)]
        if not cases:
            return None
        missed = tuple(o.case or o.id for o in cases if not _in_time(o))
        return _Part(Fraction(len(cases) - len(missed)), Fraction(len(cases)), facts=missed)

    def _mine(self, obligation: Obligation, site: str | None) -> bool:
        """Whether the case is this person's and this site's, by the event that opened it."""
        if site is None and self.person is None:
            return True
        opened = self._opened(obligation)
        by, at = (opened.event.by, opened.event.site) if opened else (None, None)
        return site in (None, at) and (self.person is None or self.person in (by, obligation.owed_by))

    def _opened(self, obligation: Obligation) -> Fact | None:
        return opened(self.record, obligation)

    def _belongs(self, obligation: Obligation) -> bool:
        """A case counts in the window in which it is due, was opened or was closed (KNOBS `case_month`)."""
        how = self.record.counting.of("case_month")
        if how == "opened":
            fact = self._opened(obligation)
            return fact is not None and inside(self.frame, fact.at)
        if how == "closed":
            done = obligation.done
            return done is not None and inside(self.frame, Moment(done.day, done.instant))
        assert obligation.due is not None
        return inside(self.frame, due_moment(obligation.due))

    def _counts(self, facts: list[Fact]) -> _Part | None:
        """ "45 of 48": the good ones of all, added up over the window's reports."""
        good, of = Fraction(0), Fraction(0)
        for fact in facts:
            some, _, every = (fact.event.value or "").partition(" of ")
            try:
                good, of = good + parse_decimal(some.replace(",", "")), of + parse_decimal(every.replace(",", ""))
            except ValueError:
                args = {"value": fact.event.value}
                self.record.question(Problem("MEASURE-VALUE-01", f"events.{fact.event.id}", args))
                return None
        return _Part(good, of, facts=_named(facts)) if of else None

    def _percentile(self, values: list[Fraction]) -> Fraction:
        """The value at a rank: the nearest whole rank, or between two (KNOBS `percentile`)."""
        ordered, share = sorted(values), self.measure.rank or Fraction(9, 10)
        if self.record.counting.of("percentile") == "linear":
            place = 1 + share * (len(ordered) - 1)
            low = math.floor(place)
            high = min(low + 1, len(ordered))
            return ordered[low - 1] + (place - low) * (ordered[high - 1] - ordered[low - 1])
        return ordered[max(1, math.ceil(share * len(ordered))) - 1]

    def _weighted(self, facts: list[Fact]) -> _Part | None:
        """Σ weight × mean of the item's values, over the weights of the items that have any."""
        total, weighed = Fraction(0), Fraction(0)
        for item, weight in self.measure.weights.items():
            values = [parse_decimal(f.event.value or "0") for f in facts if f.event.item == item]
            if values:
                total, weighed = total + weight * sum(values, Fraction(0)) / len(values), weighed + weight
        return _Part(total, weighed, facts=_named(facts)) if weighed else None

    def _pooled(self, parts: list[tuple[str | None, _Part]]) -> Fraction | None:
        """Several sites as one reading (KNOBS `pooling`)."""
        if len(parts) == 1:
            return _ratio(self.measure, parts[0][1])
        how = self.measure.pool or self.record.ask("pooling", f"{self.where}.pool")
        if how is None:
            return None
        if how == "pooled":
            good, of = sum((p.good for _, p in parts), Fraction(0)), sum((p.of for _, p in parts), Fraction(0))
            return _ratio(self.measure, _Part(good, of))
        ratios = [_ratio(self.measure, part) for _, part in parts]
        return min(ratios) if how == "worst" else sum(ratios, Fraction(0)) / len(ratios)

    def _empty(self) -> Fraction | None:
        """What a window without cases reads: no reading, 100 or 0; asked where a share of cases is measured."""
        if self.measure.kind == "share of time":
            return None
        said = self.measure.empty
        if said is None:
            if self.measure.kind not in _CASES:
                return None
            said = self.record.ask("empty", f"{self.where}.empty")
        return {"100": FULL, "100%": FULL, "100 %": FULL, "0": Fraction(0)}.get(said or "")

    def _figure(
        self,
        exact: Fraction | None,
        *,
        kept: int | None = None,
        cases: int | None = None,
        down: Fraction | None = None,
        counted: Fraction | None = None,
        excluded: Fraction | None = None,
        items: tuple[Item, ...] = (),
        facts: tuple[str, ...] = (),
    ) -> Figure:
        if cases is None and self.measure.kind in _CASES:
            kept, cases = 0, 0
        return Figure(
            **placed(self.measure.id, self.frame, self.person),
            exact=exact,
            value=looked_up(self.record, self.measure, exact, self.where),
            kept=kept,
            cases=cases,
            down=down,
            counted=counted,
            excluded=excluded,
            items=items,
            facts=facts,
            partial=self.frame.partial,
            complete=self.frame.complete,
        )


_CASES = ("share of steps kept", "share of counts")


def _ratio(measure: Measure, part: _Part) -> Fraction:
    """A share in hundredths, any other reading as it is."""
    return (FULL if measure.kind.startswith("share") else 1) * part.good / part.of


def _whole(parts: Iterable[_Part]) -> tuple[int, int]:
    held = list(parts)
    return int(sum(part.good for part in held)), int(sum(part.of for part in held))


def _named(facts: list[Fact]) -> tuple[str, ...]:
    return tuple(fact.event.about or fact.event.id for fact in facts)


def _seconds(allowed: Allowance) -> int | None:
    return None if allowed.to is None else seconds_of(allowed.to)


def _percent(text: str) -> Fraction:
    """A share affected: "25%", or "0.25"."""
    return parse_decimal(text.removesuffix("%").rstrip()) / 100 if text.endswith("%") else parse_decimal(text)


def _zone(record: Record):  # type: ignore[no-untyped-def]  # zoneinfo is imported only when an instant is needed
    from zoneinfo import ZoneInfo

    return ZoneInfo(record.zone)


def _decided(record: Record, obligation: Obligation) -> bool:
    """A case counts once it is done or its time is up."""
    assert obligation.due is not None
    return obligation.done is not None or not not_after(record.as_of, due_moment(obligation.due))


def _in_time(obligation: Obligation) -> bool:
    assert obligation.due is not None
    if obligation.done is None:
        return False
    due, done = obligation.due, obligation.done
    if due.instant is not None and done.instant is not None:
        return done.instant <= due.instant
    return done.day <= due.day
