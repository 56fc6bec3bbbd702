"""Runs the benchmarks by name, or all of them, each beside its peer.

python -m benchmarks [name …]
"""

import sys
from importlib import import_module

__all__ = ["BENCHMARKS", "main"]

BENCHMARKS = ("w1_kernel", "w1_one_contract", "w2_time", "w5_start", "papers")


def main(names: list[str]) -> int:
    """Run each; an unknown name is refused before anything runs."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        failed = import_module(f"benchmarks.{name}").main([])
        if failed:
            return int(failed)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
