//! The picture of effects with their intervals: a row for each policy, a panel for each number.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::EffectPlot;
use super::axis::scale;
use super::error::PlotError;
use super::font::{fonts, width};
use super::limits::{MAX_POLICIES, at_most};
use super::page::{AXIS, Anchor, ENTRY, GREY, INK, MARGIN, Mark, Page, RULE, WIDTH};
use super::text::{clipped, fitted, listed};
use crate::text::number::with_decimals;

/// Panels that fit side by side.
const MAX_PANELS: usize = 3;
const NAMES: f64 = 230.0;
const GAP: f64 = 26.0;
const ROW: f64 = 24.0;
const LINE: f64 = 14.0;
/// What a panel says in place of an axis.
const NO_PERCENTAGE: &str = "no change here has a percentage";
const POINT: RGBColor = RGBColor(27, 58, 92);

/// Lays out the rows.
pub(super) fn lay_out(plot: &EffectPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    at_most("numbers", plot.panels.len(), MAX_PANELS)?;
    at_most("policies", plot.rows.len(), MAX_POLICIES)?;
    let (mut page, y) = Page::new(plot.title, plot.subtitle);
    page.description = description(plot);
    if plot.rows.is_empty() || plot.panels.is_empty() {
        page.text((WIDTH / 2.0, y + 60.0), "no data", 14.0, false, Anchor::Middle, GREY);
        page.height = (y + 120.0).ceil();
        return Ok(page);
    }
    let names: Vec<Vec<String>> = plot.rows.iter().map(|row| name_lines(&row.policies)).collect();
    let heights: Vec<f64> = names.iter().map(|lines| ROW.max(lines.len() as f64 * LINE + 8.0)).collect();
    let panel = (WIDTH - 2.0 * MARGIN - NAMES) / plot.panels.len() as f64 - GAP;
    let top = y + 34.0;
    let bottom = top + heights.iter().sum::<f64>();
    for (place, name) in plot.panels.iter().enumerate() {
        let left = MARGIN + NAMES + GAP + place as f64 * (panel + GAP);
        let labels = plot.rows.iter().map(|row| width(&row.cells[place].label, ENTRY, false));
        let label_room = labels.fold(0.0, f64::max) + 12.0;
        let axis = Axis::of(plot, place, (left, left + panel - label_room));
        page.text((left, y + 16.0), fitted(name, 12.5, true, panel), 12.5, true, Anchor::Left, INK);
        match &axis {
            Some(axis) => axis.draw(&mut page, (top, bottom)),
            None => {
                let words = fitted(NO_PERCENTAGE, ENTRY, false, panel);
                page.text((left, bottom + 16.0), words, ENTRY, false, Anchor::Left, GREY);
            }
        }
        let mut middle = top;
        for (row, height) in plot.rows.iter().zip(&heights) {
            let (at, cell) = (middle + height / 2.0, &row.cells[place]);
            middle += height;
            if let (Some(axis), Some([low, high])) = (&axis, cell.interval) {
                let (low, high) = (axis.at(low), axis.at(high));
                page.line(vec![(low, at), (high, at)], 2.0, &[], POINT);
                [low, high].into_iter().for_each(|x| page.line(vec![(x, at - 4.0), (x, at + 4.0)], 1.5, &[], POINT));
            }
            if let (Some(axis), Some(value)) = (&axis, cell.value) {
                page.marks.push(Mark::Circle { centre: (axis.at(value), at), radius: 4.0, colour: POINT });
            }
            let place = (left + panel, at + 4.0);
            page.text(place, cell.label.clone(), ENTRY, false, Anchor::Right, INK);
        }
    }
    let mut from = top;
    for (lines, height) in names.iter().zip(&heights) {
        let first = from + (height - lines.len() as f64 * LINE) / 2.0 + 11.0;
        for (place, line) in lines.iter().enumerate() {
            let (bold, colour) = if place == 0 { (true, INK) } else { (false, GREY) };
            page.text((MARGIN, first + place as f64 * LINE), line.clone(), ENTRY, bold, Anchor::Left, colour);
        }
        from += height;
    }
    let has_intervals = plot.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.interval.is_some());
    let note = if has_intervals { plot.note } else { "Point: ratio of the means." };
    page.text((MARGIN, bottom + 42.0), note, ENTRY, false, Anchor::Left, GREY);
    page.height = (bottom + 60.0).ceil();
    Ok(page)
}

