//! The distance of simulated figures from observed ones, over a metamodel: where it is least, profile intervals, and
//! the directions in which it hardly grows.
//!
//! The distance is (m − y)ᵀ S⁻¹ (m − y), where S is the covariance of the figures. Its minimum is found by the
//! Levenberg–Marquardt method (MINPACK). Each position is written as (1 + sin t) / 2, so that it stays in its range, as
//! MINUIT does (James and Roos 1975).

use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::storage::Owned;
use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};

use super::metamodel::Metamodel;

/// Pulls a fit that the figures do not determine to the point that it is compared with. So weak that it moves no
/// figure: a whole range away it adds a millionth to the distance.
const PULL: f64 = 1e-3;
/// Halvings of the stretch in which the end of an interval lies.
const HALVINGS: usize = 40;

/// Observed figures with the inverse of the root of their covariance.
#[derive(Debug, Clone)]
pub struct Scale {
    observed: DVector<f64>,
    root: DMatrix<f64>,
}

impl Scale {
    /// Of a covariance; `None` if it is not positive definite.
    pub fn of(observed: &[f64], covariance: &DMatrix<f64>) -> Option<Self> {
        // In units of the standard deviations, so that figures of any size are treated alike.
        let sd = covariance.diagonal().map(f64::sqrt);
        if sd.iter().any(|sd| !(*sd > 0.0 && sd.is_finite())) {
            return None;
        }
        let correlation = DMatrix::from_fn(sd.len(), sd.len(), |i, j| covariance[(i, j)] / sd[i] / sd[j]);
        let root = correlation.cholesky()?.l();
        if root.diagonal().iter().any(|value| *value < 1e-5) {
            return None;
        }
        let root = DMatrix::from_fn(sd.len(), sd.len(), |i, j| root[(i, j)] * sd[i]);
        Some(Self { observed: DVector::from_column_slice(observed), root })
    }

    fn whitened(&self, figures: &DVector<f64>) -> DVector<f64> {
        let off = figures - &self.observed;
        self.root.solve_lower_triangular(&off).unwrap_or(off)
    }

    /// The squared distance of some figures from the observed ones.
    pub fn distance(&self, figures: &[f64]) -> f64 {
        self.whitened(&DVector::from_column_slice(figures)).norm_squared()
    }
}

/// The distance over a metamodel.
#[derive(Debug, Clone, Copy)]
pub struct Objective<'o> {
    /// The figures at each point.
    pub model: &'o Metamodel,
    /// The observed ones.
    pub scale: &'o Scale,
    /// The point to which inputs return that the figures do not determine.
    pub home: &'o [f64],
}

/// A profile interval of an input. An end is missing where the distance stays small up to the end of the range.
pub type Ends = [Option<f64>; 2];

