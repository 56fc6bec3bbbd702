"""What the page shows of one assessment, put in the order in which people ask; values only, no words yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from contracts.papers.standing import Held, changed, held, moved, remarks
from contracts.papers.sums import Sum, sums
from contracts.papers.voice import last_day
from contracts.titles import with_titles
from core.accounts import Account
from core.assessment import Assessment, Other
from core.breaches import Breach
from core.charges import Accrual
from core.claims import Claim
from core.counting.strips import Run
from core.events import Event
from core.explain import Line, explain_all, explain_due, strip
from core.law.beside import Beside
from core.liability import Liability
from core.life.flowdown import Flow, flow_down
from core.life.settlements import Settlement
from core.measuring.figures import Figure
from core.money import Money
from core.periods import Step
from core.schedule import Obligation
from core.terms import Contract, Measure, Reading, Scorecard, Text

__all__ = ["Due", "Item", "Late", "Next", "Priced", "Sum", "Taken", "View", "added", "view"]

MANY = 60
"""Due days that a page explains one by one; of more it leaves those out that were kept."""

FEW = 12
"""Key figures that a page shows whole; of more it folds those away behind which nothing stands."""

Item = tuple[Contract, Sequence[Event], Assessment, Sequence[Other]]


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """Something that falls due, and in how many days."""

    obligation: Obligation
    days: int
    ours: bool


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """A breach with what it costs; `priced` is empty where nothing is. `reading` is the score that fell short."""

    breach: Breach
    title: Text
    priced: tuple["Priced", ...]
    reading: Fraction | None


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """A charge with everything said about it."""

    number: int
    accrual: Accrual
    liability: Liability
    claim: Claim
    breach: Breach
    title: Text
    steps: tuple[Step, ...]
    runs: tuple[Run, ...]
    lines: tuple[Line, ...]
    remarks: tuple[Beside, ...]


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """How a due day was counted that no charge explains."""

    obligation: Obligation
    steps: tuple[Step, ...]
    runs: tuple[Run, ...]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A decision or an open reading, with what every other reading would make payable."""

    about: str
    reading: Reading | None
    takes: object
    by: str
    on: date | None
    why: str
    assumed: bool
    others: tuple[Other, ...]


class View(msgspec.Struct, frozen=True, kw_only=True):
    contract: Contract
    assessment: Assessment
    today: date
    sums: tuple[Sum, ...]
    next: tuple[Next, ...]
    waiting: tuple[Obligation, ...]
    late: tuple[Late, ...]
    priced: tuple[Priced, ...]
    accounts: tuple[tuple[Account, Obligation], ...]
    taken: tuple[Taken, ...]
    rights: tuple[Held, ...]
    claims: tuple[Claim, ...]
    settlements: tuple[Settlement, ...]
    remarks: dict[str, tuple[Beside, ...]]
    flows: tuple[Flow, ...]
    titles: dict[str, Text]
    dues: tuple[Due, ...]

    @property
    def running(self) -> int:
        return sum(1 for late in self.late if late.breach.running)

    @property
    def soonest(self) -> Next | None:
        """What falls due next; what has passed without being late (the contract ended first) does not."""
        return next((one for one in self.next if one.days >= 0), None)

    @property
    def live(self) -> tuple[Held, ...]:
        """Rights that somebody may have to use soon."""
        return tuple(one for one in self.rights if one.state == "open" and not one.far)

    @property
    def read(self) -> tuple[Figure, ...]:
        """The key figures to look at: of many only those that something stands behind or follows from."""
        figures = self.assessment.figures
        broken = {breach.id for breach in self.assessment.breaches}
        return tuple(one for one in figures if len(figures) <= FEW or one.id in broken or _stands(one))

    @property
    def past(self) -> tuple[Held, ...]:
        return tuple(one for one in self.rights if one.state != "open")

    @property
    def far(self) -> tuple[Held, ...]:
        """Limitations that run for a long time yet."""
        return tuple(one for one in self.rights if one.state == "open" and one.far)


def _stands(one: Figure) -> bool:
    """Whether cases, events or lost time lie behind a reading."""
    return one.value is not None and bool(one.cases or one.down or one.items or one.points)


def view(item: Item) -> View:
    """Everything that the page says about one contract."""
    contract, events, assessment, others = item
    assessment = with_titles(contract, assessment)
    today = last_day(assessment.as_of, assessment.zone)
    ours = frozenset(key for key, party in contract.parties.items() if party.ours)
    owed = {o.id: o for o in assessment.obligations}
    beside = remarks(assessment)
    priced = _priced(contract, events, assessment, owed, beside)
    known = {charge.accrual.id for charge in priced}
    late_ids = {breach.subject for breach in assessment.breaches if breach.kind == "late"}
    coming = [
        Next(obligation=o, days=(o.due.day - today).days, ours=o.owed_by in ours)
        for o in assessment.obligations
        if o.due and o.done is None and o.id not in late_ids
    ]
    return View(
        contract=contract,
        assessment=assessment,
        today=today,
        sums=sums(contract, assessment),
        next=tuple(sorted(coming, key=lambda n: (n.days, n.obligation.id))),
        waiting=tuple(o for o in assessment.obligations if o.due is None and o.done is None),
        late=_late(contract, events, assessment, priced, owed),
        priced=priced,
        accounts=tuple((account, owed[account.obligation]) for account in assessment.accounts),
        taken=_taken(contract, assessment, others),
        rights=held(assessment),
        claims=moved(assessment),
        settlements=changed(assessment),
        remarks={about: said for about, said in beside.items() if about not in known},
        flows=flow_down(contract),
        titles=_titles(contract, assessment, priced),
        dues=_dues(assessment, {charge.accrual.subject for charge in priced}, late_ids),
    )


