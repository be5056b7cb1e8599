"""Makes the two subset fonts beside this file from DejaVu Sans 2.37 (Debian package fonts-dejavu-core).

    pip install fonttools && python3 subset.py /usr/share/fonts/truetype/dejavu

Besides dropping glyphs, hints and layout tables it changes two things, both for plotters' text on bitmaps, which sets
the left edge of a glyph's *ink* at the pen and takes ascender - descender for 1.24 em:
  * every plain glyph gets a contour without area at its origin, so that its ink box begins at the pen;
  * ascender - descender is made 1.24 em, so that text on bitmaps is as large as in SVG.
The repertoire below is repeated in src/report/plots.rs (`in_font`); a test there compares the two.
"""
import sys
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates

LINES = [(0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3A9), (0x3B1, 0x3C9), (0x2010, 0x2015),
         (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030), (0x2039, 0x203A), (0x20AC, 0x20AC),
         (0x2190, 0x2194), (0x2211, 0x2212), (0x221A, 0x221A), (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260),
         (0x2264, 0x2265), (0x25A0, 0x25A1), (0x25B2, 0x25B3), (0x25BC, 0x25BD), (0x25C6, 0x25C7), (0x25CB, 0x25CB),
         (0x25CF, 0x25CF), (0x2713, 0x2713), (0x2717, 0x2717)]

def make(source, target):
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.glyph_names = False
    options.drop_tables += ["kern", "GPOS", "GSUB", "GDEF", "FFTM", "gasp", "DSIG"]
    options.recalc_timestamp = False
    subsetter = subset.Subsetter(options)
    wanted = [c for a, b in LINES for c in range(a, b + 1)]
    missing = [hex(c) for c in wanted if c not in font.getBestCmap()]
    assert not missing, missing
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    glyf = font["glyf"]
    for name in glyf.keys():
        glyph = glyf[name]
        if glyph.numberOfContours > 0 and min(x for x, _ in glyph.coordinates) > 0:
            n = len(glyph.coordinates)
            glyph.coordinates = GlyphCoordinates(list(glyph.coordinates) + [(0, 0), (0, 0)])
            glyph.flags.extend(b"\x01\x01")
            glyph.endPtsOfContours.append(n + 1)
            glyph.numberOfContours += 1
            glyph.recalcBounds(glyf)
            advance, _ = font["hmtx"][name]
            font["hmtx"][name] = (advance, glyph.xMin)
    em = font["head"].unitsPerEm
    more = round(1.24 * em) - (font["hhea"].ascent - font["hhea"].descent)
    font["hhea"].ascent += more // 2
    font["hhea"].descent -= more - more // 2
    font.save(target)

folder = sys.argv[1]
make(folder + "/DejaVuSans.ttf", "DejaVuSans-subset.ttf")
make(folder + "/DejaVuSans-Bold.ttf", "DejaVuSans-Bold-subset.ttf")
