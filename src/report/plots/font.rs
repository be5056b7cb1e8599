//! The built-in fonts: their characters, and the width of a line of text.

use std::sync::OnceLock;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

use super::error::PlotError;

/// The font family of the built-in fonts, which an SVG names too. The names after the first are fallbacks for viewers
/// that lack it.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

static REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-subset.ttf");
static BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-Bold-subset.ttf");

/// Registers the fonts. This must happen once before anything is measured or drawn.
pub(super) fn fonts() -> Result<(), PlotError> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let register = |family, style, bytes| register_font(family, style, bytes).is_ok();
    let done = DONE.get_or_init(|| {
        [FAMILY, "sans-serif"]
            .iter()
            .all(|family| register(family, FontStyle::Normal, REGULAR) && register(family, FontStyle::Bold, BOLD))
    });
    if *done { Ok(()) } else { Err(PlotError::Font) }
}

/// `plotters` takes the size of a font to be 1.24 em. The ascender and descender of the fonts are adjusted to match.
pub(super) const PER_EM: f64 = 1.24;

/// The font at this size.
pub(super) fn font(em: f64, bold: bool) -> FontDesc<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), em * PER_EM, style)
}

/// The width of a line of text in pixels of the page.
pub(super) fn width(text: &str, em: f64, bold: bool) -> f64 {
    // Measure at a large size, because plotters truncates to whole pixels. The fonts are registered before any layout.
    font(em * 64.0, bold).layout_box(text).map_or(0.0, |(_, (right, _))| f64::from(right + 1) / 64.0)
}

/// Whether the built-in fonts can show a character. Excludes invisible and combining characters.
pub(super) fn in_font(c: char) -> bool {
    matches!(c,
        '\u{20}'..='\u{7e}' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}' | '\u{391}'..='\u{3a1}'
        | '\u{3a3}'..='\u{3a9}' | '\u{3b1}'..='\u{3c9}' | '\u{2010}'..='\u{2015}' | '\u{2018}'..='\u{201e}'
        | '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{2030}' | '\u{2039}' | '\u{203a}' | '\u{20ac}'
        | '\u{2190}'..='\u{2194}' | '\u{2211}' | '\u{2212}' | '\u{221a}' | '\u{221e}' | '\u{2248}' | '\u{2260}'
        | '\u{2264}' | '\u{2265}' | '\u{25a0}' | '\u{25a1}' | '\u{25b2}' | '\u{25b3}' | '\u{25bc}' | '\u{25bd}'
        | '\u{25c6}' | '\u{25c7}' | '\u{25cb}' | '\u{25cf}' | '\u{2713}' | '\u{2717}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_have_every_character_that_is_shown_as_it_is() {
        fonts().unwrap();
        let ink = |text: &str, bold: bool| {
            let mut pixels = Vec::new();
            font(40.0, bold)
                .draw(text, (0, 0), |x, y, c| {
                    if c > 0.0 {
                        pixels.push((x, y));
                    }
                    Ok::<(), ()>(())
                })
                .unwrap()
                .unwrap();
            pixels
        };
        for bold in [false, true] {
            let missing = ink("\u{4e2d}", bold);
            assert!(!missing.is_empty());
            for c in ('\u{21}'..='\u{ffff}').filter(|&c| in_font(c)) {
                let ink = ink(&c.to_string(), bold);
                assert!(!ink.is_empty() && ink != missing, "{c:?}");
            }
        }
        assert!(in_font(' ') && "≤≥−×→●■✓✗…–—λΩé£€·±²".chars().all(in_font));
        assert!(
            ![
                '\0', '\n', '\u{7f}', '\u{85}', '\u{a0}', '\u{ad}', '\u{301}', '\u{200b}', '\u{202e}', '\u{2066}',
                '\u{feff}'
            ]
            .into_iter()
            .any(in_font)
        );
    }
}
