//! Numbers of a study by the text of their query.

use crate::results::cube::Results;
use crate::results::expectation::{self, Query};
use crate::results::statistics::Summary;

/// A query's summary over the replications of a policy.
pub fn value_of(results: &Results, policy: usize, query: &str, level: f64) -> Option<Summary> {
    results.sample(&query_of(query)?, policy)?.summarise(level)
}

/// The query that a text such as `switches.total` writes.
pub fn query_of(text: &str) -> Option<Query> {
    expectation::parse(&format!("{text} == 0")).ok().map(|(query, _)| query)
}
