//! How well each policy does over all futures: regret and satisficing.
//!
//! The definitions are those of the EMA Workbench (Kwakkel, 2017) and Rhodium (Hadjimichael et al., 2020): regret
//! against the best policy in each future (Savage, 1951), and the share of futures in which a requirement is met
//! (Starr, 1963).

use super::bootstrap::quantile;

/// Which outcomes are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Lower ones.
    Lower,
    /// Higher ones.
    Higher,
}

/// A requirement on an outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Requirement {
    /// The outcome is no higher.
    AtMost(f64),
    /// The outcome is no lower.
    AtLeast(f64),
}

impl Requirement {
    fn is_met_by(self, outcome: f64) -> bool {
        match self {
            Requirement::AtMost(limit) => outcome <= limit,
            Requirement::AtLeast(limit) => outcome >= limit,
        }
    }
}

/// The regret of one policy: how much better the best policy does in the same future.
#[derive(Debug, Clone, PartialEq)]
pub struct Regret {
    /// In the outcome's unit.
    pub absolute: Spread,
    /// As a part of the best policy's outcome. `None` if that is 0, and this policy's is not, in every future.
    pub relative: Option<Spread>,
    /// In how many futures the relative regret is undefined because the best policy's outcome is 0.
    pub undefined: usize,
}

/// Regret over the futures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The 90th percentile, which Rhodium takes as the measure of robustness.
    pub ninetieth: f64,
    /// The greatest, which the EMA Workbench takes.
    pub most: f64,
    /// The number, from 0, of the first future in which it is greatest.
    pub worst_future: usize,
}

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

/// The regret of each policy. `outcomes` has one row per future and one column per policy.
///
/// # Errors
///
/// If there are no futures or policies, rows differ in length, or an outcome is not finite.
pub fn regret(outcomes: &[Vec<f64>], better: Better) -> Result<Vec<Regret>, RobustnessError> {
    let policies = check(outcomes)?;
    let best: Vec<f64> = outcomes
        .iter()
        .map(|row| match better {
            Better::Lower => row.iter().copied().fold(f64::INFINITY, f64::min),
            Better::Higher => row.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
        .collect();
    let of = |policy: usize| {
        let absolute = |future: usize| (outcomes[future][policy] - best[future]).abs();
        let relative = |future: usize| match (absolute(future), best[future].abs()) {
            (0.0, _) => Some(0.0),
            (_, 0.0) => None,
            (regret, best) => Some(regret / best),
        };
        let each: Vec<(usize, f64)> = (0..outcomes.len()).map(|future| (future, absolute(future))).collect();
        let parts: Vec<(usize, f64)> =
            (0..outcomes.len()).filter_map(|future| Some((future, relative(future)?))).collect();
        let undefined = outcomes.len() - parts.len();
        Some(Regret { absolute: spread(&each)?, relative: spread(&parts), undefined })
    };
    Ok((0..policies).filter_map(of).collect())
}

/// The share of futures in which each policy meets a requirement. `outcomes` as for [`regret`].
///
/// # Errors
///
/// As [`regret`].
pub fn satisficing(outcomes: &[Vec<f64>], requirement: Requirement) -> Result<Vec<f64>, RobustnessError> {
    let policies = check(outcomes)?;
    let met = |policy: usize| outcomes.iter().filter(|row| requirement.is_met_by(row[policy])).count();
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

/// `None` if there are no values.
fn spread(by_future: &[(usize, f64)]) -> Option<Spread> {
    let mut sorted: Vec<f64> = by_future.iter().map(|(_, value)| *value).collect();
    sorted.sort_by(f64::total_cmp);
    let most = *sorted.last()?;
    let worst_future = by_future.iter().find(|(_, value)| *value == most)?.0;
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    Some(Spread { mean, ninetieth: quantile(&sorted, 0.9), most, worst_future })
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
    fn absolute_regret_is_the_distance_from_the_best_policy_in_each_future() {
        let regrets = regret(&outcomes(), Better::Lower).unwrap();
        let of = |policy: usize| (regrets[policy].absolute.mean, regrets[policy].absolute.most);
        assert_eq!([of(0), of(1), of(2)], [(10.0, 30.0), (4.0, 10.0), (31.0 / 3.0, 20.0)]);
        assert_eq!(regrets.iter().map(|regret| regret.absolute.worst_future).collect::<Vec<_>>(), [1, 2, 0]);
        // Sorted 0, 2, 10: nine tenths of the way is 80 % from 2 to 10.
        assert!((regrets[1].absolute.ninetieth - 8.4).abs() < 1e-12);
    }

    /// Policy 2: 2/10, 0, 10/40. Its worst future is the third; policy 3's is the first, with 20/10.
    #[test]
    fn relative_regret_is_a_part_of_the_best_outcome() {
        let regrets = regret(&outcomes(), Better::Lower).unwrap();
        let second = regrets[1].relative.unwrap();
        assert!((second.mean - 0.15).abs() < 1e-12);
        assert_eq!((second.most, second.worst_future), (0.25, 2));
        assert_eq!(regrets[2].relative.unwrap().most, 2.0);
    }

    /// The highest of each future: 30, 50, 50.
    #[test]
    fn where_higher_is_better_the_best_is_the_highest() {
        let regrets = regret(&outcomes(), Better::Higher).unwrap();
        assert_eq!(regrets.iter().map(|regret| regret.absolute.most).collect::<Vec<_>>(), [20.0, 30.0, 20.0]);
    }

    #[test]
    fn relative_regret_against_zero_is_undefined_except_for_the_best() {
        let regrets = regret(&[vec![0.0, 5.0], vec![2.0, 3.0]], Better::Lower).unwrap();
        assert_eq!((regrets[0].undefined, regrets[0].relative.unwrap().most), (0, 0.0));
        assert_eq!((regrets[1].undefined, regrets[1].relative.unwrap().most), (1, 0.5));
        let always = regret(&[vec![0.0, 5.0]], Better::Lower).unwrap();
        assert_eq!((always[1].undefined, always[1].relative), (1, None));
    }

    /// At most 40: policy 1 in futures 1 and 3, policy 2 in 1 and 2, policy 3 in 1 and 2. At least 41: 1, 1 and 1.
    #[test]
    fn satisficing_is_the_share_of_futures_that_meet_the_requirement() {
        let share = |requirement| satisficing(&outcomes(), requirement).unwrap();
        assert_eq!(share(Requirement::AtMost(40.0)), [2.0 / 3.0; 3]);
        assert_eq!(share(Requirement::AtLeast(41.0)), [1.0 / 3.0; 3]);
        assert_eq!(share(Requirement::AtMost(20.0)), [1.0 / 3.0, 2.0 / 3.0, 0.0]);
    }

    #[test]
    fn uneven_empty_and_infinite_outcomes_are_refused() {
        assert_eq!(regret(&[], Better::Lower), Err(RobustnessError::Empty));
        assert_eq!(regret(&[vec![]], Better::Lower), Err(RobustnessError::Empty));
        let uneven = [vec![1.0, 2.0], vec![1.0]];
        assert_eq!(regret(&uneven, Better::Lower), Err(RobustnessError::Future { future: 1 }));
        let infinite = [vec![1.0], vec![f64::INFINITY]];
        assert_eq!(satisficing(&infinite, Requirement::AtMost(1.0)), Err(RobustnessError::Future { future: 1 }));
    }
}
