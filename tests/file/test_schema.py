"""The JSON Schema of the contract file: every example fits it, what the reader refuses by form does not."""

import json
import tomllib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from cli import main
from contracts.reader import read_contract
from contracts.schema import schema
from contracts.writer import write_json

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples").rglob("*.toml") if path.parent.name != "broken")


def in_json(value: Any) -> Any:
    """A parsed TOML file as JSON would hold it: dates as text."""
    if isinstance(value, dict):
        return {key: in_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_json(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def faults(form: Any) -> list[str]:
    found = Draft202012Validator(schema()).iter_errors(form)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in found]


def test_the_schema_is_one_itself():
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_fits_in_phrases(path: Path):
    assert [] == faults(in_json(tomllib.loads(path.read_text("utf-8"))))


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_fits_in_long_form(path: Path):
    contract, _, problems = read_contract(path)

    assert contract, problems
    assert [] == faults(json.loads(write_json(contract)))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"number": 5}, "number"),
        ({"partys": {}}, ""),
        (
            {"caps": [{"id": "x", "clause": "1", "limits": "a", "to": "1.00 CNY each", "order": "first comes"}]},
            "caps.0.order",
        ),
        ({"signed": "soon"}, "signed"),
    ],
)
def test_what_has_the_wrong_form_is_named_with_its_place(change: dict[str, Any], where: str):
    form = {"spondeo": 1, "number": "X", "parties": {}, **change}

    assert [where] == [fault.split(":")[0] for fault in faults(form)]


def test_fields_and_tables_are_described():
    cap = schema()["$defs"]["Cap"]

    assert "limit of liability" in cap["description"]
    assert "uses the limit up" in cap["properties"]["counts"]["description"]


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]):
    assert 0 == main(["schema", "--lang", "en"])
    assert schema() == json.loads(capsys.readouterr().out)
