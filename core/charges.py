"""What each breach costs: the rules that answer to it, each priced, rounded once and where the contract says."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import msgspec

from core.accounts import Account
from core.breaches import Breach, speaks_of
from core.measures import Figure
from core.measuring.readings import described, firing
from core.money import Money, integer
from core.pricing.accruals import Accrual, Limit, Slice, slice_of
from core.pricing.bases import Bases, Versions, amount_of, base_of, first_late
from core.pricing.ceilings import Ceilings
from core.pricing.curves import accrued
from core.pricing.discretion import fixed
from core.pricing.exchange import converted
from core.pricing.interest import runs_as_interest
from core.pricing.lateness import Timeline
from core.pricing.rounding import cuts_of, precision, whole
from core.pricing.slices import BY_SIZE, Slices
from core.problems import Problem
from core.record import Record
from core.terms import Rule

__all__ = [
    "BY_SIZE",
    "Accrual",
    "Slice",
    "Timeline",
    "accrued",
    "amount_of",
    "base_of",
    "charges",
    "slice_of",
]


def charges(
    record: Record, found: Iterable[Breach], debts: Mapping[str, Account], figures: Mapping[str, Figure]
) -> tuple[Accrual, ...]:
    """Every rule that answers to a breach, priced; breaches that no rule prices cost nothing here."""
    pricer = _Pricer(record, debts, figures)
    made: list[Accrual] = []
    answered = [(b, [rule for rule in pricer.rules_for(b) if pricer.answers(rule, b)]) for b in found]
    for breach, rules in answered:
        pricer.slices.counts_for(rules, breach)
    for breach, rules in answered:
        priced = pricer.together([a for rule in rules if (a := pricer.price(rule, breach)) is not None], breach)
        made.extend(_stacked(record, breach, priced))
    assert len({one.id for one in made}) == len(made), "two charges share an id"
    return tuple(made)


def _stacked(record: Record, breach: Breach, priced: list[Accrual]) -> list[Accrual]:
    """Where two rules of one debtor and head answer to one fact: all, or only the highest (KNOBS `stack`, asked)."""
    if len(priced) < 2:
        return priced
    fixed = {rule.id for rule in record.contract.rules if rule.bands_of == BY_SIZE}
    besides = [accrual for accrual in priced if accrual.rule in fixed]  # a fixed sum is due besides (KNOBS `one_off`)
    priced = [accrual for accrual in priced if accrual.rule not in fixed]
    heads = [(accrual.debtor, accrual.head) for accrual in priced]
    if len(set(heads)) == len(heads):
        return [*priced, *besides]
    how = record.ask("stack", breach.id, rules=[a.rule for a in priced])
    if how == "all":
        return [*priced, *besides]
    if how is None:
        return besides
    best: dict[tuple[str, str | None], Accrual] = {}
    for accrual in priced:
        kept = best.get((accrual.debtor, accrual.head))
        if kept is None or (how == "highest" and accrual.gross.minor > kept.gross.minor):
            best[accrual.debtor, accrual.head] = accrual
    return [*best.values(), *besides]


class _Pricer:
    """Prices one breach under one rule; what the contract leaves open is asked and not priced."""

    def __init__(self, record: Record, debts: Mapping[str, Account], figures: Mapping[str, Figure]) -> None:
        self.record = record
        self.figures = figures
        self.versions = Versions(record)
        bases = Bases(record, debts, figures)
        self.slices = Slices(record, debts, figures, self.versions, bases)
        self.ceilings = Ceilings(record, self.versions, bases)
        self._rules = {rule.id: rule for rule in record.contract.rules}
        self._fires: dict[str, frozenset[str]] = {}
        self._late: dict[str, list[int]] = {}
        for number, rule in enumerate(record.contract.rules):
            for key in {rule.when.any, rule.when.id} - {None}:
                self._late.setdefault(str(key), []).append(number)

    def rules_for(self, breach: Breach) -> Iterable[Rule]:
        """Rules that may answer to the breach, in the contract's order: for lateness those that name it, else all."""
        rules = self.record.contract.rules
        if breach.kind != "late":
            return rules
        keys = {breach.of_kind, "duty", breach.source, breach.subject}
        return (rules[number] for number in sorted({n for key in keys for n in self._late.get(key, ())}))

    def answers(self, rule: Rule, breach: Breach) -> bool:
        """Whether the rule's `when` describes this breach."""
        if breach.kind == "loss" and breach.source in self._rules:
            return rule.id == breach.source
        if breach.kind != "reading":
            return speaks_of(rule.when, breach)
        if rule.when.count:
            if rule.id not in self._fires:
                self._fires[rule.id] = firing(self.record, rule, self.figures)
            return breach.id in self._fires[rule.id]
        return described(self.record, rule, self.figures[breach.id])

    def price(self, rule: Rule, breach: Breach) -> Accrual | None:
        """What a breach costs under a rule as it stood when the breach began; its charge follows later amendments."""
        if self.record.versions:
            rule = self.versions.version(rule, self.versions.at_breach(rule, breach))
        subject = f"{rule.id}:{breach.subject}"
        set_ = fixed(self.record, rule, subject)
        if set_ is None:
            return None
        rule = set_
        slices, line, grace = self.slices.of(rule, breach)
        if self.record.contract.exchange:
            most = self.ceilings.before_converting(rule, breach)
            slices = converted(self.record, slices, first_late(breach), self._paid(subject), most) or ()
        if not slices:
            return None
        currency = self.record.contract.currency
        how, cuts = precision(self.record, rule), cuts_of(self.record, rule)
        exact = sum((part.exact for part in slices), Fraction(0))
        gross = Money(whole(slices, how, cuts), currency)
        if rule.minimum is not None and gross.minor < rule.minimum.minor:
            if self.record.counting.of("minimum") == "dropped below it":
                return None
            slices = (*slices, _raised(slices, rule.minimum, exact))
            exact, gross = Fraction(rule.minimum.minor), rule.minimum
        debtor = self._debtor(rule, breach)
        if not debtor:
            self.record.question(Problem("TERMS-OWEDBY-01", f"rules.{rule.id}.owed_by", {"rule": rule.id}))
            return None
        creditor = self._creditor(rule, breach, debtor)
        if not creditor:
            return None
        return Accrual(
            id=subject,
            rule=rule.id,
            clause=rule.clause,
            breach=breach.id,
            subject=breach.subject,
            debtor=debtor,
            creditor=creditor,
            slices=slices,
            exact=exact,
            gross=gross,
            rounding=how,
            cuts=cuts,
            head=breach.head or rule.head,
            fault=breach.fault,
            caused=breach.caused,
            recourse=rule.recourse,
            counted=line,
            grace=grace,
            maximum=self.ceilings.of(rule, breach, slices),
            running=breach.running,
            waived=breach.waived or self._waived(rule, breach),
        )

    def _paid(self, charge: str) -> list[tuple[date, int]]:
        """What was paid of a charge, by day."""
        facts = self.record.of("paid", charge)
        return [(fact.at.day, fact.event.amount.minor) for fact in facts if fact.event.amount]

    def together(self, priced: list[Accrual], breach: Breach) -> list[Accrual]:
        """Interest and charges on one debt under one ceiling, the interest first (KNOBS `rate_ceiling`)."""
        answering = {accrual.rule: self._rules[accrual.rule] for accrual in priced}
        rules = {id_: self.versions.version(r, self.versions.at_breach(r, breach)) for id_, r in answering.items()}
        held = next((r for a in priced if (r := rules[a.rule]).rate_at_most is not None), None)
        if held is None or self.record.counting.of("rate_ceiling") in {None, "on the rate"}:
            return priced
        slices, _, _ = self.slices.interest(held, breach, ceiling=True)
        left = whole(slices, precision(self.record, held), cuts_of(self.record, held))
        made = []
        for accrual in sorted(priced, key=lambda a: not runs_as_interest(rules[a.rule])):
            own = accrual.maximum.to.minor if accrual.maximum else accrual.gross.minor
            allowed = min(left, own, accrual.gross.minor)
            left -= allowed
            if allowed < accrual.gross.minor:
                limit = Limit(Money(allowed, self.record.contract.currency), "obligation")
                accrual = msgspec.structs.replace(accrual, maximum=limit)
            made.append(accrual)
        return made

    def _debtor(self, rule: Rule, breach: Breach) -> str:
        """Who owes: the rule's own debtor, and for one that names a role the person whose card it is."""
        if rule.owed_by in self.record.contract.parties:
            return rule.owed_by
        return breach.owed_by or rule.owed_by or ""

    def _creditor(self, rule: Rule, breach: Breach, debtor: str) -> str:
        """To whom: as the rule says, or as the duty did, of which it was asked there; else the debtor's other side."""
        if rule.owed_to is None and rule.owed_by is None and breach.kind == "late":
            return breach.owed_to
        return rule.owed_to or self.record.facing(debtor, f"rules.{rule.id}.owed_to")

    def _waived(self, rule: Rule, breach: Breach) -> bool:
        """A right given up: for this charge, for all of its kind to date, or for good (KNOBS `waiver_reach`)."""
        if any(fact.event.amount is None for fact in self.record.of("waived", f"{rule.id}:{breach.subject}")):
            return True
        if rule.head != "loss":  # the deposit instead of agreed damages (Civil Code 588)
            chosen = {f.event.of for f in self.record.of("chosen") if f.event.value == "deposit"}
            failed = {f.event.by for f in self.record.of("failed") if f.event.of in chosen}
            if self._debtor(rule, breach) in failed:
                return True
        reach = self.record.counting.of("waiver_reach")
        if reach in {None, "this breach"}:
            return False
        kinds = (f"{rule.id}:", f"{breach.id.partition(':')[0]}:")
        given = [
            fact
            for fact in self.record.of("waived")
            if fact.event.amount is None and (fact.event.of or "").startswith(kinds)
        ]
        return any(reach == "for good" or first_late(breach) <= fact.at.day for fact in given)


def _raised(slices: tuple[Slice, ...], minimum: Money, exact: Fraction) -> Slice:
    """What raises a small charge to its minimum, on its last day (KNOBS `minimum`)."""
    rest = minimum.minor - exact
    last = max(part.last for part in slices)
    return Slice(first=last, last=last, units=Fraction(1), exact=rest, price=Money(integer(rest), minimum.currency))
