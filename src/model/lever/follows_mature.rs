//! A share of immature gainers' cases follow mature practice.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull, is_partial, varies};
use crate::model::draw;
use crate::model::laws::Laws;
use crate::model::plan::{Class, MeterPlan, Payment};

pub(super) struct FollowsMature {
    /// The share, 0 to 1.
    pub share: f64,
}

impl Effect for FollowsMature {
    fn acts(&self) -> Acts {
        Acts::GainingSooner
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        each_gain(pull, meter, lots, |mut gain, lot| {
            // A separate law for prepay applies to both classes: no practice is less mature.
            let has_own_law = gain.payment == Payment::Prepay && laws.to_623_prepay.is_some();
            let is_concerned = gain.switch.gains_as_user() && gain.switch.class == Class::Immature;
            if !has_own_law
                && is_concerned
                && lot.uniform(draw::IMPROVES, pull.index()) < self.share
                && let Some(delay) = lot.duration(&laws.to_623_mature, draw::IMPROVED, pull.index())
            {
                gain.sends_by(gain.switch.ssd + delay);
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.every_switch(|switch| switch.class != Class::Immature || seen.sent_by_ssd(switch))
    }

    fn varies(&self, laws: &Laws) -> bool {
        is_partial(self.share) || (self.share > 0.0 && varies(&laws.to_623_mature))
    }

    fn profile(&self) -> Profile {
        Profile { kind: Some(0), laws: &["to-623.mature"], sends_sooner: true, ..Profile::default() }
    }
}
