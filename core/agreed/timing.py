"""How long a contract runs, how it counts time, and when something is due."""

from datetime import date, datetime

import msgspec

from core.agreed.wording import Text
from core.periods import Period

__all__ = ["Anchor", "Channel", "CountingTerms", "DueRule", "Every", "OwnCalendar", "Renewal", "Sessions", "Term"]


class Term(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from", "for_": "for"}):
    """How long the contract runs: the first day, and either the last day (both in) or a length."""

    from_: date
    until: date | None = None
    for_: Period | None = None


class Anchor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a period hangs on: `what` is "signed", "effective", "start", "end", a state ("delivered", "accepted",
    "due") of the obligation `of`, or an event kind; `each` asks for one obligation per event of that kind.

    "session": the `nth` session of the schedule `of` (−1: the last), or with `each` every one.
    """

    what: str
    of: str | None = None
    each: bool = False
    nth: int | None = None


class Every(msgspec.Struct, frozen=True, omit_defaults=True):
    """A series of windows: "calendar month", "calendar quarter", "calendar year", "contract year"; "month" begins on
    `from_day`; "rolling days" looks back over `days` at each month's end, "any days" at the end of each day. `zone`
    where it is not the contract's.
    """

    unit: str
    zone: str | None = None
    from_day: int | None = None
    days: int | None = None


class DueRule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When something is due.

    Exactly one of: `on` (a date or a local time; with a `period`, so long after or `before` it); `anchor` with `period`
    (after, or `before` it); `every` with `by` ("last working day", "last day", "day 10", "working day 3") or with a
    `period` after each window; `demand` (only on demand, with a `period` if the contract says how long after it).
    `before` with `on` alone is the day before.
    `at_least`: the contract says "at least" (KNOBS `clear_days`).
    """

    on: date | datetime | None = None
    period: Period | None = None
    before: bool = False
    anchor: Anchor | None = None
    every: Every | None = None
    by: str | None = None
    demand: bool = False
    at_least: bool = False


class Renewal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Tacit renewal by `tacit` unless notice arrives within `unless_notice` (a due rule before the end)."""

    tacit: Period | None = None
    unless_notice: DueRule | None = None


class CountingTerms(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How this contract counts: a versioned preset, an official calendar, and what the contract says otherwise.

    `knobs` holds the settings that the contract's own words give, by the names of `core.knobs.KNOBS`.
    """

    preset: str | None = None
    calendar: str | None = None
    calendars: dict[str, str] = {}
    zone: str | None = None
    hours: str | None = None
    knobs: dict[str, str] = {}


class OwnCalendar(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A calendar that the contract itself sets out, alone or as a change of the one that it `extends`.

    Days stand as "2027-06-07 to 2027-06-08, plant closed", yearly ones as "12-25, Christmas", dated hours as
    "2027-06-17 10:00-12:00" or "2027-06-17 closed"; between two `terms` of a school it is closed.
    """

    extends: str | None = None
    zone: str | None = None
    rest: tuple[str, ...] | None = None
    hours: str | None = None
    breaks: str | None = None
    off: tuple[str, ...] = ()
    work: tuple[date, ...] = ()
    yearly: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    closures: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


class Channel(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When a notice sent by this channel counts as received, by usage when it arrives (KNOBS `takes_effect`).

    `counts`: "when it arrives", or "when it is sent". `deemed`: so long after it was sent, if no arrival is recorded
    before. `after_hours`: an arrival outside hours counts "at once", at the "next opening" or on the "next working
    day".
    `refused`: a refusal counts "as received", or "as not received".
    """

    counts: str | None = None
    deemed: Period | None = None
    after_hours: str | None = None
    refused: str | None = None


class Sessions(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """A schedule of sessions that due rules may name: from a day on, at `hours` each week, `count` of them.

    `skips`: "rest days" of the calendar, "holidays" alone, or "nothing"; `off` are dates without a session besides.
    """

    from_: date
    hours: str
    count: int
    skips: str | None = None
    off: tuple[date, ...] = ()
    title: Text = {}
