//! The questions that every lever answers. Each lever is one file with one implementation of [`Effect`].

use super::acts::Acts;
use super::{Lots, Pull};
use crate::engine::time::{DAY, HOUR, Instant, Seconds};
use crate::model::course::Outlook;
use crate::model::draw::{self, Lot};
use crate::model::laws::Laws;
use crate::model::plan::{Chase, CosRequest, MeterPlan, Payment, Practice, Sending, SupplierId, SwitchPlan};

/// What a lever does, and what others have to know of it.
pub(super) trait Effect {
    /// Who acts, and when.
    fn acts(&self) -> Acts;

    /// Reshapes a plan.
    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws);

    /// Whether it leaves the meter's plan as it is, or adds what nothing in the meter's course ever comes to ask for.
    /// Under idle levers alone the meter goes as it goes without them, and need not be walked again. A `false` may be
    /// wrong and costs a walk; a `true` must be right.
    fn is_idle(&self, pull: &Pull, seen: &Seen<'_, '_>) -> bool;

    /// Whether it finds nothing to act on at a meter. A policy that finds nothing anywhere is likely to be a mistake;
    /// one that acts to no effect is an answer.
    fn finds_nothing(&self, pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        self.is_idle(pull, seen)
    }

    /// Whether what it does to a scripted meter depends on the seed.
    fn varies(&self, laws: &Laws) -> bool;

    /// What does not depend on a meter.
    fn profile(&self) -> Profile;
}

/// What a lever is, whatever the meter. The default draws nothing, repeats nothing and leaves the estate alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Profile {
    /// The number of its kind, by which its draws are named; `None` where it only draws under names that it shares, or
    /// not at all. Policies that do the same draw the same, whichever mitigations they are made of. A kind keeps its
    /// number for ever.
    pub kind: Option<u32>,
    /// The laws of the catalogue that it draws from, by name.
    pub laws: &'static [&'static str],
    /// What it changes in how the whole estate is read.
    pub estate: Option<EstateChange>,
    /// Whether it may make a gaining supplier send 6.23 sooner.
    pub sends_sooner: bool,
    /// How long after SSD the DCC learns of a failed supplier's switches under it.
    pub holds_failures: Option<Seconds>,
    /// The period at which it visits meters.
    pub visits_every: Option<Seconds>,
    /// Whether it makes the DCC withhold alerts from suppliers that its copy does not show.
    pub filters_alerts: bool,
    /// The share of a stated capacity, in thousandths, above which it holds requests back.
    pub holds_back_above: Option<u16>,
}

/// What a policy changes in how the whole estate is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EstateChange {
    /// A daily scheduled read replaces each billing calendar.
    BySchedule,
    /// Daily calendars become monthly.
    Monthly,
    /// A daily scheduled read of the profile data log joins what electricity meters have, where it is not among it.
    HalfHourly,
    /// The certificates of all devices are read at this period.
    Sweep(Seconds),
}

/// A meter as it is before a lever is pulled.
pub(super) struct Seen<'m, 'l> {
    pub meter: &'m MeterPlan,
    /// What is to come at it, if it is ordinary.
    pub outlook: Option<&'m Outlook<'m>>,
    pub lots: &'m Lots<'l>,
    pub laws: &'m Laws,
}

impl Seen<'_, '_> {
    /// Whether a condition holds for every switch.
    pub fn every_switch(&self, is_such: impl Fn(&SwitchPlan) -> bool) -> bool {
        self.meter.switches.iter().all(is_such)
    }

    /// Whether a 6.23 is sent for each device by SSD.
    pub fn sent_by_ssd(&self, switch: &SwitchPlan) -> bool {
        self.is_sent_by(switch, switch.ssd)
    }

    /// Whether a 6.23 is sent for each device before the answer to a chase that notices at SSD, or is never asked for.
    pub fn is_sent_by_answer(&self, switch: &SwitchPlan, chase: &Chase) -> bool {
        let answer = |response: Seconds| switch.ssd + chase.detection + response.max(Seconds(1));
        chase.response.is_none_or(|response| self.is_sent_by(switch, answer(response)))
    }

    fn is_sent_by(&self, switch: &SwitchPlan, latest: Instant) -> bool {
        let devices = &switch.cos[..usize::from(self.meter.devices)];
        devices.iter().all(|cos| matches!(cos.sending, Sending::At(at) if at <= latest))
    }

    fn practices(&self) -> impl Iterator<Item = &Practice> {
        std::iter::once(&self.meter.practice).chain(self.meter.switches.iter().map(|switch| &switch.practice))
    }

    /// Whether a condition holds for the practice of any supplier of the meter.
    pub fn any_reads(&self, reads: impl Fn(&Practice) -> bool) -> bool {
        self.practices().any(reads)
    }

    /// Whether a condition holds for the practice of any supplier that may lose the meter. If there is one switch, that
    /// is the loser: the gainer keeps the meter.
    pub fn any_loser_reads(&self, reads: impl Fn(&Practice) -> bool) -> bool {
        let meter = self.meter;
        let loses_once = meter.switches.len() == 1 && self.every_switch(|switch| switch.to != meter.holder);
        self.practices().take(if loses_once { 1 } else { usize::MAX }).any(reads)
    }

    /// Whether nothing is received while another supplier is registered or its 6.23 is outstanding.
    pub fn is_silent(&self) -> bool {
        self.outlook.is_some_and(Outlook::is_silent)
    }

    /// Whether no supplier that loses the meter has schedules then.
    pub fn loses_no_schedules(&self) -> bool {
        !self.any_loser_reads(has_schedules) || self.outlook.is_some_and(|outlook| !outlook.has_losing_schedules())
    }

