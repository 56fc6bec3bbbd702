"""What a contract makes owed: deliverables, service steps, payments, and money given ahead."""

from fractions import Fraction

import msgspec

from core.agreed.timing import DueRule, Term
from core.agreed.wording import Text
from core.money import Money
from core.periods import Period

__all__ = ["Annex", "Deposit", "Payment", "Prepaid", "Refunding", "Step"]


class Annex(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A document or deliverable that one party owes; the contract may attach it as an annex."""

    id: str
    owed_by: str
    title: Text = {}
    clause: str | None = None
    owed_to: str | None = None
    due: DueRule | None = None
    price: Money | None = None
    accepted_by: tuple[str, ...] = ()
    deemed_accepted: Period | None = None
    requires: Text = {}


class Step(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A service step with a clock: started, stopped and paused by events about one case.

    `within_by` gives other goals by the starting event's value ("urgent"); `messages` are events that may start the
    clock anew (KNOBS `restart`), `reopens` one that opens a case again (KNOBS `reopened`). With `until` each stop
    starts the next clock, until that event ends the case (an update every four hours).
    """

    id: str
    owed_by: str
    starts: str
    stops: str
    within: Period
    within_by: dict[str, Period] = {}
    messages: str | None = None
    reopens: str | None = None
    until: str | None = None
    title: Text = {}
    clause: str | None = None
    owed_to: str | None = None
    pauses: str | None = None


class Payment(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A price to be paid, once or in a series (`due` with `every`); `order` says what a part payment settles first.

    `tax` is the rate that the amount includes; `secured` is what the debt is secured by (Civil Code 560). `pays_for` is
    the stretch that is paid ahead: what is left of it at an early end goes back (KNOBS `prepaid`).
    """

    id: str
    owed_by: str
    amount: Money
    due: DueRule
    title: Text = {}
    clause: str | None = None
    owed_to: str | None = None
    order: str | None = None
    tax: Fraction | None = None
    secured: Money | None = None
    pays_for: Term | None = None


class Deposit(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Money given ahead: "deposit" (定金), "advance" (预付款) or "security" (押金, 保证金).

    `of` is the price by which a deposit is measured; security that was drawn on is filled up again within `top_up`.
    """

    id: str
    kind: str
    owed_by: str
    amount: Money
    title: Text = {}
    clause: str | None = None
    owed_to: str | None = None
    of: str = "total"
    top_up: Period | None = None


class Refunding(msgspec.Struct, frozen=True, omit_defaults=True):
    """At which price what was used is counted, "discounted" or "list", and the yearly rate that the refund bears: its
    own ("1.50%") or a reference rate ("CN-LPR-1Y").
    """

    used_at: str
    interest: str | None = None


class Prepaid(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Units or credit paid ahead, and what goes back when it ends early, by whose reason that is.

    `units` were sold for `amount`, each with a `list_price`; or `worth` of credit was. `used` is the event kind of each
    use (its `value`: how many, else one; of credit: its amount). `refund` says by party, if the reason is its own, how.
    """

    id: str
    paid_by: str
    amount: Money
    used: str
    paid_to: str | None = None
    clause: str | None = None
    units: int | None = None
    list_price: Money | None = None
    worth: Money | None = None
    refund: dict[str, Refunding] = {}
