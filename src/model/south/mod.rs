//! The way south under a stated capacity: when the WAN is full, commands wait in front of it, first come, first served.
//!
//! The queue is known before the walks begin: the demand in one round of the whole run decides who waits in the next,
//! until a round has the demand of the round before it. Then every command has waited for exactly those that came
//! before it.

mod demand;
mod queue;
mod rounds;

pub use demand::{Ask, Demand, Kind, Throttled};
pub use queue::{SouthQueue, Strain};
pub use rounds::settled;

use crate::engine::random::mix;
use crate::engine::rate::Rate;
use crate::engine::table::Label as _;
use crate::engine::time::Instant;
use crate::model::plan::MeterId;

/// What is known of the way south before a run: its capacity, and what else asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaySouth {
    /// The second at which its first minute begins.
    pub first: Instant,
    /// Minutes in which something can wait.
    pub minutes: usize,
    /// What it takes.
    pub rate: Rate,
    /// Messages of the estate's background, by minute, each minute's spread evenly over its seconds. A minute past the
    /// end of the list has none.
    pub background: Vec<u64>,
}

/// The place of a command among those of its second: a hash of its name, so that the order of walks does not matter.
/// Copies of a meter that are walked one by one differ by their number.
pub fn place((meter, copy): (MeterId, u64), kind: Kind, (switch, device): (usize, usize), release: Instant) -> u64 {
    let command = (switch as u64) << 16 | (device as u64) << 8 | kind.index() as u64;
    mix(mix(mix(mix(meter.0) ^ copy) ^ command) ^ release.0 as u64)
}
