//! Row 32 of the table of mitigations: Gaining suppliers work off the 6.23s of prepay meters first.

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 32.
pub const ROW: Mitigation = Mitigation {
    number: "32",
    name: "prepay-first",
    line: "Gaining suppliers work off the 6.23s of prepay meters first.",
    actor: "gaining supplier",
    does: "At each opening the 6.23s of prepay meters leave a supplier's backlog before all others, oldest first.",
    limits: "Acts only where a 6.23 waits for a supplier's capacity; other customers wait longer; no more is sent in a \
        day.",
    source: "hypothetical; an inference, that suppliers treat prepay as urgent",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![Lever::SendsPrepayFirst],
};
