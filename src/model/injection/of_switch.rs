//! Faults of single switches: of their 6.23, and of what DCC knows of them.

use super::{Fault, Injection, Outage};
use crate::engine::time::{Instant, Seconds};
use crate::model::draw;
use crate::model::lever::Lots;
use crate::model::plan::{Cancelling, CosRequest, Fuel, MeterPlan, Sending, SupplierId, SwitchPlan};

pub(super) fn apply(injection: &Injection, meter: &mut MeterPlan, lots: &Lots<'_>) {
    if injection.fault == Fault::BulkCampaign {
        return campaign(injection, meter, lots);
    }
    let mut registered = meter.holder;
    let starts: Vec<Instant> = meter.switches.iter().map(|switch| switch.ssd).collect();
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        let losing = registered;
        if switch.withdrawn.is_none() {
            registered = switch.to;
        }
        let when = match injection.fault {
            Fault::RegistrationOutage(_) => switch.known,
            _ => switch.ssd,
        };
        // What a supplier means to send ahead of SSD it cannot send while it is no User.
        let ahead = |request: &CosRequest| matches!(request.sending, Sending::At(at) if at < injection.until);
        let devices = &switch.cos[..meter.devices as usize];
        let sends = matches!(injection.fault, Fault::NotAUser { .. }) && devices.iter().any(ahead);
        // What starts in the very second of a refresh has started.
        let refreshed = injection.fault == Fault::RegistrationRefresh && when == injection.until;
        let in_time = injection.from <= when && (when < injection.until || sends || refreshed);
        let lot = (lots.of)(k);
        if !in_time || !concerns(injection, switch, losing) || !strikes(injection, k, lots) {
            continue;
        }
        if injection.fault == Fault::RegistrationRefresh {
            // No fault: the case keeps its cause.
            switch.known = switch.known.min(injection.until);
            continue;
        }
        if let Fault::RegistrationOutage(outage) = &injection.fault {
            let part = lot.uniform(draw::CLEARED, injection.index);
            let cleared = injection.until - Seconds(libm::floor(outage.clearing.0 as f64 * part) as i64);
            held_up(outage, switch, cleared.max(switch.known), (meter.fuel, starts.get(k + 1).copied()));
            continue;
        }
        switch.injected = true;
        let delay = match &injection.fault {
            Fault::Delayed(law) => lot.duration(law, draw::INJECTED_DELAY, injection.index),
            _ => Some(Seconds(0)),
        };
        for request in &mut switch.cos[..meter.devices as usize] {
            match &injection.fault {
                Fault::Missing => request.sending = Sending::Never,
                Fault::Delayed(_) => {
                    request.sending = match (request.sending, delay) {
                        // What was to be future-dated acts at SSD; the delay counts from there.
                        (Sending::At(at), Some(delay)) => Sending::At(at.max(switch.ssd) + delay),
                        (Sending::Queued(at), Some(delay)) => Sending::Queued(at + delay),
                        _ => Sending::Never,
                    }
                }
                Fault::Failing(times) => request.fails = request.fails.saturating_add(*times),
                Fault::NotAUser { queued } => {
                    switch.user_from = Some(injection.until);
                    if let Sending::At(at) = request.sending
                        && at < injection.until
                    {
                        request.sending = if queued.contains(&switch.to) {
                            Sending::Queued(at.max(switch.ssd))
                        } else {
                            Sending::At(injection.until)
                        };
                    }
                }
                Fault::RegistrationOutage(_)
                | Fault::RegistrationRefresh
                | Fault::BulkCampaign
                | Fault::WanOutage(_)
                | Fault::GatewayOutage
                | Fault::BookTransfer(_) => {}
            }
        }
    }
}

/// DCC learns of a switch when an outage is cleared. Where that postpones it, all that goes by its supply start moves with it; it is no fault then. A switch
/// that would not start before the next one of its meter is left alone.
fn held_up(outage: &Outage, switch: &mut SwitchPlan, cleared: Instant, (fuel, next): (Fuel, Option<Instant>)) {
    let Some(days) = &outage.postpones else {
        switch.known = cleared;
        switch.injected = true;
        return;
    };
    let Some((date, ssd)) = days.next_start(cleared, fuel).filter(|(_, ssd)| next.is_none_or(|next| *ssd < next))
    else {
        return;
    };
    switch.known = cleared;
    if ssd <= switch.ssd {
        return;
    }
    let later = ssd - switch.ssd;
    switch.withdrawn = switch.withdrawn.map(|at| at + later);
    switch.user_from = switch.user_from.map(|at| if at > switch.ssd { at + later } else { at });
    for request in &mut switch.cos {
        request.sending = match request.sending {
            Sending::At(at) => Sending::At(at + later),
            Sending::Queued(at) => Sending::Queued(at + later),
            Sending::Never => Sending::Never,
        };
    }
    let Cancelling { deletes_schedules, thins_calendar, late_passes_from: _ } = &mut switch.cancelling;
    for at in [deletes_schedules, thins_calendar] {
        *at = at.map(|at| at + later);
    }
    (switch.date, switch.ssd) = (date, ssd);
}

/// Of the switch that is current when the campaign begins, what has not been sent by then goes to the backlog. It is no
/// fault: the case keeps its cause.
fn campaign(injection: &Injection, meter: &mut MeterPlan, lots: &Lots<'_>) {
    let day = injection.from;
    let goes = |switch: &SwitchPlan| switch.withdrawn.is_none() && switch.ssd < day;
    let Some(k) = meter.switches.iter().rposition(goes) else { return };
    let losing = meter.switches[..k].iter().rfind(|switch| goes(switch)).map_or(meter.holder, |switch| switch.to);
    let switch = &mut meter.switches[k];
    if !concerns(injection, switch, losing) || switch.is_not_user_at(day) || !strikes(injection, k, lots) {
        return;
    }
    for request in &mut switch.cos[..meter.devices as usize] {
        if matches!(request.sending, Sending::Never) || matches!(request.sending, Sending::At(at) if at > day) {
            request.sending = Sending::Queued(day);
        }
    }
}

fn concerns(injection: &Injection, switch: &SwitchPlan, losing: SupplierId) -> bool {
    (injection.gaining.is_empty() || injection.gaining.contains(&switch.to))
        && (injection.losing.is_empty() || injection.losing.contains(&losing))
}

fn strikes(injection: &Injection, k: usize, lots: &Lots<'_>) -> bool {
    injection.share >= 1.0 || (lots.of)(k).uniform(draw::INJECTED, injection.index) < injection.share
}
