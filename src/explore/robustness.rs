//! How well each policy does over all futures: regret and satisficing.
//!
//! The definitions are those of the EMA Workbench (Kwakkel, 2017) and Rhodium (Hadjimichael et al., 2020): regret
//! against the best policy in each future (Savage, 1951), and the share of futures in which a requirement is met
//! (Starr, 1963).

/// What robustness cannot be computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RobustnessError {
    /// No futures or no policies.
    #[error("robustness needs at least one future and one policy")]
    Empty,
    /// A row of another length, or a number that is infinite or not a number.
    #[error("future {future} has another number of policies than the first, or an outcome that is not finite")]
    Future {
        /// Its number, from 0.
        future: usize,
    },
}

/// The greatest regret of each policy, in the outcomes' unit: by how much the lowest outcome of the same future is
/// below its own, in the future in which that is most. The EMA Workbench takes it as the measure of robustness.
/// `outcomes` has one row per future and one column per policy.
///
/// # Errors
///
/// If there are no futures or policies, rows differ in length, or an outcome is not finite.
pub fn greatest_regret(outcomes: &[Vec<f64>]) -> Result<Vec<f64>, RobustnessError> {
    let policies = check(outcomes)?;
    let mut most = vec![0.0_f64; policies];
    for row in outcomes {
        let best = row.iter().copied().fold(f64::INFINITY, f64::min);
        most.iter_mut().zip(row).for_each(|(most, outcome)| *most = most.max(outcome - best));
    }
    Ok(most)
}

/// The share of futures in which the outcome of each policy is at most a limit. `outcomes` as for [`greatest_regret`].
///
/// # Errors
///
/// As [`greatest_regret`].
pub fn satisficing(outcomes: &[Vec<f64>], limit: f64) -> Result<Vec<f64>, RobustnessError> {
    let policies = check(outcomes)?;
    let met = |policy: usize| outcomes.iter().filter(|row| row[policy] <= limit).count();
    Ok((0..policies).map(|policy| met(policy) as f64 / outcomes.len() as f64).collect())
}

fn check(outcomes: &[Vec<f64>]) -> Result<usize, RobustnessError> {
    let policies = outcomes.first().map_or(0, Vec::len);
    if policies == 0 {
        return Err(RobustnessError::Empty);
    }
    let wrong = |row: &Vec<f64>| row.len() != policies || row.iter().any(|outcome| !outcome.is_finite());
    match outcomes.iter().position(wrong) {
        Some(future) => Err(RobustnessError::Future { future }),
        None => Ok(policies),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three futures by three policies. The lowest of each future: 10, 20, 40.
    fn outcomes() -> Vec<Vec<f64>> {
        vec![vec![10.0, 12.0, 30.0], vec![50.0, 20.0, 30.0], vec![40.0, 50.0, 41.0]]
    }

    /// Policy 1: 0, 30, 0; policy 2: 2, 0, 10; policy 3: 20, 10, 1.
    #[test]
    fn regret_is_the_distance_from_the_best_policy_in_each_future() {
        assert_eq!(greatest_regret(&outcomes()), Ok(vec![30.0, 10.0, 20.0]));
    }

    /// At most 40: policy 1 in futures 1 and 3, policy 2 in 1 and 2, policy 3 in 1 and 2.
    #[test]
    fn satisficing_is_the_share_of_futures_that_meet_the_limit() {
        assert_eq!(satisficing(&outcomes(), 40.0), Ok(vec![2.0 / 3.0; 3]));
        assert_eq!(satisficing(&outcomes(), 20.0), Ok(vec![1.0 / 3.0, 2.0 / 3.0, 0.0]));
    }

    #[test]
    fn uneven_empty_and_infinite_outcomes_are_refused() {
        assert_eq!(greatest_regret(&[]), Err(RobustnessError::Empty));
        assert_eq!(greatest_regret(&[vec![]]), Err(RobustnessError::Empty));
        let uneven = [vec![1.0, 2.0], vec![1.0]];
        assert_eq!(greatest_regret(&uneven), Err(RobustnessError::Future { future: 1 }));
        let infinite = [vec![1.0], vec![f64::INFINITY]];
        assert_eq!(satisficing(&infinite, 1.0), Err(RobustnessError::Future { future: 1 }));
    }
}
