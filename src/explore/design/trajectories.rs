//! Trajectories that move one input at a time.

use super::{Design, DesignError, Kind, check_size};
use crate::engine::random::{Draws, Entity};
use crate::explore::draw;

/// The most levels.
const MOST_LEVELS: usize = 100;
/// The most candidates: the distances between all of them take 32 MB.
const MOST_CANDIDATES: usize = 2_000;
/// The most pairs of points whose distance a choice may take: about ten seconds.
const MOST_DISTANCES: usize = 2_000_000_000;

/// Which trajectories a design has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The first that are drawn.
    Plain,
    /// Those that lie far from each other among so many candidates (Campolongo, Cariboni and Saltelli, "An effective
    /// screening design for sensitivity analysis of large models", 2007): the two farthest apart, then one at a time
    /// the one with the greatest distance from those chosen (Ruano et al., 2012).
    Spread {
        /// From how many it chooses.
        candidates: usize,
    },
}

/// The design of Morris ("Factorial sampling plans for preliminary computational experiments", 1991): `trajectories`
/// paths of `inputs` + 1 points on the grid of `levels` (even, 2 to 100) levels from 0 to 1. Each step of a path moves
/// one input by Δ = p / (2 (p − 1)), up or down, and each path moves every input once.
///
/// The points of a path follow one another.
///
/// # Errors
///
/// If the number of levels is odd or out of range, or a choice has too few or too many candidates.
pub fn trajectories(
    inputs: usize,
    trajectories: usize,
    levels: usize,
    choice: Choice,
    seed: u64,
) -> Result<Design, DesignError> {
    if levels % 2 == 1 || !(2..=MOST_LEVELS).contains(&levels) {
        return Err(DesignError::Levels { levels });
    }
    let points = inputs.saturating_add(1);
    check_size(inputs, trajectories.saturating_mul(points))?;
    let draws = draw::draws(seed);
    let path = |number: usize| path(inputs, levels, number as u64, &draws);
    let paths: Vec<Vec<Vec<f64>>> = match choice {
        Choice::Plain => (0..trajectories).map(path).collect(),
        Choice::Spread { candidates } => {
            if candidates < trajectories {
                return Err(DesignError::Candidates { trajectories, candidates });
            }
            let pairs = MOST_DISTANCES / points.saturating_mul(points);
            let most = pairs.saturating_mul(2).isqrt().min(MOST_CANDIDATES);
            if candidates > most || check_size(inputs, candidates.saturating_mul(points)).is_err() {
                return Err(DesignError::TooMuchWork { candidates, inputs, most });
            }
            let mut paths: Vec<_> = (0..candidates).map(path).collect();
            spread(&paths, trajectories).into_iter().map(|chosen| std::mem::take(&mut paths[chosen])).collect()
        }
    };
    Ok(Design::new(Kind::Morris, inputs, paths.into_iter().flatten().collect()))
}

/// One path: `inputs` + 1 points.
fn path(inputs: usize, levels: usize, number: u64, draws: &Draws) -> Vec<Vec<f64>> {
    let path = Entity(number);
    // The lower of its two levels is one of the lower half, so that a step stays within the grid.
    let half = levels / 2;
    let pairs: Vec<[f64; 2]> = (0..inputs as u32)
        .map(|input| {
            let low = ((draws.uniform(path, draw::LEVEL, input) * half as f64) as usize).min(half - 1);
            let both = [low, low + half].map(|level| level as f64 / (levels - 1) as f64);
            if draws.uniform(path, draw::DIRECTION, input) < 0.5 { both } else { [both[1], both[0]] }
        })
        .collect();
    let mut order: Vec<usize> = (0..inputs).collect();
    order.sort_by_cached_key(|input| draws.bits(path, draw::MOVE, *input as u32));
    let mut point: Vec<f64> = pairs.iter().map(|[from, _]| *from).collect();
    let mut points = vec![point.clone()];
    for input in order {
        point[input] = pairs[input][1];
        points.push(point.clone());
    }
    points
}

