//! Estimates over replications and their intervals. The replication is the independent unit.

use std::sync::{Arc, Mutex, PoisonError};

use statrs::distribution::{Beta, ContinuousCDF, StudentsT};

use crate::engine::random::{Draws, Entity, Purpose};

/// The fewest replications for which an interval is given.
pub const FEWEST_FOR_AN_INTERVAL: usize = 30;
/// The skewness of the runs above which the bootstrap replaces Student's t.
const MOST_SKEW_FOR_T: f64 = 1.0;
/// Resamples of a bootstrap: the bounds of a 95 % interval are the 50th from either end.
pub(super) const RESAMPLES: usize = 1_999;
/// The most replications that are resampled. With more, the mean is close enough to normal for Student's t.
pub(super) const MOST_FOR_A_BOOTSTRAP: usize = 1_000;

/// How an interval was found, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// No interval: fewer than [`FEWEST_FOR_AN_INTERVAL`] replications.
    None,
    /// No interval: every replication gave the same number.
    Identical,
    /// No interval: too few replications differ from the rest for their spread to be known.
    TooRare,
    /// No interval of a ratio: the interval of its denominator contains 0.
    DenominatorNearZero,
    /// Student's t of the mean.
    StudentT,
    /// The studentised bootstrap of the mean.
    BootstrapT,
    /// A jackknife over replications and Student's t, for a ratio of means.
    Jackknife,
    /// Two of the replications in order of size, between which the median lies.
    OrderStatistics,
}

impl Method {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Method::None => "none",
            Method::Identical => "identical",
            Method::TooRare => "too-rare",
            Method::DenominatorNearZero => "denominator-near-zero",
            Method::StudentT => "student-t",
            Method::BootstrapT => "bootstrap-t",
            Method::Jackknife => "jackknife",
            Method::OrderStatistics => "order-statistics",
        }
    }
}

/// One number per replication, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Sample {
    /// Counts, times, bytes: none is below 0.
    Counts(Vec<f64>),
    /// Differences from another policy in the same replication.
    Differences(Vec<f64>),
    /// Numerators and denominators, none below 0.
    Ratios(Vec<[f64; 2]>),
    /// Largest numbers of runs, or their differences or ratios, where they are defined. A mean of them is no largest
    /// number.
    Extremes(Vec<Option<f64>>),
}

/// What represents the replications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// The mean over replications.
    Mean,
    /// The ratio of the means of two policies.
    RatioOfMeans,
    /// The median over replications.
    Median,
}

impl Estimator {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Estimator::Mean => "mean",
            Estimator::RatioOfMeans => "ratio-of-means",
            Estimator::Median => "median",
        }
    }
}

/// The number of replications in which something happened at all, and the resulting bounds on its probability.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AtLeastOne {
    /// Replications with a number above 0.
    pub runs: usize,
    /// Clopper–Pearson interval of the probability of any in a replication, from 0 to 1. With no such replication its
    /// upper end is a one-sided bound, about 3/n at 95 %. It does not bound the mean.
    pub interval: [f64; 2],
}

/// A number over the replications of a policy.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// What represents the replications. With one replication, its value.
    pub value: f64,
    /// How the value was found.
    pub estimator: Estimator,
    /// The interval at `level`, cut at 0 if the number cannot be negative.
    pub interval: Option<[f64; 2]>,
    /// How the interval was found, or why there is none.
    pub method: Method,
    /// Confidence level of the interval.
    pub level: f64,
    /// The standard deviation over replications. For a ratio, that of its jackknife pseudo-values.
    pub sd: f64,
    /// Range of simulated windows: 2.5 to 97.5 % of runs; below 79 runs the smallest and the largest.
    pub runs: [f64; 2],
    /// Replications.
    pub n: usize,
    /// Given for counts that are 0 in some replications, if there are at least [`FEWEST_FOR_AN_INTERVAL`].
    pub at_least_one: Option<AtLeastOne>,
}

impl Sample {
    /// The number of each replication; `None` where a denominator is 0.
    pub fn each(&self) -> Vec<Option<f64>> {
        match self {
            Sample::Counts(values) | Sample::Differences(values) => values.iter().copied().map(Some).collect(),
            Sample::Ratios(pairs) => pairs.iter().map(quotient).collect(),
            Sample::Extremes(values) => values.clone(),
        }
    }

