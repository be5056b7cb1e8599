//! The pictures of a study: which numbers go into which plot.

mod planner;

use crate::model::ages::Milestone;
use crate::report::document::{change_in_words, noun};
use crate::report::outline::Outline;
use crate::report::plots::{
    EffectCell, EffectPlot, EffectRow, FunnelPlot, Listed, PlotError, Series, SurvivalPlot, TimeSeriesPlot, effect_png,
    effect_svg, funnel_png, funnel_svg, survival_png, survival_svg, time_series_png, time_series_svg,
};
use crate::results::comparison::{Comparison, Effect, Judged, Word};
use crate::results::cube::Cube;
use crate::results::durations::Durations;
use crate::results::metric::Metric;
use crate::results::metrics;
use crate::results::query::Query;
use crate::text::number::counted;
use crate::text::visible;

const OVER_TIME: &str = "over-time";
const FUNNEL: &str = "funnel";
const EFFECT: &str = "effect";
const DURATIONS: &str = "durations";
/// The days of a wait that are drawn: DP072's 78.
const DAYS_DRAWN: u32 = 78;

/// Paths within the results folder of all pictures that a study can have.
pub fn paths() -> impl Iterator<Item = String> {
    let all = [OVER_TIME, FUNNEL, EFFECT, DURATIONS].into_iter().chain(planner::NAMES);
    all.flat_map(|name| ["svg", "png"].map(|form| path(name, form)))
}

fn path(name: &str, form: &str) -> String {
    format!("plots/{name}.{form}")
}

/// The pictures of a study.
#[derive(Debug, Default)]
pub struct Pictures {
    /// Paths within the results folder, and their bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Why a picture is left out: a page does not hold every study.
    pub left_out: Vec<String>,
}

