//! Policies compared with one of them, replication by replication.
//!
//! All policies of a study see the same random numbers, so a difference is taken within a replication. The decisions of
//! a comparison hold at once for a family: every policy by every primary number. Rare differences are a second family,
//! which errs on its own.

use super::cube::Cube;
use super::query::Query;
use super::simultaneous::{Deviation, OfMean, OfRatio, holm, max_t, sign_test};
use super::statistics::{MOST_FOR_A_BOOTSTRAP, Sample, central, mean_and_sd, student_t};

/// The fewest replications that are resampled for a family. Below, a critical value is not stable: at 4 it was 171.
const FEWEST_FOR_MAX_T: usize = 8;
/// A number that departs from its usual value in fewer replications than this, or in fewer than a quarter of them, is
/// rare: it has hardly any spread in many resamples, and would widen the intervals of all others. Of fewer than twelve
/// replications five eighths must depart; then less than 1 % of resamples have one of them or none.
const FEWEST_THAT_DEPART: usize = 8;
/// The widest interval of a percentage, to either side as the logarithm of a factor: 150. What is wider says nothing.
const WIDEST: f64 = 5.0;
/// The smallest change in per cent that leaves something.
const ALMOST_ALL: f64 = (-100.0_f64).next_up();

/// A number by which policies are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Primary {
    /// The number, without a contrast.
    pub query: Query,
    /// The largest difference that makes no difference, where the scenario declares one.
    pub indifference: Option<Indifference>,
}

/// A difference that makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Indifference {
    /// In the unit of the number.
    Absolute(f64),
    /// As a share of the mean of the policy that others are compared with, 0 to 1. That mean is an estimate too, so the
    /// interval of the percentage is held against it.
    Share(f64),
}

impl Indifference {
    /// Whether the whole interval of an effect is within it.
    fn holds(self, effect: &Effect) -> bool {
        let (interval, limit) = match self {
            Indifference::Absolute(limit) => (effect.interval, limit),
            Indifference::Share(share) => (effect.percent.and_then(|percent| percent.interval), 100.0 * share),
        };
        interval.is_some_and(|[low, high]| -limit <= low && high <= limit)
    }
}

/// What is said of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It is 0 in every replication.
    Identical,
    /// The whole interval is below 0.
    Fewer,
    /// The whole interval is above 0.
    More,
    /// The whole interval is within the declared indifference.
    AboutTheSame,
    /// None of these.
    CannotTell,
}

impl Word {
    /// The word in results.
    pub const fn name(self) -> &'static str {
        match self {
            Word::Identical => "identical",
            Word::Fewer => "fewer",
            Word::More => "more",
            Word::AboutTheSame => "about the same",
            Word::CannotTell => "cannot tell",
        }
    }

    fn of_sign(difference: f64) -> Self {
        match difference {
            d if d < 0.0 => Word::Fewer,
            d if d > 0.0 => Word::More,
            _ => Word::CannotTell,
        }
    }

    fn of_interval([low, high]: [f64; 2]) -> Self {
        match () {
            () if high < 0.0 => Word::Fewer,
            () if low > 0.0 => Word::More,
            () => Word::CannotTell,
        }
    }
}

/// How a difference was judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Judged {
    /// It is 0 in every replication.
    Identical,
    /// Nothing is drawn at random, so one replication has the exact number.
    Exact,
    /// Not at all: one replication is a preview.
    Preview,
    /// By the studentised bootstrap of the largest deviation in the family.
    MaxT {
        /// Standard errors on either side of the mean.
        critical: f64,
    },
    /// By Holm's step-down on paired t tests: with few replications, with more than are resampled, or where the
    /// bootstrap has no critical value.
    Holm {
        /// The adjusted p value.
        p: f64,
    },
    /// By a sign test with Holm's adjustment, because too few replications depart from the usual difference. It is
    /// fewer or more only if the mean has the sign of most replications.
    Sign {
        /// The adjusted p value.
        p: f64,
    },
}

