"""What a contract says: parties, obligations, rules, limits and how it counts, as frozen values.

The order of the structs is the order of a contract file. A field that takes a phrase in a file ("0.5% of total per
started day") is a struct here; its fields are the phrase's long form. `None` means that the contract does not say.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

import msgspec

from core.money import Money, UnitPrice
from core.periods import Period

__all__ = [
    "FORMAT",
    "Allowance",
    "Amendment",
    "Amount",
    "Anchor",
    "Annex",
    "Band",
    "Cap",
    "Ceiling",
    "Channel",
    "Charge",
    "ClaimTerm",
    "Clause",
    "Contract",
    "CountingTerms",
    "Deadline",
    "Decision",
    "Deposit",
    "DueRule",
    "EndingTerms",
    "EventKind",
    "Every",
    "Exchange",
    "Follows",
    "Grace",
    "Grant",
    "Ground",
    "Involvement",
    "Languages",
    "Line",
    "Measure",
    "Override",
    "OwnCalendar",
    "Party",
    "Payment",
    "Per",
    "Points",
    "Prepaid",
    "Promise",
    "Quote",
    "Range",
    "RateTable",
    "Reading",
    "Refunding",
    "Renewal",
    "Repeat",
    "Rounding",
    "Rule",
    "Scorecard",
    "Sessions",
    "Share",
    "Step",
    "Term",
    "Text",
    "ThirdParty",
    "Weight",
    "When",
    "find",
    "replaced",
    "with_cards",
]

FORMAT = 1
"""Number of the contract format; upgrade functions for older numbers are kept for ever."""

Text = dict[str, str]
"""Words by language tag: "zh-Hans", "zh-Hant", "en"; never converted between scripts where they are names."""


class Term(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from", "for_": "for"}):
    """How long the contract runs: the first day, and either the last day (both in) or a length."""

    from_: date
    until: date | None = None
    for_: Period | None = None


class Renewal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Tacit renewal by `tacit` unless notice arrives within `unless_notice` (a due rule before the end)."""

    tacit: Period | None = None
    unless_notice: "DueRule | None" = None


