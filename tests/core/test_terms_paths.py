"""Values are found and replaced by the paths that authors write."""

from fractions import Fraction

import pytest

from contracts.reader import read_contract
from core.money import Money
from core.terms import find, replaced


@pytest.fixture(scope="module")
def contract(root):
    return read_contract(root / "examples/s12/s12.toml")[0]


def test_a_path_goes_through_tables_lists_and_fields(contract):
    assert "17.1" == find(contract, "rules.late-annex.clause")
    assert Money(20_000_000, "CNY") == find(contract, "third_parties.fieldtech.fee")
    assert 2026 == find(contract, "term.from").year


def test_a_replaced_value_leaves_the_original_as_it_was(contract):
    changed = replaced(contract, "rules.late-annex.clause", "99")

    assert ("17.1", "99") == (find(contract, "rules.late-annex.clause"), find(changed, "rules.late-annex.clause"))


def test_a_share_in_a_table_by_name_is_replaced(contract):
    changed = replaced(contract, "third_parties.fieldtech.excess.client", Fraction(1, 4))

    assert Fraction(1, 4) == find(changed, "third_parties.fieldtech.excess.client")


@pytest.mark.parametrize(
    "path", ["rules.late", "rules.late-annex.chrge", "nothing", "total.minor.x", "parties.client.name.fr"]
)
def test_a_path_that_leads_nowhere_is_a_lookup_error(contract, path):
    with pytest.raises(LookupError):
        find(contract, path)


@pytest.mark.parametrize(
    ("path", "lost"),
    [("rules.late", "late"), ("rules.late.charge", "late.charge"), ("rules.late-annex.chrge", "chrge"),
     ("rules.late-annex.clause.x", "x"), ("nothing", "nothing"), ("third_parties.none.fee", "none.fee"),
     ("caps.general.covers.delay", "delay")],
)  # fmt: skip
def test_what_is_not_there_cannot_be_replaced(contract, path, lost):
    with pytest.raises(LookupError) as told:
        replaced(contract, path, "99")

    assert (lost,) == told.value.args