impl Judged {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Judged::Identical => "identical",
            Judged::Exact => "exact",
            Judged::Preview => "preview",
            Judged::MaxT { .. } => "max-t",
            Judged::Holm { .. } => "holm-t",
            Judged::Sign { .. } => "sign-test",
        }
    }
}

/// A policy compared with another one by a primary number.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The policy, by place.
    pub policy: usize,
    /// The number, by place among the primary ones.
    pub primary: usize,
    /// What is said of it.
    pub word: Word,
    /// The policy's mean.
    pub mean: f64,
    /// The mean of the policy that it is compared with.
    pub against: f64,
    /// The mean difference.
    pub difference: f64,
    /// Standard deviation of the differences over replications.
    pub sd: f64,
    /// The interval of the mean difference. By max-T all of them hold at once; by Holm's step-down it is at the level
    /// of the step, and excludes 0 exactly where the mean differs.
    pub interval: Option<[f64; 2]>,
    /// How it was judged.
    pub judged: Judged,
    /// The difference as a percentage of the other policy's mean; `None` where that may be 0.
    pub percent: Option<Percent>,
    /// The variance that independent random numbers would have given, over the variance of the paired differences.
    pub gain: Option<f64>,
    /// Range of the central 95 % of the differences; below 79 replications the smallest and the largest.
    pub runs: [f64; 2],
    /// Replications whose difference is not 0.
    pub differing: usize,
    /// Replications.
    pub n: usize,
}

impl Effect {
    /// The percentage to show: none where its interval contains 0 and that of the difference, which decides, does not.
    /// A ratio of skewed numbers can have such an interval.
    pub fn shown_percent(&self) -> Option<Percent> {
        let contradicts = |percent: &Percent| {
            let decided = matches!(self.word, Word::Fewer | Word::More);
            decided && percent.interval.is_some_and(|interval| Word::of_interval(interval) != self.word)
        };
        self.percent.filter(|percent| !contradicts(percent))
    }
}

/// A change in per cent, from a ratio of means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percent {
    /// −100 only if every replication is 0.
    pub value: f64,
    /// Its interval, above −100, found as that of the difference is. `None` where too few replications have any of
    /// the number.
    pub interval: Option<[f64; 2]>,
}

/// All policies compared with one of them by the primary numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The policy that the others are compared with, by place.
    pub against: usize,
    /// The primary numbers.
    pub primaries: Vec<Primary>,
    /// Policy by policy, number by number.
    pub effects: Vec<Effect>,
    /// The confidence level of the family.
    pub level: f64,
    /// Differences that are judged together, without identical and rare ones.
    pub family: usize,
}

/// What is compared, and how.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The policy that the others are compared with, by place.
    pub against: usize,
    /// The primary numbers.
    pub primaries: &'q [Primary],
    /// The confidence level of the family.
    pub level: f64,
    /// Whether the runs of each policy, by place, draw nothing at random.
    pub exact: &'q [bool],
}

/// The values of a policy and of the one that it is compared with.
struct Pair {
    policy: usize,
    primary: usize,
    values: Vec<f64>,
    against: Vec<f64>,
    differences: Vec<f64>,
}

