//! The queue in front of the way south, to the second.
//!
//! All that arrives in a second is there when the second begins, in an order of its own, and is served in that order at
//! the stated rate. A message waits from the second of its arrival to the second in which its service starts.

use std::collections::BTreeSet;
use std::iter::Peekable;

use super::{Ask, Demand, Kind, Throttled, WaySouth};
use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::histogram::Histogram;
use crate::engine::rate::Rate;
use crate::engine::table::By;
use crate::engine::time::{Instant, MINUTE, Seconds};
use crate::model::ledger::Ledger;
use crate::model::plan::MeterId;

const SECONDS_A_MINUTE: usize = 60;

/// A queue that is known for the whole window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SouthQueue {
    // The second at which the first minute begins.
    first: Instant,
    rate: Rate,
    // Messages that arrive in each minute.
    demand: Vec<u64>,
    // Work that waits when each minute begins, and at the end of the last.
    work: Vec<u128>,
    // The most messages that wait at the beginning of a second of each minute, and the longest wait of a message that
    // arrives in it.
    most_waiting: Vec<u64>,
    longest_waits: Vec<u64>,
    // Seconds in which something arrives that has to wait.
    full: Vec<Full>,
    // What asks in these seconds, by second and place.
    asks: Vec<Ranked>,
    // By share in thousandths: the times, from the first second to before the second one, in which it is exceeded.
    exceeding: Vec<(u16, Vec<(Instant, Instant)>)>,
    strain: Strain,
}

/// A second in which not all that arrives is served at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Full {
    at: Instant,
    // Work that is left when it begins.
    work: u128,
    // Messages that arrive beside the commands that ask.
    others: u64,
    // The place of its first command in the list of commands.
    asks_from: usize,
}

/// A command that asks, and how many of its second come before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ranked {
    place: u64,
    kind: Kind,
    copies: u64,
    before: u64,
}

/// What a queue shows as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strain {
    /// Minutes in which something arrives that has to wait for a second or more.
    pub busy_minutes: u64,
    /// Demand of the busiest minute, in thousandths of the capacity.
    pub peak_use: u64,
    /// Waits of all messages in seconds, also of those that need not wait.
    pub waits: Histogram,
    /// Waits of commands that changes of supplier cause, by kind.
    pub waits_of: By<Kind, Histogram>,
    /// The sum over all seconds of the messages that wait when a second begins.
    pub message_seconds: u128,
    /// The most messages that wait when a second begins, and the first such second; none where nothing ever waits.
    pub most_waiting: Option<(u64, Instant)>,
}

impl SouthQueue {
    /// The queue that a demand makes. It knows when each of `shares`, in thousandths of the capacity, is exceeded.
    pub fn new(way: &WaySouth, demand: &Demand, shares: &[u16]) -> Self {
        let asks = demand.asks();
        let mut making = Making::new(way, &asks, demand.held(), shares);
        let days = way.minutes.div_ceil(MINUTES_A_DAY);
        demand.each_day_of_others(way.first.utc_day(), days, |others| making.day(others));
        making.finish()
    }

    /// The queue that the demand of a run makes.
    pub fn of(way: &WaySouth, ledger: &Ledger, shares: &[u16]) -> Self {
        let none = Demand::default();
        Self::new(way, ledger.demand().unwrap_or(&none), shares)
    }

    /// When the service starts of a command that arrives at a second with this place among those of its second. Of
    /// copies that are sent together, the last one's.
    pub fn leaves(&self, at: Instant, place: u64, copies: u64) -> Instant {
        let mut leaving = self.leaving(at);
        leaving.passed = leaving.asks.partition_point(|ranked| ranked.place < place);
        leaving.next(place, copies)
    }

