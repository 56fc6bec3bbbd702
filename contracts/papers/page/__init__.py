"""The page: one self-contained HTML file that shows every figure of one or many contracts, in all three languages."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from contracts.papers.outside import compared
from contracts.papers.page.timeline import timeline
from contracts.papers.page.view import Item, View, added, view
from contracts.papers.voice import Voice
from contracts.strips import Row, rows
from core.counting.strips import Run
from core.money import Money, integer
from core.problems import Problem
from core.schedule import Obligation
from core.terms import Measure, Scorecard, Text
from locales import LANGUAGES, pick, words

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Broken", "Item", "Live", "page", "policy", "shell"]

HERE = Path(__file__).parent

Broken = tuple[str, Sequence[Problem]]
"""A file that could not be read, and why."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What a served page may do that a file may not: hear of changes at `events`, ask for other days, lead elsewhere.

    `links` gives the address of each contract by its place in the items; then an overview leads there, and no details
    are shown.
    """

    events: str
    as_of: str = ""
    known_at: str = ""
    home: str = ""
    links: Sequence[str] | None = None


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A contract in the overview of a portfolio."""

    number: int
    view: View
    link: str | None

    def href(self, lang: str) -> str:
        return self.link or f"#{lang}-{self.number}"

    def voice(self, voice: Voice) -> Voice:
        return voice.about(self.view.contract, self.view.assessment.zone)

    def others(self, voice: Voice) -> str:
        """The other side's names; everybody's where nobody is ours."""
        parties = self.view.contract.parties
        shown = [key for key in parties if not parties[key].ours]
        return voice.t("comma").join(self.voice(voice).name(key) for key in shown)


def page(
    items: Sequence[Item], *, lang: str | None = None, broken: Sequence[Broken] = (), live: Live | None = None
) -> str:
    """The whole page as text; `lang` is shown first, the other languages are in it too.

    One contract is shown at once; several (or a `live` page with links) begin with an overview. The page forbids every
    request by its own policy, and needs no script to be read, switched or printed.
    """
    shown = pick(lang)
    views = [view(item) for item in items]
    overview = _overview(views, live)
    voices = [Voice(tag) for tag in LANGUAGES]
    return shell(
        "face.html",
        voices,
        {voice.lang: _title(voice, views, bool(overview)) for voice in voices},
        lang=shown,
        items=items,
        views=[] if live and live.links is not None else views,
        overview=overview,
        totals={"in": _totals(views, 0), "out": _totals(views, 1)},
        broken=broken,
        live=live,
    )


def shell(
    face: str,
    voices: Sequence[Voice],
    titles: Mapping[str, str],
    *,
    lang: str,
    live: Live | None = None,
    **shown: object,
) -> str:
    """A whole page with one face a language, set by the template `face` from what is `shown`."""
    template = _environment().get_template("page.html")
    return template.render(
        face=face,
        lang=lang,
        voices=voices,
        titles=titles,
        live=live,
        css=_asset("page.css"),
        script=_asset("page.js"),
        policy=policy(live=live is not None),
        **shown,
    )


@cache
def policy(*, live: bool = False) -> str:
    """The content security policy of the page: its own style and script by hash, and nothing from anywhere.

    A live page may ask its own server for changes and for another day.
    """
    rules = [
        "default-src 'none'",
        "img-src data:",
        f"style-src {_hash('page.css')}",
        f"script-src {_hash('page.js')}",
        "base-uri 'none'",
        "form-action 'self'" if live else "form-action 'none'",
    ]
    return "; ".join([*rules, "connect-src 'self'"] if live else rules)


def _hash(name: str) -> str:
    digest = hashlib.sha256(_asset(name).encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def _asset(name: str) -> str:
    """Style or script, ours and constant, so that it may stand in the page as it is."""
    from markupsafe import Markup

    return Markup((HERE / name).read_text("utf-8"))


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.update(sections=_sections, share=_share, subject=_subject, timeline=timeline, titles_of=_titles_of)
    made.globals.update(compared=compared, owed=_owed, rows=_rows, spread=_spread)
    return made


def _sections(shown: View) -> list[str]:
    """The parts of a contract's page: five of them always, the others where there is something to say."""
    found = shown.assessment
    parts: Mapping[str, object] = {
        "decide": True,
        "next": True,
        "rights": shown.rights,
        "late": True,
        "ending": found.ending,
        "timeline": timeline(shown) is not None,
        "charges": True,
        "dues": shown.dues,
        "causes": found.causes,
        "caps": found.caps,
        "recourse": found.recourses,
        "claims": shown.claims,
        "settlements": found.settlements,
        "ahead": found.ahead or found.refunds,
        "accounts": shown.accounts,
        "measures": found.figures,
        "outside": found.involvements,
        "flowdown": shown.flows,
        "beside": shown.remarks,
        "taken": shown.taken,
        "usages": found.usages,
    }
    return [key for key, there in parts.items() if there]


def _share(part: Money, whole: Money) -> str:
    """Part of whole as a width."""
    tenths = integer(Fraction(part.minor * 1000, whole.minor)) if whole.minor else 0
    return f"{tenths // 10}.{tenths % 10}%"


def _subject(charge: str) -> str:
    """The subject in a charge's id: "late-annex:A1" is about A1."""
    return charge.partition(":")[2] or charge


def _rows(runs: Sequence[Run], voice: Voice) -> list[tuple[Run, Row]]:
    """The days of a count in words, each with what it stands for."""
    return list(zip(runs, rows(runs, voice.lang), strict=True))


def _spread(runs: Sequence[Run]) -> list[tuple[str, str, Run]]:
    """Runs of days side by side: where each begins and how wide it is, in tenths of a percent of all days."""
    days = sum(run.days for run in runs)
    made, before = [], 0
    for run in runs:
        first, after = before * 1000 // days, (before + run.days) * 1000 // days
        made.append((f"{first // 10}.{first % 10}%", f"{(after - first) // 10}.{(after - first) % 10}%", run))
        before += run.days
    return made


def _owed(shown: View) -> dict[str, Obligation]:
    return {obligation.id: obligation for obligation in shown.assessment.obligations}


def _titles_of(shown: View) -> dict[str, Text]:
    things: list[Measure | Scorecard] = [*shown.contract.measures, *shown.contract.scorecards]
    return {thing.id: thing.title for thing in things}


def _overview(views: list[View], live: Live | None) -> list[_Listed]:
    links = live.links if live else None
    if len(views) < 2 and links is None:
        return []
    return [_Listed(number=i + 1, view=shown, link=links[i] if links else None) for i, shown in enumerate(views)]


def _totals(views: list[View], side: int) -> tuple[Money, ...]:
    """What is owed to us (0) or by us (1) in all contracts of which we are a party, by currency."""
    return added(
        shown.sums[side].total for shown in views if len(shown.sums) == 2 and shown.sums[side].kind in {"in", "out"}
    )


def _title(voice: Voice, views: list[View], many: bool) -> str:
    if many or not views:
        return words(voice.lang, "page.overview.title")
    contract = views[0].contract
    return f"{contract.number} {voice.text(contract.title)}".strip()
