"""The ledger and its figures, on SQLite or PostgreSQL; imported only by commands that use a store."""

from core.store.store import Store, init, open_store, run, using
from core.store.values import Appended, ChargeLine, Entry, Header, ObligationLine, Report, Written

__all__ = [
    "Appended",
    "ChargeLine",
    "Entry",
    "Header",
    "ObligationLine",
    "Report",
    "Store",
    "Written",
    "init",
    "open_store",
    "run",
    "using",
]
