//! The sum and the peaks of a series of counts by minute.

use std::ops::Range;

use super::dimension::Period;
use crate::engine::bins::{HOURS_A_DAY, MINUTES_A_DAY, MINUTES_AN_HOUR};
use crate::engine::table::By;
use crate::model::traffic::Minutes;

/// The sum of counts by minute, and the most in one UTC window of each length. A sum that exceeds the counter stays at
/// `u64::MAX`.
///
/// Most hours are like those of the day before, because streams run daily: they bring no new peak, and their sum is
/// known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peaks {
    sum: u64,
    windows: By<Period, Busiest>,
    minutes: usize,
    // The minutes of the last day, none before the first, and the sums of its hours.
    day: Vec<u64>,
    hours: [u64; HOURS_A_DAY],
}

/// The busiest window of a length so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Busiest {
    most: u64,
    begins: usize,
}

impl Peaks {
    /// Adds the next UTC day. `rises` is called where a window is busier than all before it, with the window's minutes
    /// in the day. Returns which hours differ from those of the day before.
    pub fn add_day(&mut self, minutes: &Minutes, mut rises: impl FnMut(Period, Range<usize>)) -> [bool; HOURS_A_DAY] {
        let is_first = self.day.is_empty();
        self.day.resize(MINUTES_A_DAY, 0);
        let (hours, _) = minutes.as_chunks::<MINUTES_AN_HOUR>();
        let (before, _) = self.day.as_chunks_mut::<MINUTES_AN_HOUR>();
        let mut differs = [is_first; HOURS_A_DAY];
        for (n, (hour, before)) in hours.iter().zip(before).enumerate() {
            differs[n] |= hour != before;
            if differs[n] {
                *before = *hour;
                let begins = n * MINUTES_AN_HOUR;
                self.hours[n] = add_hour(&mut self.windows, *hour, |per, window, within: Range<usize>| {
                    window.begins = self.minutes + begins + within.start;
                    rises(per, begins + within.start..begins + within.end);
                });
            }
        }
        let (day, window) = (sum(&self.hours), &mut self.windows[Period::Day]);
        if day > window.most {
            *window = Busiest { most: day, begins: self.minutes };
            rises(Period::Day, 0..MINUTES_A_DAY);
        }
        self.minutes += MINUTES_A_DAY;
        self.sum = self.sum.saturating_add(day);
        differs
    }

    /// The sums of the hours of the last day.
    pub fn hours(&self) -> &[u64; HOURS_A_DAY] {
        &self.hours
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

/// Enters the windows of an hour and returns its sum. `rises` is called with each that is busier than all before it.
fn add_hour(
    windows: &mut By<Period, Busiest>,
    mut sums: [u64; MINUTES_AN_HOUR],
    mut rises: impl FnMut(Period, &mut Busiest, Range<usize>),
) -> u64 {
    let mut length = 1;
    for (per, window) in windows.each_mut().take_while(|(per, _)| per.minutes() <= MINUTES_AN_HOUR) {
        // The sums of longer windows are made of those of shorter ones.
        let parts = per.minutes() / length;
        length = per.minutes();
        let number = MINUTES_AN_HOUR / length;
        if parts > 1 {
            (0..number).for_each(|n| sums[n] = sum(&sums[n * parts..(n + 1) * parts]));
        }
        // Few hours have a window that is busier than all before it.
        if sums[..number].iter().fold(0, |most, sum| most.max(*sum)) > window.most {
            for (n, sum) in sums[..number].iter().enumerate() {
                if *sum > window.most {
                    window.most = *sum;
                    rises(per, window, n * length..(n + 1) * length);
                }
            }
        }
    }
    sums[0]
}

/// The sum of counts, at most the largest number of a counter.
pub fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peaks of two days on which these minutes have counts.
    fn peaks(counts: &[(usize, u64)]) -> Peaks {
        let mut minutes = [0; 2 * MINUTES_A_DAY];
        counts.iter().for_each(|(minute, count)| minutes[*minute] = *count);
        let mut peaks = Peaks::default();
        minutes.as_chunks().0.iter().for_each(|day| _ = peaks.add_day(day, |_, _| ()));
        peaks
    }

    #[test]
    fn peaks_are_of_whole_utc_windows() {
        // Two in the last minute of the first hour, three in the first of the second, five on the second day.
        let peaks = peaks(&[(59, 2), (60, 3), (MINUTES_A_DAY, 4), (2 * MINUTES_A_DAY - 1, 1)]);
        assert_eq!(peaks.sum(), 10);
        assert_eq!(Period::ALL.iter().map(|per| peaks.most(*per)).collect::<Vec<_>>(), [4, 4, 4, 4, 5]);
    }

    #[test]
    fn the_first_of_several_busiest_windows_counts() {
        // Three and two within five minutes, then five at once, and on the next day both again.
        let day = [(5, 3), (6, 2), (10, 5)];
        let next = day.map(|(minute, count)| (MINUTES_A_DAY + minute, count));
        let both = peaks(&[day, next].concat());
        assert_eq!((both.begins(Period::Minute), both.begins(Period::FiveMinutes)), (Some(10), Some(5)));
        assert_eq!((both.begins(Period::Hour), both.begins(Period::Day)), (Some(0), Some(0)));
        assert_eq!(both.sum(), 20);
        assert_eq!(peaks(&[]).begins(Period::Minute), None);
    }

    #[test]
    fn a_day_counts_whole_although_one_of_its_hours_differs_from_the_day_before() {
        // Seven at nine on both days; on the second, two at noon as well.
        let mut peaks = Peaks::default();
        let mut minutes = [0; MINUTES_A_DAY];
        minutes[9 * 60] = 7;
        assert_eq!(peaks.add_day(&minutes, |_, _| ()), [true; HOURS_A_DAY]);
        minutes[12 * 60] = 2;
        let differs = peaks.add_day(&minutes, |per, window| assert_eq!((per, window), (Period::Day, 0..MINUTES_A_DAY)));
        assert_eq!(differs, std::array::from_fn(|hour| hour == 12));
        assert_eq!((peaks.hours()[9], peaks.hours()[12]), (7, 2));
        assert_eq!((peaks.sum(), peaks.most(Period::Day), peaks.begins(Period::Day)), (16, 9, Some(MINUTES_A_DAY)));
    }

    #[test]
    fn a_sum_beyond_the_counter_stays_at_its_largest_number() {
        let peaks = peaks(&[(0, u64::MAX), (1, 1)]);
        assert_eq!((peaks.sum(), peaks.most(Period::Hour)), (u64::MAX, u64::MAX));
    }
}
