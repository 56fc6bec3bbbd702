"""Of which degree of fault a charge is, as far as it was admitted or found, and of which kind."""

from collections.abc import Iterable, Mapping

from core.breaches import Breach
from core.charges import Accrual
from core.record import Fact, Record
from core.terms import Rule

__all__ = ["GRAVE", "Faults", "Said", "kind_of"]

GRAVE = frozenset({"intent", "gross negligence", "personal injury"})
"""What no cap may limit under Civil Code 506; of property loss the two degrees of fault, of injury any."""


class Said:
    """What was recorded of some kinds about a charge: by its own id, its subject or breach, the event behind it, or the
    case that it belongs to, whichever the event names; in the order in which it was said.
    """

    def __init__(self, record: Record, kinds: Iterable[str], found: Mapping[str, Breach]) -> None:
        self.found = found
        self.by: dict[str, list[Fact]] = {}
        for fact in (f for kind in kinds for f in record.of(kind)):
            self.by.setdefault(fact.event.of or fact.event.about or "", []).append(fact)

    def of(self, accrual: Accrual) -> list[Fact]:
        """The facts about one charge, the last said last."""
        if not self.by:
            return []
        breach = self.found.get(accrual.breach)
        names = [accrual.id, f"{accrual.rule}:{accrual.subject}", accrual.subject, accrual.breach]
        names += [name for name in (breach.event, breach.case) if name] if breach else []
        facts = {fact.event.id: fact for name in names for fact in self.by.get(name, ())}
        return sorted(facts.values(), key=lambda fact: fact.order)


class Faults:
    """The fault that counts for each charge. An allegation carves nothing out; an admission or a finding does.

    What a loss's own event says counts as found, unless something was recorded about it since. `turned` charges are
    taken the other way, to show that figure beside.
    """

    def __init__(self, record: Record, found: Mapping[str, Breach], turned: frozenset[str] = frozenset()) -> None:
        self.turned = turned
        kinds = ("fault alleged", "fault admitted", "fault found", "fault not found")
        self.said = Said(record, kinds, found)

    def state(self, accrual: Accrual) -> str | None:
        """The last thing said: "fault alleged", "fault admitted", "fault found", "fault not found"."""
        facts = self.said.of(accrual)
        return facts[-1].event.what if facts else None

    def degrees(self, accrual: Accrual) -> frozenset[str | None]:
        """Every degree of fault that was said of a charge, established or not."""
        return frozenset((accrual.fault, *(fact.event.fault for fact in self.said.of(accrual))))

    def of(self, accrual: Accrual) -> str | None:
        """The degree of fault that counts."""
        facts = self.said.of(accrual)
        if not facts:
            return accrual.fault
        degree = next((f.event.fault for f in reversed(facts) if f.event.fault), accrual.fault)
        stands = facts[-1].event.what in {"fault admitted", "fault found"}
        return degree if stands != (accrual.id in self.turned) else None


def kind_of(accrual: Accrual, rule: Rule) -> str:
    """What a charge is for a cap's `counts`: by the rule's own word, else by what it is computed from."""
    if rule.kind is not None:
        return rule.kind
    if any(part.of == "loss" for part in accrual.slices):
        return "damages"
    if accrual.head == "interest" or any(part.per != 1 or part.of in {"unpaid", "payable"} for part in accrual.slices):
        return "interest"
    return "credits" if rule.when.measure is not None else "agreed sums"
