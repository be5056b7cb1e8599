//! The requests, messages and changes of state of a meter, in their order (R2).

use arrayvec::ArrayVec;

use super::Course;
use super::episode::Episode;
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
const STEPS: usize = 40;

/// A step of a meter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The switch.
    pub k: u8,
    pub device: u8,
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    LeavesWan,
    Registers,
    Withdraws,
    CopyShows,
    /// A 6.23 is refused, as DCC's copy does not show its sender.
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
struct Place {
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
            let mut place = sorted;
            while place > 0 && self.all[place].0 < self.all[place - 1].0 {
                self.all.swap(place, place - 1);
                place -= 1;
            }
        }
    }
}

/// What the steps so far have done.
struct Progress {
    hash: EventHash,
    // By switch, whether the losing supplier has cancelled anything, and whether a withdrawal has spoiled that.
    cancelled: u8,
    spoiled: u8,
}

impl Course<'_> {
    /// Counts all steps. Returns the meter's fingerprint.
    pub(super) fn count_steps(&self, ledger: &mut Ledger) -> EventHash {
        let mut progress = Progress { hash: EventHash::new(self.plan.id.0), cancelled: 0, spoiled: 0 };
        for (place, step) in &self.steps.all {
            self.take(place.at, *step, &mut progress, ledger);
        }
        progress.hash
    }

    fn take(&self, at: Instant, step: Step, progress: &mut Progress, ledger: &mut Ledger) {
        let device = usize::from(step.device);
        if let What::LeavesWan = step.what {
            return progress.trail(at, Change::Wan, 0);
        }
        let episode = &self.episodes[usize::from(step.k)];
        let to = episode.switch.to;
        match step.what {
            What::LeavesWan => {}
            What::Registers => {
                self.count_switch(episode, SwitchOutcome::Registered, ledger);
                progress.trail(at, Change::Registered, u64::from(to.0));
                let devices = u64::from(self.plan.devices);
                (0..devices).for_each(|device| progress.trail(at, Change::CaseOpened, device));
                if ledger.window.start <= at {
                    ledger.opened += devices * self.plan.copies;
                }
            }
            What::Withdraws => {
                self.count_switch(episode, SwitchOutcome::Withdrawn, ledger);
                progress.trail(at, Change::Withdrawn, u64::from(to.0));
                if progress.cancelled >> step.k & 1 == 1 {
                    self.spoils(episode, step.k, progress, ledger);
                }
            }
            What::CopyShows => {
                progress.trail(at, Change::CopyShows, u64::from(to.0));
                if episode.removed.at_copy_change > 0 {
                    self.removes(at, episode, episode.removed.at_copy_change, progress, ledger);
                }
            }
            What::Refused => self.requests(at, Reference::R6_23, Outcome::E4, 1, progress, ledger),
            What::Sends => self.requests(at, Reference::R6_23, Outcome::Accepted, 1, progress, ledger),
            What::SendsInVain => {
                self.requests(at, Reference::R6_23, Outcome::Accepted, 1, progress, ledger);
                self.fails(at, false, progress, ledger);
            }
            What::FailsWhenDue => self.fails(at, true, progress, ledger),
            What::RefusedWhenDue => self.requests(at, Reference::R6_23, Outcome::E4WhenDue, 1, progress, ledger),
            What::Abandoned => self.requests(at, Reference::R6_23, Outcome::Abandoned, 1, progress, ledger),
            What::Executes { future_dated } => {
                self.books(ledger).exchange(Exchange::Executed(Command::Cos { future_dated }), at);
                progress.trail(at, Change::CertificateChanged, u64::from(to.0) << 1 | device as u64);
                if ledger.window.start <= at {
                    ledger.closed[Ending::Executed] += self.plan.copies;
                }
                progress.trail(at, Change::CaseClosed, device as u64 + 2 * Ending::Executed as u64);
                if step.device == self.plan.pusher {
                    self.removes(at, episode, episode.removed.at_execution, progress, ledger);
                }
            }
            What::Configures => {
                self.requests(at, Reference::R6_8, Outcome::Accepted, 1, progress, ledger);
                let schedules = episode.switch.practice.schedules.len() as u64;
                if schedules > 0 {
                    self.requests(at, Reference::R5_1, Outcome::Accepted, schedules, progress, ledger);
                }
            }
            What::SetsCalendar => {
                self.calendar_arrives(at, ledger);
                progress.trail(at, Change::CalendarSet, u64::from(episode.switch.practice.calendar.is_some()));
            }
            What::CreatesSchedules => {
                // Its own from before, of which there are none.
                progress.trail(at, Change::SchedulesRemoved, 0);
                progress.trail(at, Change::SchedulesCreated, u64::from(to.0));
            }
            What::SendsDeletion { accepted, own } => {
                let outcome = if accepted { Outcome::Accepted } else { Outcome::E4 };
                self.requests(at, Reference::R5_3, outcome, u64::from(own), progress, ledger);
                progress.cancelled |= u8::from(accepted) << step.k;
            }
            What::DeletesSchedules { own } => progress.trail(at, Change::SchedulesRemoved, u64::from(own)),
            What::SendsThinning { accepted } => {
                let outcome = if accepted { Outcome::Accepted } else { Outcome::E4 };
                self.requests(at, Reference::R6_8, outcome, 1, progress, ledger);
            }
            What::Visits => {
                let devices = u64::from(self.plan.devices);
                self.requests(at, Reference::R6_24_1, Outcome::Accepted, devices, progress, ledger);
                self.books(ledger).reads_certificates(at, devices);
            }
            What::Thins { works, is_set } => {
                self.calendar_arrives(at, ledger);
                if !works {
                    return self.requests(at, Reference::R6_8, Outcome::Failed, 1, progress, ledger);
                }
                progress.trail(at, Change::CalendarSet, 2 + u64::from(is_set));
                progress.cancelled |= 1 << step.k;
                if episode.switch.withdrawn.is_some_and(|withdrawn| withdrawn <= at) {
                    self.spoils(episode, step.k, progress, ledger);
                }
            }
        }
    }

    pub(super) fn books<'l>(&'l self, ledger: &'l mut Ledger) -> Books<'l> {
        Books { ledger, copies: self.plan.copies, fuel: self.plan.fuel, outages: &[] }
    }

    fn count_switch(&self, episode: &Episode<'_>, outcome: SwitchOutcome, ledger: &mut Ledger) {
        if starts_in_window(episode, ledger) {
            ledger.switches[outcome] += self.plan.copies;
        }
    }

    /// A withdrawn switch for which the losing supplier had cancelled something counts once.
    fn spoils(&self, episode: &Episode<'_>, k: u8, progress: &mut Progress, ledger: &mut Ledger) {
        if progress.spoiled >> k & 1 == 0 && starts_in_window(episode, ledger) {
            ledger.spoiled += self.plan.copies;
        }
        progress.spoiled |= 1 << k;
    }

    fn requests(
        &self,
        at: Instant,
        reference: Reference,
        outcome: Outcome,
        count: u64,
        progress: &mut Progress,
        ledger: &mut Ledger,
    ) {
        let mut books = self.books(ledger);
        books.requests(at, reference, outcome, count);
        books.said(at, reference, outcome, count);
        progress.trail(at, Change::Request, (reference as u64) << 8 | outcome as u64);
    }

    /// A device does not answer a 6.23 that is sent to it.
    fn fails(&self, at: Instant, future_dated: bool, progress: &mut Progress, ledger: &mut Ledger) {
        self.requests(at, Reference::R6_23, Outcome::Failed, 1, progress, ledger);
        if self.reaches_certificates() {
            self.books(ledger).exchange(Exchange::Sent(Command::Cos { future_dated }), at);
        }
    }

    /// The messages of a 6.8 that arrives at the meter.
    fn calendar_arrives(&self, at: Instant, ledger: &mut Ledger) {
        self.books(ledger).exchange(Exchange::Executed(Command::Calendar), at);
    }

    /// The DCC removes schedules of the losing supplier, with a notice for each (R7).
    fn removes(&self, at: Instant, episode: &Episode<'_>, number: u8, progress: &mut Progress, ledger: &mut Ledger) {
        if at >= self.plan.watch && at >= ledger.window.start {
            let (to, owner) = (episode.switch.to, episode.loser);
            let still = Still { from: at, until: at, ..self.still(to, to, Some(to)) };
            let muted = self.mutes(owner);
            for _ in 0..number {
                let notice = Stretch { first: at, count: 1 };
                self.books(ledger).dcc_alerts(AlertClass::Notice, owner, notice, &still, muted);
            }
        }
        progress.trail(at, Change::SchedulesRemoved, u64::from(number));
    }

    /// Whether a supplier has asked the DCC to withhold DCC alerts to it.
    pub(super) fn mutes(&self, supplier: SupplierId) -> bool {
        self.plan.muted.iter().any(|(mutes, _)| *mutes == supplier)
    }
}

impl Progress {
    /// Adds a change of state to the fingerprint.
    fn trail(&mut self, at: Instant, change: Change, detail: u64) {
        self.hash.event(at.0, change as u8, detail);
    }
}

/// Whether a switch, withdrawn or not, has its SSD in the window that is counted.
fn starts_in_window(episode: &Episode<'_>, ledger: &Ledger) -> bool {
    (ledger.window.start..ledger.window.horizon).contains(&episode.switch.ssd)
}
