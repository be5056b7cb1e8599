//! Pictures of a comparison: two panels of daily series, and grouped bars of the stages by policy, as SVG or PNG.
//!
//! Data in, text or bytes out. A picture is first laid out as a list of marks in page pixels, by arithmetic that the tests
//! look at (no text over text, nothing off the page), and then drawn by a backend of `plotters`. The fonts are compiled in.
//!
//! Nothing is told by colour alone: each curve has its own pair of dash pattern and marker, and a leader from its last point
//! to an entry with its name and value; bars carry the name of their stage. Curves that are equal day by day are drawn once and
//! share an entry. Names and titles come from outside: what is not plainly printable is shown as an escape.

use std::fmt::Write as _;
use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::Date;
use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle, register_font};

/// The values of one policy, one a day from the first day of the plot on.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name of the policy; any text.
    pub name: String,
    /// One value a day: finite, not negative, at most 10¹⁵.
    pub values: Vec<f64>,
}

/// Two panels of daily series, one above the other, on one axis of dates.
///
/// In each panel the first series is the baseline: it is drawn thick and black, and those equal to it are listed as
/// "no change". A policy looks alike in both panels.
#[derive(Debug, Clone, Copy)]
pub struct TimeSeriesPlot<'a> {
    /// What is seen.
    pub title: &'a str,
    /// What it rests on: scenario, window, seeds.
    pub subtitle: &'a str,
    /// Label of the vertical axis, with its unit, and the series by policy; upper panel (leaked reads a day), then lower
    /// panel (alerts a day).
    pub panels: [(&'a str, &'a [Series]); 2],
    /// The day of the first values.
    pub first_day: Date,
}

/// Grouped horizontal bars: what is left at each stage, by policy.
///
/// The first policy is the baseline; those equal to it are listed as "no change".
#[derive(Debug, Clone, Copy)]
pub struct FunnelPlot<'a> {
    /// What is seen.
    pub title: &'a str,
    /// What it rests on, and what is counted.
    pub subtitle: &'a str,
    /// Names of the stages, first to last: emitted, carried, delivered, retained.
    pub stages: &'a [&'a str],
    /// Name of the policy (any text) and one value a stage: finite, not negative, at most 10¹⁵.
    pub policies: &'a [(String, Vec<f64>)],
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// A value is NaN or infinite.
    #[error("value {} of \"{name}\" is not a finite number", index + 1)]
    NotFinite {
        /// Whose value, made printable.
        name: String,
        /// Which value, from 0.
        index: usize,
    },
    /// A value is negative or beyond 10¹⁵, which no count here can be.
    #[error("value {} of \"{name}\" is {value}, outside 0 to 10^15", index + 1)]
    OutOfRange {
        /// Whose value, made printable.
        name: String,
        /// Which value, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Two series have different numbers of days, or a policy has not one value a stage.
    #[error("\"{name}\" has {found} values where {expected} are expected")]
    Ragged {
        /// Whose values, made printable.
        name: String,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// More policies, stages or days than fit a page.
    #[error("{found} {what} do not fit a plot (at most {limit})")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many may be.
        limit: usize,
    },
    /// The days run past the end of the calendar.
    #[error("{0} days from {1} on run past the end of the calendar")]
    Calendar(usize, Date),
    /// The fonts compiled in could not be read.
    #[error("the fonts of the plots cannot be read")]
    Font,
    /// The drawing library failed.
    #[error("drawing failed: {0}")]
    Drawing(String),
    /// The temporary file that a PNG is encoded in failed.
    #[error("encoding a PNG in a temporary file failed")]
    Io(#[from] std::io::Error),
}

/// The mean of each day and the six before it (of fewer, at the start): for series with a weekly rhythm, in which the curves of
/// many policies cannot be told apart day by day. Who plots it says so in the label.
///
/// Refuses what a plot would refuse.
pub fn seven_day_mean(series: &[Series]) -> Result<Vec<Series>, PlotError> {
    let mean = |days: &[f64]| days.iter().sum::<f64>() / days.len() as f64;
    let smooth = |series: &Series| {
        check(&series.name, &series.values, series.values.len())?;
        let values = (1..=series.values.len()).map(|end| mean(&series.values[end.saturating_sub(7)..end])).collect();
        Ok(Series { name: series.name.clone(), values })
    };
    series.iter().map(smooth).collect()
}

/// The two panels as an SVG document with a title and a description for readers who cannot see it.
pub fn time_series_svg(plot: &TimeSeriesPlot<'_>) -> Result<String, PlotError> {
    lay_out_series(plot)?.svg()
}

/// The two panels as a PNG, two pixels to a pixel of the page.
pub fn time_series_png(plot: &TimeSeriesPlot<'_>) -> Result<Vec<u8>, PlotError> {
    lay_out_series(plot)?.png()
}

/// The bars as an SVG document with a title and a description for readers who cannot see it.
pub fn funnel_svg(plot: &FunnelPlot<'_>) -> Result<String, PlotError> {
    lay_out_funnel(plot)?.svg()
}

/// The bars as a PNG, two pixels to a pixel of the page.
pub fn funnel_png(plot: &FunnelPlot<'_>) -> Result<Vec<u8>, PlotError> {
    lay_out_funnel(plot)?.png()
}

// ---------------------------------------------------------------------------------------------------------------- limits

const MAX_POLICIES: usize = 64;
const MAX_STAGES: usize = 8;
const MAX_DAYS: usize = 4_000;
const MAX_VALUE: f64 = 1e15;

fn check(name: &str, values: &[f64], expected: usize) -> Result<(), PlotError> {
    let name = || clipped(name, 60);
    if values.len() != expected {
        return Err(PlotError::Ragged { name: name(), expected, found: values.len() });
    }
    for (index, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(PlotError::NotFinite { name: name(), index });
        }
        if !(0.0..=MAX_VALUE).contains(&value) {
            return Err(PlotError::OutOfRange { name: name(), index, value });
        }
    }
    Ok(())
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), PlotError> {
    if found > limit { Err(PlotError::TooMany { what, found, limit }) } else { Ok(()) }
}

// ---------------------------------------------------------------------------------------------------------------- text

/// The family the fonts are registered under and that an SVG asks for; what follows the first name is for readers without it.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

static REGULAR: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-subset.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-Bold-subset.ttf");

fn fonts() -> Result<(), PlotError> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let register = |family, style, bytes| register_font(family, style, bytes).is_ok();
    let done = DONE.get_or_init(|| {
        [FAMILY, "sans-serif"]
            .iter()
            .all(|family| register(family, FontStyle::Normal, REGULAR) && register(family, FontStyle::Bold, BOLD))
    });
    if *done { Ok(()) } else { Err(PlotError::Font) }
}

/// `plotters` takes 1.24 em for the size of a font; the fonts' ascender and descender are made to agree.
const PER_EM: f64 = 1.24;

fn font(em: f64, bold: bool) -> FontDesc<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), em * PER_EM, style)
}

/// Width of a line of text in pixels of the page.
fn width(text: &str, em: f64, bold: bool) -> f64 {
    // Measured large, because plotters cuts to whole pixels. The fonts are registered before any layout.
    font(em * 64.0, bold).layout_box(text).map_or(0.0, |(_, (right, _))| f64::from(right + 1) / 64.0)
}

