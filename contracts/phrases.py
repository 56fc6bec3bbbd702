"""The one two-way table of phrases: how "0.5% of total per started day" is read, written, and printed in a document.

A row is a template. `{field:slot}` names a field of the long form and how it is written; the text around the slots is
literal, so the same template reads and prints. `zh` and `en` are the prose of a printed contract, made from the same
long form.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import msgspec

from core.money import Money, parse_decimal, show_decimal
from core.periods import Period
from core.problems import Problem, nearest
from core.terms import (
    Allowance,
    Anchor,
    Ceiling,
    Charge,
    Deadline,
    DueRule,
    Every,
    Grace,
    Grant,
    Per,
    Points,
    Range,
    Repeat,
    Rounding,
    Share,
    Weight,
    When,
)
from core.worktime import zone_problem

__all__ = [
    "ACTS",
    "BASES",
    "HAPPENS",
    "KINDS",
    "LONGEST",
    "MEASURED",
    "MOMENTS",
    "POINTS",
    "ROWS",
    "SCOPES",
    "STATES",
    "WINDOWS",
    "Row",
    "is_id",
    "parse",
    "prose",
    "read_row",
    "show",
]

Names = Callable[[str, str], str]
"""Gives the words for an id or an event kind in a language: `names("A2", "zh-Hans")`."""

LONGEST = 300
"""Characters in a phrase; anything longer is not one."""


class Row(NamedTuple):
    """One phrase: its template, what it builds, and the two proses."""

    kind: str
    template: str
    example: str
    zh: str
    en: str
    build: type[msgspec.Struct] | None = None
    fixed: Mapping[str, Any] = {}
    only_read: bool = False


class Slot(NamedTuple):
    """A quantity inside a phrase: reading (ValueError if it is none), writing (None if it cannot), and prose."""

    read: Callable[[str], Any]
    show: Callable[[Any], str | None]
    say: Callable[[Any, str, Names], str]


UNITS = {
    "minute": "分钟",
    "hour": "小时",
    "working hour": "个工作小时",
    "day": "日",
    "working day": "个工作日",
    "week": "周",
    "month": "个月",
    "year": "年",
}
WINDOWS = {
    "calendar month": ("month", "自然月", "calendar month"),
    "calendar quarter": ("quarter", "自然季度", "calendar quarter"),
    "calendar year": ("year", "自然年", "calendar year"),
    "contract year": ("contract year", "合同年度", "contract year"),
}
STATES = {
    "delivered": ("交付", "the delivery"),
    "accepted": ("验收合格", "the acceptance"),
    "rejected": ("被拒收", "the rejection"),
    "demanded": ("被要求履行", "the demand"),
    "due": ("到期", "the due date"),
    "starts": ("开始工作", "the start of work"),
    "ends": ("结束工作", "the end of work"),
    "signed": ("签署", "the signing"),
    "paid": ("付清", "the payment"),
    "consents": ("同意", "the consent"),
}
"""States that an anchor may name after an id ("A2 accepted"): those of core, lest kinds of two words be cut."""

MOMENTS = {
    "signed": ("签订之日", "signing"),
    "effective": ("生效之日", "the effective date"),
    "start": ("期限起始之日", "the start of the term"),
    "end": ("期限届满之日", "the end of the term"),
    "demanded": ("提出要求之日", "the demand"),
    "delivered": ("交付之日", "delivery"),
    "accepted": ("验收合格之日", "acceptance"),
}
"""Anchors without an id: a moment of the contract, or of the thing itself."""

ANY = {
    "annex": ("任一附件", "any annex"),
    "payment": ("任一笔款项", "any payment"),
    "step": ("任一服务环节", "any service step"),
    "duty": ("任一义务", "any duty"),
}
LATENESS = {"late": ("逾期", "late"), "rejected": ("被拒收", "rejected"), "missing": ("未交付", "missing")}
BASES = {
    "total": ("total", "合同总价", "the contract total"),
    "payable": ("what is payable", "应付金额", "the amount payable"),
    "unpaid": ("what is unpaid", "未付金额", "the amount unpaid"),
    "loss": ("the loss proven", "经证实的损失", "the loss proven"),
    "month fee": ("the month's fee", "当月服务费", "the month's fee"),
    "quarter fee": ("the quarter's fee", "当季服务费", "the quarter's fee"),
    "year fee": ("the year's fee", "当年服务费", "the year's fee"),
}
FIELDS = {"price": ("价款", "the price of"), "fee": ("费用", "the fee of"), "amount": ("金额", "the amount of")}
_MODE_WORDS = {
    "half up": ("四舍五入", "half up"),
    "half even": ("四舍六入五成双", "half to even"),
    "down": ("舍去尾数", "down"),
    "up": ("向上进位", "up"),
}
_ROUNDED = {
    "once": ("每笔一次", "once for each charge"),
    "each day": ("按日", "each day"),
    "each slice": ("按段", "each slice"),
}
PARTS = ("started", "completed", "exact")
POINTS = {"point": "分", "percentage point": "个百分点", "percent": "1%"}
"""Units by which a reading falls short; "percent" leaves open of what (KNOBS `point_of`)."""

_COUNTED = {**UNITS, **POINTS}
ACTS = {
    "terminate": ("解除合同", "terminate the contract"),
    "end the service": ("终止该项服务", "end the service concerned"),
    "withhold payment": ("暂停付款", "withhold payment"),
    "demand a replacement": ("要求更换服务人员", "demand a replacement"),
    "have it done by others": ("委托他人代为履行", "have it done by others"),
}
"""What a rule may give a party the right to do."""

_STARTS = {
    "event": ("the event", "事件发生之日", "the event"),
    "end of its period": ("the period", "所属周期届满之日", "the end of the period concerned"),
    "knowledge": ("knowledge", "知道或者应当知道之日", "knowledge of it"),
    "invoice": ("the invoice", "开具账单之日", "the invoice concerned"),
}
_CYCLES = {"month": ("一个月", "a month"), "quarter": ("一个季度", "a quarter"), "year": ("一年", "a year")}
_FACTORS = {"double": 2, "treble": 3}
_ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

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


def _show_percent(value: Fraction) -> str | None:
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
    return " and ".join(f"{part.n} {_plural(part.unit, part.n)}" for part in period.parts)


def _say_period(period: Period, lang: str, names: Names) -> str:
    if lang == "en":
        return _show_period(period)
    return "零".join(f"{part.n}{UNITS[part.unit]}" for part in period.parts)


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
    unit = unit if unit in _COUNTED else unit.removesuffix("s")
    if unit not in _COUNTED:
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
    unit = _COUNTED[per.unit].removeprefix("个")
    size = unit if per.n == 1 else f"{per.n}{_COUNTED[per.unit]}"
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


def _say_money(money: Money, lang: str, names: Names) -> str:
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


def _phrase(kind: str) -> Slot:
    """A slot that is itself a phrase."""

    def read(text: str) -> Any:
        value = _read(kind, text)
        if value is None:
            raise ValueError(text)
        return value

    return Slot(read, lambda v: show(v, kind), lambda v, lang, names: prose(v, lang, names, kind))


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
    return _FACTORS[text] if text in _FACTORS else _count(text.removesuffix(" times"))


def _show_factor(times: int) -> str:
    return next((word for word, n in _FACTORS.items() if n == times), f"{times} times")


def _read_ordinal(text: str) -> int:
    if text not in _ORDINALS:
        raise ValueError(text)
    return _ORDINALS.index(text) + 2


_READ_START = {phrase: key for key, (phrase, _, _) in _STARTS.items()}
_READ_START |= {f"the {word}": "end of its period" for word in ("month", "quarter", "year")}
_ROLLING = re.compile(r"(3|6|12|24|36) months")
SCOPES = {
    "claim": "每项索赔",
    "person": "每人",
    "event": "每次事故",
    "third party": "每一第三方",
    "head": "每类责任",
}
"""What a cap may be for each of, beside windows."""

_READ_WINDOW = {key: key for key in WINDOWS} | {short: key for key, (short, _, _) in WINDOWS.items()}
_READ_WINDOW |= {f"each {word}": key for word, key in _READ_WINDOW.items()}
MEASURED = "measured"
HAPPENS = "happens"

SLOTS: dict[str, Slot] = {
    "money": Slot(Money.parse, str, _say_money),
    "percent": _plain(_percent, _show_percent),
    "decimal": _plain(_share_number, show_decimal),
    "number": _plain(_number, show_decimal),
    "count": _plain(_count),
    "id": _named(_ID),
    "words": _named(_WORDS),
    "base": Slot(_read_base, _show_base, _say_base),
    "per": Slot(_read_per, _show_per, _say_per),
    "length": Slot(_read_period, _show_period, _say_period),
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
    "mode": _word(_MODE_WORDS),
    "moments": _word(_ROUNDED),
    "windows": Slot(_read_windows, lambda v: f"{v} windows", lambda v, lang, names: str(v)),
    "zone": _plain(_read_zone, lambda v: v if "/" in v or v == "UTC" else None),
    "act": _word(ACTS),
    "start": Slot(
        _chosen(_READ_START),
        lambda v: _STARTS[v][0] if v in _STARTS else None,
        lambda v, lang, names: _STARTS[v][2 if lang == "en" else 1],
    ),
    "cycle": _word(_CYCLES),
    "factor": Slot(_read_factor, _show_factor, lambda v, lang, names: _show_factor(v) if lang == "en" else f"{v}倍"),
    "ordinal": Slot(
        _read_ordinal,
        lambda v: _ORDINALS[v - 2] if 2 <= v <= len(_ORDINALS) + 1 else None,
        lambda v, lang, names: _ORDINALS[v - 2] if lang == "en" else f"第{v}次",
    ),
    "rate": _phrase("rate"),
    "amount": _phrase("amount"),
    "anchor": _phrase("anchor"),
    "range": _phrase("range"),
}

ROWS: tuple[Row, ...] = (
    Row("money", "{value:money}", "72000.00 CNY", "{value}", "{value}"),
    Row("rate", "{value:percent}", "0.5%", "{value}", "{value}"),
    Row("rate", "{value:decimal}", "0.005", "{value}", "{value}"),
    Row("number", "{value:number}", "85", "{value}", "{value}"),
    Row("period", "{value:length}", "30 days", "{value}", "{value}"),
    Row("per", "{value:per}", "started day", "{value}", "{value}"),
    Row("share", "{rate:rate} of {of:base}", "20% of total", "{of}的{rate}", "{rate} of {of}", Share),
    Row("anchor", "{what:moment}", "signed", "{what}", "{what}", Anchor),
    Row(
        "anchor",
        "each session of {of:id}",
        "each session of autumn",
        "{of}每次课",
        "each session of {of}",
        Anchor,
        {"what": "session", "each": True},
    ),
    Row(
        "anchor",
        "the last session of {of:id}",
        "the last session of autumn",
        "{of}最后一次课",
        "the last session of {of}",
        Anchor,
        {"what": "session", "nth": -1},
    ),
    Row(
        "anchor",
        "session {nth:count} of {of:id}",
        "session 7 of autumn",
        "{of}第{nth}次课",
        "session {nth} of {of}",
        Anchor,
        {"what": "session"},
    ),
    Row("anchor", "each {what:words}", "each complaint", "每次{what}", "each {what}", Anchor, {"each": True}),
    Row("anchor", "{of:id} {what:state}", "A2 accepted", "{of}{what}之日", "{what} of {of}", Anchor),
    Row("anchor", "{what:words}", "complaint resolved", "{what}之日", "{what}", Anchor),
    Row("every", "{unit:window}", "calendar quarter", "每个{unit}", "each {unit}", Every),
    Row(
        "every",
        "{unit:window}, {zone:zone}",
        "calendar month, UTC",
        "每个{unit}（按{zone}时区）",
        "each {unit} in the time zone {zone}",
        Every,
    ),
    Row(
        "every",
        "month from day {from_day:count}",
        "month from day 15",
        "每月{from_day}日起的一个月",
        "each month from day {from_day}",
        Every,
        {"unit": "month"},
    ),
    Row(
        "every",
        "month from day {from_day:count}, {zone:zone}",
        "month from day 15, UTC",
        "每月{from_day}日起的一个月（按{zone}时区）",
        "each month from day {from_day} in the time zone {zone}",
        Every,
        {"unit": "month"},
    ),
    Row(
        "every",
        "rolling {days:count} days",
        "rolling 30 days",
        "每月末往前{days}日",
        "the {days} days up to each month's end",
        Every,
        {"unit": "rolling days"},
    ),
    Row("due", "{on:date}", "2026-06-30", "{on}", "{on}", DueRule),
    Row("due", "before {on:date}", "before 2026-06-30", "{on}前（不含当日）", "before {on}", DueRule, {"before": True}),
    Row("due", "by {on:date}", "by 2026-06-30", "{on}前（含当日）", "by {on}", DueRule, only_read=True),
    Row(
        "due",
        "on demand, within {period:length}",
        "on demand, within 10 days",
        "经另一方要求后{period}内",
        "within {period} after demand",
        DueRule,
        {"demand": True},
    ),
    Row(
        "due",
        "at least {period:length} before {anchor:anchor}",
        "at least 14 days before end",
        "不迟于{anchor}前{period}",
        "at least {period} before {anchor}",
        DueRule,
        {"before": True, "at_least": True},
    ),
    Row("due", "on demand", "on demand", "经另一方要求时", "on demand", DueRule, {"demand": True}),
    Row(
        "due",
        "{period:length} after {anchor:anchor}",
        "30 days after signed",
        "{anchor}起{period}内",
        "within {period} after {anchor}",
        DueRule,
    ),
    Row(
        "due",
        "{period:length} before {anchor:anchor}",
        "30 days before end",
        "{anchor}前{period}",
        "{period} before {anchor}",
        DueRule,
        {"before": True},
    ),
    Row(
        "due",
        "before {anchor:anchor}",
        "before fieldtech starts",
        "{anchor}前",
        "before {anchor}",
        DueRule,
        {"before": True},
    ),
    Row(
        "due",
        "{every:series}, by its {by:by}",
        "each quarter, by its last working day",
        "{every}的{by}前（含当日）",
        "by {by} of {every}",
        DueRule,
    ),
    Row(
        "due",
        "{every:series}, {period:length} after its end",
        "each quarter, 15 days after its end",
        "{every}结束后{period}内",
        "within {period} after the end of {every}",
        DueRule,
    ),
    Row(
        "range",
        "from {from_:number} to below {below:number}",
        "from 75 to below 85",
        "{from_}以上（含）不满{below}",
        "from {from_} to below {below}",
        Range,
    ),
    Row(
        "range",
        "from {from_:number} up to {up_to:number}",
        "from 75 up to 85",
        "{from_}以上（含）{up_to}以下（含）",
        "from {from_} up to and including {up_to}",
        Range,
    ),
    Row(
        "range",
        "above {above:number} to below {below:number}",
        "above 75 to below 85",
        "超过{above}不满{below}",
        "above {above} to below {below}",
        Range,
    ),
    Row(
        "range",
        "above {above:number} up to {up_to:number}",
        "above 75 up to 85",
        "超过{above}至{up_to}（含）",
        "above {above} up to and including {up_to}",
        Range,
    ),
    Row("range", "{low:number} to {high:number}", "95 to 99", "{low}至{high}", "{low} to {high}", Range),
    Row("range", "from {from_:number}", "from 10000", "{from_}以上（含）", "{from_} or more", Range),
    Row("range", "above {above:number}", "above 5", "超过{above}", "above {above}", Range),
    Row("range", "below {below:number}", "below 75", "不满{below}", "below {below}", Range),
    Row("range", "up to {up_to:number}", "up to 3", "{up_to}以下（含）", "up to and including {up_to}", Range),
    Row("when", "any {any:any} is {state:lateness}", "any annex is late", "{any}{state}", "{any} is {state}", When),
    Row("when", "a loss is proven", "a loss is proven", "损失经证实", "a loss is proven", When, {"state": "loss"}),
    Row(
        "when",
        "a loss caused by {id:id} is proven",
        "a loss caused by fieldtech is proven",
        "{id}造成的损失经证实",
        "a loss caused by {id} is proven",
        When,
        {"state": "loss"},
    ),
    Row(
        "when",
        "{measure:id} is {range:range} in {count:count} of {of:windows}",
        "score is below 85 in 2 of 3 windows",
        "任意连续{of}期中有{count}期{measure}{range}",
        "{measure} is {range} in {count} of {of} consecutive windows",
        When,
        {"state": MEASURED},
    ),
    Row(
        "when",
        "{measure:id} is below its target",
        "enrolment is below its target",
        "{measure}低于目标值",
        "{measure} is below its target",
        When,
        {"state": MEASURED, "target": True},
    ),
    Row(
        "when",
        "{measure:id} is graded {grade:id}",
        "score is graded C",
        "{measure}评为{grade}级",
        "{measure} is graded {grade}",
        When,
        {"state": MEASURED},
    ),
    Row(
        "when",
        "{measure:id} is {range:range}",
        "score is below 85",
        "{measure}{range}",
        "{measure} is {range}",
        When,
        {"state": MEASURED},
    ),
    Row(
        "when",
        "{measure:id} is measured",
        "score is measured",
        "{measure}每期结果",
        "each result of {measure}",
        When,
        {"state": MEASURED},
    ),
    Row("when", "{id:id} is {state:lateness}", "A1 is late", "{id}{state}", "{id} is {state}", When),
    Row("when", "each {event:words}", "each complaint", "每发生一次{event}", "each {event}", When, {"state": HAPPENS}),
    Row(
        "charge",
        "the loss proven",
        "the loss proven",
        "经证实的损失",
        "the loss proven",
        Charge,
        {"rate": Fraction(1), "of": "loss"},
    ),
    Row(
        "charge",
        "{reference:id} + {rate:rate} a year of {of:base}",
        "boe + 8% a year of what is unpaid",
        "按{of}以{reference}加{rate}的年利率计息",
        "interest on {of} at {reference} plus {rate} a year",
        Charge,
        {"per": Per("year")},
    ),
    Row(
        "charge",
        "{times:number} times {reference:id} a year of {of:base}",
        "1.5 times lpr a year of what is unpaid",
        "按{of}以{reference}的{times}倍为年利率计息",
        "interest on {of} at {times} times {reference} a year",
        Charge,
        {"per": Per("year"), "rate": Fraction(0)},
    ),
    Row(
        "charge",
        "{reference:id} raised by {raised:rate} a year of {of:base}",
        "lpr raised by 40% a year of what is unpaid",
        "按{of}以{reference}上浮{raised}为年利率计息",
        "interest on {of} at {reference} raised by {raised} a year",
        Charge,
        {"per": Per("year"), "rate": Fraction(0)},
    ),
    Row(
        "charge",
        "{rate:rate} of {of:base} per {per:per}",
        "0.5% of total per started day",
        "按{of}的{rate}/{per}",
        "{rate} of {of} for {per}",
        Charge,
    ),
    Row(
        "charge",
        "{rate:rate} of {of:base} once",
        "0.5% of total once",
        "一次性按{of}的{rate}",
        "{rate} of {of}, once",
        Charge,
    ),
    Row(
        "charge",
        "{rate:rate} of {of:base} each time",
        "5% of total each time",
        "每次按{of}的{rate}",
        "{rate} of {of} each time",
        Charge,
        only_read=True,
    ),
    Row(
        "charge",
        "{amount:money} a point lost",
        "2.00 CNY a point lost",
        "每失1分{amount}",
        "{amount} for each point lost",
        Charge,
        {"per": Per("point", part="exact")},
    ),
    Row(
        "charge",
        "{amount:money} per {per:per}",
        "500.00 CNY per started day",
        "{amount}/{per}",
        "{amount} for {per}",
        Charge,
    ),
    Row("charge", "{amount:money} each time", "500.00 CNY each time", "每次{amount}", "{amount} each time", Charge),
    Row("charge", "{amount:money} once", "5000.00 CNY once", "一次性{amount}", "{amount} once", Charge, only_read=True),
    Row(
        "bare charge",
        "{rate:rate} of {of:base}",
        "10% of total",
        "{of}的{rate}",
        "{rate} of {of}",
        Charge,
        only_read=True,
    ),
    Row("bare charge", "{amount:money}", "40.00 GBP", "{amount}", "{amount}", Charge, only_read=True),
    Row(
        "charge tail",
        "days {from_:count} to {to:count}",
        "days 1 to 10",
        "第{from_}至{to}日",
        "days {from_} to {to}",
        Charge,
    ),
    Row("charge tail", "from day {from_:count}", "from day 31", "自第{from_}日起", "from day {from_} on", Charge),
    Row("charge tail", "on day {on:count}", "on day 31", "于第{on}日", "on day {on}", Charge),
    Row(
        "ceiling",
        "{to:amount} each",
        "20% of total each",
        "每项不超过{to}",
        "at most {to} each",
        Ceiling,
        {"per": "obligation"},
    ),
    Row(
        "ceiling",
        "{to:amount} in total",
        "300000.00 CNY in total",
        "合计不超过{to}",
        "at most {to} in total",
        Ceiling,
        {"per": "all"},
    ),
    Row(
        "ceiling",
        "{to:amount} in each {per:window}",
        "30% of total in each contract year",
        "每个{per}不超过{to}",
        "at most {to} in each {per}",
        Ceiling,
    ),
    Row(
        "ceiling",
        "{to:amount} in any {per:rolling}",
        "300000.00 CNY in any 12 months",
        "任意连续{per}内不超过{to}",
        "at most {to} in any {per}",
        Ceiling,
    ),
    Row(
        "ceiling",
        "{to:amount} for each {per:scope}",
        "50000.00 CNY for each claim",
        "{per}不超过{to}",
        "at most {to} for each {per}",
        Ceiling,
    ),
    Row("ceiling", "{to:amount}", "20% of total", "不超过{to}", "at most {to}", Ceiling),
    Row(
        "grace",
        "{period:length}, never charged",
        "5 days, never charged",
        "宽限{period}，宽限期内不计",
        "{period} of grace, never charged",
        Grace,
        {"kind": "never charged"},
    ),
    Row(
        "grace",
        "{period:length}, charged once exceeded",
        "5 days, charged once exceeded",
        "宽限{period}，超过后自始计算",
        "{period} of grace, charged from the first day once exceeded",
        Grace,
        {"kind": "charged once exceeded"},
    ),
    Row("grace", "{period:length}", "5 days", "宽限{period}", "{period} of grace", Grace),
    Row("rounding", "{when:moments}, {mode:mode}", "once, half up", "{when}{mode}", "rounded {when}, {mode}", Rounding),
    Row("weight", "{weight:rate}", "20%", "{weight}", "{weight}", Weight),
    Row("allowance", "all", "all", "全部", "all of it", Allowance),
    Row(
        "allowance",
        "at most {to:length}",
        "at most 600 minutes",
        "累计不超过{to}",
        "at most {to} in all",
        Allowance,
    ),
    Row(
        "deadline",
        "{period:length} after {after:start}",
        "30 days after the period",
        "{after}起{period}内",
        "within {period} after {after}",
        Deadline,
    ),
    Row("deadline", "{period:length}", "30 days", "{period}内", "within {period}", Deadline),
    Row(
        "grant",
        "{holder:id} may {may:act} within {within:length}",
        "client may terminate within 60 days",
        "{holder}有权在{within}内{may}",
        "{holder} may {may} within {within}",
        Grant,
    ),
    Row("grant", "{holder:id} may {may:act}", "client may terminate", "{holder}有权{may}", "{holder} may {may}", Grant),
    Row(
        "repeat",
        "{times:factor} from the {nth:ordinal} in a {unit:cycle}",
        "double from the third in a month",
        "{unit}内自{nth}起按{times}计",
        "{times} from the {nth} in {unit}",
        Repeat,
    ),
    Row("points", "{n:number} each", "5 each", "每次{n}分", "{n} points each", Points),
    Row("points", "{n:number} a {per:per}", "2 a started day", "{n}分/{per}", "{n} points for {per}", Points),
    Row(
        "lose when",
        "any {any:words} is {state:lateness}",
        "any growth file is late",
        "任一{any}{state}",
        "any {any} is {state}",
        When,
    ),
)

KINDS: dict[Any, str] = {
    Money: "money",
    Fraction: "rate",
    Period: "period",
    Per: "per",
    Share: "share",
    Anchor: "anchor",
    Every: "every",
    DueRule: "due",
    Range: "range",
    When: "when",
    Charge: "charge",
    Ceiling: "ceiling",
    Grace: "grace",
    Rounding: "rounding",
    Weight: "weight",
    Allowance: "allowance",
    Deadline: "deadline",
    Grant: "grant",
    Repeat: "repeat",
    Points: "points",
}
"""Which kind of phrase stands for a long form."""

_ALSO = {"amount": ("money", "share"), "band": ("charge", "bare charge"), "lose": ("when", "lose when")}
"""Kinds that take the rows of others; in a band a charge falls once, so it need not say so; a line of a points card may
name a duty by its own words."""

_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


@cache
def _parts(template: str) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """A template as its first words, then each slot with the words that follow it."""
    pieces = _SLOT.split(template)
    return pieces[0], tuple((pieces[i], pieces[i + 1], pieces[i + 2]) for i in range(1, len(pieces), 3))


@cache
def _rows(kind: str) -> tuple[Row, ...]:
    return tuple(row for name in _ALSO.get(kind, (kind,)) for row in ROWS if row.kind == name)


def _cut(template: str, text: str) -> dict[str, tuple[str, str]] | None:
    """The text of each slot, by field; None where the words around the slots are others."""
    first, slots = _parts(template)
    if not text.startswith(first):
        return None
    rest, found = text[len(first) :], {}
    for i, (field, slot, words) in enumerate(slots):
        if i < len(slots) - 1:
            raw, met, rest = rest.partition(words)
            if not met:
                return None
        elif not rest.endswith(words):
            return None
        else:
            raw, rest = rest[: len(rest) - len(words)], ""
        found[field] = (slot, raw)
    return None if rest else found


def read_row(row: Row, text: str) -> Any:
    """The value of a phrase by one row; None where it is another phrase."""
    cut = _cut(row.template, text)
    if cut is None:
        return None
    try:
        fields = {field: SLOTS[slot].read(raw) for field, (slot, raw) in cut.items()}
    except ValueError:
        return None
    return row.build(**{**row.fixed, **fields}) if row.build else fields["value"]


def _read_whole(kind: str, text: str) -> Any:
    for row in _rows(kind):
        value = read_row(row, text)
        if value is not None:
            return value
    return None


def _read(kind: str, text: str) -> Any:
    """The value of a phrase, or None. A charge may end in the days that it holds for."""
    value = _read_whole(kind, text)
    if value is not None or kind not in ("charge", "band"):
        return value
    head, comma, tail = text.rpartition(", ")
    whole, days = _read_whole(kind, head) if comma else None, _read_whole("charge tail", tail)
    if whole is None or days is None:
        return None
    return msgspec.structs.replace(whole, from_=days.from_, to=days.to, on=days.on)


def parse(kind: str, text: str, where: str = "") -> Any | Problem:
    """The long form of a phrase, or what is wrong: the nearest good phrase if one is close, else what is expected."""
    tidy = " ".join(text.split()) if len(text) <= LONGEST else ""
    value = _read(kind, tidy) if tidy else None
    return value if value is not None else _wrong(kind, tidy or text[:40] + "…", where)


@cache
def _defaults(build: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        field.name: field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(build)
    }


def _fits(row: Row, value: Any) -> bool:
    """Whether the row's template can say all that the value holds."""
    build = row.build
    if build is None:
        return KINDS.get(type(value)) == {"number": "rate"}.get(row.kind, row.kind)
    if not isinstance(value, build):
        return False
    held = {field for field, _, _ in _parts(row.template)[1]}
    for name, default in _defaults(build).items():
        has = getattr(value, name)
        if name in held:
            if has is None:
                return False
        elif has != row.fixed.get(name, default):
            return False
    return True


