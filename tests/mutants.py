"""Changes one thing at a time in the modules that make figures, and asks the worked cases to notice (`make mutants`)."""

import argparse
import ast
import contextlib
import copy
import functools
import gc
import importlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, ClassVar, NamedTuple

import msgspec
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

__all__ = ["ROOMS", "Change", "Result", "Survey", "changes", "explained", "last_survey", "main", "named", "page"]

RESULT = ROOT / "tests" / "mutants.json"
EQUIVALENT = ROOT / "tests" / "equivalents.toml"

ROOMS = {
    "money": ("money", "pricing.rounding", "pricing.exchange"),
    "periods": (
        "periods",
        "counting.values",
        "counting.daycounts",
        "counting.hourcounts",
        "counting.partcounts",
        "counting.calendars",
        "counting.cycles",
        "counting.rolling",
        "counting.adapting",
    ),
    "worktime": ("worktime", "counting.hours", "counting.zones", "counting.elapsed", "counting.strips"),
    "charges": (
        "charges",
        "pricing.slices",
        "pricing.lateness",
        "duties.parts",
        "pricing.bases",
        "pricing.accruals",
        "pricing.ceilings",
    ),
    "liability": ("liability", "limits.caps", "limits.cuts", "limits.headroom", "limits.faults", "pricing.curves"),
    "accounts": ("accounts", "pricing.interest", "rates"),
}
"""What each room of figures consists of; `make mutants` goes through all of them."""

_FIGURES = ("tests/cases/test_examples.py", "tests/naive", "tests/core")
TESTS = {
    "money": (*_FIGURES, "tests/laws/test_money.py"),
    "periods": ("tests/cases/test_examples.py", "tests/time"),
    "worktime": ("tests/cases/test_examples.py", "tests/time"),
    "charges": (*_FIGURES, "tests/laws"),
    "liability": (*_FIGURES, "tests/laws"),
    "accounts": (*_FIGURES, "tests/laws/test_accounts.py"),
}
"""What else is asked about a change that no worked case noticed: the nearest tests of the room, quick ones first."""

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"}
_FLAGS = {"frozen", "gc", "order", "kw_only", "omit_defaults", "strict", "maxsize"}
"""Arguments that guard against a programmer's mistake; no contract makes them matter."""
_LOST = {"append", "add", "extend", "update", "sort", "insert", "setdefault", "discard", "remove"}


FATES = ("cases", "tests", "time", "explained", "survived")
"""Noticed by a worked case, by another test, by running on and on; not noticed, for a reason that is known, or for none."""


class Change(NamedTuple):
    """One mutant: the place in the tree (`field` of `parent`, an item of it where it is a list) and what stands there."""

    file: str
    line: int
    function: str
    text: str
    """That line, as it is written."""
    first: int
    """The line on which the outermost function begins; 0 outside of functions."""
    lines: tuple[int, int]
    """From and to: the lines of the statement, which tell who reaches it."""
    before: str
    after: str
    parent: ast.AST
    field: str
    place: int | None
    value: Any


class Mutant(NamedTuple):
    """A change of a room's module, and the module's whole tree, in which a child makes it."""

    room: str
    change: Change
    tree: ast.Module


class Result(msgspec.Struct, frozen=True):
    """What became of one mutant; the fates stand in `FATES`."""

    room: str
    module: str
    line: int
    function: str
    before: str
    after: str
    text: str
    """The line of the module on which it stands; where words occur twice in a function, this tells which are meant."""
    fate: str = ""
    why: str = ""

    @property
    def name(self) -> tuple[str, ...]:
        """What names it however the lines move."""
        return self.module, self.function, self.before, self.after, self.text


class Survey(msgspec.Struct, frozen=True):
    """What is kept of one run: the state of the tree, how many changes are possible, and what became of those tried."""

    commit: str
    found: int
    results: list[Result]


