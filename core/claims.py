"""Where each charge stands between the parties: computed, notified, disputed, waived, lapsed, paid or set off, and what
is due now.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec

from core.accounts import Account
from core.charges import Accrual
from core.liability import Liability
from core.life.rights import Right
from core.measures import Figure
from core.measuring.readings import described
from core.money import Money
from core.periods import Due, add
from core.problems import Problem
from core.record import Fact, Record
from core.schedule import Obligation
from core.terms import ClaimTerm, Rule

__all__ = ["Balance", "Claim", "balances", "claim_rights", "claims"]

_STATES = ("notified", "claimed", "disputed", "agreed", "settled")
_MADE = ("claimed", "demanded", "set off", "paid", "agreed")
"""Events by which a charge has been claimed in time: saying so, taking it, getting it, having it admitted."""


class Claim(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A charge as a claim.

    `open` = payable − waived − paid − lapsed − returned, or what a settlement left − paid; `over` is what was paid
    beyond that. `due_now` leaves out the disputed part, which waits (KNOBS `dispute`), and all of it before `due`.
    `last` is the last day of a claim window. `settled` is the figure of an earlier statement, `difference` what the
    next one adds. A credit is `credited` on invoices, `refunded`, or lost.
    """

    id: str
    state: str
    since: date | None = None
    payable: Money
    waived: Money
    paid: Money
    disputed: Money
    open: Money
    due_now: Money
    due: date | None = None
    last: date | None = None
    lapsed: Money | None = None
    returned: Money | None = None
    settled: Money | None = None
    difference: Money | None = None
    credited: Money | None = None
    refunded: Money | None = None
    over: Money | None = None


