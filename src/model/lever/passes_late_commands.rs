//! The DCC lets critical commands pass of a supplier that has lost the meter.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, each_switch, has_calendar};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct PassesLateCommands;

impl Effect for PassesLateCommands {
    fn acts(&self) -> Acts {
        Acts::Dcc
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_switch(meter, lots, |switch, loser, _| {
            let before = switch.cancelling.late_passes_from;
            switch.cancelling.late_passes_from = pull.reaches(loser, lots).into_iter().chain(before).min();
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        !seen.any_reads(has_calendar)
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}
