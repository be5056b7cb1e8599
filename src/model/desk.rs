//! How suppliers work off their backlogs of 6.23s (R15): the turns follow from what joins, and when.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::civil::{Civil, is_working_day};
use super::plan::{MeterId, MeterPlan, Payment, SupplierId};
use crate::engine::time::{Instant, Seconds};

/// How a supplier works off a backlog of 6.23s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// 6.23s sent at each opening; `None` sends all of them.
    pub capacity: Option<u64>,
    /// From local midnight to the opening, on Monday to Friday except bank holidays.
    pub opening: Seconds,
    /// The time from the opening on over which the 6.23s of its capacity go out evenly; none sends them in one second.
    pub hours: Seconds,
    /// The threshold at one opening above which the DCC treats 6.23s as an anomaly and quarantines the rest.
    pub anomaly: Option<Anomaly>,
    /// Whether 6.23s of prepay meters go before all others.
    pub prepay_first: bool,
}

/// Anomaly detection of the CoS Party (domain 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anomaly {
    /// The number of 6.23s that pass at one opening.
    pub threshold: u64,
    /// How long the others are held before they go on.
    pub quarantine: Seconds,
}

impl Desk {
    /// When the 6.23 goes out before which this many have gone at an opening.
    pub fn sends(&self, opening: Instant, before: u64) -> Instant {
        let evenly = |capacity| i128::from(self.hours.0) * i128::from(before) / i128::from(capacity);
        opening + Seconds(self.capacity.filter(|capacity| *capacity > 0).map_or(0, |capacity| evenly(capacity) as i64))
    }
}

/// A 6.23 that joins a supplier's backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joining {
    /// The supplier whose backlog it joins.
    pub supplier: SupplierId,
    /// When the supplier meant to send it, which is when it joins.
    pub intended: Instant,
    /// The supplier is not a User before this second.
    pub user_from: Option<Instant>,
    /// Whether the meter is prepay.
    pub prepay: bool,
    /// Whether a policy makes the supplier send it first if the meter is prepay.
    pub prepay_first: bool,
    /// The switch of the meter.
    pub switch: u16,
    /// The device.
    pub device: u8,
}

/// A turn after a supplier's opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Its second.
    pub at: Instant,
    /// Whether the DCC takes the 6.23 for an anomaly.
    pub is_anomaly: bool,
}

/// A 6.23 in a backlog, of a meter that is told from its copies by a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub meter: (MeterId, u64),
    /// What joins.
    pub joining: Joining,
    /// Whether its turn takes capacity: it does not where there is nothing left to send.
    pub takes_capacity: bool,
}

impl Joining {
    /// The 6.23 of a switch for a device, both by number, that joins at a second.
    pub fn of(plan: &MeterPlan, (switch, device): (usize, usize), intended: Instant) -> Self {
        let of = &plan.switches[switch];
        Self {
            supplier: of.to,
            intended,
            user_from: of.user_from,
            prepay: plan.payment == Payment::Prepay,
            prepay_first: of.prepay_first,
            switch: switch as u16,
            device: device as u8,
        }
    }

    /// Its place in a desk's order: prepay first if it is to be, then the oldest.
    pub(super) const fn order(&self, desk: &Desk) -> (bool, Instant) {
        let goes_first = self.prepay && (self.prepay_first || desk.prepay_first);
        (!goes_first, self.intended)
    }
}

