//! Row 23 of the table of mitigations: The DSP compares the addressee of each passing read with registration.

use super::{Mitigation, Parameter, Setting};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::plan::Detector;
use crate::model::varies::Varies;

/// Row 23.
pub const ROW: Mitigation = Mitigation {
    number: "23",
    name: "passing-alert-check",
    line: "The DSP compares the addressee of each passing read with registration.",
    actor: "DSP",
    does: "The first pushed read to a stranger leads to an ask, without any additional message.",
    limits: "Sees only meters with a billing calendar; a late registration feed gives false alarms; non-Users don't \
        respond.",
    source: "hypothetical: no source proposes it",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "detection",
                default: Setting::Law(Law::Fixed(Seconds::days(1))),
                kind: NumberKind::Assumed,
                source: "no source: judgement",
                varies: Some(Varies::over("6 h", "5 d", "no source: from the same day to a working week")),
                about: "from the first such read to the ask",
            },
            Parameter::response_to_an_ask(),
        ]
    },
    levers: |settings| {
        vec![Lever::Chases {
            detector: Detector::Passing,
            detection: settings.law("detection"),
            response: settings.law("response"),
        }]
    },
};
