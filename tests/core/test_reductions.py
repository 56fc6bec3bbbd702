"""Whatever a limit takes off is said on the terminal and on paper: a kind without words would break a statement."""

import pytest

from contracts.papers.text import _SHORT
from core.explain import _LESS
from locales import has


@pytest.mark.parametrize("kind", sorted(_LESS))
def test_each_kind_of_reduction_has_words_in_both_places(kind):
    assert has(_LESS[kind])
    assert _LESS[kind].startswith(_SHORT)  # else the lines of a charge would not add up without --explain
    assert has(f"papers.statement.less.{kind.replace(' ', '-')}")
