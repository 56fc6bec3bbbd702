"""A contract file is read whole, or every problem in it is told at once with its line."""

from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from contracts.reader import LARGEST, read_contract, read_text
from core.money import Money
from core.terms import Charge, Contract
from locales import LANGUAGES, say

EXAMPLES = Path(__file__).parents[2] / "examples"
SOUND = sorted(p for p in EXAMPLES.glob("*/*.toml") if p.parent.name != "broken")

SMALLEST = """
spondeo = 1
number = "N-1"
total = "1000.00 CNY"
signed = 2026-01-05
[parties.provider]
label = "A"
name = "Example A"
[parties.client]
label = "B"
name = "Example B"
"""


def codes(text: str) -> list[str]:
    """The codes of all problems in a contract that is sound but for `text`."""
    _, _, problems = read_text(SMALLEST + text)
    return [problem.code for problem in problems]


def read(text: str) -> Contract:
    contract, _, problems = read_text(SMALLEST + text)
    assert not problems
    assert contract is not None
    return contract


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_each_example_is_sound(path):
    contract, _, problems = read_contract(path)

    assert () == problems
    assert contract is not None


def test_the_broken_example_tells_its_author_everything():
    _, _, problems = read_contract(EXAMPLES / "broken" / "broken.toml")
    told = [say(problem, "en").removeprefix(str(EXAMPLES / "broken") + "/") for problem in problems]

    assert (EXAMPLES / "broken" / "broken.problems.txt").read_text("utf-8").splitlines() == told
    assert len({problem.code for problem in problems}) >= 20


def test_every_problem_of_the_broken_example_has_a_line_and_words_in_each_language():
    _, _, problems = read_contract(EXAMPLES / "broken" / "broken.toml")

    for problem in problems:
        assert problem.line
        for lang in LANGUAGES:
            assert say(problem, lang)


def test_a_phrase_and_its_table_are_the_same():
    phrase = read(
        '[[rules]]\nid = "r"\nclause = "1"\nwhen = "any annex is late"\ncharge = "0.5% of total per started day"'
    )
    table = read(
        '[[rules]]\nid = "r"\nclause = "1"\nwhen = { any = "annex", state = "late" }\n'
        'charge = { rate = "0.005", of = "total", per = { unit = "day", part = "started" } }'
    )

    assert phrase == table


def test_words_in_one_language_are_the_same_in_all():
    assert {"*": "A"} == read("").parties["provider"].label


def test_zh_means_simplified():
    assert {"zh-Hans": "甲", "en": "A"} == read('[event_kinds]\nx = { title = { zh = "甲", en = "A" } }').event_kinds[
        "x"
    ].title


def test_an_amended_value_is_read_by_the_type_of_its_path():
    contract = read(
        '[[rules]]\nid = "r"\nclause = "1"\nwhen = "any annex is late"\ncharge = "0.5% of total once"\n'
        '[[amendments]]\nid = "S1"\nagreed = 2026-02-01\napplies = "days from then on"\n'
        'set = { "rules.r.charge" = "5.00 CNY each time", "parties.client.email" = "b@example.com" }'
    )

    assert {
        "rules.r.charge": Charge(amount=Money(500, "CNY")),
        "parties.client.email": "b@example.com",
    } == contract.amendments[0].set


def test_a_decision_names_an_option_or_holds_a_value():
    rule = '[[rules]]\nid = "r"\nclause = "1"\nwhen = "any annex is late"\n'
    reading = '[[readings]]\nabout = "rules.r.charge"\noptions = { "per day" = "0.5% of total per started day", once = "5.00 CNY once" }\n'
    decision = '[[decisions]]\nabout = "rules.r.charge"\ntakes = "{}"\nwhy = "w"\nby = "legal"\non = 2026-02-01\n'

    assert "per day" == read(rule + reading + decision.format("per day")).decisions[0].takes
    assert (
        Charge(rate=Fraction(1, 100), of="total")
        == read(rule + reading + decision.format("1% of total once")).decisions[0].takes
    )
    assert ["TERMS-OPTION-01"] == codes(rule + reading + decision.format("per dya"))


