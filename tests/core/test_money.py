"""Exact amounts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money, UnitPrice, integer, parse_decimal, show_decimal


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1200000.00 CNY", 120_000_000),
        ("1,200,000.5 CNY", 120_000_050),
        ("7 JPY", 7),
        ("0.005 KWD", 5),
        ("-3.10 EUR", -310),
    ],
)
def test_an_amount_is_read_in_its_smallest_unit(text, minor):
    assert minor == Money.parse(text).minor


@pytest.mark.parametrize("text", ["1200000", "1.005 CNY", "1.5 JPY", "12,00.00 CNY", "CNY 5", "1e3 CNY", "NaN CNY", ""])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError):
        Money.parse(text)


@given(st.integers(-(10**18), 10**18), st.sampled_from(["CNY", "JPY", "KWD", "GBP"]))
def test_an_amount_prints_and_reads_back(minor, currency):
    assert Money(minor, currency) == Money.parse(str(Money(minor, currency)))


@pytest.mark.parametrize(
    ("mode", "expected"), [("half up", (3, -3)), ("half even", (2, -2)), ("down", (2, -2)), ("up", (3, -3))]
)
def test_halves_go_where_the_contract_says(mode, expected):
    """KNOBS round_mode: 2.5 and −2.5."""
    assert expected == (integer(Fraction(5, 2), mode), integer(Fraction(-5, 2), mode))


@given(st.fractions(), st.sampled_from(["half up", "half even", "down", "up"]))
def test_rounding_never_moves_by_a_whole_unit_and_mirrors(exact, mode):
    assert abs(integer(exact, mode) - exact) < 1
    assert integer(exact, mode) == -integer(-exact, mode)


@given(st.fractions())
def test_an_exact_number_prints_and_reads_back(value):
    assert value == parse_decimal(show_decimal(value))


def test_currencies_are_never_added():
    with pytest.raises(ValueError):
        Money(1, "CNY") + Money(1, "GBP")


def test_a_price_of_one_unit_is_finer_than_a_cent():
    assert Fraction("2.35") == UnitPrice.parse("0.0235 CNY").exact
    assert "0.0235 CNY" == str(UnitPrice.parse("0.0235 CNY"))


@pytest.mark.parametrize("text", ["-0.0235 CNY", "0.02 CNY", "0.0200 CNY", "2 CNY", "0.0235"])
def test_what_is_no_price_of_one_unit_is_refused(text):
    """An amount that can be paid as it is, is one; nothing has a price below nothing."""
    with pytest.raises(ValueError):
        UnitPrice.parse(text)
