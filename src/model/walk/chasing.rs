//! Chasing (R18): the first unwanted alert, the ask, the response.

use super::{Event, Walk};
use crate::engine::time::{Instant, Seconds};
use crate::model::emission;
use crate::model::plan::{Chase, Class, Detector, Sending};
use crate::model::witness::{Note, Witness};

impl Walk<'_> {
    /// When the first unwanted alert since SSD will be delivered if nothing changes, where somebody waits for it.
    pub(super) fn look_ahead(&self) -> Option<Instant> {
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

    pub(super) fn first_unwanted(&mut self, witness: &mut impl Witness) {
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

    pub(super) fn ask(&mut self, k: usize, chase: Chase, witness: &mut impl Witness) {
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
            if self.progress[k].submitted[device].is_some() || queued {
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
