"""One text for one value: what it holds, and what it refuses."""

from datetime import date
from fractions import Fraction

import pytest

from core.canonical import canonical
from core.money import Money


def test_keys_that_are_no_words_are_written_as_their_values_are():
    assert b'{"0.5":"1.00 CNY","2026-01-05":[true,3]}' == canonical(
        {Fraction(1, 2): Money(100, "CNY"), date(2026, 1, 5): (True, 3)}
    )


def test_letters_and_their_marks_are_one_character_whoever_wrote_them():
    assert canonical({"caf\u00e9": ["\u00e9", 3, None]}) == canonical({"cafe\u0301": ["e\u0301", 3, None]})


def test_what_is_not_exact_has_no_canonical_form():
    with pytest.raises(TypeError, match="float"):
        canonical({"share": 0.5})
