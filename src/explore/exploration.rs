//! What an exploration finds, as it is reported and kept with results.

use serde::{Deserialize, Serialize};

/// What an exploration finds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Exploration {
    /// How the points were chosen.
    pub design: String,
    /// Points that were simulated.
    pub points: usize,
    /// Further points, which the scenario refuses.
    #[serde(default)]
    pub refused: usize,
    /// The number of the first of these in the design, from 1, and why the scenario refuses it.
    #[serde(default)]
    pub first_refused: Option<(usize, String)>,
    /// Replications at each point.
    pub replications: u32,
    /// Whether each point has chance of its own, instead of the same at all.
    pub own_chance: bool,
    /// Inputs that vary.
    pub inputs: usize,
    /// Inputs that do not vary because they were set.
    #[serde(default)]
    pub held: Vec<String>,
    /// The range of each number under the baseline, by its query.
    #[serde(default)]
    pub baseline: Vec<(String, [f64; 2])>,
    /// In how many futures a number is 0 under the baseline, by its query, if in any. Whatever is said in per cent of
    /// the baseline leaves them out: ranges, the worst future, turns and drivers.
    #[serde(default)]
    pub without_percent: Vec<(String, usize)>,
    /// What is said of each policy and number against the baseline.
    pub statements: Vec<Statement>,
    /// Pairs of policies whose order reverses.
    pub turns: Vec<Turn>,
    /// Further pairs whose order reverses: no single input was found that turns them and that is not named already.
    pub further_turns: usize,
    /// What matters to each policy and number; empty in a screening.
    pub drivers: Vec<Drivers>,
}

/// What is said of a policy and a number against the baseline, over all futures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// The policy.
    pub policy: String,
    /// The number, as a query.
    pub number: String,
    /// Futures in which its mean is lower than the baseline's.
    pub fewer: usize,
    /// Futures in which its mean is higher.
    pub more: usize,
    /// Futures in which it is the same in every replication.
    pub identical: usize,
    /// Futures in which replications differ, and the means do not.
    #[serde(default)]
    pub equal: usize,
    /// Range of the changes, in per cent of the baseline's mean; none where that is 0 in every future.
    pub percent: Option<[f64; 2]>,
    /// The future, from 1, in which the policy does worst: with the least reduction in per cent, or in number if the
    /// baseline's mean is 0 in every future.
    pub worst: usize,
    /// The input that decides where the word that holds in most futures holds, if one alone decides it in at least nine
    /// of ten futures of either kind.
    pub cause: Option<Cause>,
}

impl Statement {
    /// Futures.
    pub fn of(&self) -> usize {
        self.fewer + self.more + self.identical + self.equal
    }
}

/// Two policies whose order by a number is not the same in every future.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The policies.
    pub policies: [String; 2],
    /// The number, as a query.
    pub number: String,
    /// Futures in which the first one has fewer, and in which the second has, among those with a baseline above 0.
    pub fewer: [usize; 2],
    /// The mean size of the difference in either kind of future, in per cent of the baseline's mean.
    pub sizes: [f64; 2],
    /// Where it turns.
    pub at: SwitchingValue,
    /// Where the first one has fewer, as limits on inputs; empty in a screening.
    pub region: Option<Region>,
}

/// What turns the order of two policies, with all other inputs as in the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwitchingValue {
    /// The input.
    pub input: String,
    /// The value in the scenario.
    pub present: String,
    /// Where it turns.
    pub at: TurnsAt,
}

/// Where the order of two policies turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnsAt {
    /// At a number.
    Value {
        /// The value, as `--set` takes it.
        value: String,
        /// Its interval; a bound that lies beyond the range is left out.
        interval: [Option<String>; 2],
        /// Whether the first policy has fewer above the value, rather than below it.
        first_above: bool,
        /// Whether the order turns again at other values.
        again: bool,
    },
    /// With a word.
    Words {
        /// The words with which the first policy has fewer.
        first: Vec<String>,
        /// The words with which the second has fewer.
        second: Vec<String>,
    },
}

/// What decides in which futures a statement holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// The input.
    pub input: String,
    /// Its values where the statement holds: `is "cos-success"`, `is above 0.3`.
    pub holds_where: String,
}

/// A part of the inputs' ranges in which a statement mostly holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Its limits.
    pub limits: Vec<Limit>,
    /// The share of the futures in which the statement holds that lie in it.
    pub coverage: f64,
    /// The share of its futures in which the statement holds.
    pub density: f64,
}

/// A limit on an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// The input.
    pub input: String,
    /// Its lowest value, if it is restricted.
    pub lower: Option<String>,
    /// Its highest value.
    pub upper: Option<String>,
    /// The words that it may be, if it is one.
    #[serde(default)]
    pub words: Vec<String>,
    /// How often resamples of the futures restrict this input, 0 to 1.
    pub rate: f64,
}

/// What matters to a number under a policy, in per cent of the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drivers {
    /// The policy.
    pub policy: String,
    /// The number, as a query.
    pub number: String,
    /// The share of the variance that is due to the inputs, and its interval.
    pub inputs: Option<(f64, [f64; 2])>,
    /// What the shares of inputs are.
    #[serde(default)]
    pub measure: Measure,
    /// The inputs that matter most, in order.
    pub shares: Vec<Share>,
    /// The greatest regret: by how much, in per cent of the baseline's mean, another policy was better in some future.
    pub regret: Option<f64>,
    /// The share of futures in which the policy removes at least half.
    pub halves: f64,
}

/// How it is measured how much an input matters, which depends on the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Not at all: there are too few points, or some are missing in a design that needs all.
    #[default]
    None,
    /// First-order indices: the share of the variance that the input explains alone.
    FirstOrder,
    /// First-order indices, and total ones: the share in which the input has any part.
    FirstAndTotal,
    /// Morris' μ*, the mean size of elementary effects, as a part of the sum over all inputs. No share of the variance.
    MuStar,
}

/// How much an input matters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The input.
    pub input: String,
    /// The first-order index or the part of the sum of μ*, by the measure.
    pub value: f64,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// The total index, where the design allows one.
    pub total: Option<f64>,
    /// The interval of the total index.
    pub total_interval: Option<[f64; 2]>,
    /// The largest change of the two when only half of the rows are used.
    pub half: Option<f64>,
}
