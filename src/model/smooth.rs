//! Switches that go smoothly, as most do: the 6.23 is sent and executes, or the switch is withdrawn, and nothing else
//! happens to the meter. This is read off the plan without a walk, so that levers that make no difference to such a
//! meter cost no walk.

use super::civil::Civil;
use super::emission::{self, Writing};
use super::plan::{Calendar, Cancelling, MeterPlan, ScheduleRemoval, Sending, SwitchPlan};
use crate::engine::time::{Instant, Seconds};

/// What is known of a meter point whose only switch goes smoothly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Smooth {
    /// From this second on, SSD at the earliest, no case is open: devices, DCC's copy and registration agree.
    pub done: Instant,
    /// Whether from SSD until then the losing supplier's practice causes no push and no run, and no device alert is
    /// raised.
    pub is_silent: bool,
}

impl Smooth {
    /// `None` where a meter does not have exactly one switch or anything disturbs that switch. It may be `None` for
    /// others, too.
    pub fn of(meter: &MeterPlan, horizon: Instant, civil: &Civil) -> Option<Self> {
        let [switch] = meter.switches.as_slice() else { return None };
        let undisturbed = meter.off_wan.is_empty()
            && meter.filters.is_empty()
            && meter.black_holes.is_empty()
            && meter.muted.is_empty()
            && switch.chases.is_empty()
            && switch.cancelling == Cancelling::default()
            && (meter.neutral, &meter.forwards, meter.removal_at_ssd_from) == (None, &None, None)
            && meter.removal == ScheduleRemoval::CosSuccess
            && switch.to != meter.holder
            // A read or E4 of another supplier's schedule from before SSD may arrive after it.
            && meter.practice.schedules.iter().all(|schedule| schedule.owner == meter.holder)
            && switch.known <= switch.ssd;
        let done = match switch.withdrawn {
            _ if !undisturbed => return None,
            // It never starts.
            Some(withdrawn) => (withdrawn <= switch.ssd).then_some(switch.ssd)?,
            None => executed(switch, meter.devices)?,
        };
        (done < horizon).then(|| Self { done, is_silent: is_silent(meter, switch.ssd, done, civil) })
    }
}

/// When the last device has executed its first 6.23 (R9 to R11); `None` where the plan alone does not decide that.
fn executed(switch: &SwitchPlan, devices: u8) -> Option<Instant> {
    let mut done = switch.ssd;
    for request in &switch.cos[..devices as usize] {
        match request.sending {
            _ if request.fails > 0 || request.throttle.is_some() => return None,
            // Future-dated: it executes at SSD.
            Sending::At(at) if at < switch.ssd => (switch.known <= at).then_some(())?,
            Sending::At(at) => done = done.max(at + request.latency.max(Seconds(1))),
            Sending::Queued(_) | Sending::Never => return None,
        }
    }
    Some(done)
}

/// Whether a meter that the gaining supplier has not yet configured emits nothing in `from .. until`.
fn is_silent(meter: &MeterPlan, from: Instant, until: Instant, civil: &Civil) -> bool {
    let pushes = |calendar: &Calendar| {
        let writing = Writing::of_plan(*calendar);
        emission::first_push(&writing, from, civil).is_some_and(|push| push < until)
    };
    let runs = |schedule| emission::first_run(schedule, from).is_some_and(|run| run < until);
    from == until
        || !(meter.practice.calendar.iter().any(pushes)
            || meter.practice.schedules.iter().any(runs)
            || meter.alerts.iter().any(|alert| emission::raised(alert.raised, from, until).is_some()))
}
