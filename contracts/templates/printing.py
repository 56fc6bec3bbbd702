"""Prints clause texts: each `{path}` of a text becomes the words of that term in one language."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from contracts import phrases
from contracts.templates import Template, shared
from contracts.walk import CLOSED
from core.money import Money, show_decimal
from core.periods import Period
from core.terms import Band, Charge, Contract, Languages, Per, Term, Text, find

__all__ = [
    "BLANK",
    "FIELD",
    "Example",
    "Numbers",
    "UnprintableError",
    "annex_name",
    "fill",
    "in_hant",
    "item_number",
    "printed",
]

BLANK = "________"
"""What stands for a value that is still open."""

FIELD = re.compile(r"\{([^{}]+)\}")

Numbers = Mapping[str, str]
"""The number of each clause by its id."""

Example = Callable[[Contract, str, int], Money | None]
"""Works an example: contract, obligation and days late; None where it cannot."""


_DATES = {"day", "week", "month", "year"}
"""Units that run over dates alone."""


class UnprintableError(LookupError):
    """A path that leads nowhere, or to a value for which a document has no words."""


def _named(contract: Contract) -> Callable[[str, str], str]:
    """The words of one contract for its own ids, as phrases ask for them."""
    items = [contract.payments, contract.steps, contract.measures, contract.scorecards]
    titles: dict[str, Text] = {item.id: item.title for group in items for item in group}  # type: ignore[attr-defined]
    texts = (
        {key: party.label for key, party in contract.parties.items()}
        | {key: third.name for key, third in contract.third_parties.items()}
        | {key: kind.title for key, kind in contract.event_kinds.items()}
        | titles
    )
    annexes = {annex.id for annex in contract.annexes}

    def name(key: str, lang: str) -> str:
        if key in annexes:
            return annex_name(contract, key, lang)
        return _text(texts[key], lang) if texts.get(key) else key

    return name


def annex_name(contract: Contract, key: str, lang: str) -> str:
    """附件二, Annex 2: annexes are numbered as they stand in the contract."""
    from contracts.papers.numerals import ordinal

    number = next((n for n, annex in enumerate(contract.annexes, 1) if annex.id == key), 0)
    if not number:
        raise UnprintableError(f"annex:{key}")
    return _word("join", "annex", lang).format(han=ordinal(number), number=number)


def fill(
    line: str, contract: Contract, template: Template, lang: str, numbers: Numbers, example: Example | None = None
) -> str | None:
    """One line with its paths printed; None where it says nothing (an empty list, an example not to be worked)."""
    empty = False

    def field(found: re.Match[str]) -> str:
        nonlocal empty
        words = _field(found[1], contract, template, lang, numbers, example)
        empty = empty or words is None
        words = words or ""
        # "Co., Ltd." ends its sentence as well: no second full stop.
        return words[:-1] if words.endswith(".") and line[found.end() : found.end() + 1] == "." else words

    filled = FIELD.sub(field, line)
    return None if empty else filled


def _field(
    name: str, contract: Contract, template: Template, lang: str, numbers: Numbers, example: Example | None
) -> str | None:
    before, colon, after = name.partition(":")
    if not colon:
        return _defined(printed(contract, template, name, lang), template, lang)
    if before == "clause":
        return _clause_number(template, after, numbers)
    if before == "annex":
        return annex_name(contract, after, lang)
    if before == "example":
        return _example(contract, template, after, lang, example)
    if after == "capitals":
        return _capitals(_found(contract, before), lang, name)
    raise UnprintableError(name)


def printed(contract: Contract, template: Template, path: str, lang: str) -> str | None:
    """The words of the term at `path`; BLANK where it is open, None where it is an empty list."""
    head, _, rest = path.partition(".")
    if head == "fixed":
        return _fixed(template, rest, lang)
    value = _found(contract, path)
    if value is None or value == {}:
        return BLANK if not path.endswith(".deemed_accepted") else None
    if isinstance(value, tuple):
        return _listed(contract, path, value, lang) if value else None
    if isinstance(value, dict):
        shares = all(isinstance(each, Fraction) for each in value.values())
        return _shares(contract, value, lang) if shares else _text(value, lang)
    if isinstance(value, str):
        return _said(contract, path, value, lang)
    return _value(contract, value, lang, path)


def in_hant(text: str, keep: tuple[str, ...]) -> str:
    """Simplified in Traditional script, except names and addresses, which are never converted."""
    from locales import convert_hant

    if not keep:
        return convert_hant(text)
    parts = re.split("(" + "|".join(re.escape(name) for name in sorted(keep, key=len, reverse=True)) + ")", text)
    return "".join(part if part in keep else convert_hant(part) for part in parts)


def item_number(number: int, lang: str) -> str:
    """（1） and (1)."""
    return f"（{number}）" if lang.startswith("zh") else f"({number})"


def _value(contract: Contract, value: Any, lang: str, path: str) -> str:
    if isinstance(value, date):
        return _day(value, lang)
    if isinstance(value, Term):
        return _term(contract, value, lang)
    if isinstance(value, Languages):
        return _languages(value, lang)
    if isinstance(value, Charge) and value.per is not None and value in (_share(value), _amount(value)):
        return _running(contract, value.per, value, lang)
    if type(value) not in phrases.KINDS:
        raise UnprintableError(path)
    return phrases.prose(value, lang, _named(contract))


def _share(charge: Charge) -> Charge:
    return Charge(rate=charge.rate, of=charge.of, per=charge.per)


def _amount(charge: Charge) -> Charge:
    return Charge(amount=charge.amount, per=charge.per)


def _running(contract: Contract, each: Per, charge: Charge, lang: str) -> str:
    """A share or an amount that runs, so said that the reading is forced: for each day (or part) of delay."""
    per = phrases.prose(each, lang, _named(contract))
    if lang != "en" and each.n == 1:
        per = f"一{per}"
    if charge.amount is not None:
        return _word("charge", "fixed", lang).format(per=per, amount=phrases.prose(charge.amount, lang))
    share = phrases.prose(Charge(rate=charge.rate, of=charge.of), lang, _named(contract), "charge")
    base, rate = _base_and_rate(share, lang)
    return _word("charge", "running", lang).format(per=per, base=base, rate=rate)


def _base_and_rate(once: str, lang: str) -> tuple[str, str]:
    """The two parts of the prose of a one-off share."""
    if lang == "en":
        rate, _, base = once.removesuffix(", once").partition(" of ")
        return base, rate
    base, _, rate = once.removeprefix("一次性按").rpartition("的")
    return base, rate


def _said(contract: Contract, path: str, value: str, lang: str) -> str:
    """A word of the terms: a party, a closed list's word, or the text itself."""
    *_, parent, last = ["", *path.split(".")]
    if last in ("owed_by", "owed_to", "limits", "engaged_by", "recourse"):
        return _named(contract)(value, lang)
    if last == "prevailing":
        return _word("languages", value, lang)
    if parent == "knobs":
        return _word("knobs", last, lang, value)
    if last in ("order", "window", "counts", "tiering"):
        return _word(last, value, lang)
    if "." in path and (type(_found(contract, path.rpartition(".")[0])), last) in CLOSED:
        raise UnprintableError(path)
    return value


