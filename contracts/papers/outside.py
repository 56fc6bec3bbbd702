"""What a report says of third parties and of the end: how far each has come, the flow-down table, what goes back."""

from contracts.papers.voice import Voice
from core.assessment import Assessment
from core.life.flowdown import Flow, Side, flow_down
from core.money import Money
from core.terms import Contract
from locales import say, speak, words

__all__ = ["compared", "ending", "flow_table", "stages"]

Row = tuple[str, ...]


def _amount(money: Money | None) -> str:
    return speak("en", money) if money is not None else "—"


def stages(contract: Contract, assessment: Assessment, lang: str) -> list[Row]:
    """One row for each stage of each third party; none without any."""
    rows: list[Row] = [tuple(words(lang, f"col.{name}") for name in ("third", "stage", "by", "due", "done", "state"))]
    voice = Voice(lang, contract)
    who = voice.who
    for one in assessment.involvements:
        for stage in one.stages:
            state = words(lang, f"stage-state.{stage.state.replace(' ', '-')}")
            missing = f"{words(lang, 'text.colon')}{voice.lacking(stage.missing)}" if stage.missing else ""
            days = (stage.due.isoformat() if stage.due else "—", stage.done.isoformat() if stage.done else "")
            rows.append((who(one.id), words(lang, f"stage.{stage.what}"), who(stage.by), *days, state + missing))
    return rows if len(rows) > 1 else []


def flow_table(contract: Contract, lang: str) -> tuple[list[Row], list[str]]:
    """The flow-down table, and its warnings as located lines."""
    flows = flow_down(contract)
    names = ("third", "promise", "ours", "theirs", "gap", "our-limit", "their-limit", "gap")
    rows: list[Row] = [tuple(words(lang, f"col.{name}") for name in names)]
    rows += [_flow_row(flow, Voice(lang, contract)) for flow in flows]
    return (rows, [say(warning, lang) for flow in flows for warning in flow.warnings]) if flows else ([], [])


def _flow_row(flow: Flow, voice: Voice) -> Row:
    def side(one: Side) -> str:
        length = voice.length(one.within)
        return f"{length} ({one.clause})" if one.clause else length

    gap = "—" if flow.time is None else f"{'+' if flow.time > 0 else ''}{voice.count(flow.time, flow.unit)}"
    limits = (_amount(flow.ours.limit), _amount(flow.theirs.limit), _amount(flow.money))
    return (voice.who(flow.third), flow.to, side(flow.ours), side(flow.theirs), gap, *limits)


def compared(flow: Flow, voice: Voice) -> list[Row]:
    """One promise on both sides, a row for each thing said on either: what it is, ours, theirs, and the gap."""
    ours, theirs = flow.ours, flow.theirs
    gap = ""
    if flow.time is not None:
        way = "longer" if flow.time > 0 else "shorter" if flow.time else "equal"
        gap = voice.t(f"flow.{way}", time=voice.count(abs(flow.time), flow.unit))
    uncovered = voice.t("flow.uncovered", amount=flow.money) if flow.money and flow.money.minor else ""
    most, least = (voice.money(side.limit) if side.limit else "" for side in (ours, theirs))
    rows: list[tuple[str, str | None, str | None, str]] = [
        ("clause", ours.clause, theirs.clause, ""),
        ("within", voice.length(ours.within), voice.length(theirs.within), gap),
        ("calendar", ours.calendar, theirs.calendar, ""),
        ("hours", ours.hours, theirs.hours, ""),
        ("charge", _charged(ours, voice), _charged(theirs, voice), ""),
        ("limit", most, least, uncovered),
        ("notice", voice.length(ours.notice), voice.length(theirs.notice), ""),
    ]
    said = [(voice.t(f"flow.{key}"), a or "—", b or "—", c) for key, a, b, c in rows]
    return [row for row in said if {row[1], row[2]} != {"—"}]


def _charged(side: Side, voice: Voice) -> str:
    """The price of a breach in words, where the phrases have some for it."""
    if side.charge is None:
        return ""
    from contracts.phrases import prose

    return voice.text({lang: prose(side.charge, lang) for lang in ("zh-Hans", "en")})


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
