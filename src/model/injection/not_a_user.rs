//! The gaining supplier is not a DCC User for a time.

use super::struck::{each_request, each_struck};
use super::{Injection, InjectionKey, InjectionKind};
use crate::model::lever::Lots;
use crate::model::plan::{CosRequest, MeterPlan, Sending, SupplierId, SwitchPlan};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "not-a-user",
    about: "the gaining supplier is not a DCC User until the end; what it could not send joins its backlog if it has a \
        capacity",
    takes: &["gaining", "supplier", "losing", "meters"],
    parameters: &[
        InjectionKey { name: "from", about: "concerns switches that start from this second on" },
        InjectionKey { name: "until", about: "second in which it becomes a User" },
        InjectionKey { name: "share", about: "share of the switches that it concerns" },
    ],
    strike: None,
    keeps_623_back: false,
};

/// `queued` are the suppliers whose backlog goes out at a stated capacity.
pub(super) fn strike(injection: &Injection, queued: &[SupplierId], meter: &mut MeterPlan, lots: &Lots<'_>) {
    let devices = meter.devices as usize;
    // While it is not a User, a supplier cannot send what it means to send ahead of SSD.
    let is_ahead = |request: &CosRequest| matches!(request.sending, Sending::At(at) if at < injection.until);
    let is_concerned = |switch: &SwitchPlan| {
        injection.from <= switch.ssd && (switch.ssd < injection.until || switch.cos[..devices].iter().any(is_ahead))
    };
    each_struck(injection, meter, lots, is_concerned, |switch, struck| {
        switch.injected = true;
        switch.user_from = Some(injection.until);
        let (ssd, queues) = (switch.ssd, queued.contains(&switch.to));
        each_request(switch, struck, |request| {
            if let Sending::At(at) = request.sending
                && at < injection.until
            {
                request.sending = if queues { Sending::Queued(at.max(ssd)) } else { Sending::At(injection.until) };
            }
        });
    });
}
