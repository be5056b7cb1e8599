//! The walk of one meter point: a small state machine that steps from one change of state to the next and counts what
//! is periodic in between. It runs alone, or is driven by an agenda if a supplier's capacity couples it to others. Both
//! give the same result. `docs/semantics.md` defines each step to the second.

mod chasing;
pub(super) mod commands;
pub(super) mod counting;
mod event;
mod known;
mod requests;
pub(super) mod trail;

use self::event::{Command, Event, Order};
use self::trail::Change;
use super::case::CaseEnd;
use super::cause::{self, CaseFate};
use super::civil::Civil;
use super::desk::Joining;
use super::emission::Writing;
use super::labels::{Ending, Owner, SwitchOutcome};
use super::ledger::{CaseSums, Ledger, Unwanted};
use super::plan::{Detector, MeterPlan, Schedule, ScheduleRemoval, Sending, SupplierId};
use super::south::SouthQueue;
use super::witness::{Note, Witness};
use crate::engine::digest::EventHash;
use crate::engine::merge::Merge;
use crate::engine::time::Instant;

/// The rank of a supplier's opening within a second: after all requests (R2).
pub const OPENING_RANK: u8 = 7;

/// The part of the meter that acts next.
#[derive(Debug, Clone, Copy)]
enum Upcoming {
    // The event at the end of the list.
    Event,
    Marker,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    switch: usize,
    opened: Instant,
}

/// What the current switch has counted for its cause, and the reading device's last case under it.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    unwanted: Unwanted,
    fate: Option<CaseFate>,
}

/// Something that a chase waits for: when it will happen if nothing changes, and whether it has happened since SSD.
#[derive(Debug, Clone, Copy, Default)]
struct Marker {
    at: Option<Instant>,
    seen: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct SwitchProgress {
    submitted: [Option<Instant>; 2],
    failed: [u32; 2],
    in_backlog: [bool; 2],
    cancelled: bool,
    spoiled: bool,
    // Whether one of its cases has been counted at supply risk.
    at_supply_risk: bool,
}

/// The surroundings that all meter points of a run share.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Civil time.
    pub civil: &'a Civil,
    /// The way south, if its capacity is stated.
    pub south: Option<&'a SouthQueue>,
}

impl<'a> Around<'a> {
    /// Surroundings in which no capacity is stated.
    pub const fn time(civil: &'a Civil) -> Self {
        Self { civil, south: None }
    }
}

/// One meter point on its way through the window.
///
/// ```
/// use meterchurn::engine::time::{Day, Seconds};
/// use meterchurn::model::civil::Civil;
/// use meterchurn::model::ledger::Ledger;
/// use meterchurn::model::plan::{CosRequest, Fuel, MeterId, MeterPlan, Sending, SupplierId, SwitchPlan};
/// use meterchurn::model::walk::{Around, Walk};
/// use meterchurn::model::window::Window;
/// use meterchurn::model::witness::Nobody;
///
/// // Supply starts on 2 December 2018; the 6.23 is sent ten days late and executes a second later.
/// let civil = Civil::new(Day(17_866), Day(17_956));
/// let ssd = civil.midnight(Day(17_867));
/// let cos = CosRequest::new(Sending::At(ssd + Seconds::days(10)));
/// let switch = SwitchPlan { cos: [cos; 2], ..SwitchPlan::new(SupplierId(1), Day(17_867), ssd) };
/// let meter = MeterPlan { switches: vec![switch], ..MeterPlan::new(MeterId(1), Fuel::Electricity, SupplierId(0)) };
///
/// let (start, horizon) = (civil.midnight(Day(17_866)), civil.midnight(Day(17_956)));
/// let mut ledger = Ledger::new(Window::new(start, horizon, &civil));
/// Walk::new(&meter, meter.copies, start, horizon, Around::time(&civil)).finish(&mut ledger, &mut Nobody);
/// assert_eq!(ledger.exposure, 10 * 86_400 + 1);
/// ```
pub struct Walk<'a> {
    plan: &'a MeterPlan,
    civil: &'a Civil,
    south: Option<&'a SouthQueue>,
    // The number of this copy, where copies are walked one by one.
    copy: u64,
    copies: u64,
    now: Instant,
    horizon: Instant,
    start: Instant,
    on_wan: bool,
    // `None` after a neutral certificate was placed.
    holder: [Option<SupplierId>; 2],
    calendar: Option<Writing>,
    // Calendars that were replaced before they pushed all that they wrote.
    replaced: Vec<Writing>,
    schedules: Vec<Schedule>,
    registered: SupplierId,
    current: Option<usize>,
    cases: [Option<Case>; 2],
    last_release: [Option<Instant>; 2],
    progress: Vec<SwitchProgress>,
    // Descending: the next event is the last entry.
    pending: Vec<(Order, Event)>,
    waiting: Vec<Command>,
    // Chases of the current switch wait for these.
    unwanted: Marker,
    passing: Marker,
    // Unwanted alerts already emitted that a gateway takes only in these seconds.
    unwanted_late: Vec<Instant>,
    // Suppliers whose last schedules here were removed with a notice.
    forfeited: Vec<SupplierId>,
    not_initiated_since: Option<Instant>,
    pull_closed: Option<Instant>,
    tally: Tally,
    leaked: u64,
    hash: EventHash,
}

