//! The picture of the hours of a week: a cell for each hour of each weekday, with its number, and a description in
//! words.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::axis::{highest, scale};
use super::error::PlotError;
use super::font::{fonts, width};
use super::limits::{MAX_PANELS, at_most, check};
use super::page::{AXIS, Anchor, ENTRY, GREY, INK, MARGIN, PAPER, Page, Point, WIDTH};
use super::text::{clipped, fitted};
use super::{HeatMapPlot, HeatPanel};
use crate::text::number::{counted, number, short};

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOURS: usize = 24;

/// The names of the weekdays, and the cells to the right of them, up to the margin.
const NAMES: f64 = 72.0;
const CELL: (f64, f64) = (45.0, 28.0);
/// The space between cells, and in addition before the weekend.
const GAP: f64 = 1.0;
const WEEKEND: f64 = 5.0;

/// The legend: rectangles of whole pixels, so that no seams show between them.
const STEPS: usize = 60;
const STEP: f64 = 5.0;

/// The scale of colours, from 0 to the highest number: one hue, ever darker, so that it also reads in greyscale.
const COLOURS: [RGBColor; 8] = [
    RGBColor(236, 244, 251),
    RGBColor(205, 223, 241),
    RGBColor(158, 202, 225),
    RGBColor(107, 174, 214),
    RGBColor(66, 146, 198),
    RGBColor(33, 113, 181),
    RGBColor(8, 81, 156),
    RGBColor(8, 48, 107),
];
/// The darker colour of numbers in cells. With it, one of two colours is legible on any cell.
const BLACK: RGBColor = RGBColor(0, 0, 0);

/// Lays out the panels.
pub(super) fn lay_out(plot: &HeatMapPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    at_most("panels", plot.panels.len(), MAX_PANELS)?;
    for panel in plot.panels {
        for (weekday, hours) in WEEKDAYS.iter().zip(&panel.cells) {
            check(&format!("{}, {weekday}", panel.label), hours, HOURS)?;
        }
    }
    let (mut page, mut y) = Page::new(plot.title, plot.subtitle);
    let unit = clipped(plot.unit, 80);
    page.description = format!("Heat map: {unit}, by hour of the day (local time) and weekday");
    if plot.panels.is_empty() {
        page.text((WIDTH / 2.0, y + 60.0), "no data", 14.0, false, Anchor::Middle, GREY);
        page.height = (y + 120.0).ceil();
        page.description.push_str("; there are no data.");
        return Ok(page);
    }
    page.description.push('.');
    for panel in plot.panels {
        let extremes = Extremes::of(panel);
        describe(&mut page.description, panel, &extremes);
        y = draw(&mut page, panel, plot.unit, &extremes, y) + 24.0;
    }
    page.height = (y - 24.0 + MARGIN).ceil();
    Ok(page)
}

/// A weekday and an hour of it.
type Hour = (usize, usize);

/// The highest and the lowest number of a panel, and the first hours that have them.
struct Extremes {
    highest: (Hour, f64),
    lowest: (Hour, f64),
    /// How many more hours have the highest number.
    others: usize,
}

impl Extremes {
    fn of(panel: &HeatPanel) -> Self {
        let (mut high, mut low) = (((0, 0), panel.cells[0][0]), ((0, 0), panel.cells[0][0]));
        for (hour, value) in hours(panel) {
            if value > high.1 {
                high = (hour, value);
            }
            if value < low.1 {
                low = (hour, value);
            }
        }
        let others = hours(panel).filter(|(_, value)| *value == high.1).count() - 1;
        Self { highest: high, lowest: low, others }
    }

    /// The highest number and where it is.
    fn in_words(&self) -> String {
        if self.highest.1 == self.lowest.1 {
            return format!("all numbers are {}", number(self.highest.1));
        }
        let also = match self.others {
            0 => String::new(),
            others => format!(", and {}", counted(others, "other hour")),
        };
        format!("highest: {}, {}{also}", number(self.highest.1), named(self.highest.0))
    }
}

/// All hours of a panel, with their numbers.
fn hours(panel: &HeatPanel) -> impl Iterator<Item = (Hour, f64)> {
    let of_day = |(day, hours)| std::iter::zip(0.., hours).map(move |(hour, &value)| ((day, hour), value));
    panel.cells.iter().enumerate().flat_map(of_day)
}

/// An hour, such as Monday 09:00 to 10:00.
fn named((day, hour): Hour) -> String {
    format!("{} {hour:02}:00 to {:02}:00", WEEKDAYS[day], hour + 1)
}