def _fill(row: Row, value: Any) -> str | None:
    first, slots = _parts(row.template)
    text = first
    for field, slot, words in slots:
        shown = SLOTS[slot].show(getattr(value, field) if row.build else value)
        if shown is None:
            return None
        text += shown + words
    return text


def show(value: Any, kind: str = "") -> str | None:
    """The phrase of a value, such that `parse` gives the value back; None where only the long form can say it."""
    kind = kind or KINDS[type(value)]
    text = _show(value, kind)
    return text if text is not None and _read(kind, text) == value else None


def _show(value: Any, kind: str) -> str | None:
    for row in _rows(kind):
        if not row.only_read and _fits(row, value) and (text := _fill(row, value)) is not None:
            return text
    head, days = _headed(value)
    if days is None:
        return None
    tail, whole = _fill(days, value), _show(head, kind)
    if whole and days.template.startswith("on "):
        whole = whole.replace(" each time", " once")
    return f"{whole}, {tail}" if whole and tail else None


def _headed(value: Any) -> tuple[Any, Row | None]:
    """A charge without the days that it holds for, and the row that says them."""
    if not isinstance(value, Charge):
        return value, None
    days = msgspec.structs.replace(Charge(), from_=value.from_, to=value.to, on=value.on)
    row = next((row for row in _rows("charge tail") if _fits(row, days)), None)
    return msgspec.structs.replace(value, from_=None, to=None, on=None), row


