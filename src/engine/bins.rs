//! Minute bins of a window, for many channels. A stream that falls on the same minute of consecutive UTC days costs two
//! entries of a difference array along the days, however long it runs.

use super::time::{Day, Instant};

/// Minutes of a UTC day.
pub const MINUTES_A_DAY: usize = 1_440;

/// Counts by channel and UTC minute over whole days. `N` is the number of channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinuteBins<const N: usize> {
    first: Day,
    days: usize,
    // [channel], nothing until something is counted in it; then [day][minute of day], differences along days; one day more than the
    // window takes the closing entries.
    steps: [Vec<i64>; N],
}

impl<const N: usize> MinuteBins<N> {
    /// Empty bins for the UTC days `first ..= last`.
    pub fn new(first: Day, last: Day) -> Self {
        let days = usize::try_from(last.0 - first.0 + 1).unwrap_or(0);
        Self { first, days, steps: std::array::from_fn(|_| Vec::new()) }
    }

    /// Bytes that they take over so many days at most, once something is counted in each channel.
    pub const fn bytes(days: usize) -> usize {
        N * (days + 1) * MINUTES_A_DAY * size_of::<i64>()
    }

    /// Adds `weight` at the minute of `first` and at the same minute of each of the `days` UTC days from it on.
    ///
    /// # Panics
    /// When a minute lies outside the window: the caller clips.
    pub fn add_daily(&mut self, channel: usize, first: Instant, days: u32, weight: u64) {
        let weight = weight as i64;
        let start = self.slot(first);
        let end = start + days as usize * MINUTES_A_DAY;
        let steps = &mut self.steps[channel];
        if steps.is_empty() {
            *steps = vec![0; (self.days + 1) * MINUTES_A_DAY];
        }
        steps[start] += weight;
        steps[end] -= weight;
    }

    /// Adds `weight` at one minute.
    pub fn add(&mut self, channel: usize, at: Instant, weight: u64) {
        self.add_daily(channel, at, 1, weight);
    }

    fn slot(&self, at: Instant) -> usize {
        let day = (at.utc_day().0 - self.first.0) as usize;
        assert!(day < self.days, "an instant outside the window reached the bins");
        day * MINUTES_A_DAY + at.second_of_utc_day() as usize / 60
    }

    /// The counts of one channel, minute by minute from the first day's UTC midnight on.
    pub fn counts(&self, channel: usize) -> Vec<u64> {
        let steps = &self.steps[channel];
        if steps.is_empty() {
            return vec![0; self.days * MINUTES_A_DAY];
        }
        let mut running = [0_i64; MINUTES_A_DAY];
        let mut counts = Vec::with_capacity(self.days * MINUTES_A_DAY);
        for day in steps[..self.days * MINUTES_A_DAY].chunks_exact(MINUTES_A_DAY) {
            for (sum, step) in running.iter_mut().zip(day) {
                *sum += step;
                counts.push(*sum as u64);
            }
        }
        counts
    }

    /// Adds the counts of other bins over the same days.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            if mine.is_empty() {
                mine.clone_from(theirs);
            } else {
                mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
            }
        }
    }

    /// The first UTC day.
    pub fn first_day(&self) -> Day {
        self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_stream_of_three_days_fills_three_bins_and_no_more() {
        let mut bins = MinuteBins::<2>::new(Day(10), Day(13));
        bins.add_daily(1, Instant(10 * 86_400 + 121), 3, 5);
        let counts = bins.counts(1);
        let filled: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] > 0).collect();
        assert_eq!(filled, [2, 1_442, 2_882]);
        assert_eq!(counts[2], 5);
        assert!(bins.counts(0).iter().all(|&n| n == 0));
    }

    #[test]
    fn a_stream_may_run_to_the_last_day() {
        let mut bins = MinuteBins::<1>::new(Day(0), Day(1));
        bins.add_daily(0, Instant(86_399), 2, 1);
        let counts = bins.counts(0);
        assert_eq!((counts[1_439], counts[2_879], counts.iter().sum::<u64>()), (1, 1, 2));
    }
}
