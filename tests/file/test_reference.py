"""The file reference is made from the phrases and structs, so that it cannot drift."""

import re
from pathlib import Path

import pytest

from contracts import reference, sheets
from contracts.reader import read_text
from locales import has

README = Path(reference.__file__).with_name("README.md")
ROOMS = Path(reference.__file__).parent
SOURCES = "".join(
    path.read_text("utf-8")
    for name in ("checks*", "checks/*", "phrases/*", "reader*", "sheets*", "walk*")
    for path in sorted(ROOMS.glob(f"{name}.py"))
)


def test_the_reference_is_in_step():
    assert reference.reference() in README.read_text("utf-8"), "run python -m contracts.reference --write"


def test_the_smallest_contract_of_the_reference_is_sound():
    [example, *_] = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)

    assert () == read_text(example)[2]


def test_every_column_of_a_sheet_is_in_the_reference():
    text = README.read_text("utf-8")

    assert [] == [word for key, words in sheets.HEADERS.items() for word in (key, words[0]) if word not in text]


@pytest.mark.parametrize("code", sorted(set(re.findall(r'"([A-Z]{2,}-[A-Z]{2,}-\d\d)"', SOURCES))))
def test_each_code_of_the_reader_has_words(code):
    assert has(code)


def test_the_reference_is_printed_or_put_in_its_place(tmp_path, monkeypatch, capsys):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n", "utf-8")
    monkeypatch.setattr(reference, "README", readme)

    assert 0 == reference.main([])
    assert "old" in readme.read_text("utf-8")
    assert 0 == reference.main(["--write"])
    assert capsys.readouterr().out.strip() == reference.reference().strip()
    assert f"before\n{reference.reference()}\nafter\n" == readme.read_text("utf-8")
