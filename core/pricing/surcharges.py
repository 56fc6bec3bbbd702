"""What late debts cost beside their own charge: fixed sums for a demand or once, and interest on charges demanded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from core.accounts import Account
from core.breaches import Breach
from core.money import Money, exponent
from core.periods import elapsed_days
from core.pricing.accruals import Accrual, Slice, slice_of
from core.pricing.interest import Run, interest, is_interest, payment_counts
from core.pricing.lateness import Timeline
from core.pricing.rounding import cuts_of, precision, whole
from core.pricing.slices import BY_SIZE
from core.record import Fact, Record
from core.terms import Charge, Rule

__all__ = ["surcharges"]


def surcharges(
    record: Record, accruals: Sequence[Accrual], found: Iterable[Breach], debts: Mapping[str, Account]
) -> tuple[Accrual, ...]:
    """The charges, and after them those that no single breach makes (KNOBS `fixed_sum_per`, `on_charges`)."""
    more: list[Accrual] = []
    if record.counting.of("fixed_sum_per") in {"each demand", "once"}:
        late = [b for b in found if b.kind == "late" and b.of_kind == "payment" and b.subject in debts]
        for rule in record.contract.rules:
            if rule.bands_of == BY_SIZE:
                more.extend(_fixed(record, rule, late, debts))
    if record.counting.of("on_charges") == "from demand":
        more.extend(_on_charges(record, accruals))
    return (*accruals, *more)


def _fixed(record: Record, rule: Rule, late: list[Breach], debts: Mapping[str, Account]) -> Iterator[Accrual]:
    """One fixed sum for each demand by the size of all that it asks for, or one in all, with the first demand."""
    demands = [f for f in record.of("demanded") if f.event.of is None or f.event.of in debts]
    if record.counting.of("fixed_sum_per") == "once":
        demands = demands[:1]
    for day, facts in _by_day(demands):
        asked = {f.event.of for f in facts}
        owing = [b for b in late if _first(b) <= day and (None in asked or b.subject in asked)]
        size = sum(_size(record, b, day, debts[b.subject]) for b in owing)
        if not owing or not size:
            continue
        value = Fraction(size, 10 ** exponent(record.contract.currency))
        band = next((band.charge for band in rule.bands if band.range.holds(value)), None)
        if band is None or band.amount is None:
            continue
        yield _once(record, rule, band.amount, owing[0], facts[0].event.id, day)


def _by_day(demands: list[Fact]) -> Iterator[tuple[date, list[Fact]]]:
    """Demands that go out together are one demand."""
    for day in sorted({fact.at.day for fact in demands}):
        yield day, [fact for fact in demands if fact.at.day == day]


def _size(record: Record, breach: Breach, day: date, debt: Account) -> int:
    return debt.open_on(day if record.counting.of("fixed_sum_size") == "at demand" else _first(breach))


def _first(breach: Breach) -> date:
    assert breach.due is not None
    return breach.due + timedelta(days=1)


def _once(record: Record, rule: Rule, amount: Money, breach: Breach, demand: str, day: date) -> Accrual:
    part = Slice(first=day, last=day, units=Fraction(1), exact=Fraction(amount.minor), price=amount)
    return Accrual(
        id=f"{rule.id}:{demand}",
        rule=rule.id,
        clause=rule.clause,
        breach=breach.id,
        subject=demand,
        debtor=rule.owed_by or breach.owed_by,
        creditor=rule.owed_to or breach.owed_to,
        slices=(part,),
        exact=part.exact,
        gross=amount,
        rounding=precision(record, rule),
        head=rule.head,
    )


def _on_charges(record: Record, accruals: Sequence[Accrual]) -> Iterator[Accrual]:
    """Interest on a charge from the day after it was demanded, at the rate that runs on late payments."""
    rule = next((r for r in record.contract.rules if r.when.any == "payment" and is_interest(r.charge)), None)
    if rule is None or rule.charge is None:
        return
    for accrual in accruals:
        demands = [f for what in ("demanded", "claimed") for f in record.of(what, accrual.id)]
        first = min(demands, key=lambda f: f.order, default=None)
        if first is None or accrual.rule == rule.id:
            continue
        asked = first.event.amount.minor if first.event.amount else accrual.gross.minor
        made = _bearing(record, rule, rule.charge, accrual, first.at.day, min(asked, accrual.gross.minor))
        if made is not None:
            yield made


def _bearing(record: Record, rule: Rule, charge: Charge, accrual: Accrual, due: date, amount: int) -> Accrual | None:
    paid = sorted(
        (f.at.day, f.event.amount.minor)
        for what in ("paid", "set off")
        for f in record.of(what, accrual.id)
        if f.event.amount
    )
    step = timedelta(days=1 if payment_counts(record, charge) else 0)
    done = next((day for day, _ in paid if sum(m for d, m in paid if d <= day) >= amount), None)
    run = Run(
        id=accrual.id,
        due=due,
        until=done or record.as_of.day,
        closed=done is not None,
        base=lambda part, day, ids: max(0, amount - sum(minor for at, minor in paid if at <= day - step)),
        changes=tuple(at + step for at, _ in paid),
        cuts=cuts_of(record, rule),
    )
    legs = interest(record, rule, run)
    slices = tuple(slice_of(leg, record.contract.currency) for leg in legs or ())
    if not slices:
        return None
    line = Timeline(kind="days", start=slices[0].first - timedelta(days=1),
                    total=Fraction(elapsed_days(slices[0].first, slices[-1].last) + 1))  # fmt: skip
    return Accrual(
        id=f"{rule.id}:{accrual.id}",
        rule=rule.id,
        clause=rule.clause,
        breach=accrual.breach,
        subject=accrual.id,
        debtor=accrual.debtor,
        creditor=accrual.creditor,
        slices=slices,
        exact=sum((part.exact for part in slices), Fraction(0)),
        gross=Money(whole(slices, precision(record, rule), run.cuts), record.contract.currency),
        rounding=precision(record, rule),
        cuts=run.cuts,
        head=rule.head,
        counted=line,
        running=done is None,
    )
