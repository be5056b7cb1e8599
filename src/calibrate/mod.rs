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

use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

/// By how much twice a log-likelihood falls, or a squared distance rises, at the ends of a profile interval of one
/// input.
pub(crate) fn rise(level: f64) -> f64 {
    ChiSquared::new(1.0).map_or(f64::NAN, |law| law.inverse_cdf(level))
}

/// The same where the covariance of `figures` is estimated from `replications`: the square of a quantile of Student's
/// law. Figures beyond the number of fitted inputs cost degrees of freedom (Rao 1959, "Some problems involving linear
/// hypotheses in multivariate analysis"). What a poor fit would add is left out.
pub(crate) fn rise_of_estimated(level: f64, replications: usize, figures: usize, inputs: usize) -> f64 {
    let all = replications.saturating_sub(1) as f64;
    let free = all - figures.saturating_sub(inputs) as f64;
    let t = StudentsT::new(0.0, 1.0, free).map_or(f64::NAN, |law| law.inverse_cdf(f64::midpoint(1.0, level)));
    t * t * all / free
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rise_of_an_interval_is_the_square_of_the_normal_quantile() {
        // 1.959964² = 3.841459.
        assert!((super::rise(0.95) - 3.841_458_821).abs() < 1e-6);
    }

    #[test]
    fn the_rise_is_larger_where_the_covariance_is_estimated() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-4, "{found} not {expected}");
        // Eight replications leave seven degrees of freedom: 2.364624².
        near(super::rise_of_estimated(0.95, 8, 1, 1), 5.591_448);
        near(super::rise_of_estimated(0.95, 8, 2, 3), 5.591_448);
        // A figure more than inputs leaves six: 2.446912² · 7/6.
        near(super::rise_of_estimated(0.95, 8, 2, 1), 6.985_275);
    }
}
