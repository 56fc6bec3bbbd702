"""What a plugin may bring, and when it is asked: the `Sector` value and the one hook."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from core.terms import Text

__all__ = ["API", "GROUP", "PROJECT", "Sector", "hookimpl", "register_sectors"]

PROJECT = "spondeo"
"""pluggy's name for us; hook markers carry it."""

GROUP = "spondeo.sectors"
"""The entry-point group in which a distribution names its plugins."""

API = 1
"""Number of the agreement between core and sectors; it grows when an old sector could no longer be read."""

_Hook = TypeVar("_Hook", bound=Callable[..., object])


class Sector(msgspec.Struct, frozen=True, kw_only=True):
    """One line of business as a folder of data: event kinds, words, templates, cases.

    `version` grows when a template or event kind changes its meaning; contracts keep `<key>-v<version>` as provenance.
    `format` is the contract format of its templates (`core.terms.FORMAT`), `api` the `API` that it was made for.
    """

    key: str
    version: int
    title: Text
    folder: Path
    format: int
    api: int


def hookimpl(function: _Hook) -> _Hook:
    """Mark a plugin's function as its answer to the hook of the same name."""
    # pluggy is met only by those who have plugins: figuring a contract out neither needs it nor pays for its import.
    from pluggy import HookimplMarker

    return HookimplMarker(PROJECT)(function)


def register_sectors() -> Iterable[Sector]:
    """Return the sectors this plugin provides.

    Called without arguments, once by each process that asks for sectors (`plugins list`, `draft`), and before that once
    in a process of its own when the distribution is first seen; never while a contract is assessed.
    """
    raise NotImplementedError
