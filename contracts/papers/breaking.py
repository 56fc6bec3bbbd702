"""Where a line of mixed Chinese and Latin text may end, and how a paragraph falls into lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, takewhile
from typing import NamedTuple

from contracts.papers.face import TIGHT, Face

__all__ = [
    "NO_END", "NO_START", "OPENING", "TRIMMED", "Line", "break_lines", "for_language", "longest_unit", "width_of",
]  # fmt: skip

# GB/T 15834 and practice: what may not begin a line, what may not end one. The private points are narrow quotes.
NO_START = "!),.:;?]}%、。，．：；？！）］｝〕〉》」』】〗”’…—–～·％‰℃°\ue019\ue01d\ue026"
NO_END = "([{（［｛〔〈《「『【〖“‘￥＄￡§№¥$£€#\ue018\ue01c"

# Marks whose square is half empty. Two in a row would leave a hole: TIGHT, no character, takes half a square back.
TRIMMED = "、。，．：；）］｝〕〉》」』】〗”’"
OPENING = "（［｛〔〈《「『【〖“‘"
PAIR = re.compile(f"([{TRIMMED}])(?=[{TRIMMED}{OPENING}])|([{OPENING}])(?=[{OPENING}])")

CJK = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u2460-\u24ff\u25a0-\u25ff"
_OPEN, _CLOSE = re.escape(NO_END) + TIGHT, re.escape(NO_START) + TIGHT
_WORD = rf"[^\s{CJK}]"
_WORD_END = rf"[^\s{CJK}{_OPEN}]"
_NUMBER = r"[0-9][0-9,]*(?:\.[0-9]+)?"

# One unit is never cut: a character or a word with the marks that belong to it; 第8.2条, CNY 1,200.00, 30日 stay whole.
_UNIT = rf"""
    ([A-Za-z]+,?(?=[ ][A-Za-z]) | (?:[{_OPEN}]\s*)*
     (?: 第[0-9.一二三四五六七八九十百零〇]{{1,8}}[条條章节節款项項页頁]
       | (?:[A-Z]{{3}}[ ])-?{_NUMBER}(?![0-9A-Za-z])
       | {_NUMBER}[年月日天元角分条條款项項个個份次倍]
       | (?:[^\s{CJK}\-]|-(?![A-Za-z]))*[A-Za-z]-(?=[A-Za-z])
       | {_WORD}*{_WORD_END}
       | [{CJK}]
     )?
     (?:\s*[{_CLOSE}])*
    )(\s*)"""
UNITS = re.compile(_UNIT, re.VERBOSE)

# Characters of 第…条 and of numbers with their counters: next to one of these a boundary is not certain.
_COUNTED = frozenset("第一二三四五六七八九十百零〇条條章节節款項项页頁")

AHEAD = 40
"""How far past a line's edge units are looked at: enough for the marks that follow one."""


class Line(NamedTuple):
    """Text without the spaces at its end, its natural width in points, and whether the text or a newline ends here."""

    text: str
    width: float
    last: bool


def width_of(text: str, face: Face) -> float:
    """Width in thousandths of the size."""
    return sum(map(face.widths.__getitem__, text))


def for_language(text: str, language: str, face: Face) -> str:
    """Narrow quotes (throughout in a Latin language, within Latin words in Chinese); close up Chinese marks."""
    if text.isascii():
        return text
    if not language.startswith("zh"):
        return text.translate(face.latin_forms)
    text = PAIR.sub(rf"\g<0>{TIGHT}", text)
    if "’" in text and 0x2019 in face.latin_forms:
        return re.sub(r"(?<=[A-Za-z])’(?=[A-Za-z])", chr(face.latin_forms[0x2019]), text)
    return text


def longest_unit(text: str, face: Face) -> float:
    """Width in thousandths of the longest piece that no line break may part."""
    return max([width_of(unit, face) for unit, _ in UNITS.findall(text)], default=0.0)


def break_lines(text: str, face: Face, size: float, width: float) -> list[Line]:
    """Break `text` into lines at most `width` points wide; a newline ends a line.

    The empty half of a last mark may stand over the edge.
    """
    return [line for part in text.split("\n") for line in _break_part(part, face, size, width)]


def _break_part(text: str, face: Face, size: float, width: float) -> list[Line]:
    """Width is looked up once for each place in the text; units are formed only near the ends of lines."""
    scale = size / 1000
    edges = _edges(text, face)
    end = len(text.rstrip())
    start = len(text) - len(text.lstrip()) if end else 0
    room = width / scale + 0.01
    lines: list[Line] = []
    while not _fits(text, edges, end, edges[start] + room):
        limit = edges[start] + room
        stop, after = _last_break(text, edges, start, limit)
        if stop == start:
            stop = after = _cut(text, edges, start, limit)
        lines.append(Line(text[start:stop], (edges[stop] - edges[start]) * scale, False))
        start = after
    lines.append(Line(text[start:end], (edges[end] - edges[start]) * scale, True))
    return lines


def _edges(text: str, face: Face) -> list[float]:
    """How wide the text is before each place, never falling: what TIGHT takes back is taken before it."""
    edges = list(accumulate(map(face.widths.__getitem__, text), initial=0.0))
    at = text.find(TIGHT)
    while at >= 0:
        edges[at] = edges[at + 1]
        at = text.find(TIGHT, at + 1)
    return edges


def _fits(text: str, edges: list[float], end: int, limit: float) -> bool:
    """Whether a line may end here; the empty half of a last mark may stand over the edge."""
    return edges[end] <= limit or (edges[end] - 500 <= limit and text[end - 1 : end] in TRIMMED and end > 0)


def _last_break(text: str, edges: list[float], start: int, limit: float) -> tuple[int, int]:
    """Where the line from `start` ends and where the next begins; (start, start) if not even one unit fits."""
    reach = bisect_right(edges, limit, start) - 1
    sure = _boundary(text, start, reach)
    best = (len(text[start:sure].rstrip()) + start, sure)
    units = UNITS.finditer(text, sure, reach + AHEAD)
    for unit in takewhile(lambda one: one.end() != sure and _fits(text, edges, one.end(1), limit), units):
        best = (unit.end(1), unit.end())
    return best


def _boundary(text: str, start: int, reach: int) -> int:
    """The last place up to `reach` that is a boundary of units whatever stands before it, else `start`.

    Between two Chinese characters that count nothing, and before a word that follows a word and one space.
    """
    for at in range(min(reach, len(text) - 1), start, -1):
        here, before = text[at], text[at - 1]
        if "\u4e00" <= here <= "\u9fff":
            if "\u4e00" <= before <= "\u9fff" and here not in _COUNTED and before not in _COUNTED:
                return at
        elif before == " " and here.isascii() and here.isalpha() and at - 2 >= start and text[at - 2].isalnum():
            return at
    return start


def _cut(text: str, edges: list[float], start: int, limit: float) -> int:
    """Where to part a unit wider than the line: at least one character, and no mark orphaned if there is a choice."""
    most = max(bisect_right(edges, limit, start) - 1, start + 1)
    for stop in range(most, start, -1):
        if text[stop : stop + 1] not in NO_START + TIGHT and text[stop - 1] not in NO_END + TIGHT:
            return stop
    return most
