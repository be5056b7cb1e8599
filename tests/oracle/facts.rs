//! What follows from a plan and a second alone, with nothing simulated: who is registered, what the DCC's copy shows,
//! when something periodic is due, and which cause a case has. Everything is looked up anew each time, for clarity.

use meterchurn::engine::time::{DAY, Day, Instant, Seconds};
use meterchurn::model::cause::Cause;
use meterchurn::model::civil::date_of;
use meterchurn::model::plan::{
    Book, Class, CosRequest, DeviceKind, Every, MeterPlan, Payment, Recurrence, Schedule, Sending, SupplierId,
    SwitchPlan, TransferCause,
};

/// The switches that change hands, with their place in the plan.
fn lasting(meter: &MeterPlan) -> impl Iterator<Item = (usize, &SwitchPlan)> {
    meter.switches.iter().enumerate().filter(|(_, switch)| switch.withdrawn.is_none())
}

/// The switch that has started last.
pub fn current(meter: &MeterPlan, t: Instant) -> Option<usize> {
    lasting(meter).filter(|(_, switch)| switch.ssd <= t).max_by_key(|(_, switch)| switch.ssd).map(|(index, _)| index)
}

/// The registered supplier.
pub fn registered(meter: &MeterPlan, t: Instant) -> SupplierId {
    current(meter, t).map_or(meter.holder, |index| meter.switches[index].to)
}

/// Whether the meter itself decides by its certificate which top-ups it accepts.
pub fn tops_up_at_the_meter(meter: &MeterPlan) -> bool {
    meter.payment == Payment::Prepay && meter.kind != DeviceKind::Smets1
}

/// The switch by which DCC, at `t`, knows the supplier of the second `s`.
pub fn shown(meter: &MeterPlan, t: Instant, s: Instant) -> Option<usize> {
    let forgotten = |switch: &SwitchPlan| switch.withdrawn.is_some_and(|withdrawn| withdrawn <= t);
    (0..meter.switches.len())
        .filter(|&index| {
            let switch = &meter.switches[index];
            switch.ssd <= s && switch.known <= t && !forgotten(switch)
        })
        .max_by_key(|&index| meter.switches[index].ssd)
}

/// The DCC's copy, seen at `t`, for the second `s`.
pub fn copy(meter: &MeterPlan, t: Instant, s: Instant) -> SupplierId {
    shown(meter, t, s).map_or(meter.holder, |index| meter.switches[index].to)
}

/// The latest switch at which a supplier stopped being registered.
pub fn lost_at(meter: &MeterPlan, supplier: SupplierId, t: Instant) -> Option<usize> {
    let mut before = meter.holder;
    let mut lost = None;
    for (index, switch) in lasting(meter) {
        if switch.ssd <= t {
            if before == supplier && switch.to != supplier {
                lost = Some(index);
            }
            before = switch.to;
        }
    }
    lost
}

/// Whether a supplier has the meter back for less than `lag`, so that its portfolio does not show it yet.
pub fn portfolio_lags(meter: &MeterPlan, supplier: SupplierId, lag: Seconds, t: Instant) -> bool {
    lasting(meter).any(|(_, switch)| {
        let came_back = switch.to == supplier && lost_at(meter, supplier, switch.ssd).is_some();
        came_back && switch.ssd <= t && t < switch.ssd + lag
    })
}

/// Whether the meter is off the WAN.
pub fn off_wan(meter: &MeterPlan, t: Instant) -> bool {
    meter.off_wan.iter().any(|(from, to)| *from <= t && t < *to)
}

/// The first second from `t` on at which the meter is on the WAN.
pub fn on_wan_from(meter: &MeterPlan, t: Instant) -> Instant {
    let mut at = t;
    while let Some((_, to)) = meter.off_wan.iter().find(|(from, to)| *from <= at && at < *to) {
        at = *to;
    }
    at
}

/// Whether a command that reads or changes a certificate is answered: for SMETS1 by the service provider, on the WAN or
/// off it.
pub fn answers_on_certificates(meter: &MeterPlan, t: Instant) -> bool {
    meter.kind == DeviceKind::Smets1 || !off_wan(meter, t)
}

/// The first second from `t` on at which it is.
pub fn answers_on_certificates_from(meter: &MeterPlan, t: Instant) -> Instant {
    if meter.kind == DeviceKind::Smets1 { t } else { on_wan_from(meter, t) }
}

