"""Papers that prove themselves: what a statement carries, and how every figure is worked again from it.

A statement carries the contract with its events, the world and what it answered. `check` works all figures again
from the first two, compares them with the third, and then sets the whole paper again: equal bytes prove the printed
pages too.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from contracts.folder import world_for
from contracts.papers.attach import attached, same_pages
from contracts.papers.statement import statement_pdf
from contracts.reader import read_text
from core.assessment import SEMANTICS, assess, others
from core.canonical import canonical, plain
from core.events import Event
from core.problems import InputError, Problem
from core.terms import Contract
from core.world import World
from locales import LANGUAGES, say, words

__all__ = ["Given", "Proof", "check", "statement_paper"]

PAPER = 1
"""Number of the form in which a statement carries its data."""


class Given(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was asked: the day, what was known, the readings assumed (as written), the languages, the head of a
    store's chain.
    """

    as_of: date | datetime
    known_at: date | datetime | None = None
    assume: dict[str, Any] = {}
    languages: tuple[str, ...] = ("zh-Hans", "en")
    head: str | None = None


class Proof(msgspec.Struct, frozen=True):
    """What came of checking a paper: `holds` only if every figure and, by the same version, every page is the same."""

    holds: bool
    contract: str
    figures: int
    pages_same: bool
    problems: tuple[Problem, ...] = ()
    as_of: str = ""

    def lines(self, lang: str) -> list[str]:
        """The verdict in words, then every difference."""
        told = [say(problem, lang) for problem in self.problems]
        if self.holds and not self.pages_same:
            return [words(lang, "proof.saved-again", contract=self.contract, as_of=self.as_of, figures=self.figures)]
        if self.holds:
            return [words(lang, "proof.holds", contract=self.contract, as_of=self.as_of, figures=self.figures)]
        return [words(lang, "proof.differs"), *told]


def statement_paper(contract: Contract, events: Sequence[Event], world: World, given: Given) -> bytes:
    """The statement as a PDF with everything in it from which it can be worked again; same input, same bytes."""
    asked: dict[str, Any] = {"as_of": given.as_of, "known_at": given.known_at, "world": world, "assume": given.assume}
    made = assess(contract, events, **asked)
    files = {
        # in the file's own order, so that what is read back prints parties and items as they stood
        "contract.json": msgspec.json.encode({**plain(contract), "events": plain(tuple(events))}),
        "world.json": canonical(world),
        "assessment.json": canonical(made),
        "statement.json": canonical({"paper": PAPER, "semantics": SEMANTICS, **plain(given)}),
    }
    return statement_pdf(
        made,
        contract,
        languages=given.languages,
        others=others(contract, events, **asked),
        ledger_head=given.head,
        files=files,
    )


def check(path: Path) -> Proof:
    """Work a statement again from what it carries; InputError where it is no statement of ours, or damaged."""
    try:
        pdf = path.read_bytes()
    except OSError as error:
        raise InputError([Problem("PROOF-FILE-01", file=str(path), args={"detail": error.strerror or ""})]) from None
    files = attached(pdf)
    missing = [
        name for name in ("contract.json", "world.json", "assessment.json", "statement.json") if name not in files
    ]
    if missing:
        raise InputError([Problem("PROOF-FILE-02", file=str(path), args={"missing": missing})])
    contract, events, problems = read_text(
        files["contract.json"].decode("utf-8", "replace"), "contract.json", syntax="json"
    )
    if contract is None or problems:
        raise InputError(problems)
    given, world = _given(files["statement.json"], contract, path), _world(files["world.json"], path)
    foreign = _foreign(contract, world)
    again = _again(contract, events, world, given, path)
    carried, figures = _carried(files["assessment.json"], path), attached(again)["assessment.json"]
    differences = [*_differences(carried, json.loads(figures), "")]
    if differences:
        differences = _told(differences, carried, json.loads(figures))
        return Proof(False, contract.number, 0, False, tuple(differences), str(given.as_of))
    if foreign:
        return Proof(False, contract.number, _amounts(carried), False, foreign, str(given.as_of))
    same = again == pdf
    if not same and not same_pages(again, pdf):
        return Proof(False, contract.number, _amounts(carried), False, (Problem("PROOF-PAGES-01"),), str(given.as_of))
    return Proof(True, contract.number, _amounts(carried), same, (), str(given.as_of))


_MOST_TOLD = 12
_DIGESTS = {"contract": "PROOF-DIGEST-01", "events": "PROOF-DIGEST-02", "world": "PROOF-DIGEST-03"}


def _told(differences: list[Problem], carried: Mapping[str, Any], worked: Mapping[str, Any]) -> list[Problem]:
    """The differences that matter first: another contract or other events explain all the rest."""
    causes = [
        Problem(code)
        for name, code in _DIGESTS.items()
        if carried.get(f"{name}_digest") != worked.get(f"{name}_digest")
    ]
    money = [one for one in differences if _amounts(one.args["carried"]) or _amounts(one.args["worked"])] or differences
    rest = len(money) - _MOST_TOLD
    more = [Problem("PROOF-MORE-01", args={"n": rest})] if rest > 0 else []
    return [*causes, *money[:_MOST_TOLD], *more]


