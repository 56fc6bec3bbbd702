"""Caps that name each other, and caps over one head whose order nobody gave."""

from contracts.checks.scope import Scope
from contracts.walk import Path
from core.charges import amount_of
from core.terms import Cap

__all__ = ["caps"]

CAP = ("TERMS-CAP-01", "TERMS-CAP-02")


def caps(scope: Scope) -> None:
    """Caps that name each other, and caps over one head whose order nobody gave (KNOBS, contradictory 9)."""
    ids = [cap.id for cap in scope.contract.caps]
    up = {cap.id: cap.within or cap.increases for cap in scope.contract.caps}
    for i, cap in enumerate(scope.contract.caps):
        path: Path = ("caps", i)
        for field in ("within", "increases"):
            scope.known((*path, field), CAP, getattr(cap, field), ids)
        trail = [cap.id]
        while (above := up.get(trail[-1])) is not None and above not in trail:
            trail.append(above)
        if above is not None and above == cap.id:
            field = "within" if cap.within else "increases"
            scope.wrong((*path, field), "TERMS-CAPS-01", path=" → ".join([*trail, above]))
        if (cap.or_ is None) != (cap.takes is None) and cap.or_ is None:
            scope.wrong((*path, "takes"), "TERMS-CAPS-02", id=cap.id)
        for k, other in enumerate(scope.contract.caps[:i]):
            _both(scope, (*path, "covers"), cap, other, k)


def _both(scope: Scope, path: Path, cap: Cap, other: Cap, place: int) -> None:
    said = {"nesting", "super_cap"} & set(scope.contract.counting.knobs)
    if said or cap.limits != other.limits or _related(scope, cap, other) or _related(scope, other, cap):
        return
    one, two = set(cap.covers or ()), set(other.covers or ())
    if (one < two and _lower(scope, cap, other)) or (two < one and _lower(scope, other, cap)):
        return  # a lower limit for some of the heads lies in the one for all of them
    both = sorted((one & two) or (one | two if "everything" in one | two and one and two else set()))
    if both:
        scope.wrong(path, "TERMS-CAPS-03", text=both[0], first=other.id, second=cap.id)


def _related(scope: Scope, inner: Cap, outer: Cap) -> bool:
    """Whether one cap says how it stands to the other, itself or through those between."""
    caps = {cap.id: cap for cap in scope.contract.caps}
    here: Cap | None = inner
    for _ in caps:
        above = here and (here.within or here.increases)
        if above == outer.id:
            return True
        here = caps.get(above or "")
    return False


def _lower(scope: Scope, inner: Cap, outer: Cap) -> bool:
    sums = [amount_of(cap.to.to, scope.contract) for cap in (inner, outer)]
    return sums[0] is not None and sums[1] is not None and sums[0] <= sums[1]
