"""What a debtor has to pay of each charge: the rule's own maximum, the third party's limit, the caps, and recourse.

Each limit is a cut of a curve, the amount accrued by the end of a day in whole minor units. Because curves are
cumulative
and whole, cents add up however windows cut them, and what a cap holds back is dated.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from core.charges import Accrual, accrued, amount_of, days_of
from core.money import Money, integer
from core.problems import Problem
from core.record import Moment, Record
from core.schedule import Window, windows
from core.terms import Cap, Ceiling, Contract, ThirdParty

__all__ = ["CapUse", "Liability", "Recourse", "Reduction", "Use", "liability", "split"]

Curve = Callable[[date], int]
"""Minor units accrued by the end of a day; never falls."""

_ALWAYS = (date(1, 1, 2), date(9999, 12, 30))


class Reduction(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What one limit takes off a charge. `kind`: "maximum" (the rule's own), "excess" (borne by another by
    agreement), "cap".

    `by` names the rule, third party or cap; `full` is the last day that was still paid in full.
    """

    kind: str
    by: str
    clause: str = ""
    window: str = ""
    amount: Money
    full: date | None = None


class Liability(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What is payable of one charge after every limit; the rest is in `reductions`, nothing is lost on the way."""

    charge: str
    gross: Money
    reductions: tuple[Reduction, ...] = ()
    payable: Money


class Use(msgspec.Struct, frozen=True, gc=False):
    """What one charge uses of a limit."""

    charge: str
    amount: Money


class CapUse(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A limit in one window: how much it allows, what used it up, what is left, what lies beyond, and the last day
    paid in full.
    """

    cap: str
    clause: str
    window: str
    first: date | None = None
    last: date | None = None
    limits: str
    limit: Money
    used: Money
    headroom: Money
    beyond: Money
    full: date | None = None
    uses: tuple[Use, ...] = ()


class Recourse(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What the debtor of a charge may claim back from the third party that caused it: never more than it must pay
    itself.

    `loss` splits into `within` the third party's limit (`left` of `limit` at that moment) and `excess`, borne in
    `shares`.
    """

    id: str
    charge: str
    debtor: str
    creditor: str
    loss: Money
    limit: Money | None = None
    left: Money | None = None
    within: Money
    excess: Money
    shares: dict[str, Money] = {}
    amount: Money
    own: Money


class _Line(msgspec.Struct):
    """A charge on its way through the limits: its curve narrows, its reductions grow.

    The curve is 0 before `first` and stands still from `last` on.
    """

    accrual: Accrual
    curve: Curve
    first: date
    last: date
    reductions: list[Reduction]


class _Cut(msgspec.Struct, frozen=True):
    """What a limit left of each charge in one window: in full through `full`, `extra[i]` more on the next day, then
    nothing. `lines` are those that accrue in the window at all.
    """

    first: date
    last: date
    full: date
    lines: tuple[_Line, ...]
    extra: tuple[int, ...]
    limit: int
    used: int
    total: int


def liability(
    record: Record, accruals: Sequence[Accrual]
) -> tuple[tuple[Liability, ...], tuple[CapUse, ...], tuple[Recourse, ...]]:
    """Inner limits first (KNOBS `nesting`): the rule's maximum, the third party's limit and its excess, then the
    caps.
    """
    day, currency = record.as_of.day, record.contract.currency
    lines = [_line(record, a) for a in accruals if not a.waived]
    uses = [*_maxima(record, lines), *_third_parties(record, lines)]
    shared = {use[0].charge: use for use in uses if isinstance(use, tuple)}
    ledger = [use for use in uses if isinstance(use, CapUse)]
    for cap in record.contract.caps:
        ledger.extend(_capped(record, cap, lines))
    kept = {line.accrual.id: line for line in lines}
    made = []
    for accrual in accruals:
        line = kept.get(accrual.id)
        payable = line.curve(day) if line else 0
        made.append(
            Liability(
                charge=accrual.id,
                gross=accrual.gross,
                reductions=tuple(line.reductions) if line else (),
                payable=Money(payable, currency),
            )
        )
    payables = {m.charge: m.payable.minor for m in made}
    recourses = tuple(_recourse(partial, owes, payables[partial.charge], currency) for partial, owes in shared.values())
    return tuple(made), tuple(ledger), recourses


def _line(record: Record, accrual: Accrual) -> _Line:
    """The charge by day, before any limit."""
    first, last = days_of(accrual.slices)
    return _Line(accrual, accrued(accrual, record.calendar, record.zone), first, last, [])


# the rule's own maximum


def _maxima(record: Record, lines: list[_Line]) -> list[CapUse]:
    """Cut each charge by its rule's maximum: each obligation on its own, or all charges of the rule together."""
    together: dict[str, list[_Line]] = {}
    for line in lines:
        maximum = line.accrual.maximum
        if maximum is None:
            continue
        if maximum.per == "obligation":
            _alone(record, line)
        else:
            together.setdefault(line.accrual.rule, []).append(line)
    uses: list[CapUse] = []
    for rule, group in together.items():
        limit = group[0].accrual.maximum
        assert limit is not None
        for window in _spans(record, limit.per):
            cut = _allocate(group, window, limit.to.minor)
            uses.append(
                _apply(
                    record,
                    cut,
                    window,
                    kind="maximum",
                    by=rule,
                    clause=group[0].accrual.clause,
                    limits=group[0].accrual.debtor,
                )
            )
    return [use for use in uses if use.used.minor or use.beyond.minor]


def _alone(record: Record, line: _Line) -> None:
    accrual, calendar, zone = line.accrual, record.calendar, record.zone
    assert accrual.maximum is not None
    to, covers = accrual.maximum.to.minor, accrual.maximum.covers
    inner = line.curve
    if covers and "plus" not in covers:
        running = accrued(accrual, calendar, zone, plus=False)
        plus = accrued(accrual, calendar, zone, running=False)

        def curve(day: date) -> int:
            return min(running(day), to) + plus(day)
    elif inner(line.last) <= to:
        return
    else:

        def curve(day: date) -> int:
            return min(inner(day), to)

    over = inner(record.as_of.day) - curve(record.as_of.day)
    if over:
        line.reductions.append(
            Reduction(
                kind="maximum",
                by=accrual.rule,
                clause=accrual.clause,
                amount=Money(over, accrual.gross.currency),
                full=_last_full(inner, curve, accrual.slices[0].first, min(line.last, record.as_of.day)),
            )
        )
    line.curve = curve


def _last_full(inner: Curve, outer: Curve, first: date, last: date) -> date:
    """The last day on which a limit had held nothing back; by bisection, because curves never fall."""
    low, high = first - timedelta(days=1), last
    while (high - low).days > 1:
        middle = low + (high - low) // 2
        low, high = (middle, high) if inner(middle) == outer(middle) else (low, middle)
    return high if inner(high) == outer(high) else low


# caps


def _capped(record: Record, cap: Cap, lines: list[_Line]) -> list[CapUse]:
    """Cut what a cap covers, window by window; what it excepts neither is cut nor uses it up."""
    where = f"caps.{cap.id}"
    if cap.covers is None:
        record.question(Problem("ASK-KNOB-01", f"{where}.covers", {"knob": "covers"}))
        return []
    group = [line for line in lines if _covered(cap, line.accrual)]
    if cap.to.per is None:
        record.question(Problem("ASK-KNOB-01", f"{where}.to", {"knob": "cap_year"}))
        return []
    uses = []
    for window in _spans(record, cap.to.per):
        limits = _limits(record, cap, window)
        if cap.order == "pro rata":
            touching = _touching(group, window)
            curves, ids = [line.curve for line in touching], [line.accrual.id for line in touching]
            shares, used, total = _pro_rata(curves, ids, window, limits[-1][1], record.as_of.day)
            uses.append(_apply_rata(record, touching, shares, window, cap, limits[-1][1], used, total))
            continue
        use = _first_come(record, cap, group, window, limits)
        if use.beyond.minor and cap.order is None:
            record.question(Problem("ASK-KNOB-01", f"{where}.order", {"knob": "order"}))
        uses.append(use)
    return [use for use in uses if use.first is None or use.first <= record.as_of.day]


def _first_come(
    record: Record, cap: Cap, group: list[_Line], window: Window, limits: list[tuple[date, int]]
) -> CapUse:
    """One window of a cap; where it was amended on the way, each stretch has the new limit less what was used before:
    what was used stays used and nothing is paid back (`cap_change`).
    """
    made: list[CapUse] = []
    spent = 0
    for number, (first, limit) in enumerate(limits):
        after = limits[number + 1][0] if number + 1 < len(limits) else window.after
        cut = _allocate(group, Window(window.id, first, after), max(0, limit - spent))
        made.append(_apply(record, cut, window, kind="cap", by=cap.id, clause=cap.clause, limits=cap.limits))
        spent += cut.used
    if len(made) == 1:
        return made[0]
    return _joined(made, limits[-1][1], spent)


def _joined(made: list[CapUse], limit: int, spent: int) -> CapUse:
    """The stretches of one window as one line of the ledger, under the limit that holds at its end."""
    currency = made[0].limit.currency
    uses: dict[str, int] = {}
    for use in (use for stretch in made for use in stretch.uses):
        uses[use.charge] = uses.get(use.charge, 0) + use.amount.minor
    return msgspec.structs.replace(
        made[-1],
        first=made[0].first,
        limit=Money(limit, currency),
        used=Money(spent, currency),
        headroom=Money(max(0, limit - spent), currency),
        beyond=Money(sum(stretch.beyond.minor for stretch in made), currency),
        full=next((stretch.full for stretch in made if stretch.full), None),
        uses=tuple(Use(charge, Money(minor, currency)) for charge, minor in uses.items()),
    )


def _covered(cap: Cap, accrual: Accrual) -> bool:
    outside = {accrual.head, accrual.fault} & set(cap.except_)
    return accrual.debtor == cap.limits and accrual.head in (cap.covers or ()) and not outside


def _spans(record: Record, per: str) -> tuple[Window, ...]:
    """The windows of a limit: "all" is one that never ends; those after the term go on as long as days accrue."""
    if per in {"all", "term", "obligation"}:
        return (Window("", *_ALWAYS),)
    found = windows(record, per, whole_life=True)
    if not found:
        record.question(Problem("TERMS-TERM-01", "term", {"per": per}))
        return ()
    return found


def _limits(record: Record, cap: Cap, window: Window) -> list[tuple[date, int]]:
    """The cap's amount from each day of the window on: an amended cap is the new limit less what was used
    (`cap_change`).
    """
    changes = {v.effective.day for v in record.versions if v.applies != "everything"}
    made: list[tuple[date, int]] = []
    for day in [window.first, *sorted(d for d in changes if window.first < d < window.after)]:
        terms = record.terms(day, day, Moment(day, None))
        now = next(c for c in terms.caps if c.id == cap.id)
        exact = amount_of(now.to.to, terms)
        if exact is None:
            record.question(Problem("TERMS-BASE-01", f"caps.{cap.id}.to", {}))
            exact = Fraction(0)
        limit = integer(exact, "down")
        if not made or made[-1][1] != limit:
            made.append((day, limit))
    return made


def _touching(group: list[_Line], window: Window) -> list[_Line]:
    """The charges that accrue in a window; the others neither use its limit nor are cut by it."""
    return [line for line in group if line.first < window.after and line.last >= window.first]


def _allocate(group: list[_Line], window: Window, limit: int) -> _Cut:
    """First come, first served by days; on the day on which it runs out pro rata, cents by largest remainder, then by
    id.
    """
    before = window.first - timedelta(days=1)
    last = window.after - timedelta(days=1)
    lines = _touching(group, window)
    start = sum(line.curve(before) for line in lines)
    total = sum(line.curve(last) for line in lines) - start
    if total <= limit:
        return _Cut(window.first, last, last, tuple(lines), tuple(0 for _ in lines), limit, total, total)
    full, rest = _last_day_within(lines, limit + start, before, last)
    following = full + timedelta(days=1)
    next_day = [line.curve(following) - line.curve(full) for line in lines]
    extra = split(rest, next_day, [line.accrual.id for line in lines])
    return _Cut(window.first, last, full, tuple(lines), tuple(extra), limit, limit, total)


def _last_day_within(lines: list[_Line], limit: int, low: date, high: date) -> tuple[date, int]:
    """The last day on which the curves together are within `limit`, and what is left of it then.

    By bisection; a curve that stands still between the two days is added once and not asked again.
    """
    moving, still = lines, 0
    while (high - low).days > 1:
        middle = low + (high - low) // 2
        sum_ = still + sum(line.curve(middle) for line in moving)
        if sum_ <= limit:
            low = middle
        else:
            high = middle
        still += sum(line.curve(low) for line in moving if line.last <= low)
        moving = [line for line in moving if line.last > low and line.first <= high]
    return low, limit - still - sum(line.curve(low) for line in moving)


def split(amount: int, weights: Sequence[int], ids: Sequence[str]) -> list[int]:
    """Split whole minor units in proportion: largest remainder first, then by id (KNOBS `remainder`)."""
    total = sum(weights)
    if not total:
        return [0 for _ in weights]
    shares = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), ids[i]))
    for i in order[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def _apply(record: Record, cut: _Cut, window: Window, *, kind: str, by: str, clause: str, limits: str) -> CapUse:
    """Narrow the curves to what one window's cut leaves, and note it in the ledger."""
    currency, day = record.contract.currency, record.as_of.day
    bites = cut.total > cut.used
    uses = []
    for line, extra in zip(cut.lines, cut.extra, strict=True):
        inner = line.curve
        before, whole = inner(cut.first - timedelta(days=1)), inner(min(day, cut.last))
        kept = whole - before
        if bites:
            line.curve = _narrowed(inner, cut, extra)
            kept = line.curve(min(day, cut.last)) - before
            if whole - before > kept:
                amount = Money(whole - before - kept, currency)
                line.reductions.append(
                    Reduction(kind=kind, by=by, clause=clause, window=window.id, amount=amount, full=cut.full)
                )
        if kept:
            uses.append(Use(line.accrual.id, Money(kept, currency)))
    whole_life = window.id == ""
    return CapUse(
        cap=by,
        clause=clause,
        window=window.id,
        first=None if whole_life else window.first,
        last=None if whole_life else cut.last,
        limits=limits,
        limit=Money(cut.limit, currency),
        used=Money(cut.used, currency),
        headroom=Money(max(0, cut.limit - cut.used), currency),
        beyond=Money(cut.total - cut.used, currency),
        full=cut.full if bites else None,
        uses=tuple(uses),
    )


def _narrowed(inner: Curve, cut: _Cut, extra: int) -> Curve:
    lost_from = cut.full + timedelta(days=1)
    at_full = inner(cut.full)
    lost = inner(cut.last) - at_full - extra
    if not lost:
        return inner

    def curve(day: date) -> int:
        if day < lost_from:
            return inner(day)
        return at_full + extra if day <= cut.last else inner(day) - lost

    return curve


def _pro_rata(
    curves: list[Curve], ids: list[str], window: Window, limit: int, as_of: date
) -> tuple[list[int], int, int]:
    """Share a window's limit among all its charges in proportion to what each accrued in it (provisional until it
    closes).
    """
    before, last = window.first - timedelta(days=1), min(window.after - timedelta(days=1), as_of)
    amounts = [max(0, curve(last) - curve(before)) for curve in curves]
    total = sum(amounts)
    shares = amounts if total <= limit else split(limit, amounts, ids)
    return shares, sum(shares), total


def _apply_rata(
    record: Record, group: list[_Line], shares: list[int], window: Window, cap: Cap, limit: int, used: int, total: int
) -> CapUse:
    currency = record.contract.currency
    before, last = window.first - timedelta(days=1), window.after - timedelta(days=1)
    uses = []
    for line, share in zip(group, shares, strict=True):
        amount = max(0, line.curve(min(last, record.as_of.day)) - line.curve(before))
        if share < amount:
            line.curve = _scaled(line.curve, before, last, share, amount)
            off = Money(amount - share, currency)
            line.reductions.append(Reduction(kind="cap", by=cap.id, clause=cap.clause, window=window.id, amount=off))
        if share:
            uses.append(Use(line.accrual.id, Money(share, currency)))
    whole_life = window.id == ""
    return CapUse(
        cap=cap.id,
        clause=cap.clause,
        window=window.id,
        first=None if whole_life else window.first,
        last=None if whole_life else last,
        limits=cap.limits,
        limit=Money(limit, currency),
        used=Money(used, currency),
        headroom=Money(max(0, limit - used), currency),
        beyond=Money(total - used, currency),
        uses=tuple(uses),
    )


def _scaled(inner: Curve, before: date, last: date, share: int, amount: int) -> Curve:
    def curve(day: date) -> int:
        if day <= before:
            return inner(day)
        inside = inner(min(day, last)) - inner(before)
        return inner(before) + min(share, inside * share // amount) + (inner(day) - inner(last) if day > last else 0)

    return curve


# third parties


def _third_parties(record: Record, lines: list[_Line]) -> list[CapUse | tuple[Recourse, int]]:
    """Losses in the order in which they fell, each against what is left of the limit that holds on its day."""
    made: list[CapUse | tuple[Recourse, int]] = []
    by_party: dict[str, list[_Line]] = {}
    fell = {fact.event.about or fact.event.id: fact.at for fact in reversed(record.of("loss proven"))}
    for line in lines:
        if line.accrual.recourse or (line.accrual.caused or "") in record.contract.third_parties:
            by_party.setdefault(line.accrual.recourse or line.accrual.caused or "", []).append(line)
    for party, group in by_party.items():
        used = 0
        uses: list[Use] = []
        limit: int | None = None
        for line in sorted(group, key=lambda line: (line.accrual.slices[0].first, line.accrual.id)):
            day = line.accrual.slices[0].first
            amended = record.terms(day, day, fell.get(line.accrual.subject, Moment(day, None)))
            terms = amended.third_parties[party]
            free = bool({line.accrual.head, line.accrual.fault} & set(terms.limit_except))
            limit = None if free else _limit(terms, amended)
            loss = line.curve(record.as_of.day)
            left = loss if limit is None else max(0, limit - used)
            within = min(loss, left)
            used += 0 if free else within
            made.append((_split(record, line, terms, party, loss, limit, left, within), within))
            if not free and within:
                uses.append(Use(line.accrual.id, Money(within, line.accrual.gross.currency)))
        if uses and limit is not None:
            made.append(_party_use(record, party, limit, used, uses))
    return made


def _party_use(record: Record, party: str, limit: int, used: int, uses: list[Use]) -> CapUse:
    currency = record.contract.currency
    return CapUse(
        cap=party,
        clause=record.contract.third_parties[party].clause or "",
        window="",
        limits=party,
        limit=Money(limit, currency),
        used=Money(used, currency),
        headroom=Money(max(0, limit - used), currency),
        beyond=Money(0, currency),
        uses=tuple(uses),
    )


def _limit(terms: ThirdParty, amended: Contract) -> int | None:
    ceiling: Ceiling | None = terms.limit
    if ceiling is None:
        return None
    exact = amount_of(ceiling.to, amended)
    return None if exact is None else integer(exact, "down")


def _split(
    record: Record, line: _Line, terms: ThirdParty, party: str, loss: int, limit: int | None, left: int, within: int
) -> Recourse:
    """Within the limit the debtor answers and has recourse; the excess is borne as agreed, else all by who engaged it
    (593).
    """
    accrual, currency = line.accrual, line.accrual.gross.currency
    excess = loss - within
    shares: dict[str, int] = {}
    if terms.excess and excess:
        names = sorted(terms.excess)
        scale = 1
        for share in terms.excess.values():
            scale = scale * share.denominator
        weights = [int(terms.excess[name] * scale) for name in names]
        shares = dict(zip(names, split(excess, weights, names), strict=True))
        borne = sum(amount for name, amount in shares.items() if name != accrual.debtor)
        if borne:
            line.curve = _less(line.curve, loss, loss - borne)
            line.reductions.append(
                Reduction(kind="excess", by=party, clause=terms.clause or "", amount=Money(borne, currency))
            )
    return Recourse(
        id=f"recourse:{accrual.id}",
        charge=accrual.id,
        debtor=party,
        creditor=accrual.debtor,
        loss=Money(loss, currency),
        limit=None if limit is None else Money(limit, currency),
        left=None if limit is None else Money(left, currency),
        within=Money(within, currency),
        excess=Money(excess, currency),
        shares={n: Money(a, currency) for n, a in shares.items()},
        amount=Money(0, currency),
        own=Money(0, currency),
    )


def _less(inner: Curve, whole: int, kept: int) -> Curve:
    return lambda day: inner(day) * kept // whole if whole else 0


def _recourse(partial: Recourse, within: int, payable: int, currency: str) -> Recourse:
    """Recourse is never more than the debtor must pay itself (KNOBS `recourse_base`)."""
    amount = min(within, payable)
    return msgspec.structs.replace(partial, amount=Money(amount, currency), own=Money(payable - amount, currency))
