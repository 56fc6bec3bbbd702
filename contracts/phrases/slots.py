"""The quantities inside phrases: how each is read, written, and said in a printed contract."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple

from contracts.phrases.words import (
    ACTS,
    ANY,
    BASES,
    COUNTED,
    CYCLES,
    FACTORS,
    FIELDS,
    LATENESS,
    MODES,
    MOMENTS,
    ORDINALS,
    PARTS,
    POINTS,
    ROUNDED,
    SCOPES,
    STARTS,
    STATES,
    UNITS,
    WINDOWS,
)
from core.money import Money, UnitPrice, parse_decimal, show_decimal
from core.periods import Period
from core.terms import Every, Per
from core.worktime import zone_problem

__all__ = ["SLOTS", "Names", "Slot", "is_id", "show_percent"]

Names = Callable[[str, str], str]
"""Gives the words for an id or an event kind in a language: `names("A2", "zh-Hans")`."""


class Slot(NamedTuple):
    """A quantity inside a phrase: reading (ValueError if it is none), writing (None if it cannot), and prose."""

    read: Callable[[str], Any]
    show: Callable[[Any], str | None]
    say: Callable[[Any, str, Names], str]


_ID = re.compile(r"[^\W_][\w\-/:]*")
_COUNT = re.compile(r"[1-9]\d{0,8}")
_WORDS = re.compile(r"[^\W\d_][\w'’\-]*(?: [\w'’\-]+)*")


def _chosen(words: Mapping[str, str]) -> Callable[[str], str]:
    """Reading of a closed list, phrase word → long-form word."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return words[text]

    return read


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return text

    return read


def _count(text: str) -> int:
    return int(_matching(_COUNT)(text))


def _percent(text: str) -> Fraction:
    if not text.endswith("%"):
        raise ValueError(text)
    return parse_decimal(text[:-1].rstrip()) / 100


def show_percent(value: Fraction) -> str | None:
    text = show_decimal(value * 100)
    return None if "/" in text else f"{text}%"


def _share_number(text: str) -> Fraction:
    """A rate without a percent sign; a decimal above 1 is far more likely a slip than 5000 %."""
    value = parse_decimal(text)
    if value < -1 or (value > 1 and "/" not in text):
        raise ValueError(text)
    return value


def _number(text: str) -> Fraction:
    """A reading; those of shares run from 0 to 100, so that "95%" is 95."""
    return parse_decimal(text.removesuffix("%").rstrip().replace(",", ""))


def _plural(unit: str, n: int) -> str:
    return unit if n == 1 else f"{unit}s"


def _read_period(text: str) -> Period:
    head, joined, tail = text.partition(" and ")
    number, _, unit = head.partition(" ")
    n = int(_matching(re.compile(r"0|[1-9]\d{0,5}"))(number))
    single = unit.removesuffix("s") if n != 1 or unit not in UNITS else unit
    if single not in UNITS:
        raise ValueError(text)
    return Period(n, single, _read_period(tail) if joined else None)


def _show_period(period: Period) -> str:
    return " and ".join(_show_part(part) for part in period.parts)


def _show_part(part: Period) -> str:
    if part.part is None:
        return f"{part.n} {_plural(part.unit, part.n)}"
    return f"half a {part.unit}" if part.count == _HALF else f"{show_decimal(Fraction(part.count))} {part.unit}s"


def _say_period(period: Period, lang: str, names: Names) -> str:
    if lang == "en":
        return _show_period(period)
    return "零".join(_say_part(part) for part in period.parts)


def _say_part(part: Period) -> str:
    unit = UNITS[part.unit]
    return f"半{unit}" if part.count == _HALF else f"{show_decimal(Fraction(part.count))}{unit}"


_HALF = Fraction(1, 2)
_PARTED = re.compile(r"(?:half an? (?P<half>[a-z ]+)|(?P<number>\d{1,6}\.\d{1,6}) (?P<unit>[a-z ]+?)s?)")


def _read_time(text: str) -> Period:
    """A length that may have a part: "1.5 working days", "half a month"; of hours and years it is so many minutes and
    months. A part of a day is no number of days: it is said in hours.
    """
    found = _PARTED.fullmatch(text)
    if found is None:
        return _read_period(text)
    unit = found["half"] or found["unit"]
    count = _HALF if found["half"] else Fraction(found["number"])
    smaller, times = {"hour": ("minute", 60), "year": ("month", 12)}.get(unit, (unit, 1))
    n, part = divmod(count * times, 1)
    if smaller not in ("minute", "working hour", "working day", "month") or (part and smaller == "minute"):
        raise ValueError(text)
    return Period(int(n), smaller, part=part or None)


