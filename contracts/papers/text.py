"""An assessment as tables for a terminal: every figure, and on request every line of its working."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from contracts.papers.outside import ending, flow_table, stages
from contracts.papers.standing import held
from contracts.papers.sums import sums
from contracts.papers.voice import Voice, plain_id
from contracts.strips import lines as strip_lines
from contracts.titles import with_titles
from core.assessment import Assessment, Other, Usage
from core.breaches import Breach
from core.explain import Line, explain_ahead, explain_all, explain_due, strip
from core.life.settlements import Settlement
from core.money import Money
from core.periods import Due
from core.periods import Step as Counted
from core.record import Decided
from core.schedule import Obligation
from core.terms import Contract
from locales import has, speak, words

__all__ = ["amount", "portfolio", "report", "spoken", "state_of", "table"]

Row = Sequence[str]

LINE = 120
"""Cells of a line: what a terminal shows without breaking lines by itself."""
NARROW = 24
"""A column is not folded below this."""


def report(contract: Contract, assessment: Assessment, other: Iterable[Other], lang: str, *, why: bool = False) -> str:
    """The whole assessment as text: figures on top, then what is late and its cost, limits, recourse, decisions."""
    assessment = with_titles(contract, assessment)
    blocks = [
        _head(contract, assessment, lang),
        _obligations(contract, assessment, lang),
        _due_times(contract, assessment, lang) if why else "",
        _charges(contract, assessment, lang, why=why),
        _causes(contract, assessment, lang),
    ]
    blocks += [
        _accounts(assessment, lang),
        _caps(assessment, lang),
        _recourse(contract, assessment, lang),
        _outside(contract, assessment, lang, why=why),
        "\n".join(ending(assessment, lang)),
        _balances(contract, assessment, lang),
        _settlements(assessment, lang),
        _ahead(contract, assessment, lang),
        _rights(contract, assessment, lang, why=why),
        _beside(contract, assessment, lang) if why else "",
    ]
    blocks += [_decisions(contract, assessment, other, lang), _usages(assessment, lang), _digests(assessment, lang)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def portfolio(answers: Sequence[tuple[Contract, Assessment]], lang: str) -> str:
    """Many contracts on one page: what each is owed and owes, how much is late, what waits for a decision."""
    rows = [
        (
            *_header(lang, "contract", "title", "late", "problems"),
            words(lang, "text.owed-us"),
            words(lang, "text.we-owe"),
        )
    ]
    totals: dict[str, list[int]] = {}
    for contract, assessment in answers:
        owed, owing = _two(contract, assessment)
        late = sum(1 for b in assessment.breaches if b.kind == "late" and not b.waived)
        title = speak(lang, contract.title) if contract.title else ""
        rows.append((contract.number, title, str(late), str(len(assessment.problems)), amount(owed), amount(owing)))
        sums = totals.setdefault(assessment.currency, [0, 0])
        sums[0] += owed.minor
        sums[1] += owing.minor
    for currency, (owed_sum, owing_sum) in sorted(totals.items()):
        rows.append(
            (
                words(lang, "text.total"),
                "",
                "",
                "",
                amount(Money(owed_sum, currency)),
                amount(Money(owing_sum, currency)),
            )
        )
    counted = words(lang, "text.portfolio-one") if len(answers) == 1 else words(lang, "text.portfolio", n=len(answers))
    return f"{counted}\n{table(rows, right={2, 3, 4, 5})}\n"


def _two(contract: Contract, assessment: Assessment) -> tuple[Money, Money]:
    """What others owe us and what we owe others, as the page adds it up; zero where no party is ours."""
    found = {one.kind: one.total for one in sums(contract, assessment)}
    nothing = Money(0, assessment.currency)
    return found.get("in", nothing), found.get("out", nothing)


def amount(money: Money | None) -> str:
    """An amount as papers print it in every language: "CNY 72,000.00"."""
    return speak("en", money) if money is not None else "—"


class _Terse(Voice):
    """The terminal's voice: days and times as programs sort them."""

    def day(self, day: date) -> str:
        return day.isoformat()

    def instant(self, instant: datetime) -> str:
        return _local(instant, str(self.zone))


def spoken(line: Line, lang: str, zone: str, contract: Contract | None = None) -> str:
    """A line of reasons in words; a slice under an amendment says which, and for which days."""
    voice = _Terse(lang, contract, zone)
    said = voice.reason(line)
    if not line.args.get("terms"):
        return said
    span = words(lang, "EXPLAIN-SPAN-01", first=voice.day(line.args["first"]), last=voice.day(line.args["last"]))
    terms = words(lang, "EXPLAIN-TERMS-01", terms=line.args["terms"])
    return words(lang, "text.amended", said=said, span=span, terms=terms)


