//! Intervals and decisions that hold for several paired differences at once.
//!
//! - [`max_t`]: the studentised bootstrap of the largest deviation over whole replications (Westfall and Young,
//!   "Resampling-based multiple testing", 1993, 2.2; Romano and Wolf, Econometrica 73, 2005);
//! - [`holm`]: Holm's step-down on paired t tests, which a reader can check by hand (Scandinavian Journal of Statistics
//!   6, 1979);
//! - [`sign_test`]: for differences that are the same in most replications.

use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

use super::statistics::{mean_and_sd, quantile_of_t, resampled};

/// Resamples behind a critical value.
const RESAMPLES: u64 = 9_999;

/// A relative error below this is rounding.
const ROUNDING: f64 = 1e-12;

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
        let values = || places.iter().map(|place| self.from_mean[*place]);
        let (n, mut sum, mut first, mut same) = (places.len() as f64, 0.0, None, true);
        for value in values() {
            sum += value;
            same &= *first.get_or_insert(value) == value;
        }
        let mean = sum / n;
        let squares: f64 = if same { 0.0 } else { values().map(|value| (value - mean) * (value - mean)).sum() };
        studentised(mean, (squares / (n - 1.0) / n).sqrt())
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
        // The residuals add up to 0.
        let squares: f64 = places
            .iter()
            .map(|place| self.above[*place] - ratio * self.below[*place])
            .map(|residual| residual * residual)
            .sum();
        let n = places.len() as f64;
        let error = (squares / (n - 1.0) * n).sqrt() / above;
        // Proportional numbers leave nothing but rounding.
        Some((log, if error > ROUNDING { error } else { 0.0 }))
    }
}

impl Deviation for OfRatio<'_> {
    fn of_resample(&self, places: &[usize]) -> f64 {
        let deviation = |log: f64| if (log - self.log_ratio).abs() > ROUNDING { log - self.log_ratio } else { 0.0 };
        self.of(places).map_or(f64::INFINITY, |(log, error)| studentised(deviation(log), error))
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
/// confidence level: the quantile of the largest absolute deviation. `None` if there are none, if it is infinite, or if
/// it lies beyond the outermost resample.
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
    largest.get(rank.checked_sub(1)?).copied().filter(|critical| critical.is_finite())
}

/// What a step-down procedure finds of one difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The p value, adjusted for the others.
    pub p: f64,
    /// Whether the mean differs from 0.
    pub differs: bool,
    /// Student's t at the step's own level, two-sided. That many standard errors around the mean exclude 0 exactly
    /// where the mean differs.
    pub critical: f64,
}

