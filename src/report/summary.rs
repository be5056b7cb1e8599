//! The machine-readable summary of a study: `summary.json`, and what `--format json` prints.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::experiment::expectation::Verdict;
use crate::experiment::metric::METRICS;
use crate::experiment::scenario::diagnostics::visible;
use crate::experiment::scenario::{Assumption, Scenario};
use crate::experiment::study::Results;

/// Version of the document's form.
const FORMAT: u32 = 1;

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Summary<'r> {
    format: u32,
    scenario: ScenarioName<'r>,
    seed: u64,
    replications: usize,
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
    method: &'static str,
    level: f64,
    n: usize,
    sd: f64,
    runs: [f64; 2],
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
        results_digest: results.digest(),
        events: events.collect(),
        policies: policies.collect(),
        expectations: verdicts,
        assumptions: &scenario.assumptions,
    }
}

/// Totals without labels first, then every row that is not always zero.
fn metrics(scenario: &Scenario, results: &Results, policy: usize) -> Vec<MetricSummary> {
    let level = scenario.experiment.confidence;
    let entry = |metric: usize, labels, summary: crate::experiment::statistics::Summary| MetricSummary {
        metric: METRICS[metric].name,
        labels,
        stat: "total",
        unit: METRICS[metric].unit.name(),
        value: summary.mean,
        interval: summary.interval,
        method: if summary.interval.is_some() { "student-t" } else { "none" },
        level: summary.level,
        n: summary.n,
        sd: summary.sd,
        runs: summary.runs,
    };
    let mut metrics = Vec::new();
    for (place, metric) in METRICS.iter().enumerate().filter(|(_, m)| !m.daily) {
        let Ok((query, _)) = crate::experiment::expectation::parse(&format!("{}.total == 0", metric.name)) else {
            continue;
        };
        let values: Option<Vec<f64>> = results.values(&query, policy).into_iter().collect();
        if let Some(values) = values {
            metrics.push(entry(place, BTreeMap::new(), crate::experiment::statistics::summarise(&values, level)));
        }
    }
    let rows = results.catalogue.iter().zip(results.summaries(policy, level)).zip(results.shown());
    for ((row, summary), shown) in rows {
        if shown && !row.labels.is_empty() && summary.runs != [0.0, 0.0] {
            metrics.push(entry(
                row.metric,
                row.labels.iter().map(|(name, text)| (*name, text.to_string())).collect(),
                summary,
            ));
        }
    }
    metrics
}
