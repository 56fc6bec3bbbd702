"""The fixed words of a paper in the languages in which it is set; they live in the catalogues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts.papers.document import Words

__all__ = ["wording"]


def wording(languages: Iterable[str], key: str, /, **arguments: Any) -> Words:
    """The catalogue's words for `key`; an argument that is itself `Words` is taken in the language at hand."""
    from locales import words

    return {
        language: words(language, key, **{
            name: value.get(language, "") if isinstance(value, dict) else value for name, value in arguments.items()
        })
        for language in languages
    }  # fmt: skip