def is_id(text: str) -> bool:
    """Whether a text can be an id: one word, so that phrases can name it."""
    return _ID.fullmatch(text) is not None


def _own_words(name: str, lang: str) -> str:
    return name


def prose(value: Any, lang: str, names: Names = _own_words, kind: str = "") -> str:
    """The words of a printed contract for a value; `names` gives those of ids and event kinds."""
    kind = kind or KINDS[type(value)]
    head, tail = _headed(value)
    if tail is not None:
        said = (", " if lang == "en" else "，") + _say(tail, value, lang, names)
        return _whole(head, kind, lang, names, once=value.on is not None) + said
    return _whole(value, kind, lang, names)


def _whole(value: Any, kind: str, lang: str, names: Names, *, once: bool = False) -> str:
    """The prose of the first row that fits; on a certain day, of the row that says "once"."""
    fitting = [row for row in _rows(kind) if _fits(row, value) and _fill(row, value) is not None]
    chosen = next((row for row in fitting if row.template.endswith(" once") if once), None)
    chosen = chosen or next((row for row in fitting if not row.only_read), None)
    return _say(chosen, value, lang, names) if chosen else show(value, kind) or str(value)


def _say(row: Row, value: Any, lang: str, names: Names) -> str:
    slots = {field: slot for field, slot, _ in _parts(row.template)[1]}
    words = row.en if lang == "en" else row.zh
    return _SLOT.sub(lambda m: SLOTS[slots[m[1]]].say(getattr(value, m[1]) if row.build else value, lang, names), words)


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
        value = _read(kind, candidate)
        if value is not None:
            return show(value, kind) or candidate
    return ""


