//! Row 3 of the table of mitigations: The losing supplier asks the gaining one through DCC Triage.

use super::Mitigation;

/// Row 3.
pub const ROW: Mitigation = Mitigation {
    number: "3",
    name: "triage-request",
    line: "The losing supplier asks the gaining one through DCC Triage.",
    actor: "losing supplier",
    does: "Existing practice, which the laws of first sending already include: it changes nothing.",
    limits: "50 days in the only published case; needs detection.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![],
};
