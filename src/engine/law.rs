//! Laws of random durations and counts, sampled by inversion: one uniform draw per variate, so that two runs that share
//! their draws stay aligned. All mathematics uses `libm`, which gives the same bits on every machine.

use super::time::Seconds;

/// Longest duration that a law returns: a thousand years. Anything longer means "not within any horizon" just the same.
pub const LONGEST: Seconds = Seconds(1_000 * 366 * 86_400);

/// A law of durations. Parameters are in seconds, finite and not negative, which the reader of scenarios ensures.
///
/// ```
/// use meterchurn::engine::law::Law;
/// use meterchurn::engine::time::Seconds;
///
/// let law = Law::Uniform { low: 0.0, high: 10.0 };
/// assert_eq!(law.mean(), 5.0);
/// // A quarter of the way is 2.5 s, rounded up.
/// assert_eq!(law.at(0.25), Some(Seconds(3)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Law {
    /// Always the same.
    Fixed(Seconds),
    /// Uniform between two bounds.
    Uniform {
        /// Lower bound, s.
        low: f64,
        /// Upper bound, s.
        high: f64,
    },
    /// Exponential.
    Exponential {
        /// Mean, s.
        mean: f64,
    },
    /// Log-normal.
    LogNormal {
        /// Median, s.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// One of several laws, by weight.
    Mixture(Vec<(f64, Law)>),
    /// A law with an upper limit.
    Capped(Box<Law>, Seconds),
    /// Never happens.
    Never,
}

impl Law {
    /// The duration at probability `u` in (0, 1), rounded up to whole seconds (R1); `None` is "never".
    pub fn at(&self, u: f64) -> Option<Seconds> {
        match self {
            Law::Fixed(length) => Some(*length),
            Law::Uniform { low, high } => Some(ceil(low + u * (high - low))),
            Law::Exponential { mean } => Some(ceil(exponential(u) * mean)),
            Law::LogNormal { median, sigma } => Some(ceil(median * libm::exp(sigma * normal(u)))),
            Law::Capped(law, cap) => Some(law.at(u).map_or(*cap, |length| length.min(*cap))),
            Law::Never => None,
            Law::Mixture(parts) => {
                let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
                let mut rest = u * total;
                let mut chosen = None;
                for (weight, law) in parts.iter().filter(|(weight, _)| *weight > 0.0) {
                    chosen = Some((law, (rest / weight).clamp(SMALLEST, LARGEST)));
                    if rest < *weight {
                        break;
                    }
                    rest -= weight;
                }
                chosen.and_then(|(law, within)| law.at(within))
            }
        }
    }

    /// The mean in seconds; infinite where the duration can be "never".
    pub fn mean(&self) -> f64 {
        match self {
            Law::Fixed(length) => length.0 as f64,
            Law::Uniform { low, high } => (low + high) / 2.0,
            Law::Exponential { mean } => *mean,
            Law::LogNormal { median, sigma } => median * libm::exp(sigma * sigma / 2.0),
            Law::Never => f64::INFINITY,
            Law::Mixture(parts) => {
                let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
                parts.iter().map(|(weight, law)| weight / total * law.mean()).sum()
            }
            Law::Capped(law, cap) => law.mean().min(cap.0 as f64),
        }
    }
}

const SMALLEST: f64 = 1.0 / (1_u64 << 54) as f64;
const LARGEST: f64 = 1.0 - SMALLEST;

fn ceil(seconds: f64) -> Seconds {
    // Durations are not negative and far below 2⁵³: truncating and comparing is exact, and faster than a call.
    let seconds = seconds.min(LONGEST.0 as f64);
    let whole = seconds as i64;
    Seconds(whole + i64::from((whole as f64) < seconds))
}

/// The standard exponential quantile, decreasing in `u`: −ln u.
pub fn exponential(u: f64) -> f64 {
    -libm::log(u)
}

