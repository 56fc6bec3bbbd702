"""The windows in which figures are read: their days in the figure's zone, what the contract served of them, and the
facts that fall into one.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from core.periods import calendar_windows, end_of_day, last_of_month, local_date, start_of_day
from core.record import Fact, Moment, Record
from core.schedule import Obligation, Window, term_of, windows
from core.terms import Contract, Every

__all__ = ["Frame", "Windowed", "frames", "inside", "opened", "people", "placed"]


class Frame(NamedTuple):
    """A window of one measure: its days, and the part of it that the contract served (both in the measure's zone)."""

    window: Window
    zone: str
    first: date
    after: date
    until: datetime
    partial: bool
    complete: bool


def people(contract: Contract, role: str | None) -> list[str | None]:
    """Everyone in a role, by party id; [None] where a figure is nobody's in particular."""
    if role is None:
        return [None]
    return [key for key, party in contract.parties.items() if role in party.roles]


def frames(record: Record, every: Every | None, where: str) -> Iterator[Frame]:
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
        yield Frame(
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
    if every.unit == "any days":
        return _any(term, every.days or 30, record.as_of.day)
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


def _any(term: Window, days: int, today: date) -> Iterator[Window]:
    """The last `days` days at the end of each day that has passed, from the first that has served them all."""
    after = term.first + timedelta(days=days)
    while after <= min(term.after, today + timedelta(days=1)):
        yield Window((after - timedelta(days=1)).isoformat(), after - timedelta(days=days), after)
        after += timedelta(days=1)


def inside(frame: Frame, at: Moment) -> bool:
    """Whether a fact falls into the window, by the date that its instant has in the measure's zone."""
    day = local_date(at.instant, frame.zone) if at.instant is not None else at.day
    return frame.first <= day < frame.after


class Windowed:
    """What measures and cards share: one window, one person, the facts in it."""

    record: Record
    frame: Frame
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
            return inside(self.frame, Moment(at.date() if isinstance(at, datetime) else at, instant))
        return inside(self.frame, fact.at)


def placed(measure: str, frame: Frame, person: str | None) -> dict[str, Any]:
    window = frame.window
    return {
        "id": f"{measure}/{window.id}" + (f"/{person}" if person else ""),
        "measure": measure,
        "window": window.id,
        "first": window.first,
        "last": date.fromordinal(window.after.toordinal() - 1),
        "person": person,
    }


def opened(record: Record, obligation: Obligation) -> Fact | None:
    """The event that opened a case, which knows its person and its site."""
    step = next((s for s in record.contract.steps if s.id == obligation.source), None)
    if step is None or obligation.case is None:
        return None
    return next(
        (f for f in record.of(step.starts) if obligation.case in (f.event.about, f.event.id)),
        None,
    )
