"""What a debtor has to pay of each charge: the rule's own maximum, the third party's limit, the caps, and recourse.

Each limit is a cut of a curve (`core.pricing.curves`); caps stand in `core.limits.caps`, third parties in
`core.limits.recourse`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from core.breaches import Breach
from core.charges import Accrual, accrued
from core.duties.excuses import share_of
from core.limits.caps import CapUse, Fee, Ladder, Use, fees
from core.limits.causes import Shared, set_against, worst_of
from core.limits.faults import GRAVE, Faults, Said
from core.limits.recourse import Against, Recourse, against_third_parties, recourse_of
from core.money import Money, integer
from core.periods import months_on
from core.pricing.curves import ALWAYS, Curve, Line, Reduction, allocate, narrow, narrowed, scaled, split
from core.problems import Problem
from core.record import Record
from core.schedule import Window, windows

__all__ = ["Beside", "CapUse", "Fee", "Liability", "Recourse", "Reduction", "Use", "fees", "liability", "split"]


class Beside(msgspec.Struct, frozen=True):
    """What would be payable if something were otherwise: never altering the figure, printed next to it.

    `about`: "fault found" or "fault not found" (the other way for a fault that was alleged or established), "506" (what
    Civil Code 506 lets no cap limit left uncapped), "joint" (what each of several joint debtors may be asked for).
    """

    about: str
    payable: Money


class Liability(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is payable of one charge after every limit; the rest is in `reductions`, nothing is lost on the way."""

    charge: str
    gross: Money
    reductions: tuple[Reduction, ...] = ()
    payable: Money
    beside: tuple[Beside, ...] = ()


Owing = tuple[tuple[Liability, ...], tuple[CapUse, ...], tuple[Recourse, ...]]


def liability(
    record: Record,
    accruals: Sequence[Accrual],
    fees: Sequence[Fee] = (),
    shared: Sequence[Shared] = (),
    breaches: Iterable[Breach] = (),
) -> Owing:
    """Inner limits first (KNOBS `nesting`): the rule's maximum, the third party's limit and its excess, then the
    caps. Beside them, what other findings of fault would give.
    """
    behind = {breach.id: breach for breach in breaches}
    faults = Faults(record, behind)
    owing, ledger, recourses = _limited(record, accruals, fees, faults, shared)
    payable = {one.charge: one.payable for one in owing}
    beside: dict[str, list[Beside]] = {}
    for accrual in accruals:
        state = faults.state(accrual)
        if state is not None and _matters(record, accrual, faults):
            turned = Faults(record, behind, frozenset({accrual.id}))
            other, _, _ = _limited(record, accruals, fees, turned, shared)
            found = "fault found" if state in {"fault alleged", "fault not found"} else "fault not found"
            amount = next(one.payable for one in other if one.charge == accrual.id)
            beside.setdefault(accrual.id, []).append(Beside(found, amount))
    if record.chinese and any(GRAVE & {a.head, faults.of(a)} for a in accruals):
        for one in _limited(record, accruals, fees, faults, shared, lawful=True)[0]:
            if one.payable.minor > payable[one.charge].minor:
                beside.setdefault(one.charge, []).append(Beside("506", one.payable))
    made = [msgspec.structs.replace(one, beside=(*one.beside, *beside.get(one.charge, ()))) for one in owing]
    return tuple(made), ledger, recourses


def _matters(record: Record, accrual: Accrual, faults: Faults) -> bool:
    """Whether a limit asks for the degree of fault that was alleged or established."""
    degrees = faults.degrees(accrual)
    limits = [*(cap.except_ for cap in record.contract.caps)]
    limits += [third.limit_except for third in record.contract.third_parties.values()]
    return any(degrees & set(names) for names in limits)