/// The turn of each 6.23 in a backlog, in the order of `waiting`; none where it has had no turn before the horizon.
/// Those of one meter and copy follow one another, and come after those of all meters and copies with smaller numbers.
pub fn turns(
    waiting: impl IntoIterator<Item = Waiting>,
    desks: &[Desk],
    civil: &Civil,
    horizon: Instant,
) -> Vec<Option<Turn>> {
    let mut by_supplier: BTreeMap<SupplierId, Vec<Work>> = BTreeMap::new();
    let (mut meter, mut meters, mut places) = (None, 0, 0..);
    for (Waiting { meter: its, joining, takes_capacity }, place) in waiting.into_iter().zip(&mut places) {
        debug_assert!(meter <= Some(its), "{its:?} follows {meter:?}");
        meters += u32::from(meter.replace(its) != Some(its));
        let order = joining.order(&desks[usize::from(joining.supplier.0)]);
        let Joining { supplier, intended, user_from, switch, device, .. } = joining;
        let name = (meters, device, switch);
        by_supplier.entry(supplier).or_default().push(Work { order, name, intended, user_from, takes_capacity, place });
    }
    let mut turns = vec![None; places.start as usize];
    for (supplier, mut work) in by_supplier {
        if !work.is_sorted_by_key(|work| work.name) {
            work.sort_by_key(|work| work.name);
        }
        let desk = desks[usize::from(supplier.0)];
        let backlog = Backlog { desk, work: &work, ready: BinaryHeap::new(), not_yet: BTreeSet::new() };
        backlog.work_off((civil, horizon), &mut turns);
    }
    turns
}

/// A 6.23 of one supplier's backlog.
struct Work {
    // The desk's order, and among equals that of the name: meter, device and switch.
    order: (bool, Instant),
    name: (u32, u8, u16),
    intended: Instant,
    user_from: Option<Instant>,
    takes_capacity: bool,
    // The place of its turn in the result.
    place: u32,
}

/// The desk's order of work, with its place in the order of names.
type Place = ((bool, Instant), u32);

/// One supplier's backlog.
struct Backlog<'w> {
    desk: Desk,
    // In the order of names.
    work: &'w [Work],
    // The next one on top.
    ready: BinaryHeap<Reverse<Place>>,
    // What waits until the supplier is a User.
    not_yet: BTreeSet<(Instant, Place)>,
}

impl Backlog<'_> {
    /// Gives turns to all that joins.
    fn work_off(mut self, (civil, horizon): (&Civil, Instant), turns: &mut [Option<Turn>]) {
        let mut joining: Vec<(Instant, u32)> = self.work.iter().map(|work| work.intended).zip(0..).collect();
        joining.sort();
        let mut joining = joining.into_iter().peekable();
        let mut from = None;
        loop {
            if self.ready.is_empty() && self.not_yet.is_empty() {
                from = None;
            }
            let next = || joining.peek().map(|(intended, _)| *intended);
            let Some(since) = from.or_else(next) else { return };
            let at = next_opening(&self.desk, civil, since);
            if at >= horizon {
                return;
            }
            while let Some((_, n)) = joining.next_if(|(intended, _)| *intended <= at) {
                self.join(n);
            }
            self.open(at, horizon, turns);
            from = Some(at + Seconds(1));
        }
    }

    fn join(&mut self, n: u32) {
        let Work { order, user_from, .. } = self.work[n as usize];
        match user_from {
            Some(from) => drop(self.not_yet.insert((from, (order, n)))),
            None => self.ready.push(Reverse((order, n))),
        }
    }

    fn open(&mut self, at: Instant, horizon: Instant, turns: &mut [Option<Turn>]) {
        while let Some((_, place)) = self.not_yet.first().copied().filter(|(from, _)| *from <= at) {
            self.not_yet.pop_first();
            self.ready.push(Reverse(place));
        }
        let mut sent = 0;
        while self.desk.capacity.is_none_or(|capacity| sent < capacity) {
            let turn = Turn {
                at: self.desk.sends(at, sent),
                is_anomaly: self.desk.anomaly.is_some_and(|anomaly| sent >= anomaly.threshold),
            };
            if turn.at >= horizon {
                return;
            }
            let Some(Reverse((_, n))) = self.ready.pop() else { return };
            let work = &self.work[n as usize];
            turns[work.place as usize] = Some(turn);
            sent += u64::from(work.takes_capacity);
        }
    }
}

