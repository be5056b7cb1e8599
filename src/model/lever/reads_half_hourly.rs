//! Suppliers pull the half-hourly readings of electricity meters by a daily DCC schedule.

use super::acts::Acts;
use super::effect::{Effect, EstateChange, Profile, Seen, each_practice, run_second};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::{Fuel, MeterPlan, Practice, Reading, Schedule};

pub(super) struct ReadsHalfHourly {
    /// UTC second of a scripted meter's run; others draw theirs.
    pub second: u32,
}

impl Effect for ReadsHalfHourly {
    fn acts(&self) -> Acts {
        Acts::LosingBeforeSsd
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        if meter.fuel != Fuel::Electricity {
            return;
        }
        each_practice(pull, meter, lots, |practice, owner, k| {
            if !pulls_profiles(practice) {
                let second = run_second(self.second, (lots, laws), k, 62);
                practice.schedules.push(Schedule::daily(owner, Reading::Profile, second));
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.meter.fuel != Fuel::Electricity || !seen.any_reads(|practice| !pulls_profiles(practice))
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile { estate: Some(EstateChange::HalfHourly), ..Profile::default() }
    }
}

/// Whether a schedule brings the profile data log.
fn pulls_profiles(practice: &Practice) -> bool {
    practice.schedules.iter().any(|schedule| schedule.reads == Reading::Profile)
}