impl Objective<'_> {
    /// The squared distance at a point.
    pub fn at(&self, at: &[f64]) -> f64 {
        self.scale.whitened(&self.model.at(at)).norm_squared()
    }

    /// The point of least distance where some inputs are held, sought from several starts.
    pub fn least(&self, held: &[(usize, f64)], starts: &[Vec<f64>]) -> Vec<f64> {
        let hold = |start: &[f64]| {
            let mut at = start.to_vec();
            held.iter().for_each(|(input, position)| at[*input] = *position);
            at
        };
        let free: Vec<usize> = (0..self.home.len()).filter(|i| held.iter().all(|(other, _)| other != i)).collect();
        let from = |start: &Vec<f64>| {
            let at = hold(start);
            if free.is_empty() {
                return at;
            }
            let angles = free.iter().map(|input| angle(at[*input]));
            let angles = DVector::from_iterator(free.len(), angles);
            let problem = Problem { objective: *self, free: &free, at, angles };
            LevenbergMarquardt::new().minimize(problem).0.at
        };
        let found = starts.iter().map(from);
        let best = found.min_by(|a, b| self.with_pull(a).total_cmp(&self.with_pull(b)));
        best.unwrap_or_else(|| hold(self.home))
    }

    fn with_pull(&self, at: &[f64]) -> f64 {
        let pull: f64 = at.iter().zip(self.home).map(|(u, home)| (u - home) * (u - home)).sum();
        self.at(at) + PULL * PULL * pull
    }

    /// The positions of an input within which the distance, least over all other inputs, is at most `rise` above that
    /// of the fit.
    pub fn profile(&self, fit: &[f64], input: usize, rise: f64) -> Ends {
        let starts = [fit.to_vec(), self.home.to_vec()];
        self.ends(fit, input, rise, &|position| self.at(&self.least(&[(input, position)], &starts)))
    }

    /// The same where all other inputs keep their values.
    pub fn alone(&self, fit: &[f64], input: usize, rise: f64) -> Ends {
        self.ends(fit, input, rise, &|position| {
            let mut at = fit.to_vec();
            at[input] = position;
            self.at(&at)
        })
    }

    fn ends(&self, fit: &[f64], input: usize, rise: f64, distance: &dyn Fn(f64) -> f64) -> Ends {
        let most = self.at(fit) + rise;
        [0.0, 1.0].map(|end| {
            if distance(end) <= most {
                return None;
            }
            let (mut inside, mut outside) = (fit[input], end);
            for _ in 0..HALVINGS {
                let middle = inside.midpoint(outside);
                if distance(middle) <= most { inside = middle } else { outside = middle }
            }
            Some(inside)
        })
    }

    /// The directions from the flattest to the steepest: how far a fit can move along each before the distance rises by
    /// `rise`, in ranges of the inputs, and its components. From the curvature at the fit.
    pub fn directions(&self, fit: &[f64], rise: f64) -> Vec<(f64, Vec<f64>)> {
        let slopes = self.model.slopes(fit);
        let whitened = self.scale.root.solve_lower_triangular(&slopes).unwrap_or(slopes);
        let eigen = SymmetricEigen::new(whitened.transpose() * &whitened);
        let mut directions: Vec<(f64, Vec<f64>)> = eigen
            .eigenvalues
            .iter()
            .zip(eigen.eigenvectors.column_iter())
            .map(|(curvature, vector)| {
                let reach = (rise / curvature.max(f64::MIN_POSITIVE)).sqrt();
                // The largest component points upwards, so that a direction has one form.
                let largest = vector.iter().fold(0.0_f64, |most, c| if c.abs() > most.abs() { *c } else { most });
                (reach, vector.iter().map(|c| c * largest.signum()).collect())
            })
            .collect();
        directions.sort_by(|a, b| b.0.total_cmp(&a.0));
        directions
    }
}

/// The angle of a position. At the ends of the range the slope by the angle is 0, so a start there is moved inside.
fn angle(position: f64) -> f64 {
    libm::asin(2.0 * position.clamp(0.01, 0.99) - 1.0)
}

