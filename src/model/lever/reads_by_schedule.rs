//! Suppliers read by a daily DCC schedule where they had a billing calendar.

use super::acts::Acts;
use super::effect::{Effect, EstateChange, Profile, Seen, each_practice, has_calendar, run_second};
use super::{Lots, Pull};
use crate::model::laws::Laws;
use crate::model::plan::{MeterPlan, Reading, Schedule};

pub(super) struct ReadsBySchedule {
    /// UTC second of a scripted meter's run; others draw theirs.
    pub second: u32,
}

impl Effect for ReadsBySchedule {
    fn acts(&self) -> Acts {
        Acts::LosingBeforeSsd
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        each_practice(pull, meter, lots, |practice, owner, k| {
            if practice.calendar.take().is_some() {
                let second = run_second(self.second, (lots, laws), k, 63);
                practice.schedules.push(Schedule::daily(owner, Reading::DailyReadLog, second));
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        !seen.any_reads(has_calendar)
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile { estate: Some(EstateChange::BySchedule), ..Profile::default() }
    }
}