/// The name of a row: its first policy, and those that are identical to it.
fn name_lines(policies: &[String]) -> Vec<String> {
    let Some((first, others)) = policies.split_first() else { return Vec::new() };
    let mut lines = vec![fitted(first, ENTRY, true, NAMES)];
    if !others.is_empty() {
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        lines.extend(listed("the same:", &others, ENTRY, NAMES));
    }
    lines
}

/// The least span of an axis in per cent. Its ticks have labels that differ.
const LEAST_SPAN: f64 = 1e-4;

/// An axis of changes in per cent.
struct Axis {
    low: f64,
    high: f64,
    step: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// The axis of a panel; `None` if no row of it has a percentage.
    fn of(plot: &EffectPlot<'_>, place: usize, (from, to): (f64, f64)) -> Option<Self> {
        let cells = || plot.rows.iter().map(|row| &row.cells[place]);
        let ends = || cells().flat_map(|cell| cell.interval.into_iter().flatten().chain(cell.value));
        ends().next()?;
        let (low, high) = ends().fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)));
        // Changes that are all about 0 need no axis as fine as they are.
        let span = if high - low < LEAST_SPAN { 1.0 } else { high - low };
        let step = scale(span, ((to - from) / 60.0).clamp(1.0, 8.0) as usize, false).step();
        let round = |value: f64| (value / step + 1e-9).floor() * step;
        let (low, high) = (round(low), -round(-high));
        Some(Self { low, high: high.max(low + step), step, from, to })
    }

    fn draw(&self, page: &mut Page, (top, bottom): (f64, f64)) {
        for (value, label) in self.ticks() {
            let x = self.at(value);
            let (wide, colour) = if value == 0.0 { (1.5, AXIS) } else { (1.0, RULE) };
            page.line(vec![(x, top), (x, bottom)], wide, &[], colour);
            page.text((x, bottom + 16.0), label, ENTRY, false, Anchor::Middle, GREY);
        }
    }

    fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * (value - self.low) / (self.high - self.low)
    }

    fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        let decimals = if self.step < 1.0 { -libm::log10(self.step).floor() as i32 } else { 0 };
        let n = ((self.high - self.low) / self.step).round() as i32;
        (0..=n).map(move |i| {
            // The sum of many steps must not miss 0.
            let value = self.low + self.step * f64::from(i);
            let value = if value.abs() < self.step / 2.0 { 0.0 } else { value };
            (value, format!("{} %", with_decimals(value, decimals.clamp(0, 6) as usize)))
        })
    }
}

