//! Pictures of a comparison as SVG or PNG: two panels of daily series, grouped bars of the stages by policy, survival
//! curves, load-duration curves, and heat maps of the hours of a week.
//!
//! Data goes in, and text or bytes come out. `time_series` and `funnel` first lay a picture out as a list of marks in
//! page pixels. Tests check the layout: no text overlaps, and nothing is off the page. `svg` and `png` then draw it
//! with a backend of `plotters`. The fonts are compiled in.
//!
//! Nothing depends on colour alone. Each curve has its own combination of dash pattern and marker, and a leader from
//! its last point to an entry with its name and value (for a load-duration curve: from the height of its highest value,
//! because all curves end close together). Bars are labelled with the name of their stage, and each cell of a heat map
//! with its number. Curves that are equal everywhere are drawn once and share an entry. Names and titles come from
//! outside, so characters that are not printable are shown as escapes.

mod axis;
mod draw;
mod effect;
mod entries;
mod error;
#[cfg(test)]
mod examples;
mod figures;
mod font;
mod funnel;
mod groups;
mod heat_map;
mod limits;
mod load_duration;
mod look;
mod page;
mod png;
mod survival;
mod svg;
mod text;
mod time_series;

pub use error::PlotError;

use jiff::civil::Date;

/// The values of one policy: one for each day, from the first day of the plot, or one for each share of a load-duration
/// curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The name of the policy; any text.
    pub name: String,
    /// Each is finite, not negative, and at most 10¹⁵.
    pub values: Vec<f64>,
}

/// One or two panels of daily series, one above the other, that share a date axis.
///
/// The first series of each panel is the baseline, or the most important one. It is drawn thick and black, and series
/// equal to it are listed as "no change". A policy looks the same in both panels.
#[derive(Debug, Clone)]
pub struct TimeSeriesPlot<'a> {
    /// What the picture shows.
    pub title: &'a str,
    /// The basis of the numbers: scenario, window, seeds.
    pub subtitle: &'a str,
    /// Label of the vertical axis, with its unit, and the series by policy; from top to bottom.
    pub panels: Vec<(&'a str, &'a [Series])>,
    /// The day of the first values.
    pub first_day: Date,
    /// The value that is listed with the name of each curve.
    pub listed: Listed,
}

/// Which value of a curve of daily values is listed with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// That of the last day; the highest in a panel in which all curves end at zero.
    LastDay,
    /// That of the highest day, for what comes and goes, such as queues.
    HighestDay,
}

/// Grouped horizontal bars: the number left at each stage, by policy.
///
/// The first policy is the baseline. Policies equal to it are listed as "no change".
#[derive(Debug, Clone, Copy)]
pub struct FunnelPlot<'a> {
    /// What the picture shows.
    pub title: &'a str,
    /// The basis of the numbers, and what is counted.
    pub subtitle: &'a str,
    /// Names of the stages, first to last: emitted, carried, delivered, retained.
    pub stages: &'a [&'a str],
    /// The name of each policy (any text) and its value at each stage: finite, not negative, and at most 10¹⁵.
    pub policies: &'a [(String, Vec<f64>)],
}

/// Changes with their intervals: a row for each policy, a panel for each number.
#[derive(Debug, Clone, Copy)]
pub struct EffectPlot<'a> {
    /// What the picture shows.
    pub title: &'a str,
    /// The basis of the numbers.
    pub subtitle: &'a str,
    /// What each panel is about.
    pub panels: &'a [String],
    /// From top to bottom.
    pub rows: &'a [EffectRow],
    /// What points and intervals are.
    pub note: &'a str,
}

/// Policies with the same effects.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectRow {
    /// Their names; any text.
    pub policies: Vec<String>,
    /// One for each panel.
    pub cells: Vec<EffectCell>,
}

/// An effect in per cent.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectCell {
    /// Where its point is, if it has one: finite.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// The effect in words and figures.
    pub label: String,
}

/// The effects as an SVG document with a title and a description for readers who cannot see it.
pub fn effect_svg(plot: &EffectPlot<'_>) -> Result<String, PlotError> {
    effect::lay_out(plot)?.svg()
}

