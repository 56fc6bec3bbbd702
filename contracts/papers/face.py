"""One font as the typesetter needs it: what characters it has, how wide they are, how its subset gets into a PDF."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

from core.problems import InputError, Problem

__all__ = ["BOLD", "REGULAR", "TIGHT", "Face", "Inked", "bold_face", "regular_face"]

FONTS = Path(__file__).parent / "fonts"
REGULAR = FONTS / "NotoSansSC-Regular.ttf"
BOLD = FONTS / "NotoSansSC-Bold.ttf"

# Narrow forms of marks that fill a square in Chinese; see fonts/make_subset.py.
LATIN_FORMS = {0x2018: 0xE018, 0x2019: 0xE019, 0x201C: 0xE01C, 0x201D: 0xE01D, 0x2026: 0xE026}
TIGHT = "\ufdd0"  # no character: closes up two Chinese marks; see breaking.py
MEANT = {form: mark for mark, form in LATIN_FORMS.items()}


class Widths(dict[str, float]):
    """By character, in thousandths of the size; one that the font lacks is taken as a Chinese square."""

    def __missing__(self, char: str) -> float:
        return 1000.0


class Face:
    """A TrueType font read once per process; `widths` are in thousandths of the size, by character."""

    def __init__(self, path: Path) -> None:
        from reportlab.pdfbase.ttfonts import TTFontFace

        self.path = path
        self.file: Any = TTFontFace(str(path))
        self.name = str(self.file.name, "ascii", "replace")
        glyphs: dict[int, int] = self.file.charToGlyph
        widths: dict[int, float] = self.file.charWidths
        self.widths = Widths({chr(code): widths[code] for code, glyph in glyphs.items() if glyph})
        self.latin_forms = {mark: form for mark, form in LATIN_FORMS.items() if chr(form) in self.widths}
        # What a text may hold: not the private points at which our own fonts keep narrow forms.
        self.chars = frozenset(self.widths) - {chr(form) for form in self.latin_forms.values()}
        self.widths[TIGHT] = -500.0


# Codes are two bytes. As long as they last, both are printable and need no escape in a PDF string, and neither is the
# `;` that marks where a line may stretch: strings half as long as hex, and plain ASCII.
_PLAIN = [chr(byte) for byte in range(0x21, 0x7F) if chr(byte) not in "()\\;"]
_SPELT = _PLAIN + [f"\\{byte:03o}" for byte in range(256) if not 0x21 <= byte < 0x7F or chr(byte) in "()\\;"]
_VALUES = {spelt: int(spelt[1:], 8) if len(spelt) == 4 else ord(spelt) for spelt in _SPELT}


def _code(index: int) -> tuple[int, str]:
    """The code given to the character that comes as number `index`, and how it is written inside a PDF string."""
    count = len(_PLAIN)
    if index < count * count:
        high, low = _PLAIN[index // count], _PLAIN[index % count]
    else:
        index -= count * count
        high, low = _SPELT[count + index // 256], _SPELT[index % 256]
    return _VALUES[high] << 8 | _VALUES[low], high + low


class Codes(dict[int, str]):
    """A table for `str.translate`: each character becomes its code, as written in a string, in order of first use."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[int, int] = {}  # code in the PDF to character
        self[ord(TIGHT)] = ")500("  # ends the string inside the array and steps back half a square

    def __missing__(self, char: int) -> str:
        code, spelt = _code(len(self.given))
        self.given[code] = char
        self[char] = spelt
        return spelt


class Spread(dict[int, str]):
    """As `Codes`, with a `;` after each character behind which a justified line may stretch."""

    def __init__(self, codes: Codes) -> None:
        super().__init__()
        self.codes = codes
        self[ord(TIGHT)] = codes[ord(TIGHT)]

    def __missing__(self, char: int) -> str:
        code = self.codes[char]
        if char == 0x20 or 0x2E80 <= char < 0xE000 or 0xF900 <= char <= 0xFFEF:
            code += ";"
        self[char] = code
        return code