def test_an_event_may_name_its_subject_in_front():
    text = (
        SMALLEST
        + '[[annexes]]\nid = "A1"\nowed_by = "provider"\n[[amendments]]\nid = "S1"\nagreed = 2026-02-01\napplies = "due"\n'
        '[[events]]\nwhat = "A1 delivered"\nat = 2026-02-16T10:00:00\n[[events]]\nwhat = "client consents"\nof = "S1"\nat = 2026-02-17\n'
    )
    _, (delivered, consents), problems = read_text(text)

    assert () == problems
    assert ("delivered", "A1", "E1", datetime.fromisoformat("2026-02-16T10:00")) == (
        delivered.what,
        delivered.of,
        delivered.id,
        delivered.at,
    )
    assert ("consents", "S1", "client", date(2026, 2, 17)) == (consents.what, consents.of, consents.by, consents.at)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[annexes]]\nid = 'A1'\nowed_by = 'provider'\ndue = 2026-02-30\n", ["TERMS-DATE-01"]),
        (
            "[[annexes]]\nid = 'A1'\nowed_by = 'provider'\ndue = 2026-02-30T25:00:00\n[[annexes]]\nid = 'A2'\nowed_by = 'x'\n",
            ["TERMS-DATE-01", "TERMS-PARTY-01"],
        ),
        ("[[annexes]]\nowed_by = 'provider'\n", ["TERMS-MISSING-01"]),
        ("[[annexes]]\nid = 'A1'\nowed_by = 'provider'\ndue = '2 days after A1 delivered'\n", ["TERMS-CIRCLE-01"]),
        ("[counting]\nstak = 'all'\n", ["COUNT-KNOB-01"]),
        ("[[annexes]]\nid = 'total'\nowed_by = 'provider'\nprice = 5\n", ["TERMS-MONEY-01"]),
        (
            "[[payments]]\nid = 'P1'\nowed_by = 'client'\namount = '5.00 CNY'\ndue = { demand = true, by = 'last day' }\n",
            ["TERMS-DUE-03"],
        ),
        ("[[caps]]\nid = 'c'\nclause = '1'\nlimits = 'provider'\nto = '20% of A1.price each'\n", ["TERMS-OF-01"]),
        (
            "[[caps]]\nid = 'c'\nclause = '1'\nlimits = 'provider'\ncovers = ['delay']\nexcept = ['delay']\nto = '20% of total each'\n",
            ["TERMS-HEAD-01"],
        ),
        ("[[events]]\nwhat = 'paid'\nof = 'P9'\namount = '5.00 CNY'\nat = 2026-02-01\n", ["EVENT-SUBJECT-01"]),
        ("[[events]]\nwhat = 'withdrawn'\nof = 'E7'\nat = 2026-02-01\n", ["EVENT-REF-01"]),
        ("[[events]]\nwhat = 'signed'\nat = 2026-02-03\nrecorded = 2026-02-01\n", ["EVENT-ORDER-02"]),
        (
            "[event_kinds]\nopened = {}\nclosed = { closes = 'opened' }\n[[events]]\nwhat = 'closed'\nabout = 'C-1'\nat = 2026-02-03\n",
            ["EVENT-PAIR-01"],
        ),
    ],
)
def test_a_mistake_is_told_once(text, expected):
    assert expected == codes(text)


def test_a_key_after_a_sub_table_is_told_where_it_belongs():
    text = (
        "[[scorecards]]\nid = 'card'\nevery = 'calendar month'\nkind = 'weighted mean'\n[scorecards.weights]\na = '100%'\n"
        "[[rules]]\nid = 'r'\nclause = '1'\nwhen = 'card is below 85'\n[rules.bands]\n'below 85' = '5% of total'\nhead = 'service'\n"
    )
    _, _, [problem] = read_text(SMALLEST + text)

    assert ("TERMS-KEY-03", "rules.r.bands.head", "rules.r") == (problem.code, problem.where, problem.args["belongs"])
    assert "head" in (SMALLEST + text).splitlines()[(problem.line or 0) - 1]


def test_one_value_too_many_hides_nothing_else():
    assert ["TERMS-KEY-02", "TERMS-TYPE-01", "TERMS-DUE-01"] == codes(
        "[[annexes]]\nid = 'A1'\nowed_bye = 'x'\nowed_by = 'provider'\nclause = 7\ndue = 'soon'\n"
    )


def test_json_says_where_it_is_wrong_too():
    _, _, problems = read_text(
        '{\n"spondeo": 1,\n"number": 5,\n"parties": {\n"a": {"label": "A", "nam": "B"}}}', syntax="json"
    )

    assert [("number", 3), ("parties.a.nam", 5)] == [(p.where, p.line) for p in problems]


