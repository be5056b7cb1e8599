//! Row 8 of the table of mitigations: Suppliers read by DCC schedule only, never by billing calendar.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 8.
pub const ROW: Mitigation = Mitigation {
    number: "8",
    name: "reads-by-schedule",
    line: "Suppliers read by DCC schedule only, never by billing calendar.",
    actor: "all suppliers",
    does: "A daily 4.6.1 replaces the calendar: the DCC checks each run against its copy of registration.",
    limits: "E4s stay or rise; reads leak by pull while registration lags; inherited calendars push until they are \
        parked.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || vec![run_time()],
    levers: |settings| vec![Lever::ReadsBySchedule { second: settings.time_of_day("at") }],
};

/// When scripted meters are read.
pub(super) fn run_time() -> Parameter {
    Parameter {
        name: "at",
        default: Setting::TimeOfDay(4 * 3_600),
        kind: NumberKind::Assumed,
        source: "a run within the hours of calibration 5",
        varies: Some(Varies::fixed("moves a read within its night and changes no daily count")),
        about: "UTC time of the run on scripted meters",
    }
}
