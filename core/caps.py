"""The ladder of caps: which charges a cap limits, in which windows, in which order, and what is left of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from core.accounts import Account
from core.charges import Accrual, amount_of
from core.curves import (
    ALWAYS,
    Curve,
    Cut,
    Line,
    Reduction,
    allocate,
    months_before,
    narrow,
    narrowed,
    scaled,
    split,
    steps,
    touching,
)
from core.money import Money, integer
from core.presets import asking
from core.problems import Problem
from core.record import Fact, Record, subjects
from core.schedule import Obligation, Window, term_of, windows
from core.terms import Amount, Cap, Contract, Rule, Share

__all__ = ["CapUse", "Faults", "Fee", "Ladder", "Use", "fees", "kind_of", "ladder"]

SCOPES = frozenset({"claim", "person", "event", "third party", "head", "obligation"})
_GRAVE = frozenset({"intent", "gross negligence", "personal injury"})
"""What no cap may limit under Civil Code 506; of property loss the two degrees of fault, of injury any."""


class Use(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one charge uses of a limit: from which day to which, by which clause, and what is `left` after it.

    `unlimited` charges use the limit up and are not cut by it.
    """

    charge: str
    amount: Money
    clause: str = ""
    first: date | None = None
    last: date | None = None
    left: Money | None = None
    unlimited: bool = False


