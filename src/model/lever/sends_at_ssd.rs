//! Gaining suppliers that are Users send 6.23 at SSD at the latest.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct SendsAtSsd;

impl Effect for SendsAtSsd {
    fn acts(&self) -> Acts {
        Acts::GainingSooner
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_gain(pull, meter, lots, |mut gain, _| {
            if gain.switch.gains_as_user() {
                gain.sends_by(gain.switch.ssd);
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.every_switch(|switch| !switch.gains_as_user() || seen.sent_by_ssd(switch))
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile { sends_sooner: true, ..Profile::default() }
    }
}
