"""The knobs in which contracts differ: the values of each, and what holds where a contract is silent."""

from __future__ import annotations

import re

import msgspec

from core.counting.calendars import WEEKDAYS
from core.counting.hours import read_clock, read_hours
from core.counting.zones import zone_problem
from core.problems import Problem, nearest

__all__ = ["KNOBS", "Knob", "asking", "refused"]


class Knob(msgspec.Struct, frozen=True):
    """One convention: its values (first the one that examples use) and what holds where the contract is silent.

    `mark`: "preset" (a preset gives it, else `usage`, else asked), "usage", or "ask". Angle brackets in a value are to
    be filled in: `<n>`, `<clock>` (09:30), `<month_day>` (04-01), `<zone>`, `<hours>`, `<weekdays>` (Fri+Sat),
    `<percent>`, `<words>`.
    """

    key: str
    section: str
    values: tuple[str, ...]
    mark: str
    usage: str | None


def _preset(values: str, usage: str | None = None) -> tuple[str, str, str | None]:
    """Given by presets. Where one is silent the first value is usage: only what stands on the closed list is asked."""
    return values, "preset", usage or values.split(" | ")[0]


def _preset_or_ask(values: str) -> tuple[str, str, str | None]:
    return values, "preset", None


def _usage(values: str, usage: str | None = None) -> tuple[str, str, str | None]:
    return values, "usage", usage or values.split(" | ")[0]


def _ask(values: str) -> tuple[str, str, str | None]:
    return values, "ask", None