impl<'a> Walk<'a> {
    /// A walk over the window `window_start .. horizon`. `copies` is normally the plan's; a coupled meter is walked
    /// copy by copy.
    pub fn new(plan: &'a MeterPlan, copies: u64, window_start: Instant, horizon: Instant, around: Around<'a>) -> Self {
        let mut walk = Self {
            plan,
            civil: around.civil,
            south: around.south,
            copy: 0,
            copies,
            now: window_start,
            horizon,
            start: window_start,
            on_wan: true,
            holder: [Some(plan.holder); 2],
            calendar: plan.practice.calendar.map(Writing::of_plan),
            replaced: Vec::new(),
            schedules: plan.practice.schedules.clone(),
            registered: plan.holder,
            current: None,
            cases: [None; 2],
            last_release: [None; 2],
            progress: vec![SwitchProgress::default(); plan.switches.len()],
            pending: Vec::with_capacity(8),
            waiting: Vec::new(),
            unwanted: Marker::default(),
            passing: Marker::default(),
            unwanted_late: Vec::new(),
            forfeited: Vec::new(),
            not_initiated_since: None,
            pull_closed: None,
            tally: Tally::default(),
            leaked: 0,
            hash: EventHash::new(plan.id.0),
        };
        walk.lay_out();
        // Requests sent before the window opens still have their effects.
        if let Some((first, _)) = walk.next() {
            walk.now = walk.now.min(first);
        }
        walk
    }

    /// The walk of one of several copies, by number: copies differ where they compete.
    pub fn of_copy(self, copy: u64) -> Self {
        Self { copy, ..self }
    }

    /// Lists the events that are known at the start.
    fn lay_out(&mut self) {
        let plan = self.plan;
        for (from, to) in &plan.off_wan {
            self.push(*from, Event::Wan(false));
            self.push(*to, Event::Wan(true));
        }
        for filter in &plan.filters {
            self.push(filter.from, Event::Split);
        }
        for (_, hole) in &plan.black_holes {
            self.push(hole.from, Event::Split);
        }
        if let Some((from, _)) = &plan.forwards {
            self.push(*from, Event::Split);
        }
        for (_, from) in &plan.muted {
            self.push(*from, Event::Split);
        }
        for from in plan.alerts.iter().filter_map(|alert| alert.withheld_from) {
            self.push(from, Event::Split);
        }
        for (k, switch) in plan.switches.iter().enumerate() {
            match switch.withdrawn {
                Some(at) => self.push(at, Event::Withdraw(k)),
                None => {
                    self.push(switch.ssd, Event::Register(k));
                    self.push(switch.ssd.max(switch.known), Event::CopyChange(k));
                }
            }
            for (_, hole) in &plan.black_holes {
                self.push(switch.ssd + hole.portfolio_lag, Event::Split);
            }
            if let (Some(neutral), None) = (plan.neutral.filter(|n| n.from <= switch.ssd), switch.withdrawn) {
                self.push((switch.ssd + neutral.after).max(switch.known), Event::PlaceNeutral(k));
            }
            if let (Some(from), true) = (switch.user_from, plan.forwards.is_some()) {
                self.push(from, Event::Split);
            }
            if let Some(at) = switch.cancelling.deletes_schedules {
                self.push(at, Event::SendDelete(k));
            }
            if let Some(at) = switch.cancelling.thins_calendar {
                self.push(at, Event::SendThin(k));
            }
            for device in 0..plan.devices as usize {
                match switch.cos[device].sending {
                    Sending::At(at) => self.push(at, Event::Turn(k, device)),
                    Sending::Queued(at) => self.push(at, Event::Join(k, device)),
                    Sending::Never => {}
                }
            }
        }
    }

