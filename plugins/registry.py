"""Finds installed plugins, asks them for their sectors, sets broken ones apart: the only caller of pluggy."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import msgspec

from core import hookspecs
from core.hookspecs import API, GROUP, PROJECT, Sector
from core.problems import InputError, Problem, nearest
from core.terms import FORMAT
from plugins.folder import read_folder
from plugins.trial import SECONDS, Installed, record, verdicts

__all__ = ["Checked", "Quarantined", "Registry", "Row", "answers", "load", "plugins_check"]

HOOK = "register_sectors"


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that is set apart: what was installed, where it failed (hook or file), and why, with a way out."""

    plugin: str
    distribution: str
    version: str
    module: str
    place: str
    problem: Problem


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One installed plugin; `state` is "ready", "quarantined" or "blocked"."""

    plugin: str
    distribution: str
    version: str
    module: str
    state: str
    sectors: tuple[Sector, ...] = ()
    problems: tuple[Problem, ...] = ()


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found: the sectors that work, what is quarantined, and what is wrong with the request itself."""

    sectors: tuple[Sector, ...]
    quarantined: tuple[Quarantined, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What `plugins check` found in a folder or an installed plugin."""

    target: str
    sectors: tuple[Sector, ...]
    problems: tuple[Problem, ...]


def load(block: Iterable[str] = (), *, seconds: float = SECONDS) -> Registry:
    """The sectors of all installed plugins; what fails is in `quarantined` and takes nothing else down.

    `block` names plugins or distributions to leave out, besides those in the environment's SPONDEO_BLOCK_PLUGINS.
    A plugin that was never seen is first tried in a process of its own, for at most `seconds`.
    """
    blocked = {*block, *filter(None, os.environ.get("SPONDEO_BLOCK_PLUGINS", "").replace(",", " ").split())}
    installed = _installed()
    names = {name for one in installed for name in (one.entry.name, one.distribution)}
    problems = tuple(Problem("PLUGIN-BLOCK-01", name, {"name": name}) for name in sorted(blocked - names))
    allowed = [one for one in installed if not {one.entry.name, one.distribution} & blocked]
    tried = verdicts(allowed, seconds)
    rows: list[Row] = []
    taken: dict[str, str] = {}
    for one in installed:
        if one not in allowed:
            rows.append(_row(one, "blocked"))
            continue
        rows.append(_settled(one, tried[one.entry.name, one.distribution], taken))
    return Registry(
        sectors=tuple(sector for row in rows for sector in row.sectors),
        quarantined=tuple(_apart(row, problem) for row in rows for problem in row.problems),
        rows=tuple(rows),
        problems=problems,
    )


def plugins_check(target: str, *, seconds: float = SECONDS) -> Checked:
    """Everything wrong with a sector's folder, or with an installed plugin by name; its cases are worked too.

    An installed plugin is tried anew in a process of its own, and the new verdict is kept.
    """
    folder = Path(target)
    if folder.is_dir():
        return _checked(target, _sector_folders(folder), ())
    chosen = [one for one in _installed() if target in (one.entry.name, one.distribution)]
    if not chosen:
        near = nearest(target, [one.entry.name for one in _installed()])
        unknown = Problem("PLUGIN-NAME-01", target, {"name": target, "nearest": near or None})
        return Checked(target=target, sectors=(), problems=(unknown,))
    tried = verdicts(chosen, seconds, afresh=True)
    taken: dict[str, str] = {}
    rows = [_settled(one, tried[one.entry.name, one.distribution], taken) for one in chosen]
    problems = tuple(problem for row in rows for problem in row.problems)
    return _checked(target, [sector.folder for row in rows for sector in row.sectors], problems)


def _sector_folders(folder: Path) -> list[Path]:
    """The folder itself, or the sectors in a vendor's project; without any, the folder answers for what it lacks."""
    if (folder / "sector.toml").exists():
        return [folder]
    inside = [*folder.glob("*/sector.toml"), *folder.glob("src/*/sector.toml")]
    return sorted(path.parent for path in inside) or [folder]


def _checked(target: str, folders: list[Path], problems: tuple[Problem, ...]) -> Checked:
    # The test kit needs the reader of contracts and the whole engine; listing plugins does not.
    from plugins.testing import check_sector

    sectors = [found.sector for folder in folders if (found := read_folder(folder)[0])]
    for folder in folders:
        problems += check_sector(folder)
    return Checked(target=target, sectors=tuple(sectors), problems=problems)


def _installed() -> list[Installed]:
    """All entry points of the group, ours first, then by name: who comes first keeps a contested key."""
    found = []
    for entry in entry_points(group=GROUP):
        dist = entry.dist
        name, version = (dist.metadata["Name"] or "?", dist.version) if dist else ("?", "?")
        found.append(Installed(entry, name, version, record(dist)))
    return sorted(found, key=lambda one: (one.distribution != PROJECT, one.distribution, one.entry.name))


def _row(one: Installed, state: str, sectors: tuple[Sector, ...] = (), problems: tuple[Problem, ...] = ()) -> Row:
    return Row(
        plugin=one.entry.name, distribution=one.distribution, version=one.version, module=one.entry.value, state=state,
        sectors=sectors, problems=problems,
    )  # fmt: skip


def _apart(row: Row, problem: Problem) -> Quarantined:
    place = problem.file or problem.where or row.module
    return Quarantined(
        plugin=row.plugin, distribution=row.distribution, version=row.version, module=row.module, place=place,
        problem=problem,
    )  # fmt: skip


def _settled(one: Installed, problems: tuple[Problem, ...], taken: dict[str, str]) -> Row:
    """The plugin's row, imported only when its trial went well; `taken` gathers the keys of the sectors so far."""
    sectors: tuple[Sector, ...] = ()
    if not problems:
        # What a plugin prints must not end up in the figures that a program reads from our output.
        with contextlib.redirect_stdout(sys.stderr):
            sectors, problems = answers(one.entry)
    for sector in sectors:
        if sector.key in taken:
            problems += (Problem("PLUGIN-KEY-01", sector.key, {"key": sector.key, "other": taken[sector.key]}),)
    if problems:
        return _row(one, "quarantined", problems=problems)
    taken.update((sector.key, f"{one.distribution} {one.version}") for sector in sectors)
    return _row(one, "ready", sectors)


def answers(entry: EntryPoint) -> tuple[tuple[Sector, ...], tuple[Problem, ...]]:
    """What one plugin answers to the hook, in this process, and everything that is wrong with it."""
    try:
        module = entry.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # Also SystemExit and what a plugin derives from BaseException itself: a stranger's import ends nobody's work.
        return (), (Problem("PLUGIN-IMPORT-01", entry.value, {"module": entry.value, "error": _said(error)}),)
    problems, results = _called(module)
    sectors: list[Sector] = []
    for sector in _flattened(results, problems):
        fault = _misfit(sector)
        problems += [fault] if fault else read_folder(sector.folder)[1]
        sectors.append(sector)
    keys = [sector.key for sector in sectors]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    problems += [Problem("PLUGIN-KEY-01", key, {"key": key, "other": entry.name}) for key in twice]
    return tuple(sectors), tuple(problems)


def _called(module: Any) -> tuple[list[Problem], list[Any]]:
    """The raw answers to the hook; a manager for each plugin, so that one plugin's mistake is not blamed on another."""
    import pluggy

    pluggy.HookspecMarker(PROJECT)(hookspecs.register_sectors)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        return [_unfit(manager, error)], []
    except Exception as error:  # pluggy looks at every attribute of the module, and a module may answer with anything
        return [Problem("PLUGIN-HOOK-01", HOOK, {"hook": HOOK, "error": _said(error)})], []
    if not manager.hook.register_sectors.get_hookimpls():
        return [Problem("PLUGIN-HOOK-03", HOOK, {"hook": HOOK})], []
    try:
        # pluggy leaves out answers that are None; with one plugin to a manager, no answer means that it gave none.
        return [], list(manager.hook.register_sectors()) or [None]
    except KeyboardInterrupt:
        raise
    except InputError as error:
        return list(error.problems), []
    except BaseException as error:
        return [Problem("PLUGIN-HOOK-01", HOOK, {"hook": HOOK, "error": _said(error)})], []


def _unfit(manager: Any, error: Exception) -> Problem:
    """A marked function that is no hook of ours (misspelled), or a hook with other arguments than ours."""
    for name, caller in sorted(vars(manager.hook).items()):
        if not name.startswith("_") and not caller.has_spec():
            return Problem("PLUGIN-HOOK-02", name, {"hook": name, "known": HOOK})
    return Problem("PLUGIN-HOOK-05", HOOK, {"hook": HOOK, "error": _said(error)})


def _flattened(results: list[Any], problems: list[Problem]) -> Iterator[Sector]:
    """The sectors among the answers; whatever else comes back is a problem."""
    for result in results:
        if isinstance(result, str | bytes) or not isinstance(result, Iterable):
            problems.append(_wrong_type(result))
            continue
        try:
            answers = list(result)
        except Exception as error:  # the answer may be a generator, whose body runs only now
            problems.append(Problem("PLUGIN-HOOK-01", HOOK, {"hook": HOOK, "error": _said(error)}))
            continue
        for answer in answers:
            if isinstance(answer, Sector):
                yield answer
            else:
                problems.append(_wrong_type(answer))


def _wrong_type(answer: Any) -> Problem:
    return Problem("PLUGIN-HOOK-04", HOOK, {"hook": HOOK, "found": type(answer).__name__})


def _misfit(sector: Sector) -> Problem | None:
    # Structs do not check their fields, and a plugin may build a Sector by hand.
    try:
        sector = msgspec.convert(msgspec.structs.asdict(sector), Sector)
    except msgspec.ValidationError as error:
        return Problem("PLUGIN-HOOK-04", HOOK, {"hook": HOOK, "found": f"Sector ({error})"})
    if sector.api != API:
        return Problem("SECTOR-API-01", "api", {"api": str(sector.api), "ours": str(API)})
    if sector.format > FORMAT:
        return Problem("SECTOR-API-02", "format", {"format": str(sector.format), "ours": str(FORMAT)})
    return None


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
