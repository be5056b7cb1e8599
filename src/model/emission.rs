//! Pushes and runs between two changes of state. Receiver, checks and filters are constant there and emissions are
//! periodic, so they are counted in closed form: by date arithmetic, and into the minute bins by two entries for each
//! run of days between clock changes.

use super::civil::Civil;
use super::gateway::{self, Arrival};
use super::labels::{AlertClass, Channel, FalseBlock, Outcome, Path, ReadKind, ReadStage, Reference, Stage, Standing};
use super::ledger::Ledger;
use super::plan::{
    Calendar, DeviceAlert, Every, Fuel, GatewayOutage, MeterPlan, Raised, Reading, Recurrence, Schedule, SupplierId,
    Term,
};
use super::south::{Ask, Throttled};
pub use super::stretch::Stretch;
use super::traffic::{Alert, Command, Exchange, MessageOrigin};
use super::witness::{Fate, Stop};
use crate::engine::time::{DAY, Day, Instant, Seconds};

/// What is constant between two changes of state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Still {
    /// First second of the stretch.
    pub from: Instant,
    /// First second after it.
    pub until: Instant,
    /// Registered supplier.
    pub registered: SupplierId,
    /// The supplier that the DCC's copy shows at present.
    pub copy: SupplierId,
    /// The supplier whose certificate the reading device holds; `None` after a neutral one was placed.
    pub holder: Option<SupplierId>,
    /// Whether the meter is on the WAN.
    pub on_wan: bool,
    /// Whether pushed reads (by a filter or the S1SP) and DCC alerts (by a filter) are blocked to suppliers that the
    /// copy does not show.
    pub blocks: Blocks,
}

/// What filters and the S1SP withhold from a supplier that the DCC's copy does not show.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Blocks {
    pub pushed_reads: bool,
    pub dcc_alerts: bool,
}

impl Blocks {
    /// What is withheld at a meter in a second.
    pub fn of(meter: &MeterPlan, at: Instant) -> Self {
        let mut blocks = Self { pushed_reads: meter.s1sp_checks, dcc_alerts: false };
        for filter in meter.filters.iter().filter(|filter| filter.from <= at) {
            blocks.pushed_reads |= filter.blocks_pushed_reads();
            blocks.dcc_alerts |= filter.dcc_alerts;
        }
        blocks
    }
}

impl Still {
    /// Whether the holder is a supplier that the DCC's copy does not show, so that filters concern it.
    fn is_stranger(&self) -> bool {
        self.holder.is_some_and(|holder| holder != self.copy)
    }

    fn standing(&self) -> Standing {
        self.holder.map_or(Standing::Unregistered, |holder| standing(holder, self.registered))
    }
}

/// The SSD at which a supplier lost the meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loss {
    pub ssd: Instant,
    pub date: Day,
}

/// A billing calendar, and the time in which it writes snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Writing {
    pub calendar: Calendar,
    /// First second.
    pub since: Instant,
    /// The second in which it is replaced, if it is. What it wrote before is still pushed (R3).
    pub until: Option<Instant>,
    // The first date with a snapshot, and the first later date without one, if there is one.
    first: Day,
    end: Option<Day>,
}

impl Writing {
    /// The calendar of a plan: set before any window that a scenario may name.
    pub const fn of_plan(calendar: Calendar) -> Self {
        Self { calendar, since: Instant(0), until: None, first: Day(0), end: None }
    }

    /// A calendar that is set at a second.
    pub fn since(since: Instant, calendar: Calendar, civil: &Civil) -> Self {
        Self { calendar, since, until: None, first: first_snapshot(since, civil), end: None }
    }

    /// It is replaced at a second.
    pub fn ends(&mut self, at: Instant, civil: &Civil) {
        self.until = Some(at);
        self.end = Some(first_snapshot(at, civil));
    }

    /// The first date whose push falls at or after a second.
    pub fn date_from(&self, at: Instant, civil: &Civil) -> Day {
        push_date_from(&self.calendar, civil, at)
    }

    /// The push of the first snapshot of a date at or after `day`, if there is one.
    fn first_from(&self, day: Day, civil: &Civil) -> Option<Instant> {
        let day = self.calendar.due.first_from(day.max(self.first));
        self.end.is_none_or(|end| day < end).then(|| civil.midnight(day) + self.calendar.offset)
    }
}