struct Problem<'p> {
    objective: Objective<'p>,
    free: &'p [usize],
    at: Vec<f64>,
    angles: DVector<f64>,
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Problem<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, angles: &DVector<f64>) {
        self.angles.copy_from(angles);
        for (input, angle) in self.free.iter().zip(angles.iter()) {
            self.at[*input] = f64::midpoint(1.0, libm::sin(*angle));
        }
    }

    fn params(&self) -> DVector<f64> {
        self.angles.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        let Objective { model, scale, home } = self.objective;
        let off = scale.whitened(&model.at(&self.at));
        let pull = self.free.iter().map(|input| PULL * (self.at[*input] - home[*input]));
        Some(DVector::from_iterator(off.len() + self.free.len(), off.iter().copied().chain(pull)))
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let Objective { model, scale, .. } = self.objective;
        let slopes = scale.root.solve_lower_triangular(&model.slopes(&self.at))?;
        let figures = slopes.nrows();
        Some(DMatrix::from_fn(figures + self.free.len(), self.free.len(), |row, column| {
            let by_angle = libm::cos(self.angles[column]) / 2.0;
            if row < figures {
                slopes[(row, self.free[column])] * by_angle
            } else if row - figures == column {
                PULL * by_angle
            } else {
                0.0
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures that are these functions of two positions.
    fn model(figures: &dyn Fn(&[f64]) -> Vec<f64>) -> Metamodel {
        let grid = [0.0, 0.5, 1.0];
        let points: Vec<Vec<f64>> = grid.into_iter().flat_map(|a| grid.map(|b| vec![a, b])).collect();
        let known: Vec<Vec<f64>> = points.iter().map(|at| figures(at)).collect();
        Metamodel::fit(&points, &known, &[1.0; 9]).expect("a grid")
    }

    fn scale(observed: &[f64], sd: f64) -> Scale {
        Scale::of(observed, &DMatrix::from_diagonal_element(observed.len(), observed.len(), sd * sd)).expect("positive")
    }

    #[test]
    fn the_least_distance_of_two_equations_is_their_solution() {
        // a + b = 1, a − b = 0.2: a = 0.6, b = 0.4.
        let model = model(&|at| vec![at[0] + at[1], at[0] - at[1]]);
        let scale = scale(&[1.0, 0.2], 0.01);
        let objective = Objective { model: &model, scale: &scale, home: &[0.5, 0.5] };
        let fit = objective.least(&[], &[vec![0.9, 0.1]]);
        assert!((fit[0] - 0.6).abs() < 1e-6 && (fit[1] - 0.4).abs() < 1e-6, "{fit:?}");
    }

    #[test]
    fn a_profile_interval_is_that_of_linear_least_squares() {
        // Both figures have sd 0.01. a = (x + y) / 2, so its sd is 0.01 / √2, and with b known it is the same:
        // the two columns are orthogonal.
        let model = model(&|at| vec![at[0] + at[1], at[0] - at[1]]);
        let scale = scale(&[1.0, 0.2], 0.01);
        let objective = Objective { model: &model, scale: &scale, home: &[0.5, 0.5] };
        let fit = objective.least(&[], &[vec![0.5, 0.5]]);
        let half = 1.96 * 0.01 / std::f64::consts::SQRT_2;
        for ends in [objective.profile(&fit, 0, 1.96 * 1.96), objective.alone(&fit, 0, 1.96 * 1.96)] {
            let [Some(low), Some(high)] = ends else { panic!("{ends:?}") };
            assert!((low - (0.6 - half)).abs() < 1e-5 && (high - (0.6 + half)).abs() < 1e-5, "{low} {high}");
        }
    }

    #[test]
    fn an_input_that_trades_against_another_has_a_long_profile_and_a_short_interval_alone() {
        // Only the sum is observed: 1 ± 0.01.
        let model = model(&|at| vec![at[0] + at[1]]);
        let scale = scale(&[1.0], 0.01);
        let objective = Objective { model: &model, scale: &scale, home: &[0.3, 0.5] };
        let fit = objective.least(&[], &[vec![0.3, 0.5]]);
        // Nearest to home on the line: 0.4, 0.6.
        assert!((fit[0] - 0.4).abs() < 1e-4 && (fit[1] - 0.6).abs() < 1e-4, "{fit:?}");
        assert_eq!(objective.profile(&fit, 0, 4.0), [None, None], "every a has its b");
        let [Some(low), Some(high)] = objective.alone(&fit, 0, 4.0) else { panic!("known b determines a") };
        assert!((high - low - 0.04).abs() < 1e-4);
        let directions = objective.directions(&fit, 4.0);
        let (flat, components) = &directions[0];
        assert!(*flat > 1e6 && (components[0] + components[1]).abs() < 1e-9, "{directions:?}");
        // Along (1, 1)/√2 the sum moves by √2 a unit: 2 · 0.01 / √2.
        assert!((directions[1].0 - 0.02 / std::f64::consts::SQRT_2).abs() < 1e-9);
    }

    #[test]
    fn a_fit_beyond_a_range_is_at_its_end() {
        let model = model(&|at| vec![at[0], at[1]]);
        let scale = scale(&[1.3, 0.5], 0.1);
        let objective = Objective { model: &model, scale: &scale, home: &[0.5, 0.5] };
        let fit = objective.least(&[], &[vec![0.5, 0.5]]);
        assert!((fit[0] - 1.0).abs() < 1e-6 && (fit[1] - 0.5).abs() < 1e-6, "{fit:?}");
    }

    #[test]
    fn correlated_figures_are_weighed_together() {
        // With correlation ½, a difference (1, 1) is nearer than (1, −1): 4/3 and 4.
        let covariance = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]);
        let scale = Scale::of(&[0.0, 0.0], &covariance).expect("positive");
        assert!((scale.distance(&[1.0, 1.0]) - 4.0 / 3.0).abs() < 1e-12);
        assert!((scale.distance(&[1.0, -1.0]) - 4.0).abs() < 1e-12);
        let same = DMatrix::from_element(2, 2, 1.0);
        assert!(Scale::of(&[0.0, 0.0], &same).is_none(), "one figure twice");
    }
}