class CapUse(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A limit in one window: how much it allows, what used it up, what is left, what lies beyond, and the last day
    paid in full. `uses` is the running ledger, in the order in which the headroom went. `provisional`: shared pro rata
    in a window that is still open, so that a later charge can still move it.
    """

    cap: str
    clause: str
    window: str
    first: date | None = None
    last: date | None = None
    limits: str
    limit: Money
    used: Money
    headroom: Money
    beyond: Money
    full: date | None = None
    provisional: bool = False
    uses: tuple[Use, ...] = ()


class Fee(NamedTuple):
    """One fee as fallen due and as paid, for caps that are a share of fees."""

    due: date | None
    amount: int
    paid: tuple[tuple[date, int], ...]


class Pool(NamedTuple):
    """What shares one headroom: the window (or claim, person, event …), what is limited, and what only uses it up."""

    window: Window
    limited: list[Line]
    free: list[Line]


def fees(obligations: Iterable[Obligation], debts: Mapping[str, Account]) -> tuple[Fee, ...]:
    """The fees of a contract as they fell due and were paid."""
    due = {o.id: o.due.day for o in obligations if o.due}
    return tuple(
        Fee(due.get(key), debt.amount.minor, tuple((p.day, p.principal.minor) for p in debt.payments))
        for key, debt in debts.items()
    )


class Faults:
    """The fault that counts for each charge. An allegation carves nothing out; an admission or a finding does.

    What a loss's own event says counts as found, unless something was recorded about it since. `turned` charges are
    taken the other way, to show that figure beside.
    """

    def __init__(self, record: Record, turned: frozenset[str] = frozenset()) -> None:
        self.turned = turned
        kinds = ("fault alleged", "fault admitted", "fault found", "fault not found")
        facts = sorted((f for kind in kinds for f in record.of(kind)), key=lambda f: f.order)
        self.said: dict[str, list[Fact]] = {}
        for fact in facts:
            self.said.setdefault(fact.event.of or "", []).append(fact)

    def facts(self, accrual: Accrual) -> list[Fact]:
        """What was recorded about the fault behind a charge, in order."""
        names = dict.fromkeys((accrual.id, accrual.subject, accrual.breach))
        return [fact for name in names for fact in self.said.get(name, [])]

    def state(self, accrual: Accrual) -> str | None:
        """The last thing said: "fault alleged", "fault admitted", "fault found", "fault not found"."""
        facts = self.facts(accrual)
        return facts[-1].event.what if facts else None

    def of(self, accrual: Accrual) -> str | None:
        """The degree of fault that counts."""
        facts = self.facts(accrual)
        if not facts:
            return accrual.fault
        degree = next((f.event.fault for f in reversed(facts) if f.event.fault), accrual.fault)
        stands = facts[-1].event.what in {"fault admitted", "fault found"}
        return degree if stands != (accrual.id in self.turned) else None


def kind_of(accrual: Accrual, rule: Rule | None) -> str:
    """What a charge is for a cap's `counts`: by the rule's own word, else by what it is computed from."""
    if rule is not None and rule.kind is not None:
        return rule.kind
    if any(part.of == "loss" for part in accrual.slices):
        return "damages"
    if accrual.head == "interest" or any(part.per > 1 or part.of in {"unpaid", "payable"} for part in accrual.slices):
        return "interest"
    return "credits" if rule is not None and rule.when.measure is not None else "agreed sums"


def ladder(contract: Contract) -> tuple[Cap, ...]:
    """The caps in the order in which they are worked: inner before outer (`within`, or fewer heads), what stands beside
    the general cap or spills into it before it, and an increased cap that holds the general one after it.
    """
    caps = {cap.id: cap for cap in contract.caps}
    before: dict[str, list[str]] = {key: [] for key in caps}
    for cap in contract.caps:
        if cap.within in caps:
            before[str(cap.within)].append(cap.id)
        if cap.increases in caps:
            inside = cap.super_cap == "inside it"
            before[cap.id if inside else str(cap.increases)].append(str(cap.increases) if inside else cap.id)
    for cap in contract.caps:
        heads = set(cap.covers or ())
        narrower = [
            c.id for c in contract.caps if c.limits == cap.limits and set(c.covers or ()) < heads and not c.increases
        ]
        before[cap.id] += [key for key in narrower if caps[key].covers and cap.super_cap is None and not cap.within]
    done: dict[str, Cap] = {}

    def visit(key: str, trail: tuple[str, ...]) -> None:
        if key not in done and key not in trail:
            for earlier in before[key]:
                visit(earlier, (*trail, key))
            done[key] = caps[key]

    for key in caps:
        visit(key, ())
    return tuple(done.values())


class Ladder:
    """All caps of one contract over all its charges; `lawful` leaves out what Civil Code 506 lets no cap limit."""

    def __init__(self, record: Record, faults: Faults, fees: Sequence[Fee], *, lawful: bool = False) -> None:
        self.record = record
        self.faults = faults
        self.fees = fees
        self.lawful = lawful
        self.day = record.as_of.day
        self.currency = record.contract.currency
        self.rules = {rule.id: rule for rule in record.contract.rules}
        kinds = dict.fromkeys(f.event.what for f in record.facts if f.event.person or f.event.cause)
        named = [pair for kind in kinds for pair in subjects(record.of(kind))]
        self.facts = {name: f for name, f in named if f.event.person or f.event.cause}
        self.spilled: dict[str, list[tuple[Line, Line, Curve]]] = {}

    def climb(self, lines: Sequence[Line]) -> list[CapUse]:
        """Cut all charges by all caps, in order; the ledger of each."""
        ledger: list[CapUse] = []
        for cap in map(self._as_counted, ladder(self.record.contract)):
            ledger.extend(self._capped(cap, lines))
            for whole, part, within in self.spilled.pop(cap.id, ()):
                whole.curve = _sum(within, part.curve)
        order = {cap.id: number for number, cap in enumerate(self.record.contract.caps)}
        return sorted(ledger, key=lambda use: order[use.cap])

    def _as_counted(self, cap: Cap) -> Cap:
        """A cap with what [counting] says for all caps that are silent (KNOBS `covers`, `counts`, `cap_year`)."""
        of = self.record.counting.of
        covers, counts, per = cap.covers, cap.counts, cap.to.per
        said = of("covers")
        if covers is None and said is not None and said != "named heads":
            covers = ("everything",) if said == "all but named" else tuple(said.split(", "))
        said = of("counts")
        if not counts and said is not None:
            counts = {
                kind: kind in said.split(", ") for kind in ("credits", "interest", "agreed sums", "refunds", "costs")
            }
        per = per or {
            "contract year": "contract year",
            "calendar": "calendar year",
            "rolling": "rolling 12 months",
        }.get(of("cap_year") or "")
        return msgspec.structs.replace(cap, covers=covers, counts=counts, to=msgspec.structs.replace(cap.to, per=per))

    def _capped(self, cap: Cap, lines: Sequence[Line]) -> list[CapUse]:
        where = f"caps.{cap.id}"
        if cap.covers is None:
            self._ask(f"{where}.covers", "covers")
            return []
        if cap.to.per is None:
            self._ask(f"{where}.to", "cap_year")
            return []
        if cap.increases is not None and self._super(cap) is None:
            self._ask(f"{where}.super_cap", "super_cap")
            return []
        limited, free = self._group(cap, lines)
        before = [line.curve for line in limited]
        uses = [use for pool in self._pools(cap, limited, free) for use in self._pooled(cap, pool)]
        if self._super(cap) == "spills into the general" and cap.increases:
            self._spill(cap, limited, before)
        return [use for use in uses if use.first is None or use.first <= self.day]

    def _super(self, cap: Cap) -> str | None:
        return cap.super_cap or self.record.counting.of("super_cap")

    def _spill(self, cap: Cap, limited: Sequence[Line], before: Sequence[Curve]) -> None:
        """What an increased cap does not pay goes on to the general cap, as a charge beside the others."""
        for line, inner in zip(limited, before, strict=True):
            within = line.curve
            if inner(line.last) > within(line.last):
                line.reductions[:] = [r for r in line.reductions if r.by != cap.id]
                part = Line(line.accrual, _difference(inner, within), line.first, line.last, line.reductions)
                self.spilled.setdefault(str(cap.increases), []).append((line, part, within))

    # which charges

    def _group(self, cap: Cap, lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """What a cap limits, and what only uses it up."""
        spilled = self.spilled.get(cap.id, [])
        apart = self._apart(cap)
        limited, free = [part for _, part, _ in spilled], []
        for line in lines:
            if line.accrual.head in apart or any(line is whole for whole, _, _ in spilled):
                continue
            stands = self._stands(cap, line.accrual)
            if stands == "limited":
                limited.append(line)
            elif stands == "uses":
                free.append(line)
        return limited, free

    def _apart(self, cap: Cap) -> set[str]:
        """The heads that an increased cap takes out of the general one."""
        above = [c for c in self.record.contract.caps if c.increases == cap.id]
        return {head for c in above for head in c.covers or () if self._super(c) != "inside it"}

    def _stands(self, cap: Cap, accrual: Accrual) -> str | None:
        """Whether a cap limits a charge ("limited"), is only used up by it ("uses"), or has nothing to do with it."""
        if accrual.debtor != cap.limits:
            return None
        degrees = {accrual.head, self.faults.of(accrual)}
        if degrees & {*cap.except_, *(_GRAVE if self.lawful else ())}:
            return "uses" if cap.erodes or self.record.counting.of("except") == "not limited, erodes" else None
        kind = kind_of(accrual, self.rules.get(accrual.rule))
        counted = cap.counts.get(kind)
        covers = set(cap.covers or ())
        for inner in self.record.contract.caps:
            if inner.id == cap.increases and self._super(cap) == "inside it":
                covers |= set(inner.covers or ())
        if counted is False:
            return None
        if accrual.head in covers:
            return "limited"
        if "everything" not in covers:
            return "uses" if counted else None
        if kind == "interest":  # price and interest on it are never limited unless the contract says so
            return "limited" if counted else None
        if counted is None and kind != "damages":
            self._ask(f"caps.{cap.id}.counts", "counts", kind=kind)
            return None
        return "limited"

    # which headroom

    def _pools(self, cap: Cap, limited: list[Line], free: list[Line]) -> list[Pool]:
        per = cap.to.per or ""
        if per in SCOPES:
            return self._scoped(cap, per, limited, free)
        if per in {"all", "term"}:
            return self._terms(cap, limited, free)
        if per.startswith("rolling"):
            return [Pool(ALWAYS, limited, free)]
        found = windows(self.record, per, whole_life=True)
        if not found:
            self.record.question(Problem("TERMS-TERM-01", "term", {"per": per}))
        return self._dated(cap, found, limited, free)

    def _scoped(self, cap: Cap, per: str, limited: list[Line], free: list[Line]) -> list[Pool]:
        pools: dict[str, Pool] = {}
        for lines, place in ((limited, 1), (free, 2)):
            for line in lines:
                key = self._key(cap, per, line.accrual)
                if key is not None:
                    pool = pools.setdefault(key, Pool(Window(key, ALWAYS.first, ALWAYS.after), [], []))
                    (pool.limited if place == 1 else pool.free).append(line)
        return list(pools.values())

    def _key(self, cap: Cap, per: str, accrual: Accrual) -> str | None:
        """The one claim, person, event, third party or head that a charge belongs to; None: the cap is not for it."""
        fact = self.facts.get(accrual.subject)
        if per == "person":
            return fact.event.person if fact else None
        if per == "third party":
            return accrual.caused if accrual.caused in self.record.contract.third_parties else None
        if per == "head":
            return accrual.head
        cause = fact.event.cause if fact else None
        if per == "event":
            return cause or accrual.subject
        if per == "claim" and cap.series == "as one":
            return cause or accrual.id
        return accrual.subject if per == "obligation" else accrual.id

    def _terms(self, cap: Cap, limited: list[Line], free: list[Line]) -> list[Pool]:
        """One headroom for the contract's life, or a new one with each renewal (KNOBS `renewal`, asked)."""
        renewal, term = self.record.contract.renewal, term_of(self.record)
        lines = [*limited, *free]
        if renewal is None or renewal.tacit is None or term is None or all(line.last < term.after for line in lines):
            return [Pool(ALWAYS, limited, free)]
        how = cap.renewal or self.record.ask("renewal", f"caps.{cap.id}.renewal")
        if how != "new headroom":
            return [Pool(ALWAYS, limited, free)]
        months = renewal.tacit.n * {"year": 12, "month": 1}.get(renewal.tacit.unit, 0)
        spans = [Window("T1", ALWAYS.first, term.after)]
        while months and spans[-1].after <= self.day:
            spans.append(Window(f"T{len(spans) + 1}", spans[-1].after, months_before(spans[-1].after, -months)))
        return self._dated(cap, tuple(spans), limited, free)

    def _dated(self, cap: Cap, spans: Sequence[Window], limited: list[Line], free: list[Line]) -> list[Pool]:
        """By the day a charge accrues a window cuts it; by any other day it belongs to one window whole."""
        how = (cap.window or self.record.counting.of("window_day") or "").removeprefix("the day ")
        by = {"of the breach": "breach day", "of the claim": "claim day", "of payment": "payment day"}.get(how, how)
        lines = [*limited, *free]
        if not by and any(
            len([w for w in spans if line.first < w.after and line.last >= w.first]) > 1 for line in lines
        ):
            self._ask(f"caps.{cap.id}.window", "window_day")
        if by not in {"breach day", "claim day", "payment day"}:
            return [Pool(window, limited, free) for window in spans]
        pools = []
        for window in spans:
            mine = [
                [line for line in group if window.first <= self._falls(by, line) < window.after]
                for group in (limited, free)
            ]
            pools.append(Pool(window, *mine))
        return pools

    def _falls(self, by: str, line: Line) -> date:
        """The day that decides the window; a charge not yet claimed or paid falls on the day asked about."""
        if by == "breach day":
            counted = line.accrual.counted
            return counted.start + timedelta(days=1) if counted else line.first
        kinds = ("notified", "claimed") if by == "claim day" else ("paid", "set off")
        days = [fact.at.day for kind in kinds for fact in self.record.of(kind, line.accrual.id)]
        return min(days, default=self.day)

    # how much

    def _limits(
        self, cap: Cap, window: Window, lines: Sequence[Line], reached: tuple[str, ...]
    ) -> list[tuple[date, int]]:
        """The cap's amount from each day of the window on, as amended from days on or for the charges `reached`."""
        changes = {v.effective.day for v in self.record.versions if v.applies == "days"}
        made: list[tuple[date, int]] = []
        for day in [window.first, *sorted(d for d in changes if window.first < d < window.after)]:
            days = (v for v in self.record.versions if v.amendment.id in reached or v.applies == "days")
            ids = tuple(v.amendment.id for v in days if v.applies != "days" or day >= v.effective.day)
            terms = self.record.amended(ids)
            limit = self._amount(next(c for c in terms.caps if c.id == cap.id), terms, lines)
            if not made or made[-1][1] != limit:
                made.append((day, limit))
        if self.record.counting.of("cap_change") == "by days" and len(made) > 1 and window.first != ALWAYS.first:
            edges = [*(day for day, _ in made), window.after]
            sums = sum(limit * (edges[i + 1] - edges[i]).days for i, (_, limit) in enumerate(made))
            made[-1] = (made[-1][0], sums // (window.after - window.first).days)
        return made

    def _amount(self, cap: Cap, terms: Contract, lines: Sequence[Line]) -> int:
        """The limit in minor units: one amount, or the greater or lesser of two (asked)."""
        limits = [self._worth(cap, amount, terms, lines) for amount in (cap.to.to, cap.or_) if amount is not None]
        if len(limits) == 1:
            return limits[0]
        which = cap.takes or {"greater": "greater", "lesser": "lesser"}.get(
            self.record.counting.of("greater_or_less") or ""
        )
        if which is None:
            self._ask(f"caps.{cap.id}.takes", "greater_or_less")
        return max(limits) if which == "greater" else min(limits)

    def _worth(self, cap: Cap, amount: Amount, terms: Contract, lines: Sequence[Line]) -> int:
        if isinstance(amount, Share) and amount.of.startswith("fees of "):
            return integer(amount.rate * self._fees(cap, amount.of, lines), "down")
        exact = amount_of(amount, terms)
        if exact is None:
            self.record.question(Problem("TERMS-BASE-01", f"caps.{cap.id}.to", {}))
        return integer(exact or Fraction(0), "down")

    def _fees(self, cap: Cap, base: str, lines: Sequence[Line]) -> Fraction:
        """The fees of the last n months before the first charge that the cap limits (KNOBS `fees_base`, asked)."""
        how = self.record.ask("fees_base", f"caps.{cap.id}.to")
        if cap.fees is None:
            self._ask(f"caps.{cap.id}.fees", "fees_base")
        if how == "payable for the term" or base == "fees of the term":
            return Fraction(sum(fee.amount for fee in self.fees))
        months = int(base.split(" ")[-2])
        until = min((line.first for line in lines), default=self.day)
        first, term = months_before(until, months), term_of(self.record)
        days = [
            (day, amount)
            for fee in self.fees
            for day, amount in (fee.paid if cap.fees == "paid" else [(fee.due, fee.amount)] if fee.due else [])
        ]
        sum_ = Fraction(sum(amount for day, amount in days if first <= day < until))
        if how != "annualised" or term is None or term.first <= first:
            return sum_
        passed = max(n for n in range(months + 1) if months_before(until, n) >= term.first)
        return sum_ * months / max(passed, 1)

    # the cut

    def _pooled(self, cap: Cap, pool: Pool) -> list[CapUse]:
        """Deductible, attachment, limit, share: in this order (KNOBS section 16)."""
        bounded = pool.window.after != ALWAYS.after
        whole = (cap.window or "").startswith("the day of") or self.record.counting.of("window_day") not in {
            None,
            "accrual day",
        }
        reach = pool.window if bounded and not whole else Window(pool.window.id, ALWAYS.first, ALWAYS.after)
        self._deduct(cap, pool.limited, reach)
        if cap.share is not None and cap.share_order == "before the limit":
            self._share(cap, pool.limited, reach)
        made, spent, limit = [], 0, 0
        for ids, part in self._by_terms(cap, pool):
            limits = self._limits(cap, pool.window, pool.limited, ids)
            if cap.reinstated:
                for line in part.limited:
                    most = limits[-1][1]
                    narrow(line, _at_most(line.curve, most), self.day, kind="cap", by=cap.id, clause=cap.clause)
                limits = [(day, limit * (1 + cap.reinstated)) for day, limit in limits]
            limit = limits[-1][1]
            limits = [(day, max(0, limit - spent)) for day, limit in limits]
            if (cap.to.per or "").startswith("rolling"):
                made.append(self._rolling(cap, part, limits))
            elif self._order(cap) == "pro rata":
                made.append(self._pro_rata(cap, part, reach, limits[-1][1]))
            else:
                made.append(self._first_come(cap, part, reach, limits))
            spent += made[-1].used.minor
        use = made[0] if len(made) == 1 else self._joined(made, limit, spent)
        if use.beyond.minor and self._order(cap) is None and len(touching(pool.limited, reach)) > 1:
            self._ask(f"caps.{cap.id}.order", "order")
            self._withhold(cap, touching(pool.limited, reach), reach)
        if cap.share is not None and cap.share_order != "before the limit":
            self._share(cap, pool.limited, reach)
        if not bounded:
            return [use]
        first = None if pool.window.first == ALWAYS.first else pool.window.first
        return [msgspec.structs.replace(use, first=first, last=pool.window.after - timedelta(days=1))]

    def _withhold(self, cap: Cap, lines: Sequence[Line], window: Window) -> None:
        """Until the contract says who comes first, what any one charge gets of an exhausted limit is unknown: none is
        given a figure, rather than all of them a guess.
        """
        before, last = window.first - timedelta(days=1), window.after - timedelta(days=1)
        for line in lines:
            without = _without(line.curve, before, last)
            narrow(line, without, self.day, kind="undecided", by=cap.id, clause=cap.clause, window=window.id)

    def _by_terms(self, cap: Cap, pool: Pool) -> list[tuple[tuple[str, ...], Pool]]:
        """A pool by the amendments of the limit that concern its charges: what an amendment does not reach comes first,
        under the limit as it was; the rest has the new limit less what that used.
        """
        moving = [v.amendment for v in self.record.versions if v.applies != "days"]
        ids = [one.id for one in moving if _moves(cap, one.set)]
        if not ids:
            return [((), pool)]
        groups: dict[tuple[str, ...], Pool] = {}
        for lines, place in ((pool.limited, 1), (pool.free, 2)):
            for line in lines:
                reached = {name for part in line.accrual.slices for name in part.terms}
                key = tuple(name for name in ids if name in reached)
                part = groups.setdefault(key, Pool(pool.window, [], []))
                (part.limited if place == 1 else part.free).append(line)
        ranked = sorted(groups.items(), key=lambda pair: (len(pair[0]), [ids.index(name) for name in pair[0]]))
        return ranked or [(tuple(ids), pool)]

    def _order(self, cap: Cap) -> str | None:
        return cap.order or self.record.counting.of("order")

    def _deduct(self, cap: Cap, limited: Sequence[Line], window: Window) -> None:
        """Take off what the creditor bears first: from each claim, or once from the window's sum."""
        terms = self.record.contract
        for kind, amount in (("deductible", cap.deductible), ("attachment", cap.attachment)):
            if amount is None:
                continue
            own = self._worth(cap, amount, terms, limited)
            single = kind == "deductible" and cap.deductible_per != "window"
            for group in [[line] for line in limited] if single else [touching(limited, window)]:
                cut = allocate(group, window, own)
                whole = cap.franchise and cut.total > own
                for line, extra in zip(cut.lines, cut.extra, strict=True):
                    kept = line.curve if whole else _above(line.curve, cut, extra, cut.total > cut.used)
                    narrow(line, kept, self.day, kind=kind, by=cap.id, clause=cap.clause, window=window.id)

    def _share(self, cap: Cap, limited: Sequence[Line], window: Window) -> None:
        assert cap.share is not None
        for line in touching(limited, window):
            kept = scaled(line.curve, cap.share)
            narrow(line, kept, self.day, kind="share", by=cap.id, clause=cap.clause, window=window.id)

    def _first_come(self, cap: Cap, pool: Pool, window: Window, limits: list[tuple[date, int]]) -> CapUse:
        """One window of a cap; where it was amended on the way, each stretch has the new limit less what was used
        before it: what was used stays used and nothing is paid back (KNOBS `cap_change`).
        """
        made: list[CapUse] = []
        spent = 0
        fresh = self.record.counting.of("cap_change") == "fresh"
        for number, (first, limit) in enumerate(limits):
            after = limits[number + 1][0] if number + 1 < len(limits) else window.after
            stretch = Window(window.id, window.first if number == 0 else first, after)
            use = self._stretch(cap, pool, stretch, limit if fresh else max(0, limit - spent))
            made.append(use)
            spent += use.used.minor
        if len(made) == 1:
            return made[0]
        return self._joined(made, limits[-1][1], made[-1].used.minor if fresh else spent)

    def _joined(self, made: list[CapUse], limit: int, spent: int) -> CapUse:
        """The stretches of one window as one line of the ledger, under the limit that holds at its end."""
        uses: dict[str, list[Use]] = {}
        for use in (use for stretch in made for use in stretch.uses):
            uses.setdefault(use.charge, []).append(use)
        joined = [
            msgspec.structs.replace(
                parts[-1],
                amount=self._money(sum(part.amount.minor for part in parts)),
                first=parts[0].first,
                left=None,
            )
            for parts in uses.values()
        ]
        return msgspec.structs.replace(
            made[-1],
            limit=self._money(limit),
            used=self._money(spent),
            headroom=self._money(max(0, limit - spent)),
            beyond=self._money(sum(stretch.beyond.minor for stretch in made)),
            full=next((stretch.full for stretch in made if stretch.full), None),
            uses=self._ledger(joined, limit),
        )

    def _stretch(self, cap: Cap, pool: Pool, window: Window, limit: int) -> CapUse:
        """What comes first is paid first; by heads or with disputed charges last, one class after the other."""
        classes = self._classes(cap, pool.limited)
        remainder = self.record.counting.of("remainder")
        free = pool.free
        if len(classes) == 1:
            cuts = [allocate(classes[0], window, limit, free=free, remainder=remainder)]
        else:
            before, last = window.first - timedelta(days=1), window.after - timedelta(days=1)
            taken = sum(line.curve(last) - line.curve(before) for line in touching(free, window))
            cuts = []
            for lines in classes:
                left = max(0, limit - taken - sum(cut.used for cut in cuts))
                cuts.append(allocate(lines, window, left, remainder=remainder))
            cuts[0] = msgspec.structs.replace(cuts[0], free=taken)
        return self._applied(cap, window, cuts, free, limit)

    def _classes(self, cap: Cap, lines: list[Line]) -> list[list[Line]]:
        """Charges that come one after the other: by the order of the cap's heads; disputed ones last where a dispute
        reserves nothing (KNOBS `reserved`).
        """
        if self._order(cap) == "by head":
            heads = dict.fromkeys([*(cap.covers or ()), *(line.accrual.head or "" for line in lines)])
            return [g for head in heads if (g := [li for li in lines if (li.accrual.head or "") == head])] or [[]]
        if self.record.counting.of("reserved") == "none reserve":
            held = [line for line in lines if self._disputed(line.accrual)]
            if held:
                return [[line for line in lines if line not in held], held]
        return [lines]

    def _disputed(self, accrual: Accrual) -> bool:
        kinds = ("notified", "claimed", "disputed", "agreed", "settled")
        facts = sorted((f for k in kinds for f in self.record.of(k, accrual.id)), key=lambda f: f.order)
        return bool(facts) and facts[-1].event.what == "disputed"

    def _applied(self, cap: Cap, window: Window, cuts: Sequence[Cut], free: Sequence[Line], limit: int) -> CapUse:
        """Narrow the curves to what the cuts leave, and note it in the ledger."""
        uses: list[Use] = []
        for cut in cuts:
            bites = cut.total > cut.used
            for line, extra in zip(cut.lines, cut.extra, strict=True):
                uses.extend(self._narrowed(cap, window, line, cut, extra, bites=bites))
        for line in touching(free, window):
            uses.extend(self._use(cap, window, line, line.curve, unlimited=True))
        used = sum(cut.used + cut.free for cut in cuts)
        beyond = sum(cut.total - cut.used for cut in cuts)
        full = min((cut.full for cut in cuts if cut.total > cut.used), default=None)
        return self._made(cap, window, limit, used, beyond, full, uses)

    def _narrowed(self, cap: Cap, window: Window, line: Line, cut: Cut, extra: int, *, bites: bool) -> list[Use]:
        inner, end = line.curve, min(self.day, cut.last)
        before = inner(cut.first - timedelta(days=1))
        if bites:
            line.curve = narrowed(inner, cut, extra)
            lost = inner(end) - line.curve(end)
            if lost:
                line.reductions.append(
                    Reduction(
                        kind="cap",
                        by=cap.id,
                        clause=cap.clause,
                        window=window.id,
                        amount=self._money(lost),
                        full=cut.full,
                    )
                )
        return self._use(cap, window, line, line.curve) if line.curve(end) > before else []

    def _use(self, cap: Cap, window: Window, line: Line, curve: Curve, *, unlimited: bool = False) -> list[Use]:
        first, last = max(line.first, window.first), min(line.last, window.after - timedelta(days=1), self.day)
        amount = curve(last) - curve(first - timedelta(days=1))
        if not amount:
            return []
        low, high = first - timedelta(days=1), last
        while (high - low).days > 1:  # the first day by which all of it was used
            middle = low + (high - low) // 2
            low, high = (low, middle) if curve(middle) == curve(last) else (middle, high)
        return [Use(line.accrual.id, self._money(amount), cap.clause, first, high, None, unlimited)]

    def _made(
        self, cap: Cap, window: Window, limit: int, used: int, beyond: int, full: date | None, uses: list[Use]
    ) -> CapUse:
        return CapUse(
            cap=cap.id,
            clause=cap.clause,
            window=window.id,
            limits=cap.limits,
            limit=self._money(limit),
            used=self._money(min(used, limit) if any(use.unlimited for use in uses) else used),
            headroom=self._money(max(0, limit - used)),
            beyond=self._money(beyond),
            full=full,
            uses=self._ledger(uses, limit),
        )

    def _ledger(self, uses: Sequence[Use], limit: int) -> tuple[Use, ...]:
        """Each use with what it leaves, in the order in which they were complete."""
        left, made = limit, []
        for use in sorted(uses, key=lambda use: (use.last or date.max, use.charge)):
            left = max(0, left - use.amount.minor)
            made.append(msgspec.structs.replace(use, left=self._money(left)))
        return tuple(made)

    def _pro_rata(self, cap: Cap, pool: Pool, window: Window, limit: int) -> CapUse:
        """Share a window's limit among all its charges in proportion to what each accrued in it (provisional until it
        closes).
        """
        before, last = window.first - timedelta(days=1), min(window.after - timedelta(days=1), self.day)
        lines, free = touching(pool.limited, window), touching(pool.free, window)
        taken = sum(max(0, line.curve(last) - line.curve(before)) for line in free)
        amounts = [max(0, line.curve(last) - line.curve(before)) for line in lines]
        ids, left = [line.accrual.id for line in lines], max(0, limit - taken)
        total = sum(amounts)
        shares = amounts if total <= left else split(left, amounts, ids, self.record.counting.of("remainder"))
        uses: list[Use] = []
        for line, share, amount in zip(lines, shares, amounts, strict=True):
            if share < amount:
                line.curve = _in_proportion(line.curve, before, last, share, amount)
                off = self._money(amount - share)
                line.reductions.append(
                    Reduction(kind="cap", by=cap.id, clause=cap.clause, window=window.id, amount=off)
                )
            if share:
                uses.extend(self._use(cap, window, line, line.curve))
        for line in free:
            uses.extend(self._use(cap, window, line, line.curve, unlimited=True))
        made = self._made(cap, window, limit, sum(shares) + taken, total - sum(shares), None, uses)
        still_open = window.after - timedelta(days=1) > self.day
        return msgspec.structs.replace(made, provisional=still_open and made.beyond.minor > 0)

    def _rolling(self, cap: Cap, pool: Pool, limits: list[tuple[date, int]]) -> CapUse:
        """Day by day: what is paid in any n months together stays within the limit."""
        months = int((cap.to.per or "").split(" ")[1])
        lines, free = pool.limited, pool.free
        ids = [line.accrual.id for line in lines]
        paid: list[list[tuple[date, int]]] = [[] for _ in lines]
        used: list[tuple[date, int]] = []
        beyond, full = 0, None
        for day in sorted({d for line in (*lines, *free) for d in _days(line, self.day)}):
            limit = next(amount for since, amount in reversed(limits) if since <= day)
            start, eve = months_before(day, months), day - timedelta(days=1)
            taken = sum(line.curve(day) - line.curve(eve) for line in free)
            left = max(0, limit - sum(amount for on, amount in used if on > start) - taken)
            wanted = [line.curve(day) - line.curve(eve) for line in lines]
            total = sum(wanted)
            shares = wanted if total <= left else split(left, wanted, ids, self.record.counting.of("remainder"))
            for row, share in zip(paid, shares, strict=True):
                row.append((day, share))
            used.append((day, sum(shares) + taken))
            beyond += total - sum(shares)
            if total > left and full is None:
                full = eve
        uses: list[Use] = []
        for line, row in zip(lines, paid, strict=True):
            narrow(line, steps(row), self.day, kind="cap", by=cap.id, clause=cap.clause)
            uses.extend(self._use(cap, ALWAYS, line, line.curve))
        start = months_before(self.day, months)
        now = sum(amount for on, amount in used if on > start)
        return self._made(cap, ALWAYS, limits[-1][1], now, beyond, full, uses)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def _ask(self, where: str, knob: str, **args: str) -> None:
        self.record.question(asking(knob, where, **args))


def _days(line: Line, until: date) -> list[date]:
    """The days on which a charge grows."""
    last = min(line.last, until)
    if line.first >= last:
        return [line.first] if line.first <= until else []
    days = [line.first + timedelta(days=n) for n in range((last - line.first).days + 1)]
    return [day for day in days if line.curve(day) > line.curve(day - timedelta(days=1))]


def _moves(cap: Cap, paths: Mapping[str, Any]) -> bool:
    """Whether an amendment of these paths may change the cap's amount."""
    bases = {amount.of for amount in (cap.to.to, cap.or_) if isinstance(amount, Share)}
    return any(
        path.startswith(f"caps.{cap.id}.") or any(path == base or path.endswith(f".{base}") for base in bases)
        for path in paths
    )


def _sum(one: Curve, other: Curve) -> Curve:
    return lambda day: one(day) + other(day)


def _difference(whole: Curve, part: Curve) -> Curve:
    return lambda day: whole(day) - part(day)


def _at_most(inner: Curve, most: int) -> Curve:
    return lambda day: min(inner(day), most)


def _above(inner: Curve, cut: Cut, extra: int, bites: bool) -> Curve:
    """What a curve has above a cut: nothing of the window's part until the cut is full, all after it."""
    before = cut.first - timedelta(days=1)
    opening = inner(before)  # bound once, and each day asks the curve below once: windows and limits nest
    taken = (inner(cut.full) + extra if bites else inner(cut.last)) - opening

    def curve(day: date) -> int:
        if before < day <= cut.full:
            return opening
        return inner(day) - (taken if day > before else 0)

    return curve


def _without(inner: Curve, before: date, last: date) -> Curve:
    """A curve that stands still in one window."""
    opening, closing = inner(before), inner(last)

    def curve(day: date) -> int:
        return inner(day) if day <= before else opening if day <= last else inner(day) - (closing - opening)

    return curve


def _in_proportion(inner: Curve, before: date, last: date, share: int, amount: int) -> Curve:
    opening, closing = inner(before), inner(last)  # asked once: windows nest, and each would ask the one below it again

    def curve(day: date) -> int:
        if day <= before:
            return inner(day)
        if day > last:
            return opening + min(share, (closing - opening) * share // amount) + inner(day) - closing
        return opening + min(share, (inner(day) - opening) * share // amount)

    return curve
