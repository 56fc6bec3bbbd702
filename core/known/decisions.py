"""Readings of a contract that were decided or assumed, put in their place; those left open are asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from core.known.moments import Moment
from core.problems import Problem
from core.terms import Contract, Decision, replaced

__all__ = ["Decided", "decide"]


class Decided(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reading that was taken: what it is about, what was taken, by whom and why; `others` are the readings left."""

    about: str
    takes: Any
    others: tuple[str, ...] = ()
    why: str = ""
    by: str = ""
    on: date | None = None
    assumed: bool = False


def decide(
    contract: Contract, known: Moment | None, assume: Mapping[str, Any], questions: list[Problem]
) -> tuple[Contract, tuple[Decided, ...]]:
    """Put each recorded decision, then each assumption, in its place; readings left open are questions."""
    readings = {reading.about: reading for reading in contract.readings}
    taken: dict[str, Decided] = {}
    for decision in contract.decisions:
        if known is None or decision.on <= known.day:
            taken[decision.about] = _taken(decision)
    for about, value in assume.items():
        taken[about] = Decided(about=about, takes=value, by="", assumed=True)
    for about, decided in taken.items():
        reading = readings.get(about)
        value = (
            reading.options.get(decided.takes, decided.takes)
            if reading and isinstance(decided.takes, str)
            else decided.takes
        )
        if reading:
            taken[about] = msgspec.structs.replace(
                decided, others=tuple(o for o in reading.options if o != decided.takes)
            )
        if not about.startswith("counting."):
            try:
                contract = replaced(contract, about, value)
            except LookupError:
                questions.append(Problem("TERMS-PATH-01", about, {"path": about}))
    for about, reading in readings.items():
        if about not in taken:
            questions.append(
                Problem(
                    "ASK-READING-01",
                    about,
                    {"about": about, "options": list(reading.options), "clause": reading.clause or ""},
                )
            )
    return contract, tuple(taken.values())


def _taken(decision: Decision) -> Decided:
    return Decided(about=decision.about, takes=decision.takes, why=decision.why, by=decision.by, on=decision.on)
