"""What was paid ahead and what goes back: deposits, security, prepaid units."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from core.charges import Accrual, base_of
from core.money import Money, exponent, integer, parse_decimal
from core.periods import Period, add, elapsed_days
from core.problems import Problem
from core.rates import read_rate, series
from core.record import Fact, Record
from core.schedule import Done, Obligation
from core.terms import Deposit, Prepaid

__all__ = ["Ahead", "Refund", "Route", "ahead", "owed_back", "refunds", "top_ups"]

_MOST = Fraction(1, 5)
"""A deposit counts as one up to a fifth of the price; the rest is prepayment (Civil Code 586(2))."""


class Route(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the innocent party gets by one of two ways that exclude each other (Civil Code 588): "deposit" (twice the
    deposit, or keeping it) or "agreed damages". `back` is what it had paid, `top_up` the proven loss beyond.
    """

    way: str
    back: Money
    penalty: Money
    top_up: Money
    total: Money
    taken: bool = False


class Ahead(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Money given ahead: what was paid, how much of it is a deposit in law, what is prepayment, and what is held.

    `routes` stand once the purpose has failed by one party's breach. `short` is what security lacks after it was drawn
    on, to be filled up by `top_up_by`.
    """

    id: str
    kind: str
    payer: str
    holder: str
    paid: Money
    deposit: Money
    prepayment: Money
    held: Money
    failed_by: str | None = None
    share: Fraction | None = None
    routes: tuple[Route, ...] = ()
    short: Money | None = None
    top_up_by: date | None = None


class Refund(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What goes back of something prepaid that ended early: `paid` less what was `used` at its price, never below zero.

    `interest` runs on what is still to be paid back, from the day after the end to `until`.
    """

    id: str
    debtor: str
    creditor: str
    ended: date
    cause: str
    paid: Money
    count: Fraction
    price: Money | None = None
    used: Money
    refund: Money
    rate: Fraction | None = None
    days: int = 0
    interest: Money
    refunded: Money
    open: Money


def ahead(record: Record, owed: Iterable[Obligation], accruals: Sequence[Accrual]) -> tuple[Ahead, ...]:
    """Each deposit, advance and security of the contract, as it stands."""
    made = (_ahead(record, deposit, tuple(owed), accruals) for deposit in record.contract.deposits)
    return tuple(one for one in made if one is not None)


def _ahead(record: Record, term: Deposit, owed: tuple[Obligation, ...], accruals: Sequence[Accrual]) -> Ahead | None:
    currency = record.contract.currency
    holder = term.owed_to or record.facing(term.owed_by, f"deposits.{term.id}.owed_to")
    if not holder:
        return None
    paid, drawn, back = (_sum(record.of(what, term.id)) for what in ("paid", "drawn", "refunded"))
    deposit = 0
    if term.kind == "deposit":
        price = base_of(term.of, record.contract)
        most = integer(_MOST * price, "down") if price is not None and _chinese(record) else paid
        deposit = min(paid, most)
    held = max(0, paid - drawn - back)
    short = max(0, term.amount.minor - held) if drawn and term.kind == "security" else 0
    failed = next((f for f in record.of("failed", term.id) if f.event.fault != "force majeure"), None)
    failed = failed if term.kind == "deposit" else None
    share = _unperformed(failed) if failed else None
    by = failed.event.by if failed and failed.event.by else None
    return Ahead(
        id=term.id,
        kind=term.kind,
        payer=term.owed_by,
        holder=holder,
        paid=Money(paid, currency),
        deposit=Money(deposit, currency),
        prepayment=Money(paid - deposit if term.kind != "security" else 0, currency),
        held=Money(held, currency),
        failed_by=by,
        share=share,
        routes=_routes(record, term, holder, (paid, deposit), by, share, accruals) if by and share is not None else (),
        short=Money(short, currency) if short else None,
        top_up_by=next((o.due.day for o in owed if o.source == term.id and o.due and not o.done), None),
    )


def _chinese(record: Record) -> bool:
    return record.contract.law == "CN" or (record.contract.counting.preset or "").startswith("CN")


def _unperformed(fact: Fact) -> Fraction:
    """The share that was not performed: the event's `value` says how much was performed and accepted ("60%")."""
    value = fact.event.value
    return 1 - (read_rate(value) if value else Fraction(0))


def _routes(
    record: Record,
    term: Deposit,
    holder: str,
    sums: tuple[int, int],
    by: str,
    share: Fraction,
    accruals: Sequence[Accrual],
) -> tuple[Route, ...]:
    """Both ways as figures; which one is taken, a person records ("chosen")."""
    paid, deposit = sums
    penalty = integer(deposit * share)
    losses = [f for f in record.of("loss proven") if f.event.of == term.id or f.event.about == term.id]
    loss = sum(f.event.amount.minor for f in losses if f.event.amount)
    chosen = next((f.event.value for f in reversed(record.of("chosen", term.id))), None)
    # If the payer fails it loses the deposit, and has nothing of it back; the rest of what it paid is not touched.
    back = paid if by == holder else 0
    damages = sum(a.gross.minor for a in accruals if a.debtor == by and a.head != "loss" and (chosen or not a.waived))
    made = []
    for way, sum_ in (("deposit", penalty), ("agreed damages", damages)):
        if way == "agreed damages" and not damages:
            continue
        top_up = max(0, loss - sum_)
        amounts = (back, sum_, top_up, back + sum_ + top_up)
        money = [Money(minor, record.contract.currency) for minor in amounts]
        made.append(
            Route(way=way, back=money[0], penalty=money[1], top_up=money[2], total=money[3], taken=way == chosen)
        )
    return tuple(made)


def top_ups(record: Record) -> tuple[Obligation, ...]:
    """The duty to fill security up again, one for each draw on it; what is paid fills the earliest first."""
    made = []
    for term in record.contract.deposits:
        if term.kind != "security" or term.top_up is None:
            continue
        lacking = term.amount.minor
        for fact in record.of("drawn", term.id):
            lacking += _sum([fact])
            made.append(_top_up(record, term, term.top_up, fact, _reached(record, term, lacking)))
    return tuple(made)


def _reached(record: Record, term: Deposit, sum_: int) -> Fact | None:
    """The payment with which all that was paid comes to a sum."""
    got = 0
    for fact in record.of("paid", term.id):
        got += fact.event.amount.minor if fact.event.amount else 0
        if got >= sum_:
            return fact
    return None


def _top_up(record: Record, term: Deposit, within: Period, drawn: Fact, filled: Fact | None) -> Obligation:
    due = add(drawn.at.day, within, record.counting, record.calendar)
    if isinstance(due, Problem):
        record.question(msgspec.structs.replace(due, where=f"deposits.{term.id}.top_up"))
    day = max(filled.at.day, drawn.at.day) if filled else None
    return Obligation(
        id=f"{term.id}/{drawn.event.id}",
        kind="security",
        source=term.id,
        case=drawn.event.id,
        owed_by=term.owed_by,
        owed_to=term.owed_to or record.facing(term.owed_by, f"deposits.{term.id}.owed_to"),
        title=term.title,
        clause=term.clause,
        amount=drawn.event.amount,
        due=None if isinstance(due, Problem) else due,
        done=Done(day=day, how="paid", event=filled.event.id) if filled and day else None,
    )


def _sum(facts: Iterable[Fact]) -> int:
    return sum(fact.event.amount.minor for fact in facts if fact.event.amount)


def refunds(record: Record) -> tuple[Refund, ...]:
    """What goes back of each thing prepaid, once it has ended early."""
    made = []
    for term in record.contract.prepaid:
        ended = next(iter(record.of("ended early", term.id)), None)
        debtor = term.paid_to or (ended and record.facing(term.paid_by, f"prepaid.{term.id}.paid_to"))
        if ended is not None and debtor:
            made.append(_refund(record, term, ended, debtor))
    return tuple(made)


def _refund(record: Record, term: Prepaid, ended: Fact, debtor: str) -> Refund:
    currency = term.amount.currency
    cause = ended.event.by or debtor
    count = _used(record, term)
    price = _price(term, cause)
    used = _worth(term, count) if price is None else integer(price * count)
    owing = max(0, term.amount.minor - used)
    back = record.of("refunded", term.id)
    days, interest, rate = _interest(record, term, cause, ended.at.day, owing, back)
    refunded = _sum(back)
    return Refund(
        id=term.id,
        debtor=debtor,
        creditor=term.paid_by,
        ended=ended.at.day,
        cause=cause,
        paid=term.amount,
        count=count,
        price=Money(integer(price), currency) if price is not None else None,
        used=Money(used, currency),
        refund=Money(owing, currency),
        rate=rate,
        days=days,
        interest=Money(interest, currency),
        refunded=Money(refunded, currency),
        open=Money(max(0, owing + interest - refunded), currency),
    )


def _used(record: Record, term: Prepaid) -> Fraction:
    """How many units were used (or how much credit, as an amount): each event one, or what it says."""
    found = Fraction(0)
    for fact in record.of(term.used):
        if fact.event.of in {None, term.id}:
            if term.worth is not None and fact.event.amount is not None:
                found += Fraction(fact.event.amount.minor, 10 ** exponent(term.amount.currency))
            else:
                found += parse_decimal(fact.event.value) if fact.event.value else 1
    return found


def _price(term: Prepaid, cause: str) -> Fraction | None:
    """The price of one unit used, in minor units, by whose reason it ended; None for credit, which has no units."""
    if term.units is None:
        return None
    side = term.refund.get(cause)
    if side is not None and side.used_at == "list" and term.list_price is not None:
        return Fraction(term.list_price.minor)
    return Fraction(term.amount.minor, term.units)


def _worth(term: Prepaid, count: Fraction) -> int:
    """Credit used, at what was paid for it: its face value × paid ÷ worth."""
    face = count * 10 ** exponent(term.amount.currency)
    worth = term.worth.minor if term.worth else term.amount.minor
    return integer(face * term.amount.minor / worth)


def _interest(
    record: Record, term: Prepaid, cause: str, ended: date, owing: int, back: list[Fact]
) -> tuple[int, int, Fraction | None]:
    """Days, interest and rate on what is to go back, to the day on which it went back, or the record's day."""
    side = term.refund.get(cause)
    if side is None or side.interest is None or not owing:
        return 0, 0, None
    rate = _rate(record, term, side.interest, ended)
    basis = {"/360": 360}.get(record.ask("day_basis", f"prepaid.{term.id}") or "", 365)
    if rate is None or record.counting.of("day_basis") is None:
        return 0, 0, None
    until = back[-1].at.day if back and _sum(back) >= owing else record.as_of.day
    exact, day, open_ = Fraction(0), ended, owing
    for fact in [*back, None]:
        end = min(fact.at.day, until) if fact else until
        exact += Fraction(elapsed_days(day, end)) * rate * open_ / basis if end > day else 0
        if fact is not None and fact.event.amount is not None:
            day, open_ = max(day, end), max(0, open_ - fact.event.amount.minor)
    return elapsed_days(ended, until), integer(exact), rate


def _rate(record: Record, term: Prepaid, said: str, day: date) -> Fraction | None:
    """A rate of its own ("1.50%"), or a reference rate on the day of the end."""
    if said.endswith("%"):
        return read_rate(said)
    found = series(record.contract, record.rates, said, record.known_at.day if record.known_at else None)
    if isinstance(found, Problem):
        record.question(Problem(found.code, f"prepaid.{term.id}.refund", found.args))
        return None
    return found.on(day)


def owed_back(held: Iterable[Ahead], made: Iterable[Refund]) -> Iterator[tuple[str, str, Money]]:
    """What is still to go back, by who owes whom: refunds, and the deposit once its way is chosen.

    Agreed damages are a charge of their own; on that way only what was paid, and the loss beyond, go back. A deposit
    that its payer forfeits is kept, not owed.
    """
    for refund in made:
        if refund.open.minor:
            yield refund.debtor, refund.creditor, refund.open
    for one in held:
        for way in one.routes:
            failed_payer = one.failed_by == one.payer
            sums = [way.back.minor, way.top_up.minor]
            sums += [way.penalty.minor] if way.way == "deposit" and not failed_payer else []
            owing = sum(sums) - (one.paid.minor - one.held.minor)
            if way.taken and owing > 0:
                pair = (one.payer, one.holder) if failed_payer else (one.holder, one.payer)
                yield *pair, Money(owing, one.paid.currency)