impl Comparison {
    /// Compares all other policies of a study with one of them. A number that the study does not have is left out.
    pub fn of(cube: &Cube, question: Question<'_>) -> Self {
        let Question { against, primaries, level, exact } = question;
        let pairs: Vec<Pair> = (0..cube.policies().len())
            .filter(|policy| *policy != against)
            .flat_map(|policy| (0..primaries.len()).map(move |primary| (policy, primary)))
            .filter_map(|(policy, primary)| Pair::of(cube, &primaries[primary].query, policy, primary, against))
            .collect();
        let mut effects: Vec<Effect> = pairs
            .iter()
            .map(|pair| {
                pair.effect([pair.policy, against].iter().all(|policy| exact.get(*policy) == Some(&true)), level)
            })
            .collect();
        let open = |effects: &[Effect], rare: bool| -> Vec<usize> {
            let open = (0..pairs.len()).filter(|place| effects[*place].judged == Judged::Preview);
            open.filter(|place| pairs[*place].differences.len() > 1 && pairs[*place].is_rare() == rare).collect()
        };
        let (usual, rare) = (open(&effects, false), open(&effects, true));
        judge_together(&pairs, &usual, level, &mut effects);
        for place in &usual {
            let effect = &mut effects[*place];
            let Some(interval) = effect.interval else { continue };
            let indifferent = primaries[effect.primary].indifference.is_some_and(|limit| limit.holds(effect));
            effect.word = if indifferent { Word::AboutTheSame } else { Word::of_interval(interval) };
        }
        let differences: Vec<&[f64]> = rare.iter().map(|place| &*pairs[*place].differences).collect();
        for (place, signs) in rare.iter().zip(sign_test(&differences, level)) {
            let effect = &mut effects[*place];
            effect.judged = Judged::Sign { p: signs.p };
            let agree = effect.difference < 0.0 && signs.less > signs.more
                || effect.difference > 0.0 && signs.more > signs.less;
            effect.word = if signs.differ && agree { Word::of_sign(effect.difference) } else { Word::CannotTell };
        }
        Self { against, primaries: primaries.to_vec(), effects, level, family: usual.len() }
    }

    /// What a policy does to a primary number.
    pub fn effect(&self, policy: usize, primary: usize) -> Option<&Effect> {
        self.effects.iter().find(|effect| (effect.policy, effect.primary) == (policy, primary))
    }

    /// Whether a policy is identical to the other one by every primary number.
    pub fn is_identical(&self, policy: usize) -> bool {
        let mut of_policy = self.effects.iter().filter(|effect| effect.policy == policy);
        of_policy.all(|effect| effect.word == Word::Identical)
    }
}

/// Finds the intervals of differences and of their percentages: by the largest deviation among them, or by Holm's
/// step-down. Percentages of what is rare are a family of their own, as rare differences are.
fn judge_together(pairs: &[Pair], places: &[usize], level: f64, effects: &mut [Effect]) {
    let n = pairs.first().map_or(0, |pair| pair.differences.len());
    let differences: Vec<&[f64]> = places.iter().map(|place| &*pairs[*place].differences).collect();
    let ratio = |place: &usize| {
        effects[*place].percent.and_then(|_| OfRatio::new(&pairs[*place].values, &pairs[*place].against))
    };
    let ratios: Vec<Option<OfRatio<'_>>> = places.iter().map(ratio).collect();
    let resampled = (FEWEST_FOR_MAX_T..=MOST_FOR_A_BOOTSTRAP).contains(&n);
    let largest = |numbers: &[&dyn Deviation]| if resampled { max_t(n, numbers, level) } else { None };
    let means: Vec<OfMean> = differences.iter().map(|differences| OfMean::new(differences)).collect();
    let critical = largest(&means.iter().map(|mean| mean as &dyn Deviation).collect::<Vec<_>>());
    let is_rare: Vec<bool> = places.iter().map(|place| pairs[*place].is_of_rare()).collect();
    let of_ratios = [false, true].map(|rare| {
        let of_family = ratios.iter().zip(&is_rare).filter(|(_, is_rare)| **is_rare == rare);
        largest(
            &of_family.filter_map(|(ratio, _)| ratio.as_ref().map(|ratio| ratio as &dyn Deviation)).collect::<Vec<_>>(),
        )
    });
    let steps = if critical.is_some() { Vec::new() } else { holm(&differences, level) };
    for (row, place) in places.iter().enumerate() {
        let effect = &mut effects[*place];
        let (of_mean, of_ratio, judged) = match critical {
            Some(critical) => (critical, of_ratios[usize::from(is_rare[row])], Judged::MaxT { critical }),
            None => (steps[row].critical, Some(steps[row].critical), Judged::Holm { p: steps[row].p }),
        };
        let half = of_mean * effect.sd / (n as f64).sqrt();
        effect.interval = Some([effect.difference - half, effect.difference + half]);
        effect.judged = judged;
        if let (Some(percent), Some(ratio), Some(critical)) = (&mut effect.percent, &ratios[row], of_ratio) {
            let (log, error) = ratio.estimate();
            let half = critical * error;
            let bounds = [log - half, log + half].map(|log| per_cent(libm::exp(log)));
            percent.interval = (half <= WIDEST).then_some(bounds);
        }
    }
}