/// Draws a panel from `y` down, and gives its lower end.
fn draw(page: &mut Page, panel: &HeatPanel, unit: &str, extremes: &Extremes, y: f64) -> f64 {
    let by = "by hour of the day (local time) and weekday";
    let right = WIDTH - MARGIN;
    page.text((right, y + 14.0), by, ENTRY, false, Anchor::Right, GREY);
    let room = right - MARGIN - width(by, ENTRY, false) - 24.0;
    let unit = fitted(unit, 13.0, true, room / 2.0);
    let label = fitted(&panel.label, 13.0, true, room - width(&format!(": {unit}"), 13.0, true));
    page.text((MARGIN, y + 14.0), format!("{label}: {unit}"), 13.0, true, Anchor::Left, INK);

    let (left, top) = (MARGIN + NAMES, y + 26.0);
    let row = |day: usize| top + day as f64 * CELL.1 + if day >= 5 { WEEKEND } else { 0.0 };
    let scale = scale(extremes.highest.1, 5, false);
    let cell = |page: &mut Page, ((day, hour), value): (Hour, f64)| {
        let (from, to) = cell_at((left + hour as f64 * CELL.0, row(day)));
        let colour = colour(scale.share(value));
        page.rect(from, to, colour);
        let at = (from.0.midpoint(to.0), from.1.midpoint(to.1) + 4.0);
        page.text(at, short(value), ENTRY, false, Anchor::Middle, ink_on(colour));
    };
    let is_marked = |hour: Hour| hour == extremes.highest.0 && extremes.highest.1 > extremes.lowest.1;
    for (hour, value) in hours(panel).filter(|(hour, _)| !is_marked(*hour)) {
        cell(page, (hour, value));
    }
    // The highest cell is drawn last, because its frame covers the edges of its neighbours.
    for (hour, value) in hours(panel).filter(|(hour, _)| is_marked(*hour)) {
        frame(page, cell_at((left + hour.1 as f64 * CELL.0, row(hour.0))));
        cell(page, (hour, value));
    }
    for (day, weekday) in WEEKDAYS.into_iter().enumerate() {
        page.text((MARGIN, row(day) + CELL.1 / 2.0 + 4.0), weekday, ENTRY, false, Anchor::Left, INK);
    }
    let bottom = row(WEEKDAYS.len() - 1) + CELL.1;
    for hour in 0..HOURS {
        let x = left + (hour as f64 + 0.5) * CELL.0;
        page.text((x, bottom + 15.0), hour.to_string(), ENTRY, false, Anchor::Middle, GREY);
    }
    page.text((MARGIN, bottom + 15.0), "hour", ENTRY, false, Anchor::Left, GREY);

    let (above, below) = (bottom + 32.0, bottom + 44.0);
    for step in 0..STEPS {
        let x = left + step as f64 * STEP;
        page.rect((x, above), (x + STEP, below), colour((step as f64 + 0.5) / STEPS as f64));
    }
    let end = left + STEPS as f64 * STEP;
    // The end of the scale is a tick too where it has space beside the last round one.
    let top = extremes.highest.1;
    let room = 44.0 / (end - left);
    let is_apart = |last: f64| scale.share(top) - scale.share(last) >= room;
    let last = scale.ticks().last().map_or(0.0, |(value, _)| value);
    let ticks = scale.ticks().map(|(value, _)| value).chain(Some(top).filter(|_| is_apart(last)));
    for value in ticks {
        let x = left + (end - left) * scale.share(value);
        page.rect((x - 0.5, below), (x + 0.5, below + 4.0), AXIS);
        page.text((x, below + 16.0), short(value), ENTRY, false, Anchor::Middle, GREY);
    }
    let mut x = end + 40.0;
    if extremes.highest.1 > extremes.lowest.1 {
        frame(page, ((x, above), (x + 16.0, below)));
        page.rect((x, above), (x + 16.0, below), colour(1.0));
        x += 26.0;
    }
    page.text((x, below - 2.0), extremes.in_words(), ENTRY, false, Anchor::Left, INK);
    below + 20.0
}

/// The corners of a cell, within the space that it has.
fn cell_at((x, y): Point) -> (Point, Point) {
    ((x + GAP, y + GAP), (x + CELL.0 - GAP, y + CELL.1 - GAP))
}