_SECTIONS: dict[str, dict[str, tuple[str, str, str | None]]] = {
    "calendar": {
        "zone": _preset_or_ask("<zone>"),
        "naive_zone": _usage("contract's zone | refused | <zone>"),
        "hours": _ask("round the clock | <hours>"),
        "midnight_window": _usage("refused | 24 hours | closed"),
        "night_shift_owner": _usage("day it starts on | each date its part"),
        "precedence": _usage("holiday first | dated hours first"),
        "substitute_day": _preset("as listed | next working day | nearest weekday"),
        "rest_days": _preset("Sat+Sun | none | <weekdays>"),
        "makeup_days": _preset("as listed | working, normal hours | working, own hours | not working"),
        "business_day": _preset("public calendar | any date with a window | bank day in <words>"),
        "half_day": _usage("one day | by its hours | one half"),
        "whose_calendar": _ask("debtor's | both at work | either"),
        "closures": _usage("non-working | only pause clocks | ignored"),
        "unannounced_years": _usage("provisional, flagged | refused"),
        "calendar_as_known": _usage("as known | newest | pinned version"),
        "day_length": _usage("own hours | <n> h"),
    },
    "edges": {
        "window_end": _usage("half-open | closed"),
        "due_at_close": _usage("stays | next opening"),
        "outside_start": _usage("as the unit says | next opening | from the event"),
        "cut_off": _usage("none | <clock>"),
        "zero_period": _usage("unchanged | next opening"),
        "reversed_range": _usage("problem | zero | negative"),
        "dst_gap": _usage("problem if written, forward if computed | problem | forward | backward"),
        "dst_fold": _usage("problem if written, first if computed | problem | first | second"),
        "elapsed": _usage("real | wall clock"),
        "granularity": _usage("none | start cut to the minute | both ends cut"),
        "date_only_event": _usage("whole day | 00:00 | 24:00 | opening"),
        "as_of_date": _usage("end of that day | its start"),
        "day_end": _preset("24:00 | close of business | <clock>"),
        "at_due": _usage("in time | late"),
        "number_words": _preset("by statute's list | by plain meaning", usage="by plain meaning"),
        "takes_effect": _preset("received | sent | sent + <n> days"),
    },
    "days": {
        "from_rest_day": _preset("count next | roll, then add"),
        "landing_clock": _preset("end of day | clock kept | next opening | close"),
        "backward_landing": _usage("opening | previous close"),
        "fraction": _usage("exact | cut to the minute | refused"),
        "count_ends": _preset("start out, end in | start in, end out | both in"),
        "elapsed_days": _usage("by dates | exact part | floored"),
        "days_are": _preset("calendar | working"),
        "weeks_are": _preset("7 days | 5 working days | calendar weeks"),
        "hours_are": _usage("clock | working"),
        "day_in_clock": _usage("calendar date | 24 clock hours | <n> working hours"),
        "mixed_order": _usage("largest first | smallest first"),
    },
    "periods": {
        "first_day": _preset("out | in"),
        "first_hour": _preset("the moment | next full hour"),
        "month_end": _preset("last day | first of next | problem"),
        "end_sticks": _preset("corresponding day | month end stays month end"),
        "series_from": _usage("the anchor | the one before"),
        "part_month": _preset("30-day month | actual month"),
        "roll": _preset("next | previous | modified | none"),
        "roll_fixed_dates": _ask("no | yes"),
        "roll_hours": _preset("no | next opening"),
        "roll_backward": _preset("none | previous | next"),
        "clear_days": _preset("one end in | both ends out"),
        "least_working_days": _preset("0 | 2"),
        "chained_anchor": _usage("the rolled due date | the unrolled"),
        "roll_series": _usage("next from unrolled | next from rolled", usage="next from unrolled"),
        "cycle": _usage("calendar | from the effective date | fiscal from <month_day>"),
        "stub": _ask("owed | joined to the next | not owed"),
        "anniversary_feb29": _usage("28 Feb | 1 Mar"),
        "term_end": _usage("day before the anniversary | anniversary"),
        "limit_words": _usage("by and until include, before does not | all include the day"),
        "before_start": _usage("before the instant | by the day before"),
    },
    "pauses": {
        "pause_time": _usage("same time as the clock | clock time"),
        "pause_part_day": _usage("dates touched | whole dates inside | exact"),
        "pause_overlap": _usage("once | summed"),
        "restart": _usage("continue | restart | restart on one party's message"),
        "reopened": _usage("old clock goes on, closed time out | closed time counts | new clock"),
        "pause_when_late": _usage("stops lateness | no effect"),
        "excuse_effect": _ask("moves the due time | frees only late days | ends the duty"),
        "excuse_notice": _ask("full | from the notice | from the notice, with <n> days | lost, with <n> days"),
        "excuse_while_late": _preset("not excused | excused"),
        "extension_from": _usage("old due time | day granted"),
        "shared_cause": _ask("wholly excused | halved | by share | not excused"),
        "late_input": _usage("no effect | day for day | only if notified"),
    },
    "fulfilment": {
        "done_by": _usage("delivery, if later accepted | acceptance | delivery"),
        "rejected": _ask("late from the due date | test time out | in time if cured"),
        "deemed": _usage("day after | last day | back to delivery | never"),
        "partial": _ask("whole stays late | open part late | done"),
        "joint": _usage("last | first | <n> of <n>"),
        "same_subject": _usage("one each event | one a case | one a day", usage="one a case"),
        "anchor_missing": _usage("waits | due at a long-stop date"),
        "cure_effect": _ask("charges run | none if cured | only from the notice"),
        "waiver_reach": _usage("this breach | all of its kind to date | for good"),
    },
    "changes": {
        "applies": _ask("days from then on | what falls due from then on | losses from then on | everything unsettled"),
        "effective": _usage("stated, else last signature | last signature | when a consent arrives"),
        "base_at": _ask("at breach | each day | as now"),
        "known_at": _usage("all recorded | recorded by then"),
        "settled_figures": _usage("difference next statement | restate | stand"),
        "rate_pending": _usage("last known, provisional | wait"),
        "on_one_day": _usage("amendment, rate, interest, payment"),
    },
    "rules": {
        "delay_unit": _usage("calendar days | working days | hours | weeks | blocks of <n> days"),
        "lateness_by": _preset("as the period counts | dates | spans of 24 h"),
        "late_ends": _preset("due day out, done day in | both in | both out"),
        "part_days": _ask("started | completed | exact"),
        "grace": _ask("deductible | franchise"),
        "grace_unit": _usage("its own wording | as the delay"),
        "tiering": _ask("each day at its rate | all at the rate reached"),
        "tier_counts": _ask("days after grace | days after due"),
        "one_off": _usage("besides | instead | counted towards it"),
        "base": _ask("original | outstanding"),
        "base_of": _ask("contract | annex | open part | month's fee | loss"),
        "base_tax": _ask("with tax | without tax"),
        "rate_period": _ask("/ 30 | / days of the month | started month"),
        "point_part": _ask("completed | started | exact"),
        "point_of": _ask("points | per cent of the target"),
        "at_most": _ask("each obligation | all of the rule | each period"),
        "at_most_covers": _ask("running only | running and one-off"),
        "stack": _ask("all | highest | first named"),
        "against_loss": _ask("counts towards the loss | sole remedy | on top"),
        "repeat": _ask("excess only, rolling | excess only, calendar | all, rolling | all, calendar"),
        "minimum": _usage("raised to it | dropped below it"),
        "accrual_end": _usage("done, termination or ceiling | done only | long-stop"),
    },
    "interest": {
        "day_basis": _preset_or_ask("/365 | /360 | /366 in leap years | actual-actual | 30-360"),
        "thirty_360": _usage("European | US"),
        "interest_days": _preset("due day out, payment day in | both out | both in"),
        "compounding": _preset("simple | monthly | daily | at rests"),
        "reference": _preset_or_ask("each day's | fixed when late | half-yearly fixing"),
        "raised_by": _usage("times | plus points"),
        "rate_floor": _usage("none | 0 | <percent>"),
        "rate_ceiling": _ask("on the rate | on interest and charges together"),
        "allocation": _preset_or_ask("costs, interest, principal | principal first | pro rata"),
        "allocation_between": _preset("debtor's choice, then oldest due | creditor's choice | pro rata | "
                                      "debtor's choice, then due, least secured, heaviest, oldest, pro rata | "
                                      "debtor's choice, then creditor's, running account oldest first"),
        "payment_date": _usage("arrives | sent | value date"),
        "on_charges": _usage("none | from demand"),
        "fixed_sum_per": _preset("each debt | each demand | once"),
        "fixed_sum_size": _preset("when it became late | at demand"),
    },
    "measures": {
        "band_edge": _ask("below | at or below | written in the band"),
        "round_first": _ask("no | <n> decimals, half up | <n> decimals, half even | <n> decimals, down"),
        "take": _ask("worst band | sum of bands | each slice at its own"),
        "excluded_time": _ask("out of the denominator | counts as up"),
        "excluded_limit": _usage("earliest | largest blocks | pro rata"),
        "partial_period": _ask("days served stand | whole month's minutes | not measured"),
        "window": _ask("calendar month | from day <n> | rolling <n> days"),
        "credit_base": _ask("fee of the affected service | whole fee"),
        "credit_ceiling": _ask("each month | rolling <n> months | term"),
        "pooling": _ask("pooled | mean of shares | worst"),
        "empty": _ask("no reading | 100 % | 0"),
        "case_month": _usage("due | opened | closed | happened | recorded"),
        "outage_from": _usage("as recorded | first report | detection"),
        "degraded": _ask("whole | weighted | none"),
        "percentile": _usage("nearest rank | linear"),
        "n_of_m": _usage("any n of the last m | consecutive"),
        "credit_form": _usage("next invoice, last one refunded | next invoice | refund"),
    },
    "scorecards": {
        "missing": _ask("weight to the others | 0 | full | no score"),
        "grade_gap": _usage("problem | lower | higher grade"),
        "bonus_ceiling": _ask("at the end | at once | none"),
        "floor": _usage("0 | none | <n>"),
        "override": _ask("lowers the grade | the score | both"),
        "sites": _ask("lowest | mean | weighted"),
        "sum_and_limit": _usage("sum, then limit | bonus after the limit"),
    },
    "caps": {
        "covers": _ask("named heads | all but named | <words>"),
        "counts": _ask("credits | interest | agreed sums | <words>"),
        "except": _usage("not limited, erodes nothing | not limited, erodes"),
        "super_cap": _ask("separate | spills into the general | inside it"),
        "window_day": _ask("accrual day | breach day | claim day | payment day"),
        "cap_year": _ask("contract year | calendar | rolling"),
        "order": _ask("first come | pro rata | by head"),
        "remainder": _usage("largest remainder | last | first"),
        "fees_base": _ask("so far | annualised | payable for the term"),
        "greater_or_less": _ask("greater | lesser"),
        "nesting": _usage("inner first | outer first"),
        "renewal": _ask("new headroom | goes on"),
        "cap_change": _usage("new limit less used | fresh | by days"),
        "reserved": _usage("disputed reserves | none reserve"),
        "excess": _preset("engager | shared as agreed | client"),
        "recourse_base": _usage("what the debtor must pay | gross loss"),
        "limit_raise": _usage("notice and consent | notice"),
        "debtors": _preset_or_ask("by share | joint and several"),
        "own_share": _usage("before the cap | after the cap"),
        "double_cover": _usage("no more than the loss | each in full"),
        "worst_dimension": _usage("the worst | all", usage="all"),
    },
    "money": {
        "round_mode": _usage("half up | half even | down | up"),
        "round_when": _usage("once | each day or unit | each slice"),
        "round_cut": _usage("cumulative | each part"),
        "round_to": _usage("minor unit | <n>"),
        "unit_price": _usage("exact | rounded first"),
        "fx": _ask("breach day, convert then cap | charge day, convert then cap | payment day, convert then cap | "
                   "breach day, cap then convert | charge day, cap then convert | payment day, cap then convert"),
    },
    "ends": {
        "trigger_counts": _usage("one case | sum | n in a window"),
        "trigger_reuse": _usage("again, one open right at a time | used up"),
        "trigger_takes": _usage("neither excused nor waived | also waived"),
        "right_lapses": _preset("never | <n> days | <n> year | <n> years", usage="never"),
        "ends_at": _preset("notice received | date in it | month end"),
        "after_end": _usage("undue duties die, accrued stands | all stand | named survive"),
        "prepaid": _ask("by days | whole months | none"),
    },
    "claims": {
        "claim_from": _ask("event | end of its period | knowledge | invoice"),
        "unclaimed": _ask("lapses | stays | given without claim"),
        "charge_due": _usage("on demand | <n> days after | next invoice | as it accrues"),
        "dispute": _usage("disputed part waits | all waits | pay first"),
        "set_off": _preset("allowed | undisputed only | barred", usage="undisputed only"),
        "set_off_from": _preset("when declared | when both were due"),
        "limitation": _preset("none | <n> years from knowledge | <n> years from breach", usage="none"),
    },
}  # fmt: skip

