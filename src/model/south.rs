//! The way south under a stated capacity: when the WAN is full, commands wait in front of it, first come, first served.
//!
//! The queue is known before the walks begin: the demand in one round of the whole run decides who waits in the next,
//! until a round has the demand of the round before it. Then every command has waited for exactly those that came
//! before it.

use crate::engine::random::mix;
use crate::engine::time::Instant;
use crate::model::plan::MeterId;

const SECONDS_A_MINUTE: u64 = 60;

/// Demand and what remains waiting, minute by minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SouthQueue {
    // The UTC minute of the first entry.
    first: i64,
    demand: Vec<u64>,
    // The demand, plus what is held back instead of adding to it.
    asked: Vec<u64>,
    // What waits at the start of each minute, and at the end of the last.
    waiting: Vec<u64>,
    // Messages per minute.
    capacity: u64,
}

/// How far a demand by minute strains a stated capacity of the way south.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strain {
    /// Minutes at whose end something waits.
    pub busy_minutes: u64,
    /// Longest wait of the last message of a minute, in seconds, rounded up.
    pub longest_delay: u64,
    /// Demand of the busiest minute, in thousandths of the capacity.
    pub peak_use: u64,
}

impl SouthQueue {
    /// The queue that a demand makes in front of a capacity in messages per minute, at least 1. `held` are the messages
    /// held back in each minute, and `first` is the second at which the first minute begins.
    pub fn new(first: Instant, demand: Vec<u64>, held: &[u64], capacity: u64) -> Self {
        let capacity = capacity.max(1);
        let mut waiting = Vec::with_capacity(demand.len() + 1);
        let mut left = 0_u64;
        waiting.push(left);
        for n in &demand {
            left = (left + n).saturating_sub(capacity);
            waiting.push(left);
        }
        let held = held.iter().copied().chain(std::iter::repeat(0));
        let asked = demand.iter().zip(held).map(|(demand, held)| demand + held).collect();
        Self { first: minute_of(first), demand, asked, waiting, capacity }
    }

    /// When a message that arrives at a second goes out. Where more arrive than the minute takes, its place among those
    /// of its minute, in parts of 2⁶⁴, decides.
    pub fn leaves(&self, at: Instant, place: u64) -> Instant {
        let Some((index, demand)) = self.entry(at) else { return at };
        let before = self.waiting[index];
        if before + demand <= self.capacity {
            return at;
        }
        let ahead = before + ((u128::from(place) * u128::from(demand)) >> 64) as u64;
        let served = (ahead + 1).saturating_mul(SECONDS_A_MINUTE).div_ceil(self.capacity);
        let served = Instant((self.first + index as i64) * SECONDS_A_MINUTE as i64 + served as i64);
        served.max(at)
    }

    /// Whether what waits and is asked for in the minute of a second exceeds a share, in thousandths, of what the
    /// minute takes. What is held back for that reason still counts as asked for; otherwise holding it back would
    /// remove the reason.
    pub fn exceeds(&self, at: Instant, share: u16) -> bool {
        let of = |(index, _)| exceeds(self.waiting[index] + self.asked[index], self.capacity, share);
        self.entry(at).is_some_and(of)
    }

    /// Minutes in which a command fares differently from another queue in front of the same capacity: those in which
    /// something waits in either queue behind a different number, and those in which only one of the queues exceeds one
    /// of `shares` ([`exceeds`](Self::exceeds)).
    pub fn differing_minutes(&self, other: &Self, shares: &[u16]) -> u64 {
        let number = |of: &[u64], minute: usize| of.get(minute).copied().unwrap_or(0);
        let of = |queue: &Self, minute: usize| (number(&queue.waiting, minute), number(&queue.demand, minute));
        let differs = |minute: &usize| {
            let (mine, theirs) = (of(self, *minute), of(other, *minute));
            let is_full = |(waiting, demand): (u64, u64)| waiting + demand > self.capacity;
            let exceeds = |queue: &Self, share: u16| {
                exceeds(number(&queue.waiting, *minute) + number(&queue.asked, *minute), self.capacity, share)
            };
            mine != theirs && (is_full(mine) || is_full(theirs))
                || shares.iter().any(|share| exceeds(self, *share) != exceeds(other, *share))
        };
        (0..self.demand.len().max(other.demand.len())).filter(differs).count() as u64
    }

