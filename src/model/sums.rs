//! Sums over cases, and the same by the two suppliers of a switch.

use super::counters::{Counter, counters};
use super::plan::SupplierId;
use super::window::Window;
use crate::engine::merge::Merge;

counters! {
    /// Sums over the cases of one kind.
    CaseSums {
        /// Cases, one for each device.
        cases: u64,
        /// Exposure in device-seconds.
        exposure: u64,
        /// What suppliers that were not registered received in that time.
        unwanted: Unwanted,
        /// Prepay meters that could not accept their supplier's top-ups.
        supply_risk: SupplyRisk,
    }
}

counters! {
    /// Prepay meters that hold no certificate of the registered supplier and so cannot accept its top-ups (domain 2.7,
    /// an inference).
    SupplyRisk {
        /// Meter-seconds in the window.
        seconds: u64,
        /// Switches with at least one of these seconds.
        switches: u64,
    }
}

counters! {
    /// What suppliers receive from meters that are not theirs.
    Unwanted {
        /// Leaked reads that the meter pushed.
        pushed: u64,
        /// Leaked reads that DCC schedules pulled.
        pulled: u64,
        /// E4s of DCC schedules.
        e4: u64,
    }
}

impl Unwanted {
    /// Leaked reads by both paths.
    pub const fn reads(&self) -> u64 {
        self.pushed + self.pulled
    }

    /// What DP072 counted: leaked pushed reads and E4s. A pulled read is not an alert.
    pub const fn alerts(&self) -> u64 {
        self.pushed + self.e4
    }

    /// The counts of this many copies.
    pub const fn times(&self, copies: u64) -> Self {
        Self { pushed: self.pushed * copies, pulled: self.pulled * copies, e4: self.e4 * copies }
    }
}

/// Sums over cases by the losing and the gaining supplier of their switch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairs {
    // By losing supplier, then gaining; each list ends at the last supplier that occurred.
    sums: Vec<Vec<CaseSums>>,
}

impl Pairs {
    /// The sums of one pair, to be added to.
    pub(super) fn of(&mut self, losing: SupplierId, gaining: SupplierId) -> &mut CaseSums {
        let row = grown(&mut self.sums, losing, Vec::new);
        grown(row, gaining, CaseSums::default)
    }

    /// The sums of one pair.
    pub fn get(&self, losing: SupplierId, gaining: SupplierId) -> CaseSums {
        let row = self.sums.get(usize::from(losing.0));
        row.and_then(|row| row.get(usize::from(gaining.0))).copied().unwrap_or_default()
    }

    /// The sums over all gaining suppliers.
    pub fn losing(&self, supplier: SupplierId) -> CaseSums {
        sum(self.sums.get(usize::from(supplier.0)).into_iter().flatten())
    }

    /// The sums over all losing suppliers.
    pub fn gaining(&self, supplier: SupplierId) -> CaseSums {
        sum(self.sums.iter().filter_map(|row| row.get(usize::from(supplier.0))))
    }

    /// Every pair up to the last suppliers that occurred.
    pub fn each(&self) -> impl Iterator<Item = ((SupplierId, SupplierId), &CaseSums)> {
        let gaining = |row| (0..).map(SupplierId).zip(row);
        (0..)
            .map(SupplierId)
            .zip(&self.sums)
            .flat_map(move |(l, row): (_, &Vec<CaseSums>)| gaining(row).map(move |(g, sums)| ((l, g), sums)))
    }
}

impl Merge for Pairs {
    fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
    }

    fn take_out(&mut self, part: &Self) {
        self.sums.take_out(&part.sums);
    }

    fn is_nothing(&self) -> bool {
        self.sums.is_nothing()
    }
}

impl Counter for Pairs {
    fn empty(_: &Window) -> Self {
        Self::default()
    }
}

/// The sum of several counts.
pub(super) fn sum<'a, T: Merge + Default + 'a>(counts: impl IntoIterator<Item = &'a T>) -> T {
    counts.into_iter().fold(T::default(), |mut all, more| {
        all.merge(more);
        all
    })
}

/// A supplier's entry in a list, which is extended if necessary.
pub(super) fn grown<T>(list: &mut Vec<T>, supplier: SupplierId, new: impl FnMut() -> T) -> &mut T {
    let place = usize::from(supplier.0);
    if list.len() <= place {
        list.resize_with(place + 1, new);
    }
    &mut list[place]
}
