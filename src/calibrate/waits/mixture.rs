//! Log-normal laws, and mixtures of them, fitted to censored waits by EM (Dempster, Laird and Rubin 1977). A wait that
//! has not ended contributes what is expected of it under the law so far.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::sample::{Counted, Sample, total};

/// Smallest standard deviation of a logarithm. A narrower part would be a single value, whose likelihood has no limit.
pub const LEAST_SIGMA: f64 = 0.05;
/// Most steps of a fit.
const MOST_STEPS: usize = 4_000;

/// A log-normal part of a mixture, over days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bell {
    /// Its share.
    pub weight: f64,
    /// The mean of the logarithm of days.
    pub mu: f64,
    /// The standard deviation of that logarithm.
    pub sigma: f64,
}

/// A number of a mixture that is held while the others are fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Held {
    /// The share of a part; those of the others keep their proportions.
    Weight(usize, f64),
    /// The mean of a part's logarithm.
    Mu(usize, f64),
    /// Its standard deviation.
    Sigma(usize, f64),
}

fn log_density(z: f64) -> f64 {
    -0.5 * (z * z + libm::log(TAU))
}

/// ln P(Z > z).
pub fn log_survival(z: f64) -> f64 {
    if z < 30.0 {
        libm::log(0.5 * libm::erfc(z * FRAC_1_SQRT_2))
    } else {
        // Mills' ratio: 1/z (1 − 1/z²), to nine digits here.
        log_density(z) - libm::log(z) + libm::log1p(-1.0 / (z * z))
    }
}

/// The log-likelihood of waits above 0 under a mixture.
pub fn log_likelihood(bells: &[Bell], sample: &Sample) -> f64 {
    let sum = |of: &[Counted], term: &dyn Fn(&Bell, f64) -> f64| {
        of.iter().map(|(days, n)| n * log_sum(bells.iter().map(|bell| term(bell, libm::log(*days))))).sum::<f64>()
    };
    sum(&sample.sent, &log_event) + sum(&sample.censored, &log_beyond)
}

/// ln of a part's density at the exponential of `x`, with its weight. By days, so that laws of other kinds compare.
fn log_event(bell: &Bell, x: f64) -> f64 {
    libm::log(bell.weight) + log_density((x - bell.mu) / bell.sigma) - libm::log(bell.sigma) - x
}

/// ln of the probability of more, with the weight.
fn log_beyond(bell: &Bell, x: f64) -> f64 {
    libm::log(bell.weight) + log_survival((x - bell.mu) / bell.sigma)
}

fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY { most } else { most + libm::log(terms.map(|t| libm::exp(t - most)).sum()) }
}

/// Sums over the waits that a part explains.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    waits: f64,
    x: f64,
    xx: f64,
}

/// Fits from a start. The likelihood never falls; the fit ends when no number moves by more than `precision`.
pub fn em(start: &[Bell], sample: &Sample, held: Option<Held>, precision: f64) -> Vec<Bell> {
    let mut bells = start.to_vec();
    hold(&mut bells, held);
    let points: Vec<(f64, f64, bool)> = sample
        .sent
        .iter()
        .map(|(days, n)| (libm::log(*days), *n, true))
        .chain(sample.censored.iter().map(|(days, n)| (libm::log(*days), *n, false)))
        .collect();
    let all = total(&sample.sent) + total(&sample.censored);
    let mut logs = vec![0.0; bells.len()];
    for _ in 0..MOST_STEPS {
        let mut shares = vec![Share::default(); bells.len()];
        for &(x, n, sent) in &points {
            for (log, bell) in logs.iter_mut().zip(&bells) {
                *log = if sent { log_event(bell, x) } else { log_beyond(bell, x) };
            }
            let whole = log_sum(logs.iter().copied());
            for ((log, bell), share) in logs.iter().zip(&bells).zip(&mut shares) {
                let own = n * libm::exp(log - whole);
                let (mean, square) = if sent { (x, x * x) } else { beyond(bell, x) };
                share.waits += own;
                share.x += own * mean;
                share.xx += own * square;
            }
        }
        let before = bells.clone();
        for (bell, share) in bells.iter_mut().zip(&shares).filter(|(_, share)| share.waits > 1e-9) {
            bell.weight = share.waits / all;
            bell.mu = share.x / share.waits;
        }
        hold(&mut bells, held);
        for (bell, share) in bells.iter_mut().zip(&shares).filter(|(_, share)| share.waits > 1e-9) {
            let around = share.xx - 2.0 * bell.mu * share.x + bell.mu * bell.mu * share.waits;
            bell.sigma = (around / share.waits).max(0.0).sqrt().max(LEAST_SIGMA);
        }
        hold(&mut bells, held);
        let moved = bells.iter().zip(&before).map(|(new, old)| {
            (new.weight - old.weight).abs().max((new.mu - old.mu).abs()).max((new.sigma - old.sigma).abs())
        });
        if moved.fold(0.0, f64::max) <= precision {
            break;
        }
    }
    bells
}

