//! Runs of equal emissions, a UTC day apart.

use crate::engine::time::{DAY, Instant, Seconds};

/// A stretch of equal emissions: `count` of them, a UTC day apart from `first` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first one.
    pub first: Instant,
    /// How many.
    pub count: u32,
}

impl Stretch {
    /// The last one.
    pub fn last(&self) -> Instant {
        self.first + Seconds(i64::from(self.count - 1) * DAY.0)
    }
}
