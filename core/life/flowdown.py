"""The flow-down table: each promise to the client beside what the third party promised, with the gaps between them."""

from collections.abc import Iterable

import msgspec

from core.charges import amount_of
from core.money import Money, integer
from core.periods import Period
from core.problems import Problem
from core.terms import Amount, Annex, Cap, Charge, Contract, Payment, Promise, Rule, Step

__all__ = ["Flow", "Side", "flow_down"]

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
"""Units that can be set against each other; working time cannot."""


class Side(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One side of a promise: its clause, target, clock and calendar, what its breach costs at most, the notice time."""

    clause: str = ""
    within: Period | None = None
    calendar: str | None = None
    hours: str | None = None
    charge: Charge | None = None
    limit: Money | None = None
    notice: Period | None = None


class Flow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One promise on both sides. `time` is what the third party has more than we have (negative: less), in `unit`s;
    `money` is what of our exposure its limit does not reach; `warnings` say where the chain is weaker upstream.
    """

    third: str
    to: str
    ours: Side
    theirs: Side
    time: int | None = None
    unit: str = ""
    money: Money | None = None
    warnings: tuple[Problem, ...] = ()


def flow_down(contract: Contract) -> tuple[Flow, ...]:
    """Every promise of every third party, in the order of the file."""
    return tuple(
        _flow(contract, key, promise)
        for key, third in contract.third_parties.items()
        for promise in (third.promises or ())
    )


def _flow(contract: Contract, key: str, promise: Promise) -> Flow:
    third = contract.third_parties[key]
    ours = _ours(contract, promise)
    limit = promise.limit or third.limit
    theirs = Side(
        clause=promise.clause or third.clause or "",
        within=promise.within,
        calendar=promise.calendar,
        hours=promise.hours,
        charge=promise.charge,
        limit=_money(contract, limit.to) if limit else None,
        notice=promise.notice,
    )
    time, unit = _gap(ours.within, theirs.within)
    money = None
    if theirs.limit is not None and ours.limit is not None:
        money = Money(max(0, ours.limit.minor - theirs.limit.minor), contract.currency)
    where = f"third_parties.{key}.promises.{promise.to}"
    return Flow(
        third=key,
        to=promise.to,
        ours=ours,
        theirs=theirs,
        time=time,
        unit=unit,
        money=money,
        warnings=tuple(_warnings(where, ours, theirs, time, money)),
    )


def _ours(contract: Contract, promise: Promise) -> Side:
    """What we promised the client under the same name: its time, and the rule and cap that stand behind it."""
    listed: tuple[Annex | Step | Payment, ...] = (*contract.annexes, *contract.steps, *contract.payments)
    owed = next((one for one in listed if one.id == promise.to), None)
    within: Period | None = None
    if isinstance(owed, Step):
        within = owed.within
    elif owed is not None and owed.due is not None:
        within = owed.due.period
    cap = next((one for one in contract.caps if one.id == promise.to), None)
    rule = next((one for one in contract.rules if one.id == promise.to), None) or _behind(contract, promise.to)
    clause = (owed.clause if owed else None) or (cap.clause if cap else None) or (rule.clause if rule else "")
    return Side(
        clause=clause or "",
        within=within,
        calendar=contract.counting.calendar,
        hours=contract.counting.hours,
        charge=rule.charge if rule else None,
        limit=_most(contract, rule, cap),
        notice=promise.our_notice or (_claim_time(rule) if rule else None),
    )


def _claim_time(rule: Rule) -> Period | None:
    """The time that the contract gives for claims under a rule."""
    return rule.claim.within.period if rule.claim else None


def _behind(contract: Contract, owed: str) -> Rule | None:
    """The rule that answers when the promise is not kept."""
    kinds = {
        "annex": {one.id for one in contract.annexes},
        "step": {one.id for one in contract.steps},
        "payment": {one.id for one in contract.payments},
    }
    kind = next((name for name, ids in kinds.items() if owed in ids), "")
    named = [rule for rule in contract.rules if rule.when.id == owed]
    return next(iter([*named, *(rule for rule in contract.rules if kind and rule.when.any == kind)]), None)


def _most(contract: Contract, rule: Rule | None, cap: Cap | None) -> Money | None:
    """The most that a breach of ours can cost: the cap named, else the rule's maximum, else the cap over its head."""
    if cap is not None:
        return _money(contract, cap.to.to)
    if rule is not None and rule.at_most is not None:
        return _money(contract, rule.at_most.to)
    above = [c for c in contract.caps if rule is not None and rule.head in (c.covers or ())]
    return _money(contract, above[0].to.to) if above else None


def _money(contract: Contract, amount: Amount) -> Money | None:
    exact = amount_of(amount, contract)
    return None if exact is None else Money(integer(exact, "down"), contract.currency)


def _gap(ours: Period | None, theirs: Period | None) -> tuple[int | None, str]:
    """Theirs less ours, in the finer of two clock units, or in a unit that both share."""
    if ours is None or theirs is None or len(ours.parts) > 1 or len(theirs.parts) > 1:
        return None, ""
    if ours.unit == theirs.unit:
        return theirs.n - ours.n, ours.unit
    if ours.unit not in _SECONDS or theirs.unit not in _SECONDS:
        return None, ""
    unit = min((ours.unit, theirs.unit), key=lambda one: _SECONDS[one])
    seconds = theirs.n * _SECONDS[theirs.unit] - ours.n * _SECONDS[ours.unit]
    return seconds // _SECONDS[unit], unit


def _warnings(where: str, ours: Side, theirs: Side, time: int | None, money: Money | None) -> Iterable[Problem]:
    if time is not None and time > 0:
        yield Problem("FLOWDOWN-TIME-01", where, {"ours": _said(ours.within), "theirs": _said(theirs.within)})
    if time is None and ours.within is not None and theirs.within is not None:
        yield Problem("FLOWDOWN-UNIT-01", where, {"ours": _said(ours.within), "theirs": _said(theirs.within)})
    if theirs.calendar is not None and theirs.calendar != ours.calendar:
        yield Problem("FLOWDOWN-CALENDAR-01", where, {"ours": ours.calendar, "theirs": theirs.calendar})
    if money is not None and money.minor:
        yield Problem("FLOWDOWN-MONEY-01", where, {"amount": money, "ours": ours.limit, "theirs": theirs.limit})
    shorter, unit = _gap(ours.notice, theirs.notice)
    if shorter is not None and shorter < 0:
        gap = _said(Period(-shorter, unit))
        args: dict[str, object] = {"ours": _said(ours.notice), "theirs": _said(theirs.notice), "gap": gap}
        yield Problem("FLOWDOWN-NOTICE-01", where, args)


def _said(period: Period | None) -> tuple[Period, ...]:
    """The parts of a period, each of which the catalogues can say; none where nothing is said."""
    return period.parts if period is not None else ()
