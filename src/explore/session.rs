//! An exploration of a study from its plan to its findings, as an application needs it.
//!
//! ```no_run
//! use meterchurn::explore::findings::Depth;
//! use meterchurn::explore::session::{Exploring, screening};
//! use meterchurn::study::Stop;
//! use meterchurn::study::budget::Machine;
//! use meterchurn::study::session::Session;
//!
//! let session = Session::built_in()?;
//! let budget = session.budget(Machine { memory: 8 << 30, threads: 2 }, 0)?;
//! if let Some(plan) = screening(&session) {
//!     let exploring = Exploring { session: &session, plan, how: budget.how(), depth: Depth::SCREEN };
//!     let found = exploring.run(&Stop::default(), &|_| ())?;
//!     assert!(found.is_some_and(|exploration| exploration.points == 30));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::block::{Block, simulate};
use super::design::{DesignError, latin_hypercube, sobol};
use super::exploration::Exploration;
use super::findings::{Depth, Simulating, explore};
use super::futures::Futures;
use super::plan::{Chance, ExploreError, Plan, Subject};
use crate::scenario::input::Input;
use crate::spread::Threads;
use crate::study::progress::{Counter, PARTS};
use crate::study::session::Session;
use crate::study::{How, Progress, Stop, StudyError};

/// The fewest replications of a study that is screened: fewer are a preview.
pub const FEWEST_FOR_A_SCREENING: u32 = 8;
/// The most points of a screening: it takes no longer than the study itself.
const MOST_FOR_A_SCREENING: u32 = 64;

/// An exploration that is about to run.
pub struct Exploring<'s> {
    /// The study.
    pub session: &'s Session,
    /// What is simulated.
    pub plan: Plan,
    /// How.
    pub how: How,
    /// How much is looked for.
    pub depth: Depth,
}

/// The inputs that an exploration varies if no others are asked for: those that were not set.
pub fn free(session: &Session) -> Vec<Input> {
    session.inputs().into_iter().filter(|input| !is_set(session.settings(), &input.name)).collect()
}

/// Whether settings, by name and value, have this input: its own, or that of a key of which it is a part.
pub(super) fn is_set(settings: &[(String, String)], input: &str) -> bool {
    // A law's inputs have names without that of its section.
    let of = |name: &str| input.strip_prefix(name).is_some_and(|part| part.is_empty() || part.starts_with('.'));
    settings.iter().any(|(name, _)| of(name) || name.strip_prefix("laws.").is_some_and(of))
}

/// The screening of a study: a Latin hypercube over all inputs that were not set, with as many points as the study
/// has replications, each with one replication of its own number. `None` for a study with nothing to compare or to
/// vary, or too few replications.
pub fn screening(session: &Session) -> Option<Plan> {
    let scenario = session.scenario();
    let replications = scenario.experiment.replications;
    if scenario.market.is_none() || scenario.policies.len() < 2 || replications < FEWEST_FOR_A_SCREENING {
        return None;
    }
    let inputs = free(session);
    let points = replications.min(MOST_FOR_A_SCREENING) as usize;
    let seed = scenario.experiment.seed;
    let design: Result<_, DesignError> = latin_hypercube(inputs.len(), points, seed);
    let subject = Subject { session, inputs: &inputs, chance: Chance::Own };
    Some(Plan::of_design(subject, &design.ok()?, seed))
}

/// The points of an exploration that asks for nothing else: a scrambled Sobol' sequence.
pub const USUAL_POINTS: usize = 256;
/// Its replications.
pub const USUAL_REPLICATIONS: u32 = 4;

/// The usual exploration of a study: a scrambled Sobol' sequence of 256 points over all inputs that were not set, the
/// same four replications at each. `None` for a study without anything to compare or to vary.
///
/// # Errors
/// When the study has more inputs than a sequence has dimensions.
pub fn usual(session: &Session) -> Result<Option<Plan>, DesignError> {
    let scenario = session.scenario();
    let inputs = free(session);
    if scenario.policies.len() < 2 || inputs.is_empty() {
        return Ok(None);
    }
    let seed = scenario.experiment.seed;
    let design = sobol(inputs.len(), USUAL_POINTS, seed)?;
    let subject = Subject { session, inputs: &inputs, chance: Chance::Common(USUAL_REPLICATIONS) };
    Ok(Some(Plan::of_design(subject, &design, seed)))
}

impl Exploring<'_> {
    /// Simulates all points and finds what they say. `progress` is called by one thread at a time with the points that
    /// are done, in parts of a point; those of the search for switching values are added to the total once it begins.
    /// `None` once it is asked to stop.
    ///
    /// # Errors
    /// When a point is not possible or cannot be simulated.
    pub fn run(self, stop: &Stop, progress: &(dyn Fn(Progress) + Sync)) -> Result<Option<Exploration>, ExploreError> {
        let threads = start(&self.how)?;
        let how = How { threads: threads.count(), ..self.how };
        let blocks: Vec<usize> = (0..self.plan.blocks()).collect();
        let counter = Counter::new(self.plan.points.len() as u64, progress);
        let finished = |block: &Block| {
            counter.add(PARTS * block.values.len() as u64);
            Ok::<(), ExploreError>(())
        };
        let blocks = simulate(&self.plan, self.session, &blocks, (how, &threads), stop, finished)?;
        let Ok(futures) = Futures::of(self.plan, blocks) else { return Ok(None) };
        let inputs = inputs_of(&futures.plan, self.session);
        let simulating = Simulating { how, threads: &threads, stop, counter: &counter };
        explore(&futures, self.session, &inputs, simulating, self.depth)
    }
}

/// Starts the threads of an exploration.
///
/// # Errors
/// When the system refuses them.
pub fn start(how: &How) -> Result<Threads, ExploreError> {
    Threads::start(how.threads).map_err(|refused| StudyError::Threads(refused.into()).into())
}

/// The inputs of a plan, in its order.
pub fn inputs_of(plan: &Plan, session: &Session) -> Vec<Input> {
    let known = session.inputs();
    plan.inputs.iter().filter_map(|name| known.iter().find(|input| input.name == *name).cloned()).collect()
}
