//! The sum and the peaks of a series of counts by minute.

use super::dimension::Period;
use crate::engine::bins::MINUTES_A_DAY;

const MINUTES_AN_HOUR: usize = 60;

/// The sum of counts by minute, and the most in one UTC minute, hour and day. A sum that exceeds the counter stays at
/// `u64::MAX`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Peaks {
    sum: u64,
    minute: u64,
    hour: u64,
    day: u64,
    this_hour: u64,
    this_day: u64,
    minutes: usize,
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

    fn add(&mut self, count: u64) {
        if self.minutes.is_multiple_of(MINUTES_AN_HOUR) {
            self.this_hour = 0;
        }
        if self.minutes.is_multiple_of(MINUTES_A_DAY) {
            self.this_day = 0;
        }
        self.minutes += 1;
        for sum in [&mut self.sum, &mut self.this_hour, &mut self.this_day] {
            *sum = sum.saturating_add(count);
        }
        self.minute = self.minute.max(count);
        self.hour = self.hour.max(self.this_hour);
        self.day = self.day.max(self.this_day);
    }

    /// The sum of all minutes.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The most in one minute, hour or day.
    pub fn most(&self, per: Period) -> u64 {
        match per {
            Period::Minute => self.minute,
            Period::Hour => self.hour,
            Period::Day => self.day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_of_whole_utc_minutes_hours_and_days() {
        // Two in the last minute of the first hour, three in the first of the second, five on the second day.
        let mut counts = vec![0; 2 * MINUTES_A_DAY];
        (counts[59], counts[60], counts[MINUTES_A_DAY]) = (2, 3, 4);
        counts[2 * MINUTES_A_DAY - 1] = 1;
        let peaks = Peaks::of(counts);
        assert_eq!(peaks.sum(), 10);
        assert_eq!(Period::ALL.iter().map(|per| peaks.most(*per)).collect::<Vec<_>>(), [4, 4, 5]);
    }

    #[test]
    fn a_sum_beyond_the_counter_stays_at_its_largest_number() {
        assert_eq!(Peaks::of([u64::MAX, 1]).sum(), u64::MAX);
    }
}
