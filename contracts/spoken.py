"""Everyone's own words in a record of events: 甲方 for a party, a title for an annex, 2026年2月 for a window."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from core.events import KINDS
from core.money import show_decimal
from core.terms import Annex, Contract, Measure, Payment, Scorecard, Step
from locales import words

__all__ = [
    "CURRENCY_WORDS",
    "FAULT_WORDS",
    "KIND_WORDS",
    "Known",
    "amount_in",
    "in_script",
    "kinds_by_language",
    "known_in",
    "known_kinds",
    "normalised",
    "percent",
    "window_of",
]

KIND_WORDS: dict[str, str] = {
    "交付": "delivered",
    "提交": "delivered",
    "递交": "delivered",
    "送达": "delivered",
    "验收": "accepted",
    "验收合格": "accepted",
    "验收通过": "accepted",
    "通过验收": "accepted",
    "接受": "accepted",
    "拒收": "rejected",
    "退回": "rejected",
    "拒绝验收": "rejected",
    "验收不合格": "rejected",
    "验收未通过": "rejected",
    "不合格": "rejected",
    "开始工作": "starts",
    "结束工作": "ends",
    "要求": "demanded",
    "催告": "demanded",
    "展期": "extended",
    "延期": "extended",
    "免责": "excused",
    "双方原因": "shared cause",
    "等待客户": "waiting for client",
    "付款": "paid",
    "支付": "paid",
    "付清": "paid",
    "到账": "paid",
    "收款": "paid",
    "开票": "invoiced",
    "损失经证实": "loss proven",
    "抵销": "set off",
    "指定抵充": "designated",
    "拒绝受领": "refused",
    "债权费用经证实": "costs proven",
    "扣收": "drawn",
    "退款": "refunded",
    "追回": "recovered",
    "提前终止": "ended early",
    "目的不能实现": "failed",
    "选择": "chosen",
    "行使": "exercised",
    "对账": "reconciled",
    "承认债务": "acknowledged",
    "起诉": "sued",
    "催款": "reminded",
    "上课": "session held",
    "资料迟交": "input late",
    "通知": "notified",
    "索赔": "claimed",
    "异议": "disputed",
    "认可": "agreed",
    "弃权": "waived",
    "结清": "settled",
    "签署": "signed",
    "书面通知": "notified in writing",
    "同意": "consents",
    "申请第三方介入": "involvement requested",
    "答复第三方介入": "involvement answered",
    "签署第三方协议": "agreement signed",
    "审核第三方协议": "agreement reviewed",
    "通知第三方终止": "end told",
    "第三方结算": "account settled",
    "不续期通知": "renewal refused",
    "发生费用": "cost incurred",
    "认定自身过错": "own fault found",
    "主张过错": "fault alleged",
    "承认过错": "fault admitted",
    "认定过错": "fault found",
    "认定无过错": "fault not found",
    "解除": "terminated",
    "评分": "scored",
    "更正": "corrected",
    "撤回": "withdrawn",
}
"""Usual words for a kind; the first of each is the one that is written. 已付款 and the like are read as 付款."""

CURRENCY_WORDS = frozenset({"元", "圆", "¥", "人民币", "人民幣", "RMB", "元整", "元人民币"})
"""What is written for CNY, in a contract that counts in CNY."""

FAULT_WORDS = {"故意": "intent", "重大过失": "gross negligence", "过失": "negligence"}


class Known(NamedTuple):
    """What a contract's own words mean: each mapping goes from a folded word to a kind or an id."""

    kinds: frozenset[str] = frozenset()
    titles: Mapping[str, str] = {}
    people: Mapping[str, str] = {}
    things: Mapping[str, str] = {}
    series: Mapping[str, str] = {}
    currency: str = ""


