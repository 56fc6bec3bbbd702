"""Finds the line of every value in a TOML or JSON text; the parsers give no places, and a good file needs none.

The text is known to be well formed (the standard library has read it), so this scan need not refuse anything.
"""

import re
from bisect import bisect_right

__all__ = ["line_of", "lines"]

Path = tuple[str | int, ...]

_SKIP = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_BARE = re.compile(r"[^\s,\]}#=]+")
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\]|\\.)*"|\'[^\']*\'', re.DOTALL)


class _Scan:
    """One pass over a text; `found` gives the line of each path."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.found: dict[Path, int] = {}
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def mark(self, path: Path) -> None:
        self.found.setdefault(path, bisect_right(self._starts, self.pos))

    def skip(self) -> str:
        """Pass blanks, commas and comments; the next character, or ""."""
        found = _SKIP.match(self.text, self.pos)
        self.pos = found.end() if found else self.pos
        return self.text[self.pos : self.pos + 1]

    def quoted(self) -> str:
        found = _QUOTED.match(self.text, self.pos)
        self.pos = found.end() if found else len(self.text)
        raw = found[0] if found else ""
        return raw[3:-3] if raw[:3] in ('"""', "'''") else raw[1:-1]

    def key(self, until: str) -> Path:
        """A key, dotted in TOML, up to and with `until`."""
        parts: list[str] = []
        while (char := self.skip()) not in (until, ""):
            if char in ('"', "'"):
                parts.append(self.quoted())
            elif found := _KEY.match(self.text, self.pos):
                parts.append(found[0])
                self.pos = found.end()
            else:
                self.pos += 1
        self.pos += 1
        return tuple(parts)

    def value(self, path: Path, equals: str) -> None:
        char = self.skip()
        if char == "[":
            self.pos += 1
            index = 0
            while self.skip() not in ("]", ""):
                self.mark((*path, index))
                self.value((*path, index), equals)
                index += 1
            self.pos += 1
        elif char == "{":
            self.pos += 1
            while self.skip() not in ("}", ""):
                self.pair(path, equals)
            self.pos += 1
        elif char in ('"', "'"):
            self.quoted()
        else:
            found = _BARE.match(self.text, self.pos)
            self.pos = found.end() if found else self.pos + 1

    def pair(self, path: Path, equals: str) -> None:
        start = self.pos
        keys = self.key(equals)
        end, self.pos = self.pos, start
        for i in range(1, len(keys) + 1):
            self.mark((*path, *keys[:i]))
        self.pos = end
        self.value((*path, *keys), equals)

    def toml(self) -> None:
        here: Path = ()
        counts: dict[Path, int] = {}
        while char := self.skip():
            if char != "[":
                self.pair(here, "=")
                continue
            many = self.text.startswith("[[", self.pos)
            start = self.pos
            self.pos += 2 if many else 1
            keys = self.key("]")
            end, self.pos = self.pos + (1 if many else 0), start
            here = self._table(keys, many, counts)
            self.pos = end

    def _table(self, keys: Path, many: bool, counts: dict[Path, int]) -> Path:
        """The path of a table header; a list of tables is meant by its last item."""
        path: Path = ()
        for i, key in enumerate(keys):
            path = (*path, key)
            self.mark(path)
            if many and i == len(keys) - 1:
                counts[path] = counts.get(path, 0) + 1
            if path in counts:
                path = (*path, counts[path] - 1)
                self.mark(path)
        return path


def lines(text: str, syntax: str = "toml") -> dict[Path, int]:
    """The line (from 1) of each path; list items by number, from 0."""
    scan = _Scan(text)
    if syntax == "toml":
        scan.toml()
    else:
        scan.value((), ":")
    return scan.found


def line_of(found: dict[Path, int], path: Path) -> int | None:
    """The line of a path, or of the nearest table around it."""
    for end in range(len(path), 0, -1):
        if path[:end] in found:
            return found[path[:end]]
    return None
