//! Row 13c of the table of mitigations: The DCC withholds everything from suppliers that are not registered.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::plan::Passes;

/// Row 13c.
pub const ROW: Mitigation = Mitigation {
    number: "13c",
    name: "filter-everything",
    line: "The DCC withholds everything from suppliers that are not registered.",
    actor: "DCC",
    does: "Leaked reads, closing reads, E4s, notices and every other alert to a stranger are withheld.",
    limits: "Tamper and safety alerts are lost until 6.23, because no one else can read them; the WAN has carried them \
        already.",
    source: "hypothetical: no source proposes it",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "dcc-alerts",
            default: Setting::Flag(true),
            kind: NumberKind::PolicyLever,
            source: "a choice of the policy",
            varies: None,
            about: "whether E4s and notices are in scope",
        }]
    },
    levers: |settings| vec![Lever::Filters { passes: Passes::Nothing, dcc_alerts: settings.flag("dcc-alerts") }],
};
