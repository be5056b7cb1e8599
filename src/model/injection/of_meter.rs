//! Outages between a meter and its suppliers: of the WAN, of a supplier's gateway.

use super::Injection;
use crate::engine::time::Instant;
use crate::model::draw;
use crate::model::lever::Lots;
use crate::model::plan::{GatewayOutage, MeterPlan, Region, SupplierId};

/// A time from its first second to before its second.
type Span = (Instant, Instant);

pub(super) fn wan_outage(injection: &Injection, region: Option<Region>, meter: &mut MeterPlan, lots: &Lots<'_>) {
    let concerned = region.is_none_or(|region| region == meter.region);
    let struck = || injection.share >= 1.0 || (lots.of)(0).uniform(draw::INJECTED, injection.index) < injection.share;
    if concerned && struck() {
        meter.off_wan = joined(&meter.off_wan, (injection.from, injection.until));
    }
}

pub(super) fn gateway_outage(injection: &Injection, meter: &mut MeterPlan) {
    let mut suppliers: Vec<SupplierId> = std::iter::once(meter.holder)
        .chain(meter.practice.schedules.iter().map(|schedule| schedule.owner))
        .chain(meter.switches.iter().map(|switch| switch.to))
        .filter(|supplier| injection.gaining.is_empty() || injection.gaining.contains(supplier))
        .collect();
    suppliers.sort();
    suppliers.dedup();
    for supplier in suppliers {
        let (own, others): (Vec<GatewayOutage>, Vec<GatewayOutage>) =
            meter.gateway_outages.iter().partition(|outage| outage.supplier == supplier);
        let spans: Vec<Span> = own.iter().map(|outage| (outage.from, outage.until)).collect();
        let spans = joined(&spans, (injection.from, injection.until));
        meter.gateway_outages = others;
        meter.gateway_outages.extend(spans.into_iter().map(|(from, until)| GatewayOutage { supplier, from, until }));
    }
}

/// Ascending spans, apart from one another, with one more; what touches it becomes one with it.
fn joined(spans: &[Span], (mut from, mut until): Span) -> Vec<Span> {
    let touches = |span: &&Span| span.0 <= until && from <= span.1;
    let (near, mut apart): (Vec<&Span>, Vec<&Span>) = spans.iter().partition(touches);
    from = near.iter().map(|span| span.0).fold(from, Instant::min);
    until = near.iter().map(|span| span.1).fold(until, Instant::max);
    let new = (from, until);
    apart.push(&new);
    apart.sort();
    apart.into_iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(of: &[(i64, i64)]) -> Vec<Span> {
        of.iter().map(|(from, until)| (Instant(*from), Instant(*until))).collect()
    }

    #[test]
    fn outages_that_overlap_or_touch_become_one_and_others_stay_apart() {
        let before = spans(&[(0, 10), (20, 30), (40, 50)]);
        assert_eq!(joined(&before, (Instant(12), Instant(18))), spans(&[(0, 10), (12, 18), (20, 30), (40, 50)]));
        assert_eq!(joined(&before, (Instant(10), Instant(20))), spans(&[(0, 30), (40, 50)]));
        assert_eq!(joined(&before, (Instant(25), Instant(60))), spans(&[(0, 10), (20, 60)]));
    }
}
