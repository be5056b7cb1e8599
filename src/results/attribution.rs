//! What each part of a whole contributes, from the value of every subset of its parts.
//!
//! The Shapley value of a part is the mean of what it adds over all orders in which the parts can be taken (Shapley,
//! "A value for n-person games", 1953). With two parts it is the mean of both orders.

use super::statistics::{Sample, Summary};

/// What each mitigation of a policy contributes to the primary numbers.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Attribution {
    /// The policy, by id.
    pub policy: String,
    /// The numbers.
    pub numbers: Vec<Attributed>,
}

/// What each mitigation contributes to a number.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Attributed {
    /// The number, as a query.
    pub number: String,
    /// Its unit.
    pub unit: String,
    /// The mitigations, in the order of the policy's list.
    pub parts: Vec<Part>,
    /// The difference between all mitigations and none.
    pub whole: Summary,
}

/// What a mitigation contributes: differences over replications, each with its own interval.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// The mitigation, by name.
    pub mitigation: String,
    /// What it changes before any other.
    pub first: Summary,
    /// What it changes after all others.
    pub last: Summary,
    /// The mean over all orders.
    pub shapley: Summary,
}

/// What each part contributes in one replication.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// What each changes before any other.
    pub first: Vec<f64>,
    /// What each changes after all others.
    pub last: Vec<f64>,
    /// The sum over all orders of what each changes. Of whole numbers these are exact, and add up to the number of
    /// orders times the whole.
    pub over_all_orders: Vec<f64>,
    /// The number of orders.
    pub orders: f64,
    /// The difference between all parts and none.
    pub whole: f64,
}

impl Contributions {
    /// From the value of each subset. The k-th part is in the subsets whose place has the k-th bit: the first value is
    /// that of no part, the last that of all.
    ///
    /// # Panics
    /// If the number of values is not a power of two.
    pub fn of(values: &[f64]) -> Self {
        assert!(values.len().is_power_of_two(), "{} values", values.len());
        let parts = values.len().trailing_zeros();
        let all = values.len() - 1;
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let over_all_orders = |part: usize| {
            let without = (0..values.len()).filter(|subset| subset & part == 0);
            without.fold(0.0, |sum, subset| {
                let before = subset.count_ones();
                let orders = factorial(before) * factorial(parts - 1 - before);
                sum + orders * (values[subset | part] - values[subset])
            })
        };
        let each = || (0..parts).map(|part| 1 << part);
        Self {
            first: each().map(|part: usize| values[part] - values[0]).collect(),
            last: each().map(|part: usize| values[all] - values[all & !part]).collect(),
            over_all_orders: each().map(over_all_orders).collect(),
            orders: factorial(parts),
            whole: values[all] - values[0],
        }
    }
}

impl Attributed {
    /// Summarises the contributions of all replications at a confidence level. `None` if there are none.
    pub fn of(
        (number, unit): (String, &str),
        mitigations: &[&str],
        replications: &[Contributions],
        level: f64,
    ) -> Option<Self> {
        let summary = |of: &dyn Fn(&Contributions) -> f64| {
            Sample::Differences(replications.iter().map(of).collect()).summarise(level)
        };
        let part = |(place, mitigation): (usize, &&str)| {
            Some(Part {
                mitigation: (*mitigation).to_owned(),
                first: summary(&|each| each.first[place])?,
                last: summary(&|each| each.last[place])?,
                shapley: summary(&|each| each.over_all_orders[place] / each.orders)?,
            })
        };
        let parts = mitigations.iter().enumerate().map(part).collect::<Option<Vec<Part>>>()?;
        (!replications.is_empty()).then_some(())?;
        Some(Self { number, unit: unit.to_owned(), parts, whole: summary(&|each| each.whole)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_parts_have_the_mean_of_both_orders() {
        // None 100, the first alone 60, the second alone 70, both 50.
        let found = Contributions::of(&[100.0, 60.0, 70.0, 50.0]);
        assert_eq!((found.first, found.last), (vec![-40.0, -30.0], vec![-20.0, -10.0]));
        // (-40 - 20) / 2 and (-30 - 10) / 2.
        assert_eq!((found.over_all_orders, found.orders, found.whole), (vec![-60.0, -40.0], 2.0, -50.0));
    }

    #[test]
    fn a_left_and_two_right_gloves_have_their_published_shapley_values() {
        // A pair is worth 1: the left glove (the first part) has 2/3, each right glove 1/6.
        let pair = |subset: usize| f64::from(u8::from(subset & 1 > 0 && subset & 6 > 0));
        let found = Contributions::of(&(0..8).map(pair).collect::<Vec<f64>>());
        assert_eq!((found.over_all_orders, found.orders), (vec![4.0, 1.0, 1.0], 6.0));
        assert_eq!((found.first, found.last), (vec![0.0; 3], vec![1.0, 0.0, 0.0]));
    }

    #[test]
    fn the_contributions_of_eight_parts_add_up_to_the_whole_exactly() {
        // Whole numbers without any pattern, as large as leaked reads are.
        let values: Vec<f64> = (0..256_u32).map(|subset| f64::from(subset.wrapping_mul(2_654_435_761) >> 8)).collect();
        let found = Contributions::of(&values);
        assert_eq!(found.over_all_orders.iter().sum::<f64>(), found.orders * found.whole);
        assert_eq!(found.orders, 40_320.0);
    }
}
