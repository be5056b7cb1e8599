//! Suppliers' gateways take nothing.

use super::spans::{Span, joined};
use super::{Injection, InjectionKey, InjectionKind};
use crate::model::plan::{GatewayOutage, MeterPlan, SupplierId};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "gateway-outage",
    about: "suppliers' gateways take nothing: alerts come late, or are lost after two days",
    takes: &["supplier", "gaining", "meters"],
    parameters: &[
        InjectionKey { name: "from", about: "first second of the outage" },
        InjectionKey { name: "until", about: "first second after it" },
    ],
    strike: None,
    keeps_623_back: false,
};

pub(super) fn strike(injection: &Injection, meter: &mut MeterPlan) {
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
