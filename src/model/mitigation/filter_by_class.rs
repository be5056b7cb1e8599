//! Row 13a of the table of mitigations: The DCC withholds non-critical alerts from suppliers that are not registered.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::plan::Passes;

/// Row 13a.
pub const ROW: Mitigation = Mitigation {
    number: "13a",
    name: "filter-by-class",
    line: "The DCC withholds non-critical alerts from suppliers that are not registered.",
    actor: "DCC",
    does: "A test of the alert's class: 0x8F0A is critical and passes, so leaked reads stay.",
    limits: "Stops E4s only if DCC alerts are in scope; judges by the DCC's copy, which lags.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "dcc-alerts",
            default: Setting::Flag(false),
            kind: NumberKind::PolicyLever,
            source: "a choice of the policy",
            varies: None,
            about: "whether E4s and notices are in scope",
        }]
    },
    levers: |settings| vec![Lever::Filters { passes: Passes::Critical, dcc_alerts: settings.flag("dcc-alerts") }],
};
