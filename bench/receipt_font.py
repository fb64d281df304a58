"""Make the font of receipts: a part of Noto Sans CJK TC, and European letters of Noto Sans.

    python -m bench.receipt_font NotoSansCJK-Regular.ttc NotoSans-Regular.ttf

The sources are Noto Sans CJK 2.004 and Noto Sans 2.004 (Debian's packages fonts-noto-cjk and
fonts-noto-core). The first has cubic outlines, in a CFF table; the writer of PDF files reads
quadratic ones, in a glyf table, so they are converted. The same sources give the same bytes.
"""

import re
import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

ROOT = Path(__file__).parents[1]
MADE = ROOT / "app/services/receipts/noto-sans-tc.ttf"
FACE = "Noto Sans CJK TC"
WRITTEN_BY_US = ("app/store/catalogue.toml", "translations/zh_Hant/LC_MESSAGES/messages.po")
RANGES = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x24F),  # Latin-1, Latin Extended-A and B
    (0x370, 0x45F),  # Greek and Cyrillic
    (0x1EA0, 0x1EF9),  # Vietnamese
    (0x2010, 0x2044),  # punctuation
    (0x20A0, 0x20BF),  # currency signs
    (0x2190, 0x2193),  # arrows
    (0x25A1, 0x25A1),  # what stands for a character that is missing
    (0x3000, 0x30FF),  # Chinese punctuation and Japanese kana
    (0xFF01, 0xFF5E),  # full-width forms
)
LARGEST_ERROR = 1.0
"""How far, in thousandths of the size of a letter, a converted outline may be from its source."""


def big5_level_1() -> set[int]:
    """Return the 5401 frequent characters of Big5, which schools in Taiwan teach."""
    codes = (
        bytes((high, low))
        for high in range(0xA4, 0xC7)
        for low in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    )
    return {ord(text) for code in codes if len(text := code.decode("big5", "ignore")) == 1}


def characters() -> set[int]:
    """Return the code points that the font is to have."""
    written = "".join((ROOT / path).read_text("utf-8") for path in WRITTEN_BY_US)
    ours = {ord(char) for char in re.findall(r"[^\x00-\x7f]", written)}
    ranges = {code for first, last in RANGES for code in range(first, last + 1)}
    return big5_level_1() | ours | ranges


def subset(font: TTFont) -> None:
    """Leave the wanted characters in *font*, and no rules of layout."""
    options = Options(
        layout_features=[], notdef_outline=True, hinting=False, name_IDs=[0, 1, 2, 5, 13, 14]
    )
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)


def with_letters(font: TTFont, letters: TTFont) -> TTFont:
    """Return *font* with quadratic outlines, and with the characters of *letters* that it lacks."""
    known, more = font.getBestCmap(), letters.getBestCmap()
    lacking = {
        code: more[code] for code in sorted(characters()) if code in more and code not in known
    }
    named = {name: f"latin.{name}" for name in lacking.values()}
    order, advances = font.getGlyphOrder(), dict(font["hmtx"].metrics)
    glyphs = {name: quadratic(font, name) for name in order}
    glyphs |= {new: quadratic(letters, old) for old, new in named.items()}
    advances |= {new: letters["hmtx"].metrics[old] for old, new in named.items()}
    made = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    made.setupGlyphOrder([*order, *named.values()])
    made.setupCharacterMap(known | {code: named[name] for code, name in lacking.items()})
    made.setupGlyf(glyphs)
    made.setupHorizontalMetrics(advances)
    made.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    made.font["OS/2"], made.font["name"] = font["OS/2"], font["name"]
    made.setupPost(keepGlyphNames=False)
    made.font["head"].created = made.font["head"].modified = font["head"].modified
    made.font.recalcTimestamp = False
    return made.font


def quadratic(font: TTFont, name: str) -> Glyph:
    """Return a glyph of *font* without parts that are other glyphs, its curves quadratic."""
    outlines, pen = font.getGlyphSet(), TTGlyphPen(None)
    whole = DecomposingRecordingPen(outlines)
    outlines[name].draw(whole)
    is_cubic = "CFF " in font
    whole.replay(Cu2QuPen(pen, LARGEST_ERROR, reverse_direction=True) if is_cubic else pen)
    return pen.glyph()


def main(chinese: str, european: str) -> None:
    """Make the font of the collection in the file *chinese* and the font in *european*."""
    faces = TTCollection(chinese).fonts
    font = next(face for face in faces if face["name"].getDebugName(1) == FACE)
    subset(font)
    with_letters(font, TTFont(european)).save(MADE)
    print(f"{MADE.relative_to(ROOT)}: {MADE.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
