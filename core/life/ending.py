"""How a contract ends: the rights to end it, what lives on, what follows, and what goes back of fees paid ahead."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from core.accounts import Account
from core.breaches import Breach, speaks_of
from core.law.beside import Beside
from core.life.rights import Right, usual_life
from core.life.surviving import earned
from core.measuring.figures import Figure
from core.measuring.readings import counts, described, firing
from core.money import Money, integer
from core.periods import Period, Step, elapsed_days, months_on, term_end
from core.problems import Problem
from core.record import Fact, Moment, Record
from core.schedule import Done, Obligation, fee_windows, windows
from core.terms import Ground, Payment, Rule

__all__ = ["Back", "Earned", "Ended", "beside_end", "ended", "ending_duties", "ending_rights"]


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a periodic fee that falls before the end: `days` of `of`."""

    obligation: str
    days: int
    of: int
    amount: Money


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back of a fee paid ahead: `left` of `of` days or months (KNOBS `prepaid`)."""

    payment: str
    debtor: str
    creditor: str
    unit: str
    left: int
    of: int
    amount: Money


class Ended(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The end of the contract: its last day, the notice and when it arrived, the ground, and what follows.

    `rightful` is False where the ground named gave who ended it no right that was open on that day, or its notice was
    too short: the other side's silence heals nothing (Civil Code 565). A notice that names no ground rests on a right
    that was open; None where there was none, and `beside_end` says what the law has.
    """

    day: date
    event: str
    received: date
    ground: str | None = None
    rightful: bool | None = None
    survives: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    fees: tuple[Earned, ...] = ()
    back: tuple[Back, ...] = ()


def ending_duties(record: Record) -> tuple[Obligation, ...]:
    """The duties that the end begins, due from the day on which the contract ended."""
    terms = record.contract.ending
    if terms is None or record.ended is None:
        return ()
    made = []
    for duty in terms.follows:
        due = record.after(record.ended, duty.within, f"ending.follows.{duty.id}")
        facts = record.of("delivered", duty.id)
        done = Done(day=facts[0].at.day, how="delivered", event=facts[0].event.id) if facts else None
        made.append(
            Obligation(
                id=duty.id,
                kind="duty",
                source=duty.id,
                owed_by=duty.owed_by,
                owed_to=duty.owed_to or record.facing(duty.owed_by, f"ending.follows.{duty.id}.owed_to"),
                title=duty.title,
                clause=duty.clause or terms.clause,
                due=due,
                waiting=None if due else Step("DUE-WAITING-01", {"what": "terminated", "of": ""}),
                done=done,
            )
        )
    return tuple(made)


ANYTIME = "any time"
"""The state of a ground that needs none: notice alone."""


def ending_rights(record: Record, found: Iterable[Breach], figures: Mapping[str, Figure]) -> tuple[Right, ...]:
    """The rights to end the contract that its grounds give, each from the day on which it could be used."""
    terms = record.contract.ending
    if terms is None:
        return ()
    listed = [b for b in found if not b.waived or record.counting.of("trigger_takes") == "also waived"]
    made: list[Right] = []
    for ground in terms.grounds:
        read = ground.when.measure is not None
        mine = _bad(record, ground, figures) if read else [b for b in listed if speaks_of(ground.when, b)]
        made.extend(_given(record, ground, mine))
    return tuple(made)


def _bad(record: Record, ground: Ground, figures: Mapping[str, Figure]) -> list[Breach]:
    """The readings of closed windows that a ground speaks of, whether or not a rule prices them."""
    rule = Rule(id=ground.id, clause=ground.clause, when=ground.when)
    fires = firing(record, rule, figures) if ground.when.count else None
    return [
        Breach(id=one.id, kind="reading", subject=one.id, source=one.measure, owed_by=one.person or "", at=one.last)
        for one in figures.values()
        if one.complete
        and (one.id in fires if fires is not None else described(record, rule, one) and counts(record, one))
    ]


def _days(breach: Breach) -> int:
    return elapsed_days(breach.due, breach.until) if breach.due and breach.until else 0