def _limited(
    record: Record,
    accruals: Sequence[Accrual],
    fees: Sequence[Fee],
    faults: Faults,
    shared: Sequence[Shared],
    *,
    lawful: bool = False,
) -> Owing:
    """One walk through all limits."""
    day, currency = record.as_of.day, record.contract.currency
    lines = [_line(record, a) for a in accruals if not a.waived]
    after_cap = record.counting.of("own_share") == "after the cap"
    left = {} if after_cap else _own_shares(record, lines, faults.said.found)
    ladder = Ladder(record, faults, fees, lawful=lawful)
    outer_first = record.counting.of("nesting") == "outer first"
    caps = _climbed(record, ladder, lines, left) if outer_first else []
    maxima = _maxima(record, lines)
    worst_of(record, lines, faults.said.found)
    set_against(record, lines, shared)
    against = against_third_parties(record, lines, faults.of)
    if not outer_first:
        caps = _climbed(record, ladder, lines, left)
    if after_cap:
        _own_shares(record, lines, faults.said.found)
    kept = {line.accrual.id: line for line in lines}
    made = tuple(_liability(accrual, kept.get(accrual.id), day, currency) for accrual in accruals)
    payables = {m.charge: m.payable.minor for m in made}
    recourses = tuple(recourse_of(record, part, payables[part.charge]) for one in against for part, _ in one.parts)
    third = [use for one in against if (use := _party_use(record, one)) is not None]
    return made, (*maxima, *third, *caps), recourses


def _climbed(record: Record, ladder: Ladder, lines: Sequence[Line], left: Mapping[str, Fraction]) -> list[CapUse]:
    """The caps of each debtor in turn, in the order of the rules that they owe by: of a loss that two sources cover,
    the second owes, before its own caps, what the first leaves (KNOBS `double_cover`). What the creditor bears by its
    own fault is no part of that loss: `left` is the share that remains, by charge.
    """
    rank = {rule.id: number for number, rule in enumerate(record.contract.rules)}
    debtors = [line.accrual.debtor for line in sorted(lines, key=lambda one: rank.get(one.accrual.rule, len(rank)))]
    once = record.counting.of("double_cover") != "each in full"
    ledger: list[CapUse] = []
    covered: dict[tuple[str, str], int] = {}
    for debtor in dict.fromkeys([*debtors, *(cap.limits for cap in record.contract.caps)]):
        mine = [line for line in lines if line.accrual.debtor == debtor]
        losses = [line for line in mine if once and _loss_of(line.accrual)]
        for line in losses:
            loss = integer(left.get(line.accrual.id, Fraction(1)) * _loss_of(line.accrual))
            _cover_once(record, line, loss, covered.get((line.accrual.breach, line.accrual.creditor), 0))
        ledger.extend(ladder.climb(mine, debtor))
        for line in losses:
            key = line.accrual.breach, line.accrual.creditor
            covered[key] = covered.get(key, 0) + line.curve(record.as_of.day)
    order = {cap.id: number for number, cap in enumerate(record.contract.caps)}
    return sorted(ledger, key=lambda use: order[use.cap])


def _loss_of(accrual: Accrual) -> Fraction:
    """The proven loss that a charge makes good, in the contract's minor units; 0 where it makes good none."""
    return next((part.exact for part in accrual.slices if part.of == "loss"), Fraction(0)) / (accrual.share or 1)


def _cover_once(record: Record, line: Line, loss: int, covered: int) -> None:
    """What others already owe for the same loss is not owed again."""
    left = max(0, loss - covered)
    if covered:
        curve = _at_most(line.curve, left)
        narrow(line, curve, record.as_of.day, kind="double cover", by=line.accrual.breach, clause=line.accrual.clause)


def _liability(accrual: Accrual, line: Line | None, day: date, currency: str) -> Liability:
    payable = Money(line.curve(day) if line else 0, currency)
    return Liability(
        charge=accrual.id,
        gross=accrual.gross,
        reductions=tuple(line.reductions) if line else (),
        payable=payable,
        beside=(Beside("joint", payable),) if accrual.jointly else (),
    )


def _line(record: Record, accrual: Accrual) -> Line:
    """The charge by day, before any limit; one debtor's share ends in that share's whole cents."""
    first = min(part.first for part in accrual.slices)
    last = max(part.last for part in accrual.slices)
    curve = accrued(accrual, record.calendar, record.zone)
    if accrual.share is not None:
        curve = _at_most(curve, accrual.gross.minor)
    return Line(accrual, curve, first, last, [])