/// First date whose push falls at or after `at`.
fn push_date_from(calendar: &Calendar, civil: &Civil, at: Instant) -> Day {
    let day = civil.date(at - calendar.offset);
    if civil.midnight(day) + calendar.offset < at { day.plus(1) } else { day }
}

/// First UTC day whose `second` falls at or after `at`.
fn utc_day_from(second: u32, at: Instant) -> Day {
    (at - Seconds(i64::from(second)) + Seconds(DAY.0 - 1)).utc_day()
}

/// The first date whose midnight is written by a calendar set at `since`.
fn first_snapshot(since: Instant, civil: &Civil) -> Day {
    let day = civil.date(since);
    if civil.midnight(day) < since { day.plus(1) } else { day }
}

/// Days on which an alert at this second of the UTC day falls in `from .. until`, as one stretch.
fn daily(second: u32, from: Instant, until: Instant) -> Option<Stretch> {
    let (first, end) = (utc_day_from(second, from), utc_day_from(second, until));
    let count = u32::try_from(end.0 - first.0).unwrap_or(0);
    (count > 0).then(|| Stretch { first: first.utc_midnight() + Seconds(i64::from(second)), count })
}

/// When a device alert is raised in `from .. until`, as one stretch.
pub(super) fn raised(raised: Raised, from: Instant, until: Instant) -> Option<Stretch> {
    match raised {
        Raised::Daily(second) => daily(second, from, until),
        Raised::Once(at) => (from <= at && at < until).then_some(Stretch { first: at, count: 1 }),
    }
}

/// Calls `each` for the due days in `first .. end`, as stretches of consecutive days that `civil` does not split.
fn stretches(due: &Recurrence, first: Day, end: Day, civil: Option<&Civil>, mut each: impl FnMut(Day, u32)) {
    let mut day = due.first_from(first);
    while day < end {
        if due.every == Every::Days(1) {
            let split = civil.and_then(|c| c.next_change(day)).map_or(end, |change| change.min(end));
            each(day, (split.0 - day.0) as u32);
            day = split;
        } else {
            each(day, 1);
            day = due.first_from(day.plus(1));
        }
    }
}

/// Pushes while things are as in `still`, by what the read is to its receiver.
pub(super) fn pushes(
    writing: &Writing,
    still: &Still,
    loss: Option<Loss>,
    civil: &Civil,
    each: impl FnMut(ReadKind, Stretch),
) {
    let [first, end] = [still.from, still.until].map(|at| push_date_from(&writing.calendar, civil, at));
    pushes_of(writing, (first, end), (still.holder.is_none(), loss), civil, each);
}

/// Pushes of the dates `first .. end`. They are orphaned if the meter holds no supplier's certificate.
pub(super) fn pushes_of(
    writing: &Writing,
    (first, end): (Day, Day),
    (are_orphaned, loss): (bool, Option<Loss>),
    civil: &Civil,
    mut each: impl FnMut(ReadKind, Stretch),
) {
    let calendar = &writing.calendar;
    let first = first.max(writing.first);
    let end = writing.end.map_or(end, |last| end.min(last));
    if first >= end {
        return;
    }
    let mut part = |from: Day, to: Day, kind: ReadKind| {
        stretches(&calendar.due, from.max(first), to.min(end), Some(civil), |day, count| {
            each(kind, Stretch { first: civil.midnight(day) + calendar.offset, count });
        });
    };
    match loss {
        None if are_orphaned => part(first, end, ReadKind::Orphaned),
        None => part(first, end, ReadKind::Rightful),
        Some(Loss { date, .. }) => {
            part(first, date, ReadKind::Repeated);
            part(date, date.plus(1), ReadKind::Closing);
            part(date.plus(1), end, ReadKind::Leaked);
        }
    }
}