@pytest.mark.parametrize(
    ("name", "content", "code", "line"),
    [
        ("a.toml", b"\xff\xfes\x00", "FILE-ENCODING-01", 1),
        ("a.toml", 'spondeo = 1\nnumber = "合同"\n'.encode("gbk"), "FILE-ENCODING-01", 2),
        ("a.toml", b"spondeo = 1\n\x80\xff\xff\x00", "FILE-ENCODING-01", 1),
        ("a.toml", b'spondeo = 1\nnumber = "\xff\xff', "FILE-ENCODING-02", 2),
        ("a.toml", b"spondeo = 1\nnumber = \n", "FILE-SYNTAX-01", 2),
        ("a.toml", b'spondeo = 1\nnumber = "x\nlaw = 1\n', "FILE-SYNTAX-03", 2),
        ("a.toml", b"spondeo = 1\nspondeo = 1\n", "FILE-SYNTAX-02", 2),
        ("a.toml", b"[parties.a]\n[parties.a]\n", "FILE-SYNTAX-02", 2),
        ("a.toml", b"x = " + b"9" * 5000, "FILE-SYNTAX-01", None),
        ("a.toml", b"x = 0x" + b"f" * 9000, "TERMS-KEY-01", 1),
        ("a.toml", b".".join([b"a"] * 10_000) + b" = 1", "FILE-DEPTH-01", None),
        ("a.toml", b"a = " + b"[" * 5_000 + b"]" * 5_000, "FILE-DEPTH-01", None),
        ("a.json", b"[" * 100_000, "FILE-DEPTH-01", None),
        ("a.json", b'{"a": 1, "a": 2}', "FILE-SYNTAX-02", None),
        ("a.json", b"[1]", "TERMS-TYPE-05", 1),
        ("a.json", b'{"a": 1,\n}', "FILE-SYNTAX-04", 2),
        ("a.toml", b"#" * (LARGEST + 1), "FILE-SIZE-01", None),
    ],
)
def test_a_file_that_cannot_be_read_is_one_located_problem(tmp_path, name, content, code, line):
    path = tmp_path / name
    path.write_bytes(content)
    contract, _, problems = read_contract(path)

    assert contract is None
    assert (code, line) == (
        problems[0].code if code != "TERMS-KEY-01" else next(p.code for p in problems if p.code == code),
        problems[0].line if code != "TERMS-KEY-01" else line,
    )
    assert str(path) == problems[0].file
    assert say(problems[0], "zh-Hans")


def test_a_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "contract.toml").write_text("")

    assert ["contract.toml"] == [p.args["nearest"] for p in read_contract(tmp_path / "contrat.toml")[2]]
    assert ["FILE-PATH-01"] == [p.code for p in read_contract(tmp_path / "nowhere" / "x.toml")[2]]
    assert ["FILE-PATH-02"] == [p.code for p in read_contract(tmp_path)[2]]


@pytest.mark.parametrize(
    "odd", ["1", "true", "[]", "{}", "[[1]]", "{ a = 1 }", '""', "1e9", "nan", "10:00:00", '"\\u0000"']
)
def test_no_value_of_any_key_ends_in_a_traceback(odd):
    source = (EXAMPLES / "hard-4" / "hard-4.toml").read_text("utf-8")
    source += '[[readings]]\nabout = "caps"\noptions = 1\n[[decisions]]\nabout = "total"\ntakes = 1\nby = 1\n'
    lines = source.splitlines()
    for number, line in enumerate(lines):
        key, equals, _ = line.partition("=")
        if equals:
            text = "\n".join([*lines[:number], f"{key}= {odd}", *lines[number + 1 :]])
            for problem in read_text(text)[2]:
                assert say(problem, "en")


def test_an_empty_file_is_told_what_it_lacks():
    assert ["TERMS-MISSING-01"] * 3 == [p.code for p in read_text("")[2]]


MEASURED = '[[measures]]\nid = "m"\nkind = "mean"\nof = "signed"\nevery = "calendar month"\n'
RULE = '[[rules]]\nid = "r"\nclause = "1"\n'
CARD = '[[annexes]]\nid = "A1"\nowed_by = "provider"\ndue = 2026-02-01\n[[scorecards]]\nid = "c"\nkind = "points"\nevery = "calendar month"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MEASURED + RULE + 'when = "m is below 85"\n[rules.bands]\n"below 75" = "nonsense"',
         [("TERMS-CHARGE-01", "rules.r.bands.below 75")]),
        (CARD + '[scorecards.lose]\n"any annex is late" = "many"', [("TERMS-POINTS-01", "scorecards.c.lose.any annex is late")]),
        (CARD + '[scorecards.lose]\n"any annex is late" = "2 a started day"\nfloor = "0"',
         [("TERMS-KEY-03", "scorecards.c.lose.floor")]),
        ('[renewal]\ntacit = "1 year"\nlaw = "CN"', [("TERMS-KEY-03", "renewal.law")]),
        (MEASURED.replace("month", "month, Mars/City"), [("TERMS-EVERY-01", "measures.m.every")]),
        (RULE + 'when = "any annex is late"\ncharge = "1.00 CNY each time"\nrepeat = "double from the umpteenth in a month"',
         [("TERMS-REPEAT-02", "rules.r.repeat")]),
        (MEASURED + RULE + 'when = "m is below 85 in 3 of 5 nice windows"\ncharge = "1.00 CNY each time"',
         [("TERMS-WHEN-02", "rules.r.when")]),
        (RULE + 'when = "any annex is late"\ncharge = "50 of nonsense per day"', [("TERMS-CHARGE-01", "rules.r.charge")]),
    ],
)  # fmt: skip
def test_a_slip_is_told_once_and_where_it_stands(text, told):
    _, _, problems = read_text(SMALLEST + text)

    assert told == [(problem.code, problem.where) for problem in problems]
