//! What asks for the way south, by second.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::engine::merge::Merge;
use crate::engine::time::{Day, Instant};
use crate::model::labels::index;
use crate::model::plan::MeterId;

index! {
    /// The kind of a command that waits while the way south is full.
    Kind {
        /// 6.23.
        Cos => "6.23",
        /// 6.8: a billing calendar is set or thinned.
        Calendar => "6.8",
        /// A neutral certificate.
        Neutral => "neutral",
    }
}

/// A command that arrives at the way south and waits if it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// The second of its arrival.
    pub at: Instant,
    /// Its place among those of its second, in parts of 2⁶⁴.
    pub place: u64,
    /// The meter that it is for.
    pub meter: MeterId,
    /// The number of identical copies of the meter that it is for.
    pub copies: u32,
    /// What it is.
    pub kind: Kind,
}

/// A command that is held back at the DCC where the way south is busy, or would have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Throttled {
    /// The second of its release.
    pub at: Instant,
    /// The share of the capacity in thousandths above which it is held back.
    pub above: u16,
    /// Whether it was held back.
    pub is_held: bool,
    /// The meter that it is for.
    pub meter: MeterId,
    /// The number of identical copies of the meter that it is for.
    pub copies: u64,
}

/// Messages that ask for the way south, without the estate's background: commands that wait in turn, and others that
/// are only counted.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    asks: Vec<Ask>,
    // The first second, the number of UTC days on which they recur, and the messages.
    others: Vec<(Instant, u32, u64)>,
    throttled: Vec<Throttled>,
}

impl Demand {
    /// Adds a command that waits in turn.
    pub fn ask(&mut self, ask: Ask) {
        self.asks.push(ask);
    }

    /// Adds messages that others wait for, and whose own wait does not matter: in the second of `first`, and in the
    /// same second of each of the `days` UTC days from it on.
    pub fn count(&mut self, first: Instant, days: u32, messages: u64) {
        self.others.push((first, days, messages));
    }

    /// Adds a command that is held back if the way south is busy.
    pub fn throttle(&mut self, throttled: Throttled) {
        self.throttled.push(throttled);
    }

    /// The messages that are held back, by second.
    pub fn held(&self) -> Vec<(Instant, u64)> {
        let held = self.throttled.iter().filter(|command| command.is_held);
        let mut held: Vec<(Instant, u64)> = held.map(|command| (command.at, command.copies)).collect();
        held.sort_unstable();
        merge_equal(&mut held);
        held
    }

    /// The commands that wait in turn, by second and place. Those of one place come together.
    pub fn asks(&self) -> Cow<'_, [Ask]> {
        sorted(&self.asks)
    }

    /// The commands that are held back where the way south is busy, by second.
    pub fn throttled(&self) -> Cow<'_, [Throttled]> {
        sorted(&self.throttled)
    }

    /// Brings what is added one by one into order, so that it need not be copied to be read in order.
    pub fn tidy(&mut self) {
        // What has come since the last time is short, and stays a run of its own.
        self.asks.sort();
        self.throttled.sort();
    }

    /// Passes on the other messages of one UTC day after another, by second of the day, ascending.
    pub fn each_day_of_others(&self, first: Day, days: usize, mut each: impl FnMut(&[(u32, u64)])) {
        // What begins on a day and, after a recurring one's last day, ends.
        let mut steps: Vec<(Day, u32, i64)> = Vec::new();
        let mut once: Vec<(Day, u32, u64)> = Vec::new();
        for (at, days, messages) in &self.others {
            let (day, second) = (at.utc_day(), at.second_of_utc_day());
            if *days == 1 && day < first {
                continue;
            } else if *days == 1 {
                once.push((day, second, *messages));
            } else {
                steps.push((day, second, *messages as i64));
                steps.push((day.plus(*days as i32), second, -(*messages as i64)));
            }
        }
        steps.sort_unstable();
        once.sort_unstable();
        let (mut steps, mut once) = (steps.into_iter().peekable(), once.into_iter().peekable());
        let mut recurring: BTreeMap<u32, u64> = BTreeMap::new();
        let mut seconds: Vec<(u32, u64)> = Vec::new();
        for day in (0..days as i32).map(|n| first.plus(n)) {
            while let Some((_, second, step)) = steps.next_if(|(at, ..)| *at <= day) {
                let level = recurring.entry(second).or_default();
                *level = level.wrapping_add_signed(step);
            }
            recurring.retain(|_, messages| *messages > 0);
            seconds.clear();
            seconds.extend(recurring.iter().map(|(second, messages)| (*second, *messages)));
            while let Some((_, second, messages)) = once.next_if(|(at, ..)| *at <= day) {
                seconds.push((second, messages));
            }
            seconds.sort_unstable();
            merge_equal(&mut seconds);
            each(&seconds);
        }
    }

    // How the other messages change from day to day, by second of the day; what comes once, too.
    fn steps(&self) -> BTreeMap<(Day, u32), i64> {
        let mut steps: BTreeMap<(Day, u32), i64> = BTreeMap::new();
        for (at, days, messages) in &self.others {
            let (day, second, messages) = (at.utc_day(), at.second_of_utc_day(), *messages as i64);
            *steps.entry((day, second)).or_default() += messages;
            *steps.entry((day.plus(*days as i32), second)).or_default() -= messages;
        }
        steps.retain(|_, step| *step != 0);
        steps
    }

    /// Bytes of memory that it has taken.
    pub fn taken(&self) -> usize {
        size_of_val(&*self.asks) + size_of_val(&*self.others) + size_of_val(&*self.throttled)
    }
}

