//! From the numbers of all futures to what is said of them.

use super::drivers::drivers;
use super::exploration::Exploration;
use super::futures::Futures;
use super::plan::{Chance, ExploreError};
use super::statements::statements;
use super::turns::turns;
use crate::scenario::input::Input;
use crate::spread::Threads;
use crate::study::How;
use crate::study::session::Session;

/// How much is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Turns whose switching value is searched.
    pub turns: usize,
    /// The coarse search for it: the most points, and the replications of each.
    pub coarse: (usize, u32),
    /// The search around what it finds.
    pub fine: (usize, u32),
    /// Whether boxes, indices and regret are computed.
    pub full: bool,
}

impl Depth {
    /// Of a screening beside a study.
    pub const SCREEN: Self = Self { turns: 2, coarse: (8, 4), fine: (5, 12), full: false };
    /// Of an exploration.
    pub const FULL: Self = Self { turns: 5, coarse: (10, 4), fine: (6, 30), full: true };
}

/// What the futures say. Switching values are searched by further simulations of the session's study, one input at a
/// time, with all others as they are.
///
/// # Errors
/// When a point of a search cannot be simulated.
pub fn explore(
    futures: &Futures,
    session: &Session,
    inputs: &[Input],
    (how, threads): (How, &Threads),
    depth: Depth,
) -> Result<Exploration, ExploreError> {
    let plan = &futures.plan;
    let (turns, further_turns) = turns(futures, session, inputs, (how, threads), depth)?;
    Ok(Exploration {
        design: plan.design.name().to_owned(),
        points: futures.len(),
        impossible: futures.impossible,
        replications: plan.chance.each(),
        own_chance: plan.chance == Chance::Own,
        inputs: plan.inputs.len(),
        baseline: (0..plan.numbers.len()).map(|number| (plan.numbers[number].clone(), futures.range(number))).collect(),
        statements: statements(futures, inputs),
        turns,
        further_turns,
        drivers: if depth.full { drivers(futures) } else { Vec::new() },
    })
}