/// What the fonts compiled in can show, less what would be invisible or would join with its neighbours.
fn in_font(c: char) -> bool {
    matches!(c,
        '\u{20}'..='\u{7e}' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3a9}'
        | '\u{3b1}'..='\u{3c9}' | '\u{2010}'..='\u{2015}' | '\u{2018}'..='\u{201e}' | '\u{2020}'..='\u{2022}' | '\u{2026}'
        | '\u{2030}' | '\u{2039}' | '\u{203a}' | '\u{20ac}' | '\u{2190}'..='\u{2194}' | '\u{2211}' | '\u{2212}' | '\u{221a}'
        | '\u{221e}' | '\u{2248}' | '\u{2260}' | '\u{2264}' | '\u{2265}' | '\u{25a0}' | '\u{25a1}' | '\u{25b2}' | '\u{25b3}'
        | '\u{25bc}' | '\u{25bd}' | '\u{25c6}' | '\u{25c7}' | '\u{25cb}' | '\u{25cf}' | '\u{2713}' | '\u{2717}')
}

/// Text from outside as pieces that must not be cut: a character of the fonts, or the escape of any other. Spaces that a reader
/// would not see, or not count, are escaped too.
fn pieces(text: &str) -> Vec<String> {
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    let mut pieces = Vec::new();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '\\' => "\\\\".to_owned(),
            ' ' if before == ' ' || chars.peek().is_none() => c.escape_unicode().to_string(),
            c if in_font(c) => c.to_string(),
            c => c.escape_unicode().to_string(),
        });
        before = c;
    }
    pieces
}

/// Where the first of the pieces ends that printable text was put together from.
fn piece_end(printable: &str) -> usize {
    let escape = printable.strip_prefix('\\').map(|rest| if rest.starts_with('u') { rest.find('}') } else { Some(0) });
    match escape.flatten() {
        Some(end) => end + 2,
        None => printable.chars().next().map_or(0, char::len_utf8),
    }
}

/// Printable, and at most about `limit` characters long.
fn clipped(text: &str, limit: usize) -> String {
    shorten(text, |shown| shown.chars().count() <= limit)
}

/// Printable, and at most `room` pixels wide.
fn fitted(text: &str, em: f64, bold: bool, room: f64) -> String {
    shorten(text, |shown| width(shown, em, bold) <= room)
}

/// Takes pieces out of the middle (names that start alike often end differently) until the text fits.
fn shorten(text: &str, fits: impl Fn(&str) -> bool) -> String {
    // Text of any length may come in; no page shows more of it than this.
    const ENOUGH: usize = 400;
    let all = match text.char_indices().nth(ENOUGH) {
        None => pieces(text),
        Some((end, _)) => pieces(&text[..end]).into_iter().chain(["…".to_owned()]).collect(),
    };
    let whole = all.concat();
    if fits(&whole) {
        return whole;
    }
    let short = |kept: usize| {
        let tail = kept / 3;
        let (head, tail) = (all[..kept - tail].concat(), all[all.len() - tail..].concat());
        format!("{}…{}", head.trim_end(), tail.trim_start())
    };
    let (mut good, mut bad) = (0, all.len());
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if fits(&short(middle)) { good = middle } else { bad = middle }
    }
    short(good)
}

/// Breaks text into lines at spaces, and words that are too long anywhere; the last of `most` lines ends in … if more follows.
fn wrapped(text: &str, em: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let text = clipped(text, 1_000);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, em, bold) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(piece_end(rest));
            if !line.is_empty() && width(&format!("{line}{piece}"), em, bold) > room {
                // After the last joint if that is not far back, else before this piece.
                let joint = line.rfind(['-', '_', '/']).map(|at| at + 1);
                let carried = line.split_off(joint.filter(|at| at * 2 > line.len()).unwrap_or(line.len()));
                lines.push(std::mem::replace(&mut line, carried));
            }
            line.push_str(piece);
            rest = after;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let mut ends = vec![0];
            while let Some(&end) = ends.last().filter(|&&end| end < last.len()) {
                ends.push(end + piece_end(&last[end..]));
            }
            let fits = |end: &usize| width(&format!("{}…", &last[..*end]), em, bold) <= room;
            let end = ends.into_iter().rev().find(fits).unwrap_or(0);
            last.truncate(end);
            last.push('…');
        }
    }
    lines
}

/// Lays out `lead` and a list of names, parted by commas and never broken within a name.
fn listed(lead: &str, names: &[&str], em: f64, room: f64) -> Vec<String> {
    let mut lines = vec![lead.to_owned()];
    for (i, name) in names.iter().enumerate() {
        let comma = if i + 1 < names.len() { "," } else { "" };
        let name = format!("{}{comma}", fitted(name, em, false, room - 12.0));
        let last = lines.len() - 1;
        let longer = format!("{} {name}", lines[last]);
        if width(&longer, em, false) <= room { lines[last] = longer } else { lines.push(name) }
    }
    lines
}

/// A value with thousands separators: counts as they are, means with a decimal or two while they are small.
fn number(value: f64) -> String {
    let decimals = if value == value.round() || value >= 100.0 {
        0
    } else if value >= 1.0 {
        1
    } else if value >= 0.01 {
        2
    } else {
        return format!("{value:.0e}");
    };
    with_decimals(value, decimals)
}

