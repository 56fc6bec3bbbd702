"""Makes the catalogues from the words of all areas: `python -m locales.make` (`make catalogues`)."""

import io
import os
import re
import string
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from locales import LANGUAGES, catalogue_path, convert_hant

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = ["CODE", "WORDS", "Entry", "compile_catalogues", "fields", "main", "read_catalogue", "read_words", "render"]

WORDS = Path(__file__).parent / "words"
CODE = re.compile(r"[A-Z]{2,}-[A-Z]{2,}-\d\d")
_KEY = re.compile(r"[a-z][a-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_FACES = {"en", "zh", "hant", "note"}


class Entry(NamedTuple):
    """One key with its words; `area` is the file it comes from."""

    key: str
    area: str
    said: Mapping[str, str]
    note: str


def read_words(where: Path = WORDS) -> tuple[list[Entry], list[str]]:
    """All entries in the order of their keys, and everything that is wrong with them."""
    entries: dict[str, Entry] = {}
    wrong: list[str] = []
    for path in sorted(where.glob("[!_]*.toml")):
        for key, table in _flat(tomllib.loads(path.read_text("utf-8"))):
            faults = _faults(key, table)
            if key in entries:
                faults.append(f"is also in {entries[key].area}.toml")
            wrong += [f"{path.name}: {key}: {fault}" for fault in faults]
            if not faults:
                entries[key] = _entry(key, path.stem, table)
    return [entries[key] for key in sorted(entries)], wrong


def render(entries: list[Entry], lang: str) -> str:
    """The .po text of one language: sorted and without dates, so that the same words give the same file."""
    from babel.messages.pofile import write_po

    catalogue = _empty(lang)
    for entry in entries:
        comments = [entry.note] if entry.note else []
        if lang != "en":
            comments.append(f"en: {entry.said['en']}")
        catalogue.add(entry.key, entry.said[lang], auto_comments=comments, locations=[])
    text = io.BytesIO()
    write_po(text, catalogue, width=0, sort_output=True)
    return text.getvalue().decode("utf-8")


def read_catalogue(source: str) -> dict[str, str]:
    """Keys and words of a .po file."""
    from babel.messages.pofile import read_po

    with Path(source).open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def compile_catalogues() -> list[Path]:
    """Write each .po as the .mo that is read at run time; the paths written."""
    from babel.messages.mofile import write_mo

    written = []
    for lang in LANGUAGES:
        catalogue = _empty(lang)
        for key, text in read_catalogue(catalogue_path(lang)).items():
            catalogue.add(key, text)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        target = Path(catalogue_path(lang, ".mo"))
        _replace(target, compiled.getvalue())
        written.append(target.resolve())
    return written


def fields(text: str) -> set[str]:
    """The names in braces; ValueError if a field is anything but a plain name, as data must not reach into objects."""
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(name)
        names.add(name)
    return names


def main() -> int:
    """Check all words; write all catalogues, or none when something is wrong."""
    entries, wrong = read_words()
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 2
    for lang in LANGUAGES:
        target = Path(catalogue_path(lang))
        target.parent.mkdir(parents=True, exist_ok=True)
        text = render(entries, lang).encode("utf-8")
        if not target.is_file() or target.read_bytes() != text:
            _replace(target, text)
    compile_catalogues()
    return 0


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """`[page.title]` and `["page.title"]` mean the same; an entry is a table that has words in it."""
    for name, value in table.items():
        key = prefix + name
        if isinstance(value, dict) and value and all(isinstance(inner, dict) for inner in value.values()):
            yield from _flat(value, key + ".")
        else:
            yield key, value


def _faults(key: str, table: Any) -> list[str]:
    if not isinstance(table, dict):
        return ["is not a table of words"]
    faults = []
    if not CODE.fullmatch(key) and not _KEY.fullmatch(key):
        faults.append("is neither a code (AREA-SUBJECT-NN) nor a dotted key (page.title)")
    faults += [f"has `{name}`, which is none of {', '.join(sorted(_FACES))}" for name in sorted(table.keys() - _FACES)]
    faults += [f"`{face}` is missing or empty" for face in ("en", "zh") if not _is_words(table.get(face))]
    faults += [f"`{face}` is no text" for face in ("hant", "note") if face in table and not _is_words(table[face])]
    return faults or _field_faults(table)


def _field_faults(table: Mapping[str, str]) -> list[str]:
    try:
        named = {face: fields(table[face]) for face in ("en", "zh", "hant") if face in table}
    except ValueError as error:
        return [f"has the field {{{error}}}; a field is a plain name"]
    if all(names == named["en"] for names in named.values()):
        return []
    return ["fields differ: " + "; ".join(f"{face} {sorted(names)}" for face, names in named.items())]


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _entry(key: str, area: str, table: Mapping[str, str]) -> Entry:
    hant = table.get("hant") or convert_hant(table["zh"])
    return Entry(key, area, {"en": table["en"], "zh-Hans": table["zh"], "zh-Hant": hant}, table.get("note", ""))


def _empty(lang: str) -> "Catalog":
    from babel.messages.catalog import Catalog

    class Dateless(Catalog):
        """Babel writes the time and its own version into the header, which would differ on every run."""

        @property
        def mime_headers(self) -> list[tuple[str, str]]:
            return [("Language", lang), ("Content-Type", "text/plain; charset=utf-8")]

    header = "# Spondeo in this language. Made from locales/words/ by `make catalogues`: edit there."
    return Dateless(locale=lang.replace("-", "_"), header_comment=header, charset="utf-8", fuzzy=False)


def _replace(target: Path, content: bytes) -> None:
    """Write beside and move over: whoever reads meanwhile sees the old file or the new one, never half of it."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=target.suffix)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    temporary = Path(name)
    temporary.chmod(0o644)
    temporary.replace(target)


if __name__ == "__main__":
    sys.exit(main())
