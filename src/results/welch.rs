//! The difference of two means of independent samples.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The interval, at a confidence level, of the mean of `after` less the mean of `before`, where the two samples are
/// independent and their variances may differ (B. L. Welch, "The generalization of 'Student's' problem when several
/// different population variances are involved", Biometrika 34, 1947). `None` if a sample has fewer than two values, or
/// if neither varies.
pub fn welch(before: &[f64], after: &[f64], level: f64) -> Option<[f64; 2]> {
    let (first, second) = (Moments::of(before)?, Moments::of(after)?);
    let variance = first.of_mean() + second.of_mean();
    if variance <= 0.0 {
        return None;
    }
    // The degrees of freedom of Welch and Satterthwaite.
    let part = |sample: &Moments| sample.of_mean() * sample.of_mean() / (sample.n - 1.0);
    let freedom = variance * variance / (part(&first) + part(&second));
    let quantile = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(0.5 + level / 2.0);
    let (change, half) = (second.mean - first.mean, quantile * variance.sqrt());
    Some([change - half, change + half])
}

struct Moments {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: &[f64]) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Self { n, mean, variance: squares / (n - 1.0) })
    }

    /// The variance of the mean.
    fn of_mean(&self) -> f64 {
        self.variance / self.n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_variances_give_students_interval_of_two_samples() {
        // Both variances are 2, so the variance of the difference is 2/2 + 2/2 = 2, with 2 degrees of freedom. Then
        // Student's t at 97.5 % is 4.3027: 10 ± 4.3027 √2.
        let [low, high] = welch(&[0.0, 2.0], &[10.0, 12.0], 0.95).expect("they vary");
        assert!((low - 3.9151).abs() < 1e-3 && (high - 16.0849).abs() < 1e-3, "{low}..{high}");
    }

    #[test]
    fn a_sample_that_does_not_vary_leaves_the_degrees_of_freedom_of_the_other() {
        // The variance of the mean of the second is 2/2 = 1, with 1 degree of freedom: t at 97.5 % is 12.7062.
        let [low, high] = welch(&[5.0, 5.0, 5.0], &[0.0, 2.0], 0.95).expect("one varies");
        assert!((low + 16.7062).abs() < 1e-3 && (high - 8.7062).abs() < 1e-3, "{low}..{high}");
    }

    #[test]
    fn there_is_no_interval_without_variance_or_with_one_value() {
        assert_eq!(welch(&[1.0, 1.0], &[2.0, 2.0], 0.95), None);
        assert_eq!(welch(&[1.0], &[2.0, 3.0], 0.95), None);
    }
}
