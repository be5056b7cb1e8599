//! Chasing (R18): the first unwanted alert, the ask, the response.

use super::event::{Command, CommandKind, Event};
use super::{Marker, Walk};
use crate::engine::time::{Instant, Seconds};
use crate::model::emission::{self, Writing};
use crate::model::gateway;
use crate::model::labels::{Outcome, Reference};
use crate::model::ledger::Ledger;
use crate::model::plan::{Chase, Detector, Schedule, Sending, SupplierId};
use crate::model::witness::{Note, Witness};

impl Walk<'_> {
    /// Works out when the first unwanted alert since SSD will be delivered, and the first passing alert carried, if
    /// nothing changes. Only done where a chase waits for it.
    pub(super) fn look_ahead(&mut self) {
        self.unwanted.at = None;
        self.passing.at = None;
        let Some(k) = self.current.filter(|_| self.any_case()) else { return };
        let plan = self.plan;
        let waits = |detector: Detector| plan.switches[k].chases.iter().any(|c| c.detector == detector);
        if !self.unwanted.seen && waits(Detector::LosingSupplier) {
            self.unwanted.at = self.next_unwanted().filter(|at| *at < self.horizon);
        }
        if !self.passing.seen && waits(Detector::Passing) {
            self.passing.at = self.next_passing().filter(|at| *at < self.horizon);
        }
    }

    fn next_unwanted(&self) -> Option<Instant> {
        // Everything from SSD on is counted: `watch` is never later.
        let from = self.now;
        let copy = self.copy_at(self.now, self.now);
        let blocks = self.blocks(self.now);
        let arrives = |to: SupplierId, next: &dyn Fn(Instant) -> Option<Instant>| {
            gateway::first_delivery(&self.plan.gateway_outages, to, from, self.horizon, next)
        };
        let passes = |holder: &SupplierId| self.on_wan && !(blocks.pushed_reads && copy != *holder);
        let loser = self.holder[self.plan.pusher as usize].filter(passes);
        let push = loser.and_then(|holder| Some((holder, self.loss_of(holder)?))).and_then(|(holder, loss)| {
            let next =
                |from| self.writings().filter_map(|w| emission::first_leaked_push(w, from, loss, self.civil)).min();
            arrives(holder, &next)
        });
        let refused = |s: &&Schedule| {
            let reaches = !blocks.dcc_alerts && !self.mutes(s.owner, self.now);
            reaches && s.owner != copy && s.owner != self.registered
        };
        let e4 = self
            .schedules
            .iter()
            .filter(refused)
            .filter_map(|s| arrives(s.owner, &|from| emission::first_run(s, from)));
        let late = self.unwanted_late.iter().copied().filter(|at| *at >= self.now);
        push.into_iter().chain(e4).chain(late).min()
    }

    /// The first push that the DSP carries to a supplier other than the one in the DCC's copy.
    fn next_passing(&self) -> Option<Instant> {
        let stranger = |holder: &SupplierId| self.on_wan && *holder != self.copy_at(self.now, self.now);
        self.holder[self.plan.pusher as usize].filter(stranger)?;
        self.writings().filter_map(|writing| emission::first_push(writing, self.now, self.civil)).min()
    }

    /// The calendar, and earlier ones that have yet to push what they wrote.
    pub(super) fn writings(&self) -> impl Iterator<Item = &Writing> {
        self.replaced.iter().chain(&self.calendar)
    }

    /// A marker is reached: the detectors that waited for it begin.
    pub(super) fn noticed(&mut self, by: Detector, witness: &mut impl Witness) {
        let marker = if by == Detector::Passing { &mut self.passing } else { &mut self.unwanted };
        *marker = Marker { at: None, seen: true };
        if by == Detector::LosingSupplier {
            witness.note(self.now, Note::FirstUnwanted);
        }
        let Some(k) = self.current else { return };
        for (i, chase) in self.plan.switches[k].chases.iter().enumerate().filter(|(_, c)| c.detector == by) {
            self.push((self.now + chase.detection).max(chase.from), Event::Ask(k, i));
        }
    }

    /// Begins the chases of a switch that do not wait for an alert.
    pub(super) fn begin_chases(&mut self, k: usize) {
        for (i, chase) in self.plan.switches[k].chases.iter().enumerate() {
            match chase.detector {
                Detector::Monitoring => self.push((self.now + chase.detection).max(chase.from), Event::Ask(k, i)),
                Detector::Sweep(every) => self.push(chase.from.next_in_step(every, self.now), Event::Sweep(k, i)),
                Detector::LosingSupplier | Detector::Passing => {}
            }
        }
    }

    /// A sweep reads the certificates of the meter's devices (6.24.1); without success if the meter is off the WAN.
    pub(super) fn sweep(&mut self, k: usize, i: usize, ledger: &mut Ledger, witness: &mut impl Witness) {
        let chase = self.plan.switches[k].chases[i];
        let Detector::Sweep(every) = chase.detector else { return };
        if self.current != Some(k) {
            return;
        }
        if self.any_case() {
            let answers = self.reaches_certificates();
            let outcome = if answers { Outcome::Accepted } else { Outcome::Failed };
            let devices = u64::from(self.plan.devices);
            self.requests(Reference::R6_24_1, outcome, devices, self.registered, ledger, witness);
            if answers {
                self.books(ledger).reads_certificates(self.now, devices);
                self.push(self.now + chase.detection, Event::Ask(k, i));
                return;
            }
        }
        self.push(self.now + every, Event::Sweep(k, i));
    }

    pub(super) fn ask(&mut self, k: usize, chase: Chase, witness: &mut impl Witness) {
        let switch = &self.plan.switches[k];
        if self.current != Some(k) || !self.any_case() || switch.is_not_user_at(self.now) {
            return;
        }
        witness.note(self.now, Note::Asked(chase.detector));
        let Some(response) = chase.response else {
            return;
        };
        let answer = self.now + response.max(Seconds(1));
        for device in 0..self.plan.devices as usize {
            let queued = matches!(switch.cos[device].sending, Sending::Queued(_));
            // Only a sweep sees that the certificate is still another supplier's although a 6.23 was sent.
            let sent = self.progress[k].submitted[device].is_some();
            let seen_failed = matches!(chase.detector, Detector::Sweep(_)) && !self.is_under_way(k, device);
            if queued || (sent && !(seen_failed && self.cases[device].is_some())) {
                continue;
            }
            match self.turn_of(k, device) {
                None if sent => self.push(answer, Event::Turn(k, device)),
                Some(i) if self.pending[i].0.at() <= answer => {}
                Some(i) => {
                    self.pending.remove(i);
                    self.push(answer, Event::Turn(k, device));
                }
                // A turn that has passed because nothing was needed is not revived.
                None if switch.cos[device].sending == Sending::Never => self.push(answer, Event::Turn(k, device)),
                None => {}
            }
        }
    }

    /// Whether a 6.23 of this switch has yet to act on the device.
    fn is_under_way(&self, k: usize, device: usize) -> bool {
        let is_it = |c: &Command| c.kind == CommandKind::Cos && c.switch == k && c.device == device;
        self.turn_of(k, device).is_some()
            || self.waiting.iter().any(is_it)
            || self.pending.iter().any(|(_, event)| match event {
                Event::Arrive(command) => is_it(command),
                Event::Due(switch, d) => (*switch, *d) == (k, device),
                _ => false,
            })
    }
}
