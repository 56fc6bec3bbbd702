"""Who is bound by a contract, and who performs or causes without being bound."""

from fractions import Fraction

import msgspec

from core.agreed.amounts import Ceiling, Charge
from core.agreed.wording import Text
from core.money import Money
from core.periods import Period

__all__ = ["Involvement", "Party", "Promise", "ThirdParty"]


class Party(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who is bound. `label` is what the contract calls it (甲方, Party B); which one serves and pays is data."""

    label: Text
    name: Text
    ours: bool = False
    credit_code: str | None = None
    legal_representative: str | None = None
    address: Text = {}
    email: str | None = None
    phone: str | None = None
    size: str | None = None
    roles: tuple[str, ...] = ()


class Involvement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a third party comes in and goes: a request that `states` what it must, an answer within `answer_within`,
    an agreement signed by all of `signed_by` and reviewed by all of `reviewed_by`, both before work starts.

    `silence`: an answer that does not come is a "breach" (it consents to nothing, Civil Code 140), or "consent" where a
    clause says so; `answered_by` is who must answer, where the contract has more than two parties. After the end: word
    to it within `end_notice`, settlement within `settle_within`, and the `survives` duties. `costs` shares what its
    work cost between the parties.
    """

    clause: str | None = None
    states: tuple[str, ...] = ()
    answer_within: Period | None = None
    answered_by: str | None = None
    silence: str | None = None
    signed_by: tuple[str, ...] = ()
    reviewed_by: tuple[str, ...] = ()
    end_notice: Period | None = None
    settle_within: Period | None = None
    survives: tuple[str, ...] = ()
    costs: dict[str, Fraction] = {}


class Promise(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a third party promised beside our promise `to` the client (an annex, step, payment, rule or cap by its id).

    `within` is its target, `calendar` and `hours` are those that it counts by; `charge` and `limit` what its
    breach costs at most; `notice` is the time in which claims must reach it, `our_notice` the time that the client has.
    """

    to: str
    clause: str | None = None
    within: Period | None = None
    calendar: str | None = None
    hours: str | None = None
    charge: Charge | None = None
    limit: Ceiling | None = None
    notice: Period | None = None
    our_notice: Period | None = None


class ThirdParty(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Someone who performs or causes but is not bound unless it signs (Civil Code 465, 523, 593).

    Losses above its `limit` are borne in the shares of `excess`, if the event `excess_if` (its signature) came before;
    the limit is moved when all of `raised_if` has arrived.
    """

    name: Text
    engaged_by: str
    fee: Money | None = None
    signs: bool = False
    clause: str | None = None
    limit: Ceiling | None = None
    limit_except: tuple[str, ...] = ()
    raised_if: tuple[str, ...] = ()
    excess: dict[str, Fraction] = {}
    excess_if: str | None = None
    involvement: Involvement | None = None
    promises: tuple[Promise, ...] = ()
