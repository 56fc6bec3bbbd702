"""Times two or more calls in turn in one run, so that what disturbs the machine disturbs all of them alike."""

import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

__all__ = ["Row", "interleaved", "table"]


class Row(NamedTuple):
    """One line of the table: our median over the peer's. `aim` is the ratio that we want to see, as words."""

    work: str
    ours: float
    peer: str
    theirs: float
    aim: str

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


def interleaved(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each call; every round makes each call once, and a first round is not counted."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    shown = sys.stderr.isatty()
    for number in range(rounds + 1):
        if shown:
            print(f"\rround {number} of {rounds}", end="", file=sys.stderr, flush=True)
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if number:
                times[name].append(time.perf_counter() - start)
    if shown:
        print("\r" + " " * 24, end="\r", file=sys.stderr)
    return {name: median(taken) for name, taken in times.items()}


def table(rows: list[Row]) -> str:
    """The rows under each other; ratios are what counts, the times only say how long a round took here."""
    head = ("work", "ours", "peer", "peer's", "ratio", "aim")
    body = [
        (r.work, f"{r.ours * 1000:.1f} ms", r.peer, f"{r.theirs * 1000:.1f} ms", f"{r.ratio:.2f}", r.aim) for r in rows
    ]
    widths = [max(len(line[i]) for line in (head, *body)) for i in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (head, *body))
    return "\n".join(line.rstrip() for line in lines)
