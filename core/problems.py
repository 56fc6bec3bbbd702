"""A problem is a value: a code, a place and arguments; the words for it live in the catalogues."""

from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = ["InputError", "Problem", "nearest"]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something an author must mend or decide.

    `code` is `AREA-SUBJECT-NN` and never reused; `where` is a path in the author's own terms
    (`annexes.A3.due`); `line` and `file` are known only to readers of files.
    """

    code: str
    where: str = ""
    args: dict[str, Any] = {}
    line: int | None = None
    file: str | None = None


class InputError(Exception):
    """Carries all problems of one input; raised at the edge only, never inside a stage."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(f"{p.file or ''}:{p.line or ''} {p.where} [{p.code}] {p.args}" for p in self.problems)
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word closest to `word`, or "" when none is close; for "did you mean"."""
    import difflib

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""
