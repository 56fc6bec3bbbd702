"""Proves in length what an ordinary run proves in short, part by part, and writes down what was tried (`make prove`).

python tests/prove.py [SEED [PART ...]]
"""

import importlib
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

__all__ = ["PARTS", "Run", "done", "main", "properties", "section", "table", "written"]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "tests" / "PROOFS.md"
WORKERS = 2
MINUTES = 20
"""After which one program that a part starts is stopped: a search that hangs proves nothing."""

HEAD = """# What was proved

By `make prove`, part by part; each part names its seed and the state of the tree. The same again: `python tests/prove.py SEED PART`.
A search that found no counter-example says that, and no more.
"""
_STATISTICS = re.compile(r"^(tests/.+?::.+):$|^ +- (\d+) passing, ", re.MULTILINE)
_PASSED = re.compile(r"^(\d+) passed", re.MULTILINE)


class Run(NamedTuple):
    """What all parts of one run share."""

    seed: int
    commit: str


class NotProvedError(Exception):
    """A part failed: what it printed, for a person to read."""


def main(words: list[str]) -> int:
    """0 when every part asked for held. With a seed, parts that the page already holds for it and this commit rest."""
    seed = int(words[0]) if words else random.SystemRandom().randrange(2**32)
    unknown = [part for part in words[1:] if part not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
        return 2
    run = Run(seed, _commit())
    failed = []
    for name in words[1:] or PARTS:
        if not words[1:] and done(_page(), name, run):
            print(f"{name}: already proved at {run.commit} with this seed", flush=True)
            continue
        begun = time.monotonic()
        print(f"{name}: begun", flush=True)
        try:
            body = PARTS[name](run)
        except NotProvedError as error:
            print(error)
            print(f"{name}: NOT PROVED. Again: python tests/prove.py {seed} {name}", flush=True)
            failed.append(name)
            continue
        minutes = (time.monotonic() - begun) / 60
        PAGE.write_text(written(_page(), name, section(name, body, run, minutes)), encoding="utf-8")
        print(f"{name}: proved in {minutes:.1f} minutes", flush=True)
    print(
        f"Not proved: {', '.join(failed)}" if failed else f"Proved, seed {seed}; the page is {PAGE.relative_to(ROOT)}."
    )
    return int(bool(failed))


# The page


def _page() -> str:
    return PAGE.read_text("utf-8") if PAGE.is_file() else ""


def section(name: str, body: str, run: Run, minutes: float) -> str:
    """One part of the page."""
    where = f"Seed {run.seed}, at {run.commit}, Python {platform.python_version()}, {minutes:.1f} minutes."
    return f"## {name}\n\n{where}\n\n{body.strip()}\n"


def done(page: str, name: str, run: Run) -> bool:
    """Whether the page holds this part for the same seed and the same committed tree."""
    held = _sections(page).get(name, "")
    return f"Seed {run.seed}, at {run.commit}," in held and "not committed" not in run.commit


def written(page: str, name: str, text: str) -> str:
    """The page with one part anew, parts in their order."""
    parts = _sections(page) | {name: text}
    return "\n".join([HEAD, *(parts[one].strip() + "\n" for one in PARTS if one in parts)])


def _sections(page: str) -> dict[str, str]:
    cut = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return {name: f"## {name}{body}" for name, body in zip(cut[1::2], cut[2::2], strict=True)}


# The parts


def store(_: Run) -> str:
    """Processes killed at any moment, and crowds, on both engines."""
    count = sum(_pytest(["tests/store/test_crash_and_crowd.py", "-n", str(WORKERS)], "store").values())
    return (
        f"Processes killed while they append, and crowds that write at once, on SQLite and PostgreSQL: {count:,} runs."
    )


def naive(run: Run) -> str:
    """Random contracts worked out twice."""
    share = COUNT // WORKERS

    def one(worker: int) -> str:
        arguments = [sys.executable, "tests/naive/test_agree.py", str(run.seed + worker), str(share)]
        return _program(arguments, f"naive {worker + 1}")

    with ThreadPoolExecutor(WORKERS) as pool:
        said = [json.loads(text.splitlines()[-1]) for text in pool.map(one, range(WORKERS))]
    kinds = {kind: sum(one[kind] for one in said) for kind in said[0]}
    lines = ["Random contracts on which `core` and the naive engines (`tests/naive`) give the same cents:", ""]
    lines += ["| contracts of | tried |", "| --- | ---: |"]
    return "\n".join([*lines, *(f"| {kind} | {count:,} |" for kind, count in kinds.items())])


COUNT = 100_000
"""Random contracts for the naive engine, of all kinds together."""


def laws(run: Run) -> str:
    """What must hold of every contract."""
    return _searched(run, [path for path in _with_properties() if path.startswith("tests/laws/")])


def fuzz(run: Run) -> str:
    """Everything else that is tried with random input: readers, phrases, sheets, calendars, clocks."""
    return _searched(run, [p for p in _with_properties() if not p.startswith(("tests/laws/", "tests/naive/"))])


def papers(_: Run) -> str:
    """Statements of all examples, all tables of the reference and every worked case, each read and worked again."""
    count = sum(_pytest(["tests/papers/test_examples_prove.py", "-n", str(WORKERS)], "papers").values())
    return f"Statements set as PDF, each read again and worked again, figures and pages the same: {count:,}."


def mutants(_: Run) -> str:
    """The last survey; it is made by `make mutants`, which takes an hour."""
    sys.path.insert(0, str(ROOT / "tests"))
    made = importlib.import_module("mutants")
    return str(made.last_survey()) if made.RESULT.is_file() else "Not surveyed yet: `make mutants`."


def loads(_: Run) -> str:
    """One contract of 5,000 obligations and 50,000 events."""
    said = _program([sys.executable, "-m", "benchmarks.w1_one_contract", "large"], "large")
    return f"One contract, read as values and assessed: {said.strip().removeprefix('large: ')}."


def coverage(_: Run) -> str:
    """Every line and branch of core and contracts is reached by a test, but for the exceptions in pyproject.toml."""
    with tempfile.TemporaryDirectory() as folder:
        found = f"{folder}/found.json"
        # The wheel's own environment must not see this tree; every worker counts what it reaches.
        alone = {"COVERAGE_FILE": f"{folder}/.coverage", "SPONDEO_PROVE": "", "PYTHONPATH": ""}
        measure = ["--cov=core", "--cov=contracts", "--cov-branch", f"--cov-report=json:{found}", "--cov-report="]
        tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(WORKERS), *measure]
        _program([sys.executable, *tests], "all tests", alone)
        measured = json.loads(Path(found).read_text("utf-8"))
    left = [
        f"{file}: lines {one['missing_lines']}, branches {one['missing_branches']}"
        for file, one in sorted(measured["files"].items())
        if one["missing_lines"] or one["missing_branches"]
    ]
    if left:
        raise NotProvedError("\n".join(["No test comes here:", *left]))
    sums = measured["totals"]
    return (
        f"Every line ({sums['num_statements']:,}) and every branch ({sums['num_branches']:,}) of `core` and `contracts` "
        "is reached by a test. The exceptions stand in `pyproject.toml`, with their reasons."
    )