def _given(record: Record, ground: Ground, found: list[Breach]) -> list[Right]:
    """One right at a time (KNOBS `trigger_reuse`), opened by what the ground counts (KNOBS `trigger_counts`)."""
    if ground.when.state == ANYTIME:
        return [_free(record, ground, holder) for holder in _holders(record, ground)]
    mine = sorted(found, key=_first_day)
    counts = ground.counts or {"sum": "sum", "n in a window": "number"}.get(
        record.counting.of("trigger_counts") or "", "one case"
    )
    spans = windows(record, ground.window.unit, whole_life=True) if ground.window else ()
    made: list[Right] = []
    seen: dict[str, list[Breach]] = {}
    for breach in mine:
        window = next((w.id for w in spans if w.first <= _first_day(breach) < w.after), "")
        group = seen.setdefault(window, [])
        group.append(breach)
        opened = _opens(record, ground, counts, breach, group)
        holder = ground.may_end or breach.owed_to
        if opened is None or opened > record.as_of.day or any(r.used is None and _open(r, opened) for r in made):
            continue
        if holder:
            made.append(_right(record, ground, breach, holder, opened))
        if record.counting.of("trigger_reuse") == "used up":
            group.clear()
    return made


def _holders(record: Record, ground: Ground) -> tuple[str, ...]:
    return (ground.may_end,) if ground.may_end else tuple(record.contract.parties)


def _free(record: Record, ground: Ground, holder: str) -> Right:
    """A right that needs no breach: it is there from the contract's first day, and does not lapse."""
    contract = record.contract
    term = contract.term.from_ if contract.term else None
    notices = [fact for fact in record.of("terminated") if fact.event.by in {None, holder}]
    first = notices[0].at.day if notices else record.as_of.day
    return Right(
        id=f"{ground.id}:{holder}",
        kind="terminate",
        holder=holder,
        opened=contract.effective or term or contract.signed or first,
        why="RIGHT-ANYTIME-01",
        args={"holder": holder},
        clause=ground.clause,
        used=notices[0].event.id if notices else None,
    )


def _open(right: Right, day: date) -> bool:
    return right.lapses is None or day <= right.lapses


def _first_day(breach: Breach) -> date:
    if breach.kind == "late":
        assert breach.due is not None
        return breach.due + timedelta(days=1)
    assert breach.at is not None
    return breach.at


def _opens(record: Record, ground: Ground, counts: str, breach: Breach, group: list[Breach]) -> date | None:
    """The day on which a breach gives the right: at once, with the day that is one too many, or when no cure came."""
    over = ground.over or 0
    if counts == "number":
        day = _first_day(breach) if len(group) > over else None
    elif over and breach.kind == "late":
        before = sum(_days(b) for b in group[:-1]) if counts == "sum" else 0
        need = over - before + 1
        day = _first_day(breach) + timedelta(days=max(need, 1) - 1) if _days(breach) >= need else None
    else:
        day = _first_day(breach)
    if day is None or ground.cure is None:
        return day
    return _uncured(record, ground, breach, day)


def _uncured(record: Record, ground: Ground, breach: Breach, day: date) -> date | None:
    """The day after the cure period, if what was due was not done by its end; None: not demanded, or cured."""
    assert ground.cure is not None
    demands = record.of("demanded", breach.subject) or record.of("demanded", breach.id)
    if not demands:
        return None
    due = record.after(demands[0].at, ground.cure, f"ending.grounds.{ground.id}.cure")
    if due is None or (not breach.running and breach.until is not None and breach.until <= due.day):
        return None
    return max(day, due.day + timedelta(days=1))


def _right(record: Record, ground: Ground, breach: Breach, holder: str, opened: date) -> Right:
    within = ground.lapses or usual_life(record)
    begins = Moment(opened, breach.instant if opened == breach.at else None)
    lapse = record.after(begins, within, f"ending.grounds.{ground.id}.lapses") if within else None
    last = lapse.day if lapse else None
    used = [f for f in record.of("terminated") if f.at.day >= opened and (last is None or f.at.day <= last)]
    return Right(
        id=f"{ground.id}:{breach.subject}",
        kind="terminate",
        holder=holder,
        opened=opened,
        lapses=last,
        due=lapse,
        why="RIGHT-BREACH-01",
        args={"breach": breach.id, "count": None, "of": None},
        clause=ground.clause,
        used=used[0].event.id if used else None,
    )


def ended(
    record: Record, obligations: Iterable[Obligation], debts: Mapping[str, Account], given: Iterable[Right]
) -> Ended | None:
    """The end as recorded, with what it leaves to do and to give back; None while the contract runs."""
    facts = record.of("terminated")
    if record.ended is None or not facts:
        return None
    fact, day, terms = facts[0], record.ended.day, record.contract.ending
    open_ = _open_to(fact, given)
    kept = [ground for ground in open_ if _in_time(record, ground, fact, day)]
    ground = fact.event.of or next(iter([*kept, *open_]), None)
    return Ended(
        day=day,
        event=fact.event.id,
        received=fact.at.day,
        ground=ground,
        rightful=bool(kept) if ground else None,
        survives=terms.survives if terms else (),
        follows=tuple(duty.id for duty in terms.follows) if terms else (),
        fees=tuple(_earned(record, obligations, debts, day)),
        back=tuple(_back(record, debts, day)),
    )


