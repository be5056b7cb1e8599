//! Row 4 of the table of mitigations: A formal escalation with a time limit.

use super::{Mitigation, Parameter, Setting};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::laws::{NumberKind, log_normal};
use crate::model::lever::Lever;
use crate::model::plan::Detector;
use crate::model::varies::Varies;

/// Row 4.
pub const ROW: Mitigation = Mitigation {
    number: "4",
    name: "escalation",
    line: "A formal escalation with a time limit.",
    actor: "losing supplier, then the code bodies",
    does: "The losing supplier notices unwanted alerts and names the case; the gaining supplier answers within the \
        limit.",
    limits: "A supplier that is not a DCC User does not answer.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "detection",
                default: Setting::Law(Law::Exponential { mean: 28.0 * 86_400.0 }),
                kind: NumberKind::Assumed,
                source: "calibration 8.5",
                varies: Some(Varies::over(
                    "7 d",
                    "56 d",
                    "calibration 8.5: inferred from one case; a quarter of it to twice it",
                )),
                about: "from the first unwanted alert to the ask",
            },
            Parameter {
                name: "response",
                default: Setting::Law(Law::Capped(Box::new(log_normal(5.0, 0.6)), Seconds::days(20))),
                kind: NumberKind::PolicyLever,
                source: "calibration 8.6",
                varies: None,
                about: "from the ask to the sending",
            },
        ]
    },
    levers: |settings| {
        vec![Lever::Chases {
            detector: Detector::LosingSupplier,
            detection: settings.law("detection"),
            response: settings.law("response"),
        }]
    },
};