/// Draws a frame around a cell, with a light rim on the inside that separates it from a dark cell.
fn frame(page: &mut Page, (from, to): (Point, Point)) {
    for (wide, colour) in [(3.5, INK), (1.5, PAPER)] {
        page.rect((from.0 - wide, from.1 - wide), (to.0 + wide, to.1 + wide), colour);
    }
}

/// The colour at a share of the scale.
fn colour(share: f64) -> RGBColor {
    let at = share.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f64;
    let below = (at as usize).min(COLOURS.len() - 2);
    let (a, b, part) = (COLOURS[below], COLOURS[below + 1], at - below as f64);
    let mixed = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    RGBColor(mixed(a.0, b.0), mixed(a.1, b.1), mixed(a.2, b.2))
}

/// The colour of text on a cell: the one with more contrast.
fn ink_on(cell: RGBColor) -> RGBColor {
    if contrast(BLACK, cell) >= contrast(PAPER, cell) { BLACK } else { PAPER }
}

/// The contrast of two colours after WCAG 2: from 1 to 21.
fn contrast(a: RGBColor, b: RGBColor) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The relative luminance of a colour after WCAG 2.
fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn describe(words: &mut String, panel: &HeatPanel, extremes: &Extremes) {
    let _ = write!(words, "\n{}: {}", clipped(&panel.label, 80), extremes.in_words());
    if extremes.highest.1 > extremes.lowest.1 {
        let _ = write!(words, "; lowest: {}, {}", number(extremes.lowest.1), named(extremes.lowest.0));
        words.push_str(". Highest of each day, with the hour that it begins:");
        for (day, (weekday, hours)) in WEEKDAYS.iter().zip(&panel.cells).enumerate() {
            let top = highest(hours);
            let hour = hours.iter().position(|value| *value == top).unwrap_or(0);
            let _ = write!(words, "{} {weekday} {} at {hour:02}:00", if day > 0 { "," } else { "" }, number(top));
        }
    }
    words.push('.');
}

#[cfg(test)]
mod tests {
    use super::super::examples::{assert_png, assert_readable, assert_xml, texts};
    use super::super::{heat_map_png, heat_map_svg};
    use super::*;

