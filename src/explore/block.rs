//! The unit of work of an exploration: a few points, simulated together. A block depends on the plan alone, so blocks
//! can be simulated anywhere, in any order, and twice.

use super::plan::{ExploreError, Plan};
use crate::spread::Threads;
use crate::study::session::Session;
use crate::study::{How, Stop};

/// Points of a block: few enough that little is lost when an exploration is interrupted.
pub const POINTS: usize = 4;

/// The results of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its number.
    pub number: usize,
    /// The values of each of its points, as [`Plan::simulate`] gives them.
    pub values: Vec<Vec<f64>>,
}

impl Plan {
    /// How many blocks its points make up.
    pub fn blocks(&self) -> usize {
        self.points.len().div_ceil(POINTS)
    }

    /// The points of a block; none of one that the plan does not have.
    pub fn points_of(&self, block: usize) -> std::ops::Range<usize> {
        let from = block.saturating_mul(POINTS).min(self.points.len());
        from..from.saturating_add(POINTS).min(self.points.len())
    }

    /// The name of a block's file: a hash of all that its results depend on.
    pub fn part_name(&self, digest: &str, block: usize) -> String {
        let hash = blake3::hash(format!("{digest} {block}").as_bytes()).to_hex();
        format!("part-{}.json", &hash[..20])
    }
}

/// Simulates blocks of a plan, spread over threads. `finished` is called with each as soon as it is done, in any order.
/// Once `stop` is requested no further block is begun.
///
/// # Errors
/// When a point is not possible or cannot be simulated, or what `finished` reports.
pub fn simulate<E: From<ExploreError> + Send>(
    plan: &Plan,
    session: &Session,
    blocks: &[usize],
    (how, threads): (How, &Threads),
    stop: &Stop,
    finished: impl Fn(&Block) -> Result<(), E> + Sync + Send,
) -> Result<Vec<Block>, E> {
    let failed = std::sync::atomic::AtomicBool::new(false);
    let order = std::sync::atomic::Ordering::Relaxed;
    let begun = blocks.iter().copied().take_while(|_| !failed.load(order) && !stop.is_requested());
    let done = threads.each(begun, |number| {
        let values = plan.points_of(number).map(|point| plan.simulate(session, point, how));
        let block = values.collect::<Result<Vec<_>, _>>().map(|values| Block { number, values });
        let block = block.map_err(E::from).and_then(|block| finished(&block).map(|()| block));
        failed.fetch_or(block.is_err(), order);
        block
    });
    done.into_iter().collect()
}
