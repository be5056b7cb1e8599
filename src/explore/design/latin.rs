//! The Latin hypercube.

use super::{Design, DesignError, Kind, check_size};
use crate::engine::random::Entity;
use crate::explore::draw;

/// `points` points of which each input has exactly one in each of `points` strata of equal width, at a random place
/// within it (McKay, Beckman and Conover, "A comparison of three methods for selecting values of input variables",
/// 1979).
///
/// # Errors
///
/// If there are no inputs, no points or too many of them.
pub fn latin_hypercube(inputs: usize, points: usize, seed: u64) -> Result<Design, DesignError> {
    check_size(inputs, points)?;
    let draws = draw::draws(seed);
    let mut rows = vec![Vec::with_capacity(inputs); points];
    for input in 0..inputs as u32 {
        // A random order: that of one draw for each stratum.
        let mut order: Vec<usize> = (0..points).collect();
        order.sort_by_cached_key(|stratum| draws.bits(Entity(*stratum as u64), draw::STRATUM, input));
        for (point, (row, stratum)) in rows.iter_mut().zip(order).enumerate() {
            let place = draws.uniform(Entity(point as u64), draw::PLACE, input);
            row.push((stratum as f64 + place) / points as f64);
        }
    }
    Ok(Design::new(Kind::LatinHypercube, inputs, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_input_has_one_point_in_each_stratum() {
        let design = latin_hypercube(7, 100, 1).unwrap();
        for input in 0..7 {
            let mut strata: Vec<usize> = design.points().iter().map(|point| (point[input] * 100.0) as usize).collect();
            assert_ne!(strata, (0..100).collect::<Vec<_>>(), "the order is random");
            strata.sort_unstable();
            assert_eq!(strata, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn another_input_moves_no_coordinate() {
        let (few, many) = (latin_hypercube(2, 10, 1).unwrap(), latin_hypercube(3, 10, 1).unwrap());
        assert!(few.points().iter().zip(many.points()).all(|(few, many)| *few == many[..2]));
    }

    #[test]
    fn seeds_give_different_designs() {
        assert_ne!(latin_hypercube(2, 10, 1), latin_hypercube(2, 10, 2));
    }
}
