"""Working time and working days over random spans, beside the libraries that people use for them.

    python -m benchmarks w2_time

Business hours are differences of two instants in the same hours and holidays for all; day counts are numbers of working
days. Where a peer comes out otherwise, the number of such spans is printed above the table. Spans of 1, 30 and 365 days
are drawn at random from four years; one row says how flat ours is: 365 days over one day.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.measure import Row, interleaved, table
from contracts.world import load_calendar
from core.periods import Calendar
from core.worktime import line_of, read_hours

__all__ = ["main", "rows"]

SPANS = (1, 30, 365)
PAIRS = {1: 400, 30: 200, 365: 40}
DAYS = 20_000
ROUNDS = 7
HOURS = "Mon-Fri 09:00-17:00"
AIMS = {1: "<= 0.25", 30: "<= 0.04", 365: "<= 0.004"}


def pairs(days: int, number: int, seed: int = 3) -> list[tuple[datetime, datetime]]:
    """Starts at random in four years, each with an end about `days` later; whole minutes, so that all can agree."""
    draw = random.Random(seed + days)
    first = datetime(2021, 1, 1, tzinfo=UTC)
    made = []
    for _ in range(number):
        start = first + timedelta(minutes=draw.randrange(4 * 365 * 1440))
        made.append((start, start + timedelta(minutes=days * 1440 + draw.randrange(720))))
    return made


def _calendar() -> Calendar:
    """The official days off without make-up days, which the peers cannot say; in UTC, which all can."""
    import msgspec

    found = load_calendar("CN")
    assert isinstance(found, Calendar)
    return msgspec.structs.replace(found, zone="UTC", makeup=())


def _off(calendar: Calendar) -> set[date]:
    return {run.first + timedelta(days=n) for run in calendar.holidays for n in range((run.last - run.first).days + 1)}


def _timedelta_peer(calendar: Calendar) -> Callable[[datetime, datetime], float]:
    """businesstimedelta with the same hours and days off."""
    from datetime import time as clock

    import businesstimedelta  # type: ignore[import-not-found,import-untyped,unused-ignore]

    off = dict.fromkeys(_off(calendar), "off")
    workday = businesstimedelta.WorkDayRule(start_time=clock(9), end_time=clock(17), working_days=[0, 1, 2, 3, 4])
    rest = businesstimedelta.HolidayRule(off)
    rules = businesstimedelta.Rules([workday, rest])

    def seconds(start: datetime, end: datetime) -> float:
        found = rules.difference(start, end)
        return float(found.hours * 3600 + found.seconds)

    return seconds


def _duration_peer(calendar: Calendar) -> Callable[[datetime, datetime], float]:
    """business-duration with the same hours and days off."""
    from datetime import time as clock

    from business_duration import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        businessDuration,
    )

    off = dict.fromkeys(_off(calendar), "off")

    def seconds(start: datetime, end: datetime) -> float:
        found = businessDuration(start.replace(tzinfo=None), end.replace(tzinfo=None), clock(9), clock(17),
                                 holidaylist=off, unit="sec")  # fmt: skip
        return float(found)

    return seconds


PEERS = {"businesstimedelta": _timedelta_peer, "business-duration": _duration_peer}


def rows() -> list[Row]:
    """Each span beside each peer that is installed, then day counts beside numpy, then flatness."""
    calendar, hours = _calendar(), read_hours(HOURS)
    assert isinstance(hours, tuple)
    line = line_of(calendar, hours, "UTC")
    made: list[Row] = []
    for days in SPANS:
        sample = pairs(days, PAIRS[days])
        for name, build in PEERS.items():
            try:
                peer = build(calendar)
            except ImportError:
                continue
            agreed = _agreed(line.between, peer, sample)
            if agreed < len(sample):
                print(f"{name}: {len(sample) - agreed} of {len(sample)} spans of {days} days come out otherwise there")
            taken = interleaved({"ours": _over(line.between, sample), "peer": _over(peer, sample)}, ROUNDS)
            made.append(Row(f"{days} d, {len(sample)} spans", taken["ours"], name, taken["peer"], AIMS[days]))
    made.append(_flat(line.between))
    made.extend(_days(calendar))
    return made


def _agreed(ours: Callable[..., Any], peer: Callable[..., float], sample: list[tuple[datetime, datetime]]) -> int:
    return sum(ours(a, b) // 1_000_000 == round(peer(a, b)) for a, b in sample)


def _over(call: Callable[..., Any], sample: list[tuple[Any, Any]]) -> Callable[[], object]:
    def run() -> None:
        for start, end in sample:
            call(start, end)

    return run


def _flat(ours: Callable[..., Any]) -> Row:
    """A year against a day, the same number of spans; the years are built before."""
    day, year = pairs(1, 5_000), pairs(365, 5_000)
    taken = interleaved({"year": _over(ours, year), "day": _over(ours, day)}, ROUNDS)
    return Row("5,000 spans of 365 d", taken["year"], "ours, 1 d", taken["day"], "<= 1.2")


def _days(calendar: Calendar) -> list[Row]:
    """Working days between two dates, one pair at a time, beside numpy.busday_count with a ready calendar."""
    try:
        import numpy  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return []
    busy = numpy.busdaycalendar(weekmask="1111100", holidays=sorted(_off(calendar)))
    draw = random.Random(5)
    first = date(2021, 1, 1)
    sample = []
    for _ in range(DAYS):
        start = first + timedelta(days=draw.randrange(4 * 365))
        sample.append((start, start + timedelta(days=draw.randrange(365))))

    def peer(start: date, end: date) -> int:
        return int(numpy.busday_count(start, end, busdaycal=busy))

    day = timedelta(days=1)
    assert all(calendar.count_working_days(a - day, b - day) == peer(a, b) for a, b in sample[:500])
    taken = interleaved({"ours": _over(calendar.count_working_days, sample), "peer": _over(peer, sample)}, ROUNDS)
    return [Row(f"{DAYS:,} day counts", taken["ours"], "numpy.busday_count", taken["peer"], "<= 0.2")]


def main(_: list[str]) -> int:
    """Print the table, and how many differences a second that is."""
    started = time.perf_counter()
    print(table(rows()))
    calendar, hours = _calendar(), read_hours(HOURS)
    assert isinstance(hours, tuple)
    line = line_of(calendar, hours, "UTC")
    for days in SPANS:
        sample = pairs(days, 20_000)
        [taken] = interleaved({"ours": _over(line.between, sample)}, ROUNDS).values()
        print(f"{days} d: {len(sample) / taken:,.0f} differences a second")
    print(f"{time.perf_counter() - started:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
