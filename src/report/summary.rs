//! The machine-readable summary of a study: `summary.json`, and what `--format json` prints.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::results::cube::Results;
use crate::results::expectation::{Query, Stat, Verdict};
use crate::results::metric::METRICS;
use crate::results::statistics::{AtLeastOne, Method, Sample};
use crate::scenario::{Assumption, Scenario};
use crate::spread::find_below;
use crate::study::session::incomplete;
use crate::text::visible;

/// Version of the document's form.
const FORMAT: u32 = 1;

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Summary<'r> {
    format: u32,
    scenario: ScenarioName<'r>,
    seed: u64,
    replications: usize,
    complete: bool,
    results_digest: String,
    events: Vec<Events<'r>>,
    policies: Vec<PolicySummary<'r>>,
    expectations: &'r [Verdict],
    assumptions: &'r [Assumption],
}

#[derive(Debug, Serialize)]
struct ScenarioName<'r> {
    id: &'r str,
    title: &'r str,
    digest: &'r str,
}

/// The fingerprint of each replication of a policy.
#[derive(Debug, Serialize)]
struct Events<'r> {
    policy: &'r str,
    fingerprints: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PolicySummary<'r> {
    id: &'r str,
    title: &'r str,
    metrics: Vec<MetricSummary>,
}

/// One number with all that is known of it.
#[derive(Debug, Serialize)]
struct MetricSummary {
    metric: &'static str,
    labels: BTreeMap<&'static str, String>,
    stat: &'static str,
    unit: &'static str,
    #[serde(serialize_with = "plain")]
    value: f64,
    interval: Option<[f64; 2]>,
    method: Method,
    level: f64,
    n: usize,
    sd: f64,
    runs: [f64; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least_one: Option<AtLeastOne>,
}

/// Whole numbers without a decimal point.
fn plain<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2⁵³
    if value.fract() == 0.0 && value.abs() < EXACT {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

/// The document's text. Characters that a terminal would act on or hide stand as escapes: `serde_json` writes only those
/// below U+0020 so, and anything beyond ASCII can only stand in a string.
///
/// # Errors
/// When the document cannot be written as JSON, which it can.
pub fn json(summary: &Summary<'_>) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(summary)?;
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        let hidden = c > '~' && visible(c.encode_utf8(&mut [0; 4])).chars().ne([c]);
        if hidden {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    Ok(out)
}

/// Builds the document.
pub fn summary<'r>(scenario: &'r Scenario, digest: &'r str, results: &Results, verdicts: &'r [Verdict]) -> Summary<'r> {
    let policies = scenario.policies.iter().enumerate().map(|(i, policy)| PolicySummary {
        id: &policy.id,
        title: &policy.title,
        metrics: metrics(scenario, results, i),
    });
    let events = scenario.policies.iter().zip(&results.runs).map(|(policy, runs)| Events {
        policy: &policy.id,
        fingerprints: runs.iter().map(|run| run.fingerprint.to_string()).collect(),
    });
    Summary {
        format: FORMAT,
        scenario: ScenarioName { id: &scenario.id, title: &scenario.title, digest },
        seed: scenario.experiment.seed,
        replications: results.replications(),
        complete: incomplete(scenario, results).is_none(),
        results_digest: results.digest(),
        events: events.collect(),
        policies: policies.collect(),
        expectations: verdicts,
        assumptions: &scenario.assumptions,
    }
}

/// Totals without labels first, then every row that is not 0 in every run.
fn metrics(scenario: &Scenario, results: &Results, policy: usize) -> Vec<MetricSummary> {
    let entry = |metric: usize, labels, sample: Sample| {
        let summary = sample.summarise(scenario.experiment.confidence)?;
        Some(MetricSummary {
            metric: METRICS[metric].name,
            labels,
            stat: "total",
            unit: METRICS[metric].unit.name(),
            value: summary.mean,
            interval: summary.interval,
            method: summary.method,
            level: summary.level,
            n: summary.n,
            sd: summary.sd,
            runs: summary.runs,
            at_least_one: summary.at_least_one,
        })
    };
    let total = |metric| entry(metric, BTreeMap::new(), total(results, metric, policy)?);
    let shown = results.shown();
    let row = |place: usize| {
        let row = &results.catalogue[place];
        let any = results.runs[policy].iter().any(|run| run.values[place] != 0);
        let is_kept = shown[place] && !row.labels.is_empty() && any;
        is_kept.then(|| {
            entry(
                row.metric,
                row.labels.iter().map(|(name, text)| (*name, text.to_string())).collect(),
                results.row(place, policy),
            )
        })?
    };
    // Spread over threads: skewed rows are resampled thousands of times.
    let rows = find_below(results.catalogue.len(), row);
    find_below(METRICS.len(), total).into_iter().chain(rows).collect()
}

/// A metric's total over all labels, where rows add up to one.
fn total(results: &Results, metric: usize, policy: usize) -> Option<Sample> {
    if METRICS[metric].series.is_daily() || !METRICS[metric].apart().is_empty() {
        return None;
    }
    results.sample(&Query { metric, labels: Vec::new(), stat: Stat::Total }, policy)
}
