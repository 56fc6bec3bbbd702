"""The complete examples give what they gave when their golden files were looked at; their sums stand in `examples.toml`.

`python tests/cases/test_examples.py --write` writes the golden files anew, for a person to compare and commit.
"""

import contextlib
import io
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"


class Golden(NamedTuple):
    """One golden file and the question that it answers; `about` is the place whose other `reading` is taken."""

    example: str
    as_of: str
    known_at: str | None = None
    reading: str | None = None
    about: str = "rules.late-annex.charge"

    @property
    def file(self) -> Path:
        """Where the answer is kept: "2026-08-10_known-2026-08-10_once.json"."""
        known = f"_known-{self.known_at}" if self.known_at else ""
        reading = f"_{re.sub('[^a-z0-9]+', '-', self.reading)}" if self.reading else ""
        return EXAMPLES / self.example / "golden" / f"{self.as_of}{known}{reading}.json"

    @property
    def args(self) -> list[str]:
        """The command that answers it."""
        known = ["--known-at", self.known_at] if self.known_at else []
        assume = ["--assume", f"{self.about}={self.reading}"] if self.reading else []
        path = str(EXAMPLES / self.example / f"{self.example}.toml")
        return ["assess", path, "--as-of", self.as_of, *known, *assume, "--json", "--lang", "en"]


READINGS = {
    "cloud-sla": (("measures.uptime.round", "rounded half up"),),
    "encounters": (("scorecards.encounters.missing", "nothing"),),
    "construction-steps": (("rules.late-handover.tiering", "at the rate reached"),),
    "training-scorecards": (("counting.point_part", "started"),),
    "gb-interest": (
        ("rules.statutory-interest.rate", "fixed each half-year"),
        ("payments.INV-7.order", "interest first"),
    ),
    "sme-late-payment": (("payments.P1.due", "from delivery"),),
    "property-settlement": (("rules.score-deduction.bands", "of the quarter's fees"),),
    "cap-ladder": (("caps.increased.super_cap", "together"),),
    "quality-system": (("rules.incomplete.charge", "per completed point"),),
    "conduct-code": (("scorecards.conduct.overrides", "points"),),
}
"""The readings that were not taken, by example: where, and the name of the other one."""


def both(example: str, as_of: str) -> tuple[Golden, ...]:
    """An example as it was decided, and with each of its other readings."""
    taken = (Golden(example, as_of, None, name, about) for about, name in READINGS[example])
    return (Golden(example, as_of), *taken)


GOLDENS = (
    *(
        Golden("s12", day, known, reading)
        for day in ("2026-03-31", "2026-08-10", "2026-12-31")
        for known in (None, "2026-08-10")
        for reading in (None, "once")
    ),
    Golden("hard-1", "2026-07-31"),
    Golden("hard-4", "2026-07-31"),
    Golden("variant-hant", "2026-07-31"),
    *both("cloud-sla", "2026-07-31"),
    *both("encounters", "2026-07-31"),
    *both("construction-steps", "2026-04-30"),
    *both("training-scorecards", "2026-03-31"),
    *both("gb-interest", "2025-12-31"),
    *both("sme-late-payment", "2026-03-31"),
    Golden("prepaid-training", "2026-05-01"),
    *both("property-settlement", "2026-12-31"),
    *both("cap-ladder", "2026-07-31"),
    *both("quality-system", "2026-06-30"),
    *both("conduct-code", "2026-04-30"),
)

# Words and steps of counting are tested where they are made; a digest moves with every comma of the format.
LEFT_OUT = {"title", "steps", "contract_digest", "events_digest", "world_digest", "usages"}


@pytest.mark.parametrize("golden", GOLDENS, ids=[f"{golden.example}: {golden.file.stem}" for golden in GOLDENS])
def test_an_example_gives_its_golden_figures(golden: Golden):
    expected = golden.file.read_text("utf-8")

    assert expected == answer(golden)


def test_every_golden_file_answers_a_question():
    kept = {path for golden in GOLDENS for path in golden.file.parent.iterdir()}

    assert {golden.file for golden in GOLDENS} == kept


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant"])
def test_the_language_of_the_reader_moves_no_figure(lang: str):
    golden = Golden("s12", "2026-12-31")

    assert golden.file.read_text("utf-8") == answer(golden, lang)


def answer(golden: Golden, lang: str = "en") -> str:
    """The figures of one assessment, one item a line, so that a difference reads as one."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main([*golden.args[:-1], lang])
    assert code in (0, 3), out.getvalue()
    [assessed] = json.loads(out.getvalue())["assessments"]
    return (
        "{\n" + ",\n".join(f"{json.dumps(key)}: {_lines(value)}" for key, value in _figures(assessed).items()) + "\n}\n"
    )


def _figures(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _figures(item) for key, item in value.items() if key not in LEFT_OUT}
    return [_figures(item) for item in value] if isinstance(value, list) else value


def _lines(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(f" {json.dumps(item, ensure_ascii=False)}" for item in value) + "\n]"


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    for one in GOLDENS:
        one.file.parent.mkdir(exist_ok=True)
        one.file.write_text(answer(one), "utf-8")
        print(one.file.relative_to(EXAMPLES))
