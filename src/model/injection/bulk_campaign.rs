//! A gaining supplier clears its overdue 6.23s through its backlog.

use super::struck::{concerns, strikes};
use super::{Injection, InjectionKey, InjectionKind};
use crate::model::lever::Lots;
use crate::model::plan::{MeterPlan, Sending, SwitchPlan};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "bulk-campaign",
    about: "the gaining supplier puts every 6.23 that is overdue on a day into its backlog",
    takes: &["gaining", "supplier", "losing", "meters"],
    parameters: &[
        InjectionKey { name: "from", about: "second of the campaign" },
        InjectionKey { name: "share", about: "share of the switches that it concerns" },
    ],
    strike: None,
    keeps_623_back: false,
};

/// Of the switch that is current when the campaign begins, what has not been sent by then goes to the backlog. It does
/// not count as injected: the case keeps its cause.
pub(super) fn strike(injection: &Injection, meter: &mut MeterPlan, lots: &Lots<'_>) {
    let day = injection.from;
    let goes = |switch: &SwitchPlan| switch.withdrawn.is_none() && switch.ssd < day;
    let Some(k) = meter.switches.iter().rposition(goes) else { return };
    let losing = meter.switches[..k].iter().rfind(|switch| goes(switch)).map_or(meter.holder, |switch| switch.to);
    let switch = &mut meter.switches[k];
    if !concerns(injection, switch, losing) || switch.is_not_user_at(day) || !strikes(injection, k, lots) {
        return;
    }
    for request in &mut switch.cos[..meter.devices as usize] {
        if matches!(request.sending, Sending::Never) || matches!(request.sending, Sending::At(at) if at > day) {
            request.sending = Sending::Queued(day);
        }
    }
}