    fn plot(panels: &[HeatPanel]) -> HeatMapPlot<'_> {
        HeatMapPlot { title: "Hours of the week", subtitle: "made up", unit: "mean messages a minute", panels }
    }

    /// A panel of these numbers.
    fn panel(label: &str, cell: impl Fn(usize, usize) -> f64) -> HeatPanel {
        let day = |day: usize| std::array::from_fn(|hour| cell(day, hour));
        HeatPanel { label: label.to_owned(), cells: std::array::from_fn(day) }
    }

    #[test]
    fn pages_are_readable_for_numbers_of_all_sizes() {
        let long = "a leg with a name that goes on & on <\u{202e}>".repeat(9);
        for size in [0.0, 1e-9, 0.001_3, 0.7, 13.0, 999.5, 50_000.0, 3.4e6, 9.9e11, 1e15] {
            let made_up = |day: usize, hour: usize| size * ((day * 24 + hour) * 71 % 169) as f64 / 168.0;
            for panels in [vec![panel("WAN south", made_up)], vec![panel(&long, made_up), panel("W", |_, _| size)]] {
                assert_readable(&lay_out(&plot(&panels)).unwrap());
                let (title, subtitle, unit) = (long.as_str(), long.as_str(), long.as_str());
                assert_readable(&lay_out(&HeatMapPlot { title, subtitle, unit, panels: &panels }).unwrap());
            }
        }
    }

    #[test]
    fn each_cell_has_its_number() {
        let page = lay_out(&plot(&[panel("WAN south", |day, hour| 1_000.0 * (10 + day * 24 + hour) as f64)])).unwrap();
        let texts = texts(&page);
        for cell in 10..10 + 7 * 24 {
            assert!(texts.contains(&format!("{cell}k").as_str()), "{cell}k in {texts:?}");
        }
    }

    #[test]
    fn colours_darken_and_the_text_on_each_has_contrast() {
        let scale: Vec<RGBColor> = (0..=1_000).map(|at| colour(f64::from(at) / 1_000.0)).collect();
        assert!(scale.windows(2).all(|pair| luminance(pair[0]) >= luminance(pair[1])));
        assert!(scale.windows(100).all(|run| luminance(run[0]) > luminance(run[99])));
        assert!(scale.iter().all(|cell| contrast(ink_on(*cell), *cell) >= 4.5));
        assert_eq!((contrast(BLACK, PAPER), contrast(PAPER, PAPER)), (21.0, 1.0));
    }

    #[test]
    fn the_highest_number_and_its_hour_are_in_the_picture_and_the_description() {
        let spike = |day, hour| if (day, hour) == (2, 9) { 45_000.0 } else { 15_000.0 + hour as f64 };
        let page = lay_out(&plot(&[panel("WAN south", spike)])).unwrap();
        let found = "highest: 45,000, Wednesday 09:00 to 10:00";
        assert!(texts(&page).contains(&found), "{:?}", texts(&page));
        for words in [
            format!("WAN south: {found}; lowest: 15,000, Monday 00:00 to 01:00."),
            "Tuesday 15,023 at 23:00, Wednesday 45,000 at 09:00".to_owned(),
        ] {
            assert!(page.description.contains(&words), "{}", page.description);
        }
    }

    #[test]
    fn hours_that_share_the_highest_number_are_counted() {
        let nights = |_, hour| if hour < 4 { 50_000.0 } else { 15_000.0 };
        let page = lay_out(&plot(&[panel("WAN south", nights)])).unwrap();
        let found = "highest: 50,000, Monday 00:00 to 01:00, and 27 other hours";
        assert!(texts(&page).contains(&found) && page.description.contains(found), "{}", page.description);
    }

    #[test]
    fn equal_numbers_have_no_highest_one() {
        let page = lay_out(&plot(&[panel("a", |_, _| 0.0), panel("b", |_, _| 7.0)])).unwrap();
        assert!(texts(&page).contains(&"all numbers are 0") && texts(&page).contains(&"all numbers are 7"));
        assert!(!page.description.contains("ighest"), "{}", page.description);
    }

    #[test]
    fn documents_are_valid_and_the_same_each_time() {
        let nasty = "</text><script>&\"'\0\u{1b}\u{202e}\u{fffe} <polyline ";
        let made_up = |day: usize, hour: usize| (day * 1_000 + hour) as f64;
        let panels = [panel(nasty, made_up), panel("b", |_, _| 0.0)];
        let data = HeatMapPlot { title: nasty, subtitle: nasty, unit: nasty, panels: &panels };
        let (svg, png) = (heat_map_svg(&data).unwrap(), heat_map_png(&data).unwrap());
        assert_xml(&svg);
        assert!(svg.contains(" role=\"img\"") && svg.contains("</title>\n<desc>Heat map: "));
        assert_eq!(svg, heat_map_svg(&data).unwrap());
        assert_png(&png, lay_out(&data).unwrap().height);
        assert_eq!(png, heat_map_png(&data).unwrap());
    }

    #[test]
    fn nothing_to_draw_is_drawn() {
        for svg in [
            heat_map_svg(&plot(&[])).unwrap(),
            heat_map_svg(&HeatMapPlot { title: "", subtitle: "", unit: "", panels: &[] }).unwrap(),
        ] {
            assert_xml(&svg);
            assert!(svg.contains("no data") && svg.contains("there are no data"));
        }
        let empty = panel("", |_, _| 0.0);
        assert_xml(&heat_map_svg(&HeatMapPlot { title: "", subtitle: "", unit: "", panels: &[empty] }).unwrap());
    }

    #[test]
    fn numbers_that_are_not_counts_are_refused_with_their_weekday() {
        for (bad, error) in [
            (f64::NAN, "value 10 of \"b\\u{202e}, Tuesday\" is not a finite number"),
            (f64::INFINITY, "value 10 of \"b\\u{202e}, Tuesday\" is not a finite number"),
            (-1.0, "value 10 of \"b\\u{202e}, Tuesday\" is -1, outside 0 to 10^15"),
            (2e15, "value 10 of \"b\\u{202e}, Tuesday\" is 2000000000000000, outside 0 to 10^15"),
        ] {
            let panels = [panel("b\u{202e}", |day, hour| if (day, hour) == (1, 9) { bad } else { 0.0 })];
            assert_eq!(heat_map_svg(&plot(&panels)).unwrap_err().to_string(), error);
            assert_eq!(heat_map_png(&plot(&panels)).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn a_third_panel_is_refused() {
        let panels = ["a", "b", "c"].map(|label| panel(label, |_, _| 1.0));
        let error = heat_map_svg(&plot(&panels)).unwrap_err();
        assert!(matches!(error, PlotError::TooMany { what: "panels", found: 3, limit: 2 }) && error.is_about_size());
    }
}
