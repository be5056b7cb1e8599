//! Delivery to a supplier's gateway (R16): at once, or once more 300 s later, or when the gateway is back, or never.

use super::plan::{GatewayOutage, SupplierId};
use super::stretch::Stretch;
use crate::engine::time::{DAY, Instant, Seconds};

/// From a failed delivery to its one retry.
pub const RETRY: Seconds = Seconds(300);
/// An alert is given up this long after its emission.
pub const LONGEST_HOLD: Seconds = Seconds::days(2);

/// When an alert reaches its addressee's gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// In the second of its emission.
    Prompt,
    /// In this second.
    Late(Instant),
    /// Given up in this second.
    Lost(Instant),
}

fn outage(outages: &[GatewayOutage], to: SupplierId, at: Instant) -> Option<&GatewayOutage> {
    outages.iter().find(|o| o.supplier == to && o.from <= at && at < o.until)
}

/// What becomes of an alert emitted at a second.
pub fn arrival(outages: &[GatewayOutage], to: SupplierId, emitted: Instant) -> Arrival {
    if outage(outages, to, emitted).is_none() {
        return Arrival::Prompt;
    }
    let retry = emitted + RETRY;
    match outage(outages, to, retry) {
        None => Arrival::Late(retry),
        Some(o) if o.until <= emitted + LONGEST_HOLD => Arrival::Late(o.until),
        Some(_) => Arrival::Lost(emitted + LONGEST_HOLD),
    }
}

/// Divides a stretch of daily alerts by what becomes of them. Those that meet an outage come one by one.
pub fn split(outages: &[GatewayOutage], to: SupplierId, stretch: Stretch, mut each: impl FnMut(Stretch, Arrival)) {
    let mut rest = stretch;
    for o in outages.iter().filter(|o| o.supplier == to) {
        for (edge, out) in [(o.from, false), (o.until, true)] {
            let until_edge = Seconds((edge - rest.first).0 + DAY.0 - 1).0.div_euclid(DAY.0).max(0);
            let part = Stretch { count: u32::try_from(until_edge).unwrap_or(u32::MAX).min(rest.count), ..rest };
            rest = Stretch { first: rest.first + Seconds::days(i64::from(part.count)), count: rest.count - part.count };
            if !out && part.count > 0 {
                each(part, Arrival::Prompt);
            }
            for n in (0..part.count).filter(|_| out) {
                let first = part.first + Seconds::days(i64::from(n));
                each(Stretch { first, count: 1 }, arrival(outages, to, first));
            }
        }
    }
    if rest.count > 0 {
        each(rest, Arrival::Prompt);
    }
}

/// The first delivery of the alerts that `next` gives, from the first at or after a second on.
pub fn first_delivery(
    outages: &[GatewayOutage],
    to: SupplierId,
    from: Instant,
    horizon: Instant,
    next: impl Fn(Instant) -> Option<Instant>,
) -> Option<Instant> {
    let mut emitted = next(from)?;
    while emitted < horizon {
        match arrival(outages, to, emitted) {
            Arrival::Prompt => return Some(emitted),
            Arrival::Late(at) => return Some(at),
            Arrival::Lost(_) => emitted = next(emitted + Seconds(1))?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SupplierId = SupplierId(0);
    const HOUR: i64 = 3_600;

    fn out(from: i64, until: i64) -> GatewayOutage {
        GatewayOutage { supplier: A, from: Instant(from), until: Instant(until) }
    }

    #[test]
    fn an_alert_is_tried_once_more_then_held_until_the_gateway_returns_or_two_days_have_passed() {
        assert_eq!(arrival(&[out(100, 400)], A, Instant(99)), Arrival::Prompt);
        assert_eq!(arrival(&[out(100, 400)], A, Instant(100)), Arrival::Late(Instant(400)));
        assert_eq!(arrival(&[out(100, 401)], A, Instant(100)), Arrival::Late(Instant(401)));
        let two_days = 2 * 86_400;
        assert_eq!(arrival(&[out(0, two_days)], A, Instant(0)), Arrival::Late(Instant(two_days)));
        assert_eq!(arrival(&[out(0, two_days + 1)], A, Instant(0)), Arrival::Lost(Instant(two_days)));
        assert_eq!(arrival(&[out(0, two_days)], SupplierId(1), Instant(0)), Arrival::Prompt);
    }

    #[test]
    fn a_retry_that_meets_the_next_outage_waits_for_its_end() {
        assert_eq!(arrival(&[out(0, 200), out(250, 1_000)], A, Instant(0)), Arrival::Late(Instant(1_000)));
    }

    #[test]
    fn a_stretch_is_parted_at_an_outage() {
        // Daily at 01:00; the gateway is away from day 2, 00:30, to day 4, 00:30.
        let outages = [out(2 * DAY.0 + HOUR / 2, 4 * DAY.0 + HOUR / 2)];
        let mut parts = Vec::new();
        split(&outages, A, Stretch { first: Instant(HOUR), count: 6 }, |part, arrival| {
            parts.push((part.first.0, part.count, arrival));
        });
        let back = Arrival::Late(Instant(4 * DAY.0 + HOUR / 2));
        assert_eq!(
            parts,
            [
                (HOUR, 2, Arrival::Prompt),
                (2 * DAY.0 + HOUR, 1, back),
                (3 * DAY.0 + HOUR, 1, back),
                (4 * DAY.0 + HOUR, 2, Arrival::Prompt),
            ]
        );
    }
}
