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


class Notice(NamedTuple):
    """One yearly notice of the General Office of the State Council, and a later change of it."""

    published: date
    number: str
    amended: date | None = None
    change: str = ""


NOTICES = {
    2018: Notice(date(2017, 11, 30), "国办发明电〔2017〕12号"),
    2019: Notice(date(2018, 12, 6), "国办发明电〔2018〕15号", date(2019, 3, 22), "国办发明电〔2019〕3号"),
    2020: Notice(date(2019, 11, 21), "国办发明电〔2019〕16号", date(2020, 1, 27), "国办发明电〔2020〕1号"),
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
# no notice yet: there only weekends are known, and every answer is provisional.
# Written by make_cn.py from the holidays package, version {{package}} (MIT); 2026 checked against its notice by hand.
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
        text += f'\n[notices.{year}]\npublished = {notice.published}\nnumber = "{notice.number}"\n'
        if notice.amended:
            text += f'amended = {notice.amended}\nchange = "{notice.change}"\n'
        text += "off = [\n"
        for first, last in runs(set(found), works):
            if notice_year(first, last) == year:
                span = str(first) if first == last else f"{first} to {last}"
                text += f'    "{span}, {name(first, last, dict(found))}",\n'
        text += "]\nwork = [" + ", ".join(str(day) for day in sorted(works) if notice_year(day, day) == year) + "]\n"
    return text


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
