//! Gaining suppliers that are Users send a future-dated 6.23 once the DCC knows of the switch.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, ahead_of, each_gain};
use super::{Lots, Pull, varies};
use crate::model::draw;
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct SendsAhead;

impl Effect for SendsAhead {
    fn acts(&self) -> Acts {
        Acts::GainingSooner
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        each_gain(pull, meter, lots, |mut gain, lot| {
            if gain.switch.gains_as_user() {
                let at = gain.switch.known + lot.duration(&laws.ahead, draw::AHEAD, 1).unwrap_or_default();
                gain.sends_by(ahead_of(gain.switch.ssd, at));
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.every_switch(|switch| !switch.gains_as_user())
    }

    fn varies(&self, laws: &Laws) -> bool {
        varies(&laws.ahead)
    }

    fn profile(&self) -> Profile {
        Profile { laws: &["ahead"], sends_sooner: true, ..Profile::default() }
    }
}
