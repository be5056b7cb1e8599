//! What an exploration simulates: points over the inputs of a scenario, under every policy.

use serde::{Deserialize, Serialize};

use super::design::{Design, Kind};
use crate::model::varies::Scale;
use crate::results::query::Query;
use crate::scenario::check;
use crate::scenario::input::{Input, Level, Range, SetError, Setting, keep_coherent};
use crate::study::session::{LoadError, Session};
use crate::study::{How, StudyError, numbers};
use crate::text::visible;

/// An exploration, complete in itself: any machine that has it can simulate any of its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The scenario's id.
    pub id: String,
    /// The name of its file.
    pub file: String,
    /// Its text, with what was set.
    pub source: String,
    /// What was set, as names and values.
    pub set: Vec<(String, String)>,
    /// Other options that changed the study, by name, such as `--seed` and `--policy`, so that a command can repeat
    /// them.
    #[serde(default)]
    pub options: Vec<(String, String)>,
    /// The seed of all draws.
    pub seed: u64,
    /// Which replications each point takes.
    pub chance: Chance,
    /// How the points were chosen.
    pub design: Kind,
    /// The seed of the design.
    pub design_seed: u64,
    /// The names of the inputs, in the order of the coordinates.
    pub inputs: Vec<String>,
    /// The numbers that are taken of each policy, as queries.
    pub numbers: Vec<String>,
    /// The policies, in the scenario's order.
    pub policies: Vec<String>,
    /// The place of the baseline among them.
    pub baseline: usize,
    /// The points.
    pub points: Vec<Point>,
}

/// The replications of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chance {
    /// The same first replications at every point, so that points differ by their inputs alone.
    Common(u32),
    /// One replication each, of its own number, so that futures differ by chance as well.
    Own,
}

impl Chance {
    /// How many replications a point has.
    pub const fn each(self) -> u32 {
        match self {
            Chance::Common(replications) => replications,
            Chance::Own => 1,
        }
    }
}

/// A point: a value for each input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Positions in the ranges of the inputs, 0 to 1.
    pub at: Vec<f64>,
    /// The values, as `--set` takes them.
    pub levels: Vec<String>,
}

/// Why an exploration failed.
#[derive(Debug, thiserror::Error)]
pub enum ExploreError {
    /// A combination of inputs is not possible.
    #[error("point {point} is not possible: {error}")]
    Point {
        /// The point, from 1.
        point: usize,
        /// Why not.
        error: SetError,
    },
    /// An input of the search for what turns a pair of policies cannot be set.
    #[error(transparent)]
    Set(#[from] SetError),
    /// The scenario of the plan cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A point cannot be simulated.
    #[error(transparent)]
    Study(#[from] StudyError),
}

/// Why a plan from a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Its scenario is invalid.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It says something else than its scenario.
    #[error("the {0} of the plan are not those of its scenario: simulate the exploration again")]
    Differs(&'static str),
    /// Something in it is not possible.
    #[error("the plan has {0}: simulate the exploration again")]
    Impossible(String),
}

/// What a plan is made of, beside the design.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// The study that is explored.
    pub session: &'s Session,
    /// The inputs that vary, in the order of the coordinates.
    pub inputs: &'s [Input],
    /// Which replications each point takes.
    pub chance: Chance,
}

impl Plan {
    /// The points of a design over the ranges of some inputs.
    pub fn of_design(subject: Subject<'_>, design: &Design, design_seed: u64) -> Self {
        let point = |at: &Vec<f64>| {
            let mut levels: Vec<Level> = subject.inputs.iter().zip(at).map(|(input, u)| input.at(*u)).collect();
            keep_coherent(subject.inputs, &mut levels);
            let levels = subject.inputs.iter().zip(&levels).map(|(input, level)| input.print(level)).collect();
            Point { at: at.clone(), levels }
        };
        Self::of_points(subject, (design.kind(), design_seed), design.points().iter().map(point).collect())
    }