def _listed(contract: Contract, path: str, values: tuple[Any, ...], lang: str) -> str:
    last = path.rpartition(".")[2]
    if last in ("covers", "except", "limit_except"):
        words = [_word("heads", value, lang) for value in values]
    elif last == "raised_if":
        party = path.split(".")[1]
        words = [_condition(contract, value, party, lang) for value in values]
    elif last == "accepted_by":
        words = [_named(contract)(value, lang) for value in values]
    elif last == "bands":
        return _word("join", "bands", lang).join(_band(contract, band, lang) for band in values)
    else:
        raise UnprintableError(path)
    return _joined(words, lang)


def _band(contract: Contract, band: Band, lang: str) -> str:
    """One band: for which results, and what it costs then."""
    names = _named(contract)
    held, costs = phrases.prose(band.range, lang, names), phrases.prose(band.charge, lang, names)
    return _word("join", "band", lang).format(range=held, charge=costs)


def _condition(contract: Contract, value: str, party: str, lang: str) -> str:
    """An event that raises a limit: "notified in writing", or "<third party> consents"."""
    who, _, what = value.rpartition(" ")
    key = what if who in contract.third_parties else value
    name = _named(contract)(who if who in contract.third_parties else party, lang)
    return _word("events", key, lang).format(party=name)


def _joined(words: list[str], lang: str) -> str:
    if len(words) == 1:
        return words[0]
    return _word("join", "list", lang).join(words[:-1]) + _word("join", "final", lang) + words[-1]


def _shares(contract: Contract, shares: Mapping[str, Fraction], lang: str) -> str:
    pattern = _word("join", "share", lang)
    said = [pattern.format(party=_named(contract)(key, lang), rate=_rate(rate)) for key, rate in shares.items()]
    return _word("join", "shares", lang).join(said)


def _rate(rate: Fraction) -> str:
    percent = show_decimal(rate * 100)
    return show_decimal(rate) if "/" in percent else f"{percent}%"


def _day(day: date, lang: str) -> str:
    from contracts.papers.numerals import spoken_day

    return spoken_day(day, lang)


def _term(contract: Contract, term: Term, lang: str) -> str:
    """From the first day to the last, both said, so that no reader has to count; else from the first day, how long."""
    first = _day(term.from_, lang)
    last = term.until or _last_day(contract, term)
    if last is None:
        return _word("join", "open_term", lang).format(first=first, length=phrases.prose(term.for_, lang))
    return _word("join", "term", lang).format(first=first, last=_day(last, lang))


