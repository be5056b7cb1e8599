//! The unit of work of an exploration: a few points, simulated together. A block depends on the plan alone, so blocks
//! can be simulated anywhere, in any order, and twice.

use serde::{Deserialize, Serialize};

use super::plan::{ExploreError, Plan};
use crate::spread::Threads;
use crate::study::session::Session;
use crate::study::{How, Stop};

/// Points of a block: few enough that little is lost when an exploration is interrupted.
pub const POINTS: usize = 4;
/// The version of the form in which blocks are written.
const FORMAT: u32 = 1;

/// The results of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its number.
    pub number: usize,
    /// The values of each of its points, as [`Plan::simulate`] gives them.
    pub values: Vec<Vec<f64>>,
}

/// A block as it is written, with the plan that it belongs to.
#[derive(Serialize, Deserialize)]
struct Part<'p> {
    format: u32,
    version: String,
    plan: std::borrow::Cow<'p, Plan>,
    block: usize,
    values: Vec<Vec<f64>>,
}

/// Why a part cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// It is not a part.
    #[error("it is not a part of an exploration: {0}")]
    Form(#[from] serde_json::Error),
    /// Another version wrote it.
    #[error("version {version} wrote it, and this is version {}", env!("CARGO_PKG_VERSION"))]
    Version {
        /// The version.
        version: String,
    },
    /// Its numbers do not suit its plan.
    #[error("its values do not suit its plan")]
    Size,
    /// It belongs to another exploration.
    #[error("it belongs to another exploration")]
    Other,
}

impl Plan {
    /// How many blocks its points make up.
    pub fn blocks(&self) -> usize {
        self.points.len().div_ceil(POINTS)
    }

    /// The points of a block.
    pub fn points_of(&self, block: usize) -> std::ops::Range<usize> {
        (block * POINTS).min(self.points.len())..((block + 1) * POINTS).min(self.points.len())
    }

    /// The name of a block's file: a hash of all that its results depend on.
    pub fn part_name(&self, digest: &str, block: usize) -> String {
        let hash = blake3::hash(format!("{digest} {block}").as_bytes()).to_hex();
        format!("part-{}.json", &hash[..20])
    }

    /// A block with its plan, as a file holds it.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which a block of finite numbers can.
    pub fn part(&self, block: &Block) -> serde_json::Result<Vec<u8>> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let values = block.values.clone();
        let part =
            Part { format: FORMAT, version, plan: std::borrow::Cow::Borrowed(self), block: block.number, values };
        serde_json::to_vec(&part)
    }
}

/// Reads a part: its plan and its block.
///
/// # Errors
/// When it is not a part of this version, or its values do not suit its plan.
pub fn read_part(bytes: &[u8]) -> Result<(Plan, Block), PartError> {
    let part: Part<'_> = serde_json::from_slice(bytes)?;
    if part.version != env!("CARGO_PKG_VERSION") || part.format != FORMAT {
        return Err(PartError::Version { version: part.version });
    }
    let (plan, each) = (part.plan.into_owned(), part.values.iter().map(Vec::len));
    let expected = plan.values_of_a_point();
    if part.values.len() != plan.points_of(part.block).len()
        || each.into_iter().any(|found| found != expected && (found != 0 || plan.needs_every_point()))
        || part.values.iter().flatten().any(|value| !value.is_finite())
        || plan.points.iter().any(|point| [point.at.len(), point.levels.len()] != [plan.inputs.len(); 2])
        || plan.baseline >= plan.policies.len()
        || plan.queries().len() != plan.numbers.len()
    {
        return Err(PartError::Size);
    }
    Ok((plan, Block { number: part.block, values: part.values }))
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
