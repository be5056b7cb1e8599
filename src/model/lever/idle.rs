//! Where a lever finds nothing to do: it leaves the meter's plan as it is, or adds what nothing in the meter's course comes to ask for.
//! Under such levers alone the meter goes as it goes without them, and need not be walked again. To say that one is not idle is always
//! right, and costs a walk.

use super::{Adoption, Lever, Lots, Pull};
use crate::model::draw;
use crate::model::plan::{Class, Detector, Every, MeterPlan, Payment, Practice, Sending, SwitchPlan};
use crate::model::smooth::Smooth;

/// Whether a pull changes nothing of what happens to a meter; `smooth` is what is known of it if its switch goes smoothly.
pub(super) fn is_idle(pull: &Pull, meter: &MeterPlan, smooth: Option<&Smooth>, lots: &Lots<'_>) -> bool {
    let devices = meter.devices as usize;
    let every_switch = |idle: &dyn Fn(&SwitchPlan) -> bool| meter.switches.iter().all(idle);
    let sent_by_ssd = |switch: &SwitchPlan| {
        switch.cos[..devices].iter().all(|c| matches!(c.sending, Sending::At(at) if at <= switch.ssd))
    };
    let practices = || std::iter::once(&meter.practice).chain(meter.switches.iter().map(|s| &s.practice));
    let nobody = |reads: &dyn Fn(&Practice) -> bool| !practices().any(reads);
    // Of one switch only the loser's practice: the gainer keeps the meter.
    let loses_once = meter.switches.len() == 1 && every_switch(&|switch| switch.to != meter.holder);
    let no_loser =
        |reads: &dyn Fn(&Practice) -> bool| !practices().take(if loses_once { 1 } else { usize::MAX }).any(reads);
    let has_calendar = |practice: &Practice| practice.calendar.is_some();
    let has_schedules = |practice: &Practice| !practice.schedules.is_empty();
    let is_silent = smooth.is_some_and(|smooth| smooth.is_silent);
    match &pull.lever {
        Lever::SendsAtSsd => every_switch(&|switch| !switch.gains_as_user() || sent_by_ssd(switch)),
        Lever::SendsAhead => every_switch(&|switch| !switch.gains_as_user()),
        Lever::FollowsMature(_) => every_switch(&|switch| switch.class != Class::Immature || sent_by_ssd(switch)),
        Lever::Enforces { .. } => every_switch(&|switch| switch.gains_as_user() && sent_by_ssd(switch)),
        Lever::BansNonUsers { .. } => every_switch(&SwitchPlan::gains_as_user),
        Lever::HardensFeed(_) => every_switch(&|switch| switch.known <= switch.ssd),
        Lever::HoldsFailures(_) => every_switch(&|switch| !switch.follows_a_failure()),
        Lever::SendsPrepayFirst => meter.payment != Payment::Prepay || !meter.is_coupled(),
        Lever::Throttles { .. } => false,
        Lever::DeletesSchedules | Lever::RemovesSchedulesAtSsd => no_loser(&has_schedules),
        // A 6.8 that comes late is refused where the gainer has set a calendar by then.
        Lever::ThinsCalendar | Lever::PassesLateCommands | Lever::ReadsBySchedule { .. } => nobody(&has_calendar),
        Lever::ReadsMonthly => {
            nobody(&|practice| practice.calendar.is_some_and(|calendar| matches!(calendar.due.every, Every::Days(_))))
        }
        // The notice of a removed schedule goes to a supplier that the copy no longer shows.
        Lever::Filters { dcc_alerts, .. } => is_silent && (!dcc_alerts || no_loser(&has_schedules)),
        Lever::MutesDccAlerts => is_silent && no_loser(&has_schedules),
        Lever::WithholdsRepeats { .. } => meter.alerts.is_empty(),
        Lever::Forwards(_) | Lever::BlackHoles { .. } => is_silent,
        Lever::PlacesNeutral(after) => {
            smooth.is_some_and(|smooth| every_switch(&|switch| smooth.done <= switch.ssd + *after))
        }
        Lever::Chases { detector, detection, .. } => smooth.is_some_and(|smooth| {
            let comes_to_nothing = |(k, switch): (usize, &SwitchPlan)| {
                let unheard = match detector {
                    Detector::LosingSupplier | Detector::Passing => smooth.is_silent,
                    Detector::Monitoring => switch.withdrawn.is_some() || sent_by_ssd(switch),
                    // Sweeps begin with the policy, where everybody takes it up.
                    Detector::Sweep(every) => {
                        pull.adoption == Adoption::FULL && pull.start.next_in_step(*every, switch.ssd) >= smooth.done
                    }
                };
                // Nobody asks before it is too late; what a sweep asks for is counted by then.
                unheard
                    || !matches!(detector, Detector::Sweep(_))
                        && (lots.of)(k)
                            .duration(detection, draw::DETECTION, pull.index())
                            .is_none_or(|detection| smooth.done <= switch.ssd + detection)
            };
            meter.switches.iter().enumerate().all(comes_to_nothing)
        }),
    }
}