fn with_decimals(value: f64, decimals: usize) -> String {
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// " (12.3 %)", and nothing for a share of nothing.
fn percent(value: f64, of: f64) -> String {
    let percent = 100.0 * value / of;
    if of <= 0.0 {
        String::new()
    } else if value <= 0.0 {
        " (0 %)".to_owned()
    } else if percent < 0.05 {
        " (<0.1 %)".to_owned()
    } else {
        format!(" ({} %)", with_decimals(percent, 1))
    }
}

fn long_date(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

// ---------------------------------------------------------------------------------------------------------------- marks

type Point = (f64, f64);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Anchor {
    Left,
    Middle,
    Right,
}

#[derive(Debug, Clone, PartialEq)]
enum Mark {
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
    /// `dash`: lengths on and off by turns; empty for a line without gaps.
    Line {
        points: Vec<Point>,
        thick: f64,
        dash: &'static [f64],
        colour: RGBColor,
    },
    /// `at`: on the baseline of the text.
    Text {
        at: Point,
        text: String,
        em: f64,
        bold: bool,
        anchor: Anchor,
        colour: RGBColor,
    },
}

/// A page: marks in the order of drawing, in pixels, and what it says in words.
#[derive(Debug, Clone, PartialEq)]
struct Page {
    height: f64,
    marks: Vec<Mark>,
    title: String,
    description: String,
}

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 24.0;

const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(26, 26, 26);
const GREY: RGBColor = RGBColor(85, 85, 85);
const RULE: RGBColor = RGBColor(224, 224, 224);
const AXIS: RGBColor = RGBColor(120, 120, 120);

impl Page {
    fn text(&mut self, at: Point, text: impl Into<String>, em: f64, bold: bool, anchor: Anchor, colour: RGBColor) {
        self.marks.push(Mark::Text { at, text: text.into(), em, bold, anchor, colour });
    }

    fn line(&mut self, points: Vec<Point>, thick: f64, dash: &'static [f64], colour: RGBColor) {
        self.marks.push(Mark::Line { points, thick, dash, colour });
    }

    fn rect(&mut self, from: Point, to: Point, colour: RGBColor) {
        self.marks.push(Mark::Rect { from, to, colour });
    }

    /// A page with its heading, and the height at which the rest begins.
    fn new(title: &str, subtitle: &str) -> (Self, f64) {
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

/// How the curve of a policy looks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    colour: RGBColor,
    dash: &'static [f64],
    marker: usize,
    thick: f64,
    place: usize,
}

/// After Okabe and Ito, the light ones darkened to stand out from white; no two neighbours differ by red against green alone.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 135, 100),
    RGBColor(176, 70, 135),
    RGBColor(178, 124, 0),
    RGBColor(45, 150, 210),
    RGBColor(110, 85, 60),
];
const DASHES: [&[f64]; 5] = [&[], &[9.0, 3.0], &[3.0, 2.5], &[12.0, 3.0, 3.0, 3.0], &[6.0, 2.5, 2.0, 2.5, 2.0, 2.5]];
/// Besides the baseline's.
const MARKERS: usize = 8;

impl Look {
    /// 7, 5 and 8 have no common divisors: of the first 40 no two share dash and marker, whatever their colours.
    fn of(place: usize) -> Self {
        if place == 0 {
            return Self { colour: INK, dash: &[], marker: 0, thick: 3.2, place };
        }
        let n = place - 1;
        Self { colour: COLOURS[n % 7], dash: DASHES[n % 5], marker: 1 + n % MARKERS, thick: 1.9, place }
    }

    fn mark(self, page: &mut Page, centre: Point) {
        let (x, y) = centre;
        let ring = |r: f64, turn: f64, corners: usize| -> Vec<Point> {
            (0..corners)
                .map(|i| {
                    let angle = std::f64::consts::TAU * (i as f64 / corners as f64) + turn;
                    (x + r * libm::sin(angle), y - r * libm::cos(angle))
                })
                .collect()
        };
        let polygon = |page: &mut Page, points: Vec<Point>, colour| page.marks.push(Mark::Polygon { points, colour });
        let circle = |page: &mut Page, radius, colour| page.marks.push(Mark::Circle { centre, radius, colour });
        let (c, quarter) = (self.colour, std::f64::consts::FRAC_PI_4);
        let square = |r: f64| ring(r * std::f64::consts::SQRT_2, quarter, 4);
        match self.marker {
            0 => {
                circle(page, 5.2, PAPER);
                circle(page, 4.2, c);
            }
            1 => {
                polygon(page, square(4.9), PAPER);
                polygon(page, square(3.8), c);
            }
            2 => {
                polygon(page, ring(6.8, 0.0, 3), PAPER);
                polygon(page, ring(5.2, 0.0, 3), c);
            }
            3 => {
                circle(page, 5.4, PAPER);
                circle(page, 4.6, c);
                circle(page, 2.6, PAPER);
            }
            4 => {
                polygon(page, ring(6.4, 0.0, 4), PAPER);
                polygon(page, ring(5.2, 0.0, 4), c);
            }
            5 => {
                for (colour, thick, r) in [(PAPER, 4.4, 4.8), (c, 2.2, 4.2)] {
                    page.line(vec![(x - r, y - r), (x + r, y + r)], thick, &[], colour);
                    page.line(vec![(x - r, y + r), (x + r, y - r)], thick, &[], colour);
                }
            }
            6 => {
                polygon(page, square(5.0), PAPER);
                polygon(page, square(4.2), c);
                polygon(page, square(2.2), PAPER);
            }
            7 => {
                polygon(page, ring(6.8, 4.0 * quarter, 3), PAPER);
                polygon(page, ring(5.2, 4.0 * quarter, 3), c);
            }
            _ => {
                for (colour, thick, r) in [(PAPER, 4.6, 5.8), (c, 2.3, 5.0)] {
                    page.line(vec![(x - r, y), (x + r, y)], thick, &[], colour);
                    page.line(vec![(x, y - r), (x, y + r)], thick, &[], colour);
                }
            }
        }
    }
}

/// Equal curves: the first of them, and the others.
struct Group<'a> {
    first: usize,
    others: Vec<&'a str>,
}

/// Groups values that are equal throughout, in the order of their first.
fn groups<'a>(all: impl Iterator<Item = (&'a str, &'a [f64])> + Clone) -> Vec<Group<'a>> {
    let mut groups: Vec<(Group<'a>, &'a [f64])> = Vec::new();
    for (i, (name, values)) in all.enumerate() {
        match groups.iter_mut().find(|(_, known)| *known == values) {
            Some((group, _)) => group.others.push(name),
            None => groups.push((Group { first: i, others: Vec::new() }, values)),
        }
    }
    groups.into_iter().map(|(group, _)| group).collect()
}

/// An axis from 0 on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scale {
    /// Value at its end.
    top: f64,
    step: f64,
    decimals: usize,
    /// Steps that fit.
    n: usize,
}

impl Scale {
    fn share(self, value: f64) -> f64 {
        value / self.top
    }

    fn ticks(self) -> impl Iterator<Item = (f64, String)> {
        (0..=self.n).map(move |i| {
            let value = self.step * i as f64;
            (value, with_decimals(value, self.decimals))
        })
    }
}

/// The finest round step (1, 2 or 5 times a power of ten) with at most `most` steps up to `top`.
fn scale(top: f64, most: usize) -> Scale {
    if top <= 0.0 {
        return Scale { top: 1.0, step: 1.0, decimals: 0, n: 1 };
    }
    let top = top.max(1e-9);
    let most = most.max(1);
    for exponent in -10..=16_i32 {
        for factor in [1.0, 2.0, 5.0] {
            let step = factor * libm::pow(10.0, f64::from(exponent));
            let n = (top / step + 1e-9).floor();
            if n <= most as f64 {
                return Scale { top, step, decimals: usize::try_from(-exponent).unwrap_or(0), n: n as usize };
            }
        }
    }
    Scale { top, step: top, decimals: 0, n: 1 }
}

// ---------------------------------------------------------------------------------------------------------------- series

/// Text size of the entries, and the height of their lines.
const ENTRY: f64 = 11.0;
const ENTRY_LINE: f64 = 15.0;
/// Room to the right of a panel: leaders, then the entries.
const LEADER: f64 = 34.0;
const ENTRIES: f64 = 322.0;
const SAMPLE: f64 = 34.0;

struct Entry<'a> {
    look: Look,
    values: &'a [f64],
    name: String,
    /// The name at greater length, for the picture in words.
    spoken: String,
    value: String,
    /// Room for the values of all entries of the panel.
    value_room: f64,
    also: Vec<String>,
}

impl Entry<'_> {
    fn height(&self) -> f64 {
        ENTRY_LINE + self.also.len() as f64 * (ENTRY_LINE - 1.0)
    }
}

