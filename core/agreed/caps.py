"""Limits of liability over several rules."""

from fractions import Fraction

import msgspec

from core.agreed.amounts import Amount, Ceiling
from core.agreed.wording import Quote

__all__ = ["Cap"]


class Cap(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A limit of liability over several rules. `covers`: the heads it limits (what is not named is not limited), or
    "everything"; `except_`: heads or degrees of fault outside it, which erode nothing, unless `erodes` says so.

    `counts` says of each kind of charge whether it uses the limit up: "credits", "interest", "refunds", "agreed sums",
    "costs", "damages"; price and interest are never limited unless it says so. Two limits: `to` and `or`, and which
    `takes`: "greater" or "lesser". `fees` are those "paid" or "payable" where a share of fees is the limit.
    An increased cap names the general one as `increases` and its `super_cap`: "separate", "spills into the general",
    "inside it" (the general inside the increased). `within` names the cap that this one lies in.
    For rare structures, in the order in which they are worked: `deductible` (`franchise`: all is paid once it is
    exceeded; `deductible_per` "claim" or "window"), `attachment`, the limit (filled again `reinstated` times), `share`
    (taken "after the limit" or "before the limit"). `series`: claims of one cause count "as one" or "each".
    """

    id: str
    clause: str
    limits: str
    covers: tuple[str, ...] | None = None
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")
    erodes: bool = False
    counts: dict[str, bool] = {}
    to: Ceiling
    or_: Amount | None = msgspec.field(default=None, name="or")
    takes: str | None = None
    fees: str | None = None
    increases: str | None = None
    super_cap: str | None = None
    within: str | None = None
    window: str | None = None
    order: str | None = None
    renewal: str | None = None
    deductible: Amount | None = None
    franchise: bool = False
    deductible_per: str | None = None
    attachment: Amount | None = None
    reinstated: int = 0
    share: Fraction | None = None
    share_order: str | None = None
    series: str | None = None
    quote: Quote | None = None
