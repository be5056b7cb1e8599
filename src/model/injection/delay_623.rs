//! 6.23 is sent later.

use super::struck::{each_request, each_struck};
use super::{Injection, InjectionKey, InjectionKind};
use crate::engine::law::Law;
use crate::model::draw;
use crate::model::lever::Lots;
use crate::model::plan::{MeterPlan, Sending};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "delay-623",
    about: "6.23 is sent later by a delay",
    takes: &["gaining", "supplier", "losing", "meters"],
    parameters: &[
        InjectionKey { name: "delay", about: "law of the delay" },
        InjectionKey { name: "share", about: "share of the switches that it concerns" },
        InjectionKey { name: "from", about: "concerns switches that start from this second on" },
        InjectionKey { name: "until", about: "concerns switches that start before this second" },
    ],
    strike: None,
    keeps_623_back: true,
};

pub(super) fn strike(injection: &Injection, law: &Law, meter: &mut MeterPlan, lots: &Lots<'_>) {
    each_struck(
        injection,
        meter,
        lots,
        |switch| injection.holds(switch.ssd),
        |switch, struck| {
            switch.injected = true;
            let (ssd, delay) = (switch.ssd, struck.lot.duration(law, draw::INJECTED_DELAY, injection.index));
            each_request(switch, struck, |request| {
                request.sending = match (request.sending, delay) {
                    // A future-dated 6.23 acts at SSD; the delay counts from there.
                    (Sending::At(at), Some(delay)) => Sending::At(at.max(ssd) + delay),
                    (Sending::Queued(at), Some(delay)) => Sending::Queued(at + delay),
                    (Sending::Never, _) | (_, None) => Sending::Never,
                };
            });
        },
    );
}
