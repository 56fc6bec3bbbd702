"""The tables of the store, for Piccolo; money is whole minor units and every instant is UTC."""

from types import new_class
from typing import Any, TypeVar, cast

import msgspec
from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Serial, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.engine.base import Engine
from piccolo.table import Table

__all__ = ["Charge", "Contract", "EventRow", "Meta", "Obligation", "Snapshot", "Standing", "Tables", "bind"]


class Meta(Table, tablename="spondeo_meta"):
    """One row: the schema's version and the end of the chain. Whoever appends holds this row's lock."""

    id = Integer(primary_key=True)
    schema_version = Integer()
    created = Timestamptz()
    seq = BigInt()
    head = Text()


class Contract(Table, tablename="spondeo_contract"):
    id = Serial(primary_key=True)
    number = Text(unique=True)
    title = Text()
    created = Timestamptz()


class Snapshot(Table, tablename="spondeo_snapshot"):
    """A contract in canonical JSON, one row for each version; shares the chain with the events."""

    seq = BigInt(primary_key=True)
    contract = ForeignKey(Contract, on_delete=OnDelete.restrict, null=False)
    version = Integer()
    recorded = Timestamptz()
    appended = Timestamptz()
    body = Text()
    digest = Text()
    prev = Text()
    hash = Text()


class EventRow(Table, tablename="spondeo_event"):
    """`recorded` is what the record says; `appended` is when this store took it, so back-dating shows."""

    seq = BigInt(primary_key=True)
    contract = ForeignKey(Contract, on_delete=OnDelete.restrict, null=False)
    event = Text()
    what = Text()
    of = Text()
    happened = Text()
    recorded = Timestamptz()
    appended = Timestamptz()
    body = Text()
    digest = Text()
    prev = Text()
    hash = Text()


class Standing(Table, tablename="spondeo_standing"):
    """Under what the kept obligations and charges of one contract were made."""

    contract = ForeignKey(Contract, on_delete=OnDelete.restrict, null=False, primary_key=True)
    as_of = Timestamptz()
    known_at = Timestamptz()
    semantics = Integer()
    world = Text()


class Obligation(Table, tablename="spondeo_obligation"):
    id = BigSerial(primary_key=True)
    contract = ForeignKey(Contract, on_delete=OnDelete.restrict, null=False)
    key = Text()
    debtor = Text()
    due = Text()
    state = Text()
    amount = BigInt(null=True, default=None)
    currency = Text()
    body = Text()


class Charge(Table, tablename="spondeo_charge"):
    id = BigSerial(primary_key=True)
    contract = ForeignKey(Contract, on_delete=OnDelete.restrict, null=False)
    key = Text()
    debtor = Text()
    creditor = Text()
    amount = BigInt()
    beyond_cap = BigInt()
    currency = Text()
    body = Text()


class Tables(msgspec.Struct, frozen=True):
    """The tables bound to the engine of one open store."""

    meta: type[Meta]
    contract: type[Contract]
    snapshot: type[Snapshot]
    event: type[EventRow]
    standing: type[Standing]
    obligation: type[Obligation]
    charge: type[Charge]

    def all(self) -> tuple[type[Table], ...]:
        """Parents before children, the order in which they can be created."""
        return (self.meta, self.contract, self.snapshot, self.event, self.standing, self.obligation, self.charge)


T = TypeVar("T", bound=Table)


def bind(engine: Engine[Any]) -> Tables:
    """The same tables for one engine.

    Piccolo keeps the engine on the table class, which would allow one store for each process; a
    subclass for each open store lets two be open at once and needs no configuration module.
    """

    def bound(table: type[T]) -> type[T]:
        keywords = {"tablename": table._meta.tablename, "db": engine}
        return cast("type[T]", new_class(table.__name__, (table,), keywords))

    return Tables(
        meta=bound(Meta),
        contract=bound(Contract),
        snapshot=bound(Snapshot),
        event=bound(EventRow),
        standing=bound(Standing),
        obligation=bound(Obligation),
        charge=bound(Charge),
    )