    fn push(&mut self, at: Instant, event: Event) {
        // Events of a 6.23 beyond the horizon are kept: one that is still to come or under way is not sent again.
        if at >= self.horizon && !matches!(event, Event::Turn(..) | Event::Join(..) | Event::Due(..) | Event::Arrive(_))
        {
            return;
        }
        let order = event.order(at);
        let place = self.pending.partition_point(|(other, _)| *other > order);
        self.pending.insert(place, (order, event));
    }

    /// The meter, for the order among simultaneous turns.
    pub fn id(&self) -> crate::model::plan::MeterId {
        self.plan.id
    }

    /// Second and rank of the next step, if any is left before the horizon.
    pub fn next(&self) -> Option<(Instant, u8)> {
        self.upcoming().map(|(at, rank, _)| (at, rank))
    }

    fn upcoming(&self) -> Option<(Instant, u8, Upcoming)> {
        let event = self.pending.last().filter(|(order, _)| order.at() < self.horizon);
        let event = event.map(|(order, _)| (order.at(), order.rank(), Upcoming::Event));
        let marker = self.unwanted.at.into_iter().chain(self.passing.at).min().map(|at| (at, 5, Upcoming::Marker));
        match (event, marker) {
            (Some(event), Some(marker)) => {
                Some(if (event.0, event.1) <= (marker.0, marker.1) { event } else { marker })
            }
            (event, marker) => event.or(marker),
        }
    }

    /// Goes to just before a 6.23 next joins a backlog, or to the last step before the horizon. Returns whether one
    /// joins.
    pub fn goes_to_joining(&mut self, ledger: &mut Ledger, witness: &mut impl Witness) -> bool {
        while let Some((at, _, whose)) = self.upcoming() {
            let joins = || self.pending.last().is_some_and(|(_, event)| matches!(event, Event::Join(..)));
            if matches!(whose, Upcoming::Event) && joins() {
                return true;
            }
            self.take(at, whose, ledger, witness);
        }
        false
    }

    /// Takes the next step. A 6.23 that joins a backlog is returned.
    pub fn step(&mut self, ledger: &mut Ledger, witness: &mut impl Witness) -> Option<Joining> {
        let (at, _, whose) = self.upcoming()?;
        self.take(at, whose, ledger, witness)
    }

    fn take(
        &mut self,
        at: Instant,
        whose: Upcoming,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) -> Option<Joining> {
        self.advance(at, ledger, witness);
        let mut joining = None;
        match whose {
            Upcoming::Event => {
                joining = self.pending.pop().and_then(|(_, event)| self.happen(event, ledger, witness));
            }
            Upcoming::Marker if self.unwanted.at == Some(at) => self.noticed(Detector::LosingSupplier, witness),
            Upcoming::Marker => self.noticed(Detector::Passing, witness),
        }
        self.settle(ledger);
        joining
    }

    /// Walks to the horizon and completes the ledger.
    pub fn finish(mut self, ledger: &mut Ledger, witness: &mut impl Witness) {
        while let Some((at, _, whose)) = self.upcoming() {
            self.take(at, whose, ledger, witness);
        }
        self.advance(self.horizon, ledger, witness);
        self.flush_not_initiated(ledger);
        for device in 0..self.plan.devices as usize {
            if let Some(case) = self.cases[device].take() {
                ledger.open += self.copies;
                self.book_case(device, case, self.horizon, None, ledger);
            }
        }
        self.flush_tally(ledger);
        ledger.complete(self.plan.id, self.copies, self.leaked);
        ledger.fingerprint.add(self.hash, self.copies);
    }

