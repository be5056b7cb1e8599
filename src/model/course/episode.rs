//! What one switch causes, from its first request to the gaining supplier's own calendar and schedules.

use arrayvec::ArrayVec;

use super::steps::{Step, Steps, What};
use super::turns::Turns;
use super::{Course, NEVER, SWITCHES};
use crate::engine::time::{Instant, Seconds};
use crate::model::civil::Civil;
use crate::model::emission::{Loss, Writing};
use crate::model::plan::{Calendar, Every, Fuel, MeterPlan, Recurrence, Schedule, Sending, SupplierId, SwitchPlan};
use crate::model::walk::commands::clamp_to_28;

/// Most sets of schedules of a meter in closed form, those of a supplier that comes back counted again.
pub(super) const SCHEDULE_SETS: usize = SWITCHES + 1;

/// A switch, by the seconds of what it causes; [`NEVER`] for what does not happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode<'p> {
    pub switch: &'p SwitchPlan,
    pub loser: SupplierId,
    /// From this second on the DCC's copy shows the gainer, SSD at the earliest.
    pub shown: Instant,
    pub turns: [Turns; 2],
    /// Schedules of the loser that go with a notice: where the copy changes, or where a 6.23 executes.
    pub removed: Removed,
}

/// Schedules that the DCC removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Removed {
    pub at_copy_change: u8,
    pub at_execution: u8,
}

impl Episode<'_> {
    /// Whether the switch never starts, because it is withdrawn.
    pub fn is_withdrawn(&self) -> bool {
        self.shown == NEVER
    }

    /// Whether its 6.23s have executed before a second, and with them the loser's schedules are gone; or it has not
    /// started.
    pub fn is_over(&self, plan: &MeterPlan, at: Instant) -> bool {
        let devices = &self.turns[..usize::from(plan.devices)];
        self.is_withdrawn() || self.switch.ssd >= at || devices.iter().all(|turns| turns.executed < at)
    }

    /// Whether it starts before the horizon, so that each device has a case.
    pub fn is_case(&self, course: &Course<'_>) -> bool {
        !self.is_withdrawn() && self.switch.ssd < course.horizon
    }

    /// What the loser lost, and when.
    pub fn loss(&self) -> Loss {
        Loss { ssd: self.switch.ssd, date: self.switch.date }
    }
}

/// A supplier's schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reads<'p> {
    pub schedules: &'p [Schedule],
    pub owner: SupplierId,
    /// First second in which they may run.
    pub since: Instant,
    /// First second in which they no longer may.
    pub until: Instant,
}

impl Reads<'_> {
    fn number(&self) -> u8 {
        u8::try_from(self.schedules.len()).unwrap_or(u8::MAX)
    }
}

impl<'p> Course<'p> {
    /// Before anything is worked out.
    #[inline]
    pub(super) fn new(plan: &'p MeterPlan, horizon: Instant, civil: &'p Civil) -> Self {
        Self {
            plan,
            civil,
            horizon,
            on_wan: plan.off_wan.is_empty(),
            steps: Steps::until(horizon),
            episodes: ArrayVec::new(),
            writings: ArrayVec::new(),
            thinning: None,
            reads: ArrayVec::new(),
        }
    }

    /// Works out the course of the plan. `None` if it needs a walk: switches overlap, the gainer has the meter already,
    /// the meter is off the WAN for a time only, a neutral certificate would be placed, chases act on one another, or
    /// there is more of anything than fits.
    pub(super) fn work_out(&mut self) -> Option<()> {
        let (plan, horizon) = (self.plan, self.horizon);
        self.writings.extend(plan.practice.calendar.map(Writing::of_plan));
        self.create_reads(&plan.practice.schedules, plan.holder, Instant(i64::MIN))?;
        let mut last = if self.on_wan { Instant(i64::MIN) } else { self.leaves_for_good()? };
        let mut loser = plan.holder;
        for (k, switch) in (0..).zip(&plan.switches) {
            let first = first_step(plan, switch);
            if first >= horizon {
                last = NEVER; // Nothing may follow.
                continue;
            }
            if first <= last || switch.to == loser {
                return None;
            }
            last = match switch.withdrawn {
                Some(at) => self.withdraws(switch, (loser, at), k)?,
                None => self.gains(switch, loser, k)?,
            };
            if switch.withdrawn.is_none() {
                loser = switch.to;
            }
        }
        self.steps.sort();
        Some(())
    }

    /// A meter that is off the WAN from the beginning of what is counted to the horizon. Returns the second of its
    /// leaving.
    fn leaves_for_good(&mut self) -> Option<Instant> {
        let [(from, until)] = self.plan.off_wan[..] else { return None };
        // Every step comes after it, and nothing is counted before it.
        (until >= self.horizon && from <= self.plan.watch).then_some(())?;
        self.steps.add(from, Step { k: 0, device: 0, what: What::LeavesWan })?;
        Some(from - Seconds(1))
    }