class Balance(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What one party owes another from charges and recourse: in all, still open, and due now."""

    debtor: str
    creditor: str
    payable: Money
    open: Money
    due_now: Money


def claims(
    record: Record,
    accruals: Iterable[Accrual],
    owed: Mapping[str, Liability],
    debts: Mapping[str, Account],
    obligations: Iterable[Obligation] = (),
    figures: Mapping[str, Figure] | None = None,
) -> tuple[Claim, ...]:
    """One claim for each charge, with what a person recorded about it."""
    desk = _Desk(record, debts, tuple(obligations), figures or {})
    return tuple(desk.claim(accrual, owed[accrual.id].payable) for accrual in accruals)


def claim_rights(record: Record, accruals: Iterable[Accrual], figures: Mapping[str, Figure]) -> tuple[Right, ...]:
    """The claim windows that have opened, as rights that run out."""
    desk, made = _Desk(record, {}, (), figures), []
    for accrual in accruals:
        term = desk.term(accrual)
        opened = desk.opened(accrual, term) if term else None
        if term is None or opened is None:
            continue
        made.append(
            Right(
                id=f"claim:{accrual.id}",
                kind="claim",
                holder=accrual.creditor,
                opened=opened,
                lapses=due.day if (due := desk.window(accrual, term)) else None,
                due=due,
                why="RIGHT-CLAIM-01",
                args={"charge": accrual.id},
                clause=accrual.clause,
                used=next((fact.event.id for fact in desk.made(accrual)), None),
            )
        )
    return tuple(made)


class _Desk:
    """Looks at one charge after the other; invoices that take a credit are used up in that order."""

    def __init__(
        self,
        record: Record,
        debts: Mapping[str, Account],
        obligations: tuple[Obligation, ...],
        figures: Mapping[str, Figure],
    ) -> None:
        self.record, self.debts, self.figures = record, debts, figures
        self.to_waive: dict[str, int] = {}
        self.took: dict[str, int] = {}
        """What each event took off a debt: a set-off ends a charge only as far as there was something to set off."""
        for payment in (p for debt in debts.values() for p in debt.payments):
            took = 0 if payment.refused else payment.amount.minor - payment.over.minor
            self.took[payment.event] = self.took.get(payment.event, 0) + took
        self.rules = {rule.id: rule for rule in record.contract.rules}
        due = [o for o in obligations if o.kind == "payment" and o.due is not None and o.id in debts]
        self.invoices = sorted(due, key=lambda o: (o.due.day if o.due else date.max, o.id))
        self.left = {o.id: debts[o.id].open.minor for o in self.invoices}

    def claim(self, accrual: Accrual, payable: Money) -> Claim:
        currency = payable.currency
        payable, settled, difference = self._settled(accrual, payable)
        waived = sum(f.event.amount.minor for f in self.facts("waived", accrual) if f.event.amount)
        waived += self._waived_of_breach(accrual, payable.minor - waived)
        paid = _paid_first(accrual, self.debts) + sum(self._came_in(f) for f in self._payments(accrual))
        owed = payable.minor - min(waived, payable.minor)
        waived = min(waived, payable.minor)
        if accrual.waived:
            # who gives up what was paid before gives up the rest of it, and has nothing to pay back
            owed = min(accrual.gross.minor, self._paid_before_waiver(accrual))
            waived = accrual.gross.minor - owed
        owed = self._agreed(accrual, owed, paid, settled)
        owing = max(0, owed - paid)
        state, since, disputed = self._state(accrual, owing)
        if paid and (owing == 0 or state == "computed") and not (accrual.waived and waived):
            state = "paid in part" if owing else "paid"
        lapsed = self._lapsed(accrual, owing)
        returned = self._returned(accrual, owing - lapsed)
        state = "lapsed" if lapsed else "returned" if returned else state
        owing -= lapsed + returned
        credited, refunded, lost = self._credit(accrual, owing)
        lapsed, owing, disputed = lapsed + lost, owing - lost, min(disputed, owing - lost)
        due, term = self._due(accrual), self.term(accrual)
        return Claim(
            id=accrual.id,
            state=state,
            since=since,
            payable=payable,
            waived=Money(waived, currency),
            paid=Money(paid, currency),
            over=Money(paid - owed, currency) if paid > owed else None,
            disputed=Money(disputed, currency),
            open=Money(owing, currency),
            due_now=Money(self._now(owing, disputed, due), currency),
            due=due,
            last=self.last(accrual, term) if term else None,
            lapsed=Money(lapsed, currency) if lapsed else None,
            returned=Money(returned, currency) if returned else None,
            settled=settled,
            difference=difference,
            credited=Money(credited, currency) if credited else None,
            refunded=Money(refunded, currency) if refunded else None,
        )

    def _payments(self, accrual: Accrual) -> list[Fact]:
        return [fact for what in ("paid", "set off") for fact in self.facts(what, accrual)]

    def _came_in(self, fact: Fact) -> int:
        amount = fact.event.amount.minor if fact.event.amount else 0
        return min(amount, self.took.get(fact.event.id, amount))

    def _paid_before_waiver(self, accrual: Accrual) -> int:
        names = dict.fromkeys((accrual.id, accrual.breach, accrual.subject))
        given = [f.order for name in names for f in self.record.of("waived", name) if f.event.amount is None]
        return sum(self._came_in(f) for f in self._payments(accrual) if given and f.order < min(given))

    def _waived_of_breach(self, accrual: Accrual, left: int) -> int:
        """What was waived in part of the breach or of what was due, spread over its charges in their order."""
        names = [n for n in dict.fromkeys((accrual.breach, accrual.subject)) if n != accrual.id]
        taken = 0
        for event in (f.event for name in names for f in self.record.of("waived", name)):
            if event.amount is None:
                continue
            if event.of in self.debts:
                self.record.question(Problem("EVENT-WAIVED-01", f"events.{event.id}", {"of": event.of}))
                continue
            rest = self.to_waive.setdefault(event.id, event.amount.minor)
            part = max(0, min(rest, left - taken))
            self.to_waive[event.id] -= part
            taken += part
        return taken

    def _agreed(self, accrual: Accrual, owed: int, paid: int, settled: Money | None) -> int:
        """What a settlement left to pay: the sum it names; one that names none takes what was paid by then for all."""
        facts = sorted(self.facts("settled", accrual), key=lambda f: f.order)
        if not facts or accrual.waived or self.record.counting.of("settled_figures") == "restate":
            return owed
        if settled is not None:
            return min(owed, settled.minor)
        took = sum(self._came_in(f) for f in self._payments(accrual) if f.order < facts[-1].order)
        return min(owed, paid) if took else owed

    def facts(self, what: str, accrual: Accrual) -> list[Fact]:
        """What was recorded of a kind about a charge; that of a reading may be named by rule and window alone."""
        found = self.record.of(what, accrual.id)
        window = accrual.subject.partition("/")[2] if accrual.subject in self.figures else ""
        return [*found, *self.record.of(what, f"{accrual.rule}:{window}")] if window else found

    def _state(self, accrual: Accrual, owing: int) -> tuple[str, date | None, int]:
        """The last thing recorded about the claim; a dispute without an amount holds all of it, until it is agreed."""
        if accrual.waived:
            return "waived", None, 0
        facts = sorted((f for what in _STATES for f in self.facts(what, accrual)), key=lambda f: f.order)
        disputed, agreed, was = 0, 0, False
        for fact in facts:
            amount = fact.event.amount
            agreed += amount.minor if amount and fact.event.what == "agreed" else 0
            if fact.event.what == "disputed":
                disputed, was = amount.minor if amount else owing, True
            elif fact.event.what in ("agreed", "settled"):
                disputed = max(0, disputed - amount.minor) if amount and fact.event.what == "agreed" else 0
        if not facts:
            return "computed", None, 0
        last = facts[-1].event
        part = last.what == "agreed" and last.amount is not None and (disputed > 0 if was else agreed < owing)
        return "agreed in part" if part else last.what, facts[-1].at.day, min(owing, disputed)

    def _now(self, owing: int, disputed: int, due: date | None) -> int:
        """What can be asked for now (KNOBS `dispute`, `charge_due`)."""
        if self.record.counting.of("charge_due") != "on demand" and (due is None or due > self.record.as_of.day):
            return 0
        how = self.record.counting.of("dispute")
        if how == "pay first":
            return owing
        return 0 if how == "all waits" and disputed else owing - disputed

    def _due(self, accrual: Accrual) -> date | None:
        """The day on which a charge is payable (KNOBS `charge_due`); None before it is demanded or invoiced."""
        said = self.record.counting.of("charge_due") or "on demand"
        last = max(part.last for part in accrual.slices)
        if said == "as it accrues":
            return min(part.first for part in accrual.slices)
        if said == "next invoice":
            return next((o.due.day for o in self.invoices if o.due and o.due.day > last), None)
        demands = [f.at.day for what in ("demanded", "claimed") for f in self.facts(what, accrual)]
        if not demands:
            return None
        number = said.partition(" ")[0]
        return min(demands) + timedelta(days=int(number) if number.isdigit() else 0)

    # statements

    def _settled(self, accrual: Accrual, payable: Money) -> tuple[Money, Money | None, Money | None]:
        """A figure that a statement fixed, and what correcting it does (KNOBS `settled_figures`)."""
        facts = sorted(self.facts("settled", accrual), key=lambda f: f.order)
        fixed = [f.event.amount for f in facts if f.event.amount is not None]
        if not fixed or fixed[-1] == payable:
            return payable, fixed[-1] if fixed else None, None
        how = self.record.counting.of("settled_figures")
        if how == "stand":
            return fixed[-1], fixed[-1], None
        return (payable, payable, None) if how == "restate" else (payable, fixed[-1], payable - fixed[-1])

    # claim windows

    def term(self, accrual: Accrual) -> ClaimTerm | None:
        rule = self.rules.get(accrual.rule)
        return rule.claim if rule else None

    def made(self, accrual: Accrual) -> list[Fact]:
        """What claimed the charge, once there was one: nothing can be claimed before it was broken."""
        found = sorted((f for what in _MADE for f in self.facts(what, accrual)), key=lambda f: f.order)
        figure = self.figures.get(accrual.breach)
        since = min(part.first for part in accrual.slices)
        since = min(since, figure.first) if figure else since
        for fact in found:
            if fact.at.day < since:
                args = {"charge": accrual.id, "first": since}
                self.record.question(Problem("EVENT-CLAIM-01", f"events.{fact.event.id}", args))
        return [fact for fact in found if fact.at.day >= since]

    def opened(self, accrual: Accrual, term: ClaimTerm) -> date | None:
        """From which day the window runs: the event, the end of its period, knowledge or the invoice (`claim_from`)."""
        start = term.within.after or self.record.ask("claim_from", f"rules.{accrual.rule}.claim")
        figure = self.figures.get(accrual.breach)
        if start == "end of its period":
            return figure.last if figure else max(part.last for part in accrual.slices)
        if start == "event":
            days = [day for name in (figure.facts if figure else ()) if (day := self._day(name)) is not None]
            return max(days) if days else min(part.first for part in accrual.slices)
        if start == "knowledge":
            told = [*self.facts("notified", accrual), *self.record.of("notified", accrual.breach)]
            return min((f.at.day for f in told), default=None)
        if start == "invoice":
            first = figure.first if figure else min(part.first for part in accrual.slices)
            return next((f.at.day for f in self.record.of("invoiced") if f.at.day >= first), None)
        return None

    def _day(self, name: str) -> date | None:
        """The day of a fact that pulled a reading down."""
        return next((f.at.day for f in self.record.facts if name in (f.event.about, f.event.id)), None)

    def last(self, accrual: Accrual, term: ClaimTerm) -> date | None:
        due = self.window(accrual, term)
        return due.day if due else None

    def window(self, accrual: Accrual, term: ClaimTerm) -> Due | None:
        """When the window closes; None while it has not opened."""
        opened = self.opened(accrual, term)
        if opened is None:
            return None
        due = add(opened, term.within.period, self.record.counting, self.record.calendar)
        if isinstance(due, Problem):
            self.record.question(msgspec.structs.replace(due, where=f"rules.{accrual.rule}.claim"))
            return None
        return due

    def _lapsed(self, accrual: Accrual, owing: int) -> int:
        """What was not claimed in its window and is lost by that (KNOBS `unclaimed`)."""
        term = self.term(accrual)
        last = self.last(accrual, term) if term else None
        if term is None or last is None or self.record.as_of.day <= last:
            return 0
        if any(fact.at.day <= last for fact in self.made(accrual)):
            return 0
        how = term.otherwise or self.record.ask("unclaimed", f"rules.{accrual.rule}.claim")
        return owing if how == "lapses" else 0

    # credits

    def _returned(self, accrual: Accrual, owing: int) -> int:
        """A credit that good windows after it have earned back (KNOBS `earn_back`)."""
        rule, figure = self.rules.get(accrual.rule), self.figures.get(accrual.breach)
        if rule is None or figure is None or not rule.earned_back:
            return 0
        following = [
            other
            for other in self.figures.values()
            if other.measure == figure.measure and other.person == figure.person and other.first > figure.first
        ][: rule.earned_back]
        good = [other for other in following if other.complete and other.value is not None]
        if len(good) < rule.earned_back or any(self._bad(rule, other) for other in good):
            return 0
        return owing

    def _bad(self, rule: Rule, figure: Figure) -> bool:
        return described(self.record, rule, figure)

    def _credit(self, accrual: Accrual, owing: int) -> tuple[int, int, int]:
        """A credit of a reading: taken off later invoices, refunded, or lost with the last (KNOBS `credit_form`)."""
        payers = [o for o in self.invoices if (o.owed_by, o.owed_to) == (accrual.creditor, accrual.debtor)]
        if accrual.breach not in self.figures or not owing or not payers:
            return 0, 0, 0
        how = self.record.counting.of("credit_form")
        if how == "refund":
            return 0, owing, 0
        day = max(part.last for part in accrual.slices)
        rest = owing
        for invoice in payers:
            if invoice.due is not None and invoice.due.day > day and rest:
                taken = min(rest, self.left[invoice.id])
                self.left[invoice.id] -= taken
                rest -= taken
        return (owing - rest, 0, rest) if how == "next invoice" else (owing - rest, rest, 0)


def _paid_first(accrual: Accrual, debts: Mapping[str, Account]) -> int:
    """What part payments of a debt settled of its delay charge before the principal (Civil Code 561)."""
    debt = debts.get(accrual.subject)
    return sum(p.to[accrual.rule].minor for p in debt.payments if accrual.rule in p.to) if debt else 0


def balances(
    accruals: Iterable[Accrual], made: Iterable[Claim], recourses: Iterable[tuple[str, str, Money]], currency: str
) -> tuple[Balance, ...]:
    """Sum charges and recourse by who owes whom, in the order in which the pairs first appear."""
    sums: dict[tuple[str, str], list[int]] = {}
    for accrual, claim in zip(accruals, made, strict=True):
        row = sums.setdefault((accrual.debtor, accrual.creditor), [0, 0, 0])
        for i, money in enumerate((claim.payable, claim.open, claim.due_now)):
            row[i] += money.minor
    for debtor, creditor, amount in recourses:
        row = sums.setdefault((debtor, creditor), [0, 0, 0])
        for i in range(3):
            row[i] += amount.minor
    return tuple(
        Balance(debtor=d, creditor=c, payable=Money(p, currency), open=Money(o, currency), due_now=Money(n, currency))
        for (d, c), (p, o, n) in sums.items()
    )