def _open_to(notice: Fact, given: Iterable[Right]) -> list[str]:
    """The grounds that gave who ended the contract a right that was open when its notice arrived; of a notice that
    names one, that one alone.
    """
    day, by, named = notice.at.day, notice.event.by, notice.event.of
    mine = [right for right in given if right.kind == "terminate" and by in {None, right.holder}]
    grounds = [right.id.partition(":")[0] for right in mine if right.opened <= day and _open(right, day)]
    return [ground for ground in dict.fromkeys(grounds) if named in {None, ground}]


def _in_time(record: Record, ground: str, notice: Fact, day: date) -> bool:
    """Whether the notice gave the time that its ground asks for."""
    terms = record.contract.ending
    before = next((g.notice for g in (terms.grounds if terms else ()) if g.id == ground), None)
    if before is None:
        return True
    earliest = record.after(notice.at, before, f"ending.grounds.{ground}.notice")
    return earliest is not None and earliest.day <= day


def beside_end(record: Record, end: Ended | None) -> tuple[Beside, ...]:
    """What the law says of an end for which the contract gave no right (Civil Code 562, 563, 933): it is printed, and
    decides nothing.
    """
    if end is None or end.rightful or not record.chinese:
        return ()
    terms = record.contract.ending
    if terms is not None and terms.kind == "mandate":
        code, args, source = "BESIDE-END-02", {}, "933"
    elif record.contract.term is None:
        days = elapsed_days(end.received, end.day)
        code, args, source = "BESIDE-END-01", {"days": days}, "563(2)"
    else:
        code, args, source = "BESIDE-END-03", {}, "562, 563(1)"
    return (Beside(about="terminated", code=code, args=args, source=f"Civil Code {source}", confidence="official"),)


def _earned(
    record: Record, obligations: Iterable[Obligation], debts: Mapping[str, Account], day: date
) -> Iterable[Earned]:
    """The fee of the period in which the contract ended, by days."""
    spans = fee_windows(record)
    for obligation in obligations:
        if obligation.amount is None:
            continue
        span = spans.get(obligation.id)
        if span is None or not span.first <= day < span.after:
            continue
        days, of = (day - span.first).days + 1, (span.after - span.first).days
        amount = integer(obligation.amount.minor * earned(span.first, span.after, day))
        yield Earned(obligation=obligation.id, days=days, of=of, amount=Money(amount, obligation.amount.currency))


def _back(record: Record, debts: Mapping[str, Account], day: date) -> Iterable[Back]:
    for payment in record.contract.payments:
        if payment.pays_for is None:
            continue
        for key, debt in debts.items():
            if key.partition("/")[0] == payment.id:
                paid = sum(p.principal.minor for p in debt.payments)
                back = _unused(record, payment, debt, paid, day) if paid else None
                if back is not None:
                    yield back


def _unused(record: Record, payment: Payment, debt: Account, paid: int, day: date) -> Back | None:
    """The unused part of what was paid ahead: by days, by whole months, or none (asked)."""
    span = payment.pays_for
    assert span is not None
    last = span.until
    if last is None:
        end = term_end(span.from_, span.for_ or Period(1, "year"), record.counting, record.calendar)
        last = None if isinstance(end, Problem) else end
    if last is None or day >= last:
        return None
    how = record.ask("prepaid", f"payments.{payment.id}.pays_for")
    if how is None or how == "none":
        return None
    if how == "by days":
        left, of, unit = (last - max(day, span.from_ - timedelta(days=1))).days, (last - span.from_).days + 1, "day"
    else:
        after = last + timedelta(days=1)
        of = _months(span.from_, after)
        left = max(n for n in range(of + 1) if months_on(after, -n) > day)
        unit = "month"
    amount = integer(Fraction(paid * left, max(of, 1)))
    return Back(
        payment=payment.id,
        debtor=debt.creditor,
        creditor=debt.debtor,
        unit=unit,
        left=left,
        of=of,
        amount=Money(amount, debt.amount.currency),
    )


def _months(first: date, after: date) -> int:
    return (after.year - first.year) * 12 + after.month - first.month