def _a(word: str) -> str:
    return f"an {word}" if word == "hour" else f"a {word}"


def _read_per(text: str) -> Per:
    words = text.split(" ")
    n, part = 1, None
    if _COUNT.fullmatch(words[0]):
        n = int(words.pop(0))
    if words and words[0] in (*PARTS, "whole"):
        part = words.pop(0).replace("whole", "completed")
    unit = " ".join(words)
    unit = unit if unit in COUNTED else unit.removesuffix("s")
    if unit not in COUNTED:
        raise ValueError(text)
    return Per(unit, n, part)


def _show_per(per: Per) -> str:
    return " ".join(w for w in (str(per.n) if per.n != 1 else "", per.part or "", _plural(per.unit, per.n)) if w)


def _say_per(per: Per, lang: str, names: Names) -> str:
    if lang == "en":
        size = per.unit if per.n == 1 else f"{per.n} {per.unit}s"
        parts = {"started": f" or part of {_a(per.unit)}" if per.n == 1 else " or part of them"}
        each = {"completed": f"completed {size}" if per.n == 1 else f"{size} completed"}.get(per.part or "", size)
        return f"each {each}{parts.get(per.part or '', '')}" + (", parts in proportion" if per.part == "exact" else "")
    unit = COUNTED[per.unit].removeprefix("个")
    size = unit if per.n == 1 else f"{per.n}{COUNTED[per.unit]}"
    one = (f"一{POINTS.get(per.unit, unit)}" if per.unit != "percent" else unit) if per.n == 1 else size
    note = {"started": f"（不足{one}按{one}计）", "completed": f"（不足{one}不计）", "exact": f"（不足{one}按比例计）"}
    return size + note.get(per.part or "", "")


def _read_base(text: str) -> str:
    for key, (phrase, _, _) in BASES.items():
        if text == phrase:
            return key
    if _FEES.fullmatch(text):
        return text
    owner, dot, field = text.rpartition(".")
    if not dot or not _ID.fullmatch(owner) or not _ID.fullmatch(field):
        raise ValueError(text)
    return text


_FEES = re.compile(r"fees of (?:the last ([1-9]\d?) months|the term)")
"""Fees as a base: those of the months before the first charge, or all of the term."""


def _show_base(base: str) -> str:
    return BASES[base][0] if base in BASES else base


def _say_base(base: str, lang: str, names: Names) -> str:
    if base in BASES:
        return BASES[base][2 if lang == "en" else 1]
    fees = _FEES.fullmatch(base)
    if fees:
        zh = f"此前{fees[1]}个月的服务费" if fees[1] else "合同期内的服务费"
        return f"the {base}" if lang == "en" else zh
    owner, _, field = base.rpartition(".")
    zh, en = FIELDS.get(field, (field, f"the {field} of"))
    return f"{en} {names(owner, lang)}" if lang == "en" else f"{names(owner, lang)}{zh}"


_BY = re.compile(r"last working day|last day|(?:working )?day [1-9]\d?")


def _say_by(by: str, lang: str, names: Names) -> str:
    if lang == "en":
        return f"the {by}" if by.startswith("last") else by
    if by.startswith("last"):
        return {"last day": "最后一日", "last working day": "最后一个工作日"}[by]
    number = by.rpartition(" ")[2]
    return f"第{number}个工作日" if by.startswith("working") else f"第{number}日"


