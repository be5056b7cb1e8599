//! Which plans have a course in closed form. What depends on how switches follow one another shows when the course is
//! worked out.

use crate::engine::time::{Instant, Seconds};
use crate::model::plan::{
    Class, CosRequest, MeterPlan, Practice, ScheduleRemoval, Sending, SupplierId, SwitchPlan, Term,
};

/// Whether nothing about a plan needs a walk, apart from how its switches follow one another.
pub(super) fn is_ordinary(plan: &MeterPlan, start: Instant) -> bool {
    // Measures of the DCC and of suppliers that are in force all the time that is counted.
    let always = |from: Instant| from <= start.max(plan.watch);
    plan.switches.len() <= usize::from(u8::MAX)
        && plan.gateway_outages.is_empty()
        && (plan.forwards.is_none() || plan.switches.iter().all(gains_as_user))
        && plan.removal == ScheduleRemoval::CosSuccess
        && plan.filters.iter().all(|filter| always(filter.from))
        && plan.muted.iter().all(|(_, from)| always(*from))
        && plan.alerts.iter().all(|alert| alert.withheld_from.is_none_or(always))
        // A portfolio lags where a meter comes back.
        && plan.black_holes.iter().all(|(_, hole)| always(hole.from))
        && (plan.black_holes.is_empty() || !plan.comes_back())
        && reads_for(&plan.practice, plan.holder)
        && plan.switches.iter().all(|switch| is_ordinary_switch(plan, switch))
}

fn is_ordinary_switch(plan: &MeterPlan, switch: &SwitchPlan) -> bool {
    let passes_late =
        |at: Instant| at >= switch.ssd && switch.cancelling.late_passes_from.is_some_and(|from| from <= at);
    !switch.cancelling.thins_calendar.is_some_and(passes_late)
        && switch.withdrawn.is_none_or(|at| at <= switch.ssd)
        && reads_for(&switch.practice, switch.to)
        && switch.cos[..usize::from(plan.devices)].iter().all(is_ordinary_request)
}

fn is_ordinary_request(request: &CosRequest) -> bool {
    request.throttle.is_none() && request.retry > Seconds(0) && !matches!(request.sending, Sending::Queued(_))
}

/// Whether the gaining supplier is a DCC User all the time, so that nothing is forwarded to it.
fn gains_as_user(switch: &SwitchPlan) -> bool {
    switch.class != Class::NonUser && switch.user_from.is_none()
}

/// Whether all schedules are one supplier's and run without end.
fn reads_for(practice: &Practice, supplier: SupplierId) -> bool {
    practice.schedules.iter().all(|schedule| schedule.owner == supplier && schedule.term == Term::default())
}