def _dues(assessment: Assessment, explained: set[str], late: set[str]) -> tuple[Due, ...]:
    """Each due day that was counted and is not explained with a charge; of very many only what is late or to come."""
    rest = [o for o in assessment.obligations if o.id not in explained and o.due is not None]
    if len(rest) > MANY:
        rest = [o for o in rest if o.done is None or o.id in late]
    made = [Due(obligation=o, steps=explain_due(o), runs=strip(o.due)) for o in rest]
    return tuple(due for due in made if due.runs)


def _titles(contract: Contract, assessment: Assessment, priced: tuple[Priced, ...]) -> dict[str, Text]:
    """What ids stand for: obligations, breaches and charges by their titles, promises by those of what they promise."""
    made: dict[str, Text] = {}
    for listed in (contract.annexes, contract.steps, contract.payments):
        made |= {one.id: one.title for one in listed if one.title}
    for obligation in assessment.obligations:
        made[obligation.id] = obligation.title
    for charge in priced:
        made[charge.accrual.id] = made[charge.breach.id] = charge.title
    return made


def added(sums: Iterable[Money]) -> tuple[Money, ...]:
    """Amounts added up by currency: a portfolio may hold several, and they are never mixed."""
    totals: dict[str, int] = defaultdict(int)
    for money in sums:
        totals[money.currency] += money.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(totals.items()))


def _priced(
    contract: Contract,
    events: Sequence[Event],
    assessment: Assessment,
    owed: dict[str, Obligation],
    beside: dict[str, tuple[Beside, ...]],
) -> tuple[Priced, ...]:
    found = {breach.id: breach for breach in assessment.breaches}
    made = []
    reasons = explain_all(assessment)
    for number, accrual in enumerate(assessment.charges):
        obligation = owed.get(accrual.subject)
        breach = found[accrual.breach]
        made.append(
            Priced(
                number=number + 1,
                accrual=accrual,
                liability=assessment.liabilities[number],
                claim=assessment.claims[number],
                breach=breach,
                title=_title(contract, breach, events),
                steps=obligation.due.steps if obligation and obligation.due else (),
                runs=strip(obligation.due if obligation else None),
                lines=reasons[accrual.id],
                remarks=beside.get(accrual.id, ()),
            )
        )
    return tuple(made)


def _title(contract: Contract, breach: Breach, events: Sequence[Event]) -> Text:
    """What a breach is about, in the contract's own words."""
    if breach.title:
        return breach.title
    if breach.kind == "event" and breach.source in contract.event_kinds:
        return contract.event_kinds[breach.source].title
    if breach.kind == "loss" and breach.caused in contract.third_parties:
        name = contract.third_parties[breach.caused].name
        return {"zh-Hant": name["zh-Hans"], **name} if "zh-Hans" in name else name  # a name is never converted
    things: list[Measure | Scorecard] = [*contract.measures, *contract.scorecards]
    return next((thing.title for thing in things if thing.id == breach.source), {})


def _late(
    contract: Contract,
    events: Sequence[Event],
    assessment: Assessment,
    priced: tuple[Priced, ...],
    owed: dict[str, Obligation],
) -> tuple[Late, ...]:
    """What still runs first, then what costs something; readings that no rule priced fell short of nothing."""
    figures = {figure.id: figure.value for figure in assessment.figures}
    by_breach: dict[str, list[Priced]] = defaultdict(list)
    for charge in priced:
        by_breach[charge.breach.id].append(charge)
    made = [
        Late(
            breach=breach,
            title=_title(contract, breach, events),
            priced=tuple(by_breach[breach.id]),
            reading=figures.get(breach.id),
        )
        for breach in assessment.breaches
        if breach.kind != "reading" or by_breach[breach.id]
    ]
    return tuple(sorted(made, key=lambda late: (not late.breach.running, not late.priced)))


def _taken(contract: Contract, assessment: Assessment, others: Sequence[Other]) -> tuple[Taken, ...]:
    """Decisions first, then readings that nobody decided."""
    readings = {reading.about: reading for reading in contract.readings}
    made = [
        Taken(
            about=d.about,
            reading=readings.get(d.about),
            takes=d.takes,
            by=d.by,
            on=d.on,
            why=d.why,
            assumed=d.assumed,
            others=tuple(o for o in others if o.about == d.about),
        )
        for d in assessment.decided
    ]
    known = {taken.about for taken in made}
    made.extend(
        Taken(
            about=about,
            reading=reading,
            takes=None,
            by="",
            on=None,
            why="",
            assumed=False,
            others=tuple(o for o in others if o.about == about),
        )
        for about, reading in readings.items()
        if about not in known
    )
    return tuple(made)