def changes(path: Path, tree: ast.Module) -> Iterator[Change]:
    """Every single change of a module that could move a figure: comparisons, sums, conditions, numbers, effects.

    Words are left alone (a wrong key raises and proves nothing), and so are annotations, docstrings and `__all__`.
    """
    text = path.read_text("utf-8")
    written = text.splitlines()
    file = str(path)

    def walk(node: ast.AST, names: tuple[str, ...], first: int, lines: tuple[int, int]) -> Iterator[Change]:
        for field, inner in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "type_comment", "format_spec", "type_params"):
                continue
            if isinstance(node, ast.keyword) and node.arg in _FLAGS:
                continue
            several = inner if isinstance(inner, list) else [inner]
            for place, child in enumerate(several):
                if not isinstance(child, ast.AST) or _silent(child):
                    continue
                own_names, own_first, own_lines = names, first, lines
                if isinstance(child, ast.stmt):
                    own_lines = _header(child)
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    own_names = (*names, child.name)
                    if not first and not isinstance(child, ast.ClassDef):
                        own_first = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                # Defaults of arguments are worked out when the function is made, outside of it.
                outside = isinstance(node, ast.arguments) and field in ("defaults", "kw_defaults")
                where = place if isinstance(inner, list) else None
                for before, after, value in _instead(child, text):
                    line = getattr(child, "lineno", lines[0])
                    yield Change(
                        file, line, ".".join(names) or "—", written[line - 1].strip(), 0 if outside else first, own_lines,
                        before, after, node, field, where, value,
                    )  # fmt: skip
                yield from walk(child, own_names, own_first, own_lines)

    yield from walk(tree, (), 0, (0, 0))


def _silent(node: ast.AST) -> bool:
    """Statements that say nothing of figures: imports, `__all__`, lone strings, and what only type checkers read."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Raise | ast.Assert):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def _header(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement without its body."""
    body = getattr(node, "body", None)
    end = node.end_lineno or node.lineno
    return node.lineno, max(node.lineno, body[0].lineno - 1) if isinstance(body, list) and body else end


def _instead(node: ast.AST, text: str) -> Iterator[tuple[str, str, Any]]:
    """What may stand in the place of a node: the words before and after, and the new node."""

    def said(value: ast.AST) -> tuple[str, str, ast.AST]:
        value = ast.copy_location(copy.copy(value), node)  # a part that moves up keeps its own place in the source
        before = ast.get_source_segment(text, node) or ast.unparse(node)
        return " ".join(before.split()), ast.unparse(value), ast.fix_missing_locations(value)

    if isinstance(node, ast.Compare):
        for at, old in enumerate(node.ops):
            ops = [*node.ops]
            ops[at] = _COMPARED[type(old)]()
            yield said(ast.Compare(node.left, ops, node.comparators))
    elif isinstance(node, ast.BinOp) and type(node.op) in _COUNTED:
        yield said(ast.BinOp(node.left, _COUNTED[type(node.op)](), node.right))
    elif isinstance(node, ast.AugAssign) and type(node.op) in _COUNTED:
        yield said(ast.AugAssign(node.target, _COUNTED[type(node.op)](), node.value))
    elif isinstance(node, ast.BoolOp):
        for at in range(len(node.values)):
            if (
                at
                and isinstance(node.op, ast.Or)
                and (_empty(node.values[at]) or _is_usage(*node.values[at - 1 : at + 1]))
            ):
                continue  # it says to a type checker what is never missing: `… or ""`, or what usage gives anyway
            left = [value for n, value in enumerate(node.values) if n != at]
            yield said(left[0] if len(left) == 1 else ast.BoolOp(node.op, left))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield said(node.operand)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield said(ast.Constant(node.value + 1))
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield said(ast.Constant(not node.value))
    elif isinstance(node, ast.Break):
        yield said(ast.Continue())
    elif isinstance(node, ast.Continue):
        yield said(ast.Break())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        yield said(ast.Call(ast.Name(_CALLED[node.func.id], ast.Load()), node.args, node.keywords))
    elif isinstance(node, ast.IfExp) and _plain(node.test):
        yield said(ast.IfExp(node.test, node.orelse, node.body))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        if isinstance(called, ast.Attribute) and called.attr in _LOST:
            yield said(ast.Pass())
    elif isinstance(node, ast.If | ast.While) and _plain(node.test):
        negated = ast.fix_missing_locations(ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test))
        other = copy.copy(node)
        other.test = negated
        word = "if" if isinstance(node, ast.If) else "while"
        shown = ast.unparse(node.test)
        yield f"{word} {shown}", f"{word} not {shown}", other
    elif isinstance(node, ast.comprehension):
        for at in range(len(node.ifs)):
            other_ifs = [one for n, one in enumerate(node.ifs) if n != at]
            kept = ast.comprehension(node.target, node.iter, other_ifs, node.is_async)
            yield f"if {ast.unparse(node.ifs[at])}", "(every one)", kept


