"""Writes the pinned calendar of TARGET, the euro's payment system, from the `holidays` package; run by hand.

    python contracts/world/make_target.py > "contracts/world/TARGET@2026-11.toml"

Its closing days hang on one decision, of 14 December 2000, which holds until further notice.
"""

from __future__ import annotations

__all__ = ["main"]

VERSION = "2026-11"
YEARS = range(2018, 2036)

HEAD = f"""\
# Days on which banks of the euro area settle no payments: TARGET closing days, besides Saturdays and Sundays. Pinned:
# a contract that names TARGET@{VERSION} is counted by this file for ever. Decided by the Governing Council of the
# European Central Bank on 14 December 2000, from 2002 until further notice. It may be changed: what lies beyond the
# last year listed is provisional.
# Written by make_target.py from the holidays package, version {{package}} (MIT), and compared with the decision.
id = "TARGET"
version = "{VERSION}"
zone = "Europe/Berlin"
rest = ["Sat", "Sun"]
source = "European Central Bank, Long-term calendar for TARGET closing days, 14 December 2000"
"""


def main() -> str:
    import holidays
    from holidays.version import __version__

    found = holidays.financial_holidays("XECB", years=YEARS, language="en_US")
    text = HEAD.format(package=__version__)
    for year in YEARS:
        days = "".join(f'    "{day}, {found[day]}",\n' for day in sorted(found) if day.year == year)
        text += f"\n[notices.{year}]\npublished = 2000-12-14\noff = [\n{days}]\n"
    return text


if __name__ == "__main__":
    print(main(), end="")
