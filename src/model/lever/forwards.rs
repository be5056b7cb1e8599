//! Losing suppliers forward critical alerts with some codes to gainers that are not Users.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct Forwards<'l> {
    /// The codes.
    pub codes: &'l [u16],
}

impl Effect for Forwards<'_> {
    fn acts(&self) -> Acts {
        Acts::OnReceipt
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        if let Some(from) = pull.reaches(meter.holder, lots) {
            meter.forwards = Some((from, self.codes.to_vec()));
        }
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.is_silent()
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}
