"""Every knob is shown at work by worked cases: at least two of its values, each in a case whose source names the knob."""

import re
from functools import cache
from pathlib import Path

import pytest

from core.presets import KNOBS, resolve
from core.problems import InputError
from plugins.cases import Case, load_cases, read_case

CASES = Path(__file__).parents[1] / "cases"
NAMED = re.compile(r"\b([a-z][a-z0-9_]*)(?:(?: =|:) ([^;]+))?")

# Knobs whose two values no obligation and no charge tells apart: the test that does.
SHOWN_BY = {
    "count_ends": "tests/time/test_elapsed.py",
    "elapsed_days": "tests/time/test_elapsed.py",
    "reversed_range": "tests/time/test_elapsed.py",
    "day_length": "tests/time/test_elapsed.py",
    "fraction": "tests/time/test_elapsed.py",
    "part_month": "tests/time/test_elapsed.py",
}

# Knobs that have no two values to show, and why.
UNSHOWN = {
    "number_words": "a file says itself which end is in: from 3 holds the 3, above 3 does not; the value is only printed",
    "on_one_day": "there is one order; what another would change is said by interest_days and by the day of effect",
}


def named(case: Case) -> list[tuple[str, str | None]]:
    """The knobs that a source names: "KNOBS grace; trap 4", or with their value, "KNOBS super_cap = separate"."""
    _, found, rest = case.source.partition("KNOBS")
    return [(key, value and value.strip()) for key, value in NAMED.findall(rest if found else "") if key in KNOBS]


@cache
def shown() -> dict[str, set[str]]:
    """Which values of each knob the cases show: as the source says, else as the case's contract counts."""
    made: dict[str, set[str]] = {}
    for case in load_cases(CASES):
        for knob, value in named(case):
            made.setdefault(knob, set()).add(value or counted(case).get(knob) or "")
    return made


def counted(case: Case) -> dict[str, str]:
    """The value of each knob that a case's contract gives, by its own words, what the case assumes, preset or usage."""
    try:
        contract, _, _ = read_case(case)
    except InputError:
        return {}
    if contract is None:
        return {}
    own = contract.counting
    said = dict(own.knobs) | {key: value for key, value in (("zone", own.zone), ("hours", own.hours)) if value}
    decided = {decision.about: str(decision.takes) for decision in contract.decisions} | case.assume
    taken = {
        about.removeprefix("counting."): str(value) for about, value in decided.items() if about.startswith("counting.")
    }
    counting, _ = resolve(own.preset, said, taken)
    return {key: value for key in KNOBS if (value := counting.of(key)) is not None}


@pytest.mark.parametrize("knob", KNOBS)
def test_a_knob_is_shown_by_two_of_its_values(knob):
    if knob in UNSHOWN:
        assert len(shown().get(knob, set()) - {""}) < 2, "it is shown after all: take it out of UNSHOWN"
        return
    if knob in SHOWN_BY:
        assert f"{knob}=" in (CASES.parents[1] / SHOWN_BY[knob]).read_text("utf-8")
        return
    values = shown().get(knob, set()) - {""}
    assert len(values) >= 2, f"{knob}: of {' | '.join(KNOBS[knob].values)} the cases show {sorted(values) or 'none'}"


def test_a_value_that_a_source_names_is_one_of_the_knobs():
    wrong = [
        f"{case.file.name}: {knob} = {value}"
        for case in load_cases(CASES)
        for knob, value in named(case)
        if value and not any(fits(value, allowed) for allowed in KNOBS[knob].values)
    ]
    assert not wrong, "\n".join(wrong)


def fits(value: str, allowed: str) -> bool:
    """Whether a value is this one of a knob, what is in angle brackets being anything."""
    return (
        re.fullmatch(re.sub(r"<\w+>", ".+", re.escape(allowed).replace(r"\<", "<").replace(r"\>", ">")), value)
        is not None
    )