    fn happen(&mut self, event: Event, ledger: &mut Ledger, witness: &mut impl Witness) -> Option<Joining> {
        let at = self.now;
        match event {
            Event::Split => {}
            Event::Wan(on) => self.wan(on, witness),
            Event::Register(k) => self.register(k, ledger, witness),
            Event::Withdraw(k) => self.withdraw(k, ledger, witness),
            Event::CopyChange(k) => self.copy_change(k, ledger, witness),
            Event::Due(k, device) => self.due(k, device, ledger, witness),
            Event::Arrive(command) => self.arrive(command, ledger, witness),
            Event::DeleteSchedules(owner) => {
                self.take_schedules(
                    |s| s.owner == owner,
                    |schedule| witness.note(at, Note::ScheduleRemoved(schedule, false)),
                );
            }
            Event::CreateSchedules(k) => {
                let to = self.plan.switches[k].to;
                self.take_schedules(|s| s.owner == to, |_| {});
                let created = &self.plan.switches[k].practice.schedules;
                if !created.is_empty() {
                    self.forfeited.retain(|supplier| *supplier != to);
                }
                for schedule in created {
                    self.schedules.push(*schedule);
                    witness.note(at, Note::ScheduleCreated(*schedule));
                }
                self.trail(Change::SchedulesCreated, u64::from(to.0));
            }
            Event::SendDelete(k) => self.send_delete(k, ledger, witness),
            Event::SendThin(k) => self.send_thin(k, ledger, witness),
            Event::Turn(k, device) => {
                self.turn((k, device), None, ledger, witness);
            }
            Event::Configure(k) => self.configure(k, ledger, witness),
            Event::PlaceNeutral(k) => self.place_neutral(k, ledger, witness),
            Event::Sweep(k, chase) => self.sweep(k, chase, ledger, witness),
            Event::Ask(k, chase) => self.ask(k, self.plan.switches[k].chases[chase], witness),
            Event::Join(k, device) => {
                self.progress[k].in_backlog[device] = true;
                witness.note(at, Note::JoinedBacklog(self.plan.switches[k].to, device));
                return Some(Joining::of(self.plan, (k, device), at));
            }
        }
        None
    }

    /// Whether a command reaches what holds the certificates.
    fn reaches_certificates(&self) -> bool {
        self.on_wan || !self.plan.certificates_need_wan()
    }

    fn wan(&mut self, on: bool, witness: &mut impl Witness) {
        self.on_wan = on;
        self.trail(Change::Wan, u64::from(on));
        witness.note(self.now, Note::Wan(on));
        if on {
            for command in std::mem::take(&mut self.waiting) {
                self.push(self.now, Event::Arrive(command));
            }
        }
    }

    fn register(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        self.flush_not_initiated(ledger);
        let to = self.plan.switches[k].to;
        for device in 0..self.plan.devices as usize {
            if let Some(case) = self.cases[device].take() {
                let ending = if self.holder[device] == Some(to) { Ending::Returned } else { Ending::Superseded };
                self.close(device, case, ending, ledger, witness);
            }
        }
        self.flush_tally(ledger);
        self.registered = to;
        self.current = Some(k);
        self.unwanted.seen = false;
        self.passing.seen = false;
        if self.starts_in_window(k) {
            ledger.switches[SwitchOutcome::Registered] += self.copies;
        }
        self.trail(Change::Registered, u64::from(to.0));
        witness.note(self.now, Note::Registered(to));
        for device in 0..self.plan.devices as usize {
            if self.holder[device] != Some(to) {
                self.open(device, k, ledger, witness);
            }
        }
        self.begin_chases(k);
        self.creates_again(k);
    }

    fn withdraw(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let to = self.plan.switches[k].to;
        if self.starts_in_window(k) {
            ledger.switches[SwitchOutcome::Withdrawn] += self.copies;
        }
        self.trail(Change::Withdrawn, u64::from(to.0));
        witness.note(self.now, Note::Withdrawn(to));
        if self.progress[k].cancelled {
            self.spoil(k, ledger);
        }
    }

    fn spoil(&mut self, k: usize, ledger: &mut Ledger) {
        // Counted once per switch, regardless of how much was cancelled.
        if !self.progress[k].spoiled && self.starts_in_window(k) {
            ledger.spoiled += self.copies;
        }
        self.progress[k].spoiled = true;
    }

