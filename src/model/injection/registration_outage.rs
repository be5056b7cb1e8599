//! The registration data do not reach the DCC for a time.

use super::local_days::LocalDays;
use super::struck::each_struck;
use super::{Injection, InjectionKey, InjectionKind};
use crate::engine::time::{Instant, Seconds};
use crate::model::draw;
use crate::model::lever::Lots;
use crate::model::plan::{Cancelling, Fuel, MeterPlan, Sending, SwitchPlan};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "registration-outage",
    about: "switches of which the DCC would have learned during an outage become known when it ends",
    takes: &["gaining", "supplier", "losing", "meters"],
    parameters: &[
        InjectionKey { name: "from", about: "first second of the outage" },
        InjectionKey { name: "until", about: "first second after it" },
        InjectionKey { name: "clearing", about: "time before the end over which what was held up is cleared evenly" },
        InjectionKey {
            name: "switches",
            about: "late if the switches have started in time, \
                    prevented if they start on the local day after the DCC has learned of them",
        },
        InjectionKey { name: "share", about: "share of the switches that it concerns" },
    ],
    strike: None,
    keeps_623_back: false,
};

/// An outage of the registration data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outage {
    /// What was held up is cleared evenly over this time before the end; at the end where it is 0.
    pub clearing: Seconds,
    /// The switches that it holds up start on the first local day after they are cleared. `None`: they have started in
    /// time, and only the DCC learns of them late.
    pub postpones: Option<LocalDays>,
}

pub(super) fn strike(injection: &Injection, outage: &Outage, meter: &mut MeterPlan, lots: &Lots<'_>) {
    let fuel = meter.fuel;
    each_struck(
        injection,
        meter,
        lots,
        |switch| injection.holds(switch.known),
        |switch, struck| {
            let part = struck.lot.uniform(draw::CLEARED, injection.index);
            let cleared = injection.until - Seconds(libm::floor(outage.clearing.0 as f64 * part) as i64);
            hold_up(outage, switch, cleared.max(switch.known), (fuel, struck.next));
        },
    );
}

/// The DCC learns of a switch when an outage is cleared. Where that postpones the switch, all that depends on its
/// supply start moves with it, and it does not count as injected. A switch that would not start before the next one of
/// its meter is left alone.
fn hold_up(outage: &Outage, switch: &mut SwitchPlan, cleared: Instant, (fuel, next): (Fuel, Option<Instant>)) {
    let Some(days) = &outage.postpones else {
        switch.known = cleared;
        switch.injected = true;
        return;
    };
    let Some((date, ssd)) = days.next_start(cleared, fuel).filter(|(_, ssd)| next.is_none_or(|next| *ssd < next))
    else {
        return;
    };
    switch.known = cleared;
    if ssd <= switch.ssd {
        return;
    }
    let later = ssd - switch.ssd;
    switch.withdrawn = switch.withdrawn.map(|at| at + later);
    switch.user_from = switch.user_from.map(|at| if at > switch.ssd { at + later } else { at });
    for request in &mut switch.cos {
        request.sending = match request.sending {
            Sending::At(at) => Sending::At(at + later),
            Sending::Queued(at) => Sending::Queued(at + later),
            Sending::Never => Sending::Never,
        };
    }
    let Cancelling { deletes_schedules, thins_calendar, late_passes_from: _ } = &mut switch.cancelling;
    for at in [deletes_schedules, thins_calendar] {
        *at = at.map(|at| at + later);
    }
    (switch.date, switch.ssd) = (date, ssd);
}
