"""How one language says what an assessment holds: days in the contract's own time, parties by label, codes in words."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from contracts.spoken import kinds_by_language
from core.breaches import Breach
from core.money import Money, integer, show_decimal
from core.periods import Period
from core.problems import Problem
from core.terms import Contract, Text
from locales import has, speak, words

__all__ = ["Voice", "last_day", "plain_id"]

_CODED = {"unit": "unit", "part": "part", "mode": "mode", "when": "round", "state": "claim", "fault": "fault"}
"""Arguments of reasons whose values are words of a closed list, and the list in the catalogue."""


_KIND = {"DUE-WAITING-01": "what", "EXPLAIN-EVENT-01": "kind", "RIGHT-LIMITATION-02": "event"}
"""Reasons that name a kind of event, and in which argument."""

_BRIEF: dict[str, tuple[str, Callable[[Mapping[str, Any]], bool]]] = {
    "EXPLAIN-READING-01": ("EXPLAIN-READING-02", lambda args: args["value"] == args["exact"]),
    "EXPLAIN-CLAIM-01": ("EXPLAIN-CLAIM-02", lambda args: not args["disputed"].minor),
    "EXPLAIN-RECOURSE-01": ("EXPLAIN-RECOURSE-02", lambda args: args["limit"] is None),
}
"""Reasons with a part that often says nothing: a reading that needed no rounding, no dispute, no limit."""


class Voice:
    """Speaks `lang` about one contract: times in the contract's zone, amounts alike in every language."""

    def __init__(self, lang: str, contract: Contract | None = None, zone: str = "UTC") -> None:
        self.lang = lang
        self.contract = contract
        self.zone = ZoneInfo(zone)

    @property
    def language(self) -> str:
        """The language's name in itself."""
        return words(self.lang, f"language.{self.lang}")

    def about(self, contract: Contract, zone: str) -> "Voice":
        """The same language, speaking about another contract."""
        return Voice(self.lang, contract, zone)

    def t(self, key: str, /, **args: Any) -> str:
        """The page's own words."""
        return words(self.lang, f"page.{key}", **{name: self.value(name, value) for name, value in args.items()})

    def code(self, code: str, /, **args: Any) -> str:
        """The words of a code that a template names itself."""
        return words(self.lang, code, **{name: self.value(name, value) for name, value in args.items()})

    def reason(self, reason: Any) -> str:
        """A line of reasons (anything with a code and arguments) as a sentence."""
        args = {name: self.value(name, value) for name, value in reason.args.items()}
        code, kind = _briefer(reason.code, reason.args), _KIND.get(reason.code)
        if kind:
            args[kind] = self.kind(str(args[kind]))
        if isinstance(reason.args.get("unit"), str) and isinstance(reason.args.get("units"), (int, Fraction)):
            # "12 days", "1 day", "12日": number and unit belong together in every language.
            args |= {"units": self.count(reason.args["units"], reason.args["unit"]), "unit": ""}
        # where a field is empty its space goes
        return " ".join(words(self.lang, code, **args).split()).replace("： ", "：")

    def problem(self, problem: Problem) -> str:
        """What is wrong and what to do, without its place."""
        return self.reason(problem)

    def value(self, name: str, value: Any) -> Any:
        """An argument as it is read here; what only the catalogues know is left to them."""
        if isinstance(value, datetime):
            return self.instant(value)
        if isinstance(value, date):
            return self.day(value)
        if name in {"rate", "yearly"} and isinstance(value, Fraction):
            return self.percent(value)
        if name in _CODED and isinstance(value, str):
            return self.coded(_CODED[name], value)
        if name in {"third", "caused", "by", "limits"} and isinstance(value, str):
            return self.who(value) if self._known(value) else value
        if isinstance(value, Mapping) and value and all(self._known(key) for key in value):
            return [f"{self.who(key)} {self._share(part)}" for key, part in value.items()]
        if isinstance(value, (list, tuple)):
            return [self.value(name, part) for part in value]
        if isinstance(getattr(value, "code", None), str) and isinstance(getattr(value, "args", None), Mapping):
            return self.reason(value)
        return value

    def coded(self, area: str, value: str) -> str:
        """A value of a closed list in words; the value itself where a sector brings one that has none here."""
        key = f"page.{area}.{plain_id(value)}"
        return words(self.lang, key) if has(key) else value

    def lasting(self, name: str) -> str:
        """What lives on after the end: a duty by its title, else the usual word for a subject ("confidentiality")."""
        titles: dict[str, Text] = {}
        if self.contract is not None:
            follows = self.contract.ending.follows if self.contract.ending else ()
            for owed in (self.contract.annexes, self.contract.steps, self.contract.payments, follows):
                titles |= {one.id: one.title for one in owed}
        return self.text(titles.get(name, {})) or self.coded("survives", name)

    def lasts(self, names: Iterable[str]) -> str:
        return self.t("comma").join(map(self.lasting, names))

    def takes(self, value: object) -> str:
        """What a decision takes, in plain characters: shares by party in words, numbers as written."""
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping):
            if all(self._known(key) for key in value):
                return self.t("comma").join(self.value("takes", value))
            return self.t("comma").join(f"{key} {self.takes(item)}" for key, item in value.items())
        if isinstance(value, Iterable):
            return self.t("comma").join(map(self.takes, value))
        return show_decimal(value) if isinstance(value, Fraction) else str(value)

    def lacking(self, names: Iterable[str]) -> str:
        """What a request left unsaid, in the usual words for it."""
        return self.t("comma").join(self.coded("states", name) for name in names)

    def kind(self, kind: str) -> str:
        """A kind of event as a sheet in this language calls it: by the contract's own title, else the usual word."""
        own = self.contract.event_kinds if self.contract else {}
        if kind in own and own[kind].title:
            return self.text(own[kind].title)
        if self.lang == "en" or has(f"page.anchor.{kind}"):
            return self.coded("anchor", kind)
        [said] = kinds_by_language([kind], {})["zh-Hans"]
        return speak(self.lang, {"zh-Hans": said})

    def text(self, text: Mapping[str, str]) -> str:
        return speak(self.lang, text) if text else ""

    def money(self, money: Money) -> str:
        return speak(self.lang, money)

    def percent(self, rate: Fraction) -> str:
        """ "0.5 %" in English, "0.5%" in Chinese, as each writes it."""
        return words(self.lang, "value.percent", n=show_decimal(rate * 100))

    def day(self, day: date) -> str:
        return self.t("date", year=str(day.year), month=words(self.lang, f"page.month.{day.month}"), day=str(day.day))

    def month(self, day: date) -> str:
        """A month as it stands on a scale."""
        return words(self.lang, "page.scale.month", month=words(self.lang, f"page.month.{day.month}"))

    def number(self, number: Fraction) -> str:
        """A reading: exact where its decimals end, else to two places with a sign that says so."""
        exact = show_decimal(number)
        return f"≈ {show_decimal(Fraction(integer(number * 100), 100))}" if "/" in exact else exact

    def instant(self, instant: datetime) -> str:
        """Day and time of day; the very end of a day is its 24:00, as a Chinese or English contract says it."""
        local = instant.astimezone(self.zone)
        if (local.hour, local.minute, local.second) == (0, 0, 0):
            return self.t("instant", day=local.date() - timedelta(days=1), time="24:00")
        return self.t("instant", day=local.date(), time=local.strftime("%H:%M:%S" if local.second else "%H:%M"))

    def count(self, number: Fraction | int, unit: str) -> str:
        """A number of units: "12 days", "1 working day"."""
        key = f"length.{unit.replace(' ', '-')}.{'one' if number == 1 else 'many'}"
        return words(self.lang, key, n=Fraction(number)) if has(key) else f"{show_decimal(Fraction(number))} {unit}"

    def length(self, period: Period | None) -> str:
        """A period as it reads: "1 month, 3 days"; a dash for none."""
        parts = [self.count(part.count, part.unit) for part in period.parts] if period else []
        return words(self.lang, "value.separator").join(parts) or "—"

    def late_by(self, breach: Breach) -> str:
        """How late, by the clock where a clock ran, else by dates (due day out, last day in)."""
        if breach.clocked and breach.due_at and breach.until_at:
            hours, minutes = divmod(int((breach.until_at - breach.due_at).total_seconds()) // 60, 60)
            parts = [self.count(n, unit) for n, unit in ((hours, "hour"), (minutes, "minute")) if n]
            return " ".join(parts) or self.count(0, "minute")
        assert breach.due is not None
        assert breach.until is not None
        return self.count((breach.until - breach.due).days, "day")

    def clause(self, number: str) -> str:
        """ "clause 17.1", "第17.1条"; what is no number ("Annex 1") stands as it is."""
        return self.t("clause", clause=number) if number[:1].isdigit() else number

    def who(self, key: str) -> str:
        """A party by its label in the contract (Party A, 甲方), a third party by its name."""
        if self.contract is not None and key in self.contract.parties:
            return self.text(self.contract.parties[key].label) or key
        if self.contract is not None and key in self.contract.third_parties:
            return self.registered(self.contract.third_parties[key].name) or key
        return key

    def name(self, key: str) -> str:
        """A party's registered name."""
        assert self.contract is not None
        return self.registered(self.contract.parties[key].name)

    def registered(self, name: Mapping[str, str]) -> str:
        """A registered name as it was given: it is never converted between scripts."""
        given = name.get(self.lang)
        if given is None and self.lang != "en":
            given = next((name[tag] for tag in ("zh-Hans", "zh-Hant") if tag in name), None)
        return given if given is not None else name.get("en") or next(iter(name.values()), "")

    def _known(self, key: object) -> bool:
        return self.contract is not None and (key in self.contract.parties or key in self.contract.third_parties)

    def _share(self, part: object) -> str:
        return f"{part.numerator}/{part.denominator}" if isinstance(part, Fraction) else speak(self.lang, part)


def _briefer(code: str, args: Mapping[str, Any]) -> str:
    """The code whose words leave out what would say nothing here."""
    brief, says_nothing = _BRIEF.get(code, (code, None))
    return brief if says_nothing and says_nothing(args) else code


def plain_id(text: str) -> str:
    """Text as part of a key or an anchor: "spans of 24 h" gives "spans-of-24-h"."""
    return "".join(c if c.isascii() and c.isalnum() else "_" if c == "_" else "-" for c in text)


def last_day(instant: datetime, zone: str) -> date:
    """The local day that an `as_of` closes: its 24:00 belongs to the day before."""
    return (instant.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()
