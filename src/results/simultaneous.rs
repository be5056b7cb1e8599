//! Intervals and decisions that hold for several paired differences at once.
//!
//! - [`max_t`]: the studentised bootstrap of the largest deviation over whole replications (Westfall and Young,
//!   "Resampling-based multiple testing", 1993, 2.2; Romano and Wolf, Econometrica 73, 2005);
//! - [`holm`]: Holm's step-down on paired t tests, which a reader can check by hand (Scandinavian Journal of Statistics
//!   6, 1979);
//! - [`sign_test`]: for differences that are 0 in most replications.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::statistics::{mean_and_sd, resampled, student_t};

/// Resamples behind a critical value.
const RESAMPLES: u64 = 9_999;

/// A number per replication whose deviation from the mean is studentised.
pub trait Deviation {
    /// The deviation in a resample, in units of the resample's own standard error; infinite where that is 0.
    fn of_resample(&self, places: &[usize]) -> f64;
}

/// Paired differences.
pub struct OfMean {
    from_mean: Vec<f64>,
}

impl OfMean {
    /// One difference per replication.
    pub fn new(differences: &[f64]) -> Self {
        let (mean, _) = mean_and_sd(differences);
        Self { from_mean: differences.iter().map(|difference| difference - mean).collect() }
    }
}

impl Deviation for OfMean {
    fn of_resample(&self, places: &[usize]) -> f64 {
        let values: Vec<f64> = places.iter().map(|place| self.from_mean[*place]).collect();
        let (mean, sd) = mean_and_sd(&values);
        studentised(mean, sd / (values.len() as f64).sqrt())
    }
}

/// The logarithm of a ratio of means. On this scale no interval reaches a ratio of 0.
pub struct OfRatio<'v> {
    above: &'v [f64],
    below: &'v [f64],
    log_ratio: f64,
}

impl<'v> OfRatio<'v> {
    /// Numerators and denominators by replication. `None` if a sum is not above 0.
    pub fn new(above: &'v [f64], below: &'v [f64]) -> Option<Self> {
        let log_ratio = log_ratio(above.iter().sum(), below.iter().sum())?;
        Some(Self { above, below, log_ratio })
    }

    /// The logarithm and its standard error, by the delta method.
    pub fn estimate(&self) -> (f64, f64) {
        let all: Vec<usize> = (0..self.above.len()).collect();
        (self.log_ratio, self.of(&all).map_or(f64::INFINITY, |(_, error)| error))
    }

    fn of(&self, places: &[usize]) -> Option<(f64, f64)> {
        let sum = |of: &[f64]| places.iter().map(|place| of[*place]).sum::<f64>();
        let (above, below) = (sum(self.above), sum(self.below));
        let (log, ratio) = (log_ratio(above, below)?, above / below);
        let residuals: Vec<f64> = places.iter().map(|place| self.above[*place] - ratio * self.below[*place]).collect();
        let n = places.len() as f64;
        Some((log, mean_and_sd(&residuals).1 * n.sqrt() / above))
    }
}

impl Deviation for OfRatio<'_> {
    fn of_resample(&self, places: &[usize]) -> f64 {
        self.of(places).map_or(f64::INFINITY, |(log, error)| studentised(log - self.log_ratio, error))
    }
}

fn log_ratio(above: f64, below: f64) -> Option<f64> {
    (above > 0.0 && below > 0.0).then(|| libm::log(above / below))
}

fn studentised(deviation: f64, error: f64) -> f64 {
    match deviation {
        _ if error > 0.0 => deviation / error,
        0.0 => 0.0,
        _ => f64::INFINITY.copysign(deviation),
    }
}

/// The critical value at which all of these numbers of `n` replications lie within their intervals at once, at this
/// confidence level: the quantile of the largest absolute deviation. `None` if there are none, or if it is infinite.
pub fn max_t(n: usize, numbers: &[&dyn Deviation], level: f64) -> Option<f64> {
    if numbers.is_empty() {
        return None;
    }
    let mut places = Vec::with_capacity(n);
    let mut largest: Vec<f64> = (0..RESAMPLES)
        .map(|resample| {
            places.clear();
            resampled(resample, n, |place| places.push(place));
            numbers.iter().map(|number| number.of_resample(&places).abs()).fold(0.0, f64::max)
        })
        .collect();
    largest.sort_by(f64::total_cmp);
    let rank = (level * (RESAMPLES + 1) as f64).ceil() as usize;
    largest.get(rank.clamp(1, largest.len()) - 1).copied().filter(|critical| critical.is_finite())
}

/// What a step-down procedure finds of one difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The p value, adjusted for the others.
    pub p: f64,
    /// Whether the mean differs from 0.
    pub differs: bool,
    /// The interval of the mean at the step's own level: it excludes 0 exactly where the mean differs.
    pub interval: [f64; 2],
}

/// Holm's procedure on paired t tests, one for each list of differences, each of at least two replications and not
/// constant.
pub fn holm(all: &[&[f64]], level: f64) -> Vec<Step> {
    let moments: Vec<(f64, f64)> = all.iter().map(|differences| mean_and_sd(differences)).collect();
    let p = |place: usize| {
        let ((mean, sd), n) = (moments[place], all[place].len());
        let t = mean.abs() * (n as f64).sqrt() / sd;
        StudentsT::new(0.0, 1.0, (n - 1) as f64).map_or(1.0, |law| 2.0 * law.cdf(-t))
    };
    step_down(&(0..all.len()).map(p).collect::<Vec<f64>>(), 1.0 - level)
        .into_iter()
        .zip(all.iter().zip(&moments))
        .map(|((p, differs, alpha), (differences, (mean, sd)))| {
            let interval = student_t(*mean, *sd, differences.len(), 1.0 - alpha);
            Step { p, differs, interval }
        })
        .collect()
}

