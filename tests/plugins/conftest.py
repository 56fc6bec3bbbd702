"""Wheels of strangers, built by hatchling and installed by pip into an environment that also sees this checkout."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]

GOOD = """
from pathlib import Path

from spondeo import Sector, hookimpl, read_sector

print("a plugin may talk while it is imported")


@hookimpl
def register_sectors() -> list[Sector]:
    return [read_sector(Path(__file__).parent)]
"""
SECTOR = """
api = 1
format = 1
key = "laundry"
version = 3
title = { zh = "洗衣服务", en = "Laundry services" }
"""
HOOK = "from pathlib import Path\nfrom spondeo import Sector, hookimpl, read_sector\n@hookimpl\ndef register_sectors():\n    "
BY_HAND = 'return [Sector(key="{key}", version=1, title={{}}, folder=Path(__file__).parent, format=1, api={api})]'
BROKEN = {
    "missing_import": "import a_module_that_nobody_has",
    "raising": HOOK + "raise RuntimeError('no licence key')",
    "misspelled": HOOK.replace("register_sectors", "register_sector") + "return []",
    "unmarked": "def register_sectors():\n    return []",
    "with_arguments": HOOK.replace("sectors()", "sectors(app)") + "return []",
    "wrong_type": HOOK + "return 'laundry'",
    "nothing": HOOK + "return None",
    "taken_key": HOOK + "return [read_sector(Path(__file__).parents[1] / 'laundry')]",
    "old_api": HOOK + BY_HAND.format(key="old", api=99),
    "no_data": HOOK + "return [read_sector(Path(__file__).parent)]",
    "leaving": "raise SystemExit(0)",
    "exiting": "import os\nos._exit(7)",
}
HANGING = {"hanging": "import time\ntime.sleep(600)"}


class Environment(NamedTuple):
    """A virtual environment: its interpreter, and where its runs keep their verdicts."""

    python: Path
    cache: Path

    def run(self, code: str, **environment: str) -> str:
        """What `code` prints there."""
        done = subprocess.run(
            [self.python, "-c", code], capture_output=True, text=True, timeout=60, check=False, cwd=self.cache,
            env={"PATH": "/usr/bin:/bin", "SPONDEO_CACHE_HOME": str(self.cache), "PYTHONUTF8": "1", **environment},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def wheel(where: Path, name: str, version: str, modules: dict[str, str], files: dict[str, str]) -> Path:
    """A plugin's project, as its vendor would write it, built into a wheel."""
    project = where / name
    for module, source in modules.items():
        write(project / module / "__init__.py", source)
    for path, text in files.items():
        write(project / path, text)
    entries = "".join(f'{module} = "{module}"\n' for module in modules)
    write(
        project / "pyproject.toml",
        f"""
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"
        [project]
        name = "{name}"
        version = "{version}"
        [tool.hatch.build.targets.wheel]
        packages = {list(modules)}
        [project.entry-points."spondeo.sectors"]
        {entries.replace(chr(10), chr(10) + " " * 8)}
        """.replace("\n        ", "\n"),
    )
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=project, check=True, capture_output=True
    )
    return next((project / "dist").glob("*.whl"))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def ours(site: Path) -> None:
    """This checkout as pip would install it in place: its entry points, and the way to its modules."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    info = site / f"spondeo-{project['version']}.dist-info"
    write(info / "METADATA", f"Metadata-Version: 2.1\nName: spondeo\nVersion: {project['version']}\n")
    entries = project["entry-points"]["spondeo.sectors"]
    write(info / "entry_points.txt", "[spondeo.sectors]\n" + "".join(f"{k} = {v}\n" for k, v in entries.items()))
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    write(site / "checkout.pth", f"{ROOT}\n{packages}\n")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Ours, a good stranger, a broken one with every fault we know, and one that hangs, all installed together."""
    where = tmp_path_factory.mktemp("strangers")
    empty = {"laundry/words.toml": "", "laundry/event_kinds.toml": "", "laundry/sector.toml": SECTOR}
    wheels = [
        wheel(where, "spondeo-laundry", "3.1.0", {"laundry": GOOD}, empty),
        wheel(where, "spondeo-ramshackle", "0.9.1", BROKEN, {}),
        wheel(where, "spondeo-sleeper", "2.0", HANGING, {}),
    ]
    venv = where / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    ours(next(venv.glob("lib/python*/site-packages")))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-compile",
    ]
    subprocess.run([*pip, *map(str, wheels)], check=True, capture_output=True)
    cache = where / "cache"
    cache.mkdir()
    return Environment(python, cache)
