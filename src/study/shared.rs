//! Ledgers that several policies of a replication share: a meter about which none of them changes anything is counted
//! once for all of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::ledger::Ledger;

/// A set of policies of one group, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct PolicySet(u64);

impl PolicySet {
    /// The most policies of a group that can be in a set. Later ones never are.
    pub const MOST: usize = u64::BITS as usize;

    /// Whether the policy at an index is in it.
    pub const fn contains(self, place: usize) -> bool {
        place < Self::MOST && self.0 >> place & 1 == 1
    }

    /// Whether it contains the policies at all of these indices.
    pub fn has_all(self, mut places: Range<usize>) -> bool {
        places.all(|place| self.contains(place))
    }

    /// The number of policies in it.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether all its policies are also in another set.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

/// Builds a set from flags in the order of the policies.
impl FromIterator<bool> for PolicySet {
    fn from_iter<T: IntoIterator<Item = bool>>(of_policies: T) -> Self {
        let bits = of_policies.into_iter().take(Self::MOST).enumerate();
        Self(bits.fold(0, |set, (place, is_in)| set | u64::from(is_in) << place))
    }
}

/// Ledgers of sets of policies, limited in number.
#[derive(Debug, Default)]
pub struct SharedLedgers {
    ledgers: Vec<(PolicySet, Ledger)>,
}

impl SharedLedgers {
    /// The most sets of this many policies that have ledgers.
    pub const fn most(policies: usize) -> usize {
        const MOST_SETS: usize = 9;
        match policies {
            0 | 1 => 0,
            2..MOST_SETS => policies,
            _ => MOST_SETS,
        }
    }

    /// Ledgers for the sets that save most walks, if sets occur as often as in `sample`, which has the switches of
    /// each: one walk of a meter counts for all policies of a chosen set within its own. Adding a ledger to a policy's
    /// at the end costs as much as `adding` walks of the sample, or a part of the walks that it holds if they are few.
    /// No result depends on the choice.
    pub fn for_sample(
        policies: usize,
        sample: &BTreeMap<PolicySet, u64>,
        adding: u64,
        empty: impl Fn() -> Ledger,
    ) -> Self {
        // Beyond these, sets are too rare to matter.
        const CANDIDATES: usize = 64;
        // Repeating what a walk has added costs about an eighth of the walk.
        const REPEATED: u64 = 8;
        let mut by_count: Vec<(PolicySet, u64)> = sample.iter().map(|(set, count)| (*set, *count)).collect();
        by_count.sort_by_key(|(set, count)| (Reverse(*count), *set));
        by_count.truncate(CANDIDATES);
        // The walks that the sets chosen so far save at a meter of each set.
        let mut spared = vec![0; by_count.len()];
        let mut chosen = Vec::new();
        while chosen.len() < Self::most(policies) {
            let gain = |candidate: PolicySet| -> u64 {
                let walks = u64::from(candidate.len().saturating_sub(1));
                let each = || by_count.iter().zip(&spared).filter(|((set, _), _)| candidate.is_within(*set));
                // It holds those that no larger set does.
                let held = each().filter(|(_, spared)| walks > **spared).map(|((_, count), _)| count).sum::<u64>();
                let walks: u64 = each().map(|((_, count), spared)| count * walks.saturating_sub(*spared)).sum();
                walks.saturating_sub(adding.min(held / REPEATED) * u64::from(candidate.len()))
            };
            let best = by_count.iter().map(|(set, _)| (gain(*set), Reverse(*set))).max();
            let Some((1.., Reverse(best))) = best else { break };
            for (_, spared) in by_count.iter().zip(&mut spared).filter(|((set, _), _)| best.is_within(*set)) {
                *spared = u64::from(best.len() - 1).max(*spared);
            }
            chosen.push(best);
        }
        Self { ledgers: chosen.into_iter().map(|set| (set, empty().sparse())).collect() }
    }

    /// The largest set with a ledger that is within `set`, and its ledger.
    pub fn within(&mut self, set: PolicySet) -> Option<(PolicySet, &mut Ledger)> {
        let within = self.ledgers.iter_mut().filter(|(known, _)| known.is_within(set));
        within.max_by_key(|(known, _)| (known.len(), Reverse(*known))).map(|(known, ledger)| (*known, ledger))
    }

    /// The ledgers of the sets that a policy is in.
    pub fn of_policy(&self, place: usize) -> impl Iterator<Item = &Ledger> {
        self.ledgers.iter().filter(move |(set, _)| set.contains(place)).map(|(_, ledger)| ledger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Day;
    use crate::engine::time::Instant;
    use crate::model::ledger::Window;

    fn set(policies: &[usize]) -> PolicySet {
        (0..8).map(|place| policies.contains(&place)).collect()
    }

    fn ledgers(sample: &[(PolicySet, u64)], adding: u64) -> SharedLedgers {
        let window = Window { start: Instant(0), horizon: Instant(1), first: Day(0), days: 1 };
        SharedLedgers::for_sample(8, &sample.iter().copied().collect(), adding, || Ledger::new(window))
    }

    #[test]
    fn a_meter_is_walked_for_the_largest_chosen_set_that_lies_in_its_own() {
        let mut ledgers = ledgers(&[(set(&[0, 1]), 10), (set(&[0, 1, 2]), 5), (set(&[3]), 100)], 0);
        assert_eq!(ledgers.within(set(&[0, 1, 2, 3])).map(|(set, _)| set), Some(set(&[0, 1, 2])));
        assert_eq!(ledgers.within(set(&[0, 1, 4])).map(|(set, _)| set), Some(set(&[0, 1])));
        assert!(ledgers.within(set(&[1, 2])).is_none());
        // A policy alone shares nothing.
        assert!(ledgers.within(set(&[3])).is_none());
    }

    #[test]
    fn a_policy_has_the_ledgers_of_all_chosen_sets_that_it_is_in() {
        let ledgers = ledgers(&[(set(&[0, 1]), 10), (set(&[0, 1, 2]), 5)], 0);
        assert_eq!([0, 1, 2, 3].map(|place| ledgers.of_policy(place).count()), [2, 2, 1, 0]);
    }

    #[test]
    fn a_set_is_worth_a_ledger_where_it_spares_more_walks_than_adding_it_costs() {
        // Beside a ledger of seven policies, one of all eight spares a walk of each of its eight meters. What these
        // eight walks have added takes as long as one to repeat, for each of eight policies.
        let (eight, seven) = ((set(&[0, 1, 2, 3, 4, 5, 6, 7]), 8), (set(&[0, 1, 2, 3, 4, 5, 6]), 80));
        let of = |sample: &[(PolicySet, u64)], adding| ledgers(sample, adding).ledgers.len();
        assert_eq!(of(&[eight, seven], 1_000), 1);
        // Alone it spares seven walks of each, and a ledger that costs nothing to add is always worth it.
        assert_eq!((of(&[eight], 1_000), of(&[eight, seven], 0)), (1, 2));
    }

    #[test]
    fn no_more_sets_are_chosen_than_may_be() {
        let pairs = (0..8).flat_map(|a| (0..a).map(move |b| (set(&[a, b]), 1)));
        assert_eq!(ledgers(&pairs.collect::<Vec<_>>(), 0).ledgers.len(), SharedLedgers::most(8));
    }
}