/// Holm's procedure on paired t tests, one for each list of differences, each of at least two replications.
pub fn holm(all: &[&[f64]], level: f64) -> Vec<Step> {
    let moments: Vec<(f64, f64)> = all.iter().map(|differences| mean_and_sd(differences)).collect();
    let p = |place: usize| {
        let ((mean, sd), n) = (moments[place], all[place].len());
        let t = if mean == 0.0 { 0.0 } else { mean.abs() * (n as f64).sqrt() / sd };
        StudentsT::new(0.0, 1.0, (n - 1) as f64).map_or(1.0, |law| 2.0 * law.cdf(-t))
    };
    step_down(&(0..all.len()).map(p).collect::<Vec<f64>>(), 1.0 - level)
        .into_iter()
        .zip(all)
        .map(|((p, differs, alpha), differences)| Step {
            p,
            differs,
            critical: quantile_of_t(differences.len(), 1.0 - alpha),
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

/// What a sign test finds of one difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signs {
    /// Replications below 0.
    pub less: usize,
    /// Replications above 0.
    pub more: usize,
    /// The p value, adjusted for the others.
    pub p: f64,
    /// Whether one sign is more likely than the other.
    pub differ: bool,
}

/// Exact two-sided sign tests with Holm's adjustment, one for each list of differences, of the hypothesis that a
/// difference that is not 0 is as likely to be positive as negative.
pub fn sign_test(all: &[&[f64]], level: f64) -> Vec<Signs> {
    let signs = |differences: &&[f64]| {
        let count = |is: fn(&f64) -> bool| differences.iter().filter(|difference| is(difference)).count();
        (count(|d| *d < 0.0), count(|d| *d > 0.0))
    };
    let signs: Vec<(usize, usize)> = all.iter().map(signs).collect();
    let p: Vec<f64> = signs.iter().map(|(less, more)| two_sided(*less.min(more), less + more)).collect();
    let steps = step_down(&p, 1.0 - level).into_iter().zip(signs);
    steps.map(|((p, differ, _), (less, more))| Signs { less, more, p, differ }).collect()
}

/// Twice the probability of at most `few` heads in `n` throws of a fair coin, at most 1.
fn two_sided(few: usize, n: usize) -> f64 {
    if n > MOST_THROWS_ADDED_UP {
        return Binomial::new(0.5, n as u64).map_or(1.0, |heads| (2.0 * heads.cdf(few as u64)).min(1.0));
    }
    let mut term = libm::pow(0.5, n as f64);
    let mut sum = term;
    for k in 1..=few {
        term *= (n - k + 1) as f64 / k as f64;
        sum += term;
    }
    (2.0 * sum).min(1.0)
}

/// With more throws the probability of no heads is below the smallest number.
const MOST_THROWS_ADDED_UP: usize = 1_000;

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
    fn differences_that_are_all_0_do_not_differ_and_those_that_are_all_1_do() {
        let [zeros, ones] = [[0.0; 4], [1.0; 4]];
        let steps = holm(&[&zeros, &ones], 0.95);
        assert_eq!([(steps[0].p, steps[0].differs), (steps[1].p, steps[1].differs)], [(1.0, false), (0.0, true)]);
    }

    #[test]
    fn holms_critical_value_excludes_0_exactly_where_the_mean_differs() {
        let (clear, open) = ([-5.0, -6.0, -7.0, -5.5], [1.0, -1.0, 0.5, 2.0]);
        let steps = holm(&[&clear, &open], 0.95);
        // t = mean / (sd / 2): -5.875 / 0.4270 and 0.625 / 0.6250.
        assert!(steps[0].differs && steps[0].critical < 13.7 && !steps[1].differs && steps[1].critical > 1.0);
        // Tables of Student's t with 3 degrees: 0.025 / 2 in each tail of the first, 0.05 / 2 of the second.
        assert!((steps[0].critical - 4.1765).abs() < 1e-4 && (steps[1].critical - 3.1824).abs() < 1e-4, "{steps:?}");
    }

    #[test]
    fn five_signs_alike_are_not_enough_and_six_are() {
        let found = |differences: &[f64]| {
            let signs = sign_test(&[differences], 0.95)[0];
            (signs.less, signs.more, signs.p, signs.differ)
        };
        // 2 × 2⁻⁵ = 0.0625 and 2 × 2⁻⁶ = 0.03125.
        assert_eq!(found(&[0.0, -1.0, -1.0, -2.0, -1.0, -9.0]), (5, 0, 0.0625, false));
        assert_eq!(found(&[-1.0, -1.0, -2.0, -1.0, -9.0, -1.0]), (6, 0, 0.03125, true));
        // Of eight, one against: 2 × (1 + 8) / 256. Of six, three against: every outcome is as extreme.
        assert_eq!(found(&[1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]), (7, 1, 18.0 / 256.0, false));
        assert_eq!(found(&[1.0, 1.0, 1.0, -1.0, -1.0, -1.0]), (3, 3, 1.0, false));
    }

    #[test]
    fn quantiles_of_students_t_are_those_of_tables_to_their_printed_digits() {
        for (degrees, tail, printed) in [
            (1, 0.025, "12.706"),
            (2, 0.025, "4.303"),
            (4, 0.025, "2.776"),
            (4, 0.005, "4.604"),
            (7, 0.025, "2.365"),
            (29, 0.025, "2.045"),
            (29, 0.0005, "3.659"),
            (120, 0.025, "1.980"),
            (1, 0.000_5, "636.619"),
        ] {
            let quantile = quantile_of_t(degrees + 1, 1.0 - 2.0 * tail);
            assert_eq!(format!("{quantile:.3}"), printed, "{degrees} degrees, {tail}");
        }
    }

    #[test]
    fn a_fair_coin_is_fair_however_often_it_is_thrown() {
        // 2⁻¹¹⁰⁰ is below the smallest number.
        assert!(two_sided(545, 1_100) > 0.7);
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
