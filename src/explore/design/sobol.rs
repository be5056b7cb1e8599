//! The scrambled Sobol' sequence.

use super::{Design, DesignError, Kind, check_size};
use crate::engine::random::Entity;
use crate::explore::draw;

/// The most points.
pub const MOST_SOBOL_POINTS: usize = 1 << 16;

/// Inputs that share one sequence. With 256 points of one sequence in 76 dimensions, 287 of 5,700 ordered pairs of
/// inputs explain more than 15 % of each other's variance, up to 83 %, so that the effect of one would be ascribed to
/// the other. In groups of eight, one pair does (17 %).
const GROUP: usize = 8;

/// Coordinates are multiples of 2⁻²³. Half of that keeps them off 0, where an unbounded law has no quantile.
const HALF_A_STEP: f64 = 1.0 / (1_u32 << 24) as f64;

/// `points` (a power of two up to 65,536) of Sobol' sequences with Owen's scrambling: direction numbers of Joe and Kuo
/// (2008), scrambled by hashing (Burley, "Practical hash-based Owen scrambling", 2020).
///
/// Each eight inputs take the first eight dimensions, in an order and with a scramble of their own (padding, section 6
/// of Burley). Every input has one point in each of `points` equal intervals.
///
/// A coordinate depends on the seed, its point and its input alone: adding inputs or points moves none.
///
/// # Errors
///
/// If the number of points is not such a power of two, or there are no inputs or too many coordinates.
pub fn sobol(inputs: usize, points: usize, seed: u64) -> Result<Design, DesignError> {
    Ok(Design::new(Kind::Sobol, inputs, sequence(inputs, points, seed)?))
}

/// As [`sobol`], as rows.
pub(super) fn sequence(inputs: usize, points: usize, seed: u64) -> Result<Vec<Vec<f64>>, DesignError> {
    check_power_of_two(points)?;
    check_size(inputs, points)?;
    let draws = draw::draws(seed);
    let scrambles: Vec<u32> =
        (0..inputs.div_ceil(GROUP) as u64).map(|group| draws.bits(Entity(group), draw::SCRAMBLE, 0) as u32).collect();
    let coordinate = |point, input: usize| {
        let sampled = sobol_burley::sample(point, (input % GROUP) as u32, scrambles[input / GROUP]);
        f64::from(sampled) + HALF_A_STEP
    };
    Ok((0..points as u32).map(|point| (0..inputs).map(|input| coordinate(point, input)).collect()).collect())
}

pub(super) fn check_power_of_two(points: usize) -> Result<(), DesignError> {
    if points == 0 {
        return Err(DesignError::NoPoints);
    }
    if points.is_power_of_two() && points <= MOST_SOBOL_POINTS {
        return Ok(());
    }
    let above = points.min(MOST_SOBOL_POINTS).next_power_of_two();
    let nearest = if above.abs_diff(points) < points.abs_diff(above / 2) { above } else { above / 2 };
    Err(DesignError::NotAPowerOfTwo { points, nearest: nearest.min(MOST_SOBOL_POINTS) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A (0, m, 1)-net in each dimension: 2^m points, one in each interval of length 2^−m.
    #[test]
    fn each_input_has_one_point_in_each_dyadic_interval() {
        for points in [1, 2, 16, 256, 4096] {
            let design = sobol(256, points, 7).unwrap();
            for input in 0..256 {
                let cells: BTreeSet<usize> =
                    design.points().iter().map(|point| (point[input] * points as f64) as usize).collect();
                assert_eq!(cells.len(), points, "input {input}");
            }
        }
    }

    /// The first two dimensions are a (0, m, 2)-net: 2^m points, one in each box of 2^−a × 2^−(m−a).
    #[test]
    fn the_first_two_inputs_have_one_point_in_each_dyadic_box() {
        let design = sobol(2, 256, 3).unwrap();
        for a in 0..=8 {
            let (columns, rows) = ((1 << a) as f64, (1 << (8 - a)) as f64);
            let boxes: BTreeSet<[usize; 2]> =
                design.points().iter().map(|x| [(x[0] * columns) as usize, (x[1] * rows) as usize]).collect();
            assert_eq!(boxes.len(), 256);
        }
    }

    #[test]
    fn more_inputs_and_points_move_no_coordinate() {
        let (small, large) = (sobol(2, 16, 5).unwrap(), sobol(9, 64, 5).unwrap());
        assert!(small.points().iter().zip(large.points()).all(|(few, many)| *few == many[..2]));
        assert_ne!(small, sobol(2, 16, 6).unwrap());
    }

    #[test]
    fn every_coordinate_lies_strictly_inside_the_cube() {
        let design = sobol(8, MOST_SOBOL_POINTS, 1).unwrap();
        assert!(design.points().iter().flatten().all(|x| 0.0 < *x && *x < 1.0));
    }

    #[test]
    fn the_error_on_another_number_of_points_names_one_that_is_accepted() {
        for (points, nearest) in [(3, 2), (100, 128), (257, 256), (100_000, 65_536), (usize::MAX, 65_536)] {
            assert_eq!(sobol(2, points, 1), Err(DesignError::NotAPowerOfTwo { points, nearest }));
            assert!(sobol(2, nearest, 1).is_ok());
        }
        assert_eq!(sobol(2, 0, 1), Err(DesignError::NoPoints));
    }
}