/// When an alert emitted at `t` arrives at a supplier's gateway, or (true) is given up.
pub fn at_gateway(meter: &MeterPlan, supplier: SupplierId, t: Instant) -> (Instant, bool) {
    let back = |t: Instant| {
        let mine = meter.gateway_outages.iter().filter(|outage| outage.supplier == supplier);
        mine.filter(|outage| outage.from <= t && t < outage.until).map(|outage| outage.until).next()
    };
    let retry = Instant(t.0 + 300);
    match (back(t), back(retry)) {
        (None, _) => (t, false),
        (Some(_), None) => (retry, false),
        (Some(_), Some(until)) if until.0 - t.0 <= 2 * DAY.0 => (until, false),
        (Some(_), Some(_)) => (Instant(t.0 + 2 * DAY.0), true),
    }
}

/// Whether a schedule is still there: the UTC day of its last run has not passed.
pub fn exists(schedule: &Schedule, t: Instant) -> bool {
    schedule.term.last.is_none_or(|last| t.0 < (i64::from(last.0) + 1) * DAY.0)
}

/// Whether something periodic falls due on a day. Nothing does before its anchor, except what is daily.
pub fn is_due(due: &Recurrence, day: Day) -> bool {
    match due.every {
        Every::Days(1) => true,
        Every::Days(step) => day >= due.anchor && (day.0 - due.anchor.0) % i32::from(step) == 0,
        Every::Months(step) => {
            let (anchor, date) = (date_of(due.anchor), date_of(day));
            let months = (i32::from(date.year()) - i32::from(anchor.year())) * 12 + i32::from(date.month())
                - i32::from(anchor.month());
            day >= due.anchor && date.day() == anchor.day() && months % i32::from(step) == 0
        }
    }
}

/// How a case ended, as far as its cause goes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// 6.23 executed at this second.
    Executed(Instant),
    /// A further switch superseded it.
    Superseded,
    /// Returned, open at the horizon, or no case at all.
    Neither,
}

/// The cause of a case: the first in the order of precedence that holds.
pub fn cause(meter: &MeterPlan, switch: &SwitchPlan, device: usize, end: End) -> Cause {
    let on_time = match end {
        End::Executed(at) => at.0 <= switch.ssd.0 + DAY.0,
        End::Superseded | End::Neither => false,
    };
    let late_user = switch.user_from.is_some_and(|from| from.0 > switch.ssd.0);
    let cos = &switch.cos[device];
    let lag = switch.known;
    // What never keeps a 6.23 from executing is no cause.
    let wan = if meter.kind == DeviceKind::Smets1 { &[] } else { &meter.off_wan[..] };
    // The same attempts with one fault taken away: no lag, no outage, no failure.
    let always = Instant(i64::MIN);
    let without_lag =
        || first_attempt(cos).is_some_and(|first| lag > first) && in_time(switch, cos, always, wan, cos.fails);
    let without_outage = || !wan.is_empty() && in_time(switch, cos, lag, &[], cos.fails);
    let without_failure = || cos.fails > 0 && in_time(switch, cos, lag, wan, 0);
    if switch.injected {
        Cause::Injected
    } else if matches!(switch.book, Some(Book { cause: TransferCause::Sale, .. })) {
        Cause::BookTransfer
    } else if switch.erroneous {
        Cause::ErroneousTransfer
    } else if switch.class == Class::NonUser || late_user {
        Cause::GainerNotUser
    } else if !on_time && without_lag() {
        Cause::RegistrationLag
    } else if !on_time && without_outage() {
        Cause::OffWan
    } else if !on_time && without_failure() {
        Cause::DeviceFailure
    } else if switch.class == Class::Immature {
        Cause::GainerImmature
    } else if end == End::Superseded {
        Cause::Superseded
    } else if on_time {
        Cause::OnTime
    } else {
        Cause::GainerLate
    }
}

fn first_attempt(cos: &CosRequest) -> Option<Instant> {
    match cos.sending {
        Sending::At(first) => Some(first),
        Sending::Queued(_) | Sending::Never => None,
    }
}

/// Whether the supplier's own attempts, with these faults only, would have executed within a day of SSD.
fn in_time(switch: &SwitchPlan, cos: &CosRequest, known: Instant, off_wan: &[(Instant, Instant)], fails: u32) -> bool {
    let Some(mut turn) = first_attempt(cos) else { return false };
    let deadline = switch.ssd + DAY;
    let mut failed = 0;
    loop {
        if turn > deadline {
            return false;
        }
        let ahead = turn < switch.ssd;
        if turn < known {
            turn = turn + cos.retry;
            continue;
        }
        if failed < fails {
            failed += 1;
            turn = turn.max(switch.ssd) + cos.retry;
            continue;
        }
        let arrives = if ahead { switch.ssd } else { turn + cos.latency };
        let outage = off_wan.iter().find(|(from, to)| *from <= arrives && arrives < *to);
        return outage.map_or(arrives, |(_, to)| *to) <= deadline;
    }
}
