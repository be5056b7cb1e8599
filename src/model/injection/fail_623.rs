//! Attempts at a 6.23 fail on the device.

use super::struck::{each_request, each_struck};
use super::{Injection, InjectionKey, InjectionKind};
use crate::model::lever::Lots;
use crate::model::plan::MeterPlan;

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "fail-623",
    about: "more attempts fail on the device before one succeeds",
    takes: &["gaining", "supplier", "losing", "meters"],
    parameters: &[
        InjectionKey { name: "times", about: "number of further attempts that the device does not answer" },
        InjectionKey { name: "share", about: "share of the switches that it concerns" },
        InjectionKey { name: "from", about: "concerns switches that start from this second on" },
        InjectionKey { name: "until", about: "concerns switches that start before this second" },
    ],
    strike: None,
    keeps_623_back: false,
};

pub(super) fn strike(injection: &Injection, times: u32, meter: &mut MeterPlan, lots: &Lots<'_>) {
    each_struck(
        injection,
        meter,
        lots,
        |switch| injection.holds(switch.ssd),
        |switch, struck| {
            switch.injected = true;
            each_request(switch, struck, |request| request.fails = request.fails.saturating_add(times));
        },
    );
}
