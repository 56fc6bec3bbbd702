"""Key figures and scores: one reading for each window, exact until the contract rounds it."""

import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from core.money import Mode, integer, parse_decimal
from core.periods import calendar_windows, end_of_day, last_of_month, local_date, start_of_day
from core.problems import Problem
from core.record import Fact, Moment, Record, not_after
from core.schedule import Obligation, Window, due_moment, term_of, windows
from core.spans import Piece, excused, lasting, lost_time, seconds_of
from core.terms import Allowance, Contract, Every, Line, Measure, Points, Range, Scorecard, Text, Weight, When

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

FULL = Fraction(100)


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One weighted item of a score, or one site: its reading and weight; None where it was not rated."""

    id: str
    weight: Fraction
    value: Fraction | None


class LostPoints(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points of a card that one fact cost (or gave, then negative), and the line that says so."""

    line: str
    fact: str
    day: date
    units: Fraction
    points: Fraction
    title: Text = {}


class Figure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reading of a measure or scorecard in one window. `exact` before, `value` after the contract's rounding; None:
    no reading.

    `kept` of `cases` for shares of cases; `down` and `counted` seconds for shares of time, `excluded` seconds left out;
    `items` for scores and sites, `points` for points cards; `facts` are the cases and events that pulled it down.
    `complete` is whether the window had closed by the record's day, `partial` whether the contract served all of it.
    """

    id: str
    measure: str
    window: str
    first: date
    last: date
    exact: Fraction | None = None
    value: Fraction | None = None
    person: str | None = None
    grade: str | None = None
    kept: int | None = None
    cases: int | None = None
    down: Fraction | None = None
    counted: Fraction | None = None
    excluded: Fraction | None = None
    items: tuple[Item, ...] = ()
    points: tuple[LostPoints, ...] = ()
    facts: tuple[str, ...] = ()
    partial: bool = False
    complete: bool = False


class _Frame(NamedTuple):
    """A window of one measure: its days, and the part of it that the contract served (both in the measure's zone)."""

    window: Window
    zone: str
    first: date
    after: date
    until: datetime
    partial: bool
    complete: bool


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
        for frame in _frames(record, measure.every, measure.id):
            for person in _people(record.contract, measure.each):
                figure = _Reader(record, measure, frame, person, owed).read()
                found[figure.id] = figure
    for card in record.contract.scorecards:
        for frame in _frames(record, card.every, card.id):
            for person in _people(record.contract, card.each):
                figure = _Carder(record, card, frame, person, owed, found).read()
                found[figure.id] = figure
    return found


def settled(record: Record, held: Range, where: str) -> Range | None:
    """A range with its edges known; one written "95 to 99" takes them from the contract (KNOBS `band_edge`)."""
    if held.low is None:
        return held
    edge = record.ask("band_edge", where)
    if edge == "written in the band":
        record.question(Problem("MEASURE-EDGE-01", where, {"low": held.low, "high": held.high}))
        return None
    return None if edge is None else held.edged(edge == "at or below")


def pointed(record: Record, units: Fraction, part: str | None, where: str) -> Fraction | None:
    """Points short: completed, started or exact (KNOBS `point_part`, asked only where a part arises)."""
    if units.denominator == 1:
        return units
    part = part or record.ask("point_part", where)
    if part is None:
        return None
    return {"completed": Fraction(math.floor(units)), "started": Fraction(math.ceil(units))}.get(part, units)


def _people(contract: Contract, role: str | None) -> list[str | None]:
    """Everyone in a role, by party id; [None] where a figure is nobody's in particular."""
    if role is None:
        return [None]
    return [key for key, party in contract.parties.items() if role in party.roles]


# windows


def _frames(record: Record, every: Every | None, where: str) -> Iterator[_Frame]:
    every = every or _said_window(record, where)
    term = term_of(record)
    if every is None or term is None:
        return
    zone = every.zone or record.zone
    ended = date.fromordinal(record.ended.day.toordinal() + 1) if record.ended else term.after
    life = Window("term", term.first, min(term.after, ended))
    now = record.as_of.instant or end_of_day(record.as_of.day, record.zone)
    for window in _windows(record, every, term):
        if start_of_day(window.first, zone) >= now or window.first >= life.after:
            continue
        first, after = max(window.first, life.first), min(window.after, life.after)
        yield _Frame(
            window=window,
            zone=zone,
            first=first,
            after=after,
            until=min(now, start_of_day(after, zone)),
            partial=(first, after) != (window.first, window.after),
            complete=start_of_day(window.after, zone) <= now or start_of_day(life.after, zone) <= now,
        )


def _said_window(record: Record, where: str) -> Every | None:
    """The window that the contract's settings give where the measure itself has none (KNOBS `window`)."""
    said = record.ask("window", f"{where}.every")
    if said is None:
        return None
    number = next((int(word) for word in said.split() if word.isdigit()), None)
    if said.startswith("from day"):
        return Every("month", from_day=number)
    return Every("rolling days", days=number) if said.startswith("rolling") else Every("calendar month")


def _windows(record: Record, every: Every, term: Window) -> Iterable[Window]:
    if every.unit == "month":
        return _months_from(term, every.from_day or 1)
    if every.unit == "rolling days":
        return _rolling(term, every.days or 30)
    return windows(record, every.unit)


def _months_from(term: Window, day: int) -> Iterator[Window]:
    """Months that begin on a day of the month (its last day where the month is shorter)."""
    year, month = term.first.year, term.first.month
    first = _day_in(year, month, day)
    if first > term.first:
        first = _day_in(*_next_month(year, month, -1), day)
    while first < term.after:
        after = _day_in(*_next_month(first.year, first.month, 1), day)
        yield Window(first.isoformat(), first, after)
        first = after


def _next_month(year: int, month: int, by: int) -> tuple[int, int]:
    months = year * 12 + month - 1 + by
    return months // 12, months % 12 + 1


def _day_in(year: int, month: int, day: int) -> date:
    return min(date(year, month, min(day, 28)) + timedelta(days=day - min(day, 28)), last_of_month(year, month))


def _rolling(term: Window, days: int) -> Iterator[Window]:
    """The last `days` days at the end of each calendar month, from the first month that has served them all."""
    for month in calendar_windows("month", term.first, term.after):
        first = month.after - timedelta(days=days)
        if first >= term.first:
            yield Window((month.after - timedelta(days=1)).isoformat(), first, month.after)


def _inside(frame: _Frame, at: Moment) -> bool:
    """Whether a fact falls into the window, by the date that its instant has in the measure's zone."""
    day = local_date(at.instant, frame.zone) if at.instant is not None else at.day
    return frame.first <= day < frame.after


class _Windowed:
    """What measures and cards share: one window, one person, the facts in it."""

    record: Record
    frame: _Frame
    person: str | None

    def facts(self, what: str, *, site: str | None = None, of: str | None = None) -> list[Fact]:
        """Facts of a kind in this window, of this person and at this site."""
        return [
            fact
            for fact in self.record.of(what, of)
            if self.counts(fact)
            and (self.person is None or fact.event.by == self.person)
            and (site is None or fact.event.site == site)
        ]

    def counts(self, fact: Fact) -> bool:
        """By the day on which it happened, or was recorded where the contract says so (KNOBS `case_month`)."""
        if self.record.counting.of("case_month") == "recorded" and fact.event.recorded is not None:
            at = fact.event.recorded
            instant = at if isinstance(at, datetime) and at.tzinfo else None
            return _inside(self.frame, Moment(at.date() if isinstance(at, datetime) else at, instant))
        return _inside(self.frame, fact.at)


class _Reader(_Windowed):
    """Reads one measure in one window."""

    def __init__(
        self, record: Record, measure: Measure, frame: _Frame, person: str | None, owed: tuple[Obligation, ...]
    ) -> None:
        self.record, self.measure, self.frame, self.person, self.owed = record, measure, frame, person, owed
        self.where = f"measures.{measure.id}"

    def read(self) -> Figure:
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
        if opened is None:
            return False
        return (site is None or opened.event.site == site) and (
            self.person is None or self.person in (opened.event.by, obligation.owed_by)
        )

    def _opened(self, obligation: Obligation) -> Fact | None:
        return opened(self.record, obligation)

    def _belongs(self, obligation: Obligation) -> bool:
        """A case counts in the window in which it is due, was opened or was closed (KNOBS `case_month`)."""
        how = self.record.counting.of("case_month")
        if how == "opened":
            fact = self._opened(obligation)
            return fact is not None and _inside(self.frame, fact.at)
        if how == "closed":
            done = obligation.done
            return done is not None and _inside(self.frame, Moment(done.day, done.instant))
        assert obligation.due is not None
        return _inside(self.frame, due_moment(obligation.due, self.record.zone))

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
            **_placed(self.measure.id, self.frame, self.person),
            exact=exact,
            value=_looked_up(self.record, self.measure, exact, self.where),
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


def _placed(measure: str, frame: _Frame, person: str | None) -> dict[str, Any]:
    window = frame.window
    return {
        "id": f"{measure}/{window.id}" + (f"/{person}" if person else ""),
        "measure": measure,
        "window": window.id,
        "first": window.first,
        "last": date.fromordinal(window.after.toordinal() - 1),
        "person": person,
    }


def _looked_up(record: Record, term: Measure | Scorecard, exact: Fraction | None, where: str) -> Fraction | None:
    """The reading as bands and grades see it (KNOBS `round_first`, asked where there are any)."""
    rule = term.round
    if exact is not None and rule is None and _banded(record, term):
        rule = record.ask("round_first", f"{where}.round")
    return rounded(exact, rule)


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


def opened(record: Record, obligation: Obligation) -> Fact | None:
    """The event that opened a case, which knows its person and its site."""
    step = next((s for s in record.contract.steps if s.id == obligation.source), None)
    if step is None or obligation.case is None:
        return None
    return next(
        (f for f in record.of(step.starts) if obligation.case in (f.event.about, f.event.id)),
        None,
    )


def _decided(record: Record, obligation: Obligation) -> bool:
    """A case counts once it is done or its time is up."""
    assert obligation.due is not None
    return obligation.done is not None or not not_after(record.as_of, due_moment(obligation.due, record.zone))


def _in_time(obligation: Obligation) -> bool:
    assert obligation.due is not None
    if obligation.done is None:
        return False
    due, done = obligation.due, obligation.done
    if due.instant is not None and done.instant is not None:
        return done.instant <= due.instant
    return done.day <= due.day


# scorecards


class _Carder(_Windowed):
    """Reads one scorecard in one window, for one person where it is personal."""

    def __init__(
        self,
        record: Record,
        card: Scorecard,
        frame: _Frame,
        person: str | None,
        owed: tuple[Obligation, ...],
        found: dict[str, Figure],
    ) -> None:
        self.record, self.card, self.frame, self.person = record, card, frame, person
        self.owed, self.found = owed, found
        self.where = f"scorecards.{card.id}"

    def read(self) -> Figure:
        items: tuple[Item, ...] = ()
        points: tuple[LostPoints, ...] = ()
        exact: Fraction | None
        if self.card.kind == "points":
            points = self._lines()
            exact = self._left(points)
        else:
            items, exact = self._weighed()
        value = _looked_up(self.record, self.card, exact, self.where)
        value, grade = self._overridden(value)
        return Figure(
            **_placed(self.card.id, self.frame, self.person),
            exact=exact,
            value=value,
            grade=grade,
            items=items,
            points=points,
            facts=tuple(dict.fromkeys(line.fact for line in points if line.points > 0)),
            partial=self.frame.partial,
            complete=self.frame.complete,
        )

    # weighted means

    def _weighed(self) -> tuple[tuple[Item, ...], Fraction | None]:
        """Σ weight × rating ÷ Σ weight; several sites each on their own, then put together (KNOBS `sites`)."""
        if not self.card.sites:
            items = self._items(None)
            return items, self._mean(items)
        means = []
        for site, weight in self.card.sites.items():
            means.append(Item(site, weight, self._mean(self._items(site))))
        known = [item for item in means if item.value is not None]
        if not known:
            return tuple(means), None
        how = self.card.pool or self.record.ask("sites", f"{self.where}.pool")
        values = [item.value or Fraction(0) for item in known]
        if how == "lowest":
            return tuple(means), min(values)
        if how == "mean":
            return tuple(means), sum(values, Fraction(0)) / len(values)
        if how == "weighted":
            weighed = sum((item.weight * (item.value or 0) for item in known), Fraction(0))
            whole = sum((item.weight for item in known), Fraction(0))
            if not whole:
                self.record.question(Problem("MEASURE-WEIGHT-01", f"{self.where}.sites", {"id": self.card.id}))
            return tuple(means), weighed / whole if whole else None
        return tuple(means), None

    def _items(self, site: str | None) -> tuple[Item, ...]:
        return tuple(Item(name, w.weight, self._rating(name, w, site)) for name, w in self.card.weights.items())

    def _mean(self, items: tuple[Item, ...]) -> Fraction | None:
        """`missing` says what an unrated item does, `sum` whether weights that are not 100 % are stretched."""
        rated = [(i.weight, i.value) for i in items if i.value is not None]
        missing = self.card.missing
        if not rated or not self.frame.complete:
            return None
        if len(rated) < len(items):
            missing = _MISSING.get(missing or self.record.ask("missing", f"{self.where}.missing") or "", missing)
            if missing is None or missing == "no score":
                return None
            if missing == "counts as 0":
                rated = [(i.weight, i.value or Fraction(0)) for i in items]
            elif missing == "counts in full":
                rated = [(i.weight, FULL if i.value is None else i.value) for i in items]
        total = sum((w * v for w, v in rated), Fraction(0))
        weighed, whole = sum((w for w, _ in rated), Fraction(0)), sum((i.weight for i in items), Fraction(0))
        if not weighed:
            self.record.question(Problem("MEASURE-WEIGHT-01", f"{self.where}.weights", {"id": self.card.id}))
            return None
        return total / weighed * (whole if self.card.sum == "as written" else 1)

    def _rating(self, name: str, weight: Weight, site: str | None) -> Fraction | None:
        """The item's measure in this window, its parts, or the mean of the scores recorded for it."""
        if weight.of is not None:
            inside = [
                f.value
                for f in self.found.values()
                if f.measure == weight.of
                and self.frame.first <= f.first < self.frame.after
                and f.value is not None
                and f.person in (None, self.person)
            ]
            return sum(inside, Fraction(0)) / len(inside) if inside else None
        if weight.parts:
            parts = tuple(Item(part, w, self._scores(f"{name}.{part}", part, site)) for part, w in weight.parts.items())
            return self._mean(parts)
        return self._scores(name, name, site)

    def _scores(self, name: str, short: str, site: str | None) -> Fraction | None:
        scores = [
            parse_decimal(f.event.value)
            for f in self.record.of("scored", self.card.id)
            if f.event.item in (name, short)
            and f.event.value is not None
            and (site is None or f.event.site == site)
            and (self.person is None or f.event.by == self.person)
            and self._scored_here(f)
        ]
        if self.card.drop and len(scores) > 2:
            scores = sorted(scores)[1:-1]
        return sum(scores, Fraction(0)) / len(scores) if scores else None

    def _scored_here(self, fact: Fact) -> bool:
        """A score names its window in `about`, or falls into the one in which it was given."""
        return fact.event.about == self.frame.window.id if fact.event.about else self.counts(fact)

    # points

    def _lines(self) -> tuple[LostPoints, ...]:
        """What each line cost or gave, in the order of the days."""
        made = [lost for line in self.card.lose for lost in self._hits(line, 1)]
        made += [lost for line in self.card.gain for lost in self._hits(line, -1)]
        return tuple(sorted(made, key=lambda lost: (lost.day, lost.points < 0, lost.fact)))

    def _hits(self, line: Line, sign: int) -> Iterator[LostPoints]:
        when, points = line.when, line.points
        if when.event is not None:
            for fact in self.facts(when.event):
                about = fact.event.about or fact.event.id
                kind = self.record.contract.event_kinds.get(when.event)
                title = kind.title if kind else {}
                yield LostPoints(when.event, about, fact.at.day, Fraction(1), sign * points.n, title)
        elif when.measure is not None:
            yield from self._short(when, points, sign)
        else:
            yield from self._late(when, points, sign)

    def _late(self, when: When, points: Points, sign: int) -> Iterator[LostPoints]:
        """Late days that fall into this window, by dates."""
        name = when.any or when.id or ""
        per = points.per
        if per is not None and per.unit != "day":
            self.record.question(Problem("TERMS-UNIT-01", f"{self.where}.lose", {"unit": per.unit}))
            return
        last = date.fromordinal(self.frame.after.toordinal() - 1)
        for obligation in self.owed:
            if obligation.due is None or not self._called(obligation, name) or not self._owes(obligation):
                continue
            done = obligation.done.day if obligation.done else self.record.as_of.day
            begin = max(obligation.due.day, self.frame.first - timedelta(days=1))
            days = (min(done, last, self.record.as_of.day) - begin).days
            if days <= 0:
                continue
            if per is None:
                if obligation.due.day < self.frame.first:
                    continue
                days = 1
            units = Fraction(days, per.n if per else 1)
            part = (per.part if per else None) or "started"
            counted = {"started": Fraction(math.ceil(units)), "completed": Fraction(math.floor(units))}.get(part, units)
            day = max(begin + timedelta(days=1), self.frame.first)
            case = obligation.case or obligation.id
            yield LostPoints(name, case, day, counted, sign * counted * points.n, obligation.title)

    def _called(self, obligation: Obligation, name: str) -> bool:
        """ "any growth file" names the duty by its id, its words, or its kind."""
        if name in (obligation.id, obligation.source, obligation.kind) or name == "duty":
            return True
        words = name.replace(" ", "-").lower()
        return words == obligation.source.lower() or name.lower() in {t.lower() for t in obligation.title.values()}

    def _owes(self, obligation: Obligation) -> bool:
        if self.person is None:
            return True
        fact = opened(self.record, obligation)
        return self.person in (obligation.owed_by, fact.event.by if fact else None)

    def _short(self, when: When, points: Points, sign: int) -> Iterator[LostPoints]:
        """Points short of a measure's target (or of the edge that the line names), part points as `part` says."""
        for figure in self.found.values():
            if (
                figure.measure != when.measure
                or figure.value is None
                or not figure.complete
                or figure.person not in (None, self.person)
                or not self.frame.first <= figure.last < self.frame.after
            ):
                continue
            units = shortfall(self.record, when, figure, points.per.unit if points.per else "point", self.where)
            if units is None or units <= 0:
                continue
            units = Fraction(1) if points.per is None else pointed(self.record, units, points.per.part, self.where)
            if units is not None:
                titles = (m.title for m in self.record.contract.measures if m.id == figure.measure)
                title = next(titles, {})
                yield LostPoints(figure.measure, figure.id, figure.last, units, sign * units * points.n, title)

    def _left(self, lines: tuple[LostPoints, ...]) -> Fraction:
        """What is left of the card: bonus under its ceiling, the limit on points lost, the floor."""
        card, counting = self.card, self.record.counting
        starts = FULL if card.starts is None else card.starts
        lost = sum((line.points for line in lines if line.points > 0), Fraction(0))
        won = -sum((line.points for line in lines if line.points < 0), Fraction(0))
        if card.lose_at_most is not None:
            limit = card.lose_at_most
            after = counting.of("sum_and_limit") == "bonus after the limit"
            left = starts - min(lost, limit) + won if after else starts - min(lost - won, limit)
        else:
            left = starts - lost + won
        if won:
            how = card.bonus or self.record.ask("bonus_ceiling", f"{self.where}.bonus")
            if how == "at once":
                left = _stepwise(starts, lines)
            elif how != "none":
                left = min(starts, left)
        return left if self._floor() is None else max(left, self._floor() or Fraction(0))

    def _floor(self) -> Fraction | None:
        if self.card.floor is not None:
            return self.card.floor
        said = self.record.counting.of("floor") or "0"
        return None if said == "none" else parse_decimal(said)

    # grades

    def _overridden(self, value: Fraction | None) -> tuple[Fraction | None, str | None]:
        """A grave event lowers the grade, the score or both, whatever the score (KNOBS `override`)."""
        grave = [own for kind, own in self.card.override.items() if self.facts(kind)]
        how = (self.card.overrides or self.record.ask("override", f"{self.where}.overrides")) if grave else None
        if value is not None and how in ("the score", "both"):
            value = min([value, *(own.score for own in grave if own.score is not None)])
        grade = self._grade(value)
        if how in ("lowers the grade", "both"):
            ranks = [name for name, _ in self._graded()]
            worst = [own.grade for own in grave if own.grade in ranks]
            grade = min([g for g in (grade, *worst) if g], key=ranks.index, default=grade)
        return value, grade

    def _graded(self) -> list[tuple[str, Range]]:
        """Grades with their edges known, the lowest first."""
        ranges = [(name, settled(self.record, held, f"{self.where}.grades")) for name, held in self.card.grades.items()]
        return sorted(((name, held) for name, held in ranges if held is not None), key=lambda g: bottom(g[1]))

    def _grade(self, value: Fraction | None) -> str | None:
        """The grade that holds the score; a score between two grades is a defect of the contract (`grade_gap`)."""
        if value is None or not self.card.grades:
            return None
        graded = self._graded()
        found = next((name for name, held in graded if held.holds(value)), None)
        if found is not None or not graded:
            return found
        lower = [name for name, held in graded if bottom(held) <= value]
        higher = [name for name, held in graded if bottom(held) > value]
        how = self.record.counting.of("grade_gap")
        if how == "lower" and lower:
            return lower[-1]
        if how == "higher grade" and higher:
            return higher[0]
        args = {"card": self.card.id, "value": value, "window": self.frame.window.id}
        self.record.question(Problem("MEASURE-GRADE-01", f"{self.where}.grades", args))
        return None


_MISSING = {"weight to the others": "its weight goes to the others", "0": "counts as 0", "full": "counts in full"}
"""How the setting says what a card's own words say."""


def bottom(held: Range) -> Fraction:
    """The lower edge of a range; below every reading where it has none."""
    edge = held.from_ if held.from_ is not None else held.above
    return Fraction(-(10**30)) if edge is None else edge


def shortfall(record: Record, when: When, figure: Figure, unit: str, where: str) -> Fraction | None:
    """By how much a reading misses its target: in points, or per cent of the target where "1 %" is said."""
    if figure.value is None:
        return None
    measure = next((m for m in record.contract.measures if m.id == figure.measure), None)
    target = measure.target if when.target and measure else None
    held = when.range
    if target is None and held is not None:
        target = held.below if held.below is not None else held.up_to
        over = held.from_ if held.from_ is not None else held.above
        if target is None and over is not None:
            return figure.value - over
    if target is None:
        return None
    short = target - figure.value
    if unit == "percent" and record.ask("point_of", where) == "per cent of the target" and target:
        return short * 100 / target
    return None if unit == "percent" and record.counting.of("point_of") is None else short


def _stepwise(starts: Fraction, lines: tuple[LostPoints, ...]) -> Fraction:
    """Full marks cap each bonus on its day."""
    left = starts
    for line in lines:
        left = min(starts, left - line.points)
    return left


def _banded(record: Record, term: Measure | Scorecard) -> bool:
    graded = isinstance(term, Scorecard) and bool(term.grades)
    return graded or any(rule.bands and rule.bands_of == term.id for rule in record.contract.rules)


def rounded(exact: Fraction | None, rule: str | None) -> Fraction | None:
    """Apply "1 decimal, half up" (or "not rounded"); KNOBS `round_first`."""
    if exact is None or rule in (None, "no", "not rounded"):
        return exact
    digits, _, words = rule.partition(" ")
    mode = words.partition(", ")[2] or "half up"
    scale = 10 ** int(digits)
    return Fraction(integer(exact * scale, _mode(mode)), scale)


def _mode(text: str) -> Mode:
    return text if text in ("half up", "half even", "down", "up") else "half up"  # type: ignore[return-value]
