"""Cut the two fonts that ship beside this script out of Noto Sans SC; run it when the font or the characters change.

    python contracts/papers/fonts/make_subset.py REGULAR.ttf BOLD.ttf

The sources are the TrueType files of weight 400 and 700 (reportlab cannot embed the OpenType ones with CFF outlines).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

__all__ = ["BOLD", "LATIN_FORMS", "REGULAR", "cut", "main"]

HERE = Path(__file__).parent


def double_byte(codec: str, lead: range, trail: range) -> Iterator[int]:
    """Every character that the codec gives to a pair of these bytes."""
    for first in lead:
        for second in trail:
            char = bytes((first, second)).decode(codec, "ignore")
            if len(char) == 1 and not 0xE000 <= ord(char) <= 0xF8FF:
                yield ord(char)


def spans(*pairs: tuple[int, int]) -> set[int]:
    """The code points of spans that include both ends."""
    return {code for first, last in pairs for code in range(first, last + 1)}


TRAIL = range(0x40, 0xFF)
BIG5_SYMBOLS = set(double_byte("big5", range(0xA1, 0xA4), TRAIL))
BIG5_LEVEL_1 = BIG5_SYMBOLS | set(double_byte("big5", range(0xA4, 0xC7), TRAIL))
GB2312 = set(double_byte("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF)))
GBK = set(double_byte("gbk", range(0x81, 0xFF), TRAIL))
SIGNS = spans(
    (0x20, 0x7E), (0xA0, 0x17F),                       # Latin
    (0x2010, 0x2027), (0x2030, 0x203E), (0x20A0, 0x20BF), (0x2100, 0x218F), (0x2190, 0x2199),
    (0x2200, 0x226F), (0x2460, 0x24FF), (0x2500, 0x25FF), (0x2600, 0x2612), (0x2713, 0x2718),
    (0x3000, 0x303F), (0x3200, 0x33FF), (0xFF00, 0xFFEF),
)  # fmt: skip

REGULAR = GBK | BIG5_LEVEL_1 | SIGNS
BOLD = GB2312 | BIG5_LEVEL_1 | SIGNS

# In Chinese these marks fill a square, in English they do not. The font keeps the narrow forms as unencoded alternates;
# here they get private code points, so that the typesetter can choose by the neighbours of the mark.
LATIN_FORMS = {0x2018: 0xE018, 0x2019: 0xE019, 0x201C: 0xE01C, 0x201D: 0xE01D, 0x2026: 0xE026}


def narrow(font: TTFont) -> dict[str, str]:
    """Glyph name to glyph name: the font's own `pwid` alternates."""
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "pwid"
        for index in record.Feature.LookupListIndex
    }
    found: dict[str, str] = {}
    for index in sorted(lookups):
        for part in table.LookupList.Lookup[index].SubTable:
            found.update(getattr(part, "ExtSubTable", part).mapping)
    return found


def cut(source: Path, wanted: Iterable[int], target: Path) -> int:
    """Write the subset to `target`; return how many characters it holds."""
    font = TTFont(source, recalcTimestamp=False)
    alternates = narrow(font)
    best = font.getBestCmap()
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14:
            table.cmap.update({to: alternates[best[code]] for code, to in LATIN_FORMS.items()})
    options = Options(
        layout_features=[], hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], name_languages=[0x409],
        notdef_outline=True, drop_tables=["BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"],
    )  # fmt: skip
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=set(wanted) | set(LATIN_FORMS.values()))
    subsetter.subset(font)
    font.save(target)
    return len(font.getBestCmap())


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__)
        return 2
    for source, wanted, name in zip(arguments, (REGULAR, BOLD), ("Regular", "Bold"), strict=True):
        target = HERE / f"NotoSansSC-{name}.ttf"
        held = cut(Path(source), wanted, target)
        print(f"{target.name}: {held} characters, {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