fn description(plot: &EffectPlot<'_>) -> String {
    let mut text = String::from("Changes with their intervals, a row for each policy.");
    for row in plot.rows {
        let names: Vec<String> = row.policies.iter().map(|name| clipped(name, 60)).collect();
        let _ = write!(text, " {}:", names.join(", "));
        for (place, (panel, cell)) in plot.panels.iter().zip(&row.cells).enumerate() {
            let _ = write!(text, "{} {panel} {}", if place == 0 { "" } else { "," }, cell.label);
        }
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::examples::{assert_png, assert_readable, assert_xml, texts};
    use super::super::{EffectCell, EffectRow};
    use super::*;

    fn row(name: &str, value: f64) -> EffectRow {
        let cell = |value: f64| EffectCell {
            value: Some(value),
            interval: Some([value - 2.0, value + 3.0]),
            label: format!("{value} ±3"),
        };
        EffectRow {
            policies: vec![name.to_owned(), format!("{name}-too")],
            cells: vec![cell(value), cell(value / 2.0)],
        }
    }

    fn plot<'a>(rows: &'a [EffectRow], panels: &'a [String]) -> EffectPlot<'a> {
        EffectPlot { title: "Effects", subtitle: "of a test", panels, rows, note: "Bars are intervals." }
    }

    #[test]
    fn pages_of_effects_are_readable_and_valid() {
        let panels = ["leaked reads".to_owned(), "unwanted alerts".to_owned()];
        let long = "a policy with a name that goes on & on <\u{202e}>".repeat(3);
        for rows in [
            vec![],
            vec![row("one", -99.9)],
            (0..MAX_POLICIES).map(|i| row(&format!("policy-{i}"), 10.0 * i as f64 - 97.0)).collect(),
            vec![row(&long, -0.4), row("b", 0.0)],
        ] {
            let page = lay_out(&plot(&rows, &panels)).unwrap();
            assert_readable(&page);
            assert_xml(&page.svg().unwrap());
            assert_png(&page.png().unwrap(), page.height);
        }
    }

    #[test]
    fn a_long_name_keeps_both_ends() {
        fonts().unwrap();
        let name = |end: &str| name_lines(&[format!("filter-and-chase-all-late-commands-from-the-month-of-{end}")]);
        let [april, may] = ["april", "may"].map(|end| name(end).concat());
        assert!(april.starts_with("filter-and") && april.contains('…') && april.ends_with("april"), "{april}");
        assert!(may.ends_with("may"), "{may}");
    }

    #[test]
    fn the_axis_holds_every_interval_and_has_a_tick_at_0() {
        let (rows, panels) = ([row("a", -97.0), row("b", 11.0)], ["x".to_owned(), "y".to_owned()]);
        let axis = Axis::of(&plot(&rows, &panels), 0, (0.0, 400.0)).unwrap();
        assert!(axis.low <= -99.0 && axis.high >= 14.0);
        assert!(axis.ticks().any(|(value, label)| value == 0.0 && label == "0 %"));
    }

    #[test]
    fn a_panel_without_a_percentage_has_no_axis_and_says_so() {
        let without = |label: &str| EffectCell { value: None, interval: None, label: label.to_owned() };
        let mut rows = [row("a", -14.0), row("b", 0.0)];
        for (row, label) in rows.iter_mut().zip(["-6,036 ±71,723 ? (not %)", "identical"]) {
            row.cells[0] = without(label);
        }
        let panels = ["leaked reads".to_owned(), "unwanted alerts".to_owned()];
        let plot = plot(&rows, &panels);
        assert!(Axis::of(&plot, 0, (0.0, 400.0)).is_none() && Axis::of(&plot, 1, (0.0, 400.0)).is_some());
        let page = lay_out(&plot).unwrap();
        assert_eq!(texts(&page).into_iter().filter(|text| *text == NO_PERCENTAGE).count(), 1);
        assert_readable(&page);
    }

    #[test]
    fn the_ticks_of_an_axis_have_different_labels() {
        let panels = ["x".to_owned()];
        for size in [0.0, 1e-7, 1e-4, 3e-4, 0.02, 0.7, 5.0, 97.0] {
            let cell = EffectCell { value: Some(size), interval: None, label: String::new() };
            let rows = [EffectRow { policies: vec!["a".to_owned()], cells: vec![cell] }];
            for wide in [70.0, 400.0, 900.0] {
                let axis = Axis::of(&plot(&rows, &panels), 0, (0.0, wide)).unwrap();
                let mut labels: Vec<String> = axis.ticks().map(|(_, label)| label).collect();
                let all = labels.len();
                labels.dedup();
                assert!(all >= 2 && labels.len() == all, "{size}: {labels:?}");
            }
        }
    }

    #[test]
    fn the_description_has_every_number() {
        let (rows, panels) = ([row("a", -97.0)], ["leaked reads".to_owned(), "alerts".to_owned()]);
        let text = description(&plot(&rows, &panels));
        assert!(text.contains("a, a-too: leaked reads -97 ±3, alerts -48.5 ±3."), "{text}");
    }
}
