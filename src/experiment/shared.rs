//! Ledgers that several policies of a replication share: what happens to a meter that none of them moves is counted once for all.

use crate::model::ledger::Ledger;

/// A set of policies of one group, by their places in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PolicySet(u64);

impl PolicySet {
    /// Policies of a group that it can tell apart; later ones are never in a set.
    pub const MOST: usize = u64::BITS as usize;

    /// Whether the policy at a place is in it.
    pub const fn contains(self, place: usize) -> bool {
        place < Self::MOST && self.0 >> place & 1 == 1
    }

    /// How many.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether none is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// From whether each policy is in it, in the order of their places.
impl FromIterator<bool> for PolicySet {
    fn from_iter<T: IntoIterator<Item = bool>>(of_policies: T) -> Self {
        let bits = of_policies.into_iter().take(Self::MOST).enumerate();
        Self(bits.fold(0, |set, (place, is_in)| set | u64::from(is_in) << place))
    }
}

/// A ledger for each set of policies that has come up, a limited number of them.
#[derive(Debug, Default)]
pub struct SharedLedgers {
    ledgers: Vec<(PolicySet, Ledger)>,
}

impl SharedLedgers {
    /// So many sets have ledgers. The frequent ones come up first; meters of others are walked policy by policy.
    pub const MOST: usize = 8;

    /// The ledger of a set, an empty one where it comes up for the first time; `None` where there are too many.
    pub fn of(&mut self, set: PolicySet, empty: impl FnOnce() -> Ledger) -> Option<&mut Ledger> {
        let place = match self.ledgers.iter().position(|(known, _)| *known == set) {
            Some(place) => place,
            None if self.ledgers.len() == Self::MOST => return None,
            None => {
                self.ledgers.push((set, empty()));
                self.ledgers.len() - 1
            }
        };
        Some(&mut self.ledgers[place].1)
    }

    /// The ledgers of the sets that a policy is in.
    pub fn of_policy(&self, place: usize) -> impl Iterator<Item = &Ledger> {
        self.ledgers.iter().filter(move |(set, _)| set.contains(place)).map(|(_, ledger)| ledger)
    }
}
