//! Row 11 of the table of mitigations: Losing suppliers delete leaked reads and notify the gaining supplier.

use super::{Mitigation, Parameter, Setting};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::laws::{NumberKind, log_normal};
use crate::model::lever::Lever;
use crate::model::plan::Detector;
use crate::model::varies::Varies;

/// Row 11.
pub const ROW: Mitigation = Mitigation {
    number: "11",
    name: "delete-and-notify",
    line: "Losing suppliers delete leaked reads and notify the gaining supplier.",
    actor: "losing supplier",
    does: "Leaked reads are discarded, and the notice makes the gaining supplier send.",
    limits: "Needs detection; the gaining supplier must be found; non-Users cannot act.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "portfolio-lag",
                default: Setting::Length(Seconds::days(5)),
                kind: NumberKind::Assumed,
                source: "judgement",
                varies: Some(Varies::over("1 d", "14 d", "no source: from the next day to two weeks")),
                about: "how long the portfolio lags after a return",
            },
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
                about: "from the first unwanted alert to the notice",
            },
            Parameter {
                name: "response",
                default: Setting::Law(log_normal(14.0, 0.8)),
                kind: NumberKind::Assumed,
                source: "calibration 8.6",
                varies: Some(Parameter::RESPONSE),
                about: "from the notice to the sending",
            },
        ]
    },
    levers: |settings| {
        vec![
            Lever::BlackHoles { portfolio_lag: settings.length("portfolio-lag") },
            Lever::Chases {
                detector: Detector::LosingSupplier,
                detection: settings.law("detection"),
                response: settings.law("response"),
            },
        ]
    },
};
