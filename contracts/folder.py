"""Contract files and folders of them: folder mode needs no database."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from contracts.beside import is_contract
from contracts.reader import read_contract
from contracts.world import bank_calendar, known_calendars, load_calendar, own_calendar
from contracts.world.rates import rates_for
from core.events import Event
from core.periods import Calendar
from core.problems import Problem
from core.terms import Contract
from core.world import World

__all__ = ["Loaded", "contract_files", "is_store", "load", "world_for"]


class Loaded(msgspec.Struct, frozen=True):
    """One file as read: the contract (None if it could not be read), its events, its world, and all problems."""

    path: Path
    contract: Contract | None
    events: tuple[Event, ...]
    world: World
    problems: tuple[Problem, ...]


def contract_files(paths: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    """Files as named, and the contract files of each folder in order of name; a folder without any is a problem."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix in {".toml", ".json"} and p.is_file() and is_contract(p))
        if not inside:
            problems.append(Problem("CLI-PATH-01", file=str(path)))
        files.extend(inside)
    return files, problems


def world_for(contract: Contract) -> tuple[World, tuple[Problem, ...]]:
    """The calendar that the contract pins, as shipped; a contract that names none is asked for it."""
    key = contract.counting.calendar
    if key is None and len(contract.calendars) == 1:
        key = next(iter(contract.calendars))
    if key is None:
        if contract.law == "CN" or (contract.counting.preset or "").startswith("CN"):
            problem = Problem("CLI-CALENDAR-01", "counting.calendar", {"known": ", ".join(known_calendars())})
            return World(), (problem,)
        key = "none@1"
    calendars, problems = {}, []
    others = ((f"calendars.{party}", name) for party, name in contract.counting.calendars.items())
    for where, name in (("calendar", key), *others):
        found = _calendar(contract, name)
        if isinstance(found, Problem):
            problems.append(msgspec.structs.replace(found, where=found.where or f"counting.{where}"))
        else:
            calendars[name] = found
    for place in _bank_places(contract):
        found = _calendar(contract, place) if place in contract.calendars else bank_calendar(place)
        if isinstance(found, Problem):
            problems.append(msgspec.structs.replace(found, where=found.where or "counting.business_day"))
        else:
            calendars[place] = found
    if problems:
        return World(), tuple(problems)
    presets = (contract.counting.preset,) if contract.counting.preset else ()
    return World(calendars=calendars, presets=presets, rates=rates_for(contract)), ()


def _bank_places(contract: Contract) -> list[str]:
    """The places whose bank days are working days, by the contract's own words and by what was decided."""
    decided = [str(one.takes) for one in contract.decisions if one.about == "counting.business_day"]
    said = [contract.counting.knobs.get("business_day", ""), *decided]
    return [place for value in said if (place := value.partition("bank day in ")[2])]


def _calendar(contract: Contract, name: str) -> Calendar | Problem:
    """The contract's own calendar of that name, else one that ships."""
    if name not in contract.calendars:
        return load_calendar(name)
    calendar, wrong = own_calendar(name, contract.calendars[name])
    if calendar is None:
        return msgspec.structs.replace(wrong[0], where=f"calendars.{name}.{wrong[0].where}")
    return calendar


def load(paths: Iterable[Path]) -> tuple[list[Loaded], list[Problem]]:
    """Read every contract with its events and world; problems of folders come beside those of the files."""
    files, problems = contract_files(paths)
    loaded = [_load(path) for path in files]
    return loaded, [*problems, *_same_numbers(loaded)]


def _same_numbers(loaded: Iterable[Loaded]) -> list[Problem]:
    """Files of one folder that bear the same contract number: two figures for one contract, and nobody knows which."""
    first: dict[tuple[Path, str], Path] = {}
    problems = []
    for one in loaded:
        if one.contract is None:
            continue
        number = one.contract.number
        earlier = first.setdefault((one.path.parent, number), one.path)
        if earlier != one.path:
            args = {"number": number, "first": earlier.name, "second": one.path.name}
            problems.append(Problem("FILE-NUMBER-01", "number", args, file=str(one.path)))
    return problems


def _load(path: Path) -> Loaded:
    contract, events, problems = read_contract(path)
    if contract is None:
        return Loaded(path, None, events, World(), problems)
    world, missing = world_for(contract)
    return Loaded(
        path, contract, events, world, (*problems, *(msgspec.structs.replace(p, file=str(path)) for p in missing))
    )


def is_store(place: str) -> bool:
    """Whether a path or address names a store rather than contract files."""
    if "://" in place:
        return True
    try:
        with Path(place).open("rb") as file:
            return file.read(15) == b"SQLite format 3"
    except OSError:
        return False