def state_of(assessment: Assessment, obligation: Obligation, breaches: dict[str, Breach]) -> str:
    """One word for where an obligation stands: a key under `state.` in the catalogues."""
    breach = breaches.get(f"late:{obligation.id}")
    if breach is not None:
        return "waived" if breach.waived else "late" if breach.running else "done-late"
    if obligation.due is None and obligation.waiting is None:
        return "undecided"
    if obligation.done is not None:
        return "pending" if obligation.done.pending else "done"
    return "waiting" if obligation.waiting else "open"


def _head(contract: Contract, assessment: Assessment, lang: str) -> str:
    title = speak(lang, contract.title) if contract.title else ""
    as_of = words(lang, "text.as-of", day=_local(assessment.as_of, assessment.zone, end=True))
    first = f"{contract.number}  {title}  ({as_of}"
    if assessment.known_at:
        first += f"; {words(lang, 'text.known', day=_local(assessment.known_at, assessment.zone, end=True))}"
    lines = [first + ")"]
    rows = []
    for one in sums(contract, assessment):
        if one.kind != "pair":
            rows.append((words(lang, "text.owed-us" if one.kind == "in" else "text.we-owe"), amount(one.total)))
            if one.prices.minor:
                rows.append(("  " + words(lang, "text.of-which-prices"), amount(one.prices)))
    if rows:
        lines += ["", table(rows, right={1})]
    return "\n".join(lines)


def _obligations(contract: Contract, assessment: Assessment, lang: str) -> str:
    late = {b.id: b for b in assessment.breaches if b.kind == "late"}
    rows = [_header(lang, "id", "title", "by", "due", "done", "state")]
    for o in assessment.obligations:
        due = (
            "—" if o.due is None else _local(o.due.instant, assessment.zone) if o.due.instant else o.due.day.isoformat()
        )
        done = (
            ""
            if o.done is None
            else _local(o.done.instant, assessment.zone)
            if o.done.instant and o.by_clock
            else o.done.day.isoformat()
        )
        rows.append(
            (
                o.id,
                speak(lang, o.title) if o.title else "",
                _label(contract, o.owed_by, lang),
                due,
                done,
                words(lang, f"state.{state_of(assessment, o, late)}"),
            )
        )
    return f"{words(lang, 'text.obligations')}\n{table(rows)}" if len(rows) > 1 else ""


def _due_times(contract: Contract, assessment: Assessment, lang: str) -> str:
    """Why each due time is what it is: how it was counted, then the strip of its days."""
    parts = [words(lang, "text.due-times")]
    for obligation in assessment.obligations:
        said = _steps(explain_due(obligation), lang, assessment.zone, contract)
        parts += [f"  {obligation.id}", *(f"    {line}" for line in said), *_strip(obligation.due, lang)]
    return "\n".join(parts) if assessment.obligations else ""


def _steps(steps: Iterable[Counted], lang: str, zone: str, contract: Contract) -> list[str]:
    return [spoken(Line(code=step.code, args=dict(step.args)), lang, zone, contract) for step in steps]


def _strip(due: Due | None, lang: str) -> list[str]:
    return [f"    {line}" for line in strip_lines(strip(due), lang)]


def _rights(contract: Contract, assessment: Assessment, lang: str, *, why: bool) -> str:
    """Rights that can be used or were, by their last day; with the reasons also how each last day was counted."""
    voice = _Terse(lang, contract, assessment.zone)
    rows = [_header(lang, "id", "right", "holder", "since", "last-day", "state")]
    reasons: list[str] = []
    far = [one for one in held(assessment) if one.far and one.state == "open" and not why]
    for one in held(assessment):
        right = one.right
        if one in far:
            continue
        last = right.lapses.isoformat() if right.lapses else words(lang, "page.right.never")
        kind, state = voice.coded("right", right.kind), words(lang, f"page.right.{one.state}")
        rows.append((right.id, kind, _label(contract, right.holder, lang), str(right.opened), last, state))
        opened = spoken(Line(code=right.why, args=right.args), lang, assessment.zone, contract)
        counted = _steps(right.due.steps if right.due else (), lang, assessment.zone, contract)
        # a limitation runs for years: the strip of its days shows nothing that its lines do not say
        days = () if right.kind == "limitation" else _strip(right.due, lang)
        reasons += [f"  {right.id}", *(f"    {line}" for line in (opened, *counted)), *days]
    lines = [words(lang, "page.section.rights"), *([table(rows)] if len(rows) > 1 else []), *(reasons if why else [])]
    if far:
        lines.append("  " + voice.t("right.only", count=len(far), day=far[0].right.lapses))
    return "\n".join(lines) if len(lines) > 1 else ""


