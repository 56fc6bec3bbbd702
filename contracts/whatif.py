"""What would it cost: a contract under assumed delays, key figures and losses, or under another contract's history.

Everything else is taken as kept in time, so that a figure shows the assumption and nothing beside it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from contracts.folder import Loaded, load
from contracts.papers.document import Align, Block, Column, Document, Heading, Note, TableBlock, Title, Words
from contracts.papers.text import amount, table
from core.assessment import Assessment, assess
from core.canonical import plain
from core.events import Event
from core.money import Money, exponent, parse_decimal
from core.problems import InputError, Problem
from core.schedule import Obligation
from core.terms import Contract, Measure, Scorecard
from core.world import World
from locales import LANGUAGES, words

__all__ = ["Asked", "Delay", "Found", "Mark", "Row", "WhatIf", "as_csv", "as_json", "as_page", "as_paper", "as_text"]
__all__ += ["asked", "run", "what_if"]

MOST_DAYS = 1000
"""Rows of one table; nobody reads more."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What to assume: delays (id, first and last number of days), readings, losses, and other events."""

    late: tuple[tuple[str, int, int], ...] = ()
    measures: tuple[tuple[str, str], ...] = ()
    losses: tuple[tuple[str, Money], ...] = ()
    like: tuple[Event, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The charges for a delay of so many days: gross, what each kind of limit takes off, and what is payable."""

    days: int
    gross: Money
    maximum: Money
    cap: Money
    payable: Money


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The number of the late day on which a limit first bites, its date, and whose limit it is."""

    days: int
    on: date
    kind: str
    by: str
    clause: str


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is late: the table of charge against delay, and the days on which its limits bite."""

    id: str
    due: date
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One charge of a reading, a loss or a history."""

    charge: str
    clause: str
    debtor: str
    creditor: str
    gross: Money
    payable: Money


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a table for each delay, and the charges that readings, losses and history bring."""

    contract: str
    currency: str
    delays: tuple[Delay, ...] = ()
    charges: tuple[Found, ...] = ()


def asked(late: Iterable[str], measures: Iterable[str], losses: Iterable[str], like: str | None) -> Asked:
    """Read `A1=10..60`, `uptime=99.1`, `L=100000.00 CNY` (or `L=100000`) and a file; InputError with all faults."""
    problems: list[Problem] = []
    delays, readings, sums = [], [], []
    for text in late:
        found = re.fullmatch(r"([^=]+)=(\d{1,4})(?:\.\.(\d{1,4}))?", text.strip())
        first, last = (int(found[2]), int(found[3] or found[2])) if found else (1, 0)
        if found and first <= last <= MOST_DAYS:
            delays.append((found[1].strip(), first, last))
        else:
            problems.append(Problem("WHATIF-LATE-01", "--late", {"text": text, "most": MOST_DAYS}))
    for text in measures:
        name, sign, value = (part.strip() for part in text.partition("="))
        try:
            parse_decimal(value.removesuffix("%"))
        except ValueError:
            sign = ""
        if not sign:
            problems.append(Problem("WHATIF-MEASURE-01", "--measure", {"text": text}))
        readings.append((name, value.removesuffix("%")))
    for text in losses:
        name, _, value = (part.strip() for part in text.partition("="))
        try:
            sums.append((name, Money.parse(value) if re.search("[A-Z]{3}$", value) else Money.parse(f"{value} XXX")))
        except ValueError:
            problems.append(Problem("WHATIF-LOSS-01", "--loss", {"text": text}))
    history: tuple[Event, ...] = ()
    if like is not None:
        files, wrong = load([Path(like)])
        problems += [*wrong, *(p for one in files for p in one.problems)]
        history = tuple(event for one in files for event in one.events)
    if problems:
        raise InputError(problems)
    return Asked(late=tuple(delays), measures=tuple(readings), losses=tuple(sums), like=history)


def what_if(contract: Contract, events: Sequence[Event], world: World, said: Asked, as_of: date) -> WhatIf:
    """Work the assumptions out; InputError where one is about nothing in this contract, or cannot be counted yet."""
    own = tuple(_in_currency(name, loss, contract.currency) for name, loss in said.losses)
    history = (*events, *_shifted(said.like, contract))
    base = assess(contract, history, as_of=as_of, world=world)
    problems: list[Problem] = []
    delays = [d for one in said.late if (d := _delay(contract, history, world, base, one, problems)) is not None]
    made: list[Event] = []
    for name, value in said.measures:
        made.extend(_reading(contract, base, name, value, problems))
    for name, loss in own:
        made.append(_loss(contract, name, loss, as_of))
    if problems:
        raise InputError(problems)
    found: tuple[Found, ...] = ()
    if made or said.like:
        kinds = {(event.what, _month(event)) for event in made if event.what != "loss proven"}
        kept = [event for event in history if (event.what, _month(event)) not in kinds]
        after = assess(contract, [*kept, *made], as_of=as_of, world=world)
        before = set() if said.like else {charge.id for charge in base.charges}
        found = _found(after, before)
    return WhatIf(contract=contract.number, currency=contract.currency, delays=tuple(delays), charges=found)


def _in_currency(name: str, loss: Money, currency: str) -> tuple[str, Money]:
    if loss.currency != "XXX":
        return name, loss
    return name, Money(loss.minor * 10 ** exponent(currency) // 10 ** exponent("XXX"), currency)


def _shifted(history: Iterable[Event], contract: Contract) -> tuple[Event, ...]:
    """Another contract's events as this one's: "last year again" moves them so that the first years' starts meet."""
    listed = tuple(history)
    days = [day for event in listed if (day := _day(event)) is not None]
    if not days or contract.term is None:
        return listed
    years = contract.term.from_.year - min(days).year
    return tuple(_moved(event, years) for event in listed)


def _moved(event: Event, years: int) -> Event:
    moved: dict[str, Any] = {}
    for field in ("at", "from_", "to", "received", "until"):
        value = getattr(event, field)
        if isinstance(value, date):
            try:
                moved[field] = value.replace(year=value.year + years)
            except ValueError:  # 29 February in a common year
                moved[field] = value.replace(year=value.year + years, day=28)
    return msgspec.structs.replace(event, id=f"like:{event.id}", recorded=None, **moved)


def _day(event: Event) -> date | None:
    at = event.at or event.from_
    return at.date() if isinstance(at, datetime) else at


def _month(event: Event) -> tuple[int, int]:
    day = _day(event)
    return (day.year, day.month) if day else (0, 0)


# delays


def _delay(
    contract: Contract,
    events: Sequence[Event],
    world: World,
    base: Assessment,
    one: tuple[str, int, int],
    problems: list[Problem],
) -> Delay | None:
    name, first, last = one
    owed = {o.id: o for o in base.obligations}
    target = owed.get(name)
    if target is None:
        args = {"text": name, "known": ", ".join(list(owed)[:20]) or "–"}
        problems.append(Problem("WHATIF-ID-01", "--late", args))
        return None
    if target.due is None:
        problems.append(Problem("WHATIF-DUE-01", "--late", {"text": name}))
        return None
    due = target.due.day
    rows, end = [], base
    for days in range(first, last + 1):
        done = due + timedelta(days=days)
        assumed = [*_in_time(base.obligations, name, events, done), _performed(target, done)]
        end = assess(contract, [*_without(events, name), *assumed], as_of=done, world=world)
        rows.append(_row(end, name, days))
    return Delay(id=name, due=due, rows=tuple(rows), marks=tuple(_marks(end, name, due, last)))


def _without(events: Iterable[Event], name: str) -> list[Event]:
    return [e for e in events if not (e.of == name and e.what in {"delivered", "accepted", "rejected", "paid"})]


def _performed(target: Obligation, day: date) -> Event:
    what = "paid" if target.kind == "payment" else "delivered"
    return Event(what=what, id=f"what-if:{target.id}", of=target.id, at=day, amount=target.amount)


def _in_time(owed: Iterable[Obligation], name: str, events: Sequence[Event], until: date) -> list[Event]:
    """Everything else that falls due by then and has not been done, done on its day."""
    return [
        _performed(o, o.due.day)
        for o in owed
        if o.id != name and o.due is not None and o.done is None and o.due.day <= until and o.kind != "step"
    ]


def _row(made: Assessment, name: str, days: int) -> Row:
    mine = [i for i, charge in enumerate(made.charges) if charge.subject == name]
    cuts = {"maximum": 0, "cap": 0}
    for i in mine:
        for cut in made.liabilities[i].reductions:
            cuts["maximum" if cut.kind == "maximum" else "cap"] += cut.amount.minor
    return Row(
        days=days,
        gross=Money(sum(made.charges[i].gross.minor for i in mine), made.currency),
        maximum=Money(cuts["maximum"], made.currency),
        cap=Money(cuts["cap"], made.currency),
        payable=Money(sum(made.liabilities[i].payable.minor for i in mine), made.currency),
    )


def _marks(made: Assessment, name: str, due: date, last: int) -> Iterable[Mark]:
    """The first day that each limit did not pay in full."""
    for charge, owed in zip(made.charges, made.liabilities, strict=True):
        for cut in owed.reductions if charge.subject == name else ():
            if cut.full is not None:
                on = cut.full + timedelta(days=1)
                yield Mark(days=(on - due).days, on=on, kind=cut.kind, by=cut.by, clause=cut.clause)


# readings and losses


def _reading(contract: Contract, base: Assessment, name: str, value: str, problems: list[Problem]) -> list[Event]:
    """Events that make the last whole window of a measure read so."""
    terms: Measure | Scorecard | None = next((m for m in contract.measures if m.id == name), None)
    terms = terms or next((c for c in contract.scorecards if c.id == name), None)
    if terms is None:
        known = ", ".join([*(m.id for m in contract.measures), *(c.id for c in contract.scorecards)]) or "–"
        problems.append(Problem("WHATIF-ID-02", "--measure", {"text": name, "known": known}))
        return []
    windows = [f for f in base.figures if f.measure == name and f.complete]
    if not windows:
        problems.append(Problem("WHATIF-WINDOW-01", "--measure", {"text": name}))
        return []
    made = _events_for(terms, windows[-1].first, windows[-1].last, value, base.zone)
    if not made:
        problems.append(Problem("WHATIF-KIND-01", "--measure", {"text": name, "kind": terms.kind}))
    return made


def _events_for(terms: Measure | Scorecard, first: date, last: date, value: str, zone: str) -> list[Event]:
    exact = parse_decimal(value)
    if isinstance(terms, Scorecard):
        return [
            Event(what="scored", id=f"what-if:{terms.id}:{item}", of=terms.id, item=item, value=value, at=last)
            for item, weight in terms.weights.items()
            if weight.of is None
        ]
    kind, id_ = terms.kind, f"what-if:{terms.id}"
    if kind == "share of time" and terms.down:
        start = datetime.combine(first, time(0), ZoneInfo(zone))
        length = datetime.combine(last + timedelta(days=1), time(0), ZoneInfo(zone)) - start
        down = timedelta(
            seconds=int(length.total_seconds()) * (100 - exact).numerator // (100 * (100 - exact).denominator)
        )
        return [Event(what=terms.down, id=id_, from_=start, to=start + down)]
    if kind == "share of counts" and terms.of:
        share = exact / 100
        return [Event(what=terms.of, id=id_, value=f"{share.numerator} of {share.denominator}", at=last)]
    if kind == "count" and terms.of:
        return [Event(what=terms.of, id=f"{id_}:{n}", at=last) for n in range(int(exact))]
    if kind in {"mean", "sum", "percentile"} and terms.of:
        return [Event(what=terms.of, id=id_, value=value, at=last)]
    return []


def _loss(contract: Contract, name: str, loss: Money, day: date) -> Event:
    """A loss caused by whom a rule names, proven on the day asked about."""
    rules = [rule for rule in contract.rules if rule.when.state == "loss"]
    by = next((rule.when.id or rule.owed_by for rule in rules if rule.when.id or rule.owed_by), None)
    return Event(what="loss proven", id=name, by=by, at=day, amount=loss)


def _found(made: Assessment, before: set[str]) -> tuple[Found, ...]:
    return tuple(
        Found(
            charge=charge.id,
            clause=charge.clause,
            debtor=charge.debtor,
            creditor=charge.creditor,
            gross=charge.gross,
            payable=owed.payable,
        )
        for charge, owed in zip(made.charges, made.liabilities, strict=True)
        if charge.id not in before
    )


# as text, data, page and paper


def _header(lang: str, *names: str) -> tuple[str, ...]:
    return tuple(words(lang, f"whatif.{name}") for name in names)


def _shown(rows: Sequence[Row], marks: Sequence[Mark]) -> list[Row]:
    """At most some thirty rows for people: each tenth day or so, and the days at which a limit begins to bite."""
    step = max(1, len(rows) // 30)
    near = {mark.days + n for mark in marks for n in (-1, 0)}
    return [row for i, row in enumerate(rows) if i % step == 0 or row is rows[-1] or row.days in near]


def as_text(made: WhatIf, lang: str) -> str:
    """Tables for a terminal."""
    blocks = []
    for delay in made.delays:
        head = words(lang, "whatif.delay", id=delay.id, due=delay.due)
        rows: list[Sequence[str]] = [_header(lang, "days", "gross", "maximum", "cap", "payable")]
        for row in _shown(delay.rows, delay.marks):
            sums = (row.gross, row.maximum, row.cap, row.payable)
            rows.append((str(row.days), *(amount(money) for money in sums)))
        lines = [head, table(rows, right={0, 1, 2, 3, 4})]
        lines += [f"  {_said(mark, lang)}" for mark in delay.marks]
        blocks.append("\n".join(lines))
    if made.charges:
        rows = [_header(lang, "charge", "clause", "debtor", "gross", "payable")]
        rows += [(c.charge, c.clause, c.debtor, amount(c.gross), amount(c.payable)) for c in made.charges]
        blocks.append(f"{words(lang, 'whatif.charges')}\n{table(rows, right={3, 4})}")
    return "\n\n".join(blocks or [words(lang, "whatif.nothing")]) + "\n"


def _said(mark: Mark, lang: str) -> str:
    kind = "maximum" if mark.kind == "maximum" else "cap"
    return words(lang, f"whatif.{kind}-bites", days=mark.days, on=mark.on, by=mark.by, clause=mark.clause)


def as_json(made: WhatIf) -> str:
    """The whole answer, amounts as "72000.00 CNY"."""
    return json.dumps({"format": 1, "delays": [], "charges": [], **plain(made)}, ensure_ascii=False, indent=2) + "\n"


def as_csv(made: WhatIf) -> str:
    """One line for each delay and day."""
    lines = ["id,days,gross,maximum,cap,payable"]
    for delay in made.delays:
        for row in delay.rows:
            sums = (row.gross, row.maximum, row.cap, row.payable)
            lines.append(",".join([delay.id, str(row.days), *(str(money) for money in sums)]))
    lines += [f"{c.charge},,{c.gross},,,{c.payable}" for c in made.charges]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 300, 110, 40, 20, 20
"""The chart in its own units, and the margins in which its words stand."""


def chart(delay: Delay, lang: str) -> str:
    """The charge against the delay as SVG: gross dashed, payable full, a line where each limit bites."""
    rows = delay.rows
    first, last = rows[0].days, max(rows[-1].days, rows[0].days + 1)
    top = max(1, *(row.gross.minor for row in rows))

    def x(days: int) -> int:
        return LEFT + (days - first) * (WIDTH - LEFT - RIGHT) // (last - first)

    def y(minor: int) -> int:
        return HEIGHT - BOTTOM - minor * (HEIGHT - BOTTOM - TOP) // top

    def path(name: str) -> str:
        return " ".join(f"{x(row.days)},{y(getattr(row, name).minor)}" for row in rows)

    currency = rows[0].gross.currency
    parts = [
        f'<polyline class="gross" points="{path("gross")}"/><polyline class="payable" points="{path("payable")}"/>',
        f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
    ]
    for minor in dict.fromkeys((0, top // 2, top)):
        label = amount(Money(minor, currency))
        parts.append(f'<text class="y" x="{LEFT - 6}" y="{y(minor) + 4}">{escape(label)}</text>')
    for days in dict.fromkeys((first, (first + last) // 2, last)):
        parts.append(f'<text class="x" x="{x(days)}" y="{HEIGHT - BOTTOM + 16}">{days}</text>')
    end = x(rows[-1].days)
    parts.append(
        f'<text class="x" x="{(LEFT + end) // 2}" y="{HEIGHT - 8}">{escape(words(lang, "whatif.days"))}</text>'
    )
    apart = abs(y(rows[-1].gross.minor) - y(rows[-1].payable.minor)) > 14
    for name in ("gross", "payable") if apart else ("payable",):
        level = y(getattr(rows[-1], name).minor) + (14 if name == "payable" else 26)
        parts.append(f'<text class="end" x="{end}" y="{level}">{escape(words(lang, f"whatif.{name}"))}</text>')
    for n, mark in enumerate(m for m in delay.marks if first <= m.days <= last):
        at, level = x(mark.days), TOP + 12 + 14 * n
        side = "end" if at > WIDTH // 2 else "start"
        parts.append(f'<path class="mark" d="M{at} {TOP}V{HEIGHT - BOTTOM}"/>')
        beside = at + (-4 if side == "end" else 4)
        parts.append(f'<text class="{side}" x="{beside}" y="{level}">{escape(_said(mark, lang))}</text>')
    title = escape(words(lang, "whatif.delay", id=delay.id, due=delay.due))
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">{"".join(parts)}</svg>'


_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1d2733}
svg{width:100%;height:auto;font-size:11px}polyline{fill:none;stroke-width:2}.gross{stroke:#8a97a6;stroke-dasharray:5 4}
.payable{stroke:#0b5cad}.axis{fill:none;stroke:#1d2733}.mark{stroke:#b3261e;stroke-dasharray:2 3}
.y,.end{text-anchor:end}.x{text-anchor:middle}
table{border-collapse:collapse;width:100%}td,th{padding:.2rem .5rem;text-align:right;border-bottom:1px solid #d5dbe2}
td:first-child,th:first-child{text-align:left}
"""


def as_page(made: WhatIf, lang: str) -> str:
    """One self-contained page, which asks for nothing and runs nothing."""
    parts = [f"<h1>{escape(words(lang, 'whatif.title', contract=made.contract))}</h1>"]
    for delay in made.delays:
        parts.append(f"<h2>{escape(words(lang, 'whatif.delay', id=delay.id, due=delay.due))}</h2>{chart(delay, lang)}")
        rows = [
            (str(row.days), *(amount(m) for m in (row.gross, row.maximum, row.cap, row.payable)))
            for row in _shown(delay.rows, delay.marks)
        ]
        parts.append(_html_table(_header(lang, "days", "gross", "maximum", "cap", "payable"), rows))
    if made.charges:
        found = [(c.charge, c.clause, c.debtor, amount(c.gross), amount(c.payable)) for c in made.charges]
        parts.append(f"<h2>{escape(words(lang, 'whatif.charges'))}</h2>")
        parts.append(_html_table(_header(lang, "charge", "clause", "debtor", "gross", "payable"), found))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(made.contract)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def as_paper(made: WhatIf) -> Document:
    """The tables as a paper, in all languages that it may be printed in."""

    def said(key: str, **args: Any) -> Words:
        return {lang: words(lang, f"whatif.{key}", **args) for lang in LANGUAGES}

    def columns(*names: str) -> tuple[Column, ...]:
        sides: dict[str, Align] = {names[0]: "left"}
        return tuple(Column(said(name), sides.get(name, "right"), 2) for name in names)

    title = said("title", contract=made.contract)
    blocks: list[Block] = [Title(title)]
    for delay in made.delays:
        blocks.append(Heading(said("delay", id=delay.id, due=delay.due)))
        rows = tuple(
            (str(row.days), *(amount(m) for m in (row.gross, row.maximum, row.cap, row.payable)))
            for row in _shown(delay.rows, delay.marks)
        )
        blocks.append(TableBlock(columns("days", "gross", "maximum", "cap", "payable"), rows))
        blocks += [Note({lang: _said(mark, lang) for lang in LANGUAGES}) for mark in delay.marks]
    if made.charges:
        blocks.append(Heading(said("charges")))
        found = tuple((c.charge, c.clause, c.debtor, amount(c.gross), amount(c.payable)) for c in made.charges)
        blocks.append(TableBlock(columns("charge", "clause", "debtor", "gross", "payable"), found))
    return Document(title=title, blocks=tuple(blocks), number=made.contract)


def run(loaded: Loaded, said: Asked, as_of: date) -> WhatIf:
    """The answer for one loaded contract file."""
    assert loaded.contract is not None
    return what_if(loaded.contract, loaded.events, loaded.world, said, as_of)
