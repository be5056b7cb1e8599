//! Stocks at the end of each local day.

use super::civil::Civil;
use super::counters::Counter;
use super::window::Window;
use crate::engine::merge::Merge;
use crate::engine::time::Instant;

/// A stock as it is in the last second of each local day of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyStock {
    // Differences from day to day; the last entry takes what is still there at the horizon.
    steps: Vec<i64>,
}

impl DailyStock {
    /// Bytes that a stock takes in a window.
    pub(super) const fn bytes(window: &Window) -> usize {
        (window.days + 1) * size_of::<i64>()
    }

    /// The stock at the end of each day.
    pub fn levels(&self) -> Vec<u64> {
        let mut level = 0_i64;
        self.steps[..self.steps.len() - 1]
            .iter()
            .map(|step| {
                level += step;
                level as u64
            })
            .collect()
    }

    /// The days of the window at whose end something is there that comes at `from` and goes at `until`: the first of
    /// them, and the first after them. `None` if there are none.
    pub(super) fn days(window: &Window, from: Instant, until: Instant, civil: &Civil) -> Option<(usize, usize)> {
        // Levels are seen in the last second of a day: look for the first such second at or after `from`, and at or
        // after `until`.
        let from = from.max(window.start);
        let index = |t: Instant| usize::try_from(civil.date(t).0 - window.first.0).unwrap_or(0).min(window.days);
        if until <= from {
            return None;
        }
        let until = if until >= window.horizon { window.days } else { index(until) };
        let from = index(from);
        (from != until).then_some((from, until))
    }

    /// Adds `copies` to the stock from `from` to before `until`.
    pub(super) fn hold(&mut self, window: &Window, from: Instant, until: Instant, civil: &Civil, copies: u64) {
        if let Some((from, until)) = Self::days(window, from, until, civil) {
            self.steps[from] += copies as i64;
            self.steps[until] -= copies as i64;
        }
    }
}

/// The other stock must cover the same window.
impl Merge for DailyStock {
    fn merge(&mut self, other: &Self) {
        self.steps.iter_mut().zip(&other.steps).for_each(|(a, b)| *a += b);
    }

    fn take_out(&mut self, part: &Self) {
        self.steps.iter_mut().zip(&part.steps).for_each(|(a, b)| *a -= b);
    }

    fn is_nothing(&self) -> bool {
        self.steps.iter().all(|step| *step == 0)
    }
}

impl Counter for DailyStock {
    fn empty(window: &Window) -> Self {
        Self { steps: vec![0; window.days + 1] }
    }
}
