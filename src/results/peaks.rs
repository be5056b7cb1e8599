//! The sum and the peaks of a series of counts by minute.

use std::borrow::Cow;
use std::ops::Range;

use super::dimension::Period;
use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::table::By;

/// The sum of counts by minute, and the most in one UTC window of each length. A sum that exceeds the counter stays at
/// `u64::MAX`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peaks {
    sum: u64,
    windows: By<Period, Busiest>,
    minutes: usize,
}

/// The busiest window of a length so far, and the one in progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Busiest {
    most: u64,
    begins: usize,
    current: u64,
}

impl Peaks {
    /// The peaks of a series that starts at a UTC midnight.
    pub fn of(counts: impl IntoIterator<Item = u64>) -> Self {
        let mut peaks = Self::default();
        peaks.extend(&counts.into_iter().collect::<Vec<u64>>());
        peaks
    }

    /// Adds the next minutes.
    pub fn extend(&mut self, minutes: &[u64]) {
        let mut rest = minutes;
        while !rest.is_empty() {
            let (day, later) = rest.split_at(rest.len().min(MINUTES_A_DAY - self.minutes % MINUTES_A_DAY));
            if day.len() == MINUTES_A_DAY {
                self.add_day(day, |_, _| ());
            } else {
                day.iter().for_each(|count| self.add(*count));
            }
            rest = later;
        }
    }

    /// Adds the minutes of the next UTC day. `rises` is called where a window is busier than all before it, with the
    /// window's minutes in the day.
    pub fn add_day(&mut self, minutes: &[u64], mut rises: impl FnMut(Period, Range<usize>)) {
        debug_assert_eq!((minutes.len(), self.minutes % MINUTES_A_DAY), (MINUTES_A_DAY, 0));
        // The sums of longer windows are made of those of shorter ones.
        let (mut sums, mut length): (Cow<'_, [u64]>, usize) = (minutes.into(), 1);
        for (per, window) in self.windows.each_mut() {
            let parts = per.minutes() / length;
            if parts > 1 {
                let sum = |part: &[u64]| part.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
                (sums, length) = (sums.chunks(parts).map(sum).collect(), per.minutes());
            }
            // Few days have a window that is busier than all before it.
            if sums.iter().fold(0, |most, sum| most.max(*sum)) > window.most {
                for (n, sum) in sums.iter().enumerate() {
                    if *sum > window.most {
                        (window.most, window.begins) = (*sum, self.minutes + n * length);
                        rises(per, n * length..(n + 1) * length);
                    }
                }
            }
            window.current = sums.last().copied().unwrap_or(0);
        }
        self.minutes += minutes.len();
        self.sum = self.sum.saturating_add(self.windows[Period::Day].current);
    }

    /// Adds the next minute.
    fn add(&mut self, count: u64) {
        for (per, window) in self.windows.each_mut() {
            let into = self.minutes % per.minutes();
            if into == 0 {
                window.current = 0;
            }
            window.current = window.current.saturating_add(count);
            if window.current > window.most {
                (window.most, window.begins) = (window.current, self.minutes - into);
            }
        }
        self.minutes += 1;
        self.sum = self.sum.saturating_add(count);
    }

    /// The sum of all minutes.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The most in one window of a length.
    pub fn most(&self, per: Period) -> u64 {
        self.windows[per].most
    }

    /// The number of the minute with which the busiest window of a length begins, the first of several. `None` where
    /// nothing is counted.
    pub fn begins(&self, per: Period) -> Option<usize> {
        let window = self.windows[per];
        (window.most > 0).then_some(window.begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_of_whole_utc_windows() {
        // Two in the last minute of the first hour, three in the first of the second, five on the second day.
        let mut counts = vec![0; 2 * MINUTES_A_DAY];
        (counts[59], counts[60], counts[MINUTES_A_DAY]) = (2, 3, 4);
        counts[2 * MINUTES_A_DAY - 1] = 1;
        let peaks = Peaks::of(counts);
        assert_eq!(peaks.sum(), 10);
        assert_eq!(Period::ALL.iter().map(|per| peaks.most(*per)).collect::<Vec<_>>(), [4, 4, 4, 4, 5]);
    }

    #[test]
    fn the_first_of_several_busiest_windows_counts() {
        // Three and two within five minutes, then five at once.
        let counts = [0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 5];
        let peaks = Peaks::of(counts);
        assert_eq!((peaks.begins(Period::Minute), peaks.begins(Period::FiveMinutes)), (Some(10), Some(5)));
        assert_eq!(peaks.begins(Period::Hour), Some(0));
        assert_eq!(Peaks::of([0, 0]).begins(Period::Minute), None);
    }

    #[test]
    fn a_sum_beyond_the_counter_stays_at_its_largest_number() {
        assert_eq!(Peaks::of([u64::MAX, 1]).sum(), u64::MAX);
    }
}
