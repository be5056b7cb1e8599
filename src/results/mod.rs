//! What a study yields: metrics read off ledgers, values of all runs, statistics, expectations and verdicts. It knows
//! no scenario, so results that were read back from a folder are the same as those of a run.

pub mod attribution;
pub mod catalogue;
pub mod comparison;
pub mod confirmation;
pub mod cube;
pub mod dimension;
pub mod durations;
pub mod expectation;
pub mod frame;
mod load;
pub mod metric;
pub mod metrics;
mod peaks;
pub mod query;
pub mod reading;
pub mod series;
pub mod simultaneous;
pub mod statistics;
pub mod survival;
pub mod unit;
pub mod welch;