    /// Whether a command reaches what holds the certificates. An S1SP keeps those of SMETS1.
    pub(super) fn reaches_certificates(&self) -> bool {
        self.on_wan || !self.plan.certificates_need_wan()
    }

    /// A switch that starts. Returns its last step's second: [`NEVER`] if a case stays open.
    fn gains(&mut self, switch: &'p SwitchPlan, loser: SupplierId, k: u8) -> Option<Instant> {
        let (plan, pusher) = (self.plan, usize::from(self.plan.pusher));
        let shown = switch.ssd.max(switch.known);
        let step = |what: What| Step { k, device: 0, what };
        self.steps.add(switch.ssd, step(What::Registers))?;
        self.steps.add(shown, step(What::CopyShows))?;
        let mut last = shown.max(self.cancels_in_time(switch, k)?);
        let mut removed = Removed::default();
        if plan.removal_at_ssd_from.is_some_and(|from| from <= shown) {
            removed.at_copy_change = self.remove_reads(shown);
        }
        let turns = self.chased_turns(switch, (loser, k), shown)?;
        for of_device in &turns[..usize::from(plan.devices)] {
            last = last.max(of_device.last).max(of_device.executed);
        }
        let executed = turns[pusher].executed;
        if let Some(neutral) = plan.neutral.filter(|neutral| neutral.from <= switch.ssd) {
            self.is_closed_for_neutral(switch, &turns, neutral.after).then_some(())?;
        }
        removed.at_execution = self.remove_reads(executed);
        self.thinned(k, executed)?;
        if let Some(after) = switch.configures.filter(|_| executed < self.horizon) {
            last = last.max(self.configures(switch, executed + after, k)?);
        }
        last = last.max(self.cancels_late(switch, (loser, k))?);
        self.episodes.try_push(Episode { switch, loser, shown, turns, removed }).ok()?;
        Some(last)
    }

    /// Whether no case of a switch is open when a neutral certificate is to be placed this long after SSD. It is placed
    /// where one is.
    pub(super) fn is_closed_for_neutral(&self, switch: &SwitchPlan, turns: &[Turns; 2], after: Seconds) -> bool {
        let placed = (switch.ssd + after).max(switch.known);
        let devices = &turns[..usize::from(self.plan.devices)];
        placed >= self.horizon || devices.iter().all(|turns| turns.executed <= placed)
    }

    /// The gaining supplier's own 6.8 and 5.1 (R12).
    fn configures(&mut self, switch: &'p SwitchPlan, at: Instant, k: u8) -> Option<Instant> {
        let step = |what: What| Step { k, device: self.plan.pusher, what };
        self.steps.add(at, step(What::Configures))?;
        let set = at + switch.cos[usize::from(self.plan.pusher)].latency.max(Seconds(1));
        let created = at + Seconds(1);
        if self.on_wan {
            self.steps.arrive(set, at, step(What::SetsCalendar))?;
            self.set_calendar(set, switch.practice.calendar)?;
        }
        self.steps.add(created, step(What::CreatesSchedules))?;
        self.create_reads(&switch.practice.schedules, switch.to, created)?;
        Some(set.max(created))
    }

    /// A switch that is withdrawn at a second. Returns its last step's second.
    fn withdraws(&mut self, switch: &'p SwitchPlan, (loser, at): (SupplierId, Instant), k: u8) -> Option<Instant> {
        self.steps.add(at, Step { k, device: 0, what: What::Withdraws })?;
        let mut last = at.max(self.cancels_in_time(switch, k)?);
        for device in 0..self.plan.devices {
            last = last.max(self.turns_in_vain(switch, at, k, device)?.last);
        }
        self.thinned(k, NEVER)?;
        let (shown, turns, removed) = (NEVER, [Turns::NONE; 2], Removed::default());
        self.episodes.try_push(Episode { switch, loser, shown, turns, removed }).ok()?;
        Some(last)
    }

    /// What the losing supplier cancels before SSD: 5.3 for its schedules, 6.8 for its calendar (R8). Returns the last
    /// step's second.
    fn cancels_in_time(&mut self, switch: &'p SwitchPlan, k: u8) -> Option<Instant> {
        let before = switch.ssd.min(switch.withdrawn.unwrap_or(NEVER));
        let (mut last, device) = (Instant(i64::MIN), self.plan.pusher);
        if let Some(at) = switch.cancelling.deletes_schedules.filter(|at| *at < before) {
            let (gone, own) = (at + Seconds(1), self.reads_at(at));
            // In SSD's second it comes after what else removes schedules.
            (gone < switch.ssd).then_some(())?;
            if own > 0 {
                let what = What::SendsDeletion { accepted: true, own };
                self.steps.add(at, Step { k, device, what })?;
                let what = What::DeletesSchedules { own };
                self.steps.add(gone, Step { k, device, what })?;
                self.remove_reads(gone);
                last = gone;
            }
        }
        if let Some(at) = switch.cancelling.thins_calendar.filter(|at| *at < before && self.is_worth_thinning(*at)) {
            let what = What::SendsThinning { accepted: true };
            self.steps.add(at, Step { k, device, what })?;
            let arrives = at + switch.cos[usize::from(device)].latency.max(Seconds(1));
            self.thinning = Some((at, arrives));
            last = last.max(arrives);
        }
        Some(last)
    }

