//! How what falls on a day is spread over its minutes, by the law that the single ones are drawn from.

use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::law::Law;
use crate::engine::time::DAY;

const SECONDS_A_MINUTE: i64 = 60;
/// Quantiles of a law that are tried.
const QUANTILES: u32 = 86_400;
/// The most seconds that are counted one by one.
const MOST_SECONDS: f64 = 30.0 * 86_400.0;

/// A day's total, split over its minutes: parts of the day within which all minutes get the same.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeOfDay {
    // The first minute of each part, ascending, and the day's total divided by what one of its minutes gets; `None` if
    // they get nothing.
    parts: Vec<(usize, Option<f64>)>,
}

impl TimeOfDay {
    /// The minutes after midnight into which a law's seconds fall, whole days left out. What never comes falls nowhere.
    pub fn of(law: &Law) -> Self {
        let mut weights = vec![0_u64; MINUTES_A_DAY];
        let mut add = |second: i64| weights[(second.rem_euclid(DAY.0) / SECONDS_A_MINUTE) as usize] += 1;
        let all = match law {
            Law::Uniform { low, high } if libm::ceil(*low) <= *high && high - low < MOST_SECONDS => {
                let seconds = libm::ceil(*low) as i64..=libm::floor(*high) as i64;
                let count = seconds.clone().count();
                seconds.for_each(&mut add);
                count as u64
            }
            _ => {
                let quantile = |n: u32| (f64::from(n) + 0.5) / f64::from(QUANTILES);
                (0..QUANTILES).filter_map(|n| law.at(quantile(n))).for_each(|at| add(at.0));
                u64::from(QUANTILES)
            }
        };
        let mut parts: Vec<(usize, Option<f64>)> = Vec::new();
        for (minute, weight) in weights.iter().enumerate() {
            if minute == 0 || weights[minute - 1] != *weight {
                parts.push((minute, (*weight > 0).then(|| all as f64 / *weight as f64)));
            }
        }
        Self { parts }
    }

    /// The number of the part in which a minute lies; `None` past the end of a day of 24 hours.
    pub fn part(&self, minute: usize) -> Option<usize> {
        let begun = self.parts.partition_point(|(begins, _)| *begins <= minute);
        begun.checked_sub(1).filter(|_| minute < MINUTES_A_DAY)
    }

    /// What a minute gets of a day's total.
    pub fn in_a_minute(&self, of_day: f64, minute: usize) -> f64 {
        let divisor = self.part(minute).and_then(|part| self.parts[part].1);
        divisor.map_or(0.0, |divisor| of_day / divisor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Seconds;

    #[test]
    fn an_even_law_falls_evenly_into_its_minutes() {
        // Two hours from 23:00 on, the second of them on the next day.
        let late = TimeOfDay::of(&Law::Uniform { low: 82_800.0, high: 89_999.0 });
        assert_eq!(
            [0, 59, 60, 1_379, 1_380, 1_439].map(|m| late.in_a_minute(120.0, m)),
            [1.0, 1.0, 0.0, 0.0, 1.0, 1.0]
        );
        assert_eq!(
            [0, 59, 60, 1_379, 1_380, 1_440].map(|m| late.part(m)),
            [0, 0, 1, 1, 2].map(Some).into_iter().chain([None]).collect::<Vec<_>>()[..]
        );
    }

    #[test]
    fn a_fixed_time_falls_into_one_minute_and_what_never_comes_into_none() {
        let fixed = TimeOfDay::of(&Law::Fixed(Seconds(121)));
        assert_eq!([1, 2, 3].map(|minute| fixed.in_a_minute(7.0, minute)), [0.0, 7.0, 0.0]);
        let half = Law::Mixture(vec![(0.5, Law::Fixed(Seconds(0))), (0.5, Law::Never)]);
        assert_eq!(TimeOfDay::of(&half).in_a_minute(7.0, 0), 3.5);
    }
}
