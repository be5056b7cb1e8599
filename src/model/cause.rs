//! Why a case took as long as it did: one cause per case, by precedence (model, "Causes").

use super::labels::index;
use super::plan::{Class, MeterPlan, Sending, SwitchPlan, TransferCause};
use crate::engine::time::{Instant, Seconds};

index! {
    /// The causes, in the order of precedence.
    Cause {
        /// An injection touched the switch.
        Injected => "injected",
        /// The customer was sold with a book.
        BookTransfer => "book-transfer",
        /// DP072's third root cause (R14).
        ErroneousTransfer => "erroneous-transfer",
        /// DP072's root cause 1.
        GainerNotUser => "gainer-not-user",
        /// The DCC learned of the switch late.
        RegistrationLag => "registration-lag",
        /// The meter was off the WAN.
        OffWan => "off-wan",
        /// The device did not answer.
        DeviceFailure => "device-failure",
        /// DP072's root cause 2.
        GainerImmature => "gainer-immature",
        /// A further switch came first.
        Superseded => "superseded",
        /// Executed within 24 h of SSD.
        OnTime => "on-time",
        /// A mature supplier was late on its own account.
        GainerLate => "gainer-late",
        /// Not the cause of a case: of alerts that arrive before the first switch, from a switch that the scenario does
        /// not contain.
        EarlierSwitch => "earlier-switch",
    }
}

/// A case that is executed within this time from SSD is on time.
pub const ON_TIME: Seconds = Seconds::days(1);

/// How a case ended, where its cause depends on that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseFate {
    /// Executed at this second.
    Executed(Instant),
    /// Superseded by a further switch.
    Superseded,
    /// Returned, still open at the horizon, or there was no case.
    Other,
}

/// The cause of the case of one device under one switch.
pub fn of(meter: &MeterPlan, switch: &SwitchPlan, device: usize, fate: CaseFate) -> Cause {
    if switch.injected {
        return Cause::Injected;
    }
    if switch.book.is_some_and(|book| book.cause == TransferCause::Sale) {
        return Cause::BookTransfer;
    }
    if switch.erroneous {
        return Cause::ErroneousTransfer;
    }
    if switch.class == Class::NonUser || switch.user_from.is_some_and(|from| from > switch.ssd) {
        return Cause::GainerNotUser;
    }
    let on_time = matches!(fate, CaseFate::Executed(at) if at - switch.ssd <= ON_TIME);
    if !on_time {
        let mechanical = [Cause::RegistrationLag, Cause::OffWan, Cause::DeviceFailure];
        if let Some(cause) =
            mechanical.into_iter().find(|cause| would_be_on_time_without(meter, switch, device, *cause))
        {
            return cause;
        }
    }
    match (switch.class, fate) {
        (Class::Immature, _) => Cause::GainerImmature,
        (_, CaseFate::Superseded) => Cause::Superseded,
        _ if on_time => Cause::OnTime,
        _ => Cause::GainerLate,
    }
}

/// Follows the supplier's own attempts with one mechanical fault removed. False where that fault never struck.
fn would_be_on_time_without(meter: &MeterPlan, switch: &SwitchPlan, device: usize, fault: Cause) -> bool {
    let request = &switch.cos[device];
    let Sending::At(first) = request.sending else {
        return false;
    };
    let struck = match fault {
        Cause::RegistrationLag => switch.known > first,
        Cause::OffWan => meter.certificates_need_wan() && !meter.off_wan.is_empty(),
        _ => request.fails > 0,
    };
    if !struck {
        return false;
    }
    let latest = switch.ssd + ON_TIME;
    let known = |at: Instant| fault == Cause::RegistrationLag || switch.known <= at;
    let needs_wan = fault != Cause::OffWan && meter.certificates_need_wan();
    let back_on_wan = |at: Instant| match meter.off_wan.iter().find(|(from, to)| *from <= at && at < *to) {
        Some((_, to)) if needs_wan => *to,
        _ => at,
    };
    let mut fails = if fault == Cause::DeviceFailure { 0 } else { request.fails };
    let mut turn = first;
    while turn <= latest {
        let acts = if turn < switch.ssd { switch.ssd } else { turn };
        if !known(turn) {
            turn = turn + request.retry;
        } else if fails > 0 {
            fails -= 1;
            turn = acts + request.retry;
        } else {
            let arrives = if turn < switch.ssd { acts } else { acts + request.latency };
            return back_on_wan(arrives) <= latest;
        }
    }
    false
}