    /// What it would cancel from SSD on is refused. Returns the second of its last attempt, even if that finds nothing:
    /// after a further switch it might.
    fn cancels_late(&mut self, switch: &'p SwitchPlan, (loser, k): (SupplierId, u8)) -> Option<Instant> {
        let (mut last, device) = (Instant(i64::MIN), self.plan.pusher);
        if let Some(at) = switch.cancelling.deletes_schedules.filter(|at| *at >= switch.ssd) {
            last = at;
            let own = self.reads_of(loser, at).map_or(0, Reads::number);
            if own > 0 {
                let what = What::SendsDeletion { accepted: false, own };
                self.steps.add(at, Step { k, device, what })?;
            }
        }
        if let Some(at) = switch.cancelling.thins_calendar.filter(|at| *at >= switch.ssd) {
            last = last.max(at);
            if self.is_worth_thinning(at) {
                let what = What::SendsThinning { accepted: false };
                self.steps.add(at, Step { k, device, what })?;
            }
        }
        Some(last)
    }

    /// A 6.8 that thins the calendar arrives, if one was accepted. One that a 6.23 has overtaken fails. `executed` is
    /// the second of the 6.23.
    fn thinned(&mut self, k: u8, executed: Instant) -> Option<()> {
        let Some((sent, at)) = self.thinning.take().filter(|_| self.on_wan) else { return Some(()) };
        let works = at < executed;
        let is_set = works && self.plan.fuel == Fuel::Electricity;
        let step = Step { k, device: self.plan.pusher, what: What::Thins { works, is_set } };
        self.steps.arrive(at, sent, step)?;
        if works {
            let yearly = |writing: &Writing| {
                let due = Recurrence { anchor: clamp_to_28(self.civil, at), every: Every::Months(12) };
                Calendar { due, ..writing.calendar }
            };
            let thinned = self.writings.last().filter(|_| is_set).map(yearly);
            self.set_calendar(at, thinned)?;
        }
        Some(())
    }

    /// Whether a calendar is in use in a second, and is not read once a year anyway.
    pub(super) fn is_worth_thinning(&self, at: Instant) -> bool {
        let in_use = |writing: &Writing| writing.since <= at && writing.until.is_none_or(|until| at < until);
        self.writings.iter().any(|writing| in_use(writing) && writing.calendar.due.every != Every::Months(12))
    }

    /// Sets a calendar at a second, or parks it.
    fn set_calendar(&mut self, at: Instant, calendar: Option<Calendar>) -> Option<()> {
        if at >= self.horizon {
            return Some(());
        }
        if let Some(before) = self.writings.last_mut().filter(|before| before.until.is_none()) {
            before.ends(at, self.civil);
        }
        calendar.map_or(Some(()), |calendar| self.writings.try_push(Writing::since(at, calendar, self.civil)).ok())
    }

    /// The schedules that a supplier has in a second, but for those that go in it.
    pub(super) fn reads_of(&self, supplier: SupplierId, at: Instant) -> Option<&Reads<'p>> {
        self.reads.iter().find(|reads| reads.owner == supplier && reads.since <= at && at < reads.until)
    }

    fn create_reads(&mut self, schedules: &'p [Schedule], owner: SupplierId, since: Instant) -> Option<()> {
        if schedules.is_empty() {
            return Some(());
        }
        u8::try_from(schedules.len()).ok()?;
        self.reads.try_push(Reads { schedules, owner, since, until: NEVER }).ok()
    }

    /// The number of schedules that the supplier who created the last ones has in a second.
    fn reads_at(&self, at: Instant) -> u8 {
        self.reads.last().filter(|reads| at < reads.until).map_or(0, Reads::number)
    }

    /// The supplier's schedules are gone from a second on. Returns how many went.
    fn remove_reads(&mut self, at: Instant) -> u8 {
        let gone = self.reads_at(at);
        if let Some(reads) = self.reads.last_mut() {
            reads.until = reads.until.min(at);
        }
        gone
    }
}

/// The second of the first step that a switch takes.
fn first_step(plan: &MeterPlan, switch: &SwitchPlan) -> Instant {
    let sendings = switch.cos[..usize::from(plan.devices)].iter().filter_map(|request| match request.sending {
        Sending::At(at) => Some(at),
        Sending::Queued(_) | Sending::Never => None,
    });
    let cancels = [switch.cancelling.deletes_schedules, switch.cancelling.thins_calendar];
    let first = switch.withdrawn.unwrap_or(switch.ssd);
    sendings.chain(cancels.into_iter().flatten()).fold(first, Instant::min)
}
