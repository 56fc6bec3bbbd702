"""Every phrase reads and prints both ways, and a wrong one says what was meant."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import phrases
from core.money import Money
from core.periods import Period
from core.problems import Problem
from core.terms import Anchor, Ceiling, Charge, DueRule, Every, Grace, Per, Range, Rounding, Share, Weight, When

IDS = st.sampled_from(["A1", "H1", "first-answer", "fieldtech", "late"])
WORDS = st.sampled_from(["complaint", "complaint resolved", "outage", "visit sheet found incomplete"])
BASES = st.one_of(st.sampled_from(["total", "payable", "unpaid", "loss"]), IDS.map(lambda i: f"{i}.price"))
MONEY = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["CNY", "GBP", "JPY", "KWD"]))
RATES = st.fractions(0, 1, max_denominator=10_000)
NUMBERS = st.integers(0, 10_000).map(lambda n: Fraction(n, 100))
COUNTS = st.integers(1, 400)
PERIODS = st.builds(
    Period,
    st.integers(0, 400),
    st.sampled_from(sorted(phrases.UNITS)),
    st.none() | st.builds(Period, st.integers(1, 30), st.just("day")),
)
PERS = st.builds(Per, st.sampled_from(sorted(phrases.UNITS)), COUNTS, st.sampled_from([None, *phrases.PARTS]))
SHARES = st.builds(Share, RATES, BASES)
ANCHORS = st.one_of(
    st.builds(Anchor, st.sampled_from(sorted(phrases.MOMENTS))),
    st.builds(Anchor, st.sampled_from(sorted(phrases.STATES)), IDS),
    st.builds(Anchor, WORDS, each=st.booleans()),
)
EVERY = st.builds(Every, st.sampled_from(sorted(phrases.WINDOWS)))
DUES = st.one_of(
    st.builds(DueRule, on=st.dates(date(1900, 1, 1), date(2199, 1, 1))),
    st.just(DueRule(demand=True)),
    st.builds(DueRule, period=PERIODS, anchor=ANCHORS, before=st.booleans()),
    st.builds(DueRule, anchor=ANCHORS, before=st.just(True)),
    st.builds(DueRule, every=EVERY, by=st.sampled_from(["last working day", "last day", "day 10", "working day 3"])),
    st.builds(DueRule, every=EVERY, period=PERIODS),
)
LOWS = st.sampled_from(["from_", "above"])
HIGHS = st.sampled_from(["below", "up_to"])
RANGES = st.one_of(
    st.builds(lambda low, high, a, b: Range(**{low: a, high: b}), LOWS, HIGHS, NUMBERS, NUMBERS),
    st.builds(lambda edge, a: Range(**{edge: a}), LOWS | HIGHS, NUMBERS),
)
WHENS = st.one_of(
    st.builds(When, state=st.sampled_from(sorted(phrases.LATENESS)), any=st.sampled_from(sorted(phrases.ANY))),
    st.builds(When, state=st.sampled_from(sorted(phrases.LATENESS)), id=IDS),
    st.builds(When, state=st.just("loss"), id=st.none() | IDS),
    st.builds(When, state=st.just(phrases.HAPPENS), event=WORDS),
    st.builds(When, state=st.just(phrases.MEASURED), measure=IDS, range=st.none() | RANGES),
    st.builds(When, state=st.just(phrases.MEASURED), measure=IDS, range=RANGES, count=COUNTS, of=COUNTS),
)
DAYS = st.sampled_from([{}, {"from_": 1, "to": 10}, {"from_": 31}, {"on": 31}])
CHARGES = st.one_of(
    st.builds(
        lambda rate, of, per, days: Charge(rate=rate, of=of, per=per, **days), RATES, BASES, st.none() | PERS, DAYS
    ),
    st.builds(lambda amount, per, days: Charge(amount=amount, per=per, **days), MONEY, st.none() | PERS, DAYS),
)
CEILINGS = st.builds(Ceiling, MONEY | SHARES, st.sampled_from([None, "obligation", "all", *phrases.WINDOWS]))
GRACES = st.builds(Grace, PERIODS, st.sampled_from([None, "never charged", "charged once exceeded"]))
ROUNDINGS = st.builds(
    Rounding,
    st.sampled_from(["once", "each day", "each slice"]),
    st.sampled_from(["half up", "half even", "down", "up"]),
)
WEIGHTS = st.builds(Weight, RATES)
ANYTHING = st.one_of(
    MONEY,
    RATES,
    PERIODS,
    PERS,
    SHARES,
    ANCHORS,
    EVERY,
    DUES,
    RANGES,
    WHENS,
    CHARGES,
    CEILINGS,
    GRACES,
    ROUNDINGS,
    WEIGHTS,
)


@given(ANYTHING)
def test_what_is_printed_reads_as_the_same(value):
    text = phrases.show(value)

    assert text is not None
    assert value == phrases.parse(phrases.KINDS[type(value)], text)


@given(ANYTHING)
def test_every_value_has_prose_in_both_languages(value):
    for lang in ("zh-Hans", "en"):
        said = phrases.prose(value, lang)
        assert said
        assert "(" not in said, "a Python value stands in the prose"


@pytest.mark.parametrize(
    "row", [row for row in phrases.ROWS if row.kind != "charge tail"], ids=lambda row: row.template
)
def test_each_row_reads_its_example_and_prints_it_back(row):
    kind = "band" if row.kind == "bare charge" else row.kind
    value = phrases.parse(kind, row.example)

    assert not isinstance(value, Problem)
    assert value == phrases.read_row(row, row.example)
    if not row.only_read and row.example != "0.005":
        assert row.example == phrases.show(value, row.kind)


def test_the_table_stays_small():
    """Some sixty rows say what contracts with dates and charges say; interest, sessions and points cards took thirty more."""
    assert len(phrases.ROWS) <= 98


@pytest.mark.parametrize(
    ("kind", "wrong", "code", "meant"),
    [
        ("charge", "50 of total a day", "TERMS-RATE-02", "0.5% of total per started day"),
        ("rate", "50", "TERMS-RATE-02", "0.5%"),
        ("due", "20 business days after signed", "TERMS-DUE-02", "20 working days after signed"),
        ("due", "10 Business Days after A2 accepted", "TERMS-DUE-02", "10 working days after A2 accepted"),
        ("money", "RMB 40000", "TERMS-MONEY-02", "40000.00 CNY"),
        ("charge", "200 CNY daily", "TERMS-CHARGE-02", "200.00 CNY per started day"),
        ("charge", "0.1% of unpaid per started day", "TERMS-OF-06", "0.1% of what is unpaid per started day"),
        ("when", "an annex is late", "TERMS-WHEN-02", "any annex is late"),
        ("charge", "CNY 500 each time", "TERMS-CHARGE-02", "500.00 CNY each time"),
        ("charge", "0.5% of total a day", "TERMS-CHARGE-02", "0.5% of total per started day"),
        ("every", "calender month", "TERMS-EVERY-02", "calendar month"),
        ("period", "30 dyas", "TERMS-PERIOD-02", "30 days"),
        ("due", "within 30 days after signed", "TERMS-DUE-02", "30 days after signed"),
        ("ceiling", "20 percent of total each", "TERMS-CEILING-02", "20% of total each"),
        ("range", "less than 75", "TERMS-RANGE-02", "below 75"),
    ],
)
def test_a_near_miss_is_answered_with_the_good_phrase(kind, wrong, code, meant):
    problem = phrases.parse(kind, wrong)

    assert (code, meant) == (problem.code, problem.args["nearest"])


def test_a_rate_without_its_sign_is_told_with_both_that_it_may_be():
    problem = phrases.parse("charge", "50 of total per started day")

    assert ("50", {"en": "5000 %", "zh": "5000%"}) == (problem.args["number"], problem.args["percent"])
    assert ("50% of total per started day", "0.5% of total per started day") == (
        problem.args["also"],
        problem.args["nearest"],
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("charge", "0.1% of amount per started day"),
        ("ceiling", "30% of contract price in total"),
        ("share", "7% of H1 price"),
    ],
)
def test_a_share_of_nothing_known_lists_what_it_may_be_of(kind, text):
    problem = phrases.parse(kind, text)

    assert ("TERMS-OF-05", None) == (problem.code, problem.args.get("nearest"))
    assert all(base in problem.args["known"] for base in ("total", "what is payable", "what is unpaid", "<id>.price"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [("period", "3 fortnights"), ("due", "the 3rd working day after signed"), ("grace", "3 day free")],
)
def test_a_suggestion_holds_the_authors_own_number_or_there_is_none(kind, text):
    assert "nearest" not in phrases.parse(kind, text).args


@pytest.mark.parametrize("text", ["", " ", "x" * 10_000, "0.5% of", "85 of", "，", "\0"])
@pytest.mark.parametrize("kind", sorted({*phrases.KINDS.values(), "amount", "band"}))
def test_nonsense_is_a_problem_of_every_kind(kind, text):
    assert isinstance(phrases.parse(kind, text), Problem)


def test_a_share_of_a_band_needs_no_once():
    assert Charge(rate=Fraction(1, 20), of="total") == phrases.parse("band", "5% of total")
    assert isinstance(phrases.parse("charge", "5% of total"), Problem)  # per day, or once?


def test_prose_uses_the_words_of_the_contract_for_its_ids():
    names = {"A2": "附件二", "complaint": "客户投诉"}
    due = phrases.parse("due", "15 days after A2 accepted")

    assert "附件二验收合格之日起15日内" == phrases.prose(due, "zh-Hans", lambda name, lang: names[name])


def test_the_same_charge_in_both_languages():
    charge = phrases.parse("charge", "0.5% of total per started day")

    assert "按合同总价的0.5%/日（不足一日按一日计）" == phrases.prose(charge, "zh-Hans")
    assert "0.5% of the contract total for each day or part of a day" == phrases.prose(charge, "en")
