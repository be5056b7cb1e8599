//! From the numbers of all futures to what is said of them.

use super::drivers::drivers;
use super::exploration::Exploration;
use super::futures::Futures;
use super::plan::{Chance, ExploreError, Plan};
use super::session::is_set;
use super::statements::statements;
use super::turns::turns;
use crate::scenario::input::Input;
use crate::spread::Threads;
use crate::study::progress::Counter;
use crate::study::session::Session;
use crate::study::{How, Stop};

/// How much is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Turns whose switching value is searched.
    pub turns: usize,
    /// The most pairs of policies of which it is looked for.
    pub pairs: usize,
    /// The replications of the ends of a range, where it is first looked whether a pair's sign changes.
    pub ends: u32,
    /// The coarse search for it: the most points, and the replications of each.
    pub coarse: (usize, u32),
    /// The search around what it finds: at least 7 points, which reach the ends of the range.
    pub fine: (usize, u32),
    /// Whether boxes, indices and regret are computed.
    pub full: bool,
}

impl Depth {
    /// Of a screening beside a study.
    pub const SCREEN: Self = Self { turns: 2, pairs: 6, ends: 2, coarse: (6, 2), fine: (7, 6), full: false };
    /// Of an exploration.
    pub const FULL: Self = Self { turns: 5, pairs: usize::MAX, ends: 4, coarse: (10, 4), fine: (8, 30), full: true };

    /// The parts of a range at which the signs of all pairs are first looked at: the ends, and the middle if there is
    /// time. Only a pair whose sign changes there is searched, because a search that finds nothing takes as long as one
    /// that does.
    pub(super) const fn places(self) -> &'static [f64] {
        if self.full { &[0.0, 0.5, 1.0] } else { &[0.0, 1.0] }
    }
}

/// How further points are simulated.
#[derive(Clone, Copy)]
pub struct Simulating<'s> {
    /// How.
    pub how: How,
    /// On which threads.
    pub threads: &'s Threads,
    /// Whether to go on.
    pub stop: &'s Stop,
    /// Counts what is done, in parts of a point.
    pub counter: &'s Counter<'s>,
}

/// What the futures say. Switching values are searched by further simulations of the session's study, one input at a
/// time, with all others as they are. `None` once it is asked to stop.
///
/// # Errors
/// When a point of a search cannot be simulated.
pub fn explore(
    futures: &Futures,
    session: &Session,
    inputs: &[Input],
    simulating: Simulating<'_>,
    depth: Depth,
) -> Result<Option<Exploration>, ExploreError> {
    let plan = &futures.plan;
    let Some((turns, further_turns)) = turns(futures, session, inputs, simulating, depth)? else { return Ok(None) };
    let numbers = || plan.numbers.iter().zip(0..);
    let without_percent = |(query, number): (&String, usize)| {
        let without = (0..futures.len()).filter(|point| futures.whole(*point, number).is_none()).count();
        (without > 0).then(|| (query.clone(), without))
    };
    let first_refused = futures.first_refused.as_ref();
    let first_refused = first_refused.and_then(|(number, point)| Some((*number, plan.refusal(session, point)?)));
    Ok(Some(Exploration {
        design: plan.design.name().to_owned(),
        points: futures.len(),
        refused: futures.refused,
        first_refused,
        replications: plan.chance.each(),
        own_chance: plan.chance == Chance::Own,
        inputs: plan.inputs.len(),
        held: held(session, plan),
        baseline: numbers().map(|(query, number)| (query.clone(), futures.range(number))).collect(),
        without_percent: numbers().filter_map(without_percent).collect(),
        statements: statements(futures, inputs),
        turns,
        further_turns,
        drivers: if depth.full { drivers(futures) } else { Vec::new() },
    }))
}

/// The inputs that do not vary because they were set.
fn held(session: &Session, plan: &Plan) -> Vec<String> {
    let inputs = session.inputs().into_iter().map(|input| input.name);
    inputs.filter(|name| is_set(&plan.set, name) && !plan.inputs.contains(name)).collect()
}
