"""The course of a contract as rows of marks: where due days, acts and lateness lie, in percent of the width."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from contracts.papers.page.view import View
from core.breaches import Breach
from core.schedule import Obligation
from core.terms import Text

__all__ = ["Bar", "Flag", "Mark", "Row", "Timeline", "timeline"]


class Mark(msgspec.Struct, frozen=True):
    """A due day ("due"), or the day of the act ("done")."""

    kind: str
    x: str
    obligation: Obligation
    breach: Breach | None


class Bar(msgspec.Struct, frozen=True):
    """Lateness from `x` over `width`; `running` bars go on."""

    x: str
    width: str
    running: bool


class Row(msgspec.Struct, frozen=True):
    """All obligations of one source: an annex, a service step, a payment."""

    id: str
    title: Text
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


class Flag(msgspec.Struct, frozen=True):
    """A day that concerns all rows: "today", "amended" (an amendment takes effect), "full" (a limit was full)."""

    kind: str
    x: str
    day: date
    name: str


class Timeline(msgspec.Struct, frozen=True):
    first: date
    last: date
    months: tuple[tuple[str, date, bool], ...]
    flags: tuple[Flag, ...]
    rows: tuple[Row, ...]


def timeline(view: View) -> Timeline | None:
    """Rows in the order of the contract; None where nothing has a day yet."""
    late = {breach.subject: breach for breach in view.assessment.breaches if breach.kind == "late"}
    dated = [o for o in view.assessment.obligations if o.due or o.done]
    if not dated:
        return None
    scale = _Scale(*_span(view, dated))
    sources: dict[str, list[Obligation]] = {}
    for obligation in dated:
        sources.setdefault(obligation.source, []).append(obligation)
    rows = tuple(
        Row(source, group[0].title, tuple(_bars(group, late, scale)), tuple(_marks(group, late, scale)))
        for source, group in sources.items()
    )
    return Timeline(scale.first, scale.last, tuple(_months(scale)), tuple(_flags(view, scale)), rows)


class _Scale:
    """Days as percent of the width, in whole tenths, so that the same input draws the same page."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.days = max(1, (last - first).days)

    def at(self, day: date) -> int:
        return max(0, min(1000, (day - self.first).days * 1000 // self.days))

    def x(self, day: date) -> str:
        return _percent(self.at(day))


def _percent(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}%"


def _span(view: View, dated: list[Obligation]) -> tuple[date, date]:
    """Whole months around everything that is drawn."""
    contract = view.contract
    days = [view.today, *(o.due.day for o in dated if o.due), *(o.done.day for o in dated if o.done)]
    days += [day for day in (contract.signed, contract.term and contract.term.from_) if day]
    first, last = min(days), max(days)
    return first.replace(day=1), (last.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months(scale: _Scale) -> Iterator[tuple[str, date, bool]]:
    """First days of months, and whether a narrow screen has room for the name; long spans name fewer."""
    months = scale.days // 30
    step = 1 if months <= 18 else 3 if months <= 54 else 12
    narrow = step * (3 if months // step <= 18 else 6)
    day = scale.first
    while day < scale.last:
        if (day.month - 1) % step == 0:
            yield scale.x(day), day, (day.month - 1) % narrow == 0
        day = (day + timedelta(days=32)).replace(day=1)


def _flags(view: View, scale: _Scale) -> Iterator[Flag]:
    yield Flag("today", scale.x(view.today), view.today, "")
    for amendment in view.contract.amendments:
        if isinstance(amendment.effective, date):
            yield Flag("amended", scale.x(amendment.effective), amendment.effective, amendment.id)
    for cap in view.assessment.caps:
        if cap.full is not None and scale.first <= cap.full <= scale.last:
            yield Flag("full", scale.x(cap.full), cap.full, cap.cap)


def _bars(group: list[Obligation], late: dict[str, Breach], scale: _Scale) -> Iterator[Bar]:
    for obligation in group:
        breach = late.get(obligation.id)
        if breach is not None and breach.due is not None and breach.until is not None:
            begin, end = scale.at(breach.due), scale.at(breach.until)
            yield Bar(_percent(begin), _percent(max(4, end - begin)), breach.running)


def _marks(group: list[Obligation], late: dict[str, Breach], scale: _Scale) -> Iterator[Mark]:
    for obligation in group:
        if obligation.due is not None:
            yield Mark("due", scale.x(obligation.due.day), obligation, late.get(obligation.id))
        if obligation.done is not None:
            yield Mark("done", scale.x(obligation.done.day), obligation, late.get(obligation.id))
