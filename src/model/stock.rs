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

    /// The first day of the window in whose last second something is there that comes at a second; the number of days
    /// if there is none.
    pub(super) fn day(window: &Window, at: Instant, civil: &Civil) -> usize {
        if at >= window.horizon {
            return window.days;
        }
        let day = civil.date(at.max(window.start)).0 - window.first.0;
        usize::try_from(day).unwrap_or(0).min(window.days)
    }

    /// The days of the window at whose end something is there that comes at `from` and goes at `until`: the first of
    /// them, and the first after them. `None` if there are none.
    pub(super) fn days(window: &Window, from: Instant, until: Instant, civil: &Civil) -> Option<(usize, usize)> {
        if until <= from.max(window.start) {
            return None;
        }
        let (from, until) = (Self::day(window, from, civil), Self::day(window, until, civil));
        (from != until).then_some((from, until))
    }

    /// Adds `copies` to the stock from `from` to before `until`.
    pub(super) fn hold(&mut self, window: &Window, from: Instant, until: Instant, civil: &Civil, copies: u64) {
        if let Some((from, until)) = Self::days(window, from, until, civil) {
            self.hold_days(from, until, copies);
        }
    }

    /// Adds `copies` to the stock at the end of the days from one to before another.
    pub(super) fn hold_days(&mut self, from: usize, until: usize, copies: u64) {
        if from != until {
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
