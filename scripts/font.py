#!/usr/bin/python3
"""Makes the font of the printed answers, src/message/page/data/BIZUDGothic-CP932.ttf, anew.

    apt-get install fonts-morisawa-bizud-gothic python3-fonttools
    /usr/bin/python3 scripts/font.py

What a PDF answer may have to print is what CP932 can say (JIS X 0208, ASCII, half-width kana, the NEC and IBM extensions), Latin-1, and
the characters that CP932 is folded from (〜 ‖ — −). Hinting, vertical writing and alternate forms are left out: the pages do not use them,
and they are half of the file. The same versions of font and fonttools give the same bytes.
"""

import pathlib

from fontTools import subset

SOURCE = "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf"
TARGET = pathlib.Path(__file__).parent.parent / "src/message/page/data/BIZUDGothic-CP932.ttf"


def cp932():
    """Every character of CP932 but the private ones (外字)."""
    singles = [bytes([a]) for a in [*range(0x20, 0x7F), *range(0xA1, 0xE0)]]
    leads = [*range(0x81, 0xA0), *range(0xE0, 0xFD)]
    trails = [*range(0x40, 0x7F), *range(0x80, 0xFD)]
    found = set()
    for code in singles + [bytes([a, b]) for a in leads for b in trails]:
        try:
            found.add(ord(code.decode("cp932")))
        except UnicodeDecodeError:
            pass
    return {c for c in found if not 0xE000 <= c < 0xF900}


def main():
    options = subset.Options(
        hinting=False,
        layout_features=[],
        glyph_names=False,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 5, 13, 14],
        recalc_timestamp=False,
    )
    options.drop_tables += ["GSUB", "GPOS", "BASE", "vhea", "vmtx", "DSIG", "meta", "gasp"]
    font = subset.load_font(SOURCE, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=cp932() | set(range(0xA0, 0x100)) | set(map(ord, "〜‖—−")))
    subsetter.subset(font)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(TARGET), options)
    print(TARGET, TARGET.stat().st_size, "bytes")


main()
