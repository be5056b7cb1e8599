//! `metrics.csv`: one row a policy, replication, metric and labels. What is zero in every run is left out; stocks
//! stand at the ends of months and of the window.

use crate::results::cube::Results;
use crate::results::metric::METRICS;
use crate::scenario::Scenario;

/// The table as CSV.
///
/// # Errors
/// When the writer fails, which in memory it does not.
pub fn csv(scenario: &Scenario, results: &Results) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["scenario", "policy", "design-point", "replication", "metric", "labels", "value", "unit"])?;
    let ever: Vec<bool> = results
        .shown()
        .into_iter()
        .enumerate()
        .map(|(row, shown)| shown && results.runs.iter().flatten().any(|run| run.values[row] != 0))
        .collect();
    for (policy, runs) in scenario.policies.iter().zip(&results.runs) {
        for (replication, run) in runs.iter().enumerate() {
            for (row, value) in
                results.catalogue.iter().zip(&run.values).zip(&ever).filter(|(_, ever)| **ever).map(|(x, _)| x)
            {
                let metric = &METRICS[row.metric];
                let labels: Vec<String> = row.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
                writer.write_record([
                    &scenario.id,
                    &policy.id,
                    "0",
                    &replication.to_string(),
                    metric.name,
                    &labels.join(";"),
                    &metric.unit.value(*value).to_string(),
                    metric.unit.name(),
                ])?;
            }
        }
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}
