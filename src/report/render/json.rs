//! `summary.json`: every number with its interval, the verdicts and the assumptions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Form, RenderError, Report};
use crate::report::estimates::Estimate;
use crate::report::outline::{AssumptionOutline, Outline};
use crate::results::cube::Cube;
use crate::results::expectation::Verdict;
use crate::results::statistics::{AtLeastOne, Estimator, Method};
use crate::text::visible;

/// The form.
pub const FORM: Form = Form {
    name: Some("json"),
    file: Some("summary.json"),
    about: "Means, intervals and verdicts as JSON: the contents of summary.json",
    is_data: true,
    render,
};

/// Version of the document's form.
const FORMAT: u32 = 3;

#[derive(Serialize)]
struct SummaryFile<'r> {
    format: u32,
    scenario: ScenarioSummary<'r>,
    seed: u64,
    replications: usize,
    complete: bool,
    results_digest: String,
    events: Vec<Events<'r>>,
    policies: Vec<PolicySummary<'r>>,
    expectations: &'r [Verdict],
    assumptions: &'r [AssumptionOutline],
}

#[derive(Serialize)]
struct ScenarioSummary<'r> {
    id: &'r str,
    title: &'r str,
    digest: &'r str,
}

/// The fingerprint of each replication of a policy.
#[derive(Serialize)]
struct Events<'r> {
    policy: &'r str,
    fingerprints: Vec<String>,
}

#[derive(Serialize)]
struct PolicySummary<'r> {
    id: &'r str,
    title: &'r str,
    metrics: Vec<MetricSummary<'r>>,
}

/// One number with all that is known of it.
#[derive(Serialize)]
struct MetricSummary<'r> {
    metric: &'static str,
    margin: String,
    labels: BTreeMap<&'static str, &'r str>,
    stat: &'static str,
    unit: &'static str,
    #[serde(serialize_with = "whole")]
    value: f64,
    estimator: Estimator,
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
fn whole<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2⁵³
    if value.fract() == 0.0 && value.abs() < EXACT {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    Ok(text_of(&summary(report.outline(), report.cube(), report.estimates()))?.into_bytes())
}

/// The document's text. Characters that a terminal would act on or hide are written as escapes: `serde_json` does so
/// only below U+0020, and characters beyond ASCII occur only within strings.
pub(in crate::report) fn text_of(document: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    if text.is_ascii() {
        return Ok(text);
    }
    let mut out = String::with_capacity(text.len());
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
    Ok(out)
}

fn summary<'r>(outline: &'r Outline, cube: &'r Cube, estimates: &'r [Estimate<'r>]) -> SummaryFile<'r> {
    let policies = outline.policies.iter().enumerate().map(|(place, policy)| PolicySummary {
        id: &policy.id,
        title: &policy.title,
        metrics: estimates.iter().filter(|estimate| estimate.policy == place).map(metric).collect(),
    });
    let events = cube.policies().iter().map(|runs| Events {
        policy: &runs.policy,
        fingerprints: runs.runs.iter().map(|run| run.fingerprint.to_string()).collect(),
    });
    SummaryFile {
        format: FORMAT,
        scenario: ScenarioSummary { id: &outline.id, title: &outline.title, digest: &outline.digest },
        seed: outline.seed,
        replications: cube.n(),
        complete: outline.is_complete(cube),
        results_digest: cube.digest(),
        events: events.collect(),
        policies: policies.collect(),
        expectations: &outline.verdicts,
        assumptions: &outline.assumptions,
    }
}

fn metric<'r>(Estimate { number, summary, .. }: &'r Estimate<'r>) -> MetricSummary<'r> {
    MetricSummary {
        metric: number.metric.id,
        margin: number.margin_name(),
        labels: number.margin.iter().map(|dimension| dimension.name()).zip(number.labels.iter().copied()).collect(),
        stat: number.reduction.name(),
        unit: number.metric.unit.name(),
        value: summary.value,
        estimator: summary.estimator,
        interval: summary.interval,
        method: summary.method,
        level: summary.level,
        n: summary.n,
        sd: summary.sd,
        runs: summary.runs,
        at_least_one: summary.at_least_one,
    }
}
