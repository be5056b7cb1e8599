//! The discrete-event engine: time, order, randomness and counting. It knows nothing of energy.
//!
//! - [`time`]: the clock, in whole seconds;
//! - [`agenda`]: who acts next, in a total order;
//! - [`random`]: draws that belong to a name, never to an order of execution;
//! - [`law`]: distributions sampled by inversion, the same bits on every machine;
//! - [`bins`]: minute bins that take a whole periodic stream in two entries per segment;
//! - [`histogram`]: counts of whole numbers, for percentiles;
//! - [`rate`]: rates of service as fractions;
//! - [`table`]: counters indexed by labels;
//! - [`packed`]: long lists of whole numbers in little memory;
//! - [`merge`]: adding the counts of one part to those of another;
//! - [`digest`]: fingerprints that do not depend on the order of execution.

pub mod agenda;
pub mod bins;
pub mod bits;
pub mod digest;
pub mod histogram;
pub mod law;
pub mod merge;
pub mod packed;
pub mod random;
pub mod rate;
pub mod table;
pub mod time;
