"""Runs every property with many random cases and writes down what was proved (`make prove`)."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["main", "properties", "table"]

ROOT = Path(__file__).parents[1]
_STATISTICS = re.compile(r"^(tests/.+?::.+):$|^ +- (\d+) passing, ", re.MULTILINE)


def main() -> int:
    """Exit with pytest's code; PROOFS.md is written only when everything held."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(2**32)
    commit = _commit()
    command = [sys.executable, "-m", "pytest", "tests", "-m", "hypothesis", "-q", "--hypothesis-profile=prove"]
    run = subprocess.run(
        [*command, f"--hypothesis-seed={seed}", "--hypothesis-show-statistics"],
        cwd=ROOT,
        env={**os.environ, "SPONDEO_PROVE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if run.returncode:
        print(run.stdout)
        print(f"Not proved. Again with the same cases: python tests/prove.py {seed}")
        return run.returncode
    passed = properties(run.stdout)
    if not passed:
        print(run.stdout)
        print("Nothing was counted: no property ran, or Hypothesis prints its statistics in another form.")
        return 1
    text = table(passed, seed, commit)
    (ROOT / "tests" / "PROOFS.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def properties(output: str) -> dict[str, int]:
    """Cases that passed, by test, from what Hypothesis prints after a run."""
    passed: dict[str, int] = {}
    test = ""
    for match in _STATISTICS.finditer(output):
        name, count = match.groups()
        if name:
            test = name
        else:
            passed[test] = passed.get(test, 0) + int(count)
    return passed


def table(passed: dict[str, int], seed: int, commit: str) -> str:
    """The page, sorted by test; a test's name is the sentence that was tried."""
    lines = [
        "# What was proved",
        "",
        f"Random search by `make prove`: seed {seed}, at {commit}, Python {sys.version.split()[0]}.",
        "The same cases again: `python tests/prove.py SEED`. No counter-example was found; that is all a search can say.",
        "",
        "| property | cases tried |",
        "| --- | ---: |",
    ]
    for test, count in sorted(passed.items()):
        path, _, name = test.partition("::")
        sentence = name.removeprefix("test_").replace("_", " ")
        lines.append(f"| {sentence} (`{path}`) | {count:,} |")
    return "\n".join([*lines, ""])


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD") or "no commit"
    changed = git("status", "--porcelain", "--", ".", ":!tests/PROOFS.md")
    return f"commit {commit}" + (" with changes not committed" if changed else "")


if __name__ == "__main__":
    sys.exit(main())
