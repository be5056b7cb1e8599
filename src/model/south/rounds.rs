//! The reference of a run behind the queue that it makes itself: every meter is walked in every round.

use super::{SouthQueue, WaySouth};
use crate::model::ledger::Ledger;

/// The most rounds of a run behind a stated capacity. Minutes that are still unsettled then are counted.
const MOST_ROUNDS: u32 = 32;

/// A run behind a stated capacity, and the queue in which its commands waited. It is repeated behind the queue that it
/// made, until it makes the queue in which it waited. Effects never precede their causes, so each round settles a later
/// part of the window. In the first round only the background asks for the capacity. `shares` are those above which a
/// throttle holds commands back.
pub fn settled(way: &WaySouth, shares: &[u16], mut round: impl FnMut(&SouthQueue) -> Ledger) -> (Ledger, SouthQueue) {
    let mut before = SouthQueue::new(way, &super::Demand::default(), shares);
    for rounds in 1.. {
        let mut ledger = round(&before);
        let made = SouthQueue::of(way, &ledger, shares);
        let differing = before.differing_minutes(&made);
        if differing == 0 || rounds == MOST_ROUNDS {
            ledger.unsettled_minutes = differing;
            return (ledger, made);
        }
        before = made;
    }
    unreachable!("the last round returns")
}
