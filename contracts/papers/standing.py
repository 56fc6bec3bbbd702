"""What stands with the figures: rights by their last day, remarks by what they are about, claims that moved."""

from collections import defaultdict
from datetime import date

import msgspec

from contracts.papers.voice import last_day
from core.assessment import Assessment
from core.claims import Claim
from core.counting.strips import Run
from core.explain import strip
from core.law.beside import Beside
from core.life.rights import Right
from core.life.settlements import Settlement

__all__ = ["FAR", "SOON", "Held", "changed", "held", "moved", "remarks"]

SOON = 30
"""Days before its last one from which a right is marked."""

FAR = 180
"""Days beyond which a limitation is only counted: it runs for years, and nobody acts on it today."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A right as it stands: `state` is "open", "used" or "lapsed"; `days` are left (None: it never runs out)."""

    right: Right
    state: str
    days: int | None

    @property
    def runs(self) -> tuple[Run, ...]:
        """The days of its last day's count."""
        return strip(self.right.due)

    @property
    def soon(self) -> bool:
        return self.state == "open" and self.days is not None and self.days <= SOON

    @property
    def far(self) -> bool:
        """A limitation that nobody need think of yet."""
        return self.right.kind == "limitation" and (self.days is None or self.days > FAR)


def held(assessment: Assessment) -> tuple[Held, ...]:
    """Rights that can be used first, the nearest last day on top; then those that were used or have lapsed."""
    today = last_day(assessment.as_of, assessment.zone)
    found = [_held(right, today) for right in assessment.rights]
    order = ("open", "used", "lapsed")
    return tuple(sorted(found, key=lambda one: (order.index(one.state), one.right.lapses or date.max)))


def _held(right: Right, today: date) -> Held:
    days = (right.lapses - today).days if right.lapses else None
    state = "used" if right.used else "lapsed" if days is not None and days < 0 else "open"
    return Held(right=right, state=state, days=days)


def remarks(assessment: Assessment) -> dict[str, tuple[Beside, ...]]:
    """What stands beside figures and alters none, by what it is about."""
    made: dict[str, list[Beside]] = defaultdict(list)
    for remark in assessment.beside:
        made[remark.about].append(remark)
    return {about: tuple(listed) for about, listed in made.items()}


def moved(assessment: Assessment) -> tuple[Claim, ...]:
    """Claims about which a person recorded something, or which time has changed."""
    return tuple(claim for claim in assessment.claims if claim.state != "computed" or claim.credited or claim.refunded)


def changed(assessment: Assessment) -> tuple[Settlement, ...]:
    """Periods whose fee a charge changes."""
    return tuple(one for one in assessment.settlements if one.deductions or one.bonuses or one.waiting)
