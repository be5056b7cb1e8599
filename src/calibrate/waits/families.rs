//! The families of laws that are fitted to waits, with profile-likelihood intervals and Akaike's criterion.
//!
//! Where 6.23s were sent at once, each law has an atom at 0, whose likelihood is that of a binomial share.

use serde::Serialize;

use super::mixture::{Bell, Held, em, log_likelihood, log_survival, one, two};
use super::sample::{Sample, total};
use crate::calibrate::rise;
use crate::text::Advice;

/// Seconds in a day.
const DAY: f64 = 86_400.0;
/// Sent waits that a mixture of two laws needs, and how many of them must differ.
const FEWEST_FOR_TWO: [usize; 2] = [20, 8];

/// A family of laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Exponential.
    Exponential,
    /// Log-normal.
    LogNormal,
    /// A mixture of two log-normal laws.
    TwoLogNormals,
}

impl Family {
    /// All of them, from the simplest.
    pub const ALL: [Family; 3] = [Family::Exponential, Family::LogNormal, Family::TwoLogNormals];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Exponential => "exponential",
            Family::LogNormal => "lognormal",
            Family::TwoLogNormals => "two-lognormals",
        }
    }
}

/// A fitted number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// What it is.
    pub name: &'static str,
    /// Its unit; empty for one without.
    pub unit: &'static str,
    /// The value of most likelihood.
    pub value: f64,
    /// The profile-likelihood interval. An end is missing where the likelihood never falls far enough.
    pub interval: [Option<f64>; 2],
}

/// A part of a fitted law, over days above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// Exponential, with its mean in days.
    Exponential(f64),
    /// Log-normal.
    Bell(Bell),
}

/// A law fitted to waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Its family.
    pub family: Family,
    /// The share that is sent at once.
    pub at_once: f64,
    /// The law of the others.
    pub parts: Vec<Part>,
    /// Its numbers, with their intervals if they were asked for.
    pub estimates: Vec<Estimate>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// Akaike's criterion: twice the number of parameters less twice the log-likelihood. Less is better.
    pub aic: f64,
}

impl Fit {
    /// The probability that a wait takes longer than this many days.
    pub fn survival(&self, days: f64) -> f64 {
        let beyond = |part: &Part| match part {
            Part::Exponential(mean) => libm::exp(-days / mean),
            Part::Bell(_) if days <= 0.0 => 1.0,
            Part::Bell(bell) => bell.weight * libm::exp(log_survival((libm::log(days) - bell.mu) / bell.sigma)),
        };
        let sum: f64 = if days <= 0.0 { 1.0 } else { self.parts.iter().map(beyond).sum() };
        (1.0 - self.at_once) * sum
    }

