//! Row 21 of the table of mitigations: The DCC monitors 6.23 for every change of supplier and asks for it.

use super::{Mitigation, Parameter, Setting};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::plan::Detector;
use crate::model::varies::Varies;

/// Row 21.
pub const ROW: Mitigation = Mitigation {
    number: "21",
    name: "monitor-all-6.23",
    line: "The DCC monitors 6.23 for every change of supplier and asks for it.",
    actor: "DCC",
    does: "After some days without a 6.23 the DCC asks the gaining supplier.",
    limits: "\"Sent\" is not \"executed\"; no effect on non-Users.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "after",
                default: Setting::Length(Seconds::days(5)),
                kind: NumberKind::Assumed,
                source: "no source: judgement",
                varies: Some(Varies::between("1 d", "14 d", "no source: from the next day to two weeks")),
                about: "days after SSD at which the DCC asks",
            },
            Parameter::response_to_an_ask(),
        ]
    },
    levers: |settings| {
        vec![Lever::Chases {
            detector: Detector::Monitoring,
            detection: Law::Fixed(settings.length("after")),
            response: settings.law("response"),
        }]
    },
};
