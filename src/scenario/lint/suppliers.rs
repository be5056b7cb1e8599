//! Keys of suppliers without effect.

use super::prepay::{has_prepay, puts_prepay_first};
use super::{idle, tables};
use crate::model::injection::{Fault, Injection};
use crate::model::plan::{MeterPlan, Sending, SupplierId};
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Lint, Sink};
use crate::scenario::sections::supplier::Habits;
use crate::scenario::table::{Table, Value};

/// Warns of keys of suppliers that have no effect.
pub(super) fn warn(
    scenario: &Scenario,
    habits: &[Habits],
    without_prepay: bool,
    root: &mut Table<'_, '_>,
    sink: &mut Sink,
) {
    for (place, (_, mut table)) in tables(root, "supplier").into_iter().enumerate() {
        if scenario.market.is_none() {
            let is_zero = |v: &Value<'_, '_>| v.number(0.0..=0.0, &mut Sink::new()).is_some();
            let share = table.get("share").filter(|v| !is_zero(v)); // 0 is the default
            let others = ["gains", "size", "reads"].into_iter().filter_map(|key| table.get(key));
            share.into_iter().chain(others).for_each(|v| idle(&v, "a [market]", sink));
        }
        let (supplier, capacity) = (SupplierId(place as u16), table.get("capacity"));
        if let (Some(opening), None) = (table.get("opening"), &capacity) {
            idle(&opening, "a `capacity`", sink);
        }
        let puts_first = puts_prepay_first(scenario, place) && !without_prepay;
        match (table.get("prepay-first"), &capacity) {
            (Some(first), None) => idle(&first, "a `capacity`", sink),
            (Some(first), Some(_)) if puts_first && !has_prepay(scenario) => idle(&first, "a prepay meter", sink),
            _ => {}
        }
        if let (Some(capacity), false) = (capacity, works_off_a_backlog(scenario, supplier)) {
            let message = format!("`{}` has no effect: no 6.23 ever joins this supplier's backlog", capacity.path());
            let help = "leave it out, or add what fills a backlog: cos = \"queue\" in a [[switch]], `user-from`, or an \
                [[inject]] of the kind supplier-failure, book-transfer, not-a-user or bulk-campaign";
            sink.warning(Lint::IdleKey, capacity.key_span(), message, help);
        }
        let Some(loses) = table.get("loses") else { continue };
        let cancels = habits.get(place).is_some_and(|habit| habit.deletes_schedules || habit.thins_calendar);
        if scenario.meters.is_empty() {
            idle(&loses, "a [[meter]]", sink);
        } else if !cancels {
            idle(&loses, "deletes-schedules = true or thins-calendar = true in it", sink);
        }
    }
}

/// Whether anything can put a 6.23 into a supplier's backlog.
fn works_off_a_backlog(scenario: &Scenario, supplier: SupplierId) -> bool {
    let fills = |injection: &Injection| match &injection.fault {
        Fault::BookTransfer(transfer) => transfer.to == supplier,
        Fault::BulkCampaign | Fault::NotAUser { .. } => {
            injection.gaining.is_empty() || injection.gaining.contains(&supplier)
        }
        _ => false,
    };
    let queues = |meter: &MeterPlan| {
        let mut switches = meter.switches.iter().filter(|switch| switch.to == supplier);
        switches.any(|switch| switch.cos.iter().any(|cos| matches!(cos.sending, Sending::Queued(_))))
    };
    let has_user_from = scenario.suppliers.get(supplier.0 as usize).is_some_and(|s| s.weights.user_from.is_some());
    has_user_from || scenario.injections.iter().any(fills) || scenario.meters.iter().any(queues)
}
