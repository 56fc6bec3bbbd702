"""Receipt: when a notice that was sent counts as received, by its channel and what the contract says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from core.events import Event
from core.periods import Calendar, Counting, Period, Step, add, hours_of, local_date, start_of_day
from core.problems import Problem
from core.terms import Channel
from core.worktime import is_open, next_opening, opens_at

__all__ = ["Receipt", "channel_of", "is_notice", "received"]


class Receipt(NamedTuple):
    """When a notice counts as received (`day`, and the instant where one is known), and why; no day: not yet."""

    day: date | None
    instant: datetime | None
    steps: tuple[Step, ...]


At = tuple[date, datetime | None]


def is_notice(event: Event) -> bool:
    """Whether the event says how it was sent, or when it arrived; of any other, `at` is when it happened."""
    return event.channel is not None or event.received is not None or event.refused is not None


def received(
    sent: At,
    arrived: At | None,
    refused: At | None,
    channel: Channel,
    counting: Counting,
    calendar: Calendar,
) -> Receipt | Problem:
    """When a notice sent at `sent` counts as received; `arrived` and `refused` are as recorded, or None."""
    lag = _lag(channel, counting)
    if lag is not None and lag.n == 0:
        return Receipt(*sent, (Step("NOTICE-SENT-01", {"date": sent[0]}),))
    if arrived is None and refused is not None and channel.refused == "as received":
        return Receipt(*refused, (Step("NOTICE-REFUSED-01", {"date": refused[0]}),))
    found = None if arrived is None else _in_hours(arrived, channel, counting, calendar)
    if isinstance(found, Problem):
        return found
    deemed = _deemed(sent, lag or channel.deemed, counting, calendar)
    if isinstance(deemed, Problem):
        return deemed
    if found is not None and (deemed is None or lag is None) and (deemed is None or found[0] <= deemed[0]):
        code = "NOTICE-ARRIVED-01" if found == arrived else "NOTICE-ARRIVED-02"
        return Receipt(*found, (Step(code, {"date": found[0], "arrived": arrived[0] if arrived else None}),))
    if deemed is not None:
        return Receipt(*deemed, (Step("NOTICE-DEEMED-01", {"date": deemed[0], "sent": sent[0]}),))
    return Receipt(None, None, (Step("NOTICE-WAITING-01", {"date": sent[0]}),))


def _lag(channel: Channel, counting: Counting) -> Period | None:
    """How long after sending a notice always counts as received; None where its arrival decides."""
    if channel.counts is not None:
        return Period(0, "day") if channel.counts == "when it is sent" else None
    effect = counting.takes_effect or "received"
    if effect == "sent":
        return Period(0, "day")
    return Period(int(effect.split(" ")[2]), "day") if effect.startswith("sent + ") else None


def _deemed(sent: At, after: Period | None, counting: Counting, calendar: Calendar) -> At | Problem | None:
    if after is None:
        return None
    due = add(sent[1] if after.is_clock and sent[1] else sent[0], after, counting, calendar, roll=False)
    return due if isinstance(due, Problem) else (due.day, due.instant)


def _in_hours(arrived: At, channel: Channel, counting: Counting, calendar: Calendar) -> At | Problem:
    """An arrival outside hours moved as the channel says: to the next opening, or to the next working day."""
    rule = channel.after_hours or "at once"
    if rule == "at once":
        return arrived
    hours = hours_of(counting, calendar)
    if isinstance(hours, Problem):
        return hours
    zone = counting.zone or calendar.zone
    day, instant = arrived
    if instant is None:
        return calendar.next_working_day(day), None
    if is_open(instant, hours, calendar, zone, window_end=counting.of("window_end") or "half-open"):
        return arrived
    if rule == "next opening":
        opened = next_opening(instant, hours, calendar, zone)
        return opened if isinstance(opened, Problem) else (local_date(opened, zone), opened)
    opens = opens_at(day, hours, calendar, zone)
    if opens is not None and instant < opens and not calendar.is_rest(day):
        return day, opens  # before the day's work began: still that day
    later = calendar.add_working_days(day, 1)
    return later, opens_at(later, hours, calendar, zone) or start_of_day(later, zone)


def channel_of(event: Event, channels: Mapping[str, Channel]) -> Channel | Problem:
    """What the contract says of the event's channel; one that it does not know is a problem where it knows any."""
    if event.channel is None or not channels or event.channel in channels:
        return channels.get(event.channel or "", Channel())
    args = {"channel": event.channel, "known": ", ".join(channels)}
    return Problem("NOTICE-CHANNEL-01", where=f"events.{event.id}.channel", args=args)
