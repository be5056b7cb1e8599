//! Sensitivity indices: the share of an output's variance that is due to each input.

mod given;
mod sobol;

pub use given::{FEWEST_POINTS, Given, GivenIndex, given_data};
pub use sobol::{FEWEST_ROWS, Index, Indices, Shares, sobol_indices};

/// What indices cannot be estimated from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndicesError {
    /// The number of outputs does not fit the design.
    #[error("{outputs} outputs do not fit the design: {expected} are needed, one per point")]
    Shape {
        /// How many there are.
        outputs: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Too little for an estimate.
    #[error("{points} points are too few for indices: take at least {fewest}")]
    TooFew {
        /// How many there are.
        points: usize,
        /// The fewest.
        fewest: usize,
    },
    /// Points of different length, or without coordinates.
    #[error("point {point} has another number of inputs than the first, or none")]
    Point {
        /// Its number, from 0.
        point: usize,
    },
    /// An output or a coordinate that is infinite or not a number.
    #[error("point {point}: a number is not finite")]
    NotFinite {
        /// Its number, from 0.
        point: usize,
    },
}

fn check_outputs(outputs: &[f64]) -> Result<(), IndicesError> {
    match outputs.iter().position(|output| !output.is_finite()) {
        Some(point) => Err(IndicesError::NotFinite { point }),
        None => Ok(()),
    }
}

/// Whether outputs vary by more than the rounding of a mean over replications.
fn vary(outputs: impl IntoIterator<Item = f64>) -> bool {
    let mut range = [f64::INFINITY, f64::NEG_INFINITY];
    outputs.into_iter().for_each(|output| range = [range[0].min(output), range[1].max(output)]);
    range[1] - range[0] > 1e-12 * range[0].abs().max(range[1].abs())
}

fn mean_and_variance(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / n)
}

/// Functions whose indices are known, shared by the tests of all estimators.
#[cfg(test)]
pub(super) mod known {
    use std::f64::consts::PI;

    /// Ishigami and Homma (1990) with a = 7, b = 0.1, inputs in the unit cube for −π to π.
    pub fn ishigami(point: &[f64]) -> f64 {
        let [x, y, z] = [0, 1, 2].map(|input| PI * (2.0 * point[input] - 1.0));
        libm::sin(x) + 7.0 * libm::sin(y) * libm::sin(y) + 0.1 * z * z * z * z * libm::sin(x)
    }

    /// Its first-order and total indices (Saltelli et al., "Global sensitivity analysis: the primer", 2008, 4.9).
    pub const ISHIGAMI_FIRST: [f64; 3] = [0.3139, 0.4424, 0.0];
    pub const ISHIGAMI_TOTAL: [f64; 3] = [0.5576, 0.4424, 0.2437];

    /// The coefficients of Sobol's g-function in Saltelli et al. (2010).
    pub const G: [f64; 8] = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];

    /// Sobol's g-function: the product of (|4x − 2| + a) / (1 + a).
    pub fn g(point: &[f64]) -> f64 {
        point.iter().zip(G).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product()
    }

    /// Its first-order and total indices: V_i = 1 / (3 (1 + a_i)²), V = Π (1 + V_j) − 1, S_i = V_i / V and
    /// T_i = V_i Π_{j ≠ i} (1 + V_j) / V.
    pub fn g_indices() -> ([f64; 8], [f64; 8]) {
        let parts = G.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
        let product: f64 = parts.iter().map(|part| 1.0 + part).product();
        let variance = product - 1.0;
        (parts.map(|part| part / variance), parts.map(|part| part * product / (1.0 + part) / variance))
    }
}
