//! Gaining suppliers take prepay meters' 6.23s out of their backlog first.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_gain};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::{MeterPlan, Payment};

pub(super) struct SendsPrepayFirst;

impl Effect for SendsPrepayFirst {
    fn acts(&self) -> Acts {
        Acts::GainingSooner
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_gain(pull, meter, lots, |gain, _| gain.switch.prepay_first |= gain.payment == Payment::Prepay);
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.meter.payment != Payment::Prepay || !seen.meter.is_coupled()
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}
