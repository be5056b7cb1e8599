//! The picture of survival curves: what is left of some cases by day, with the numbers at risk beneath, and a
//! description in words.

use std::fmt::Write as _;

use super::SurvivalPlot;
use super::axis::{highest, scale};
use super::entries::{ENTRIES, Entry, LEADER, Shown, entries, legend};
use super::error::PlotError;
use super::font::{fonts, width};
use super::limits::{MAX_DAYS, MAX_POLICIES, at_most, check};
use super::page::{AXIS, Anchor, ENTRY, ENTRY_LINE, GREY, INK, MARGIN, Page, RULE, WIDTH};
use super::text::fitted;
use crate::text::number::number;

const TICK: f64 = 11.5;

/// Lays out the curves and the numbers at risk.
pub(super) fn lay_out(plot: &SurvivalPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    let days = plot.curves.first().map_or(0, |curve| curve.values.len());
    at_most("days", days, MAX_DAYS)?;
    at_most("policies", plot.curves.len(), MAX_POLICIES)?;
    for (place, series) in plot.curves.iter().enumerate() {
        check(&series.name, &series.values, days)?;
        check(&series.name, plot.at_risk.get(place).map_or(&[], Vec::as_slice), days)?;
    }
    let (mut page, y) = Page::new(plot.title, plot.subtitle);
    let places: Vec<&str> = plot.curves.iter().map(|curve| curve.name.as_str()).collect();
    let mut entries = entries(plot.curves, &places, Shown::Last);
    // The sort is stable: curves with the same end keep the order given.
    entries.sort_by(|a, b| b.last().total_cmp(&a.last()));

    let values = || plot.curves.iter().flat_map(|curve| &curve.values);
    let scale = scale(1.02 * highest(values()), 6, false);
    let wide = scale.ticks().fold(20.0, |wide: f64, (_, tick)| wide.max(width(&tick, TICK, false)));
    let (left, right) = (MARGIN + wide + 10.0, WIDTH - MARGIN - ENTRIES - LEADER);
    let label = fitted(plot.label, 13.0, true, right - MARGIN - 8.0);
    page.text((MARGIN, y + 14.0), label.as_str(), 13.0, true, Anchor::Left, INK);
    let top = y + 28.0;
    let need: f64 = entries.iter().map(Entry::height).sum();
    let bottom = top + 340.0_f64.max(need + 4.0);
    let at_value = |value: f64| bottom - (bottom - top) * scale.share(value);
    for (value, tick) in scale.ticks() {
        let at = at_value(value);
        page.rect((left, at - 0.5), (right, at + 0.5), if value == 0.0 { AXIS } else { RULE });
        page.text((left - 8.0, at + 4.0), tick, TICK, false, Anchor::Right, GREY);
    }
    if days == 0 || entries.is_empty() {
        let middle = (left.midpoint(right), top.midpoint(bottom));
        page.text(middle, "no data", 14.0, false, Anchor::Middle, GREY);
        page.height = (bottom + 40.0 + MARGIN).ceil();
        page.description = "Survival curves by policy; there are no data.".to_owned();
        return Ok(page);
    }
    page.text((right + LEADER, y + 14.0), format!("on day {}", days - 1), ENTRY, false, Anchor::Left, GREY);
    let at_day = |day: usize| left + (right - left) * (day as f64 / (days - 1).max(1) as f64);
    let ticks = ticks(days, plot.at_risk, right - left);
    for day in &ticks {
        let x = at_day(*day);
        page.rect((x - 0.5, bottom), (x + 0.5, bottom + 5.0), AXIS);
        page.text((x, bottom + 18.0), day.to_string(), TICK, false, Anchor::Middle, GREY);
    }
    let named = fitted(plot.days_are, ENTRY, false, ENTRIES);
    page.text((right + LEADER, bottom + 18.0), named, ENTRY, false, Anchor::Left, GREY);
    curves(&mut page, &entries, at_day, at_value, days);
    let end = |entry: &Entry<'_>| at_value(entry.last());
    legend(&mut page, &entries, right, (top, bottom), end, at_day(days - 1));

    let mut row = bottom + 46.0;
    page.text((MARGIN, row), "Numbers at risk, mean of replications", 12.0, true, Anchor::Left, INK);
    for entry in &entries {
        row += ENTRY_LINE + 3.0;
        let look = entry.look;
        for day in &ticks {
            let at_risk = number(plot.at_risk[look.place][*day].round());
            page.text((at_day(*day), row), at_risk, ENTRY, false, Anchor::Middle, INK);
        }
        let x = right + LEADER;
        page.line(vec![(x, row - 4.0), (x + 30.0, row - 4.0)], look.thick, look.dash, look.colour);
        look.mark(&mut page, (x + 15.0, row - 4.0));
        let name = fitted(&plot.curves[look.place].name, ENTRY, look.place == 0, ENTRIES - 38.0);
        page.text((x + 38.0, row), name, ENTRY, look.place == 0, Anchor::Left, INK);
    }
    page.height = (row + 5.0 + MARGIN).ceil();
    page.description = described(plot, &label, &entries, &ticks);
    Ok(page)
}

