"""Files go into a PDF and come out again; a bad PDF is a problem, never a traceback."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pikepdf
import pytest

from contracts.papers import attach as module
from contracts.papers.attach import attach, attached
from contracts.papers.document import Document
from contracts.papers.typeset import render
from core.problems import InputError

FILES = {"contract.json": b'{"spondeo":1}', "events.json": '{"说明":1}'.encode(), "空 name.bin": b"\0\1\2" * 1000}


@pytest.fixture(scope="module")
def paper() -> bytes:
    return render(Document(title={"en": "Statement"}, blocks=()), ("en",))


def codes(call: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as caught:
        call()
    return [problem.code for problem in caught.value.problems]


def outcome(pdf: bytes) -> dict[str, bytes] | list[str]:
    """The files, or the codes of the problems; anything else that is raised fails the test."""
    try:
        return attached(pdf)
    except InputError as error:
        return [problem.code for problem in error.problems]


def test_files_come_out_as_they_went_in(paper: bytes) -> None:
    assert attached(attach(paper, FILES)) == FILES


def test_the_order_of_files_and_the_day_change_no_byte(paper: bytes) -> None:
    assert attach(paper, FILES) == attach(paper, dict(reversed(FILES.items())))


def test_attaching_again_replaces(paper: bytes) -> None:
    once = attach(paper, FILES)

    assert attached(attach(once, {"contract.json": b"new"})) == FILES | {"contract.json": b"new"}


def test_a_pdf_without_files_has_none(paper: bytes) -> None:
    assert attached(paper) == {}


@pytest.mark.parametrize(
    "damage", [b"", b"no pdf", b"%PDF-1.4\n", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>"]
)
def test_what_is_no_pdf_is_a_problem(damage: bytes) -> None:
    assert outcome(damage) in ({}, ["PAPER-CHECK-01"])  # a stub may be mended by the reader: nothing was in it


def test_a_pdf_cut_or_overwritten_anywhere_never_breaks_the_reader(paper: bytes) -> None:
    whole = attach(paper, FILES)
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        for damaged in (whole[:at], whole[:at] + b"\xff" * 40 + whole[at + 40 :]):
            assert all(name in FILES or name.startswith("PAPER-CHECK-") for name in outcome(damaged))


def test_a_locked_pdf_is_a_problem(paper: bytes) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))

    assert codes(lambda: attached(out.getvalue())) == ["PAPER-CHECK-02"]


def test_what_is_too_large_is_not_read(paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILE", 1000)
    small = attach(paper, {"a.json": b"x" * 1000})
    assert attached(small) == {"a.json": b"x" * 1000}
    assert codes(lambda: attach(paper, {"a.json": b"x" * 1001})) == ["PAPER-CHECK-04"]
    monkeypatch.setattr(module, "MOST_FILE", 999)
    assert codes(lambda: attached(small)) == ["PAPER-CHECK-04"]
    monkeypatch.setattr(module, "MOST_PDF", 100)
    assert codes(lambda: attached(small)) == ["PAPER-CHECK-03"]


def test_a_stream_that_unfolds_without_end_is_stopped(paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = attach(paper, {"a.json": b"\0" * 5_000_000})
    assert len(bomb) < 100_000
    monkeypatch.setattr(module, "MOST_FILE", 1_000_000)
    asked: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def decompress(self, raw: bytes, most: int) -> bytes:
            asked.append(most)
            return real().decompress(raw, most)

    monkeypatch.setattr(zlib, "decompressobj", Watched)

    assert codes(lambda: attached(bomb)) == ["PAPER-CHECK-04"]
    assert asked == [1_000_001]


def test_what_the_reader_of_pdfs_says_comes_without_its_name_for_the_bytes() -> None:
    with pytest.raises(InputError) as caught:
        attached(b"no PDF at all")

    assert "object at 0x" not in str(caught.value.problems[0].args["reason"])
