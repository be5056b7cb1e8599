//! What a mean over replications is worth. The replication is the independent unit.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Fewest replications for which an interval is offered.
pub const FEWEST_FOR_AN_INTERVAL: usize = 30;
/// Fewest runs for which the central 95 % of them is not simply their range.
const FEWEST_FOR_QUANTILES: usize = 39;

/// A metric over the replications of a policy.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Summary {
    /// Mean over replications; with one replication its value.
    pub mean: f64,
    /// Student t interval of the mean at `level`; none below 30 replications.
    pub interval: Option<[f64; 2]>,
    /// Confidence level of the interval.
    pub level: f64,
    /// Standard deviation over replications.
    pub sd: f64,
    /// Range of simulated years: 2.5 to 97.5 % of runs; below 39 runs the smallest and the largest.
    pub runs: [f64; 2],
    /// Replications.
    pub n: usize,
}

/// Summarises one value a replication, in their order.
pub fn summarise(values: &[f64], level: f64) -> Summary {
    let n = values.len();
    let (mut mean, mut squares) = (0.0, 0.0);
    for (i, value) in values.iter().enumerate() {
        let delta = value - mean;
        mean += delta / (i + 1) as f64;
        squares += delta * (value - mean);
    }
    let sd = if n > 1 { (squares / (n - 1) as f64).sqrt() } else { 0.0 };
    let interval = (n >= FEWEST_FOR_AN_INTERVAL).then(|| {
        let half = t_quantile(n - 1, level) * sd / (n as f64).sqrt();
        [mean - half, mean + half]
    });
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let runs = match (sorted.first(), sorted.last()) {
        (Some(_), Some(_)) if n >= FEWEST_FOR_QUANTILES => {
            // The outermost order statistics whose expected content is at most 2.5 % on either side.
            let cut = ((n + 1) as f64 * 0.025).floor() as usize;
            [sorted[cut.max(1) - 1], sorted[n - cut.max(1)]]
        }
        (Some(low), Some(high)) => [*low, *high],
        _ => [0.0, 0.0],
    };
    Summary { mean, interval, level, sd, runs, n }
}

fn t_quantile(freedom: usize, level: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(0.5 + level / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_thirty_values_uses_students_t_with_29_degrees() {
        // Values 1 to 30: mean 15.5, variance 77.5; t(0.975, 29) = 2.045230 (tables).
        let values: Vec<f64> = (1..=30).map(f64::from).collect();
        let summary = summarise(&values, 0.95);
        assert_eq!(summary.mean, 15.5);
        let half = 2.045_230 * (77.5_f64 / 30.0).sqrt();
        let [low, high] = summary.interval.unwrap();
        assert!((low - (15.5 - half)).abs() < 1e-5 && (high - (15.5 + half)).abs() < 1e-5);
        assert_eq!(summary.runs, [1.0, 30.0]);
    }

    #[test]
    fn fewer_than_thirty_replications_give_no_interval() {
        assert_eq!(summarise(&[1.0; 29], 0.95).interval, None);
    }

    #[test]
    fn equal_values_have_an_interval_of_no_width() {
        assert_eq!(summarise(&[7.0; 30], 0.95).interval, Some([7.0, 7.0]));
    }
}
