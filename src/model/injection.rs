//! Faults that a scenario injects (model, "Injections"): each reshapes the plans that it strikes, before any policy does.

use super::draw;
use super::lever::Lots;
use super::plan::{MeterId, MeterPlan, Sending, SupplierId};
use crate::engine::law::Law;
use crate::engine::time::{Instant, Seconds};

/// A fault and whom it strikes.
#[derive(Debug, Clone, PartialEq)]
pub struct Injection {
    /// What goes wrong.
    pub fault: Fault,
    /// Gaining suppliers; none is all.
    pub gaining: Vec<SupplierId>,
    /// Losing suppliers; none is all.
    pub losing: Vec<SupplierId>,
    /// Meters; none is all.
    pub meters: Vec<MeterId>,
    /// Share of the switches that it concerns.
    pub share: f64,
    /// Switches with an SSD from this second on; for an outage its start.
    pub from: Instant,
    /// Before this second; for an outage its end.
    pub until: Instant,
    /// Its place in the scenario; names its draws.
    pub index: u32,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 6.23 is never sent.
    Missing,
    /// 6.23 is first sent so much later.
    Delayed(Law),
    /// So many attempts more fail on the device.
    Failing(u32),
    /// DCC learns in the end of the outage of every switch that it would have learned of in it.
    RegistrationOutage,
    /// The gaining supplier is no DCC User until the end; what it could not send joins its backlog.
    NotAUser {
        /// Suppliers whose backlog goes out at a stated capacity.
        queued: Vec<SupplierId>,
    },
}

impl Injection {
    /// Strikes a plan where it is concerned.
    pub fn apply(&self, meter: &mut MeterPlan, lots: &Lots<'_>) {
        if !self.meters.is_empty() && !self.meters.contains(&meter.id) {
            return;
        }
        let mut registered = meter.holder;
        for (k, switch) in meter.switches.iter_mut().enumerate() {
            let losing = registered;
            if switch.withdrawn.is_none() {
                registered = switch.to;
            }
            let when = match self.fault {
                Fault::RegistrationOutage => switch.known,
                _ => switch.ssd,
            };
            let concerned = (self.gaining.is_empty() || self.gaining.contains(&switch.to))
                && (self.losing.is_empty() || self.losing.contains(&losing))
                && self.from <= when
                && when < self.until;
            let lot = (lots.of)(k);
            if !concerned || (self.share < 1.0 && lot.uniform(draw::INJECTED, self.index) >= self.share) {
                continue;
            }
            switch.injected = true;
            let delay = match &self.fault {
                Fault::Delayed(law) => lot.duration(law, draw::INJECTED_DELAY, self.index),
                _ => Some(Seconds(0)),
            };
            for request in &mut switch.cos[..meter.devices as usize] {
                match &self.fault {
                    Fault::Missing => request.sending = Sending::Never,
                    Fault::Delayed(_) => {
                        request.sending = match (request.sending, delay) {
                            // What was to be future-dated acts at SSD; the delay counts from there.
                            (Sending::At(at), Some(delay)) => Sending::At(at.max(switch.ssd) + delay),
                            (Sending::Queued(at), Some(delay)) => Sending::Queued(at + delay),
                            _ => Sending::Never,
                        }
                    }
                    Fault::Failing(times) => request.fails = request.fails.saturating_add(*times),
                    Fault::RegistrationOutage => switch.known = self.until,
                    Fault::NotAUser { queued } => {
                        switch.user_from = Some(self.until);
                        if let Sending::At(at) = request.sending
                            && at < self.until
                        {
                            request.sending = if queued.contains(&switch.to) {
                                Sending::Queued(at.max(switch.ssd))
                            } else {
                                Sending::At(self.until)
                            };
                        }
                    }
                }
            }
        }
    }
}
