//! Row 14 of the table of mitigations: Suppliers use the DCC's alert management service.

use super::Mitigation;

/// Row 14.
pub const ROW: Mitigation = Mitigation {
    number: "14",
    name: "alert-management-service",
    line: "Suppliers use the DCC's alert management service.",
    actor: "losing supplier",
    does: "It does not stop critical alerts, and 0x8F0A is one: it changes nothing.",
    limits: "Critical alerts are delivered all the same.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![],
};
