"""Which terms an amendment can change: those whose new version the figures follow; the others need a new contract."""

from typing import Any

from core.terms import Ceiling, Contract, DueRule, find

__all__ = ["follows"]

WORDS = frozenset({"title", "clause", "requires", "quote", "label", "name", "words"})
"""What is printed and computes nothing."""

_RULE = frozenset({"id", "when", "debtors", "claim", "earned_back", "then", "kind"})
"""Fields of a rule that are read once, as first agreed; each of the others by the version that governs the breach."""

_FIELDS = {
    "annexes": frozenset({"due", "price"}),
    "payments": frozenset({"due", "amount"}),
    "caps": frozenset({"to", "or", "takes"}),
    "third_parties": frozenset({"limit", "limit_except", "excess", "fee"}),
    "scorecards": frozenset({"worth"}),
}


def follows(contract: Contract, path: str, value: Any) -> bool:
    """Whether the figures follow an amendment that gives `path` this value; the path leads somewhere."""
    head, *rest = path.split(".")
    if not rest:
        return head in {"total", *WORDS}
    if WORDS & set(rest) or (head == "parties" and "roles" not in rest):
        return True
    if head == "rates":
        return True
    if head == "rules":
        return len(rest) > 1 and rest[1] not in _RULE
    if head == "caps" and rest[1:] == ["to"]:
        before = find(contract, path)
        return isinstance(value, Ceiling) and value.per == before.per
    if rest[1:] == ["due"] and isinstance(value, DueRule):
        due: DueRule | None = find(contract, path)
        return (due is not None and due.every is not None) == (value.every is not None)  # a series stays a series
    return len(rest) > 1 and rest[1] in _FIELDS.get(head, frozenset())
