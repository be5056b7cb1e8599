//! The picture of load-duration curves: the messages in a minute that a share of the minutes reaches or exceeds, and a
//! description in words.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::axis::{Scale, highest, scale};
use super::entries::{ENTRIES, Entry, LEADER, Shown, entries, legend};
use super::error::PlotError;
use super::font::{fonts, width};
use super::limits::{MAX_PANELS, MAX_POLICIES, MAX_SHARES, at_most, check};
use super::page::{AXIS, Anchor, ENTRY, GREY, INK, MARGIN, PAPER, Page, RULE, WIDTH};
use super::text::{clipped, fitted};
use super::{LoadDurationPlot, LoadPanel};
use crate::text::number::{number, with_decimals};

const TICK: f64 = 11.5;
const UNIT: &str = ": messages in a minute";

/// The least share that is drawn: one minute of 190 years.
const LEAST: f64 = 1e-6;
/// The axis begins at the first share, but at this one at the latest.
const LATEST: f64 = 10.0;

/// The line of a stated capacity. No curve has its dashes.
const LIMIT: RGBColor = RGBColor(160, 48, 32);
const LIMIT_DASH: &[f64] = &[16.0, 5.0];
/// A capacity above this many times the highest value is only written, because the curves would be flat beneath it.
const OUT_OF_SIGHT: f64 = 3.0;
/// The space above the highest value or capacity, in which a label fits.
const HEADROOM: f64 = 1.08;

/// Lays out the panels.
pub(super) fn lay_out(plot: &LoadDurationPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    let places = checked(plot)?;
    let (mut page, mut y) = Page::new(plot.title, plot.subtitle);
    let is_empty = plot.shares.is_empty() || plot.panels.iter().all(|panel| panel.curves.is_empty());
    if is_empty {
        page.text((WIDTH / 2.0, y + 60.0), "no data", 14.0, false, Anchor::Middle, GREY);
        page.height = (y + 120.0).ceil();
        page.description = "Load-duration curves by policy; there are no data.".to_owned();
        return Ok(page);
    }

    // The panels share the axis of shares, so the widest number of any sets its left end.
    let ticks = plot.panels.iter().flat_map(|panel| scale_of(panel).ticks());
    let left = MARGIN + ticks.fold(20.0, |wide: f64, (_, tick)| wide.max(width(&tick, TICK, false))) + 10.0;
    let axis = Axis::of(plot.shares, (left, WIDTH - MARGIN - ENTRIES - LEADER));
    page.description = introduction(plot);
    for panel in plot.panels {
        let scale = scale_of(panel);
        let mut entries = entries(panel.curves, &places, Shown::Highest);
        // The sort is stable: curves with the same highest value keep the order given.
        entries.sort_by(|a, b| highest(b.values).total_cmp(&highest(a.values)));
        describe(&mut page.description, panel, &entries, plot.shares);
        y = draw(&mut page, panel, &entries, scale, &axis, y) + 40.0;
    }
    page.height = (y - 40.0 + 18.0 + 5.0 + MARGIN).ceil();
    Ok(page)
}

/// Refuses what cannot be drawn. Gives the names of all policies, in the order in which they occur.
fn checked<'a>(plot: &LoadDurationPlot<'a>) -> Result<Vec<&'a str>, PlotError> {
    at_most("shares", plot.shares.len(), MAX_SHARES)?;
    at_most("panels", plot.panels.len(), MAX_PANELS)?;
    let mut before = 0.0;
    for (index, &value) in plot.shares.iter().enumerate() {
        if !(value > before && (LEAST..=100.0).contains(&value)) {
            return Err(PlotError::Share { index, value });
        }
        before = value;
    }
    let mut places: Vec<&str> = Vec::new();
    for panel in plot.panels {
        at_most("policies", panel.curves.len(), MAX_POLICIES)?;
        for series in panel.curves {
            check(&series.name, &series.values, plot.shares.len())?;
            if let Some(at) = series.values.windows(2).position(|pair| pair[1] > pair[0]) {
                let (index, value) = (at + 1, series.values[at + 1]);
                return Err(PlotError::Rising { name: clipped(&series.name, 60), index, value });
            }
            if !places.contains(&series.name.as_str()) {
                places.push(&series.name);
            }
        }
        if let Some((name, value)) = &panel.limit {
            check(name, &[*value], 1)?;
        }
    }
    Ok(places)
}

