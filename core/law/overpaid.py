"""What was paid beyond what is owed, on a charge or a price: named, with what the law says of getting it back."""

from collections.abc import Iterable, Mapping

from core.accounts import Account
from core.claims import Claim
from core.law.beside import Beside
from core.money import Money
from core.record import Record

__all__ = ["overpaid"]


def overpaid(record: Record, made: Iterable[Claim], debts: Mapping[str, Account]) -> tuple[Beside, ...]:
    """A remark on each charge and each price on which more came in than was owed: it can be asked back, unless who paid
    knew that nothing was owed (Civil Code 985). It is no part of what is owed, because it hangs on that.
    """
    sums = [(claim.id, claim.over) for claim in made if claim.over is not None]
    for debt in debts.values():
        over = sum(paid.over.minor for paid in debt.payments if not paid.refused)
        sums += [(debt.obligation, Money(over, debt.amount.currency))] if over else []
    cn = record.chinese
    source, confidence = ("Civil Code 985", "official") if cn else ("", "")
    code = "BESIDE-OVER-01" if cn else "BESIDE-OVER-02"
    return tuple(
        Beside(about=about, code=code, args={"about": about, "over": over}, source=source, confidence=confidence)
        for about, over in sums
    )
