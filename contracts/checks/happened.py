"""Events: kinds, times, subjects, payers, and effects without their cause."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from contracts.checks.scope import EVENT_KIND, PARTY, Scope, before, day_of
from contracts.checks.times import last_day
from contracts.spoken import KIND_WORDS, kinds_by_language
from contracts.walk import Path
from core.events import SPANS, Event, gone
from core.money import parse_decimal
from core.problems import nearest
from core.terms import Contract, Payment

__all__ = ["happened"]

EVENT_SUBJECT = ("EVENT-SUBJECT-01", "EVENT-SUBJECT-02")
EVENT_REF = ("EVENT-REF-01", "EVENT-REF-02")

_FAULTS = ("intent", "gross negligence", "negligence")
MOST_KINDS = 30
"""Kinds of event that a message lists."""

LONG_AFTER = 5
"""Years after the end of the term that an event may still be dated in; four times as many where it renews itself."""

_NEEDS_AMOUNT = frozenset({"paid", "loss proven", "set off", "costs proven", "drawn", "refunded", "recovered"})
_CAUSES = {"accepted": "delivered", "rejected": "delivered", "ends": "starts"}
"""Kinds in core that nothing can be without an earlier one about the same thing."""


def happened(scope: Scope) -> None:
    seen: dict[str, int] = {}
    away = gone(scope.events)
    for i, event in enumerate(scope.events):
        path: Path = ("events", i)
        if event.id in seen:
            scope.wrong((*path, "id"), "EVENT-ID-01", text=event.id)
        seen.setdefault(event.id, i)
        _event(scope, path, event)
    for i, event in enumerate(scope.events):
        path = ("events", i)
        target = event.of if event.what == "withdrawn" else event.corrects
        scope.known((*path, "of" if event.what == "withdrawn" else "corrects"), EVENT_REF, target, seen)
        if target == event.id:
            scope.wrong((*path, "of" if event.what == "withdrawn" else "corrects"), "EVENT-SELF-01", text=target)
        if event.id not in away:
            _cause(scope, path, event, away)


def _event(scope: Scope, path: Path, event: Event) -> None:
    if event.what not in scope.kinds:
        _unknown_kind(scope, (*path, "what"), event.what)
        return
    own = scope.contract.event_kinds.get(event.what)
    lasts = event.what in SPANS or (own is not None and own.span)
    if lasts and event.from_ is None:
        scope.wrong((*path, "from"), "EVENT-TIME-02", what=_kind(scope, event.what))
    elif not lasts and event.at is None:
        scope.wrong((*path, "at"), "EVENT-TIME-01", what=_kind(scope, event.what))
    if event.from_ is not None and event.to is not None and before(event.to, event.from_):
        scope.wrong((*path, "to"), "EVENT-SPAN-01", first=event.from_, last=event.to)
    happened = event.from_ if lasts else event.at
    if event.recorded is not None and happened is not None and before(event.recorded, happened):
        scope.wrong((*path, "recorded"), "EVENT-ORDER-02", at=happened, recorded=event.recorded)
    if event.what in _NEEDS_AMOUNT and event.amount is None:
        scope.wrong((*path, "amount"), "EVENT-AMOUNT-02", what=_kind(scope, event.what))
    elif event.what in _NEEDS_AMOUNT and event.amount is not None and event.amount.minor <= 0:
        scope.wrong((*path, "amount"), "EVENT-AMOUNT-03", what=_kind(scope, event.what), amount=event.amount)
    if event.what == "paid":
        _payer(scope, path, event)
    if happened is not None:
        _within_life(scope, (*path, "from" if lasts else "at"), event.what, happened)
    if event.fault and event.fault not in _FAULTS and nearest(event.fault, _FAULTS):
        scope.wrong((*path, "fault"), "TERMS-WORD-02", text=event.fault, nearest=nearest(event.fault, _FAULTS))
    if event.what != "withdrawn":
        _subject(scope, path, event)
    if event.value is not None:
        _value(scope, (*path, "value"), event.what, event.value)


def _value(scope: Scope, path: Path, what: str, value: str) -> None:
    """What is read as a number or a share must be one, or the reading would stop at it."""
    contract = scope.contract
    numbers = {m.of for m in contract.measures if m.kind not in ("share of counts", "count")}
    numbers |= {"scored", *(one.used for one in contract.prepaid)}
    shares = {m.down for m in contract.measures}
    if what not in numbers | shares:
        return
    try:
        parse_decimal(value.removesuffix("%").rstrip() if what in shares else value)
    except ValueError:
        scope.wrong(path, "EVENT-VALUE-02" if what in shares else "EVENT-VALUE-01", text=value[:60])


def _unknown_kind(scope: Scope, path: Path, word: str) -> None:
    """A kind that nobody knows: the nearest in the author's script, else all that there are in the reader's."""
    known = kinds_by_language(scope.kinds, scope.contract.event_kinds)
    close = nearest(word, known["en"] if word.isascii() else [*known["zh-Hans"], *KIND_WORDS])
    if close:
        scope.wrong(path, EVENT_KIND[1], text=word, nearest=close)
    else:
        marks = {"en": ", ", "zh-Hans": "、"}
        more = ["…"] if len(known["en"]) > MOST_KINDS else []
        shown = {lang: marks[lang].join([*words[:MOST_KINDS], *more]) for lang, words in known.items()}
        scope.wrong(path, EVENT_KIND[0], text=word, known=shown)


def _kind(scope: Scope, kind: str) -> dict[str, str]:
    """A kind in the words of each language."""
    return {lang: words for lang, [words] in kinds_by_language([kind], scope.contract.event_kinds).items()}


def _label(scope: Scope, party: str) -> Mapping[str, str] | str:
    """What the contract calls a party."""
    return scope.contract.parties[party].label if party in scope.contract.parties else party


def _payer(scope: Scope, path: Path, event: Event) -> None:
    """A payment is not made by the one to whom it is owed."""
    item = scope.owed.get((event.of or "").partition("/")[0])
    if not isinstance(item, Payment) or event.by is None:
        return
    others = [key for key in scope.contract.parties if key != item.owed_by]
    creditor = item.owed_to or (others[0] if len(others) == 1 else None)
    if event.by == creditor:
        owes, is_owed = _label(scope, item.owed_by), _label(scope, event.by)
        scope.wrong((*path, "by"), "EVENT-PAYER-01", text=is_owed, payment=item.id, debtor=owes)


def _within_life(scope: Scope, path: Path, what: str, happened: date | datetime) -> None:
    """A day before the contract was signed, or years after its end, is most likely a slip of the year."""
    contract, day = scope.contract, day_of(happened)
    begins = [on for on in (contract.signed, contract.effective, contract.term and contract.term.from_) if on]
    late = timedelta(days=1 if isinstance(happened, datetime) and happened.tzinfo else 0)  # the zone may move it
    if contract.signed and what not in ("signed", "notified in writing") and day + late < min(begins):
        scope.wrong(path, "EVENT-DATE-01", at=happened, signed=contract.signed)
    last = last_day(contract)
    if last is not None and day > last + timedelta(days=366 * (LONG_AFTER if _ends(contract) else 4 * LONG_AFTER)):
        scope.wrong(path, "EVENT-DATE-02", at=happened, last=last)


def _subjects_of(scope: Scope, what: str) -> set[str]:
    """What an event of that kind can be about; empty where it can be about anything."""
    payments = {p.id for p in scope.contract.payments}
    tasks = {*scope.owed, *scope.duties} - payments
    rules = {r.id for r in scope.contract.rules}
    if what in ("delivered", "accepted", "rejected", "demanded"):
        return tasks
    if what in ("extended", "excused", "shared cause"):
        return tasks | payments
    if what in ("starts", "ends", "consents"):
        return {*scope.people, *(step.id for step in scope.contract.steps)}
    if what in ("paid", "invoiced"):
        return payments | rules if what == "paid" else payments
    if what in ("waived", "disputed", "claimed", "agreed", "settled", "set off"):
        return rules | payments
    return scope.measured if what == "scored" else set()


def _subject(scope: Scope, path: Path, event: Event) -> None:
    roles = {role for party in scope.contract.parties.values() for role in party.roles}
    scope.known((*path, "by"), PARTY, event.by, [*scope.people, *roles])
    of = event.of
    if of is None:
        return
    names = {
        *scope.owed,
        *scope.people,
        *scope.measured,
        *scope.contract.schedules,
        *(r.id for r in scope.contract.rules),
        *(c.id for c in scope.contract.caps),
        *(d.id for d in scope.contract.deposits),
        *(p.id for p in scope.contract.prepaid),
        *(a.id for a in scope.contract.amendments),
        *scope.duties,
        *(g.id for g in (scope.contract.ending.grounds if scope.contract.ending else ())),
        *(e.about for e in scope.events if e.about),
        *(e.id for e in scope.events),
    }
    if not any(part in names for part in (of, *of.replace("/", ":").split(":"))):
        scope.known((*path, "of"), EVENT_SUBJECT, of, sorted(_subjects_of(scope, event.what) or names))


def _cause(scope: Scope, path: Path, event: Event, away: frozenset[str]) -> None:
    """What cannot be without an earlier event: an acceptance without delivery, an end without its start."""
    own = scope.contract.event_kinds.get(event.what)
    cause = own.closes if own else _CAUSES.get(event.what)
    if cause is None or cause not in scope.kinds or event.at is None:
        return
    if event.what in _CAUSES and event.of is None:
        return
    about: Callable[[Event], bool] = (
        (lambda other: other.of == event.of and other.about == event.about)
        if event.what in _CAUSES
        else (lambda other: other.about == event.about)
    )
    causes = [e for e in scope.events if e.what == cause and e.id not in away and e.at is not None and about(e)]
    names = {"what": _kind(scope, event.what), "cause": _kind(scope, cause), "case": event.about or event.of or "–"}
    if not causes:
        scope.wrong((*path, "what"), "EVENT-PAIR-01", **names)
    elif all(other.at is not None and before(event.at, other.at) for other in causes):
        first = min((other.at for other in causes if other.at is not None), key=str)
        scope.wrong((*path, "at"), "EVENT-ORDER-01", **names, at=event.at, first=first)


def _ends(contract: Contract) -> bool:
    """Whether the term ends without more: no renewal, and no amendment of it."""
    renews = contract.renewal is not None and contract.renewal.tacit is not None
    return not renews and not any(key.startswith("term") for a in contract.amendments for key in a.set)