    /// What represents the replications, as in a [`Summary`], without the cost of an interval.
    pub fn value(&self) -> Option<f64> {
        match self {
            Sample::Counts(values) | Sample::Differences(values) => Some(mean_and_sd(values).0),
            Sample::Ratios(pairs) => quotient(&sums(pairs)),
            Sample::Extremes(values) => {
                let mut sorted: Vec<f64> = values.iter().copied().collect::<Option<_>>()?;
                sorted.sort_by(f64::total_cmp);
                (!sorted.is_empty()).then(|| median(&sorted))
            }
        }
    }

    /// Summarises it at a confidence level. `None` for a ratio whose denominators are all 0.
    pub fn summarise(&self, level: f64) -> Option<Summary> {
        match self {
            Sample::Counts(values) => {
                let summary = of_values(values, level);
                let interval = summary.interval.map(not_negative);
                Some(Summary { interval, at_least_one: at_least_one(values, level), ..summary })
            }
            Sample::Differences(values) => Some(of_values(values, level)),
            Sample::Ratios(pairs) => of_ratio(pairs, level),
            Sample::Extremes(values) => of_extremes(values, level),
        }
    }
}

fn quotient([above, below]: &[f64; 2]) -> Option<f64> {
    (*below > 0.0).then(|| above / below)
}

/// The median of the largest numbers of runs, with an interval between two of them.
fn of_extremes(values: &[Option<f64>], level: f64) -> Option<Summary> {
    let mut sorted: Vec<f64> = values.iter().copied().collect::<Option<_>>()?;
    sorted.sort_by(f64::total_cmp);
    let (first, last, n) = (*sorted.first()?, *sorted.last()?, sorted.len());
    let (interval, method) = match ranks_around(0.5, n, level) {
        _ if first == last => (None, Method::Identical),
        Some([low, high]) => (Some([sorted[low - 1], sorted[high - 1]]), Method::OrderStatistics),
        None => (None, Method::None),
    };
    let runs = if method == Method::Identical || n < 2 { [first, last] } else { central(&sorted) };
    let sd = mean_and_sd(&sorted).1;
    let value = median(&sorted);
    Some(Summary { value, estimator: Estimator::Median, interval, method, level, sd, runs, n, at_least_one: None })
}

/// The ranks, from 1, of the two of `n` replications in order of size between which a quantile of all windows lies at a
/// confidence level, whatever their distribution; equally likely to miss it on either side. `None` if `n` is too small.
///
/// ```
/// use meterchurn::results::statistics::ranks_around;
/// // With six, all exceed the median once in 64, and all fall short of it as often.
/// assert_eq!(ranks_around(0.5, 6, 0.95), Some([1, 6]));
/// assert_eq!(ranks_around(0.5, 5, 0.95), None);
/// ```
pub fn ranks_around(quantile: f64, n: usize, level: f64) -> Option<[usize; 2]> {
    let tail = (1.0 - level) / 2.0;
    let low = (1..=n).take_while(|k| 1.0 - reach(quantile, *k, n) <= tail).last()?;
    let high = (1..=n).find(|k| reach(quantile, *k, n) <= tail)?;
    Some([low, high])
}

/// The probability that at least `k` of `n` replications do not exceed a quantile; `k` is from 1 to `n`.
fn reach(quantile: f64, k: usize, n: usize) -> f64 {
    Beta::new(k as f64, (n - k + 1) as f64).map_or(f64::NAN, |beta| beta.cdf(quantile))
}

/// The fewest replications whose largest exceeds a quantile of all windows at a confidence level: with fewer, no bound
/// of the quantile from above exists.
///
/// ```
/// use meterchurn::results::statistics::fewest_for;
/// assert_eq!([fewest_for(0.95, 0.95), fewest_for(0.99, 0.95)], [59, 299]);
/// ```
pub fn fewest_for(quantile: f64, level: f64) -> usize {
    let n = libm::log(1.0 - level) / libm::log(quantile);
    // Rounding must not ask for one more where it is a whole number.
    libm::ceil(n - 1e-9).max(1.0) as usize
}

/// The smallest of the replications that is at least a quantile of all windows at a confidence level. `None` if there
/// are too few, see [`fewest_for`].
pub fn at_most(values: &[f64], quantile: f64, level: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    (1..=n).find(|k| reach(quantile, *k, n) <= 1.0 - level).map(|k| sorted[k - 1])
}

fn not_negative([low, high]: [f64; 2]) -> [f64; 2] {
    [low.max(0.0), high.max(0.0)]
}