/// The first opening at or after `from`.
pub fn next_opening(desk: &Desk, civil: &Civil, from: Instant) -> Instant {
    let mut day = civil.date(from);
    loop {
        let at = civil.midnight(day) + desk.opening;
        if at >= from && is_working_day(day) {
            return at;
        }
        day = day.plus(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Day;

    /// Monday, 3 December 2018, and the weeks after it; desks open at nine.
    const MONDAY: Day = Day(17_868);

    fn turns_of(waiting: &[Waiting], desk: Desk) -> Vec<Option<i64>> {
        let civil = Civil::new(MONDAY, MONDAY.plus(40));
        let horizon = civil.midnight(MONDAY.plus(30));
        let turns = turns(waiting.iter().copied(), &[desk], &civil, horizon);
        turns.iter().map(|turn| turn.map(|turn| turn.at.utc_day().0 as i64 - i64::from(MONDAY.0))).collect()
    }

    fn desk(capacity: u64) -> Desk {
        Desk {
            capacity: Some(capacity),
            opening: Seconds::hours(9),
            hours: Seconds(0),
            anomaly: None,
            prepay_first: false,
        }
    }

    fn joins(meter: u64, day: i32) -> Waiting {
        let joining = Joining {
            supplier: SupplierId(0),
            intended: MONDAY.plus(day).utc_midnight(),
            user_from: None,
            prepay: false,
            prepay_first: false,
            switch: 0,
            device: 0,
        };
        Waiting { meter: (MeterId(meter), 0), joining, takes_capacity: true }
    }

    #[test]
    fn the_oldest_goes_first_and_the_rest_waits_over_the_weekend() {
        // Two on Thursday, one on Friday; one goes out each day.
        let waiting = [joins(1, 4), joins(2, 3), joins(3, 3)];
        assert_eq!(turns_of(&waiting, desk(1)), [Some(7), Some(3), Some(4)]);
    }

    #[test]
    fn what_takes_no_capacity_makes_room_for_another() {
        let nothing = Waiting { takes_capacity: false, ..joins(1, 0) };
        assert_eq!(turns_of(&[nothing, joins(2, 0), joins(3, 0)], desk(1)), [Some(0), Some(0), Some(1)]);
    }

    #[test]
    fn the_6_23s_of_an_opening_go_out_evenly_over_its_hours() {
        let civil = Civil::new(MONDAY, MONDAY.plus(40));
        let desk = Desk { hours: Seconds::hours(8), ..desk(4) };
        let nothing = Waiting { takes_capacity: false, ..joins(2, 0) };
        let waiting = [joins(1, 0), nothing, joins(3, 0), joins(4, 0), joins(5, 0), joins(6, 0)];
        let turns = turns(waiting, &[desk], &civil, civil.midnight(MONDAY.plus(30)));
        // Every two hours from nine on; what takes no capacity goes with the next, and the fifth waits for Tuesday.
        let hours = turns.iter().map(|turn| turn.map(|turn| (turn.at - MONDAY.utc_midnight()).0 / 3_600));
        assert_eq!(hours.collect::<Vec<_>>(), [9, 11, 11, 13, 15, 33].map(Some));
    }

    #[test]
    fn what_a_supplier_gains_before_it_is_a_user_lets_others_pass() {
        let mut early = joins(1, 0);
        early.joining.user_from = Some(MONDAY.plus(2).utc_midnight());
        assert_eq!(turns_of(&[early, joins(2, 0), joins(3, 0)], desk(1)), [Some(2), Some(0), Some(1)]);
    }

    #[test]
    fn prepay_goes_first_where_it_is_to() {
        let mut prepay = joins(2, 0);
        prepay.joining.prepay = true;
        let first = Desk { prepay_first: true, ..desk(1) };
        assert_eq!(turns_of(&[joins(1, 0), prepay], desk(1)), [Some(0), Some(1)]);
        assert_eq!(turns_of(&[joins(1, 0), prepay], first), [Some(1), Some(0)]);
    }
}
