//! Shared by the tests of the pictures: example plots, and checks that every picture must pass.

use super::font::{in_font, width};
use super::page::{Anchor, MARGIN, Mark, Page, WIDTH};
use super::{FunnelPlot, Listed, Series, TimeSeriesPlot};

/// A series.
pub(super) fn series(name: &str, values: &[f64]) -> Series {
    Series { name: name.to_owned(), values: values.to_vec() }
}

/// Two panels.
pub(super) fn plot<'a>(upper: &'a [Series], lower: &'a [Series]) -> TimeSeriesPlot<'a> {
    TimeSeriesPlot {
        title: "Leaked reads and alerts a day",
        subtitle: "made up",
        panels: vec![("Leaked reads a day", upper), ("Alerts a day", lower)],
        first_day: jiff::civil::date(2018, 6, 1),
        listed: Listed::LastDay,
    }
}

/// Series of made-up values. Every nineteenth is the same.
pub(super) fn many(n: usize, days: usize, name: impl Fn(usize) -> String) -> Vec<Series> {
    let value = |i: usize, day: usize| ((i * 7919 + 13) % 101 * 1_000 + (day * (i + 3)) % 17 * 100) as f64;
    let one = |i: usize| Series { name: name(i), values: (0..days).map(|day| value(i % 19, day)).collect() };
    (0..n).map(one).collect()
}

/// Bars.
pub(super) fn funnel<'a>(stages: &'a [&'a str], policies: &'a [(String, Vec<f64>)]) -> FunnelPlot<'a> {
    FunnelPlot { title: "From emitted to retained", subtitle: "made up", stages, policies }
}

/// One stage for each colour.
pub(super) const STAGE_NAMES: [&str; 4] = ["emitted", "carried", "delivered", "retained"];

/// All text on a page.
pub(super) fn texts(page: &Page) -> Vec<&str> {
    page.marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// Checks that all text is on the page and that no text overlaps.
pub(super) fn assert_readable(page: &Page) {
    let mut boxes: Vec<(f64, f64, f64, f64, &str)> = Vec::new();
    for mark in &page.marks {
        if let Mark::Text { at, text, em, bold, anchor, .. } = mark {
            let wide = width(text, *em, *bold);
            let x = match anchor {
                Anchor::Left => at.0,
                Anchor::Middle => at.0 - wide / 2.0,
                Anchor::Right => at.0 - wide,
            };
            boxes.push((x, at.1 - 0.76 * em, x + wide, at.1 + 0.24 * em, text));
        }
    }
    for (i, a) in boxes.iter().enumerate() {
        assert!(a.0 >= MARGIN - 6.0 && a.2 <= WIDTH - MARGIN + 6.0, "cut off: {a:?}");
        assert!(a.1 >= MARGIN / 2.0 && a.3 <= page.height - MARGIN / 2.0, "cut off: {a:?}");
        for b in &boxes[..i] {
            assert!(a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1, "{a:?} over {b:?}");
        }
    }
}

/// Parses the subset of XML that these documents use. Tags must balance, and nothing may be stray or forbidden in XML.
pub(super) fn assert_xml(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>'), "{text}");
        for piece in text.split('&').skip(1) {
            let entity = piece.split(';').next();
            assert!(piece.contains(';') && matches!(entity, Some("lt" | "gt" | "amp" | "quot" | "apos")), "&{piece}");
        }
        let end = at + rest[at..].find('>').expect("an open tag");
        let tag = &rest[at + 1..end];
        assert!(tag.matches('"').count().is_multiple_of(2) && !tag.contains('<'), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or(""));
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty());
    assert!(svg.chars().all(|c| c == '\n' || in_font(c)));
}

/// Checks a PNG of a page of this height.
pub(super) fn assert_png(png: &[u8], height: f64) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    assert_eq!((side(16), side(20)), (2 * WIDTH as u32, 2 * height as u32));
}