/// Runs of a schedule in `from .. until`.
pub(super) fn runs(schedule: &Schedule, from: Instant, until: Instant, mut each: impl FnMut(Stretch)) {
    let Term { first: starts, last } = schedule.term;
    let (first, end) = (utc_day_from(schedule.second, from), utc_day_from(schedule.second, until));
    let (first, end) = (starts.unwrap_or(first).max(first), last.map_or(end, |last| end.min(last.plus(1))));
    let second = Seconds(i64::from(schedule.second));
    stretches(&schedule.due, first, end, None, |day, count| {
        each(Stretch { first: day.utc_midnight() + second, count })
    });
}

/// What a pulled read is to an owner that lost the meter. `closed` records whether the pull path has had its closing
/// read.
pub(super) fn pulled_kind(schedule: &Schedule, at: Instant, loss: Loss, civil: &Civil, closed: &mut bool) -> ReadKind {
    let data = if schedule.reads.carries_midnight() { civil.midnight(civil.date(at)) } else { at };
    if data > loss.ssd {
        ReadKind::Leaked
    } else if data == civil.midnight(loss.date) && !*closed {
        *closed = true;
        ReadKind::Closing
    } else {
        ReadKind::Repeated
    }
}

/// The first leaked push at or after `from`, if there is one.
pub(super) fn first_leaked_push(writing: &Writing, from: Instant, loss: Loss, civil: &Civil) -> Option<Instant> {
    writing.first_from(push_date_from(&writing.calendar, civil, from).max(loss.date.plus(1)), civil)
}

/// The first run at or after `from`, if there is one.
pub(super) fn first_run(schedule: &Schedule, from: Instant) -> Option<Instant> {
    let Term { first, last } = schedule.term;
    let from = utc_day_from(schedule.second, from);
    let day = schedule.due.first_from(first.unwrap_or(from).max(from));
    last.is_none_or(|last| day <= last).then(|| day.utc_midnight() + Seconds(i64::from(schedule.second)))
}

/// The first push at or after `from`, whatever its content, if there is one.
pub(super) fn first_push(writing: &Writing, from: Instant, civil: &Civil) -> Option<Instant> {
    writing.first_from(push_date_from(&writing.calendar, civil, from), civil)
}

/// Books emissions of a meter and its copies into a ledger.
pub(super) struct Books<'l> {
    pub ledger: &'l mut Ledger,
    pub copies: u64,
    pub fuel: Fuel,
    pub outages: &'l [GatewayOutage],
}

/// What happens to the other device alerts of a stretch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Treatment {
    /// A filter or the S1SP withholds them from suppliers that the DCC's copy does not show.
    pub blocked: bool,
    /// Storm protection withholds them from every addressee.
    pub repeated: bool,
    /// The addressee discards them.
    pub discards: bool,
}

/// What an alert is counted under; a pushed read also counts among reads.
#[derive(Debug, Clone, Copy)]
struct Counted {
    class: AlertClass,
    standing: Standing,
    read: Option<ReadKind>,
}

impl Counted {
    /// Why it travels. A device would send the same to the registered supplier without a change of supplier.
    fn origin(&self) -> MessageOrigin {
        let ordinary = self.class.is_of_device() && self.standing == Standing::Registered;
        if ordinary { MessageOrigin::Ordinary } else { MessageOrigin::Caused }
    }
}

/// What became of the alerts of a stretch, for one copy.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    /// The number that reached their addressee before the horizon.
    pub count: u64,
    // Nearly always all share one fate, which needs no allocation.
    first: Option<(Stretch, Fate)>,
    more: Vec<(Stretch, Fate)>,
}

impl Delivered {
    fn all(stretch: Stretch, fate: Fate) -> Self {
        let mut all = Self::default();
        all.add(stretch, fate);
        all
    }

    fn add(&mut self, part: Stretch, fate: Fate) {
        if matches!(fate, Fate::Delivered { .. }) {
            self.count += u64::from(part.count);
        }
        match self.first {
            None => self.first = Some((part, fate)),
            Some(_) => self.more.push((part, fate)),
        }
    }

    /// The parts of the stretch, each with one fate.
    pub fn parts(&self) -> impl Iterator<Item = (Stretch, Fate)> {
        self.first.iter().chain(&self.more).copied()
    }

    /// When the delayed ones arrived.
    pub fn late(&self) -> impl Iterator<Item = Instant> {
        self.parts().filter_map(|(part, fate)| match fate {
            Fate::Delivered { arrives, .. } if arrives != part.first => Some(arrives),
            _ => None,
        })
    }
}

