"""What is wrong with a phrase, and which good phrase its author may have meant."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from contracts.phrases.rows import ROWS
from contracts.phrases.slots import show_percent
from contracts.phrases.table import SLOT, read, rows, show
from contracts.phrases.words import ANY, BASES, FIELDS, LATENESS, MOMENTS, PARTS, STATES, UNITS, WINDOWS
from contracts.spoken import percent
from core.problems import Problem, nearest

__all__ = ["wrong"]

_SLIPS = (
    (r"\b(?:an?|every|each) (annex|payment|step|duty)\b", r"any \1"),
    (r"\b(?:a|each|every) (day|week|hour|month|working day)\b", r"per started \1"),
    (r"\bper (\w+) started\b", r"per started \1"),
    (r" daily\b", " per started day"),
    (r"\b(?:[Bb]uss?iness|Working) [Dd](ays?)\b", r"working d\1"),
    (r"\b(?:[Bb]uss?iness|Working) [Hh](ours?)\b", r"working h\1"),
    (r" ?(?:percent|per cent|％)", "%"),
    (r"\bRMB\b", "CNY"),
    (r"\b([A-Z]{3}) ?([\d,.]+)", r"\2 \1"),
    (r"[￥¥] ?([\d,.]+)", r"\1 CNY"),
    (r"\bof the (?:contract )?total\b|\bof contract total\b", "of total"),
    (r"\bafter (?:the )?(?:signing|signature)\b", "after signed"),
    (r"^within ", ""),
    (r"\b(?:at most|up to|max(?:imum)?) (?=\d)", ""),
    (r"\b(less than|under)\b", "below"),
    (r"\b(more than|over)\b", "above"),
    (r"\b(?:per|a) (contract year|calendar year)\b", r"in each \1"),
)
"""Slips that people make, and what they meant; a suggestion is only made where it reads. Compiled when one is made:
most files have none."""


def _mended(kind: str, text: str) -> str:
    """A good phrase close to `text` that holds the author's own numbers, or ""."""
    return _slipped(kind, text) or (_like_example(kind, text) if len(text) <= 80 else "")


def _slipped(kind: str, text: str) -> str:
    """What `text` means if it holds a slip that people make, or ""."""
    for candidate in _candidates(text):
        value = read(kind, candidate)
        if value is not None:
            return show(value, kind) or candidate
    return ""


def _like_example(kind: str, text: str) -> str:
    """The example nearest to `text` with the numbers of `text` in their places; "" where they do not fit."""
    from difflib import SequenceMatcher

    example = nearest(text, [row.example for row in rows(kind)])
    written, given = _FIGURE.findall(text), _FIGURE.findall(example)
    if len(written) != len(given):
        return ""
    numbers = iter(written)
    meant = _FIGURE.sub(lambda _: next(numbers), example)
    alike = SequenceMatcher(None, text, meant).ratio() >= ALIKE
    return meant if alike and read(kind, meant) is not None else ""


ALIKE = 0.8
"""How near an example must be to be meant: "3 days after signed" is not "the 3rd working day after signed"."""


_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_OF = re.compile(r"(?P<rate>.+?) of (?P<base>.+?)(?P<rest>(?: per | an? | once| each| in | for | daily|, ).*)?")
_BASED = ("share", "amount", "charge", "band", "ceiling")
"""Kinds of phrase that may be a share of something."""


def _bases_known() -> str:
    named = [phrase for phrase, _, _ in BASES.values()]
    return ", ".join([*named, "fees of the last 12 months", "fees of the term", *(f"<id>.{field}" for field in FIELDS)])


def _wrong_base(kind: str, text: str, where: str) -> Problem | None:
    """A phrase that is sound but for what its share is of: the nearest base with the author's rate, or all bases."""
    found = _OF.fullmatch(text) if kind in _BASED else None
    if found is None:
        return None
    whole = f"{found['rate']} of total{found['rest'] or ''}"
    sound = whole if read(kind, whole) is not None else _slipped(kind, whole)
    if not sound:
        return None
    base = found["base"]
    known = {phrase: phrase for phrase, _, _ in BASES.values()}
    close = BASES[base][0] if base in BASES else nearest(base, known)
    args = {"text": text, "base": base}
    if close:
        return Problem("TERMS-OF-06", where, {**args, "nearest": sound.replace(" of total", f" of {close}", 1)})
    return Problem("TERMS-OF-05", where, {**args, "known": _bases_known()})


def _candidates(text: str) -> Iterator[str]:
    mended = text
    for pattern, words in _SLIPS:
        if re.search(pattern, mended):
            mended = re.sub(pattern, words, mended)
            yield mended
            yield re.sub(pattern, words, text)
    for line in (text, mended):
        yield line.lower()
        yield _respelled(line)
        yield _respelled(line.lower())
        yield f"{line} once"
        yield line.replace(" per ", " per started ")


