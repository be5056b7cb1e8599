//! Row 22 of the table of mitigations: Certificates on meters are read and compared with registration.

use super::{Mitigation, Parameter, Setting};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::plan::Detector;
use crate::model::varies::Varies;

/// Row 22.
pub const ROW: Mitigation = Mitigation {
    number: "22",
    name: "certificate-sweep",
    line: "Certificates on meters are read and compared with registration.",
    actor: "DCC or a supplier",
    does: "At every sweep 6.24.1 reads each meter's certificates; the gaining supplier is asked where they are not its \
        own.",
    limits: "Sees failed 6.23s too, but no meter off the WAN; 79 B out and 225 B back for each device and sweep; who \
        may send it is open; non-Users don't respond.",
    source: "hypothetical; SECMP0063 proposed the like for network operators",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "every",
                default: Setting::Length(Seconds::days(30)),
                kind: NumberKind::Assumed,
                source: "no source: judgement",
                varies: Some(Varies::over("7 d", "90 d", "no source: from weekly to quarterly")),
                about: "from one sweep to the next",
            },
            Parameter {
                name: "detection",
                default: Setting::Law(Law::Fixed(Seconds::days(1))),
                kind: NumberKind::Assumed,
                source: "no source: judgement",
                varies: Some(Varies::over("6 h", "5 d", "no source: from the same day to a working week")),
                about: "from a sweep to the ask",
            },
            Parameter::response_to_an_ask(),
        ]
    },
    levers: |settings| {
        vec![Lever::Chases {
            detector: Detector::Sweep(settings.length("every")),
            detection: settings.law("detection"),
            response: settings.law("response"),
        }]
    },
};
