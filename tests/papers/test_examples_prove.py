"""Every construct goes through a statement and its proof: made, set, carried and worked again."""

import os
import tomllib
from datetime import date
from pathlib import Path

import pytest

from cli import TABLES
from contracts import reference
from contracts.folder import load, world_for
from contracts.papers.data import as_csv
from contracts.papers.page import page
from contracts.papers.proof import Given, check, statement_paper
from contracts.papers.text import report
from core.assessment import Assessment, assess
from core.problems import InputError
from plugins.cases import read_case
from plugins.testing import Case, load_cases

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTRACTS = sorted(path for path in EXAMPLES.glob("*/*.toml") if path.parent.name != "broken")
LANGUAGES = (("zh-Hans", "en"), ("zh-Hant",), ("en",), ("zh-Hans",), ("zh-Hant", "en"))
"""One choice after the other, so that each is used."""

SOME = load_cases(Path(__file__).parents[1] / "cases")[:: 1 if os.environ.get("SPONDEO_PROVE") else 20]
"""Worked cases of every file; all of them would take minutes, and do in `make prove`."""

PAGE = tomllib.loads(Path(reference.__file__).with_name("constructs.toml").read_text("utf-8"))
CONSTRUCTS = [
    Case(
        name=", ".join(one["shows"]),
        source="reference",
        note=one["note"],
        file=EXAMPLES,
        contract=PAGE["base"] + one["text"],
        events=one.get("events"),
        as_of=one["as_of"],
        expect=one["expect"],
    )
    for one in PAGE["construct"]
]


@pytest.mark.parametrize("path", CONTRACTS, ids=[path.stem for path in CONTRACTS])
def test_the_statement_of_an_example_proves_itself(path: Path, tmp_path: Path):
    [one], problems = load([path])
    assert one.contract, problems
    paper = tmp_path / "s.pdf"
    as_of = date(2027, 1, 10)
    given = Given(as_of=as_of, languages=LANGUAGES[CONTRACTS.index(path) % len(LANGUAGES)])
    paper.write_bytes(statement_paper(one.contract, one.events, one.world, given))
    proof = check(paper)
    made = assess(one.contract, one.events, as_of=as_of, world=one.world)

    assert (True, True, ()) == (proof.holds, proof.pages_same, proof.problems)
    assert proof.figures >= len(made.charges) + len(made.balances)


@pytest.mark.parametrize("case", CONSTRUCTS, ids=[case.name for case in CONSTRUCTS])
def test_the_statement_of_a_construct_of_the_reference_proves_itself(case: Case, tmp_path: Path):
    proves_itself(case, tmp_path / "s.pdf", LANGUAGES[CONSTRUCTS.index(case) % len(LANGUAGES)])


@pytest.mark.parametrize("case", SOME, ids=[f"{case.file.stem}: {case.name}" for case in SOME])
def test_what_a_worked_case_comes_to_can_be_written_down_and_proved(case: Case, tmp_path: Path):
    """Words, characters and columns for whatever a case brings, in a language that changes from case to case."""
    contract, events, problems = read_case(case)
    if contract is None or problems:
        return  # a case about a wrong file
    languages = LANGUAGES[SOME.index(case) % len(LANGUAGES)]
    made = proves_itself(case, tmp_path / "s.pdf", languages)

    assert contract.number in report(contract, made, (), languages[0], why=True)
    assert all(as_csv(table, [made]) for table in TABLES)  # a row with a field that has no column cannot be written
    assert contract.number in page([(contract, events, made, ())], lang=languages[0])


def proves_itself(case: Case, paper: Path, languages: tuple[str, ...]) -> Assessment:
    """Makes the statement, reads it as a stranger would, and compares; the figures it stands on."""
    contract, events, _ = read_case(case)
    assert contract
    world, _ = world_for(contract)
    made = assess(contract, events, as_of=case.as_of, known_at=case.known_at, world=world, assume=case.assume)
    given = Given(as_of=case.as_of, known_at=case.known_at, languages=languages, assume=case.assume)
    paper.write_bytes(statement_paper(contract, events, world, given))
    try:
        proof = check(paper)
    except InputError:
        assert case.assume  # of a term that is not there, which the command line refuses
        return made

    assert (True, True, ()) == (proof.holds, proof.pages_same, proof.problems)
    assert proof.figures >= len(made.charges) + len(made.balances)
    return made
