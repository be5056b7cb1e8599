//! Ledgers that several policies of a replication share: what none of them changes about a meter is counted once for
//! all of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::engine::bits::ones;
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

    /// The same and the policy at an index, if that can be in a set.
    pub const fn with(self, place: usize) -> Self {
        if place < Self::MOST { Self(self.0 | 1 << place) } else { self }
    }

    /// Its policies that are not in another set.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The indices of its policies, ascending.
    pub fn places(self) -> impl Iterator<Item = usize> {
        ones(self.0)
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
    // Larger sets come first.
    ledgers: Vec<(PolicySet, Ledger)>,
}

impl SharedLedgers {
    /// The most sets of this many policies that have ledgers.
    pub const fn most(policies: usize) -> usize {
        const MOST_SETS: usize = 16;
        match policies {
            0 | 1 => 0,
            2..MOST_SETS => policies,
            _ => MOST_SETS,
        }
    }

    /// Ledgers for the sets that save most effort, if sets occur as in `sample`, which has the effort of counting for
    /// each what its policies have in common: to count it once does for all policies of a chosen set within it. Adding
    /// a ledger to a policy's at the end takes the effort `adding`, or a part of what the ledger holds if that is
    /// little. No result depends on the choice.
    pub fn for_sample(
        policies: usize,
        sample: &BTreeMap<PolicySet, u64>,
        adding: u64,
        empty: impl Fn() -> Ledger,
    ) -> Self {
        // Beyond these, sets are too rare to matter.
        const CANDIDATES: usize = 64;
        // Repeating what was added takes about an eighth of the effort.
        const REPEATED: u64 = 8;
        let mut by_effort: Vec<(PolicySet, u64)> = sample.iter().map(|(set, effort)| (*set, *effort)).collect();
        by_effort.sort_by_key(|(set, effort)| (Reverse(*effort), *set));
        by_effort.truncate(CANDIDATES);
        let mut chosen = Vec::new();
        // A policy alone shares nothing.
        let candidates = by_effort.iter().map(|(set, _)| *set).filter(|set| set.len() > 1);
        // How often what each set has in common is counted.
        let mut times: Vec<u64> = by_effort.iter().map(|(set, _)| u64::from(set.len())).collect();
        while chosen.len() < Self::most(policies) {
            let gain = |candidate: PolicySet| -> u64 {
                let with = |set: PolicySet| covering(set, chosen.iter().chain([&candidate]));
                let each = || by_effort.iter().zip(&times).filter(|((set, _), _)| candidate.is_within(*set));
                let saved = each().map(|((set, effort), times)| effort * times.saturating_sub(with(*set)));
                let held = each().filter(|((set, _), times)| with(*set) < **times).map(|((_, effort), _)| effort);
                let adding = adding.min(held.sum::<u64>() / REPEATED) * u64::from(candidate.len());
                saved.sum::<u64>().saturating_sub(adding)
            };
            let best = candidates.clone().map(|set| (gain(set), Reverse(set))).max();
            let Some((1.., Reverse(best))) = best else { break };
            chosen.push(best);
            times = by_effort.iter().map(|(set, _)| covering(*set, chosen.iter())).collect();
        }
        chosen.sort_by_key(|set| (Reverse(set.len()), *set));
        Self { ledgers: chosen.into_iter().map(|set| (set, empty().sparse())).collect() }
    }

    /// The largest set with a ledger that is within `set`, and its ledger.
    pub fn within(&mut self, set: PolicySet) -> Option<(PolicySet, &mut Ledger)> {
        let within = self.ledgers.iter_mut().find(|(known, _)| known.is_within(set));
        within.map(|(known, ledger)| (*known, ledger))
    }

    /// Calls `each` with the ledgers that together count for every policy of a set: those of sets within it, and for
    /// the policies that are left their own, which `own` hands out.
    pub fn covering(&mut self, set: PolicySet, own: &mut [impl AsMut<Ledger>], mut each: impl FnMut(&mut Ledger)) {
        let mut rest = set;
        while let Some((part, ledger)) = self.within(rest) {
            each(ledger);
            rest = rest.without(part);
        }
        rest.places().for_each(|place| each(own[place].as_mut()));
    }

    /// The ledgers of the sets that a policy is in.
    pub fn of_policy(&self, place: usize) -> impl Iterator<Item = &Ledger> {
        self.ledgers.iter().filter(move |(set, _)| set.contains(place)).map(|(_, ledger)| ledger)
    }
}

/// How many ledgers count for every policy of a set, if these sets have ledgers.
fn covering<'s>(set: PolicySet, chosen: impl Iterator<Item = &'s PolicySet> + Clone) -> u64 {
    let (mut rest, mut ledgers) = (set, 0);
    while let Some(part) = largest_within(rest, chosen.clone().copied()) {
        rest = rest.without(part);
        ledgers += 1;
    }
    ledgers + u64::from(rest.len())
}

/// The largest of several sets that is within another.
fn largest_within(set: PolicySet, sets: impl Iterator<Item = PolicySet>) -> Option<PolicySet> {
    sets.filter(|known| known.is_within(set)).max_by_key(|known| (known.len(), Reverse(*known)))
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
    fn what_a_set_has_in_common_is_counted_for_the_largest_chosen_set_within_it() {
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
    fn a_set_is_worth_a_ledger_where_it_spares_more_effort_than_adding_it_takes() {
        // Beside a ledger of seven policies, one of all eight spares counting once what takes an effort of eight. To
        // repeat what that adds takes an effort of one, for each of eight policies.
        let (eight, seven) = ((set(&[0, 1, 2, 3, 4, 5, 6, 7]), 8), (set(&[0, 1, 2, 3, 4, 5, 6]), 80));
        let of = |sample: &[(PolicySet, u64)], adding| ledgers(sample, adding).ledgers.len();
        assert_eq!(of(&[eight, seven], 1_000), 1);
        // Alone it spares seven times the effort, and a ledger that costs nothing to add is always worth it.
        assert_eq!((of(&[eight], 1_000), of(&[eight, seven], 0)), (1, 2));
    }

    #[test]
    fn what_no_policy_or_one_alone_has_is_no_reason_for_a_ledger() {
        assert_eq!(ledgers(&[(set(&[]), 100), (set(&[2]), 100), (set(&[0, 1]), 1)], 0).ledgers.len(), 1);
    }

    #[test]
    fn a_ledger_is_chosen_by_what_it_spares_beside_the_ones_that_are_chosen() {
        // Of what four policies have in common, a ledger of each two spares as much as one of all but one.
        let sample = [(set(&[0, 1]), 10), (set(&[2, 3]), 10), (set(&[0, 1, 2, 3]), 10)];
        let chosen: Vec<_> = ledgers(&sample, 0).ledgers.into_iter().map(|(set, _)| set).collect();
        assert_eq!(chosen, [set(&[0, 1, 2, 3]), set(&[0, 1]), set(&[2, 3])]);
        assert_eq!(covering(set(&[0, 1, 2, 3]), chosen[1..].iter()), 2);
        assert_eq!(covering(set(&[0, 1, 2]), chosen.iter()), 2);
    }

    #[test]
    fn no_more_sets_are_chosen_than_may_be() {
        let pairs = (0..8).flat_map(|a| (0..a).map(move |b| (set(&[a, b]), 1)));
        assert_eq!(ledgers(&pairs.collect::<Vec<_>>(), 0).ledgers.len(), SharedLedgers::most(8));
    }
}
