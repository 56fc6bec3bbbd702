"""What a charge asks about, and what its parts leave unsaid when they are written."""

from datetime import date
from fractions import Fraction

import msgspec
import pytest

from contracts.reader import read_text
from contracts.world import load_calendar
from core.assessment import assess
from core.periods import Calendar
from core.pricing.accruals import Conversion
from core.problems import Problem
from core.world import World

TERMS = """
spondeo = 1
number  = "CHARGES"
total   = "100000.00 CNY"
signed  = 2027-01-04
term    = { from = 2027-01-04, for = "1 year" }
[counting]
preset   = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.a]
label = { zh = "甲方", en = "Party A" }
name  = { zh = "甲公司", en = "A Ltd" }
[parties.b]
label = { zh = "乙方", en = "Party B" }
name  = { zh = "乙公司", en = "B Ltd" }
ours  = true
[[annexes]]
id      = "A1"
owed_by = "a"
due     = 2027-06-03
[[rules]]
id     = "late"
clause = "8.1"
when   = "A1 is late"
charge = "100.00 CNY per started day"
"""


def _problems(more: str) -> list[Problem]:
    contract, events, wrong = read_text(TERMS + more)
    calendar = load_calendar("CN@2026-11")
    assert wrong == ()
    assert contract is not None
    assert isinstance(calendar, Calendar)
    world = World(calendars={"CN@2026-11": calendar})
    return list(assess(contract, events, as_of=date(2027, 12, 31), world=world).problems)


def test_what_an_acceptance_in_part_does_is_asked_where_it_occurred():
    [asked] = _problems("""
[[events]]
id   = "E1"
what = "delivered"
of   = "A1"
at   = 2027-06-03
[[events]]
id    = "E2"
what  = "accepted"
of    = "A1"
at    = 2027-06-03
value = "70%"
""")

    assert ("ASK-KNOB-01", "A1") == (asked.code, asked.where)


@pytest.mark.parametrize(("charge", "other"), [("500.00 CNY per started week", "week"), ("900.00 CNY each time", "–")])
def test_two_units_of_one_delay_are_both_named(charge, other):
    [asked] = _problems(f"""
[[amendments]]
id        = "S1"
agreed    = 2027-06-01
effective = 2027-06-07
applies   = "days from then on"
set       = {{ "rules.late.charge" = "{charge}" }}
""")

    assert ("TERMS-UNIT-02", {"unit": "day", "other": other}) == (asked.code, asked.args)


def test_a_rate_of_exchange_that_is_known_does_not_say_that_it_is_provisional():
    known = Conversion(Fraction(7), date(2027, 6, 4))

    assert known.provisional is False
    assert {"rate": Fraction(7), "on": date(2027, 6, 4)} == msgspec.to_builtins(known, builtin_types=(date, Fraction))
