//! Designs: lists of points in the unit cube. A caller maps each coordinate to the range of its input.

pub mod from_csv;
mod grid;
mod latin;
mod saltelli;
mod sobol;
mod trajectories;

pub use grid::grid;
pub use latin::latin_hypercube;
pub use saltelli::{Saltelli, saltelli};
pub use sobol::{MOST_SOBOL_POINTS, sobol};
pub use trajectories::trajectories;

/// The most coordinates (points × inputs) of a design: 128 MiB.
pub const MOST_COORDINATES: usize = 1 << 24;

/// How a design was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A scrambled Sobol' sequence.
    Sobol,
    /// A Latin hypercube.
    LatinHypercube,
    /// Trajectories that move one input at a time.
    Morris,
    /// Every combination of levels.
    Grid,
    /// The matrices A, B and A_B⁽ⁱ⁾ of the estimators of Sobol' indices.
    Saltelli,
    /// Points from another tool.
    Given,
}

impl Kind {
    /// Those that a method chooses.
    pub const ALL: [Self; 5] = [Self::Sobol, Self::LatinHypercube, Self::Morris, Self::Saltelli, Self::Grid];

    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Sobol => "sobol",
            Kind::LatinHypercube => "latin-hypercube",
            Kind::Morris => "morris",
            Kind::Grid => "grid",
            Kind::Saltelli => "saltelli",
            Kind::Given => "given",
        }
    }
}

/// Points in the unit cube.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    kind: Kind,
    inputs: usize,
    points: Vec<Vec<f64>>,
}

impl Design {
    /// Each row has `inputs` coordinates in [0, 1].
    fn new(kind: Kind, inputs: usize, points: Vec<Vec<f64>>) -> Self {
        debug_assert!(points.iter().all(|point| point.len() == inputs));
        Self { kind, inputs, points }
    }

    /// How it was made.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The number of inputs: the length of each point.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The points, in order: one row each, one coordinate in [0, 1] per input.
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }
}

/// Why there is no such design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DesignError {
    /// There is nothing to vary.
    #[error("a design varies at least one input")]
    NoInputs,
    /// There are no points.
    #[error("a design has at least one point")]
    NoPoints,
    /// More coordinates than a design may have.
    #[error(
        "a design has at most {MOST_COORDINATES} coordinates (points × inputs): take fewer points or vary fewer inputs"
    )]
    TooLarge,
    /// A number of points that is not a power of two.
    #[error(
        "{points} points of a Sobol' sequence do not cover the ranges evenly: take a power of two up to \
         {MOST_SOBOL_POINTS}, such as {nearest}"
    )]
    NotAPowerOfTwo {
        /// What was asked for.
        points: usize,
        /// The nearest power of two that is allowed.
        nearest: usize,
    },
    /// A number of levels that trajectories cannot have.
    #[error("{levels} levels of a Morris design: take an even number from 2 to 100, such as 4")]
    Levels {
        /// What was asked for.
        levels: usize,
    },
}

/// Checks the size of a design before any of it is made.
fn check_size(inputs: usize, points: usize) -> Result<(), DesignError> {
    if inputs == 0 {
        return Err(DesignError::NoInputs);
    }
    if points == 0 {
        return Err(DesignError::NoPoints);
    }
    match inputs.checked_mul(points) {
        Some(coordinates) if coordinates <= MOST_COORDINATES => Ok(()),
        _ => Err(DesignError::TooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_without_inputs_or_points_or_with_too_many_coordinates_is_refused() {
        assert_eq!(latin_hypercube(0, 8, 1), Err(DesignError::NoInputs));
        assert_eq!(latin_hypercube(3, 0, 1), Err(DesignError::NoPoints));
        assert_eq!(latin_hypercube(2, MOST_COORDINATES, 1), Err(DesignError::TooLarge));
        assert_eq!(latin_hypercube(usize::MAX, 2, 1), Err(DesignError::TooLarge));
    }
}
