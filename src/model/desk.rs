//! How suppliers work off their backlogs of 6.23s (R15): the turns follow from what joins, and when.

use std::collections::{BTreeMap, BTreeSet};

use super::civil::{Civil, is_working_day};
use super::plan::{MeterId, SupplierId};
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
    /// Its place in a desk's order: prepay first if it is to be, then the oldest.
    pub(super) const fn order(&self, desk: &Desk) -> (bool, Instant) {
        let goes_first = self.prepay && (self.prepay_first || desk.prepay_first);
        (!goes_first, self.intended)
    }
}

/// The turn of each 6.23 in a backlog, in the order of `waiting`; none where it has had no turn before the horizon.
pub fn turns(waiting: &[Waiting], desks: &[Desk], civil: &Civil, horizon: Instant) -> Vec<Option<Turn>> {
    let mut turns = vec![None; waiting.len()];
    let mut by_supplier: BTreeMap<SupplierId, Vec<u32>> = BTreeMap::new();
    for (place, each) in (0..).zip(waiting) {
        by_supplier.entry(each.joining.supplier).or_default().push(place);
    }
    for (supplier, mut places) in by_supplier {
        places.sort_by_key(|place| waiting[*place as usize].joining.intended);
        let desk = desks[usize::from(supplier.0)];
        Backlog { desk, waiting, ready: BTreeSet::new(), not_yet: BTreeSet::new() }.work_off(
            &places,
            (civil, horizon),
            &mut turns,
        );
    }
    turns
}

/// Work in a backlog, by its order: the desk's, then meter, device and switch.
type Work = ((bool, Instant), (MeterId, u64), (u8, u16), u32);

/// One supplier's backlog.
struct Backlog<'w> {
    desk: Desk,
    waiting: &'w [Waiting],
    ready: BTreeSet<Work>,
    // What waits until the supplier is a User.
    not_yet: BTreeSet<(Instant, Work)>,
}

impl Backlog<'_> {
    /// Gives turns to what joins, which is given in the order of joining.
    fn work_off(mut self, joining: &[u32], (civil, horizon): (&Civil, Instant), turns: &mut [Option<Turn>]) {
        let mut joining = joining.iter().copied().peekable();
        let mut from = None;
        loop {
            if self.ready.is_empty() && self.not_yet.is_empty() {
                from = None;
            }
            let next = || joining.peek().map(|place| self.waiting[*place as usize].joining.intended);
            let Some(since) = from.or_else(next) else { return };
            let at = next_opening(&self.desk, civil, since);
            if at >= horizon {
                return;
            }
            while let Some(place) = joining.next_if(|place| self.waiting[*place as usize].joining.intended <= at) {
                self.join(place);
            }
            self.open(at, horizon, turns);
            from = Some(at + Seconds(1));
        }
    }

    fn join(&mut self, place: u32) {
        let Waiting { meter, joining, .. } = self.waiting[place as usize];
        let work = (joining.order(&self.desk), meter, (joining.device, joining.switch), place);
        match joining.user_from {
            Some(from) => self.not_yet.insert((from, work)),
            None => self.ready.insert(work),
        };
    }

    fn open(&mut self, at: Instant, horizon: Instant, turns: &mut [Option<Turn>]) {
        while let Some((_, work)) = self.not_yet.first().copied().filter(|(from, _)| *from <= at) {
            self.not_yet.pop_first();
            self.ready.insert(work);
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
            let Some((.., place)) = self.ready.pop_first() else { return };
            turns[place as usize] = Some(turn);
            sent += u64::from(self.waiting[place as usize].takes_capacity);
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
        let turns = turns(waiting, &[desk], &civil, horizon);
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
        let waiting = [joins(3, 4), joins(2, 3), joins(1, 3)];
        assert_eq!(turns_of(&waiting, desk(1)), [Some(7), Some(4), Some(3)]);
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
        let turns = turns(&waiting, &[desk], &civil, civil.midnight(MONDAY.plus(30)));
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
