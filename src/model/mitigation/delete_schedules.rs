//! Row 6 of the table of mitigations: Losing suppliers delete their DCC schedules before SSD (5.3).

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 6.
pub const ROW: Mitigation = Mitigation {
    number: "6",
    name: "delete-schedules",
    line: "Losing suppliers delete their DCC schedules before SSD (5.3).",
    actor: "losing supplier",
    does: "Once it knows of the loss it deletes its schedules, if its work gets done before SSD: no E4s follow.",
    limits: "Needs notice; a late one is refused; a withdrawn switch leaves the supplier without its schedules.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![Lever::DeletesSchedules],
};
