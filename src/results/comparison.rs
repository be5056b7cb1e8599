//! Policies compared with one of them, replication by replication.
//!
//! All policies of a study see the same random numbers, so a difference is taken within a replication. The decisions of
//! a comparison hold for the whole family at once: every policy by every primary number.

use super::cube::Cube;
use super::query::Query;
use super::simultaneous::{Deviation, OfMean, OfRatio, holm, max_t, sign_test};
use super::statistics::{Sample, central, mean_and_sd, student_t};

/// The fewest replications that are resampled for a family. Below, a critical value is not stable: at 4 it was 171.
const FEWEST_FOR_MAX_T: usize = 8;
/// A difference that departs from its usual value in fewer replications than this, or in fewer than a quarter of them,
/// is rare: it has hardly any spread in most resamples, and would widen the intervals of all others.
const FEWEST_THAT_DEPART: usize = 8;

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
    /// As a share of the mean of the policy that others are compared with, 0 to 1.
    Share(f64),
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

    fn of_interval([low, high]: [f64; 2], indifference: Option<f64>) -> Self {
        match indifference {
            Some(limit) if -limit <= low && high <= limit => Word::AboutTheSame,
            _ if high < 0.0 => Word::Fewer,
            _ if low > 0.0 => Word::More,
            _ => Word::CannotTell,
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
    /// By Holm's step-down on paired t tests.
    Holm {
        /// The adjusted p value.
        p: f64,
    },
    /// By a sign test with Holm's adjustment, because too few replications depart from the usual difference.
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
    /// The simultaneous interval of the mean difference.
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

/// A change in per cent, from a ratio of means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percent {
    /// −100 only if every replication is 0.
    pub value: f64,
    /// Its simultaneous interval, above −100.
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
            .map(|pair| pair.effect([pair.policy, against].iter().all(|policy| exact.get(*policy) == Some(&true))))
            .collect();
        let open = |effects: &[Effect], rare: bool| -> Vec<usize> {
            let open = (0..pairs.len()).filter(|place| effects[*place].judged == Judged::Preview);
            open.filter(|place| pairs[*place].differences.len() > 1 && pairs[*place].is_rare() == rare).collect()
        };
        let (usual, rare) = (open(&effects, false), open(&effects, true));
        let limit = |effect: &Effect| match primaries[effect.primary].indifference? {
            Indifference::Absolute(limit) => Some(limit),
            Indifference::Share(share) => Some(share * effect.against.abs()),
        };
        if cube.n() >= FEWEST_FOR_MAX_T {
            judge_together(&pairs, &usual, level, &mut effects);
        } else {
            let differences: Vec<&[f64]> = usual.iter().map(|place| &*pairs[*place].differences).collect();
            for (place, step) in usual.iter().zip(holm(&differences, level)) {
                let effect = &mut effects[*place];
                (effect.interval, effect.judged) = (Some(step.interval), Judged::Holm { p: step.p });
            }
        }
        for place in &usual {
            let effect = &mut effects[*place];
            if let Some(interval) = effect.interval {
                effect.word = Word::of_interval(interval, limit(effect));
            }
        }
        let differences: Vec<&[f64]> = rare.iter().map(|place| &*pairs[*place].differences).collect();
        for (place, (p, differs)) in rare.iter().zip(sign_test(&differences, level)) {
            let effect = &mut effects[*place];
            effect.judged = Judged::Sign { p };
            effect.word = if differs { Word::of_sign(effect.difference) } else { Word::CannotTell };
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

/// Judges differences by the largest deviation among them, and their percentages likewise.
fn judge_together(pairs: &[Pair], places: &[usize], level: f64, effects: &mut [Effect]) {
    let n = pairs.first().map_or(0, |pair| pair.differences.len());
    let means: Vec<OfMean> = places.iter().map(|place| OfMean::new(&pairs[*place].differences)).collect();
    let numbers: Vec<&dyn Deviation> = means.iter().map(|mean| mean as &dyn Deviation).collect();
    if let Some(critical) = max_t(n, &numbers, level) {
        for place in places {
            let effect = &mut effects[*place];
            let half = critical * effect.sd / (n as f64).sqrt();
            effect.interval = Some([effect.difference - half, effect.difference + half]);
            effect.judged = Judged::MaxT { critical };
        }
    }
    let ratio = |place: &usize| {
        effects[*place].percent?;
        Some((*place, OfRatio::new(&pairs[*place].values, &pairs[*place].against)?))
    };
    let ratios: Vec<(usize, OfRatio<'_>)> = places.iter().filter_map(ratio).collect();
    let numbers: Vec<&dyn Deviation> = ratios.iter().map(|(_, ratio)| ratio as &dyn Deviation).collect();
    if let Some(critical) = max_t(n, &numbers, level) {
        for (place, ratio) in &ratios {
            let (log, error) = ratio.estimate();
            let bound = |sign: f64| 100.0 * (libm::exp(log + sign * critical * error) - 1.0);
            if let Some(percent) = &mut effects[*place].percent {
                percent.interval = Some([bound(-1.0), bound(1.0)]);
            }
        }
    }
}

impl Pair {
    fn of(cube: &Cube, query: &Query, policy: usize, primary: usize, against: usize) -> Option<Self> {
        let values = |policy| match query.sample(cube, policy)? {
            Sample::Counts(values) => Some(values),
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
        usual == n || n >= FEWEST_FOR_MAX_T && (n - usual < FEWEST_THAT_DEPART || 4 * (n - usual) < n)
    }

    /// The effect before it is judged with the others.
    fn effect(&self, exact: bool) -> Effect {
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
            percent: self.percent(mean, against, sd_against).filter(|_| differing > 0),
            gain: (sd > 0.0).then(|| (sd_policy * sd_policy + sd_against * sd_against) / (sd * sd)),
            runs: central(&self.differences),
            differing,
            n,
        }
    }

    /// The change in per cent, if the mean that it refers to is certainly above 0.
    fn percent(&self, mean: f64, against: f64, sd: f64) -> Option<Percent> {
        const LEVEL: f64 = 0.95;
        let n = self.against.len();
        let above_0 = against > 0.0 && (n < 2 || student_t(against, sd, n, LEVEL)[0] > 0.0);
        above_0.then(|| Percent { value: 100.0 * (mean / against - 1.0), interval: None })
    }
}
