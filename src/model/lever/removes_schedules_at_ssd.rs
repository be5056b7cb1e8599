//! The DSP removes schedules when the DCC's copy changes.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct RemovesSchedulesAtSsd;

impl Effect for RemovesSchedulesAtSsd {
    fn acts(&self) -> Acts {
        Acts::Dcc
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        if let Some(from) = pull.reaches(meter.holder, lots) {
            meter.removal_at_ssd_from = Some(meter.removal_at_ssd_from.map_or(from, |before| before.min(from)));
        }
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.loses_no_schedules()
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}
