//! Commands on a device: 6.23 when due or arriving, billing calendars, and the schedules that go with a certificate
//! (R7, R10, R11).

use super::Walk;
use super::event::{Command, CommandKind, Event, Way};
use super::trail::Change;
use crate::engine::time::{Day, Instant, Seconds};
use crate::model::civil::{Civil, date_of, day_of};
use crate::model::emission::{self, Books, Writing};
use crate::model::labels::{AlertClass, Ending, Outcome, Reference};
use crate::model::ledger::Ledger;
use crate::model::plan::{Calendar, Every, Fuel, Recurrence, Schedule, ScheduleRemoval, Sending, SupplierId};
use crate::model::south::{self, Ask, Kind, Throttled};
use crate::model::stretch::Stretch;
use crate::model::traffic::{self, Exchange};
use crate::model::witness::{Note, Why, Witness};

impl Walk<'_> {
    /// A future-dated 6.23 falls due at SSD. One that leaves quarantine later sets out then.
    pub(super) fn due(&mut self, k: usize, device: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (at, switch) = (self.now, &self.plan.switches[k]);
        let request = &switch.cos[device];
        // The DCC's copy may have shown the gainer all along; a withdrawn switch is refused nevertheless (R19).
        if switch.withdrawn.is_some_and(|w| w <= at) || self.copy_at(at, at) != switch.to {
            self.request(Reference::R6_23, Outcome::E4WhenDue, switch.to, device, ledger, witness);
            self.again(k, device, at + request.retry);
        } else if at > switch.ssd {
            self.sets_out(k, device, ledger, witness);
        } else if !self.attempt_fails(k, device, true, ledger, witness) {
            let command = self.cos_command(k, device, true);
            self.arrive(command, ledger, witness);
        }
    }

    /// Returns whether the device does not answer this attempt; if so, another attempt follows.
    pub(super) fn attempt_fails(
        &mut self,
        k: usize,
        device: usize,
        future_dated: bool,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) -> bool {
        let switch = &self.plan.switches[k];
        let request = &switch.cos[device];
        if self.progress[k].failed[device] >= request.fails {
            return false;
        }
        self.progress[k].failed[device] += 1;
        self.in_vain(Reference::R6_23, Why::NoAnswer, switch.to, device, ledger, witness);
        if self.reaches_certificates() {
            let sent = Exchange::Sent(traffic::Command::Cos { future_dated });
            self.books(ledger).exchange(sent, self.now);
        }
        self.again(k, device, self.now + request.retry);
        true
    }

    /// The 6.23 that is released now.
    pub(super) fn cos_command(&self, k: usize, device: usize, future_dated: bool) -> Command {
        let sender = self.plan.switches[k].to;
        Command { way: Way::Fresh, release: self.now, future_dated, switch: k, device, sender, kind: CommandKind::Cos }
    }

    pub(super) fn arrive(&mut self, command: Command, ledger: &mut Ledger, witness: &mut impl Witness) {
        let reference = match command.kind {
            CommandKind::Cos => Reference::R6_23,
            CommandKind::Neutral => Reference::Neutral,
            CommandKind::Thin | CommandKind::Configure => Reference::R6_8,
        };
        let reaches = match command.kind {
            CommandKind::Cos | CommandKind::Neutral => self.reaches_certificates(),
            CommandKind::Thin | CommandKind::Configure => self.on_wan,
        };
        if !reaches {
            self.waiting.push(command);
            witness.note(self.now, Note::WaitsForWan(reference, command.device));
            return;
        }
        let waiting = match command.way {
            Way::Underway => None,
            Way::Fresh | Way::Released => self.goes_south(command, ledger),
        };
        if let Some((until, command)) = waiting {
            witness.note(self.now, Note::HeldBack(reference, command.device, until));
            self.push(until, Event::Arrive(command));
            return;
        }
        self.answered(&command, ledger);
        let overtaken = self.last_release[command.device].is_some_and(|last| command.release < last);
        let trusted = command.kind == CommandKind::Cos || self.holder[command.device] == Some(command.sender);
        if overtaken || !trusted {
            let why = if overtaken { Why::Overtaken } else { Why::NotTrusted };
            return self.in_vain(reference, why, command.sender, command.device, ledger, witness);
        }
        self.last_release[command.device] = Some(command.release);
        match command.kind {
            CommandKind::Cos => self.change_certificate(command, ledger, witness),
            CommandKind::Neutral => self.take_certificate(command, ledger, witness),
            CommandKind::Thin => self.thin(command, ledger, witness),
            CommandKind::Configure => {
                self.set_calendar(self.plan.switches[command.switch].practice.calendar);
                self.trail(Change::CalendarSet, u64::from(self.calendar.is_some()));
                witness.note(self.now, Note::CalendarSet(self.calendar.is_some()));
            }
        }
    }

    /// A command arrives at the way south. Returns until when it has to wait there, if it has to; a future-dated one
    /// has gone ahead.
    fn goes_south(&self, command: Command, ledger: &mut Ledger) -> Option<(Instant, Command)> {
        let (at, future_dated) = (self.now, command.future_dated);
        let request = &self.plan.switches[command.switch].cos[command.device];
        let throttle = request.throttle.filter(|_| {
            let fresh = command.way == Way::Fresh && command.kind == CommandKind::Cos;
            fresh && !future_dated
        });
        let (meter, copies) = (self.plan.id, self.copies);
        if let Some(throttle) = throttle.filter(|throttle| throttle.delay > Seconds(0)) {
            let above = throttle.above;
            let is_held = self.south.is_none_or(|south| south.exceeds(at, above));
            self.books(ledger).throttled(Throttled { at, above, is_held, meter, copies });
            if is_held {
                return Some((at + throttle.delay, Command { way: Way::Released, ..command }));
            }
        }
        let kind = match command.kind {
            CommandKind::Cos => Kind::Cos,
            CommandKind::Neutral => Kind::Neutral,
            CommandKind::Thin | CommandKind::Configure => Kind::Calendar,
        };
        let sent = travels_as(&command);
        if future_dated {
            self.books(ledger).exchange(Exchange::Sent(sent), at);
            return None;
        }
        let name = (command.switch, command.device);
        let place = south::place((meter, self.copy), kind, name, command.release);
        // Scenarios have fewer copies of a meter.
        let each = u32::try_from(copies).expect("fewer than 2³² copies of a meter");
        self.books(ledger).goes_south(sent, Ask { at, place, meter, copies: each, kind });
        let leaves = self.south.map_or(at, |south| south.leaves(at, place, self.copies));
        if leaves <= at {
            return None;
        }
        Some((leaves, Command { way: Way::Underway, ..command }))
    }

    /// A device answers a command, whether it executes it or not.
    fn answered(&self, command: &Command, ledger: &mut Ledger) {
        let (mut books, at) = (self.books(ledger), self.now);
        books.exchange(Exchange::Answered(travels_as(command)), at);
        if command.kind == CommandKind::Cos {
            books.exchange(Exchange::DccAlert, at); // To the sender (domain 2.3).
        }
    }

    pub(super) fn change_certificate(&mut self, command: Command, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (device, sender) = (command.device, command.sender);
        self.holder[device] = Some(sender);
        self.trail(Change::CertificateChanged, u64::from(sender.0) << 1 | device as u64);
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
                self.remove_schedules(Some(sender), ledger, witness);
            }
            if let (true, Some(after)) = (sender == self.registered, self.plan.switches[command.switch].configures) {
                self.push(self.now + after, Event::Configure(command.switch));
            }
        }
    }

    /// The CoS Party sends a neutral certificate to every device that still trusts a supplier other than the registered
    /// one.
    pub(super) fn place_neutral(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        if self.current != Some(k) {
            return;
        }
        for device in 0..self.plan.devices as usize {
            let Some(replaced) = self.holder[device].filter(|_| self.cases[device].is_some()) else { continue };
            self.request(Reference::Neutral, Outcome::Accepted, replaced, device, ledger, witness);
            let latency = self.plan.switches[k].cos[device].latency.max(Seconds(1));
            let kind = CommandKind::Neutral;
            let (way, release) = (Way::Fresh, self.now);
            let command = Command { way, release, future_dated: false, switch: k, device, sender: replaced, kind };
            self.push(self.now + latency, Event::Arrive(command));
        }
    }

    fn take_certificate(&mut self, command: Command, ledger: &mut Ledger, witness: &mut impl Witness) {
        let device = command.device;
        self.holder[device] = None;
        self.trail(Change::CertificateTaken, device as u64);
        witness.note(self.now, Note::CertificateTaken(command.sender, device));
        if let (None, Some(k)) = (self.cases[device], self.current) {
            self.open(device, k, ledger, witness);
            self.send_again_after_reopening(k, device);
        }
        if device == self.plan.pusher as usize && self.plan.removal == ScheduleRemoval::CosSuccess {
            self.remove_schedules(None, ledger, witness);
        }
    }

    /// Schedules the registered supplier's next 6.23, as long after the reopening as its first was to be after SSD.
    pub(super) fn send_again_after_reopening(&mut self, k: usize, device: usize) {
        let switch = &self.plan.switches[k];
        let (Sending::At(first) | Sending::Queued(first)) = switch.cos[device].sending else { return };
        // A turn that is still to come, also in a backlog, is kept.
        if self.turn_of(k, device).is_none() && !self.progress[k].in_backlog[device] {
            let delay = (first - switch.ssd).max(Seconds(0));
            self.again(k, device, self.now + delay);
        }
    }

    pub(super) fn turn_of(&self, k: usize, device: usize) -> Option<usize> {
        self.pending.iter().position(|(_, e)| *e == Event::Turn(k, device) || *e == Event::Join(k, device))
    }

    /// Removes the schedules of all but one supplier, with a notice to each owner.
    pub(super) fn remove_schedules(
        &mut self,
        keeps: Option<SupplierId>,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) {
        let (at, copies, fuel) = (self.now, self.copies, self.plan.fuel);
        let still = self.still(at, at, at, self.copy_at(at, at));
        let counted = at >= self.plan.watch && at >= self.start;
        let outages = &self.plan.gateway_outages;
        self.schedules.retain(|schedule| !schedule.is_over(at));
        let mut forfeited = std::mem::take(&mut self.forfeited);
        let muted = self.plan.muted.iter();
        let mutes = |owner| muted.clone().any(|(supplier, from)| *supplier == owner && *from <= at);
        self.take_schedules(
            |s| Some(s.owner) != keeps,
            |schedule| {
                forfeited.push(schedule.owner);
                witness.note(at, Note::ScheduleRemoved(schedule, true));
                if counted {
                    let notice = Stretch { first: at, count: 1 };
                    let mut books = Books { ledger, copies, fuel, outages };
                    let delivered =
                        books.dcc_alerts(AlertClass::Notice, schedule.owner, notice, &still, mutes(schedule.owner));
                    for (part, fate) in delivered.parts() {
                        witness.note(at, Note::Notice(schedule, part, fate));
                    }
                }
            },
        );
        self.forfeited = forfeited;
    }

    /// A supplier that returns to a meter that still trusts it needs no 6.23, but must create again the schedules that
    /// were removed in the meantime (row 24 of the mitigations).
    pub(super) fn creates_again(&mut self, k: usize) {
        let switch = &self.plan.switches[k];
        let trusted = self.holder[self.plan.pusher as usize] == Some(switch.to);
        let bare = self.forfeited.contains(&switch.to) && !self.has_schedule_of(switch.to);
        if let (true, Some(after)) = (trusted && bare, switch.configures) {
            self.push(self.now + after, Event::Configure(k));
        }
    }

    pub(super) fn take_schedules(&mut self, which: impl Fn(&Schedule) -> bool, mut each: impl FnMut(Schedule)) {
        let before = self.schedules.len();
        self.schedules.retain(|schedule| {
            let goes = which(schedule);
            if goes {
                each(*schedule);
            }
            !goes
        });
        self.trail(Change::SchedulesRemoved, (before - self.schedules.len()) as u64);
    }

    /// Sets a calendar, or parks it. The one before still pushes what it has written (R3).
    fn set_calendar(&mut self, calendar: Option<Calendar>) {
        let replaced = self.calendar.take().map(|mut before| {
            before.ends(self.now, self.civil);
            before
        });
        let is_to_push = |before: &Writing| emission::first_push(before, self.now, self.civil).is_some();
        self.replaced.extend(replaced.filter(is_to_push));
        self.calendar = calendar.map(|calendar| Writing::since(self.now, calendar, self.civil));
    }

    pub(super) fn thin(&mut self, command: Command, ledger: &mut Ledger, witness: &mut impl Witness) {
        let yearly = |Writing { calendar, .. }| {
            let due = Recurrence { anchor: clamp_to_28(self.civil, self.now), every: Every::Months(12) };
            Calendar { due, ..calendar }
        };
        self.set_calendar(self.calendar.filter(|_| self.plan.fuel == Fuel::Electricity).map(yearly));
        self.trail(Change::CalendarSet, 2 + u64::from(self.calendar.is_some()));
        witness.note(self.now, Note::CalendarSet(self.calendar.is_some()));
        let k = command.switch;
        self.progress[k].cancelled = true;
        if self.plan.switches[k].withdrawn.is_some_and(|w| w <= self.now) {
            self.spoil(k, ledger);
        }
    }
}

/// What a command is on its way.
fn travels_as(command: &Command) -> traffic::Command {
    match command.kind {
        CommandKind::Cos | CommandKind::Neutral => traffic::Command::Cos { future_dated: command.future_dated },
        CommandKind::Thin | CommandKind::Configure => traffic::Command::Calendar,
    }
}

pub(in crate::model) fn clamp_to_28(civil: &Civil, at: Instant) -> Day {
    let date = date_of(civil.date(at));
    if date.day() > 28 { day_of(date).plus(28 - i32::from(date.day())) } else { day_of(date) }
}