/// The highest value of a panel.
fn top_of(panel: &LoadPanel<'_>) -> f64 {
    highest(panel.curves.iter().flat_map(|series| &series.values))
}

/// Whether the stated capacity is a line of the panel.
fn in_sight(panel: &LoadPanel<'_>, limit: f64) -> bool {
    let top = top_of(panel);
    top == 0.0 || limit <= OUT_OF_SIGHT * top
}

fn scale_of(panel: &LoadPanel<'_>) -> Scale {
    let limit = panel.limit.as_ref().map(|(_, limit)| *limit).filter(|limit| in_sight(panel, *limit));
    let room = if panel.limit.is_some() { HEADROOM } else { 1.02 };
    scale(room * top_of(panel).max(limit.unwrap_or(0.0)), 6, false)
}

/// The logarithmic axis of the shares.
struct Axis<'a> {
    shares: &'a [f64],
    /// The share at its left end. The right end is 100 per cent.
    from: f64,
    left: f64,
    right: f64,
}

impl<'a> Axis<'a> {
    fn of(shares: &'a [f64], (left, right): (f64, f64)) -> Self {
        Self { shares, from: shares.first().map_or(LATEST, |first| first.min(LATEST)), left, right }
    }

    fn at(&self, share: f64) -> f64 {
        let decades = |share: f64| libm::log10(share / self.from);
        self.left + (self.right - self.left) * decades(share) / decades(100.0)
    }

    /// The powers of ten, and the shares between them, on the axis.
    fn ticks(&self) -> (Vec<f64>, Vec<f64>) {
        const TEN: [f64; 9] = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0];
        let on_axis = |share: &f64| *share >= self.from * (1.0 - 1e-9) && *share <= 100.0;
        let between = TEN.into_iter().flat_map(|ten| (2..10).map(move |n| f64::from(n) * ten));
        (TEN.into_iter().filter(on_axis).collect(), between.filter(on_axis).collect())
    }

    /// The points of a curve of these values.
    fn points(&self, values: &[f64], at_value: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        self.shares.iter().zip(values).map(|(&share, &value)| (self.at(share), at_value(value))).collect()
    }
}

/// The height of a line through these points at `x`; that of its nearest end beyond it.
fn height_at(points: &[(f64, f64)], x: f64) -> f64 {
    let next = points.partition_point(|point| point.0 < x);
    match (next.checked_sub(1).and_then(|before| points.get(before)), points.get(next)) {
        (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0),
        (Some(end), None) | (None, Some(end)) => end.1,
        (None, None) => 0.0,
    }
}

