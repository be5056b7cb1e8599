//! Service requests when their turn comes: 6.23 (R9), the losing supplier's 5.3 and 6.8 (R8), the gainer's own 6.8 and
//! 5.1 (R12).

use super::Walk;
use super::event::{Command, CommandKind, Event, Way};
use super::trail::Change;
use crate::engine::time::{Instant, Seconds};
use crate::model::labels::{Outcome, Reference};
use crate::model::ledger::Ledger;
use crate::model::plan::{Every, Sending, SupplierId};
use crate::model::witness::{Note, Why, Witness};

impl Walk<'_> {
    /// A request for a device.
    pub(super) fn request(
        &mut self,
        reference: Reference,
        outcome: Outcome,
        sender: SupplierId,
        device: usize,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) {
        self.enter_requests(reference, outcome, 1, ledger);
        witness.note(self.now, Note::Request(reference, outcome, sender, Some(device)));
    }

    /// A command that does not execute.
    pub(super) fn in_vain(
        &mut self,
        reference: Reference,
        why: Why,
        sender: SupplierId,
        device: usize,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) {
        self.enter_requests(reference, Outcome::Failed, 1, ledger);
        witness.note(self.now, Note::InVain(reference, why, sender, device));
    }

    /// Requests that are not for one device: to the DCC, or to all devices.
    pub(super) fn requests(
        &mut self,
        reference: Reference,
        outcome: Outcome,
        count: u64,
        sender: SupplierId,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) {
        self.enter_requests(reference, outcome, count, ledger);
        witness.note(self.now, Note::Request(reference, outcome, sender, None));
    }

    fn enter_requests(&mut self, reference: Reference, outcome: Outcome, count: u64, ledger: &mut Ledger) {
        let mut books = self.books(ledger);
        books.requests(self.now, reference, outcome, count);
        books.said(self.now, reference, outcome, count);
        self.trail(Change::Request, (reference as u64) << 8 | outcome as u64);
    }

    /// Sets the only pending turn of a device.
    pub(super) fn again(&mut self, k: usize, device: usize, at: Instant) {
        let queued = matches!(self.plan.switches[k].cos[device].sending, Sending::Queued(_));
        if let Some(pending) = self.turn_of(k, device) {
            self.pending.remove(pending);
        }
        self.push(at, if queued { Event::Join(k, device) } else { Event::Turn(k, device) });
    }

    /// A turn of a queued 6.23 at a supplier's opening; once accepted it may go into quarantine. Returns whether it
    /// took capacity.
    pub fn grant(
        &mut self,
        at: Instant,
        (k, device): (usize, usize),
        quarantine: Option<Seconds>,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) -> bool {
        self.advance(at, ledger, witness);
        self.progress[k].in_backlog[device] = false;
        let sent = self.turn((k, device), quarantine, ledger, witness);
        self.settle(ledger);
        sent
    }

    /// A turn of one device's 6.23 (R9). Returns whether something was sent.
    pub(super) fn turn(
        &mut self,
        (k, device): (usize, usize),
        quarantine: Option<Seconds>,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) -> bool {
        let (at, switch) = (self.now, &self.plan.switches[k]);
        let request = &switch.cos[device];
        let gone = switch.withdrawn.is_some_and(|w| w <= at) || self.current.is_some_and(|current| current > k);
        if gone {
            self.request(Reference::R6_23, Outcome::Abandoned, switch.to, device, ledger, witness);
            return false;
        }
        let started = self.current == Some(k);
        if started && self.holder[device] == Some(switch.to) && self.cases[device].is_none() {
            return false;
        }
        self.progress[k].submitted[device].get_or_insert(at);
        let acts = at.max(switch.ssd);
        if self.copy_at(at, acts) != switch.to {
            self.request(Reference::R6_23, Outcome::E4, switch.to, device, ledger, witness);
            self.again(k, device, at + request.retry);
            return true;
        }
        self.request(Reference::R6_23, Outcome::Accepted, switch.to, device, ledger, witness);
        if let Some(quarantine) = quarantine.filter(|length| *length > Seconds(0)) {
            self.books(ledger).quarantined(at);
            witness.note(at, Note::Quarantined(device, at + quarantine));
            self.push(switch.ssd.max(at + quarantine), Event::Due(k, device));
        } else if at < switch.ssd {
            witness.note(at, Note::FutureDated(switch.to, device));
            self.push(switch.ssd, Event::Due(k, device));
        } else {
            self.sets_out(k, device, ledger, witness);
        }
        true
    }

    /// An immediate 6.23 is sent to the device, if the device will answer.
    pub(super) fn sets_out(&mut self, k: usize, device: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        if !self.attempt_fails(k, device, false, ledger, witness) {
            let latency = self.plan.switches[k].cos[device].latency.max(Seconds(1));
            let command = self.cos_command(k, device, false);
            self.push(self.now + latency, Event::Arrive(command));
        }
    }

    pub(super) fn send_delete(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (at, switch, sender) = (self.now, &self.plan.switches[k], self.registered_before(k));
        let own = self.schedules.iter().filter(|s| s.owner == sender && !s.is_over(at)).count() as u64;
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

    pub(super) fn send_thin(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let (at, switch, sender) = (self.now, &self.plan.switches[k], self.registered_before(k));
        let worth_it = self.calendar.is_some_and(|writing| writing.calendar.due.every != Every::Months(12));
        if switch.withdrawn.is_some_and(|w| w <= at) || !worth_it {
            return;
        }
        let late = at >= switch.ssd || self.copy_at(at, at) != sender;
        if late && switch.cancelling.late_passes_from.is_none_or(|from| at < from) {
            self.request(Reference::R6_8, Outcome::E4, sender, self.plan.pusher as usize, ledger, witness);
            return;
        }
        self.request(Reference::R6_8, Outcome::Accepted, sender, self.plan.pusher as usize, ledger, witness);
        self.send_calendar(k, sender, CommandKind::Thin);
    }

    pub(super) fn send_calendar(&mut self, switch: usize, sender: SupplierId, kind: CommandKind) {
        let device = self.plan.pusher as usize;
        let latency = self.plan.switches[switch].cos[device].latency.max(Seconds(1));
        let command = Command { way: Way::Fresh, release: self.now, future_dated: false, switch, device, sender, kind };
        self.push(self.now + latency, Event::Arrive(command));
    }

    pub(super) fn configure(&mut self, k: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let switch = &self.plan.switches[k];
        let schedules = switch.practice.schedules.len() as u64;
        let accepted = self.copy_at(self.now, self.now) == switch.to;
        let outcome = if accepted { Outcome::Accepted } else { Outcome::E4 };
        self.request(Reference::R6_8, outcome, switch.to, self.plan.pusher as usize, ledger, witness);
        if schedules > 0 {
            self.requests(Reference::R5_1, outcome, schedules, switch.to, ledger, witness);
        }
        if accepted {
            self.send_calendar(k, switch.to, CommandKind::Configure);
            self.push(self.now + Seconds(1), Event::CreateSchedules(k));
        }
    }
}
