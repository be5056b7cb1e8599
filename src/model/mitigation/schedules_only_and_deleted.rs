//! Row 9 of the table of mitigations: Reads by DCC schedule only, and deleted before SSD (8 and 6).

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 9.
pub const ROW: Mitigation = Mitigation {
    number: "9",
    name: "schedules-only-and-deleted",
    line: "Reads by DCC schedule only, and deleted before SSD (8 and 6).",
    actor: "all suppliers",
    does: "No calendar pushes; schedules are gone at SSD if there was enough notice.",
    limits: "As 6 and 8.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || vec![super::reads_by_schedule::run_time()],
    levers: |settings| vec![Lever::ReadsBySchedule { second: settings.time_of_day("at") }, Lever::DeletesSchedules],
};
