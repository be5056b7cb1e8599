//! Levers on each switch of a meter point: when the gaining supplier sends 6.23, when DCC learns of the switch, what the
//! losing supplier cancels, and who chases whom.

use super::{Lever, Lots, Pull, scale};
use crate::engine::time::{HOUR, Instant};
use crate::model::draw::{self, Lot};
use crate::model::laws::Laws;
use crate::model::plan::{
    Chase, Class, CosRequest, Detector, MeterPlan, Payment, Sending, SupplierId, SwitchPlan, Throttle,
};

pub(super) fn apply(pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
    let (devices, payment) = (meter.devices as usize, meter.payment);
    let mut registered = meter.holder;
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        let loser = registered;
        if switch.withdrawn.is_none() {
            registered = switch.to;
        }
        let lot = (lots.of)(k);
        match &pull.lever {
            Lever::DeletesSchedules | Lever::ThinsCalendar => {
                let Some(at) = cancels_at(pull, loser, switch, &lot, lots, laws) else { continue };
                if pull.lever == Lever::ThinsCalendar {
                    switch.cancelling.thins_calendar = Some(at);
                } else {
                    switch.cancelling.deletes_schedules = Some(at);
                }
            }
            Lever::PassesLateCommands => {
                let before = switch.cancelling.late_passes_from;
                switch.cancelling.late_passes_from = pull.reaches(loser, lots).into_iter().chain(before).min();
            }
            Lever::Chases { detector, detection, response } => {
                let concerned = match detector {
                    Detector::LosingSupplier => loser,
                    Detector::Monitoring | Detector::Passing | Detector::Sweep(_) => switch.to,
                };
                if let Some(from) = pull.reaches(concerned, lots)
                    && let Some(detection) = lot.duration(detection, draw::DETECTION, pull.index())
                {
                    let response = lot.duration(response, draw::RESPONSE, pull.index());
                    switch.chases.push(Chase { detector: *detector, detection, response, from });
                }
            }
            _ if pull.reaches(switch.to, lots).is_some_and(|from| switch.ssd >= from) => {
                gains(pull, switch, (devices, payment), &lot, laws);
            }
            _ => {}
        }
    }
}

/// When the losing supplier, given notice of its loss, comes to cancel; not before the policy's start.
fn cancels_at(
    pull: &Pull,
    loser: SupplierId,
    switch: &SwitchPlan,
    lot: &Lot<'_>,
    lots: &Lots<'_>,
    laws: &Laws,
) -> Option<Instant> {
    let from = pull.reaches(loser, lots)?;
    let notice = lot.duration(&laws.notice, draw::NOTICE, 0).unwrap_or_default();
    let lead = lot.duration(&laws.lead, draw::LEAD, 0)?;
    Some(switch.ssd - notice + lead).filter(|at| *at >= from)
}

/// What changes for a supplier that gains after the policy's start.
fn gains(pull: &Pull, switch: &mut SwitchPlan, (devices, payment): (usize, Payment), lot: &Lot<'_>, laws: &Laws) {
    let is_user = switch.gains_as_user();
    let improved = |law| lot.duration(law, draw::IMPROVED, pull.index());
    let improves = |share: f64| lot.uniform(draw::IMPROVES, pull.index()) < share;
    let ssd = switch.ssd;
    let fails = switch.follows_a_failure();
    let cos = &mut switch.cos[..devices];
    match &pull.lever {
        Lever::SendsAtSsd if is_user => sooner(cos, ssd),
        Lever::SendsAhead if is_user => {
            let at = switch.known + lot.duration(&laws.ahead, draw::AHEAD, 1).unwrap_or_default();
            sooner(cos, if at <= ssd - HOUR { at } else { ssd });
        }
        // Where prepay has a law of its own it is that of both classes: nobody's practice is less mature.
        Lever::FollowsMature(_) if payment == Payment::Prepay && laws.to_623_prepay.is_some() => {}
        Lever::FollowsMature(share) if is_user && switch.class == Class::Immature && improves(*share) => {
            if let Some(delay) = improved(&laws.to_623_mature) {
                sooner(cos, ssd + delay);
            }
        }
        Lever::Enforces { latest, .. } if is_user => sooner(cos, ssd + *latest),
        Lever::Enforces { non_user_scale, .. } => {
            let scaled = |at: Instant| ssd + scale(at - ssd, *non_user_scale);
            for request in cos {
                if let Sending::At(at) = request.sending {
                    request.sending = Sending::At(scaled(at));
                }
            }
            switch.user_from = switch.user_from.map(|from| if from > ssd { scaled(from) } else { from });
        }
        Lever::BansNonUsers { immature } if !is_user => {
            let class = if improves(*immature) { Class::Immature } else { Class::Mature };
            let law = laws.to_623(class, payment);
            (switch.class, switch.user_from) = (class, None);
            // The law of an erroneous transfer replaces the class's.
            if !switch.erroneous {
                let sending = improved(law).map_or(Sending::Never, |delay| Sending::At(ssd + delay));
                cos.iter_mut().filter(|c| c.sending != Sending::Never).for_each(|c| c.sending = sending);
            }
        }
        // An outage that is injected is no fault of the feed's ordinary working.
        Lever::HardensFeed(share) if switch.known > ssd && !switch.injected && improves(*share) => switch.known = ssd,
        Lever::HoldsFailures(hold) if fails => {
            switch.known = switch.known.max(ssd + *hold);
            // Before the transfer it would be refused: the gaining supplier waits for it.
            for request in cos {
                if let Sending::At(at) | Sending::Queued(at) = &mut request.sending {
                    *at = switch.known.max(*at);
                }
            }
        }
        Lever::SendsPrepayFirst if payment == Payment::Prepay => switch.prepay_first = true,
        Lever::Throttles { delay, above } => {
            if let Some(delay) = improved(delay) {
                cos.iter_mut().for_each(|c| c.throttle = Some(Throttle { delay, above: *above }));
            }
        }
        _ => {}
    }
}

fn sooner(cos: &mut [CosRequest], at: Instant) {
    for request in cos {
        match &mut request.sending {
            Sending::At(planned) => *planned = at.min(*planned),
            Sending::Never => request.sending = Sending::At(at),
            Sending::Queued(_) => {}
        }
    }
}
