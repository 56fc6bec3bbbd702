"""Files inside a PDF: a statement carries the contract, the events and the world from which it was worked."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.problems import InputError, Problem

if TYPE_CHECKING:
    import pikepdf

__all__ = ["MOST_FILE", "MOST_PDF", "attach", "attached", "same_pages"]

MOST_PDF = 50 * 1024 * 1024
MOST_FILE = 20 * 1024 * 1024
TYPES = {".json": "application/json", ".toml": "application/toml", ".csv": "text/csv", ".txt": "text/plain"}


def attach(pdf: bytes, files: Mapping[str, bytes]) -> bytes:
    """The PDF with these files embedded, by name in sorted order; the same input gives the same bytes.

    A file of the same name is replaced. Each is marked as source data of the paper, without dates.
    """
    import pikepdf

    for name, content in files.items():
        if len(content) > MOST_FILE:
            raise InputError([Problem("PAPER-CHECK-04", name, {"name": name, "limit": MOST_FILE})])
    with _opened(pdf) as opened:
        for name in sorted(files):
            suffix = "." + name.rpartition(".")[2]
            spec = pikepdf.AttachedFileSpec(
                opened,
                files[name],
                description="",
                filename=name,
                mime_type=TYPES.get(suffix, "application/octet-stream"),
                creation_date="",
                mod_date="",
            )
            spec.relationship = pikepdf.Name.Source
            opened.attachments[name] = spec
        out = io.BytesIO()
        opened.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def attached(pdf: bytes) -> dict[str, bytes]:
    """The files in a PDF by name; whatever is wrong with it or with one of them is a problem."""
    import pikepdf

    files: dict[str, bytes] = {}
    with _opened(pdf) as opened:
        try:
            names = list(opened.attachments)
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError) as error:
            raise _damaged(error) from error
        for name in names:
            files[name] = _content(opened, name)
    return files


def same_pages(one: bytes, other: bytes) -> bool:
    """Whether two PDFs draw the same pages: same number, size, drawing and fonts, and nothing laid over them."""
    import pikepdf

    with _opened(one) as first, _opened(other) as second:
        if len(first.pages) != len(second.pages):
            return False
        try:
            return all(_drawn(a) == _drawn(b) for a, b in zip(first.pages, second.pages, strict=True))
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
            return False


def _drawn(page: pikepdf.Page) -> tuple[object, ...]:
    """All that decides what a reader sees: the size, the drawing as instructions, each font's outlines, overlays."""
    import hashlib

    import pikepdf

    drawing = pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page))
    box = [float(edge) for edge in page.mediabox]
    found: list[bytes] = []
    _streams(page.obj.get("/Resources"), found, 0)
    prints = sorted(hashlib.sha256(stream).hexdigest() for stream in found)
    return box, drawing, tuple(prints), "/Annots" in page.obj, "/Rotate" in page.obj


def _streams(thing: pikepdf.Object | None, found: list[bytes], depth: int) -> None:
    """The decoded streams under a page's resources (font files, character maps), at most a few levels down."""
    import pikepdf

    if thing is None or depth > 8:
        return
    if isinstance(thing, pikepdf.Stream):
        found.append(thing.read_bytes())
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        for key in thing.keys():  # noqa: SIM118 - a PDF dictionary is no mapping
            if key != "/Parent":
                _streams(thing[key], found, depth + 1)
    elif isinstance(thing, pikepdf.Array):
        for part in thing:
            if isinstance(part, pikepdf.Object):
                _streams(part, found, depth + 1)


def _content(opened: pikepdf.Pdf, name: str) -> bytes:
    """One file's bytes, unpacked only as far as the limit: a small stream may unfold to gigabytes."""
    import pikepdf

    try:
        stream = opened.attachments[name].get_file().obj
        return unfolded(bytes(stream.read_raw_bytes()), stream, name)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise InputError([Problem("PAPER-CHECK-05", name, {"name": name, "reason": _short(error)})]) from error


def unfolded(raw: bytes, stream: pikepdf.Object, name: str) -> bytes:
    import zlib

    import pikepdf

    said = stream.get("/Filter")
    filters = [said] if isinstance(said, pikepdf.Name) else [] if said is None else list(said)
    if not filters:
        content = raw
    elif filters == [pikepdf.Name.FlateDecode]:
        try:
            content = zlib.decompressobj().decompress(raw, MOST_FILE + 1)
        except zlib.error as error:
            raise ValueError(str(error)) from error
    else:
        raise ValueError(", ".join(map(str, filters)))
    if len(content) > MOST_FILE:
        raise InputError([Problem("PAPER-CHECK-04", name, {"name": name, "limit": MOST_FILE})])
    return content


def _opened(pdf: bytes) -> pikepdf.Pdf:
    import pikepdf

    if len(pdf) > MOST_PDF:
        raise InputError([Problem("PAPER-CHECK-03", "", {"size": len(pdf), "limit": MOST_PDF})])
    try:
        return pikepdf.open(io.BytesIO(pdf), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise InputError([Problem("PAPER-CHECK-02")]) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> InputError:
    return InputError([Problem("PAPER-CHECK-01", "", {"reason": _short(error)})])


def _short(error: Exception) -> str:
    """The first line of what the reader of PDFs said, without its own name for the bytes."""
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return re.sub(r"^stream <[^>]*>: ", "", said)[:200]
