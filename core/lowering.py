"""A contract and its events as small tables of whole numbers; what these cannot say is named."""

from collections.abc import Iterable
from datetime import date, datetime

from core.events import Event
from core.lowered.dates import dates_of
from core.lowered.limits import limits_charge, party_of, pool_of
from core.lowered.prices import TOGETHER, row_of
from core.lowered.reach import BeyondError, knobs_beyond, other_events, too_much
from core.lowered.tables import ENDLESS, INTEGERS, Line, Lowered, Party, Pool, Priced, over_scale, rounded
from core.periods import end_of_day
from core.record import Record, fold
from core.terms import Cap, Contract, Rule
from core.world import World

__all__ = ["lower"]


def lower(
    contract: Contract,
    events: Iterable[Event],
    *,
    as_of: date | datetime,
    known_at: date | datetime | None = None,
    world: World,
) -> Lowered | tuple[str, ...]:
    """A contract with its events as tables; else the names of what the tables cannot say ("rules.minimum")."""
    listed = tuple(events)
    wrong = dict.fromkeys((*too_much(contract), *other_events(listed)))
    if wrong:
        return tuple(wrong)
    record = fold(contract, listed, as_of=as_of, known_at=known_at, world=world, assume={})
    beyond = knobs_beyond(record.counting)
    if beyond:
        return beyond
    return _Lowering(record).made()


class _Lowering:
    """Lowers one record; what the contract leaves open, or the tables cannot say, ends it by name."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.contract = record.contract
        self.counting = record.counting
        self.rules: dict[str, Priced] = {}
        self.parties: dict[tuple[str, str], int] = {}
        self.limits: list[Party] = []
        self.totals: dict[str, Pool] = {}

    def made(self) -> Lowered | tuple[str, ...]:
        try:
            lines = self._ranked(self._lines())
            pools, placed = self._pooled(lines)
        except BeyondError as name:
            return (str(name),)
        if self.record.questions:
            return tuple(dict.fromkeys(f"asked.{problem.code}" for problem in self.record.questions))
        contract, calendar = self.contract, self.record.calendar
        totals = tuple(self.totals.values())
        return Lowered(contract.number, contract.currency, calendar, placed, totals, tuple(self.limits), pools)

    def _ranked(self, lines: list[tuple[Line, Rule]]) -> list[tuple[Line, Rule]]:
        place = {name: number for number, name in enumerate(sorted(line.id for line, _ in lines))}
        return [(line._replace(rank=place[line.id]), rule) for line, rule in lines]

    # what is late

    def _lines(self) -> list[tuple[Line, Rule]]:
        ends = self.counting.late_ends
        made: list[tuple[Line, Rule]] = []
        as_of = self.record.as_of
        today, over = as_of.day.toordinal(), as_of.instant == end_of_day(as_of.day, self.record.zone)
        total = self.contract.total.minor if self.contract.total else 0
        for subject, source, owed_by, owed_to, due, done in dates_of(self.record):
            until = today if done is None else done
            if due is None or until <= due:
                continue
            for rule in self._answering(source, subject):
                row = self._priced(rule)
                start, end = due, until
                if not row.working:
                    start, end = due - (ends == "both in"), until - (ends == "both out" and not (done is None and over))
                debtor = rule.owed_by if rule.owed_by in self.contract.parties else owed_by
                creditor = rule.owed_to or (owed_to if rule.owed_by is None else "")
                creditor = creditor or self.record.facing(debtor, f"rules.{rule.id}.owed_to")
                party = self._party(rule, debtor)
                name, together = f"{rule.id}:{subject}", self._together(rule, row, total)
                made.append((Line(name, row, start, end, total, debtor, creditor, together, party), rule))
        return made

    # rules

    def _answering(self, source: str, subject: str) -> list[Rule]:
        """The rules that answer to a late annex; two of one head only where the contract says that both are due."""
        rules = [
            rule
            for rule in self.contract.rules
            if rule.when.state == "late" and (rule.when.any in {"annex", "duty"} or rule.when.id in {source, subject})
        ]
        if len({rule.head for rule in rules}) < len(rules) and self.counting.of("stack") != "all":
            raise BeyondError("rules.stack")
        return rules

    def _priced(self, rule: Rule) -> Priced:
        if rule.id not in self.rules:
            self.rules[rule.id] = row_of(self.record, rule)
        return self.rules[rule.id]

    def _together(self, rule: Rule, row: Priced, base: int) -> int:
        """The place of the maximum of all charges of a rule; −1 where each has its own, or none."""
        if rule.at_most is None or (rule.at_most.per or self.counting.of("at_most")) not in TOGETHER:
            return -1
        if rule.id not in self.totals:
            assert row.together is not None
            over = over_scale(INTEGERS, row.together[0], base, row.together[1])
            self.totals[rule.id] = Pool(((1, ENDLESS),), rounded(over, row.scale, row.lead, row.even), False)
        return list(self.totals).index(rule.id)

    # limits

    def _party(self, rule: Rule, debtor: str) -> int:
        """The third party's limit that a rule's charges use up; −1 where none limits them."""
        third = self.contract.third_parties.get(rule.recourse or "")
        if third is None:
            if rule.recourse:
                raise BeyondError("rules.recourse")
            return -1
        if third.limit is None or rule.head in third.limit_except:
            return -1
        key = str(rule.recourse), debtor
        if key not in self.parties:
            if len({name for name, _ in self.parties if name == key[0]}):
                raise BeyondError("third_parties.limit for two debtors")
            self.parties[key] = len(self.limits)
            self.limits.append(party_of(self.record, third, debtor))
        return self.parties[key]

    def _pooled(self, lines: list[tuple[Line, Rule]]) -> tuple[tuple[Pool, ...], tuple[Line, ...]]:
        """The caps that limit any of the lines, and the lines with their cap."""
        used: dict[str, int] = {}
        pools: list[Pool] = []
        placed = []
        found: dict[tuple[str, str], Cap | None] = {}
        for line, rule in lines:
            key = (rule.id, line.debtor)
            if key not in found:
                caps = [cap for cap in self.contract.caps if limits_charge(cap, rule, line.debtor)]
                if len(caps) > 1:
                    raise BeyondError("caps.two over one charge")
                found[key] = caps[0] if caps else None
            cap = found[key]
            if cap is not None and cap.id not in used:
                used[cap.id] = len(pools)
                pools.append(pool_of(self.record, cap))
            placed.append(line if cap is None else line._replace(pool=used[cap.id]))
        return tuple(pools), tuple(placed)
