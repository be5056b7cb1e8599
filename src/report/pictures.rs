//! The pictures of a study: which numbers go into which plot.

use super::plots::{
    FunnelPlot, PlotError, Series, TimeSeriesPlot, funnel_png, funnel_svg, time_series_png, time_series_svg,
};
use super::value::value_of;
use crate::model::civil::date_of;
use crate::results::cube::{Results, Run};
use crate::results::metric::date_text;
use crate::scenario::Scenario;
use crate::study::session::incomplete;

const OVER_TIME: &str = "over-time";
const FUNNEL: &str = "funnel";

/// Paths within the results folder of all pictures that a study can have.
pub fn paths() -> impl Iterator<Item = String> {
    [OVER_TIME, FUNNEL].into_iter().flat_map(|name| ["svg", "png"].map(|form| path(name, form)))
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

/// Draws the pictures. One that does not fit a page is left out and the study stands without it.
///
/// # Errors
/// When a plot cannot be drawn for another reason.
pub fn pictures(scenario: &Scenario, results: &Results) -> Result<Pictures, PlotError> {
    let first = date_text(scenario.window.first);
    let last = date_text(scenario.window.first.plus(scenario.window.days as i32 - 1));
    let n = results.replications();
    let incomplete = if incomplete(scenario, results).is_some() { "; incomplete" } else { "" };
    let subtitle = format!("{}; {first} to {last}; {}{incomplete}", scenario.title, averaged(n));
    let order = baseline_first(scenario, results);
    let leaked = series(scenario, results, &order, |run, day| run.leaked_by_day[day]);
    let alerts = series(scenario, results, &order, |run, day| run.leaked_by_day[day] + run.e4_by_day[day]);
    let over_time = TimeSeriesPlot {
        title: "Leaked pushed reads and unwanted alerts a day, by policy",
        subtitle: &subtitle,
        panels: [
            ("leaked pushed reads a day", &leaked),
            ("unwanted alerts a day: leaked pushed reads and E4s", &alerts),
        ],
        first_day: date_of(scenario.window.first),
    };
    let stages = ["emitted", "delivered", "retained"];
    let funnel: Vec<(String, Vec<f64>)> = order
        .iter()
        .map(|&i| {
            let value = |stage: &str| {
                let query = format!("leaked-reads.{stage}.total");
                value_of(results, i, &query, scenario.experiment.confidence).map_or(0.0, |s| s.mean)
            };
            (scenario.policies[i].id.clone(), stages.iter().map(|s| value(s)).collect())
        })
        .collect();
    let funnel = FunnelPlot {
        title: "Leaked reads: emitted, delivered, retained, by policy",
        subtitle: &subtitle,
        stages: &stages,
        policies: &funnel,
    };
    let mut pictures = Pictures::default();
    pictures.take(OVER_TIME, time_series_svg(&over_time).and_then(|svg| Ok((svg, time_series_png(&over_time)?))))?;
    pictures.take(FUNNEL, funnel_svg(&funnel).and_then(|svg| Ok((svg, funnel_png(&funnel)?))))?;
    Ok(pictures)
}

/// What each value of a picture is.
fn averaged(replications: usize) -> String {
    if replications == 1 { "one replication".to_owned() } else { format!("mean of {replications} replications") }
}

fn baseline_first(scenario: &Scenario, results: &Results) -> Vec<usize> {
    let others = (0..scenario.policies.len()).filter(|i| *i != results.baseline);
    std::iter::once(results.baseline).chain(others).collect()
}

/// Means over replications, day by day.
fn series(scenario: &Scenario, results: &Results, order: &[usize], value: impl Fn(&Run, usize) -> u64) -> Vec<Series> {
    let mean = |runs: &[Run], day: usize| {
        let sum: u64 = runs.iter().map(|run| value(run, day)).sum();
        sum as f64 / runs.len().max(1) as f64
    };
    order
        .iter()
        .map(|&i| {
            let runs = &results.runs[i];
            let days = runs.first().map_or(0, |run| run.leaked_by_day.len());
            Series { name: scenario.policies[i].id.clone(), values: (0..days).map(|day| mean(runs, day)).collect() }
        })
        .collect()
}