/// The mean and the mean square of a normal variate beyond `x`.
fn beyond(bell: &Bell, x: f64) -> (f64, f64) {
    let z = (x - bell.mu) / bell.sigma;
    // The hazard of the standard normal.
    let hazard = libm::exp(log_density(z) - log_survival(z));
    let mean = bell.mu + bell.sigma * hazard;
    let variance = bell.sigma * bell.sigma * (1.0 + z * hazard - hazard * hazard).max(0.0);
    (mean, variance + mean * mean)
}

fn hold(bells: &mut [Bell], held: Option<Held>) {
    match held {
        Some(Held::Weight(part, weight)) => {
            let others: f64 = bells.iter().enumerate().filter(|(i, _)| *i != part).map(|(_, b)| b.weight).sum();
            for (i, bell) in bells.iter_mut().enumerate() {
                bell.weight = if i == part { weight } else { (1.0 - weight) * bell.weight / others };
            }
        }
        Some(Held::Mu(part, mu)) => bells[part].mu = mu,
        Some(Held::Sigma(part, sigma)) => bells[part].sigma = sigma,
        None => {}
    }
}

/// The log-normal law of most likelihood. Needs two different waits that ended.
pub fn one(sample: &Sample) -> Vec<Bell> {
    em(&[around(&sample.sent)], sample, None, 1e-11)
}

/// The mixture of two log-normal laws of most likelihood, the one of shorter waits first, from several starts.
pub fn two(sample: &Sample) -> Vec<Bell> {
    let starts = [0.25, 0.5, 0.75].map(|share| {
        let [below, above] = divided(&sample.sent, share);
        let weight = total(below) / (total(below) + total(above));
        [Bell { weight, ..around(below) }, Bell { weight: 1.0 - weight, ..around(above) }]
    });
    let fits = starts.map(|start| em(&start, sample, None, 1e-8));
    let best = fits.into_iter().max_by(|a, b| log_likelihood(a, sample).total_cmp(&log_likelihood(b, sample)));
    let mut bells = best.unwrap_or_default();
    bells.sort_by(|a, b| a.mu.total_cmp(&b.mu));
    bells
}

/// The law with the mean and the spread of the logarithms of some waits.
fn around(waits: &[Counted]) -> Bell {
    let n = total(waits).max(1.0);
    let mu = waits.iter().map(|(days, n)| n * libm::log(*days)).sum::<f64>() / n;
    let spread = |(days, n): &(f64, f64)| n * (libm::log(*days) - mu) * (libm::log(*days) - mu);
    let sigma = (waits.iter().map(spread).sum::<f64>() / n).sqrt();
    Bell { weight: 1.0, mu, sigma: sigma.max(2.0 * LEAST_SIGMA) }
}

/// The waits up to the one at which this share of them is reached, and the others.
fn divided(waits: &[Counted], share: f64) -> [&[Counted]; 2] {
    let (all, mut sum) = (total(waits), 0.0);
    let reached = waits.iter().position(|(_, n)| {
        sum += n;
        sum >= share * all
    });
    // Both have at least one.
    let at = reached.map_or(1, |place| place + 1).clamp(1, waits.len().saturating_sub(1).max(1));
    let (below, above) = waits.split_at(at);
    [below, above]
}
