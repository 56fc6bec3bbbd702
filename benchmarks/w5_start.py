"""Whole processes of the command line beside `python -c "import click"`: what a person waits for at the prompt.

    python -m benchmarks w5_start

Catalogues and modules are compiled first, as an installation has them: modules into a folder of this run, for all of
the processes, so that a setting of the shell or an edit a minute ago does not count. What they print goes nowhere.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Row, interleaved, table

__all__ = ["main", "rows"]

ROOT = Path(__file__).parents[1]
ROUNDS = 21
OURS = "import sys; from cli import main; sys.exit(main())"
EXAMPLE = ("assess", "examples/s12/s12.toml", "--as-of", "2026-12-31")


def process(code: str, *arguments: str, cache: str, codes: tuple[int, ...] = (0,)) -> Callable[[], None]:
    """A call that starts this Python on `code` and waits for it; another exit code is an error."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code, *arguments]

    def run() -> None:
        done = subprocess.run(
            command, cwd=ROOT, env={**kept, "PYTHONPYCACHEPREFIX": cache}, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode not in codes:
            raise RuntimeError(f"{arguments}: exit code {done.returncode}")

    return run


def rows(rounds: int = ROUNDS) -> list[Row]:
    from locales.make import compile_catalogues

    compile_catalogues()
    with tempfile.TemporaryDirectory() as cache:
        found = interleaved(
            {
                "bare": process("", cache=cache),
                "click": process("import click", cache=cache),
                "--help": process(OURS, "--help", cache=cache),
                "assess": process(OURS, *EXAMPLE, cache=cache, codes=(3,)),  # the example holds breaches
                "assess --json": process(OURS, *EXAMPLE, "--json", cache=cache, codes=(3,)),
            },
            rounds,
        )
    aims = {"--help": "≤ 1.3", "assess": "≤ 3", "assess --json": "≤ 3", "bare": "(the interpreter alone)"}
    return [Row(name, found[name], "import click", found["click"], aim) for name, aim in aims.items()]


def main(arguments: list[str]) -> int:
    print(table(rows(int(arguments[0]) if arguments else ROUNDS)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