_SHORT = (
    "EXPLAIN-RATE",
    "EXPLAIN-PRICE",
    "EXPLAIN-PROVEN",
    "EXPLAIN-YEARLY",
    "EXPLAIN-MAXIMUM",
    "EXPLAIN-CAP",
    "EXPLAIN-EXCESS",
    "EXPLAIN-UNDECIDED",
    "EXPLAIN-OWNSHARE",
    "EXPLAIN-DEDUCTIBLE",
    "EXPLAIN-ATTACHMENT",
    "EXPLAIN-SHARE-",
    "EXPLAIN-AGAINST",
    "EXPLAIN-SAMECAUSE",
    "EXPLAIN-COVERED",
    "EXPLAIN-PAYABLE",
)
"""The lines of reasons that are shown without --explain: the working and the limits."""


def _charges(contract: Contract, assessment: Assessment, lang: str, *, why: bool) -> str:
    ranges = [one for one in assessment.beside if one.code == "BESIDE-RANGE-01"]
    if not assessment.charges and not ranges:
        return ""
    parts = [words(lang, "text.charges")]
    gross = {accrual.id: accrual.gross for accrual in assessment.charges}
    told: dict[str, str] = {}
    for charge, lines in explain_all(assessment).items():
        # how its due time was counted stands with the due times
        shown = [_once(line, charge, told) for line in lines if why or line.code.startswith(_SHORT)]
        rows = [(charge, "", amount(gross[charge]))]
        for line in shown:
            said = spoken(line, lang, assessment.zone, contract)
            rows.append(("  " + line.clause, said, amount(line.amount) if line.amount else ""))
        parts.append(table(rows, right={2}))
    open_ = [
        f"  {one.about}\n    {spoken(Line(code=one.code, args=one.args), lang, assessment.zone)}" for one in ranges
    ]
    return "\n".join([*parts, *open_])


def _once(line: Line, charge: str, told: dict[str, str]) -> Line:
    """Why a reading was taken stands with the first charge that it decides; later ones name that charge."""
    if line.code != "EXPLAIN-DECIDED-01":
        return line
    first = told.setdefault(line.args["about"], charge)
    if first == charge:
        return line
    args = {"about": line.args["about"], "takes": line.args["takes"], "first": first}
    return msgspec.structs.replace(line, code="EXPLAIN-DECIDED-02", args=args)


def _causes(contract: Contract, assessment: Assessment, lang: str) -> str:
    """One fact behind several charges, where agreed sums meet a loss: both heads, and what lies between them."""
    said = [remark for remark in assessment.beside if remark.code == "BESIDE-CAUSE-01"]
    voice = _Terse(lang, contract, assessment.zone)
    return "\n".join([words(lang, "text.causes"), *(f"  {voice.reason(one)}" for one in said)]) if said else ""


def _accounts(assessment: Assessment, lang: str) -> str:
    rows = [_header(lang, "id", "amount", "due", "done", "open")]
    due = {o.id: o.due for o in assessment.obligations}
    for account in assessment.accounts:
        day = due.get(account.obligation)
        paid = ", ".join(f"{p.day.isoformat()} {amount(p.amount)}" for p in account.payments)
        rows.append(
            (
                account.obligation,
                amount(account.amount),
                day.day.isoformat() if day else "—",
                paid,
                amount(account.open),
            )
        )
    return f"{words(lang, 'text.accounts')}\n{table(rows, right={1, 4})}" if len(rows) > 1 else ""


def _settlements(assessment: Assessment, lang: str) -> str:
    """One row for each period over the term, and what all of them come to."""
    found, currency = assessment.settlements, assessment.currency
    rows = [_header(lang, "id", "fee", "deductions", "disputed", "bonuses", "pay", "tax", "set-off", "paid", "left")]
    sums = [(one.obligation, _settled(one)) for one in found]
    if len(found) > 1:
        columns = zip(*(row for _, row in sums), strict=True)
        sums.append((words(lang, "text.total"), [sum(column) for column in columns]))
    rows += [(name, *(amount(Money(minor, currency)) for minor in row)) for name, row in sums]
    kept = [i for i in range(len(rows[0])) if i not in (3, 4, 6, 7) or any(row[i - 1] for _, row in sums)]
    shown = [[row[i] for i in kept] for row in rows]
    return f"{words(lang, 'text.settlements')}\n{table(shown, right=set(range(1, len(kept))))}" if found else ""


