"""Walks a parsed contract file along the types of `core.terms` and collects every problem with its path.

A field that cannot be read keeps its default, so that one mistake does not hide the next.
"""

import re
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from contracts import phrases
from core.money import Money
from core.periods import Period
from core.problems import Problem, nearest
from core.terms import (
    Amendment,
    Annex,
    Band,
    Cap,
    Ceiling,
    Channel,
    Charge,
    ClaimTerm,
    Contract,
    CountingTerms,
    Deadline,
    Decision,
    Deposit,
    DueRule,
    EndingTerms,
    Every,
    Grace,
    Grant,
    Ground,
    Involvement,
    Languages,
    Line,
    Measure,
    Override,
    Payment,
    Per,
    Points,
    Prepaid,
    Range,
    Reading,
    Refunding,
    Repeat,
    Rounding,
    Rule,
    Scorecard,
    Sessions,
    Share,
    Step,
    ThirdParty,
    Weight,
    When,
)

__all__ = [
    "APPLIES",
    "BAD",
    "LANGUAGES",
    "LEAST",
    "NUMBERS",
    "POSITIVE",
    "Path",
    "Walk",
    "fields",
    "read_by_path",
    "type_at",
    "without_hidden",
]

Path = tuple[str | int, ...]
BAD: Any = object()
"""Stands for a value that could not be read; its problem is noted."""

APPLIES = {
    "days from then on": "days",
    "what falls due from then on": "due",
    "losses from then on": "losses",
    "everything unsettled": "everything",
}
LANGUAGES = {"zh": "zh-Hans"}
TAGS = ("*", "zh", "zh-Hans", "zh-Hant", "en")
FIRST_YEAR, LAST_YEAR = 1900, 2199
KINDS = ("credits", "interest", "refunds", "agreed sums", "costs", "damages")
"""What a charge is for a cap."""