def _own_shares(record: Record, lines: Sequence[Line], found: Mapping[str, Breach]) -> dict[str, Fraction]:
    """The creditor's own share in the fault lessens damages (Civil Code 592(2), 591; KNOBS `own_share`): what share is
    left of each charge that it lessens.
    """
    said = Said(record, ("own fault found",), found)
    left: dict[str, Fraction] = {}
    for line in lines:
        for fact in said.of(line.accrual)[-1:]:
            share = share_of(fact.event.value or "")
            if share is None:
                where = f"events.{fact.event.id}.value"
                record.question(Problem("EVENT-SHARE-01", where, {"text": fact.event.value}))
            else:
                left[line.accrual.id] = 1 - share
                curve = scaled(line.curve, 1 - share)
                narrow(line, curve, record.as_of.day, kind="own share", by=fact.event.id, clause="")
    return left


# the rule's own maximum


def _maxima(record: Record, lines: Sequence[Line]) -> list[CapUse]:
    """Cut each charge by its rule's maximum: each obligation on its own, or all charges of the rule together."""
    together: dict[str, list[Line]] = {}
    for line in lines:
        maximum = line.accrual.maximum
        if maximum is None:
            continue
        if maximum.per == "obligation":
            _alone(record, line)
        else:
            together.setdefault(line.accrual.rule, []).append(line)
    uses: list[CapUse] = []
    for rule, whole in together.items():
        limit = whole[0].accrual.maximum
        assert limit is not None
        group = whole if not limit.covers or "plus" in limit.covers else [_without_plus(record, line) for line in whole]
        if limit.per.startswith("rolling "):
            _looking_back(record, rule, group, limit.to.minor, int(limit.per.split()[1]))
        else:
            made = [_together(record, rule, group, window, limit.to.minor) for window in _spans(record, limit.per)]
            uses.extend(_carried(record, rule, group, made) if limit.carries else made)
        for line, running in zip(whole, group, strict=True):
            if line is not running:
                line.last = max(line.last, running.last)
                line.curve = _sum(running.curve, _lesser(_plus_of(record, line.accrual), line.curve))
    return [use for use in uses if use.used.minor or use.beyond.minor]


def _looking_back(record: Record, rule: str, group: Sequence[Line], limit: int, months: int) -> None:
    """A maximum for any so many months: each charge, in the order of its day, has what those of the months up to that
    day have left (this one in).
    """
    paid: list[tuple[date, int]] = []
    for line in sorted(group, key=lambda one: (one.last, one.accrual.id)):
        end, inner = line.last, line.curve
        used = sum(amount for day, amount in paid if months_on(end, -months) < day)
        kept = max(0, min(inner(end), limit - used))
        narrow(line, _at_most(inner, kept), record.as_of.day, kind="maximum", by=rule, clause=line.accrual.clause)
        paid.append((end, kept))


def _at_most(inner: Curve, most: int) -> Curve:
    return lambda day: min(inner(day), most)


def _spans(record: Record, per: str) -> tuple[Window, ...]:
    """The windows of a maximum: "all" is one that never ends; those after the term go on as long as days accrue."""
    if per in {"all", "term", "obligation"}:
        return (ALWAYS,)
    found = windows(record, per, whole_life=True)
    if not found:
        record.question(Problem("TERMS-TERM-01", "term", {"per": per}))
    return found


def _together(record: Record, rule: str, group: Sequence[Line], window: Window, limit: int) -> CapUse:
    """One maximum for all charges of a rule in a window."""
    currency, day, clause = record.contract.currency, record.as_of.day, group[0].accrual.clause
    cut = allocate(group, window, limit, remainder=record.counting.of("remainder"))
    uses = []
    for line, extra in zip(cut.lines, cut.extra, strict=True):
        curve = narrowed(line.curve, cut, extra)
        narrow(line, curve, day, kind="maximum", by=rule, clause=clause, window=window.id, full=cut.full)
        used = curve(cut.last) - curve(cut.first - _DAY)
        if used:
            uses.append(Use(line.accrual.id, Money(used, currency), clause))
    whole_life = window.first == ALWAYS.first
    return CapUse(
        cap=rule,
        clause=clause,
        window=window.id,
        first=None if whole_life else window.first,
        last=None if whole_life else cut.last,
        limits=group[0].accrual.debtor,
        limit=Money(limit, currency),
        used=Money(cut.used, currency),
        headroom=Money(limit - cut.used, currency),
        beyond=Money(cut.total - cut.used, currency),
        full=cut.full if cut.total > cut.used else None,
        uses=tuple(uses),
    )