def _empty(node: ast.AST) -> bool:
    return (isinstance(node, ast.Constant) and node.value in ("", 0)) or (
        isinstance(node, ast.Tuple | ast.Dict) and not ast.unparse(node).strip("(){}")
    )


def _is_usage(asked: ast.AST, value: ast.AST) -> bool:
    """Whether `counting.of("set_off") or "undisputed only"`, or `counting.roll or "none"`, only repeats the knob's usage."""
    from core.presets import KNOBS

    knob = asked.attr if isinstance(asked, ast.Attribute) else ""
    if isinstance(asked, ast.Call) and isinstance(asked.func, ast.Attribute) and asked.func.attr == "of" and asked.args:
        knob = str(asked.args[0].value) if isinstance(asked.args[0], ast.Constant) else ""
    return isinstance(value, ast.Constant) and knob in KNOBS and KNOBS[knob].usage == value.value


def _plain(test: ast.AST) -> bool:
    """A condition with no part of its own to change."""
    return not isinstance(test, ast.Compare | ast.BoolOp) and not (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    )


def named(change: Change, room: str) -> Result:
    """The change as it is written down; lines move, so that its words, its function and its own line are what names it."""
    file = Path(change.file)
    # A module of a room is named with it ("pricing.rounding"), as in `ROOMS`.
    name = ".".join(file.relative_to(ROOT / "core").with_suffix("").parts) if file.is_relative_to(ROOT) else file.stem
    return Result(room, name, change.line, change.function, change.before, change.after, change.text)


@functools.cache
def explained() -> dict[tuple[str, ...], str]:
    """Why a mutant changes nothing, by what names it."""
    table = tomllib.loads(EQUIVALENT.read_text("utf-8"))
    return {
        (one["module"], change["function"], change["before"], change["after"], change["line"]): one["why"]
        for one in table["equivalent"]
        for change in one["changes"]
    }


