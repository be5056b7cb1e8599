//! 6.23 is never sent.

use super::struck::{each_request, each_struck};
use super::{Injection, InjectionKey, InjectionKind};
use crate::model::lever::Lots;
use crate::model::plan::{MeterPlan, Sending};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "miss-623",
    about: "6.23 is never sent",
    takes: &["gaining", "supplier", "losing", "meters"],
    parameters: &[
        InjectionKey { name: "share", about: "share of the switches that it concerns" },
        InjectionKey { name: "from", about: "concerns switches that start from this second on" },
        InjectionKey { name: "until", about: "concerns switches that start before this second" },
    ],
    strike: Some(strike),
    keeps_623_back: true,
};

fn strike(injection: &Injection, meter: &mut MeterPlan, lots: &Lots<'_>) {
    each_struck(
        injection,
        meter,
        lots,
        |switch| injection.holds(switch.ssd),
        |switch, struck| {
            switch.injected = true;
            each_request(switch, struck, |request| request.sending = Sending::Never);
        },
    );
}