def _last_day(contract: Contract, term: Term) -> date | None:
    """By KNOBS `term_end`; None where it takes a calendar or a clock to say it."""
    from core.periods import term_end
    from core.presets import resolve
    from core.worktime import Calendar

    length = term.for_
    if length is None or not {length.unit, length.plus.unit if length.plus else "day"} <= _DATES:
        return None
    counting, _ = resolve(contract.counting.preset, contract.counting.knobs, {})
    last = term_end(term.from_, length, counting, Calendar("none", "1", "Asia/Shanghai"))
    return last if isinstance(last, date) else None


def _languages(languages: Languages, lang: str) -> str:
    tags = [tag for tag in (languages.prevailing, *languages.also) if tag]
    return _joined([_word("languages", tag, lang) for tag in tags], lang)


def _fixed(template: Template, key: str, lang: str) -> str:
    figure = template.fixed.get(key)
    if figure is None:
        raise UnprintableError(f"fixed.{key}")
    period = phrases.parse("period", figure.value)
    return phrases.prose(period, lang) if isinstance(period, Period) else figure.value


def _clause_number(template: Template, key: str, numbers: Numbers) -> str:
    """The number of a clause; an alternative that is not in the text gives its place to the one that is."""
    if key in numbers:
        return numbers[key]
    asked = template.alternatives.get(key)
    for other, alternative in template.alternatives.items():
        if asked and other in numbers and alternative.question == asked.question:
            return numbers[other]
    raise UnprintableError(f"clause:{key}")


def _example(contract: Contract, template: Template, directive: str, lang: str, example: Example | None) -> str | None:
    """`late-annex A1 12 days`: the rule, the obligation, and how late it is."""
    parts = directive.split()
    if len(parts) != 4 or not parts[2].isdigit():
        raise UnprintableError(f"example:{directive}")
    rule, of, days = parts[0], parts[1], int(parts[2])
    if rule not in {each.id for each in contract.rules}:
        raise UnprintableError(f"example:{directive}")
    amount = example(contract, of, days) if example else None
    if amount is None:
        return None
    paid = any(payment.id == of for payment in contract.payments)
    words = _word("examples", "paid" if paid else "late", lang)
    said, money = phrases.prose(Period(days, "day"), lang), phrases.prose(amount, lang)
    return words.format(annex=_named(contract)(of, lang), days=said, money=money)


def _capitals(value: Any, lang: str, name: str) -> str:
    from contracts.papers.numerals import capitals

    if value is None:
        return BLANK
    if not isinstance(value, Money):
        raise UnprintableError(name)
    return _english(value) if lang == "en" else capitals(value.minor, value.currency)


_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_CURRENCIES = {"CNY": "Renminbi"}


def _english(money: Money) -> str:
    """Renminbi one million two hundred thousand; parts as a hundredth: "and 50/100"."""
    whole, part = divmod(abs(money.minor), 100)
    cents = f" and {part:02}/100" if part else ""
    currency = _CURRENCIES.get(money.currency, money.currency)
    return f"{currency} {'minus ' if money.minor < 0 else ''}{_spelt(whole)}{cents}"


def _spelt(number: int) -> str:
    for size, name in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "" if not low else " and " if low < 100 else " "
            return f"{_spelt(high)} {name}{gap}{_spelt(low) if low else ''}"
    if number >= 100:
        high, low = divmod(number, 100)
        return f"{_ONES[high]} hundred" + (f" and {_spelt(low)}" if low else "")
    if number >= 20:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    return _ONES[number]


def _found(contract: Contract, path: str) -> Any:
    try:
        return find(contract, path)
    except LookupError:
        raise UnprintableError(path) from None


def _word(table: str, key: str, lang: str, value: str | None = None) -> str:
    entry = shared("words").get(table, {}).get(key)
    if value is not None and entry is not None:
        entry = entry.get(value)
    if entry is None:
        raise UnprintableError(".".join(part for part in (table, key, value) if part))
    return str(entry["en" if lang == "en" else "zh-Hans"])


def _text(text: Mapping[str, str], lang: str) -> str:
    for tag in (lang, "en" if lang == "en" else "zh-Hans", "*", "zh-Hans", "en"):
        if tag in text:
            return text[tag]
    return next(iter(text.values()))


def _defined(words: str | None, template: Template, lang: str) -> str | None:
    """Printed values use the defined words of this text: "the Contract Price" for "the contract total"."""
    if words is None:
        return None
    for said, meant in template.defined.get("en" if lang == "en" else "zh-Hans", {}).items():
        words = words.replace(said, meant)
    return words