    /// The law as a scenario writes it: durations to a thousandth of a day, or to a second below a day.
    pub fn text(&self) -> String {
        let part = |part: &Part| match part {
            Part::Exponential(mean) => (1.0, format!("exponential = {{ mean = {} }}", length(*mean))),
            Part::Bell(Bell { weight, mu, sigma }) => {
                let median = length(libm::exp(*mu));
                (*weight, format!("lognormal = {{ median = {median}, sigma = {:?} }}", digits(*sigma)))
            }
        };
        let parts: Vec<(f64, String)> = self.parts.iter().map(part).collect();
        match parts.as_slice() {
            [(_, law)] if self.at_once == 0.0 => format!("{{ {law} }}"),
            _ => {
                let late = parts.iter().map(|(weight, law)| ((1.0 - self.at_once) * weight, law.as_str()));
                let at_once = std::iter::once((self.at_once, "fixed = \"0 d\"")).filter(|(weight, _)| *weight > 0.0);
                let weighted =
                    at_once.chain(late).map(|(weight, law)| format!("{{ weight = {:?}, {law} }}", digits(weight)));
                format!("{{ mixture = [{}] }}", weighted.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A duration in quotes; at least a second.
fn length(days: f64) -> String {
    if days >= 1.0 {
        format!("\"{} d\"", libm::round(days * 1e3) / 1e3)
    } else {
        format!("\"{} s\"", libm::round(days * DAY).max(1.0))
    }
}

/// To six significant digits.
fn digits(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// Fits a family, with intervals at a level if one is given.
///
/// # Errors
/// When the waits do not determine a law of the family.
pub fn fit(sample: &Sample, family: Family, level: Option<f64>) -> Result<Fit, Advice> {
    let (events, different) = (total(&sample.sent) as usize, sample.sent.len());
    let enough = match family {
        Family::Exponential => events >= 1,
        Family::LogNormal => different >= 2,
        Family::TwoLogNormals => events >= FEWEST_FOR_TWO[0] && different >= FEWEST_FOR_TWO[1],
    };
    if !enough {
        let needed = match family {
            Family::Exponential => "one wait above 0 days".to_owned(),
            Family::LogNormal => "two different waits above 0 days".to_owned(),
            Family::TwoLogNormals => {
                let [sent, differ] = FEWEST_FOR_TWO;
                format!("{sent} waits above 0 days, {differ} of them different,")
            }
        };
        let message = format!("a law of the family {} needs {needed} that ended in a sending", family.name());
        let help = match Family::ALL.iter().rev().find(|other| (**other as usize) < family as usize) {
            Some(simpler) if different > 0 => format!("fit a simpler law with `--family {}`", simpler.name()),
            _ => "give waits that ended in a sending, as in `12.5,sent`".to_owned(),
        };
        return Err(Advice::new(message, help));
    }
    let few = sample.grouped();
    let parts = match family {
        Family::Exponential => {
            let days: f64 = sample.sent.iter().chain(&sample.censored).map(|(days, n)| days * n).sum();
            vec![Part::Exponential(days / total(&sample.sent))]
        }
        Family::LogNormal => one(&few).into_iter().map(Part::Bell).collect(),
        Family::TwoLogNormals => two(&few).into_iter().map(Part::Bell).collect(),
    };
    let observed = sample.observed();
    let at_once = sample.at_once / observed;
    let log_likelihood = of_share(at_once, sample) + of_parts(&parts, sample);
    let estimates = estimates(at_once, &parts, sample, level);
    let aic = 2.0 * estimates.len() as f64 - 2.0 * log_likelihood;
    Ok(Fit { family, at_once, parts, estimates, log_likelihood, aic })
}

/// The log-likelihood of a share that is sent at once.
fn of_share(share: f64, sample: &Sample) -> f64 {
    xlogy(sample.at_once, share) + xlogy(sample.observed() - sample.at_once, 1.0 - share)
}

/// The numbers of a fitted law, with intervals at a level if one is given.
fn estimates(at_once: f64, parts: &[Part], sample: &Sample, level: Option<f64>) -> Vec<Estimate> {
    let mut estimates = Vec::new();
    if at_once > 0.0 {
        let most = of_share(at_once, sample);
        let ends = level.map_or([None; 2], |level| {
            profile(Form::Share, at_once, level, &mut |share| of_share(share, sample) - most)
        });
        estimates.push(Estimate { name: "share sent at once", unit: "", value: at_once, interval: ends });
    }
    estimates.extend(of_numbers(parts, &sample.grouped(), level));
    estimates
}

/// Fits all families that the waits allow, the one with the least AIC first and with intervals; or one family alone.
///
/// # Errors
/// When the waits determine no law, or none of the family that is asked for.
pub fn fit_all(sample: &Sample, family: Option<Family>, level: f64) -> Result<Vec<Fit>, Advice> {
    if let Some(family) = family {
        return Ok(vec![fit(sample, family, Some(level))?]);
    }
    let mut fits: Vec<Fit> = Family::ALL.iter().filter_map(|family| fit(sample, *family, None).ok()).collect();
    fits.sort_by(|a, b| a.aic.total_cmp(&b.aic));
    match fits.first_mut() {
        Some(best) => best.estimates = estimates(best.at_once, &best.parts, sample, Some(level)),
        None => return Err(fit(sample, Family::Exponential, None).err().unwrap_or_else(no_law)),
    }
    Ok(fits)
}

fn no_law() -> Advice {
    Advice::new("the waits determine no law", "give waits that ended in a sending, as in `12.5,sent`")
}

/// n ln p, and 0 for no waits whatever p is.
fn xlogy(n: f64, p: f64) -> f64 {
    if n == 0.0 { 0.0 } else { n * libm::log(p) }
}

fn bells(parts: &[Part]) -> Vec<Bell> {
    let bell = |part: &Part| match part {
        Part::Bell(bell) => Some(*bell),
        Part::Exponential(_) => None,
    };
    parts.iter().filter_map(bell).collect()
}

/// The log-likelihood of the waits above 0.
fn of_parts(parts: &[Part], sample: &Sample) -> f64 {
    match parts {
        [Part::Exponential(mean)] => exponential(*mean, sample),
        _ => log_likelihood(&bells(parts), sample),
    }
}

fn exponential(mean: f64, sample: &Sample) -> f64 {
    let days: f64 = sample.sent.iter().chain(&sample.censored).map(|(days, n)| days * n).sum();
    -total(&sample.sent) * libm::log(mean) - days / mean
}

/// The numbers of the parts.
fn of_numbers(parts: &[Part], sample: &Sample, level: Option<f64>) -> Vec<Estimate> {
    if let [Part::Exponential(mean)] = parts {
        let most = exponential(*mean, sample);
        let ends = level.map_or([None; 2], |level| {
            profile(Form::Positive, *mean, level, &mut |mean| exponential(mean, sample) - most)
        });
        return vec![Estimate { name: "mean", unit: "d", value: *mean, interval: ends }];
    }
    let fitted = bells(parts);
    let most = log_likelihood(&fitted, sample);
    let estimate = |name, unit, form: Form, value: f64, held: &dyn Fn(f64) -> Held| {
        // Each profile begins where the last one ended, which was near.
        let mut near = fitted.clone();
        let ends = level.map_or([None; 2], |level| {
            profile(form, value, level, &mut |value| {
                near = em(&near, sample, Some(held(value)), 1e-7);
                log_likelihood(&near, sample) - most
            })
        });
        Estimate { name, unit, value, interval: ends }
    };
    const NAMES: [[&str; 2]; 2] = [
        ["median of the first law", "sigma of the first law"],
        ["median of the second law", "sigma of the second law"],
    ];
    let mut estimates = Vec::new();
    if let [first, _] = fitted.as_slice() {
        let name = "share of the first law";
        estimates.push(estimate(name, "", Form::Share, first.weight, &|weight| Held::Weight(0, weight)));
    }
    for (place, bell) in fitted.iter().enumerate() {
        let [median, sigma] = if fitted.len() == 1 { ["median", "sigma"] } else { NAMES[place.min(1)] };
        let days = libm::exp(bell.mu);
        estimates.push(estimate(median, "d", Form::Positive, days, &|days| Held::Mu(place, libm::log(days))));
        estimates.push(estimate(sigma, "", Form::Positive, bell.sigma, &|sigma| Held::Sigma(place, sigma)));
    }
    estimates
}

/// The values that a number can have.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// Above 0.
    Positive,
    /// From 0 to 1.
    Share,
}

impl Form {
    /// On a scale from −∞ to ∞.
    fn free(self, value: f64) -> f64 {
        match self {
            Form::Positive => libm::log(value),
            Form::Share => libm::log(value / (1.0 - value)),
        }
    }

    fn value(self, free: f64) -> f64 {
        match self {
            Form::Positive => libm::exp(free),
            Form::Share => 1.0 / (1.0 + libm::exp(-free)),
        }
    }
}

/// Where twice the log-likelihood, less that of the best value, falls by the chi-squared quantile. Illinois method on
/// the signed root, which is nearly a straight line.
fn profile(form: Form, best: f64, level: f64, relative: &mut dyn FnMut(f64) -> f64) -> [Option<f64>; 2] {
    /// Beyond this many powers of e the data say nothing.
    const FARTHEST: f64 = 12.0;
    let root = rise(level).sqrt();
    let middle = form.free(best);
    if !middle.is_finite() {
        return [None; 2];
    }
    [-1.0, 1.0].map(|side| {
        let mut over = |distance: f64| {
            let fall = -2.0 * relative(form.value(middle + side * distance));
            fall.max(0.0).sqrt() - root
        };
        let (mut low, mut at_low) = (0.0, -root);
        let (mut high, mut step) = (0.0, 0.05);
        let mut at_high = -root;
        while at_high < 0.0 {
            if high >= FARTHEST {
                return None;
            }
            (low, at_low) = (high, at_high);
            high = (high + step).min(FARTHEST);
            at_high = over(high);
            step *= 2.0;
        }
        for _ in 0..60 {
            let next = (low * at_high - high * at_low) / (at_high - at_low);
            let at_next = over(next);
            if at_next.abs() < 1e-8 || high - low < 1e-10 {
                high = next;
                break;
            }
            if at_next > 0.0 {
                (high, at_high) = (next, at_next);
                at_low /= 2.0;
            } else {
                (low, at_low) = (next, at_next);
                at_high /= 2.0;
            }
        }
        Some(form.value(middle + side * high))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::waits::file::{Ended, Wait};
    use crate::engine::law::{exponential as exponential_at, normal};

    fn sample(sent: &[f64], open: &[f64]) -> Sample {
        let of = |days: &[f64], ended| days.iter().map(|days| Wait { days: *days, ended }).collect::<Vec<_>>();
        Sample::of(&[of(sent, Ended::Sent), of(open, Ended::Open)].concat())
    }

    fn near(value: f64, expected: f64, precision: f64) {
        assert!((value - expected).abs() <= precision, "{value} instead of {expected}");
    }

    fn value(fit: &Fit, name: &str) -> f64 {
        fit.estimates.iter().find(|estimate| estimate.name == name).expect(name).value
    }

    #[test]
    fn the_mean_of_an_exponential_law_is_the_time_over_the_events() {
        // Three of four ended, after 2 + 4 + 6 + 8 days in all: 20 / 3.
        let fit = fit(&sample(&[2.0, 4.0, 6.0], &[8.0]), Family::Exponential, Some(0.95)).expect("a law");
        let mean = value(&fit, "mean");
        near(mean, 20.0 / 3.0, 1e-12);
        // ln L = −3 ln m − 20 / m; AIC = 2 − 2 ln L.
        near(fit.log_likelihood, -3.0 * libm::log(20.0 / 3.0) - 3.0, 1e-12);
        near(fit.aic, 2.0 - 2.0 * fit.log_likelihood, 1e-12);
        // Both ends solve 2 (3 (x − 1 − ln x)) = 3.8415 for x = mean over end.
        for end in fit.estimates[0].interval {
            let x = mean / end.expect("an end");
            near(6.0 * (x - 1.0 - libm::log(x)), 3.841_458_8, 1e-5);
        }
        assert_eq!(fit.text(), "{ exponential = { mean = \"6.667 d\" } }");
    }

    #[test]
    fn a_lognormal_law_of_complete_waits_has_the_moments_of_their_logarithms() {
        // Logarithms 0, 1, 2, 3: mean 1.5, variance 1.25.
        let days: Vec<f64> = (0..4).map(|x| libm::exp(f64::from(x))).collect();
        let fit = fit(&sample(&days, &[]), Family::LogNormal, Some(0.95)).expect("a law");
        near(value(&fit, "median"), libm::exp(1.5), 1e-9);
        near(value(&fit, "sigma"), 1.25_f64.sqrt(), 1e-9);
        // The profile of μ: n ln(1 + (μ − 1.5)² / 1.25) = 3.8415, so μ = 1.5 ± √(1.25 (e^(3.8415 / 4) − 1)).
        let half = (1.25 * libm::expm1(3.841_458_8 / 4.0)).sqrt();
        let [Some(low), Some(high)] = fit.estimates[0].interval else { panic!("{fit:?}") };
        near(libm::log(low), 1.5 - half, 1e-5);
        near(libm::log(high), 1.5 + half, 1e-5);
    }

    #[test]
    fn a_censored_lognormal_law_is_that_of_nelsons_locomotive_controls() {
        // Nelson, "Applied life data analysis" (1982), chapter 8: 96 controls, 37 failed within 135 thousand miles.
        // He gives 2.2223 and 0.3064 for the logarithms to base 10.
        let failed = [
            22.5, 37.5, 46.0, 48.5, 51.5, 53.0, 54.5, 57.5, 66.5, 68.0, 69.5, 76.5, 77.0, 78.5, 80.0, 81.5, 82.0, 83.0,
            84.0, 91.5, 93.5, 102.5, 107.0, 108.5, 112.5, 113.5, 116.0, 117.0, 118.5, 119.0, 120.0, 122.5, 123.0,
            127.5, 131.0, 132.5, 134.0,
        ];
        let fit = fit(&sample(&failed, &[135.0; 59]), Family::LogNormal, None).expect("a law");
        near(libm::log10(value(&fit, "median")), 2.2223, 5e-5);
        near(value(&fit, "sigma") / std::f64::consts::LN_10, 0.3064, 5e-5);
    }

    /// Waits spread evenly over a law's probabilities.
    fn quantiles(n: u32, of: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..n).map(|i| of((f64::from(i) + 0.5) / f64::from(n))).collect()
    }

    #[test]
    fn a_planted_mixture_is_recovered() {
        // 40 % at once, 45 % around 2 days and 15 % around 40 days; all that take longer than 90 days are open.
        let short = quantiles(450, |u| 2.0 * libm::exp(0.6 * normal(u)));
        let long = quantiles(150, |u| 40.0 * libm::exp(0.5 * normal(u)));
        let sent: Vec<f64> = [vec![0.0; 400], short, long].concat();
        let open = sent.iter().filter(|days| **days > 90.0).count();
        let sent: Vec<f64> = sent.into_iter().filter(|days| *days <= 90.0).collect();
        let fits = fit_all(&sample(&sent, &vec![90.0; open]), None, 0.95).expect("laws");
        let best = &fits[0];
        assert!(best.family == Family::TwoLogNormals && fits.len() == 3 && open > 0, "{best:?}");
        near(value(best, "share sent at once"), 0.4, 1e-9);
        near(value(best, "share of the first law"), 0.75, 0.01);
        near(value(best, "median of the first law"), 2.0, 0.05);
        near(value(best, "median of the second law"), 40.0, 1.0);
        for estimate in &best.estimates {
            let [Some(low), Some(high)] = estimate.interval else { panic!("{estimate:?}") };
            assert!(low < estimate.value && estimate.value < high, "{estimate:?}");
        }
        near(best.survival(0.0), 0.6, 1e-9);
        near(best.survival(20.0), 0.15 * 0.917, 0.003);
        let text = best.text();
        assert!(text.starts_with("{ mixture = [{ weight = 0.4, fixed = \"0 d\" }, { weight = 0.4"), "{text}");
        assert_eq!(text.matches("lognormal").count(), 2, "{text}");
    }

    #[test]
    fn akaikes_criterion_prefers_the_law_that_made_the_waits() {
        let exponential = quantiles(200, |u| 30.0 * exponential_at(u));
        let fits = fit_all(&sample(&exponential, &[]), None, 0.95).expect("laws");
        assert_eq!(fits[0].family, Family::Exponential);
        let lognormal = quantiles(200, |u| 30.0 * libm::exp(normal(u)));
        let fits = fit_all(&sample(&lognormal, &[]), None, 0.95).expect("laws");
        assert_eq!(fits[0].family, Family::LogNormal);
    }

    #[test]
    fn waits_that_determine_no_law_are_refused_with_a_remedy() {
        let error = |sent: &[f64], family| fit(&sample(sent, &[5.0]), family, None).expect_err("too few").to_string();
        assert!(error(&[], Family::Exponential).contains("as in `12.5,sent`"));
        assert!(error(&[0.0], Family::Exponential).contains("above 0 days"));
        assert!(error(&[3.0, 3.0], Family::LogNormal).contains("`--family exponential`"));
        assert!(error(&[1.0, 3.0], Family::TwoLogNormals).contains("`--family lognormal`"));
        assert!(fit_all(&sample(&[], &[5.0]), None, 0.95).is_err());
    }
}
