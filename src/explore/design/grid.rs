//! The grid of all combinations.

use super::{Design, DesignError, Kind, MOST_COORDINATES, check_size};

/// Every combination of `levels[i]` values of input i, equally spaced from 0 to 1; a single level is at ½. The last
/// input changes fastest.
///
/// # Errors
///
/// If there are no inputs, an input has no level, or there are too many combinations.
pub fn grid(levels: &[usize]) -> Result<Design, DesignError> {
    let product = levels.iter().try_fold(1_usize, |product, levels| product.checked_mul(*levels));
    check_size(levels.len(), product.unwrap_or(MOST_COORDINATES + 1))?;
    let at = |level: usize, levels: usize| if levels == 1 { 0.5 } else { level as f64 / (levels - 1) as f64 };
    let mut rows = vec![Vec::with_capacity(levels.len())];
    for &of in levels {
        rows = rows
            .iter()
            .flat_map(|row| (0..of).map(move |level| row.iter().copied().chain([at(level, of)]).collect()))
            .collect();
    }
    Ok(Design::new(Kind::Grid, levels.len(), rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_every_combination_and_the_last_input_changes_fastest() {
        let points: Vec<[f64; 3]> =
            vec![[0.0, 0.5, 0.0], [0.0, 0.5, 0.5], [0.0, 0.5, 1.0], [1.0, 0.5, 0.0], [1.0, 0.5, 0.5], [1.0, 0.5, 1.0]];
        assert_eq!(grid(&[2, 1, 3]).unwrap().points(), points);
    }

    #[test]
    fn a_grid_without_levels_or_with_too_many_combinations_is_refused() {
        assert_eq!(grid(&[]), Err(DesignError::NoInputs));
        assert_eq!(grid(&[3, 0]), Err(DesignError::NoPoints));
        assert_eq!(grid(&[10; 76]), Err(DesignError::TooLarge));
    }
}
