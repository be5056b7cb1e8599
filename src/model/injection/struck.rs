//! Which switches an injection strikes.

use super::Injection;
use crate::engine::time::Instant;
use crate::model::draw::{self, Lot};
use crate::model::lever::Lots;
use crate::model::plan::{CosRequest, MeterPlan, SupplierId, SwitchPlan};

/// Where a switch that is struck belongs.
pub(super) struct Struck {
    /// The draws of the switch.
    pub lot: Lot,
    /// The SSD of the meter's next switch before any was struck.
    pub next: Option<Instant>,
    /// Devices of the meter.
    pub devices: usize,
}

/// Calls `each` with every switch that an injection strikes; `in_time` says whether it comes at the injection's time.
pub(super) fn each_struck(
    injection: &Injection,
    meter: &mut MeterPlan,
    lots: &Lots<'_>,
    in_time: impl Fn(&SwitchPlan) -> bool,
    mut each: impl FnMut(&mut SwitchPlan, &Struck),
) {
    let devices = meter.devices as usize;
    let mut registered = meter.holder;
    let starts: Vec<Instant> = meter.switches.iter().map(|switch| switch.ssd).collect();
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        let losing = registered;
        if switch.withdrawn.is_none() {
            registered = switch.to;
        }
        if in_time(switch) && concerns(injection, switch, losing) && strikes(injection, k, lots) {
            each(switch, &Struck { lot: lots.of(k), next: starts.get(k + 1).copied(), devices });
        }
    }
}

/// Changes the 6.23 of each device of the meter.
pub(super) fn each_request(switch: &mut SwitchPlan, struck: &Struck, change: impl FnMut(&mut CosRequest)) {
    switch.cos[..struck.devices].iter_mut().for_each(change);
}

/// Whether the suppliers of a switch are among those that an injection names.
pub(super) fn concerns(injection: &Injection, switch: &SwitchPlan, losing: SupplierId) -> bool {
    (injection.gaining.is_empty() || injection.gaining.contains(&switch.to))
        && (injection.losing.is_empty() || injection.losing.contains(&losing))
}

/// Whether the k-th switch is in the share that an injection strikes.
pub(super) fn strikes(injection: &Injection, k: usize, lots: &Lots<'_>) -> bool {
    injection.share >= 1.0 || lots.of(k).uniform(draw::INJECTED, injection.index) < injection.share
}
