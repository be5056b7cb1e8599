//! How strongly numbers move with an input, by ranks.

/// The square root of the share of the variance of ranks that lies between groups; 0 where all are equal.
pub(super) fn correlation_ratio(groups: &[&str], values: &[f64]) -> f64 {
    let ranks = ranks(values);
    let mean = (ranks.len() as f64 - 1.0) / 2.0;
    let mut sums: std::collections::BTreeMap<&str, (f64, f64)> = std::collections::BTreeMap::new();
    for (group, rank) in groups.iter().zip(&ranks) {
        let (n, sum) = sums.entry(group).or_default();
        *n += 1.0;
        *sum += rank - mean;
    }
    let between: f64 = sums.values().map(|(n, sum)| sum * sum / n).sum();
    let all: f64 = ranks.iter().map(|rank| (rank - mean) * (rank - mean)).sum();
    if all > 0.0 { (between / all).sqrt() } else { 0.0 }
}

/// Spearman's rank correlation; 0 where either is constant.
pub(super) fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let (mut products, mut squares) = (0.0, [0.0; 2]);
    for (x, y) in a.iter().zip(&b) {
        products += (x - mean) * (y - mean);
        squares[0] += (x - mean) * (x - mean);
        squares[1] += (y - mean) * (y - mean);
    }
    let scale = (squares[0] * squares[1]).sqrt();
    if scale > 0.0 { products / scale } else { 0.0 }
}

/// Ranks from 0; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = from as f64 + (tied.len() as f64 - 1.0) / 2.0;
        tied.iter().for_each(|place| ranks[*place] = rank);
        from += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correlation_ratio_is_1_if_the_groups_separate_the_values_and_0_if_their_means_are_equal() {
        assert_eq!(correlation_ratio(&["a", "a", "b", "b"], &[1.0, 1.0, 5.0, 5.0]), 1.0);
        assert_eq!(correlation_ratio(&["a", "b", "b", "a"], &[1.0, 2.0, 3.0, 4.0]), 0.0);
    }

    #[test]
    fn a_rank_correlation_is_1_for_any_ascending_relation_and_0_for_a_constant() {
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0, 9.0], &[0.1, 0.2, 50.0, 51.0]), 1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[4.0, 4.0, 4.0]), 0.0);
        // Spearman's formula for five pairs with rank differences 0, 1, −1, 1, −1: 1 − 6 × 4 / (5 × 24) = 0.8.
        let rho = rank_correlation(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 3.0, 2.0, 5.0, 4.0]);
        assert!((rho - 0.8).abs() < 1e-12, "{rho}");
    }
}
