"""Writes Simplified Chinese in Traditional script: OpenCC first, then our own reviewed corrections."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

__all__ = ["convert"]

_CORRECTIONS = Path(__file__).parent / "words" / "_hant.toml"


@cache
def convert(text: str) -> str:
    """Convert `text`; ASCII, fields and markup pass unchanged."""
    if text.isascii():
        return text
    return _correct(_converter()(text))


def _correct(text: str) -> str:
    pattern, corrections = _corrections()
    return pattern.sub(lambda found: corrections[found.group()], text)


@cache
def _converter() -> Callable[[str], str]:
    # `s2t` changes script only; `s2tw` and `s2hk` would also change variants and terms by region.
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("s2t").convert
    return convert


@cache
def _corrections() -> tuple[re.Pattern[str], dict[str, str]]:
    corrections: dict[str, str] = tomllib.loads(_CORRECTIONS.read_text("utf-8"))["corrections"]
    longest_first = sorted(corrections, key=lambda wrong: (-len(wrong), wrong))
    return re.compile("|".join(map(re.escape, longest_first))), corrections
