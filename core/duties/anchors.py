"""What a period hangs on: when the contract began or ends, an obligation was due or done, or an event happened."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from core.duties.obligations import Obligation, Source, due_moment
from core.duties.series import term_of
from core.record import Fact, Moment, Record

__all__ = ["anchored", "facts_of"]


def anchored(
    record: Record,
    sources: Mapping[str, Source],
    owed: Callable[[str], tuple[Obligation, ...]],
    what: str,
    of: str,
) -> Moment | None:
    """When what a period hangs on came about, None while it has not; `owed` works out the obligations of a source."""
    contract = record.contract
    if what in {"signed", "effective", "start"}:
        day = {
            "signed": contract.signed,
            "effective": contract.effective or contract.signed,
            "start": contract.term and contract.term.from_,
        }[what]
        return Moment(day, None) if day else None
    if what == "end":
        term = term_of(record)
        return Moment(term.after - timedelta(days=1), None) if term else None
    if of in sources and what in {"accepted", "due", "done"}:
        return _of_obligation(record, owed(of), what)
    facts = facts_of(record, what, of)
    if not facts and of in sources and what not in {"delivered", "demanded", "accepted"}:
        facts = record.of(what)
    return facts[0].at if facts else None


def _of_obligation(record: Record, found: tuple[Obligation, ...], what: str) -> Moment | None:
    """When the first obligation of a source was due, done or accepted."""
    [obligation, *_] = found or (None,)
    if obligation is None:
        return None
    if what == "due" and obligation.due and record.counting.chained_anchor == "the unrolled":
        return Moment(obligation.due.unrolled, obligation.due.instant)
    if what == "due":
        return due_moment(obligation.due) if obligation.due else None
    done = obligation.done
    if done is None or (what == "accepted" and done.accepted is None):
        return None
    return Moment(done.accepted, None) if what == "accepted" and done.accepted else Moment(done.day, done.instant)


def facts_of(record: Record, what: str, of: str | None) -> list[Fact]:
    """Facts of a kind about a subject; "fieldtech starts" may be recorded of or by fieldtech."""
    facts = record.of(what, of)
    return facts or [f for f in record.of(what) if of is not None and f.event.by == of]
