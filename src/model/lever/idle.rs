//! Where a lever finds nothing to do: it leaves the meter's plan as it is, or adds what nothing in the meter's course comes to ask for.
//! Under such levers alone the meter goes as it goes without them, and need not be walked again. To say that one is not idle is always
//! right, and costs a walk.

use super::{Adoption, Lever, Pull};
use crate::model::plan::{Class, Detector, Every, MeterPlan, Practice, Sending, SwitchPlan};
use crate::model::smooth::Smooth;

/// Whether a pull changes nothing of what happens to a meter; `smooth` is what is known of it if its switch goes smoothly.
pub(super) fn is_idle(pull: &Pull, meter: &MeterPlan, smooth: Option<&Smooth>) -> bool {
    let devices = meter.devices as usize;
    let every_switch = |idle: &dyn Fn(&SwitchPlan) -> bool| meter.switches.iter().all(idle);
    let sent_by_ssd = |switch: &SwitchPlan| switch.cos[..devices].iter().all(|c| matches!(c.sending, Sending::At(at) if at <= switch.ssd));
    let no_practice = |reads: &dyn Fn(&Practice) -> bool| {
        !std::iter::once(&meter.practice).chain(meter.switches.iter().map(|s| &s.practice)).any(reads)
    };
    let is_silent = smooth.is_some_and(|smooth| smooth.is_silent);
    match &pull.lever {
        Lever::SendsAtSsd => every_switch(&|switch| !switch.gains_as_user() || sent_by_ssd(switch)),
        Lever::SendsAhead => every_switch(&|switch| !switch.gains_as_user()),
        Lever::FollowsMature(_) => every_switch(&|switch| switch.class != Class::Immature || sent_by_ssd(switch)),
        Lever::Enforces { .. } => every_switch(&|switch| switch.gains_as_user() && sent_by_ssd(switch)),
        Lever::BansNonUsers { .. } => every_switch(&SwitchPlan::gains_as_user),
        Lever::HardensFeed(_) => every_switch(&|switch| switch.known <= switch.ssd),
        Lever::HoldsFailures(_) => every_switch(&|switch| !switch.supplier_failure),
        Lever::Throttles { .. } => false,
        Lever::DeletesSchedules => no_practice(&|practice| !practice.schedules.is_empty()),
        Lever::ThinsCalendar | Lever::ReadsBySchedule { .. } => no_practice(&|practice| practice.calendar.is_some()),
        Lever::ReadsMonthly => {
            no_practice(&|practice| practice.calendar.is_some_and(|calendar| matches!(calendar.due.every, Every::Days(_))))
        }
        // The notice of a removed schedule goes to a supplier that the copy no longer shows.
        Lever::Filters { dcc_alerts, .. } => is_silent && !(*dcc_alerts && !meter.practice.schedules.is_empty()),
        Lever::WithholdsRepeats { .. } => meter.alerts.is_empty(),
        // Schedules go earlier than by 6.23, and be it seconds.
        Lever::RemovesSchedulesAtSsd => false,
        Lever::Forwards(_) | Lever::BlackHoles { .. } => is_silent,
        Lever::PlacesNeutral(after) => {
            smooth.is_some_and(|smooth| every_switch(&|switch| smooth.done <= switch.ssd + *after))
        }
        Lever::Chases { detector: Detector::LosingSupplier | Detector::Passing, .. } => is_silent,
        Lever::Chases { detector: Detector::Monitoring, .. } => {
            smooth.is_some() && every_switch(&|switch| switch.withdrawn.is_some() || sent_by_ssd(switch))
        }
        Lever::Chases { detector: Detector::Sweep(every), .. } => {
            // The sweeps begin with the policy.
            let comes_by = |switch: &SwitchPlan, done| pull.start.next_in_step(*every, switch.ssd) < done;
            pull.adoption == Adoption::FULL && smooth.is_some_and(|smooth| every_switch(&|switch| !comes_by(switch, smooth.done)))
        }
    }
}