impl Pictures {
    /// Takes a picture in both forms, or notes why it is left out.
    fn take(&mut self, name: &str, drawn: Result<(String, Vec<u8>), PlotError>) -> Result<(), PlotError> {
        match drawn {
            Ok((svg, png)) => {
                self.files.push((path(name, "svg"), svg.into_bytes()));
                self.files.push((path(name, "png"), png));
            }
            Err(error) if error.is_about_size() => {
                self.left_out.push(format!("the picture plots/{name} is left out: {error}"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Draws the pictures. One that does not fit a page is left out.
///
/// # Errors
/// If a plot cannot be drawn for another reason.
pub fn pictures(outline: &Outline, cube: &Cube, comparison: &Comparison) -> Result<Pictures, PlotError> {
    let averaged = match cube.n() {
        1 => "one replication".to_owned(),
        n => format!("mean of {}", counted(n, "replication")),
    };
    let incomplete = if outline.is_complete(cube) { "" } else { "; incomplete" };
    let basis = |of: &str| format!("{}; {} to {}; {of}{incomplete}", outline.title, outline.first, outline.last);
    let subtitle = basis(&averaged);
    let others = (0..cube.policies().len()).filter(|place| *place != cube.baseline());
    let policies: Vec<usize> = std::iter::once(cube.baseline()).chain(others).collect();
    let leaked = daily(&metrics::LEAKED_PUSHED_ON, &policies, cube);
    let alerts = daily(&metrics::UNWANTED_ON, &policies, cube);
    let over_time = TimeSeriesPlot {
        title: "Leaked pushed reads and unwanted alerts a day, by policy",
        subtitle: &subtitle,
        panels: vec![
            ("leaked pushed reads a day", &leaked),
            ("unwanted alerts a day: leaked pushed reads and E4s", &alerts),
        ],
        first_day: outline.first.parse().unwrap_or_default(),
        listed: Listed::LastDay,
    };
    let stages = ["emitted", "delivered", "retained"];
    let queries = [&metrics::LEAKED_EMITTED, &metrics::LEAKED_DELIVERED, &metrics::LEAKED_RETAINED].map(Query::total);
    let mean = |query: &Query, policy: usize| {
        query.summary(cube, policy, outline.confidence).map_or(0.0, |summary| summary.value)
    };
    let bars = policies.iter().map(|&policy| {
        (cube.policies()[policy].policy.clone(), queries.iter().map(|query| mean(query, policy)).collect())
    });
    let bars: Vec<(String, Vec<f64>)> = bars.collect();
    let funnel = FunnelPlot {
        title: "Leaked reads: emitted, delivered, retained, by policy",
        subtitle: &subtitle,
        stages: &stages,
        policies: &bars,
    };
    let mut pictures = Pictures::default();
    pictures.take(OVER_TIME, time_series_svg(&over_time).and_then(|svg| Ok((svg, time_series_png(&over_time)?))))?;
    pictures.take(FUNNEL, funnel_svg(&funnel).and_then(|svg| Ok((svg, funnel_png(&funnel)?))))?;
    if !comparison.effects.is_empty() {
        let panels: Vec<String> = comparison.primaries.iter().map(|primary| noun(&primary.query)).collect();
        let rows = effects(cube, comparison);
        let title =
            format!("What each policy changes against {}", visible(&cube.policies()[comparison.against].policy));
        let plot =
            EffectPlot { title: &title, subtitle: &subtitle, panels: &panels, rows: &rows, note: note(comparison) };
        pictures.take(EFFECT, effect_svg(&plot).and_then(|svg| Ok((svg, effect_png(&plot)?))))?;
    }
    // The few cases of a script need no curves.
    if let Some(durations) = Durations::of(cube).filter(|_| outline.is_market()) {
        let (curves, at_risk) = still_waiting(&durations, &policies, cube);
        let waits = SurvivalPlot {
            title: "Cases that still wait for their first 6.23 to be sent, by policy",
            subtitle: &basis(&format!("pooled cases of {}", counted(cube.n(), "replication"))),
            label: "% of cases that still wait (Kaplan–Meier estimate)",
            days_are: "day of the wait; day 0 is the second of SSD",
            curves: &curves,
            at_risk: &at_risk,
        };
        pictures.take(DURATIONS, survival_svg(&waits).and_then(|svg| Ok((svg, survival_png(&waits)?))))?;
    }
    planner::add(&mut pictures, outline, cube, &policies, &subtitle)?;
    Ok(pictures)
}

/// What the points and intervals of the effects are.
fn note(comparison: &Comparison) -> &'static str {
    let is_step = |effect: &Effect| matches!(effect.judged, Judged::Holm { .. });
    match comparison.effects.iter().any(is_step) {
        true => "Point: ratio of the means. Bar: interval at the level of its step of Holm's procedure.",
        false => "Point: ratio of the means. Bar: interval that holds for all comparisons at once.",
    }
}

/// The effects of each policy, in the order of the first number; identical policies share a row.
fn effects(cube: &Cube, comparison: &Comparison) -> Vec<EffectRow> {
    let mut rows: Vec<(Vec<&Effect>, EffectRow)> = Vec::new();
    for (policy, runs) in cube.policies().iter().enumerate() {
        let own: Vec<&Effect> = comparison.effects.iter().filter(|effect| effect.policy == policy).collect();
        if own.is_empty() {
            continue;
        }
        let alike = |others: &[&Effect]| {
            others.iter().zip(&own).all(|(other, own)| cube.runs(other.policy) == cube.runs(own.policy))
                || others.iter().chain(&own).all(|effect| effect.word == Word::Identical)
        };
        match rows.iter_mut().find(|(others, _)| alike(others)) {
            Some((_, row)) => row.policies.push(runs.policy.clone()),
            None => {
                let cell = |effect: &&Effect| {
                    let percent = effect.shown_percent();
                    EffectCell {
                        value: percent.map(|percent| percent.value),
                        interval: percent.and_then(|percent| percent.interval),
                        label: change_in_words(effect),
                    }
                };
                let cells = own.iter().map(cell).collect();
                rows.push((own, EffectRow { policies: vec![runs.policy.clone()], cells }));
            }
        }
    }
    let size = |effects: &[&Effect]| effects[0].percent.map_or(0.0, |percent| percent.value);
    rows.sort_by(|(a, _), (b, _)| size(a).total_cmp(&size(b)));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The Kaplan–Meier estimate in per cent and the number at risk in the mean of replications, day by day.
fn still_waiting(durations: &Durations<'_>, policies: &[usize], cube: &Cube) -> (Vec<Series>, Vec<Vec<f64>>) {
    let days = 0..=durations.last_day().min(DAYS_DRAWN);
    let of_policy = |policy: &usize| {
        let waits = durations.waits(*policy, Milestone::Sent, None);
        let (curve, n) = (waits.curve(), waits.n().max(1) as f64);
        let values = days.clone().map(|day| 100.0 * curve.survival(day)).collect();
        let at_risk = days.clone().map(|day| curve.at_risk(day) as f64 / n).collect();
        (Series { name: cube.policies()[*policy].policy.clone(), values }, at_risk)
    };
    policies.iter().map(of_policy).unzip()
}

/// Means over replications, day by day.
fn daily(metric: &'static Metric, policies: &[usize], cube: &Cube) -> Vec<Series> {
    let places = Query::total(metric).places(cube.catalogue());
    let mean = |policy: usize| -> Vec<f64> {
        let Some(places) = &places else { return Vec::new() };
        let mut days = vec![0.0; places.number_of_days()];
        for run in cube.runs(policy) {
            days.iter_mut().zip(places.days(&run.values)).for_each(|(sum, value)| *sum += value as f64);
        }
        days.into_iter().map(|sum| sum / cube.n().max(1) as f64).collect()
    };
    let series = |policy: &usize| Series { name: cube.policies()[*policy].policy.clone(), values: mean(*policy) };
    policies.iter().map(series).collect()
}