/// The quantile of Beta(a, b) for whole `a` and `b` from 1 to 100. Beta(2, 2), whose distribution function is 3x² −
/// 2x³, inverts in closed form; the distribution function of any other is inverted by bisection.
pub fn beta(a: u32, b: u32, u: f64) -> f64 {
    if (a, b) == (2, 2) {
        return 0.5 + libm::sin(libm::asin(2.0 * u - 1.0) / 3.0);
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if beta_below(a, b, middle) < u {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The distribution function of Beta(a, b): P(at least `a` of `a + b − 1` uniform draws are below `x`).
fn beta_below(a: u32, b: u32, x: f64) -> f64 {
    if x > 0.5 {
        return 1.0 - beta_below(b, a, 1.0 - x);
    }
    let n = a + b - 1;
    let odds = x / (1.0 - x);
    let choose = (1..=a).fold(1.0, |product, k| product * f64::from(n - a + k) / f64::from(k));
    let mut term = choose * libm::pow(x, f64::from(a)) * libm::pow(1.0 - x, f64::from(n - a));
    let mut sum = 0.0;
    for j in a..=n {
        sum += term;
        term *= odds * f64::from(n - j) / f64::from(j + 1);
    }
    sum
}

/// The standard normal quantile: Wichura, algorithm AS 241 (1988), relative error about 1e-16.
pub fn normal(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&CENTRE_NUMERATOR, r) / polynomial(&CENTRE_DENOMINATOR, r);
    }
    let r = libm::sqrt(-libm::log(if q < 0.0 { u } else { 1.0 - u }));
    let x = if r <= 5.0 {
        polynomial(&MIDDLE_NUMERATOR, r - 1.6) / polynomial(&MIDDLE_DENOMINATOR, r - 1.6)
    } else {
        polynomial(&TAIL_NUMERATOR, r - 5.0) / polynomial(&TAIL_DENOMINATOR, r - 5.0)
    };
    if q < 0.0 { -x } else { x }
}

/// A Poisson count with mean `mean`: inversion that searches outwards from the mode, O(√mean) steps.
pub fn poisson(u: f64, mean: f64) -> u64 {
    if mean <= 0.0 {
        return 0;
    }
    let mode = libm::floor(mean);
    let at_mode = libm::exp(mode * libm::log(mean) - mean - libm::lgamma(mode + 1.0));
    let mut rest = u - at_mode;
    let (mut below, mut above) = (mode, mode);
    let (mut p_below, mut p_above) = (at_mode, at_mode);
    while rest > 0.0 {
        above += 1.0;
        p_above *= mean / above;
        rest -= p_above;
        if rest <= 0.0 {
            return above as u64;
        }
        if below > 0.0 {
            p_below *= below / mean;
            below -= 1.0;
            rest -= p_below;
            if rest <= 0.0 {
                return below as u64;
            }
        } else if p_above < 1e-300 {
            break;
        }
        if p_above + p_below < 1e-300 {
            break;
        }
    }
    mode as u64
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

const CENTRE_NUMERATOR: [f64; 8] = [
    3.387_132_872_796_366_6,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_4e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_DENOMINATOR: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const MIDDLE_NUMERATOR: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const MIDDLE_DENOMINATOR: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const TAIL_NUMERATOR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const TAIL_DENOMINATOR: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::super::random::{Draws, Entity, Purpose};
    use super::*;
    use rand_distr::Distribution;

    const N: usize = 20_000;

    /// Two-sample Kolmogorov-Smirnov statistic, scaled; above 2.2 has probability below 2·10⁻⁴.
    fn distance(mut ours: Vec<f64>, mut theirs: Vec<f64>) -> f64 {
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        let (mut i, mut j, mut d) = (0, 0, 0.0_f64);
        while i < N && j < N {
            let x = ours[i].min(theirs[j]);
            while i < N && ours[i] <= x {
                i += 1;
            }
            while j < N && theirs[j] <= x {
                j += 1;
            }
            d = d.max((i as f64 - j as f64).abs() / N as f64);
        }
        d * (N as f64 / 2.0).sqrt()
    }

    fn agree(ours: impl Fn(f64) -> f64, theirs: impl Distribution<f64>) {
        let draws = Draws::new(20, 0);
        let a = (0..N).map(|i| ours(draws.uniform(Entity(i as u64), Purpose(1), 0))).collect();
        let mut stream = draws.stream(Entity(0), Purpose(2), 0);
        let b = (0..N).map(|_| theirs.sample(&mut stream)).collect();
        let d = distance(a, b);
        assert!(d < 2.2, "scaled KS distance {d}");
    }

    #[test]
    fn samplers_agree_with_rand_distr() {
        agree(normal, rand_distr::StandardNormal);
        agree(exponential, rand_distr::Exp1);
        agree(|u| beta(2, 2, u), rand_distr::Beta::new(2.0, 2.0).unwrap());
        agree(|u| beta(18, 7, u), rand_distr::Beta::new(18.0, 7.0).unwrap());
        agree(|u| beta(1, 3, u), rand_distr::Beta::new(1.0, 3.0).unwrap());
        agree(|u| poisson(u, 3.5) as f64, rand_distr::Poisson::new(3.5).unwrap());
        agree(|u| poisson(u, 103.0) as f64, rand_distr::Poisson::new(103.0).unwrap());
        let immature = Law::LogNormal { median: 30.0 * 86_400.0, sigma: 1.0 };
        let theirs = rand_distr::LogNormal::new(libm::log(30.0 * 86_400.0), 1.0).unwrap();
        agree(|u| immature.at(u).unwrap().0 as f64, theirs);
    }

    #[test]
    fn the_normal_quantile_meets_its_tabled_values() {
        // Abramowitz and Stegun, table 26.5, and symmetry.
        for (p, z) in [
            (0.975, 1.959_963_984_540_054),
            (0.5, 0.0),
            (0.999, 3.090_232_306_167_813_5),
            (1e-10, -6.361_340_902_404_056),
        ] {
            assert!((normal(p) - z).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn the_mean_of_the_mature_mixture_is_just_under_a_day() {
        // 0.13 · 2 d · e^{0.405} + 0.02 · 21 d · e^{0.32} = 0.9684 d
        let day = 86_400.0;
        let law = Law::Mixture(vec![
            (0.85, Law::Fixed(Seconds(0))),
            (0.13, Law::LogNormal { median: 2.0 * day, sigma: 0.9 }),
            (0.02, Law::LogNormal { median: 21.0 * day, sigma: 0.8 }),
        ]);
        assert!((law.mean() / day - 0.968_2).abs() < 1e-3, "{}", law.mean() / day);
        assert_eq!(law.at(0.84), Some(Seconds(0)));
        assert!(law.at(0.86).unwrap() > Seconds(0));
    }

    #[test]
    fn drawn_durations_are_rounded_up() {
        assert_eq!(Law::Uniform { low: 0.0, high: 10.0 }.at(0.01), Some(Seconds(1)));
        assert_eq!(Law::Exponential { mean: 1e300 }.at(0.5), Some(LONGEST));
    }
}
