"""The one public import name: what authors of sectors and scripts may use, re-exported and nothing else."""

from core.hookspecs import Sector, hookimpl
from plugins.folder import read_sector

__all__ = ["Sector", "hookimpl", "read_sector"]
