//! The sum and the peaks of a series of counts by minute.

use super::dimension::Period;
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
        counts.into_iter().for_each(|count| peaks.add(count));
        peaks
    }

    /// Adds the next minutes.
    pub fn extend(&mut self, minutes: &[u64]) {
        minutes.iter().for_each(|count| self.add(*count));
    }

    /// Adds the next minute.
    pub fn add(&mut self, count: u64) {
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

    /// What is counted so far in the window of a length to which the last minute belongs.
    pub fn so_far(&self, per: Period) -> u64 {
        self.windows[per].current
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
    use crate::engine::bins::MINUTES_A_DAY;

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
