"""What stands beside a figure and never alters it: what the other side will say, by law, and which proof is missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import msgspec

from core.accounts import Account
from core.breaches import Breach
from core.charges import Accrual, base_of
from core.money import Money, integer
from core.periods import elapsed_days
from core.pricing.interest import is_interest
from core.problems import Problem
from core.rates import Series, series
from core.record import Record
from core.schedule import Obligation
from core.terms import Party, Rule

__all__ = ["YARDSTICKS", "Beside", "Yardstick", "beside"]

_LPR = "CN-LPR-1Y"


class Yardstick(msgspec.Struct, frozen=True):
    """A number that the law gives: since when, where it stands, and how sure that is ("official", "secondary")."""

    value: Fraction
    source: str
    since: date
    confidence: str


YARDSTICKS: dict[str, Yardstick] = {
    # Agreed damages above so many times the proven loss may be cut on request.
    "excess": Yardstick(Fraction(13, 10), "法释〔2023〕13号 art. 65; Civil Code 585(2)", date(2023, 12, 5), "official"),
    # A late payment to a small or medium enterprise, a day, if nothing is agreed.
    "daily": Yardstick(Fraction(5, 10000), "保障中小企业款项支付条例 art. 17", date(2025, 6, 1), "official"),
    # Days within which a large enterprise pays a small or medium one.
    "longest": Yardstick(Fraction(60), "保障中小企业款项支付条例 art. 9", date(2025, 6, 1), "official"),
    # By how much a court raises the LPR where no rate is agreed: from the first to the second.
    "raised from": Yardstick(Fraction(13, 10), "买卖合同司法解释 art. 18(4)", date(2021, 1, 1), "official"),
    "raised to": Yardstick(Fraction(3, 2), "买卖合同司法解释 art. 18(4)", date(2021, 1, 1), "official"),
}
"""What figures are measured by under Chinese law. A correction changes what stands beside a figure, never a figure."""


_UNPROVEN = {"loss": "BESIDE-PROOF-03", "event": "BESIDE-PROOF-05"}
"""What has no document yet, by the kind of breach: a loss, something that happened; else what ended the delay."""


class Beside(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One remark on a charge, or on a breach that no rule prices: a code and its arguments; the words are elsewhere.

    `source` is where the law says so, `confidence` how sure that is.
    """

    about: str
    code: str
    args: dict[str, Any] = {}
    source: str = ""
    confidence: str = ""


def beside(
    record: Record,
    obligations: Iterable[Obligation],
    found: Iterable[Breach],
    accruals: Sequence[Accrual],
    debts: Mapping[str, Account],
) -> tuple[Beside, ...]:
    """Remarks by law profile, charge by charge, then those on breaches and payments."""
    return tuple(_Beside(record, obligations, found, accruals, debts).all())


