//! The walk of one meter point: a small state machine that steps from one change of state to the next and counts what is
//! periodic in between. It goes alone, or is driven by an agenda where a supplier's capacity couples it to others; the
//! result is the same. `docs/semantics.md` says what each step means to the second.

use super::cause::{self, Cause, Fate};
use super::civil::{Civil, date_of, day_of};
use super::emission::{self, Blocks, Books, Loss, Still, Stretch};
use super::ledger::{AlertClass, Ending, Ledger, Outcome, Owner, ReadKind, Reference};
use super::plan::{
    Calendar, Chase, Class, Detector, Every, Fuel, MeterPlan, Recurrence, Schedule, ScheduleRemoval, Sending,
    SupplierId, SwitchPlan,
};
use super::witness::{Note, Witness};
use crate::engine::digest::EventHash;
use crate::engine::time::{Instant, Seconds};

/// When the calendar of a plan was set: before any window that a scenario may name.
const LONG_AGO: Instant = Instant(0);

/// The rank of a supplier's opening within a second: after all requests (R2).
pub const OPENING_RANK: u8 = 7;

/// A 6.23 that joins a supplier's backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joining {
    /// Whose backlog.
    pub supplier: SupplierId,
    /// When the supplier meant to send it.
    pub intended: Instant,
    /// Which switch of the meter.
    pub switch: usize,
    /// Which device.
    pub device: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Off the WAN, or back.
    Wan(bool),
    /// Something that only splits the stretch: a filter or black hole begins, a portfolio catches up.
    Split,
    Register(usize),
    Withdraw(usize),
    CopyChange(usize),
    Due(usize, usize),
    Arrive(Command),
    DeleteSchedules(SupplierId),
    CreateSchedules(usize),
    SendDelete(usize),
    SendThin(usize),
    Turn(usize, usize),
    Configure(usize),
    Ask(usize, usize),
    Join(usize, usize),
}

/// A command on its way to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Command {
    release: Instant,
    future_dated: bool,
    switch: usize,
    device: usize,
    sender: SupplierId,
    kind: CommandKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommandKind {
    Cos,
    Thin,
    Configure,
}

/// Second, rank (R2), then the order among equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    at: Instant,
    rank: u8,
    release: Instant,
    immediate: bool,
    kind: u8,
    switch: usize,
    device: usize,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    switch: usize,
    opened: Instant,
}

/// What the current switch has counted for its cause, and the reading device's last case under it.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    leaked: u64,
    e4: u64,
    fate: Option<Fate>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    submitted: [bool; 2],
    failed: [u32; 2],
    in_backlog: [bool; 2],
    cancelled: bool,
    spoiled: bool,
}

/// One meter point on its way through the window.
pub struct Walk<'a> {
    plan: &'a MeterPlan,
    civil: &'a Civil,
    copies: u64,
    now: Instant,
    horizon: Instant,
    start: Instant,
    on_wan: bool,
    holder: [SupplierId; 2],
    calendar: Option<(Calendar, Instant)>,
    schedules: Vec<Schedule>,
    registered: SupplierId,
    current: Option<usize>,
    cases: [Option<Case>; 2],
    last_release: [Option<(Instant, bool)>; 2],
    progress: Vec<Progress>,
    pending: Vec<(Order, Event)>,
    waiting: Vec<Command>,
    // Losing-supplier chases of the current switch wait for this marker.
    unwanted_at: Option<Instant>,
    unwanted_seen: bool,
    not_initiated_since: Option<Instant>,
    pull_closed: Option<Instant>,
    tally: Tally,
    leaked: u64,
    hash: EventHash,
}

impl<'a> Walk<'a> {
    /// A walk over the window `window_start .. horizon`. `copies` is normally the plan's; a coupled meter is walked copy by copy.
    pub fn new(plan: &'a MeterPlan, copies: u64, window_start: Instant, horizon: Instant, civil: &'a Civil) -> Self {
        let mut walk = Self {
            plan,
            civil,
            copies,
            now: window_start,
            horizon,
            start: window_start,
            on_wan: true,
            holder: [plan.holder; 2],
            calendar: plan.practice.calendar.map(|c| (c, LONG_AGO)),
            schedules: plan.practice.schedules.clone(),
            registered: plan.holder,
            current: None,
            cases: [None; 2],
            last_release: [None; 2],
            progress: vec![Progress::default(); plan.switches.len()],
            pending: Vec::with_capacity(8),
            waiting: Vec::new(),
            unwanted_at: None,
            unwanted_seen: false,
            not_initiated_since: None,
            pull_closed: None,
            tally: Tally::default(),
            leaked: 0,
            hash: EventHash::new(plan.id.0),
        };
        walk.lay_out();
        // What was sent before the window opens has happened all the same.
        if let Some((first, _)) = walk.next() {
            walk.now = walk.now.min(first);
        }
        walk
    }