/// The mean of one value per replication.
fn of_values(values: &[f64], level: f64) -> Summary {
    let n = values.len();
    let (mean, sd) = mean_and_sd(values);
    let (interval, method) = if n < FEWEST_FOR_AN_INTERVAL {
        (None, Method::None)
    } else if all_the_same(values) {
        (None, Method::Identical)
    } else if skewness(values, mean).abs() <= MOST_SKEW_FOR_T || n > MOST_FOR_A_BOOTSTRAP || bound(level) == 0 {
        (Some(student_t(mean, sd, n, level)), Method::StudentT)
    } else {
        match bootstrap_t(values, mean, sd, level) {
            Some(interval) => (Some(interval), Method::BootstrapT),
            None => (None, Method::TooRare),
        }
    };
    Summary {
        value: mean,
        estimator: Estimator::Mean,
        interval,
        method,
        level,
        sd,
        runs: central(values),
        n,
        at_least_one: None,
    }
}

pub(super) fn student_t(mean: f64, sd: f64, n: usize, level: f64) -> [f64; 2] {
    let half = quantile_of_t(n, level) * sd / (n as f64).sqrt();
    [mean - half, mean + half]
}

/// Standard errors on either side of the mean of `n` values, by Student's t.
pub(super) fn quantile_of_t(n: usize, level: f64) -> f64 {
    StudentsT::new(0.0, 1.0, (n - 1) as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(0.5 + level / 2.0))
}

fn all_the_same(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

pub(super) fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let (mut mean, mut squares) = (0.0, 0.0);
    for (i, value) in values.iter().enumerate() {
        let delta = value - mean;
        mean += delta / (i + 1) as f64;
        squares += delta * (value - mean);
    }
    let sd = if values.len() > 1 { (squares / (values.len() - 1) as f64).sqrt() } else { 0.0 };
    (mean, sd)
}

/// The mean of one value per replication, and the range of the central 95 % of replications.
pub fn mean_and_range(values: &[f64]) -> [f64; 3] {
    let [low, high] = central(values);
    [mean_and_sd(values).0, low, high]
}

/// The median of one value per replication, and the range of the central 95 % of replications.
pub fn median_and_range(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let [low, high] = central(&sorted);
    [median(&sorted), low, high]
}

/// The median of values in order of size; 0 of none.
fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    if n == 0 { 0.0 } else { (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0 }
}

/// The third moment about the mean in units of the second.
fn skewness(values: &[f64], mean: f64) -> f64 {
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in values {
        let delta = value - mean;
        squares += delta * delta;
        cubes += delta * delta * delta;
    }
    if squares > 0.0 { cubes * (values.len() as f64).sqrt() / (squares * squares.sqrt()) } else { 0.0 }
}

/// The range of the central 95 % of runs.
pub(super) fn central(values: &[f64]) -> [f64; 2] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // The outermost order statistics whose expected content is at most 2.5 % on either side; below 79 runs the first
    // and the last.
    let cut = ((values.len() + 1) as f64 * 0.025).floor().max(1.0) as usize;
    match (sorted.get(cut - 1), sorted.iter().nth_back(cut - 1)) {
        (Some(low), Some(high)) => [*low, *high],
        _ => [0.0, 0.0],
    }
}

/// The rank, from either end, of the resample that bounds an interval at a level; 0 if the bound lies beyond the
/// outermost.
pub(super) fn bound(level: f64) -> usize {
    ((1.0 - level) / 2.0 * (RESAMPLES + 1) as f64).round() as usize
}

/// Calls `take` with the places of a resample of `n` values: `n` of them, with replacement. They depend only on the
/// number of the resample and on `n`, so all numbers of a study are resampled by whole replications.
pub(super) fn resampled(resample: u64, n: usize, take: impl FnMut(usize)) {
    Draws::new(0, 0).of(Entity(resample)).with_replacement(Purpose(0), n, take);
}

/// The places of all resamples of `n` values, one resample after another. Nearly all numbers of a study have as many
/// values, so the last answer is kept.
fn resamples(n: usize) -> Arc<[u16]> {
    static LAST: Mutex<Option<(usize, Arc<[u16]>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, places)) = last.as_ref().filter(|(of, _)| *of == n) {
        return places.clone();
    }
    let mut places = Vec::with_capacity(RESAMPLES * n);
    // No more than MOST_FOR_A_BOOTSTRAP values are resampled.
    (0..RESAMPLES as u64).for_each(|resample| resampled(resample, n, |place| places.push(place as u16)));
    let places: Arc<[u16]> = places.into();
    *last = Some((n, places.clone()));
    places
}

