//! How far gaining suppliers react to being chased (R18): a property of theirs, whatever policy chases.

use super::Lots;
use crate::model::draw;
use crate::model::plan::{MeterPlan, SupplierId};

/// Leaves without response the chases to which a supplier does not react; `reacts` is a supplier's share of those to which it does.
pub fn apply(meter: &mut MeterPlan, lots: &Lots<'_>, reacts: &dyn Fn(SupplierId) -> f64) {
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        let share = reacts(switch.to);
        if share >= 1.0 {
            continue;
        }
        let lot = (lots.of)(k);
        for (number, chase) in (0..).zip(&mut switch.chases) {
            if lot.uniform(draw::REACTS, number) >= share {
                chase.response = None;
            }
        }
    }
}
