//! The CoS Party places a neutral certificate some time after SSD.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen};
use super::{Lots, Pull};
use crate::engine::time::Seconds;
use crate::model::laws::Laws;
use crate::model::plan::{MeterPlan, Neutral};

pub(super) struct PlacesNeutral {
    /// From SSD to its sending.
    pub after: Seconds,
}

impl Effect for PlacesNeutral {
    fn acts(&self) -> Acts {
        Acts::Dcc
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        if let Some(from) = pull.reaches(meter.holder, lots) {
            meter.neutral = Some(Neutral { from, after: self.after });
        }
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.meter.neutral.is_none() && seen.outlook.is_some_and(|outlook| outlook.is_closed_after(self.after))
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}
