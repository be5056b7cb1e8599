//! Counting a case when it ends, or is still open at the horizon.

use super::ages::{Milestone, Wait};
use super::cause::{self, CaseFate, Cause};
use super::civil::Civil;
use super::labels::{Device, Ending, Owner};
use super::ledger::{CaseSums, Ledger, SupplyRisk};
use super::plan::{MeterPlan, SwitchPlan};
use crate::engine::merge::Merge;
use crate::engine::time::Instant;

/// A case of one device, at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct CaseEnd<'p> {
    pub meter: &'p MeterPlan,
    pub switch: &'p SwitchPlan,
    pub device: usize,
    /// Meter points that have it.
    pub copies: u64,
    pub opened: Instant,
    /// When the first 6.23 was sent for the device, if one was.
    pub sent: Option<Instant>,
    pub until: Instant,
    /// `None` if it is open at the horizon.
    pub ending: Option<Ending>,
    /// Whether an earlier case of the switch was counted at supply risk. A switch counts once.
    pub risked_before: bool,
}

impl CaseEnd<'_> {
    /// How it ended, where its cause depends on that.
    pub fn fate(&self) -> CaseFate {
        match self.ending {
            Some(Ending::Executed) => CaseFate::Executed(self.until),
            Some(Ending::Superseded) => CaseFate::Superseded,
            Some(Ending::Returned) | None => CaseFate::Other,
        }
    }

    /// Why it took as long as it did.
    pub fn cause(&self) -> Cause {
        cause::of(self.meter, self.switch, self.device, self.fate())
    }

    /// Counts it, but for what is counted by cause, which is returned. A case that ends before the window is not
    /// counted; of one that was opened before the window and is open at its start, only the part in the window is.
    pub fn count(&self, ledger: &mut Ledger, civil: &Civil) -> Option<(Cause, CaseSums)> {
        let Self { meter, device, copies, opened, until, .. } = *self;
        let start = ledger.window.start;
        if until < start {
            return None;
        }
        let cases = if start <= opened { copies } else { 0 };
        ledger.at_start += copies - cases;
        if cases > 0 {
            self.count_waits(ledger);
        }
        let seconds = (until - opened.max(start)).0 as u64 * copies;
        let supply_risk = if device == 0 && seconds > 0 && meter.checks_top_ups() {
            SupplyRisk { seconds, switches: if self.risked_before { 0 } else { copies } }
        } else {
            SupplyRisk::default()
        };
        ledger.supply_risk.merge(&supply_risk);
        ledger.exposure += seconds;
        ledger.exposure_of[Device::at(device)] += seconds;
        ledger.was_open(opened, until, civil, copies);
        let sums = CaseSums { cases, exposure: seconds, supply_risk, ..CaseSums::default() };
        Some((self.cause(), sums))
    }

    /// Counts how long it waited until its 6.23 was sent, and until one executed, or that neither came.
    fn count_waits(&self, ledger: &mut Ledger) {
        let Self { switch, opened, until, ending, .. } = *self;
        let owner = Owner::of(switch.class, switch.erroneous);
        let sent = self.sent.map(|at| at.max(opened));
        let waits = [
            (Milestone::Sent, sent.map_or((Wait::of(ending), until), |at| (Wait::Reached, at))),
            (Milestone::Executed, (Wait::of(ending), until)),
        ];
        for (milestone, (wait, end)) in waits {
            ledger.waits.count(milestone, owner, wait, end - opened, self.copies);
        }
    }
}