class Bench:
    """Everything loaded once: the cases, who reaches which line, the functions whose code a child may exchange."""

    def __init__(self, files: Iterable[Path]) -> None:
        from plugins import cases

        self.files = {str(file) for file in files}
        for file in self.files:  # some are imported by a command alone; what is not there cannot be changed
            importlib.import_module(".".join(Path(file).relative_to(ROOT).with_suffix("").parts))
        self.run = cases.run_case
        self.read_anew = cases.read_case
        sectors = sorted((ROOT / "plugins").glob("*/cases"))
        self.cases = [case for folder in (ROOT / "tests" / "cases", *sectors) for case in cases.load_cases(folder)]
        # Modules that a first use imports are imported once, here.
        self.failing = [case.name for case in self.cases if self.run(case)]
        self.caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
        self.caches = [one for one in self.caches if (one.__module__ or "").partition(".")[0] in ("core", "contracts")]
        self.seconds: list[float] = []
        self.read: dict[str, Any] = {}
        """Contract and events of each case as they were read, by file and name: what most changes do not touch."""
        self.reach: dict[str, dict[int, set[int]]] = {file: defaultdict(set) for file in self.files}
        self.reach_reading: dict[str, dict[int, set[int]]] = {file: defaultdict(set) for file in self.files}
        cases.read_case = self._read
        self._watch()
        found = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
        self.functions: dict[tuple[str, int], list[FunctionType]] = defaultdict(list)
        for one in found:
            if one.__code__.co_filename in self.files:
                self.functions[one.__code__.co_filename, one.__code__.co_firstlineno].append(one)

    def forget(self) -> None:
        for one in self.caches:
            one.cache_clear()

    def _read(self, case: Any) -> Any:
        kept = self.read.get(f"{case.file} {case.name}")
        return self.read_anew(case) if kept is None else kept

    def _watch(self) -> None:
        """Runs every case once more: how long it takes, and which lines it reaches while its contract is read, and after."""
        import coverage

        watch = coverage.Coverage(data_file=None, branch=False, include=[*self.files], config_file=False)
        watch.start()
        for number, case in enumerate(self.cases):
            self.forget()  # what an earlier case left in a cache would hide who needs it
            begun = time.process_time()
            watch.switch_context(f"reading {number}")
            with contextlib.suppress(Exception):  # a case may expect that its contract cannot be read
                self.read[f"{case.file} {case.name}"] = self.read_anew(case)
                watch.switch_context(f"counting {number}")
            self.run(case)
            self.seconds.append(time.process_time() - begun)
        watch.stop()
        found = watch.get_data()
        for file in found.measured_files():
            for line, contexts in found.contexts_by_lineno(file).items():
                for what, _, place in (one.partition(" ") for one in contexts if one):
                    self.reach[file][line].add(int(place))
                    if what == "reading":
                        self.reach_reading[file][line].add(int(place))

    def read_again(self, change: Change) -> None:
        """Drops what was read by way of the changed statement."""
        first, last = change.lines
        for line in range(first, last + 1):
            for number in self.reach_reading[change.file].get(line, ()):
                self.read.pop(f"{self.cases[number].file} {self.cases[number].name}", None)

    def reaching(self, change: Change) -> list[int]:
        """The cases that run the changed statement, quick ones first; all of them for what is made on import."""
        if not change.first:
            chosen = set(range(len(self.cases)))
        else:
            first, last = change.lines
            chosen = set[int]().union(*(self.reach[change.file].get(line, set()) for line in range(first, last + 1)))
        return sorted((n for n in chosen if self.cases[n].name not in self.failing), key=lambda n: (self.seconds[n], n))


def mutate(change: Change, tree: ast.Module, bench: Bench) -> None:
    """Puts the change into the running program: the code of one function, or everything imported anew."""
    if change.place is None:
        setattr(change.parent, change.field, change.value)
    else:
        getattr(change.parent, change.field)[change.place] = change.value
    code = compile(tree, change.file, "exec")
    bench.forget()
    bench.read_again(change)
    if change.first:
        [new] = [one for one in _codes(code) if one.co_firstlineno == change.first and one.co_name != "<lambda>"][:1]
        for function in bench.functions[change.file, change.first]:
            function.__code__ = new
        return
    for name in [name for name in sys.modules if name.partition(".")[0] in ("core", "contracts", "plugins")]:
        del sys.modules[name]
    _Loader.code[change.file] = code
    sys.meta_path.insert(0, _Loader)
    bench.run = importlib.import_module("plugins.testing").run_case


class _Loader:
    """Gives one module its changed code when everything is imported anew."""

    code: ClassVar[dict[str, CodeType]] = {}

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> Any:
        file = str(ROOT.joinpath(*name.split(".")).with_suffix(".py"))
        if file not in cls.code:
            return None
        return importlib.util.spec_from_file_location(name, file, loader=cls(file))  # type: ignore[arg-type]

    def __init__(self, file: str) -> None:
        self.file = file

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(self.code[self.file], module.__dict__)  # noqa: S102 - our own module, changed in one place


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def attempt(
    change: Change, tree: ast.Module, bench: Bench, order: list[int], tests: tuple[str, ...]
) -> tuple[int, int]:
    """Starts a child that tries the cases until one notices, then the tests: its process, and where it writes the case."""
    reads, writes = os.pipe()
    child = os.fork()
    if child:
        os.close(writes)
        return child, reads
    gc.disable()
    signal.alarm(900)  # a change that makes a child wait for ever takes no time of the processor
    try:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, 10)
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            mutate(change, tree, bench)
        except BaseException:
            os.write(writes, b"-1")  # it cannot even be loaded
            os._exit(1)
        for number in order:
            signal.setitimer(signal.ITIMER_PROF, 1 + 5 * bench.seconds[number])
            try:
                noticed = bool(bench.run(bench.cases[number]))
            except BaseException:
                noticed = True
            if noticed:
                os.write(writes, str(number).encode())
                os._exit(1)
        signal.setitimer(signal.ITIMER_PROF, 60)
        os.chdir(ROOT)
        try:
            noticed = bool(tests and pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]))
        except BaseException:
            noticed = True
        os._exit(2 if noticed else 0)
    finally:
        os._exit(0)