def _carried(record: Record, rule: str, group: Sequence[Line], made: Sequence[CapUse]) -> list[CapUse]:
    """What exceeded the maximum in one window is paid at the end of later ones that have room, the oldest first."""
    kept: list[CapUse] = []
    waiting: list[tuple[Line, str]] = []
    for use in made:
        last = use.last or date.max
        room = use.headroom.minor if last <= record.as_of.day else 0
        for line, window in waiting:
            over = _over(line, rule, window)
            if over is not None and room:
                part = min(room, over.amount.minor)
                room -= part
                _give_back(line, over, part, last)
                use = _with(use, line.accrual, part)
                kept = [_less(one, part) if one.window == window else one for one in kept]
        kept.append(use)
        waiting += [(line, use.window) for line in group if _over(line, rule, use.window)]
    return kept


def _over(line: Line, rule: str, window: str) -> Reduction | None:
    """What the rule's maximum still holds back of a charge for one window."""
    return next((r for r in line.reductions if (r.kind, r.by, r.window) == ("maximum", rule, window)), None)


def _give_back(line: Line, over: Reduction, part: int, day: date) -> None:
    inner = line.curve
    line.curve = lambda at: inner(at) + (part if at >= day else 0)
    line.last = max(line.last, day)
    place, left = line.reductions.index(over), over.amount.minor - part
    rest = [msgspec.structs.replace(over, amount=Money(left, over.amount.currency))] if left else []
    line.reductions[place : place + 1] = rest


def _with(use: CapUse, accrual: Accrual, part: int) -> CapUse:
    currency = use.limit.currency
    used, room = Money(use.used.minor + part, currency), Money(use.headroom.minor - part, currency)
    uses = (*use.uses, Use(accrual.id, Money(part, currency), accrual.clause))
    return msgspec.structs.replace(use, used=used, headroom=room, uses=uses)


def _less(use: CapUse, part: int) -> CapUse:
    return msgspec.structs.replace(use, beyond=Money(use.beyond.minor - part, use.beyond.currency))


_DAY = date.resolution


def _plus_of(record: Record, accrual: Accrual) -> Curve:
    return accrued(accrual, record.calendar, record.zone, running=False)


def _without_plus(record: Record, line: Line) -> Line:
    """The running part of a charge as a line of its own, which shares the reductions of the whole."""
    plus, inner = _plus_of(record, line.accrual), line.curve
    return Line(line.accrual, lambda day: max(0, inner(day) - plus(day)), line.first, line.last, line.reductions)


def _lesser(one: Curve, other: Curve) -> Curve:
    return lambda day: min(one(day), other(day))


def _sum(one: Curve, other: Curve) -> Curve:
    return lambda day: one(day) + other(day)


def _alone(record: Record, line: Line) -> None:
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

    narrow(line, curve, record.as_of.day, kind="maximum", by=accrual.rule, clause=accrual.clause)


# third parties


def _party_use(record: Record, against: Against) -> CapUse | None:
    """A third party's limit in the ledger."""
    uses = [(part.charge, within) for part, within in against.parts if within]
    if not uses or against.limit is None:
        return None
    currency, limit = record.contract.currency, against.limit
    clause = record.contract.third_parties[against.party].clause or ""
    return CapUse(
        cap=against.party,
        clause=clause,
        window="",
        limits=against.party,
        limit=Money(limit, currency),
        used=Money(against.used, currency),
        headroom=Money(max(0, limit - against.used), currency),
        beyond=Money(0, currency),
        uses=tuple(Use(charge, Money(minor, currency), clause) for charge, minor in uses),
    )
