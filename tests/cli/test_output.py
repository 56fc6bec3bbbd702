"""What is written, and where: never over a device, never outside, never as a formula."""

import os
import subprocess
import sys

import pytest

from contracts.papers.data import _safe
from contracts.saving import named, save
from core.problems import InputError


@pytest.mark.parametrize("text", ["=1+1", "+1", "@x", "-1+cmd|' /C calc'!A0", "\t=1", "＝1", "-2+3"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text):
    assert "'" == _safe(text)[0]


@pytest.mark.parametrize("text", ["-12.50", "72000.00", "A6/C-1", "2026-02-05"])
def test_figures_and_ids_are_left_alone(text):
    assert text == _safe(text)


@pytest.mark.parametrize(
    ("number", "file"),
    [
        ("KF-2026-001", "KF-2026-001.pdf"),
        ("/etc/a/b", "etc-a-b.pdf"),
        ("", "contract.pdf"),
        ("..", "contract.pdf"),
        ("甲/乙", "甲-乙.pdf"),
    ],
)
def test_a_paper_is_named_after_its_contract_in_this_folder(number, file):
    assert file == named(number, ".pdf")


def test_a_link_keeps_pointing_at_what_is_written(tmp_path):
    (tmp_path / "real.txt").write_bytes(b"old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")

    save(tmp_path / "link.txt", b"new")

    assert b"new" == (tmp_path / "real.txt").read_bytes()
    assert (tmp_path / "link.txt").is_symlink()


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE)

    save(tmp_path / "pipe", b"through")

    assert b"through" == reader.communicate(timeout=10)[0]
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("place", [".", "/", "nowhere/x.pdf"])
def test_a_place_that_takes_no_file_is_a_problem(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        save(place, b"x")


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252"])
def test_any_terminal_gets_its_answer_and_data_stays_utf8(root, s12, encoding):
    env = {**os.environ, "PYTHONIOENCODING": encoding, "LANGUAGE": "zh_CN"}
    for extra in ([], ["--csv", "charges"]):
        run = subprocess.run(
            [sys.executable, "cli.py", "assess", str(s12), "--as-of", "2026-12-31", *extra],
            cwd=root,
            env=env,
            capture_output=True,
            check=False,
        )
        assert 3 == run.returncode, run.stderr
    assert run.stdout.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0001-01-01T00:00+14:00"])
def test_a_day_outside_any_contract_is_refused(spondeo, s12, day):
    assert "[CLI-DATE-01]" in spondeo("assess", s12, "--as-of", day).err


def test_answers_that_are_no_text_are_a_problem(spondeo, tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")

    assert "[CLI-READ-01]" in spondeo("draft", "satisfaction-service", "--answers", tmp_path / "a.toml").err