def survey(
    chosen: list[Mutant], bench: Bench, workers: int, until: float, tests: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[int, str]]:
    """Each mutant's place in the list and its fate, as they come; ends early when the time is up.

    All are shown to the worked cases first. Other tests take a hundred times as long, and are asked about what is left
    and not explained.
    """
    left: list[int] = []
    killers: dict[str, list[int]] = defaultdict(list)

    def order(number: int) -> list[int]:
        change = chosen[number].change
        reaching = bench.reaching(change)
        there = set(reaching)
        # What noticed the last change of a function, or of its module, is likely to notice the next one.
        likely = [*killers[f"{change.file} {change.function}"], *killers[change.file][:40]]
        first = list(dict.fromkeys(one for one in likely if one in there))
        return [*first, *(one for one in reaching if one not in first)]

    for number, fate, said in _shown(chosen, bench, workers, until, order, {}, list(range(len(chosen)))):
        if fate == "survived":
            left.append(number)
            one = named(chosen[number].change, chosen[number].room)
            print(f"no case: {_shown_as(one)}", file=sys.stderr, flush=True)
            continue
        yield number, fate
        if said >= 0:
            change = chosen[number].change
            for name in (change.file, f"{change.file} {change.function}"):
                killers[name] = [said, *(one for one in killers[name] if one != said)]
    known = explained()
    asked = [number for number in left if named(chosen[number].change, chosen[number].room).name not in known]
    asked = [number for number in asked if tests.get(chosen[number].room)]
    for number, fate, _ in _shown(chosen, bench, workers, until, lambda _: [], tests, asked):
        left.remove(number)
        yield number, fate
    for number in left:
        yield number, "survived"


def _shown(
    chosen: list[Mutant],
    bench: Bench,
    workers: int,
    until: float,
    order: Callable[[int], list[int]],
    tests: Mapping[str, tuple[str, ...]],
    numbers: list[int],
) -> Iterator[tuple[int, str, int]]:
    """Mutants, so many at a time: the place of each, its fate, and the case that noticed or -1."""
    running: dict[int, tuple[int, int]] = {}
    waiting = numbers[::-1]
    while waiting or running:
        if time.monotonic() > until:
            waiting.clear()
        while waiting and len(running) < workers:
            number = waiting.pop()
            room, change, tree = chosen[number]
            child, pipe = attempt(change, tree, bench, order(number), tests.get(room, ()))
            running[child] = number, pipe
        if not running:
            break
        child, status = os.wait()
        number, pipe = running.pop(child)
        said = os.read(pipe, 20).decode()
        os.close(pipe)
        fate = "time" if os.WIFSIGNALED(status) else ("survived", "cases", "tests")[os.WEXITSTATUS(status)]
        yield number, fate, int(said or -1)


