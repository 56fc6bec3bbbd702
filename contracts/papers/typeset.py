"""Sets a document on A4 pages in one language or in two columns, straight on reportlab's canvas."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from contracts.papers.breaking import OPENING, TRIMMED, Line, break_lines, for_language, longest_unit, width_of
from contracts.papers.document import (
    Align,
    Block,
    Box,
    Chart,
    Document,
    Entry,
    Heading,
    KeyFigures,
    Note,
    Paragraph,
    Parties,
    Signature,
    TableBlock,
    Title,
    Words,
)
from contracts.papers.face import Face, Inked, bold_face, regular_face
from contracts.papers.pages import Cell, Drawing, Page, Row, Rule, SetLine, Stroke, paginate
from contracts.papers.wording import wording
from core.problems import InputError, Problem

__all__ = ["LANGUAGES", "problems_in", "render"]

LANGUAGES = ("zh-Hans", "zh-Hant", "en")

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT = 64.0, 78.0  # the outer margin stays clear for a seal across the pages' edges
TOP, BOTTOM = 76.0, 68.0
HEAD, FOOT = HEIGHT - 46.0, 40.0
GUTTER = 22.0
MEASURE = WIDTH - LEFT - RIGHT
INK, SOFT, PALE = 0.1, 0.42, 0.78
TALL = 160.0  # a row of a table or a box below this height is not cut by a page's end


class Style(NamedTuple):
    """Size and leading in points; `ink` is a grey from 0 (black) to 1."""

    size: float
    leading: float
    bold: bool = False
    ink: float = INK
    align: Align = "left"
    justify: bool = False


def render(
    document: Document, languages: Sequence[str] = ("zh-Hans", "en"), font: str | os.PathLike[str] | None = None
) -> bytes:
    """The PDF, the same bytes for the same document. One language fills the page; with two, the first stands left.

    Raises InputError with every character the font lacks and every text that is missing in a language, before
    anything is set.
    """
    regular, bold = regular_face(font), bold_face(font)
    problems = problems_in(document, languages, regular)
    if problems:
        raise InputError(problems)
    setter = Setter(tuple(languages), regular, bold, document)
    pages = paginate(setter.rows(document.blocks), HEIGHT - TOP, BOTTOM)
    return _draw(document, setter, pages)


def problems_in(document: Document, languages: Sequence[str], face: Face) -> list[Problem]:
    """All that stands in the way of setting this document in these languages with this font."""
    if len(languages) not in (1, 2) or len(set(languages)) != len(languages) or set(languages) - set(LANGUAGES):
        return [Problem("PAPER-LANGUAGE-01", "", {"languages": ", ".join(languages)})]
    problems: list[Problem] = []
    seen: set[str] = set()
    known = face.chars | {"\n", "\r", "\t"}
    plain = known.issuperset(map(chr, range(0x20, 0x7F)))
    for where, value in _texts(document, ""):
        for language, text in _in_each(value, languages):
            place = f"{where}.{language}" if language else where
            if text is None:
                problems.append(Problem("PAPER-WORDS-01", where, {"language": language}))
            elif not (plain and text.isascii() and text.isprintable()) and not known.issuperset(text):
                for char in sorted(set(text) - known - seen):
                    seen.add(char)
                    problems.append(Problem("PAPER-GLYPH-01", place, {"char": char, "code": f"U+{ord(char):04X}"}))
    problems += [
        Problem("PAPER-TABLE-01", f"blocks[{b}].rows[{r}]", {"cells": len(row), "columns": len(block.columns)})
        for b, block in enumerate(document.blocks)
        if isinstance(block, TableBlock)
        for r, row in enumerate(block.rows)
        if len(row) != len(block.columns)
    ]
    return problems


def _texts(value: object, where: str) -> Iterator[tuple[str, Words | str]]:
    """Every text in a document with its path."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            if field not in ("align", "emphasis"):
                yield from _texts(getattr(value, field), f"{where}.{field}" if where else field)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts(item, f"{where}[{index}]")
    elif isinstance(value, (dict, str)):
        yield where, value


def _in_each(value: Words | str, languages: Sequence[str]) -> list[tuple[str, str | None]]:
    if isinstance(value, str):
        return [("", value)]
    return [(language, value.get(language)) for language in languages]


