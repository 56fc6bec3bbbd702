"""A rule's own maximum: the amount, for what it is counted, and which slices it holds."""

from collections.abc import Sequence
from fractions import Fraction

from core.breaches import Breach
from core.money import Money, integer
from core.pricing.accruals import Limit, Slice
from core.pricing.bases import OF_THE_BREACH, Bases, Versions, first_late
from core.pricing.exchange import ceiling as in_own_money
from core.pricing.rounding import precision
from core.problems import Problem
from core.record import Record
from core.terms import Annex, Ceiling, Payment, Rule, Share

__all__ = ["Ceilings"]


class Ceilings:
    """The maximum of each rule, worked out once where the breach has no part in it."""

    def __init__(self, record: Record, versions: Versions, bases: Bases) -> None:
        self.record = record
        self.versions = versions
        self.bases = bases
        self._limits: dict[tuple[str, tuple[str, ...], str], Limit | None] = {}

    def of(self, rule: Rule, breach: Breach, slices: Sequence[Slice]) -> Limit | None:
        """The rule's own ceiling as it stood when the breach began; `slices` are those of the charge that it holds."""
        ids = self.versions.at_breach(rule, breach)
        rule = self.versions.version(rule, ids)
        ceiling = rule.at_most
        if ceiling is None:
            return None
        of_breach = isinstance(ceiling.to, Share) and ceiling.to.of in OF_THE_BREACH
        if of_breach or self.record.contract.exchange:
            return self._limit(rule, ceiling, ids, breach, slices)
        key = rule.id, ids, breach.source
        if key not in self._limits:
            self._limits[key] = self._limit(rule, ceiling, ids, breach, slices)
        return self._limits[key]

    def before_converting(self, rule: Rule, breach: Breach) -> tuple[Fraction, str] | None:
        """A foreign ceiling of one obligation, in minor units, where the cap comes before the conversion."""
        ids = self.versions.at_breach(rule, breach)
        ceiling = self.versions.version(rule, ids).at_most
        if ceiling is None or not (self.record.counting.of("fx") or "").endswith("cap then convert"):
            return None
        if (ceiling.per or self._scope(rule, breach)) not in {"obligation", "each obligation"}:
            return None
        exact, currency = self._exact(ceiling, ids, breach)
        return None if exact is None else (exact, currency)

    def _limit(
        self, rule: Rule, ceiling: Ceiling, ids: tuple[str, ...], breach: Breach, slices: Sequence[Slice]
    ) -> Limit | None:
        """A ceiling as an amount; its scope is asked where no phrase says it."""
        covers = ceiling.covers
        if rule.plus is not None and not covers:
            said = self.record.ask("at_most_covers", f"rules.{rule.id}.at_most")
            covers = ("running", "plus") if said != "running only" else ("running",)
        per = ceiling.per or self._scope(rule, breach)
        exact, currency = self._exact(ceiling, ids, breach)
        if per is None or exact is None:
            return None
        held = slices if per in {"obligation", "each obligation"} else ()
        exact = in_own_money(self.record, exact, currency, held, first_late(breach))
        if exact is None:
            return None
        per = {"each obligation": "obligation", "all of the rule": "all"}.get(per, per)
        how = precision(self.record, rule)
        # what is paid in coarse steps stays below the ceiling; a rounded-up ceiling would let more be paid than is said
        to = integer(exact, "down", how.step) if how.step else how.whole(exact)
        most = Money(to, self.record.contract.currency)
        return Limit(most, per, covers, carries=ceiling.excess == "carried forward")

    def _exact(self, ceiling: Ceiling, ids: tuple[str, ...], breach: Breach) -> tuple[Fraction | None, str]:
        if isinstance(ceiling.to, Money):
            return Fraction(ceiling.to.minor), ceiling.to.currency
        base = self.bases.at_breach(ceiling.to.of, breach, ids)
        return None if base is None else ceiling.to.rate * base, self.bases.currency(ceiling.to.of, breach)

    def _scope(self, rule: Rule, breach: Breach) -> str | None:
        """For what a ceiling is counted where its phrase is silent; for credits KNOBS `credit_ceiling`."""
        where = f"rules.{rule.id}.at_most"
        if rule.when.measure is None:
            said = self.record.ask("at_most", where)
            return self._period(where, breach) if said == "each period" else said
        said = self.record.ask("credit_ceiling", where)
        return {"each month": "calendar month", "term": "all"}.get(said or "", said)

    def _period(self, where: str, breach: Breach) -> str | None:
        """The period of a series of duties; asked for where what was breached does not come again."""
        contract = self.record.contract
        terms: list[Annex | Payment] = [*contract.annexes, *contract.payments]
        dues = [term.due for term in terms if term.id == breach.source]
        units = [due.every.unit for due in dues if due is not None and due.every is not None]
        if not units:
            self.record.question(Problem("TERMS-ATMOST-01", where, {"id": breach.source}))
        return next(iter(units), None)
