"""The README shows what the program says, word for word."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def demo_output(root: Path) -> str:
    """The commands whose output the README shows, run as the demo runs them."""
    env = {**os.environ, "LANGUAGE": "en", "PYTHONPATH": str(root)}
    told = []
    statement = root / "examples/s12/.readme.pdf"
    for args in (
        ["assess", "examples/s12/s12.toml", "--as-of", "2026-12-31"],
        ["paper", "statement", "examples/s12/s12.toml", "--as-of", "2026-12-31", "-o", str(statement)],
        ["check", str(statement)],
    ):
        run = subprocess.run(
            [sys.executable, "cli.py", *args],
            cwd=root,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert run.returncode in {0, 3}, run.stderr
        told.append(run.stdout)
    statement.unlink()
    return "".join(told)


def test_every_output_in_the_readme_is_what_the_demo_prints(root, demo_output):
    shown = re.findall(r"```text\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)

    assert 3 == len(shown)
    assert [block for block in shown if block not in demo_output] == []


def test_the_contract_lines_in_the_readme_are_lines_of_the_language(root):
    """The ten lines with the charge in place of its reading read without a problem."""
    from contracts.reader import read_text

    [lines] = re.findall(r"```toml\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
    example = (root / "examples/s12/s12.toml").read_text("utf-8")
    head = example[: example.index("[[annexes]]")]
    contract, _, problems = read_text(head + lines, "README.md")

    assert () == problems
    assert contract is not None


def test_the_demo_shows_the_commands_that_the_readme_promises(root):
    demo = (root / "examples/demo.sh").read_text("utf-8")

    for command in ("draft", "assess", "paper statement", "check", "init", "import", "sweep", "verify"):
        assert f"spondeo {command}" in demo
