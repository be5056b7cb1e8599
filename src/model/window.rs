//! The window of a run: the time in which it counts.

use super::civil::Civil;
use crate::engine::time::{Day, Instant};

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
}
