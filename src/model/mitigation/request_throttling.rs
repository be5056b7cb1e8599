//! Row 16 of the table of mitigations: The DCC throttles service requests of users that exceed their share.

use super::{Mitigation, Parameter, Setting};
use crate::engine::law::Law;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 16.
pub const ROW: Mitigation = Mitigation {
    number: "16",
    name: "request-throttling",
    line: "The DCC throttles service requests of users that exceed their share.",
    actor: "DCC",
    does: "A 6.23 is held back while demand exceeds a share of the stated capacity. Without a stated capacity every \
        6.23 is held back. Alerts are not throttled.",
    limits: "Can only lengthen exposure, unless 6.23 is given priority; future-dated 6.23s act at SSD as before. The \
        real delays and thresholds are not public.",
    source: "SECMP0067",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "delay",
                default: Setting::Law(Law::Uniform { low: 0.0, high: 3_600.0 }),
                kind: NumberKind::Assumed,
                source: "a placeholder: the real delays are not public",
                varies: Some(Varies::over("1 min", "1 d", "a placeholder: the real delays are not public")),
                about: "how long a 6.23 is held back",
            },
            Parameter {
                name: "above",
                default: Setting::Share(0.9),
                kind: NumberKind::Assumed,
                source: "a placeholder: the real threshold is not public",
                varies: Some(Varies::between("0.5", "1", "a placeholder: the real threshold is not public")),
                about: "share of [traffic]'s capacity above which requests are held back; without a capacity they \
                    always are",
            },
        ]
    },
    levers: |settings| {
        let above = libm::round(settings.share("above") * 1_000.0) as u16;
        vec![Lever::Throttles { delay: settings.law("delay"), above }]
    },
};
