"""What was due and not done, what was lost, what fell short: facts before any money."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from core.accounts import Account
from core.measures import Figure, settled
from core.measuring.readings import described
from core.money import Money
from core.periods import end_of_day
from core.problems import Problem
from core.record import Moment, Record, not_after, subjects
from core.schedule import Done, Obligation
from core.terms import Rule, Text, When

__all__ = ["Breach", "breaches", "outlives_end", "speaks_of"]


class Breach(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One breach, by a stable id: "late:A1", "loss:L1", "score/2026-Q1".

    Late: `due` and `until` bound the lateness (due out, until in; instants where a clock ran), `running` if it goes on.
    A loss: `amount`, `fault` and who `caused` it. `excused`, `waived` say why it has no consequence.
    """

    id: str
    kind: str
    subject: str
    source: str
    of_kind: str = ""
    case: str | None = None
    owed_by: str = ""
    owed_to: str = ""
    title: Text = {}
    due: date | None = None
    due_at: datetime | None = None
    until: date | None = None
    until_at: datetime | None = None
    running: bool = False
    clocked: bool = False
    tested: tuple[tuple[date, date], ...] = ()
    at: date | None = None
    instant: datetime | None = None
    amount: Money | None = None
    fault: str | None = None
    head: str | None = None
    caused: str | None = None
    event: str | None = None
    waived: bool = False


def breaches(
    record: Record, obligations: Iterable[Obligation], debts: Mapping[str, Account], figures: Mapping[str, Figure]
) -> tuple[Breach, ...]:
    """What was due and not done, as of the record's day and by what was then known; pauses stay visible, to be
    explained.
    """
    late = (_late(record, o, debts[o.id].settled if o.id in debts else o.done) for o in obligations)
    return (*(b for b in late if b), *_losses(record), *_happened(record), *_short(record, figures))


def _late(record: Record, obligation: Obligation, done: Done | None) -> Breach | None:
    """An obligation done after its due time, or not done by `as_of` (or by the contract's end)."""
    due = obligation.due
    if due is None:
        return None
    lives_on = outlives_end(record, obligation)
    until, running = _until(record, done, lives_on=lives_on)
    if done is not None and due.instant is not None and done.instant is None and done.day == due.day:
        return None  # a bare date on the due day itself is no proof of lateness
    missed_at_once = record.counting.at_due == "late" and due.instant is not None and until.instant == due.instant
    if not_after(until, Moment(due.day, due.instant)) and not missed_at_once:
        return None
    return Breach(
        id=f"late:{obligation.id}",
        kind="late",
        subject=obligation.id,
        source=obligation.source,
        of_kind=obligation.kind,
        case=obligation.case,
        clocked=obligation.by_clock,
        owed_by=obligation.owed_by,
        owed_to=obligation.owed_to,
        title=obligation.title,
        due=due.day,
        due_at=due.instant,
        until=until.day,
        until_at=until.instant,
        running=running,
        tested=obligation.tests,
        amount=obligation.amount if obligation.kind == "security" else None,
        waived=_waived(record, obligation.id, f"late:{obligation.id}"),
    )


def speaks_of(when: When, breach: Breach) -> bool:
    """Whether a pattern describes what was late, what happened or what was lost; of readings `readings` says it."""
    if breach.kind == "late":
        kinds = {"duty": {"annex", "step", "duty"}}.get(when.any or "", {when.any})
        return when.state == "late" and (breach.of_kind in kinds or when.id in {breach.source, breach.subject})
    if breach.kind == "event":
        return when.event == breach.source
    return breach.kind == "loss" and when.state == "loss" and when.id in {None, breach.caused}


def outlives_end(record: Record, obligation: Obligation) -> bool:
    """Whether a duty lives on when the contract ends: all do, it is named, or the end itself begins it (KNOBS
    `after_end`).
    """
    if record.ended is None:
        return False
    ending = record.contract.ending
    if record.counting.of("after_end") == "all stand" or obligation.kind == "duty":
        return True
    return ending is not None and bool({obligation.id, obligation.source} & set(ending.survives))


