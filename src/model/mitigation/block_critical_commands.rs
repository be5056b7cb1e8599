//! Row 12 of the table of mitigations: The DCC blocks critical commands of the old supplier.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;

/// Row 12.
pub const ROW: Mitigation = Mitigation {
    number: "12",
    name: "block-critical-commands",
    line: "The DCC blocks critical commands of the old supplier.",
    actor: "DCC",
    does: "In force already: the baseline refuses a late 6.8. With lifted = true, a what-if, such a 6.8 passes.",
    limits: "It is why row 7 cannot be done late. Lifted, a supplier could command meters of customers it has lost.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "lifted",
            default: Setting::Flag(false),
            kind: NumberKind::PolicyLever,
            source: "what-if: DP072 reports the block as in force",
            varies: None,
            about: "whether the block is lifted, so that a losing supplier can thin its calendar after SSD",
        }]
    },
    levers: |settings| if settings.flag("lifted") { vec![Lever::PassesLateCommands] } else { Vec::new() },
};
