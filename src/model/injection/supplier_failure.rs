//! A supplier fails: its whole book moves to the supplier of last resort on one date (R15, domain 2.7).

use crate::engine::time::{Day, Instant, Seconds};
use crate::model::plan::*;

/// The failure of a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Who fails.
    pub failed: SupplierId,
    /// The supplier of last resort.
    pub to: SupplierId,
    /// Local date of the transfer.
    pub date: Day,
    /// Its supply start by fuel (R1).
    pub ssd: [Instant; 2],
}

impl Failure {
    /// DCC learns of the transfer so long before it: identifiers of market participants are moved ahead (domain 2.7, MP185).
    pub const KNOWN_BEFORE: Seconds = Seconds::days(1);

    /// Moves a meter if it is in the book; whatever would have come to the failed supplier later comes to its successor.
    /// `switch` makes the transfer.
    pub fn move_book(&self, meter: &mut MeterPlan, switch: impl FnOnce() -> SwitchPlan) {
        let ssd = self.ssd[meter.fuel as usize];
        // The transfer takes the place of a withdrawn switch of the same day.
        meter.switches.retain(|s| s.ssd != ssd || s.withdrawn.is_none());
        let earlier = meter.switches.iter().rfind(|s| s.ssd < ssd && s.withdrawn.is_none());
        let in_book = earlier.map_or(meter.holder, |s| s.to) == self.failed;
        for later in meter.switches.iter_mut().filter(|s| s.ssd >= ssd && s.to == self.failed) {
            later.to = self.to;
            later.practice.schedules.iter_mut().for_each(|schedule| schedule.owner = self.to);
        }
        if in_book && !meter.switches.iter().any(|s| s.ssd == ssd) {
            let transfer = switch();
            meter.watch = meter.watch.min(transfer.known);
            meter.switches.push(transfer);
            meter.switches.sort_by_key(|s| s.ssd);
        }
        // A customer of the successor's does not switch to it.
        let mut registered = meter.holder;
        meter.switches.retain(|s| {
            let moves = s.to != registered;
            if moves && s.withdrawn.is_none() {
                registered = s.to;
            }
            moves
        });
    }

    /// Moves a scripted meter, which draws nothing: 6.23s wait for the successor's capacity and take a second.
    pub(super) fn move_scripted(&self, meter: &mut MeterPlan) {
        let ssd = self.ssd[meter.fuel as usize];
        let request = CosRequest {
            sending: Sending::Queued(ssd),
            latency: Seconds(1),
            fails: 0,
            retry: Seconds::hours(24),
            throttle: None,
        };
        self.move_book(meter, || SwitchPlan {
            to: self.to,
            date: self.date,
            ssd,
            known: ssd - Self::KNOWN_BEFORE,
            withdrawn: None,
            erroneous: false,
            supplier_failure: true,
            injected: true,
            class: Class::Mature,
            user_from: None,
            prepay_first: false,
            cos: [request; 2],
            cancelling: Cancelling::default(),
            configures: None,
            practice: Practice::default(),
            chases: Vec::new(),
        });
    }
}
