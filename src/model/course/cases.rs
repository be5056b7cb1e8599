//! The cases of a meter, one for each device of each switch, and what suppliers receive while they are open.

use super::episode::Episode;
use super::items::{Item, Items};
use super::receipts::Received;
use super::{Course, NEVER, SWITCHES};
use crate::engine::merge::Merge;
use crate::engine::time::Instant;
use crate::model::case::CaseEnd;
use crate::model::cause::Cause;
use crate::model::labels::{Ending, Owner};
use crate::model::ledger::{CaseSums, Ledger};
use crate::model::plan::{MeterPlan, SupplierId};

/// What is counted of a meter once its items are: switches that are spoiled, and what suppliers received without being
/// registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// Withdrawn switches for which the losing supplier had cancelled something.
    spoiled: u64,
    /// Of each switch, the cause, the loser and the gainer under which unwanted reads and alerts are counted.
    of_switches: [Option<(Cause, SupplierId, SupplierId)>; SWITCHES],
}

impl Closing {
    /// Counts it for all copies of the meter, with what each of them received.
    pub fn count(&self, meter: &MeterPlan, received: Received, ledger: &mut Ledger) {
        ledger.spoiled += self.spoiled * meter.copies;
        let mut leaked = 0;
        for (unwanted, case) in received.0.iter().zip(&self.of_switches).filter(|(unwanted, _)| !unwanted.is_nothing())
        {
            leaked += unwanted.reads();
            if let Some((cause, loser, gainer)) = *case {
                let sums = CaseSums { unwanted: unwanted.times(meter.copies), ..CaseSums::default() };
                ledger.book(cause, meter, (loser, gainer), &sums);
            }
        }
        ledger.complete(meter.id, meter.copies, leaked);
    }
}

impl Course<'_> {
    /// What is counted once all items are, in a window that starts at a second.
    pub(super) fn closing(&self, start: Instant) -> Closing {
        let mut of_switches = [None; SWITCHES];
        for (episode, of_switch) in
            self.episodes.iter().zip(&mut of_switches).filter(|(episode, _)| episode.is_case(self))
        {
            let end = self.case_end(episode, usize::from(self.plan.pusher));
            *of_switch = (end.until >= start).then(|| (end.cause(), episode.loser, episode.switch.to));
        }
        Closing { spoiled: self.spoiled(start), of_switches }
    }

    /// Counts a switch's cases, for those among the items.
    pub(super) fn count_cases(&self, items: Items, ledger: &mut Ledger) {
        for (k, episode) in self.episodes.iter().enumerate().filter(|(k, _)| items.has(Item::Cases(*k))) {
            debug_assert!(episode.is_case(self), "{k}");
            self.count_cases_of(episode, ledger);
        }
    }

    fn count_cases_of(&self, episode: &Episode<'_>, ledger: &mut Ledger) {
        let Self { plan, civil, horizon, .. } = *self;
        let (switch, copies) = (episode.switch, plan.copies);
        let devices = &episode.turns[..usize::from(plan.devices)];
        for device in 0..devices.len() {
            let end = self.case_end(episode, device);
            if end.ending.is_none() {
                ledger.open += copies;
            }
            // The copy shows the gainer by the time at which its 6.23 executes, so the gap is the case.
            let seconds = (end.until - switch.ssd.max(ledger.window.start)).0.max(0) as u64 * copies;
            ledger.gap += seconds;
            if let Some((cause, sums)) = end.count(ledger, civil) {
                ledger.book(cause, plan, (episode.loser, switch.to), &sums);
            }
        }
        let sent = devices.iter().map(|turns| turns.sent).min().unwrap_or(NEVER).min(horizon);
        if sent > switch.ssd {
            let owner = Owner::of(switch.class, switch.erroneous);
            ledger.hold(|l| &mut l.not_initiated[plan.kind][owner], switch.ssd, sent, civil, copies);
        }
    }

    fn case_end<'c>(&'c self, episode: &'c Episode<'_>, device: usize) -> CaseEnd<'c> {
        let turns = &episode.turns[device];
        let executes = turns.executed < self.horizon;
        CaseEnd {
            meter: self.plan,
            switch: episode.switch,
            device,
            copies: self.plan.copies,
            opened: episode.switch.ssd,
            sent: (turns.sent < self.horizon).then_some(turns.sent),
            until: turns.executed.min(self.horizon),
            ending: executes.then_some(Ending::Executed),
            risked_before: false,
        }
    }
}
