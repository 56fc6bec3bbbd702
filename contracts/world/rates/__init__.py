"""Reference rates from outside, as dated data that ships beside this file: `CN-LPR-1Y@2025-06.toml`."""

import re
from functools import lru_cache
from pathlib import Path

import msgspec

from core.problems import Problem, nearest
from core.rates import ReferenceRate
from core.terms import Contract

__all__ = ["known_rates", "load_rate", "rates_for"]

HERE = Path(__file__).parent


def known_rates() -> tuple[str, ...]:
    """The keys of the tables that ship, oldest version first."""
    return tuple(sorted(path.stem for path in HERE.glob("*@*.toml")))


@lru_cache(maxsize=32)
def load_rate(key: str) -> ReferenceRate | Problem:
    """The table of that key, or the newest version of it if only its name is given ("CN-LPR-1Y")."""
    import tomllib

    if not re.fullmatch(r"[\w.@-]+", key) or "@" not in key or not (HERE / f"{key}.toml").is_file():
        versions = [known for known in known_rates() if known.split("@")[0] == key]
        if not versions:
            args = {"rate": key, "nearest": nearest(key, known_rates()) or None}
            return Problem("RATE-NAME-01", args=args)
        key = versions[-1]
    table = tomllib.loads((HERE / f"{key}.toml").read_text("utf-8"))
    return msgspec.convert(table, ReferenceRate)


def rates_for(contract: Contract) -> dict[str, ReferenceRate]:
    """The shipped tables that a contract's charges, tables and prepaid terms name; other names are left out."""
    named = {own.reference for own in contract.rates.values() if own.reference}
    for rule in contract.rules:
        charges = (rule.charge, rule.plus, rule.rate_at_most, *rule.tiers)
        named |= {charge.reference for charge in charges if charge is not None and charge.reference}
    for value in (value for amendment in contract.amendments for value in amendment.set.values()):
        named |= {r for r in (getattr(value, "reference", None),) if isinstance(r, str)}
    for prepaid in contract.prepaid:
        named |= {side.interest for side in prepaid.refund.values() if side.interest}
    if contract.law == "CN" or (contract.counting.preset or "").startswith("CN"):
        named.add("CN-LPR-1Y")  # what stands beside a figure under Chinese law is measured by it
    found = {name: load_rate(name) for name in sorted(named) if name not in contract.rates or "@" in name}
    return {table.key: table for table in found.values() if isinstance(table, ReferenceRate)}
