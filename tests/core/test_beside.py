"""What stands beside a figure: it follows the law profile, has words in every language, and never alters an amount."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from contracts.folder import load
from contracts.papers.text import report
from core.assessment import Assessment, assess
from core.law.beside import YARDSTICKS
from core.terms import Contract
from locales import LANGUAGES

EXAMPLES = Path(__file__).parents[2] / "examples"


def answer(name: str, **changed: object) -> tuple[Contract, Assessment]:
    [loaded], _ = load([EXAMPLES / name / f"{name}.toml"])
    assert loaded.contract is not None
    contract = msgspec.structs.replace(loaded.contract, **changed)
    return contract, assess(contract, loaded.events, as_of=date(2026, 12, 31), world=loaded.world)


@pytest.mark.parametrize("name", ["s12", "sme-late-payment"])
def test_the_law_profile_moves_no_figure(name):
    _, one = answer(name, law="CN")
    _, other = answer(name, law="GB")

    assert one.beside != other.beside
    assert (one.charges, one.liabilities, one.claims, one.balances) == (
        other.charges,
        other.liabilities,
        other.claims,
        other.balances,
    )


def test_english_law_knows_no_130_per_cent():
    _, found = answer("s12", law="GB")

    assert not [one for one in found.beside if one.code.startswith(("BESIDE-LOSS", "BESIDE-SME", "BESIDE-LPR"))]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_remark_is_printed_once_with_what_it_is_about(lang):
    contract, found = answer("s12")
    rate = "182.5 %" if lang == "en" else "182.5%"
    text = report(contract, found, (), lang, why=True)

    assert 1 == text.count(rate)
    assert "late-annex:A1, late-annex:A2, late-annex:A3" in text
    assert rate not in report(contract, found, (), lang, why=False)


def test_each_yardstick_says_where_it_stands():
    for key, measure in YARDSTICKS.items():
        assert measure.source, key
        assert measure.confidence in {"official", "secondary", "unchecked"}, key