/// Holm's step-down: for each p value the adjusted one, whether it is significant, and the level at which it was
/// tested. What follows the first that is not significant is tested at the same level as that one.
fn step_down(p: &[f64], alpha: f64) -> Vec<(f64, bool, f64)> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut steps = vec![(1.0, false, alpha); p.len()];
    let (mut adjusted, mut going, mut at) = (0.0_f64, true, alpha);
    for (rank, place) in order.into_iter().enumerate() {
        let left = (p.len() - rank) as f64;
        adjusted = adjusted.max((left * p[place]).min(1.0));
        if going {
            at = alpha / left;
        }
        going &= adjusted <= alpha;
        steps[place] = (adjusted, going, at);
    }
    steps
}

/// Exact two-sided sign tests with Holm's adjustment, one for each list of differences: the adjusted p value of the
/// hypothesis that a difference that is not 0 is as likely to be positive as negative, and whether it is rejected.
pub fn sign_test(all: &[&[f64]], level: f64) -> Vec<(f64, bool)> {
    let p = |differences: &&[f64]| {
        let count = |is: fn(&f64) -> bool| differences.iter().filter(|difference| is(difference)).count();
        let (less, more) = (count(|d| *d < 0.0), count(|d| *d > 0.0));
        two_sided(less.min(more), less + more)
    };
    let p: Vec<f64> = all.iter().map(p).collect();
    step_down(&p, 1.0 - level).into_iter().map(|(p, differs, _)| (p, differs)).collect()
}

/// Twice the probability of at most `few` heads in `n` throws of a fair coin, at most 1.
fn two_sided(few: usize, n: usize) -> f64 {
    let mut term = libm::pow(0.5, n as f64);
    let mut sum = term;
    for k in 1..=few {
        term *= (n - k + 1) as f64 / k as f64;
        sum += term;
    }
    (2.0 * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holms_adjusted_p_values_are_those_of_the_step_down() {
        // Holm (1979): 4, 3, 2, 1 times the ordered p values, and never less than the one before.
        let steps = step_down(&[0.01, 0.04, 0.03, 0.005], 0.05);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        let adjusted = [0.03, 0.06, 0.06, 0.02];
        assert!(steps.iter().zip(adjusted).all(|(step, adjusted)| close(step.0, adjusted)), "{steps:?}");
        assert_eq!(steps.iter().map(|step| step.1).collect::<Vec<_>>(), [true, false, false, true]);
        // The third is tested at 0.05 / 2 and fails; so is the last.
        assert!(steps.iter().zip([0.05 / 3.0, 0.025, 0.025, 0.0125]).all(|(step, at)| close(step.2, at)));
    }

    #[test]
    fn an_interval_of_holms_step_excludes_0_exactly_where_the_mean_differs() {
        let (clear, open) = ([-5.0, -6.0, -7.0, -5.5], [1.0, -1.0, 0.5, 2.0]);
        let steps = holm(&[&clear, &open], 0.95);
        assert!(steps[0].differs && steps[0].interval[1] < 0.0);
        assert!(!steps[1].differs && steps[1].interval[0] < 0.0 && steps[1].interval[1] > 0.0);
    }

    #[test]
    fn five_signs_alike_are_not_enough_and_six_are() {
        // 2 × 2⁻⁵ = 0.0625 and 2 × 2⁻⁶ = 0.03125.
        let five = [0.0, -1.0, -1.0, -2.0, -1.0, -9.0];
        let six = [-1.0, -1.0, -2.0, -1.0, -9.0, -1.0];
        assert_eq!(sign_test(&[&five], 0.95), [(0.0625, false)]);
        assert_eq!(sign_test(&[&six], 0.95), [(0.03125, true)]);
        // Of eight, one against: 2 × (1 + 8) / 256.
        let mixed = [1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0];
        assert_eq!(sign_test(&[&mixed], 0.95), [(18.0 / 256.0, false)]);
    }

    #[test]
    fn the_critical_value_of_one_normal_sample_is_near_students() {
        // Normal scores of 30: Student's t has 2.045.
        let scores: Vec<f64> = (1..=30).map(|i| crate::engine::law::normal((f64::from(i) - 0.5) / 30.0)).collect();
        let one = OfMean::new(&scores);
        let alone = max_t(30, &[&one], 0.95).unwrap();
        assert!((1.95..2.2).contains(&alone), "{alone}");
        // The same number twice is no larger family; another one that moves against it is.
        assert_eq!(max_t(30, &[&one, &OfMean::new(&scores)], 0.95), Some(alone));
        let other: Vec<f64> = (0..30).map(|i| scores[(i * 7) % 30]).collect();
        let both = max_t(30, &[&one, &OfMean::new(&other)], 0.95).unwrap();
        assert!(both > alone + 0.1, "{both}");
    }

    #[test]
    fn the_logarithm_of_a_ratio_has_the_error_of_the_delta_method() {
        // Ratio 6/12; residuals 1 − 2/2 = 0, 2 − 4/2 = 0, 3 − 6/2 = 0.
        assert_eq!(OfRatio::new(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]).unwrap().estimate(), (libm::log(0.5), 0.0));
        // Ratio 4/8; residuals 1 − 2 = −1 and 3 − 2 = 1, sd √2, over √2 × mean 2.
        let (log, error) = OfRatio::new(&[1.0, 3.0], &[4.0, 4.0]).unwrap().estimate();
        assert_eq!(log, libm::log(0.5));
        assert!((error - 0.5).abs() < 1e-15);
        assert!(OfRatio::new(&[0.0, 0.0], &[1.0, 1.0]).is_none());
    }
}
