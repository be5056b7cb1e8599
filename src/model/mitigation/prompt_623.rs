//! Row 1 of the table of mitigations: Gaining suppliers send 6.23 at SSD.

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 1.
pub const ROW: Mitigation = Mitigation {
    number: "1",
    name: "prompt-6.23",
    line: "Gaining suppliers send 6.23 at SSD.",
    actor: "gaining supplier",
    does: "A User that would send later, or never, sends at SSD; a future-dated 6.23 stays.",
    limits: "No effect on suppliers that are not DCC Users, nor on meters off the WAN.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![Lever::SendsAtSsd],
};
