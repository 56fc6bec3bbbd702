"""Settings: the registry, the presets, and how the contract's words, decisions, preset and usage come together."""

import pytest

from core.periods import Counting, Origin
from core.presets import KNOBS, PRESETS, resolve

CN = "CN-civil-code@2021"

# The closed list: nothing else may be asked, and each only under its condition.
# fmt: off
ASKED = [
    "zone", "hours", "whose_calendar", "roll_fixed_dates", "stub", "excuse_effect", "excuse_notice", "shared_cause",
    "rejected", "partial", "cure_effect", "applies", "base_at", "part_days", "grace", "tiering", "tier_counts", "base",
    "base_of", "base_tax", "rate_period", "point_part", "point_of", "at_most", "at_most_covers", "stack",
    "against_loss", "repeat", "day_basis", "reference", "rate_ceiling", "allocation", "band_edge", "round_first",
    "take", "excluded_time", "partial_period", "window", "credit_base", "credit_ceiling", "pooling", "empty",
    "degraded", "missing", "bonus_ceiling", "override", "sites", "covers", "counts", "super_cap", "window_day",
    "cap_year", "order", "fees_base", "greater_or_less", "renewal", "debtors", "fx", "prepaid", "claim_from",
    "unclaimed",
]
# fmt: on


def test_nothing_is_asked_but_the_closed_list():
    assert 61 == len(ASKED)
    assert set(ASKED) == {knob.key for knob in KNOBS.values() if knob.usage is None}


def test_every_usage_and_every_value_of_a_preset_is_an_allowed_one():
    for knob in KNOBS.values():
        assert knob.usage is None or knob.usage in knob.values, knob.key
    for preset in PRESETS.values():
        said = {key: value for key, (value, _) in preset.values.items()}
        bare = resolve(None, said, {})[1]
        assert ["COUNT-PRESET-02"] == [problem.code for problem in bare], preset.key


def test_every_field_of_the_settings_is_a_knob():
    assert set(KNOBS) >= set(Counting.__struct_fields__) - {"preset", "more", "origins"}


def test_the_contract_stands_above_a_decision_above_the_preset_above_usage():
    counting, problems = resolve(CN, {"roll": "none"}, {"roll": "previous", "roll_fixed_dates": "no"})
    assert () == problems
    assert ("none", Origin("contract")) == (counting.roll, counting.origin("roll"))
    assert ("no", Origin("decision")) == (counting.roll_fixed_dates, counting.origin("roll_fixed_dates"))
    assert ("last day", Origin("preset", CN, "202")) == (counting.month_end, counting.origin("month_end"))
    assert ("stays", Origin("usage")) == (counting.due_at_close, counting.origin("due_at_close"))


def test_what_must_be_asked_stays_open():
    counting, _ = resolve(CN, {}, {})
    assert (None, None, None) == (counting.part_days, counting.roll_fixed_dates, counting.of("grace"))
    assert "costs, interest, principal" == counting.of("allocation")


def test_a_preset_rests_on_another_where_it_is_silent():
    counting, _ = resolve("GB-late-payment@1998", {}, {})
    assert ("simple", "last day", "none") == (counting.of("compounding"), counting.month_end, counting.roll)
    assert "common-law-usage@1" == counting.origin("month_end").source


def test_without_a_preset_it_is_asked_for_once():
    counting, problems = resolve(None, {}, {})
    assert ["COUNT-PRESET-02"] == [problem.code for problem in problems]
    assert (None, "stays") == (counting.first_day, counting.due_at_close)


@pytest.mark.parametrize(
    ("preset", "nearest"), [("CN", CN), ("CN-civil-code", CN), ("EU-1182-72@1971", "EU-1182-71@1971"), ("xyz", None)]
)
def test_an_unknown_preset_names_the_nearest(preset, nearest):
    _, [problem] = resolve(preset, {}, {})
    assert ("COUNT-PRESET-01", "counting.preset", nearest) == (problem.code, problem.where, problem.args["nearest"])


@pytest.mark.parametrize(
    ("said", "code", "where"),
    [
        ({"part_day": "started"}, "COUNT-KNOB-01", "counting.part_day"),
        ({"roll": "forward"}, "COUNT-VALUE-01", "counting.roll"),
        ({"cut_off": "25:00"}, "COUNT-VALUE-01", "counting.cut_off"),
        ({"cycle": "fiscal from 02-29"}, "COUNT-VALUE-01", "counting.cycle"),
        ({"naive_zone": "Asia/Tokio"}, "TIME-ZONE-01", "counting.naive_zone"),
        ({"zone": "Asia/Shangai"}, "TIME-ZONE-01", "counting.zone"),
        ({"hours": "Mon-Fri 09:00"}, "TIME-HOURS-01", "counting.hours"),
        ({"rest_days": "Sat+Someday"}, "COUNT-VALUE-01", "counting.rest_days"),
    ],
)
def test_a_wrong_setting_is_refused(said, code, where):
    counting, [problem] = resolve(CN, said, {})
    assert (code, where) == (problem.code, problem.where)
    assert counting == resolve(CN, {}, {})[0]  # and changes nothing


def test_the_nearest_setting_is_named():
    assert "part_days" == resolve(CN, {"part_day": "started"}, {})[1][0].args["nearest"]


def test_values_with_blanks_are_filled_in():
    said = {"cut_off": "16:00", "right_lapses": "60 days", "limitation": "2 years from breach", "rest_days": "Fri+Sat",
            "round_first": "2 decimals, half up", "hours": "Mon-Fri 09:00-17:00", "window": "rolling 30 days"}  # fmt: skip
    counting, problems = resolve(CN, said, {})
    assert () == problems
    assert said == {key: counting.of(key) for key in said}


@pytest.mark.parametrize(
    ("preset", "said", "knob"),
    [
        (CN, {"lateness_by": "dates", "part_days": "exact"}, "lateness_by"),
        (CN, {"grace": "franchise", "tier_counts": "days after grace"}, "grace"),
        (CN, {"from_rest_day": "count next", "first_day": "in"}, "from_rest_day"),
        (CN, {"landing_clock": "clock kept", "day_end": "24:00"}, "landing_clock"),
        (CN, {"roll_hours": "next opening", "hours": "round the clock"}, "roll_hours"),
        (CN, {"roll": "none", "roll_fixed_dates": "yes"}, "roll"),
        ("EU-1182-71@1971", {"roll": "none"}, "roll"),
        ("GB-late-payment@1998", {"compounding": "daily"}, "compounding"),
    ],
)
def test_settings_that_cannot_both_hold_are_refused(preset, said, knob):
    _, [problem] = resolve(preset, said, {})
    assert ("COUNT-CONTRADICTION-01", knob) == (problem.code, problem.args["knob"])


@pytest.mark.parametrize(
    "said",
    [
        {"part_days": "exact"},  # parts arise for periods in hours
        {"lateness_by": "dates", "part_days": "started"},
        {"first_day": "in"},  # the preset's from_rest_day gives way
        {"landing_clock": "clock kept"},  # and so does its day_end
        {"roll": "none"},
    ],
)
def test_what_the_parties_agreed_needs_no_word_against_the_preset(said):
    assert () == resolve(CN, said, {})[1]