class Setter:
    """Turns blocks into rows of set lines; it knows the languages, the columns and the two weights."""

    def __init__(self, languages: tuple[str, ...], regular: Face, bold: Face, document: Document) -> None:
        self.languages = languages
        self.document = document
        self.regular = Inked(regular, "S1")
        self.bold = Inked(bold, "S2")
        self.two = len(languages) == 2
        self.width = (MEASURE - GUTTER) / 2 if self.two else MEASURE
        self.lefts = (LEFT, LEFT + self.width + GUTTER) if self.two else (LEFT,)
        self.frames = 0
        self.styles: dict[tuple[str, str], Style] = {}

    def rows(self, blocks: Sequence[Block]) -> list[Row]:
        rows: list[Row] = []
        for block in blocks:
            rows += self._rows_of(block)
        return rows

    def _rows_of(self, block: Block) -> list[Row]:
        match block:
            case Title():
                return self._title(block)
            case Parties():
                return self._parties(block)
            case Heading():
                return self._heading(block)
            case Paragraph():
                return [self._paragraph(block)]
            case Box():
                return self._box(block)
            case TableBlock():
                return self._table(block)
            case Note():
                return [self._columns(block.words, "note", before=5.0)]
            case KeyFigures():
                return self._figures(block)
            case Chart():
                return self._chart(block)
            case Signature():
                return self._signature(block)
            case _:  # a page break
                return [Row((), new_page=True)]

    # Text to lines

    def _style(self, role: str, language: str = "") -> Style:
        found = self.styles.get((role, language))
        if found is None:
            found = self.styles[role, language] = self._styled(role, language == "en", self.two)
        return found

    def _styled(self, role: str, latin: bool, two: bool) -> Style:
        """The one place where sizes are decided."""
        match role:
            case "body" if two:
                return Style(9.2, 14.4) if latin else Style(9.6, 15.4, justify=True)
            case "body":
                return Style(10.2, 16.2, justify=True) if latin else Style(10.5, 18.5, justify=True)
            case "title":
                return Style(15.0, 23.0, True, align="center") if latin else Style(19.0, 30.0, True, align="center")
            case "line":
                return Style(9.2, 15.0, ink=SOFT, align="center")
            case "heading1":
                return Style(10.4, 16.0, True) if latin else Style(11.0, 17.5, True)
            case "heading2" | "heading3":
                return Style(9.4, 14.4, True) if latin else Style(9.8, 15.4, True)
            case "label":
                return Style(8.0, 12.5, ink=SOFT)
            case "cell":
                return Style(8.4, 11.6) if latin else Style(8.8, 13.2)
            case "head":
                return Style(7.8, 11.0, True) if latin else Style(8.4, 12.6, True)
            case "figure":
                return Style(16.5, 25.0, True)
            case _:
                return Style(7.6, 11.6, ink=SOFT) if latin else Style(7.8, 12.4, ink=SOFT)

    def _said(self, value: Words | str, language: str) -> str:
        text = value if isinstance(value, str) else value[language]
        if "\t" in text or "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        return for_language(text, language, self.regular.face)

    def _set(self, text: str, style: Style, width: float, indent: float = 0.0) -> list[SetLine]:
        face = (self.bold if style.bold else self.regular).face
        room = width - indent
        return [self._set_line(line, style, room, indent) for line in break_lines(text, face, style.size, room)]

    def _set_line(self, line: Line, style: Style, width: float, indent: float) -> SetLine:
        size, leading, bold, ink, align, justify = style
        text, wide, last = line
        if text and text[0] in OPENING and align == "left":
            indent -= size * 0.45  # the empty half of an opening mark must not look like an indent
            width += size * 0.45
        if justify and not last:
            slack = width - wide + (size / 2 if text[-1:] in TRIMMED else 0)  # half a mark may stand over the edge
            if slack > 0.05:
                return SetLine(self._stretched(text, style, slack), indent, size, leading, ink)
        elif align != "left":
            indent += (width - wide) / 2 if align == "center" else width - wide
        return SetLine(self._runs(text, bold), indent, size, leading, ink)

    def _runs(self, text: str, bold: bool) -> tuple[tuple[str, str], ...]:
        """Font keys with the codes they show; characters that the bold lacks are shown by the regular."""
        inked = self.bold if bold else self.regular
        if not bold or inked.face.widths.keys() >= set(text):
            return ((inked.key, text.translate(inked.codes)),)
        has = inked.face.widths
        parts: list[tuple[Inked, str]] = []
        for char in text:
            fit = inked if char in has else self.regular
            if parts and parts[-1][0] is fit:
                parts[-1] = (fit, parts[-1][1] + char)
            else:
                parts.append((fit, char))
        return tuple((fit.key, part.translate(fit.codes)) for fit, part in parts)

    def _stretched(self, text: str, style: Style, slack: float) -> tuple[tuple[str, str], ...]:
        """As `_runs`, with the slack spread over spaces and Chinese characters, unless that would tear the line."""
        inked = self.bold if style.bold else self.regular
        if style.bold and not inked.face.widths.keys() >= set(text):
            return self._runs(text, True)
        codes = text.translate(inked.spread).rstrip(";")
        gaps = codes.count(";")
        spaces = text.count(" ")
        most = style.size * (0.55 * spaces + 0.16 * (gaps - spaces))
        if not gaps or slack > most:
            return self._runs(text, style.bold)
        return ((inked.key, codes.replace(";", f"){-slack / gaps * 1000 / style.size:.0f}(")),)

    def said_once(self, value: Words | str, languages: Sequence[str]) -> str:
        """All languages on one line; what is the same in both stands once."""
        return " · ".join(dict.fromkeys(self._said(value, language).replace("\n", " ") for language in languages))

    def set_small(self, text: str, style: Style) -> list[SetLine]:
        return self._set(text, style, MEASURE)

    # Blocks to rows

    def _columns(self, words: Words | str, role: str, *, before: float) -> Row:
        """One paragraph, a column for each language."""
        cells = [
            Cell(left, self._set(self._said(words, language), self._style(role, language), self.width))
            for left, language in zip(self.lefts, self.languages, strict=True)
        ]
        return Row(tuple(cells), before=before)

    def _stack(self, words: Words | str, role: str, left: float, width: float, **change: Any) -> Cell:
        """All languages one below the other, line by line; what is the same in both stands once."""
        lines: list[SetLine] = []
        said = [self._said(words, language).split("\n") for language in self.languages]
        if len({len(parts) for parts in said}) > 1:
            said = [["\n".join(parts)] for parts in said]
        for parts in zip(*said, strict=True):
            for index, text in enumerate(parts):
                if text not in parts[:index]:
                    lines += self._set(text, self._style(role, self.languages[index])._replace(**change), width)
        return Cell(left, lines)

    def _title(self, block: Title) -> list[Row]:
        rows = [Row((self._stack(block.words, "title", LEFT, MEASURE),), before=18.0, keep=True)]
        rows += [Row((self._stack(line, "line", LEFT, MEASURE),), before=2.0, keep=True) for line in block.lines]
        rows.append(Row((), before=10.0, rule=Rule(LEFT, LEFT + MEASURE, 0.8, INK), keep=True, after=6.0))
        return rows

    def _heading(self, block: Heading) -> list[Row]:
        role = f"heading{min(max(block.level, 1), 3)}"
        cells = []
        for left, language in zip(self.lefts, self.languages, strict=True):
            number, text = self._said(block.number, language), self._said(block.words, language)
            gap = "  " if language == "en" else "　"
            whole = f"{number}{gap}{text}" if number else text
            cells.append(Cell(left, self._set(whole, self._style(role, language), self.width)))
        return [Row(tuple(cells), before=15.0 if block.level == 1 else 9.0, keep=True, after=1.0)]

    def _paragraph(self, block: Paragraph, *, frame: int = 0) -> Row:
        cells = []
        announces = False  # "the following:" is not parted from what follows
        inset = 9.0 if frame else 0.0
        for left, language in zip(self.lefts, self.languages, strict=True):
            style = self._style("body", language)
            if block.emphasis == "bold":
                style = style._replace(bold=True)
            step = style.size * 2.3
            indent = block.level * step
            lines: list[SetLine] = []
            width = self.width - (inset * 2 if not self.two else inset)
            offset = inset if left == LEFT else 0.0
            number = self._said(block.number, language)
            text = self._said(block.words, language)
            if number:
                wide = width_of(number, self.regular.face) * style.size / 1000
                hang = max(step, wide + style.size * 0.55)
                mark = SetLine(self._runs(number, style.bold), indent, style.size, style.leading, style.ink)
                lines = self._set(text, style, width, indent + hang)
                lines[0] = lines[0].after(mark)
            else:
                lines = self._set(text, style, width, indent)
            cells.append(Cell(left + offset, lines))
            announces = announces or text.rstrip().endswith(("：", ":"))
        return Row(tuple(cells), before=4.0, frame=frame, keep=announces)

    def _box(self, block: Box) -> list[Row]:
        self.frames += 1
        rows = [self._paragraph(paragraph, frame=self.frames) for paragraph in block.paragraphs]
        return [row.changed(whole=row.height < TALL) for row in rows]

    def _parties(self, block: Parties) -> list[Row]:
        rows = []
        colons = wording(self.languages, "papers.colon")
        labels = [entry.label for party in block.parties for entry in party.entries]
        for party in block.parties:
            cells: list[Cell] = []
            for left, language in zip(self.lefts, self.languages, strict=True):
                label, name = self._said(party.label, language), self._said(party.name, language)
                whole = for_language(f"{label}{colons[language]}{name}", language, self.regular.face)
                cells.append(Cell(left, self._set(whole, self._style("heading2", language), self.width)))
            rows.append(Row(tuple(cells), before=9.0, keep=bool(party.entries)))
            for index, entry in enumerate(party.entries):
                cells = [
                    self._entry(entry, left, language, self._hang(labels, language))
                    for left, language in zip(self.lefts, self.languages, strict=True)
                ]
                rows.append(Row(tuple(cells), before=1.5, keep=index < len(party.entries) - 1))
        return [*rows[:-1], *(row.changed(after=6.0) for row in rows[-1:])]

    def _hang(self, labels: Sequence[Words], language: str) -> float:
        """Room for the widest of these labels, up to half the column."""
        size = self._style("cell", language).size
        widest = max([width_of(self._said(label, language), self.regular.face) for label in labels], default=0.0)
        return min(widest * size / 1000 + 10.0, self.width / 2)

    def _entry(self, entry: Entry, left: float, language: str, hang: float) -> Cell:
        style = self._style("cell", language)
        lines = self._set(self._said(entry.value, language), style, self.width, hang)
        marks = self._set(self._said(entry.label, language), style._replace(ink=SOFT), hang - 8.0)
        joined = [line.after(mark) for line, mark in zip(lines, marks, strict=False)]
        return Cell(left, joined + lines[len(joined) :] + marks[len(joined) :])

    def _table(self, block: TableBlock) -> list[Row]:
        pad = 4.0
        widths = self._column_widths(block, pad)
        lefts = [LEFT + sum(widths[:index]) for index in range(len(widths))]

        def row(values: Sequence[Words | str], role: str, bold: bool, rule: Rule) -> Row:
            cells = tuple(
                self._stack(value, role, left + pad, width - 2 * pad, align=column.align, bold=bold)
                for value, column, left, width in zip(values, block.columns, lefts, widths, strict=True)
            )
            made = Row(cells, pad=3.6, rule=rule)
            return made.changed(whole=made.height < TALL)

        heavy, light = Rule(LEFT, LEFT + MEASURE, 0.7, INK), Rule(LEFT, LEFT + MEASURE, 0.35, PALE)
        head = row([column.header for column in block.columns], "head", True, heavy)
        head = head.changed(before=9.0, keep=True, whole=True, top=Rule(LEFT, LEFT + MEASURE, 0.7, INK))
        body = len(block.rows) - block.totals
        rows = [head]
        for index, values in enumerate(block.rows):
            last = index in (body - 1, len(block.rows) - 1)
            made = row(values, "cell", index >= body, heavy if last else light)
            keep = index >= body - 1 and index < len(block.rows) - 1
            rows.append(made.changed(head=head, keep=keep, after=8.0 if index == len(block.rows) - 1 else 0.0))
        return rows

    def _column_widths(self, block: TableBlock, pad: float) -> list[float]:
        """By share, but none narrower than its longest word or amount, as long as the others can give way."""
        columns = block.columns
        said = [(column.header, *(row[index] for row in block.rows)) for index, column in enumerate(columns)]
        least = [min(self._longest(texts) + 2 * pad + 0.5, MEASURE / 3) for texts in said]
        widths = [MEASURE * column.share / sum(column.share for column in columns) for column in columns]
        if sum(least) > MEASURE:
            return widths
        while any(width < low - 0.01 for width, low in zip(widths, least, strict=True)):
            tight = [width <= low for width, low in zip(widths, least, strict=True)]
            held = sum(low for low, held in zip(least, tight, strict=True) if held)
            free = sum(width for width, held in zip(widths, tight, strict=True) if not held)
            scale = (MEASURE - held) / free if free else 1.0
            widths = [low if held else width * scale for width, low, held in zip(widths, least, tight, strict=True)]
        return widths

    def _longest(self, texts: Sequence[Words | str]) -> float:
        """The widest thing in these cells that no line break may part, in points."""
        widest = 0.0
        for text in texts:
            for language in self.languages:
                style = self._style("cell", language)
                face = self.bold.face
                widest = max(widest, longest_unit(self._said(text, language), face) * style.size / 1000)
        return widest

    def _figures(self, block: KeyFigures) -> list[Row]:
        count = max(len(block.figures), 1)
        gap = 16.0
        width = (MEASURE - gap * (count - 1)) / count
        cells = []
        for index, figure in enumerate(block.figures):
            left = LEFT + index * (width + gap)
            lines = self._stack(figure.label, "label", left, width).lines
            lines += self._set(figure.figure, self._style("figure"), width)
            if figure.note:
                lines += self._stack(figure.note, "note", left, width).lines
            cells.append(Cell(left, lines))
        thick = Rule(LEFT, LEFT + MEASURE, 0.8, INK)
        return [Row(tuple(cells), before=10.0, pad=9.0, whole=True, top=thick, rule=thick, after=6.0)]

    def _chart(self, block: Chart) -> list[Row]:
        """Scale lines with their amounts on them, the curves, the numbered uprights, and under it what is what."""
        top, high = 16.0, 170.0
        small = Style(7.4, 10.0, ink=SOFT)

        def place(at: int, value: int) -> tuple[float, float]:
            return LEFT + MEASURE * block.x(at) / 1000, top + high - high * block.y(value) / 1000

        first, last = block.across[0][0], block.across[-1][0]
        strokes, lines = [], []
        for value, said in block.up:
            level = place(first, value)[1]
            floor = value == block.up[0][0]  # says nothing: the curves begin there
            strokes.append(Stroke((place(first, value), place(last, value)), 0.5, INK if floor else PALE))
            lines.append((LEFT, level - 2.5, self._short("" if floor else said, small)))
        for at, said in block.across:
            side: Align = "left" if at == first else "right" if at == last else "center"
            lines.append((place(at, 0)[0], top + high + 10.0, self._short(said, small, side)))
        for number, upright in enumerate(block.uprights, 1):
            x = place(upright.at, 0)[0]
            strokes.append(Stroke(((x, top - 4.0), (x, top + high)), 0.6, INK, "1.5 2"))
            lines.append((x, top - 7.0, self._short(str(number), small._replace(bold=True, ink=INK), "center")))
        x, foot = LEFT, top + high + 25.0
        for curve in block.curves:
            dash, weight = ("4 2.5", 0.9) if curve.dashed else ("", 1.4)
            strokes.append(Stroke(tuple(place(at, value) for at, value in curve.points), weight, INK, dash))
            strokes.append(Stroke(((x, foot - 2.6), (x + 18.0, foot - 2.6)), weight, INK, dash))
            said = self.said_once(curve.words, self.languages)
            lines.append((x + 23.0, foot, self._short(said, small)))
            x += 40.0 + width_of(said, self.regular.face) * small.size / 1000
        lines.append((LEFT + MEASURE, foot, self._short(self.said_once(block.name, self.languages), small, "right")))
        drawing = Drawing(foot + 6.0, tuple(strokes), tuple(lines))
        rows = [Row((), before=8.0, whole=True, drawing=drawing, keep=bool(block.uprights))]
        for number, upright in enumerate(block.uprights, 1):
            said_with = {language: f"{number}  {text}" for language, text in upright.words.items()}
            rows.append(self._columns(said_with, "note", before=3.0))
        return rows

    def _short(self, text: str, style: Style, side: Align = "left") -> SetLine:
        """A few words on one line, set from, to or around a point."""
        text = for_language(text, self.languages[0], self.regular.face)
        wide = width_of(text, self.regular.face) * style.size / 1000
        shift = {"left": 0.0, "center": -wide / 2, "right": -wide}[side]
        return SetLine(self._runs(text, style.bold), shift, style.size, style.leading, style.ink)

    def _signature(self, block: Signature) -> list[Row]:
        def opening(words: Words) -> Row:
            return Row((self._stack(words, "line", LEFT, MEASURE),), before=26.0, keep=True, after=8.0)

        here = opening(wording(self.languages, "papers.no-text-below"))
        apart = opening(wording(self.languages, "papers.signature-page", title=self.document.title))
        rows = [here.changed(on_new_page=apart)]
        width = (MEASURE - GUTTER) / 2
        for start in range(0, len(block.parties), 2):
            cells = []
            for party, left in zip(block.parties[start : start + 2], (LEFT, LEFT + width + GUTTER), strict=False):
                sealed = wording(self.languages, "papers.sealed", label=party.label)
                lines = self._stack(sealed, "heading2", left, width).lines
                lines += self._stack(party.name, "cell", left, width).lines
                lines.append(SetLine((), 0.0, 8.0, 54.0, INK))  # room for the seal
                for words in party.lines or self._sign_lines():
                    lines += self._stack(words, "label", left, width).lines
                    lines.append(SetLine((), 0.0, 8.0, 21.0, INK, rule=width * 0.86))
                cells.append(Cell(left, lines))
            rows.append(Row(tuple(cells), before=16.0, whole=True, keep=start + 2 < len(block.parties)))
        return rows

    def _sign_lines(self) -> tuple[Words, ...]:
        asked = ("representative", "name", "date", "place")
        return tuple(wording(self.languages, f"papers.sign.{what}") for what in asked)


