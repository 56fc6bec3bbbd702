"""Terms and settings that cannot both hold: refused, with both named."""

from contracts import phrases
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
    _left_out(scope, counting)
    _days_of_one_off(scope)
    _outstanding(scope)
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


_SHORTEST = {"day": 1, "week": 7, "month": 28, "quarter": 90, "half-year": 181, "year": 365}
"""Days in the shortest window of a unit."""

_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}


def _left_out(scope: Scope, counting: Counting) -> None:
    """Time left out as long as its window: then nothing is left to take a share of."""
    if counting.of("excluded_time") == "counts as up":
        return
    for i, measure in enumerate(scope.contract.measures):
        every = measure.every
        if every is None:
            continue
        days = every.days or _SHORTEST.get(every.unit.rpartition(" ")[2], 0)
        for kind, allowance in measure.less.items():
            to = allowance.to
            if days and to is not None and to.n * _MINUTES.get(to.unit, 0) >= days * _MINUTES["day"]:
                window = f"{every.days} days" if every.days else every.unit
                path: Path = ("measures", i, "less", kind)
                _wrong(scope, path, f"less.{kind}", f"at most {phrases.show(to)}", "every", window)


def _days_of_one_off(scope: Scope) -> None:
    """A charge once has no days that a first or last one could limit; `on` is the day on which it falls."""
    for i, rule in enumerate(scope.contract.rules):
        charge = rule.charge
        if charge is not None and charge.per is None and (charge.from_ or charge.to):
            days = f"days {charge.from_ or 1} to {charge.to}" if charge.to else f"from day {charge.from_}"
            _wrong(scope, ("rules", i, "charge"), "charge", "once", "days", days)


def _outstanding(scope: Scope) -> None:
    """A charge on what is still outstanding, where no rule answers to anything that can be done or paid in part."""
    if scope.contract.counting.knobs.get("base") != "outstanding":
        return
    in_parts = {item.id for _, item in scope.owing() if isinstance(item, Annex | Payment)}
    whens = [rule.when for rule in scope.contract.rules]
    if whens and not any(when.id in in_parts or (in_parts and when.any in _IN_PARTS) for when in whens):
        _wrong(scope, ("counting", "base"), "base", "outstanding", "when", phrases.show(whens[0]) or whens[0].state)


_IN_PARTS = {"annex", "payment", "duty"}


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
