"""What a month's ceiling holds back and carries forward: no month pays more than it may, and no cent is paid twice."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.folder import world_for
from contracts.reader import read_text
from core.assessment import Assessment, assess
from core.events import Event

TERMS = """
spondeo = 1
number = "CARRY-1"
total = "100000.00 CNY"
signed = 2027-01-04
term = { from = 2027-01-01, until = 2027-12-31 }
[counting]
preset = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.provider]
label = "Party A"
name = "Example Services Co., Ltd."
[parties.client]
label = "Party B"
name = "Example Property Co., Ltd."
[event_kinds]
fault = { title = "fault" }
[[rules]]
id = "fine"
clause = "8.3"
when = "each fault"
owed_by = "provider"
owed_to = "client"
charge = "300.00 CNY each time"
at_most = { to = "500.00 CNY", per = "calendar month", excess = "%s" }
"""


def fined(days: list[int], until: int, excess: str) -> Assessment:
    contract, _, problems = read_text(TERMS % excess, "carry.toml")
    assert contract is not None, problems
    first = date(2027, 1, 1)
    events = [Event(what="fault", id=f"F{n}", at=first + timedelta(days=day)) for n, day in enumerate(days)]
    world, _ = world_for(contract)
    return assess(contract, events, as_of=first + timedelta(days=until), world=world)


DAYS = st.lists(st.integers(0, 200), max_size=12)


@given(DAYS, st.integers(0, 364))
def test_no_month_pays_more_than_its_ceiling_and_all_adds_up(days: list[int], until: int):
    made = fined(days, until, "carried forward")
    gross = sum(charge.gross.minor for charge in made.charges)
    paid = sum(one.payable.minor for one in made.liabilities)

    assert all(use.used.minor <= 500_00 and use.headroom.minor >= 0 for use in made.caps)
    assert paid == sum(use.used.minor for use in made.caps)
    assert gross - paid == sum(use.beyond.minor for use in made.caps)


@given(DAYS, st.integers(0, 300), st.integers(0, 60))
def test_a_later_day_never_pays_less_and_what_is_carried_is_never_less_than_what_is_lost(
    days: list[int], until: int, more: int
):
    early, late = fined(days, until, "carried forward"), fined(days, until + more, "carried forward")
    paid = {one.charge: one.payable.minor for one in late.liabilities}
    lost = {one.charge: one.payable.minor for one in fined(days, until, "lost").liabilities}

    assert all(paid[one.charge] >= one.payable.minor >= lost[one.charge] for one in early.liabilities)