class Inked:
    """A face in use in one document: the codes given so far, and the objects that embed it at the end.

    reportlab would cut a Chinese text into subsets of 256 characters and switch between them at every second character.
    One font with two-byte codes (PDF 32000-1, 9.7) is smaller, faster, and copies out as whole lines.
    """

    def __init__(self, face: Face, key: str) -> None:
        self.face = face
        self.key = key
        self.codes = Codes()
        self.spread = Spread(self.codes)

    def embed(self, doc: Any, index: int) -> None:
        """Add the subset and its descriptions to a reportlab document, under this key."""
        from reportlab.pdfbase import pdfdoc

        file, given = self.face.file, self.codes.given
        name = f"{'ABCDEFGH'[index] * 6}+{self.face.name}"
        glyphs = self._glyph_numbers()
        program = _stream(file.makeSubset(list(given.values())))
        program.dictionary["Length1"] = len(program.content)
        array, dictionary = pdfdoc.PDFArray, pdfdoc.PDFDictionary
        descriptor = dictionary({
            "Type": "/FontDescriptor", "FontName": pdfdoc.PDFName(name), "Flags": 4, "FontBBox": array(file.bbox),
            "ItalicAngle": 0, "Ascent": file.ascent, "Descent": file.descent, "CapHeight": file.capHeight,
            "StemV": file.stemV, "FontFile2": doc.Reference(program, f"{self.key}-file"),
        })  # fmt: skip
        descendant = dictionary({
            "Type": "/Font", "Subtype": "/CIDFontType2", "BaseFont": pdfdoc.PDFName(name),
            "CIDSystemInfo": dictionary({
                "Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0,
            }),
            "FontDescriptor": doc.Reference(descriptor, f"{self.key}-descriptor"), "DW": 1000, "W": self._widths(),
            "CIDToGIDMap": doc.Reference(_stream(glyphs), f"{self.key}-glyphs"),
        })  # fmt: skip
        whole = dictionary({
            "Type": "/Font", "Subtype": "/Type0", "BaseFont": pdfdoc.PDFName(name), "Encoding": "/Identity-H",
            "DescendantFonts": array([doc.Reference(descendant, f"{self.key}-cid")]),
            "ToUnicode": doc.Reference(_stream(self._to_unicode(name)), f"{self.key}-unicode"),
        })  # fmt: skip
        doc.idToObject["BasicFonts"].dict[self.key] = doc.Reference(whole, self.key)

    def _widths(self) -> Any:
        """Widths by code; a square is the default and not said."""
        from reportlab.pdfbase.pdfdoc import PDFArray

        widths = {code: round(self.face.widths[chr(char)]) for code, char in self.codes.given.items()}
        said: list[Any] = []
        for code in sorted(code for code, width in widths.items() if width != 1000):
            said += [code, PDFArray([widths[code]])]
        return PDFArray(said)

    def _glyph_numbers(self) -> bytes:
        """Code to glyph in the subset, where characters that share a glyph have it once, in order of first use."""
        given = self.codes.given
        numbers: dict[int, int] = {0: 0}
        table = bytearray(2 * (max(given) + 1))
        for code, char in given.items():
            glyph = self.face.file.charToGlyph.get(char, 0)
            table[2 * code : 2 * code + 2] = numbers.setdefault(glyph, len(numbers)).to_bytes(2, "big")
        return bytes(table)

    def _to_unicode(self, name: str) -> bytes:
        pairs = [
            f"<{code:04X}> <{chr(MEANT.get(char, char)).encode('utf-16-be').hex().upper()}>"
            for code, char in sorted(self.codes.given.items())
        ]
        blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            f"/CMapName /{name} def\n/CMapType 2 def\n"
            f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        ).encode("ascii")


def _stream(content: bytes) -> Any:
    from reportlab.pdfbase import pdfdoc

    stream = pdfdoc.PDFStream()
    stream.content = content
    stream.filters = [pdfdoc.PDFZCompress]
    return stream


@functools.lru_cache(maxsize=8)
def _read(path: Path, _stamp: tuple[int, int]) -> Face:
    return Face(path)


def _face(path: Path) -> Face:
    """The face at `path`; a file that is no embeddable TrueType font is PAPER-FONT-01."""
    from reportlab.pdfbase.ttfonts import TTFError

    try:
        status = path.stat()
        return _read(path, (status.st_mtime_ns, status.st_size))
    except (OSError, TTFError, ValueError, KeyError, IndexError) as error:
        raise InputError([Problem("PAPER-FONT-01", str(path), {"reason": str(error)})]) from error


def regular_face(font: str | os.PathLike[str] | None = None) -> Face:
    """The user's font (argument, else the environment variable SPONDEO_FONT), else the one that ships."""
    return _face(Path(font or os.environ.get("SPONDEO_FONT") or REGULAR))


def bold_face(font: str | os.PathLike[str] | None = None) -> Face:
    """The bold that goes with `regular_face`: a user's font has none and stands for both weights."""
    named = font or os.environ.get("SPONDEO_FONT")
    return _face(Path(named)) if named else _face(BOLD)
