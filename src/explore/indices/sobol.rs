//! First-order and total Sobol' indices from the design of [`saltelli()`](crate::explore::design::saltelli()).

use super::{IndicesError, check_outputs, mean_and_variance, vary};
use crate::explore::bootstrap::Bootstrap;

/// The fewest rows of which indices are estimated.
pub const FEWEST_ROWS: usize = 8;

/// An index: a share of the output's variance. Estimates of small indices may be below 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Index {
    /// From all rows.
    pub value: f64,
    /// The percentile bootstrap interval over rows. `None` if the output varies in too few rows.
    pub interval: Option<[f64; 2]>,
    /// From the first half of the rows. `None` if the output does not vary there.
    pub half: Option<f64>,
}

/// The indices of one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// The share that is due to the input alone.
    pub first: Index,
    /// The share that is due to the input alone or together with others.
    pub total: Index,
}

/// The indices of all inputs for one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// The variance of the output.
    pub variance: f64,
    /// One per input.
    pub inputs: Vec<Shares>,
}

/// First-order indices by the estimator of Saltelli et al. (2010, table 2, b) and total indices by that of Jansen
/// (1999, table 2, f), with percentile bootstrap intervals over rows.
///
/// `outputs` has one number per point of the design, in its order: (k + 2) for each row. `Ok(None)` if the outputs do
/// not vary: there is no variance to split.
///
/// # Errors
///
/// If the outputs are not a multiple of `inputs` + 2, are fewer than 8 rows, or one is not finite.
pub fn sobol_indices(outputs: &[f64], inputs: usize, bootstrap: &Bootstrap) -> Result<Option<Indices>, IndicesError> {
    let block = inputs.saturating_add(2);
    let rows = outputs.len() / block;
    if inputs == 0 || !outputs.len().is_multiple_of(block) {
        return Err(IndicesError::Shape {
            outputs: outputs.len(),
            expected: rows.max(FEWEST_ROWS).saturating_mul(block),
        });
    }
    if rows < FEWEST_ROWS {
        return Err(IndicesError::TooFew { points: rows, fewest: FEWEST_ROWS });
    }
    check_outputs(outputs)?;
    // Estimators of first-order indices lose precision with the square of the mean.
    let (mean, _) = mean_and_variance(outputs.iter().copied());
    let blocks: Vec<Vec<f64>> = outputs.chunks_exact(block).map(|row| row.iter().map(|y| y - mean).collect()).collect();
    let all: Vec<usize> = (0..rows).collect();
    let spread = |rows: &[usize]| vary(rows.iter().flat_map(|row| &outputs[row * block..row * block + 2]).copied());
    let of = |rows: &[usize]| spread(rows).then(|| estimate(&blocks, rows, inputs));
    let Some((variance, values)) = of(&all) else { return Ok(None) };
    let half = of(&all[..rows / 2]).map(|(_, half)| half);
    let resampled: Vec<Option<Vec<[f64; 2]>>> =
        bootstrap.rows(rows).map(|rows| of(&rows).map(|(_, values)| values)).collect();
    let index = |input: usize, kind: usize| Index {
        value: values[input][kind],
        interval: bootstrap.interval(resampled.iter().map(|values| values.as_ref().map(|values| values[input][kind]))),
        half: half.as_ref().map(|half| half[input][kind]),
    };
    let inputs = (0..inputs).map(|input| Shares { first: index(input, 0), total: index(input, 1) }).collect();
    Ok(Some(Indices { variance, inputs }))
}