    /// Points given by their values.
    pub fn of_levels(subject: Subject<'_>, rows: &[Vec<Level>]) -> Self {
        let point = |levels: &Vec<Level>| Point {
            at: subject.inputs.iter().zip(levels).map(|(input, level)| position(input, level)).collect(),
            levels: subject.inputs.iter().zip(levels).map(|(input, level)| input.print(level)).collect(),
        };
        Self::of_points(subject, (Kind::Given, 0), rows.iter().map(point).collect())
    }

    fn of_points(subject: Subject<'_>, (design, design_seed): (Kind, u64), points: Vec<Point>) -> Self {
        let Subject { session, inputs, chance } = subject;
        let scenario = session.scenario();
        let baseline = scenario.policies.iter().position(|policy| policy.id == scenario.experiment.baseline);
        Self {
            id: scenario.id.clone(),
            file: session.name(),
            source: session.source().to_owned(),
            set: session.settings().to_vec(),
            options: Vec::new(),
            seed: scenario.experiment.seed,
            chance,
            design,
            design_seed,
            inputs: inputs.iter().map(|input| input.name.clone()).collect(),
            numbers: scenario.primaries.iter().map(|primary| primary.query.to_string()).collect(),
            policies: scenario.policies.iter().map(|policy| policy.id.clone()).collect(),
            baseline: baseline.unwrap_or(0),
            points,
        }
    }

    /// The numbers, as queries. One that this version does not know is left out, which its own parts exclude.
    pub fn queries(&self) -> Vec<Query> {
        self.numbers.iter().filter_map(|number| number.parse().ok()).collect()
    }

    /// BLAKE3 of all that its results depend on, in hex.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        // The name of the file changes no result, and what the options change is in the rest.
        let unnamed = Self { file: String::new(), options: Vec::new(), ..self.clone() };
        // Neither a hasher nor the numbers and texts of a plan can fail.
        let _ = serde_json::to_writer(&mut hasher, &unnamed);
        hasher.finalize().to_hex().to_string()
    }

    /// The study of a plan that was read from a file. All that the plan says of its scenario must be so.
    ///
    /// # Errors
    /// When the scenario is invalid, or the plan does not agree with it.
    pub fn session(&self) -> Result<Session, PlanError> {
        if let Some(wrong) = check::id("the scenario", &self.id) {
            return Err(PlanError::Impossible(format!("an impossible id: {}", wrong.message)));
        }
        let mut session = Session::of_text(&visible(&self.file), &self.id, &self.source)?;
        session.set_seed(self.seed);
        let known = session.inputs();
        let found = self.inputs.iter().map(|name| known.iter().find(|input| input.name == *name));
        let found: Vec<&Input> = found.collect::<Option<_>>().ok_or(PlanError::Differs("inputs"))?;
        if let Some(twice) = (1..found.len()).find(|place| self.inputs[..*place].contains(&self.inputs[*place])) {
            return Err(PlanError::Impossible(format!("the input {} twice", self.inputs[twice])));
        }
        let inputs: Vec<Input> = found.into_iter().cloned().collect();
        let subject = Subject { session: &session, inputs: &inputs, chance: self.chance };
        let own = Self::of_points(subject, (self.design, self.design_seed), Vec::new());
        if own.numbers != self.numbers {
            return Err(PlanError::Differs("numbers"));
        }
        if (&own.policies, own.baseline) != (&self.policies, self.baseline) {
            return Err(PlanError::Differs("policies"));
        }
        if self.chance.each() == 0 {
            return Err(PlanError::Impossible("no replications".to_owned()));
        }
        let suits = |point: &Point| {
            let is_read = |(input, level): (&Input, &String)| input.read(level).is_ok();
            [point.at.len(), point.levels.len()] == [inputs.len(); 2]
                && point.at.iter().all(|at| at.is_finite())
                && inputs.iter().zip(&point.levels).all(is_read)
        };
        match self.points.iter().position(|point| !suits(point)) {
            Some(point) => Err(PlanError::Impossible(format!("values that point {} cannot have", point + 1))),
            None => Ok(session),
        }
    }

