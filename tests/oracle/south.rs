//! The queue in front of the way south, message by message.

use std::collections::BTreeMap;

use meterchurn::engine::time::Instant;
use meterchurn::model::labels::Reference;

use super::{Counts, South};

/// What has become of every message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Served {
    /// When the service starts of each command that waits in turn, by second and place; of copies the last one's.
    starts: BTreeMap<(i64, u64), i64>,
    /// Messages that come or are held back, by second.
    come: BTreeMap<i64, u64>,
    /// When all that has come by the end of a second is done, in parts of a second, of which there are as many as the
    /// capacity has messages; only of seconds in which something comes.
    done: BTreeMap<i64, i128>,
    /// Waits of commands, copy by copy.
    pub waits: BTreeMap<(Reference, i64), u64>,
    /// Waits of all messages.
    pub all_waits: BTreeMap<i64, u64>,
}

/// Serves one message after another: in each second in the order of their places, with all others evenly among them.
pub fn serve(south: &South, counts: &Counts) -> Served {
    let (messages, seconds) = (i128::from(south.capacity.0), i128::from(south.capacity.1));
    let mut served = Served::default();
    // In parts of a second, of which there are as many as the capacity has messages.
    let mut free = i128::from(south.first * 60) * messages;
    for (minute, background) in (south.first..).zip(&south.background) {
        let seconds_of_it = minute * 60..(minute + 1) * 60;
        let comes = counts.south.range(seconds_of_it.clone()).next().is_some()
            || counts.held_back.range(seconds_of_it).next().is_some()
            || counts.in_turn.range((minute * 60, 0)..((minute + 1) * 60, 0)).next().is_some();
        if *background == 0 && !comes {
            continue;
        }
        for n in 0..60 {
            let second = minute * 60 + n as i64;
            let evenly = background * (n + 1) / 60 - background * n / 60;
            let (in_background, other) = counts.south.get(&second).copied().unwrap_or_default();
            let others = evenly + other + if south.estate { 0 } else { in_background };
            let mut order: Vec<Option<(u64, Reference)>> = Vec::new();
            let mut before = 0;
            for ((_, place), (reference, _, copies)) in counts.in_turn.range((second, 0)..=(second, u64::MAX)) {
                let gap = (u128::from(*place) * u128::from(others + 1) / (1_u128 << 64)) as u64;
                order.extend((before..gap).map(|_| None));
                before = gap;
                order.extend((0..*copies).map(|_| Some((*place, *reference))));
            }
            order.extend((before..others).map(|_| None));
            let held = counts.held_back.get(&second).copied().unwrap_or(0);
            let come = order.len() as u64 + held;
            for message in order {
                let start = free.max(i128::from(second) * messages);
                free = start + seconds;
                let begins = start.div_euclid(messages) as i64;
                *served.all_waits.entry(begins - second).or_default() += 1;
                if let Some((place, reference)) = message {
                    served.starts.insert((second, place), begins);
                    *served.waits.entry((reference, begins - second)).or_default() += 1;
                }
            }
            if come > 0 {
                served.come.insert(second, come);
                served.done.insert(second, free);
            }
        }
    }
    served
}

impl Served {
    /// Whether more than a share, in thousandths, of what a minute takes waits at the beginning of the minute that ends
    /// with a second, and comes or is held back in it. Outside the known minutes nothing is busy.
    pub fn is_busy(&self, south: &South, t: Instant, above: u16) -> bool {
        if !(south.first..south.first + south.background.len() as i64).contains(&t.0.div_euclid(60)) {
            return false;
        }
        let (messages, seconds) = (i128::from(south.capacity.0), i128::from(south.capacity.1));
        let begins = t.0 - 59;
        let done = self.done.range(..begins).next_back().map_or(0, |(_, done)| *done);
        let left = (done - i128::from(begins) * messages).max(0);
        let come: u64 = self.come.range(begins..=t.0).map(|(_, come)| come).sum();
        (left + i128::from(come) * seconds) * 1_000 > messages * 60 * i128::from(above)
    }

    /// When a command that comes at `t` with this place is sent on.
    pub fn goes_south(&self, t: Instant, place: u64) -> Instant {
        Instant(self.starts.get(&(t.0, place)).copied().unwrap_or(t.0))
    }
}
