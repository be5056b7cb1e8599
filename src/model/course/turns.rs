//! The 6.23 of one device: when it is sent, refused, sent in vain, and executed (R9 to R11, R19).

use super::steps::{Step, What};
use super::{Course, NEVER};
use crate::engine::time::{Instant, Seconds};
use crate::model::plan::{Sending, SwitchPlan};

/// The seconds of one device's 6.23; [`NEVER`] for what does not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turns {
    /// Its first sending, accepted or not.
    pub sent: Instant,
    /// Its execution.
    pub executed: Instant,
    /// No step comes after this second.
    pub last: Instant,
}

impl Turns {
    pub const NONE: Self = Self { sent: NEVER, executed: NEVER, last: Instant(i64::MIN) };
}

impl Course<'_> {
    /// The turns of a switch that starts, whose 6.23 is first sent as `sending` says. `None` if there are too many
    /// steps.
    pub(super) fn turns(&mut self, switch: &SwitchPlan, sending: Sending, k: u8, device: u8) -> Option<Turns> {
        let request = &switch.cos[usize::from(device)];
        let Sending::At(sent) = sending else { return Some(Turns::NONE) };
        let step = |what: What| Step { k, device, what };
        let mut at = sent;
        // Refused until the DCC's copy shows the gainer.
        while switch.known > at && at < self.horizon {
            self.steps.add(at, step(What::Refused))?;
            at = at + request.retry;
        }
        let mut fails = request.fails;
        if at < switch.ssd {
            // Future-dated: it falls due at SSD.
            self.steps.add(at, step(What::Sends))?;
            if fails == 0 {
                let mut executed = NEVER;
                if self.reaches_certificates() {
                    executed = switch.ssd;
                    self.steps.add(switch.ssd, step(What::Executes { future_dated: true }))?;
                }
                return Some(Turns { sent, executed, last: switch.ssd });
            }
            self.steps.add(switch.ssd, step(What::FailsWhenDue))?;
            (fails, at) = (fails - 1, switch.ssd + request.retry);
        }
        while fails > 0 && at < self.horizon {
            self.steps.add(at, step(What::SendsInVain))?;
            (fails, at) = (fails - 1, at + request.retry);
        }
        self.steps.add(at, step(What::Sends))?;
        let arrives = at + request.latency.max(Seconds(1));
        let mut executed = NEVER;
        if self.reaches_certificates() {
            executed = arrives;
            self.steps.arrive(arrives, at, step(What::Executes { future_dated: false }))?;
        }
        Some(Turns { sent, executed, last: arrives })
    }

    /// The turns of a switch that is withdrawn at a second (R19).
    pub(super) fn turns_in_vain(
        &mut self,
        switch: &SwitchPlan,
        withdrawn: Instant,
        k: u8,
        device: u8,
    ) -> Option<Turns> {
        let request = &switch.cos[usize::from(device)];
        let Sending::At(sent) = request.sending else { return Some(Turns::NONE) };
        let step = |what: What| Step { k, device, what };
        let mut at = sent;
        while at < withdrawn && switch.known > at && at < self.horizon {
            self.steps.add(at, step(What::Refused))?;
            at = at + request.retry;
        }
        if at < withdrawn {
            self.steps.add(at, step(What::Sends))?;
            self.steps.add(switch.ssd, step(What::RefusedWhenDue))?;
            at = switch.ssd + request.retry;
        }
        self.steps.add(at, step(What::Abandoned))?;
        Some(Turns { sent, executed: NEVER, last: at })
    }
}
