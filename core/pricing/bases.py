"""What a share is of: the contract's total, a price, a fee, what is payable or unpaid, or the loss, on a day."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from core.accounts import Account, without_tax
from core.breaches import Breach
from core.duties.parts import open_part
from core.measures import Figure
from core.measuring.readings import fee_base
from core.money import Money, integer
from core.pricing.discretion import is_range
from core.pricing.interest import payment_counts
from core.problems import Problem
from core.record import Moment, Record
from core.terms import Amount, Annex, Charge, Contract, Payment, Rule

__all__ = ["OF_THE_BREACH", "Bases", "Versions", "amount_of", "base_of", "first_late"]

OF_THE_BREACH = frozenset({"payable", "unpaid", "loss"})
"""Bases that differ from breach to breach; the others are the contract's."""


def amount_of(amount: Amount, contract: Contract) -> Fraction | None:
    """An amount in exact minor units under these terms; None where its base does not exist."""
    if isinstance(amount, Money):
        return Fraction(amount.minor)
    base = base_of(amount.of, contract)
    return None if base is None else amount.rate * base


def base_of(of: str, contract: Contract) -> int | None:
    """The base that a share is of, in minor units; None where it is the breach's own, or there is none."""
    if of == "total":
        return contract.total.minor if contract.total else None
    source, _, field = of.rpartition(".")
    terms: list[Annex | Payment] = [*contract.annexes, *contract.payments]
    thing = contract.third_parties.get(source) or next((t for t in terms if t.id == source), None)
    value = getattr(thing, field, None)
    return value.minor if isinstance(value, Money) else None


def first_late(breach: Breach) -> date:
    """The day on which a breach begins to count: the first late day, or the day of the loss, event or reading."""
    if breach.kind == "late":
        assert breach.due is not None
        assert breach.until is not None
        return min(breach.due + timedelta(days=1), max(breach.until, breach.due))
    assert breach.at is not None
    return breach.at


