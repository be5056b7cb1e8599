//! What chasing the gaining supplier changes: a 6.23 that has not been sent by the ask goes out with the answer (R18).

use arrayvec::ArrayVec;

use super::episode::Episode;
use super::steps::{Step, What};
use super::turns::Turns;
use super::{Course, NEVER};
use crate::engine::time::{Instant, Seconds};
use crate::model::emission;
use crate::model::plan::{Chase, Detector, Sending, SupplierId, SwitchPlan};

/// Most chases of a switch in closed form.
const CHASES: usize = 4;

impl Course<'_> {
    /// The turns of a switch's devices, with what its chases change. The DCC's copy is `shown` to have the gainer from
    /// that second on.
    pub(super) fn chased_turns(
        &mut self,
        switch: &SwitchPlan,
        (loser, k): (SupplierId, u8),
        shown: Instant,
    ) -> Option<[Turns; 2]> {
        let unchased = self.steps.number();
        let mut sendings = switch.cos.map(|request| request.sending);
        let turns = self.turns_of(switch, sendings, k)?;
        let Some(first) = switch.chases.first() else { return Some(turns) };
        // What one detector sees must not depend on what another has brought about, nor on a calendar yet to be
        // thinned.
        let sweeps = matches!(first.detector, Detector::Sweep(_));
        let alike = switch.chases.iter().all(|chase| chase.detector == first.detector);
        (alike && self.thinning.is_none() && !(sweeps && switch.chases.len() > 1)).then_some(())?;
        let noticed = self.noticed(first, switch, loser, (shown, &turns))?;
        if noticed >= self.horizon {
            return Some(turns);
        }
        let mut asks: ArrayVec<(Instant, Instant), CHASES> = ArrayVec::new();
        for asked in switch.chases.iter().filter_map(|chase| self.asked(chase, switch, noticed)) {
            asks.try_push(asked).ok()?;
        }
        asks.sort_unstable();
        for sending in &mut sendings[..usize::from(self.plan.devices)] {
            for (_, answer) in &asks {
                *sending = match *sending {
                    // It is sent before the answer, which comes after the ask.
                    Sending::At(at) if at <= *answer => Sending::At(at),
                    Sending::At(_) | Sending::Never => Sending::At(*answer),
                    Sending::Queued(_) => return None,
                };
            }
        }
        self.steps.keep(unchased);
        if sweeps {
            self.steps.add(noticed, Step { k, device: 0, what: What::Visits })?;
        }
        self.turns_of(switch, sendings, k)
    }

    /// When a chase asks for a switch's 6.23, and when the answer comes, if it does both.
    fn asked(&self, chase: &Chase, switch: &SwitchPlan, noticed: Instant) -> Option<(Instant, Instant)> {
        let from = if matches!(chase.detector, Detector::Sweep(_)) { noticed } else { chase.from };
        let ask = (noticed + chase.detection).max(from);
        let response = chase.response.filter(|_| ask < self.horizon && !switch.is_not_user_at(ask))?;
        Some((ask, ask + response.max(Seconds(1))))
    }

    /// Whether a chase of a switch that has none makes no difference. `None` if only a walk can decide.
    pub(super) fn comes_to_nothing(&self, chase: &Chase, episode: &Episode<'_>) -> Option<bool> {
        let Episode { switch, loser, shown, ref turns, .. } = *episode;
        if episode.is_withdrawn() {
            return Some(true);
        }
        // A calendar that was to be thinned is not known to be one.
        let thins = self.plan.switches.iter().any(|switch| switch.cancelling.thins_calendar.is_some());
        (switch.chases.is_empty() && !thins).then_some(())?;
        let noticed = self.noticed(chase, switch, loser, (shown, turns))?;
        let is_sent_by = |answer: Instant| {
            let devices = &switch.cos[..usize::from(self.plan.devices)];
            devices.iter().all(|request| matches!(request.sending, Sending::At(at) if at <= answer))
        };
        Some(match chase.detector {
            _ if noticed >= self.horizon => true,
            Detector::Sweep(_) => false, // Its visit is counted.
            _ => self.asked(chase, switch, noticed).is_none_or(|(_, answer)| is_sent_by(answer)),
        })
    }

    fn turns_of(&mut self, switch: &SwitchPlan, sendings: [Sending; 2], k: u8) -> Option<[Turns; 2]> {
        let mut turns = [Turns::NONE; 2];
        for (device, sending) in (0..self.plan.devices).zip(sendings) {
            turns[usize::from(device)] = self.turns(switch, sending, k, device)?;
        }
        Some(turns)
    }

    /// The second in which a chase's detector sees that something is missing; [`NEVER`] if it does not. `None` if only
    /// a walk can decide.
    fn noticed(
        &self,
        chase: &Chase,
        switch: &SwitchPlan,
        loser: SupplierId,
        (shown, turns): (Instant, &[Turns; 2]),
    ) -> Option<Instant> {
        let devices = &turns[..usize::from(self.plan.devices)];
        let changed = turns[usize::from(self.plan.pusher)].executed;
        let seen = match chase.detector {
            Detector::Monitoring => Some(switch.ssd),
            Detector::Sweep(every) => {
                let visit = chase.from.next_in_step(every, switch.ssd);
                // A visit that fails is repeated.
                self.reaches_certificates().then_some(())?;
                Some(visit).filter(|visit| devices.iter().any(|turns| turns.executed > *visit))
            }
            Detector::LosingSupplier => {
                // What is withheld all the time that is counted may have been received before.
                let is_later = |from: Instant| from > switch.ssd;
                let filters = self.plan.filters.iter().any(|filter| is_later(filter.from));
                let mutes = self.plan.muted.iter().any(|(_, from)| is_later(*from));
                (!filters && !mutes).then_some(())?;
                self.first_unwanted(switch, loser, shown, changed)
            }
            Detector::Passing => {
                let pushes = self.writings.iter().filter_map(|w| emission::first_push(w, shown, self.civil));
                pushes.min().filter(|push| self.on_wan && *push < changed)
            }
        };
        Some(seen.unwrap_or(NEVER))
    }

    /// The first leaked push or E4 that the losing supplier receives. Its certificate is on the meter until `changed`.
    fn first_unwanted(
        &self,
        switch: &SwitchPlan,
        loser: SupplierId,
        shown: Instant,
        changed: Instant,
    ) -> Option<Instant> {
        let (blocks, loss) = (self.blocks(), emission::Loss { ssd: switch.ssd, date: switch.date });
        let reached_until = if blocks.pushed_reads { shown } else { changed };
        let leaks = |writing| emission::first_leaked_push(writing, switch.ssd, loss, self.civil);
        let push = self.writings.iter().filter_map(leaks).min();
        let push = push.filter(|push| self.on_wan && *push < reached_until.min(changed));
        let refused = !blocks.dcc_alerts && !self.mutes(loser);
        let reads = self.reads_of(loser, switch.ssd).filter(|_| refused);
        let runs = reads.into_iter().flat_map(|reads| {
            let until = changed.min(reads.until);
            let first = reads.schedules.iter().filter_map(move |schedule| emission::first_run(schedule, shown));
            first.filter(move |run| *run < until)
        });
        push.into_iter().chain(runs).min()
    }
}
