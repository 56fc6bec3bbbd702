"""Where a line of mixed Chinese and Latin text may end, and how a paragraph falls into lines."""

from __future__ import annotations

import re
from typing import NamedTuple

from contracts.papers.face import TIGHT, Face

__all__ = ["NO_END", "NO_START", "TRIMMED", "Line", "break_lines", "for_language", "width_of"]

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
# A run of Chinese characters may be parted anywhere; its last one is left to the marks that follow. 第 begins a unit.
_RUN = "([\u3400-\u7b2b\u7b2d-\u9fff]+(?=[\u3400-\u9fff]))"
UNITS = re.compile(f"()(?:{_UNIT})", re.VERBOSE)
RUNS_AND_UNITS = re.compile(f"{_RUN}|(?:{_UNIT})", re.VERBOSE)


class Line(NamedTuple):
    """Text without the spaces at its end, its natural width in points, and whether the text or a newline ends here."""

    text: str
    width: float
    last: bool


def width_of(text: str, face: Face) -> float:
    """Width in thousandths of the size."""
    widths = face.widths
    return sum([widths.get(char, 1000.0) for char in text])


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


def break_lines(text: str, face: Face, size: float, width: float, first: float = 0.0) -> list[Line]:
    """Break `text` into lines at most `width` points wide, the first `first` points less; a newline ends a line.

    The empty half of a last mark may stand over the edge.
    """
    lines: list[Line] = []
    for part in text.split("\n"):
        lines += _break_part(part, face, size, width, 0.0 if lines else first)
    return lines


def _break_part(text: str, face: Face, size: float, width: float, first: float) -> list[Line]:
    known, scale = face.word_widths, size / 1000
    space = face.widths.get(" ", 250.0)
    room = (width - first) / scale + 0.01
    full = width / scale + 0.01
    lines: list[Line] = []
    held: list[str] = []
    used = gap = 0.0
    spaces = ""
    pattern = RUNS_AND_UNITS if face.square else UNITS
    for run, unit, after in pattern.findall(text):
        if run:
            while (fits := int((room - used - gap) // 1000)) < len(run):
                if fits > 0 or not held:
                    fits = max(fits, 1)
                    held += (spaces, run[:fits])
                    used += gap + 1000 * fits
                    run = run[fits:]
                lines.append(Line("".join(held), used * scale, False))
                held, used, gap, spaces, room = [], 0.0, 0.0, "", full
            held += (spaces, run)
            used += gap + 1000 * len(run)
            gap, spaces = 0.0, ""
            continue
        if not unit:
            continue
        wide = known.get(unit)
        if wide is None:
            wide = known[unit] = width_of(unit, face)
        if used + gap + wide <= room or (unit[-1] in TRIMMED and used + gap + wide - 500 <= room):
            held += (spaces, unit)
            used += gap + wide
        else:
            if held:
                lines.append(Line("".join(held), used * scale, False))
                room = full
            while wide > room:
                head = _cut(unit, face, room)
                lines.append(Line(head, width_of(head, face) * scale, False))
                unit = unit[len(head) :].lstrip()
                wide, room = width_of(unit, face), full
            held = [unit]
            used = wide
        spaces = after
        gap = (space * len(after) if after.isascii() else width_of(after, face)) if after else 0.0
    lines.append(Line("".join(held), used * scale, True))
    return lines


def _cut(unit: str, face: Face, room: float) -> str:
    """The head of a unit wider than the line: at least one character, cut where no mark is orphaned if possible."""
    used, fits = 0.0, 0
    for char in unit:
        used += face.widths.get(char, 1000.0)
        if used > room:
            break
        fits += 1
    fits = max(fits, 1)
    for end in range(fits, 0, -1):
        if unit[end : end + 1] not in NO_START and unit[end - 1] not in NO_END:
            return unit[:end].rstrip() or unit[:end]
    return unit[:fits]
