//! The DCC withholds alerts from suppliers that its copy does not show.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::{BILLING_DATA_LOG_UPDATED, DeviceAlert, Filter, MeterPlan, Passes};

pub(super) struct Filters<'l> {
    /// Which device alerts pass.
    pub passes: &'l Passes,
    /// Whether E4s and notices are in scope.
    pub dcc_alerts: bool,
}

impl Effect for Filters<'_> {
    fn acts(&self) -> Acts {
        Acts::Dcc
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        if let Some(from) = pull.reaches(meter.holder, lots) {
            meter.filters.push(Filter { from, passes: self.passes.clone(), dcc_alerts: self.dcc_alerts });
        }
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        let blocks = |alert: &DeviceAlert| self.passes.blocks(alert.code, alert.critical);
        let reads = self.passes.blocks(BILLING_DATA_LOG_UPDATED, true);
        let blocks_nothing = !reads && !seen.meter.alerts.iter().any(blocks);
        let withholds_nothing =
            blocks_nothing || seen.outlook.is_some_and(|outlook| outlook.reaches_no_stranger(reads, blocks));
        // The notice of a removed schedule goes to a supplier that the copy no longer shows.
        withholds_nothing && (!self.dcc_alerts || seen.loses_no_schedules())
    }

    fn finds_nothing(&self, _pull: &Pull, _seen: &Seen<'_, '_>) -> bool {
        false // It is in force at each meter, whatever passes there.
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile { filters_alerts: true, ..Profile::default() }
    }
}
