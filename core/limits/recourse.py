"""What a debtor may claim back from the third party that caused a loss, and who bears what lies above its limit."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from core.charges import Accrual, amount_of
from core.money import Money, integer
from core.presets import asking
from core.pricing.curves import Curve, Line, Reduction, split
from core.record import Moment, Record, subjects
from core.schedule import windows
from core.terms import Ceiling, Contract, ThirdParty

__all__ = ["Against", "Recourse", "against_third_parties", "recourse_of"]


class Recourse(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the debtor of a charge may claim back from the third party that caused it: never more than it must pay
    itself.

    `loss` splits into `within` the third party's limit (`left` of `limit` at that moment) and `excess`, borne in
    `shares`.
    """

    id: str
    charge: str
    debtor: str
    creditor: str
    loss: Money
    limit: Money | None = None
    left: Money | None = None
    within: Money
    excess: Money
    shares: dict[str, Money] = {}
    amount: Money
    own: Money


class Against(msgspec.Struct, frozen=True):
    """One third party's limit after all losses that it caused: what used it up, and the recourse of each charge."""

    party: str
    limit: int | None
    used: int
    parts: tuple[tuple[Recourse, int], ...]


def against_third_parties(
    record: Record, lines: Sequence[Line], fault: Callable[[Accrual], str | None]
) -> tuple[Against, ...]:
    """Losses in the order in which they fell, each against what is left of the limit that holds on its day."""
    by_party: dict[str, list[Line]] = {}
    shared = {rule.id: rule.debtors for rule in record.contract.rules if rule.debtors}
    for line in lines:
        party = line.accrual.recourse or line.accrual.caused or ""
        if line.accrual.share is not None and party in shared.get(line.accrual.rule, ()):
            continue  # its own share is owed by the third party itself
        if line.accrual.recourse or (line.accrual.caused or "") in record.contract.third_parties:
            by_party.setdefault(party, []).append(line)
    return tuple(_against(record, party, group, fault) for party, group in by_party.items())


def _against(record: Record, party: str, group: list[Line], fault: Callable[[Accrual], str | None]) -> Against:
    used: dict[str, int] = {}
    parts: list[tuple[Recourse, int]] = []
    meeting: dict[tuple[date, str, int | None], list[tuple[Line, ThirdParty, int, bool]]] = {}
    limit: int | None = None
    for line in sorted(group, key=lambda line: (line.accrual.slices[0].first, line.accrual.id)):
        terms = _terms(record, line.accrual).third_parties[party]
        free = bool({line.accrual.head, fault(line.accrual)} & set(terms.limit_except))
        limit = None if free else _limit(record, terms, line.accrual)
        loss = line.curve(record.as_of.day)
        if party in line.accrual.jointly:  # among joint debtors each bears its share (Civil Code 519)
            loss = min(loss, line.accrual.jointly[party].minor)
        key = line.accrual.slices[0].first, _window(record, terms.limit, line), limit
        meeting.setdefault(key, []).append((line, terms, loss, free))
    for (_, window, allowed), lines in meeting.items():
        # Losses of one day share what is left, as under a cap: neither their names nor their order in a file decide.
        losses = [loss for _, _, loss, _ in lines]
        left = sum(losses) if allowed is None else max(0, allowed - used.get(window, 0))
        ids = [line.accrual.id for line, *_ in lines]
        shares = split(min(left, sum(losses)), losses, ids, record.counting.of("remainder"))
        for (line, terms, loss, free), within in zip(lines, shares, strict=True):
            room = loss if allowed is None else left
            counted = 0 if free else within
            used[window] = used.get(window, 0) + counted
            parts.append((_split(record, line, terms, party, (loss, allowed, room, within)), counted))
    return Against(party, limit, sum(used.values()), tuple(parts))


def _window(record: Record, ceiling: Ceiling | None, line: Line) -> str:
    """Which headroom of the limit a loss uses: the one there is, its own, or that of the window in which it fell."""
    per = ceiling.per if ceiling else None
    if per in {"obligation", "claim"}:
        return line.accrual.id
    if per in {None, "all"} or str(per).startswith("rolling"):
        return ""
    day = line.accrual.slices[0].first
    return next((w.id for w in windows(record, str(per), whole_life=True) if w.first <= day < w.after), "")