def known_in(contract: Contract) -> Known:
    """The words of a contract, and the kinds that core knows."""
    kinds, titles = known_kinds(contract.event_kinds)
    own = _only([(word, kind) for word, kind in titles.items()])
    texts = [(key, text) for key, party in contract.parties.items() for text in (party.label, party.name)]
    people = [(word, key) for key, text in texts for word in text.values()]
    people += [(word, key) for key, third in contract.third_parties.items() for word in third.name.values()]
    listed: list[Annex | Step | Payment | Measure | Scorecard] = [
        *contract.annexes, *contract.steps, *contract.payments, *contract.measures, *contract.scorecards
    ]  # fmt: skip
    things = [(word, item.id) for item in listed for word in item.title.values()] + _numbered(contract)
    dues = {item.id: item.due for item in listed if isinstance(item, (Annex, Payment))}
    series = {key: due.every.unit for key, due in dues.items() if due and due.every}
    return Known(frozenset(kinds), own, _only(people), _only(things), series, contract.currency)


def _numbered(contract: Contract) -> list[tuple[str, str]]:
    """Annexes by the numbers that a printed contract gives them: 附件二, 附件2, Annex 2."""
    from contracts.papers.numerals import ordinal

    return [
        (word.format(n), annex.id)
        for number, annex in enumerate(contract.annexes, 1)
        for word, n in (("附件{}", ordinal(number)), ("附件{}", number), ("Annex {}", number))
    ]