/// The places of `count` paths that lie far from each other, in ascending order.
fn spread(paths: &[Vec<Vec<f64>>], count: usize) -> Vec<usize> {
    let n = paths.len();
    if count >= n {
        return (0..n).collect();
    }
    let mut apart = vec![0.0; n * n];
    let mut farthest = (0, 0);
    for a in 0..n {
        for b in 0..a {
            let between = distance(&paths[a], &paths[b]);
            (apart[a * n + b], apart[b * n + a]) = (between, between);
            if between > apart[farthest.0 * n + farthest.1] {
                farthest = (a, b);
            }
        }
    }
    let mut chosen = if count == 1 { vec![farthest.1] } else { vec![farthest.0, farthest.1] };
    let mut from_chosen: Vec<f64> =
        (0..n).map(|path| chosen.iter().map(|other| apart[path * n + other] * apart[path * n + other]).sum()).collect();
    while chosen.len() < count {
        let left = (0..n).filter(|path| !chosen.contains(path));
        let Some(next) = left.max_by(|a, b| from_chosen[*a].total_cmp(&from_chosen[*b]).then(b.cmp(a))) else { break };
        chosen.push(next);
        from_chosen
            .iter_mut()
            .enumerate()
            .for_each(|(path, sum)| *sum += apart[path * n + next] * apart[path * n + next]);
    }
    chosen.sort_unstable();
    chosen
}

/// The sum of the Euclidean distances between each point of one path and each of another.
fn distance(one: &[Vec<f64>], other: &[Vec<f64>]) -> f64 {
    let mut sum = 0.0;
    for from in one {
        let Some(first) = other.first() else { continue };
        let mut square: f64 = from.iter().zip(first).map(|(a, b)| (a - b) * (a - b)).sum();
        sum += square.sqrt();
        // Neighbours on a path differ in one coordinate.
        for step in other.windows(2) {
            if let Some(moved) = (0..from.len()).find(|input| step[0][*input] != step[1][*input]) {
                let (before, after) = (from[moved] - step[0][moved], from[moved] - step[1][moved]);
                square = (square + after * after - before * before).max(0.0);
            }
            sum += square.sqrt();
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Δ = 4 / (2 × 3) = ⅔.
    #[test]
    fn each_path_moves_every_input_once_by_delta_within_the_grid() {
        let design = trajectories(6, 50, 4, Choice::Plain, 1).unwrap();
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

    /// Distances of the two paths below, point to point: 0 and 1, 1 and 0 (in one dimension).
    #[test]
    fn the_distance_between_paths_is_the_sum_over_pairs_of_points() {
        let (up, down) = ([vec![0.0], vec![1.0]], [vec![1.0], vec![0.0]]);
        assert_eq!(distance(&up, &down), 2.0);
        // √(1 + 0) + √(1 + 1) + √(0 + 0) + √(0 + 1).
        let (a, b) = ([vec![0.0, 0.0], vec![1.0, 0.0]], [vec![1.0, 0.0], vec![1.0, 1.0]]);
        assert!((distance(&a, &b) - (2.0 + 2_f64.sqrt())).abs() < 1e-12);
    }

    #[test]
    fn chosen_paths_lie_farther_apart_than_the_first_drawn() {
        let apart = |choice| {
            let design = trajectories(5, 6, 4, choice, 1).unwrap();
            let paths: Vec<Vec<Vec<f64>>> = design.points().chunks(6).map(<[_]>::to_vec).collect();
            (0..6).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| distance(&paths[a], &paths[b])).sum::<f64>()
        };
        assert!(apart(Choice::Spread { candidates: 60 }) > 1.05 * apart(Choice::Plain));
        assert_eq!(apart(Choice::Spread { candidates: 6 }), apart(Choice::Plain), "there is no choice");
    }

    #[test]
    fn odd_levels_and_too_few_or_too_many_candidates_are_refused() {
        let of = |levels, choice| trajectories(3, 10, levels, choice, 1);
        assert_eq!(of(5, Choice::Plain), Err(DesignError::Levels { levels: 5 }));
        assert_eq!(of(0, Choice::Plain), Err(DesignError::Levels { levels: 0 }));
        assert!(matches!(of(4, Choice::Spread { candidates: 9 }), Err(DesignError::Candidates { .. })));
        assert!(matches!(of(4, Choice::Spread { candidates: usize::MAX }), Err(DesignError::TooMuchWork { .. })));
    }
}
