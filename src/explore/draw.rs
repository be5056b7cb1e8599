//! The names of the draws of exploration. A purpose keeps its number for ever, and a new one takes a new number, so
//! that it moves no other draw.

use crate::engine::random::{Draws, Purpose};

/// The scramble of a Sobol' sequence.
pub(super) const SCRAMBLE: Purpose = Purpose(1);
/// The order of a Latin hypercube's strata.
pub(super) const STRATUM: Purpose = Purpose(2);
/// The place within a stratum.
pub(super) const PLACE: Purpose = Purpose(3);
/// The level at which a Morris trajectory has an input.
pub(super) const LEVEL: Purpose = Purpose(4);
/// Whether a Morris trajectory raises an input or lowers it.
pub(super) const DIRECTION: Purpose = Purpose(5);
/// The order in which a Morris trajectory moves the inputs.
pub(super) const MOVE: Purpose = Purpose(6);
/// The rows that a bootstrap resample takes.
pub(super) const RESAMPLE: Purpose = Purpose(7);

/// The draws of exploration under `seed`. No study has this replication, so they share no name with the model's.
pub(super) fn draws(seed: u64) -> Draws {
    Draws::new(seed, u32::MAX)
}