def _only(words: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Words that mean one thing; what two things are called means neither."""
    meant: dict[str, set[str]] = {}
    for word, key in words:
        meant.setdefault(_folded(word), set()).add(key)
    return {word: next(iter(keys)) for word, keys in meant.items() if len(keys) == 1 and word}


def _folded(word: str) -> str:
    """A word without what a keyboard varies: full width, capitals, blanks."""
    return " ".join(unicodedata.normalize("NFKC", word).split()).casefold()


def percent(rate: Fraction) -> dict[str, str]:
    """A share as each language writes it: "0.5 %", "0.5%"."""
    number = show_decimal(rate * 100)
    return {"en": words("en", "value.percent", n=number), "zh": words("zh-Hans", "value.percent", n=number)}


def normalised(raw: Mapping[str, Any], number: int, known: Known) -> dict[str, Any]:
    """ "A1 delivered" is kind "delivered" of "A1"; "fieldtech consents" is kind "consents" by "fieldtech"; a party, an
    annex or a month in the author's own words becomes its id.
    """
    event = dict(raw)
    event.setdefault("id", f"E{number}")
    what = event.get("what")
    if isinstance(what, str):
        what = " ".join(what.split())
        event["what"] = what = _kind(what, known) or what
        if what not in known.kinds:
            _split(event, what, known)
    if isinstance(event.get("by"), str):
        event["by"] = _called(event["by"], known.people) or event["by"]
    if isinstance(event.get("of"), str):
        event["of"] = _subject(event["of"], known)
        _into_window(event, known)
    if isinstance(event.get("value"), (int, Decimal)) and not isinstance(event.get("value"), bool):
        event["value"] = str(event["value"])
    if isinstance(event.get("fault"), str):
        event["fault"] = FAULT_WORDS.get(event["fault"], event["fault"])
    return event


def _kind(word: str, known: Known) -> str | None:
    """The kind that a word means: its id, its title, or a usual word for it, also with 已 before it."""
    if word in known.kinds:
        return word
    folded = _folded(word)
    if folded in known.titles:
        return known.titles[folded]
    if folded in known.kinds:
        return folded
    done = folded.removeprefix("已")
    usual = KIND_WORDS.get(folded) or KIND_WORDS.get(done)
    if usual is not None or folded.isascii():
        return usual
    ending = {kind for title, kind in known.titles.items() if done and done != folded and title.endswith(done)}
    if len(ending) == 1:
        return next(iter(ending))
    return in_script(done, KIND_WORDS) or in_script(folded, known.titles)


def _split(event: dict[str, Any], what: str, known: Known) -> None:
    subject, _, rest = what.partition(" ")
    kind = _kind(rest, known) if rest else None
    if kind is None:
        return
    event["what"] = kind
    role = "by" if kind == "consents" or event.get("of") is not None else "of"
    event.setdefault(role, subject)


def _subject(of: str, known: Known) -> str:
    """The id of what a title or a party's words name; the window after a slash is kept."""
    name, slash, window = of.partition("/")
    meant = _called(name, known.things) or _called(name, known.people)
    return f"{meant}{slash}{window}" if meant else of


def _called(word: str, words: Mapping[str, str]) -> str | None:
    """The id that a word means, in either script."""
    folded = _folded(word)
    return words.get(folded) or in_script(folded, words)


def _into_window(event: dict[str, Any], known: Known) -> None:
    """ "MR" with the case 2026年2月, and "MR/2026-2", are "MR/2026-02" where MR recurs month by month."""
    name, slash, window = event["of"].partition("/")
    unit = known.series.get(name)
    if unit is None:
        return
    about = event.get("about")
    if slash:
        event["of"] = f"{name}/{window_of(window, unit) or window}"
    elif isinstance(about, str) and (found := window_of(about.removeprefix(f"{name}/"), unit)):
        event["of"] = f"{name}/{found}"
        del event["about"]


_MONTH = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?(?:月份?|[-/.]0?1)?")
_QUARTER = re.compile(r"(\d{4}) ?[-/年]? ?(?:q ?([1-4])|第?([1-4一二三四])季度?)")
_YEAR = re.compile(r"(\d{4}) ?(?:年度?)?")
_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4"}


def window_of(text: str, unit: str) -> str | None:
    """The id of a window ("2026-02", "2026-Q1", "2026") as people write it; None where it is none of this unit.

    A spreadsheet makes the first day of the month of "2026-02"; that is the month again.
    """
    folded = _folded(text)
    if unit.endswith("month") and (found := _MONTH.fullmatch(folded)) and 1 <= int(found[2]) <= 12:
        return f"{found[1]}-{int(found[2]):02}"
    if unit.endswith("quarter") and (found := _QUARTER.fullmatch(folded)):
        number = found[2] or found[3]
        return f"{found[1]}-Q{_QUARTERS.get(number, number)}"
    if unit == "calendar year" and (found := _YEAR.fullmatch(folded)):
        return found[1]
    return None


_AMOUNT = re.compile(r"(?P<before>[^\d.,\s-]*) ?(?P<number>-?\d[\d,]*(?:\.\d+)?) ?(?P<after>[^\d.,\s-]*)")


def amount_in(text: str, currency: str) -> str:
    """ "40,000元" as "40,000 CNY" in a contract in CNY; a bare number is in the contract's currency.

    Anything else stays as it is written, to be refused: 元 and ¥ are words of several currencies.
    """
    found = _AMOUNT.fullmatch(" ".join(unicodedata.normalize("NFKC", text).split()))
    if found is None or not currency:
        return text
    said = {word.upper() for word in (found["before"], found["after"]) if word}
    own = {currency} | (CURRENCY_WORDS if currency == "CNY" else frozenset())
    if said <= own:
        return f"{found['number']} {currency}"
    code = said.pop() if len(said) == 1 else ""
    return f"{found['number']} {code}" if re.fullmatch("[A-Z]{3}", code) else text


def kinds_by_language(kinds: Iterable[str], contract_kinds: Mapping[str, Any]) -> dict[str, list[str]]:
    """Kinds of event as each language calls them in a sheet: their own titles, else the usual word."""
    usual = {kind: word for word, kind in reversed(KIND_WORDS.items())}
    kinds = list(kinds)
    chinese = []
    for kind in kinds:
        title = getattr(contract_kinds.get(kind), "title", {})
        chinese.append(title.get("zh-Hans") or title.get("*") or usual.get(kind, kind))
    return {"en": kinds, "zh-Hans": chinese}


def known_kinds(contract_kinds: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[str, str]]:
    """All kinds of event that a contract may use, and its own kinds by their titles in any language."""
    titles = {}
    for kind, own in contract_kinds.items():
        for word in getattr(own, "title", {}).values():
            titles[word] = kind
    return tuple(dict.fromkeys((*contract_kinds, *KINDS))), titles


def in_script(word: str, known: Mapping[str, str]) -> str | None:
    """What a word in Traditional script means, where `known` has it in Simplified."""
    if word.isascii():
        return None
    from locales import convert_hant

    chinese = ((simple, meant) for simple, meant in known.items() if not simple.isascii())
    return next((meant for simple, meant in chinese if convert_hant(simple) == word), None)