    /// Puts what is known from the outset on the list.
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
        // A turn beyond the horizon is kept: a request with a turn to come is not given another.
        if at >= self.horizon && !matches!(event, Event::Turn(..) | Event::Join(..)) {
            return;
        }
        let mut order = Order { at, rank: 0, release: at, immediate: false, kind: 0, switch: 0, device: 0 };
        let (rank, kind, switch, device) = match event {
            Event::Wan(_) | Event::Split => (0, 0, 0, 0),
            Event::Register(k) => (1, 0, k, 0),
            Event::Withdraw(k) => (1, 1, k, 0),
            Event::CopyChange(k) => (2, 0, k, 0),
            Event::Due(k, device) => (3, 0, k, device),
            Event::Arrive(command) => {
                order.release = command.release;
                order.immediate = !command.future_dated;
                (if command.kind == CommandKind::Cos { 3 } else { 4 }, 0, command.switch, command.device)
            }
            Event::DeleteSchedules(_) => (4, 1, 0, 0),
            Event::CreateSchedules(k) => (4, 2, k, 0),
            Event::SendDelete(k) => (6, 0, k, 0),
            Event::SendThin(k) => (6, 1, k, 0),
            Event::Turn(k, device) => (6, 2, k, device),
            Event::Configure(k) => (6, 3, k, 0),
            Event::Ask(k, chase) => (6, 4, k, chase),
            Event::Join(k, device) => (6, 5, k, device),
        };
        (order.rank, order.kind, order.switch, order.device) = (rank, kind, switch, device);
        self.pending.push((order, event));
    }

    /// The meter, for the order among simultaneous turns.
    pub fn id(&self) -> crate::model::plan::MeterId {
        self.plan.id
    }

    /// Second and rank of the next step, if any is left before the horizon.
    pub fn next(&self) -> Option<(Instant, u8)> {
        let event =
            self.pending.iter().map(|(order, _)| (order.at, order.rank)).min().filter(|(at, _)| *at < self.horizon);
        let marker = self.unwanted_at.map(|at| (at, 5));
        match (event, marker) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Takes the next step. A 6.23 that joins a backlog is handed to the caller.
    pub fn step(&mut self, ledger: &mut Ledger, witness: &mut impl Witness) -> Option<Joining> {
        let (at, rank) = self.next()?;
        self.advance(at, ledger, witness);
        let earliest = (0..self.pending.len()).min_by_key(|&i| self.pending[i].0);
        let mut joining = None;
        match earliest {
            Some(i) if (self.pending[i].0.at, self.pending[i].0.rank) == (at, rank) => {
                let (_, event) = self.pending.swap_remove(i);
                joining = self.happen(event, ledger, witness);
            }
            _ => self.first_unwanted(witness),
        }
        self.settle(ledger);
        joining
    }

    /// Walks to the horizon and closes the books.
    pub fn finish(mut self, ledger: &mut Ledger, witness: &mut impl Witness) {
        while self.next().is_some() {
            self.step(ledger, witness);
        }
        self.advance(self.horizon, ledger, witness);
        self.flush_not_initiated(ledger);
        for device in 0..self.plan.devices as usize {
            if let Some(case) = self.cases[device].take() {
                ledger.open += self.copies;
                self.book_case(device, case, self.horizon, Fate::Other, ledger);
            }
        }
        self.flush_tally(ledger);
        if self.leaked > 0 {
            *ledger.leaks_per_meter.entry(self.leaked).or_default() += self.copies;
        }
        if let Some(each) = &mut ledger.each_meter {
            *each.entry(self.plan.id).or_default() += self.leaked * self.copies;
        }
        for _ in 0..self.copies {
            ledger.fingerprint.add(self.hash);
        }
    }

    // --- Time ------------------------------------------------------------------------------------------------------

    /// Counts the stretch from the last change of state to `until`.
    fn advance(&mut self, until: Instant, ledger: &mut Ledger, witness: &mut impl Witness) {
        let from = self.now;
        if until <= from {
            return;
        }
        self.now = until;
        let copy = self.copy_at(from, from);
        let in_window = until.min(self.horizon) - from.max(self.start);
        if in_window.0 > 0 {
            let gaps = (0..self.plan.devices as usize)
                .filter(|&d| self.holder[d] != self.registered || copy != self.registered)
                .count();
            ledger.gap += gaps as u64 * in_window.0 as u64 * self.copies;
        }
        let still = self.still(from.max(self.plan.watch).max(self.start), until.min(self.horizon), from, copy);
        if still.from < still.until {
            self.count_pushes(&still, ledger, witness);
            self.count_runs(&still, ledger, witness);
        }
    }

    fn still(&self, from: Instant, until: Instant, at: Instant, copy: SupplierId) -> Still {
        Still {
            from,
            until,
            registered: self.registered,
            copy,
            holder: self.holder[self.plan.pusher as usize],
            on_wan: self.on_wan,
            blocks: self.blocks(at),
        }
    }

    fn blocks(&self, at: Instant) -> Blocks {
        let mut blocks = Blocks::default();
        for filter in self.plan.filters.iter().filter(|f| f.from <= at) {
            blocks.pushed_reads |= filter.blocks_pushed_reads();
            blocks.dcc_alerts |= filter.dcc_alerts;
        }
        blocks
    }

    fn count_pushes(&mut self, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        let Some((calendar, since)) = self.calendar else {
            return;
        };
        let loss = self.loss_of(still.holder);
        let (hole, lagging) = self.black_hole(still.holder, still.from);
        let mut books = Books { ledger, copies: self.copies };
        let mut leaked = 0;
        emission::pushes(&calendar, since, still, loss, self.civil, |kind, stretch| {
            let discards = discards(hole, lagging, kind);
            let delivered = books.pushed(kind, stretch, still, discards);
            if delivered && kind == ReadKind::Leaked {
                leaked += u64::from(stretch.count);
            }
            witness.note(stretch.first, Note::Pushed(kind, still.holder, stretch, delivered));
        });
        self.tally.leaked += leaked;
        self.leaked += leaked;
    }

    fn count_runs(&mut self, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        for i in 0..self.schedules.len() {
            let schedule = self.schedules[i];
            let owner = schedule.owner;
            let loss = self.loss_of(owner);
            let (hole, lagging) = self.black_hole(owner, still.from);
            let mut books = Books { ledger, copies: self.copies };
            let tally = &mut self.tally;
            let (mut leaked, mut closed) = (0, loss.is_some_and(|l| self.pull_closed == Some(l.ssd)));
            let was_closed = closed;
            emission::runs(&schedule, still.from, still.until, |stretch| {
                if still.copy != owner {
                    let delivered = books.dcc_alerts(AlertClass::E4, owner, stretch, still);
                    if delivered && owner != still.registered {
                        tally.e4 += u64::from(stretch.count);
                    }
                    witness.note(stretch.first, Note::DccAlert(AlertClass::E4, owner, stretch, delivered));
                } else if !still.on_wan || still.holder != owner {
                    books.requests(stretch.first, Reference::Scheduled, Outcome::Failed, u64::from(stretch.count));
                } else if let Some(loss) = loss {
                    for n in 0..stretch.count {
                        let one = Stretch { first: stretch.first + Seconds::days(i64::from(n)), count: 1 };
                        let kind = emission::pulled_kind(&schedule, one.first, loss, self.civil, &mut closed);
                        books.pulled(kind, one, discards(hole, lagging, kind));
                        leaked += u64::from(kind == ReadKind::Leaked);
                        witness.note(one.first, Note::Pulled(kind, owner, one));
                    }
                } else {
                    books.pulled(ReadKind::Rightful, stretch, discards(hole, lagging, ReadKind::Rightful));
                    witness.note(stretch.first, Note::Pulled(ReadKind::Rightful, owner, stretch));
                }
            });
            if closed && !was_closed {
                self.pull_closed = loss.map(|l| l.ssd);
            }
            self.tally.leaked += leaked;
            self.leaked += leaked;
        }
    }

    // --- What is known of suppliers -----------------------------------------------------------------------------------

    /// DCC's copy as seen at `at` for the second `second` (R9).
    fn copy_at(&self, at: Instant, second: Instant) -> SupplierId {
        self.shown_at(at, second).map_or(self.plan.holder, |k| self.plan.switches[k].to)
    }

    /// The switch by which DCC knows the supplier of a second.
    fn shown_at(&self, at: Instant, second: Instant) -> Option<usize> {
        let shows = |s: &SwitchPlan| s.ssd <= second && s.known <= at && s.withdrawn.is_none_or(|w| w > at);
        self.plan.switches.iter().rposition(shows)
    }

    /// The SSD at which an unregistered supplier lost the meter.
    fn loss_of(&self, supplier: SupplierId) -> Option<Loss> {
        if supplier == self.registered {
            return None;
        }
        let current = self.current?;
        let so_far = self.plan.switches[..=current].iter().enumerate().rev().filter(|(_, s)| s.withdrawn.is_none());
        so_far
            .filter(|(k, s)| self.registered_before(*k) == supplier && s.to != supplier)
            .map(|(_, s)| Loss { ssd: s.ssd, date: s.date })
            .next()
    }

    fn registered_before(&self, k: usize) -> SupplierId {
        let earlier = self.plan.switches[..k].iter().rev().find(|s| s.withdrawn.is_none());
        earlier.map_or(self.plan.holder, |s| s.to)
    }

    /// Whether a supplier black-holes, and whether its portfolio lags because the meter has just come back to it.
    fn black_hole(&self, supplier: SupplierId, at: Instant) -> (bool, bool) {
        let Some((_, hole)) = self.plan.black_holes.iter().find(|(s, hole)| *s == supplier && hole.from <= at) else {
            return (false, false);
        };
        let lagging = self.registered == supplier
            && self.current.is_some_and(|k| {
                let came_back = self.plan.holder == supplier
                    || self.plan.switches[..k].iter().any(|s| s.withdrawn.is_none() && s.to == supplier);
                came_back && at < self.plan.switches[k].ssd + hole.portfolio_lag
            });
        (true, lagging)
    }

    fn any_case(&self) -> bool {
        self.cases.iter().any(Option::is_some)
    }

    fn submitted(&self, k: usize) -> bool {
        self.progress[k].submitted.iter().any(|s| *s)
    }

    // --- Events --------------------------------------------------------------------------------------------------------

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
                for schedule in &self.plan.switches[k].practice.schedules {
                    self.schedules.push(*schedule);
                    witness.note(at, Note::ScheduleCreated(*schedule));
                }
                self.trail(10, u64::from(to.0));
            }
            Event::SendDelete(k) => self.send_delete(k, ledger, witness),
            Event::SendThin(k) => self.send_thin(k, ledger, witness),
            Event::Turn(k, device) => {
                self.turn(k, device, ledger, witness);
            }
            Event::Configure(k) => self.configure(k, ledger, witness),
            Event::Ask(k, chase) => self.ask(k, self.plan.switches[k].chases[chase], witness),
            Event::Join(k, device) => {
                let supplier = self.plan.switches[k].to;
                self.progress[k].in_backlog[device] = true;
                witness.note(at, Note::JoinedBacklog(supplier, device));
                return Some(Joining { supplier, intended: at, switch: k, device });
            }
        }
        None
    }

    /// Takes a change of state into the fingerprint.
    fn trail(&mut self, kind: u8, detail: u64) {
        self.hash.event(self.now.0, kind, detail);
    }

    fn wan(&mut self, on: bool, witness: &mut impl Witness) {
        self.on_wan = on;
        self.trail(1, u64::from(on));
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
                let ending = if self.holder[device] == to { Ending::Returned } else { Ending::Superseded };
                self.close(device, case, ending, ledger, witness);
            }
        }
        self.flush_tally(ledger);
        self.registered = to;
        self.current = Some(k);
        self.unwanted_seen = false;
        ledger.switches[0] += self.copies;
        self.trail(2, u64::from(to.0));
        witness.note(self.now, Note::Registered(to));
        for device in 0..self.plan.devices as usize {
            if self.holder[device] != to {
                self.open(device, k, ledger, witness);
            }
        }
        for (i, chase) in self.plan.switches[k].chases.iter().enumerate() {
            if chase.detector == Detector::Monitoring {
                self.push((self.now + chase.detection).max(chase.from), Event::Ask(k, i));
            }
        }
    }

    fn withdraw(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let to = self.plan.switches[k].to;
        if self.start <= self.now {
            ledger.switches[1] += self.copies;
        }
        self.trail(3, u64::from(to.0));
        witness.note(self.now, Note::Withdrawn(to));
        if self.progress[k].cancelled {
            self.spoil(k, ledger);
        }
    }

    fn spoil(&mut self, k: usize, ledger: &mut Ledger) {
        // Once a switch, whatever was cancelled for it.
        if !self.progress[k].spoiled && self.start <= self.now {
            ledger.spoiled += self.copies;
        }
        self.progress[k].spoiled = true;
    }

    fn copy_change(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let to = self.plan.switches[k].to;
        if self.shown_at(self.now, self.now) != Some(k) {
            return;
        }
        self.trail(4, u64::from(to.0));
        witness.note(self.now, Note::CopyShows(to));
        if self.plan.removal == ScheduleRemoval::Ssd {
            self.remove_schedules(to, ledger, witness);
        }
    }

    fn open(&mut self, device: usize, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        if device == self.plan.pusher as usize {
            // What was counted so far belongs to the case before, if there was one under this switch.
            self.flush_tally(ledger);
        }
        self.cases[device] = Some(Case { switch: k, opened: self.now });
        ledger.opened += self.copies;
        self.trail(5, device as u64);
        witness.note(self.now, Note::CaseOpened(device));
    }

    fn close(&mut self, device: usize, case: Case, ending: Ending, ledger: &mut Ledger, witness: &mut impl Witness) {
        ledger.closed[ending as usize] += self.copies;
        let fate = match ending {
            Ending::Executed => Fate::Executed(self.now),
            Ending::Superseded => Fate::Superseded,
            Ending::Returned => Fate::Other,
        };
        self.book_case(device, case, self.now, fate, ledger);
        self.trail(6, device as u64 + 2 * ending as u64);
        witness.note(self.now, Note::CaseClosed(device, ending));
    }

    fn book_case(&mut self, device: usize, case: Case, until: Instant, fate: Fate, ledger: &mut Ledger) {
        let seconds = (until - case.opened).0 as u64 * self.copies;
        let cause = cause::of(self.plan, &self.plan.switches[case.switch], device, fate);
        let sums = &mut ledger.causes[cause as usize][self.plan.fuel as usize];
        sums.cases += self.copies;
        sums.exposure += seconds;
        ledger.exposure += seconds;
        ledger.hold(|l| &mut l.open_cases, case.opened, until, self.civil, self.copies);
        if device == self.plan.pusher as usize {
            self.tally.fate = Some(fate);
        }
    }

    /// Books reads and E4s of the current switch under its cause.
    fn flush_tally(&mut self, ledger: &mut Ledger) {
        let tally = std::mem::take(&mut self.tally);
        let cause = match self.current {
            Some(k) => cause::of(
                self.plan,
                &self.plan.switches[k],
                self.plan.pusher as usize,
                tally.fate.unwrap_or(Fate::Other),
            ),
            None => Cause::OnTime,
        };
        let sums = &mut ledger.causes[cause as usize][self.plan.fuel as usize];
        sums.leaked += tally.leaked * self.copies;
        sums.e4 += tally.e4 * self.copies;
    }

    fn flush_not_initiated(&mut self, ledger: &mut Ledger) {
        if let (Some(since), Some(k)) = (self.not_initiated_since.take(), self.current) {
            let switch = &self.plan.switches[k];
            let owner = Owner::of(switch.class, switch.erroneous);
            ledger.hold(|l| &mut l.not_initiated[owner as usize], since, self.now, self.civil, self.copies);
        }
    }

    /// Keeps what follows from the state up to date after a step.
    fn settle(&mut self, ledger: &mut Ledger) {
        let counts = self.any_case() && self.current.is_some_and(|k| !self.submitted(k));
        if counts && self.not_initiated_since.is_none() {
            self.not_initiated_since = Some(self.now);
        } else if !counts {
            self.flush_not_initiated(ledger);
        }
        self.unwanted_at = self.look_ahead().filter(|at| *at < self.horizon);
    }

    // --- Commands and certificates -----------------------------------------------------------------------------------

    fn due(&mut self, k: usize, device: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (at, switch) = (self.now, &self.plan.switches[k]);
        let request = &switch.cos[device];
        if self.copy_at(at, at) != switch.to {
            self.request(Reference::R6_23, Outcome::E4WhenDue, switch.to, ledger, witness);
            self.again(k, device, at + request.retry);
        } else if self.progress[k].failed[device] < request.fails {
            self.progress[k].failed[device] += 1;
            self.request(Reference::R6_23, Outcome::Failed, switch.to, ledger, witness);
            self.again(k, device, at + request.retry);
        } else {
            let command = Command {
                release: at,
                future_dated: true,
                switch: k,
                device,
                sender: switch.to,
                kind: CommandKind::Cos,
            };
            self.arrive(command, ledger, witness);
        }
    }

    fn arrive(&mut self, command: Command, ledger: &mut Ledger, witness: &mut impl Witness) {
        let reference = if command.kind == CommandKind::Cos { Reference::R6_23 } else { Reference::R6_8 };
        if !self.on_wan {
            self.waiting.push(command);
            witness.note(self.now, Note::WaitsForWan(reference));
            return;
        }
        let overtaken = self.last_release[command.device].is_some_and(|(last, _)| command.release < last);
        let trusted = command.kind == CommandKind::Cos || self.holder[command.device] == command.sender;
        if overtaken || !trusted {
            self.request(reference, Outcome::Failed, command.sender, ledger, witness);
            return;
        }
        self.last_release[command.device] = Some((command.release, command.future_dated));
        match command.kind {
            CommandKind::Cos => self.change_certificate(command, ledger, witness),
            CommandKind::Thin => self.thin(command, ledger, witness),
            CommandKind::Configure => {
                self.calendar = self.plan.switches[command.switch].practice.calendar.map(|c| (c, self.now));
                self.trail(8, u64::from(self.calendar.is_some()));
                witness.note(self.now, Note::CalendarSet(self.calendar.is_some()));
            }
        }
    }

    fn change_certificate(&mut self, command: Command, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (device, sender) = (command.device, command.sender);
        self.holder[device] = sender;
        self.trail(7, u64::from(sender.0) << 1 | device as u64);
        witness.note(self.now, Note::CertificateChanged(sender, device));
        if sender == self.registered {
            if let Some(case) = self.cases[device].take() {
                self.close(device, case, Ending::Executed, ledger, witness);
            }
        } else if let (None, Some(k)) = (self.cases[device], self.current) {
            self.open(device, k, ledger, witness);
            self.send_again_after_reopening(k, device);
        }
        if device == self.plan.pusher as usize {
            if self.plan.removal == ScheduleRemoval::CosSuccess {
                self.remove_schedules(sender, ledger, witness);
            }
            if let (true, Some(after)) = (sender == self.registered, self.plan.switches[command.switch].configures) {
                self.push(self.now + after, Event::Configure(command.switch));
            }
        }
    }

    /// The registered supplier means to send again, as late after the reopening as it first meant to after SSD.
    fn send_again_after_reopening(&mut self, k: usize, device: usize) {
        let switch = &self.plan.switches[k];
        let (Sending::At(first) | Sending::Queued(first)) = switch.cos[device].sending else { return };
        // A turn that is still to come, also in a backlog, stands.
        if self.turn_of(k, device).is_none() && !self.progress[k].in_backlog[device] {
            let delay = (first - switch.ssd).max(Seconds(0));
            self.again(k, device, self.now + delay);
        }
    }

    fn turn_of(&self, k: usize, device: usize) -> Option<usize> {
        self.pending.iter().position(|(_, e)| *e == Event::Turn(k, device) || *e == Event::Join(k, device))
    }

    fn remove_schedules(&mut self, keeps: SupplierId, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (at, copies) = (self.now, self.copies);
        let still = self.still(at, at, at, self.copy_at(at, at));
        let counted = at >= self.plan.watch && at >= self.start;
        self.take_schedules(
            |s| s.owner != keeps,
            |schedule| {
                witness.note(at, Note::ScheduleRemoved(schedule, true));
                if counted {
                    let notice = Stretch { first: at, count: 1 };
                    let delivered =
                        Books { ledger, copies }.dcc_alerts(AlertClass::Notice, schedule.owner, notice, &still);
                    witness.note(at, Note::DccAlert(AlertClass::Notice, schedule.owner, notice, delivered));
                }
            },
        );
    }

    fn take_schedules(&mut self, which: impl Fn(&Schedule) -> bool, mut each: impl FnMut(Schedule)) {
        let (gone, kept): (Vec<_>, Vec<_>) = self.schedules.iter().partition(|s| which(s));
        self.schedules = kept;
        self.trail(9, gone.len() as u64);
        gone.into_iter().for_each(&mut each);
    }

    fn thin(&mut self, command: Command, ledger: &mut Ledger, witness: &mut impl Witness) {
        self.calendar = match (self.plan.fuel, self.calendar) {
            (Fuel::Electricity, Some((calendar, _))) => {
                let due = Recurrence { anchor: clamp_to_28(self.civil, self.now), every: Every::Months(12) };
                Some((Calendar { due, ..calendar }, self.now))
            }
            _ => None,
        };
        self.trail(8, 2 + u64::from(self.calendar.is_some()));
        witness.note(self.now, Note::CalendarSet(self.calendar.is_some()));
        let k = command.switch;
        self.progress[k].cancelled = true;
        if self.plan.switches[k].withdrawn.is_some_and(|w| w <= self.now) {
            self.spoil(k, ledger);
        }
    }

    // --- Requests ------------------------------------------------------------------------------------------------------

    fn request(
        &mut self,
        reference: Reference,
        outcome: Outcome,
        sender: SupplierId,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) {
        self.requests(reference, outcome, 1, sender, ledger, witness);
    }

    fn requests(
        &mut self,
        reference: Reference,
        outcome: Outcome,
        count: u64,
        sender: SupplierId,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) {
        Books { ledger, copies: self.copies }.requests(self.now, reference, outcome, count);
        self.trail(11, (reference as u64) << 8 | outcome as u64);
        witness.note(self.now, Note::Request(reference, outcome, sender));
    }

    /// Sets a device's one turn to come.
    fn again(&mut self, k: usize, device: usize, at: Instant) {
        let queued = matches!(self.plan.switches[k].cos[device].sending, Sending::Queued(_));
        if let Some(pending) = self.turn_of(k, device) {
            self.pending.swap_remove(pending);
        }
        self.push(at, if queued { Event::Join(k, device) } else { Event::Turn(k, device) });
    }

    /// A turn of a queued 6.23 at a supplier's opening. Says whether it took capacity.
    pub fn grant(&mut self, at: Instant, joining: &Joining, ledger: &mut Ledger, witness: &mut impl Witness) -> bool {
        self.advance(at, ledger, witness);
        self.progress[joining.switch].in_backlog[joining.device] = false;
        let sent = self.turn(joining.switch, joining.device, ledger, witness);
        self.settle(ledger);
        sent
    }

    /// A turn of one device's 6.23 (R9). Says whether something was sent.
    fn turn(&mut self, k: usize, device: usize, ledger: &mut Ledger, witness: &mut impl Witness) -> bool {
        let (at, switch) = (self.now, &self.plan.switches[k]);
        let request = &switch.cos[device];
        let gone = switch.withdrawn.is_some_and(|w| w <= at) || self.current.is_some_and(|current| current > k);
        if gone {
            self.request(Reference::R6_23, Outcome::Abandoned, switch.to, ledger, witness);
            return false;
        }
        let started = self.current == Some(k);
        if started && self.holder[device] == switch.to && self.cases[device].is_none() {
            return false;
        }
        self.progress[k].submitted[device] = true;
        Books { ledger, copies: self.copies }.cos_sent(at);
        let acts = at.max(switch.ssd);
        if self.copy_at(at, acts) != switch.to {
            self.request(Reference::R6_23, Outcome::E4, switch.to, ledger, witness);
            self.again(k, device, at + request.retry);
            return true;
        }
        self.request(Reference::R6_23, Outcome::Accepted, switch.to, ledger, witness);
        if at < switch.ssd {
            witness.note(at, Note::FutureDated(switch.to, device));
            self.push(switch.ssd, Event::Due(k, device));
        } else if self.progress[k].failed[device] < request.fails {
            self.progress[k].failed[device] += 1;
            self.request(Reference::R6_23, Outcome::Failed, switch.to, ledger, witness);
            self.again(k, device, at + request.retry);
        } else {
            let command = Command {
                release: at,
                future_dated: false,
                switch: k,
                device,
                sender: switch.to,
                kind: CommandKind::Cos,
            };
            self.push(at + request.latency.max(Seconds(1)), Event::Arrive(command));
        }
        true
    }

    fn send_delete(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (at, switch, sender) = (self.now, &self.plan.switches[k], self.registered_before(k));
        let own = self.schedules.iter().filter(|s| s.owner == sender).count() as u64;
        if switch.withdrawn.is_some_and(|w| w <= at) || own == 0 {
            return;
        }
        let late = at >= switch.ssd || self.copy_at(at, at) != sender;
        let outcome = if late { Outcome::E4 } else { Outcome::Accepted };
        self.requests(Reference::R5_3, outcome, own, sender, ledger, witness);
        if !late {
            self.progress[k].cancelled = true;
            self.push(at + Seconds(1), Event::DeleteSchedules(sender));
        }
    }

    fn send_thin(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (at, switch, sender) = (self.now, &self.plan.switches[k], self.registered_before(k));
        let worth_it = self.calendar.is_some_and(|(c, _)| c.due.every != Every::Months(12));
        if switch.withdrawn.is_some_and(|w| w <= at) || !worth_it {
            return;
        }
        if at >= switch.ssd || self.copy_at(at, at) != sender {
            self.request(Reference::R6_8, Outcome::E4, sender, ledger, witness);
            return;
        }
        self.request(Reference::R6_8, Outcome::Accepted, sender, ledger, witness);
        self.send_calendar(k, k, sender, CommandKind::Thin);
    }

    fn send_calendar(&mut self, switch: usize, faults_of: usize, sender: SupplierId, kind: CommandKind) {
        let device = self.plan.pusher as usize;
        let latency = self.plan.switches[faults_of].cos[device].latency.max(Seconds(1));
        let command = Command { release: self.now, future_dated: false, switch, device, sender, kind };
        self.push(self.now + latency, Event::Arrive(command));
    }

    fn configure(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let switch = &self.plan.switches[k];
        let schedules = switch.practice.schedules.len() as u64;
        let accepted = self.copy_at(self.now, self.now) == switch.to;
        let outcome = if accepted { Outcome::Accepted } else { Outcome::E4 };
        self.request(Reference::R6_8, outcome, switch.to, ledger, witness);
        if schedules > 0 {
            self.requests(Reference::R5_1, outcome, schedules, switch.to, ledger, witness);
        }
        if accepted {
            self.send_calendar(k, k, switch.to, CommandKind::Configure);
            self.push(self.now + Seconds(1), Event::CreateSchedules(k));
        }
    }

    // --- Chasing (R18) ---------------------------------------------------------------------------------------------------

    /// When the first unwanted alert since SSD will be delivered if nothing changes, where somebody waits for it.
    fn look_ahead(&self) -> Option<Instant> {
        let k = self.current?;
        let waits = !self.unwanted_seen
            && self.any_case()
            && self.plan.switches[k].chases.iter().any(|c| c.detector == Detector::LosingSupplier);
        if !waits {
            return None;
        }
        let from = self.now.max(self.plan.watch);
        let copy = self.copy_at(self.now, self.now);
        let blocks = self.blocks(self.now);
        let holder = self.holder[self.plan.pusher as usize];
        let push = self.calendar.filter(|_| self.on_wan && !(blocks.pushed_reads && copy != holder)).and_then(
            |(calendar, since)| {
                let loss = self.loss_of(holder)?;
                Some(emission::first_leaked_push(&calendar, since, from, loss, self.civil))
            },
        );
        let e4 = self
            .schedules
            .iter()
            .filter(|s| s.owner != copy && s.owner != self.registered && !blocks.dcc_alerts)
            .map(|s| emission::first_run(s, from))
            .min();
        push.into_iter().chain(e4).min()
    }

    fn first_unwanted(&mut self, witness: &mut impl Witness) {
        self.unwanted_seen = true;
        self.unwanted_at = None;
        witness.note(self.now, Note::FirstUnwanted);
        let Some(k) = self.current else { return };
        for (i, chase) in self.plan.switches[k].chases.iter().enumerate() {
            if chase.detector == Detector::LosingSupplier {
                self.push((self.now + chase.detection).max(chase.from), Event::Ask(k, i));
            }
        }
    }

    fn ask(&mut self, k: usize, chase: Chase, witness: &mut impl Witness) {
        let switch = &self.plan.switches[k];
        let is_user = switch.user_from.map_or(switch.class != Class::NonUser, |from| from <= self.now);
        if self.current != Some(k) || !self.any_case() || !is_user {
            return;
        }
        witness.note(self.now, Note::Asked(chase.detector));
        let Some(response) = chase.response else {
            return;
        };
        let answer = self.now + response.max(Seconds(1));
        for device in 0..self.plan.devices as usize {
            let queued = matches!(switch.cos[device].sending, Sending::Queued(_));
            if self.progress[k].submitted[device] || queued {
                continue;
            }
            match self.turn_of(k, device) {
                Some(i) if self.pending[i].0.at <= answer => {}
                Some(i) => {
                    self.pending.swap_remove(i);
                    self.push(answer, Event::Turn(k, device));
                }
                // A turn that has passed because nothing was needed is not revived.
                None if switch.cos[device].sending == Sending::Never => self.push(answer, Event::Turn(k, device)),
                None => {}
            }
        }
    }
}

/// Whether a black-holing supplier discards such a read (domain 7, row 10).
fn discards(black_hole: bool, lagging: bool, kind: ReadKind) -> bool {
    black_hole
        && match kind {
            ReadKind::Leaked | ReadKind::Repeated => true,
            ReadKind::Rightful => lagging,
            ReadKind::Closing => false,
        }
}

fn clamp_to_28(civil: &Civil, at: Instant) -> crate::engine::time::Day {
    let date = date_of(civil.date(at));
    if date.day() > 28 { day_of(date).plus(28 - i32::from(date.day())) } else { day_of(date) }
}