/// The change in per cent to a share that is above 0.
fn per_cent(ratio: f64) -> f64 {
    (100.0 * (ratio - 1.0)).max(ALMOST_ALL)
}

/// Whether so few of `n` replications depart from the usual value that resamples have hardly any spread.
fn departs_rarely(departing: usize, n: usize) -> bool {
    departing < FEWEST_THAT_DEPART.min((5 * n).div_ceil(8)) || 4 * departing < n
}

impl Pair {
    fn of(cube: &Cube, query: &Query, policy: usize, primary: usize, against: usize) -> Option<Self> {
        let values = |policy| match query.sample(cube, policy)? {
            Sample::Counts(values) => Some(values),
            Sample::Extremes(values) => values.into_iter().collect(),
            Sample::Differences(_) | Sample::Ratios(_) => None,
        };
        let (values, against): (Vec<f64>, Vec<f64>) = (values(policy)?, values(against)?);
        let differences = values.iter().zip(&against).map(|(value, against)| value - against).collect();
        Some(Self { policy, primary, values, against, differences })
    }

    /// Whether hardly any replication departs from the usual difference.
    fn is_rare(&self) -> bool {
        let n = self.differences.len();
        let mut sorted = self.differences.clone();
        sorted.sort_by(f64::total_cmp);
        let usual = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
        usual == n || n >= FEWEST_FOR_MAX_T && departs_rarely(n - usual, n)
    }

    /// Whether either of the two is 0 in most replications.
    fn is_of_rare(&self) -> bool {
        let any = |values: &[f64]| values.iter().filter(|value| **value > 0.0).count();
        [&self.values, &self.against].iter().any(|values| departs_rarely(any(values), values.len()))
    }

    /// The effect before it is judged with the others.
    fn effect(&self, exact: bool, level: f64) -> Effect {
        let n = self.differences.len();
        let ((mean, sd_policy), (against, sd_against)) = (mean_and_sd(&self.values), mean_and_sd(&self.against));
        let (difference, sd) = mean_and_sd(&self.differences);
        let differing = self.differences.iter().filter(|difference| **difference != 0.0).count();
        let (word, judged) = match () {
            () if differing == 0 => (Word::Identical, Judged::Identical),
            () if exact => (Word::of_sign(difference), Judged::Exact),
            () => (Word::CannotTell, Judged::Preview),
        };
        Effect {
            policy: self.policy,
            primary: self.primary,
            word,
            mean,
            against,
            difference,
            sd,
            interval: None,
            judged,
            percent: self.percent(mean, against, sd_against, level).filter(|_| differing > 0),
            gain: (sd > 0.0).then(|| (sd_policy * sd_policy + sd_against * sd_against) / (sd * sd)),
            runs: central(&self.differences),
            differing,
            n,
        }
    }

    /// The change in per cent, if the mean that it refers to is certainly above 0.
    fn percent(&self, mean: f64, against: f64, sd: f64, level: f64) -> Option<Percent> {
        let n = self.against.len();
        let above_0 = against > 0.0 && (n < 2 || student_t(against, sd, n, level)[0] > 0.0);
        let value = if mean > 0.0 { per_cent(mean / against) } else { -100.0 };
        above_0.then_some(Percent { value, interval: None })
    }
}