CLOSED: dict[tuple[type, str], tuple[str, ...]] = {
    (Rule, "counts"): ("days after grace", "days after due"),
    (Rule, "tiering"): ("each day at its own rate", "all days at the rate reached"),
    (Payment, "order"): ("principal first", "costs, interest, principal", "pro rata"),
    (Ceiling, "covers"): ("running", "plus"),
    (Ceiling, "excess"): ("lost", "carried forward"),
    (Ceiling, "per"): (
        "obligation",
        "all",
        *phrases.WINDOWS,
        "calendar day",
        *phrases.SCOPES,
        *(f"rolling {n} months" for n in (3, 6, 12, 24, 36)),
    ),
    (Cap, "window"): ("the day it accrued", "the day of the breach", "the day of the claim", "the day of payment"),
    (Cap, "order"): ("first come", "first come; same day pro rata", "pro rata", "by head"),
    (Cap, "counts"): KINDS,
    (Cap, "takes"): ("greater", "lesser"),
    (Cap, "fees"): ("paid", "payable"),
    (Cap, "super_cap"): ("separate", "spills into the general", "inside it"),
    (Cap, "renewal"): ("new headroom", "goes on"),
    (Cap, "deductible_per"): ("claim", "window"),
    (Cap, "share_order"): ("after the limit", "before the limit"),
    (Cap, "series"): ("as one", "each"),
    (Rule, "kind"): KINDS,
    (Involvement, "silence"): ("breach", "consent"),
    (Involvement, "states"): ("purpose", "scope", "effect"),
    (Ground, "counts"): ("one case", "sum", "number"),
    (EndingTerms, "kind"): ("mandate",),
    (Measure, "kind"): (
        "share of time",
        "share of steps kept",
        "share of counts",
        "mean",
        "sum",
        "count",
        "percentile",
        "weighted mean",
    ),
    (Measure, "degraded"): ("whole", "weighted", "not counted"),
    (Measure, "partial"): ("the days served stand for the month", "whole month's minutes", "not measured"),
    (Measure, "pool"): ("pooled", "mean of shares", "worst"),
    (Measure, "empty"): ("no reading", "100", "100%", "0"),
    (Scorecard, "kind"): ("weighted mean", "points"),
    (Scorecard, "missing"): ("its weight goes to the others", "counts as 0", "counts in full", "no score"),
    (Scorecard, "sum"): ("normalised", "as written"),
    (Scorecard, "drop"): ("highest and lowest",),
    (Scorecard, "pool"): ("lowest", "mean", "weighted"),
    (Scorecard, "bonus"): ("at the end", "at once", "none"),
    (Scorecard, "overrides"): ("lowers the grade", "the score", "both"),
    (Rule, "take"): ("the worst band", "the sum of the bands", "each slice at its own"),
    (ClaimTerm, "otherwise"): ("lapses", "stays", "given without claim"),
    (Repeat, "counts"): ("excess only, rolling", "excess only, calendar", "all, rolling", "all, calendar"),
    (Channel, "counts"): ("when it arrives", "when it is sent"),
    (Channel, "after_hours"): ("at once", "next opening", "next working day"),
    (Channel, "refused"): ("as received", "as not received"),
    (Sessions, "skips"): ("rest days", "holidays", "nothing"),
    (Amendment, "applies"): tuple(APPLIES.values()),
    (Rule, "rate"): ("as on the day the debt became late", "half-yearly fixing", "each day's"),
    (Deposit, "kind"): ("deposit", "advance", "security"),
    (Refunding, "used_at"): ("discounted", "list"),
    (Every, "unit"): (*phrases.WINDOWS, "month", "rolling days", "any days"),
    (Period, "unit"): tuple(phrases.UNITS),
    (Per, "unit"): (*phrases.UNITS, *phrases.POINTS),
    (Per, "part"): phrases.PARTS,
    (Grace, "kind"): ("never charged", "charged once exceeded"),
    (Rounding, "when"): ("once", "each day", "each slice"),
    (Rounding, "mode"): ("half up", "half even", "down", "up"),
    (Deadline, "after"): ("event", "end of its period", "knowledge", "invoice"),
    (Repeat, "unit"): ("month", "quarter", "year"),
    (Grant, "may"): tuple(phrases.ACTS),
    (When, "state"): (*phrases.LATENESS, "loss", phrases.MEASURED, phrases.HAPPENS, phrases.ANYTIME),
}
"""Fields that take one of a few words."""

LEAST: dict[type, dict[str, int]] = {
    Period: {"n": 0},
    Per: {"n": 1},
    Every: {"from_day": 1, "days": 1},
    Repeat: {"times": 1, "nth": 1},
    Sessions: {"count": 1},
    When: {"count": 1, "of": 1},
    Charge: {"amount": 0, "from_": 1, "to": 1, "on": 1},
    Share: {"rate": 0},
    Ceiling: {"to": 0},
    Contract: {"tax": 0},
    Annex: {"price": 0},
    Payment: {"tax": 0, "secured": 0},
    ThirdParty: {"fee": 0, "excess": 0},
    Involvement: {"costs": 0},
    Prepaid: {"units": 1},
    Weight: {"weight": 0, "parts": 0},
    Scorecard: {"sites": 0},
    Measure: {"weights": 0},
    Rule: {"minimum": 0, "debtors": 0, "earned_back": 1},
    Cap: {"or_": 0, "deductible": 0, "attachment": 0, "share": 0, "reinstated": 0},
}
"""Quantities that cannot be smaller than this; with an amount of money it is its minor units."""

POSITIVE: dict[type, tuple[str, ...]] = {
    Contract: ("total",),
    Payment: ("amount",),
    Deposit: ("amount",),
    Prepaid: ("amount", "list_price", "worth"),
}
"""Amounts that cannot be nothing."""

