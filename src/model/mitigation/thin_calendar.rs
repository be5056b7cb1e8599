//! Row 7 of the table of mitigations: Losing suppliers thin their billing calendar before SSD (6.8).

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 7.
pub const ROW: Mitigation = Mitigation {
    number: "7",
    name: "thin-calendar",
    line: "Losing suppliers thin their billing calendar before SSD (6.8).",
    actor: "losing supplier",
    does: "Electricity calendars become yearly, gas calendars are parked: hardly a read leaks.",
    limits: "There is no value \"off\"; 6.8 must execute on the meter in time; harms billing after a withdrawn switch.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![Lever::ThinsCalendar],
};
