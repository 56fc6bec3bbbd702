"""Points of a personal card are performance pay: what labour law says of them, beside the figure."""

from collections.abc import Iterable

from core.charges import Accrual
from core.law.beside import Beside
from core.record import Record

__all__ = ["wages"]


def wages(record: Record, accruals: Iterable[Accrual]) -> tuple[Beside, ...]:
    """A remark on each charge that falls on the person whose card it is (LAW G45: Labour Contract Law 4, 25; Interim
    Provisions on Payment of Wages 15, 16).
    """
    preset = record.contract.counting.preset or ""
    if record.contract.law not in (None, "CN") or not preset.startswith("CN"):
        return ()
    personal = {card.id for card in record.contract.scorecards if card.each is not None}
    by_card = {rule.id for rule in record.contract.rules if rule.when.measure in personal} | personal
    parties = record.contract.parties
    return tuple(
        Beside(about=a.id, code="BESIDE-WAGES-01", args={"charge": a.id, "amount": a.gross})
        for a in accruals
        if a.rule in by_card and a.debtor in parties and a.subject.endswith(f"/{a.debtor}")
    )