def _like_example(kind: str, text: str) -> str:
    """The example nearest to `text` with the numbers of `text` in their places; "" where they do not fit."""
    from difflib import SequenceMatcher

    example = nearest(text, [row.example for row in _rows(kind)])
    written, given = _FIGURE.findall(text), _FIGURE.findall(example)
    if len(written) != len(given):
        return ""
    numbers = iter(written)
    meant = _FIGURE.sub(lambda _: next(numbers), example)
    alike = SequenceMatcher(None, text, meant).ratio() >= ALIKE
    return meant if alike and _read(kind, meant) is not None else ""


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
    sound = whole if _read(kind, whole) is not None else _slipped(kind, whole)
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
    words = {word for row in ROWS for word in re.findall(r"[a-z]{3,}", _SLOT.sub(" ", row.template))}
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


def _wrong(kind: str, text: str, where: str) -> Problem:
    bare = _BARE_RATE.fullmatch(text)
    if kind in ("rate", "share", "charge", "band", "ceiling", "amount", "weight") and bare and Fraction(bare[1]) > 1:
        rate = Fraction(bare[1])
        large, small = (
            _with_rate(kind, text.replace(bare[1], _show_percent(rate / part) or "", 1)) for part in (100, 10000)
        )
        args = {"text": text, "number": bare[1], "percent": f"{show_decimal(rate * 100)} %"}
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
    return meant if _read(kind, meant) is not None else _mended(kind, meant) or meant.partition(" ")[0]