/// The variance over A and B, and [first, total] of each input.
fn estimate(blocks: &[Vec<f64>], rows: &[usize], inputs: usize) -> (f64, Vec<[f64; 2]>) {
    let n = rows.len() as f64;
    let (_, variance) = mean_and_variance(rows.iter().flat_map(|row| [blocks[*row][0], blocks[*row][1]]));
    let mut sums = vec![[0.0; 2]; inputs];
    for row in rows {
        let [a, b, mixed @ ..] = &blocks[*row][..] else { continue };
        for (sum, mixed) in sums.iter_mut().zip(mixed) {
            sum[0] += b * (mixed - a);
            sum[1] += (a - mixed) * (a - mixed) / 2.0;
        }
    }
    (variance, sums.into_iter().map(|sum| sum.map(|sum| sum / n / variance)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::known::{ISHIGAMI_FIRST, ISHIGAMI_TOTAL, g, g_indices, ishigami};
    use super::*;
    use crate::explore::design::saltelli;

    fn indices(of: fn(&[f64]) -> f64, inputs: usize, rows: usize) -> Indices {
        let made = saltelli(inputs, rows, 1).unwrap();
        let outputs: Vec<f64> = made.design().points().iter().map(|point| of(point)).collect();
        sobol_indices(&outputs, inputs, &Bootstrap::with_seed(1)).unwrap().unwrap()
    }

    fn covers(index: Index, truth: f64) -> bool {
        // Published to four places.
        index.interval.is_some_and(|[low, high]| low - 5e-5 <= truth && truth <= high + 5e-5)
    }

    #[test]
    fn intervals_of_ishigami_cover_the_published_indices() {
        for (input, shares) in indices(ishigami, 3, 1024).inputs.iter().enumerate() {
            assert!(covers(shares.first, ISHIGAMI_FIRST[input]), "{input}: {:?}", shares.first);
            assert!(covers(shares.total, ISHIGAMI_TOTAL[input]), "{input}: {:?}", shares.total);
        }
    }

    /// Its variance is ½ + a²/8 + bπ⁴/5 + b²π⁸/18 = 13.8446.
    #[test]
    fn ishigami_is_met_to_a_hundredth_with_many_rows() {
        let indices = indices(ishigami, 3, 8192);
        assert!((indices.variance - 13.8446).abs() < 0.1, "{}", indices.variance);
        for (input, shares) in indices.inputs.iter().enumerate() {
            assert!((shares.first.value - ISHIGAMI_FIRST[input]).abs() < 0.01, "{input}: {:?}", shares.first);
            assert!((shares.total.value - ISHIGAMI_TOTAL[input]).abs() < 0.01, "{input}: {:?}", shares.total);
        }
    }

    /// Sixteen times the rows: a quarter of the width, to within a third.
    #[test]
    fn intervals_shrink_with_the_root_of_the_number_of_rows() {
        let width = |rows| {
            let [low, high] = indices(ishigami, 3, rows).inputs[0].first.interval.unwrap();
            high - low
        };
        let ratio = width(256) / width(4096);
        assert!((3.0..5.3).contains(&ratio), "{ratio}");
    }

    #[test]
    fn intervals_of_the_g_function_cover_its_analytic_indices() {
        let (first, total) = g_indices();
        for (input, shares) in indices(g, 8, 2048).inputs.iter().enumerate() {
            assert!(covers(shares.first, first[input]), "{input}: {:?}, {}", shares.first, first[input]);
            assert!(covers(shares.total, total[input]), "{input}: {:?}, {}", shares.total, total[input]);
        }
    }

    #[test]
    fn a_large_constant_changes_no_index() {
        let near = indices(ishigami, 3, 256);
        let far = indices(|point| ishigami(point) + 1e6, 3, 256);
        for (near, far) in near.inputs.iter().zip(&far.inputs) {
            assert!((near.first.value - far.first.value).abs() < 1e-6);
        }
    }

    #[test]
    fn constant_outputs_have_no_variance_to_split() {
        assert_eq!(sobol_indices(&[0.1; 5 * 16], 3, &Bootstrap::with_seed(1)), Ok(None));
        assert_eq!(sobol_indices(&[0.0; 5 * 16], 3, &Bootstrap::with_seed(1)), Ok(None));
    }

    /// One row of 16: some 36 % of resamples have none.
    #[test]
    fn an_output_that_varies_in_one_row_has_no_interval() {
        let mut outputs = [0.0; 5 * 16];
        outputs[0] = 1.0;
        let indices = sobol_indices(&outputs, 3, &Bootstrap::with_seed(1)).unwrap().unwrap();
        assert!(indices.inputs.iter().all(|shares| shares.first.interval.is_none() && shares.first.value.is_finite()));
    }

    #[test]
    fn outputs_that_do_not_fit_the_design_are_refused() {
        let bootstrap = Bootstrap::with_seed(1);
        assert!(matches!(sobol_indices(&[1.0; 81], 3, &bootstrap), Err(IndicesError::Shape { outputs: 81, .. })));
        assert!(matches!(sobol_indices(&[1.0; 35], 3, &bootstrap), Err(IndicesError::TooFew { points: 7, .. })));
        assert_eq!(sobol_indices(&[f64::NAN; 80], 3, &bootstrap), Err(IndicesError::NotFinite { point: 0 }));
        assert!(matches!(sobol_indices(&[], 0, &bootstrap), Err(IndicesError::Shape { .. })));
    }
}
