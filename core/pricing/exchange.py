"""What foreign money is worth in the contract's currency on a day, by the contract's own dated rates; never guessed."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import msgspec

from core.money import exponent, parse_decimal
from core.pricing.accruals import Conversion, Slice
from core.problems import Problem
from core.record import Record

__all__ = ["ceiling", "changes", "converted", "foreign", "read_value"]

_VALUE = re.compile(r"(\d+(?:\.\d+)?) from (\d{4}-\d\d-\d\d)")


def read_value(text: str) -> tuple[date, Fraction] | None:
    """Read "0.92 from 2027-06-01": the day from which a rate holds, and the rate; None if it is none."""
    match = _VALUE.fullmatch(text.strip())
    try:
        found = (date.fromisoformat(match[2]), parse_decimal(match[1])) if match else None
    except ValueError:
        return None
    return found if found and found[1] > 0 else None


def _table(record: Record, currency: str) -> list[tuple[date, Fraction]]:
    own = record.contract.exchange.get(currency)
    return sorted(value for text in (own.values if own else ()) if (value := read_value(text)) is not None)


def changes(record: Record, currency: str) -> tuple[date, ...]:
    """The days from which another rate holds, where charges are converted on the days on which they accrue."""
    by_day = (record.counting.of("fx") or "").startswith("charge day")
    return tuple(day for day, _ in _table(record, currency)) if by_day else ()


def _on(record: Record, currency: str, day: date) -> Conversion | None:
    """The rate of a day; asked where there is none, or where the contract waits for one that is not yet known."""
    table = _table(record, currency)
    place = bisect_right([since for since, _ in table], day)
    until = record.contract.exchange[currency].until if currency in record.contract.exchange else None
    late = until is not None and day > until
    if not place or (late and record.counting.of("rate_pending") == "wait"):
        record.question(Problem("FX-RATE-01", f"exchange.{currency}", {"currency": currency, "date": day}))
        return None
    return Conversion(table[place - 1][1], day, late)


def _worth(record: Record, minor: Fraction, currency: str, rate: Fraction) -> Fraction:
    """Foreign minor units in minor units of the contract's currency, exact."""
    own = record.contract.currency
    return minor * rate * Fraction(10) ** (exponent(own) - exponent(currency))


def _converted(record: Record, minor: Fraction, currency: str, day: date) -> Fraction | None:
    rate = _on(record, currency, day)
    return None if rate is None else _worth(record, minor, currency, rate.rate)


def foreign(record: Record, part: Slice) -> str | None:
    """The currency of a slice whose price or base is in foreign money."""
    money = part.price or part.base
    return money.currency if money is not None and money.currency != record.contract.currency else None


def converted(
    record: Record,
    slices: Sequence[Slice],
    began: date,
    paid: Sequence[tuple[date, int]],
    most: tuple[Fraction, str] | None = None,
) -> tuple[Slice, ...] | None:
    """Slices of a charge as money of the contract (KNOBS `fx`: whose day's rate); None while a rate is not known.

    `paid` is what was paid of the charge, by day, in the contract's currency; `most` a ceiling in minor units of its
    currency that is taken before money is converted: what lies above it is never paid, so no payment's rate is its.
    """
    named = {currency: None for part in slices if (currency := foreign(record, part)) is not None}
    made = list(slices)
    for currency in named:
        held = [i for i, part in enumerate(slices) if foreign(record, part) == currency]
        owed = sum((slices[i].exact for i in held), Fraction(0))
        if most is not None and most[1] == currency:
            owed = min(owed, most[0])
        rates = _rates(record, [slices[i] for i in held], currency, began, paid, owed)
        if rates is None:
            return None
        for i, rate in zip(held, rates, strict=True):
            exact = _worth(record, slices[i].exact, currency, rate.rate)
            made[i] = msgspec.structs.replace(slices[i], exact=exact, fx=rate)
    return tuple(made)


def _rates(
    record: Record,
    slices: Sequence[Slice],
    currency: str,
    began: date,
    paid: Sequence[tuple[date, int]],
    owed: Fraction,
) -> list[Conversion] | None:
    how = record.ask("fx", f"exchange.{currency}")
    if how is None:
        return None
    if how.startswith("payment day"):
        one = _by_payment(record, owed, currency, paid)
        found = [one for _ in slices]
    else:
        by_day = how.startswith("charge day")
        found = [_on(record, currency, part.first if by_day else began) for part in slices]
    known = [rate for rate in found if rate is not None]
    return known if len(known) == len(found) else None


def ceiling(record: Record, to: Fraction, currency: str, slices: Sequence[Slice], began: date) -> Fraction | None:
    """A ceiling as minor units of the contract's currency, of a charge in foreign money or itself in foreign money.

    By `fx` "convert then cap" it is converted at the rate of the breach; by "cap then convert" it is counted in the
    charge's own money, at the rates at which that was converted.
    """
    own = record.contract.currency
    charged = next((part for part in slices if part.fx is not None), None)
    cap_first = (record.counting.of("fx") or "").endswith("cap then convert")
    money = foreign(record, charged) if charged is not None and cap_first else None
    if money is None or currency not in {own, money}:
        return to if currency == own else _converted(record, to, currency, began)
    rate = _on(record, money, began)
    if rate is None:
        return None
    left = to / _worth(record, Fraction(1), money, rate.rate) if currency == own else to
    value, last = Fraction(0), rate
    for part in sorted((p for p in slices if p.fx is not None), key=lambda p: p.first):
        assert part.fx is not None
        whole = part.exact / _worth(record, Fraction(1), money, part.fx.rate)
        value += _worth(record, min(left, whole), money, part.fx.rate)
        left, last = left - min(left, whole), part.fx
    return value + _worth(record, left, money, last.rate)


def _by_payment(record: Record, owed: Fraction, currency: str, paid: Sequence[tuple[date, int]]) -> Conversion | None:
    """One rate for a charge that is converted as it is paid: each payment at the rate of its day, the rest at today's
    (provisional).
    """
    left, value = owed, Fraction(0)
    for day, minor in paid:
        rate = _on(record, currency, day)
        if rate is None:
            return None
        whole = _worth(record, left, currency, rate.rate)
        took = whole if whole - minor < 1 else Fraction(minor)  # less than a minor unit is left: it was paid in full
        left, value = left - left * took / whole, value + took
        if not left:
            return Conversion(value / _worth(record, owed, currency, Fraction(1)), rate.on, rate.provisional)
    rest = _on(record, currency, record.as_of.day)
    if rest is None:
        return None
    value += _worth(record, left, currency, rest.rate)
    return Conversion(value / _worth(record, owed, currency, Fraction(1)), rest.on, True)
