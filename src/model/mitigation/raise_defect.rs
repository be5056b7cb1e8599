//! Row 5 of the table of mitigations: The losing supplier raises a defect with the DCC.

use super::Mitigation;

/// Row 5.
pub const ROW: Mitigation = Mitigation {
    number: "5",
    name: "raise-defect",
    line: "The losing supplier raises a defect with the DCC.",
    actor: "losing supplier",
    does: "Tried in the case behind DP072 and closed without a solution: it changes nothing.",
    limits: "No one acts on it.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![],
};
