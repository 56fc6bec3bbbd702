"""How a contract ends: the rights to end it, what lives on, what follows, and what goes back of fees paid ahead."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from core.accounts import Account
from core.breaches import Breach
from core.curves import months_before
from core.money import Money, integer
from core.periods import Due, Period, Step, add, elapsed_days, term_end
from core.problems import Problem
from core.record import Record
from core.rights import Right
from core.schedule import Done, Obligation, windows
from core.terms import Ground, Payment

__all__ = ["Back", "Earned", "Ended", "ended", "ending_duties", "ending_rights"]


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

    `rightful` is False where the ground named gave no right that was open on that day, or its notice was too short: the
    other side's silence heals nothing (Civil Code 565); None where no ground was named.
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
        due = _added(record, record.ended.day, duty.within, f"ending.follows.{duty.id}")
        facts = record.of("delivered", duty.id)
        done = Done(day=facts[0].at.day, how="delivered", event=facts[0].event.id) if facts else None
        other = next((key for key in record.contract.parties if key != duty.owed_by), duty.owed_by)
        made.append(
            Obligation(
                id=duty.id,
                kind="duty",
                source=duty.id,
                owed_by=duty.owed_by,
                owed_to=duty.owed_to or other,
                title=duty.title,
                clause=duty.clause or terms.clause,
                due=due,
                waiting=None if due else Step("DUE-WAITING-01", {"what": "terminated", "of": ""}),
                done=done,
            )
        )
    return tuple(made)


def _added(record: Record, day: date, period: Period, where: str) -> Due | None:
    due = add(day, period, record.counting, record.calendar)
    if isinstance(due, Problem):
        record.question(msgspec.structs.replace(due, where=where))
        return None
    return due


def ending_rights(record: Record, found: Iterable[Breach]) -> tuple[Right, ...]:
    """The rights to end the contract that its grounds give, each from the day on which it could be used."""
    terms = record.contract.ending
    if terms is None:
        return ()
    listed = [b for b in found if not b.waived or record.counting.of("trigger_takes") == "also waived"]
    return tuple(right for ground in terms.grounds for right in _given(record, ground, listed))


def _answers(ground: Ground, breach: Breach) -> bool:
    when = ground.when
    if breach.kind == "late":
        kinds = {"duty": {"annex", "step", "duty"}}.get(when.any or "", {when.any})
        return when.state == "late" and (breach.of_kind in kinds or when.id in {breach.source, breach.subject})
    if breach.kind == "event":
        return when.event == breach.source
    if breach.kind == "loss":
        return when.state == "loss" and when.id in {None, breach.caused}
    return when.measure is not None and when.measure == breach.source


def _days(breach: Breach) -> int:
    return elapsed_days(breach.due, breach.until) if breach.due and breach.until else 0


def _given(record: Record, ground: Ground, found: list[Breach]) -> list[Right]:
    """One right at a time (KNOBS `trigger_reuse`), opened by what the ground counts (KNOBS `trigger_counts`)."""
    mine = sorted((b for b in found if _answers(ground, b)), key=_first_day)
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
        if opened is None or opened > record.as_of.day or any(r.used is None and _open(r, opened) for r in made):
            continue
        made.append(_right(record, ground, breach, opened))
        if record.counting.of("trigger_reuse") == "used up":
            group.clear()
    return made


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
    due = _added(record, demands[0].at.day, ground.cure, f"ending.grounds.{ground.id}.cure")
    if due is None or (not breach.running and breach.until is not None and breach.until <= due.day):
        return None
    return max(day, due.day + timedelta(days=1))


def _right(record: Record, ground: Ground, breach: Breach, opened: date) -> Right:
    said = record.counting.of("right_lapses") or "never"
    number, _, unit = said.partition(" ")
    within = ground.lapses or (Period(int(number), unit.removesuffix("s")) if number.isdigit() else None)
    lapse = _added(record, opened, within, f"ending.grounds.{ground.id}.lapses") if within else None
    last = lapse.day if lapse else None
    used = [f for f in record.of("terminated") if f.at.day >= opened and (last is None or f.at.day <= last)]
    holder = ground.may_end or (breach.owed_to or next(iter(record.contract.parties)))
    return Right(
        id=f"{ground.id}:{breach.subject}",
        kind="terminate",
        holder=holder,
        opened=opened,
        lapses=last,
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
    ground = fact.event.of
    mine = [r for r in given if ground and r.id.partition(":")[0] == ground]
    rightful = any(r.opened <= fact.at.day and _open(r, fact.at.day) for r in mine) if ground else None
    notice = next((g.notice for g in (terms.grounds if terms else ()) if g.id == ground), None)
    if rightful and notice is not None:
        earliest = _added(record, fact.at.day, notice, f"ending.grounds.{ground}.notice")
        rightful = earliest is not None and earliest.day <= day
    return Ended(
        day=day,
        event=fact.event.id,
        received=fact.at.day,
        ground=ground,
        rightful=rightful,
        survives=terms.survives if terms else (),
        follows=tuple(duty.id for duty in terms.follows) if terms else (),
        fees=tuple(_earned(record, obligations, debts, day)),
        back=tuple(_back(record, debts, day)),
    )


def _earned(
    record: Record, obligations: Iterable[Obligation], debts: Mapping[str, Account], day: date
) -> Iterable[Earned]:
    """The fee of the period in which the contract ended, by days."""
    payments = {p.id: p for p in record.contract.payments}
    for obligation in obligations:
        payment = payments.get(obligation.source)
        if payment is None or payment.due.every is None or obligation.window is None or obligation.amount is None:
            continue
        span = next((w for w in windows(record, payment.due.every.unit) if w.id == obligation.window), None)
        if span is None or not span.first <= day < span.after:
            continue
        days, of = (day - span.first).days + 1, (span.after - span.first).days
        amount = integer(Fraction(obligation.amount.minor * days, of))
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
        left = max(n for n in range(of + 1) if months_before(after, n) > day)
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