    /// The commands of a second, one after another.
    fn leaving(&self, at: Instant) -> Leaving<'_> {
        let n = self.full.binary_search_by_key(&at, |full| full.at).ok();
        let full = n.map(|n| self.full[n]);
        Leaving { rate: self.rate, at, full, asks: n.map_or(&[], |n| self.asks_of(n)), passed: 0 }
    }

    /// Whether the demand of the minute that ends with a second exceeds a share that the queue was made for: what waits
    /// when the minute begins, and what arrives and is held back in it. What is held back for that reason counts;
    /// otherwise holding it back would remove the reason.
    pub fn exceeds(&self, at: Instant, share: u16) -> bool {
        let of = self.exceeding.iter().find(|(known, _)| *known == share);
        of.is_some_and(|(_, times)| {
            let n = times.partition_point(|(from, _)| *from <= at);
            n > 0 && at < times[n - 1].1
        })
    }

    /// Meters of which a command fares otherwise behind another queue in front of the same capacity, made for the same
    /// shares: it leaves in another second, or is held back behind one of the queues only
    /// ([`exceeds`](Self::exceeds)). `demand` has their commands. A meter may come several times.
    pub fn faring_otherwise(&self, other: &Self, demand: &Demand) -> Vec<MeterId> {
        let asks = demand.asks();
        let mut meters = Vec::new();
        for at in self.differing_seconds(other) {
            let from = asks.partition_point(|ask| ask.at < at);
            let (mut mine, mut theirs) = (self.leaving(at), other.leaving(at));
            for ask in asks[from..].iter().take_while(|ask| ask.at == at) {
                if mine.next(ask.place, ask.copies.into()) != theirs.next(ask.place, ask.copies.into()) {
                    meters.push(ask.meter);
                }
            }
        }
        let throttled = demand.throttled();
        let is_held = |queue: &Self, command: &Throttled| queue.exceeds(command.at, command.above);
        let otherwise = throttled.iter().filter(|command| is_held(self, command) != is_held(other, command));
        meters.extend(otherwise.map(|command| command.meter));
        meters
    }

    /// Minutes in which a command may fare otherwise behind another queue in front of the same capacity, made for the
    /// same shares: something in them waits behind other work or in another order, or only one of the queues exceeds a
    /// share ([`exceeds`](Self::exceeds)).
    pub fn differing_minutes(&self, other: &Self) -> u64 {
        let differing = self.differing_seconds(other);
        let mut minutes: BTreeSet<usize> = differing.into_iter().filter_map(|at| self.minute(at)).collect();
        for ((_, mine), (_, theirs)) in self.exceeding.iter().zip(&other.exceeding) {
            let (mine, theirs): (BTreeSet<_>, BTreeSet<_>) = (mine.iter().collect(), theirs.iter().collect());
            for (from, until) in mine.symmetric_difference(&theirs) {
                let (first, last) = (self.minute(*from), self.minute(*until - Seconds(1)));
                minutes.extend(first.zip(last).into_iter().flat_map(|(first, last)| first..=last));
            }
        }
        minutes.len() as u64
    }

    /// Seconds in which something waits behind other work, or in another order, than in another queue.
    fn differing_seconds(&self, other: &Self) -> Vec<Instant> {
        let mut seconds = Vec::new();
        let (mut mine, mut theirs) = (self.full_seconds().peekable(), other.full_seconds().peekable());
        loop {
            let at = match (mine.peek(), theirs.peek()) {
                (None, None) => return seconds,
                (Some((one, _)), Some((another, _))) => one.at.min(another.at),
                (Some((full, _)), None) | (None, Some((full, _))) => full.at,
            };
            let next = |full: &(Full, &[Ranked])| full.0.at == at;
            let fares = |(full, asks): (Full, _)| (full.work, full.others, asks);
            if mine.next_if(next).map(fares) != theirs.next_if(next).map(fares) {
                seconds.push(at);
            }
        }
    }

    /// Peaks and waits.
    pub fn strain(&self) -> &Strain {
        &self.strain
    }

    /// Messages that wait when each minute begins, and at the end of the last.
    pub fn waiting(&self) -> impl Iterator<Item = u64> + '_ {
        self.work.iter().map(|work| whole(work / self.rate.work_of_one()))
    }

    /// The most messages that wait at the beginning of a second, minute by minute.
    pub fn most_waiting(&self) -> &[u64] {
        &self.most_waiting
    }

    /// The longest wait in seconds of a message that arrives in a minute, minute by minute.
    pub fn longest_waits(&self) -> &[u64] {
        &self.longest_waits
    }

    fn minute(&self, at: Instant) -> Option<usize> {
        let minute = usize::try_from((at - self.first).0.div_euclid(MINUTE.0)).ok()?;
        (minute < self.demand.len()).then_some(minute)
    }

    fn asks_of(&self, n: usize) -> &[Ranked] {
        let until = self.full.get(n + 1).map_or(self.asks.len(), |next| next.asks_from);
        &self.asks[self.full[n].asks_from..until]
    }

    fn full_seconds(&self) -> impl Iterator<Item = (Full, &[Ranked])> {
        self.full.iter().enumerate().map(|(n, full)| (*full, self.asks_of(n)))
    }
}

