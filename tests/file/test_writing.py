"""What is written reads as the same contract, in phrases and in long form."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reader import read_contract, read_text
from contracts.writer import write_json, write_toml
from core.canonical import canonical, contract_form, digest, plain
from core.events import Event
from core.money import Money
from core.periods import Period
from core.terms import (
    Amendment,
    Annex,
    Band,
    Cap,
    Ceiling,
    Charge,
    Contract,
    CountingTerms,
    Decision,
    DueRule,
    Party,
    Payment,
    Per,
    Quote,
    Range,
    Reading,
    Rule,
    Share,
    Term,
    When,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
SOUND = sorted(p for p in EXAMPLES.glob("*/*.toml") if p.parent.name != "broken")

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=20)
WORDS = st.dictionaries(st.sampled_from(["zh-Hans", "zh-Hant", "en"]), TEXTS, max_size=3)
MONEY = st.integers(1, 10**9).map(lambda n: Money(n, "CNY"))
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
PERIODS = st.builds(Period, st.integers(1, 90), st.sampled_from(["day", "working day", "month", "hour"]))
DUES = st.one_of(st.builds(DueRule, on=DAYS), st.just(DueRule(demand=True)))
CHARGES = st.one_of(
    st.builds(
        Charge,
        amount=MONEY,
        per=st.none() | st.builds(Per, st.just("day"), st.integers(1, 9), st.sampled_from([None, "started"])),
    ),
    st.builds(
        Charge, rate=st.fractions(0, 3, max_denominator=1000), of=st.just("total"), on=st.none() | st.integers(1, 9)
    ),
)
PARTIES = st.builds(
    Party,
    label=WORDS,
    name=WORDS,
    ours=st.booleans(),
    credit_code=st.none() | TEXTS,
    roles=st.lists(TEXTS, max_size=2).map(tuple),
)


@st.composite
def contracts(draw):
    """Sound contracts of every shape that the file has."""
    annexes = [
        Annex(
            id=f"A{i}",
            owed_by="provider",
            title=draw(WORDS),
            due=draw(st.none() | DUES),
            price=draw(MONEY),
            deemed_accepted=draw(st.none() | PERIODS),
            requires=draw(WORDS),
        )
        for i in range(draw(st.integers(1, 3)))
    ]
    rules = [
        Rule(
            id="late",
            clause=draw(TEXTS),
            when=When(state="late", any="annex"),
            charge=draw(CHARGES),
            quote=draw(st.none() | st.builds(Quote, words=TEXTS, page=st.none() | st.integers(1, 9))),
        ),
        Rule(
            id="banded",
            clause="2",
            when=When(state="loss"),
            bands_of="the amount late",
            bands=(Band(Range(below=Fraction(75)), draw(CHARGES)), Band(Range(from_=Fraction(75)), draw(CHARGES))),
        ),
    ]
    return Contract(
        number=draw(TEXTS),
        title=draw(WORDS),
        total=draw(MONEY),
        signed=draw(st.none() | st.dates(date(2019, 1, 1), date(2020, 1, 1))),
        term=draw(st.none() | st.builds(Term, from_=st.dates(date(2025, 1, 1), date(2030, 1, 1)), for_=PERIODS)),
        counting=CountingTerms(preset="CN-civil-code@2021", knobs=draw(st.sampled_from([{}, {"stack": "all"}]))),
        parties={"provider": draw(PARTIES), "client": draw(PARTIES)},
        annexes=tuple(annexes),
        payments=(Payment(id="P1", owed_by="client", amount=draw(MONEY), due=draw(DUES)),),
        rules=tuple(rules),
        caps=(
            Cap(
                id="c",
                clause="9",
                limits="provider",
                to=Ceiling(
                    draw(MONEY | st.just(Share(Fraction(3, 10), "total"))),
                    draw(st.sampled_from([None, "all", "contract year"])),
                ),
            ),
        ),
        amendments=(
            Amendment(
                id="S1",
                agreed=date(2026, 1, 1),
                effective=date(2026, 2, 1),
                applies=draw(st.sampled_from(["days", "due", "everything"])),
                set={"rules.late.charge": draw(CHARGES)},
            ),
        ),
        readings=(
            Reading(about="rules.late.charge", options={"one": draw(CHARGES), "other": draw(CHARGES)}, why=draw(WORDS)),
        ),
        decisions=(
            Decision(
                about="rules.late.charge",
                takes=draw(st.just("one") | CHARGES),
                why=draw(TEXTS),
                by="legal",
                on=draw(DAYS),
            ),
        ),
    )


def sound(path: Path) -> tuple[Contract, tuple[Event, ...]]:
    contract, events, problems = read_contract(path)
    assert () == problems
    assert contract is not None
    return contract, events


EVENTS = st.lists(
    st.builds(
        Event,
        what=st.just("paid"),
        id=st.uuids().map(str),
        of=st.just("P1"),
        at=DAYS,
        amount=MONEY.filter(lambda money: money.minor > 0),
        note=st.none() | TEXTS,
    ),
    max_size=3,
).map(tuple)


@given(contracts(), EVENTS)
def test_phrases_give_the_contract_back(contract, events):
    again, same_events, problems = read_text(write_toml(contract, events))

    assert () == problems
    assert (contract, events) == (again, same_events)


@given(contracts())
def test_the_long_form_gives_the_contract_back(contract):
    again, _, problems = read_text(write_json(contract).decode(), syntax="json")

    assert () == problems
    assert contract == again


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_each_example_survives_both_ways(path):
    contract, events = sound(path)
    in_phrases = read_text(write_toml(contract, events))
    in_long_form = read_text(write_json(contract).decode(), syntax="json")

    assert (contract, events, ()) == in_phrases
    assert contract == in_long_form[0]


def test_writing_twice_gives_the_same_text():
    contract, events = sound(EXAMPLES / "s12" / "s12.toml")
    once = write_toml(contract, events)
    again, same, _ = read_text(once)

    assert again is not None
    assert once == write_toml(again, same)


def test_what_no_phrase_says_is_written_in_long_form():
    contract, _ = sound(EXAMPLES / "hard-1" / "hard-1.toml")

    assert 'at_most = { to = "10% of H1.price", per = "obligation", covers = ["running", "plus"] }' in write_toml(
        contract
    )


def test_canonical_text_is_sorted_composed_and_without_floats():
    assert '{"a":"é","b":["1.50 CNY","0.005","1/3","2026-01-05"]}'.encode() == canonical(
        {"b": [Money(150, "CNY"), Fraction(1, 200), Fraction(1, 3), date(2026, 1, 5)], "a": "e\u0301"}
    )
    with pytest.raises(TypeError):
        canonical(0.1)


def test_what_says_nothing_is_left_out():
    assert {"label": {"en": "A"}, "name": {}} == plain(Party(label={"en": "A"}, name={}))


def test_counted_knobs_are_shown_and_not_read():
    contract, _ = sound(EXAMPLES / "s12" / "s12.toml")
    form = contract_form(contract, {"first_day": {"value": "out", "origin": "Civil Code 201"}})

    assert "out" == form["counted"]["first_day"]["value"]
    assert (contract, (), ()) == read_text(json.dumps(form), syntax="json")


def test_the_digest_of_an_example_is_pinned_to_its_terms():
    contract, _ = sound(EXAMPLES / "hard-4" / "hard-4.toml")
    spaced = (EXAMPLES / "hard-4" / "hard-4.toml").read_text("utf-8").replace(" = ", "   =   ")

    assert digest(contract) == digest(read_text(spaced)[0])
    assert digest(contract) != digest(read_text(spaced.replace("260000", "260001").replace("200000", "200001"))[0])


def test_words_that_are_the_same_in_every_language_are_written_as_they_were_given():
    contract, _, problems = read_text(
        'spondeo = 1\nnumber = "N-1"\ntitle = "Example"\n'
        '[parties.a]\nlabel = "A"\nname = "Example A"\n[parties.b]\nlabel = "B"\nname = "Example B"\n'
    )
    assert () == problems
    assert contract is not None

    assert 'title   = "Example"' in write_toml(contract)
    assert (contract, (), ()) == read_text(write_toml(contract))