/// Draws a panel from `y` down, and gives the height of its axis.
fn draw(page: &mut Page, panel: &LoadPanel<'_>, entries: &[Entry<'_>], scale: Scale, axis: &Axis<'_>, y: f64) -> f64 {
    let (left, right) = (axis.left, axis.right);
    let label = fitted(&panel.label, 13.0, true, right - MARGIN - 8.0 - width(UNIT, 13.0, true));
    page.text((MARGIN, y + 14.0), label + UNIT, 13.0, true, Anchor::Left, INK);
    if let Some(&first) = axis.shares.first().filter(|_| !entries.is_empty()) {
        let heading = format!("reached in {} of the minutes", in_percent(first));
        page.text((right + LEADER, y + 14.0), heading, ENTRY, false, Anchor::Left, GREY);
    }
    let top = y + 28.0;
    let need: f64 = entries.iter().map(Entry::height).sum();
    let bottom = top + 300.0_f64.max(need + 4.0);
    let at_value = |value: f64| bottom - (bottom - top) * scale.share(value);
    let (tens, between) = axis.ticks();
    for share in between {
        let x = axis.at(share);
        page.rect((x - 0.5, bottom), (x + 0.5, bottom + 3.0), AXIS);
    }
    for share in tens {
        let x = axis.at(share);
        page.rect((x - 0.5, top), (x + 0.5, bottom), RULE);
        page.rect((x - 0.5, bottom), (x + 0.5, bottom + 6.0), AXIS);
        page.text((x, bottom + 18.0), in_percent(share), TICK, false, Anchor::Middle, GREY);
    }
    for (value, tick) in scale.ticks() {
        let at = at_value(value);
        page.rect((left, at - 0.5), (right, at + 0.5), if value == 0.0 { AXIS } else { RULE });
        page.text((left - 8.0, at + 4.0), tick, TICK, false, Anchor::Right, GREY);
    }
    let named = "share of the minutes that reach a value, log scale";
    page.text((right + LEADER, bottom + 18.0), named, ENTRY, false, Anchor::Left, GREY);

    if entries.is_empty() {
        let middle = (left.midpoint(right), top.midpoint(bottom));
        page.text(middle, "no data", 14.0, false, Anchor::Middle, GREY);
    }
    let lines: Vec<Vec<(f64, f64)>> = entries.iter().map(|entry| axis.points(entry.values, at_value)).collect();
    let capacity = panel.limit.as_ref().map(|(name, value)| Capacity {
        name,
        value: *value,
        at: in_sight(panel, *value).then(|| at_value(*value)),
    });
    if let Some(at) = capacity.as_ref().and_then(|capacity| capacity.at) {
        page.line(vec![(left, at), (right, at)], 1.6, LIMIT_DASH, LIMIT);
    }
    curves(page, entries, &lines);
    if let Some(capacity) = capacity {
        capacity.label(page, &lines, (left, right), (top, bottom));
    }
    // Where curves end says little about them: all fall to the quietest minute. So a leader starts at the height of the
    // highest value.
    legend(page, entries, right, (top, bottom), |entry| at_value(highest(entry.values)), right);
    bottom
}

/// A stated capacity in a panel.
struct Capacity<'a> {
    name: &'a str,
    value: f64,
    /// The height of its line; none if it is far above the axis.
    at: Option<f64>,
}

impl Capacity<'_> {
    /// Labels its line, above or below it, where the fewest curves run.
    fn label(&self, page: &mut Page, lines: &[Vec<(f64, f64)>], (left, right): (f64, f64), (top, bottom): (f64, f64)) {
        let far = if self.at.is_some() { "" } else { ", far above this axis" };
        let name = fitted(self.name, ENTRY, true, 300.0);
        let label = format!("{name}: {} a minute{far}", number(self.value));
        let wide = width(&label, ENTRY, true);
        // Between the label and the line is space for the markers of a curve that runs along the line.
        let baselines = self.at.map_or([top + 12.0; 2], |at| [at - 9.0, at + 17.0]);
        let crossed = |x: f64, baseline: f64| {
            let (above, below) = (baseline - 15.0, baseline + 8.0);
            // Curves only fall, so its two sides tell whether one runs through a label.
            let crosses =
                |line: &&Vec<(f64, f64)>| height_at(line, x - 6.0) <= below && height_at(line, x + wide + 6.0) >= above;
            lines.iter().filter(crosses).count()
        };
        let mut best: Option<(usize, (f64, f64))> = None;
        for step in 0..=16 {
            let x = right - 8.0 - wide - (right - left - 16.0 - wide) * f64::from(step) / 16.0;
            for baseline in baselines.into_iter().filter(|baseline| baseline - 10.0 >= top && baseline + 3.0 <= bottom)
            {
                let crossed = crossed(x, baseline);
                if best.is_none_or(|(fewest, _)| crossed < fewest) {
                    best = Some((crossed, (x, baseline)));
                }
            }
        }
        let Some((_, (x, baseline))) = best else { return };
        // The label has a background, so that nothing runs through it.
        page.rect((x - 3.0, baseline - 10.0), (x + wide + 3.0, baseline + 3.0), PAPER);
        page.text((x, baseline), label, ENTRY, true, Anchor::Left, LIMIT);
    }
}

