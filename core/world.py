"""The world as values: official calendars and counting presets, pinned, so that an old figure never moves."""

import msgspec

from core.periods import Calendar
from core.rates import ReferenceRate

__all__ = ["World"]


class World(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What lies outside the contract and its events; its digest is printed with every assessment.

    `calendars` by key ("CN@2026-11"); `presets` names the versioned presets that were used; `rates` are the reference
    rates that ship, by key ("CN-LPR-1Y@2025-06").
    """

    calendars: dict[str, Calendar] = {}
    presets: tuple[str, ...] = ()
    rates: dict[str, ReferenceRate] = {}