def _draw(document: Document, setter: Setter, pages: list[Page]) -> bytes:
    """Write the pages, with running head and foot, and embed what was used of the two weights."""
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfgen.canvas import Canvas

    rl_config.useA85 = 0
    start = _Dynamic()
    pdfmetrics.registerFont(start)
    out = io.BytesIO()
    lang = setter.languages[0]
    canvas = Canvas(
        out, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, initialFontName=start.name, lang=lang
    )
    canvas.setTitle(" / ".join(document.title[language] for language in setter.languages))
    canvas.setSubject(document.number)
    canvas.setAuthor("")
    canvas.setCreator("Spondeo")
    canvas.setProducer("Spondeo")
    running = running_head(document, setter)
    for number, page in enumerate(pages, 1):
        page.lines += running if number > 1 else running[1:]
        page.lines.append(foot(setter, number, len(pages)))
        if number > 1:
            page.rules.append((Rule(LEFT, LEFT + MEASURE, 0.35, PALE), HEAD - 6.0))
        canvas.addLiteral(page.operators())
        canvas.showPage()
    for index, inked in enumerate((setter.regular, setter.bold)):
        if inked.codes.given:
            inked.embed(canvas._doc, index)
    canvas.save()
    return out.getvalue()


class _Dynamic:
    """Stands in as the canvas' first font, so that no unembedded Helvetica is written."""

    def __init__(self) -> None:
        self.fontName = self.name = "spondeo-dynamic"
        self.face = self
        self._dynamicFont = self._multiByte = 1


def running_head(document: Document, setter: Setter) -> list[tuple[float, float, SetLine]]:
    """Title left, which the first page does not need, and number with version right."""
    version = setter.said_once(document.version, setter.languages[:1])
    right = " · ".join(part for part in (document.number, version) if part)
    small = Style(7.4, 10.0, ink=SOFT)
    [left, *_] = setter.set_small(setter.said_once(document.title, setter.languages), small)
    [mark, *_] = setter.set_small(right, small._replace(align="right"))
    return [(LEFT, HEAD, left), (LEFT, HEAD, mark)]


def foot(setter: Setter, number: int, pages: int) -> tuple[float, float, SetLine]:
    """Page x of y."""
    said = wording(setter.languages, "papers.page", page=number, pages=pages)
    [line, *_] = setter.set_small(setter.said_once(said, setter.languages), Style(7.4, 10.0, ink=SOFT, align="center"))
    return LEFT, FOOT, line
