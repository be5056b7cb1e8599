//! Trajectories that move one input at a time.

use super::{Design, DesignError, Kind, check_size};
use crate::engine::random::{Draws, Entity};
use crate::explore::draw;

/// The most levels.
const MOST_LEVELS: usize = 100;

/// The design of Morris ("Factorial sampling plans for preliminary computational experiments", 1991): `trajectories`
/// paths of `inputs` + 1 points on the grid of `levels` (even, 2 to 100) levels from 0 to 1. Each step of a path moves
/// one input by Δ = p / (2 (p − 1)), up or down, and each path moves every input once.
///
/// The points of a path follow one another.
///
/// # Errors
///
/// If the number of levels is odd or out of range, or there are too many points.
pub fn trajectories(inputs: usize, trajectories: usize, levels: usize, seed: u64) -> Result<Design, DesignError> {
    if levels % 2 == 1 || !(2..=MOST_LEVELS).contains(&levels) {
        return Err(DesignError::Levels { levels });
    }
    let points = inputs.saturating_add(1);
    check_size(inputs, trajectories.saturating_mul(points))?;
    let draws = draw::draws(seed);
    let paths = (0..trajectories).flat_map(|number| path(inputs, levels, number as u64, &draws));
    Ok(Design::new(Kind::Morris, inputs, paths.collect()))
}

/// One path: `inputs` + 1 points.
fn path(inputs: usize, levels: usize, number: u64, draws: &Draws) -> Vec<Vec<f64>> {
    let path = draws.of(Entity(number));
    // The lower of its two levels is one of the lower half, so that a step stays within the grid.
    let half = levels / 2;
    let pairs: Vec<[f64; 2]> = (0..inputs as u32)
        .map(|input| {
            let low = ((path.uniform(draw::LEVEL, input) * half as f64) as usize).min(half - 1);
            let both = [low, low + half].map(|level| level as f64 / (levels - 1) as f64);
            if path.uniform(draw::DIRECTION, input) < 0.5 { both } else { [both[1], both[0]] }
        })
        .collect();
    let mut order: Vec<usize> = (0..inputs).collect();
    order.sort_by_cached_key(|input| path.bits(draw::MOVE, *input as u32));
    let mut point: Vec<f64> = pairs.iter().map(|[from, _]| *from).collect();
    let mut points = vec![point.clone()];
    for input in order {
        point[input] = pairs[input][1];
        points.push(point.clone());
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Δ = 4 / (2 × 3) = ⅔.
    #[test]
    fn each_path_moves_every_input_once_by_delta_within_the_grid() {
        let design = trajectories(6, 50, 4, 1).unwrap();
        assert_eq!(design.points().len(), 50 * 7);
        for path in design.points().chunks(7) {
            let mut moved: Vec<usize> = path
                .windows(2)
                .map(|step| {
                    let changed: Vec<usize> = (0..6).filter(|input| step[0][*input] != step[1][*input]).collect();
                    assert_eq!(changed.len(), 1);
                    assert!(((step[0][changed[0]] - step[1][changed[0]]).abs() - 2.0 / 3.0).abs() < 1e-12);
                    changed[0]
                })
                .collect();
            moved.sort_unstable();
            assert_eq!(moved, [0, 1, 2, 3, 4, 5]);
        }
        let on_the_grid = |x: f64| (x * 3.0 - (x * 3.0).round()).abs() < 1e-12 && (0.0..=1.0).contains(&x);
        assert!(design.points().iter().flatten().all(|x| on_the_grid(*x)));
    }

    #[test]
    fn odd_levels_are_refused() {
        assert_eq!(trajectories(3, 10, 5, 1), Err(DesignError::Levels { levels: 5 }));
        assert_eq!(trajectories(3, 10, 0, 1), Err(DesignError::Levels { levels: 0 }));
    }
}
