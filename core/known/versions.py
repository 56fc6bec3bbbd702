"""Amendments in force: from which moment, and what they apply to."""

from datetime import date, datetime
from typing import NamedTuple

from core.amending import follows
from core.known.moments import Fact, Moment, not_after, order_of
from core.periods import Counting
from core.problems import Problem
from core.terms import Amendment, Contract, find

__all__ = ["Version", "versions_of"]


class Version(NamedTuple):
    """An amendment in force from `effective`, and what it applies to."""

    amendment: Amendment
    effective: Moment
    applies: str


_APPLIES = {
    "days from then on": "days",
    "what falls due from then on": "due",
    "losses from then on": "losses",
    "everything unsettled": "everything",
}
"""How the setting `applies` is said, and its short form in an amendment."""


def versions_of(
    contract: Contract,
    facts: list[Fact],
    as_of: Moment,
    known: Moment | None,
    questions: list[Problem],
    counting: Counting,
) -> tuple[Version, ...]:
    """The amendments known and in force, in the order in which they take effect.

    One that reaches back over everything does so from its own day on: asked about a day before, nothing has changed.
    """
    versions: list[Version] = []
    for amendment in contract.amendments:
        recorded = amendment.recorded or amendment.agreed
        if known is not None and (recorded.date() if isinstance(recorded, datetime) else recorded) > known.day:
            continue
        effective = _effective(contract, amendment, facts, counting)
        if effective is None:
            continue
        applies = amendment.applies or _APPLIES.get(counting.of("applies") or "")
        if applies is None:
            questions.append(
                Problem("ASK-APPLIES-01", f"amendments.{amendment.id}.applies", {"amendment": amendment.id})
            )
            continue
        if applies == "everything" and (amendment.agreed > as_of.day or not not_after(effective, as_of)):
            continue
        where = f"amendments.{amendment.id}.set"
        wrong = [path for path in amendment.set if not _leads(contract, path)]
        questions.extend(Problem("TERMS-PATH-01", where, {"path": path}) for path in wrong)
        fixed = [p for p, value in amendment.set.items() if p not in wrong and not follows(contract, p, value)]
        questions.extend(Problem("TERMS-AMEND-02", where, {"path": path}) for path in fixed)
        wrong += fixed
        if not wrong:
            versions.append(Version(amendment, effective, applies))
    return tuple(sorted(versions, key=lambda v: (v.effective.day, v.amendment.agreed, v.amendment.id)))


def _leads(contract: Contract, path: str) -> bool:
    try:
        find(contract, path)
    except LookupError:
        return False
    return True


def _effective(contract: Contract, amendment: Amendment, facts: list[Fact], counting: Counting) -> Moment | None:
    """A stated day, or the arrival of the last notice and consent that it (or the third party's limit) asks for.

    A limit whose clause asks for nothing is moved by both, or by notice alone (KNOBS `limit_raise`). One that states
    nothing begins with its last signature, or with the arrival of a consent (KNOBS `effective`).
    """
    how, limit_raise = counting.of("effective"), counting.of("limit_raise")
    if how == "last signature":
        return Moment(amendment.agreed, None)
    if isinstance(amendment.effective, date):
        return Moment(amendment.effective, None)
    if how == "when a consent arrives" and not amendment.effective:
        consents = [f.at for f in facts if f.event.what == "consents" and f.event.of == amendment.id]
        return consents[-1] if consents else None
    wanted = [amendment.effective] if amendment.effective else []
    for path in amendment.set:
        head, _, rest = path.partition(".")
        if head == "third_parties" and rest.endswith(".limit"):
            third = rest.removesuffix(".limit")
            both = ("notified in writing", f"{third} consents")
            usage = both[:1] if limit_raise == "notice" else both if limit_raise else ()
            wanted.extend(contract.third_parties[third].raised_if or (() if amendment.effective else usage))
    moments = [_arrived(word, amendment.id, facts) for word in dict.fromkeys(wanted)]
    if None in moments:
        return None
    if not moments:
        return Moment(amendment.agreed, None)
    return max((m for m in moments if m), key=order_of)


def _arrived(word: str, amendment: str, facts: list[Fact]) -> Moment | None:
    """When "notified in writing", or "fieldtech consents", arrived for this amendment."""
    who, _, act = word.rpartition(" ")
    for fact in facts:
        event = fact.event
        if event.of == amendment and (event.what == word or (event.what == act and event.by == who)):
            return fact.at
    return None
