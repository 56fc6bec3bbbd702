"""What a report says of third parties and of the end: how far each has come, the flow-down table, what goes back."""

from core.assessment import Assessment
from core.flowdown import Flow, Side, flow_down
from core.money import Money
from core.periods import Period
from core.terms import Contract
from locales import say, speak, words

__all__ = ["ending", "flow_table", "stages"]

Row = tuple[str, ...]


def _amount(money: Money | None) -> str:
    return speak("en", money) if money is not None else "—"


def _period(period: Period | None) -> str:
    if period is None:
        return "—"
    from contracts.phrases import show

    return show(period) or "—"


def stages(assessment: Assessment, lang: str) -> list[Row]:
    """One row for each stage of each third party; none without any."""
    rows: list[Row] = [tuple(words(lang, f"col.{name}") for name in ("third", "stage", "by", "due", "done", "state"))]
    for one in assessment.involvements:
        for stage in one.stages:
            state = words(lang, f"stage-state.{stage.state.replace(' ', '-')}")
            missing = f": {', '.join(stage.missing)}" if stage.missing else ""
            days = (stage.due.isoformat() if stage.due else "—", stage.done.isoformat() if stage.done else "")
            rows.append((one.id, words(lang, f"stage.{stage.what}"), stage.by, *days, state + missing))
    return rows if len(rows) > 1 else []


def flow_table(contract: Contract, lang: str) -> tuple[list[Row], list[str]]:
    """The flow-down table, and its warnings as located lines."""
    flows = flow_down(contract)
    names = ("third", "promise", "ours", "theirs", "gap", "our-limit", "their-limit", "gap")
    rows: list[Row] = [tuple(words(lang, f"col.{name}") for name in names)]
    rows += [_flow_row(flow) for flow in flows]
    return (rows, [say(warning, lang) for flow in flows for warning in flow.warnings]) if flows else ([], [])


def _flow_row(flow: Flow) -> Row:
    def side(one: Side) -> str:
        return f"{_period(one.within)} ({one.clause})" if one.clause else _period(one.within)

    gap = "—" if flow.time is None else f"{flow.time:+d} {flow.unit}"
    limits = (_amount(flow.ours.limit), _amount(flow.theirs.limit), _amount(flow.money))
    return (flow.third, flow.to, side(flow.ours), side(flow.theirs), gap, *limits)


def ending(assessment: Assessment, lang: str) -> list[str]:
    """Lines on the end: when, whether its ground held, the last fee, what goes back; none while the contract runs."""
    end = assessment.ending
    if end is None:
        return []
    lines = [words(lang, "text.ending", day=end.day, received=end.received)]
    if end.rightful is False:
        lines.append("  " + words(lang, "text.ending-wrong", ground=end.ground))
    for fee in end.fees:
        args = {"id": fee.obligation, "days": fee.days, "of": fee.of, "amount": _amount(fee.amount)}
        lines.append("  " + words(lang, "text.ending-fee", **args))
    for back in end.back:
        lines.append("  " + words(lang, "text.ending-back", id=back.payment, amount=_amount(back.amount)))
    return lines
