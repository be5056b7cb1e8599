//! The textbook's event loop, on the standard library's binary heap: an event for every alert, or only for changes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::vec;

use crate::draws::{Case, Draws};
use crate::streams::Streams;
use crate::totals::Totals;
use crate::{DAY, HORIZON};

/// Within one second 6.23 comes first: the meter has its new supplier when the alert is sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Certificate,
    Switch,
    Read,
    Rejection,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: u32,
    event: Event,
    meter: u32,
}

/// What is due. It holds the next change of supplier only, which keeps it short.
struct Agenda {
    switches: vec::IntoIter<(u32, u32)>,
    entries: BinaryHeap<Reverse<Entry>>,
}

impl Agenda {
    fn new(meters: u32, draws: &Draws) -> Self {
        let mut agenda = Self { switches: switches(meters, draws).into_iter(), entries: BinaryHeap::new() };
        agenda.push_switch();
        agenda
    }

    fn push(&mut self, entry: Entry) {
        self.entries.push(Reverse(entry));
    }

    fn push_switch(&mut self) {
        if let Some((at, meter)) = self.switches.next() {
            self.push(Entry { at, event: Event::Switch, meter });
        }
    }

    fn pop(&mut self) -> Option<Entry> {
        let Reverse(entry) = self.entries.pop()?;
        if entry.event == Event::Switch {
            self.push_switch();
        }
        Some(entry)
    }
}

/// All changes of supplier in order: the second, and the meter.
pub(crate) fn switches(meters: u32, draws: &Draws) -> Vec<(u32, u32)> {
    let mut switches: Vec<_> = (0..meters).map(|meter| (draws.case(meter).switch, meter)).collect();
    switches.sort_unstable();
    switches
}

/// What a meter knows.
#[derive(Clone, Copy, Default)]
struct Meter {
    loser: u8,
    trusts_loser: bool,
}

/// Runs the year with an event for every alert.
pub fn alerts(meters: u32) -> Totals {
    let draws = Draws::default();
    let mut totals = Totals::default();
    let mut state = vec![Meter::default(); meters as usize];
    let mut agenda = Agenda::new(meters, &draws);
    while let Some(Entry { at, event, meter }) = agenda.pop() {
        let this = &mut state[meter as usize];
        match event {
            Event::Switch => {
                totals.cases += 1;
                let case = draws.case(meter);
                *this = Meter { loser: case.loser, trusts_loser: true };
                let mut schedule = |at, event| {
                    if at < HORIZON {
                        agenda.push(Entry { at, event, meter });
                    }
                };
                schedule(case.until, Event::Certificate);
                schedule(next_daily(at, case.read), Event::Read);
                for offset in case.rejections {
                    schedule(next_daily(at, offset), Event::Rejection);
                }
            }
            Event::Certificate => this.trusts_loser = false,
            Event::Read | Event::Rejection if this.trusts_loser => {
                if event == Event::Read {
                    totals.count_read(at, this.loser);
                } else {
                    totals.count_rejection(at);
                }
                if at + DAY < HORIZON {
                    agenda.push(Entry { at: at + DAY, event, meter });
                }
            }
            // Was under way when 6.23 came.
            Event::Read | Event::Rejection => {}
        }
    }
    totals
}

/// Runs the year with an event for each change of a meter's state. 6.23 counts what was sent since the change of
/// supplier.
pub fn changes(meters: u32) -> Totals {
    let draws = Draws::default();
    let mut streams = Streams::default();
    let mut agenda = Agenda::new(meters, &draws);
    while let Some(Entry { at, event, meter }) = agenda.pop() {
        // Drawn again, which takes less time than to keep it in memory.
        let case = draws.case(meter);
        if event == Event::Switch {
            agenda.push(Entry { at: case.until, event: Event::Certificate, meter });
        } else {
            streams.count(&Case { until: at, ..case });
        }
    }
    streams.totals()
}

/// The first second `offset` of a day that is not before `now`.
pub(crate) fn next_daily(now: u32, offset: u32) -> u32 {
    let today = now - now % DAY + offset;
    if today < now { today + DAY } else { today }
}
