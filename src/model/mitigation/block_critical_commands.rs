//! Row 12 of the table of mitigations: The DCC blocks critical commands of the old supplier.

use super::Mitigation;

/// Row 12.
pub const ROW: Mitigation = Mitigation {
    number: "12",
    name: "block-critical-commands",
    line: "The DCC blocks critical commands of the old supplier.",
    actor: "DCC",
    does: "In force already: the baseline refuses a late 6.8, so it changes nothing.",
    limits: "It is why row 7 cannot be done late.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![],
};
