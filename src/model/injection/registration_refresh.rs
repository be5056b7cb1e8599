//! The registration data are refreshed.

use super::struck::each_struck;
use super::{Injection, InjectionKey, InjectionKind};
use crate::model::lever::Lots;
use crate::model::plan::MeterPlan;

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "registration-refresh",
    about: "the DCC learns of every started switch that it still does not know of",
    takes: &["gaining", "supplier", "losing", "meters"],
    parameters: &[
        InjectionKey { name: "at", about: "second of the refresh" },
        InjectionKey { name: "share", about: "share of the switches that it concerns" },
        InjectionKey { name: "from", about: "concerns switches that start from this second on" },
    ],
    strike: None,
    keeps_623_back: false,
};

/// It mends what went wrong: the case keeps its cause. A switch that starts in the very second of a refresh has
/// started.
pub(super) fn strike(injection: &Injection, meter: &mut MeterPlan, lots: &Lots<'_>) {
    let has_started = |ssd| injection.from <= ssd && ssd <= injection.until;
    each_struck(
        injection,
        meter,
        lots,
        |switch| has_started(switch.ssd),
        |switch, _| {
            switch.known = switch.known.min(injection.until);
        },
    );
}