fn lay_out_series(plot: &TimeSeriesPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    let [(_, upper), (_, lower)] = plot.panels;
    let days = upper.first().or(lower.first()).map_or(0, |series| series.values.len());
    at_most("days", days, MAX_DAYS)?;
    let mut places: Vec<&str> = Vec::new();
    for (_, panel) in plot.panels {
        at_most("policies", panel.len(), MAX_POLICIES)?;
        for series in panel {
            check(&series.name, &series.values, days)?;
            if !places.contains(&series.name.as_str()) {
                places.push(&series.name);
            }
        }
    }
    let past = || PlotError::Calendar(days, plot.first_day);
    let last_day = plot.first_day.checked_add((days.max(1) as i64 - 1).days()).map_err(|_| past())?;

    let (mut page, mut y) = Page::new(plot.title, plot.subtitle);
    let mut words = if days == 0 {
        "Two panels of daily values; there are no data.".to_owned()
    } else {
        let (from, to) = (long_date(plot.first_day), long_date(last_day));
        format!("Line chart in two panels, one value a day by policy, {from} to {to} ({} days).", number(days as f64))
    };

    // Both panels share their axis of dates, so the widest number of either sets its left end.
    let scale_of = |panel: &[Series]| {
        // A little air above the highest value.
        scale(1.02 * panel.iter().flat_map(|series| &series.values).fold(0.0, |top: f64, &value| top.max(value)), 6)
    };
    let ticks = plot.panels.iter().flat_map(|(_, panel)| scale_of(panel).ticks());
    let left = MARGIN + ticks.fold(20.0, |wide: f64, (_, tick)| wide.max(width(&tick, 11.5, false))) + 10.0;
    let right = WIDTH - MARGIN - ENTRIES - LEADER;

    for (which, (label, panel)) in ["Upper", "Lower"].iter().zip(plot.panels) {
        let mut entries = entries(panel, &places);
        // Stable: those that end alike stay in the order given.
        entries.sort_by(|a, b| b.values.last().unwrap_or(&0.0).total_cmp(a.values.last().unwrap_or(&0.0)));

        let label = fitted(label, 13.0, true, right - MARGIN - 8.0);
        page.text((MARGIN, y + 14.0), label.as_str(), 13.0, true, Anchor::Left, INK);
        if !entries.is_empty() && days > 0 {
            let heading = format!("on the last day, {}", long_date(last_day));
            page.text((right + LEADER, y + 14.0), heading, ENTRY, false, Anchor::Left, GREY);
        }
        describe(&mut words, which, &label, &entries);

        let top = y + 28.0;
        let need: f64 = entries.iter().map(Entry::height).sum();
        let bottom = top + 300.0_f64.max(need + 4.0);
        let scale = scale_of(panel);
        let at_value = |value: f64| bottom - (bottom - top) * scale.share(value);
        for (value, tick) in scale.ticks() {
            let at = at_value(value);
            page.rect((left, at - 0.5), (right, at + 0.5), if value == 0.0 { AXIS } else { RULE });
            page.text((left - 8.0, at + 4.0), tick, 11.5, false, Anchor::Right, GREY);
        }
        let at_day = |day: usize| {
            if days > 1 { left + (right - left) * (day as f64 / (days - 1) as f64) } else { left.midpoint(right) }
        };
        let (ticks, named) = dates(plot.first_day, days, right - left);
        for (day, text) in &ticks {
            let x = at_day(*day);
            page.rect((x - 0.5, bottom), (x + 0.5, bottom + 5.0), AXIS);
            let half = width(text, 11.5, false) / 2.0;
            let x = x.min(right + LEADER - half).max(MARGIN + half);
            page.text((x, bottom + 18.0), text.as_str(), 11.5, false, Anchor::Middle, GREY);
        }
        page.text((right + LEADER, bottom + 18.0), named, ENTRY, false, Anchor::Left, GREY);

        if entries.is_empty() || days == 0 {
            let middle = (left.midpoint(right), top.midpoint(bottom));
            page.text(middle, "no data", 14.0, false, Anchor::Middle, GREY);
        } else {
            curves(&mut page, &entries, at_day, at_value, days);
            legend(&mut page, &entries, right, (top, bottom), at_value, at_day(days - 1));
        }
        y = bottom + 40.0;
    }
    page.height = (y - 40.0 + 18.0 + 5.0 + MARGIN).ceil();
    page.description = words;
    Ok(page)
}

fn entries<'a>(panel: &'a [Series], places: &[&str]) -> Vec<Entry<'a>> {
    let found = groups(panel.iter().map(|series| (series.name.as_str(), series.values.as_slice())));
    let value = |series: &Series| series.values.last().map_or_else(String::new, |&value| number(value));
    let value_room = panel.iter().fold(40.0, |room: f64, series| room.max(width(&value(series), ENTRY, false)));
    let entry = |group: Group<'a>| {
        let series = &panel[group.first];
        let place = places.iter().position(|name| *name == series.name).unwrap_or(0);
        let lead = if group.first == 0 { "no change:" } else { "same curve:" };
        let also = match group.others.as_slice() {
            [] => Vec::new(),
            others => listed(lead, others, ENTRY - 0.5, ENTRIES - SAMPLE),
        };
        Entry {
            look: Look::of(place),
            values: &series.values,
            name: fitted(&series.name, ENTRY, group.first == 0, ENTRIES - SAMPLE - value_room - 8.0),
            spoken: clipped(&series.name, 80),
            value: value(series),
            value_room,
            also,
        }
    };
    found.into_iter().map(entry).collect()
}

