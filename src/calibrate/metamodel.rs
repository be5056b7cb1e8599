//! A second-order polynomial for each simulated figure, fitted by weighted least squares to the points that were
//! simulated: Box and Wilson, "On the experimental attainment of optimum conditions" (1951).

use nalgebra::{DMatrix, DVector};

/// The number of coefficients of a second-order polynomial in `inputs` variables.
pub const fn coefficients(inputs: usize) -> usize {
    (inputs + 1) * (inputs + 2) / 2
}

/// Polynomials of some figures over the same inputs.
#[derive(Debug, Clone)]
pub struct Metamodel {
    inputs: usize,
    // A row for each coefficient, a column for each figure.
    of: DMatrix<f64>,
}

/// 1, then each position, then each product of two.
fn terms(at: &[f64]) -> Vec<f64> {
    let centred: Vec<f64> = at.iter().map(|u| u - 0.5).collect();
    let mut terms = vec![1.0];
    terms.extend_from_slice(&centred);
    for (i, a) in centred.iter().enumerate() {
        terms.extend(centred[i..].iter().map(|b| a * b));
    }
    terms
}

impl Metamodel {
    /// Fits the figures at some points, each with a weight above 0. Every point has the same number of positions and
    /// every row of figures the same length. `None` if the points do not determine the polynomials.
    pub fn fit(points: &[Vec<f64>], figures: &[Vec<f64>], weights: &[f64]) -> Option<Self> {
        let (inputs, numbers) = (points.first()?.len(), figures.first()?.len());
        if points.len() < coefficients(inputs) {
            return None;
        }
        let root = |row: usize| weights[row].sqrt();
        let rows: Vec<Vec<f64>> = points.iter().map(|at| terms(at)).collect();
        let design = DMatrix::from_fn(points.len(), coefficients(inputs), |row, column| root(row) * rows[row][column]);
        let known = DMatrix::from_fn(points.len(), numbers, |row, column| root(row) * figures[row][column]);
        let decomposed = design.qr();
        let projected = decomposed.q().transpose() * known;
        let upper = decomposed.r();
        let largest = upper.diagonal().iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        if upper.diagonal().iter().any(|value| value.abs() <= 1e-10 * largest) {
            return None;
        }
        let of = upper.solve_upper_triangular(&projected)?;
        of.iter().all(|value| value.is_finite()).then_some(Self { inputs, of })
    }

    /// The figures at a point.
    pub fn at(&self, at: &[f64]) -> DVector<f64> {
        self.of.transpose() * DVector::from_vec(terms(at))
    }

    /// Their derivatives by each position: a row for each figure, a column for each input.
    pub fn slopes(&self, at: &[f64]) -> DMatrix<f64> {
        let mut of_terms = DMatrix::zeros(coefficients(self.inputs), self.inputs);
        for input in 0..self.inputs {
            of_terms[(1 + input, input)] = 1.0;
        }
        let mut row = 1 + self.inputs;
        for i in 0..self.inputs {
            for j in i..self.inputs {
                of_terms[(row, i)] += at[j] - 0.5;
                of_terms[(row, j)] += at[i] - 0.5;
                row += 1;
            }
        }
        self.of.transpose() * of_terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 + 2a − b + 4ab + a².
    fn surface(at: &[f64]) -> f64 {
        3.0 + 2.0 * at[0] - at[1] + 4.0 * at[0] * at[1] + at[0] * at[0]
    }

    fn grid() -> Vec<Vec<f64>> {
        [0.0, 0.5, 1.0].into_iter().flat_map(|a| [0.0, 0.5, 1.0].map(|b| vec![a, b])).collect()
    }

    #[test]
    fn a_second_order_surface_is_found_exactly_with_its_slopes() {
        let points = grid();
        let figures: Vec<Vec<f64>> = points.iter().map(|at| vec![surface(at), 7.0]).collect();
        let weights: Vec<f64> = (1..=9).map(f64::from).collect();
        let model = Metamodel::fit(&points, &figures, &weights).expect("nine points determine six coefficients");
        let at = [0.3, 0.8];
        assert!((model.at(&at)[0] - surface(&at)).abs() < 1e-12 && (model.at(&at)[1] - 7.0).abs() < 1e-12);
        // By a: 2 + 4b + 2a = 5.8. By b: −1 + 4a = 0.2.
        let slopes = model.slopes(&at);
        assert!((slopes[(0, 0)] - 5.8).abs() < 1e-12 && (slopes[(0, 1)] - 0.2).abs() < 1e-12);
        assert!(slopes[(1, 0)].abs() < 1e-12);
    }

    #[test]
    fn points_on_a_line_do_not_determine_a_surface() {
        let points: Vec<Vec<f64>> = (0..8).map(|i| vec![f64::from(i) / 8.0; 2]).collect();
        let figures: Vec<Vec<f64>> = points.iter().map(|at| vec![surface(at)]).collect();
        assert!(Metamodel::fit(&points, &figures, &[1.0; 8]).is_none());
        assert!(Metamodel::fit(&points[..5], &figures[..5], &[1.0; 5]).is_none());
    }
}