impl Books<'_> {
    /// Pushed reads of one kind.
    pub fn pushed(&mut self, kind: ReadKind, stretch: Stretch, still: &Still, discards: bool) -> Delivered {
        let blocked = still.blocks.pushed_reads && still.is_stranger();
        if blocked && still.on_wan && kind == ReadKind::Closing {
            let n = u64::from(stretch.count) * self.copies;
            self.ledger.false_blocks[FalseBlock::ClosingRead] += n;
        }
        let channel = (kind == ReadKind::Leaked).then_some(Channel::LeakedPush);
        let stop = blocked.then_some(Stop::Filter);
        let as_read = Counted { class: AlertClass::Read, standing: still.standing(), read: Some(kind) };
        self.of_device(as_read, channel, stretch, still, stop, discards)
    }

    /// Other device alerts (R17).
    pub fn device_alerts(
        &mut self,
        alert: &DeviceAlert,
        stretch: Stretch,
        still: &Still,
        Treatment { blocked, repeated, discards }: Treatment,
    ) -> Delivered {
        let kind = Counted { class: AlertClass::of(alert.critical), standing: still.standing(), read: None };
        let withheld = blocked && still.is_stranger();
        if alert.critical && still.on_wan && (withheld || still.holder.is_none()) {
            self.ledger.lost_safety += u64::from(stretch.count) * self.copies;
        }
        let stop = match (withheld, repeated) {
            (true, _) => Some(Stop::Filter),
            (false, true) => Some(Stop::StormProtection),
            (false, false) => None,
        };
        let delivered = self.of_device(kind, None, stretch, still, stop, discards);
        // An alert is lost to everyone if its only receiver discards it.
        if alert.critical && discards && still.holder.is_some() {
            self.ledger.lost_safety += delivered.count * self.copies;
        }
        delivered
    }

    /// The funnel of device alerts: over the WAN, past the filter, to the gateway.
    fn of_device(
        &mut self,
        counted: Counted,
        channel: Option<Channel>,
        stretch: Stretch,
        still: &Still,
        stop: Option<Stop>,
        discards: bool,
    ) -> Delivered {
        if !still.on_wan {
            self.count(counted, [Stage::Emitted, Stage::LostOnAir], stretch);
            return Delivered::all(stretch, Fate::LostOnAir);
        }
        self.count(counted, [Stage::Emitted, Stage::Carried], stretch);
        if let Some(stop) = stop {
            self.travels(counted, stretch, None);
            return self.block(counted, stop, stretch);
        }
        self.arrive(counted, channel, still.holder, stretch, discards)
    }

    #[inline]
    fn count<const N: usize>(&mut self, counted: Counted, stages: [Stage; N], stretch: Stretch) {
        let n = u64::from(stretch.count) * self.copies;
        let alerts = &mut self.ledger.alerts[counted.class][counted.standing];
        stages.iter().for_each(|stage| alerts[*stage] += n);
        if let Some(kind) = counted.read {
            let reads = &mut self.ledger.reads[kind][Path::Push];
            stages.into_iter().filter_map(ReadStage::of).for_each(|stage| reads[stage] += n);
        }
    }

    fn block(&mut self, counted: Counted, stop: Stop, stretch: Stretch) -> Delivered {
        self.count(counted, [Stage::Blocked], stretch);
        // The addressee already has a copy of what storm protection withholds.
        if counted.standing == Standing::Registered && stop == Stop::Filter {
            let n = u64::from(stretch.count) * self.copies;
            self.ledger.false_blocks[FalseBlock::StaleCopy] += n;
            self.bin(Channel::FalselyBlocked, stretch);
        }
        Delivered::all(stretch, Fate::Blocked(stop))
    }

    /// Delivery at the addressee's gateway. Alerts without an addressee count as delivered.
    fn arrive(
        &mut self,
        counted: Counted,
        channel: Option<Channel>,
        to: Option<SupplierId>,
        stretch: Stretch,
        discards: bool,
    ) -> Delivered {
        let discarded = discards || to.is_none();
        let outages = if to.is_some() { self.outages } else { &[] };
        if outages.is_empty() {
            self.travels(counted, stretch, to.map(|_| stretch.first));
            self.reaches(counted, channel, stretch, (stretch.first, discarded));
            return Delivered::all(stretch, Fate::Delivered { arrives: stretch.first, discarded });
        }
        let horizon = self.ledger.window.horizon;
        let mut delivered = Delivered::default();
        gateway::split(outages, to.unwrap_or(SupplierId(0)), stretch, |part, arrival| {
            let arrives = match arrival {
                Arrival::Prompt => Ok(part.first),
                Arrival::Late(at) if at < horizon => Ok(at),
                Arrival::Lost(at) if at < horizon => Err((Stage::Lost, Fate::Lost)),
                Arrival::Late(_) | Arrival::Lost(_) => Err((Stage::Held, Fate::Held)),
            };
            self.travels(counted, part, arrives.ok());
            match arrives {
                Ok(arrives) => {
                    self.reaches(counted, channel, part, (arrives, discarded));
                    delivered.add(part, Fate::Delivered { arrives, discarded });
                }
                Err((stage, fate)) => {
                    self.count(counted, [stage], part);
                    delivered.add(part, fate);
                }
            }
        });
        delivered
    }

    /// Alerts reach their addressee, the first of them at a second.
    #[inline]
    fn reaches(
        &mut self,
        counted: Counted,
        channel: Option<Channel>,
        stretch: Stretch,
        (arrives, discarded): (Instant, bool),
    ) {
        let end = if discarded { Stage::Discarded } else { Stage::Retained };
        self.count(counted, [Stage::Delivered, end], stretch);
        if let Some(channel) = channel {
            self.ledger.bins.add_daily(channel, arrives, stretch.count, self.copies);
        }
    }

    /// The messages of alerts that reach their addressee at a second, if they do, and on the days after it.
    fn travels(&mut self, counted: Counted, emitted: Stretch, arrives: Option<Instant>) {
        let (origin, arriving) = (counted.origin(), |first| Stretch { first, ..emitted });
        match (alert_of(counted.class), arrives) {
            (Some(alert), None) => self.exchange_of(origin, Exchange::Carried(alert), emitted),
            (Some(alert), Some(at)) if at == emitted.first => {
                self.exchange_of(origin, Exchange::Delivered(alert), emitted);
            }
            (Some(alert), Some(at)) => {
                self.exchange_of(origin, Exchange::Carried(alert), emitted);
                self.exchange_of(origin, Exchange::DeliveredLater(alert), arriving(at));
            }
            (None, Some(at)) => self.exchange_of(origin, Exchange::DccAlert, arriving(at)),
            (None, None) => {}
        }
    }

    /// Pulled reads of one kind.
    pub fn pulled(&mut self, reads: Reading, kind: ReadKind, stretch: Stretch, discards: bool) {
        let n = u64::from(stretch.count) * self.copies;
        let counts = &mut self.ledger.reads[kind][Path::Pull];
        counts[ReadStage::Emitted] += n;
        counts[ReadStage::Delivered] += n;
        if !discards {
            counts[ReadStage::Retained] += n;
        }
        if kind == ReadKind::Leaked {
            self.bin(Channel::LeakedPull, stretch);
        }
        let origin = if kind == ReadKind::Rightful { MessageOrigin::Ordinary } else { MessageOrigin::Caused };
        self.exchange_of(origin, Exchange::Read(reads), stretch);
    }

    /// Runs that pass the check but fail. Off the WAN no command is sent. Without the owner's certificate a command is
    /// sent, but fails.
    pub fn failed_runs(&mut self, reads: Reading, stretch: Stretch, still: &Still) {
        self.requests(stretch.first, Reference::Scheduled, Outcome::Failed, u64::from(stretch.count));
        if still.on_wan {
            self.exchange_of(MessageOrigin::Caused, Exchange::ReadInVain(reads), stretch);
        }
    }

    /// DCC alerts to `addressee`; `muted` if it has asked for none.
    pub fn dcc_alerts(
        &mut self,
        class: AlertClass,
        addressee: SupplierId,
        stretch: Stretch,
        still: &Still,
        muted: bool,
    ) -> Delivered {
        let standing = standing(addressee, still.registered);
        let counted = Counted { class, standing, read: None };
        self.count(counted, [Stage::Emitted], stretch);
        if muted || (still.blocks.dcc_alerts && still.copy != addressee) {
            return self.block(counted, if muted { Stop::Muted } else { Stop::Filter }, stretch);
        }
        let channel = ((class, standing) == (AlertClass::E4, Standing::Unregistered)).then_some(Channel::E4);
        self.arrive(counted, channel, Some(addressee), stretch, false)
    }

    /// Service requests at `at`, if it lies in the window.
    pub fn requests(&mut self, at: Instant, reference: Reference, outcome: Outcome, count: u64) {
        if self.ledger.window.start <= at {
            self.ledger.requests[reference][outcome] += count * self.copies;
        }
    }

    /// The messages between users and the DCC about these requests: the request itself, and the DCC's answer.
    pub fn said(&mut self, at: Instant, reference: Reference, outcome: Outcome, count: u64) {
        let of_user = !matches!(reference, Reference::Scheduled | Reference::Neutral);
        let sends = matches!(outcome, Outcome::Accepted | Outcome::E4)
            || (reference, outcome) == (Reference::R6_24_1, Outcome::Failed);
        if !of_user || !(sends || outcome == Outcome::E4WhenDue) {
            return;
        }
        let exchange = match reference {
            _ if !sends => Exchange::Answer,
            Reference::R6_23 => Exchange::CosRequest,
            _ => Exchange::Request,
        };
        Books { copies: self.copies * count, ledger: &mut *self.ledger, ..*self }.exchange(exchange, at);
    }

    /// The messages of a sweep that reads the certificates of a number of devices.
    pub fn reads_certificates(&mut self, at: Instant, devices: u64) {
        (0..devices).for_each(|_| self.exchange(Exchange::ReadsCredentials, at));
    }

    /// Messages that a change of supplier causes in a second.
    pub fn exchange(&mut self, exchange: Exchange, at: Instant) {
        self.exchange_of(MessageOrigin::Caused, exchange, Stretch { first: at, count: 1 });
    }

    #[inline]
    fn exchange_of(&mut self, origin: MessageOrigin, exchange: Exchange, stretch: Stretch) {
        if let Some(traffic) = &mut self.ledger.traffic
            && self.ledger.window.start <= stretch.first
        {
            traffic.add(origin, exchange, self.fuel, (stretch.first, stretch.count), self.copies);
        }
    }

    /// A 6.23 is held back, or would have been.
    pub fn throttled(&mut self, command: Throttled) {
        if command.at < self.ledger.window.start {
            return;
        }
        if command.is_held {
            self.bin(Channel::HeldBack, Stretch { first: command.at, count: 1 });
        }
        if let Some(traffic) = &mut self.ledger.traffic {
            traffic.throttle(command);
        }
    }

    /// A 6.23 is quarantined at `at`.
    pub fn quarantined(&mut self, at: Instant) {
        if self.ledger.window.start <= at {
            self.ledger.quarantined += self.copies;
        }
    }

    /// A command that changes of supplier cause arrives at the way south.
    pub fn goes_south(&mut self, command: Command, ask: Ask) {
        if let Some(traffic) = &mut self.ledger.traffic
            && self.ledger.window.start <= ask.at
        {
            traffic.add_waiting(command, self.fuel, ask);
        }
    }

    fn bin(&mut self, channel: Channel, stretch: Stretch) {
        self.ledger.bins.add_daily(channel, stretch.first, stretch.count, self.copies);
    }
}

/// The alert of a device; `None` for those of the DCC.
fn alert_of(class: AlertClass) -> Option<Alert> {
    match class {
        AlertClass::Read => Some(Alert::PushedRead),
        AlertClass::Critical => Some(Alert::Critical),
        AlertClass::NonCritical => Some(Alert::NonCritical),
        AlertClass::E4 | AlertClass::Notice => None,
    }
}

pub(super) fn standing(addressee: SupplierId, registered: SupplierId) -> Standing {
    if addressee == registered { Standing::Registered } else { Standing::Unregistered }
}
