//! What the sections about meters, faults and policies are read against.

use crate::engine::time::{Day, Instant, Seconds};
use crate::model::civil::Civil;
use crate::model::ledger::Window;
use crate::model::market::Conventions;
use crate::model::plan::{Fuel, SupplierId};
use crate::scenario::Supplier;
use crate::scenario::names::Names;

use super::supplier::Habits;

/// The sections that have been read by then.
pub(in crate::scenario) struct Context<'c> {
    pub names: &'c Names,
    pub suppliers: &'c [Supplier],
    pub habits: &'c [Habits],
    pub conventions: Conventions,
    pub window: Window,
    pub civil: &'c Civil,
}

impl Context<'_> {
    /// Whether a supplier's backlog goes out at a stated capacity.
    pub fn has_capacity(&self, supplier: SupplierId) -> bool {
        self.suppliers.get(usize::from(supplier.0)).is_some_and(|s| s.desk.capacity.is_some())
    }

    /// What a script takes from a supplier; the usual where it is not known.
    pub fn habit(&self, supplier: Option<SupplierId>) -> Habits {
        supplier.and_then(|s| self.habits.get(usize::from(s.0))).copied().unwrap_or_default()
    }

    /// The second at which a supply starts that starts on this date.
    pub fn supply_start(&self, date: Day, fuel: Fuel) -> Instant {
        let after_midnight = if fuel == Fuel::Gas { self.conventions.gas_day_start } else { Seconds(0) };
        self.civil.midnight(date) + after_midnight
    }
}
