//! Users send by a deadline after SSD, and non-Users become Users faster.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull, scale};
use crate::engine::time::{Instant, Seconds};
use crate::model::laws::Laws;
use crate::model::plan::{MeterPlan, Sending, SwitchPlan};

pub(super) struct Enforces {
    /// Latest sending of a User, from SSD.
    pub latest: Seconds,
    /// Factor on a non-User's delay.
    pub non_user_scale: f64,
}

impl Effect for Enforces {
    fn acts(&self) -> Acts {
        Acts::GainingSooner
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_gain(pull, meter, lots, |mut gain, _| {
            let ssd = gain.switch.ssd;
            if gain.switch.gains_as_user() {
                return gain.sends_by(ssd + self.latest);
            }
            let scaled = |at: Instant| ssd + scale(at - ssd, self.non_user_scale);
            for request in gain.cos() {
                if let Sending::At(at) = &mut request.sending {
                    *at = scaled(*at);
                }
            }
            let SwitchPlan { user_from, .. } = gain.switch;
            *user_from = user_from.map(|from| if from > ssd { scaled(from) } else { from });
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.every_switch(|switch| switch.gains_as_user() && seen.sent_by_ssd(switch))
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile { sends_sooner: true, ..Profile::default() }
    }
}
