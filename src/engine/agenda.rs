//! The agenda: which actor acts next. Each actor has one live entry, which can be moved or cancelled.
//!
//! Only actors whose order of acting matters to one another belong here; what can be walked alone never enters.

use std::cmp::Reverse;
use std::hash::{BuildHasherDefault, Hash};

use priority_queue::PriorityQueue;

use super::time::Instant;

/// When an actor acts: the second, then the rank within the second (R2), then the actor itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn<K> {
    /// The second.
    pub at: Instant,
    /// Order within the second; smaller acts first.
    pub rank: u8,
    /// Breaks the last tie, so that the order of insertion never matters.
    pub key: K,
}

/// A queue of actors keyed by `K`, each with one pending [`Turn`].
///
/// ```
/// use meterchurn::engine::agenda::Agenda;
/// use meterchurn::engine::time::Instant;
///
/// let mut agenda = Agenda::default();
/// agenda.set(1, Instant(20), 0);
/// agenda.set(2, Instant(10), 7);
/// agenda.set(3, Instant(10), 6);
/// // At the same second the smaller rank acts first.
/// assert_eq!(agenda.take_next().map(|turn| turn.key), Some(3));
/// assert_eq!(agenda.len(), 2);
/// ```
#[derive(Debug)]
pub struct Agenda<K: Hash + Eq + Ord + Copy> {
    queue: PriorityQueue<K, Reverse<Turn<K>>, BuildHasherDefault<rustc_hash::FxHasher>>,
}

impl<K: Hash + Eq + Ord + Copy> Default for Agenda<K> {
    fn default() -> Self {
        Self { queue: PriorityQueue::with_default_hasher() }
    }
}

impl<K: Hash + Eq + Ord + Copy> Agenda<K> {
    /// Sets or moves the turn of `key`; an earlier entry is replaced.
    pub fn set(&mut self, key: K, at: Instant, rank: u8) {
        self.queue.push(key, Reverse(Turn { at, rank, key }));
    }

    /// Takes `key` off the agenda.
    pub fn cancel(&mut self, key: K) {
        self.queue.remove(&key);
    }

    /// Takes the earliest turn.
    pub fn take_next(&mut self) -> Option<Turn<K>> {
        self.queue.pop().map(|(_, Reverse(turn))| turn)
    }

    /// Number of actors with a pending turn.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether no actor has a pending turn.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simultaneous_turns_come_by_rank_then_key_whatever_the_order_of_insertion() {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let turns = [(1_u32, 5, 1), (2, 5, 0), (3, 5, 1), (4, 4, 9)];
            let mut agenda = Agenda::default();
            for i in order {
                let (key, at, rank) = turns[i];
                agenda.set(key, Instant(at), rank);
            }
            let taken: Vec<u32> = std::iter::from_fn(|| agenda.take_next()).map(|t| t.key).collect();
            assert_eq!(taken, [4, 2, 1, 3]);
        }
    }

    #[test]
    fn a_turn_can_be_moved_and_cancelled() {
        let mut agenda = Agenda::default();
        agenda.set(1, Instant(10), 0);
        agenda.set(2, Instant(20), 0);
        agenda.set(1, Instant(30), 0);
        assert_eq!(agenda.len(), 2);
        agenda.cancel(2);
        assert_eq!(agenda.take_next().map(|t| t.at), Some(Instant(30)));
        assert!(agenda.is_empty());
    }
}