/// The days to label, so that neither labels nor numbers at risk touch.
fn ticks(days: usize, at_risk: &[Vec<f64>], room: f64) -> Vec<usize> {
    let widest = number(highest(at_risk.iter().flatten()).round());
    let need = width(&widest, ENTRY, false).max(width(&days.to_string(), TICK, false)) + 10.0;
    let per_day = room / (days - 1).max(1) as f64;
    let step = [1, 2, 7, 14, 28, 56].into_iter().find(|step| *step as f64 * per_day >= need).unwrap_or(days);
    (0..days).step_by(step.max(1)).collect()
}

/// Draws each curve as steps: a value holds from its day to the next.
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
    for entry in &order {
        let mut points = Vec::with_capacity(2 * days);
        for (day, value) in entry.values.iter().enumerate() {
            if day > 0 {
                points.push((at_day(day), at_value(entry.values[day - 1])));
            }
            points.push((at_day(day), at_value(*value)));
        }
        if days > 1 {
            page.line(points, entry.look.thick, entry.look.dash, entry.look.colour);
        }
    }
    // Each curve has markers on different days, so that the markers of coinciding curves alternate.
    let each = (days as f64 / 5.0).max(1.0);
    for (turn, entry) in order.iter().enumerate() {
        let mut at = if days > 10 { each * (turn as f64 + 0.5) / order.len() as f64 } else { 0.0 };
        while (at as usize) < days {
            let day = at as usize;
            entry.look.mark(page, (at_day(day), at_value(entry.values[day])));
            at += each;
        }
    }
}

