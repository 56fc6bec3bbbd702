"""Figures for programs: stable JSON and CSV tables, amounts as "72000.00 CNY"."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from core.assessment import Assessment
from core.canonical import plain
from core.explain import explain_all, strip
from core.life.rights import Right
from core.money import Money, exponent, show_decimal
from core.pricing.accruals import Slice
from core.problems import Problem
from core.schedule import Obligation

__all__ = ["as_csv", "as_json", "assessment_form"]

FORMAT = 1


def assessment_form(assessment: Assessment) -> dict[str, Any]:
    """One assessment as JSON builtins, with the lines of reasons of every charge under `reasons`."""
    form: dict[str, Any] = plain(assessment)
    form["reasons"] = {charge: plain(lines) for charge, lines in explain_all(assessment).items()}
    return form


def _strips(assessment: Assessment) -> dict[str, Any]:
    """The days of each due time and right that were counted, as runs, by the id of the obligation or right."""
    counted: list[Obligation | Right] = [*assessment.obligations, *assessment.rights]
    return {one.id: [plain(run._asdict()) for run in runs] for one in counted if (runs := strip(one.due))}


def as_json(assessments: Iterable[Assessment], problems: Sequence[Problem], *, days: bool = False) -> str:
    """All assessments of one command, and the problems of what could not be read; keys are stable. `days` adds how each
    due time was counted, run by run, under `strips`.
    """
    form = {
        "format": FORMAT,
        "assessments": [{**assessment_form(a), **({"strips": _strips(a)} if days else {})} for a in assessments],
        "problems": plain(tuple(problems)),
    }
    return json.dumps(form, ensure_ascii=False, indent=2) + "\n"


def as_csv(table: str, assessments: Iterable[Assessment]) -> str:
    """One table over all contracts; begins with a mark by which Chinese Excel knows UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.DictWriter(out, ["contract", *_COLUMNS[table].split()], lineterminator="\r\n")
    writer.writeheader()
    for made in assessments:
        for row in _ROWS[table](made):
            writer.writerow({"contract": made.contract, **{k: _safe(v) for k, v in _figures(row).items()}})
    return out.getvalue()


_COLUMNS = {
    "obligations": "id kind owed_by owed_to due due_at provisional done how late running",
    "charges": "id rule clause subject debtor creditor head gross currency payable running",
    "slices": "charge first last units exact currency unit from_ to rate of base price per terms plus provisional "
    "borne fx fx_on",
    "caps": "cap clause window first last limits limit currency used headroom beyond full provisional",
    "recourse": "id charge debtor creditor loss currency limit left within excess amount own",
    "payments": "obligation debtor creditor amount currency open costs undecided",
    "claims": "id state since payable currency waived paid disputed open due_now due last lapsed returned settled "
    "difference credited refunded over",
    "balances": "debtor creditor payable currency open due_now",
    "settlements": "obligation first last fee currency deductions disputed bonuses pay net tax set_off paid left",
}
"""Every column of each table, whether or not a row fills it: a table of nothing has its header too."""


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+)?")
_FORMULA = set("=+-@\t\r＝＋－＠")
_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    """Amounts as bare numbers that a spreadsheet adds up, their currency once, in a column of its own."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        match = _AMOUNT.fullmatch(str(value))
        made[name] = match[1] if match else value
        if match:
            made["currency"] = match[2]
    return made


def _safe(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is quoted."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in _FORMULA and not _NUMBER.fullmatch(text) else text


def _obligations(a: Assessment) -> list[dict[str, Any]]:
    late = {b.subject: b for b in a.breaches if b.kind == "late"}
    return [
        {
            "id": o.id,
            "kind": o.kind,
            "owed_by": o.owed_by,
            "owed_to": o.owed_to,
            "due": o.due and o.due.day,
            "due_at": o.due and o.due.instant,
            "provisional": bool(o.due and o.due.provisional),
            "done": o.done and o.done.day,
            "how": o.done and o.done.how,
            "late": o.id in late,
            "running": o.id in late and late[o.id].running,
        }
        for o in a.obligations
    ]


def _charges(a: Assessment) -> list[dict[str, Any]]:
    return [
        {
            "id": c.id,
            "rule": c.rule,
            "clause": c.clause,
            "subject": c.subject,
            "debtor": c.debtor,
            "creditor": c.creditor,
            "head": c.head,
            "gross": c.gross,
            "payable": owed.payable,
            "running": c.running,
        }
        for c, owed in zip(a.charges, a.liabilities, strict=True)
    ]


def _slices(a: Assessment) -> list[dict[str, Any]]:
    return [
        {"charge": c.id, **_flat(plain(s)), **_converted(s), "exact": _major(s.exact, a.currency)}
        for c in a.charges
        for s in c.slices
    ]


def _converted(part: Slice) -> dict[str, Any]:
    """Foreign money in full beside its rate, so that a column of bare numbers is in one currency."""
    if part.fx is None:
        return {}
    money = part.price or part.base
    assert money is not None
    number, _, currency = str(money).partition(" ")
    return {
        "price" if part.price else "base": f"{currency} {number}",
        "fx": show_decimal(part.fx.rate),
        "fx_on": part.fx.on.isoformat(),
    }


def _major(exact: Fraction, currency: str) -> str:
    """Exact minor units as an amount before rounding."""
    return f"{show_decimal(exact / 10 ** exponent(currency))} {currency}"


def _flat(form: dict[str, Any]) -> dict[str, Any]:
    return {name: " ".join(map(str, value)) if isinstance(value, list) else value for name, value in form.items()}


def _of(name: str) -> Any:
    def rows(a: Assessment) -> list[dict[str, Any]]:
        forms: list[dict[str, Any]] = plain(getattr(a, name))
        return [{k: v for k, v in form.items() if not isinstance(v, (list, dict))} for form in forms]

    return rows


def _settlements(a: Assessment) -> list[dict[str, Any]]:
    """One row for each period, each group of its charges as their sum."""
    rows = []
    for one in a.settlements:
        groups = {"deductions": one.deductions, "disputed": one.waiting, "bonuses": one.bonuses}
        sums = {key: Money(sum(m.minor for m in group.values()), a.currency) for key, group in groups.items()}
        period: dict[str, Any] = {"obligation": one.obligation, "first": one.first, "last": one.last, "fee": one.fee}
        paid = {"set_off": one.set_off, "paid": one.paid, "left": one.left}
        rows.append({**period, **sums, "pay": one.pay, "net": one.net, "tax": one.tax, **paid})
    return rows


_ROWS: dict[str, Any] = {
    "obligations": _obligations,
    "charges": _charges,
    "slices": _slices,
    "caps": _of("caps"),
    "recourse": _of("recourses"),
    "payments": _of("accounts"),
    "claims": _of("claims"),
    "balances": _of("balances"),
    "settlements": _settlements,
}
