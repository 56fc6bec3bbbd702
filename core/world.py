"""The world as values: official calendars and counting presets, pinned, so that an old figure never moves."""

import msgspec

from core.periods import Calendar

__all__ = ["World"]


class World(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What lies outside the contract and its events; its digest is printed with every assessment.

    `calendars` by key ("CN@2026-11"); `presets` names the versioned presets that were used.
    """

    calendars: dict[str, Calendar] = {}
    presets: tuple[str, ...] = ()
