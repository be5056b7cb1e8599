//! Experiments on the model: a scenario becomes a study, a study becomes runs, runs become results and verdicts.

pub mod cost;
pub mod error;
pub mod expectation;
pub mod limits;
mod meters;
pub mod metric;
pub mod replication;
mod round;
pub mod scenario;
mod shared;
pub mod statistics;
pub mod study;
pub mod warm_up;
