"""Reasons as they are read: kinds of event in the reader's language, and no part of a sentence that says nothing."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from contracts.folder import load
from contracts.papers.page import page
from contracts.papers.text import report
from contracts.papers.voice import Voice
from core.assessment import assess
from core.explain import Line
from core.money import Money
from core.terms import Contract

NOTHING, SOME = Money(0, "CNY"), Money(100, "CNY")


@pytest.fixture(scope="module")
def contract(root: Path) -> Contract:
    [one], _ = load([root / "examples" / "third-party-s14"])
    assert one.contract
    return one.contract


@pytest.mark.parametrize(
    ("lang", "what", "said"),
    [
        ("en", "starts", "Waits for: x starts."),
        ("zh-Hans", "starts", "等待条件成就：x 开始工作。"),
        ("zh-Hant", "loss proven", "等待條件成就：x 損失經證實。"),
        ("zh-Hans", "signed", "等待条件成就：x 签署。"),
        ("zh-Hans", "confidence broken", "等待条件成就：x 泄露商业秘密。"),
        ("zh-Hans", "nobody knows this", "等待条件成就：x nobody knows this。"),
    ],
)
def test_what_a_due_time_waits_for_is_said_in_the_readers_language(contract, lang, what, said):
    assert said == Voice(lang, contract).reason(Line(code="DUE-WAITING-01", args={"of": "x", "what": what}))


def test_without_a_contract_a_kind_has_its_usual_word():
    assert "等待条件成就：解除。" == Voice("zh-Hans").reason(
        Line(code="DUE-WAITING-01", args={"of": "", "what": "terminated"})
    )


@pytest.mark.parametrize(
    ("code", "args", "said"),
    [
        ("EXPLAIN-READING-01", {"id": "x", "value": Fraction(91), "exact": Fraction(91)}, "x reads 91."),
        (
            "EXPLAIN-READING-01",
            {"id": "x", "value": Fraction(1), "exact": Fraction(2, 3)},
            "x reads 1 (before rounding 2/3).",
        ),
        ("EXPLAIN-CLAIM-01", {"state": "lapsed", "open": SOME, "disputed": NOTHING}, "Claim: lapsed; open CNY 1.00"),
        ("EXPLAIN-CLAIM-01", {"state": "disputed", "open": SOME, "disputed": SOME}, "of which disputed CNY 1.00"),
        (
            "EXPLAIN-RECOURSE-01",
            {"third": "x", "within": SOME, "limit": None, "left": None, "excess": NOTHING},
            "Recourse against x, which has no limit",
        ),
    ],
)
def test_a_part_that_says_nothing_is_left_out(code, args, said):
    spoken = Voice("en").reason(Line(code=code, args=args))

    assert spoken.endswith(said)


def test_of_many_readings_the_page_shows_those_with_something_behind_them_and_folds_all(root):
    """Training: 96 readings of a year, of which nine have cases, points lost or a charge; each says whose it is."""
    [one], _ = load([root / "examples" / "training-scorecards"])
    assert one.contract
    made = assess(one.contract, one.events, as_of=date(2026, 12, 31), world=one.world)
    html = page([(one.contract, one.events, made, ())], lang="en")
    first = html[html.index('id="en-1-measures"') :].split("<details", 1)[0]

    assert f"All {len(made.figures)} readings" in html
    assert 0 < first.count('<tr role="row">') < 20
    assert "Adviser 2" in first


def test_the_terminal_shows_no_strip_of_days_for_a_limitation(root):
    [one], _ = load([root / "examples" / "third-party-s14"])
    assert one.contract
    made = assess(one.contract, one.events, as_of=date(2026, 12, 31), world=one.world)
    text = report(one.contract, made, (), "en", why=True)

    assert "leak:K1 can be enforced for 3 years" in text
    assert "1–1095" not in text
    assert "no document is named for what happened" in text


def test_why_a_reading_was_taken_is_said_once_and_then_pointed_at(root):
    [one], _ = load([root / "examples" / "s12" / "s12.toml"])
    assert one.contract is not None
    made = assess(one.contract, one.events, as_of=date(2026, 12, 31), world=one.world)
    text = report(one.contract, made, (), "en", why=True)

    assert 1 == text.count('Reading taken for rules.late-annex.charge: "per day", by legal on 2026-01-12.')
    assert 5 == text.count('Reading taken for rules.late-annex.charge: "per day"; why: see late-annex:A1.')


@pytest.mark.parametrize(
    ("lang", "names", "said"),
    [
        ("zh-Hans", ("confidentiality", "risk-report", "house rules"), "保密、风险评估报告、house rules"),
        ("zh-Hant", ("confidentiality", "intellectual-property"), "保密、知識產權"),
        ("en", ("confidentiality", "risk-report"), "confidentiality, risk assessment report"),
    ],
)
def test_what_lives_on_is_said_in_words(root, lang, names, said):
    [one], _ = load([root / "examples" / "third-party-s13"])

    assert said == Voice(lang, one.contract).lasts(names)
    assert "保密" == Voice("zh-Hans").lasts(["confidentiality"])


def test_what_a_request_leaves_unsaid_is_said_in_words():
    assert "目的、范围、site plan" == Voice("zh-Hans").lacking(["purpose", "scope", "site plan"])


@pytest.mark.parametrize(("lang", "said"), [("en", "0.5 %"), ("zh-Hans", "0.5%"), ("zh-Hant", "0.5%")])
def test_a_rate_is_written_as_its_language_does(lang, said):
    assert said == Voice(lang).percent(Fraction(1, 200))


def test_shares_that_a_decision_takes_name_the_parties(contract):
    shares = {"client": Fraction(1, 2), "provider": Fraction(1, 2)}

    assert "乙方 1/2、甲方 1/2" == Voice("zh-Hans", contract).takes(shares)
    assert "per day" == Voice("zh-Hans", contract).takes("per day")


def test_what_began_limitation_anew_is_named_as_the_reader_names_it():
    args = {"charge": "late:A1", "years": 3, "date": date(2026, 6, 25), "event": "claimed", "by": "188"}

    assert "因“索赔”自" in Voice("zh-Hans").reason(Line(code="RIGHT-LIMITATION-02", args=args))


@pytest.mark.parametrize(
    ("takes", "said"),
    [
        ("per day", "per day"),
        (Fraction(1, 8), "0.125"),
        (3, "3"),
        ({"urgent": Fraction(1, 2), "other": 1}, "urgent 0.5, other 1"),
        (("A1", Fraction(1, 4)), "A1, 0.25"),
    ],
)
def test_what_a_decision_takes_is_said_in_plain_characters(takes, said):
    assert said == Voice("en").takes(takes)