class _Beside:
    def __init__(
        self,
        record: Record,
        obligations: Iterable[Obligation],
        found: Iterable[Breach],
        accruals: Sequence[Accrual],
        debts: Mapping[str, Account],
    ) -> None:
        self.record = record
        self.owed = {o.id: o for o in obligations}
        self.breaches = {b.id: b for b in found}
        self.accruals = accruals
        self.debts = debts
        self.rules = {rule.id: rule for rule in record.contract.rules}
        self.events = {fact.event.id: fact.event for fact in record.facts}
        self.table: Series | Problem | None = None
        preset = record.contract.counting.preset or ""
        self.chinese = record.contract.law == "CN" or (record.contract.law is None and preset.startswith("CN"))

    def all(self) -> Iterator[Beside]:
        for accrual in self.accruals:
            rule = self.rules.get(accrual.rule)
            if accrual.waived or rule is None:
                continue
            yield from self._yearly(accrual)
            if self.chinese:
                yield from self._against_loss(accrual, rule)
                yield from self._floor(accrual, rule)
            yield from self._proof(accrual)
        yield from self._ranges()
        if self.chinese:
            yield from self._nothing_agreed()
            yield from self._too_long()
        yield from self._given_up()

    def _ranges(self) -> Iterator[Beside]:
        """Between what a charge lies that the party entitled has not fixed yet."""
        for charge, rule in self.record.open.items():
            price = rule.charge
            assert price is not None
            base = base_of(price.of or "", self.record.contract)
            least: Any = price.amount or price.rate
            most: Any = price.most or price.most_rate
            if price.rate is not None and price.most_rate is not None and base is not None:
                currency = self.record.contract.currency
                least, most = (Money(integer(rate * base), currency) for rate in (price.rate, price.most_rate))
            yield Beside(about=charge, code="BESIDE-RANGE-01", args={"charge": charge, "least": least, "most": most})

    # what the other side will say

    def _yearly(self, accrual: Accrual) -> Iterator[Beside]:
        """A rate for a day as a rate for a year: what readers of the figure compare first."""
        daily = {p.rate for p in accrual.slices if p.rate and p.per == 1 and p.unit == "day" and p.from_ is not None}
        for rate in sorted(daily):
            yield Beside(about=accrual.id, code="BESIDE-YEAR-01", args={"rate": rate, "yearly": rate * 365})

    def _against_loss(self, accrual: Accrual, rule: Rule) -> Iterator[Beside]:
        """Agreed damages against 1.3 times the proven loss (Civil Code 585(2)); never for losses and price."""
        if rule.when.state == "loss" or accrual.head in {"loss", "payment"} or is_interest(rule.charge):
            return
        facts = {
            f.event.id: f for of in (accrual.subject, accrual.id, rule.id) for f in self.record.of("loss proven", of)
        }
        loss = sum(f.event.amount.minor for f in facts.values() if f.event.amount)
        if not facts:
            yield Beside(about=accrual.id, code="BESIDE-LOSS-03", args={"by": accrual.debtor})
            return
        measure = YARDSTICKS["excess"]
        line = Fraction(loss) * measure.value
        args = {"agreed": accrual.gross, "loss": self._money(loss), "line": self._money(integer(line))}
        over = accrual.gross.minor > line
        if over and accrual.fault == "intent":
            yield _by_law(accrual.id, "BESIDE-LOSS-04", args, measure)
        else:
            code = "BESIDE-LOSS-01" if over else "BESIDE-LOSS-02"
            yield _by_law(accrual.id, code, {**args, "by": accrual.debtor}, measure)
        if loss > accrual.gross.minor:
            rest = self._money(loss - accrual.gross.minor)
            yield Beside(about=accrual.id, code="BESIDE-LOSS-05", args={**args, "rest": rest})

    def _floor(self, accrual: Accrual, rule: Rule) -> Iterator[Beside]:
        """The lowest rate that may be agreed with a small or medium enterprise: the LPR when the contract was made."""
        breach, debt = self.breaches.get(accrual.breach), self.debts.get(accrual.subject)
        if breach is None or debt is None or breach.due is None or breach.until is None or rule.charge is None:
            return
        if not self._protected(debt) or rule.charge.rate is None or rule.charge.per is None:
            return
        yearly = rule.charge.rate * {"day": 365, "month": 12, "year": 1}.get(rule.charge.per.unit, 0)
        lpr = self._lpr(self.record.contract.signed or breach.due)
        if rule.charge.reference is not None or lpr is None or not yearly or yearly >= lpr:
            return
        floor = self._interest(debt, breach, lpr)
        args = {"yearly": yearly, "rate": lpr, "amount": floor, "agreed": accrual.gross}
        yield _by_law(accrual.id, "BESIDE-SME-01", args, YARDSTICKS["daily"])

    def _nothing_agreed(self) -> Iterator[Beside]:
        """What the law gives for a late payment that no rule prices."""
        priced = {accrual.breach for accrual in self.accruals}
        for breach in self.breaches.values():
            debt = self.debts.get(breach.subject)
            if breach.kind != "late" or debt is None or breach.id in priced or breach.due is None:
                continue
            daily = YARDSTICKS["daily"]
            if self._protected(debt) and breach.due >= daily.since:
                amount = self._interest(debt, breach, daily.value * 365)
                yield _by_law(breach.id, "BESIDE-SME-02", {"rate": daily.value, "amount": amount}, daily)
                continue
            late = date.fromordinal(breach.due.toordinal() + 1)
            lpr = self._lpr(late)
            if lpr is not None:
                ends = YARDSTICKS["raised from"], YARDSTICKS["raised to"]
                low, high = (self._interest(debt, breach, lpr * end.value) for end in ends)
                yield _by_law(breach.id, "BESIDE-LPR-01", {"rate": lpr, "low": low, "high": high}, ends[0])

    def _too_long(self) -> Iterator[Beside]:
        """A time for payment of more than sixty days from delivery to a small or medium enterprise."""
        for debt in self.debts.values():
            owed = self.owed[debt.obligation]
            term = next(p for p in self.record.contract.payments if p.id == owed.source)
            period = term.due.period
            if not self._protected(debt) or period is None or period.unit != "day" or term.due.before or term.due.on:
                continue
            longest = YARDSTICKS["longest"]
            if period.n > longest.value:
                args = {"days": period.n, "most": int(longest.value)}
                yield _by_law(debt.obligation, "BESIDE-SME-03", args, longest)

    def _protected(self, debt: Account) -> bool:
        """A large enterprise or a public body owes a small or medium one."""
        people: dict[str, Party] = self.record.contract.parties
        debtor, creditor = people.get(debt.debtor), people.get(debt.creditor)
        if debtor is None or creditor is None:
            return False
        large = debtor.size == "large" or "public body" in debtor.roles
        return large and (creditor.size in {"small", "medium", "micro", "SME"} or "SME" in creditor.roles)

    def _lpr(self, day: date) -> Fraction | None:
        if self.table is None:
            self.table = series(self.record.contract, self.record.rates, _LPR, None)
        return None if isinstance(self.table, Problem) else self.table.on(day)

    def _interest(self, debt: Account, breach: Breach, yearly: Fraction) -> Money:
        """Simple interest over 365 on what was open, the due day out and the last day in."""
        assert breach.due is not None
        assert breach.until is not None
        days = [breach.due, *(b for b in _days_before(debt.breaks) if breach.due < b < breach.until), breach.until]
        exact = Fraction(0)
        for begin, end in pairwise(days):
            first = date.fromordinal(begin.toordinal() + 1)
            exact += yearly * debt.open_on(first) * elapsed_days(begin, end) / 365
        return self._money(integer(exact))

    def _money(self, minor: int) -> Money:
        return Money(minor, self.record.contract.currency)

    # which proof is missing

    def _proof(self, accrual: Accrual) -> Iterator[Beside]:
        """Computed is not yet ready to claim: each fact that no document proves, and the notice, is named."""
        breach = self.breaches[accrual.breach]
        events = self.events
        missing = []
        owed = self.owed.get(breach.subject)
        done = self.debts[breach.subject].settled if breach.subject in self.debts else owed.done if owed else None
        for event in (done.event if done else None, breach.event):
            if event in events and events[event].evidence is None:
                code = _UNPROVEN.get(breach.kind, "BESIDE-PROOF-01")
                missing.append(Beside(about=accrual.id, code=code, args={"event": event, "what": events[event].what}))
        notices = [f for what in ("notified", "claimed", "demanded") for f in self.record.of(what, accrual.id)]
        notices += self.record.of("demanded", breach.subject)
        if not notices:
            missing.append(Beside(about=accrual.id, code="BESIDE-PROOF-02", args={"id": accrual.id}))
        elif all(f.event.evidence is None for f in notices):
            args = {"event": notices[0].event.id}
            missing.append(Beside(about=accrual.id, code="BESIDE-PROOF-04", args=args))
        yield from missing
        if not missing:
            yield Beside(about=accrual.id, code="BESIDE-READY-01", args={"id": accrual.id})

    # rights given up unawares

    def _given_up(self) -> Iterator[Beside]:
        """A reconciliation that fixes principal and interest, and late performance taken without a reserve."""
        for fact in self.record.of("reconciled"):
            event = fact.event
            if event.value == "reserved":
                continue
            if event.item == "principal and interest" and self.chinese:
                args = {"event": event.id, "date": fact.at.day, "id": event.of or ""}
                yield Beside(about=event.of or event.id, code="BESIDE-WAIVER-01", args=args)
            elif event.item != "principal and interest":
                args = {"event": event.id, "date": fact.at.day}
                yield Beside(about=event.of or event.id, code="BESIDE-WAIVER-03", args=args)
        for accrual in self.accruals:
            breach = self.breaches[accrual.breach]
            owed = self.owed.get(accrual.subject)
            if breach.kind != "late" or breach.running or owed is None or accrual.waived:
                continue
            done = self.debts[owed.id].settled if owed.id in self.debts else owed.done
            taken = self.events.get(done.event or "") if done else None
            if taken is not None and taken.value != "reserved":
                args = {"event": taken.id, "id": accrual.id}
                yield Beside(about=accrual.id, code="BESIDE-WAIVER-02", args=args)


def _by_law(about: str, code: str, args: dict[str, Any], measure: Yardstick) -> Beside:
    return Beside(about=about, code=code, args=args, source=measure.source, confidence=measure.confidence)


def _days_before(days: Iterable[date]) -> Iterator[date]:
    return (date.fromordinal(day.toordinal() - 1) for day in days)
