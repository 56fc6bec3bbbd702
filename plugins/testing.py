"""The test kit for authors of sectors, the same that ours are tested with."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from core.problems import InputError, Problem
from plugins.cases import Case, load_cases, run_case
from plugins.folder import Folder, read_folder

__all__ = ["LEAST_CASES", "Case", "check_sector", "load_cases", "run_case"]

LEAST_CASES = 3
"""Worked cases without which a sector is a claim that nobody has checked."""


def check_sector(folder: Path) -> tuple[Problem, ...]:
    """Everything wrong with a sector's folder: files, words in both languages, event kinds, templates, worked cases.

    Reads data only: nothing in the folder is imported.
    """
    found, problems = read_folder(folder)
    problems += tuple(_readme(folder))
    if found is None:
        return problems
    return problems + tuple(_templates(found)) + tuple(_cases(folder))


def _readme(folder: Path) -> Iterator[Problem]:
    path = folder / "README.md"
    if not path.is_file():
        yield Problem("SECTOR-FILE-01", file=str(path), args={"name": path.name})
    elif not path.read_text("utf-8").strip():
        yield Problem("SECTOR-FILE-04", file=str(path), args={"name": path.name})


def _templates(found: Folder) -> Iterator[Problem]:
    """Templates whose faces do not agree, or whose event kinds are not the sector's own."""
    from contracts.drafting import check_template, draft, load_template
    from contracts.templates import LANGUAGES

    if not found.templates:
        yield Problem("SECTOR-TEMPLATE-01", "templates", file=str(found.sector.folder))
    for folder in found.templates:
        try:
            template = load_template(str(folder))
        except InputError as error:
            yield from (_inside(folder, problem) for problem in error.problems)
            continue
        if template.sector != found.sector.key:
            args = {"found": template.sector or "—", "key": found.sector.key}
            yield Problem("SECTOR-TEMPLATE-02", "sector", args, file=str(folder / "template.toml"))
        try:
            problems = check_template(template)
            contract, _, _ = draft(template, template.example, LANGUAGES)
        except LookupError as error:  # a path of a text for which a document has no words
            yield Problem("SECTOR-TEMPLATE-03", template.key, {"path": str(error)}, file=str(folder))
            continue
        yield from (_inside(folder, problem) for problem in problems)
        for kind, meant in found.event_kinds.items():
            said = contract.event_kinds.get(kind, meant) if contract else meant
            if said != meant:
                yield Problem("SECTOR-KIND-04", kind, {"kind": kind}, file=str(folder / "terms.toml"))


def _inside(folder: Path, problem: Problem) -> Problem:
    """Template checks name files by their names; beside other templates the folder is needed."""
    return msgspec.structs.replace(problem, file=str(folder / (problem.file or "template.toml")))


def _cases(folder: Path) -> Iterator[Problem]:
    """The cases that cannot be read or do not come out, and a problem when there are hardly any."""
    try:
        cases = load_cases(folder / "cases")
    except InputError as error:
        yield from error.problems
        return
    if len(cases) < LEAST_CASES:
        args = {"count": len(cases), "least": LEAST_CASES}
        yield Problem("SECTOR-CASES-01", "cases", args, file=str(folder / "cases"))
    for case in cases:
        yield from run_case(case)