/// Demands are equal when they ask for the same in each second.
impl PartialEq for Demand {
    fn eq(&self, other: &Self) -> bool {
        self.asks() == other.asks() && self.throttled() == other.throttled() && self.steps() == other.steps()
    }
}

impl Eq for Demand {}

impl Merge for Demand {
    fn merge(&mut self, other: &Self) {
        self.asks.extend_from_slice(&other.asks);
        self.others.extend_from_slice(&other.others);
        self.throttled.extend_from_slice(&other.throttled);
    }

    fn take_out(&mut self, part: &Self) {
        without(&mut self.asks, &part.asks);
        without(&mut self.others, &part.others);
        without(&mut self.throttled, &part.throttled);
    }

    fn is_nothing(&self) -> bool {
        self.asks.is_empty() && self.others.is_empty() && self.throttled.is_empty()
    }
}

/// A list in order.
fn sorted<T: Ord + Copy>(list: &[T]) -> Cow<'_, [T]> {
    if list.is_sorted() {
        return Cow::Borrowed(list);
    }
    let mut list = list.to_vec();
    list.sort();
    Cow::Owned(list)
}

/// Adds up the messages of equal seconds in a sorted list.
fn merge_equal<T: PartialEq>(list: &mut Vec<(T, u64)>) {
    list.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 += if is_same { next.1 } else { 0 };
        is_same
    });
}

/// Takes entries out of a list, as often as each occurs.
fn without<T: Ord + Copy>(list: &mut Vec<T>, part: &[T]) {
    let mut part = part.to_vec();
    part.sort();
    list.sort();
    let mut part = part.into_iter().peekable();
    list.retain(|entry| {
        while part.next_if(|gone| gone < entry).is_some() {}
        part.next_if(|gone| gone == entry).is_none()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recurs_daily_is_counted_on_each_day_with_what_comes_once() {
        let mut demand = Demand::default();
        demand.count(Instant(86_500), 1, 7);
        demand.count(Instant(100), 3, 2);
        let mut days = Vec::new();
        demand.each_day_of_others(Day(0), 4, |seconds| days.push(seconds.to_vec()));
        assert_eq!(days, [vec![(100, 2)], vec![(100, 9)], vec![(100, 2)], vec![]]);
    }

    #[test]
    fn the_order_in_which_commands_are_added_does_not_show() {
        let ask = |at, place| Ask { at: Instant(at), place, meter: MeterId(1), copies: 1, kind: Kind::Cos };
        let of = |asks: &[Ask]| {
            let mut demand = Demand::default();
            asks.iter().for_each(|ask| demand.ask(*ask));
            demand
        };
        assert_eq!(of(&[ask(60, 5), ask(60, 3)]), of(&[ask(60, 3), ask(60, 5)]));
        assert_ne!(of(&[ask(60, 5), ask(60, 3)]), of(&[ask(60, 3), ask(60, 4)]));
    }
}
