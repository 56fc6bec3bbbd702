"""How a contract ends: by whose right, what survives, and what the end begins."""

import msgspec

from core.agreed.rules import When
from core.agreed.timing import Every
from core.agreed.wording import Text
from core.periods import Period

__all__ = ["EndingTerms", "Follows", "Ground"]


class Ground(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why a party may end the contract: `when` as for a rule, or "at any time".

    `counts`: "one case", "sum" (of late days) or "number" of breaches in a `window`, `over` so many. `cure` runs from
    the receipt of a demand; `notice` is how long before the end it must arrive; `lapses` the time to use the right.
    """

    id: str
    clause: str
    when: When
    may_end: str | None = None
    counts: str | None = None
    over: int | None = None
    window: Every | None = None
    cure: Period | None = None
    notice: Period | None = None
    lapses: Period | None = None


class Follows(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A duty that the end of the contract begins: data back, guidance, a final account; due from the day it ends."""

    id: str
    owed_by: str
    within: Period
    title: Text = {}
    clause: str | None = None
    owed_to: str | None = None


class EndingTerms(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How the contract ends: `grounds`, what `survives` by id or head, and what `follows`. `kind`: a "mandate" either
    side may end at any time by law, against making good the loss (Civil Code 933).
    """

    kind: str | None = None
    clause: str | None = None
    grounds: tuple[Ground, ...] = ()
    survives: tuple[str, ...] = ()
    follows: tuple[Follows, ...] = ()