def _until(record: Record, done: Done | None, *, lives_on: bool = False) -> tuple[Moment, bool]:
    """Done, the contract's end or `as_of`, whichever comes first; done alone, or done or the long-stop date (KNOBS
    `accrual_end`).
    """
    how = record.counting.of("accrual_end")
    ended = None if lives_on or how == "done only" else record.ended
    if how == "long-stop":
        ended = _long_stop(record)
    if done is not None:
        moment = Moment(done.day, done.instant)
        if ended is not None and not_after(ended, moment):
            return ended, False
        return moment, False
    if ended is not None:
        return ended, False
    return Moment(record.as_of.day, record.as_of.instant or end_of_day(record.as_of.day, record.zone)), True


def _long_stop(record: Record) -> Moment | None:
    """The last day on which anything accrues, once it has come; asked where the contract names none."""
    day = record.contract.long_stop
    if day is None:
        record.question(Problem("TERMS-LONGSTOP-01", "long_stop"))
        return None
    return Moment(day, end_of_day(day, record.zone)) if day <= record.as_of.day else None


def _losses(record: Record) -> Iterable[Breach]:
    """Each loss that was proven, on the day of its event."""
    for subject, fact in subjects(record.of("loss proven")):
        event = fact.event
        yield Breach(
            id=f"loss:{subject}",
            kind="loss",
            subject=subject,
            source=event.of or "",
            case=event.about,
            at=fact.at.day,
            instant=fact.at.instant,
            amount=event.amount,
            fault=event.fault,
            head=event.head,
            caused=event.by,
            event=event.id,
            waived=_waived(record, f"loss:{subject}"),
        )


def _happened(record: Record) -> Iterable[Breach]:
    """Each event of a kind that a rule answers to ("each record found forged")."""
    for kind in dict.fromkeys(rule.when.event for rule in record.contract.rules if rule.when.event):
        for subject, fact in subjects(record.of(kind)):
            yield Breach(
                id=f"{kind}:{subject}",
                kind="event",
                subject=subject,
                source=kind,
                case=fact.event.about,
                at=fact.at.day,
                instant=fact.at.instant,
                amount=fact.event.amount,
                fault=fact.event.fault,
                event=fact.event.id,
                waived=_waived(record, f"{kind}:{subject}"),
            )


def _short(record: Record, figures: Mapping[str, Figure]) -> Iterable[Breach]:
    """Readings of closed windows that a rule's range or bands name; a good reading is no breach."""
    rules = [rule for rule in record.contract.rules if rule.when.measure]
    for figure in figures.values():
        if figure.value is not None and figure.complete and any(_names(record, rule, figure) for rule in rules):
            yield Breach(
                id=figure.id,
                kind="reading",
                subject=figure.id,
                source=figure.measure,
                owed_by=figure.person or "",
                at=figure.last,
                waived=_waived(record, figure.id),
            )


def _names(record: Record, rule: Rule, figure: Figure) -> bool:
    """Whether a rule has something to say of this reading."""
    if rule.when.measure != figure.measure or not described(record, rule, figure):
        return False
    if record.versions:
        ids = record.amendments_for(figure.last, figure.last, subject=f"{rule.id}:{figure.id}")
        rule = next(r for r in record.amended(ids).rules if r.id == rule.id)
    held = (settled(record, band.range, f"rules.{rule.id}.bands") for band in rule.bands)
    value = figure.value
    return not rule.bands or any(edge is not None and value is not None and edge.holds(value) for edge in held)


def _waived(record: Record, *ids: str) -> bool:
    """A right given up for this breach (KNOBS `waiver_reach`: this breach); in part is a matter of its charge."""
    return any(fact.event.amount is None for i in ids for fact in record.of("waived", i))