    /// Peaks and waits.
    pub fn strain(&self) -> Strain {
        let mut strain = Strain::default();
        for (demand, waiting) in self.demand.iter().zip(&self.waiting[1..]) {
            strain.peak_use = strain.peak_use.max(demand.saturating_mul(1_000).div_ceil(self.capacity));
            strain.busy_minutes += u64::from(*waiting > 0);
            strain.longest_delay = strain.longest_delay.max((waiting * SECONDS_A_MINUTE).div_ceil(self.capacity));
        }
        strain
    }

    fn entry(&self, at: Instant) -> Option<(usize, u64)> {
        let index = usize::try_from(minute_of(at) - self.first).ok()?;
        Some((index, *self.demand.get(index)?))
    }
}

/// The place of a command among those of its minute: a hash of its name, so that the order of walks does not matter.
/// Copies of a meter that are walked one by one differ by their number.
pub fn place((meter, copy): (MeterId, u64), (switch, device): (usize, usize), release: Instant) -> u64 {
    mix(mix(mix(mix(meter.0) ^ copy) ^ ((switch as u64) << 8 | device as u64)) ^ release.0 as u64)
}

fn exceeds(demand: u64, capacity: u64, share: u16) -> bool {
    demand.saturating_mul(1_000) > capacity.saturating_mul(u64::from(share))
}

fn minute_of(at: Instant) -> i64 {
    at.0.div_euclid(SECONDS_A_MINUTE as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(demand: &[u64]) -> SouthQueue {
        SouthQueue::new(Instant(600), demand.to_vec(), &[], 10)
    }

    #[test]
    fn what_exceeds_a_minutes_capacity_waits_for_the_next() {
        // 25, 5, 0 and 3 against 10 a minute: 15, 10, 0 and 0 are left over.
        let strain = queue(&[25, 5, 0, 3]).strain();
        assert_eq!(strain, Strain { busy_minutes: 2, longest_delay: 90, peak_use: 2_500 });
    }

    #[test]
    fn a_message_leaves_after_those_before_it_at_six_seconds_each() {
        let queue = queue(&[25, 5, 0, 3]);
        // The first of 25 takes the minute's first six seconds, the last the 25th six.
        assert_eq!(queue.leaves(Instant(600), 0), Instant(606));
        assert_eq!(queue.leaves(Instant(600), u64::MAX), Instant(750));
        // It cannot leave before it has arrived.
        assert_eq!(queue.leaves(Instant(650), 0), Instant(650));
        // Fifteen are left over: the first of the second minute's five is the 16th there.
        assert_eq!(queue.leaves(Instant(660), 0), Instant(660 + 96));
        // What fits into its minute does not wait.
        assert_eq!(queue.leaves(Instant(780), u64::MAX), Instant(780));
    }

    #[test]
    fn nothing_waits_outside_the_minutes_that_are_known() {
        let queue = queue(&[25]);
        assert_eq!([0, 599, 660].map(|t| queue.leaves(Instant(t), u64::MAX).0), [0, 599, 660]);
    }

    #[test]
    fn two_queues_differ_where_somebody_would_wait_otherwise() {
        // Ten fit into a minute, however few arrive in another queue.
        assert_eq!(queue(&[10, 3]).differing_minutes(&queue(&[0, 9]), &[]), 0);
        // The eleventh waits, and makes the next minute's ten wait.
        assert_eq!(queue(&[11, 10, 9]).differing_minutes(&queue(&[10, 10, 9]), &[]), 2);
        // Nine of ten are not more than nine tenths, ten are.
        assert_eq!(queue(&[9]).differing_minutes(&queue(&[10]), &[900]), 1);
    }

    #[test]
    fn a_share_is_exceeded_by_what_waits_and_comes() {
        let queue = queue(&[12, 7]);
        // 2 wait and 7 arrive: nine tenths, not more.
        assert!(queue.exceeds(Instant(660), 899) && !queue.exceeds(Instant(660), 900));
        // The four that are held back were asked for too.
        let queue = SouthQueue::new(Instant(600), vec![5], &[4], 10);
        assert!(queue.exceeds(Instant(600), 899) && !queue.exceeds(Instant(600), 900));
    }
}
