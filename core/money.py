"""Exact amounts: integer minor units when payable, exact fractions before rounding, never a float."""

import re
from fractions import Fraction
from typing import Literal, Self

import msgspec

__all__ = ["MODES", "Mode", "Money", "UnitPrice", "exponent", "integer", "parse_decimal", "show_decimal"]

Mode = Literal["half up", "half even", "down", "up"]
MODES: tuple[Mode, ...] = ("half up", "half even", "down", "up")

# ISO 4217 minor units that are not two (list of 2024); every other currency has two.
_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_AMOUNT = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))? ?([A-Z]{3})")
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")


def exponent(currency: str) -> int:
    """Digits after the point of a currency (ISO 4217): CNY 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


class Money(msgspec.Struct, frozen=True, order=False, gc=False):
    """A payable amount: `minor` counts the currency's smallest unit (fen, pence); negative is a credit."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "1200000.00 CNY"; ValueError if it is no amount or finer than the currency's smallest unit."""
        match = _AMOUNT.fullmatch(text.strip())
        if not match:
            raise ValueError(text)
        sign, whole, part, currency = match.groups()
        digits = exponent(currency)
        part = part or ""
        if len(part) > digits:
            raise ValueError(text)
        minor = int(whole.replace(",", "") + part.ljust(digits, "0"))
        return cls(-minor if sign else minor, currency)

    def __str__(self) -> str:
        digits = exponent(self.currency)
        sign = "-" if self.minor < 0 else ""
        text = str(abs(self.minor)).rjust(digits + 1, "0")
        return f"{sign}{text[:-digits]}.{text[-digits:]} {self.currency}" if digits else f"{sign}{text} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self} + {other}")
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + Money(-other.minor, other.currency)


class UnitPrice(msgspec.Struct, frozen=True, gc=False):
    """The price of one unit, finer than the currency's smallest one ("0.0235 CNY"); `exact` is in minor units."""

    exact: Fraction
    currency: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "0.0235 CNY"; ValueError if it is no price, or one that can be paid as it is (that is `Money`)."""
        match = _AMOUNT.fullmatch(text.strip())
        if not match or match[1] or len((match[3] or "").rstrip("0")) <= exponent(match[4]):
            raise ValueError(text)
        exact = Fraction(f"{match[2].replace(',', '')}.{match[3]}") * 10 ** exponent(match[4])
        return cls(exact, match[4])

    def __str__(self) -> str:
        return f"{show_decimal(self.exact / 10 ** exponent(self.currency))} {self.currency}"


def integer(exact: Fraction, mode: Mode = "half up", step: int = 1) -> int:
    """Round to a whole number of `step`s; "half up" goes away from zero (KNOBS `round_mode`: −2.5 gives −3), "up" too.

    A step is a coarser unit than the currency's smallest one (KNOBS `round_to`): 48.67 in steps of 5 fen is 48.65.
    """
    if step != 1:
        return step * integer(Fraction(exact) / step, mode)
    negative, size = exact < 0, abs(exact)
    whole, rest = divmod(size.numerator, size.denominator)
    if rest:
        twice = 2 * rest
        if (
            mode == "up"
            or (mode == "half up" and twice >= size.denominator)
            or (mode == "half even" and (twice > size.denominator or (twice == size.denominator and whole % 2)))
        ):
            whole += 1
    return -whole if negative else whole


def parse_decimal(text: str) -> Fraction:
    """Read "0.005", "12" or "1/3" exactly; ValueError otherwise."""
    text = text.strip()
    if _DECIMAL.fullmatch(text) or re.fullmatch(r"-?\d+/[1-9]\d*", text):
        return Fraction(text)
    raise ValueError(text)


def show_decimal(value: Fraction | int) -> str:
    """The shortest exact text: "0.005", "12", or "1/3" where no decimal ends."""
    value = Fraction(value)
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = max(twos, fives)
    scaled = abs(value.numerator) * 10**digits // value.denominator
    text = str(scaled).rjust(digits + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"
