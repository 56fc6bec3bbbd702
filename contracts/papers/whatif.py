"""What an assumption would cost, as text, data, page and paper: tables, and the charge against the delay as a chart."""

import json
from collections.abc import Sequence
from typing import Any

from contracts.papers.document import (
    Align,
    Block,
    Chart,
    Column,
    Curve,
    Document,
    Heading,
    TableBlock,
    Title,
    Upright,
    Words,
)
from contracts.papers.text import amount, table
from contracts.papers.voice import Voice
from contracts.whatif import Delay, Mark, Row, WhatIf
from core.canonical import plain
from core.money import Money
from core.terms import Contract
from locales import LANGUAGES, speak, words

__all__ = ["as_csv", "as_json", "as_page", "as_paper", "as_text", "chart"]

LIMITS = {"maximum", "cap"}
COLUMNS = ("days", "gross", "maximum", "cap", "payable")
FOUND = ("charge", "clause", "debtor", "gross", "payable")


def shown(rows: Sequence[Row], marks: Sequence[Mark]) -> list[Row]:
    """At most some thirty rows for people: each tenth day or so, and the days at which a limit begins to bite."""
    step = max(1, len(rows) // 30)
    near = {mark.days + n for mark in marks for n in (-1, 0)}
    return [row for i, row in enumerate(rows) if i % step == 0 or row is rows[-1] or row.days in near]


def said(mark: Mark, lang: str) -> str:
    """Which limit begins to bite, on which day."""
    kind = "maximum" if mark.kind == "maximum" else "cap"
    return words(lang, f"whatif.{kind}-bites", days=mark.days, on=mark.on, by=mark.by, clause=mark.clause)


def headed(delay: Delay, lang: str) -> str:
    """What is late, by id and title, and when it is due."""
    named = f"{delay.id} {speak(lang, delay.title) if delay.title else ''}".strip()
    return words(lang, "whatif.delay", id=named, due=delay.due)


def sums(row: Row) -> tuple[Money, ...]:
    return row.gross, row.maximum, row.cap, row.payable


def kept(delay: Delay) -> list[tuple[str, list[Money]]]:
    """The columns of a table that is read by people, each with its amounts: limits only where one bites."""
    rows = shown(delay.rows, delay.marks)
    columns = [(name, [getattr(row, name) for row in rows]) for name in COLUMNS[1:]]
    return [(name, sums) for name, sums in columns if name not in LIMITS or any(money.minor for money in sums)]


def as_text(made: WhatIf, lang: str) -> str:
    """Tables for a terminal."""
    blocks = []
    for delay in made.delays:
        head = headed(delay, lang)
        rows: list[Sequence[str]] = [_header(lang, COLUMNS)]
        rows += [(str(row.days), *map(amount, sums(row))) for row in shown(delay.rows, delay.marks)]
        lines = [head, table(rows, right={0, 1, 2, 3, 4})]
        lines += [f"  {said(mark, lang)}" for mark in delay.marks]
        blocks.append("\n".join(lines))
    if made.charges:
        rows = [_header(lang, FOUND)]
        rows += [(c.charge, c.clause, c.debtor, amount(c.gross), amount(c.payable)) for c in made.charges]
        blocks.append(f"{words(lang, 'whatif.charges')}\n{table(rows, right={3, 4})}")
    return "\n\n".join(blocks or [words(lang, "whatif.nothing")]) + "\n"


def _header(lang: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(words(lang, f"whatif.{name}") for name in names)


def as_json(made: WhatIf) -> str:
    """The whole answer, amounts as "72000.00 CNY"."""
    return json.dumps({"format": 1, "delays": [], "charges": [], **plain(made)}, ensure_ascii=False, indent=2) + "\n"


def as_csv(made: WhatIf) -> str:
    """One line for each delay and day."""
    lines = ["id,days,gross,maximum,cap,payable"]
    for delay in made.delays:
        for row in delay.rows:
            lines.append(",".join([delay.id, str(row.days), *(str(money) for money in sums(row))]))
    lines += [f"{c.charge},,{c.gross},,,{c.payable}" for c in made.charges]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def chart(delay: Delay) -> Chart | None:
    """The charge against the delay: before limits dashed, payable in full, an upright where each limit bites; None for
    a single day.
    """
    rows = delay.rows
    if len(rows) < 2:
        return None
    first, last = rows[0].days, rows[-1].days
    inside = [mark for mark in delay.marks if first <= mark.days <= last]
    return Chart(
        name=_said("days"),
        across=tuple((day, str(day)) for day in _scale(first, last)),
        up=tuple((minor, amount(Money(minor, rows[0].gross.currency))) for minor in _levels(rows)),
        curves=tuple(
            Curve(_said(name), tuple((row.days, getattr(row, name).minor) for row in rows), dashed=name == "gross")
            for name in ("gross", "payable")
        ),
        uprights=tuple(Upright(mark.days, {lang: said(mark, lang) for lang in LANGUAGES}) for mark in inside),
    )


def _scale(first: int, last: int) -> list[int]:
    """Both ends, and round numbers between them that stand well apart."""
    step = _round_step(last - first, 6)
    inner = [day for day in range(first - first % step + step, last, step) if min(day - first, last - day) * 2 >= step]
    return [first, *inner, last]


def _levels(rows: Sequence[Row]) -> list[int]:
    """Zero and round amounts up to the first that is not below the highest."""
    top = max(1, *(row.gross.minor for row in rows))
    step = _round_step(top, 4)
    return list(range(0, top + step, step))


def _round_step(length: int, most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … of which at most so many fit into the length."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if length <= step * factor * most:
                return step * factor
        step *= 10


def _said(key: str, **args: Any) -> Words:
    return {lang: words(lang, f"whatif.{key}", **args) for lang in LANGUAGES}


def as_page(made: WhatIf, lang: str, contract: Contract) -> str:
    """One self-contained page in all languages, which asks for nothing."""
    from contracts.papers.page import shell

    title = _said("title", contract=made.contract)
    return shell(
        "whatif.html",
        [Voice(tag, contract) for tag in LANGUAGES],
        {tag: title[tag] for tag in LANGUAGES},
        lang=lang,
        made=made,
        charts=[chart(delay) for delay in made.delays],
        shown=shown,
        said=said,
        headed=headed,
        kept=kept,
        contract=contract,
    )


def as_paper(made: WhatIf, contract: Contract) -> Document:
    """The charts and tables as a paper, in all languages that it may be printed in."""

    def columns(names: Sequence[str], texts: int) -> tuple[Column, ...]:
        sides: list[Align] = ["left" if at < texts else "right" for at in range(len(names))]
        return tuple(Column(_said(name), side, 2) for name, side in zip(names, sides, strict=True))

    title = _said("title", contract=made.contract)
    blocks: list[Block] = [Title(title)]
    for delay in made.delays:
        blocks.append(Heading({lang: headed(delay, lang) for lang in LANGUAGES}))
        if (drawn := chart(delay)) is not None:
            blocks.append(drawn)
        listed = kept(delay)
        days = [str(row.days) for row in shown(delay.rows, delay.marks)]
        rows = tuple(zip(days, *(map(amount, sums) for _, sums in listed), strict=True))
        blocks.append(TableBlock(columns(("days", *(name for name, _ in listed)), 1), rows))
    if made.charges:
        voices = [Voice(tag, contract) for tag in LANGUAGES]
        blocks.append(Heading(_said("charges")))
        owing = [{voice.lang: voice.who(c.debtor) for voice in voices} for c in made.charges]
        found = tuple(
            (c.charge, c.clause, debtor, amount(c.gross), amount(c.payable))
            for c, debtor in zip(made.charges, owing, strict=True)
        )
        blocks.append(TableBlock(columns(FOUND, 3), found))
    return Document(title=title, blocks=tuple(blocks), number=made.contract)