/// The effects as a PNG, two pixels to a pixel of the page.
pub fn effect_png(plot: &EffectPlot<'_>) -> Result<Vec<u8>, PlotError> {
    effect::lay_out(plot)?.png()
}

/// Survival curves by policy, with the numbers at risk beneath.
///
/// The first policy is the baseline. Policies with an equal curve are drawn once and share an entry.
#[derive(Debug, Clone, Copy)]
pub struct SurvivalPlot<'a> {
    /// What the picture shows.
    pub title: &'a str,
    /// The basis of the numbers: scenario, window, seeds.
    pub subtitle: &'a str,
    /// Label of the vertical axis, with its unit.
    pub label: &'a str,
    /// What the days of the horizontal axis are.
    pub days_are: &'a str,
    /// The share that is left by policy, day by day from day 0: not negative.
    pub curves: &'a [Series],
    /// The number at risk of each policy, day by day.
    pub at_risk: &'a [Vec<f64>],
}

/// The two panels as an SVG document with a title and a description for readers who cannot see it.
pub fn time_series_svg(plot: &TimeSeriesPlot<'_>) -> Result<String, PlotError> {
    time_series::lay_out(plot)?.svg()
}

/// The two panels as a PNG, two pixels to a pixel of the page.
pub fn time_series_png(plot: &TimeSeriesPlot<'_>) -> Result<Vec<u8>, PlotError> {
    time_series::lay_out(plot)?.png()
}

/// The bars as an SVG document with a title and a description for readers who cannot see it.
pub fn funnel_svg(plot: &FunnelPlot<'_>) -> Result<String, PlotError> {
    funnel::lay_out(plot)?.svg()
}

/// The bars as a PNG, two pixels to a pixel of the page.
pub fn funnel_png(plot: &FunnelPlot<'_>) -> Result<Vec<u8>, PlotError> {
    funnel::lay_out(plot)?.png()
}

/// The survival curves as an SVG document with a title and a description for readers who cannot see it.
pub fn survival_svg(plot: &SurvivalPlot<'_>) -> Result<String, PlotError> {
    survival::lay_out(plot)?.svg()
}

/// The survival curves as a PNG, two pixels to a pixel of the page.
pub fn survival_png(plot: &SurvivalPlot<'_>) -> Result<Vec<u8>, PlotError> {
    survival::lay_out(plot)?.png()
}

/// Load-duration curves by policy, in at most two panels, one above the other: how many messages in a minute (UTC) a
/// given share of the minutes reaches or exceeds.
///
/// The shares are on a logarithmic axis, which gives the few busiest minutes the most room. The first policy of each
/// panel is the baseline. Policies with an equal curve are drawn once and share an entry. A policy looks the same in
/// both panels.
#[derive(Debug, Clone, Copy)]
pub struct LoadDurationPlot<'a> {
    /// What the picture shows.
    pub title: &'a str,
    /// The basis of the numbers: scenario, window, seeds.
    pub subtitle: &'a str,
    /// Shares of the minutes in per cent, ascending: from 0.000001 at the least to 100 at the most.
    pub shares: &'a [f64],
    /// From top to bottom; at most two.
    pub panels: &'a [LoadPanel<'a>],
}

/// The load-duration curves of one leg.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadPanel<'a> {
    /// The name of the leg, such as WAN south; any text. The picture adds the unit.
    pub label: String,
    /// The messages in a minute by policy, one value for each share. No value is above the one before it.
    pub curves: &'a [Series],
    /// The name of a stated capacity (any text), and its messages a minute. It is a line across the panel. One that is
    /// so high that the curves would be flat beneath it is only written.
    pub limit: Option<(String, f64)>,
}

/// Heat maps of the hours of a week, in at most two panels, one above the other.
#[derive(Debug, Clone, Copy)]
pub struct HeatMapPlot<'a> {
    /// What the picture shows.
    pub title: &'a str,
    /// The basis of the numbers: scenario, window, policy, seeds.
    pub subtitle: &'a str,
    /// What the number of a cell is, such as mean messages a minute.
    pub unit: &'a str,
    /// From top to bottom; at most two. Each has its own scale of colours, from 0 to its highest number.
    pub panels: &'a [HeatPanel],
}

