//! Two studies compared: which inputs differ, and what that changes under each policy.

mod forms;
mod inputs;

use toml::Table;

use crate::report::outline::Outline;
use crate::results::cube::Cube;
use crate::results::dimension::Dimension;
use crate::results::metrics;
use crate::results::query::Query;
use crate::results::statistics::{FEWEST_FOR_AN_INTERVAL, Method, Sample, Summary};
use crate::results::welch::welch;

pub use forms::{FORMS, Form, form};
pub use inputs::{Input, differing};

/// A study that is compared.
#[derive(Debug)]
pub struct Side {
    /// Where its results are, for display.
    pub folder: String,
    /// What a reader has to know beside the numbers.
    pub outline: Outline,
    /// Its numbers.
    pub cube: Cube,
    /// Its resolved scenario.
    pub inputs: Table,
}

/// Two studies, compared.
#[derive(Debug)]
pub struct TwoStudies {
    /// The study that the other is compared with.
    pub before: Side,
    /// The other one.
    pub after: Side,
    /// The inputs that differ.
    pub inputs: Vec<Input>,
    /// Whether replications are compared pairwise: both studies have the same seed and the same replications, so that
    /// their draws have the same names.
    pub paired: bool,
    /// The confidence level of all intervals: that of the first study.
    pub level: f64,
    /// Policies that only the first study has.
    pub only_before: Vec<String>,
    /// Policies that only the second study has.
    pub only_after: Vec<String>,
    /// Every number of every policy that both studies have: policies in the order of the first study, within each
    /// number.
    pub changes: Vec<Change>,
}

/// A number of which every comparison speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Leaked reads delivered.
    LeakedReads,
    /// Unwanted alerts delivered.
    UnwantedAlerts,
    /// Meter points with at least one leaked read.
    Consumers,
    /// Rightful reads delivered.
    RightfulReads,
    /// Exposure in device-days.
    Exposure,
    /// Meter points not initiated at the end of the last day.
    NotInitiated,
}

impl Number {
    /// All of them.
    pub const ALL: [Number; 6] = [
        Number::LeakedReads,
        Number::UnwantedAlerts,
        Number::Consumers,
        Number::RightfulReads,
        Number::Exposure,
        Number::NotInitiated,
    ];

    /// What it is, in words.
    pub const fn title(self) -> &'static str {
        match self {
            Number::LeakedReads => "Leaked reads delivered",
            Number::UnwantedAlerts => "Unwanted alerts delivered",
            Number::Consumers => "Consumers with at least one leaked read",
            Number::RightfulReads => "Rightful reads delivered",
            Number::Exposure => "Exposure, device-days",
            Number::NotInitiated => "Meter points not initiated at the end",
        }
    }

    /// The number as a query of a study.
    pub fn query(self, outline: &Outline) -> Query {
        match self {
            Number::LeakedReads => Query::total(&metrics::LEAKED_DELIVERED),
            Number::UnwantedAlerts => Query::total(&metrics::UNWANTED_DELIVERED),
            Number::Consumers => Query::total(&metrics::PER_CONSUMER),
            Number::RightfulReads => Query::total(&metrics::RIGHTFUL_DELIVERED),
            Number::Exposure => Query::total(&metrics::EXPOSURE_DAYS),
            Number::NotInitiated => Query::total(&metrics::NOT_INITIATED).with(Dimension::At, &*outline.last),
        }
    }
}

/// What changes in a number of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The number.
    pub number: Number,
    /// The policy.
    pub policy: String,
    /// The mean in the first study, if it has the number.
    pub before: Option<Summary>,
    /// The mean in the second study, if it has the number.
    pub after: Option<Summary>,
    /// How much the second mean is above the first, where both studies have the number.
    pub difference: Option<Difference>,
}

/// The difference of two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The second mean less the first.
    pub mean: f64,
    /// Its interval, where there is one.
    pub interval: Option<[f64; 2]>,
    /// How the interval was found, or why there is none.
    pub method: How,
    /// The range of the differences of replications, where too few differ for an interval.
    pub range: Option<[f64; 2]>,
    /// The difference in per cent of the first mean, unless that is 0.
    pub percent: Option<f64>,
}

