//! What suppliers receive of a meter that they have lost, by the item that counts it.

use arrayvec::ArrayVec;

use super::items::{Item, Items};
use super::{SWITCHES, WRITINGS};
use crate::engine::merge::Merge;
use crate::model::sums::Unwanted;

/// Most receipts of a meter: each calendar and the losing supplier's schedules, under each switch.
const MOST: usize = (WRITINGS + 1) * SWITCHES;

/// What the losing suppliers of one meter point receive, by the item that counts it.
#[derive(Debug, Default)]
pub struct Receipts(ArrayVec<(Item, usize, Unwanted), MOST>);

/// What the losing supplier receives of one meter point under each switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Received(pub(super) [Unwanted; SWITCHES]);

impl Receipts {
    /// Notes what came under the k-th switch by an item. To count an item once more, for others, changes nothing.
    pub(super) fn note(&mut self, item: Item, k: usize, unwanted: Unwanted) {
        if !unwanted.is_nothing() && !self.0.iter().any(|(known, of, _)| (*known, *of) == (item, k)) {
            self.0.push((item, k, unwanted));
        }
    }

    /// What came by these items.
    pub fn of(&self, items: Items) -> Received {
        let mut received = Received::default();
        for (_, k, unwanted) in self.0.iter().filter(|(item, ..)| items.has(*item)) {
            received.0[*k].merge(unwanted);
        }
        received
    }
}

impl Received {
    /// Together with what came by other items.
    pub fn and(mut self, others: Self) -> Self {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, theirs)| mine.merge(theirs));
        self
    }
}
