//! Meters are off the WAN.

use super::spans::joined;
use super::struck::strikes;
use super::{Injection, InjectionKey, InjectionKind};
use crate::engine::time::Seconds;
use crate::model::lever::Lots;
use crate::model::plan::{MeterPlan, Region};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "wan-outage",
    about: "meters are off the WAN, of one region or of all",
    takes: &["region", "meters"],
    parameters: &[
        InjectionKey { name: "from", about: "first second of the outage" },
        InjectionKey { name: "until", about: "first second after it" },
        InjectionKey { name: "share", about: "share of the meters that it concerns" },
        InjectionKey {
            name: "catch-up",
            about: "time from its end over which suppliers ask evenly for the scheduled reads that a market's estate \
                    has missed",
        },
    ],
    strike: None,
    keeps_623_back: false,
};

/// An outage of the WAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WanOutage {
    /// The region that is off the WAN; `None` is all of them.
    pub region: Option<Region>,
    /// The time from its end over which suppliers ask evenly for the scheduled reads that a market's estate has missed;
    /// `None` if they do not ask again.
    pub catch_up: Option<Seconds>,
}

pub(super) fn strike(injection: &Injection, region: Option<Region>, meter: &mut MeterPlan, lots: &Lots<'_>) {
    if region.is_none_or(|region| region == meter.region) && strikes(injection, 0, lots) {
        meter.off_wan = joined(&meter.off_wan, (injection.from, injection.until));
    }
}