NUMBERS: frozenset[tuple[type, str]] = frozenset(
    {
        (Measure, "target"),
        (Override, "score"),
        (Period, "part"),
        (Points, "n"),
        *((Scorecard, field) for field in ("starts", "floor", "lose_at_most")),
    }
)
"""Exact numbers that are no rates: points and readings."""

PARTED: frozenset[tuple[type, str]] = frozenset({(DueRule, "period"), (Annex, "deemed_accepted"), (Step, "within")})
"""Lengths that may have a part ("1.5 working days"): those from which a due time is counted."""


_BY = "last day, last working day, day 10, working day 3"


class Field(NamedTuple):
    name: str
    type: Any
    required: bool


@cache
def fields(struct: type) -> dict[str, Field]:
    """The fields of a struct by their names in a file."""
    hints = get_type_hints(struct)
    return {f.encode_name: Field(f.name, hints[f.name], f.required) for f in msgspec.structs.fields(struct)}


@cache
def _plain(annotation: Any) -> tuple[Any, ...]:
    """The types that an annotation allows, without None."""
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(a for a in get_args(annotation) if a is not type(None))
    return (annotation,)


def _is_struct(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)


class Walk:
    """One pass over a parsed file; `found` collects problems with the raw path of each."""

    def __init__(self, root: Any, written_by_people: bool = True) -> None:
        self.root = root
        self.people = written_by_people
        self.found: list[tuple[Path, Problem]] = []

    def wrong(self, path: Path, code: str, /, **args: Any) -> Any:
        """Note a problem; gives BAD, so that a reader can return it."""
        self.found.append((path, Problem(code, self.where(path), args)))
        return BAD

    def near(self, path: Path, codes: tuple[str, str], text: str, known: Iterable[str]) -> Any:
        """Note an unknown word: the first code lists what is known, the second names the nearest."""
        words = list(known)
        close = nearest(text, words)
        if close:
            return self.wrong(path, codes[1], text=text, nearest=close)
        return self.wrong(path, codes[0], text=text[:60], known=", ".join(words))

    def where(self, path: Path) -> str:
        """A path in the author's terms: list items by their ids."""
        here, words = self.root, []
        for step in path:
            here = _child(here, step)
            own = here.get("id") if isinstance(step, int) and isinstance(here, dict) else None
            words.append(own if isinstance(own, str) else str(step + 1) if isinstance(step, int) else step)
        return ".".join(words)

    def value(self, annotation: Any, raw: Any, path: Path) -> Any:
        """Read `raw` as one of the types that the annotation allows."""
        options = _plain(annotation)
        if len(options) > 1:
            return self._either(options, raw, path)
        [one] = options
        if one is Any:  # its type is that of the path which it is about; where that is unknown it is told there
            return raw
        if one in phrases.KINDS:
            return self._phrase(one, phrases.KINDS[one], raw, path)
        origin = get_origin(one)
        if origin is tuple:
            return self._list(get_args(one)[0], raw, path)
        if origin is dict:
            return self._mapping(get_args(one)[1], raw, path)
        if _is_struct(one):
            return self.struct(one, raw, path)
        return self._scalar(one, raw, path)

    def _either(self, options: tuple[Any, ...], raw: Any, path: Path) -> Any:
        """A union: an amount (money or share), a day or a time, a day or the words of an event."""
        if date in options:
            if isinstance(raw, str) and str in options and not re.match(r"\d{4}-\d", raw):
                return raw.removeprefix("when ")
            return self._time(raw, path, datetime in options)
        if isinstance(raw, str):
            return self._read(phrases.parse("amount", raw), path)
        share = isinstance(raw, dict) and "rate" in raw
        return self.value(options[-1] if share else options[0], raw, path)

    def _phrase(self, struct: Any, kind: str, raw: Any, path: Path) -> Any:
        if isinstance(raw, str):
            return self._read(phrases.parse(kind, raw), path)
        if isinstance(raw, date) and kind == "due":
            return struct(on=self._time(raw, path, True))
        if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool) and struct is Fraction:
            return self._read(phrases.parse(kind, str(raw)), path)
        if isinstance(raw, dict) and struct is not Fraction and kind != "money":
            return self.struct(struct, raw, path)
        return self._read(phrases.parse(kind, _named(raw)), path)

    def _read(self, value: Any, path: Path) -> Any:
        if isinstance(value, Problem):
            return self.wrong(path, value.code, **value.args)
        return value

    def _list(self, annotation: Any, raw: Any, path: Path) -> Any:
        if annotation is Band and isinstance(raw, dict):
            return self._bands(raw, path)
        if annotation is Line and isinstance(raw, dict):
            return self._lines(raw, path)
        if not isinstance(raw, list):
            return self.wrong(path, "TERMS-TYPE-04", got=_named(raw))
        items = [self.value(annotation, item, (*path, i)) for i, item in enumerate(raw)]
        return tuple(item for item in items if item is not BAD)

    def _bands(self, raw: dict[str, Any], path: Path) -> Any:
        """Bands as a table: "from 75 to below 85" = "5% of total"."""
        bands = []
        for key, charge in raw.items():
            here, before = (*path, key), len(self.found)
            held = self._read(phrases.parse("range", key), here)
            costs = (
                self._read(phrases.parse("band", charge), here)
                if isinstance(charge, str)
                else self.value(Charge, charge, here)
            )
            if held is not BAD and costs is not BAD:
                bands.append(Band(held, costs))
            elif held is BAD:
                self._strayed(key, path, before)
        return tuple(bands)

    def _lines(self, raw: dict[str, Any], path: Path) -> Any:
        """Lines of a points card as a table: "any growth file is late" = "2 a started day"."""
        lines = []
        for key, costs in raw.items():
            here, before = (*path, key), len(self.found)
            when = self._read(phrases.parse("lose", key), here)
            points = self.value(Points, costs, here)
            if when is not BAD and points is not BAD:
                lines.append(Line(when, points))
            elif when is BAD:
                self._strayed(key, path, before)
        return tuple(lines)

    def _mapping(self, annotation: Any, raw: Any, path: Path) -> Any:
        if annotation is str and isinstance(raw, str):
            return {"*": raw}
        if not isinstance(raw, dict):
            return self.wrong(path, "TERMS-TYPE-05", got=_named(raw))
        if isinstance(raw, _Knobs):
            return dict(raw)
        read = {}
        for key, item in raw.items():
            before = len(self.found)
            read[key] = self.value(annotation, item, (*path, key))
            if read[key] is BAD:
                self._strayed(key, path, before)
        if annotation is str:
            self._languages(raw, path)
            return {LANGUAGES.get(key, key): item for key, item in read.items() if item is not BAD}
        return {key: item for key, item in read.items() if item is not BAD}

    def _strayed(self, key: str, path: Path, before: int) -> None:
        """A key of the table above that landed among free names: say that, in place of what it is not."""
        above = self._table_above(key, path)
        if above is not None:
            del self.found[before:]
            self.wrong((*path, key), "TERMS-KEY-03", key=key, table=self.where(path), belongs=above)

    def _languages(self, raw: dict[str, Any], path: Path) -> None:
        for key in raw:
            if key not in TAGS:
                self.near((*path, key), ("TERMS-LANGUAGE-01", "TERMS-LANGUAGE-02"), key, ("zh", "zh-Hant", "en"))

    def struct(self, struct: Any, raw: Any, path: Path) -> Any:
        """Read a table as a struct. A field that cannot be read keeps its default, or a stand-in: its problem is noted,
        so the value is never used, but the rest can still be looked at.
        """
        if not isinstance(raw, dict):
            return self.wrong(path, "TERMS-TYPE-05", got=_named(raw))
        special = _SPECIAL.get(struct)
        if special:
            raw = special(self, raw, path)
        known, values = fields(struct), {}
        meant = _misspelt(raw, known)
        for key, item in raw.items():
            field = known.get(key)
            if field is None:
                self._unknown(struct, key, path)
                field = known.get(meant.get(key, ""))
            if field is None:
                continue
            value = self._field(struct, field, key, item, (*path, key))
            if value is not BAD:
                values[field.name] = value
            elif field.required:
                values[field.name] = _stand_in(field.type)
        for key, field in known.items():
            if field.required and key not in raw and key not in meant.values():
                values[field.name] = _stand_in(field.type)
                self.wrong((*path, key), "TERMS-MISSING-01", key=key, example=_example_for(field.type))
        return struct(**values)

    def _field(self, struct: Any, field: Field, key: str, raw: Any, path: Path) -> Any:
        if field.type is Any:
            return raw
        if (struct is Amendment and key == "set") or (struct is Reading and key == "options"):
            return raw if isinstance(raw, dict) else self.wrong(path, "TERMS-TYPE-05", got=_named(raw))
        if (struct, field.name) in NUMBERS:
            return self._number(raw, path)
        if struct is Range or (struct in phrases.KINDS and not self.people and Fraction in _plain(field.type)):
            return self._number(raw, path)
        value = self.value(field.type, raw, path)
        if struct is DueRule and key == "by" and isinstance(value, str) and phrases.SLOTS["by"].show(value) is None:
            return self.wrong(path, "TERMS-WORD-01", text=value[:60], known=_BY)
        if isinstance(value, Period) and value.part and (struct, field.name) not in PARTED:
            return self.wrong(path, "TERMS-PERIOD-03", text=phrases.show(value) or "")
        allowed = CLOSED.get((struct, field.name))
        if allowed and value is not BAD:
            for word in (value,) if isinstance(value, str) else value or ():
                if word not in allowed:
                    return self.near(path, ("TERMS-WORD-01", "TERMS-WORD-02"), word, allowed)
        return value

    def _number(self, raw: Any, path: Path) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
            return self.wrong(path, "TERMS-TYPE-07", got=_named(raw))
        return self._read(phrases.parse("number", str(raw)), path)

    def _unknown(self, struct: Any, key: str, path: Path) -> None:
        """An unknown key; in TOML it is often a key of the table above, written after a sub-table."""
        close = nearest(key, fields(struct))
        above = None if close else self._table_above(key, path)
        if above is not None:
            self.wrong((*path, key), "TERMS-KEY-03", key=key, table=self.where(path), belongs=above)
        else:
            self.near((*path, key), ("TERMS-KEY-01", "TERMS-KEY-02"), key, fields(struct))

    def _table_above(self, key: str, path: Path) -> str | None:
        for end in range(len(path) - 1, -1, -1):
            kind = type_at(path[:end])
            if _is_struct(kind) and key in fields(kind):
                return self.where(path[:end]) or "(top)"
        return None

    def _time(self, raw: Any, path: Path, clock: bool) -> Any:
        """A day, or a local or aware time where `clock` allows it; text in ISO form is taken as well."""
        if isinstance(raw, str):
            try:
                raw = date.fromisoformat(raw) if len(raw) == 10 else datetime.fromisoformat(raw)
            except ValueError:
                return self.wrong(path, "TERMS-DATE-01", text=_named(raw))
        if isinstance(raw, date) and not FIRST_YEAR <= raw.year <= LAST_YEAR:
            return self.wrong(path, "TERMS-DATE-03", text=raw.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
        if isinstance(raw, datetime):
            return raw if clock else self.wrong(path, "TERMS-DATE-02", text=raw.isoformat(), day=raw.date().isoformat())
        if isinstance(raw, date):
            return raw
        return self.wrong(path, "TERMS-TYPE-06", got=_named(raw))

    def _scalar(self, annotation: Any, raw: Any, path: Path) -> Any:
        if annotation is date:
            return self._time(raw, path, False)
        fits = isinstance(raw, annotation) and not (annotation is int and isinstance(raw, bool))
        if fits:
            return raw
        return self.wrong(path, _TYPE_CODES[annotation], got=_named(raw))


def _misspelt(raw: dict[str, Any], known: Mapping[str, Field]) -> dict[str, str]:
    """Unknown keys that stand for needed ones which are not given; they are read as those, and told once."""
    absent = [key for key, field in known.items() if field.required and key not in raw]
    if not absent:
        return {}
    close = {key: nearest(key, known) for key in raw if key not in known}
    first = {meant: key for key, meant in reversed(close.items()) if meant in absent}
    return {key: meant for meant, key in first.items()}


_TYPE_CODES: dict[Any, str] = {str: "TERMS-TYPE-01", int: "TERMS-TYPE-02", bool: "TERMS-TYPE-03"}
_STAND_INS: dict[Any, Any] = {
    str: "",
    int: 1,
    date: date(2000, 1, 1),
    Fraction: Fraction(1),
    Money: Money(0, "CNY"),
    Period: Period(1, "day"),
    Charge: Charge(),
    Every: Every("calendar month"),
    DueRule: DueRule(demand=True),
    When: When(state=""),
    Ceiling: Ceiling(Money(0, "CNY")),
    Range: Range(),
}
_EXAMPLES: dict[Any, str] = {str: '"…"', int: "1", bool: "true"}


def _named(raw: Any) -> str:
    """A value as the file shows it, shortened."""
    if isinstance(raw, (dict, list)):
        return "{…}" if isinstance(raw, dict) else "[…]"
    if isinstance(raw, int) and raw.bit_length() > 200:
        return "999…"
    shown = "null" if raw is None else str(raw).lower() if isinstance(raw, bool) else str(raw)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _example(kind: str) -> str:
    return next(f'"{row.example}"' for row in phrases.ROWS if row.kind == kind)


def _example_for(annotation: Any) -> str:
    [first, *_] = _plain(annotation)
    if first in phrases.KINDS:
        return _example(phrases.KINDS[first])
    return _EXAMPLES.get(first, "2026-06-30" if first is date else "{ … }")


def _stand_in(annotation: Any) -> Any:
    """Something of the type, for a required field that could not be read."""
    [first, *_] = _plain(annotation)
    return {} if get_origin(first) is dict else _STAND_INS.get(first)


def _child(here: Any, step: str | int) -> Any:
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return None


def _counting(walk: Walk, raw: dict[str, Any], path: Path) -> dict[str, Any]:
    """All settings but the five named ones are knobs; `core.presets` says which exist."""
    own = ("preset", "calendar", "calendars", "zone", "hours")
    named: dict[str, Any] = {key: raw[key] for key in own if key in raw}
    parties = named.get("calendars")
    if isinstance(parties, dict) and all(isinstance(name, str) for name in parties.values()):
        named["calendars"] = _Knobs(parties)
    given = {key: item for key, item in raw.items() if key not in named and key != "knobs"}
    inner = raw.get("knobs", {})
    knobs = {**(inner if isinstance(inner, dict) else {}), **given}
    for key, item in knobs.items():
        if not isinstance(item, (str, int)):
            walk.wrong((*path, key), "TERMS-TYPE-01", got=_named(item))
    texts = {
        key: {True: "yes", False: "no"}[item] if isinstance(item, bool) else str(item)
        for key, item in knobs.items()
        if isinstance(item, (str, int))
    }
    return {**named, **({"knobs": _Knobs(texts)} if texts else {})}


class _Knobs(dict[str, str]):
    """Knobs, and calendars of parties, are words by name, not words by language."""


def _with_language(walk: Walk, raw: dict[str, Any], path: Path) -> dict[str, Any]:
    def tag(word: Any) -> Any:
        return LANGUAGES.get(word, word) if isinstance(word, str) else word

    also = raw.get("also")
    return {
        **raw,
        **({"prevailing": tag(raw["prevailing"])} if "prevailing" in raw else {}),
        **({"also": [tag(word) for word in also]} if isinstance(also, list) else {}),
    }


def _with_applies(walk: Walk, raw: dict[str, Any], path: Path) -> dict[str, Any]:
    """ "to days from then on" and "days from then on" are "days"."""
    said = raw.get("applies")
    if not isinstance(said, str):
        return raw
    said = said.removeprefix("to ")
    return {**raw, "applies": APPLIES.get(said, said)}


_SPECIAL: dict[type, Callable[[Walk, dict[str, Any], Path], dict[str, Any]]] = {
    CountingTerms: _counting,
    Languages: _with_language,
    Amendment: _with_applies,
}


_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that do not show, or turn what is shown around: none belongs in a contract."""


def without_hidden(raw: Any, path: Path, found: list[tuple[Path, str]]) -> Any:
    """The value with a mark in place of each hidden character; where they stood is added to `found`."""
    if isinstance(raw, str):
        hit = _HIDDEN.search(raw)
        if hit is None:
            return raw
        found.append((path, f"U+{ord(hit[0]):04X}"))
        return _HIDDEN.sub("\ufffd", raw)
    if isinstance(raw, list):
        return [without_hidden(item, (*path, i), found) for i, item in enumerate(raw)]
    if isinstance(raw, dict):
        pairs = ((key, without_hidden(item, (*path, key), found)) for key, item in raw.items())
        return {without_hidden(key, path, found): item for key, item in pairs}
    return raw


def type_at(path: Path, root: Any = Contract) -> Any:
    """The annotation at a path such as ("rules", "late-annex", "charge"); None where it leads nowhere."""
    here: Any = root
    for step in path:
        options = [option for option in (_step(one, step) for one in _plain(here)) if option is not None]
        if not options:
            return None
        here = options[0]
    return here


def _step(annotation: Any, step: str | int) -> Any:
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0]
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if _is_struct(annotation) and isinstance(step, str) and step in fields(annotation):
        return fields(annotation)[step].type
    return None


def read_by_path(walk: Walk, contract: Contract) -> Contract:
    """Values of amendments, readings and decisions are read by the type of the path that they are about."""
    amendments = tuple(
        msgspec.structs.replace(
            a, set={key: _by_path(walk, key, raw, ("amendments", i, "set", key)) for key, raw in a.set.items()}
        )
        for i, a in enumerate(contract.amendments)
    )
    readings = tuple(
        msgspec.structs.replace(
            r,
            options={
                name: _by_path(walk, r.about, raw, ("readings", i, "options", name)) for name, raw in r.options.items()
            },
        )
        for i, r in enumerate(contract.readings)
    )
    options = {r.about: r.options for r in contract.readings}
    decisions = tuple(
        msgspec.structs.replace(d, takes=_taken(walk, d, options.get(d.about), ("decisions", i, "takes")))
        for i, d in enumerate(contract.decisions)
    )
    return msgspec.structs.replace(contract, amendments=amendments, readings=readings, decisions=decisions)


def _by_path(walk: Walk, about: str, raw: Any, path: Path) -> Any:
    if about.startswith("counting."):
        return str(raw)
    annotation = type_at(tuple(about.split(".")))
    if annotation is None:  # `contracts.checks` says that the path leads nowhere
        return raw
    return walk.value(annotation, raw, path)


def _taken(walk: Walk, decision: Decision, options: Mapping[str, Any] | None, path: Path) -> Any:
    """An option of a reading by its name, or a value."""
    if isinstance(decision.takes, str) and options is not None and decision.takes in options:
        return decision.takes
    if isinstance(decision.takes, str) and options is not None:
        close = nearest(decision.takes, options)
        if close:
            return walk.wrong(path, "TERMS-OPTION-01", text=decision.takes, nearest=close)
    return _by_path(walk, decision.about, decision.takes, path)
