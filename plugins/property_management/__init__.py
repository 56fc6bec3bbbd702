"""The sector of property management: reception, repair and complaints, as a folder of data."""

from collections.abc import Iterable
from pathlib import Path

from spondeo import Sector, hookimpl, read_sector

__all__ = ["register_sectors"]


@hookimpl
def register_sectors() -> Iterable[Sector]:
    """What lies beside this file."""
    return [read_sector(Path(__file__).parent)]
