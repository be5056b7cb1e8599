//! Local days on which supplies start.

use std::sync::Arc;

use crate::engine::time::{Day, Instant, Seconds};
use crate::model::plan::Fuel;

/// Consecutive local days, and when supplies start on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDays {
    /// The first of them.
    pub first: Day,
    /// The midnight that begins each of them.
    pub midnights: Arc<[Instant]>,
    /// From that midnight to the supply start of gas (R1).
    pub gas_day_start: Seconds,
}

impl LocalDays {
    /// The first of the days that begins after a second, and the supply start of a fuel on it.
    pub fn next_start(&self, after: Instant, fuel: Fuel) -> Option<(Day, Instant)> {
        let place = self.midnights.partition_point(|midnight| *midnight <= after);
        self.start(place, fuel)
    }

    /// The day at a place among them, from 0, and the supply start of a fuel on it.
    pub fn start(&self, place: usize, fuel: Fuel) -> Option<(Day, Instant)> {
        let start = *self.midnights.get(place)? + if fuel == Fuel::Gas { self.gas_day_start } else { Seconds(0) };
        Some((self.first.plus(place as i32), start))
    }
}
