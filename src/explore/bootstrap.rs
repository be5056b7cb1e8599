//! The bootstrap over rows (points, trajectories): which rows a resample takes, and percentile intervals.
//!
//! Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.

use std::fmt;

use super::draw;
use crate::engine::random::Entity;

/// The fewest resamples of which 95 % bounds can be read off.
const FEWEST: u32 = 39;
/// The most resamples: more make no bound of a 95 % interval clearer.
const MOST: u32 = 100_000;
/// The share of resamples without a value from which there is no interval.
const MOST_WITHOUT: f64 = 0.05;

/// How intervals are bootstrapped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    seed: u64,
    resamples: u32,
    level: f64,
}

/// A number of resamples or a level that a bootstrap cannot have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapError;

impl fmt::Display for BootstrapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a bootstrap takes {FEWEST} to {MOST} resamples and a level of 0.5 to 0.99")
    }
}

impl std::error::Error for BootstrapError {}

impl Bootstrap {
    /// 999 resamples and 95 % intervals.
    pub fn with_seed(seed: u64) -> Self {
        Self { seed, resamples: 999, level: 0.95 }
    }

    /// A bootstrap of `resamples` (39 to 100,000) and a confidence level (0.5 to 0.99).
    ///
    /// # Errors
    ///
    /// If either is outside its range.
    pub fn new(seed: u64, resamples: u32, level: f64) -> Result<Self, BootstrapError> {
        let valid = (FEWEST..=MOST).contains(&resamples) && (0.5..=0.99).contains(&level);
        valid.then_some(Self { seed, resamples, level }).ok_or(BootstrapError)
    }

    /// The number of resamples.
    pub fn resamples(&self) -> u32 {
        self.resamples
    }

    /// The confidence level of intervals.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The rows of each resample in turn: `n` of 0 to n − 1, with replacement. They depend on the seed, the resample
    /// and `n` alone.
    pub(super) fn rows(&self, n: usize) -> impl Iterator<Item = Vec<usize>> + use<> {
        let draws = draw::draws(self.seed);
        (0..u64::from(self.resamples)).map(move |resample| {
            let mut rows = Vec::with_capacity(n);
            draws.of(Entity(resample)).with_replacement(draw::RESAMPLE, n, |row| rows.push(row));
            rows
        })
    }

    /// The percentile interval of the values of the resamples. `None` if more than 5 % of resamples have no value.
    pub(super) fn interval(&self, values: impl IntoIterator<Item = Option<f64>>) -> Option<[f64; 2]> {
        let mut known: Vec<f64> = values.into_iter().flatten().collect();
        let without = f64::from(self.resamples) - known.len() as f64;
        if known.is_empty() || without > MOST_WITHOUT * f64::from(self.resamples) {
            return None;
        }
        known.sort_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
        Some([quantile(&known, tail), quantile(&known, 1.0 - tail)])
    }
}

/// The quantile of sorted values, interpolated between neighbours (type 7 of Hyndman and Fan, 1996). 0 if there are
/// none.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resample_depends_on_seed_and_number_alone() {
        let rows = |seed, resample| Bootstrap::with_seed(seed).rows(9).nth(resample).unwrap();
        assert_eq!(rows(1, 3), rows(1, 3));
        assert_ne!(rows(1, 3), rows(1, 4));
        assert_ne!(rows(1, 3), rows(2, 3));
        assert_eq!(rows(1, 3).len(), 9);
    }

    /// 999 × 100 rows of 100: each is taken 999 times ± 4.5 standard deviations of √999.
    #[test]
    fn each_row_is_taken_equally_often() {
        let mut taken = [0_u32; 100];
        Bootstrap::with_seed(1).rows(100).flatten().for_each(|row| taken[row] += 1);
        assert!(taken.iter().all(|times| (f64::from(*times) - 999.0).abs() < 4.5 * 999_f64.sqrt()), "{taken:?}");
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        let sorted = [1.0, 2.0, 4.0];
        assert_eq!([0.0, 0.25, 0.5, 0.75, 1.0].map(|share| quantile(&sorted, share)), [1.0, 1.5, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn there_is_no_interval_where_more_than_one_resample_in_twenty_has_no_value() {
        let bootstrap = Bootstrap::new(1, 100, 0.9).unwrap();
        let values = |without: u32| (0..100).map(move |i| (i >= without).then_some(1.0));
        assert_eq!(bootstrap.interval(values(5)), Some([1.0, 1.0]));
        assert_eq!(bootstrap.interval(values(6)), None);
    }

    #[test]
    fn a_bootstrap_of_too_few_resamples_is_refused() {
        assert_eq!(Bootstrap::new(1, 38, 0.95), Err(BootstrapError));
        assert!(Bootstrap::new(1, 39, 0.95).is_ok());
        assert_eq!(Bootstrap::new(1, 999, 1.0), Err(BootstrapError));
    }
}
