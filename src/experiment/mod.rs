//! Experiments on the model: a scenario becomes a study, a study becomes runs, runs become results and verdicts.

pub mod cost;
pub mod expectation;
pub mod metric;
pub mod replication;
pub mod scenario;
mod shared;
pub mod statistics;
pub mod study;