    /// What the inputs are set to at a point.
    pub fn settings(&self, session: &Session, point: usize) -> Result<Vec<Setting>, SetError> {
        self.settings_at(session, &self.points[point])
    }

    fn settings_at(&self, session: &Session, point: &Point) -> Result<Vec<Setting>, SetError> {
        let texts = self.inputs.iter().zip(&point.levels);
        let texts: Vec<String> = texts.map(|(name, level)| format!("{name}={level}")).collect();
        session.parse_settings(&texts)
    }

    /// Why the scenario refuses a point; `None` if it does not.
    pub fn refusal(&self, session: &Session, point: &Point) -> Option<String> {
        match self.settings_at(session, point).and_then(|settings| session.set(&settings)) {
            Err(SetError::Refused { message, .. }) => Some(message),
            _ => None,
        }
    }

    /// How many numbers a point has: policies × numbers × replications.
    pub fn values_of_a_point(&self) -> usize {
        self.policies.len().saturating_mul(self.numbers.len()).saturating_mul(self.chance.each() as usize)
    }

    /// Whether its design is of use only as a whole, so that each of its points must be possible.
    pub fn needs_every_point(&self) -> bool {
        matches!(self.design, Kind::Saltelli | Kind::Morris)
    }

    /// Simulates a point: each number of each policy in each replication, in this order. Nothing for a combination of
    /// inputs that the scenario refuses, unless the design needs every point.
    ///
    /// # Errors
    /// When the point cannot be simulated.
    pub fn simulate(&self, session: &Session, point: usize, how: How) -> Result<Vec<f64>, ExploreError> {
        let of_point = |error| ExploreError::Point { point: point + 1, error };
        let settings = self.settings(session, point).map_err(of_point)?;
        let session = match session.set(&settings) {
            Ok(session) => session,
            Err(SetError::Refused { .. }) if !self.needs_every_point() => return Ok(Vec::new()),
            Err(error) => return Err(of_point(error)),
        };
        let replications = match self.chance {
            Chance::Common(replications) => 0..replications,
            Chance::Own => point as u32..point as u32 + 1,
        };
        let queries = self.queries();
        let each = replications.map(|replication| numbers(session.scenario(), how, replication, &queries));
        let each: Vec<Vec<Vec<f64>>> = each.collect::<Result<_, _>>()?;
        let mut values = Vec::with_capacity(self.values_of_a_point());
        for policy in 0..self.policies.len() {
            for number in 0..queries.len() {
                values.extend(each.iter().map(|of_replication| of_replication[policy][number]));
            }
        }
        Ok(values)
    }
}

/// The position of a value in the range of its input, 0 to 1. One outside of the range lies outside of these; one that
/// has no place on a logarithmic scale is not finite.
pub fn position(input: &Input, level: &Level) -> f64 {
    match (&input.range, level) {
        (Range::Between { low, high, .. }, Level::Number(_)) if low >= high => 0.5,
        (Range::Between { low, high, scale }, Level::Number(number)) => match scale {
            Scale::Linear | Scale::Whole => (number - low) / (high - low),
            Scale::Log => libm::log(number / low) / libm::log(high / low),
        },
        (Range::OneOf(words), Level::Word(word)) => {
            let place = words.iter().position(|known| known == word).unwrap_or(0);
            (place as f64 + 0.5) / words.len().max(1) as f64
        }
        _ => 0.5,
    }
}

#[cfg(test)]
impl Plan {
    /// Five points, in two blocks, of two values each: one number under two policies.
    pub(crate) fn of_five_points(design: Kind) -> Self {
        Self {
            id: "market".into(),
            file: "market.toml".into(),
            source: String::new(),
            set: Vec::new(),
            options: Vec::new(),
            seed: 1,
            chance: Chance::Common(1),
            design,
            design_seed: 1,
            inputs: vec!["market.calendar-share".into()],
            numbers: vec!["leaked-reads.delivered.total".into()],
            policies: vec!["baseline".into(), "thin".into()],
            baseline: 0,
            points: (0..5).map(|_| Point { at: vec![0.5], levels: vec!["0.5".into()] }).collect(),
        }
    }
}
