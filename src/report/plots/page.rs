//! A page as a list of marks in pixels, which the tests inspect and the backends draw.

use plotters::style::RGBColor;

use super::text::{clipped, wrapped};

/// Pixels from the left and from the top of the page.
pub(super) type Point = (f64, f64);

/// Which point of a text lies at the position of its mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    Rect {
        from: Point,
        to: Point,
        colour: RGBColor,
    },
    Polygon {
        points: Vec<Point>,
        colour: RGBColor,
    },
    Circle {
        centre: Point,
        radius: f64,
        colour: RGBColor,
    },
    /// `dash` holds the lengths of dashes and gaps in turn; it is empty for a solid line.
    Line {
        points: Vec<Point>,
        thick: f64,
        dash: &'static [f64],
        colour: RGBColor,
    },
    /// `at` lies on the baseline of the text.
    Text {
        at: Point,
        text: String,
        em: f64,
        bold: bool,
        anchor: Anchor,
        colour: RGBColor,
    },
}

/// A page: its marks in pixels and in drawing order, and a description in words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) height: f64,
    pub(super) marks: Vec<Mark>,
    pub(super) title: String,
    /// A description of the picture.
    pub(super) description: String,
}

/// Width of a page, and of its margins.
pub(super) const WIDTH: f64 = 1200.0;
pub(super) const MARGIN: f64 = 24.0;

/// The colours of everything but curves and bars.
pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);
pub(super) const INK: RGBColor = RGBColor(26, 26, 26);
pub(super) const GREY: RGBColor = RGBColor(85, 85, 85);
pub(super) const RULE: RGBColor = RGBColor(224, 224, 224);
pub(super) const AXIS: RGBColor = RGBColor(120, 120, 120);

/// Text size of entries and notes, and the height of their lines.
pub(super) const ENTRY: f64 = 11.0;
pub(super) const ENTRY_LINE: f64 = 15.0;

impl Page {
    /// Writes text with its anchor at `at`, on its baseline.
    pub(super) fn text(
        &mut self,
        at: Point,
        text: impl Into<String>,
        em: f64,
        bold: bool,
        anchor: Anchor,
        colour: RGBColor,
    ) {
        self.marks.push(Mark::Text { at, text: text.into(), em, bold, anchor, colour });
    }

    /// Draws a line through the points.
    pub(super) fn line(&mut self, points: Vec<Point>, thick: f64, dash: &'static [f64], colour: RGBColor) {
        self.marks.push(Mark::Line { points, thick, dash, colour });
    }

    /// Fills a rectangle.
    pub(super) fn rect(&mut self, from: Point, to: Point, colour: RGBColor) {
        self.marks.push(Mark::Rect { from, to, colour });
    }

    /// A page with its heading, and the height below which the rest is drawn.
    pub(super) fn new(title: &str, subtitle: &str) -> (Self, f64) {
        let mut page = Self { height: 0.0, marks: Vec::new(), title: clipped(title, 300), description: String::new() };
        let room = WIDTH - 2.0 * MARGIN;
        let mut y = MARGIN;
        for line in wrapped(title, 19.0, true, room, 3) {
            y += 19.0;
            page.text((MARGIN, y), line, 19.0, true, Anchor::Left, INK);
            y += 6.0;
        }
        for line in wrapped(subtitle, 12.5, false, room, 4) {
            y += 13.0;
            page.text((MARGIN, y), line, 12.5, false, Anchor::Left, GREY);
            y += 5.0;
        }
        (page, y + 10.0)
    }
}
