//! The window of a run: the time in which it counts.

use super::civil::Civil;
use crate::engine::time::{DAY, Day, Instant};

/// The window `start ≤ t < horizon` and its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First second.
    pub start: Instant,
    /// First second after it.
    pub horizon: Instant,
    /// Local date of the first second.
    pub first: Day,
    /// Number of local days it touches.
    pub days: usize,
}

impl Window {
    /// The window between two seconds.
    pub fn new(start: Instant, horizon: Instant, civil: &Civil) -> Self {
        let first = civil.date(start);
        let last = civil.date(Instant(horizon.0 - 1));
        Self { start, horizon, first, days: usize::try_from(last.0 - first.0 + 1).unwrap_or(0) }
    }

    /// The days of 86,400 s that a wait as long as the window has begun.
    pub fn days_of_waits(&self) -> usize {
        usize::try_from((self.horizon - self.start).0).unwrap_or(0).div_ceil(DAY.0 as usize)
    }
}
