"""Terms and settings that cannot both hold: refused, with both named."""

from contracts.checks.scope import Scope
from contracts.walk import Path
from core.periods import Counting
from core.presets import resolve
from core.terms import Annex, Payment

__all__ = ["contrary"]

# Settings that mean nothing where no day is a rest day, with the values that ask for none.
_OF_WORKING_DAYS = {"roll": "none", "roll_backward": "none", "roll_fixed_dates": "no", "least_working_days": "0",
                    "from_rest_day": "", "half_day": "one day", "substitute_day": "as listed",
                    "makeup_days": "as listed", "days_are": "calendar"}  # fmt: skip


def contrary(scope: Scope) -> None:
    said = scope.contract.counting.knobs
    counting, _ = resolve(scope.contract.counting.preset, said, {})
    _without_calendar(scope)
    _series_on_missing_days(scope, counting)
    _claims(scope, counting)
    heads = {rule.head for rule in scope.contract.rules if rule.charge is not None and rule.charge.of == "loss"}
    agreed = {rule.head for rule in scope.contract.rules if rule.charge is not None and rule.charge.of != "loss"}
    if said.get("against_loss") == "sole remedy" and said.get("stack") == "all" and heads & agreed:
        _wrong(scope, ("counting", "against_loss"), "against_loss", "sole remedy", "stack", "all")


def _wrong(scope: Scope, path: Path, knob: str, value: str, other: str, other_value: str) -> None:
    args = {"knob": knob, "value": value, "other": other, "other_value": other_value}
    scope.wrong(path, "COUNT-CONTRADICTION-01", **args)


def _without_calendar(scope: Scope) -> None:
    """A setting of working days where no calendar says which days are worked."""
    contract = scope.contract
    preset = contract.counting.preset or ""
    if contract.counting.calendar or len(contract.calendars) == 1 or contract.law == "CN" or preset.startswith("CN"):
        return  # named, or asked for
    if "rest_days" in contract.counting.knobs:
        return
    for knob, value in contract.counting.knobs.items():
        if value != _OF_WORKING_DAYS.get(knob, value):
            scope.wrong(("counting", knob), "COUNT-CALENDAR-01", knob=knob, value=value)


def _series_on_missing_days(scope: Scope, counting: Counting) -> None:
    """A day of each month that some months lack, where a missing day is a problem."""
    if counting.month_end != "problem":
        return
    for path, item in scope.owing():
        by = item.due.by if isinstance(item, Annex | Payment) and item.due is not None else None
        if by in {"day 29", "day 30", "day 31"}:
            _wrong(scope, (*path, "due"), "month_end", "problem", "due", str(by))


def _claims(scope: Scope, counting: Counting) -> None:
    """A credit given without a claim beside a claim window that lapses; a lapse without any window."""
    unclaimed = scope.contract.counting.knobs.get("unclaimed")
    windows = [(i, rule.claim) for i, rule in enumerate(scope.contract.rules) if rule.claim is not None]
    if unclaimed == "given without claim":
        for i, claim in windows:
            if claim.otherwise == "lapses":
                _wrong(scope, ("rules", i, "claim"), "unclaimed", unclaimed, "claim", "lapses")
    if unclaimed == "lapses" and not windows:
        _wrong(scope, ("counting", "unclaimed"), "unclaimed", unclaimed, "claim", "—")