PARTS: dict[str, Callable[[Run], str]] = {
    "store": store,
    "naive": naive,
    "laws": laws,
    "fuzz": fuzz,
    "papers": papers,
    "mutants": mutants,
    "loads": loads,
    "coverage": coverage,
}


# How they run


def _searched(run: Run, paths: list[str]) -> str:
    """Files of properties, two at a time, each in a process of its own; what each tried as a table."""
    found: dict[str, int] = {}

    def one(path: str) -> dict[str, int]:
        search = ["-m", "hypothesis", "--hypothesis-profile=prove", f"--hypothesis-seed={run.seed}"]
        return _pytest([path, *search, "--hypothesis-show-statistics"], path)

    with ThreadPoolExecutor(WORKERS) as pool:
        for counted in pool.map(one, paths):
            found |= counted
    if not found:
        raise NotProvedError(
            "Nothing was counted: no property ran, or Hypothesis prints its statistics in another form."
        )
    return table(found)


def _with_properties() -> Iterator[str]:
    """Test files that search, in the order of their names."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if path.parent.name != "house" and "@given" in path.read_text("utf-8"):
            yield path.relative_to(ROOT).as_posix()


def _pytest(arguments: list[str], name: str) -> dict[str, int]:
    """Cases tried by test; tests that do not search count once."""
    said = _program([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments], name)
    counted = properties(said)
    passed = _PASSED.search(said)
    return counted or {name: int(passed[1]) if passed else 0}


def _program(command: list[str], name: str, more: Mapping[str, str] | None = None) -> str:
    begun = time.monotonic()
    environment = {**os.environ, "SPONDEO_PROVE": "1", "PYTHONPATH": str(ROOT), **(more or {})}
    try:
        run = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60 * MINUTES,
        )
    except subprocess.TimeoutExpired:
        raise NotProvedError(f"{name}: not finished in {MINUTES} minutes, stopped") from None
    if run.returncode:
        raise NotProvedError(run.stdout)
    print(f"  {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return run.stdout


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


def table(passed: dict[str, int]) -> str:
    """The tests in the order of their names; a test's name is the sentence that was tried."""
    lines = ["| property | cases tried |", "| --- | ---: |"]
    for test, count in sorted(passed.items()):
        path, _, name = test.partition("::")
        sentence = name.removeprefix("test_").replace("_", " ")
        lines.append(f"| {sentence} (`{path}`) | {count:,} |")
    return "\n".join(lines)


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD") or "no commit"
    changed = git("status", "--porcelain", "--", ".", ":!tests/PROOFS.md", ":!tests/mutants.json")
    return f"commit {commit}" + (" with changes not committed" if changed else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