def _terms(record: Record, accrual: Accrual) -> Contract:
    """The contract as it stood for a loss; what was settled before an amendment of everything stays as it was."""
    day, subject = accrual.slices[0].first, f"{accrual.rule}:{accrual.subject}"
    return record.amended(record.amendments_for(day, day, _loss_moment(record, accrual), subject=subject))


def _loss_moment(record: Record, accrual: Accrual) -> Moment:
    facts = [f for name, f in subjects(record.of("loss proven")) if name == accrual.subject]
    return facts[0].at if facts else Moment(accrual.slices[0].first, None)


def _limit(record: Record, terms: ThirdParty, accrual: Accrual) -> int | None:
    if terms.limit is None:
        return None
    exact = amount_of(terms.limit.to, _terms(record, accrual))
    return None if exact is None else integer(exact, "down")


def _shares(record: Record, terms: ThirdParty, party: str, line: Line) -> dict[str, Fraction]:
    """Who bears the excess: as agreed, else by KNOBS `excess` (the engager, 593; or the client)."""
    debtor = line.accrual.debtor
    hangs_on = terms.excess_if
    acts = [f for f in record.of(hangs_on, party) if f.event.by in {None, party}] if hangs_on else []
    if terms.excess and (hangs_on is None or any(fact.at.day <= line.first for fact in acts)):
        return terms.excess
    how = record.counting.of("excess")
    if how == "client":
        return {next((key for key in record.contract.parties if key != debtor), debtor): Fraction(1)}
    if how == "shared as agreed":
        record.question(asking("excess", f"third_parties.{party}.excess"))
    return {}


def _split(
    record: Record, line: Line, terms: ThirdParty, party: str, sums: tuple[int, int | None, int, int]
) -> Recourse:
    """Within the limit the debtor answers and has recourse; the excess is borne as agreed, else all by who engaged it
    (593).
    """
    loss, limit, left, within = sums
    accrual, currency = line.accrual, line.accrual.gross.currency
    excess = loss - within
    shares: dict[str, int] = {}
    agreed = _shares(record, terms, party, line) if excess else {}
    if agreed:
        names = sorted(agreed)
        scale = 1
        for share in agreed.values():
            scale *= share.denominator
        weights = [int(agreed[name] * scale) for name in names]
        shares = dict(zip(names, split(excess, weights, names, record.counting.of("remainder")), strict=True))
        borne = sum(amount for name, amount in shares.items() if name != accrual.debtor)
        if borne:
            line.curve = _less(line.curve, loss, loss - borne)
            line.reductions.append(
                Reduction(kind="excess", by=party, clause=terms.clause or "", amount=Money(borne, currency))
            )
    return Recourse(
        id=f"recourse:{accrual.id}",
        charge=accrual.id,
        debtor=party,
        creditor=accrual.debtor,
        loss=Money(loss, currency),
        limit=None if limit is None else Money(limit, currency),
        left=None if limit is None else Money(left, currency),
        within=Money(within, currency),
        excess=Money(excess, currency),
        shares={n: Money(a, currency) for n, a in shares.items()},
        amount=Money(0, currency),
        own=Money(0, currency),
    )


def _less(inner: Curve, whole: int, kept: int) -> Curve:
    def curve(day: date) -> int:
        return inner(day) * kept // whole if whole else 0

    return curve


def recourse_of(record: Record, partial: Recourse, payable: int) -> Recourse:
    """Recourse is never more than the debtor must pay itself, unless the contract says gross loss (`recourse_base`)."""
    gross = record.counting.of("recourse_base") == "gross loss"
    amount = partial.within.minor if gross else min(partial.within.minor, payable)
    currency = partial.loss.currency
    return msgspec.structs.replace(
        partial, amount=Money(amount, currency), own=Money(max(0, payable - amount), currency)
    )
