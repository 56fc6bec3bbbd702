"""What a rule leaves unsaid and the contract's counting says for all of its rules: what grace and tiers do."""

from core.record import Record
from core.terms import Rule

__all__ = ["charges_all_days", "charges_grace", "numbers_grace"]


def charges_grace(record: Record, rule: Rule) -> bool | None:
    """Whether days of grace are charged once grace is exceeded (KNOBS `grace`); None where it must be asked."""
    said = rule.grace.kind if rule.grace else "never charged"
    if said is None:
        found = record.ask("grace", f"rules.{rule.id}.grace")
        return None if found is None else found == "franchise"
    return said == "charged once exceeded"


def charges_all_days(record: Record, rule: Rule) -> bool | None:
    """Whether all days cost the rate that the last one reached (KNOBS `tiering`); None where it must be asked."""
    if rule.tiers and rule.tiering is None:
        found = record.ask("tiering", f"rules.{rule.id}.tiering")
        return None if found is None else found == "all at the rate reached"
    return rule.tiering == "all days at the rate reached"


def numbers_grace(record: Record, rule: Rule, free: int) -> bool | None:
    """Whether `free` days of grace have a number among the tiers (KNOBS `tier_counts`); None where it must be asked."""
    said = rule.counts
    if said is None and rule.tiers and free:
        said = record.ask("tier_counts", f"rules.{rule.id}.counts")
        return None if said is None else said == "days after due"
    return said == "days after due"
