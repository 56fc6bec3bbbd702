"""Writes the pinned Chinese calendar from the `holidays` package and the notices listed here; run by hand, once a year.

    python contracts/world/make_cn.py > "contracts/world/CN@2026-11.toml"

The package is needed for this only. A correction or a new year is a new version, in a new file: contracts that name an
older version must come out as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

__all__ = ["main"]

VERSION = "2026-11"
DAY = timedelta(days=1)


class Change(NamedTuple):
    """A later notice for the same year, and what the first one had said instead: a run of days off, days worked."""

    published: date
    number: str
    run: str
    had_been: str
    worked_before: tuple[date, ...] = ()
    worked_since: tuple[date, ...] = ()


class Notice(NamedTuple):
    """One yearly notice of the General Office of the State Council: the day of its publication, which may be some days
    after the day that it bears, its number, and a later change of it.
    """

    published: date
    number: str
    change: Change | None = None


LABOUR_2019 = Change(
    date(2019, 3, 22), "国办发明电〔2019〕3号", "2019-05-01 to 2019-05-04", "2019-05-01",
    worked_since=(date(2019, 4, 28), date(2019, 5, 5)),
)  # fmt: skip
SPRING_2020 = Change(  # dated 26 January, published on the 27th
    date(2020, 1, 27), "国办发明电〔2020〕1号", "2020-01-24 to 2020-02-02", "2020-01-24 to 2020-01-30",
    worked_before=(date(2020, 2, 1),),
)  # fmt: skip

NOTICES = {
    2018: Notice(date(2017, 11, 30), "国办发明电〔2017〕12号"),
    2019: Notice(date(2018, 12, 6), "国办发明电〔2018〕15号", LABOUR_2019),  # dated 4 December
    2020: Notice(date(2019, 11, 21), "国办发明电〔2019〕16号", SPRING_2020),
    2021: Notice(date(2020, 11, 25), "国办发明电〔2020〕27号"),
    2022: Notice(date(2021, 10, 25), "国办发明电〔2021〕11号"),
    2023: Notice(date(2022, 12, 8), "国办发明电〔2022〕16号"),
    2024: Notice(date(2023, 10, 25), "国办发明电〔2023〕7号"),
    2025: Notice(date(2024, 11, 12), "国办发明电〔2024〕12号"),
    2026: Notice(date(2025, 11, 4), "国办发明电〔2025〕7号"),
}

# The package's English names, in the order in which a run that holds two of them is named.
NAMES = {
    "New Year's Day": "new-year",
    "Chinese New Year": "spring-festival",
    "Tomb-Sweeping Day": "qingming",
    "Labor Day": "labour-day",
    "Dragon Boat Festival": "dragon-boat",
    "Mid-Autumn Festival": "mid-autumn",
    "National Day": "national-day",
}
BOTH: dict[tuple[str, ...], str] = {("mid-autumn", "national-day"): "mid-autumn-and-national-day"}

HEAD = f"""\
# Days off and make-up working days of the People's Republic of China, as announced each year by the General Office of
# the State Council. Pinned: a contract that names CN@{VERSION} is counted by this file for ever. A run of days off
# holds the weekend days inside it; `work` are days of the weekly rest that are worked. Years that are not listed have
# no notice yet: there only weekends are known, and every answer is provisional. `changes` are later texts of a year:
# each holds from its publication, so that what was known on an earlier day can be told.
# Written by make_cn.py from the holidays package, version {{package}} (MIT). Numbers and days of publication were
# compared with the addresses and reprints of the notices, the texts of 2019, 2020, 2022 and 2026 word for word.
id = "CN"
version = "{VERSION}"
zone = "Asia/Shanghai"
rest = ["Sat", "Sun"]
source = "国务院办公厅关于部分节假日安排的通知 2018–2026"
"""


def main() -> str:
    import holidays
    from holidays.version import __version__

    years = range(min(NOTICES), max(NOTICES) + 2)
    found = holidays.country_holidays("CN", years=years, language="en_US")
    works = {day for day in found.weekend_workdays if day.year in years}
    text = HEAD.format(package=__version__)
    for year, notice in NOTICES.items():
        off = [
            f"{first if first == last else f'{first} to {last}'}, {name(first, last, dict(found))}"
            for first, last in runs(set(found), works)
            if notice_year(first, last) == year
        ]
        worked = {day for day in works if notice_year(day, day) == year}
        change = notice.change
        if change is None:
            text += table(f"[notices.{year}]", notice.published, notice.number, off, worked)
            continue
        first = [change.had_been + run.removeprefix(change.run) if run.startswith(change.run) else run for run in off]
        before = worked - set(change.worked_since) | set(change.worked_before)
        text += table(f"[notices.{year}]", notice.published, notice.number, first, before)
        text += table(f"[[notices.{year}.changes]]", change.published, change.number, off, worked)
    return text


def table(head: str, published: date, number: str, off: list[str], worked: set[date]) -> str:
    lines = "".join(f'    "{run}",\n' for run in off)
    days = ", ".join(str(day) for day in sorted(worked))
    return f'\n{head}\npublished = {published}\nnumber = "{number}"\noff = [\n{lines}]\nwork = [{days}]\n'


def notice_year(first: date, last: date) -> int:
    """New year's notice also arranges the last days of December."""
    return last.year + 1 if (first.month, first.day) >= (12, 28) and last.month == 12 else last.year


def runs(off: set[date], works: set[date]) -> Iterator[tuple[date, date]]:
    """Whole runs of days without work that hold a day off, weekends included."""
    day, end = min(off) - 7 * DAY, max(off) + 7 * DAY
    days = [day + n * DAY for n in range((end - day).days)]
    for rest, group in groupby(days, key=lambda d: d in off or (d.weekday() > 4 and d not in works)):
        run = list(group)
        if rest and any(d in off for d in run):
            yield run[0], run[-1]


def name(first: date, last: date, found: dict[date, str]) -> str:
    keys = {key for day, words in found.items() if first <= day <= last for word, key in NAMES.items() if word in words}
    ordered = tuple(key for key in NAMES.values() if key in keys)
    return BOTH.get(ordered, ordered[0])


if __name__ == "__main__":
    print(main(), end="")
