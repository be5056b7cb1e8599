//! The requests, messages and changes of state of a meter, in their order (R2).

use arrayvec::ArrayVec;

use super::Course;
use super::episode::Episode;
use super::items::Items;
use crate::engine::digest::EventHash;
use crate::engine::time::Instant;
use crate::model::emission::{Books, Still};
use crate::model::labels::{AlertClass, Ending, Outcome, Reference, SwitchOutcome};
use crate::model::ledger::Ledger;
use crate::model::plan::SupplierId;
use crate::model::stretch::Stretch;
use crate::model::traffic::{Command, Exchange};
use crate::model::walk::trail::Change;

/// Most steps of a meter in closed form.
pub(super) const STEPS: usize = 40;

/// A step of a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// The switch.
    pub k: u8,
    pub device: u8,
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    LeavesWan,
    Registers,
    Withdraws,
    CopyShows,
    /// A 6.23 is refused, as the DCC's copy does not show its sender.
    Refused,
    /// A 6.23 is accepted.
    Sends,
    /// A 6.23 is accepted, and the device does not answer.
    SendsInVain,
    /// A future-dated 6.23 falls due, and the device does not answer.
    FailsWhenDue,
    /// A future-dated 6.23 falls due after its switch was withdrawn.
    RefusedWhenDue,
    /// The turn of a 6.23 comes after its switch was withdrawn.
    Abandoned,
    Executes {
        future_dated: bool,
    },
    Configures,
    SetsCalendar,
    CreatesSchedules,
    SendsDeletion {
        accepted: bool,
        own: u8,
    },
    DeletesSchedules {
        own: u8,
    },
    SendsThinning {
        accepted: bool,
    },
    /// A sweep reads the certificates of the meter's devices.
    Visits,
    /// The 6.8 that thins arrives. It works unless a 6.23 has overtaken it, and sets a calendar or parks it.
    Thins {
        works: bool,
        is_set: bool,
    },
}

impl What {
    /// Its rank within a second (R2), and its place among equals of that rank.
    const fn order(self) -> (u8, u8) {
        match self {
            What::LeavesWan => (0, 0),
            What::Registers => (1, 0),
            What::Withdraws => (1, 1),
            What::CopyShows => (2, 0),
            What::FailsWhenDue | What::RefusedWhenDue | What::Executes { .. } => (3, 0),
            What::SetsCalendar | What::Thins { .. } => (4, 0),
            What::DeletesSchedules { .. } => (4, 1),
            What::CreatesSchedules => (4, 2),
            What::SendsDeletion { .. } => (6, 0),
            What::SendsThinning { .. } => (6, 1),
            What::Refused | What::Sends | What::SendsInVain | What::Abandoned => (6, 2),
            What::Configures => (6, 3),
            What::Visits => (6, 6),
        }
    }
}

/// The place of a step among those of a meter (R2): its second, then in one number rank, release, whether it was sent
/// at once, kind and device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    at: Instant,
    within: u64,
}

/// The steps of a meter before the horizon.
pub(super) struct Steps {
    horizon: Instant,
    all: ArrayVec<(Place, Step), STEPS>,
}

impl Steps {
    pub fn until(horizon: Instant) -> Self {
        Self { horizon, all: ArrayVec::new() }
    }

    /// Adds a step at a second. `None` if there are too many.
    pub fn add(&mut self, at: Instant, step: Step) -> Option<()> {
        self.put(at, (at, false), step)
    }

    /// Adds the arrival at a second of a command that was sent at once, when it was released. `None` if there are too
    /// many steps.
    pub fn arrive(&mut self, at: Instant, released: Instant, step: Step) -> Option<()> {
        self.put(at, (released, true), step)
    }

    fn put(&mut self, at: Instant, (released, immediate): (Instant, bool), step: Step) -> Option<()> {
        if at >= self.horizon {
            return Some(());
        }
        let (rank, kind) = step.what.order();
        // Steps of two switches never share a second. Forty bits of seconds reach beyond any horizon.
        let within = u64::from(rank) << 60
            | (released.0.max(0) as u64 & ((1 << 40) - 1)) << 20
            | u64::from(immediate) << 19
            | u64::from(kind) << 8
            | u64::from(step.device);
        self.all.try_push((Place { at, within }, step)).ok()
    }

    /// All of them, in their order once they are sorted.
    pub fn all(&self) -> &[(Place, Step)] {
        &self.all
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.all.len()
    }

    /// Forgets all but the first ones.
    pub fn keep(&mut self, number: usize) {
        self.all.truncate(number);
    }

    pub fn sort(&mut self) {
        // Few, and nearly in order.
        for sorted in 1..self.all.len() {
            let (step, mut place) = (self.all[sorted], sorted);
            while place > 0 && step.0 < self.all[place - 1].0 {
                self.all[place] = self.all[place - 1];
                place -= 1;
            }
            self.all[place] = step;
        }
    }
}

