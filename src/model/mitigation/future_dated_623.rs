//! Row 2 of the table of mitigations: Gaining suppliers send a future-dated 6.23 before SSD.

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 2.
pub const ROW: Mitigation = Mitigation {
    number: "2",
    name: "future-dated-6.23",
    line: "Gaining suppliers send a future-dated 6.23 before SSD.",
    actor: "gaining supplier",
    does: "A User sends once the DCC knows of the switch, at least an hour before SSD, else at SSD.",
    limits: "A withdrawn switch leaves a request that is refused when due; no effect on non-Users.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![Lever::SendsAhead],
};