/// Commands of a second, in the order of their places.
struct Leaving<'q> {
    rate: Rate,
    at: Instant,
    // None where all that arrives is served at once.
    full: Option<Full>,
    // The commands that ask in it.
    asks: &'q [Ranked],
    // How many of them have smaller places than the present one.
    passed: usize,
}

impl Leaving<'_> {
    /// When the service starts of the command with a place that is not smaller than those before; of copies that are
    /// sent together, the last one's.
    fn next(&mut self, place: u64, copies: u64) -> Instant {
        let Some(full) = self.full else { return self.at };
        self.passed += self.asks[self.passed..].iter().take_while(|ranked| ranked.place < place).count();
        let (before, copies) = match (self.asks.get(self.passed), self.asks.last()) {
            (Some(ranked), _) if ranked.place == place => (ranked.before, ranked.copies),
            (Some(ranked), _) => (ranked.before, copies),
            (None, Some(last)) => (last.before + last.copies, copies),
            (None, None) => (0, copies),
        };
        let last = u128::from(position(place, before, full.others)) + u128::from(copies.saturating_sub(1));
        self.at + wait(self.rate, full.work + self.rate.work_of_one() * last)
    }
}

/// How many of its second come before a command: the commands before it, and others evenly among them.
fn position(place: u64, before: u64, others: u64) -> u64 {
    before + whole((u128::from(place) * (u128::from(others) + 1)) >> 64)
}

/// Whole seconds until work is done.
fn wait(rate: Rate, ahead: u128) -> Seconds {
    Seconds(i64::try_from(ahead / rate.done_in_a_second()).unwrap_or(i64::MAX / 4))
}

fn whole(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A queue while it is worked out, day after day.
struct Making<'w> {
    way: &'w WaySouth,
    asks: Peekable<std::slice::Iter<'w, Ask>>,
    held: Peekable<std::vec::IntoIter<(Instant, u64)>>,
    work: u128,
    last_minute: LastMinute,
    queue: SouthQueue,
}

/// The sixty seconds up to the present one.
struct LastMinute {
    // By place in the minute: the work that waits when a second begins, and what arrives and is held back in it.
    seconds: [(u128, u64); SECONDS_A_MINUTE],
    sum: u128,
    next: usize,
}

impl LastMinute {
    /// Moves on by a second. Returns what waits when the minute begins, and what arrives and is held back in it, as
    /// work.
    fn work(&mut self, waits: u128, asked: u64, rate: Rate) -> u128 {
        let (_, before) = std::mem::replace(&mut self.seconds[self.next], (waits, asked));
        self.sum = self.sum + u128::from(asked) - u128::from(before);
        self.next = (self.next + 1) % SECONDS_A_MINUTE;
        self.seconds[self.next].0 + rate.work_of_one() * self.sum
    }
}

impl<'w> Making<'w> {
    fn new(way: &'w WaySouth, asks: &'w [Ask], mut held: Vec<(Instant, u64)>, shares: &[u16]) -> Self {
        let queue = SouthQueue {
            first: way.first,
            rate: way.rate,
            demand: Vec::with_capacity(way.minutes),
            work: Vec::with_capacity(way.minutes + 1),
            most_waiting: Vec::with_capacity(way.minutes),
            longest_waits: Vec::with_capacity(way.minutes),
            full: Vec::new(),
            asks: Vec::new(),
            exceeding: shares.iter().map(|share| (*share, Vec::new())).collect(),
            strain: Strain::default(),
        };
        let asks = &asks[asks.partition_point(|ask| ask.at < way.first)..];
        held.retain(|(at, _)| *at >= way.first);
        let last_minute = LastMinute { seconds: [(0, 0); SECONDS_A_MINUTE], sum: 0, next: 0 };
        Self { way, asks: asks.iter().peekable(), held: held.into_iter().peekable(), work: 0, last_minute, queue }
    }