/// The hours of a week in one panel.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatPanel {
    /// What the panel is about; any text.
    pub label: String,
    /// A number for each hour of the day (local time, 0 to 23) of each weekday, from Monday: finite, not negative, and
    /// at most 10¹⁵.
    pub cells: [[f64; 24]; 7],
}

/// The load-duration curves as an SVG document with a title and a description for readers who cannot see it.
pub fn load_duration_svg(plot: &LoadDurationPlot<'_>) -> Result<String, PlotError> {
    load_duration::lay_out(plot)?.svg()
}

/// The load-duration curves as a PNG, two pixels to a pixel of the page.
pub fn load_duration_png(plot: &LoadDurationPlot<'_>) -> Result<Vec<u8>, PlotError> {
    load_duration::lay_out(plot)?.png()
}

/// The heat maps as an SVG document with a title and a description for readers who cannot see it.
pub fn heat_map_svg(plot: &HeatMapPlot<'_>) -> Result<String, PlotError> {
    heat_map::lay_out(plot)?.svg()
}

/// The heat maps as a PNG, two pixels to a pixel of the page.
pub fn heat_map_png(plot: &HeatMapPlot<'_>) -> Result<Vec<u8>, PlotError> {
    heat_map::lay_out(plot)?.png()
}

#[cfg(test)]
mod tests {
    use super::examples::{STAGE_NAMES, assert_png, assert_readable, assert_xml, funnel, many, plot, series};
    use super::limits::{MAX_DAYS, MAX_POLICIES};
    use super::*;

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
                    assert_readable(&time_series::lay_out(&plot(&all, &lower)).unwrap());
                    let policies: Vec<(String, Vec<f64>)> = all
                        .iter()
                        .map(|s| (s.name.clone(), s.values.iter().cycle().take(4).copied().collect()))
                        .collect();
                    assert_readable(&funnel::lay_out(&funnel(&STAGE_NAMES, &policies)).unwrap());
                }
            }
        }
        let text = "wide words and \u{202e} others ".repeat(40);
        let (big, none) = ([series(&text, &[1e15, 1e15])], []);
        assert_readable(
            &time_series::lay_out(&TimeSeriesPlot {
                title: &text,
                subtitle: &text,
                panels: vec![(&text, &big), (&text, &none)],
                first_day: jiff::civil::date(2018, 6, 1),
                listed: Listed::LastDay,
            })
            .unwrap(),
        );
        let policies = [(text.clone(), vec![1e15; 8]), (text.clone(), vec![0.0; 8])];
        let plot = FunnelPlot { title: &text, subtitle: &text, stages: &[text.as_str(); 8], policies: &policies };
        assert_readable(&funnel::lay_out(&plot).unwrap());
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
            assert_png(&png, time_series::lay_out(&data).unwrap().height);
            assert_eq!(png, time_series_png(&data).unwrap());

            let policies: Vec<(String, Vec<f64>)> =
                (0..n).map(|i| (nasty(i), vec![40.0, 30.0, 0.0, i as f64])).collect();
            let data = funnel(&STAGE_NAMES, &policies);
            let svg = funnel_svg(&data).unwrap();
            assert_xml(&svg);
            assert_eq!(svg, funnel_svg(&data).unwrap());
            let png = funnel_png(&data).unwrap();
            assert_png(&png, funnel::lay_out(&data).unwrap().height);
            assert_eq!(png, funnel_png(&data).unwrap());
        }
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
    fn values_that_are_not_counts_are_refused() {
        for (bad, error) in [
            (f64::NAN, "value 2 of \"b\\u{202e}\" is not a finite number"),
            (f64::INFINITY, "value 2 of \"b\\u{202e}\" is not a finite number"),
            (-1.0, "value 2 of \"b\\u{202e}\" is -1, outside 0 to 10^15"),
        ] {
            let lower = [series("b\u{202e}", &[0.0, bad])];
            let upper = [series("a", &[0.0, 0.0])];
            assert_eq!(time_series_svg(&plot(&upper, &lower)).unwrap_err().to_string(), error);
            assert_eq!(time_series_png(&plot(&upper, &lower)).unwrap_err().to_string(), error);
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
}
