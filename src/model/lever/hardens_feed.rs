//! The DCC learns in time of a share of the switches that it would have learned of late.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull, is_partial};
use crate::model::draw;
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct HardensFeed {
    /// The share, 0 to 1.
    pub share: f64,
}

impl Effect for HardensFeed {
    fn acts(&self) -> Acts {
        Acts::Registration
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_gain(pull, meter, lots, |gain, lot| {
            let switch = gain.switch;
            // An outage that is injected is not a fault of the feed in ordinary working.
            let is_late = switch.known > switch.ssd && !switch.injected;
            if is_late && lot.uniform(draw::IMPROVES, pull.index()) < self.share {
                switch.known = switch.ssd;
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.every_switch(|switch| switch.known <= switch.ssd)
    }

    fn varies(&self, _laws: &Laws) -> bool {
        is_partial(self.share)
    }

    fn profile(&self) -> Profile {
        Profile { kind: Some(2), ..Profile::default() }
    }
}