fn curves(page: &mut Page, entries: &[Entry<'_>], lines: &[Vec<(f64, f64)>]) {
    // The thick baseline is drawn first, so that curves that nearly coincide with it show on top.
    let mut order: Vec<(&Entry<'_>, &Vec<(f64, f64)>)> = entries.iter().zip(lines).collect();
    order.sort_by_key(|(entry, _)| entry.look.place);
    for (entry, points) in order.iter().filter(|(_, points)| points.len() > 1) {
        page.line((*points).clone(), entry.look.thick, entry.look.dash, entry.look.colour);
    }
    // Each curve has markers at different shares, so that the markers of coinciding curves alternate.
    const EACH: usize = 5;
    let all = order.len() * EACH;
    for (turn, (entry, points)) in order.iter().enumerate() {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { continue };
        for mark in 0..if points.len() > 1 { EACH } else { 1 } {
            let x = first.0 + (last.0 - first.0) * ((mark * order.len() + turn) as f64 + 0.5) / all as f64;
            entry.look.mark(page, (x, height_at(points, x)));
        }
    }
}

/// A share as it is read: 0.001 %.
fn in_percent(share: f64) -> String {
    let text = with_decimals(share, decimals_of(share));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

/// The decimals of a share that has three significant digits.
fn decimals_of(share: f64) -> usize {
    (2 - libm::log10(share).floor() as i32).clamp(0, 8) as usize
}

/// The share that is read: rounded down where a curve reaches more than it, and otherwise up.
fn bound(share: f64, down: bool) -> f64 {
    let size = libm::pow(10.0, decimals_of(share) as f64);
    if down { (share * size * (1.0 + 1e-9)).floor() / size } else { (share * size * (1.0 - 1e-9)).ceil() / size }
}

/// What the picture is, and its highest value.
fn introduction(plot: &LoadDurationPlot<'_>) -> String {
    let mut words =
        "Load-duration curves by policy: the messages in a minute (UTC) that a share of the minutes reaches or exceeds."
            .to_owned();
    let mut top = None;
    for panel in plot.panels {
        for series in panel.curves {
            let value = highest(&series.values);
            if top.is_none_or(|(_, _, known)| value > known) {
                top = Some((panel, series, value));
            }
        }
    }
    if let Some(((panel, series, value), first)) = top.zip(plot.shares.first()) {
        let (panel, name) = (clipped(&panel.label, 80), clipped(&series.name, 80));
        let _ = write!(words, " Highest: {} in {} of the minutes, {panel}, {name}.", number(value), in_percent(*first));
    }
    words
}

/// The values of each curve at the ticks, and the share of the minutes that reaches the capacity.
fn describe(words: &mut String, panel: &LoadPanel<'_>, entries: &[Entry<'_>], shares: &[f64]) {
    let _ = write!(words, "\n{}", clipped(&panel.label, 80));
    if entries.is_empty() {
        words.push_str(": no data.");
        return;
    }
    let places = told(shares);
    let listed: Vec<String> = places.iter().map(|&place| in_percent(shares[place])).collect();
    let _ = write!(words, ", in {} of the minutes:", listed.join(", "));
    for (i, entry) in entries.iter().enumerate() {
        let values: Vec<String> = places.iter().map(|&place| number(entry.values[place])).collect();
        let _ = write!(words, "{} {}: {}", if i > 0 { ";" } else { "" }, entry.spoken, values.join(", "));
        if !entry.also.is_empty() {
            let _ = write!(words, " ({})", entry.also.join(" "));
        }
    }
    words.push('.');
    if let Some((name, limit)) = &panel.limit {
        let (name, limit_text) = (clipped(name, 80), number(*limit));
        let _ = write!(words, " Share of the minutes that reach {limit_text} messages ({name}):");
        for (i, entry) in entries.iter().enumerate() {
            // The curve is known at the given shares only.
            let reached = entry.values.partition_point(|value| value >= limit);
            let share = match reached.checked_sub(1) {
                Some(last) if shares[last] >= 100.0 => in_percent(100.0),
                Some(last) => format!("at least {}", in_percent(bound(shares[last], true))),
                None => format!("less than {}", in_percent(bound(shares[0], false))),
            };
            let _ = write!(words, "{} {}: {share}", if i > 0 { ";" } else { "" }, entry.spoken);
        }
        words.push('.');
    }
}

/// The places of the shares that the description tells: the first, those nearest to powers of ten, and the last.
fn told(shares: &[f64]) -> Vec<usize> {
    let Some(last) = shares.len().checked_sub(1) else { return Vec::new() };
    let (tens, _) = Axis::of(shares, (0.0, 1.0)).ticks();
    let away = |ten: f64, share: f64| libm::log10(share / ten).abs();
    let nearest = |ten: f64| (0..=last).min_by(|&a, &b| away(ten, shares[a]).total_cmp(&away(ten, shares[b])));
    let mut places: Vec<usize> = std::iter::once(0).chain(tens.into_iter().filter_map(nearest)).chain([last]).collect();
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::super::examples::{assert_png, assert_readable, assert_xml, series, texts};
    use super::super::page::Mark;
    use super::super::{Series, load_duration_png, load_duration_svg};
    use super::*;

    const TENS: [f64; 6] = [0.001, 0.01, 0.1, 1.0, 10.0, 100.0];

    fn plot<'a>(shares: &'a [f64], panels: &'a [LoadPanel<'a>]) -> LoadDurationPlot<'a> {
        LoadDurationPlot { title: "Load-duration curves", subtitle: "made up", shares, panels }
    }

    fn panel<'a>(label: &str, curves: &'a [Series], limit: Option<f64>) -> LoadPanel<'a> {
        let limit = limit.map(|limit| ("Stated capacity".to_owned(), limit));
        LoadPanel { label: label.to_owned(), curves, limit }
    }

    /// As many shares, evenly along the axis from 0.001 to 100 per cent.
    fn spread(n: usize) -> Vec<f64> {
        let share = |i: usize| if i + 1 == n { 100.0 } else { libm::pow(10.0, 5.0 * i as f64 / n as f64 - 3.0) };
        (0..n).map(share).collect()
    }

    /// Made-up curves that fall. Every nineteenth is the same.
    fn falling(n: usize, shares: usize, name: impl Fn(usize) -> String) -> Vec<Series> {
        let value = |i: usize, at: usize| ((40 + i % 19 * 3) * 1_000 * (shares - at) / shares) as f64;
        let one = |i: usize| Series { name: name(i), values: (0..shares).map(|at| value(i, at)).collect() };
        (0..n).map(one).collect()
    }

    #[test]
    fn pages_are_readable() {
        let tame = |i: usize| format!("policy-{i}");
        let long = |i: usize| format!("a policy {i} with a name that goes on & on <{}>", "W\u{202e}".repeat(40));
        let text = "wide words and \u{202e} others ".repeat(40);
        for shares in [1, 2, 6, 200, MAX_SHARES] {
            let shares = spread(shares);
            for n in [0, 1, 2, 14, MAX_POLICIES] {
                if n > 2 && shares.len() > 200 {
                    continue;
                }
                for curves in [falling(n, shares.len(), tame), falling(n, shares.len(), long)] {
                    for limit in [None, Some(0.0), Some(30_000.0), Some(90_000.0), Some(1e15)] {
                        let panels = [panel("WAN south", &curves, limit), panel(&text, &curves[..n.min(1)], limit)];
                        assert_readable(&lay_out(&plot(&shares, &panels)).unwrap());
                        assert_readable(&lay_out(&plot(&shares, &panels[..1])).unwrap());
                        let beside = [panel("WAN south", &curves, limit), panel("WAN north", &[], limit)];
                        assert_readable(&lay_out(&plot(&shares, &beside)).unwrap());
                    }
                }
            }
        }
        let curves = [series(&text, &[1e15, 1e15]), series("b", &[1e15, 0.0])];
        let panels = [LoadPanel { label: text.clone(), curves: &curves, limit: Some((text.clone(), 1e15)) }];
        let all = LoadDurationPlot { title: &text, subtitle: &text, shares: &[LEAST, 100.0], panels: &panels };
        assert_readable(&lay_out(&all).unwrap());
    }

    #[test]
    fn the_axis_has_ticks_at_powers_of_ten() {
        let curves = falling(2, 6, |i| i.to_string());
        let panels = [panel("WAN south", &curves, None)];
        let page = lay_out(&plot(&TENS, &panels)).unwrap();
        let places: Vec<f64> = ["0.001 %", "0.01 %", "0.1 %", "1 %", "10 %", "100 %"]
            .into_iter()
            .map(|tick| {
                let at = |mark: &Mark| match mark {
                    Mark::Text { at, text, .. } if text == tick => Some(at.0),
                    _ => None,
                };
                page.marks.iter().find_map(at).expect(tick)
            })
            .collect();
        let steps: Vec<f64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| (step - steps[0]).abs() < 1e-6 && *step > 100.0), "{places:?}");
    }

    #[test]
    fn a_short_window_has_no_empty_part_of_the_axis() {
        // One minute of a day is 0.07 per cent of its minutes.
        let shares = [0.07, 1.0, 100.0];
        let axis = Axis::of(&shares, (50.0, 800.0));
        assert_eq!((axis.at(0.07), axis.at(100.0)), (50.0, 800.0));
        assert_eq!(axis.ticks().0, [0.1, 1.0, 10.0, 100.0]);
    }

    #[test]
    fn equal_curves_share_an_entry() {
        let [high, low] = [[5.0, 4.0, 3.0, 2.0, 1.0, 0.0], [2.0, 2.0, 2.0, 2.0, 1.0, 0.0]];
        let curves = [series("as-is", &high), series("b", &low), series("c", &high), series("d", &low)];
        let panels = [panel("WAN south", &curves, None)];
        let page = lay_out(&plot(&TENS, &panels)).unwrap();
        assert!(texts(&page).contains(&"no change: c") && texts(&page).contains(&"same curve: d"));
        let told = "as-is: 5, 4, 3, 2, 1, 0 (no change: c); b: 2, 2, 2, 2, 1, 0 (same curve: d).";
        assert!(page.description.contains(told), "{}", page.description);
    }

    #[test]
    fn the_highest_value_and_where_it_is_are_in_the_description() {
        let curves = [
            series("as-is", &[50_000.0, 45_000.0, 45_000.0, 15_000.0, 900.0, 0.0]),
            series("spread", &[51_000.0, 20_000.0, 20_000.0, 15_000.0, 900.0, 0.0]),
        ];
        let panels = [panel("WAN north", &curves[..1], None), panel("WAN south", &curves, None)];
        let words = lay_out(&plot(&TENS, &panels)).unwrap().description;
        assert!(words.contains("Highest: 51,000 in 0.001 % of the minutes, WAN south, spread."), "{words}");
        assert!(words.contains("WAN north, in 0.001 %, 0.01 %, 0.1 %, 1 %, 10 %, 100 % of the minutes: as-is: 50,000"));
    }

    #[test]
    fn the_description_says_how_often_a_capacity_is_reached() {
        let curves = [
            series("as-is", &[50.0, 45.0, 40.0, 15.0, 9.0, 0.0]),
            series("calm", &[30.0, 30.0, 20.0, 15.0, 9.0, 0.0]),
            series("flat", &[40.0; 6]),
        ];
        let panels = [panel("WAN south", &curves, Some(40.0))];
        let words = lay_out(&plot(&TENS, &panels)).unwrap().description;
        for told in [
            "Share of the minutes that reach 40 messages (Stated capacity): as-is: at least 0.1 %;",
            "flat: 100 %",
            "calm: less than 0.001 %",
        ] {
            assert!(words.contains(told), "{told} in {words}");
        }
    }

    #[test]
    fn bounds_are_not_rounded_past_the_shares_that_they_come_from() {
        let text = |share, down| in_percent(bound(share, down));
        assert_eq!([text(0.095_499, true), text(0.095_41, false)], ["0.0954 %", "0.0955 %"]);
        for share in [0.001, 0.07, 1.0, 12.3, 100.0] {
            assert_eq!([text(share, true), text(share, false)], [in_percent(share), in_percent(share)]);
        }
    }

    #[test]
    fn a_capacity_is_a_labelled_line_across_the_panel() {
        let curves = falling(3, 6, |i| i.to_string());
        let panels = [panel("WAN south", &curves, Some(30_000.0))];
        let page = lay_out(&plot(&TENS, &panels)).unwrap();
        assert!(texts(&page).contains(&"Stated capacity: 30,000 a minute"), "{:?}", texts(&page));
        let line = page.marks.iter().find_map(|mark| match mark {
            Mark::Line { points, colour, .. } if *colour == LIMIT => Some(points.clone()),
            _ => None,
        });
        let line = line.expect("a line");
        assert!(line[0].1 == line[1].1 && line[1].0 - line[0].0 > 700.0, "{line:?}");
    }

    #[test]
    fn a_capacity_far_above_the_curves_does_not_flatten_them() {
        let curves = falling(3, 6, |i| i.to_string());
        let panels = [panel("WAN south", &curves, Some(1e9))];
        let page = lay_out(&plot(&TENS, &panels)).unwrap();
        assert!(texts(&page).contains(&"Stated capacity: 1,000,000,000 a minute, far above this axis"));
        assert!(!page.marks.iter().any(|mark| matches!(mark, Mark::Line { colour, .. } if *colour == LIMIT)));
        assert!(scale_of(&panels[0]).share(46_000.0) > 0.9);
    }

    #[test]
    fn entries_start_at_the_height_of_the_highest_value() {
        let curves =
            [series("low", &[20.0, 20.0, 20.0, 20.0, 20.0, 9.0]), series("high", &[50.0, 5.0, 5.0, 5.0, 1.0, 0.0])];
        let panels = [panel("WAN south", &curves, None)];
        let page = lay_out(&plot(&TENS, &panels)).unwrap();
        let at = |wanted: &str| {
            let at = |mark: &Mark| match mark {
                Mark::Text { at, text, .. } if text == wanted => Some(at.1),
                _ => None,
            };
            page.marks.iter().find_map(at).expect(wanted)
        };
        // The heights of the entries are those of the values 50 and 20 on the axis.
        assert!((at("high") - at("50")).abs() < 8.0 && (at("low") - at("20")).abs() < 8.0);
    }

    #[test]
    fn the_label_of_a_capacity_is_beside_the_curves() {
        // The curve is at the capacity everywhere but on the right, where it is far below it.
        let curves = [series("as-is", &[50.0, 50.0, 50.0, 50.0, 49.0, 0.0])];
        let panels = [panel("WAN south", &curves, Some(50.0))];
        let page = lay_out(&plot(&TENS, &panels)).unwrap();
        let label = page.marks.iter().find_map(|mark| match mark {
            Mark::Text { at, colour, .. } if *colour == LIMIT => Some(*at),
            _ => None,
        });
        let curve = page.marks.iter().find_map(|mark| match mark {
            Mark::Line { points, colour, .. } if *colour == INK && points.len() == 6 => Some(points.clone()),
            _ => None,
        });
        let (label, curve) = (label.expect("a label"), curve.expect("a curve"));
        assert!(height_at(&curve, label.0) - label.1 >= 5.0 - 1e-9, "{label:?} {curve:?}");
    }

    #[test]
    fn a_policy_looks_the_same_in_both_panels() {
        let curves = falling(4, 6, |i| i.to_string());
        let panels = [panel("WAN north", &curves, None), panel("WAN south", &curves[2..], None)];
        let places = checked(&plot(&TENS, &panels)).unwrap();
        let looks = |panel: &LoadPanel<'_>| -> Vec<usize> {
            entries(panel.curves, &places, Shown::Highest).iter().map(|entry| entry.look.place).collect()
        };
        assert_eq!((looks(&panels[0]), looks(&panels[1])), (vec![0, 1, 2, 3], vec![2, 3]));
    }

    #[test]
    fn documents_are_valid_and_the_same_each_time() {
        let nasty = |i: usize| format!("</text><script>&\"'\0\u{1b}\u{202e}\u{fffe} <polyline {i}");
        for (n, shares) in [(0, 0), (1, 1), (5, 200)] {
            let (shares, curves) = (spread(shares), falling(n, shares, nasty));
            let panels = [
                LoadPanel { label: nasty(1), curves: &curves, limit: Some((nasty(2), 30_000.0)) },
                panel("b", &[], None),
            ];
            let data = plot(&shares, &panels);
            let (svg, png) = (load_duration_svg(&data).unwrap(), load_duration_png(&data).unwrap());
            assert_xml(&svg);
            assert_eq!(svg, load_duration_svg(&data).unwrap());
            assert_png(&png, lay_out(&data).unwrap().height);
            assert_eq!(png, load_duration_png(&data).unwrap());
        }
    }

    #[test]
    fn nothing_to_draw_is_drawn() {
        let (none, zero) = ([series("a", &[])], [series("a", &[0.0; 6])]);
        for svg in [
            load_duration_svg(&plot(&[], &[])).unwrap(),
            load_duration_svg(&plot(&[], &[panel("a", &none, Some(1.0))])).unwrap(),
            load_duration_svg(&plot(&TENS, &[panel("a", &[], Some(1.0))])).unwrap(),
            load_duration_svg(&plot(&TENS, &[panel("a", &[], Some(1.0)), panel("b", &zero, Some(0.0))])).unwrap(),
        ] {
            assert_xml(&svg);
            assert!(svg.contains("no data"));
        }
    }

    #[test]
    fn values_that_are_not_counts_are_refused() {
        for (bad, error) in [
            (f64::NAN, "value 2 of \"b\\u{202e}\" is not a finite number"),
            (f64::INFINITY, "value 2 of \"b\\u{202e}\" is not a finite number"),
            (-1.0, "value 2 of \"b\\u{202e}\" is -1, outside 0 to 10^15"),
            (2e15, "value 2 of \"b\\u{202e}\" is 2000000000000000, outside 0 to 10^15"),
        ] {
            let curves = [series("a", &[0.0, 0.0]), series("b\u{202e}", &[0.0, bad])];
            let panels = [panel("WAN south", &curves, None)];
            let data = plot(&[1.0, 100.0], &panels);
            assert_eq!(load_duration_svg(&data).unwrap_err().to_string(), error);
            assert_eq!(load_duration_png(&data).unwrap_err().to_string(), error);
        }
        let panels = [panel("WAN south", &[], Some(f64::NAN))];
        let error = load_duration_svg(&plot(&TENS, &panels)).unwrap_err();
        assert_eq!(error.to_string(), "value 1 of \"Stated capacity\" is not a finite number");
    }

    #[test]
    fn curves_that_rise_are_refused() {
        let curves = [series("a", &[3.0, 2.0, 2.5])];
        let panels = [panel("WAN south", &curves, None)];
        let error = load_duration_svg(&plot(&[1.0, 10.0, 100.0], &panels)).unwrap_err();
        assert_eq!(error.to_string(), "value 3 of \"a\" is 2.5, above the value before it");
    }

    #[test]
    fn shares_that_do_not_ascend_or_are_off_the_axis_are_refused() {
        for (shares, bad) in [
            ([0.0, 100.0], 0),
            ([1e-7, 100.0], 0),
            ([1.0, 1.0], 1),
            ([10.0, 1.0], 1),
            ([1.0, 100.1], 1),
            ([f64::NAN, 1.0], 0),
            ([1.0, f64::INFINITY], 1),
        ] {
            let error = load_duration_svg(&plot(&shares, &[])).unwrap_err();
            assert!(matches!(error, PlotError::Share { index, .. } if index == bad), "{shares:?}: {error}");
        }
    }

    #[test]
    fn too_few_values_and_too_much_of_anything_are_refused() {
        let short = [series("a", &[1.0])];
        let ragged = load_duration_svg(&plot(&TENS, &[panel("WAN south", &short, None)]));
        assert!(matches!(ragged, Err(PlotError::Ragged { expected: 6, found: 1, .. })));
        let many = falling(MAX_POLICIES + 1, 6, |i| i.to_string());
        let policies = load_duration_svg(&plot(&TENS, &[panel("WAN south", &many, None)]));
        assert!(matches!(policies, Err(PlotError::TooMany { what: "policies", .. })));
        let panels = ["a", "b", "c"].map(|label| panel(label, &[], None));
        let panels = load_duration_svg(&plot(&TENS, &panels));
        assert!(matches!(panels, Err(PlotError::TooMany { what: "panels", found: 3, limit: 2 })));
        let shares = load_duration_svg(&plot(&spread(MAX_SHARES + 1), &[]));
        assert!(matches!(shares, Err(PlotError::TooMany { what: "shares", .. })));
    }
}
