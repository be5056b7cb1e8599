//! A supplier fails, and its whole book moves to a supplier of last resort, which sends 6.23s at a limited rate.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::draws::{Case, Draws, order};
use crate::streams::Streams;
use crate::totals::Totals;
use crate::{DAY, HORIZON};

/// The day on which the book moves, at midnight. The first five of every seven days of the year are working days.
const MOVES_ON: u32 = 331;
/// When the book moves.
const MOVED: u32 = MOVES_ON * DAY;
/// 6.23s that the successor sends in a working day.
const CAPACITY: u32 = 8_000;
/// The second of a working day at which it begins to send.
const OPENS: u32 = 9 * 3_600;
/// The seconds over which it sends.
const OPEN_FOR: u32 = 8 * 3_600;

/// What becomes of a book.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Book {
    /// Meters whose 6.23 was sent before the horizon.
    pub served: u64,
    /// The seconds that these waited in all.
    pub waited: u64,
    /// The most seconds that one of these waited.
    pub longest: u32,
    /// What all meters sent until 6.23, or until the horizon.
    pub alerts: Totals,
}

/// Counts a book.
#[derive(Default)]
struct Counting {
    draws: Draws,
    streams: Streams,
    book: Book,
}

impl Counting {
    /// Counts a meter whose 6.23 was sent at `at`.
    fn sent(&mut self, meter: u32, at: u32) {
        self.book.served += 1;
        self.book.waited += u64::from(at - MOVED);
        self.book.longest = self.book.longest.max(at - MOVED);
        self.waited_until(meter, at);
    }

    /// Counts what a meter sent until `until`. All lose the same supplier.
    fn waited_until(&mut self, meter: u32, until: u32) {
        self.streams.count(&Case { switch: MOVED, until, loser: 0, ..self.draws.case(meter) });
    }

    fn finish(self) -> Book {
        Book { alerts: self.streams.totals(), ..self.book }
    }
}

/// Sorts the book and works out each turn by arithmetic: the way of meterchurn's own engine.
pub fn sorted(meters: u32) -> Book {
    let mut counting = Counting::default();
    let mut queue: Vec<(u32, u32)> = (0..meters).map(|meter| (order(meter), meter)).collect();
    queue.sort_unstable();
    for (turn, (_, meter)) in (0..).zip(queue) {
        match sending(turn) {
            at if at < HORIZON => counting.sent(meter, at),
            _ => counting.waited_until(meter, HORIZON),
        }
    }
    counting.finish()
}

/// When the successor sends 6.23 number `turn`.
fn sending(turn: u32) -> u32 {
    let (days, nth) = (turn / CAPACITY, turn % CAPACITY);
    // Working days since the Monday of the first sending, which comes a day after the book has moved.
    let since_monday = (MOVES_ON + 1) % 7 + days;
    let monday = MOVES_ON + 1 - (MOVES_ON + 1) % 7;
    slot(monday + since_monday / 5 * 7 + since_monday % 5, nth)
}

/// When 6.23 number `nth` of day `day` can be sent.
fn slot(day: u32, nth: u32) -> u32 {
    day * DAY + OPENS + nth * OPEN_FOR / CAPACITY
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The book moves, and its meters join the backlog.
    Move,
    /// The successor can send 6.23 number `nth` of a day.
    Slot { day: u32, nth: u32 },
}

/// Takes every meter's turn from a queue, and every step from an agenda, both on the standard library's binary heap.
pub fn heap(meters: u32) -> Book {
    let mut counting = Counting::default();
    let mut backlog = BinaryHeap::new();
    let mut agenda = BinaryHeap::from([Reverse((MOVED, Event::Move))]);
    agenda.push(Reverse((slot(MOVES_ON + 1, 0), Event::Slot { day: MOVES_ON + 1, nth: 0 })));
    while let Some(Reverse((at, event))) = agenda.pop() {
        match event {
            Event::Move => backlog.extend((0..meters).map(|meter| Reverse((order(meter), meter)))),
            Event::Slot { day, nth } => {
                let Some(Reverse((_, meter))) = backlog.pop() else { break };
                counting.sent(meter, at);
                let (day, nth) = match nth + 1 {
                    CAPACITY if day % 7 == 4 => (day + 3, 0),
                    CAPACITY => (day + 1, 0),
                    nth => (day, nth),
                };
                if slot(day, nth) < HORIZON {
                    agenda.push(Reverse((slot(day, nth), Event::Slot { day, nth })));
                }
            }
        }
    }
    for Reverse((_, meter)) in backlog {
        counting.waited_until(meter, HORIZON);
    }
    counting.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_and_events_give_the_same_turns() {
        for meters in [1, CAPACITY, 60_000, 200_000] {
            assert_eq!(sorted(meters), heap(meters), "{meters}");
        }
    }

    #[test]
    fn the_successor_sends_on_working_days_at_its_capacity() {
        // Day 332 is a Thursday, and two days' capacity remains until the weekend.
        assert_eq!(sending(0), 332 * DAY + OPENS);
        assert_eq!(sending(2 * CAPACITY - 1), slot(333, CAPACITY - 1));
        assert_eq!(sending(2 * CAPACITY), slot(336, 0));
        assert_eq!(slot(336, CAPACITY), 336 * DAY + OPENS + OPEN_FOR);
    }

    #[test]
    fn the_horizon_comes_before_the_last_turns_of_a_large_book() {
        let book = sorted(200_000);
        // Two days of the first week, four weeks, and a Monday.
        assert_eq!(book.served, u64::from((2 + 4 * 5 + 1) * CAPACITY));
        assert_eq!(book.alerts.cases, 200_000);
    }
}
