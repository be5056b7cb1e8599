//! The picture of daily values: two panels of curves, and a description in words.

use std::fmt::Write as _;

use jiff::ToSpan;

use super::axis::{dates, highest, scale, whole};
use super::entries::{ENTRIES, Entry, LEADER, Shown, entries, legend};
use super::error::PlotError;
use super::figures::long_date;
use super::font::{fonts, width};
use super::limits::{MAX_DAYS, MAX_PANELS, MAX_POLICIES, at_most, check};
use super::page::{AXIS, Anchor, ENTRY, GREY, INK, MARGIN, Page, RULE, WIDTH};
use super::text::fitted;
use super::{Listed, Series, TimeSeriesPlot};
use crate::text::number::number;

/// Lays out both panels.
pub(super) fn lay_out(plot: &TimeSeriesPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    let first = plot.panels.iter().find_map(|(_, panel)| panel.first());
    let days = first.map_or(0, |series| series.values.len());
    at_most("panels", plot.panels.len(), MAX_PANELS)?;
    at_most("days", days, MAX_DAYS)?;
    let mut places: Vec<&str> = Vec::new();
    for (_, panel) in &plot.panels {
        at_most("policies", panel.len(), MAX_POLICIES)?;
        for series in *panel {
            check(&series.name, &series.values, days)?;
            if !places.contains(&series.name.as_str()) {
                places.push(&series.name);
            }
        }
    }
    let past = || PlotError::Calendar(days, plot.first_day);
    let last_day = plot.first_day.checked_add((days.max(1) as i64 - 1).days()).map_err(|_| past())?;

    let (mut page, mut y) = Page::new(plot.title, plot.subtitle);
    let (panels, names): (&str, &[&str]) = match plot.panels.len() {
        1 => ("one panel", &["The only"]),
        _ => ("two panels", &["Upper", "Lower"]),
    };
    let mut words = if days == 0 {
        format!("A line chart in {panels}; there are no data.")
    } else {
        let (from, to) = (long_date(plot.first_day), long_date(last_day));
        format!("Line chart in {panels}, one value a day by name, {from} to {to} ({} days).", number(days as f64))
    };

    // The panels share a date axis, so the widest number of either sets its left end.
    let scale_of = |panel: &[Series]| {
        // Leave some space above the highest value.
        let values = || panel.iter().flat_map(|series| &series.values);
        scale(1.02 * highest(values()), 6, whole(values()))
    };
    let ticks = plot.panels.iter().flat_map(|(_, panel)| scale_of(panel).ticks());
    let left = MARGIN + ticks.fold(20.0, |wide: f64, (_, tick)| wide.max(width(&tick, 11.5, false))) + 10.0;
    let right = WIDTH - MARGIN - ENTRIES - LEADER;

    for (which, (label, panel)) in names.iter().zip(&plot.panels) {
        let all_end_at_0 = plot.listed == Listed::LastDay && all_end_at_0(panel);
        let shown = if all_end_at_0 || plot.listed == Listed::HighestDay { Shown::Highest } else { Shown::Last };
        let mut entries = entries(panel, &places, shown);
        // The sort is stable: curves with the same end keep the order given.
        entries.sort_by(|a, b| b.last().total_cmp(&a.last()));

        let label = fitted(label, 13.0, true, right - MARGIN - 8.0);
        page.text((MARGIN, y + 14.0), label.as_str(), 13.0, true, Anchor::Left, INK);
        if !entries.is_empty() && days > 0 {
            let heading = match shown {
                Shown::Last => format!("on the last day, {}", long_date(last_day)),
                Shown::Highest if all_end_at_0 => "on the highest day (all end at 0)".to_owned(),
                Shown::Highest => "on the highest day".to_owned(),
            };
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
            let end = |entry: &Entry<'_>| at_value(entry.last());
            legend(&mut page, &entries, right, (top, bottom), end, at_day(days - 1));
        }
        y = bottom + 40.0;
    }
    page.height = (y - 40.0 + 18.0 + 5.0 + MARGIN).ceil();
    page.description = words;
    Ok(page)
}

/// Whether all curves end at zero, and not all are zero on every day.
fn all_end_at_0(panel: &[Series]) -> bool {
    let over = panel.iter().all(|series| series.values.last().is_none_or(|&value| value == 0.0));
    over && highest(panel.iter().flat_map(|series| &series.values)) > 0.0
}

fn describe(words: &mut String, which: &str, label: &str, entries: &[Entry<'_>]) {
    let _ = write!(words, "\n{which} panel, {label}");
    if entries.iter().all(|entry| entry.values.is_empty()) {
        words.push_str(": no data.");
        return;
    }
    words.push_str("; value on the last day and highest value: ");
    for (i, entry) in entries.iter().enumerate() {
        let _ = write!(
            words,
            "{}{}: {}, at most {}",
            if i > 0 { "; " } else { "" },
            entry.spoken,
            entry.values.last().map_or_else(String::new, |&value| number(value)),
            number(highest(entry.values))
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
    // The thick baseline is drawn first, so that curves that nearly coincide with it show on top.
    let mut order: Vec<&Entry<'_>> = entries.iter().collect();
    order.sort_by_key(|entry| entry.look.place);
    if days > 1 {
        for entry in &order {
            let points = entry.values.iter().enumerate().map(|(day, &value)| (at_day(day), at_value(value))).collect();
            page.line(points, entry.look.thick, entry.look.dash, entry.look.colour);
        }
    }
    // Each curve has markers on different days, so that the markers of coinciding curves alternate.
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

#[cfg(test)]
mod tests {
    use super::super::examples::{assert_readable, plot, series, texts};
    use super::*;

    #[test]
    fn curves_that_all_end_at_zero_are_listed_with_their_highest_values() {
        let upper = [series("as-is", &[1.0, 7.0, 0.0]), series("b", &[1.0, 2.0, 0.0])];
        let lower = [series("as-is", &[1.0, 7.0, 3.0]), series("b", &[1.0, 2.0, 0.0])];
        let page = lay_out(&plot(&upper, &lower)).unwrap();
        let has = |wanted: &str| texts(&page).contains(&wanted);
        assert!(has("on the highest day (all end at 0)") && has("on the last day, 3 Jun 2018"));
        assert!(page.description.contains("as-is: 0, at most 7; b: 0, at most 2."), "{}", page.description);
        assert_readable(&page);
    }

    #[test]
    fn what_comes_and_goes_is_listed_with_its_highest_day_wherever_it_ends() {
        let queues = [series("as-is", &[0.0, 5_065_609.0, 31.0]), series("b", &[1.0, 5_065_370.0, 207.0])];
        let plot = TimeSeriesPlot { listed: Listed::HighestDay, ..plot(&queues, &[]) };
        let page = lay_out(&plot).unwrap();
        let texts = texts(&page);
        for wanted in ["on the highest day", "5,065,609", "5,065,370"] {
            assert!(texts.contains(&wanted), "{wanted} in {texts:?}");
        }
        assert!(!texts.contains(&"31") && !texts.contains(&"207"), "{texts:?}");
        assert!(page.description.contains("as-is: 31, at most 5,065,609"), "{}", page.description);
        assert_readable(&page);
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
        let page = lay_out(&plot(&upper, &lower)).unwrap();
        let texts = texts(&page);
        for wanted in ["no change: c", "same curve: d", "no change: b, d"] {
            assert!(texts.contains(&wanted), "{wanted} in {texts:?}");
        }
        assert!(page.description.contains("as-is: 5, at most 5 (no change: c); b: 2, at most 2 (same curve: d)."));
        assert_readable(&page);
    }
}
