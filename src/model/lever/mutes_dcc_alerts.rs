//! Suppliers have the DCC withhold DCC alerts (E4s and notices) to them.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, taken_up};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct MutesDccAlerts;

impl Effect for MutesDccAlerts {
    fn acts(&self) -> Acts {
        Acts::Dcc
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        let practices = std::iter::once(&meter.practice).chain(meter.switches.iter().map(|s| &s.practice));
        let owners = practices.flat_map(|practice| &practice.schedules).map(|schedule| schedule.owner).collect();
        meter.muted.extend(taken_up(pull, owners, lots));
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.is_silent() && seen.loses_no_schedules()
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}
