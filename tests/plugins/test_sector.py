"""The sector that ships is sound, and the test kit finds what is wrong with one that is not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from contracts.drafting import draft, load_template
from contracts.folder import load
from locales import LANGUAGES, say
from plugins.testing import check_sector, load_cases

ROOT = Path(__file__).parents[2]
SECTOR = ROOT / "plugins" / "property_management"


def test_property_management_has_nothing_wrong_with_it():
    assert [] == [say(problem, "en") for problem in check_sector(SECTOR)]


def test_property_management_works_its_sums_by_hand_at_least_six_times():
    cases = load_cases(SECTOR / "cases")

    assert len(cases) >= 6
    assert all(case.note and case.source for case in cases)


def test_the_example_is_the_template_with_its_own_answers():
    template = load_template(str(SECTOR / "templates" / "property-service"))
    drafted, _, problems = draft(template, template.example, ("zh-Hans", "en"))
    [example], _ = load([ROOT / "examples" / "property" / "property.toml"])

    assert () == problems
    assert drafted is not None
    assert msgspec.structs.replace(drafted, clauses=()) == example.contract


def test_the_example_year_has_events_enough_for_a_year():
    [example], _ = load([ROOT / "examples" / "property" / "property.toml"])

    assert len(example.events) >= 120
    assert {"complaint resolved", "waiting for client", "paid", "scored"} <= {event.what for event in example.events}


def swapped(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), "utf-8")

    return change


def removed(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).unlink()

    return change


TEMPLATE = "templates/property-service"


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        pytest.param("SECTOR-FILE-01", removed("words.toml"), id="a file is missing"),
        pytest.param("SECTOR-FILE-01", removed("README.md"), id="the README is missing"),
        pytest.param("SECTOR-FILE-02", swapped("words.toml", 'zh = "接待"', "zh = 接待"), id="a file is no TOML"),
        pytest.param("SECTOR-FILE-04", lambda folder: (folder / "README.md").write_text(""), id="the README is empty"),
        pytest.param("SECTOR-KEY-01", swapped("sector.toml", '"property_management"', '"Property Mgmt"'), id="a bad key"),
        pytest.param("SECTOR-KEY-02", swapped("sector.toml", "version = 1", 'version = "1"'), id="a version in words"),
        pytest.param("SECTOR-API-01", swapped("sector.toml", "api     = 1", "api     = 7"), id="another API"),
        pytest.param("SECTOR-API-02", swapped("sector.toml", "format  = 1", "format  = 9"), id="a later format"),
        pytest.param("SECTOR-FIELD-01", swapped("sector.toml", "summary", "sumary"), id="a misspelled field"),
        pytest.param("SECTOR-TEXT-01", swapped("words.toml", ', en = "reception"', ""), id="words without English"),
        pytest.param("SECTOR-TEXT-02", swapped("words.toml", 'en = "reception"', 'en = "reception", fr = "accueil"'), id="French"),
        pytest.param("SECTOR-KIND-01", swapped("event_kinds.toml", '["complaint received"]', '["delivered"]'), id="shadows core"),
        pytest.param("SECTOR-KIND-02", swapped("event_kinds.toml", '"投诉登记", en = "Complaint recorded" }', '"投诉登记", en = "Complaint recorded" }\nspan = "yes"'), id="a span in words"),
        pytest.param("SECTOR-KIND-03", swapped("event_kinds.toml", 'closes = "reception enquiry"', 'closes = "enquiry"'), id="closes nothing"),
        pytest.param("SECTOR-KIND-04", swapped("event_kinds.toml", "投诉登记", "投诉记录"), id="template says otherwise"),
        pytest.param("SECTOR-TEMPLATE-01", lambda folder: shutil.rmtree(folder / "templates" / "property-service"), id="no template"),
        pytest.param("SECTOR-TEMPLATE-02", swapped(f"{TEMPLATE}/template.toml", '"property_management"', '"education"'), id="another's template"),
        pytest.param("TEMPLATE-TERM-01", swapped(f"{TEMPLATE}/en.md", "{steps.reception.within}", "that time"), id="a term is not printed"),
        pytest.param("TEMPLATE-FIGURE-01", swapped(f"{TEMPLATE}/zh-Hans.md", "{fixed.cure}", "15日"), id="a figure typed by hand"),
        pytest.param("SECTOR-CASES-01", lambda folder: shutil.rmtree(folder / "cases"), id="no cases"),
        pytest.param("CASE-VALUE-01", swapped("cases/fees.toml", '"9000.00 CNY"', '"9000.01 CNY"'), id="a sum is wrong"),
        pytest.param("CASE-FILE-01", swapped("cases/fees.toml", "source =", "origin ="), id="a case without a source"),
    ],
)  # fmt: skip
def test_a_damaged_sector_is_told_what_is_wrong_in_every_language(tmp_path, code, damage):
    folder = tmp_path / "sector"
    shutil.copytree(SECTOR, folder, ignore=shutil.ignore_patterns("__pycache__"))
    damage(folder)

    problems = check_sector(folder)

    assert code in {problem.code for problem in problems}
    assert all(say(problem, lang) for problem in problems for lang in LANGUAGES)