/// Service requests of one reference that are answered alike.
type Requests = (Reference, Outcome, u64);

impl Course<'_> {
    /// The number of switches that start in a window from this second on, are withdrawn, and for which the losing
    /// supplier had cancelled something.
    pub(super) fn spoiled(&self, start: Instant) -> u64 {
        let is_spoiled = |(k, episode): &(usize, &Episode<'_>)| {
            let cancels = |step: &Step| match step.what {
                What::SendsDeletion { accepted, .. } => accepted,
                What::Thins { works, .. } => works,
                _ => false,
            };
            // A 6.8 that arrives after the withdrawal spoils, too.
            episode.switch.withdrawn.is_some_and(|at| at < self.horizon)
                && self.starts_in_window(episode, start)
                && self.steps.all().iter().any(|(_, step)| usize::from(step.k) == *k && cancels(step))
        };
        self.episodes.iter().enumerate().filter(is_spoiled).count() as u64
    }

    /// The changes of state of a step.
    fn change(&self, at: Instant, step: Step, changes: &mut EventHash) {
        let Step { k, device, what } = step;
        let mut add = |change: Change, detail: u64| changes.event(at.0, change as u8, detail);
        if what == What::LeavesWan {
            return add(Change::Wan, 0);
        }
        let episode = &self.episodes[usize::from(k)];
        let (to, device) = (u64::from(episode.switch.to.0), u64::from(device));
        match what {
            What::Registers => {
                add(Change::Registered, to);
                (0..u64::from(self.plan.devices)).for_each(|device| add(Change::CaseOpened, device));
            }
            What::Withdraws => add(Change::Withdrawn, to),
            What::CopyShows => {
                add(Change::CopyShows, to);
                if episode.removed.at_copy_change > 0 {
                    add(Change::SchedulesRemoved, u64::from(episode.removed.at_copy_change));
                }
            }
            What::Executes { .. } => {
                add(Change::CertificateChanged, to << 1 | device);
                add(Change::CaseClosed, device + 2 * Ending::Executed as u64);
                if step.device == self.plan.pusher {
                    add(Change::SchedulesRemoved, u64::from(episode.removed.at_execution));
                }
            }
            What::SetsCalendar => add(Change::CalendarSet, u64::from(episode.switch.practice.calendar.is_some())),
            What::CreatesSchedules => {
                // Its own from before, of which there are none.
                add(Change::SchedulesRemoved, 0);
                add(Change::SchedulesCreated, to);
            }
            What::DeletesSchedules { own } => add(Change::SchedulesRemoved, u64::from(own)),
            What::Thins { works: true, is_set } => add(Change::CalendarSet, 2 + u64::from(is_set)),
            What::LeavesWan
            | What::Refused
            | What::Sends
            | What::SendsInVain
            | What::FailsWhenDue
            | What::RefusedWhenDue
            | What::Abandoned
            | What::Configures
            | What::SendsDeletion { .. }
            | What::SendsThinning { .. }
            | What::Visits
            | What::Thins { works: false, .. } => {}
        }
    }

    /// The service requests of a step.
    fn requests_of(&self, what: What, episode: &Episode<'_>) -> impl Iterator<Item = Requests> {
        let sent = |accepted| if accepted { Outcome::Accepted } else { Outcome::E4 };
        let one = |reference, outcome| [Some((reference, outcome, 1)), None];
        let requests: [Option<Requests>; 2] = match what {
            What::Refused => one(Reference::R6_23, Outcome::E4),
            What::Sends => one(Reference::R6_23, Outcome::Accepted),
            What::SendsInVain => {
                [Some((Reference::R6_23, Outcome::Accepted, 1)), Some((Reference::R6_23, Outcome::Failed, 1))]
            }
            What::FailsWhenDue => one(Reference::R6_23, Outcome::Failed),
            What::RefusedWhenDue => one(Reference::R6_23, Outcome::E4WhenDue),
            What::Abandoned => one(Reference::R6_23, Outcome::Abandoned),
            What::Configures => {
                let schedules = episode.switch.practice.schedules.len() as u64;
                let creates = (schedules > 0).then_some((Reference::R5_1, Outcome::Accepted, schedules));
                [Some((Reference::R6_8, Outcome::Accepted, 1)), creates]
            }
            What::SendsDeletion { accepted, own } => [Some((Reference::R5_3, sent(accepted), u64::from(own))), None],
            What::SendsThinning { accepted } => one(Reference::R6_8, sent(accepted)),
            What::Visits => [Some((Reference::R6_24_1, Outcome::Accepted, u64::from(self.plan.devices))), None],
            What::Thins { works: false, .. } => one(Reference::R6_8, Outcome::Failed),
            What::LeavesWan
            | What::Registers
            | What::Withdraws
            | What::CopyShows
            | What::Executes { .. }
            | What::SetsCalendar
            | What::CreatesSchedules
            | What::DeletesSchedules { .. }
            | What::Thins { works: true, .. } => [None, None],
        };
        requests.into_iter().flatten()
    }

    /// Counts the steps among these items.
    pub(super) fn count_steps(&self, items: Items, ledger: &mut Ledger) {
        let mut changes = EventHash::new(self.plan.id.0);
        for n in items.each_step() {
            let (place, step) = self.steps.all[n];
            self.change(place.at, step, &mut changes);
            self.count_step(place.at, step, &mut changes, ledger);
        }
        ledger.fingerprint.add(changes, self.plan.copies);
    }

    fn count_step(&self, at: Instant, step: Step, changes: &mut EventHash, ledger: &mut Ledger) {
        if step.what == What::LeavesWan {
            return;
        }
        let episode = &self.episodes[usize::from(step.k)];
        for (reference, outcome, number) in self.requests_of(step.what, episode) {
            changes.event(at.0, Change::Request as u8, (reference as u64) << 8 | outcome as u64);
            let mut books = self.books(ledger);
            books.requests(at, reference, outcome, number);
            books.said(at, reference, outcome, number);
        }
        match step.what {
            What::Registers => {
                self.count_switch(episode, SwitchOutcome::Registered, ledger);
                if ledger.window.start <= at {
                    ledger.opened += u64::from(self.plan.devices) * self.plan.copies;
                }
            }
            What::Withdraws => self.count_switch(episode, SwitchOutcome::Withdrawn, ledger),
            What::CopyShows => self.count_notices(at, episode, episode.removed.at_copy_change, ledger),
            What::SendsInVain => self.goes_unanswered(at, false, ledger),
            What::FailsWhenDue => self.goes_unanswered(at, true, ledger),
            What::Executes { future_dated } => {
                self.books(ledger).exchange(Exchange::Executed(Command::Cos { future_dated }), at);
                if ledger.window.start <= at {
                    ledger.closed[Ending::Executed] += self.plan.copies;
                }
                if step.device == self.plan.pusher {
                    self.count_notices(at, episode, episode.removed.at_execution, ledger);
                }
            }
            What::SetsCalendar | What::Thins { .. } => {
                self.books(ledger).exchange(Exchange::Executed(Command::Calendar), at);
            }
            What::Visits => self.books(ledger).reads_certificates(at, u64::from(self.plan.devices)),
            What::LeavesWan
            | What::Refused
            | What::Sends
            | What::RefusedWhenDue
            | What::Abandoned
            | What::Configures
            | What::CreatesSchedules
            | What::SendsDeletion { .. }
            | What::DeletesSchedules { .. }
            | What::SendsThinning { .. } => {}
        }
    }

    pub(super) fn books<'l>(&'l self, ledger: &'l mut Ledger) -> Books<'l> {
        Books { ledger, copies: self.plan.copies, fuel: self.plan.fuel, outages: &[] }
    }

    fn count_switch(&self, episode: &Episode<'_>, outcome: SwitchOutcome, ledger: &mut Ledger) {
        if self.starts_in_window(episode, ledger.window.start) {
            ledger.switches[outcome] += self.plan.copies;
        }
    }

    /// A 6.23 goes to a device that does not answer.
    fn goes_unanswered(&self, at: Instant, future_dated: bool, ledger: &mut Ledger) {
        if self.reaches_certificates() {
            self.books(ledger).exchange(Exchange::Sent(Command::Cos { future_dated }), at);
        }
    }

    /// The DCC removes schedules of the losing supplier, with a notice for each (R7).
    fn count_notices(&self, at: Instant, episode: &Episode<'_>, number: u8, ledger: &mut Ledger) {
        if number == 0 || at < self.plan.watch || at < ledger.window.start {
            return;
        }
        let (to, owner) = (episode.switch.to, episode.loser);
        let still = Still { from: at, until: at, ..self.still(to, to, Some(to)) };
        let muted = self.mutes(owner);
        for _ in 0..number {
            let notice = Stretch { first: at, count: 1 };
            self.books(ledger).dcc_alerts(AlertClass::Notice, owner, notice, &still, muted);
        }
    }

    /// Whether a supplier has asked the DCC to withhold DCC alerts to it.
    pub(super) fn mutes(&self, supplier: SupplierId) -> bool {
        self.plan.muted.iter().any(|(mutes, _)| *mutes == supplier)
    }

    /// Whether a switch, withdrawn or not, has its SSD in a window that starts at a second.
    fn starts_in_window(&self, episode: &Episode<'_>, start: Instant) -> bool {
        (start..self.horizon).contains(&episode.switch.ssd)
    }
}
