"""What a paper says, as values: blocks of words in one or two languages, before any thought of pages."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "Align", "Block", "Box", "Chart", "Column", "Curve", "Document",
    "Entry", "Heading", "KeyFigure", "KeyFigures", "Note", "PageBreak",
    "Paragraph", "Parties", "Party", "Signatory", "Signature", "TableBlock", "Title", "Upright", "Words",
]  # fmt: skip

Words = dict[str, str]
"""The same thing said in several languages, by tag: `{"zh-Hans": "合同", "en": "Contract"}`."""

Align = Literal["left", "center", "right"]


class Title(msgspec.Struct, frozen=True, tag="title"):
    """The name of the paper over the full width; `lines` stand centred below it (number, place and date of signing)."""

    words: Words
    lines: tuple[Words | str, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """One line of a party's block: what it is, and its value (a string is the same in every language)."""

    label: Words
    value: Words | str


class Party(msgspec.Struct, frozen=True):
    """Label ("甲方 / Party A"), registered name and particulars."""

    label: Words
    name: Words
    entries: tuple[Entry, ...] = ()


class Parties(msgspec.Struct, frozen=True, tag="parties"):
    parties: tuple[Party, ...]


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """Level 1 is a chapter or article, 2 and 3 stand below it; never left alone at the foot of a page."""

    words: Words
    level: int = 1
    number: Words | str = ""


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """One paragraph (款) or item; `level` indents it, `number` hangs to its left, a newline breaks the line."""

    words: Words
    number: Words | str = ""
    level: int = 0
    emphasis: Literal["plain", "bold"] = "plain"


class Box(msgspec.Struct, frozen=True, tag="box"):
    """Clauses that limit or exempt and must be seen (Civil Code art. 496): framed, and bold where they say so."""

    paragraphs: tuple[Paragraph, ...]


class Column(msgspec.Struct, frozen=True):
    """`share` is its part of the table's width, in proportion to the other columns' shares."""

    header: Words
    align: Align = "left"
    share: int = 1


class TableBlock(msgspec.Struct, frozen=True, tag="table"):
    """A table over the full width; its header comes again on every page. The last `totals` rows are set bold."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Words | str, ...], ...]
    totals: int = 0


class Note(msgspec.Struct, frozen=True, tag="note"):
    """Small print: sources, conventions, reserves."""

    words: Words


class KeyFigure(msgspec.Struct, frozen=True):
    label: Words
    figure: str
    note: Words | None = None


class KeyFigures(msgspec.Struct, frozen=True, tag="figures"):
    """The two or three figures for which the paper is opened."""

    figures: tuple[KeyFigure, ...]


class Signatory(msgspec.Struct, frozen=True):
    """Who signs. Without `lines`, those usual in China: signature of the representative, name, date, place."""

    label: Words
    name: Words
    lines: tuple[Words, ...] | None = None


class Signature(msgspec.Struct, frozen=True, tag="signature"):
    """Where the parties sign, never parted by a page's end, and after the words that no text follows."""

    parties: tuple[Signatory, ...]


class Curve(msgspec.Struct, frozen=True):
    """Points (across, up) joined by straight lines."""

    words: Words
    points: tuple[tuple[int, int], ...]
    dashed: bool = False


class Upright(msgspec.Struct, frozen=True):
    """A place across at which something begins; drawn as a line with its number, said in words below the chart."""

    at: int
    words: Words


class Chart(msgspec.Struct, frozen=True, tag="chart"):
    """Curves over one another. `across` and `up` are the marks on the scales, ascending; the first and the last are
    its ends; `name` says what is counted across.
    """

    name: Words
    across: tuple[tuple[int, str], ...]
    up: tuple[tuple[int, str], ...]
    curves: tuple[Curve, ...]
    uprights: tuple[Upright, ...] = ()

    def x(self, at: int) -> int:
        """How far across, in thousandths of the width."""
        first, last = self.across[0][0], self.across[-1][0]
        return (at - first) * 1000 // (last - first)

    def y(self, value: int) -> int:
        """How far up, in thousandths of the height."""
        first, last = self.up[0][0], self.up[-1][0]
        return (value - first) * 1000 // (last - first)


class PageBreak(msgspec.Struct, frozen=True, tag="page-break"):
    pass


Block = Title | Parties | Heading | Paragraph | Box | TableBlock | Note | KeyFigures | Chart | Signature | PageBreak


class Document(msgspec.Struct, frozen=True):
    """A whole paper; `title`, `number` and `version` run along the top of each page."""

    title: Words
    blocks: tuple[Block, ...]
    number: str = ""
    version: Words | str = ""