def page(results: list[Result], found: int, commit: str) -> str:
    """The survey as a part of a page: figures by room, then every survivor that nobody has explained."""
    share = 100 * len(results) // max(found, 1)
    lines = [
        f"One thing changed at a time, at {commit}: {len(results):,} of {found:,} possible changes tried ({share} %).",
        "",
        "| room | tried | noticed by worked cases | by other tests | by running on | no difference (explained) | survived |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for room in [*ROOMS, "all"]:
        own = [one for one in results if room in (one.room, "all")]
        if own:
            counts = [sum(one.fate == fate for one in own) for fate in FATES]
            lines.append(f"| {room} | {len(own):,} | " + " | ".join(f"{count:,}" for count in counts) + " |")
    left = [one for one in results if one.fate == "survived"]
    if left:
        lines += ["", "Survivors:", "", *(f"- {_shown_as(one)}" for one in sorted(left, key=_place))]
    reasons: dict[str, list[Result]] = defaultdict(list)
    for one in sorted(results, key=_place):
        if one.why:
            reasons[one.why].append(one)
    if reasons:
        lines += ["", "No difference, and why:", ""]
    for why, own in reasons.items():
        lines += [f"- {why}", *(f"  - {_shown_as(one)}" for one in own)]
    return "\n".join([*lines, ""])


def _place(one: Result) -> tuple[str, int, str]:
    return one.module, one.line, one.after


def _shown_as(one: Result) -> str:
    path = one.module.replace(".", "/")
    return f"`core/{path}.py:{one.line}` {one.function}: `{one.before}` → `{one.after}`"


def main() -> int:
    """Runs the survey and keeps its result in `tests/mutants.json`; 1 when something survived."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rooms", nargs="*", help=f"rooms or modules; without any, all of {', '.join(ROOMS)}")
    asked.add_argument("--minutes", type=float, default=60, help="stop then, with a fair sample tried")
    asked.add_argument("--seed", type=int, default=1, help="the order in which they are tried")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--quick", action="store_true", help="the worked cases alone; nothing is kept")
    asked.add_argument("--left", action="store_true", help="only what survived the last survey; nothing is kept")
    args = asked.parse_args()
    until = time.monotonic() + 60 * args.minutes
    wanted = {
        room: [name for name in modules if not args.rooms or room in args.rooms or name in args.rooms]
        for room, modules in ROOMS.items()
    }
    found: list[Mutant] = []
    files = []
    for room, modules in wanted.items():
        for name in modules:
            path = ROOT / "core" / f"{name.replace('.', '/')}.py"
            tree = ast.parse(path.read_text("utf-8"))
            files.append(path)
            found += [Mutant(room, change, tree) for change in changes(path, tree)]
    if args.left:
        last = msgspec.json.decode(RESULT.read_bytes(), type=Survey)
        survived = {one.name for one in last.results if with_reason(one).fate == "survived"}
        found = [one for one in found if named(one.change, one.room).name in survived]
        files = sorted({Path(one.change.file) for one in found})
    bench = Bench(files)
    if bench.failing:
        print(f"{len(bench.failing)} cases fail without any change and are left out: {'; '.join(bench.failing)}")
    random.Random(args.seed).shuffle(found)
    gc.collect()
    gc.freeze()
    results: list[Result] = []
    begun = time.monotonic()
    for number, fate in survey(found, bench, args.workers, until, {} if args.quick else TESTS):
        results.append(with_reason(msgspec.structs.replace(named(found[number].change, found[number].room), fate=fate)))
        if len(results) % 100 == 0:
            passed = time.monotonic() - begun
            left = sum(one.fate == "survived" for one in results)
            print(f"{len(results)} of {len(found)}, {left} left over, {passed:.0f} s", file=sys.stderr, flush=True)
    commit = _commit()
    print(page(results, len(found), commit))
    if not (args.rooms or args.quick or args.left):
        RESULT.write_bytes(msgspec.json.encode(Survey(commit, len(found), results)))
    return int(any(one.fate == "survived" for one in results))


def last_survey() -> str:
    """The last survey as a part of a page, with the reasons that are known by now."""
    survey = msgspec.json.decode(RESULT.read_bytes(), type=Survey)
    return page([with_reason(one) for one in survey.results], survey.found, survey.commit)


def with_reason(one: Result) -> Result:
    """A survivor of which somebody has said why it makes no difference is explained."""
    why = explained().get(one.name, "")
    return msgspec.structs.replace(one, fate="explained", why=why) if one.fate == "survived" and why else one


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--", "core", "contracts", "plugins", "tests/cases")
    commit = git("rev-parse", "--short=12", "HEAD") or "no commit"
    return f"commit {commit}" + (" with changes not committed" if changed else "")


if __name__ == "__main__":
    sys.exit(main())