class Versions:
    """Which version of a rule governs a day of what a breach costs."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._rules: dict[tuple[str, ...], dict[str, Rule]] = {}

    def version(self, rule: Rule, ids: tuple[str, ...]) -> Rule:
        """The rule as the named amendments have it."""
        if ids not in self._rules:
            self._rules[ids] = {r.id: r for r in reversed(self.record.amended(ids).rules)}
        found = self._rules[ids][rule.id]
        if is_range(found) and not is_range(rule):
            return msgspec.structs.replace(found, charge=rule.charge)  # a sum once fixed within a range stays
        return found

    def governing(self, rule: Rule, breach: Breach, day: date) -> tuple[str, ...]:
        """The amendments that govern a day of what a breach costs under a rule."""
        loss = Moment(day, breach.instant) if breach.kind == "loss" else None
        return self.record.amendments_for(breach.due or day, day, loss, subject=f"{rule.id}:{breach.subject}")

    def at_breach(self, rule: Rule, breach: Breach) -> tuple[str, ...]:
        """The amendments that govern the day on which the breach began."""
        return self.governing(rule, breach, first_late(breach))


class Bases:
    """The base of a share for one breach, in minor units; what the contract leaves open is asked, and None."""

    def __init__(self, record: Record, debts: Mapping[str, Account], figures: Mapping[str, Figure]) -> None:
        self.record = record
        self.debts = debts
        self.figures = figures

    def of(self, charge: Charge, breach: Breach, day: date, ids: tuple[str, ...]) -> int | None:
        """What a share is of on a day, with or without the tax in it."""
        of = charge.of
        assert of is not None
        if of in OF_THE_BREACH:
            return self._net(self._of_the_breach(of, breach, day, payment_counts(self.record, charge)), of, breach)
        found = self._as_amended(of, breach, day, ids)
        part = open_part(self.record, breach.subject, day)
        return self._net(None if found is None else integer(found * part), of, breach)

    def _as_amended(self, of: str, breach: Breach, day: date, ids: tuple[str, ...]) -> int | None:
        """A base of the contract on a day; where an amendment changed it, KNOBS `base_at` says which one counts."""
        named = self._named(of, breach, ids)
        if not isinstance(named, str):
            return named
        due = breach.due or day
        now = base_of(named, self.record.amended(ids))
        if not self.record.versions:
            return now
        kept = {v.amendment.id for v in self.record.versions if v.applies == "everything"} - set(ids)
        at_breach, as_now = (
            base_of(named, self.record.amended(tuple(i for i in self.record.amendments_for(due, on) if i not in kept)))
            for on in (first_late(breach), self.record.as_of.day)
        )
        if not now == at_breach == as_now:
            how = self.record.ask("base_at", breach.subject, base=named)
            now = {"each day": now, "at breach": at_breach, "as now": as_now}.get(how or "")
        return now

    def at_breach(self, of: str, breach: Breach, ids: tuple[str, ...]) -> int | None:
        """What a share is of as it stood when the breach began, with or without the tax in it."""
        if of in OF_THE_BREACH:
            return self._net(self._of_the_breach(of, breach, first_late(breach)), of, breach)
        named = self._named(of, breach, ids)
        found = base_of(named, self.record.amended(ids)) if isinstance(named, str) else named
        return self._net(found, of, breach)

    def _net(self, found: int | None, of: str, breach: Breach) -> int | None:
        """A base with or without the tax in it (KNOBS `base_tax`); a loss has none."""
        if found is None or of == "loss":
            return found
        tax = self.record.contract.tax
        if of in {"payable", "unpaid"}:
            tax = next((p.tax for p in self.record.contract.payments if p.id == breach.source and p.tax), tax)
        return without_tax(self.record, found, tax, breach.subject)

    def _of_the_breach(self, of: str, breach: Breach, day: date, counts: bool = True) -> int | None:
        """What is payable, what of it is unpaid on a day, or the loss; None while its payments are undecided."""
        if of == "loss":
            return self._loss(breach)
        debt = self.debts.get(breach.subject)
        if of == "unpaid" and debt is not None:
            return None if debt.undecided else debt.open_on(day, payment_counts=counts)
        return self.payable(breach)

    def _named(self, of: str, breach: Breach, ids: tuple[str, ...]) -> str | int | None:
        """The path of a base: itself, or the one price that "the month's fee" means; a sum where it means several."""
        if not of.endswith(" fee"):
            return of
        named = fee_base(self.record, of, self.figures.get(breach.id), self.record.amended(ids).payments)
        return f"{named}.amount" if isinstance(named, str) else named

    def payable(self, breach: Breach) -> int:
        """The whole debt that is late, or what security lacks."""
        debt = self.debts.get(breach.subject)
        owed = debt.amount if debt else breach.amount if breach.kind == "late" else None
        return owed.minor if owed else 0

    def currency(self, of: str | None, breach: Breach) -> str:
        """The money in which a base stands: a loss may be in foreign money, all else is in the contract's."""
        losses = self._losses(breach) if of == "loss" else []
        return losses[0].currency if losses else self.record.contract.currency

    def _loss(self, breach: Breach) -> int | None:
        """The loss proven; None where losses of one case are in several currencies."""
        losses = self._losses(breach)
        if len({loss.currency for loss in losses}) > 1:
            self.record.question(Problem("FX-MIXED-01", breach.subject))
            return None
        return sum(loss.minor for loss in losses)

    def _losses(self, breach: Breach) -> list[Money]:
        """The amount of a loss itself, or of the losses proven about the same case."""
        if breach.kind == "loss":
            return [breach.amount] if breach.amount else []
        if breach.kind == "event" and breach.case and breach.subject != breach.case:
            return []  # the first event about the case has it
        facts = self.record.of("loss proven", breach.case) if breach.case else []
        facts = facts or self.record.of("loss proven", breach.subject)
        return [fact.event.amount for fact in facts if fact.event.amount]