    /// Whether a condition holds for every switch at which the losing supplier would cancel something, with that
    /// supplier and the second.
    pub fn every_cancelling(&self, pull: &Pull, is_such: impl Fn(&SwitchPlan, SupplierId, Instant) -> bool) -> bool {
        self.every_loss(|(_, switch, loser), lot| {
            let at = cancels_at(pull, switch, (loser, lot), self.lots, self.laws);
            at.is_none_or(|at| is_such(switch, loser, at))
        })
    }

    /// Whether a condition holds for every switch, with its place, the supplier that loses by it, and its draws.
    pub fn every_loss(&self, is_such: impl Fn((usize, &SwitchPlan, SupplierId), &Lot) -> bool) -> bool {
        let mut registered = self.meter.holder;
        self.meter.switches.iter().enumerate().all(|(k, switch)| {
            let loser = registered;
            if switch.withdrawn.is_none() {
                registered = switch.to;
            }
            is_such((k, switch, loser), &self.lots.of(k))
        })
    }
}

pub(super) fn has_calendar(practice: &Practice) -> bool {
    practice.calendar.is_some()
}

pub(super) fn has_schedules(practice: &Practice) -> bool {
    !practice.schedules.is_empty()
}

/// Calls `each` with every switch of a meter, the supplier that loses by it, and its draws.
pub(super) fn each_switch(
    meter: &mut MeterPlan,
    lots: &Lots<'_>,
    mut each: impl FnMut(&mut SwitchPlan, SupplierId, &Lot),
) {
    let mut registered = meter.holder;
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        let loser = registered;
        if switch.withdrawn.is_none() {
            registered = switch.to;
        }
        each(switch, loser, &lots.of(k));
    }
}

/// A switch whose gaining supplier has adopted the policy by SSD.
pub(super) struct Gain<'p> {
    pub switch: &'p mut SwitchPlan,
    pub devices: usize,
    pub payment: Payment,
}

impl Gain<'_> {
    /// The 6.23s of the meter's devices.
    pub fn cos(&mut self) -> &mut [CosRequest] {
        &mut self.switch.cos[..self.devices]
    }

    /// The gaining supplier sends at this second at the latest. What is queued stays queued.
    pub fn sends_by(&mut self, at: Instant) {
        for request in self.cos() {
            match &mut request.sending {
                Sending::At(planned) => *planned = at.min(*planned),
                Sending::Never => request.sending = Sending::At(at),
                Sending::Queued(_) => {}
            }
        }
    }
}

/// Calls `each` with every switch whose gaining supplier has adopted the policy by SSD, and its draws.
pub(super) fn each_gain(pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, mut each: impl FnMut(Gain<'_>, &Lot)) {
    let (devices, payment) = (meter.devices as usize, meter.payment);
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        if pull.reaches(switch.to, lots).is_some_and(|from| switch.ssd >= from) {
            each(Gain { switch, devices, payment }, &lots.of(k));
        }
    }
}

/// When a losing supplier that adopts the policy cancels after notice of its loss; not before the policy's start.
pub(super) fn cancels_at(
    pull: &Pull,
    switch: &SwitchPlan,
    (loser, lot): (SupplierId, &Lot),
    lots: &Lots<'_>,
    laws: &Laws,
) -> Option<Instant> {
    let from = pull.reaches(loser, lots)?;
    let notice = lot.duration(&laws.notice, draw::NOTICE, 0).unwrap_or_default();
    let lead = lot.duration(&laws.lead, draw::LEAD, 0)?;
    Some(switch.ssd - notice + lead).filter(|at| *at >= from)
}

/// When a future-dated 6.23 goes out that is intended for this second: then if that is at least an hour before SSD,
/// otherwise at SSD.
pub(super) fn ahead_of(ssd: Instant, at: Instant) -> Instant {
    if at <= ssd - HOUR { at } else { ssd }
}

/// Changes how a meter is read: by its holder, if that supplier can still act for it when the policy starts, and by
/// those that gain it later. `change` gets the practice, its supplier and the place of the switch that draws.
pub(super) fn each_practice(
    pull: &Pull,
    meter: &mut MeterPlan,
    lots: &Lots<'_>,
    change: impl Fn(&mut Practice, SupplierId, usize),
) {
    let first_loss = meter.switches.first().map(|s| s.ssd);
    if pull.reaches(meter.holder, lots).is_some_and(|from| first_loss.is_none_or(|ssd| ssd >= from)) {
        change(&mut meter.practice, meter.holder, 0);
    }
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        if pull.reaches(switch.to, lots).is_some_and(|from| switch.ssd >= from) {
            change(&mut switch.practice, switch.to, k);
        }
    }
}

/// The UTC second of the schedule that a lever gives to the supplier of a meter's k-th switch: that of a scripted
/// meter, or drawn with a number of the lever's own.
pub(super) fn run_second(scripted: u32, (lots, laws): (&Lots<'_>, &Laws), k: usize, index: u32) -> u32 {
    if lots.scripted {
        return scripted;
    }
    let drawn = laws.run_second.at(lots.of(k).uniform(draw::RUN_SECOND, index)).unwrap_or_default();
    drawn.0.rem_euclid(DAY.0) as u32
}

/// The suppliers among these that adopt a policy, each once and in ascending order, with the second of adoption.
pub(super) fn taken_up<'l>(
    pull: &'l Pull,
    mut suppliers: Vec<SupplierId>,
    lots: &'l Lots<'_>,
) -> impl Iterator<Item = (SupplierId, Instant)> + 'l {
    suppliers.sort();
    suppliers.dedup();
    suppliers.into_iter().filter_map(|supplier| Some((supplier, pull.reaches(supplier, lots)?)))
}
