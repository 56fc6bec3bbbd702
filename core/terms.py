"""What a contract says: parties, obligations, rules, limits and how it counts, as frozen values.

A field that takes a phrase in a file ("0.5% of total per started day") is a struct; its fields are the phrase's long
form. `None` means that the contract does not say. The parts lie in `core.agreed` by subject and are all named here.
"""

from datetime import date
from fractions import Fraction

import msgspec

from core.agreed.amounts import Amount, Ceiling, Charge, Exchange, Per, RateTable, Share
from core.agreed.caps import Cap
from core.agreed.changes import Amendment, Decision, EventKind, Reading
from core.agreed.duties import Annex, Deposit, Payment, Prepaid, Refunding, Step
from core.agreed.ending import EndingTerms, Follows, Ground
from core.agreed.measures import Allowance, Line, Measure, Override, Points, Scorecard, Weight
from core.agreed.parties import Involvement, Party, Promise, ThirdParty
from core.agreed.paths import find, replaced
from core.agreed.rules import Band, ClaimTerm, Deadline, Grace, Grant, Range, Repeat, Rounding, Rule, When
from core.agreed.timing import Anchor, Channel, CountingTerms, DueRule, Every, OwnCalendar, Renewal, Sessions, Term
from core.agreed.wording import Clause, Languages, Quote, Text
from core.money import Money

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
    "other_party",
    "replaced",
    "with_cards",
]

FORMAT = 1
"""Number of the contract format; upgrade functions for older numbers are kept for ever."""


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


def other_party(contract: Contract, party: str) -> str:
    """Who is on the other side of `party`: for a third party who engaged it, for a role those who do not hold it.

    "" where several are left: to whom, only the contract can say.
    """
    if party in contract.third_parties:
        return contract.third_parties[party].engaged_by
    others = [key for key, one in contract.parties.items() if key != party and party not in one.roles]
    return others[0] if len(others) == 1 else "" if others else party


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
