//! `[experiment]`: how the study is run.

use crate::scenario::Experiment;
use crate::scenario::diagnostics::Sink;
use crate::scenario::parameter::keys;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

/// Most replications.
pub(in crate::scenario) const MOST_REPLICATIONS: i64 = 1_000_000;

keys! { KEYS of "experiment" {
    SEED: i64 = |v, sink| v.integer(0..=i64::MAX, sink), "seed", Shape::Whole(0, i64::MAX),
        "the seed of all random draws", .default("1");
    REPLICATIONS: i64 = |v, sink| v.integer(1..=MOST_REPLICATIONS, sink), "replications",
        Shape::Whole(1, MOST_REPLICATIONS),
        "how often each policy is simulated", .default("1");
    CONFIDENCE: f64 = |v, sink| v.number(0.5..=0.999_999, sink), "confidence", Shape::Number(0.5, 0.999_999),
        "the confidence level of intervals",
        .default("0.95"), .unit("share");
    BASELINE: String = |v, sink| v.id(sink).map(str::to_owned), "baseline", Shape::Id,
        "the policy that the others are compared with", .default("\"baseline\"");
}}

/// `[experiment]`, and the value that names the baseline: policies are read later.
pub(in crate::scenario) fn experiment<'a, 's>(
    value: Option<Value<'a, 's>>,
    sink: &mut Sink,
) -> (Option<Experiment>, Option<Value<'a, 's>>) {
    let Some(value) = value else { return (Some(Experiment::default()), None) };
    let Some(mut table) = value.table(sink) else { return (None, None) };
    let (seed, replications) = (SEED.read(&mut table, sink), REPLICATIONS.read(&mut table, sink));
    let confidence = CONFIDENCE.read(&mut table, sink);
    let (named, baseline) = BASELINE.with_value(&mut table, sink);
    table.finish(sink);
    let known = baseline.is_some();
    let baseline = if named.is_some() { baseline } else { Some(BASELINE.usual()) };
    let experiment = (|| {
        Some(Experiment {
            seed: seed? as u64,
            replications: replications? as u32,
            confidence: confidence?,
            baseline: baseline?,
        })
    })();
    (experiment, named.filter(|_| known))
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            seed: SEED.usual() as u64,
            replications: REPLICATIONS.usual() as u32,
            confidence: CONFIDENCE.usual(),
            baseline: BASELINE.usual(),
        }
    }
}