    /// The next UTC day, with what arrives beside commands and background by second of the day.
    fn day(&mut self, others: &[(u32, u64)]) {
        let from = self.queue.demand.len();
        let mut others = others.iter().copied().peekable();
        for minute in from..self.way.minutes.min(from + MINUTES_A_DAY) {
            let begins = self.way.first + Seconds((minute * SECONDS_A_MINUTE) as i64);
            let ends = begins + MINUTE;
            let background = self.way.background.get(minute).copied().unwrap_or(0);
            let second_of_day = ((minute - from) * SECONDS_A_MINUTE) as u32;
            self.queue.work.push(self.work);
            self.queue.most_waiting.push(0);
            self.queue.longest_waits.push(0);
            let is_quiet = self.work == 0
                && self.queue.exceeding.is_empty()
                && self.way.rate.work_of_one() * u128::from(background.div_ceil(60))
                    <= self.way.rate.done_in_a_second()
                && others.peek().is_none_or(|(second, _)| *second >= second_of_day + 60)
                && self.asks.peek().is_none_or(|ask| ask.at >= ends);
            if is_quiet {
                self.queue.strain.waits.add(0, background);
                self.queue.demand.push(background);
                continue;
            }
            let (mut demand, waiting) = (0, self.queue.full.len());
            for second in 0..SECONDS_A_MINUTE as u64 {
                let evenly = |seconds: u64| whole(u128::from(background) * u128::from(seconds) / 60);
                let mut beside = evenly(second + 1) - evenly(second);
                while let Some((_, messages)) = others.next_if(|(at, _)| *at <= second_of_day + second as u32) {
                    beside += messages;
                }
                demand += self.second(begins + Seconds(second as i64), beside);
            }
            self.queue.strain.busy_minutes += u64::from(self.queue.full.len() > waiting);
            self.queue.demand.push(demand);
        }
    }

    /// A second in which this many messages arrive beside the commands. Returns how many arrive in all.
    fn second(&mut self, at: Instant, others: u64) -> u64 {
        let (rate, from) = (self.way.rate, self.queue.asks.len());
        let mut asking = 0;
        while let Some(ask) = self.asks.next_if(|ask| ask.at <= at) {
            let Ask { place, kind, .. } = *ask;
            let copies = u64::from(ask.copies);
            match self.queue.asks[from..].last_mut() {
                // Those of one place go as one.
                Some(before) if before.place == place => before.copies += copies,
                _ => self.queue.asks.push(Ranked { place, kind, copies, before: asking }),
            }
            asking += copies;
        }
        let demand = asking + others;
        self.watch_shares(at, demand);
        let SouthQueue { strain, asks, full, most_waiting, longest_waits, .. } = &mut self.queue;
        let waiting = whole(self.work / rate.work_of_one());
        if let Some(most) = most_waiting.last_mut() {
            *most = waiting.max(*most);
        }
        strain.message_seconds += u128::from(waiting);
        if waiting > strain.most_waiting.map_or(0, |(most, _)| most) {
            strain.most_waiting = Some((waiting, at));
        }
        let last = self.work + rate.work_of_one() * u128::from(demand.saturating_sub(1));
        if demand > 0 && last >= rate.done_in_a_second() {
            if let Some(longest) = longest_waits.last_mut() {
                *longest = whole(last / rate.done_in_a_second()).max(*longest);
            }
            strain.waits.add_evenly(self.work, rate.work_of_one(), rate.done_in_a_second(), demand);
            for Ranked { place, kind, copies, before } in &asks[from..] {
                let ahead = self.work + rate.work_of_one() * u128::from(position(*place, *before, others));
                let waits = &mut strain.waits_of[*kind];
                waits.add_evenly(ahead, rate.work_of_one(), rate.done_in_a_second(), *copies);
            }
            full.push(Full { at, work: self.work, others, asks_from: from });
        } else {
            strain.waits.add(0, demand);
            asks[from..].iter().for_each(|ranked| strain.waits_of[ranked.kind].add(0, ranked.copies));
            asks.truncate(from);
        }
        self.work = (self.work + rate.work_of_one() * u128::from(demand)).saturating_sub(rate.done_in_a_second());
        demand
    }