@cache
def _vocabulary() -> frozenset[str]:
    words = {word for row in ROWS for word in re.findall(r"[a-z]{3,}", SLOT.sub(" ", row.template))}
    lists = (BASES, WINDOWS, STATES, MOMENTS, ANY, LATENESS, UNITS, dict.fromkeys(PARTS))
    words |= {part for given in lists for key in given for part in key.split()}
    return frozenset(words | {f"{unit}s" for unit in UNITS})


def _respelled(text: str) -> str:
    """Each word that no phrase has, replaced by the nearest that one has."""
    known = _vocabulary()
    return re.sub(
        r"[A-Za-z]{3,}", lambda m: m[0] if m[0] in known or m[0].isupper() else nearest(m[0], known) or m[0], text
    )


_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_BARE_RATE = re.compile(r"(-?\d+(?:\.\d+)?)(?: of (?:[\w. -]+))?(?: (?:per|a|each) .*)?")


_CODES = {
    "money": ("TERMS-MONEY-01", "TERMS-MONEY-02"),
    "price": ("TERMS-MONEY-01", "TERMS-MONEY-02"),
    "rate": ("TERMS-RATE-01", "TERMS-RATE-03"),
    "number": ("TERMS-NUMBER-01", "TERMS-NUMBER-02"),
    "period": ("TERMS-PERIOD-01", "TERMS-PERIOD-02"),
    "per": ("TERMS-PER-01", "TERMS-PER-02"),
    "share": ("TERMS-SHARE-01", "TERMS-SHARE-02"),
    "amount": ("TERMS-AMOUNT-01", "TERMS-AMOUNT-02"),
    "anchor": ("TERMS-ANCHOR-01", "TERMS-ANCHOR-02"),
    "every": ("TERMS-EVERY-01", "TERMS-EVERY-02"),
    "due": ("TERMS-DUE-01", "TERMS-DUE-02"),
    "when": ("TERMS-WHEN-01", "TERMS-WHEN-02"),
    "charge": ("TERMS-CHARGE-01", "TERMS-CHARGE-02"),
    "ceiling": ("TERMS-CEILING-01", "TERMS-CEILING-02"),
    "range": ("TERMS-RANGE-01", "TERMS-RANGE-02"),
    "grace": ("TERMS-GRACE-01", "TERMS-GRACE-02"),
    "rounding": ("TERMS-ROUNDING-01", "TERMS-ROUNDING-02"),
    "weight": ("TERMS-WEIGHT-01", "TERMS-WEIGHT-02"),
    "allowance": ("TERMS-ALLOWANCE-01", "TERMS-ALLOWANCE-02"),
    "deadline": ("TERMS-DEADLINE-01", "TERMS-DEADLINE-02"),
    "grant": ("TERMS-GRANT-01", "TERMS-GRANT-02"),
    "repeat": ("TERMS-REPEAT-01", "TERMS-REPEAT-02"),
    "points": ("TERMS-POINTS-01", "TERMS-POINTS-02"),
    "lose": ("TERMS-WHEN-01", "TERMS-WHEN-02"),
}
"""What is wrong with a phrase: none is close, or one is. TERMS-RATE-02 is a rate without its percent sign."""


def wrong(kind: str, text: str, where: str) -> Problem:
    bare = _BARE_RATE.fullmatch(text)
    if kind in ("rate", "share", "charge", "band", "ceiling", "amount", "weight") and bare and Fraction(bare[1]) > 1:
        rate = Fraction(bare[1])
        large, small = (
            _with_rate(kind, text.replace(bare[1], show_percent(rate / part) or "", 1)) for part in (100, 10000)
        )
        args = {"text": text, "number": bare[1], "percent": percent(rate)}
        if large and small:
            return Problem("TERMS-RATE-02", where, {**args, "also": large, "nearest": small})
    kind = "charge" if kind == "band" else kind
    if kind == "due" and _DATED.match(text):
        return Problem("TERMS-DATE-01", where, {"text": text})
    close = _slipped(kind, text)
    wrong_base = None if close else _wrong_base(kind, text, where)
    if wrong_base is not None:
        return wrong_base
    close = close or _mended(kind, text)
    if close:
        return Problem(_CODES[kind][1], where, {"text": text, "nearest": close})
    return Problem(_CODES[kind][0], where, {"text": text})


def _with_rate(kind: str, meant: str) -> str:
    """The phrase with its rate mended, and with it whatever else is a slip."""
    return meant if read(kind, meant) is not None else _mended(kind, meant)