/// How the interval of a difference was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// From the differences of pairs of replications.
    Pairs(Method),
    /// Welch's interval of two independent samples.
    Welch,
    /// No interval: too few replications in one of two independent samples.
    TooFew,
    /// No interval: neither of two independent samples varies.
    Identical,
}

impl How {
    /// The name in results.
    pub fn name(self) -> String {
        match self {
            How::Pairs(method) => format!("paired-{}", method.name()),
            How::Welch => "welch".to_owned(),
            How::TooFew => "none".to_owned(),
            How::Identical => "identical".to_owned(),
        }
    }
}

impl TwoStudies {
    /// Compares two studies.
    pub fn of(before: Side, after: Side) -> Self {
        let paired =
            before.outline.seed == after.outline.seed && before.cube.replications() == after.cube.replications();
        let level = before.outline.confidence;
        let only = |own: &Cube, other: &Cube| -> Vec<String> {
            let ids = own.policies().iter().map(|runs| &runs.policy);
            ids.filter(|id| other.place_of(id).is_none()).cloned().collect()
        };
        let mut changes = Vec::new();
        for number in Number::ALL {
            for runs in before.cube.policies() {
                if after.cube.place_of(&runs.policy).is_some() {
                    changes.push(change(number, &runs.policy, [&before, &after], paired, level));
                }
            }
        }
        let (only_before, only_after) = (only(&before.cube, &after.cube), only(&after.cube, &before.cube));
        let mut inputs = differing(&before.inputs, &after.inputs);
        // Such a policy is named as a whole.
        let ids = || only_before.iter().chain(&only_after);
        inputs.retain(|input| !ids().any(|id| input.key == format!("policy[{id}]")));
        Self { inputs, paired, level, only_before, only_after, changes, before, after }
    }
}

fn change(number: Number, policy: &str, sides: [&Side; 2], paired: bool, level: f64) -> Change {
    let samples = sides.map(|side| number.query(&side.outline).sample(&side.cube, side.cube.place_of(policy)?));
    let [before, after] = samples.each_ref().map(|sample| sample.as_ref()?.summarise(level));
    let runs = samples.map(|sample| sample?.each().into_iter().collect::<Option<Vec<f64>>>());
    let difference = match &runs {
        [Some(before), Some(after)] if paired => pairs(before, after, level),
        [Some(before), Some(after)] => Some(independent(before, after, level)),
        _ => None,
    };
    let percent = |mean: f64| before.as_ref().filter(|b| b.value != 0.0).map(|b| 100.0 * mean / b.value);
    let difference = difference.map(|found| Difference { percent: percent(found.mean), ..found });
    Change { number, policy: policy.to_owned(), before, after, difference }
}

fn pairs(before: &[f64], after: &[f64], level: f64) -> Option<Difference> {
    let differences: Vec<f64> = before.iter().zip(after).map(|(before, after)| after - before).collect();
    if differences.iter().all(|difference| *difference == 0.0) {
        // A single replication has no interval, but shows this as well.
        let method = How::Pairs(Method::Identical);
        return Some(Difference { mean: 0.0, interval: None, method, range: None, percent: None });
    }
    let Summary { value: mean, interval, method, runs, .. } = Sample::Differences(differences).summarise(level)?;
    let range = (method == Method::TooRare).then_some(runs);
    Some(Difference { mean, interval, method: How::Pairs(method), range, percent: None })
}

fn independent(before: &[f64], after: &[f64], level: f64) -> Difference {
    let mean_of = |values: &[f64]| values.iter().sum::<f64>() / (values.len() as f64).max(1.0);
    let mean = mean_of(after) - mean_of(before);
    let (interval, method) = if before.len().min(after.len()) < FEWEST_FOR_AN_INTERVAL {
        (None, How::TooFew)
    } else {
        let interval = welch(before, after, level);
        (interval, if interval.is_some() { How::Welch } else { How::Identical })
    };
    Difference { mean, interval, method, range: None, percent: None }
}
