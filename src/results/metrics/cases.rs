//! Cases, exposure and waits.

use super::of_cases;
use crate::model::ages::{Age, Milestone, Wait};
use crate::model::cause::Cause;
use crate::model::labels::*;
use crate::model::plan::{DeviceKind, Fuel};
use crate::results::dimension::{Dimension, Gaining, Losing, Pair, WaitDay};
use crate::results::metric::{Per, declare};
use crate::results::reading::per_thousand;

declare! {
    AT_START = "cases.at-start", Count, Sum,
        "Devices with an open case when the window starts. Their cases opened in the warm-up."
        => &[&Per(|r, ()| r.ledger.at_start)];
    OPENED = "cases.opened", Count, Sum, "Devices whose certificate was not the new supplier's at an SSD."
        => of_cases!(sums => sums.cases,
            Per(|r, ()| r.ledger.opened),
            Per(|r, Pair { losing, gaining }| r.ledger.pairs.get(losing, gaining).cases));
    CLOSED = "cases.closed", Count, Sum, "Cases that closed in the window, by outcome."
        => &[&Per(|r, ending: Ending| r.ledger.closed[ending])];
    CASE_RATE = "cases.per-1000-switches", PerThousand, Sum,
        "Cases opened for each thousand switches that started in the window; 0 if none did."
        => &[&Per(|r, ()| per_thousand(r.ledger.opened, r.started()))];
    TIME_TO_623 = "time-to-623", Count, Sum,
        "Cases by how long they waited until their first 6.23 was sent, or until one executed: their age in days, and \
         how the wait ended.",
        apart &[(Dimension::To, "sent")]
        => &[&Per(|r, (milestone, wait, age): (Milestone, Wait, Age)| r.ledger.waits.of_age(milestone, wait, age))];
    WAIT_DAYS = "wait-days", Count, Sum,
        "Cases by the day on which their wait ended: until their first 6.23 was sent, or until one executed. Day 0 is \
         the second of SSD, day n the n-th 86,400 s after it; waits of more than 91 days are together. They are \
         counted by who had to send the 6.23 and by how the wait ended; `open` is censored at the horizon.",
        apart &[(Dimension::To, "sent")]
        => &[&Per(|r, ((milestone, owner), (wait, WaitDay(day))): ((Milestone, Owner), (Wait, WaitDay))| {
            match day {
                0..=WaitDay::LAST => r.ledger.waits.on_day(milestone, owner, wait, day),
                _ => r.ledger.waits.longer(milestone, owner, wait, WaitDay::LAST),
            }
        })];
    EXPOSURE_SECONDS = "exposure.seconds", DeviceSeconds, Sum,
        "Time from SSD to the end of the case, summed over all devices. Devices off the WAN and devices that no \
         supplier reads count as well."
        => of_cases!(sums => sums.exposure,
            Per(|r, ()| r.ledger.exposure),
            Per(|r, device: Device| r.ledger.exposure_of[device]));
    EXPOSURE_DAYS = "exposure.days", DeviceDays, Sum,
        "Time from SSD to the end of the case, summed over all devices, in days of 86,400 s. Devices off the WAN and \
         devices that no supplier reads count as well."
        => of_cases!(sums => sums.exposure,
            Per(|r, ()| r.ledger.exposure),
            Per(|r, device: Device| r.ledger.exposure_of[device]));
    GAP_DAYS = "gap.days", DeviceDays, Sum,
        "Device-days in which the responsible supplier could neither read nor command the meter."
        => &[&Per(|r, ()| r.ledger.gap)];
    ORPHAN_DAYS = "orphan.days", DeviceDays, Sum,
        "Device-days in which a device holds a neutral certificate, so that no supplier controls it. They are part of \
         exposure."
        => &[&Per(|r, ()| r.ledger.orphan)];
    RISK_DAYS = "supply-risk.meter-days", MeterDays, Sum,
        "Meter-days from SSD in which a prepay meter does not hold its supplier's certificate and so, by inference, \
         refuses that supplier's top-ups. Domain 2.7 infers it; no source counts it. Counted like exposure, off the \
         WAN as well; of gas only the meter counts; SMETS1, whose top-ups go through the S1SP, does not count \
         (assumed). In days of 86,400 s."
        => of_cases!(sums => sums.supply_risk.seconds, Per(|r, ()| r.ledger.supply_risk.seconds));
    RISK_SWITCHES = "supply-risk.switches", Count, Sum,
        "Switches of prepay meters with at least a second in supply-risk.meter-days. The quotient of the two is the \
         mean length in the window."
        => of_cases!(sums => sums.supply_risk.switches, Per(|r, ()| r.ledger.supply_risk.switches));
    SPOILED = "spoiled-switches", Count, Sum,
        "Withdrawn switches whose losing supplier had already deleted schedules or thinned the calendar."
        => &[&Per(|r, ()| r.ledger.spoiled)];
    SWITCHES = "switches", Count, Sum, "Switches that started in the window, and those withdrawn."
        => &[&Per(|r, outcome: SwitchOutcome| r.ledger.switches[outcome])];
}