/// The studentised bootstrap (Efron and Tibshirani, "An introduction to the bootstrap", 1993, 12.5). `None` if a bound
/// is infinite because all values are equal in too many resamples.
fn bootstrap_t(values: &[f64], mean: f64, sd: f64, level: f64) -> Option<[f64; 2]> {
    let n = values.len();
    let from_mean: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let root = (n as f64).sqrt();
    let resamples = resamples(n);
    let mut studentised: Vec<f64> = resamples
        .chunks_exact(n)
        .map(|places| {
            let (mut sum, mut squares, mut same) = (0.0, 0.0, true);
            let first = from_mean[usize::from(places[0])];
            for place in places {
                let value = from_mean[usize::from(*place)];
                sum += value;
                squares += value * value;
                same &= first == value;
            }
            let shift = sum / n as f64;
            match same {
                false => shift * root / ((squares - sum * shift) / (n - 1) as f64).sqrt(),
                true if shift == 0.0 => 0.0,
                true => f64::INFINITY.copysign(shift),
            }
        })
        .collect();
    studentised.sort_by(f64::total_cmp);
    let (low, high) = (studentised[bound(level) - 1], studentised[RESAMPLES - bound(level)]);
    (low.is_finite() && high.is_finite()).then(|| [mean - high * sd / root, mean - low * sd / root])
}

/// A ratio of means: the quotient of the sums. Its spread is found by leaving out one replication at a time.
fn of_ratio(pairs: &[[f64; 2]], level: f64) -> Option<Summary> {
    let n = pairs.len();
    let below: Vec<f64> = pairs.iter().map(|pair| pair[1]).collect();
    let mean = quotient(&sums(pairs))?;
    let sd = pseudo_values(pairs).map_or(0.0, |values| mean_and_sd(&values).1);
    let each: Vec<f64> = pairs.iter().filter_map(quotient).collect();
    let near_zero = || {
        let (mean, sd) = mean_and_sd(&below);
        student_t(mean, sd, n, level)[0] <= 0.0
    };
    let (interval, method) = if n < FEWEST_FOR_AN_INTERVAL {
        (None, Method::None)
    } else if near_zero() {
        (None, Method::DenominatorNearZero)
    } else if each.len() == n && all_the_same(&each) {
        (None, Method::Identical)
    } else {
        (Some(not_negative(student_t(mean, sd, n, level))), Method::Jackknife)
    };
    Some(Summary {
        value: mean,
        estimator: Estimator::RatioOfMeans,
        interval,
        method,
        level,
        sd,
        runs: central(&each),
        n,
        at_least_one: None,
    })
}

fn sums(pairs: &[[f64; 2]]) -> [f64; 2] {
    pairs.iter().fold([0.0, 0.0], |sums, pair| [sums[0] + pair[0], sums[1] + pair[1]])
}

/// The contribution of each replication to a ratio of means: n times the ratio less n − 1 times the ratio without it.
/// `None` if a single replication has all of the denominator.
fn pseudo_values(pairs: &[[f64; 2]]) -> Option<Vec<f64>> {
    let (n, all) = (pairs.len() as f64, sums(pairs));
    let of = |pair: &[f64; 2]| {
        let rest = quotient(&[all[0] - pair[0], all[1] - pair[1]])?;
        Some(n * quotient(&all)? - (n - 1.0) * rest)
    };
    pairs.iter().map(of).collect()
}

fn at_least_one(values: &[f64], level: f64) -> Option<AtLeastOne> {
    let n = values.len();
    let runs = values.iter().filter(|value| **value > 0.0).count();
    if n < FEWEST_FOR_AN_INTERVAL || runs == n {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    let beta = |a: usize, b: usize, p| Beta::new(a as f64, b as f64).map_or(f64::NAN, |beta| beta.inverse_cdf(p));
    let interval = match runs {
        0 => [0.0, any_after_none(n, level)],
        _ => [beta(runs, n - runs + 1, tail), beta(runs + 1, n - runs, 1.0 - tail)],
    };
    Some(AtLeastOne { runs, interval })
}

/// The upper bound, at a confidence level, on the probability of any in a replication, given `n` replications with
/// none: about 3/n at 95 %.
pub fn any_after_none(n: usize, level: f64) -> f64 {
    1.0 - libm::pow(1.0 - level, 1.0 / n as f64)
}