def _read_date(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(text) from None


def _say_date(day: date | datetime, lang: str, names: Names) -> str:
    clock = f"{day:%H:%M}" if isinstance(day, datetime) else ""
    if lang == "en":
        return f"{day.day} {day:%B} {day.year}" + (f", {clock}" if clock else "")
    return f"{day.year}年{day.month}月{day.day}日{clock}"


def _say_money(money: Money | UnitPrice, lang: str, names: Names) -> str:
    number, _, currency = str(money).partition(" ")
    whole, dot, part = number.partition(".")
    return f"{currency} {int(whole):,}{dot}{part}" if whole != "-0" else f"{currency} {number}"


def _word(words: Mapping[str, tuple[str, str]]) -> Slot:
    """A slot of a closed list whose long form is the phrase's own word."""
    return Slot(
        _chosen({w: w for w in words}),
        lambda v: v if v in words else None,
        lambda v, lang, names: words[v][1 if lang == "en" else 0],
    )


def _plain(read: Callable[[str], Any], show: Callable[[Any], str | None] = str) -> Slot:
    return Slot(read, show, lambda v, lang, names: show(v) or str(v))


def _named(pattern: re.Pattern[str]) -> Slot:
    """An id or event kind: the same in the file, by its own words in a document."""
    return Slot(
        _matching(pattern), lambda v: v if pattern.fullmatch(v) else None, lambda v, lang, names: names(v, lang)
    )


def _read_zone(text: str) -> str:
    if zone_problem(text) is not None:
        raise ValueError(text)
    return text


def _read_windows(text: str) -> int:
    """ "3 windows", or "3 consecutive months", which are the same windows."""
    number, _, words = text.partition(" ")
    if not re.fullmatch(r"windows|consecutive (?:windows|months|quarters|years)", words):
        raise ValueError(text)
    return _count(number)


def _read_factor(text: str) -> int:
    return FACTORS[text] if text in FACTORS else _count(text.removesuffix(" times"))


def _show_factor(times: int) -> str:
    return next((word for word, n in FACTORS.items() if n == times), f"{times} times")


def _read_ordinal(text: str) -> int:
    if text not in ORDINALS:
        raise ValueError(text)
    return ORDINALS.index(text) + 2


_READ_START = {phrase: key for key, (phrase, _, _) in STARTS.items()}
_READ_START |= {f"the {word}": "end of its period" for word in ("month", "quarter", "year")}
_ROLLING = re.compile(r"(3|6|12|24|36) months")


_READ_WINDOW = {key: key for key in WINDOWS} | {short: key for key, (short, _, _) in WINDOWS.items()}
_READ_WINDOW |= {f"each {word}": key for word, key in _READ_WINDOW.items()}

SLOTS: dict[str, Slot] = {
    "money": Slot(Money.parse, str, _say_money),
    "price": Slot(UnitPrice.parse, str, _say_money),
    "percent": _plain(_percent, show_percent),
    "decimal": _plain(_share_number, show_decimal),
    "number": _plain(_number, show_decimal),
    "count": _plain(_count),
    "id": _named(_ID),
    "words": _named(_WORDS),
    "base": Slot(_read_base, _show_base, _say_base),
    "per": Slot(_read_per, _show_per, _say_per),
    "length": Slot(_read_period, _show_period, _say_period),
    "time": Slot(_read_time, _show_period, _say_period),
    "date": Slot(_read_date, lambda v: v.isoformat(), _say_date),
    "by": Slot(_matching(_BY), lambda v: v if _BY.fullmatch(v) else None, _say_by),
    "window": Slot(
        _chosen(_READ_WINDOW),
        lambda v: v if v in WINDOWS else None,
        lambda v, lang, names: WINDOWS[v][2 if lang == "en" else 1],
    ),
    "series": Slot(
        lambda t: Every(_chosen(_READ_WINDOW)(t)),
        lambda v: f"each {WINDOWS[v.unit][0]}" if v.unit in WINDOWS else None,
        lambda v, lang, names: f"each {WINDOWS[v.unit][2]}" if lang == "en" else f"每个{WINDOWS[v.unit][1]}",
    ),
    "rolling": Slot(
        lambda t: f"rolling {_matching(_ROLLING)(t)}",
        lambda v: v.removeprefix("rolling ") if v.startswith("rolling ") else None,
        lambda v, lang, names: v.removeprefix("rolling ") if lang == "en" else f"{v.split()[1]}个月",
    ),
    "scope": Slot(
        _chosen({key: key for key in SCOPES}),
        lambda v: v if v in SCOPES else None,
        lambda v, lang, names: v if lang == "en" else SCOPES[v],
    ),
    "state": _word(STATES),
    "moment": _word(MOMENTS),
    "any": _word(ANY),
    "lateness": _word(LATENESS),
    "mode": _word(MODES),
    "moments": _word(ROUNDED),
    "windows": Slot(_read_windows, lambda v: f"{v} windows", lambda v, lang, names: str(v)),
    "zone": _plain(_read_zone, lambda v: v if "/" in v or v == "UTC" else None),
    "act": _word(ACTS),
    "start": Slot(
        _chosen(_READ_START),
        lambda v: STARTS[v][0] if v in STARTS else None,
        lambda v, lang, names: STARTS[v][2 if lang == "en" else 1],
    ),
    "cycle": _word(CYCLES),
    "factor": Slot(_read_factor, _show_factor, lambda v, lang, names: _show_factor(v) if lang == "en" else f"{v}倍"),
    "ordinal": Slot(
        _read_ordinal,
        lambda v: ORDINALS[v - 2] if 2 <= v <= len(ORDINALS) + 1 else None,
        lambda v, lang, names: ORDINALS[v - 2] if lang == "en" else f"第{v}次",
    ),
}


def is_id(text: str) -> bool:
    """Whether a text can be an id: one word, so that phrases can name it."""
    return _ID.fullmatch(text) is not None
