"""The wheel alone, installed where nothing of the source tree is seen, does the work."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release is, but with the tools that are here, so that nothing is fetched."""
    target = tmp_path_factory.mktemp("dist")
    ran = run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT), cwd=target
    )
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    [built] = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel. Dependencies are lent by path: that way no .pth of theirs leads back to our source."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False)
    scripts = Path(sysconfig.get_path("scripts", "venv", {"base": str(place), "platbase": str(place)}))
    library = Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))
    (library / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    ran = run(
        *(sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install"),
        *("--quiet", "--no-deps", "--no-index", "--ignore-installed", str(wheel)),
        cwd=place,
    )
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    return scripts


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_wheel_carries_the_rooms_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names if ".dist-info/" not in name}

    assert {"core", "plugins", "contracts", "locales", "web", "cli.py", "spondeo.py"} == top
    assert [] == [name for name in names if "/tests/" in name or name.endswith((".po", ".pyc"))]


def test_the_wheel_carries_compiled_catalogues_fonts_and_licences(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert 3 == len([name for name in names if name.endswith("/LC_MESSAGES/spondeo.mo")])
    assert "contracts/papers/fonts/NotoSansSC-Regular.ttf" in names
    assert {"LICENSE", "OFL.txt"} <= {Path(name).name for name in names if "/licenses/" in name}


def test_the_wheel_is_the_source(bin_folder, tmp_path):
    """Or the next tests would prove nothing: what is imported comes from the environment, not from this tree."""
    ran = run(str(bin_folder / "python"), "-c", "import core.money, locales; print(core.money.__file__)", cwd=tmp_path)

    assert Path(ran.stdout.strip()).is_relative_to(bin_folder.parent.resolve()), ran.stdout + ran.stderr


def test_the_installed_command_helps(bin_folder, tmp_path):
    ran = run(str(bin_folder / "spondeo"), "--help", cwd=tmp_path)

    assert 0 == ran.returncode, ran.stderr
    assert "assess" in ran.stdout


def test_the_installed_command_assesses_and_says_the_same_as_the_source(bin_folder, tmp_path):
    command = ("assess", str(ROOT / "examples" / "s12" / "s12.toml"), "--json", "--as-of", "2026-12-31")
    here = run(sys.executable, str(ROOT / "cli.py"), *command, cwd=ROOT)
    there = run(str(bin_folder / "spondeo"), *command, cwd=tmp_path)

    assert there.stdout.startswith("{"), there.stderr
    assert (here.returncode, here.stdout) == (there.returncode, there.stdout)


def test_the_installed_words_need_no_source(bin_folder, tmp_path):
    ran = run(
        str(bin_folder / "python"),
        "-c",
        "import sys, locales; print(locales.words('en', 'value.yes'), 'babel' in sys.modules)",
        cwd=tmp_path,
    )

    assert "yes False" == ran.stdout.strip(), ran.stderr
