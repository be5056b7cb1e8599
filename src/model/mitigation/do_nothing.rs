//! Row 0 of the table of mitigations: The DCC tolerates the traffic; suppliers sift alerts by hand.

use super::Mitigation;

/// Row 0.
pub const ROW: Mitigation = Mitigation {
    number: "0",
    name: "do-nothing",
    line: "The DCC tolerates the traffic; suppliers sift alerts by hand.",
    actor: "nobody",
    does: "Changes nothing: the baseline itself.",
    limits: "Everything goes on as it is.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![],
};
