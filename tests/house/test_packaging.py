"""What is declared, pinned and explained about dependencies agrees."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[A-Za-z0-9._-]+")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return {normal(match.group()) for line in listed if (match := NAME.match(line))}


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {normal(name): version for name, version in pairs}


def test_every_dependency_is_pinned():
    assert set() == declared() - pinned().keys()


def test_the_pins_are_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    assert [] == [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)]


def test_every_dependency_says_what_it_is_for():
    rows = re.findall(r"^\| ([\w, -]+) \| [^|]{4,} \|$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    explained = {normal(name.strip()) for row in rows for name in row.split(",")}

    assert set() == declared() - explained


def test_the_check_of_a_change_runs_what_a_person_runs():
    script = (ROOT / ".ci" / "run").read_text("utf-8")

    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert "make test" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
