//! Elementary effects of a Morris design: which inputs matter, and whether their effect is the same everywhere.

use super::bootstrap::Bootstrap;

/// What one input does (Morris, 1991; Campolongo, Cariboni and Saltelli, 2007). An elementary effect is the change of
/// the output over the change of the input, as a part of its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// μ*: the mean of the absolute elementary effects. 0 for an input that does not matter.
    pub mu_star: f64,
    /// The percentile bootstrap interval of μ* over trajectories.
    pub mu_star_interval: [f64; 2],
    /// μ: the mean of the elementary effects. Nearer 0 than μ* if their sign changes.
    pub mu: f64,
    /// σ: their standard deviation. Large against μ* if the effect depends on other inputs or is not linear.
    pub sigma: f64,
}

/// What effects cannot be computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MorrisError {
    /// The points are no trajectories.
    #[error("{points} points of {inputs} inputs are no trajectories: each has one point more than there are inputs")]
    Shape {
        /// Points.
        points: usize,
        /// Inputs of the first point.
        inputs: usize,
    },
    /// Another number of outputs than points.
    #[error("{outputs} outputs for {points} points: one per point is needed")]
    Outputs {
        /// Outputs.
        outputs: usize,
        /// Points.
        points: usize,
    },
    /// Too few to know a spread.
    #[error("{trajectories} trajectories are too few: take at least 2, better 10 or more")]
    TooFew {
        /// Trajectories.
        trajectories: usize,
    },
    /// A step that moves no input, several, or one for the second time.
    #[error("point {point} does not differ from the one before it in exactly one input that its trajectory moves once")]
    Step {
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

/// The effect of each input.
///
/// `points` has the trajectories one after the other, each of k + 1 points of k inputs of which each step moves one,
/// and each input once. `outputs` has one number per point.
///
/// # Errors
///
/// If the points are no such trajectories, are fewer than two, or a number is not finite.
pub fn effects(points: &[Vec<f64>], outputs: &[f64], bootstrap: &Bootstrap) -> Result<Vec<Effect>, MorrisError> {
    let inputs = points.first().map_or(0, Vec::len);
    let length = inputs + 1;
    if inputs == 0 || !points.len().is_multiple_of(length) || points.iter().any(|point| point.len() != inputs) {
        return Err(MorrisError::Shape { points: points.len(), inputs });
    }
    if outputs.len() != points.len() {
        return Err(MorrisError::Outputs { outputs: outputs.len(), points: points.len() });
    }
    let trajectories = points.len() / length;
    if trajectories < 2 {
        return Err(MorrisError::TooFew { trajectories });
    }
    let finite = |point: &usize| outputs[*point].is_finite() && points[*point].iter().all(|x| x.is_finite());
    if let Some(point) = (0..points.len()).find(|point| !finite(point)) {
        return Err(MorrisError::NotFinite { point });
    }
    // One row per trajectory, one effect per input.
    let elementary = (0..trajectories)
        .map(|trajectory| of_trajectory(points, outputs, trajectory * length))
        .collect::<Result<Vec<_>, _>>()?;
    let n = trajectories as f64;
    let of = |input: usize| {
        let mean = |value: &dyn Fn(f64) -> f64| elementary.iter().map(|row| value(row[input])).sum::<f64>() / n;
        let resampled = |rows: Vec<usize>| rows.iter().map(|row| elementary[*row][input].abs()).sum::<f64>() / n;
        let (mu, mu_star) = (mean(&|effect| effect), mean(&f64::abs));
        let interval = bootstrap.interval(bootstrap.rows(trajectories).map(|rows| Some(resampled(rows))));
        let sigma = (mean(&|effect| (effect - mu) * (effect - mu)) * n / (n - 1.0)).sqrt();
        Effect { mu_star, mu_star_interval: interval.unwrap_or([mu_star; 2]), mu, sigma }
    };
    Ok((0..inputs).map(of).collect())
}

/// The elementary effects of the trajectory that begins at a point, by input.
fn of_trajectory(points: &[Vec<f64>], outputs: &[f64], first: usize) -> Result<Vec<f64>, MorrisError> {
    let inputs = points[first].len();
    let mut effects: Vec<Option<f64>> = vec![None; inputs];
    for point in first + 1..=first + inputs {
        let (from, to) = (&points[point - 1], &points[point]);
        let mut moved = (0..inputs).filter(|input| from[*input] != to[*input]);
        match (moved.next(), moved.next()) {
            (Some(input), None) if effects[input].is_none() => {
                effects[input] = Some((outputs[point] - outputs[point - 1]) / (to[input] - from[input]));
            }
            _ => return Err(MorrisError::Step { point }),
        }
    }
    Ok(effects.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::design::trajectories;
    use crate::explore::indices::known::ishigami;

    fn of(inputs: usize, paths: usize, output: impl Fn(&[f64]) -> f64) -> Vec<Effect> {
        let design = trajectories(inputs, paths, 4, 1).unwrap();
        let outputs: Vec<f64> = design.points().iter().map(|point| output(point)).collect();
        effects(design.points(), &outputs, &Bootstrap::with_seed(1)).unwrap()
    }

    /// On four levels an input of Ishigami's function moves between −π and π/3 or −π/3 and π, by ⅔ of its range. So
    /// x₂'s effects are all ± 7 sin²(π/3) / ⅔ = 7.875, x₁'s have the mean 3/2 sin(π/3) × mean(1 + x₃⁴/10) = 7.704, and
    /// x₃'s 3/2 (π⁴ − (π/3)⁴) / 10 × mean |sin x₁| = 6.249. SALib's own test has 7.683, 7.875 and 6.256 from 10,000
    /// trajectories.
    #[test]
    fn ishigami_has_the_effects_that_salib_publishes() {
        let effects = of(3, 2_000, ishigami);
        assert!((effects[1].mu_star - 7.875).abs() < 1e-9);
        for (effect, truth) in effects.iter().zip([7.704, 7.875, 6.249]) {
            let [low, high] = effect.mu_star_interval;
            assert!(low - 5e-4 <= truth && truth <= high + 5e-4, "{effect:?}, {truth}");
        }
    }

    /// The function of Morris (1991, section 4), with (−1)^i and (−1)^(i + j) for the coefficients that he draws.
    fn morris(x: &[f64]) -> f64 {
        let w: Vec<f64> = (0..20)
            .map(|i| if [2, 4, 6].contains(&i) { 2.0 * (1.1 * x[i] / (x[i] + 0.1) - 0.5) } else { 2.0 * (x[i] - 0.5) })
            .collect();
        let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        let mut y = 0.0;
        for i in 0..20 {
            y += w[i] * if i < 10 { 20.0 } else { sign(i + 1) };
            for j in i + 1..20 {
                y += w[i] * w[j] * if j < 6 { -15.0 } else { sign(i + j) };
                for l in j + 1..5 {
                    y -= 10.0 * w[i] * w[j] * w[l];
                    y += (l + 1..4).map(|s| 5.0 * w[i] * w[j] * w[l] * w[s]).sum::<f64>();
                }
            }
        }
        y
    }

    /// Morris' conclusion (1991, section 4): inputs 1 to 10 matter and 11 to 20 do not; 8 to 10 are nearly linear (σ
    /// small against |μ|) and 1 to 7 are not.
    #[test]
    fn the_function_of_morris_has_ten_inputs_that_matter_of_which_three_are_linear() {
        let effects = of(20, 40, morris);
        let least = effects[..10].iter().map(|effect| effect.mu_star).fold(f64::INFINITY, f64::min);
        let most = effects[10..].iter().map(|effect| effect.mu_star).fold(0.0, f64::max);
        assert!(least > 2.0 * most, "{least} against {most}");
        assert!(effects[7..10].iter().all(|effect| effect.sigma < 0.3 * effect.mu.abs()), "{:?}", &effects[7..10]);
        assert!(effects[..7].iter().all(|effect| effect.sigma > 0.4 * effect.mu.abs()), "{:?}", &effects[..7]);
    }

    /// y = 3 x₁ − 2 x₂.
    #[test]
    fn a_linear_function_has_its_slopes_as_effects_without_spread() {
        let effects = of(3, 5, |x| 3.0 * x[0] - 2.0 * x[1]);
        for (effect, slope) in effects.iter().zip([3.0, -2.0, 0.0_f64]) {
            assert!((effect.mu - slope).abs() < 1e-12 && (effect.mu_star - slope.abs()).abs() < 1e-12);
            assert!(effect.sigma < 1e-12);
        }
    }

    #[test]
    fn points_that_are_no_trajectories_are_refused() {
        let bootstrap = Bootstrap::with_seed(1);
        let points: Vec<Vec<f64>> = vec![vec![0.0], vec![1.0], vec![0.0], vec![1.0]];
        assert!(effects(&points, &[0.0; 4], &bootstrap).is_ok());
        assert!(matches!(effects(&points[..3], &[0.0; 3], &bootstrap), Err(MorrisError::Shape { .. })));
        assert!(matches!(effects(&points[..2], &[0.0; 2], &bootstrap), Err(MorrisError::TooFew { .. })));
        assert!(matches!(effects(&points, &[0.0; 3], &bootstrap), Err(MorrisError::Outputs { .. })));
        assert_eq!(
            effects(&[vec![0.5], vec![0.5], vec![0.0], vec![1.0]], &[0.0; 4], &bootstrap),
            Err(MorrisError::Step { point: 1 })
        );
        let infinite = [0.0, f64::NAN, 0.0, 0.0];
        assert_eq!(effects(&points, &infinite, &bootstrap), Err(MorrisError::NotFinite { point: 1 }));
        assert!(matches!(effects(&[], &[], &bootstrap), Err(MorrisError::Shape { .. })));
    }
}
