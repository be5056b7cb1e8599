//! The DCC's copy changes only some time after the SSD of a supplier failure's transfer.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull};
use crate::engine::time::Seconds;
use crate::model::laws::Laws;
use crate::model::plan::{MeterPlan, Sending};

pub(super) struct HoldsFailures {
    /// From SSD to the change.
    pub hold: Seconds,
}

impl Effect for HoldsFailures {
    fn acts(&self) -> Acts {
        Acts::Registration
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_gain(pull, meter, lots, |mut gain, _| {
            if !gain.switch.follows_a_failure() {
                return;
            }
            let known = gain.switch.known.max(gain.switch.ssd + self.hold);
            gain.switch.known = known;
            // Before the transfer it would be refused: the gaining supplier waits for it.
            for request in gain.cos() {
                if let Sending::At(at) | Sending::Queued(at) = &mut request.sending {
                    *at = known.max(*at);
                }
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.every_switch(|switch| !switch.follows_a_failure())
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile { holds_failures: Some(self.hold), ..Profile::default() }
    }
}
