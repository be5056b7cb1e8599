//! The results of a study: every value of every run.

use super::expectation::Query;
use super::metric::{METRICS, Row};
use super::statistics::Sample;
use crate::engine::digest::Fingerprint;

/// One run: a policy in a replication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Values, one for each row of the catalogue.
    pub values: Vec<u64>,
    /// Leaked pushed reads delivered, by local day.
    pub leaked_by_day: Vec<u64>,
    /// E4s delivered, by local day.
    pub e4_by_day: Vec<u64>,
    /// Hash of all changes of state.
    pub fingerprint: Fingerprint,
}

/// All runs of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// What each value of a run is.
    pub catalogue: Vec<Row>,
    /// By policy, in the scenario's order, then replication.
    pub runs: Vec<Vec<Run>>,
    /// Place of the baseline among the policies.
    pub baseline: usize,
}

impl Results {
    /// Replications.
    pub fn replications(&self) -> usize {
        self.runs.first().map_or(0, Vec::len)
    }

    /// Which rows of the catalogue results folders show: all but a stock's days within a month; these are many and each is
    /// like its neighbours.
    pub fn shown(&self) -> Vec<bool> {
        let days: Vec<&str> = self.catalogue.iter().filter_map(|row| row.label("at")).collect();
        let last = days.iter().max().copied();
        let month_end = |day: &str| day.parse::<jiff::civil::Date>().is_ok_and(|date| date == date.last_of_month());
        self.catalogue.iter().map(|row| row.label("at").is_none_or(|day| Some(day) == last || month_end(day))).collect()
    }

    /// A row of the catalogue over the replications of a policy.
    pub fn row(&self, row: usize, policy: usize) -> Sample {
        let unit = METRICS[self.catalogue[row].metric].unit;
        Sample::Counts(self.runs[policy].iter().map(|run| unit.value(run.values[row])).collect())
    }

    /// A query over the replications of a policy; `None` where there are no such rows.
    pub fn sample(&self, query: &Query, policy: usize) -> Option<Sample> {
        let runs = self.runs[policy].iter().zip(&self.runs[self.baseline]);
        query.sample(&self.catalogue, runs.map(|(run, base)| (run.values.as_slice(), base.values.as_slice())))
    }

    /// A query's value in every replication of a policy; `None` where it is undefined.
    pub fn values(&self, query: &Query, policy: usize) -> Vec<Option<f64>> {
        self.sample(query, policy).map_or_else(|| vec![None; self.replications()], |sample| sample.each())
    }

    /// BLAKE3 of the integer rows, policy by policy and replication by replication.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for run in self.runs.iter().flatten() {
            run.values.iter().for_each(|value| {
                hasher.update(&value.to_le_bytes());
            });
        }
        hasher.finalize().to_hex().to_string()
    }
}
