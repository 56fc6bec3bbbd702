"""Scorecards: weighted means and points cards, with what a grave event does to them, and their grades."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

from core.measuring.figures import FULL, Figure, Item, LostPoints, bottom, looked_up, pointed, settled, shortfall
from core.measuring.windows import Frame, Windowed, opened, placed
from core.money import parse_decimal
from core.pricing.repetition import repeated
from core.problems import Problem
from core.record import Fact, Record
from core.schedule import Obligation
from core.terms import Line, Points, Range, Repeat, Scorecard, Weight, When

__all__ = ["Card"]


class Card(Windowed):
    """Reads one scorecard in one window, for one person where it is personal."""

    def __init__(
        self,
        record: Record,
        card: Scorecard,
        frame: Frame,
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
        assumed = self.record.assumed(self.card.id, self.frame.window.id)
        if assumed is not None:
            items, points, exact = (), (), assumed
        value = looked_up(self.record, self.card, exact, self.where)
        value, grade = self._overridden(value)
        return Figure(
            **placed(self.card.id, self.frame, self.person),
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
            facts = self.facts(when.event)
            kind = self.record.contract.event_kinds.get(when.event)
            for fact, times in zip(facts, self._times(when.event, points, facts), strict=False):
                about = fact.event.about or fact.event.id
                title = kind.title if kind else {}
                yield LostPoints(when.event, about, fact.at.day, times, sign * times * points.n, title)
        elif when.measure is not None:
            yield from self._short(when, points, sign)
        else:
            yield from self._late(when, points, sign)

    def _times(self, what: str, points: Points, facts: Sequence[Fact]) -> list[Fraction]:
        """How often its points each fact costs: more from the nth of its kind on, earlier windows counted too (KNOBS
        `repeat`); nothing while that must be asked.
        """
        if points.times is None or points.nth is None or points.unit is None:
            return [Fraction(1)] * len(facts)
        how = self.record.ask("repeat", f"{self.where}.lose") if facts else None
        if how is None:
            return []
        every = [f for f in self.record.of(what) if self.person is None or f.event.by == self.person]
        repeat = Repeat(times=points.times, nth=points.nth, unit=points.unit)
        dear = repeated(repeat, how, [f.at.day for f in every])
        cost = {f.event.id: times for f, times in zip(every, dear, strict=True)}
        return [cost[fact.event.id] for fact in facts]

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


def _stepwise(starts: Fraction, lines: tuple[LostPoints, ...]) -> Fraction:
    """Full marks cap each bonus on its day."""
    left = starts
    for line in lines:
        left = min(starts, left - line.points)
    return left
