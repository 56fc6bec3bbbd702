"""Every value that a knob of time may have is shown at work: in a worked case, or in a test of this folder."""

import re
from pathlib import Path

import pytest

from core.presets import KNOBS

HERE = Path(__file__).parent
SHOWN = "\n".join(
    path.read_text("utf-8")
    for path in (*HERE.glob("*.py"), *(HERE.parent / "cases").glob("*.toml"))
    if path != Path(__file__)
)
TIME = {"calendar", "edges", "days", "periods"}
PAUSES = {"pause_time", "pause_part_day", "pause_overlap", "restart", "reopened", "pause_when_late"}
BLANKS = {
    "n": r"\d+",
    "clock": r"\d\d:\d\d",
    "zone": r"[A-Z]\w+/\w+",
    "hours": r"[A-Z][^\"]+",
    "month_day": r"\d\d-\d\d",
    "words": r"[^\"]+",
    "weekdays": r"\w+(\+\w+)*",
}

TESTS = [test for path in HERE.glob("*.py") for test in path.read_text("utf-8").split("\n\n\n")]
# How a contract's words are read is settled when they are written as phrases: "from 3", "above 3", "by", "before".
WORDS = {"number_words", "limit_words"}

VALUES = [
    (knob.key, value)
    for knob in KNOBS.values()
    if (knob.section in TIME or knob.key in PAUSES) and knob.key not in WORDS
    for value in knob.values
    if value != knob.usage
]


@pytest.mark.parametrize(("knob", "value"), VALUES, ids=[f"{knob} {value}" for knob, value in VALUES])
def test_a_value_is_shown(knob, value):
    parts = re.split(r"<(\w+)>", value)
    said = "".join(BLANKS[part] if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
    by_table = [
        test for test in TESTS if f"{knob}=said" in test or (knob == "midnight_window" and "read_hours" in test)
    ]
    if any(re.search(rf'"{said}"', test) for test in by_table):
        return
    assert re.search(rf"\b{knob}\b\"?\s*[=:,]\s*f?\"{said}\"", SHOWN), f"{knob} = {value} is in no case and no test"
