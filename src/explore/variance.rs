//! The split of an output's variance between inputs and sampling, from several replications at each point.

use statrs::distribution::{ContinuousCDF, FisherSnedecor};

/// What a split is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// Too few points or replications.
    #[error("{points} points with {replications} replications: a split of variance needs at least two of each")]
    TooFew {
        /// Points.
        points: usize,
        /// Replications at the first point.
        replications: usize,
    },
    /// A point with another number of replications.
    #[error("point {point} has {replications} replications and the first has {expected}: each needs the same number")]
    Uneven {
        /// Its number, from 0.
        point: usize,
        /// How many it has.
        replications: usize,
        /// How many the first has.
        expected: usize,
    },
    /// A value that is infinite or not a number.
    #[error("point {point}: a value is not finite")]
    NotFinite {
        /// Its number, from 0.
        point: usize,
    },
    /// A confidence level that there is not.
    #[error("a confidence level lies between 0 and 1")]
    Level,
}

/// A share of variance and its interval, both in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The estimate.
    pub value: f64,
    /// Its interval.
    pub interval: [f64; 2],
}

/// How the variance of an output splits if replication j has the same random numbers at every point.
///
/// Random effects without interaction: y = mean + point + replication + remainder. A component is 0 where its estimate
/// would be negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossed {
    /// The variance that is due to the inputs.
    pub inputs: f64,
    /// The variance that is due to the replication, common to all points.
    pub replications: f64,
    /// The rest: what a replication adds at one point and not at others.
    pub remainder: f64,
    /// The share of the inputs in the sum of the three.
    pub share: Share,
}

/// Splits the variance by a two-way analysis of variance with random effects: ICC(2, 1) of Shrout and Fleiss
/// ("Intraclass correlations", 1979) with their interval.
///
/// `values` has one row per point, each with the same number of replications, and column j comes from the same random
/// numbers in every row. `Ok(None)` if all values are equal.
///
/// # Errors
///
/// If there are fewer than two points or replications, their number differs, or a value is not finite.
pub fn crossed(values: &[Vec<f64>], level: f64) -> Result<Option<Crossed>, SplitError> {
    let Squares { points: n, replications: r, between, within, columns } = squares(values, level)?;
    if between + within == 0.0 {
        return Ok(None);
    }
    let error = ((within * n * (r - 1.0) - columns * (r - 1.0)) / ((n - 1.0) * (r - 1.0))).max(0.0);
    let inputs = ((between - error) / r).max(0.0);
    let replications = ((columns - error) / n).max(0.0);
    let value = inputs / (inputs + replications + error);
    let interval = if error > 0.0 {
        // Satterthwaite's degrees of freedom of the estimate.
        let (f, icc) = (columns / error, inputs / (inputs + replications + error));
        let weight = n * (1.0 + (r - 1.0) * icc) - r * icc;
        let top = (r - 1.0) * (n - 1.0) * (r * icc * f + weight) * (r * icc * f + weight);
        let freedom = top / ((n - 1.0) * r * r * icc * icc * f * f + weight * weight);
        let above = f_quantiles(n - 1.0, freedom, level)[1];
        let below = f_quantiles(freedom, n - 1.0, level)[1];
        let spread = r * columns + (r * n - r - n) * error;
        [
            n * (between - above * error) / (above * spread + n * between),
            n * (below * between - error) / (spread + n * below * between),
        ]
        .map(|bound| bound.clamp(0.0, 1.0))
    } else {
        [value, value]
    };
    Ok(Some(Crossed { inputs, replications, remainder: error, share: Share { value, interval } }))
}

/// Mean squares of a table of n points × r replications.
struct Squares {
    points: f64,
    replications: f64,
    between: f64,
    within: f64,
    columns: f64,
}

