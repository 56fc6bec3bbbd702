"""The named presets that set the knobs in which contracts differ, and one contract's settings from both."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from core.counting.calendars import Window
from core.counting.hours import read_hours
from core.counting.values import USAGE, Counting, Origin
from core.knobs import KNOBS, Knob, asking, refused
from core.problems import Problem, nearest

__all__ = ["KNOBS", "PRESETS", "Knob", "Preset", "asking", "resolve"]


class Preset(msgspec.Struct, frozen=True):
    """A named, versioned way of counting; each value with the article it rests on. A correction is a new version.

    `base` is the preset that holds where this one is silent. `title` and `source` are data, by language.
    """

    key: str
    title: dict[str, str]
    source: str
    values: dict[str, tuple[str, str]]
    base: str | None = None


_CN = "CN-civil-code@2021"
_EU = "EU-1182-71@1971"
_GB = "GB-late-payment@1998"
_PLAIN = "plain-24x7@1"
_COMMON = "common-law-usage@1"

PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset(
            _CN,
            {"en": "Civil Code of the People's Republic of China", "zh": "中华人民共和国民法典"},
            "Civil Code of the PRC, in force from 2021-01-01; days are dates in the contract's zone; arts. 200-203 "
            "give way to what the parties agreed (art. 204)",
            {
                "zone": ("Asia/Shanghai", "200"),
                "first_day": ("out", "201(1)"),
                "first_hour": ("the moment", "201(2)"),
                "from_rest_day": ("count next", "201"),
                "count_ends": ("start out, end in", "201"),
                "lateness_by": ("as the period counts", "201"),
                "late_ends": ("due day out, done day in", "201"),
                "month_end": ("last day", "202"),
                "end_sticks": ("corresponding day", "202"),
                "roll": ("next", "203(1)"),
                "roll_hours": ("no", "203"),
                "day_end": ("24:00", "203(2)"),
                "landing_clock": ("end of day", "203"),
                "rest_days": ("Sat+Sun", "203"),
                "makeup_days": ("working, normal hours", "203"),
                "substitute_day": ("as listed", "203"),
                "business_day": ("public calendar", "203"),
                "days_are": ("calendar", "200"),
                "number_words": ("by statute's list", "1259"),
                "takes_effect": ("received", "137"),
                "allocation": ("costs, interest, principal", "561"),
                "allocation_between": ("debtor's choice, then due, least secured, heaviest, oldest, pro rata", "560"),
                "excuse_while_late": ("not excused", "590(2)"),
                "excess": ("engager", "593"),
                "debtors": ("by share", "517"),
                "right_lapses": ("1 year", "564"),
                "ends_at": ("notice received", "565"),
                "set_off": ("allowed", "568"),
                "set_off_from": ("when declared", "568(2)"),
                "limitation": ("3 years from knowledge", "188"),
            },
        ),
        Preset(
            _EU,
            {"en": "Regulation (EEC, Euratom) No 1182/71", "zh": "欧洲第1182/71号条例"},
            "Regulation (EEC, Euratom) No 1182/71 of 3 June 1971; made for acts of the Union, in contracts by choice",
            {
                "first_day": ("out", "3(1)"),
                "first_hour": ("next full hour", "3(1)"),
                "from_rest_day": ("count next", "3(1)"),
                "count_ends": ("start out, end in", "3(1)"),
                "late_ends": ("due day out, done day in", "3(1)"),
                "day_end": ("24:00", "3(2)"),
                "landing_clock": ("end of day", "3(2)"),
                "weeks_are": ("7 days", "3(2)(c)"),
                "month_end": ("last day", "3(2)(c)"),
                "end_sticks": ("corresponding day", "3(2)(c)"),
                "part_month": ("30-day month", "3(2)(d)"),
                "days_are": ("calendar", "3(3)"),
                "roll": ("next", "3(4)"),
                "roll_hours": ("no", "3(4)"),
                "roll_backward": ("none", "3(4)"),
                "least_working_days": ("2", "3(5)"),
                "rest_days": ("Sat+Sun", "2(2)"),
                "business_day": ("public calendar", "2(2)"),
            },
        ),
        Preset(
            _GB,
            {"en": "Late Payment of Commercial Debts (Interest) Act 1998", "zh": "英国1998年商业债务逾期付款法"},
            "Late Payment of Commercial Debts (Interest) Act 1998 as amended; SI 2002/1675; else counted as common law",
            {
                "compounding": ("simple", "1(1)"),
                "interest_days": ("due day out, payment day in", "4(2)"),
                "late_ends": ("due day out, done day in", "4(2)"),
                "reference": ("fixed when late", "4(2), 6; SI 2002/1675 art. 4"),
                "fixed_sum_per": ("each debt", "5A"),
                "fixed_sum_size": ("when it became late", "5A"),
                "day_basis": ("/365", ""),
                "round_when": ("once", ""),
            },
            base=_COMMON,
        ),
        Preset(
            _PLAIN,
            {"en": "Plain counting, round the clock", "zh": "全天候自然计算"},
            "ours: for clocks and services without a law's counting",
            {
                "hours": ("round the clock", ""),
                "rest_days": ("none", ""),
                "roll": ("none", ""),
                "first_day": ("out", ""),
                "first_hour": ("the moment", ""),
                "from_rest_day": ("count next", ""),
                "count_ends": ("start out, end in", ""),
                "late_ends": ("due day out, done day in", ""),
                "elapsed": ("real", ""),
                "window_end": ("half-open", ""),
                "day_end": ("24:00", ""),
                "month_end": ("problem", ""),
                "least_working_days": ("0", ""),
            },
        ),
        Preset(
            _COMMON,
            {"en": "English contract practice", "zh": "英国合同惯例"},
            "English contract practice; a definition in the contract wins",
            {
                "first_day": ("out", "Lester v Garland (1808)"),
                "month_end": ("last day", "Dodds v Walker [1981]"),
                "end_sticks": ("corresponding day", "Dodds v Walker [1981]"),
                "number_words": ("by plain meaning", ""),
                "clear_days": ("both ends out", "Re Hector Whaling [1936]"),
                "roll": ("none", ""),
                "day_end": ("24:00", ""),
                "allocation_between": ("debtor's choice, then creditor's, running account oldest first",
                                       "Clayton's Case (1816)"),
                "limitation": ("6 years from breach", "Limitation Act 1980 s. 5"),
            },
        ),
    )
}  # fmt: skip


def resolve(
    preset: str | None, overrides: Mapping[str, str], decisions: Mapping[str, str]
) -> tuple[Counting, tuple[Problem, ...]]:
    """One contract's settings, each with its origin, and everything that is wrong with them.

    Authority: the contract's own words, then recorded decisions, then the preset, then usage. Without a preset its
    knobs stay None, and the preset is asked for once. None is also what must be asked, if it matters.
    """
    problems: list[Problem] = []
    values: dict[str, str] = {}
    origins: dict[str, Origin] = {}
    for key, knob in KNOBS.items():
        if knob.usage is not None and (preset is not None or knob.mark == "usage"):
            values[key], origins[key] = knob.usage, USAGE
    for chosen in _chain(preset, problems):
        for key, (value, article) in chosen.values.items():
            values[key], origins[key] = value, Origin("preset", chosen.key, article)
    for where, given in (("decisions", decisions), ("counting", overrides)):
        kind = "decision" if where == "decisions" else "contract"
        for key, value in given.items():
            wrong = refused(key, value, f"{where}.{key}", given.get("midnight_window", "refused"))
            if wrong is not None:
                problems.append(wrong)
            else:
                values[key], origins[key] = value, Origin(kind)
    problems += _contradictions(preset, values, origins)
    fields = {key: values.pop(key) for key in Counting.__struct_fields__ if key in values}
    return Counting(**fields, preset=preset, more=values, origins=origins), tuple(problems)


def _chain(preset: str | None, problems: list[Problem]) -> list[Preset]:
    """The preset with what it rests on, the weaker first."""
    if preset is None:
        problems.append(Problem("COUNT-PRESET-02", where="counting.preset", args={"known": ", ".join(PRESETS)}))
        return []
    if preset not in PRESETS:
        args = {"preset": preset, "nearest": _nearest_preset(preset) or None, "known": ", ".join(PRESETS)}
        problems.append(Problem("COUNT-PRESET-01", where="counting.preset", args=args))
        return []
    chain = [PRESETS[preset]]
    while chain[0].base is not None:
        chain.insert(0, PRESETS[chain[0].base])
    return chain


def _nearest_preset(word: str) -> str:
    """A name without its version, or the start of one ("CN"), finds the preset too."""
    starts = [key for key in PRESETS if key.lower().startswith(word.lower())]
    return starts[0] if len(starts) == 1 else nearest(word, PRESETS)


# Pairs that cannot both hold. The last field: both must be the contract's own words (or a decision) to be refused,
# because a preset's value gives way to what the contract says.
_CONTRADICTIONS = (
    ("lateness_by", {"dates"}, "part_days", {"completed", "exact"}, False),
    ("lateness_by", {"dates"}, "delay_unit", {"hours"}, False),
    ("grace", {"franchise"}, "tier_counts", {"days after grace"}, False),
    ("from_rest_day", {"count next"}, "first_day", {"in"}, True),
    ("window_end", {"closed"}, "due_at_close", {"next opening"}, False),
    ("landing_clock", {"clock kept"}, "day_end", {"24:00", "close of business"}, True),
    ("roll_hours", {"next opening"}, "hours", {"round the clock"}, False),
    ("roll", {"none"}, "roll_fixed_dates", {"yes"}, False),
    ("roll", {"none"}, "least_working_days", {"2"}, False),
)


def _contradictions(preset: str | None, values: Mapping[str, str], origins: Mapping[str, Origin]) -> list[Problem]:
    """KNOBS' list of combinations to refuse, as far as settings alone can contradict each other."""
    problems = []
    for knob, ones, other, others, both_said in _CONTRADICTIONS:
        if values.get(knob) not in ones or values.get(other) not in others:
            continue
        if both_said and not all(origins[key].kind in {"contract", "decision"} for key in (knob, other)):
            continue
        args = {"knob": knob, "value": values[knob], "other": other, "other_value": values[other]}
        problems.append(Problem("COUNT-CONTRADICTION-01", where=f"counting.{knob}", args=args))
    hours = read_hours(values.get("hours", "round the clock"), values.get("midnight_window", "refused"))
    if values.get("window_end") == "closed" and isinstance(hours, tuple) and values.get("hours") and _touch(hours):
        args = {"knob": "window_end", "value": "closed", "other": "hours", "other_value": values["hours"]}
        problems.append(Problem("COUNT-CONTRADICTION-01", where="counting.window_end", args=args))
    if preset == _GB and values.get("compounding") != "simple":
        args = {"knob": "compounding", "value": values["compounding"], "other": "preset", "other_value": _GB}
        problems.append(Problem("COUNT-CONTRADICTION-01", where="counting.compounding", args=args))
    return problems


def _touch(hours: tuple[Window, ...]) -> bool:
    """Whether one window ends where the next one of its day begins."""
    ends = {(window.weekday, window.closes) for window in hours}
    return any((window.weekday, window.opens) in ends for window in hours)
