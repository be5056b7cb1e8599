//! How far gaining suppliers react to being chased (R18): a property of the suppliers, whichever policy chases them.

use super::Lots;
use crate::model::draw;
use crate::model::plan::{MeterPlan, SupplierId};

/// Removes the response from the chases to which a supplier does not react; `reacts` is the share of chases to which a
/// supplier does.
pub fn apply(meter: &mut MeterPlan, lots: &Lots<'_>, reacts: &dyn Fn(SupplierId) -> f64) {
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        let share = reacts(switch.to);
        if share >= 1.0 {
            continue;
        }
        let lot = lots.of(k);
        for (number, chase) in (0..).zip(&mut switch.chases) {
            if lot.uniform(draw::REACTS, number) >= share {
                chase.response = None;
            }
        }
    }
}
