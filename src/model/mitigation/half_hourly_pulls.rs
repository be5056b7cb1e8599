//! Row 33 of the table of mitigations: Suppliers pull half-hourly readings of electricity meters by DCC schedule.

use super::Mitigation;
use super::reads_by_schedule::run_time;
use crate::model::lever::Lever;

/// Row 33.
pub const ROW: Mitigation = Mitigation {
    number: "33",
    name: "half-hourly-pulls",
    line: "Suppliers pull half-hourly readings of electricity meters by DCC schedule.",
    actor: "all suppliers",
    does: "A daily 4.8.1 joins what an electricity meter has, as for half-hourly settlement: more reads each night.",
    limits: "No remedy for leaks: each schedule that stays after SSD adds an E4 a day, and while registration \
        lags, half-hourly readings leak by pull.",
    source: "hypothetical as a mitigation; half-hourly reading is the default since November 2022 (calibration 5)",
    since: None,
    parameters: || vec![run_time()],
    levers: |settings| vec![Lever::ReadsHalfHourly { second: settings.time_of_day("at") }],
};
