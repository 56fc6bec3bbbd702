"""Each table of the file has a small contract of its own in the reference, and its figures come out."""

import tomllib
from pathlib import Path

import pytest

from contracts import phrases, reference
from core.events import Event
from core.terms import Contract
from plugins.cases import Case, run_case

FILE = Path(reference.__file__).with_name("constructs.toml")
PAGE = tomllib.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("construct", PAGE["construct"], ids=lambda construct: ", ".join(construct["shows"]))
def test_a_construct_of_the_reference_gives_its_figures(construct):
    case = Case(
        name=", ".join(construct["shows"]),
        source="reference",
        note=construct["note"],
        file=FILE,
        contract=PAGE["base"] + construct["text"],
        events=construct.get("events"),
        as_of=construct["as_of"],
        expect={"problems": [], **construct["expect"]},
    )

    assert () == run_case(case)


def test_every_table_of_the_file_has_an_example():
    shown = {name for construct in PAGE["construct"] for name in construct["shows"]}
    tables = {kind.__name__ for kind in reference.tables() if kind not in phrases.KINDS} - {Contract.__name__}

    assert set() == tables - shown
    assert Event.__name__ in shown
