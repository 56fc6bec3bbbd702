"""What would make the engine slow, stop it or make it depend on the order of a file."""

from datetime import date
from itertools import permutations

import pytest

from contracts.reader import read_text
from core.assessment import assess
from core.counting.cycles import calendar_windows
from core.events import Event, gone
from core.periods import Calendar
from core.pricing.curves import changed
from core.problems import InputError
from core.schedule import Window
from core.terms import Contract, Party, other_party
from core.world import World

TERMS = """
spondeo = 1
number = "X-1"
total = "100000.00 CNY"
signed = 2026-01-05
term = { from = 2026-01-05, for = "1 year" }
[counting]
preset = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.a]
label = { zh = "甲方", en = "Party A" }
name = { zh = "甲公司", en = "A Ltd" }
[parties.b]
label = { zh = "乙方", en = "Party B" }
name = { zh = "乙公司", en = "B Ltd" }
ours = true
"""


def _world() -> World:
    from contracts.world import load_calendar

    calendar = load_calendar("CN@2026-11")
    assert isinstance(calendar, Calendar)
    return World(calendars={"CN@2026-11": calendar})


def test_a_chain_of_a_thousand_annexes_that_wait_for_each_other_is_worked_out():
    owed = [f'[[annexes]]\nid = "A{i}"\nowed_by = "a"\ndue = "3 days after A{i + 1} accepted"\n' for i in range(1000)]
    last = '[[annexes]]\nid = "A1000"\nowed_by = "a"\ndue = 2026-03-01\n'
    contract, _, problems = read_text(TERMS + "".join(owed) + last)

    assert () == problems
    assert contract is not None
    assert 1001 == len(assess(contract, (), as_of=date(2026, 3, 1), world=_world()).obligations)


def test_a_card_of_which_only_an_item_without_weight_was_rated_has_no_score():
    """Weights 100 % and 0 %; only the second is rated: 0 ÷ 0."""
    card = """
[[scorecards]]
id = "sc"
every = "calendar quarter"
kind = "weighted mean"
missing = "its weight goes to the others"
weights = { x = "100%", y = "0%" }
[[events]]
id = "E1"
what = "scored"
of = "sc"
item = "y"
value = "50"
at = 2026-03-01
"""
    contract, events, _ = read_text(TERMS + card)
    assert contract is not None
    answer = assess(contract, events, as_of=date(2026, 4, 5), world=_world())

    assert "MEASURE-WEIGHT-01" in {problem.code for problem in answer.problems}
    assert None is answer.figures[0].value


def test_a_curve_that_is_changed_in_a_window_asks_the_curve_below_once():
    asked = []

    def inner(day: date) -> int:
        asked.append(day)
        return 10 * (day - date(2026, 1, 1)).days

    curve = changed(inner, Window("", date(2026, 1, 2), date(2026, 2, 1)), lambda amount: max(0, amount - 50))
    asked.clear()

    assert 0 == curve(date(2026, 1, 6))
    assert 150 == curve(date(2026, 1, 21))  # 20 × 10 − 50
    assert [date(2026, 1, 6), date(2026, 1, 21)] == asked


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_is_gone_does_not_hang_on_the_order_of_the_file(order):
    events = (
        Event(what="delivered", id="E1", of="A1", at=date(2026, 3, 5)),
        Event(what="withdrawn", id="E2", of="E1", at=date(2026, 3, 10)),
        Event(what="withdrawn", id="E3", of="E2", at=date(2026, 3, 11)),
    )

    assert frozenset({"E2"}) == gone(events[i] for i in order)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("rules", 0, "charge", "per", "n"), 0, "TERMS-LEAST-01"),
        (("rules", 0, "charge", "per", "part"), "begun", "TERMS-WORD-01"),
        (("rules", 0, "charge", "per", "unit"), "fortnight", "TERMS-WORD-01"),
        (("rules", 0, "grace", "kind"), "sometimes", "TERMS-WORD-01"),
        (("rules", 0, "grace", "period", "n"), -3, "TERMS-LEAST-01"),
        (("rules", 0, "round", "mode"), "nearest", "TERMS-WORD-01"),
        (("annexes", 0, "due", "every", "unit"), "calendar decade", "TERMS-WORD-01"),
        (("annexes", 0, "due", "by"), "day zero", "TERMS-WORD-01"),
        (("number",), "X\u202e1", "TERMS-HIDDEN-01"),
        (("parties", "a", "name", "en"), "A\ud800", "TERMS-HIDDEN-01"),
        (("title",), {"en": "A\x07"}, "TERMS-HIDDEN-01"),
    ],
)
def test_a_word_or_number_that_no_phrase_would_give_is_refused_in_long_form(path, value, code):
    import json
    import tomllib

    root = json.loads(json.dumps(tomllib.loads(TERMS), default=str))
    every = {"every": {"unit": "calendar month"}, "by": "last day"}
    root["annexes"] = [{"id": "A1", "owed_by": "a", "due": every}]
    charge = {"rate": "0.005", "of": "total", "per": {"unit": "day", "n": 1, "part": "started"}}
    grace = {"period": {"n": 5, "unit": "day"}, "kind": "never charged"}
    rule = {"id": "r", "clause": "1", "when": {"state": "late", "any": "annex"}, "charge": charge, "grace": grace}
    root["rules"] = [{**rule, "round": {"when": "once", "mode": "half up"}}]
    assert () == read_text(json.dumps(root), syntax="json")[2]

    here = root
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value

    assert {code, f"{code[:-1]}2"} & {problem.code for problem in read_text(json.dumps(root), syntax="json")[2]}


def test_a_far_day_is_refused_where_it_is_said() -> None:
    contract, _, _ = read_text(TERMS, "x.toml")
    assert contract is not None
    with pytest.raises(InputError) as wrong:
        assess(contract, (), as_of=date(9999, 12, 31), world=_world())
    assert [(one.code, one.where) for one in wrong.value.problems] == [("TERMS-DATE-03", "as_of")]


def test_the_order_in_which_a_file_lists_its_parties_says_nothing():
    parties = {key: Party(label={"en": key}, name={"en": key}) for key in ("provider", "owner", "client")}
    one = Contract(number="THREE", parties=parties)
    other = Contract(number="THREE", parties=dict(reversed(parties.items())))

    assert other_party(one, "provider") == other_party(other, "provider") == ""


MONTHLY = """
[[payments]]
id = "FEE"
owed_by = "client"
amount = "100.00 CNY"
due = "each month, 15 days after its end"
[ending]
clause = "14"
[[ending.grounds]]
id = "free"
clause = "14.1"
when = "at any time"
may_end = "client"
[[events]]
what = "terminated"
by = "client"
at = 2027-03-10
"""


def test_a_long_term_is_gone_through_as_often_as_a_short_one(monkeypatch):
    gone_through: list[int] = []

    def counted(*args):
        gone_through[-1] += 1
        return calendar_windows(*args)

    monkeypatch.setattr("core.duties.series.calendar_windows", counted)
    for last in (2028, 2199):
        gone_through.append(0)
        text = TERMS.replace('for = "1 year"', f"until = {last}-12-31") + MONTHLY.replace("client", "a")
        contract, events, _ = read_text(text, "x.toml")
        assert contract is not None
        assess(contract, events, as_of=date(2027, 3, 31), world=_world())

    assert gone_through[0] == gone_through[1]