KNOBS: dict[str, Knob] = {
    key: Knob(key, section, tuple(values.split(" | ")), mark, usage)
    for section, rows in _SECTIONS.items()
    for key, (values, mark, usage) in rows.items()
}


def asking(knob: str, where: str, **args: object) -> Problem:
    """The question that a silent contract is asked, with the answers that there are."""
    known = KNOBS[knob].values if knob in KNOBS else ()
    choices = " | ".join(known)
    return Problem("ASK-KNOB-01", where, {"knob": knob, "choices": choices, **args})


def refused(key: str, value: str, where: str, midnight: str = "refused") -> Problem | None:
    """What is wrong with a knob or its value, said at `where`; `midnight` is how hours across it are read."""
    knob = KNOBS.get(key)
    if knob is None:
        return Problem("COUNT-KNOB-01", where=where, args={"knob": key, "nearest": nearest(key, KNOBS) or None})
    pattern = next((allowed for allowed in knob.values if _fits(value, allowed)), None)
    if pattern is None:
        args = {"knob": key, "value": value, "known": " | ".join(knob.values)}
        return Problem("COUNT-VALUE-01", where=where, args=args)
    if pattern == "<zone>":
        return zone_problem(value, where)
    if pattern == "<hours>":
        hours = read_hours(value, midnight)
        return msgspec.structs.replace(hours, where=where) if isinstance(hours, Problem) else None
    return None


_BLANKS = {
    "n": r"\d+(\.\d+)?",
    "percent": r"-?\d+(\.\d+)?\s?%",
    "weekdays": rf"({'|'.join(WEEKDAYS)})(\+({'|'.join(WEEKDAYS)}))*",
    "clock": r"\d\d:\d\d",
    "month_day": r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])",
    "zone": r"\S+",
    "hours": r".+",
    "words": r".+",
}


def _fits(value: str, allowed: str) -> bool:
    """Whether a value is this allowed one, blanks filled in."""
    if "<" not in allowed:
        return value == allowed
    parts = re.split(r"<(\w+)>", allowed)
    pattern = "".join(_BLANKS[part] if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
    return re.fullmatch(pattern, value) is not None and (allowed != "<clock>" or read_clock(value) is not None)