fn squares(values: &[Vec<f64>], level: f64) -> Result<Squares, SplitError> {
    let replications = values.first().map_or(0, Vec::len);
    if values.len() < 2 || replications < 2 {
        return Err(SplitError::TooFew { points: values.len(), replications });
    }
    if !(level > 0.0 && level < 1.0) {
        return Err(SplitError::Level);
    }
    for (point, row) in values.iter().enumerate() {
        if row.len() != replications {
            return Err(SplitError::Uneven { point, replications: row.len(), expected: replications });
        }
        if row.iter().any(|value| !value.is_finite()) {
            return Err(SplitError::NotFinite { point });
        }
    }
    let (n, r) = (values.len() as f64, replications as f64);
    let mean = |values: &mut dyn Iterator<Item = f64>, count: f64| values.sum::<f64>() / count;
    let square = |value: f64| value * value;
    let grand = mean(&mut values.iter().flatten().copied(), n * r);
    let rows: Vec<f64> = values.iter().map(|row| mean(&mut row.iter().copied(), r)).collect();
    let columns = (0..replications).map(|column| mean(&mut values.iter().map(|row| row[column]), n));
    let between = r * rows.iter().map(|row| square(row - grand)).sum::<f64>() / (n - 1.0);
    let deviations = values.iter().zip(&rows).flat_map(|(row, mean)| row.iter().map(move |value| value - mean));
    let within = deviations.map(square).sum::<f64>() / (n * (r - 1.0));
    let columns = n * columns.map(|column| square(column - grand)).sum::<f64>() / (r - 1.0);
    // What is left of equal values is rounding.
    let rounding = square(1e-12 * values.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs())));
    let [between, within, columns] = [between, within, columns].map(|ms| if ms <= rounding { 0.0 } else { ms });
    Ok(Squares { points: n, replications: r, between, within, columns })
}

/// The quantiles of the F distribution that bound its middle part.
fn f_quantiles(above: f64, below: f64, level: f64) -> [f64; 2] {
    let tail = (1.0 - level) / 2.0;
    match FisherSnedecor::new(above, below) {
        Ok(f) => [f.inverse_cdf(tail), f.inverse_cdf(1.0 - tail)],
        Err(_) => [0.0, f64::INFINITY],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six targets by four judges (Shrout and Fleiss, 1979, table 2). Their table 3: between targets 11.24, within
    /// target 6.26, between judges 32.49, residual 1.02.
    fn judges() -> Vec<Vec<f64>> {
        [
            [9.0, 2.0, 5.0, 8.0],
            [6.0, 1.0, 3.0, 2.0],
            [8.0, 4.0, 6.0, 8.0],
            [7.0, 1.0, 2.0, 6.0],
            [10.0, 5.0, 6.0, 9.0],
            [6.0, 2.0, 4.0, 7.0],
        ]
        .map(Vec::from)
        .to_vec()
    }

    fn close(value: f64, published: f64) {
        assert!((value - published).abs() <= 0.0051, "{value}, published {published}");
    }

    /// ICC(2, 1) = 0.29, with the interval 0.02 to 0.76 (Revelle's `psych`).
    #[test]
    fn a_crossed_split_of_the_published_table_gives_the_published_share() {
        let crossed = crossed(&judges(), 0.95).unwrap().unwrap();
        close(crossed.remainder, 1.02);
        close(crossed.inputs, (11.24 - 1.02) / 4.0);
        close(crossed.replications, (32.49 - 1.02) / 6.0);
        close(crossed.share.value, 0.29);
        close(crossed.share.interval[0], 0.02);
        close(crossed.share.interval[1], 0.76);
    }

    #[test]
    fn without_sampling_all_variance_is_due_to_the_inputs() {
        let values = vec![vec![0.1, 0.1, 0.1], vec![0.3, 0.3, 0.3]];
        let crossed = crossed(&values, 0.95).unwrap().unwrap();
        assert_eq!((crossed.remainder, crossed.share), (0.0, Share { value: 1.0, interval: [1.0, 1.0] }));
    }

    /// Every row is 1, 2, 3: points are alike, and what differs is common to all.
    #[test]
    fn what_all_points_share_is_no_share_of_the_inputs() {
        let values = vec![vec![1.0, 2.0, 3.0]; 4];
        let crossed = crossed(&values, 0.95).unwrap().unwrap();
        assert_eq!((crossed.inputs, crossed.remainder, crossed.share.value), (0.0, 0.0, 0.0));
        assert!((crossed.replications - 1.0).abs() < 1e-12);
    }

    #[test]
    fn equal_values_have_no_variance() {
        assert_eq!(crossed(&vec![vec![0.1; 3]; 7], 0.95), Ok(None));
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        assert_eq!(crossed(&[vec![1.0, 2.0]], 0.95), Err(SplitError::TooFew { points: 1, replications: 2 }));
        assert_eq!(crossed(&[vec![1.0], vec![2.0]], 0.95), Err(SplitError::TooFew { points: 2, replications: 1 }));
        let uneven = [vec![1.0, 2.0], vec![1.0, 2.0, 3.0]];
        assert_eq!(crossed(&uneven, 0.95), Err(SplitError::Uneven { point: 1, replications: 3, expected: 2 }));
        let infinite = [vec![1.0, 2.0], vec![f64::INFINITY, 2.0]];
        assert_eq!(crossed(&infinite, 0.95), Err(SplitError::NotFinite { point: 1 }));
    }
}
