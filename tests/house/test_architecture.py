"""The house as drawn: who may import whom, what the domain may not touch, and what lies in every folder."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("core", "contracts", "plugins", "locales", "web")
EVERYTHING = {"core", "core.store", "locales", "contracts", "plugins", "sectors"}

# Room by room, the rooms of ours that it may import (itself apart). "sectors" are the folders in plugins/, "plugins" is
# the registry, the test kit and what they share.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "core.store": {"core"},
    "locales": {"core"},
    "contracts": {"core", "locales"},
    "plugins": {"core", "contracts"},
    "sectors": {"spondeo"},
    "spondeo": EVERYTHING - {"sectors"},
    "web": EVERYTHING | {"spondeo"},
    "cli": EVERYTHING | {"spondeo", "web"},
}

# The domain is values and functions. Beyond the standard library it takes msgspec; where a module takes more, it says why.
DOMAIN_LIBRARIES = {
    "*": {"msgspec"},
    "core/hookspecs.py": {"pluggy", "pathlib"},  # pluggy's markers; a sector says where its folder lies
    "core/lowered/columns.py": {"numpy"},  # a million obligations as columns …
    "core/lowered/wide.py": {"numpy"},
    "core/lowered/accrued.py": {"numpy"},
    "core/lowered/shared.py": {"numpy"},
    "core/portfolio.py": {"numpy"},  # … and their figures; nothing else in core imports it
}
OUTSIDE_WORLD = {
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "time",
    "urllib",
}
CLOCKS = {"now", "today", "utcnow"}

HEAVY = {"asyncpg", "babel", "jinja2", "litestar", "opencc", "openpyxl", "pikepdf", "piccolo", "pluggy", "reportlab"}
HEAVY |= {"numpy", "uvicorn", "watchfiles"}


def modules() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted([*found, *(path for name in ("cli.py", "spondeo.py") if (path := ROOT / name).exists())])


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room(dotted: str) -> str:
    """The room of a module's full name: "core.store.tables" lies in core.store, "plugins.x.y" in a sector."""
    parts = dotted.split(".")
    if parts[:2] == ["core", "store"]:
        return "core.store"
    if parts[0] != "plugins" or len(parts) == 1:
        return parts[0]
    return "sectors" if (ROOT / "plugins" / parts[1]).is_dir() else "plugins"


