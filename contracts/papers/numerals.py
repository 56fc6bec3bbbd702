"""Numbers as Chinese papers write them: capital amounts, ordinals, the numbering of clauses, dates in words."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from typing import Literal

from core.money import Money, exponent

__all__ = ["Level", "accepts", "capitals", "decimal", "numbered", "ordinal", "spoken_day"]

Level = Literal["chapter", "article", "item", "point", "subpoint"]

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
TRADITIONAL = str.maketrans("贰陆万亿币负欧镑", "貳陸萬億幣負歐鎊")
PLAIN = str.maketrans("貳參叄陸萬億幣負圓圆正", "贰叁叁陆万亿币负元元整")
CURRENCIES = {
    "CNY": "人民币", "USD": "美元", "HKD": "港元", "MOP": "澳门元",
    "TWD": "新台币", "EUR": "欧元", "GBP": "英镑", "SGD": "新加坡元",
}  # fmt: skip
LONGEST = 80  # characters; the capitals of any sum that money can be are shorter


def capitals(money_minor: int, currency: str = "CNY", script: str = "zh-Hans") -> str:
    """An amount in minor units as capitals, with the currency before it and no gap (支付结算办法, annex 1).

    Where the rule leaves a choice: 零 stands when the yuan place is empty and jiao follow (捌拾元零叁角), it does not
    stand between 万 and 仟 (壹拾万柒仟), and 整 ends whole yuan only. `accepts` takes the other spellings too.
    """
    digits = exponent(currency)
    if digits > 2:  # the rule knows yuan, jiao and fen; a currency of three decimals stands in figures
        return CURRENCIES.get(currency, currency) + str(Money(money_minor, currency)).removesuffix(f" {currency}")
    text = _spelt(abs(money_minor) * 10 ** (2 - digits), yuan_zero=True, group_zero=False, ending="")
    text = CURRENCIES.get(currency, currency) + ("负" if money_minor < 0 else "") + text
    return text.translate(TRADITIONAL) if script == "zh-Hant" else text


def accepts(text: str) -> int | None:
    """The fen that a hand-written capital amount means, in any admitted spelling and either script; else None."""
    plain = text.strip().translate(PLAIN).removeprefix("人民币")
    sign = -1 if plain.startswith("负") else 1
    plain = plain.removeprefix("负")
    minor = _read(plain) if len(plain) <= LONGEST else None
    if minor is None or plain not in set(_spellings(minor)):
        return None
    return sign * minor


def _spellings(minor: int) -> Iterator[str]:
    for yuan_zero, group_zero, ending in itertools.product((True, False), (True, False), ("", "整")):
        yield _spelt(minor, yuan_zero=yuan_zero, group_zero=group_zero, ending=ending)


def _spelt(minor: int, *, yuan_zero: bool, group_zero: bool, ending: str) -> str:
    """`ending` is what stands after jiao; after yuan it is always 整, after fen never."""
    yuan, cents = divmod(minor, 100)
    jiao, fen = divmod(cents, 10)
    whole = _whole(yuan, group_zero) + "元" if yuan else ""
    if not cents:
        return (whole or "零元") + "整"
    zero = bool(whole) and (not jiao or (yuan % 10 == 0 and yuan_zero))
    text = whole + ("零" if zero else "") + (f"{DIGITS[jiao]}角" if jiao else "")
    return text + f"{DIGITS[fen]}分" if fen else text + ending


def _whole(number: int, group_zero: bool) -> str:
    """A positive whole number; beyond 万亿 the mainland counts on in 亿."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            text = _whole(high, group_zero) + name
            if not low:
                return text
            # An empty place before the rest is said once; an empty last place of the higher group may be.
            gap = low < size // 10 or (group_zero and high % 10 == 0)
            return text + ("零" if gap else "") + _whole(low, group_zero)
    return _below_myriad(number)


def _below_myriad(number: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + PLACES[place]
        gap = not digit
    return text


def _read(text: str) -> int | None:
    """The sum that the characters spell, however carelessly; `accepts` then checks the spelling."""
    values = {char: value for value, char in enumerate(DIGITS)}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = group = digit = 0
    for char in text:
        if char in values:
            digit = values[char]
        elif char in units:
            section, digit = section + digit * units[char], 0
        elif char == "万":
            group, section, digit = group + (section + digit) * 10**4, 0, 0
        elif char == "亿":
            group, section, digit = (group + section + digit) * 10**8, 0, 0
        elif char == "元":
            total, group, section, digit = (group + section + digit) * 100, 0, 0, 0
        elif char in "角分":
            total, digit = total + digit * (10 if char == "角" else 1), 0
        elif char != "整":
            return None
    return total if text and not (group or section or digit) else None


ORDINALS = "零一二三四五六七八九"


def ordinal(number: int) -> str:
    """1 to 9999 in plain Chinese numerals: 一, 十, 二十一, 一百零五."""
    if not 0 < number < 10_000:
        raise ValueError(number)
    text, gap = "", False
    for place, unit in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + ORDINALS[digit] + unit
        gap = not digit
    return text.removeprefix("一") if 10 <= number < 20 else text


def numbered(level: Level, number: int, language: str) -> str:
    """第一章, 第一条, （一）, 1., （1） and what stands for them in English; 款 are paragraphs without a number."""
    if language.startswith("zh"):
        chapter = {"zh-Hant": "條"}.get(language, "条")
        match level:
            case "chapter":
                return f"第{ordinal(number)}章"
            case "article":
                return f"第{ordinal(number)}{chapter}"
            case "item":
                return f"（{ordinal(number)}）"
            case "point":
                return f"{number}."
            case _:
                return f"（{number}）"
    match level:
        case "chapter":
            return f"Chapter {number}"
        case "article":
            return f"Article {number}"
        case "item":
            return f"({number})"
        case "point":
            return f"({_letter(number)})"
        case _:
            return f"({_roman(number)})"


def decimal(path: Sequence[int]) -> str:
    """The decimal style: (10, 2, 1) → 10.2.1."""
    return ".".join(str(part) for part in path)


def _letter(number: int) -> str:
    """a … z, aa, ab …"""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def _roman(number: int) -> str:
    pairs = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
             (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
    text = ""
    for value, sign in pairs:
        count, number = divmod(number, value)
        text += sign * count
    return text


def spoken_day(day: datetime.date, language: str) -> str:
    """2026年1月5日, 5 January 2026: never 1/5/2026."""
    if language.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    from babel.dates import format_date

    return str(format_date(day, "d MMMM y", locale="en"))
