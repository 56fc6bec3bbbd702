"""What comes after signing: events of its own, amendments, and how it is read."""

from datetime import date, datetime
from typing import Any

import msgspec

from core.agreed.wording import Quote, Text
from core.periods import Period

__all__ = ["Amendment", "Decision", "EventKind", "Reading"]


class EventKind(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A kind of event that this contract or its sector adds; `closes` names the kind whose case it ends; a span that
    must be `announced` so long before counts as announced only then.
    """

    title: Text = {}
    closes: str | None = None
    span: bool = False
    announced: Period | None = None


class Amendment(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A change of terms. `effective` is a day or the event kind whose arrival makes it so ("fieldtech consents");
    `applies`: "days", "due", "losses" from then on, or "everything" unsettled. `set` gives new values by path,
    already read.
    """

    id: str
    agreed: date
    effective: date | str | None = None
    applies: str | None = None
    recorded: date | datetime | None = None
    set: dict[str, Any] = {}
    quote: Quote | None = None


class Reading(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place where the contract can be read in more than one way; `options` gives each reading's value by name."""

    about: str
    options: dict[str, Any]
    clause: str | None = None
    why: Text = {}
    quote: Quote | None = None


class Decision(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a silent or ambiguous term is taken: an option of a reading by name, or a value; by whom, why and when."""

    about: str
    takes: Any
    why: str
    by: str
    on: date