fn described(plot: &SurvivalPlot<'_>, label: &str, entries: &[Entry<'_>], ticks: &[usize]) -> String {
    let listed: Vec<String> = ticks.iter().map(usize::to_string).collect();
    let mut words =
        format!("Survival curves by policy. {label}; on days {}, with the numbers at risk:", listed.join(", "));
    for entry in entries {
        let at_risk = &plot.at_risk[entry.look.place];
        let at = |day: &usize| format!("{} ({})", number(entry.values[*day]), number(at_risk[*day].round()));
        let values: Vec<String> = ticks.iter().map(at).collect();
        let _ = write!(words, "\n{}: {}", entry.spoken, values.join(", "));
        if !entry.also.is_empty() {
            let _ = write!(words, " ({})", entry.also.join(" "));
        }
        words.push('.');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::examples::{assert_png, assert_readable, assert_xml, many, series};
    use super::super::page::Mark;
    use super::super::{Series, survival_png, survival_svg};
    use super::*;

    fn plot<'a>(curves: &'a [Series], at_risk: &'a [Vec<f64>]) -> SurvivalPlot<'a> {
        SurvivalPlot {
            title: "Waits",
            subtitle: "made up",
            label: "% of cases that still wait",
            days_are: "day of the wait",
            curves,
            at_risk,
        }
    }

    /// Shares of 100 at most.
    fn shares(n: usize, days: usize, name: impl Fn(usize) -> String) -> Vec<Series> {
        let share = |value: f64| value / 1_020.0;
        let falls = |series: Series| series.values.into_iter().map(share).collect::<Vec<f64>>();
        many(n, days, name).into_iter().map(|one| Series { name: one.name.clone(), values: falls(one) }).collect()
    }

    #[test]
    fn pages_are_readable() {
        let tame = |i: usize| format!("policy-{i}");
        let long = |i: usize| format!("a policy {i} with a name that goes on & on <{}>", "W\u{202e}".repeat(40));
        for days in [1, 2, 8, 79, 92] {
            for n in [0, 1, 8, 16, MAX_POLICIES] {
                for curves in [shares(n, days, tame), shares(n, days, long)] {
                    let at_risk: Vec<Vec<f64>> = curves.iter().map(|_| vec![13_056.0; days]).collect();
                    assert_readable(&lay_out(&plot(&curves, &at_risk)).unwrap());
                }
            }
        }
    }

    #[test]
    fn numbers_at_risk_are_beneath_the_curves_and_in_the_description() {
        let curves = [series("as-is", &[40.0, 20.0, 20.0]), series("b", &[40.0, 20.0, 10.0])];
        let at_risk = [vec![1_000.0, 400.0, 200.4], vec![1_001.0, 399.0, 7.0]];
        let page = lay_out(&plot(&curves, &at_risk)).unwrap();
        for number in ["1,000", "400", "200", "1,001", "399", "7"] {
            assert!(
                page.marks.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text == number)),
                "{number}"
            );
        }
        let expected = "on days 0, 1, 2, with the numbers at risk:\nas-is: 40 (1,000), 20 (400), 20 (200).\nb: 40";
        assert!(page.description.contains(expected), "{}", page.description);
    }

    #[test]
    fn a_value_holds_until_the_next_day() {
        let curves = [series("as-is", &[40.0, 20.0])];
        let page = lay_out(&plot(&curves, &[vec![5.0, 2.0]])).unwrap();
        let steps = page.marks.iter().find_map(|mark| match mark {
            Mark::Line { points, thick, .. } if *thick > 3.0 => Some(points.clone()),
            _ => None,
        });
        let steps = steps.expect("the baseline");
        assert_eq!(steps.len(), 3);
        assert!(steps[0].1 == steps[1].1 && steps[1].0 == steps[2].0 && steps[2].1 > steps[1].1, "{steps:?}");
    }

    #[test]
    fn documents_are_valid_and_the_same_each_time() {
        let nasty = |i: usize| format!("</text><script>&\"'\0\u{1b}\u{202e}\u{fffe} <polyline {i}");
        for (n, days) in [(0, 0), (1, 1), (5, 79)] {
            let curves = shares(n, days, nasty);
            let at_risk: Vec<Vec<f64>> = curves.iter().map(|_| vec![13_056.0; days]).collect();
            let data = plot(&curves, &at_risk);
            let (svg, png) = (survival_svg(&data).unwrap(), survival_png(&data).unwrap());
            assert_xml(&svg);
            assert_eq!(svg, survival_svg(&data).unwrap());
            assert_png(&png, lay_out(&data).unwrap().height);
        }
    }

    #[test]
    fn values_that_are_no_shares_or_too_few_are_refused() {
        let curves = [series("as-is", &[40.0, f64::NAN])];
        assert!(survival_svg(&plot(&curves, &[vec![5.0, 2.0]])).is_err());
        let curves = [series("as-is", &[40.0, 20.0])];
        assert!(matches!(survival_svg(&plot(&curves, &[vec![5.0]])), Err(PlotError::Ragged { .. })));
        assert!(matches!(survival_svg(&plot(&curves, &[])), Err(PlotError::Ragged { .. })));
    }
}
