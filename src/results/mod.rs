//! What a study yields: metrics read off ledgers, values of all runs, statistics, expectations and verdicts. Knows no scenario.

pub mod cube;
pub mod expectation;
pub mod metric;
pub mod statistics;