    /// Notes which shares the minute that ends with this second exceeds.
    fn watch_shares(&mut self, at: Instant, demand: u64) {
        if self.queue.exceeding.is_empty() {
            return;
        }
        let mut asked = demand;
        while let Some((_, messages)) = self.held.next_if(|(held, _)| *held <= at) {
            asked += messages;
        }
        let work = self.last_minute.work(self.work, asked, self.way.rate);
        let a_minute = self.way.rate.done_in_a_minute();
        for (share, times) in &mut self.queue.exceeding {
            if work * 1_000 <= a_minute * u128::from(*share) {
                continue;
            }
            match times.last_mut() {
                Some((_, until)) if *until == at => *until = at + Seconds(1),
                _ => times.push((at, at + Seconds(1))),
            }
        }
    }

    fn finish(self) -> SouthQueue {
        let Self { way, work, mut queue, .. } = self;
        queue.work.push(work);
        let most = queue.demand.iter().copied().max().unwrap_or(0);
        let work = u128::from(most) * way.rate.work_of_one();
        queue.strain.peak_use = whole((work * 1_000).div_ceil(way.rate.done_in_a_minute()));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four minutes in front of a capacity of `messages` in `seconds`.
    fn way(messages: u64, seconds: i64, background: &[u64]) -> WaySouth {
        let rate = Rate::new(messages, Seconds(seconds)).expect("a rate above 0");
        WaySouth { first: Instant(0), minutes: 4, rate, background: background.to_vec() }
    }

    /// Commands at these seconds, one after another in order of their places.
    fn queue(way: &WaySouth, seconds: &[i64]) -> SouthQueue {
        let mut demand = Demand::default();
        for (n, at) in (1..).zip(seconds) {
            demand.ask(Ask { at: Instant(*at), place: n << 32, meter: MeterId(n), copies: 1, kind: Kind::Cos });
        }
        SouthQueue::new(way, &demand, &[])
    }

    /// The waits of these commands.
    fn waits(queue: &SouthQueue, seconds: &[i64]) -> Vec<i64> {
        (1..).zip(seconds).map(|(n, at)| queue.leaves(Instant(*at), n << 32, 1).0 - at).collect()
    }

    #[test]
    fn regular_arrivals_slower_than_service_never_wait_and_faster_ones_wait_a_second_longer_each() {
        // D/D/1: a service takes 6 s.
        let way = way(10, 60, &[]);
        let slower = [0, 6, 12, 18];
        assert_eq!(waits(&queue(&way, &slower), &slower), [0, 0, 0, 0]);
        let faster = [0, 5, 10, 15, 20];
        let queue = queue(&way, &faster);
        assert_eq!(waits(&queue, &faster), [0, 1, 2, 3, 4]);
        assert_eq!(queue.strain().waits.sum(), 10);
    }

    #[test]
    fn of_a_burst_each_waits_for_those_before_it() {
        // Ten at once, four a second: 0, 1/4 .. 9/4 s until their service starts.
        let way = way(4, 1, &[]);
        let queue = queue(&way, &[30; 10]);
        assert_eq!(waits(&queue, &[30; 10]), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
        let Strain { waits, busy_minutes, peak_use, most_waiting, message_seconds, .. } = queue.strain();
        assert_eq!((waits.number(), waits.sum(), waits.largest()), (10, 4 + 4, 2));
        // 10 of the 240 that a minute takes; six are left after a second, two after two.
        assert_eq!((*busy_minutes, *peak_use, *most_waiting), (1, 42, Some((6, Instant(31)))));
        assert_eq!(*message_seconds, 6 + 2);
    }

    #[test]
    fn the_background_of_a_minute_comes_evenly_and_is_served_in_turn() {
        // Two a second and three a second taken: the ten of second 30 come among two others, and then wait for 9 too
        // many, of which one a second is made up.
        let way = way(3, 1, &[120, 120]);
        let queue = queue(&way, &[30; 10]);
        let Strain { waits, waits_of, .. } = queue.strain();
        assert_eq!(waits_of[Kind::Cos].number(), 10);
        assert_eq!(waits.number(), 250);
        // Twelve at 30: 3 x (0 + 1 + 2 + 3) = 18. Then two a second behind 9, 8 .. 1 others: (3, 3), (2, 3), (2, 2),
        // (2, 2), (1, 2), (1, 1), (1, 1), (0, 1), (0, 0).
        assert_eq!(waits.sum(), 18 + (6 + 5 + 4 + 4 + 3 + 2 + 2 + 1));
        assert!(waits_of[Kind::Cos].sum() <= 18 && waits_of[Kind::Cos].sum() >= 12);
    }

    #[test]
    fn what_all_wait_is_the_integral_of_how_many_wait() {
        let way = way(7, 10, &[40, 0, 80]);
        let queue = queue(&way, &[3, 3, 3, 17, 60, 61, 61, 100, 101]);
        let strain = queue.strain();
        // Nothing is left at the end.
        assert_eq!(queue.waiting().last(), Some(0));
        assert!(strain.waits.sum() > 0);
        assert_eq!(strain.waits.sum(), strain.message_seconds);
    }

    #[test]
    fn copies_that_are_sent_together_wait_one_by_one_and_act_with_the_last() {
        let way = way(1, 2, &[]);
        let mut demand = Demand::default();
        demand.ask(Ask { at: Instant(10), place: 5, meter: MeterId(1), copies: 4, kind: Kind::Calendar });
        let queue = SouthQueue::new(&way, &demand, &[]);
        assert_eq!(queue.strain().waits_of[Kind::Calendar].sum(), 2 + 4 + 6);
        assert_eq!(queue.leaves(Instant(10), 5, 4), Instant(16));
    }

    #[test]
    fn nothing_waits_outside_the_minutes_that_are_known() {
        let queue = queue(&way(1, 1, &[]), &[0; 9]);
        assert_eq!([-1, 1, 240, 100_000].map(|t| queue.leaves(Instant(t), u64::MAX, 1).0), [-1, 1, 240, 100_000]);
    }

    #[test]
    fn two_queues_differ_where_a_command_would_wait_otherwise() {
        let way = way(1, 1, &[]);
        let of = |seconds: &[i64]| queue(&way, seconds);
        // One each in seconds of their own: nothing waits in either.
        assert_eq!(of(&[1, 61]).differing_minutes(&of(&[2, 63])), 0);
        // Two in one second, in the first minute and in the third.
        assert_eq!(of(&[1, 1, 121]).differing_minutes(&of(&[1, 121, 121])), 2);
    }

    #[test]
    fn two_queues_differ_where_only_one_exceeds_a_share() {
        // Ten a minute. Nine come, or ten: more than nine tenths from the tenth on, until the first was done a minute
        // ago.
        let way = way(10, 60, &[]);
        let of = |count: i64| {
            let mut demand = Demand::default();
            (0..count).for_each(|n| demand.count(Instant(6 * n), 1, 1));
            SouthQueue::new(&way, &demand, &[900])
        };
        let (nine, ten) = (of(9), of(10));
        assert_eq!([53, 54, 64, 65].map(|t| ten.exceeds(Instant(t), 900)), [false, true, true, false]);
        // From 54 s to 64 s: parts of two minutes.
        assert_eq!((nine.differing_minutes(&ten), nine.differing_minutes(&of(9))), (2, 0));
    }

    #[test]
    fn a_share_is_exceeded_by_what_waits_and_comes_and_is_held_back() {
        // Ten a minute. Twelve come at 54 s; in the minute from 55 s on the work of eleven and five sixths waits.
        let way = way(10, 60, &[]);
        let of = |held: u64, share: u16| {
            let mut demand = Demand::default();
            demand.count(Instant(54), 1, 12);
            let at = Instant(100);
            demand.throttle(Throttled { at, above: share, is_held: true, meter: MeterId(1), copies: held });
            SouthQueue::new(&way, &demand, &[share]).exceeds(Instant(114), share)
        };
        assert!(of(0, 1_183) && !of(0, 1_184));
        assert!(of(4, 1_583) && !of(4, 1_584));
    }
}