def _settled(one: Settlement) -> list[int]:
    parts = (one.deductions, one.waiting, one.bonuses)
    down, waits, up = (sum(money.minor for money in part.values()) for part in parts)
    rest = (one.pay, one.tax, one.set_off, one.paid, one.left)
    return [one.fee.minor, down, waits, up, *(money.minor for money in rest)]


def _ahead(contract: Contract, assessment: Assessment, lang: str) -> str:
    """Deposits, security and refunds, one line each."""
    rows = [(line.args["id"], spoken(line, lang, assessment.zone, contract)) for line in explain_ahead(assessment)]
    return f"{words(lang, 'text.ahead')}\n{table(rows)}" if rows else ""


def _beside(contract: Contract, assessment: Assessment, lang: str) -> str:
    """What stands beside each figure and never alters it: each remark once, with what it is about."""
    lines = [(one.about, Line(code=one.code, args=one.args)) for one in assessment.beside]
    said: dict[str, list[str]] = {}
    for about, line in lines:
        said.setdefault(spoken(line, lang, assessment.zone, contract), []).append(about)
    parts = [f"  {remark}\n    {', '.join(ids)}" for remark, ids in said.items()]
    return "\n".join([words(lang, "text.beside"), *parts]) if parts else ""


def _caps(assessment: Assessment, lang: str) -> str:
    rows = [_header(lang, "clause", "limit", "window", "amount", "used", "headroom", "beyond", "note")]
    for use in assessment.caps:
        note = words(lang, "text.full", day=use.full) if use.full else ""
        note = words(lang, "text.provisional-share") if use.provisional else note
        rows.append(
            (
                use.clause,
                use.cap,
                use.window,
                amount(use.limit),
                amount(use.used),
                amount(use.headroom),
                amount(use.beyond),
                note,
            )
        )
    return f"{words(lang, 'text.caps')}\n{table(rows, right={3, 4, 5, 6})}" if len(rows) > 1 else ""


def _recourse(contract: Contract, assessment: Assessment, lang: str) -> str:
    rows = []
    reasons = explain_all(assessment) if assessment.recourses else {}
    for recourse in assessment.recourses:
        line = next(line for line in reasons[recourse.charge] if line.code == "EXPLAIN-RECOURSE-01")
        rows.append((recourse.charge, spoken(line, lang, assessment.zone, contract), amount(recourse.amount)))
    return f"{words(lang, 'text.recourse')}\n{table(rows, right={2})}" if rows else ""


def _outside(contract: Contract, assessment: Assessment, lang: str, *, why: bool) -> str:
    """How far each third party has come; with the reasons also what it promised beside what we promised."""
    parts = []
    if rows := stages(contract, assessment, lang):
        parts.append(f"{words(lang, 'text.involvement')}\n{table(rows)}")
    flows, warnings = flow_table(contract, lang) if why else ([], [])
    if flows:
        lines = "".join(f"\n  {line}" for line in warnings)
        parts.append(f"{words(lang, 'text.flowdown')}\n{table(flows, right={5, 6, 7})}{lines}")
    return "\n\n".join(parts)


def _balances(contract: Contract, assessment: Assessment, lang: str) -> str:
    rows = [_header(lang, "debtor", "creditor", "payable", "open", "due-now")]
    for b in assessment.balances:
        rows.append(
            (
                _label(contract, b.debtor, lang),
                _label(contract, b.creditor, lang),
                amount(b.payable),
                amount(b.open),
                amount(b.due_now),
            )
        )
    return f"{words(lang, 'text.balances')}\n{table(rows, right={2, 3, 4})}" if len(rows) > 1 else ""


def _decisions(contract: Contract, assessment: Assessment, other: Iterable[Other], lang: str) -> str:
    voice = Voice(lang, contract, assessment.zone)
    lines = [_decided(d, voice) for d in assessment.decided]
    rest = [
        words(
            lang,
            "text.would-owe",
            about=o.about,
            takes=o.takes,
            debtor=_label(contract, b.debtor, lang),
            creditor=_label(contract, b.creditor, lang),
            amount=amount(b.payable),
        )
        for o in other
        for b in o.balances
    ]
    parts = [f"{words(lang, 'text.decisions')}\n" + "\n".join(f"  {line}" for line in lines)] if lines else []
    if rest:
        parts.append(f"{words(lang, 'text.others')}\n" + "\n".join(f"  {line}" for line in rest))
    return "\n\n".join(parts)