def _again(contract: Contract, events: Sequence[Event], world: World, given: Given, path: Path) -> bytes:
    """The statement worked again; a stranger's file may hold a world in which nothing can be counted."""
    try:
        return statement_paper(contract, events, world, given)
    except (ArithmeticError, LookupError, ValueError, TypeError, AssertionError, RecursionError) as error:
        args = {"name": "world.json", "detail": f"{type(error).__name__} {error}"}
        raise InputError([Problem("PROOF-FILE-03", file=str(path), args=args)]) from error


def _foreign(contract: Contract, world: World) -> tuple[Problem, ...]:
    """Calendars and rates of the paper that are not what ships under their name: with them anything can be proven."""
    ours = world_for(contract)[0]
    carried = {**world.calendars, **world.rates}
    shipped = {**ours.calendars, **ours.rates}
    changed = [key for key, value in carried.items() if key in shipped and shipped[key] != value]
    unknown = [key for key in carried if key not in shipped]
    return (
        *(Problem("PROOF-WORLD-01", "world", {"key": key}) for key in changed),
        *(Problem("PROOF-WORLD-02", "world", {"key": key}) for key in unknown),
    )


def _given(data: bytes, contract: Contract, path: Path) -> Given:
    """What was asked, read back; a form of a newer version is refused by number."""
    from contracts.options import read_at

    form = _carried(data, path)
    if form.get("paper") != PAPER or form.get("semantics") != SEMANTICS:
        args = {"paper": str(form.get("paper")), "semantics": str(form.get("semantics")), "ours": SEMANTICS}
        raise InputError([Problem("PROOF-VERSION-01", file=str(path), args=args)])
    try:
        told = msgspec.convert(form, _Told)
        read = {key: _time(at) for key, at in (("as_of", told.as_of), ("known_at", told.known_at)) if at}
        if not set(told.languages) <= set(LANGUAGES) or not told.languages:
            raise ValueError(", ".join(told.languages))
    except (ValueError, TypeError, OverflowError) as error:
        args = {"name": "statement.json", "detail": str(error)}
        raise InputError([Problem("PROOF-FILE-03", file=str(path), args=args)]) from None
    assume = {about: _assumed(read_at, contract, about, value) for about, value in told.assume.items()}
    return Given(assume=assume, languages=told.languages, head=told.head, **read)


class _Told(msgspec.Struct, frozen=True):
    """What a statement says it was asked, as its file must hold it."""

    as_of: str
    known_at: str | None = None
    assume: dict[str, Any] = {}
    languages: tuple[str, ...] = ()
    head: str | None = None


def _assumed(read_at: Any, contract: Contract, about: str, value: Any) -> Any:
    readings = {reading.about: reading for reading in contract.readings}
    if about in readings and isinstance(value, str) and value in readings[about].options:
        return value
    read, wrong = read_at(about, value)
    if wrong:
        raise InputError(wrong)
    return read


def _time(text: str) -> date | datetime:
    read = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    if not 1900 <= read.year <= 2900:
        raise ValueError(text)
    return read


def _world(data: bytes, path: Path) -> World:
    try:
        return msgspec.json.decode(data, type=World)
    except msgspec.MsgspecError as error:
        raise InputError(
            [Problem("PROOF-FILE-03", file=str(path), args={"name": "world.json", "detail": str(error)})]
        ) from None


def _carried(data: bytes, path: Path) -> dict[str, Any]:
    try:
        form = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(
            [Problem("PROOF-FILE-03", file=str(path), args={"name": "assessment.json", "detail": str(error)})]
        ) from None
    if not isinstance(form, dict):
        raise InputError(
            [Problem("PROOF-FILE-03", file=str(path), args={"name": "assessment.json", "detail": "no object"})]
        )
    return form


def _differences(carried: Any, worked: Any, where: str) -> Iterable[Problem]:
    """Every place where what the paper carries is not what its contract and events give."""
    if isinstance(carried, Mapping) and isinstance(worked, Mapping):
        for key in sorted({*carried, *worked}):
            yield from _differences(carried.get(key), worked.get(key), f"{where}.{key}" if where else key)
    elif isinstance(carried, list) and isinstance(worked, list) and len(carried) == len(worked):
        for number, (one, other) in enumerate(zip(carried, worked, strict=True)):
            named = one.get("id") if isinstance(one, dict) else None
            yield from _differences(one, other, f"{where}.{named or number}")
    elif carried != worked:
        yield Problem("PROOF-FIGURE-01", where, {"carried": _short(carried), "worked": _short(worked)})


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _amounts(form: Any) -> int:
    """How many amounts an assessment holds."""
    if isinstance(form, dict):
        return sum(_amounts(item) for item in form.values())
    if isinstance(form, list):
        return sum(_amounts(item) for item in form)
    return int(
        isinstance(form, str) and len(form) > 4 and form[-4] == " " and form[-3:].isupper() and form[0] in "-0123456789"
    )
