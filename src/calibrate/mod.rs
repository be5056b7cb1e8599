//! Calibration: which values of uncertain inputs go with what was observed.
//!
//! | Module | Question |
//! | --- | --- |
//! | [`target`] | What was observed, and how precisely? |
//! | [`moments`] | Which inputs bring the simulated figures to the observed ones, and which others fit as well? |
//! | [`metamodel`] | What would the simulation give at a point that was not simulated? |
//! | [`objective`] | Where is the distance to the observations least, and how far can an input move before it grows? |
//! | [`waits`] | Which law fits observed waits, some of which had not ended? |
//! | [`pack`] | How is the result written into a scenario? |
//!
//! Inputs are positions in their ranges, 0 to 1, as in [`explore`](crate::explore).

pub mod metamodel;
pub mod moments;
pub mod objective;
pub mod pack;
pub mod target;
pub mod waits;

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// By how much twice a log-likelihood falls, or a squared distance rises, at the ends of a profile interval of one
/// input.
pub(crate) fn rise(level: f64) -> f64 {
    ChiSquared::new(1.0).map_or(f64::NAN, |law| law.inverse_cdf(level))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rise_of_an_interval_is_the_square_of_the_normal_quantile() {
        // 1.959964² = 3.841459.
        assert!((super::rise(0.95) - 3.841_458_821).abs() < 1e-6);
    }
}