class Languages(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Which text prevails and which others exist; `equal` says that all have equal force."""

    prevailing: str | None = None
    also: tuple[str, ...] = ()
    equal: bool = False


class CountingTerms(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How this contract counts: a versioned preset, an official calendar, and what the contract says otherwise.

    `knobs` holds the settings that the contract's own words give, by the names of `core.presets.KNOBS`.
    """

    preset: str | None = None
    calendar: str | None = None
    calendars: dict[str, str] = {}
    zone: str | None = None
    hours: str | None = None
    knobs: dict[str, str] = {}


class OwnCalendar(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A calendar that the contract itself sets out, alone or as a change of the one that it `extends`.

    Days stand as "2027-06-07 to 2027-06-08, plant closed", yearly ones as "12-25, Christmas", dated hours as
    "2027-06-17 10:00-12:00" or "2027-06-17 closed"; between two `terms` of a school it is closed.
    """

    extends: str | None = None
    zone: str | None = None
    rest: tuple[str, ...] | None = None
    hours: str | None = None
    breaks: str | None = None
    off: tuple[str, ...] = ()
    work: tuple[date, ...] = ()
    yearly: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    closures: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


class Channel(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When a notice sent by this channel counts as received, by usage when it arrives (KNOBS `takes_effect`).

    `counts`: "when it arrives", or "when it is sent". `deemed`: so long after it was sent, if no arrival is recorded
    before. `after_hours`: an arrival outside hours counts "at once", at the "next opening" or on the "next working
    day".
    `refused`: a refusal counts "as received", or "as not received".
    """

    counts: str | None = None
    deemed: Period | None = None
    after_hours: str | None = None
    refused: str | None = None


class Sessions(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """A schedule of sessions that due rules may name: from a day on, at `hours` each week, `count` of them.

    `skips`: "rest days" of the calendar, "holidays" alone, or "nothing"; `off` are dates without a session besides.
    """

    from_: date
    hours: str
    count: int
    skips: str | None = None
    off: tuple[date, ...] = ()
    title: Text = {}


class Quote(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The first face of a contract on the other side's paper: words, page, and the file's SHA-256."""

    words: str
    page: int | None = None
    file: str | None = None
    sha256: str | None = None


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


class Share(msgspec.Struct, frozen=True, omit_defaults=True):
    """A share of a base; `of` is "total", "payable", "unpaid", "loss", or `<id>.<field>` such as "H1.price"."""

    rate: Fraction
    of: str


Amount = Money | Share
"""An amount that the terms fix, or a share of another one."""


class Ceiling(msgspec.Struct, frozen=True, omit_defaults=True):
    """At most `to`, in each `per`: "obligation" (each), "all" (in total), "contract year", "calendar year", "calendar
    month", "calendar quarter", "rolling 12 months"; a cap also for each "claim", "person", "event", "third party" or
    "head".

    `covers` names what a rule's ceiling holds: "running", "plus". What exceeds it in a window is "lost", or "carried
    forward" into windows that have room (`excess`, a rule's ceiling).
    """

    to: Amount
    per: str | None = None
    covers: tuple[str, ...] = ()
    excess: str | None = None


class Involvement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a third party comes in and goes: a request that `states` what it must, an answer within `answer_within`,
    an agreement signed by all of `signed_by` and reviewed by all of `reviewed_by`, both before work starts.

    `silence`: an answer that does not come is a "breach" (it consents to nothing, Civil Code 140), or "consent" where a
    clause says so. After the end: word to it within `end_notice`, settlement within `settle_within`, and the `survives`
    duties. `costs` shares what its work cost between the parties.
    """

    clause: str | None = None
    states: tuple[str, ...] = ()
    answer_within: Period | None = None
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
    charge: "Charge | None" = None
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


class Anchor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a period hangs on: `what` is "signed", "effective", "start", "end", a state ("delivered", "accepted",
    "due") of the obligation `of`, or an event kind; `each` asks for one obligation per event of that kind.

    "session": the `nth` session of the schedule `of` (−1: the last), or with `each` every one.
    """

    what: str
    of: str | None = None
    each: bool = False
    nth: int | None = None


class Every(msgspec.Struct, frozen=True, omit_defaults=True):
    """A series of windows: "calendar month", "calendar quarter", "calendar year", "contract year"; "month" begins on
    `from_day`; "rolling days" looks back over `days` at each month's end, "any days" at the end of each day. `zone`
    where it is not the contract's.
    """

    unit: str
    zone: str | None = None
    from_day: int | None = None
    days: int | None = None


class DueRule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When something is due.

    Exactly one of: `on` (a date or a local time; with a `period`, so long after or `before` it); `anchor` with `period`
    (after, or `before` it); `every` with `by` ("last working day", "last day", "day 10", "working day 3") or with a
    `period` after each window; `demand` (only on demand, with a `period` if the contract says how long after it).
    `before` with `on` alone is the day before.
    `at_least`: the contract says "at least" (KNOBS `clear_days`).
    """

    on: date | datetime | None = None
    period: Period | None = None
    before: bool = False
    anchor: Anchor | None = None
    every: Every | None = None
    by: str | None = None
    demand: bool = False
    at_least: bool = False


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


class RateTable(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reference rate by the contract's own name: its values by the day from which each holds, or one that ships.

    `fixed`: on which day the value is taken for which debts ("31 December for debts late from 1 January to 30 June");
    `until` is the last day that the values know of.
    """

    source: str | None = None
    reference: str | None = None
    values: dict[str, Fraction] = {}
    fixed: tuple[str, ...] = ()
    until: date | None = None


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one unit of a foreign currency is worth in the contract's: "0.92 from 2027-06-01", and whose rates they are.

    `until` is the last day that the values know of.
    """

    source: str
    values: tuple[str, ...]
    until: date | None = None


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


class Range(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """From `from` (included) to below `below`, or "above"/"up to" with the other edge; absent edges are open.

    `low` and `high` are written "95 to 99", which leaves the edges open: KNOBS `band_edge` says whose they are.
    """

    from_: Fraction | None = None
    above: Fraction | None = None
    below: Fraction | None = None
    up_to: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None

    def edged(self, upper_in: bool) -> "Range":
        """A range "95 to 99" with its edges settled: the upper one belongs to it, or the lower one."""
        if self.low is None:
            return self
        return Range(above=self.low, up_to=self.high) if upper_in else Range(from_=self.low, below=self.high)

    def holds(self, value: Fraction) -> bool:
        """Whether `value` lies in the range, edges as written (Civil Code 1259 for the Chinese words)."""
        return (
            (self.from_ is None or value >= self.from_)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.up_to is None or value <= self.up_to)
        )


class When(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """What a rule answers to, one of the closed patterns.

    "any annex is late": `any="annex", state="late"`; "A1 is late": `id="A1", state="late"`; "each complaint
    unresolved":
    `event="complaint unresolved"`; "a loss caused by X is proven": `state="loss", id="X"`; "score is below 85":
    `measure`, `range`; "below its target": `target`; "is graded C": `grade`;
    `count` in `of` windows: "in 2 of 3 windows".
    """

    state: str
    any: str | None = None
    id: str | None = None
    event: str | None = None
    measure: str | None = None
    range: Range | None = None
    count: int | None = None
    of: int | None = None
    target: bool = False
    grade: str | None = None


class Grace(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days that cost nothing: "never charged" (deductible), or "charged once exceeded" (franchise); None asks."""

    period: Period
    kind: str | None = None


class Per(msgspec.Struct, frozen=True, omit_defaults=True):
    """The unit of a running charge: n × unit, and what a part of one counts: "started", "completed", "exact"; None
    asks.
    """

    unit: str
    n: int = 1
    part: str | None = None


class Charge(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """What a breach costs: a share (`rate` of a base) or a fixed `amount`, running `per` unit or once.

    `from_`/`to` number the units it holds for (tiers); `on` is the day number on which a one-off falls. A rate of
    interest may rest on a `reference` rate: so many `times`, `raised` by a share (KNOBS `raised_by`), plus `rate`.
    With `most` (or `most_rate`) the creditor fixes it between the two: nothing is charged until it has. `price` is an
    amount per unit that is finer than the currency's smallest unit.
    """

    rate: Fraction | None = None
    of: str | None = None
    amount: Money | None = None
    per: Per | None = None
    from_: int | None = None
    to: int | None = None
    on: int | None = None
    reference: str | None = None
    times: Fraction | None = None
    raised: Fraction | None = None
    most: Money | None = None
    most_rate: Fraction | None = None
    price: UnitPrice | None = None


class Band(msgspec.Struct, frozen=True, omit_defaults=True):
    """A charge for a range of a measure."""

    range: Range
    charge: Charge


class Deadline(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long a claim may be made; `after`: "event", "end of its period", "knowledge", "invoice"; None asks."""

    period: Period
    after: str | None = None


class ClaimTerm(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A window in which a charge must be claimed, and what becomes of it otherwise (KNOBS `unclaimed`)."""

    within: Deadline
    otherwise: str | None = None


class Grant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A right that a rule gives: who may do what, and until when it must be used; None: KNOBS `right_lapses`."""

    holder: str
    may: str
    within: Period | None = None


class Repeat(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A surcharge on repetition: `times` the sum from the `nth` in a month, quarter or year; `counts` as KNOBS
    `repeat`.
    """

    times: int
    nth: int
    unit: str
    counts: str | None = None


class Rounding(msgspec.Struct, frozen=True, omit_defaults=True):
    """When exact becomes payable ("once", "each day", "each slice") and how ("half up", "half even", "down", "up")."""

    when: str = "once"
    mode: str = "half up"


class Rule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One breach rule, its fields in the order in which a lawyer asks.

    For interest: `rate` says by which day a reference rate is taken, `rate_at_most` is a ceiling that is a rate itself,
    `rests` when interest begins to bear interest. A charge below `minimum` is raised to it (KNOBS `minimum`).
    `kind` is what the charge is for a cap's `counts`, where it does not follow from the charge. `debtors` owe it
    together, in these shares (KNOBS `debtors`). `cure` runs from the receipt of a notice (KNOBS `cure_effect`).
    """

    id: str
    clause: str
    when: When
    owed_by: str | None = None
    owed_to: str | None = None
    head: str | None = None
    grace: Grace | None = None
    counts: str | None = None
    tiering: str | None = None
    charge: Charge | None = None
    tiers: tuple[Charge, ...] = ()
    bands_of: str | None = None
    bands: tuple[Band, ...] = ()
    take: str | None = None
    plus: Charge | None = None
    repeat: Repeat | None = None
    at_most: Ceiling | None = None
    rate: str | None = None
    rate_at_most: Charge | None = None
    rests: Every | None = None
    minimum: Money | None = None
    kind: str | None = None
    debtors: dict[str, Fraction] = {}
    cure: Period | None = None
    round: Rounding | None = None
    claim: ClaimTerm | None = None
    earned_back: int | None = None
    then: Grant | None = None
    recourse: str | None = None
    quote: Quote | None = None


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


class Allowance(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of a kind of time is left out of a window: at most `to`, or all of it."""

    to: Period | None = None


class Measure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A key figure read in windows.

    `kind`: "share of time" (while no `down` event lasts, `less` what is left out); "share of steps kept" (`of` a step);
    "share of counts" (`of` an event kind whose values are "45 of 48"); "mean", "sum", "count", "percentile" (`rank`) or
    "weighted mean" (`weights` by item) `of` an event kind. `each` reads it for every person in a role; `sites` for
    several places, put together by `pool`. `service` names the price that "the month's fee" means here.
    """

    id: str
    every: Every | None = None
    kind: str
    of: str | None = None
    title: Text = {}
    down: str | None = None
    less: dict[str, Allowance] = {}
    degraded: str | None = None
    partial: str | None = None
    rank: Fraction | None = None
    weights: dict[str, Fraction] = {}
    sites: tuple[str, ...] = ()
    pool: str | None = None
    each: str | None = None
    target: Fraction | None = None
    service: str | None = None
    round: str | None = None
    empty: str | None = None


class Weight(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item's weight in a scorecard, and where its reading comes from: a measure's id, parts with weights of their
    own, or scores recorded for the item.
    """

    weight: Fraction
    of: str | None = None
    parts: dict[str, Fraction] = {}


class Points(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points of a card: `n` each time, or `per` unit ("2 a started day"); `times` so many from the `nth` of its kind in
    a month, quarter or year (`unit`) on.
    """

    n: Fraction
    per: Per | None = None
    times: int | None = None
    nth: int | None = None
    unit: str | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a points card: what happens, and the points that it costs or gives."""

    when: When
    points: Points


class Override(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a grave event does to a card whatever its score: a grade or a score that it cannot exceed."""

    grade: str | None = None
    score: Fraction | None = None


class Scorecard(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A card read in windows: "weighted mean" of items, or "points" that are lost from what it `starts` with.

    `missing` says what an unrated item does, `sum` what weights do that are not 100 % in all ("normalised" or
    "as written"; silent: refused). `each`: one card for every person in a role. `worth` is what a point lost costs.
    """

    id: str
    every: Every | None = None
    kind: str
    title: Text = {}
    clause: str | None = None
    each: str | None = None
    weights: dict[str, Weight] = {}
    sum: str | None = None
    missing: str | None = None
    drop: str | None = None
    sites: dict[str, Fraction] = {}
    pool: str | None = None
    starts: Fraction | None = None
    floor: Fraction | None = None
    lose: tuple[Line, ...] = ()
    gain: tuple[Line, ...] = ()
    bonus: str | None = None
    lose_at_most: Fraction | None = None
    worth: Charge | None = None
    owed_by: str | None = None
    owed_to: str | None = None
    head: str | None = None
    grades: dict[str, Range] = {}
    override: dict[str, Override] = {}
    overrides: str | None = None
    round: str | None = None


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


class Clause(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One clause of the printed text: number, words, and which template it came from."""

    id: str
    number: str
    words: Text
    level: int = 1
    from_: str | None = msgspec.field(default=None, name="from")
    conspicuous: bool = False


class Contract(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """All that one contract says; events are kept beside it.

    `long_stop` is the day after which nothing accrues any more where the contract counts to it (KNOBS `accrual_end`).
    """

    spondeo: int = FORMAT
    number: str
    title: Text = {}
    sector: str | None = None
    law: str | None = None
    total: Money | None = None
    tax: Fraction | None = None
    signed: date | None = None
    effective: date | None = None
    term: Term | None = None
    renewal: Renewal | None = None
    long_stop: date | None = None
    languages: Languages = Languages()
    counting: CountingTerms = CountingTerms()
    calendars: dict[str, OwnCalendar] = {}
    closures: tuple[str, ...] = ()
    notices: dict[str, Channel] = {}
    schedules: dict[str, Sessions] = {}
    parties: dict[str, Party]
    third_parties: dict[str, ThirdParty] = {}
    event_kinds: dict[str, EventKind] = {}
    annexes: tuple[Annex, ...] = ()
    steps: tuple[Step, ...] = ()
    payments: tuple[Payment, ...] = ()
    rates: dict[str, RateTable] = {}
    exchange: dict[str, Exchange] = {}
    deposits: tuple[Deposit, ...] = ()
    prepaid: tuple[Prepaid, ...] = ()
    measures: tuple[Measure, ...] = ()
    scorecards: tuple[Scorecard, ...] = ()
    rules: tuple[Rule, ...] = ()
    caps: tuple[Cap, ...] = ()
    ending: EndingTerms | None = None
    amendments: tuple[Amendment, ...] = ()
    readings: tuple[Reading, ...] = ()
    decisions: tuple[Decision, ...] = ()
    clauses: tuple[Clause, ...] = ()

    @property
    def currency(self) -> str:
        """The contract's currency; from its total, else from its first payment."""
        if self.total is not None:
            return self.total.currency
        amounts = [*(p.amount for p in self.payments), *(a.price for a in self.annexes)]
        return next((m.currency for m in amounts if m), "CNY")


def _entry(parent: Any, key: str) -> Any:
    """The child `key` of a struct (by file name of the field), mapping, or list of things with ids."""
    if isinstance(parent, dict):
        return parent[key]
    if isinstance(parent, tuple):
        return next(item for item in parent if item.id == key)
    return getattr(parent, _names(type(parent))[key])


_NAMES: dict[type[msgspec.Struct], dict[str, str]] = {}


def _names(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The Python name of each field by its name in a file; worked out once for each struct."""
    if struct not in _NAMES:
        _NAMES[struct] = {field.encode_name: field.name for field in msgspec.structs.fields(struct)}
    return _NAMES[struct]


def find(contract: Contract, path: str) -> Any:
    """The value at a path such as "rules.late-annex.charge"; LookupError when there is none."""
    here: Any = contract
    try:
        for key in path.split("."):
            here = _entry(here, key)
    except (KeyError, StopIteration, TypeError, AttributeError):
        raise LookupError(path) from None
    return here


def replaced(parent: Any, path: str, value: Any) -> Any:
    """A copy of `parent` with the value at `path` replaced; LookupError when the path leads nowhere."""
    key, _, rest = path.partition(".")
    if isinstance(parent, dict) and not rest:
        return {**parent, key: value}
    try:
        here = _entry(parent, key)
    except (KeyError, StopIteration, TypeError, AttributeError):
        raise LookupError(path) from None
    new = replaced(here, rest, value) if rest else value
    if isinstance(parent, dict):
        return {**parent, key: new}
    if isinstance(parent, tuple):
        return tuple(new if item.id == key else item for item in parent)
    return msgspec.structs.replace(parent, **{_names(type(parent))[key]: new})


def with_cards(contract: Contract) -> Contract:
    """The contract with what its points cards charge by themselves, as rules: each point lost costs what it is
    `worth`.
    """
    cards = {card.id: card for card in contract.scorecards if card.worth is not None}
    if not cards:
        return contract
    rules = tuple(rule for rule in contract.rules if rule.id not in cards)
    return msgspec.structs.replace(contract, rules=(*rules, *(_of_points(card) for card in cards.values())))


def _of_points(card: Scorecard) -> Rule:
    full = Fraction(100) if card.starts is None else card.starts
    return Rule(
        id=card.id,
        clause=card.clause or "",
        when=When(state="measured", measure=card.id, range=Range(below=full)),
        owed_by=card.owed_by,
        owed_to=card.owed_to,
        head=card.head,
        charge=card.worth,
    )