    fn copy_change(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let to = self.plan.switches[k].to;
        if self.shown_at(self.now, self.now) != Some(k) {
            return;
        }
        self.trail(Change::CopyShows, u64::from(to.0));
        witness.note(self.now, Note::CopyShows(to));
        let policy = self.plan.removal_at_ssd_from.is_some_and(|from| from <= self.now);
        let others = self.schedules.iter().any(|schedule| schedule.owner != to);
        if others && (policy || self.plan.removal == ScheduleRemoval::Ssd) {
            self.remove_schedules(Some(to), ledger, witness);
        }
    }

    fn open(&mut self, device: usize, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        if device == self.plan.pusher as usize {
            // Counts so far belong to the previous case of this switch, if there was one.
            self.flush_tally(ledger);
        }
        self.cases[device] = Some(Case { switch: k, opened: self.now });
        if self.is_counted() {
            ledger.opened += self.copies;
        }
        self.trail(Change::CaseOpened, device as u64);
        witness.note(self.now, Note::CaseOpened(device));
    }

    fn close(&mut self, device: usize, case: Case, ending: Ending, ledger: &mut Ledger, witness: &mut impl Witness) {
        if self.is_counted() {
            ledger.closed[ending] += self.copies;
        }
        self.book_case(device, case, self.now, Some(ending), ledger);
        self.trail(Change::CaseClosed, device as u64 + 2 * ending as u64);
        witness.note(self.now, Note::CaseClosed(device, ending));
    }

    /// Whether the window has begun, so that events are counted. Events before it, in a warm-up, still have their
    /// effects.
    fn is_counted(&self) -> bool {
        self.start <= self.now
    }

    /// Whether no case is open and only the registered supplier has schedules: nothing unwanted comes until the next
    /// switch.
    pub fn is_settled(&self) -> bool {
        !self.any_case() && self.schedules.iter().all(|schedule| schedule.owner == self.registered)
    }

    /// Counts a case that ends, or is open at the horizon.
    fn book_case(&mut self, device: usize, case: Case, until: Instant, ending: Option<Ending>, ledger: &mut Ledger) {
        let progress = &self.progress[case.switch];
        let end = CaseEnd {
            meter: self.plan,
            switch: &self.plan.switches[case.switch],
            device,
            copies: self.copies,
            opened: case.opened,
            sent: progress.submitted[device],
            until,
            ending,
            risked_before: progress.at_supply_risk,
        };
        if device == self.plan.pusher as usize {
            self.tally.fate = Some(end.fate());
        }
        if let Some((cause, sums)) = end.count(ledger, self.civil) {
            self.progress[case.switch].at_supply_risk |= !sums.supply_risk.is_nothing();
            ledger.book(cause, self.plan, self.suppliers_of(case.switch), &sums);
        }
    }

    /// Books reads and E4s of the current switch under its cause.
    fn flush_tally(&mut self, ledger: &mut Ledger) {
        let tally = std::mem::take(&mut self.tally);
        let Some(k) = self.current.filter(|_| !tally.unwanted.is_nothing()) else { return };
        let fate = tally.fate.unwrap_or(CaseFate::Other);
        let cause = cause::of(self.plan, &self.plan.switches[k], self.plan.pusher as usize, fate);
        let sums = CaseSums { unwanted: tally.unwanted.times(self.copies), ..CaseSums::default() };
        ledger.book(cause, self.plan, self.suppliers_of(k), &sums);
    }

    fn flush_not_initiated(&mut self, ledger: &mut Ledger) {
        if let (Some(since), Some(k)) = (self.not_initiated_since.take(), self.current) {
            let switch = &self.plan.switches[k];
            let (kind, owner) = (self.plan.kind, Owner::of(switch.class, switch.erroneous));
            ledger.hold(|l| &mut l.not_initiated[kind][owner], since, self.now, self.civil, self.copies);
        }
    }

    /// Updates values derived from the state after a step.
    fn settle(&mut self, ledger: &mut Ledger) {
        let counts = self.any_case() && self.current.is_some_and(|k| !self.submitted(k));
        if counts && self.not_initiated_since.is_none() {
            self.not_initiated_since = Some(self.now);
        } else if !counts {
            self.flush_not_initiated(ledger);
        }
        self.look_ahead();
    }
}