def dotted(path: Path) -> str:
    return named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(tree: ast.AST) -> Iterator[str]:
    """Full names imported anywhere, in functions too; `from core import store` counts as core.store."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used"
            assert node.module
            children = [f"{node.module}.{alias.name}" for alias in node.names]
            packages = [child for child in children if is_module(child)]
            yield from packages
            if len(packages) < len(children):
                yield node.module


def is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_imports_only_from_the_rooms_it_may(path):
    own = dotted(path)
    outsiders = set()
    for name in imports(parsed(path)):
        if name.split(".")[0] not in (*FOLDERS, "cli", "spondeo"):
            continue
        same_sector = own.split(".")[:2] == name.split(".")[:2]
        if room(name) == room(own) and (room(own) != "sectors" or same_sector):
            continue
        if room(name) not in MAY_IMPORT[room(own)]:
            outsiders.add(name)

    assert set() == outsiders


def domain() -> list[Path]:
    return [path for path in modules() if room(dotted(path)) == "core"]


@pytest.mark.parametrize("path", domain(), ids=named)
def test_the_domain_has_no_clock_no_files_and_no_network(path):
    tree = parsed(path)
    allowed = DOMAIN_LIBRARIES["*"] | DOMAIN_LIBRARIES.get(named(path), set()) | {"core"}
    taken = {name.split(".")[0] for name in imports(tree)}

    assert set() == taken & OUTSIDE_WORLD - allowed
    assert set() == {name for name in taken - allowed if name not in sys.stdlib_module_names}
    assert [] == [
        call.lineno for call in calls(tree) if isinstance(call.func, ast.Attribute) and call.func.attr in CLOCKS
    ]
    assert [] == [call.lineno for call in calls(tree) if isinstance(call.func, ast.Name) and call.func.id == "open"]


# `nearest` compares words by likeness; nobody pays it.
NO_FIGURES = {"core/problems.py"}


@pytest.mark.parametrize("path", [path for path in domain() if named(path) not in NO_FIGURES], ids=named)
def test_the_domain_has_no_floats(path):
    tree = parsed(path)
    literals = [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    made = [call.lineno for call in calls(tree) if isinstance(call.func, ast.Name) and call.func.id == "float"]

    assert [] == literals + made


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_the_front_door_of_core_is_empty_so_that_start_up_is_quick():
    assert "" == (ROOT / "core" / "__init__.py").read_text("utf-8")


def test_the_test_itself_sees_imports_hidden_in_functions():
    tree = ast.parse("def f():\n    from core import store\n    import web.app\n    from core.money import Money\n")

    assert {"web.app", "core.money"} <= set(imports(tree))


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_says_what_it_is_for_and_what_it_offers(path):
    """Empty `__init__.py` files open a folder and offer nothing."""
    tree = parsed(path)
    if not tree.body and path.name == "__init__.py":
        return
    assigned = {
        target.id
        for node in tree.body
        for target in (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if isinstance(target, ast.Name)
    }

    assert ast.get_docstring(tree), "the first sentence says what the module is for"
    assert "__all__" in assigned


def test_no_folder_is_named_after_nothing():
    vague = {"utils", "util", "helpers", "common", "manager", "managers", "misc"}

    assert [] == [named(path) for path in modules() if vague & set(path.relative_to(ROOT).with_suffix("").parts)]


def folders_that_explain_themselves() -> list[Path]:
    """The rooms, and each folder of ours with Python in it; folders of tests share the page above them."""
    rooms = [ROOT / name for name in (*FOLDERS, "tests", "examples", "benchmarks")]
    inside = {path.parent for folder in (*FOLDERS, "benchmarks") for path in (ROOT / folder).rglob("*.py")}
    return sorted({*rooms, *inside})


@pytest.mark.parametrize("folder", folders_that_explain_themselves(), ids=named)
def test_a_folder_carries_a_page_that_says_why(folder):
    page = folder / "README.md"

    assert page.is_file()
    assert re.search(r"\bwhy\b|为什么", page.read_text("utf-8"), re.IGNORECASE)


def files_of_the_project() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout: " + listed.stderr.decode(errors="replace").strip())
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


# Somebody's folders, and where packages come from: true on one machine only.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home|Users|root|work|workspace|mnt|private)/[\w.]|[A-Z]:\\Users\\")
REGISTRY = re.compile(r"--(?:extra-)?index-url\b|--find-links\b|https?://[^\s\"')]*(?:pypi|/simple\b|npmjs|registry\.)")


def test_no_file_names_a_machines_folders_or_a_package_registry():
    found = []
    for path in files_of_the_project():
        content = path.read_bytes()
        if b"\0" in content or path == Path(__file__):
            continue
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), 1):
            if MACHINE_PATH.search(line) or REGISTRY.search(line):
                found.append(f"{named(path)}:{number}: {line.strip()[:100]}")

    assert [] == found


def test_the_patterns_see_what_they_are_for():
    slash = "/"

    assert MACHINE_PATH.search(f"open('{slash}home{slash}somebody{slash}x')")
    assert not MACHINE_PATH.search("https://example.org/home/page and /usr/bin/env")
    assert REGISTRY.search("pip install --index-url " + "x")


def test_starting_the_command_loads_nothing_heavy():
    """Half the time of a short command is imports; each heavy one waits inside the function that needs it."""
    probe = f"import sys, locales, {'cli' if (ROOT / 'cli.py').exists() else 'spondeo'}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)

    assert set() == HEAVY & set(run.stdout.split())
