"""The README shows what the program says, word for word."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def demo(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the demo prints, and the folder that it leaves."""
    out = tmp_path_factory.mktemp("demo") / "out"
    env = {**os.environ, "SPONDEO": f"{sys.executable} cli.py", "SPONDEO_DEMO_OUT": str(out), "SPONDEO_DEMO_LANG": "en"}
    run = subprocess.run(
        ["bash", "examples/demo.sh"], cwd=root, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert 0 == run.returncode, run.stderr
    return run.stdout, out


def test_every_output_in_the_readme_is_what_the_demo_prints(root, demo):
    shown = re.findall(r"```text\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)

    assert 3 == len(shown)
    assert [block for block in shown if block not in demo[0]] == []


def test_the_contract_lines_in_the_readme_are_lines_of_the_language(root):
    """The ten lines with the charge in place of its reading read without a problem."""
    from contracts.reader import read_text

    [lines] = re.findall(r"```toml\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
    example = (root / "examples/s12/s12.toml").read_text("utf-8")
    head = example[: example.index("[[annexes]]")]
    contract, _, problems = read_text(head + lines, "README.md")

    assert () == problems
    assert contract is not None


def test_the_demo_leaves_what_the_readme_promises(demo):
    """Contracts in two scripts, a page, a statement and a store, all of one drafted contract."""
    left = {file.name for file in demo[1].iterdir()}

    assert {
        "KF-2026-001.toml",
        "KF-2026-001.pdf",
        "KF-2026-001-hant.pdf",
        "page.html",
        "statement.pdf",
        "kf.sqlite",
    } <= left
    assert "The chain holds: 22 events" in demo[0]
