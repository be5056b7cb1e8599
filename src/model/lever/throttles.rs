//! The DCC holds 6.23s back when its network is busy.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull, varies};
use crate::engine::law::Law;
use crate::model::draw;
use crate::model::laws::Laws;
use crate::model::plan::{MeterPlan, Throttle};

pub(super) struct Throttles<'l> {
    /// Law of the time.
    pub delay: &'l Law,
    /// Above this share of a stated capacity, in thousandths.
    pub above: u16,
}

impl Effect for Throttles<'_> {
    fn acts(&self) -> Acts {
        Acts::Dcc
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_gain(pull, meter, lots, |mut gain, lot| {
            if let Some(delay) = lot.duration(self.delay, draw::IMPROVED, pull.index()) {
                let throttle = Some(Throttle { delay, above: self.above });
                gain.cos().iter_mut().for_each(|cos| cos.throttle = throttle);
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, _seen: &Seen<'_, '_>) -> bool {
        false
    }

    fn varies(&self, _laws: &Laws) -> bool {
        varies(self.delay)
    }

    fn profile(&self) -> Profile {
        Profile { kind: Some(3), holds_back_above: Some(self.above), ..Profile::default() }
    }
}
