//! Customers that would have gone to a non-User go to a User.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull, is_partial, varies};
use crate::model::draw;
use crate::model::laws::{Laws, PREPAY};
use crate::model::plan::{Class, MeterPlan, Sending, SwitchPlan};

pub(super) struct BansNonUsers {
    /// The share of them that goes to an immature User, 0 to 1.
    pub immature: f64,
}

impl Effect for BansNonUsers {
    fn acts(&self) -> Acts {
        Acts::GainingSooner
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        each_gain(pull, meter, lots, |mut gain, lot| {
            if gain.switch.gains_as_user() {
                return;
            }
            let is_immature = lot.uniform(draw::IMPROVES, pull.index()) < self.immature;
            let class = if is_immature { Class::Immature } else { Class::Mature };
            (gain.switch.class, gain.switch.user_from) = (class, None);
            // The law of an erroneous transfer replaces the class's.
            if gain.switch.erroneous {
                return;
            }
            let delay = lot.duration(laws.to_623(class, gain.payment), draw::IMPROVED, pull.index());
            let sending = delay.map_or(Sending::Never, |delay| Sending::At(gain.switch.ssd + delay));
            gain.cos().iter_mut().filter(|cos| cos.sending != Sending::Never).for_each(|cos| cos.sending = sending);
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.every_switch(SwitchPlan::gains_as_user)
    }

    fn varies(&self, laws: &Laws) -> bool {
        let (mature, immature) = (varies(&laws.to_623_mature), varies(&laws.to_623_immature));
        let prepay = laws.to_623_prepay.as_ref().is_some_and(varies);
        is_partial(self.immature) || prepay || (self.immature < 1.0 && mature) || (self.immature > 0.0 && immature)
    }

    fn profile(&self) -> Profile {
        Profile {
            kind: Some(1),
            laws: &["to-623.mature", "to-623.immature", PREPAY.0],
            sends_sooner: true,
            ..Profile::default()
        }
    }
}
