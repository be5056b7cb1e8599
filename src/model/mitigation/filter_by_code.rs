//! Row 13b of the table of mitigations: The DCC lets only listed alert codes pass to suppliers that are not registered.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::plan::Passes;

/// Row 13b.
pub const ROW: Mitigation = Mitigation {
    number: "13b",
    name: "filter-by-code",
    line: "The DCC lets only listed alert codes pass to suppliers that are not registered.",
    actor: "DCC",
    does: "With 0x8F0A off the list, leaked reads and closing reads are withheld at the DCC.",
    limits: "The read has crossed the WAN already; blocks the right supplier where the DCC's copy is wrong.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "allow",
                default: Setting::Codes(vec![0x8F3F]),
                kind: NumberKind::PolicyLever,
                source: "a choice of the policy: a critical alert other than a read",
                varies: None,
                about: "codes that pass",
            },
            Parameter {
                name: "dcc-alerts",
                default: Setting::Flag(false),
                kind: NumberKind::PolicyLever,
                source: "a choice of the policy",
                varies: None,
                about: "whether E4s and notices are in scope",
            },
        ]
    },
    levers: |settings| {
        vec![Lever::Filters { passes: Passes::Codes(settings.codes("allow")), dcc_alerts: settings.flag("dcc-alerts") }]
    },
};
