"""The hook is documented, and those who only work out a contract pay nothing for plugins."""

import inspect
import subprocess
import sys
from pathlib import Path

from core import hookspecs
from plugins.registry import plugins_check

ROOT = Path(__file__).parents[2]
HOOKS = [
    name
    for name, value in vars(hookspecs).items()
    if inspect.isfunction(value) and value.__module__ == "core.hookspecs" and name != "hookimpl"
]


def test_there_is_one_hook_and_it_says_when_it_is_called():
    assert ["register_sectors"] == HOOKS
    assert "Called without arguments" in (hookspecs.register_sectors.__doc__ or "")
    assert "`register_sectors() -> Iterable[Sector]`" in (ROOT / "plugins" / "README.md").read_text("utf-8")


def test_assessing_and_the_public_name_do_not_import_pluggy():
    code = (
        "import sys, spondeo, core.assessment, contracts.reader, plugins.folder\n"
        "print([name for name in ('pluggy', 'importlib.metadata', 'plugins.registry') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "[]" == done.stdout.strip()


def test_a_vendors_project_is_checked_by_its_folder_without_being_installed(tmp_path):
    (tmp_path / "laundry").mkdir()
    (tmp_path / "laundry" / "sector.toml").write_text('api = 1\nformat = 1\nkey = "laundry"\nversion = 1\n', "utf-8")
    (tmp_path / "laundry" / "__init__.py").write_text("raise SystemExit('nobody imports me')", "utf-8")

    checked = plugins_check(str(tmp_path))

    assert {"SECTOR-TEXT-01", "SECTOR-FILE-01"} == {problem.code for problem in checked.problems}


def test_a_name_that_nobody_has_is_answered_with_a_problem():
    assert ["PLUGIN-NAME-01"] == [problem.code for problem in plugins_check("no-such-plugin").problems]