fn describe(words: &mut String, which: &str, label: &str, entries: &[Entry<'_>]) {
    let _ = write!(words, "\n{which} panel, {label}");
    if entries.iter().all(|entry| entry.values.is_empty()) {
        words.push_str(": no data.");
        return;
    }
    words.push_str("; value on the last day and highest value: ");
    for (i, entry) in entries.iter().enumerate() {
        let highest = entry.values.iter().fold(0.0, |top: f64, &value| top.max(value));
        let _ = write!(
            words,
            "{}{}: {}, at most {}",
            if i > 0 { "; " } else { "" },
            entry.spoken,
            entry.value,
            number(highest)
        );
        if !entry.also.is_empty() {
            let _ = write!(words, " ({})", entry.also.join(" "));
        }
    }
    words.push('.');
}

fn curves(
    page: &mut Page,
    entries: &[Entry<'_>],
    at_day: impl Fn(usize) -> f64,
    at_value: impl Fn(f64) -> f64,
    days: usize,
) {
    // The thick baseline lies below the others; those that follow it nearly everywhere show on top of it.
    let mut order: Vec<&Entry<'_>> = entries.iter().collect();
    order.sort_by_key(|entry| entry.look.place);
    if days > 1 {
        for entry in &order {
            let points = entry.values.iter().enumerate().map(|(day, &value)| (at_day(day), at_value(value))).collect();
            page.line(points, entry.look.thick, entry.look.dash, entry.look.colour);
        }
    }
    // Some markers on each curve, at days of its own so that curves that run together take turns.
    let turns = order.len();
    let each = (days as f64 / 5.0).max(1.0);
    for (turn, entry) in order.iter().enumerate() {
        let mut at = if days > 10 { each * (turn as f64 + 0.5) / turns as f64 } else { 0.0 };
        while (at as usize) < days {
            let day = at as usize;
            entry.look.mark(page, (at_day(day), at_value(entry.values[day])));
            at += each;
        }
    }
}

fn legend(
    page: &mut Page,
    entries: &[Entry<'_>],
    right: f64,
    (top, bottom): (f64, f64),
    at_value: impl Fn(f64) -> f64,
    from: f64,
) {
    let heights: Vec<f64> = entries.iter().map(Entry::height).collect();
    let wish: Vec<f64> =
        entries.iter().map(|entry| at_value(entry.values.last().copied().unwrap_or(0.0)) - ENTRY_LINE / 2.0).collect();
    let tops = apart(&wish, &heights, top - 4.0, bottom + 4.0);
    for (entry, y) in entries.iter().zip(tops) {
        let (look, middle) = (entry.look, y + ENTRY_LINE / 2.0);
        let end = at_value(entry.values.last().copied().unwrap_or(0.0));
        let x = right + LEADER;
        page.line(
            vec![(from + 4.0, end), (right + 8.0, end), (x - 8.0, middle), (x - 3.0, middle)],
            0.9,
            &[],
            look.colour,
        );
        page.line(vec![(x, middle), (x + SAMPLE - 4.0, middle)], look.thick, look.dash, look.colour);
        look.mark(page, (x + SAMPLE / 2.0 - 2.0, middle));
        let baseline = middle + 4.0;
        page.text((x + SAMPLE + entry.value_room, baseline), entry.value.as_str(), ENTRY, false, Anchor::Right, INK);
        page.text(
            (x + SAMPLE + entry.value_room + 8.0, baseline),
            entry.name.as_str(),
            ENTRY,
            look.place == 0,
            Anchor::Left,
            INK,
        );
        for (i, line) in entry.also.iter().enumerate() {
            let baseline = baseline + (i + 1) as f64 * (ENTRY_LINE - 1.0);
            page.text((x + SAMPLE, baseline), line.as_str(), ENTRY - 0.5, false, Anchor::Left, GREY);
        }
    }
}

/// Tops of boxes in the order given, none over another, between `top` and `bottom` if they fit, and near what they wish for.
fn apart(wish: &[f64], heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    // Blocks of boxes that touch: how many, sum of what their first top would have to be for each, height of the block.
    let mut blocks: Vec<(usize, f64, f64)> = Vec::new();
    let start = |&(n, sum, height): &(usize, f64, f64)| (sum / n as f64).min(bottom - height).max(top);
    for (&wish, &height) in wish.iter().zip(heights) {
        blocks.push((1, wish, height));
        while let [.., above, below] = blocks.as_slice() {
            if start(above) + above.2 <= start(below) {
                break;
            }
            let joined = (above.0 + below.0, above.1 + below.1 - below.0 as f64 * above.2, above.2 + below.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let mut tops = Vec::with_capacity(wish.len());
    let mut rest = heights.iter();
    for block in &blocks {
        let mut y = start(block);
        for height in rest.by_ref().take(block.0) {
            tops.push(y);
            y += height;
        }
    }
    tops
}

/// The days to name on the axis of dates, none too near the next, and what the names are.
fn dates(first: Date, days: usize, room: f64) -> (Vec<(usize, String)>, &'static str) {
    let date = |day: usize| first.checked_add((day as i64).days()).ok();
    let gap = |text: &str| width(text, 11.5, false) + 14.0;
    let per_day = if days > 1 { room / (days - 1) as f64 } else { room };
    // Up to ten weeks: single days, at a step in whole days or weeks.
    if days <= 70 {
        let wide = gap("30 May 2018");
        let step = [1, 2, 7, 14, 28].into_iter().find(|&step| step as f64 * per_day >= wide).unwrap_or(28);
        let ticks = (0..days).step_by(step).filter_map(|day| Some((day, long_date(date(day)?)))).collect();
        return (ticks, "day");
    }
    let wide = gap("May 2018");
    let step = [1, 2, 3, 6, 12].into_iter().find(|&step| f64::from(step) * 28.0 * per_day >= wide).unwrap_or(12);
    let of_step = |date: &Date| date.day() == 1 && (i32::from(date.month()) - 1) % step == 0;
    let ticks = (0..days)
        .filter_map(|day| date(day).filter(of_step).map(|date| (day, date.strftime("%b %Y").to_string())))
        .collect();
    (ticks, "ticks at the first of the month")
}

// ---------------------------------------------------------------------------------------------------------------- funnel

const BAR: f64 = 10.0;
const BAR_LINE: f64 = 14.0;

/// From dark to light and back apart in lightness, so that the stages differ in grey too; each bar also has its name beside it.
const STAGES: [RGBColor; 4] =
    [RGBColor(27, 58, 92), RGBColor(60, 125, 176), RGBColor(228, 146, 60), RGBColor(160, 48, 32)];

fn lay_out_funnel(plot: &FunnelPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    at_most("stages", plot.stages.len(), MAX_STAGES)?;
    at_most("policies", plot.policies.len(), MAX_POLICIES)?;
    for (name, values) in plot.policies {
        check(name, values, plot.stages.len())?;
    }
    let (mut page, mut y) = Page::new(plot.title, plot.subtitle);
    if plot.stages.is_empty() || plot.policies.is_empty() {
        page.text((WIDTH / 2.0, y + 60.0), "no data", 14.0, false, Anchor::Middle, GREY);
        page.height = (y + 120.0).ceil();
        page.description = "Bars by policy and stage; there are no data.".to_owned();
        return Ok(page);
    }

    let names_right = MARGIN + 250.0;
    let stages: Vec<String> = plot.stages.iter().map(|stage| fitted(stage, ENTRY, false, 110.0)).collect();
    let widest = stages.iter().fold(0.0, |wide: f64, stage| wide.max(width(stage, ENTRY, false)));
    let left = names_right + 18.0 + widest + 8.0;
    let labels: Vec<Vec<String>> = plot
        .policies
        .iter()
        .map(|(_, values)| {
            let of = values.first().copied().unwrap_or(0.0);
            let label =
                |(i, &value): (usize, &f64)| number(value) + &if i > 0 { percent(value, of) } else { String::new() };
            values.iter().enumerate().map(label).collect()
        })
        .collect();
    let label_room = labels.iter().flatten().fold(0.0, |wide: f64, label| wide.max(width(label, ENTRY, false))) + 6.0;
    let right = WIDTH - MARGIN - label_room;
    let top_value = plot.policies.iter().flat_map(|(_, values)| values).fold(0.0, |top: f64, &value| top.max(value));
    // As many steps as leave room for their numbers.
    let wide = width(&number(top_value.ceil()), 11.5, false).max(24.0) + 26.0;
    let scale = scale(top_value, (((right - left) / wide) as usize).clamp(1, 8));
    let at_value = |value: f64| left + (right - left) * scale.share(value);

    let found = groups(plot.policies.iter().map(|(name, values)| (name.as_str(), values.as_slice())));
    let texts: Vec<(Vec<String>, Vec<String>)> = found
        .iter()
        .map(|group| {
            let lead = if group.first == 0 { "no change:" } else { "same counts:" };
            let also = if group.others.is_empty() {
                Vec::new()
            } else {
                listed(lead, &group.others, ENTRY - 0.5, names_right - MARGIN)
            };
            (wrapped(&plot.policies[group.first].0, 12.0, true, names_right - MARGIN, 3), also)
        })
        .collect();
    let height = |(name, also): &(Vec<String>, Vec<String>)| {
        let text = name.len() as f64 * 15.0 + also.len() as f64 * (ENTRY_LINE - 1.0) + 2.0;
        text.max(plot.stages.len() as f64 * BAR_LINE)
    };

    let axis = "bars start at 0; % of the first stage";
    page.text((MARGIN, y + 12.0), axis, ENTRY, false, Anchor::Left, GREY);
    let top = y + 20.0;
    let between = 14.0;
    let bottom = top + texts.iter().map(|text| height(text) + between).sum::<f64>();
    for (value, text) in scale.ticks() {
        let x = at_value(value);
        page.rect((x - 0.5, top), (x + 0.5, bottom), if value == 0.0 { AXIS } else { RULE });
        page.text((x, y + 12.0), text.as_str(), 11.5, false, Anchor::Middle, GREY);
        page.text((x, bottom + 16.0), text, 11.5, false, Anchor::Middle, GREY);
    }

    let mut words = format!("Horizontal bars by policy; stages in order: {}.", stages.join(", "));
    y = top;
    for (group, text) in found.iter().zip(&texts) {
        if y > top {
            page.rect((MARGIN, y - 0.5), (WIDTH - MARGIN, y + 0.5), RULE);
        }
        y += between / 2.0;
        let mut baseline = y + 11.0;
        for line in &text.0 {
            page.text((MARGIN, baseline), line.as_str(), 12.0, true, Anchor::Left, INK);
            baseline += 15.0;
        }
        for line in &text.1 {
            page.text((MARGIN, baseline), line.as_str(), ENTRY - 0.5, false, Anchor::Left, GREY);
            baseline += ENTRY_LINE - 1.0;
        }
        let _ = write!(words, "\n{}: {}", clipped(&plot.policies[group.first].0, 80), labels[group.first].join(" → "));
        if !text.1.is_empty() {
            let _ = write!(words, " ({})", text.1.join(" "));
        }
        words.push('.');
        let (_, values) = &plot.policies[group.first];
        for (i, &value) in values.iter().enumerate() {
            let at = y + i as f64 * BAR_LINE;
            let baseline = at + BAR / 2.0 + 5.0;
            page.text((left - 8.0, baseline), stages[i].as_str(), ENTRY, false, Anchor::Right, GREY);
            if value > 0.0 {
                let end = at_value(value).max(left + 1.0);
                page.rect((left, at + 1.0), (end, at + 1.0 + BAR), STAGES[i % STAGES.len()]);
            }
            let label = labels[group.first][i].as_str();
            let x = at_value(value).max(left + 1.0) + 5.0;
            // Paper behind the label, so that no rule runs through it.
            page.rect((x - 2.0, at), (x + width(label, ENTRY, false) + 2.0, at + BAR_LINE - 1.0), PAPER);
            page.text((x, baseline), label, ENTRY, false, Anchor::Left, INK);
        }
        y += height(text) + between / 2.0;
    }
    page.height = (bottom + 21.0 + MARGIN).ceil();
    page.description = words;
    Ok(page)
}

// ---------------------------------------------------------------------------------------------------------------- drawing

/// Whole units to a pixel of the page: `plotters` draws at whole coordinates.
const UNITS: f64 = 4.0;
/// Units to a pixel of a PNG, both ways; the mean of the units is the pixel, which smooths edges.
const SAMPLES: usize = 2;

fn units(value: f64) -> i32 {
    (value * UNITS).round() as i32
}

fn unit_point((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn shape(colour: RGBColor, thick: f64) -> ShapeStyle {
    ShapeStyle { color: colour.to_rgba(), filled: true, stroke_width: units(thick).max(1).unsigned_abs() }
}

fn failed(error: impl std::fmt::Display) -> PlotError {
    PlotError::Drawing(error.to_string())
}

impl Page {
    fn size(&self) -> (u32, u32) {
        (units(WIDTH).unsigned_abs(), units(self.height).unsigned_abs())
    }

    /// Draws everything but lines, which the backends differ in.
    fn draw<B: DrawingBackend>(
        &self,
        backend: &mut B,
        baseline: f64,
        mut line: impl FnMut(&mut B, &[Point], &[f64], ShapeStyle) -> Result<(), PlotError>,
    ) -> Result<(), PlotError> {
        let (w, h) = self.size();
        let all = (w as i32, h as i32);
        backend.draw_rect((0, 0), all, &shape(PAPER, 1.0), true).map_err(failed)?;
        for mark in &self.marks {
            match mark {
                Mark::Rect { from, to, colour } => {
                    backend
                        .draw_rect(unit_point(*from), unit_point(*to), &shape(*colour, 1.0), true)
                        .map_err(failed)?;
                }
                Mark::Polygon { points, colour } => {
                    let points = points.iter().map(|&point| unit_point(point));
                    backend.fill_polygon(points, &shape(*colour, 1.0)).map_err(failed)?;
                }
                Mark::Circle { centre, radius, colour } => {
                    let radius = units(*radius).unsigned_abs();
                    backend.draw_circle(unit_point(*centre), radius, &shape(*colour, 1.0), true).map_err(failed)?;
                }
                Mark::Line { points, thick, dash, colour } => line(backend, points, dash, shape(*colour, *thick))?,
                Mark::Text { at, text, em, bold, anchor, colour } => {
                    let h_pos = match anchor {
                        Anchor::Left => HPos::Left,
                        Anchor::Middle => HPos::Center,
                        Anchor::Right => HPos::Right,
                    };
                    let style = TextStyle::from(font(em * UNITS, *bold)).color(colour).pos(Pos::new(h_pos, VPos::Top));
                    let at = (at.0, at.1 - em * baseline);
                    backend.draw_text(text, &style, unit_point(at)).map_err(failed)?;
                }
            }
        }
        backend.present().map_err(failed)
    }

    fn svg(&self) -> Result<String, PlotError> {
        let mut raw = String::new();
        let mut dashes: Vec<&[f64]> = self
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Line { dash, .. } => Some(*dash),
                _ => None,
            })
            .collect();
        dashes.reverse();
        {
            let mut backend = SVGBackend::with_string(&mut raw, self.size());
            self.draw(&mut backend, 0.76, |backend, points, _, style| {
                backend.draw_path(points.iter().map(|&point| unit_point(point)), &style).map_err(failed)
            })?;
        }
        // The backend's root element becomes one with the page's size, a role and the picture in words; and its lines, of which
        // it writes one `polyline` each in the order of drawing, get their dashes. In the text of the picture `<` is escaped.
        let body = raw.split_once('\n').map_or("", |(_, body)| body);
        let (w, h) = self.size();
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
             stroke-linejoin=\"round\">\n<title>{}</title>\n<desc>{}</desc>\n",
            self.height,
            xml(&self.title),
            xml(&self.description),
        );
        let mut parts = body.split("<polyline ");
        out.push_str(parts.next().unwrap_or(""));
        for part in parts {
            out.push_str("<polyline ");
            if let Some(dash) = dashes.pop().filter(|dash| !dash.is_empty()) {
                let dash: Vec<String> = dash.iter().map(|&length| units(length).to_string()).collect();
                let _ = write!(out, "stroke-dasharray=\"{}\" ", dash.join(" "));
            }
            out.push_str(part);
        }
        Ok(out)
    }

    fn png(&self) -> Result<Vec<u8>, PlotError> {
        let (w, h) = self.size();
        let mut fine = vec![255_u8; w as usize * h as usize * 3];
        {
            let mut backend = BitMapBackend::with_buffer(&mut fine, (w, h));
            // plotters puts the baseline of text half its size below the top of its box.
            self.draw(&mut backend, PER_EM / 2.0, |backend, points, dash, style| {
                for run in dashed(points, dash) {
                    for (i, pair) in run.windows(2).enumerate() {
                        let (from, to) = (unit_point(pair[0]), unit_point(pair[1]));
                        backend.draw_line(from, to, &style).map_err(failed)?;
                        if i > 0 && style.stroke_width > 4 {
                            backend.draw_circle(from, style.stroke_width / 2, &style, true).map_err(failed)?;
                        }
                    }
                }
                Ok(())
            })?;
        }
        let (w, h) = (w as usize / SAMPLES, h as usize / SAMPLES);
        let mut pixels = Vec::with_capacity(w * h * 3);
        for y in 0..h {
            for x in 0..w {
                for channel in 0..3 {
                    let sample = |i: usize, j: usize| {
                        u32::from(fine[((y * SAMPLES + j) * w * SAMPLES + x * SAMPLES + i) * 3 + channel])
                    };
                    let sum: u32 =
                        (0..SAMPLES).flat_map(|j| (0..SAMPLES).map(move |i| (i, j))).map(|(i, j)| sample(i, j)).sum();
                    let all = (SAMPLES * SAMPLES) as u32;
                    pixels.push(((sum + all / 2) / all) as u8);
                }
            }
        }
        drop(fine);
        // plotters encodes to a file only.
        let file = tempfile::Builder::new().prefix("meterchurn-plot-").suffix(".png").tempfile()?;
        {
            let size = (w as u32, h as u32);
            let mut backend = BitMapBackend::new(file.path(), size);
            backend.blit_bitmap((0, 0), size, &pixels).map_err(failed)?;
            backend.present().map_err(failed)?;
        }
        Ok(std::fs::read(file.path())?)
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Cuts a line into the runs that its dashes leave.
fn dashed(points: &[Point], dash: &[f64]) -> Vec<Vec<Point>> {
    if dash.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut runs, mut run) = (Vec::new(), Vec::new());
    let (mut turn, mut left) = (0, dash[0]);
    run.extend(points.first());
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = libm::hypot(dx, dy);
            if length <= left {
                left -= length;
                if turn % 2 == 0 {
                    run.push(to);
                }
                break;
            }
            from = (from.0 + dx * left / length, from.1 + dy * left / length);
            run.push(from);
            if turn % 2 == 0 {
                runs.push(std::mem::take(&mut run));
            }
            turn += 1;
            left = dash[turn % dash.len()];
        }
    }
    if run.len() > 1 {
        runs.push(run);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, values: &[f64]) -> Series {
        Series { name: name.to_owned(), values: values.to_vec() }
    }

    fn plot<'a>(upper: &'a [Series], lower: &'a [Series]) -> TimeSeriesPlot<'a> {
        TimeSeriesPlot {
            title: "Leaked reads and alerts a day",
            subtitle: "made up",
            panels: [("Leaked reads a day", upper), ("Alerts a day", lower)],
            first_day: jiff::civil::date(2018, 6, 1),
        }
    }

    fn many(n: usize, days: usize, name: impl Fn(usize) -> String) -> Vec<Series> {
        let value = |i: usize, day: usize| ((i * 7919 + 13) % 101 * 1_000 + (day * (i + 3)) % 17 * 100) as f64;
        let one = |i: usize| Series { name: name(i), values: (0..days).map(|day| value(i % 19, day)).collect() };
        (0..n).map(one).collect()
    }

    fn funnel<'a>(stages: &'a [&'a str], policies: &'a [(String, Vec<f64>)]) -> FunnelPlot<'a> {
        FunnelPlot { title: "From emitted to retained", subtitle: "made up", stages, policies }
    }

    const STAGE_NAMES: [&str; 4] = ["emitted", "carried", "delivered", "retained"];

    /// Text stays on the page and apart from other text.
    fn assert_readable(page: &Page) {
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

    /// A reader of the XML that these documents are made of: tags balance, nothing stray, no characters XML forbids.
    fn assert_xml(svg: &str) {
        let mut open: Vec<&str> = Vec::new();
        let mut rest = svg;
        while let Some(at) = rest.find('<') {
            let text = &rest[..at];
            assert!(!text.contains('>'), "{text}");
            for piece in text.split('&').skip(1) {
                let entity = piece.split(';').next();
                assert!(
                    piece.contains(';') && matches!(entity, Some("lt" | "gt" | "amp" | "quot" | "apos")),
                    "&{piece}"
                );
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

    fn assert_png(png: &[u8], height: f64) {
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        let side = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
        assert_eq!((side(16), side(20)), (2 * WIDTH as u32, 2 * height as u32));
    }

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

    #[test]
    fn what_is_not_plainly_printable_becomes_an_escape() {
        assert_eq!(clipped("a\u{202e}b\u{200b}\n\u{7}\\é中", 99), "a\\u{202e}b\\u{200b}\\u{a}\\u{7}\\\\é\\u{4e2d}");
        assert_eq!(clipped(" a  b ", 99), "\\u{20}a \\u{20}b\\u{20}");
        fonts().unwrap();
        for room in [30.0, 60.0, 90.0, 200.0] {
            for most in [1, 3, 99] {
                let lines = wrapped("ab\u{202e}cd\u{202e}ef\\x41-\u{202e}\u{202e} \u{202e}", 11.0, false, room, most);
                for line in &lines {
                    assert_eq!(line.matches("\\u").count(), line.matches("\\u{202e}").count(), "{line}");
                    assert!(room < 60.0 || width(line, 11.0, false) <= room, "{line}");
                }
                assert!(lines.len() <= most);
            }
        }
        // Escapes are not cut.
        for limit in 1..20 {
            let shown = clipped("ab\u{202e}cd\u{202e}ef", limit);
            assert!(shown.chars().count() <= limit, "{shown}");
            assert_eq!(shown.matches("\\u{").count(), shown.matches("\\u{202e}").count(), "{shown}");
        }
        assert_eq!(clipped("abcdefghijkl", 7), "abcd…kl");
        fonts().unwrap();
        assert!(width(&fitted(&"W".repeat(100_000), 11.0, false, 200.0), 11.0, false) <= 200.0);
        assert_eq!(fitted("short", 11.0, false, 200.0), "short");
    }

    #[test]
    fn shares_are_honest_about_small_ones() {
        assert_eq!(percent(1.0, 0.0), "");
        assert_eq!(percent(0.0, 9.0), " (0 %)");
        assert_eq!(percent(1.0, 1e6), " (<0.1 %)");
        assert_eq!(percent(1.0, 8.0), " (12.5 %)");
    }

    #[test]
    fn numbers_have_separators() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(999.0), "999");
        assert_eq!(number(1_234_567.0), "1,234,567");
        assert_eq!(number(1_234.56), "1,235");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(0.25), "0.25");
        assert_eq!(number(0.0004), "4e-4");
        assert_eq!(number(1e15), "1,000,000,000,000,000");
        assert_eq!(with_decimals(1234.5, 2), "1,234.50");
    }

    #[test]
    fn axes_are_round() {
        assert_eq!(scale(0.0, 6), Scale { top: 1.0, step: 1.0, decimals: 0, n: 1 });
        assert_eq!(scale(83_000.0, 6), Scale { top: 83_000.0, step: 20_000.0, decimals: 0, n: 4 });
        assert_eq!(scale(1.0, 6), Scale { top: 1.0, step: 0.2, decimals: 1, n: 5 });
        for top in [1e-12, 1e-3, 0.7, 1.0, 9.99, 10.0, 123.0, 1e15] {
            let scale = scale(top, 6);
            assert!((1..=6).contains(&scale.n) && scale.step * scale.n as f64 <= scale.top * 1.000_001, "{top}");
        }
    }

    #[test]
    fn boxes_are_moved_apart() {
        let heights = [15.0, 43.0, 15.0, 15.0, 15.0];
        for wish in [[0.0; 5], [50.0; 5], [300.0; 5], [0.0, 10.0, 100.0, 101.0, 300.0]] {
            let tops = apart(&wish, &heights, 0.0, 200.0);
            assert!(tops[0] >= 0.0 && tops[4] + heights[4] <= 200.0 + 1e-9, "{tops:?}");
            assert!((1..5).all(|i| tops[i - 1] + heights[i - 1] <= tops[i] + 1e-9), "{tops:?}");
        }
        assert_eq!(apart(&[10.0, 90.0], &[15.0, 15.0], 0.0, 200.0), [10.0, 90.0]);
        assert!(apart(&[], &[], 0.0, 1.0).is_empty());
    }

    #[test]
    fn looks_differ_without_colour() {
        let looks: Vec<Look> = (0..40).map(Look::of).collect();
        for (i, a) in looks.iter().enumerate() {
            assert!(looks[..i].iter().all(|b| (a.dash, a.marker) != (b.dash, b.marker)), "{i}");
        }
    }

    #[test]
    fn dashes_have_their_lengths() {
        let runs = dashed(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[4.0, 2.0]);
        assert_eq!(runs[0], [(0.0, 0.0), (4.0, 0.0)]);
        assert_eq!(runs[1], [(6.0, 0.0), (10.0, 0.0), (10.0, 0.0)]);
        assert_eq!(runs[2], [(10.0, 2.0), (10.0, 6.0)]);
        assert_eq!(runs.len(), 4);
        assert_eq!(dashed(&[(0.0, 0.0), (1.0, 1.0)], &[]).len(), 1);
        assert!(dashed(&[], &[1.0, 1.0]).is_empty());
    }

    #[test]
    fn equal_curves_share_an_entry() {
        let upper = [
            series("as-is", &[1.0, 5.0]),
            series("b", &[1.0, 2.0]),
            series("c", &[1.0, 5.0]),
            series("d", &[1.0, 2.0]),
        ];
        let lower =
            [series("as-is", &[0.0, 0.0]), series("b", &[-0.0, 0.0]), series("c", &[3.0, 0.0]), series("d", &[0.0; 2])];
        let page = lay_out_series(&plot(&upper, &lower)).unwrap();
        let texts: Vec<&str> = page
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        for wanted in ["no change: c", "same curve: d", "no change: b, d"] {
            assert!(texts.contains(&wanted), "{wanted} in {texts:?}");
        }
        assert!(page.description.contains("as-is: 5, at most 5 (no change: c); b: 2, at most 2 (same curve: d)."));
        assert_readable(&page);
    }

    #[test]
    fn pages_are_readable() {
        let tame = |i: usize| format!("policy-{i}");
        let long = |i: usize| format!("a policy {i} with a name that goes on & on <{}>", "W\u{202e}".repeat(40));
        let wide: fn(usize) -> String = |i| "W".repeat(30) + &i.to_string();
        for days in [1, 2, 11, 20, 45, 70, 71, 234, 366, MAX_DAYS] {
            for n in [0, 1, 2, 14, 25, MAX_POLICIES] {
                if n > 14 && days != 234 {
                    continue;
                }
                for all in [many(n, days, tame), many(n, days, long), many(n, days, wide)] {
                    let lower: Vec<Series> = all.iter().map(|s| series(&s.name, &vec![0.0; days])).collect();
                    assert_readable(&lay_out_series(&plot(&all, &lower)).unwrap());
                    let policies: Vec<(String, Vec<f64>)> = all
                        .iter()
                        .map(|s| (s.name.clone(), s.values.iter().cycle().take(4).copied().collect()))
                        .collect();
                    assert_readable(&lay_out_funnel(&funnel(&STAGE_NAMES, &policies)).unwrap());
                }
            }
        }
        let text = "wide words and \u{202e} others ".repeat(40);
        let (big, none) = ([series(&text, &[1e15, 1e15])], []);
        assert_readable(
            &lay_out_series(&TimeSeriesPlot {
                title: &text,
                subtitle: &text,
                panels: [(&text, &big), (&text, &none)],
                first_day: jiff::civil::date(2018, 6, 1),
            })
            .unwrap(),
        );
        let policies = [(text.clone(), vec![1e15; 8]), (text.clone(), vec![0.0; 8])];
        let plot = FunnelPlot { title: &text, subtitle: &text, stages: &[text.as_str(); 8], policies: &policies };
        assert_readable(&lay_out_funnel(&plot).unwrap());
    }

    #[test]
    fn documents_are_valid_and_the_same_each_time() {
        let nasty = |i: usize| format!("</text><script>&\"'\0\u{1b}\u{202e}\u{fffe} <polyline {i}");
        for (n, days) in [(0, 0), (1, 1), (3, 20), (14, 90)] {
            let all = many(n, days, nasty);
            let data = plot(&all, &all[..n.min(1)]);
            let svg = time_series_svg(&data).unwrap();
            assert_xml(&svg);
            assert!(
                svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\"")
                    && svg.contains(" role=\"img\"")
            );
            assert!(svg.contains("<title>Leaked reads and alerts a day</title>\n<desc>"));
            assert_eq!(svg, time_series_svg(&data).unwrap());
            let png = time_series_png(&data).unwrap();
            assert_png(&png, lay_out_series(&data).unwrap().height);
            assert_eq!(png, time_series_png(&data).unwrap());

            let policies: Vec<(String, Vec<f64>)> =
                (0..n).map(|i| (nasty(i), vec![40.0, 30.0, 0.0, i as f64])).collect();
            let data = funnel(&STAGE_NAMES, &policies);
            let svg = funnel_svg(&data).unwrap();
            assert_xml(&svg);
            assert_eq!(svg, funnel_svg(&data).unwrap());
            let png = funnel_png(&data).unwrap();
            assert_png(&png, lay_out_funnel(&data).unwrap().height);
            assert_eq!(png, funnel_png(&data).unwrap());
        }
    }

    #[test]
    fn each_line_gets_its_own_dashes() {
        let all = many(8, 30, |i| format!("p{i}"));
        let page = lay_out_series(&plot(&all, &all)).unwrap();
        let dashed =
            page.marks.iter().filter(|mark| matches!(mark, Mark::Line { dash, .. } if !dash.is_empty())).count();
        let svg = page.svg().unwrap();
        assert!(dashed > 0);
        assert_eq!(svg.matches("<polyline stroke-dasharray=\"").count(), dashed);
        let lines = page.marks.iter().filter(|mark| matches!(mark, Mark::Line { .. })).count();
        assert_eq!(svg.matches("<polyline ").count(), lines);
    }

    #[test]
    fn nothing_to_draw_is_drawn() {
        for svg in [
            time_series_svg(&plot(&[], &[])).unwrap(),
            time_series_svg(&plot(&[series("a", &[])], &[])).unwrap(),
            funnel_svg(&funnel(&STAGE_NAMES, &[])).unwrap(),
            funnel_svg(&funnel(&[], &[("a".to_owned(), Vec::new())])).unwrap(),
        ] {
            assert_xml(&svg);
            assert!(svg.contains("no data"));
        }
        let zero = [("a".to_owned(), vec![0.0; 4])];
        assert_xml(&funnel_svg(&funnel(&STAGE_NAMES, &zero)).unwrap());
        let empty = FunnelPlot { title: "", subtitle: "", stages: &[], policies: &[] };
        assert_xml(&funnel_svg(&empty).unwrap());
    }

    #[test]
    fn what_is_no_count_is_refused() {
        for (bad, error) in [
            (f64::NAN, "value 2 of \"b\\u{202e}\" is not a finite number"),
            (f64::INFINITY, "value 2 of \"b\\u{202e}\" is not a finite number"),
            (-1.0, "value 2 of \"b\\u{202e}\" is -1, outside 0 to 10^15"),
        ] {
            let lower = [series("b\u{202e}", &[0.0, bad])];
            let upper = [series("a", &[0.0, 0.0])];
            assert_eq!(time_series_svg(&plot(&upper, &lower)).unwrap_err().to_string(), error);
            assert_eq!(time_series_png(&plot(&upper, &lower)).unwrap_err().to_string(), error);
            assert_eq!(seven_day_mean(&lower).unwrap_err().to_string(), error);
            let policies = [("b\u{202e}".to_owned(), vec![0.0, bad])];
            assert_eq!(funnel_svg(&funnel(&["x", "y"], &policies)).unwrap_err().to_string(), error);
        }
        let ragged = time_series_svg(&plot(&[series("a", &[1.0])], &[series("b", &[1.0, 2.0])]));
        assert!(matches!(ragged, Err(PlotError::Ragged { expected: 1, found: 2, .. })));
        let short = [("a".to_owned(), vec![1.0])];
        assert!(matches!(
            funnel_png(&funnel(&STAGE_NAMES, &short)),
            Err(PlotError::Ragged { expected: 4, found: 1, .. })
        ));
        let many = many(MAX_POLICIES + 1, 1, |i| i.to_string());
        assert!(matches!(time_series_svg(&plot(&many, &[])), Err(PlotError::TooMany { what: "policies", .. })));
        let late = [series("a", &[1.0, 2.0])];
        let late = TimeSeriesPlot { first_day: Date::MAX, ..plot(&late, &[]) };
        assert!(matches!(time_series_svg(&late), Err(PlotError::Calendar(2, _))));
    }

    #[test]
    fn means_are_of_seven_days() {
        let days: Vec<f64> = (1..=9).map(f64::from).collect();
        let mean = seven_day_mean(&[series("a", &days)]).unwrap();
        assert_eq!(mean, [series("a", &[1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0])]);
        assert_eq!(seven_day_mean(&[series("a", &[])]).unwrap(), [series("a", &[])]);
    }

    #[test]
    fn dates_are_named() {
        fonts().unwrap();
        let first = jiff::civil::date(2018, 6, 1);
        let (ticks, _) = dates(first, 234, 780.0);
        assert_eq!(ticks[0], (0, "Jun 2018".to_owned()));
        assert_eq!(ticks[7], (214, "Jan 2019".to_owned()));
        assert_eq!(dates(first, 1, 780.0).0, [(0, "1 Jun 2018".to_owned())]);
        assert!(dates(first, 0, 780.0).0.is_empty());
    }
}