def _decided(decided: Decided, voice: Voice) -> str:
    lang, takes = voice.lang, voice.takes(decided.takes)
    if decided.assumed:
        return words(lang, "text.assumed", about=decided.about, takes=takes)
    return words(lang, "text.decided", about=decided.about, takes=takes, by=decided.by, on=decided.on, why=decided.why)


def _usages(assessment: Assessment, lang: str) -> str:
    voice = Voice(lang)
    lines = [
        "  " + words(lang, "text.counted", said=_counted(u, lang), by=voice.coded("origin", u.origin))
        for u in assessment.usages
    ]
    return f"{words(lang, 'text.usages')}\n" + "\n".join(lines) if lines else ""


def _counted(usage: Usage, lang: str) -> str:
    """A convention in words, where the catalogues have some for it."""
    key = f"page.knob.{usage.knob}"
    value = f"{key}.{plain_id(usage.value)}"
    if has(key) and has(value):
        return f"{words(lang, key)}{words(lang, 'text.colon')}{words(lang, value)}"
    return f"{usage.knob} = {usage.value}"


def _digests(assessment: Assessment, lang: str) -> str:
    short = {name: getattr(assessment, f"{name}_digest")[:12] for name in ("contract", "events", "world")}
    return words(lang, "text.digests", semantics=assessment.semantics, **short)


def _label(contract: Contract, party: str, lang: str) -> str:
    """A party as the contract calls it, a third party by its name, each with its key; others by their key alone."""
    said = Voice(lang, contract).who(party)
    return f"{said} {party}" if said != party else party


def _header(lang: str, *names: str) -> Row:
    return tuple(words(lang, f"col.{name}") for name in names)


def _local(instant: datetime, zone: str, *, end: bool = False) -> str:
    """Local time to the minute; the last instant of a day as "2026-03-31 24:00" where `end` is asked."""
    local = instant.astimezone(ZoneInfo(zone))
    if end and (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{date.fromordinal(local.toordinal() - 1).isoformat()} 24:00"
    return local.strftime("%Y-%m-%d %H:%M")


def table(rows: Sequence[Row], *, right: set[int] | None = None) -> str:
    """Columns two spaces apart, the longest of words folded where a line would not hold it all.

    `right` are the columns set to the right. Chinese characters take two cells.
    """
    if not rows:
        return ""
    aside = right or set()
    places = range(len(rows[0]))
    open_ends = [_open_end(row, aside) for row in rows]
    taken = [[0 if i == end else _width(row[i]) for i in places] for row, end in zip(rows, open_ends, strict=True)]
    widths = [max(column) for column in zip(*taken, strict=True)]
    # names in the first column stay whole, so that they can be copied
    longest = max((i for i in places if i and i not in aside), key=lambda i: widths[i], default=0)
    over = sum(widths) + 2 * len(widths) - LINE
    if over > 0 and longest:
        widths[longest] = max(min(widths[longest], NARROW), widths[longest] - over)
    starts = [2 + sum(width + 2 for width in widths[:i]) for i in places]
    lines = []
    for row, end in zip(rows, open_ends, strict=True):
        place = longest if end is None else end
        first, *more = _folded(row[place], widths[longest] if end is None else LINE - starts[end])
        shown = [first if i == place else cell for i, cell in enumerate(row)]
        lines.append("  " + "  ".join(_pad(cell, widths[i], right=i in aside) for i, cell in enumerate(shown)))
        lines += [" " * starts[place] + piece for piece in more]
    return "\n".join(line.rstrip() for line in lines)


def _open_end(row: Row, aside: set[int]) -> int | None:
    """The column of words after which a row says nothing more: it may run on, and pushes no figure out of sight."""
    last = max((i for i, cell in enumerate(row) if cell), default=0)
    return last if 0 < last < len(row) - 1 and last not in aside else None


def _folded(text: str, room: int) -> list[str]:
    """The text in pieces of so many cells, parted as on paper: never within an amount or before a closing mark."""
    if _width(text) <= room:
        return [text]
    from contracts.papers.breaking import UNITS

    pieces = [""]
    for unit in UNITS.finditer(text):
        if pieces[-1] and _width(pieces[-1] + unit[1]) > room:
            pieces[-1] = pieces[-1].rstrip()
            pieces.append("")
        pieces[-1] += unit[0]
    return pieces


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * max(0, width - _width(text))
    return space + text if right else text + space
